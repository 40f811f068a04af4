package record

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/value"
)

// fill writes many market days past the writer. Their names are numbers, but for every tenth.
func fill(t testing.TB, s *Store, n int) *Object {
	t.Helper()
	o := object(t, s, "market_day")
	name, day, open := o.Field("name"), o.Field("day"), o.Field("open")
	columns := append(slices.Clone(systemColumns), name.column(""), name.column("k"), day.column(""), open.column(""))
	for done := 0; done < n; done += 10_000 {
		err := s.DB.Maintain(t.Context(), "test", func(tx *db.Tx) error {
			var rows [][]any
			now := value.Micros(tx.Now().Add(-time.Hour))
			for i := done; i < min(n, done+10_000); i++ {
				text := fmt.Sprint(i)
				if i%10 == 0 {
					text = "no number"
				}
				rows = append(rows, []any{int64(tx.NewID()), 1, now, now, "test", "test", nil, text, text, i % 1000, i%2 == 0})
			}
			return tx.Insert(o.table(), columns, rows)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return o
}

func convertSteps(key string, f *Field) Step {
	f.Key = key
	return Step{Op: ConvertField, Object: "market_day", Field: key, NewField: f}
}

func TestValuesAreConvertedAtOnceOrInTheBackground(t *testing.T) {
	t.Parallel()
	for _, n := range []int{40, atOnce + 40} {
		dbtest.Each(t, []db.Schema{Schema()}, func(t *testing.T, d *db.DB) {
			s := build(t, d)
			o := fill(t, s, n)
			added := named("label", "Label", Text)
			apply(t, s, Step{Op: AddField, Object: "market_day", NewField: added})
			err := d.Maintain(t.Context(), "test", func(tx *db.Tx) error {
				f, label := o.Field("name"), field(t, s, "market_day", "label")
				_, err := tx.Exec(fmt.Sprintf("update %s set %s = %s", o.table(), label.column(""), f.column("")))
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			step := convertSteps("label", named("", "Label", Integer))
			preview, err := s.Preview(t.Context(), clerk, []Step{step})
			if want := fmt.Sprint(n/10, " values cannot be converted"); err != nil || !strings.Contains(strings.Join(preview.Notes, " "), want) {
				t.Errorf("%v %q, want %q", err, preview.Notes, want)
			}
			old := field(t, s, "market_day", "label")
			p := apply(t, s, step)
			if running := p.State == Running; running != (n > atOnce) {
				t.Errorf("the plan is %s", p.State)
			}
			work(t, s)
			f := field(t, s, "market_day", "label")
			if f.Type != Integer || f.Number == old.Number {
				t.Fatalf("the field is %s %d", f.Type, f.Number)
			}
			count := func(text string) int64 {
				return read(t, s, func(tx *db.Tx) (int64, error) { return db.One(tx, db.Column[int64], text) })
			}
			if got := count(fmt.Sprintf("select count(*) from %s where %s is null or cast(%s as text) <> %s", o.table(), f.column(""), f.column(""), old.column(""))); got != int64(n/10) {
				t.Errorf("%d values are wrong or empty, want %d", got, n/10)
			}
			if got := count(fmt.Sprintf("select count(*) from record_unturned where field = %d", f.Number)); got != int64(n/10) {
				t.Errorf("%d values are listed, want %d", got, n/10)
			}
			if state := read(t, s, func(tx *db.Tx) ([]Plan, error) { return Plans(tx, 1) })[0].State; state != Done {
				t.Errorf("the plan is %s", state)
			}
			sound(t, s)

			// What was entered since goes back with the field.
			err = d.Maintain(t.Context(), "test", func(tx *db.Tx) error {
				_, err := tx.Exec(fmt.Sprintf("update %s set %s = 777, updated_us = $1 where id = (select max(id) from %s)", o.table(), f.column(""), o.table()), value.Micros(tx.Now().Add(time.Second)))
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			back := undo(t, s, p)
			if f := field(t, s, "market_day", "label"); f.Number != old.Number || f.Type != Text {
				t.Errorf("after the undo it is %s %d", f.Type, f.Number)
			}
			if got := count(fmt.Sprintf("select count(*) from %s where %s = '777' and %s = '777'", o.table(), old.column(""), old.column("k"))); got != 1 {
				t.Errorf("%d values that were entered since are there after the undo", got)
			}
			sound(t, s)
			undo(t, s, back)
			if f := field(t, s, "market_day", "label"); f.Type != Integer {
				t.Errorf("after doing it again it is %s", f.Type)
			}
			sound(t, s)
		})
	}
}

func TestAnUndoOfAConversionRefusesToLoseValues(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *Store) {
		o := fill(t, s, 20)
		p := apply(t, s, Step{Op: ConvertField, Object: "market_day", Field: "day", NewField: named("day", "Day", Text)})
		f := field(t, s, "market_day", "day")
		err := s.DB.Maintain(t.Context(), "test", func(tx *db.Tx) error {
			_, err := tx.Exec(fmt.Sprintf("update %s set %s = 'some day', updated_us = $1", o.table(), f.column("")), value.Micros(tx.Now().Add(time.Second)))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.UndoPlan(t.Context(), clerk, p.Rev); value.KindOf(err) != value.Conflict || !strings.Contains(err.Error(), "20 values") {
			t.Errorf("%v", err)
		}
		if field(t, s, "market_day", "day").Number != f.Number {
			t.Error("the refused undo changed the field")
		}
	})
}

func TestAConversionCanBeStopped(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *Store) {
		fill(t, s, atOnce+1)
		old := field(t, s, "market_day", "day")
		p := apply(t, s, Step{Op: ConvertField, Object: "market_day", Field: "day", NewField: named("day", "Day", DateTime)})
		if f := field(t, s, "market_day", "day"); f.Type != Date || f.twin() == nil {
			t.Fatalf("%s with twin %v", f.Type, f.twin())
		}
		rejects(t, s, value.Conflict, "being converted", Step{Op: RemoveField, Object: "market_day", Field: "day"})
		rejects(t, s, value.Conflict, "being converted", Step{Op: ChangeField, Object: "market_day", Field: "day", NewField: old.clone()})
		back := undo(t, s, p)
		if f := field(t, s, "market_day", "day"); f.twin() != nil || f.Number != old.Number {
			t.Error("the conversion goes on")
		}
		work(t, s)
		sound(t, s)
		undo(t, s, back)
		work(t, s)
		if f := field(t, s, "market_day", "day"); f.Type != DateTime {
			t.Errorf("done again it is %s", f.Type)
		}
		sound(t, s)
	})
}

func TestWritersKeepTheTwinUpToDate(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *Store) {
		o := fill(t, s, atOnce+1)
		rec, err := s.Create(t.Context(), clerk, "market_day", Values{"name": "before", "day": "2026-03-01"})
		if err != nil {
			t.Fatal(err)
		}
		apply(t, s, Step{Op: ConvertField, Object: "market_day", Field: "day", NewField: named("day", "Day", Text)})
		if _, err := s.Work(t.Context()); err != nil { // the first batch is done
			t.Fatal(err)
		}
		first := read(t, s, func(tx *db.Tx) (value.ID, error) {
			return db.One(tx, db.Column[value.ID], "select min(id) from "+o.table())
		})
		if _, err := s.Update(t.Context(), clerk, "market_day", first, 0, Values{"day": "2026-04-02"}); err != nil {
			t.Fatal(err)
		}
		made, err := s.Create(t.Context(), clerk, "market_day", Values{"name": "during", "day": "2026-05-03"})
		if err != nil {
			t.Fatal(err)
		}
		work(t, s)
		o = object(t, s, "market_day")
		for id, want := range map[value.ID]string{rec.ID: "2026-03-01", first: "2026-04-02", made.ID: "2026-05-03"} {
			if got := cell(t, s, o, o.Field("day"), id); got != want {
				t.Errorf("record %d has %q, want %q", id, got, want)
			}
		}
	})
}

func TestTurn(t *testing.T) {
	t.Parallel()
	choice := func(t Type) *Field {
		return with(named("x", "X", t), func(f *Field) {
			f.Options.Choices = []Option{{Code: 1, Key: "new", Labels: en("Brand new")}, {Code: 2, Key: "old", Labels: en("Old")}}
		})
	}
	scaled := with(named("x", "X", Decimal), func(f *Field) { f.Options.Scale = 2 })
	money := with(named("x", "X", MoneyType), func(f *Field) { f.Options.Currency = "CHF" })
	for i, c := range []struct {
		from, to *Field
		v, want  any
	}{
		{named("x", "X", Text), named("x", "X", Integer), "42", int64(42)},
		{named("x", "X", Text), named("x", "X", Integer), "many", nil},
		{named("x", "X", Integer), named("x", "X", Text), int64(-7), "-7"},
		{scaled, named("x", "X", Integer), Number{300, 2}, int64(3)},
		{scaled, named("x", "X", Integer), Number{350, 2}, nil},
		{named("x", "X", Integer), scaled, int64(3), Number{300, 2}},
		{money, scaled, value.Money{Minor: 1250, Currency: "CHF"}, Number{1250, 2}},
		{scaled, money, Number{1250, 2}, value.Money{Minor: 1250, Currency: "CHF"}},
		{named("x", "X", DateTime), named("x", "X", Date), time.Date(2026, 3, 1, 15, 0, 0, 0, time.UTC), Day(20513)},
		{named("x", "X", Date), named("x", "X", DateTime), Day(20513), time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)},
		{named("x", "X", Date), named("x", "X", Text), Day(20513), "2026-03-01"},
		{named("x", "X", YesNo), named("x", "X", Integer), true, int64(1)},
		{named("x", "X", Text), choice(Choice), "brand NEW", "new"},
		{named("x", "X", Text), choice(Choice), "medium", nil},
		{choice(Choice), named("x", "X", Text), "new", "new"},
		{named("x", "X", Text), named("x", "X", Mail), "not an address", nil},
		{named("x", "X", Text), named("x", "X", Integer), nil, nil},
	} {
		if got := turn(c.from, c.to, c.v); !same(got, c.want) {
			t.Errorf("%d: %s to %s: %v gives %v, want %v", i, c.from.Type, c.to.Type, c.v, got, c.want)
		}
	}
	if got := turn(choice(Choice), choice(Choices), "old"); !same(got, []string{"old"}) {
		t.Error(got)
	}
	if got := turn(choice(Choices), choice(Choice), []string{"old"}); !same(got, "old") {
		t.Error(got)
	}
	if got := turn(choice(Choices), choice(Choice), []string{"new", "old"}); got != nil {
		t.Error(got)
	}
}
