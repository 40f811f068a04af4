package record

import (
	"strings"
	"testing"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/value"
)

// log is what happened to records, oldest first.
func log(t *testing.T, s *Store) (rows []change.Row) {
	t.Helper()
	if err := change.Number(t.Context(), s.DB); err != nil {
		t.Fatal(err)
	}
	for _, row := range read(t, s, func(tx *db.Tx) ([]change.Row, error) { return change.Since(tx, 0, 1000) }) {
		if strings.HasPrefix(row.Object, "o_") {
			rows = append(rows, row)
		}
	}
	return rows
}

// told writes what an asker is told of the log.
func told(t *testing.T, s *Store, a Asker) string {
	t.Helper()
	sight := read(t, s, func(tx *db.Tx) (*Sight, error) { return s.Sight(tx, a) })
	var all []string
	for _, row := range log(t, s) {
		one, ok := sight.Told(a, row)
		switch {
		case !ok:
			continue
		case one.Made:
			all = append(all, one.Object.Key+" made "+string(one.Diff))
		case one.Gone:
			all = append(all, one.Object.Key+" gone "+string(one.Diff))
		default:
			all = append(all, one.Object.Key+" "+string(one.Diff))
		}
	}
	return strings.Join(all, "\n")
}

func TestToldWithoutALook(t *testing.T) {
	guarded(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		make := func(object string, v Values) value.ID {
			rec, err := s.Create(ctx, clerk, object, v)
			if err != nil {
				t.Fatal(err)
			}
			return rec.ID
		}
		change := func(object string, id value.ID, v Values) {
			if _, err := s.Update(ctx, clerk, object, id, 0, v); err != nil {
				t.Fatal(err)
			}
		}
		day := make("market_day", Values{"name": "Monday"})
		small := make("stall", Values{"name": "One", "size": int64(2), "subject": AnyValue{"market_day", day}})
		large := make("stall", Values{"name": "Two", "size": int64(5)})
		change("stall", small, Values{"rent": "EUR 5"})
		change("stall", small, Values{"name": "Tiny"})
		change("stall", large, Values{"size": int64(3), "rent": "EUR 7"})
		change("stall", large, Values{"size": int64(30)})
		if err := s.Delete(ctx, clerk, "stall", small, 0); err != nil {
			t.Fatal(err)
		}
		whole := strings.Split(told(t, s, clerk), "\n")
		if len(whole) != 8 || !strings.HasPrefix(whole[1], "stall made {") || !strings.Contains(whole[3], "rent") || whole[7] != `stall gone {"deleted":true}` {
			t.Errorf("the clerk is told\n%s", strings.Join(whole, "\n"))
		}
		got := told(t, s, guest)
		lines := strings.Split(got, "\n")
		if len(lines) != 2 || !strings.HasPrefix(lines[0], "stall made") || !strings.Contains(lines[1], `"size":{"new":3,"old":5}`) && !strings.Contains(lines[1], `"size":{"old":5,"new":3}`) {
			t.Errorf("a guest is told\n%s", got)
		}
		for _, hidden := range []string{"rent", "twice", "market_day", "mkd_", "30"} {
			if strings.Contains(got, hidden) {
				t.Errorf("%q is in\n%s", hidden, got)
			}
		}
		renameHidden(t, s)
		if got := told(t, s, guest); strings.Contains(got, "EUR") || !strings.Contains(got, `"size"`) {
			t.Errorf("a guest is told of the hidden field whose name another has now\n%s", got)
		}
		days := clerk.Only([]string{"market_day", "stall"}).Only([]string{"market_day", "trader"})
		if got := told(t, s, days); !strings.HasPrefix(got, "market_day made") || strings.Contains(got, "stall") {
			t.Errorf("who is limited to days is told\n%s", got)
		}
	})
}

// renameHidden gives the rent, which guests do not see, another name, and its name to a field that they see.
func renameHidden(t *testing.T, s *Store) {
	t.Helper()
	stall, err := read(t, s, s.Catalog).Object("stall")
	if err != nil {
		t.Fatal(err)
	}
	rent := stall.Field("rent").clone()
	rent.Key = "fee"
	apply(t, s, Step{Op: ChangeField, Object: "stall", Field: "rent", NewField: rent})
	apply(t, s, Step{Op: AddField, Object: "stall", NewField: named("rent", "Rent", Text)})
}

// An asker who is limited to some objects knows no way to the others.
func TestOnly(t *testing.T) {
	world(t, func(t *testing.T, s *Store) {
		limited := clerk.Only([]string{"stall", "market_day"})
		sight := read(t, s, func(tx *db.Tx) (*Sight, error) { return s.Sight(tx, limited) })
		if len(sight.Objects()) != 2 {
			t.Errorf("%d objects", len(sight.Objects()))
		}
		seen, err := sight.Object("stall")
		if err != nil || seen.Field("trader") != nil || seen.Field("days") == nil || !seen.May(Delete) {
			t.Errorf("%v %v", seen, err)
		}
		for _, filter := range []string{`trader.name == "x"`, `trader != null`} {
			if _, err := s.Find(t.Context(), limited, Query{Object: "stall", Filter: filter}); value.KindOf(err) != value.Invalid {
				t.Errorf("%s: %v", filter, err)
			}
		}
		if _, err := s.Find(t.Context(), limited, Query{Object: "trader"}); value.KindOf(err) != value.NotFound {
			t.Errorf("%v", err)
		}
		if _, err := s.Create(t.Context(), limited, "trader", Values{"name": "x"}); value.KindOf(err) != value.NotFound {
			t.Errorf("%v", err)
		}
		none := System("test").Only(nil)
		if sight := read(t, s, func(tx *db.Tx) (*Sight, error) { return s.Sight(tx, none) }); len(sight.Objects()) != 0 {
			t.Error("the program limited to nothing sees something")
		}
	})
}
