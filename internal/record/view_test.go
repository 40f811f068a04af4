package record

import (
	"slices"
	"strings"
	"testing"

	"fairground/internal/db"
	"fairground/internal/value"
)

func TestViews(t *testing.T) {
	guarded(t, func(t *testing.T, s *Store) {
		save := func(a Asker, v View) View {
			t.Helper()
			v.Object = "stall"
			saved, err := s.SaveView(t.Context(), a, v)
			if err != nil {
				t.Fatal(err)
			}
			return saved
		}
		shared := save(clerk, View{Name: "Dear ones", Shared: true, Filter: "rent > 100.0", Columns: []string{"name", "rent", "created"}, Sort: []Sort{{"rent", true}, {"name", false}}})
		save(clerk, View{Name: "Mine", Kind: BoardView, By: "status"})
		own := save(guest, View{Name: "Small ones", Kind: CalendarView, By: "starts", Filter: "size < 2"})
		list := func(a Asker) (views []View) {
			return read(t, s, func(tx *db.Tx) ([]View, error) { return s.Views(tx, a, "stall") })
		}
		views := list(guest)
		if len(views) != 2 || views[0].ID != shared.ID || views[1].ID != own.ID {
			t.Fatalf("%+v", views)
		}
		v := views[0]
		if v.Filter != "" || !slices.Equal(v.Columns, []string{"name", "created"}) || len(v.Sort) != 1 || len(v.Notes) != 3 || strings.Contains(strings.Join(v.Notes, " "), "rent") {
			t.Errorf("the guest opens %+v", v)
		}
		v.Name = "Taken over"
		if _, err := s.SaveView(t.Context(), guest, v); value.KindOf(err) != value.Forbidden {
			t.Errorf("a guest saved over what they do not see: %v", err)
		}
		if got := list(clerk)[0]; got.Filter != "rent > 100.0" || len(got.Notes) != 0 {
			t.Errorf("the clerk opens %+v", got)
		}
		own.Name = "Tiny ones"
		again := save(guest, own)
		if _, err := s.SaveView(t.Context(), guest, own); value.KindOf(err) != value.Conflict || again.Rev != 2 {
			t.Errorf("a stale view was saved: %v", err)
		}
		if err := s.RemoveView(t.Context(), clerk, own.ID); value.KindOf(err) != value.NotFound {
			t.Errorf("the clerk removed a guest's view: %v", err)
		}
		if err := s.RemoveView(t.Context(), guest, own.ID); err != nil || len(list(guest)) != 1 {
			t.Errorf("%v", err)
		}
		for name, bad := range map[string]View{
			"no name":        {Name: " "},
			"kind":           {Name: "x", Kind: "pie"},
			"board of dates": {Name: "x", Kind: BoardView, By: "starts"},
			"calendar":       {Name: "x", Kind: CalendarView},
			"column":         {Name: "x", Columns: []string{"rent"}},
			"filter":         {Name: "x", Filter: "rent > 1.0"},
			"sort":           {Name: "x", Sort: []Sort{{Field: "goods"}}},
		} {
			bad.Object = "stall"
			if _, err := s.SaveView(t.Context(), guest, bad); value.KindOf(err) != value.Invalid {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// TestViewsOutliveTheirFields: a view whose field was removed still opens.
func TestViewsOutliveTheirFields(t *testing.T) {
	world(t, func(t *testing.T, s *Store) {
		v := View{Columns: []string{"name", "gone"}, Sort: []Sort{{Field: "gone"}}, Filter: "gone == 1", Kind: BoardView, By: "gone"}
		seen := sightFor(t, s, clerk, "stall")
		if !v.fit(seen, true) || len(v.Columns) != 1 || len(v.Sort) != 0 || v.Filter != "" || v.Kind != ListView || len(v.Notes) != 4 {
			t.Errorf("%+v", v)
		}
		if !strings.Contains(strings.Join(v.Notes, " "), `"gone"`) {
			t.Errorf("%q", v.Notes)
		}
	})
}
