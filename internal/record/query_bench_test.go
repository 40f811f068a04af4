package record

import (
	"testing"

	"fairground/internal/db"
	"fairground/internal/db/dbtest"
)

const benchRows = 200_000

// BenchmarkReads measures lists, counts and exports over 200,000 stalls.
func BenchmarkReads(b *testing.B) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		b.Run(string(engine), func(b *testing.B) {
			s := loose(b, dbtest.Open(b, dbtest.Cluster(b, engine), []db.Schema{Schema()}), func(_, _, stall *Object) {
				stall.Field("starts").Indexed = true
				stall.Indexes = []Composite{{Fields: []string{"status", "starts"}}}
			})
			planted(b, s, benchRows)
			analyse(b, s)
			benchReads(b, s)
		})
	}
}

func analyse(b *testing.B, s *Store) {
	err := s.DB.Maintain(b.Context(), "bench: analyse", func(tx *db.Tx) error { _, err := tx.Exec("analyze"); return err })
	if err != nil {
		b.Fatal(err)
	}
}

func benchReads(b *testing.B, s *Store) {
	deep := func(q Query, pages int) Query { // the place of a page far down
		q.Limit = MostRecords
		for range pages * 50 / MostRecords {
			page, err := s.Find(b.Context(), clerk, q)
			if err != nil {
				b.Fatal(err)
			}
			q.After = page.Next
		}
		q.Limit = 0
		return q
	}
	byStart := Query{Object: "stall", Sort: []Sort{{"starts", true}}}
	open := Query{Object: "stall", Filter: `status == "open"`, Sort: []Sort{{"starts", true}}}
	few := []string{"name", "status", "starts", "trader"}
	openFew := open
	openFew.Fields = few
	for _, one := range []struct {
		name string
		q    Query
	}{
		{"page1", Query{Object: "stall"}},
		{"page1500", deep(Query{Object: "stall"}, 1_500)},
		{"sorted_page1", byStart},
		{"sorted_page1500", deep(byStart, 1_500)},
		{"filter_sort_indexed", open},
		{"filter_sort_indexed_4_fields", openFew},
		{"filter_sort_unindexed", Query{Object: "stall", Filter: "size == 3 && covered == true", Sort: []Sort{{"weight", true}}, Fields: few}},
		{"search", Query{Object: "stall", Search: "blue 1"}},
	} {
		b.Run(one.name, func(b *testing.B) {
			for b.Loop() {
				if page, err := s.Find(b.Context(), clerk, one.q); err != nil || len(page.Records) != 50 {
					b.Fatal(len(page.Records), err)
				}
			}
		})
	}
	for name, filter := range map[string]string{"all": "", "indexed": `status == "open"`, "unindexed": "size == 3"} {
		b.Run("count_to_1000_"+name, func(b *testing.B) {
			for b.Loop() {
				if n, more, err := s.Count(b.Context(), clerk, Query{Object: "stall", Filter: filter}, 1_000); n != 1_000 || !more || err != nil {
					b.Fatal(n, more, err)
				}
			}
		})
	}
	b.Run("group_sum", func(b *testing.B) {
		for b.Loop() {
			_, err := s.Group(b.Context(), clerk, GroupQuery{Query: Query{Object: "stall"}, By: []Bucket{{"starts", ByMonth}}, Measures: []Measure{{Op: "sum", Field: "size"}}})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("each_200000", func(b *testing.B) {
		for b.Loop() {
			n := 0
			if err := s.Each(b.Context(), clerk, Query{Object: "stall"}, func(*Record) error { n++; return nil }); err != nil || n != benchRows {
				b.Fatal(n, err)
			}
		}
	})
}
