package record

import (
	"cmp"
	"slices"
	"strings"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/value"
	"pgregory.net/rapid"
)

// TestPagesAreTheWhole goes through lists page by page: whatever the filter, the order and the size of pages, the pages
// together are what one statement finds, in the order that a sort in memory gives.
func TestPagesAreTheWhole(t *testing.T) {
	dbtest.Each(t, []db.Schema{Schema()}, func(t *testing.T, d *db.DB) {
		s := loose(t, d, func(_, _, stall *Object) {
			stall.Field("size").Indexed = true
			stall.Field("starts").Indexed = true
			stall.Indexes = []Composite{{Fields: []string{"status", "starts"}}}
			choices := stall.Field("status").Options.Choices
			choices[0].Code, choices[1].Code, choices[2].Code = 3, 1, 2 // the list is not in the order of codes
		})
		planted(t, s, 90)
		rapid.Check(t, func(rt *rapid.T) { checkPages(t, rt, s) })
	})
}

func checkPages(t *testing.T, rt *rapid.T, s *Store) {
	fields := []string{"name", "size", "weight", "rent", "covered", "starts", "inspected", "status", "id", "created", "area", "trader"}
	q := Query{Object: "stall", Limit: MostRecords}
	for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom(fields), 0, 4, rapid.ID).Draw(rt, "fields") {
		q.Sort = append(q.Sort, Sort{name, rapid.Bool().Draw(rt, "down")})
	}
	q.Filter = rapid.SampledFrom([]string{"", "size > 1", "size == null", `status in ["new", "open"]`, "covered == true || weight > 0.4"}).Draw(rt, "filter")
	all, err := s.Find(t.Context(), clerk, q)
	if err != nil {
		rt.Fatal(err)
	}
	if all.Next != "" {
		rt.Fatal("everything fits into one page, and there is another")
	}
	checkOrder(rt, q.Sort, all.Records)
	want := idsIn(all.Records)
	q.Limit = rapid.IntRange(1, 40).Draw(rt, "limit")
	var got []value.ID
	for page := (Page{Next: "-"}); page.Next != ""; {
		page, err = s.Find(t.Context(), clerk, q)
		if err != nil {
			rt.Fatal(err)
		}
		if len(page.Records) > q.Limit || len(page.Records) < q.Limit && page.Next != "" {
			rt.Fatalf("a page of %d records, %d were wanted; next %q", len(page.Records), q.Limit, page.Next)
		}
		got, q.After = append(got, idsIn(page.Records)...), page.Next
	}
	if !slices.Equal(got, want) {
		rt.Fatalf("sort %v filter %q: pages hold %v, the list %v", q.Sort, q.Filter, got, want)
	}
	var streamed []value.ID
	q.After = ""
	if err := s.Each(t.Context(), clerk, q, func(rec *Record) error { streamed = append(streamed, rec.ID); return nil }); err != nil {
		rt.Fatal(err)
	}
	if !slices.Equal(streamed, want) {
		rt.Fatalf("sort %v filter %q: the stream holds %v, the list %v", q.Sort, q.Filter, streamed, want)
	}
}

// checkOrder compares neighbours as a sort in memory would.
func checkOrder(rt *rapid.T, order []Sort, records []*Record) {
	down := len(order) == 0
	for _, one := range order {
		down = one.Down
		if one.Field == "id" {
			break
		}
	}
	for i := 1; i < len(records); i++ {
		a, b := records[i-1], records[i]
		c := 0
		for _, one := range order {
			if one.Field == "id" {
				break
			}
			if c = compare(a, b, one); c != 0 {
				break
			}
		}
		if c == 0 {
			if c = cmp.Compare(a.ID, b.ID); down {
				c = -c
			}
		}
		if c >= 0 {
			rt.Fatalf("sort %v: %v comes before %v", order, a.Values, b.Values)
		}
	}
}

func compare(a, b *Record, one Sort) int {
	x, y := sortable(a, one.Field), sortable(b, one.Field)
	switch {
	case x == nil && y == nil:
		return 0
	case x == nil:
		return 1
	case y == nil:
		return -1
	}
	c := 0
	switch x := x.(type) {
	case string:
		c = strings.Compare(x, y.(string))
	case int64:
		c = cmp.Compare(x, y.(int64))
	}
	if one.Down {
		return -c
	}
	return c
}

func sortable(rec *Record, field string) any {
	if field == "created" {
		return rec.Created.UnixMicro()
	}
	switch v := rec.Values[field].(type) {
	case string:
		if field == "status" {
			return int64(slices.Index([]string{"new", "open", "closed"}, v))
		}
		return fold(v)
	case Number:
		return v.Units
	case value.Money:
		return v.Minor
	case value.ID:
		return fold(rec.Titles[v])
	case Day:
		return int64(v)
	case bool:
		if v {
			return int64(1)
		}
		return int64(0)
	case time.Time:
		return v.UnixMicro()
	case nil:
		return nil
	default:
		return v
	}
}

func TestPlacesOfOtherOrdersAreRefused(t *testing.T) {
	world(t, func(t *testing.T, s *Store) {
		plant(t, s, "stall", Values{"name": "a"}, Values{"name": "b"}, Values{"name": "c"})
		first, err := s.Find(t.Context(), clerk, Query{Object: "stall", Sort: []Sort{{"name", false}}, Limit: 1})
		if err != nil || first.Next == "" {
			t.Fatalf("%q, %v", first.Next, err)
		}
		for name, q := range map[string]Query{
			"other direction": {Object: "stall", Sort: []Sort{{"name", true}}, After: first.Next},
			"other field":     {Object: "stall", Sort: []Sort{{"size", false}}, After: first.Next},
			"other object":    {Object: "trader", Sort: []Sort{{"name", false}}, After: first.Next},
			"no cursor":       {Object: "stall", After: "bogus!"},
			"cut off":         {Object: "stall", Sort: []Sort{{"name", false}}, After: first.Next[:len(first.Next)-8]},
		} {
			_, err := s.Find(t.Context(), clerk, q)
			if value.KindOf(err) != value.Invalid || !strings.Contains(err.Error(), "begin again at the first page") {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
