package record

import (
	"errors"
	"fmt"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/value"
)

// loop is a world of two objects that refer to each other and to themselves.
func loop(t testing.TB, d *db.DB, when OnDelete) *Store {
	t.Helper()
	s := New(d, Config{})
	if err := s.Ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	link := func(key, target string) *Field {
		return with(named(key, key, Reference), func(f *Field) { f.Options.Target, f.Options.OnDelete = target, when })
	}
	name := func() *Field { return named("name", "Name", Text) }
	apply(t, s,
		Step{Op: AddObject, NewObject: &Object{Key: "row", Short: "rrw", Labels: en("Row"), Plural: en("Rows"), Title: "name", Icon: "list", Fields: []*Field{name(), link("before", "row")}}},
		Step{Op: AddObject, NewObject: &Object{Key: "tent", Short: "tnt", Labels: en("Tent"), Plural: en("Tents"), Title: "name", Icon: "list", Fields: []*Field{name(), link("in_row", "row")}}},
		Step{Op: AddField, Object: "row", NewField: link("chief", "tent")},
	)
	return s
}

func eachLoop(t *testing.T, when OnDelete, test func(t *testing.T, s *Store)) {
	t.Helper()
	dbtest.Each(t, []db.Schema{Schema()}, func(t *testing.T, d *db.DB) { test(t, loop(t, d, when)) })
}

// A ring of references goes to the trash together, once each, and an undo brings all of it back.
func TestCascade(t *testing.T) {
	t.Parallel()
	eachLoop(t, Cascade, func(t *testing.T, s *Store) {
		first := create(t, s, "row", Values{"name": "1"})
		second := create(t, s, "row", Values{"name": "2", "before": first.ID})
		tent := create(t, s, "tent", Values{"name": "T", "in_row": second.ID})
		update(t, s, "row", first.ID, Values{"before": second.ID, "chief": tent.ID})
		apart := create(t, s, "tent", Values{"name": "apart"})
		doBatch(t, s, "tent", BatchOptions{Batch: 4}, Write{Op: DoDelete, ID: tent.ID})
		if rows, tents := count(t, s, "row"), count(t, s, "tent"); rows != 0 || tents != 1 {
			t.Errorf("%d rows and %d tents are left", rows, tents)
		}
		if got := get(t, s, "tent", apart.ID); got.Rev != 1 {
			t.Errorf("%+v", got)
		}
		if result, err := s.UndoBatch(t.Context(), clerk, 4); err != nil || result.Undone != 3 || result.Kept != 0 {
			t.Errorf("%+v, %v", result, err)
		}
		if got := get(t, s, "row", first.ID); got.Values["before"] != second.ID || got.Values["chief"] != tent.ID {
			t.Errorf("%+v", got.Values)
		}
	})
}

func TestClearAndPurge(t *testing.T) {
	t.Parallel()
	eachLoop(t, Clear, func(t *testing.T, s *Store) {
		row := create(t, s, "row", Values{"name": "1"})
		tent := create(t, s, "tent", Values{"name": "T", "in_row": row.ID})
		self := update(t, s, "row", row.ID, Values{"before": row.ID})
		if err := s.Delete(t.Context(), clerk, "row", row.ID, self.Rev); err != nil {
			t.Fatal(err)
		}
		if got := get(t, s, "tent", tent.ID); got.Values["in_row"] != nil || got.Rev != 2 {
			t.Errorf("%+v", got)
		}
		if err := s.Purge(t.Context(), clerk, "row", []value.ID{row.ID}); err != nil {
			t.Fatal(err)
		}
		_, err := s.Create(t.Context(), clerk, "tent", Values{"name": "x", "in_row": row.ID})
		wantFault(t, err, value.Invalid, "in_row")
	})
}

func TestRestrict(t *testing.T) {
	t.Parallel()
	eachLoop(t, Restrict, func(t *testing.T, s *Store) {
		row, free := create(t, s, "row", Values{"name": "1"}), create(t, s, "row", Values{"name": "2"})
		tent := create(t, s, "tent", Values{"name": "T", "in_row": row.ID})
		results := doBatch(t, s, "row", BatchOptions{}, Write{Op: DoDelete, ID: row.ID}, Write{Op: DoDelete, ID: free.ID})
		wantFault(t, results[0].Err, value.Conflict, "")
		if results[1].Err != nil || count(t, s, "row") != 1 {
			t.Errorf("%+v", results)
		}
		if err := errors.Join(s.Delete(t.Context(), clerk, "tent", tent.ID, 0), s.Delete(t.Context(), clerk, "row", row.ID, 0)); err != nil {
			t.Error(err)
		}
	})
}

// Merging moves every kind of reference, keeps both histories, and can be undone.
func TestMerge(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		keep := create(t, s, "trader", Values{"name": "Anna"})
		other := create(t, s, "trader", Values{"name": "Anna W.", "email": "anna@example.org"})
		third := create(t, s, "trader", Values{"name": "A. Weber", "email": "aw@example.org"})
		mine := create(t, s, "stall", Values{"name": "Mine", "size": 2, "trader": keep.ID})
		theirs := create(t, s, "stall", Values{"name": "Theirs", "size": 5, "trader": other.ID, "subject": other.Object.ID(third.ID)})
		gone := create(t, s, "stall", Values{"name": "Gone", "size": 9, "trader": other.ID})
		if err := s.Delete(ctx, clerk, "stall", gone.ID, 0); err != nil {
			t.Fatal(err)
		}
		_, err := s.Merge(ctx, clerk, "trader", keep.ID, []value.ID{keep.ID}, nil)
		wantFault(t, err, value.Invalid, "")
		_, err = s.Merge(ctx, clerk, "trader", keep.ID, []value.ID{99}, nil)
		wantFault(t, err, value.NotFound, "")
		merged, err := s.MergeAs(ctx, clerk, "trader", keep.ID, []value.ID{other.ID, third.ID}, map[string]value.ID{"name": third.ID}, 6)
		if err != nil {
			t.Fatal(err)
		}
		if v := merged.Values; v["name"] != "A. Weber" || v["email"] != "anna@example.org" {
			t.Errorf("merged %v", v)
		}
		got := get(t, s, "trader", keep.ID).Values
		if got["stalls"] != int64(2) || got["rent_total"] != int64(7) {
			t.Errorf("roll-ups %v", got)
		}
		if v := get(t, s, "stall", theirs.ID).Values; v["trader"] != keep.ID || v["subject"] != (AnyValue{"trader", keep.ID}) {
			t.Errorf("%v", v)
		}
		if log := history(t, s, "trader", other.ID); len(log) != 2 || log[0] != fmt.Sprintf(`record.merge {"deleted":true,"merged_into":%q}`, keep.Object.ID(keep.ID)) {
			t.Errorf("%v", log)
		}
		if err := s.Restore(ctx, clerk, "stall", gone.ID); err != nil || get(t, s, "stall", gone.ID).Values["trader"] != keep.ID {
			t.Errorf("restored after the merge: %v", err)
		}
		result, err := s.UndoBatch(ctx, clerk, 6)
		if err != nil || result.Kept != 0 {
			t.Fatalf("%+v, %v", result, err)
		}
		for id, want := range map[value.ID]Values{
			keep.ID:  {"name": "Anna", "stalls": int64(1), "rent_total": int64(2)},
			other.ID: {"name": "Anna W.", "email": "anna@example.org", "stalls": int64(2), "rent_total": int64(14)},
			third.ID: {"name": "A. Weber", "email": "aw@example.org", "stalls": int64(0), "rent_total": int64(0)},
		} {
			if got := get(t, s, "trader", id).Values; !reflect.DeepEqual(got, want) {
				t.Errorf("after the undo %v, want %v", got, want)
			}
		}
		if v := get(t, s, "stall", mine.ID).Values; v["trader"] != keep.ID {
			t.Errorf("%v", v)
		}
		noProblems(t, s)
	})
}

func noProblems(t testing.TB, s *Store) {
	t.Helper()
	problems, err := s.CheckAll(t.Context())
	if err != nil || len(problems) > 0 {
		t.Errorf("%+v, %v", problems, err)
	}
}

// many are roll-ups of every kind over the stalls of a trader.
func many(trader, _, stall *Object) {
	stall.Field("rent").Options.Currency = "EUR"
	stall.Field("trader").Options.OnDelete = Clear
	stall.Checks = nil
	stall.Field("size").Check = ""
	for key, p := range map[string]RollupPlan{
		"sizes": {Op: "sum", Of: "size"}, "smallest": {Op: "min", Of: "size"}, "largest": {Op: "max", Of: "area"}, "usual": {Op: "average", Of: "size"},
		"weights": {Op: "sum", Of: "weight"}, "weight": {Op: "average", Of: "weight"}, "rents": {Op: "sum", Of: "rent"}, "first": {Op: "min", Of: "starts"},
		"open": {Op: "count"}, "open_size": {Op: "sum", Of: "size"}, "dear": {Op: "max", Of: "rent"},
	} {
		p.From, p.By = "stall", "trader"
		if key == "open" || key == "open_size" {
			p.Where = "status == 'open' && size > 2"
		}
		trader.Fields = append(trader.Fields, with(named(key, key, Rollup), func(f *Field) { f.Options.Rollup = &p }))
	}
}

// Whatever is made, changed, deleted, restored and merged, roll-ups equal what computing them anew gives.
func TestRollupsEqualRecomputation(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, []db.Schema{Schema()}, func(t *testing.T, d *db.DB) {
		s := loose(t, d, many)
		rapid.Check(t, func(r *rapid.T) { rollupStory(t, r, s) })
		noProblems(t, s)
	})
}

func rollupStory(t *testing.T, r *rapid.T, s *Store) {
	var traders, stalls []value.ID
	for i := range 3 {
		traders = append(traders, create(t, s, "trader", Values{"name": fmt.Sprint(i)}).ID)
	}
	pick := func(ids []value.ID) value.ID { return ids[rapid.IntRange(0, len(ids)-1).Draw(r, "which")] }
	values := func() Values {
		v := Values{"name": "x"}
		for _, one := range []struct {
			key string
			gen *rapid.Generator[any]
		}{
			{"size", rapid.Int64Range(-5, 9).AsAny()}, {"status", rapid.SampledFrom([]string{"new", "open"}).AsAny()},
			{"weight", rapid.SampledFrom([]string{"1.5", "0.001", "-3"}).AsAny()}, {"rent", rapid.SampledFrom([]string{"1.50", "EUR 3"}).AsAny()},
			{"starts", rapid.SampledFrom([]string{"2026-01-01", "2025-01-01"}).AsAny()}, {"trader", rapid.SampledFrom(traders).AsAny()},
		} {
			key, gen := one.key, one.gen
			switch rapid.IntRange(0, 3).Draw(r, key) {
			case 0:
			case 1:
				v[key] = nil
			default:
				v[key] = gen.Draw(r, key)
			}
		}
		return v
	}
	for range rapid.IntRange(1, 8).Draw(r, "steps") {
		var err error
		switch step := rapid.IntRange(0, 6).Draw(r, "step"); {
		case step < 2 || len(stalls) == 0:
			var rec *Record
			if rec, err = s.Create(t.Context(), clerk, "stall", values()); err == nil {
				stalls = append(stalls, rec.ID)
			}
		case step < 4:
			_, err = s.Update(t.Context(), clerk, "stall", pick(stalls), 0, values())
		case step == 4:
			err = s.Delete(t.Context(), clerk, "stall", pick(stalls), 0)
		case step == 5:
			err = s.Restore(t.Context(), clerk, "stall", pick(stalls))
		default:
			_, err = s.Merge(t.Context(), clerk, "trader", traders[0], []value.ID{traders[1]}, nil)
		}
		if err != nil && value.KindOf(err) != value.NotFound && value.KindOf(err) != value.Invalid {
			r.Fatal(err)
		}
	}
	if problems, err := s.CheckAll(t.Context()); err != nil || len(problems) > 0 {
		r.Fatalf("%+v, %v", problems, err)
	}
}

// Where many roll-ups change at once, the rest is left to the background work, and is right after it.
func TestDirtyRollups(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, []db.Schema{Schema()}, func(t *testing.T, d *db.DB) {
		s := loose(t, d, many)
		var traders, stalls []Write
		for i := range 120 {
			traders = append(traders, Write{Op: DoCreate, Values: Values{"name": fmt.Sprint("T", i)}})
		}
		for i, r := range doBatch(t, s, "trader", BatchOptions{}, traders...) {
			stalls = append(stalls, Write{Op: DoCreate, Values: Values{"name": "x", "size": i + 1, "trader": r.ID}})
		}
		made := doBatch(t, s, "stall", BatchOptions{}, stalls...)
		owner := get(t, s, "stall", made[7].ID).Values["trader"].(value.ID)
		if got := get(t, s, "trader", owner).Values; got["sizes"] != int64(8) || got["smallest"] != nil {
			t.Errorf("before the work: %v", got)
		}
		for {
			n, err := s.gatherDirty(t.Context(), 100)
			if err != nil {
				t.Fatal(err)
			}
			if n == 0 {
				break
			}
		}
		if got := get(t, s, "trader", owner).Values; got["smallest"] != int64(8) || got["usual"] != (Number{800, 2}) {
			t.Errorf("after the work: %v", got)
		}
		noProblems(t, s)
	})
}

// A formula may read another, whatever their order; one that needs itself is refused.
func TestFormulaOfFormula(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, []db.Schema{Schema()}, func(t *testing.T, d *db.DB) {
		formula := func(key, text string, result Type) *Field {
			return with(named(key, key, Formula), func(f *Field) { f.Options.Formula, f.Options.Result = text, result })
		}
		s := loose(t, d, func(_, _, stall *Object) {
			stall.Fields = append(stall.Fields, formula("a_third", "b_second + 1", Integer), formula("b_second", "area * 2", Integer),
				formula("label", `name + "/" + string(a_third)`, Text), formula("half", "double(size) / 2.0", Decimal), formula("age", "days_since(created)", Integer),
				formula("owner", "trader.name", Text))
			stall.Field("half").Options.Scale = 1
		})
		tr := create(t, s, "trader", Values{"name": "Anna"})
		rec := create(t, s, "stall", Values{"name": "x", "size": 3, "trader": tr.ID})
		want := Values{"area": int64(9), "b_second": int64(18), "a_third": int64(19), "label": "x/19", "half": Number{15, 1}, "age": int64(0), "owner": "Anna"}
		for key, v := range want {
			if got := get(t, s, "stall", rec.ID).Values[key]; got != v || rec.Values[key] != v {
				t.Errorf("%s: read %v, returned %v, want %v", key, got, rec.Values[key], v)
			}
		}
		if o := object(t, s, "stall"); !o.Field("label").Stored() || o.Field("age").Stored() || o.Field("owner").Stored() {
			t.Error("what is stored is not what depends on the record alone")
		}
		_, err := s.Preview(t.Context(), clerk, []Step{{Op: ChangeField, Object: "stall", Field: "area", NewField: formula("area", "a_third", Integer)}})
		if value.KindOf(err) != value.Invalid {
			t.Errorf("a formula that needs itself: %v", err)
		}
	})
}
