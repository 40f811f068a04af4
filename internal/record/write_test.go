package record

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/value"
)

// create makes a record that must be good.
func create(t testing.TB, s *Store, object string, v Values) *Record {
	t.Helper()
	rec, err := s.Create(t.Context(), clerk, object, v)
	if err != nil {
		t.Fatalf("create %s %v: %v", object, v, err)
	}
	return rec
}

func update(t testing.TB, s *Store, object string, id value.ID, v Values) *Record {
	t.Helper()
	rec, err := s.Update(t.Context(), clerk, object, id, 0, v)
	if err != nil {
		t.Fatalf("update %s %v: %v", object, v, err)
	}
	return rec
}

func get(t testing.TB, s *Store, object string, id value.ID) *Record {
	t.Helper()
	rec, err := s.Get(t.Context(), clerk, object, id)
	if err != nil {
		t.Fatalf("get %s %s: %v", object, id, err)
	}
	return rec
}

// wantFault checks kind and field of an error.
func wantFault(t testing.TB, err error, kind value.Kind, field string) {
	t.Helper()
	var known *value.Error
	if value.KindOf(err) != kind || field != "" && (!errors.As(err, &known) || known.Field != field) {
		t.Errorf("%v (%s), want %s at %q", err, value.KindOf(err), kind, field)
	}
}

// Everything that can be written is read back, from what Create returns and from the database.
func TestCreateEveryType(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *Store) {
		anna := create(t, s, "trader", Values{"name": "Anna Weber", "email": "anna@example.org"})
		day := create(t, s, "market_day", Values{"name": "Spring fair", "day": "2026-03-31"})
		given := Values{
			"name": "Bread & Salt", "about": "two\nlines", "size": "3", "weight": "12.5", "rent": "12.50", "covered": "yes",
			"starts": "2026-03-31", "ends": "1.4.2026", "inspected": "2026-03-30T08:00:00Z", "goods": []any{"books", "bikes"},
			"mail": "B@example.org", "phone": "+41446681800", "page": "https://example.org", "spot": "Basel (47.5, 7.6)",
			"papers": []any{map[string]any{"sha256": strings.Repeat("0a", 32), "name": "permit.pdf", "type": "application/pdf", "bytes": 12.0}},
			"trader": "Anna Weber", "days": []any{map[string]any{"id": day.Object.ID(day.ID), "pitch": "A1", "tables": 2.0}},
			"subject": anna.Object.ID(anna.ID),
		}
		made := create(t, s, "stall", given)
		got := get(t, s, "stall", made.ID)
		for _, key := range sortedKeys(given) {
			if !reflect.DeepEqual(got.Values[key], made.Values[key]) || got.Values[key] == nil {
				t.Errorf("%s: made %#v, read %#v", key, made.Values[key], got.Values[key])
			}
		}
		for key, want := range map[string]any{
			"rent": value.Money{Minor: 1250, Currency: "EUR"}, "status": "new", "number": int64(100), "area": int64(9), "trader": anna.ID,
			"goods": []string{"bikes", "books"}, "days": []RefValue{{ID: day.ID, Attributes: Values{"pitch": "A1", "tables": int64(2)}}},
			"subject": AnyValue{"trader", anna.ID},
		} {
			if !reflect.DeepEqual(got.Values[key], want) {
				t.Errorf("%s: %#v, want %#v", key, got.Values[key], want)
			}
		}
		if got.Rev != 1 || got.By != "staff:7" || got.Titles[anna.ID] != "Anna Weber" || made.Titles[anna.ID] != "Anna Weber" {
			t.Errorf("%+v, %+v", got, made)
		}
		if total := get(t, s, "trader", anna.ID).Values; total["stalls"] != int64(1) || total["rent_total"] != int64(3) {
			t.Errorf("roll-ups %v", total)
		}
		if next := create(t, s, "stall", Values{"name": "Second"}); next.Values["number"] != int64(101) || next.Values["area"] != nil {
			t.Errorf("%v", next.Values)
		}
	})
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *Store) {
		create(t, s, "stall", Values{"name": "Bread"})
		ctx := t.Context()
		for _, c := range []struct {
			values Values
			kind   value.Kind
			field  string
		}{
			{Values{}, value.Invalid, "name"},
			{Values{"name": "BREAD"}, value.Conflict, "name"},
			{Values{"name": "x", "nothing": 1}, value.Invalid, "nothing"},
			{Values{"name": "x", "'; drop table record_object; --": 1}, value.Invalid, ""},
			{Values{"name": "x", "size": "0"}, value.Invalid, "size"},
			{Values{"name": "x", "starts": "2026-02-02", "ends": "2026-02-01"}, value.Invalid, "ends"},
			{Values{"name": "x", "number": 5}, value.Invalid, "number"},
			{Values{"name": "x", "area": 5}, value.Invalid, "area"},
			{Values{"name": "x", "trader": value.ID(99)}, value.Invalid, "trader"},
			{Values{"name": "x", "trader": "Nobody"}, value.Invalid, "trader"},
			{Values{"name": "x", "days": []any{value.ID(99).Text("mkd")}}, value.Invalid, "days"},
			{Values{"name": "x", "subject": value.ID(99).Text("trd")}, value.Invalid, "subject"},
			{Values{"name": "x", "phone": "12"}, value.Invalid, "phone"},
		} {
			_, err := s.Create(ctx, clerk, "stall", c.values)
			wantFault(t, err, c.kind, c.field)
		}
		_, err := s.Create(ctx, clerk, "stall", Values{"name": "", "size": "x", "mail": "y"})
		var faults Faults
		if !errors.As(err, &faults) || len(faults) != 2 {
			t.Errorf("several faults: %v", err)
		}
		_, err = s.Create(ctx, clerk, "nothing", Values{})
		wantFault(t, err, value.NotFound, "")
		_, err = s.Update(ctx, clerk, "stall", 99, 0, Values{"name": "x"})
		wantFault(t, err, value.NotFound, "")
		wantFault(t, s.Delete(ctx, clerk, "stall", 99, 0), value.NotFound, "")
		wantFault(t, s.Restore(ctx, clerk, "stall", 99), value.NotFound, "")
		wantFault(t, s.Purge(ctx, clerk, "stall", []value.ID{99}), value.NotFound, "")
	})
}

// What looks like SQL is a text like any other.
func TestInjection(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *Store) {
		for i, text := range []string{`'); drop table record_object; --`, `"; select 1; --`, `$1 {t} %s`, `\'`, `{"a":1}`} {
			rec := create(t, s, "stall", Values{"name": text, "about": text, "days": nil, "goods": []string{}})
			if got := get(t, s, "stall", rec.ID); got.Values["name"] != text || got.Values["about"] != text {
				t.Errorf("%q is read as %v", text, got.Values)
			}
			_, err := s.Create(t.Context(), clerk, "stall", Values{"name": fmt.Sprint("x", i), "trader": text})
			wantFault(t, err, value.Invalid, "trader")
		}
	})
}

// Two people change one record: the second is told who was first and what differs.
func TestConflict(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *Store) {
		rec := create(t, s, "stall", Values{"name": "Bread", "size": 3})
		colleague := clerk
		colleague.Actor.ID = 8
		if _, err := s.Update(t.Context(), colleague, "stall", rec.ID, rec.Rev, Values{"size": 4}); err != nil {
			t.Fatal(err)
		}
		_, err := s.Update(t.Context(), clerk, "stall", rec.ID, rec.Rev, Values{"size": 5, "name": "Bread"})
		wantFault(t, err, value.Conflict, "")
		if text := err.Error(); !strings.Contains(text, "staff:8") || !strings.Contains(text, "size") || strings.Contains(text, "name") {
			t.Errorf("%v", err)
		}
		wantFault(t, s.Delete(t.Context(), clerk, "stall", rec.ID, rec.Rev), value.Conflict, "")
		if got := get(t, s, "stall", rec.ID); got.Rev != 2 || got.Values["size"] != int64(4) || got.LastBy != "staff:8" {
			t.Errorf("%+v", got)
		}
	})
}

func TestUpdateChangesWhatItNames(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *Store) {
		rec := create(t, s, "stall", Values{"name": "Bread", "size": 3, "goods": "bikes", "covered": true})
		got := update(t, s, "stall", rec.ID, Values{"size": 5, "goods": nil})
		if got.Rev != 2 || got.Values["size"] != int64(5) || got.Values["area"] != int64(15) || got.Values["goods"] != nil || got.Values["covered"] != true {
			t.Errorf("%v", got.Values)
		}
		if again := update(t, s, "stall", rec.ID, Values{"size": "5"}); again.Rev != 2 {
			t.Errorf("a write that changes nothing made revision %d", again.Rev)
		}
		if stored := get(t, s, "stall", rec.ID); !reflect.DeepEqual(stored.Values, got.Values) {
			t.Errorf("stored %v, returned %v", stored.Values, got.Values)
		}
	})
}

// The change log has every write with the values before and after, and nothing of what did not change.
func TestTheLogTellsWhatChanged(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *Store) {
		rec := create(t, s, "market_day", Values{"name": "Fair", "day": "2026-03-31"})
		update(t, s, "market_day", rec.ID, Values{"day": "2026-04-01", "open": true})
		if err := s.Delete(t.Context(), clerk, "market_day", rec.ID, 0); err != nil {
			t.Fatal(err)
		}
		rows := history(t, s, "market_day", rec.ID)
		want := []string{
			`record.delete {"deleted":true}`,
			`record.update {"day":{"old":"2026-03-31","new":"2026-04-01"},"open":{"new":true}}`,
			`record.create {"name":{"new":"Fair"},"day":{"new":"2026-03-31"},"made":true}`,
		}
		if !slices.Equal(rows, want) {
			t.Errorf("log %s", strings.Join(rows, "\n"))
		}
	})
}

func history(t testing.TB, s *Store, key string, id value.ID) []string {
	t.Helper()
	if err := change.Number(t.Context(), s.DB); err != nil {
		t.Fatal(err)
	}
	o := object(t, s, key)
	var all []string
	for _, row := range read(t, s, func(tx *db.Tx) ([]change.Row, error) { return change.History(tx, o.LogName(), id, 100) }) {
		all = append(all, row.Action+" "+row.Diff)
	}
	return all
}

// Of many who take the same name at once, one gets it; the others learn at which field they failed.
func TestUniqueRaces(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *Store) {
		var group sync.WaitGroup
		var mu sync.Mutex
		won := 0
		for i := range 64 {
			group.Go(func() {
				_, err := s.Create(context.Background(), clerk, "stall", Values{"name": []string{"Bread", "BREAD", "bread"}[i%3]})
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					won++
				} else if value.KindOf(err) != value.Unavailable {
					wantFault(t, err, value.Conflict, "name")
				}
			})
		}
		group.Wait()
		if won != 1 {
			t.Errorf("%d won", won)
		}
	})
}

func TestTrash(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		rec := create(t, s, "stall", Values{"name": "Bread", "goods": "bikes"})
		if err := s.Delete(ctx, clerk, "stall", rec.ID, rec.Rev); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Get(ctx, clerk, "stall", rec.ID); value.KindOf(err) != value.NotFound {
			t.Errorf("read from the trash: %v", err)
		}
		_, err := s.Update(ctx, clerk, "stall", rec.ID, 0, Values{"size": 1})
		wantFault(t, err, value.NotFound, "")
		second := create(t, s, "stall", Values{"name": "bread"})
		wantFault(t, s.Restore(ctx, clerk, "stall", rec.ID), value.Conflict, "name")
		update(t, s, "stall", second.ID, Values{"name": "Salt"})
		if err := s.Restore(ctx, clerk, "stall", rec.ID); err != nil {
			t.Fatal(err)
		}
		if got := get(t, s, "stall", rec.ID); got.Rev != 3 || !reflect.DeepEqual(got.Values["goods"], []string{"bikes"}) {
			t.Errorf("restored %+v", got)
		}
		wantFault(t, s.Purge(ctx, clerk, "stall", []value.ID{rec.ID}), value.NotFound, "")
		if err := errors.Join(s.Delete(ctx, clerk, "stall", rec.ID, 0), s.Purge(ctx, clerk, "stall", []value.ID{rec.ID})); err != nil {
			t.Fatal(err)
		}
		wantFault(t, s.Restore(ctx, clerk, "stall", rec.ID), value.NotFound, "")
		if n := read(t, s, func(tx *db.Tx) (int, error) {
			return db.One(tx, db.Column[int], "select count(*) from "+object(t, s, "stall").Field("goods").side())
		}); n != 0 {
			t.Errorf("%d choices are left of a purged record", n)
		}
	})
}

// Roles: what they may not write fails, and a hidden field fails like one that does not exist.
func TestRights(t *testing.T) {
	t.Parallel()
	grants := func(_, _, stall *Object) {
		stall.Grants = []Grant{{Role: "helper", Rights: []Right{See, Make, Edit}, Rows: "size <= 10", Change: "status != 'closed'"}}
		stall.Field("about").Hidden, stall.Field("mail").Locked = []string{"helper"}, []string{"helper"}
	}
	dbtest.Each(t, []db.Schema{Schema()}, func(t *testing.T, d *db.DB) {
		s := loose(t, d, grants)
		ctx := t.Context()
		helper := clerk
		helper.Role, helper.Define = "helper", false
		small := create(t, s, "stall", Values{"name": "Small", "size": 3})
		large := create(t, s, "stall", Values{"name": "Large", "size": 30})
		closed := create(t, s, "stall", Values{"name": "Closed", "size": 3, "status": "closed"})
		set := func(id value.ID, v Values) error {
			_, err := s.Update(ctx, helper, "stall", id, 0, v)
			return err
		}
		if err := set(small.ID, Values{"size": 4}); err != nil {
			t.Error(err)
		}
		wantFault(t, set(large.ID, Values{"size": 4}), value.NotFound, "")
		wantFault(t, set(closed.ID, Values{"size": 4}), value.Forbidden, "")
		wantFault(t, set(small.ID, Values{"status": "closed"}), value.Forbidden, "")
		wantFault(t, set(small.ID, Values{"size": 40}), value.Forbidden, "")
		wantFault(t, set(small.ID, Values{"mail": "a@example.org"}), value.Forbidden, "mail")
		wantFault(t, s.Delete(ctx, helper, "stall", small.ID, 0), value.Forbidden, "")
		hidden, missing := set(small.ID, Values{"about": "x"}), set(small.ID, Values{"abouu": "x"})
		if hidden == nil || strings.ReplaceAll(hidden.Error(), "about", "abouu") != missing.Error() {
			t.Errorf("hidden: %v; missing: %v", hidden, missing)
		}
		_, err := s.Create(ctx, helper, "stall", Values{"name": "New", "size": 11})
		wantFault(t, err, value.Forbidden, "")
		if _, err := s.Create(ctx, helper, "stall", Values{"name": "New", "size": 10}); err != nil {
			t.Error(err)
		}
		if got := get(t, s, "stall", small.ID); got.Values["size"] != int64(4) || got.Values["status"] != "new" {
			t.Errorf("%v", got.Values)
		}
	})
}
