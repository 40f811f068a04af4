package record

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"fairground/internal/value"
)

// TestSideTables reads back what lies beside a record's row, and finds the record from the other end.
func TestSideTables(t *testing.T) {
	world(t, func(t *testing.T, s *Store) {
		traders, days, _ := planted(t, s, 0)
		files := []FileValue{{Sha256: fmt.Sprintf("%064d", 1), Name: "plan.png", Type: "image/png", Bytes: 10}, {Sha256: fmt.Sprintf("%064d", 2), Name: "permit.pdf", Type: "application/pdf", Bytes: 20}}
		refs := []RefValue{{ID: days[1], Attributes: Values{"pitch": "B 4", "tables": int64(2)}}, {ID: days[0]}}
		made, err := s.Create(t.Context(), clerk, "stall", Values{"name": "One", "goods": []string{"plants", "bikes"}, "days": refs, "papers": files,
			"trader": traders[0], "subject": AnyValue{"trader", traders[1]}})
		if err != nil {
			t.Fatal(err)
		}
		rec, err := s.Get(t.Context(), clerk, "stall", made.ID, "days", "subject")
		if err != nil {
			t.Fatal(err)
		}
		for key, want := range map[string]any{"goods": []string{"bikes", "plants"}, "days": refs, "papers": files} {
			if got := rec.Values[key]; !reflect.DeepEqual(got, want) {
				t.Errorf("%s is %v, want %v", key, got, want)
			}
		}
		if got := rec.Linked["days"]; len(got) != 2 || got[0].Title() != "Autumn fair" || got[1].Title() != "Spring fair" || rec.Linked["subject"][0].Title() != "Bo Lind" {
			t.Errorf("%v", rec.Linked)
		}
		for id, want := range map[value.ID]string{traders[0]: "trader", traders[1]: "subject", days[0]: "days", days[1]: "days"} {
			object := map[bool]string{true: "trader", false: "market_day"}[slices.Contains(traders, id)]
			other, err := s.Get(t.Context(), clerk, object, id)
			if err != nil {
				t.Fatal(err)
			}
			lists, err := s.Related(t.Context(), clerk, other)
			if err != nil || len(lists) != 1 || lists[0].Field.Key != want || lists[0].Records[0].ID != made.ID || lists[0].More {
				t.Errorf("%s: %+v, %v", other.Title(), lists, err)
			}
		}
		if err := s.Delete(t.Context(), clerk, "stall", made.ID, 0); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Get(t.Context(), clerk, "stall", made.ID); value.KindOf(err) != value.NotFound {
			t.Error(err)
		}
		if got := names(t, s, clerk, Query{Object: "stall", Trash: true, Search: "one"}); len(got) != 1 {
			t.Errorf("the trash holds %q", got)
		}
	})
}

// TestPagesOfSearches: what is found by words comes page by page, too.
func TestPagesOfSearches(t *testing.T) {
	world(t, func(t *testing.T, s *Store) {
		var all []Values
		for i := range 30 {
			all = append(all, Values{"name": fmt.Sprintf("Bike %d", i), "size": int64(i % 3)}, Values{"name": fmt.Sprintf("Book %d", i)})
		}
		ids := plant(t, s, "stall", all...)
		for _, q := range []Query{{Search: "bik"}, {Search: "bik", Sort: []Sort{{"id", false}}}, {Search: "bik", Filter: "size > 0", Sort: []Sort{{"size", true}}}} {
			q.Object, q.Limit = "stall", 7
			seen := map[value.ID]bool{}
			for page := (Page{Next: "-"}); page.Next != ""; q.After = page.Next {
				var err error
				if page, err = s.Find(t.Context(), clerk, q); err != nil {
					t.Fatal(err)
				}
				for _, rec := range page.Records {
					if seen[rec.ID] || slices.Index(ids, rec.ID)%2 != 0 {
						t.Errorf("%q comes twice or is none", rec.Title())
					}
					seen[rec.ID] = true
				}
			}
			want := map[bool]int{true: 20, false: 30}[q.Filter != ""]
			if n, more, err := s.Count(t.Context(), clerk, Query{Object: "stall", Search: q.Search, Filter: q.Filter}, 100); len(seen) != want || n != want || more || err != nil {
				t.Errorf("%+v: %d in pages, %d counted, want %d; %v", q, len(seen), n, want, err)
			}
			if n, more, _ := s.Count(t.Context(), clerk, Query{Object: "stall", Search: q.Search}, 9); n != 9 || !more {
				t.Errorf("%d %t", n, more)
			}
		}
	})
}
