package record

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/value"
)

// sound fails the test when the database is not what the catalog says.
func sound(t testing.TB, s *Store) {
	t.Helper()
	problems, err := s.CheckCatalog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%+v", p)
	}
}

// work does what waits in the background, all of it.
func work(t testing.TB, s *Store) {
	t.Helper()
	for range 10_000 {
		n, err := s.Work(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
	t.Fatal("the work never ends")
}

// rejects fails the test unless steps are refused with an error of a kind that says why.
func rejects(t *testing.T, s *Store, kind value.Kind, why string, steps ...Step) {
	t.Helper()
	before := catalog(t, s)
	_, err := s.Apply(t.Context(), clerk, "test", steps)
	if value.KindOf(err) != kind || !strings.Contains(fmt.Sprint(err), why) {
		t.Errorf("%v: %v, want %s with %q", steps[0].Op, err, kind, why)
	}
	if after := catalog(t, s); after != before {
		t.Errorf("%v: the refused plan changed the catalog", steps[0].Op)
	}
}

// put writes a record past the writer, with values of integer, text or boolean columns.
func put(t testing.TB, s *Store, o *Object, values map[string]any) value.ID {
	t.Helper()
	var id value.ID
	err := s.DB.Maintain(t.Context(), "test", func(tx *db.Tx) error {
		id = tx.NewID()
		now := value.Micros(tx.Now())
		columns, row := slices.Clone(systemColumns), []any{int64(id), 1, now, now, "test", "test", nil}
		for _, key := range sortedKeys(values) {
			columns, row = append(columns, o.Field(key).column("")), append(row, values[key])
		}
		return tx.Insert(o.table(), columns, [][]any{row})
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// cell reads one column of a record as text.
func cell(t testing.TB, s *Store, o *Object, f *Field, id value.ID) string {
	t.Helper()
	return read(t, s, func(tx *db.Tx) (string, error) {
		return db.One(tx, db.Column[string], fmt.Sprintf("select coalesce(cast(%s as text), '') from %s where id = $1", f.column(""), o.table()), int64(id))
	})
}

func field(t testing.TB, s *Store, o, key string) *Field {
	t.Helper()
	f := object(t, s, o).Field(key)
	if f == nil {
		t.Fatalf("%s has no field %s", o, key)
	}
	return f
}

func undo(t testing.TB, s *Store, p Plan) Plan {
	t.Helper()
	made, err := s.UndoPlan(t.Context(), clerk, p.Rev)
	if err != nil {
		t.Fatalf("undo of plan %d: %v", p.Rev, err)
	}
	return made
}

func TestTheWorldIsSound(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *Store) {
		sound(t, s)
		c := catalog(t, s)
		o := object(t, s, "stall")
		if c.ByNumber(o.Number) != o || c.ByShort("stl") != o || c.ByLog(o.LogName()) != o || len(c.Objects()) != 3 {
			t.Error("the object is not found in every way")
		}
		if found, id, err := c.ByID(o.ID(77)); found != o || id != 77 || err != nil {
			t.Error(found, id, err)
		}
		again := New(s.DB, Config{})
		if err := again.Ensure(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := object(t, again, "stall"); len(got.Fields) != len(o.Fields) || got.Title != "name" {
			t.Errorf("read again: %d fields, title %q", len(got.Fields), got.Title)
		}
		if catalog(t, s) != c {
			t.Error("an unchanged catalog was read anew")
		}
	})
}

func TestFieldsAddedAndRemovedKeepTheirValues(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *Store) {
		added := apply(t, s, Step{Op: AddField, Object: "market_day", NewField: named("visitors", "Visitors", Integer), Before: "open"})
		o := object(t, s, "market_day")
		if o.Fields[2].Key != "visitors" || o.Fields[3].Key != "open" {
			t.Error("the field is not where it should be")
		}
		id := put(t, s, o, map[string]any{"visitors": 40})
		removed := apply(t, s, Step{Op: RemoveField, Object: "market_day", Field: "visitors"})
		if !strings.Contains(strings.Join(removed.Notes, " "), "1 records") {
			t.Errorf("nothing is said about the values: %q", removed.Notes)
		}
		if object(t, s, "market_day").Field("visitors") != nil {
			t.Error("the removed field is still there")
		}
		sound(t, s)
		undo(t, s, removed)
		if got := cell(t, s, o, field(t, s, "market_day", "visitors"), id); got != "40" {
			t.Errorf("the value returned as %q", got)
		}
		if got := object(t, s, "market_day").Fields[2].Key; got != "visitors" {
			t.Errorf("the field did not return to its place; there is %s", got)
		}
		undo(t, s, added)
		if object(t, s, "market_day").Field("visitors") != nil {
			t.Error("the undone field is still there")
		}
		apply(t, s, Step{Op: RestoreField, Object: "market_day", Field: "visitors"})
		if got := cell(t, s, o, field(t, s, "market_day", "visitors"), id); got != "40" {
			t.Errorf("the value was restored as %q", got)
		}
		sound(t, s)
	})
}

func TestRenamesRewriteWhatNamesTheField(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *Store) {
		apply(t, s,
			Step{Op: AddField, Object: "stall", NewField: with(named("letter", "Letter", Formula), func(f *Field) {
				f.Options.Formula, f.Options.Result = `trader.name + " has " + name`, Text
			})},
			Step{Op: AddIndex, Object: "stall", Index: []string{"status", "size"}})
		grant := object(t, s, "stall").spoken()
		grant.Grants = []Grant{{Role: "porter", Rights: []Right{See}, Rows: `status == "open" && size > 1`}}
		apply(t, s, Step{Op: ChangeObject, Object: "stall", NewObject: grant})
		renamed := field(t, s, "stall", "size").clone()
		renamed.Key = "length"
		p := apply(t, s, Step{Op: ChangeField, Object: "stall", Field: "size", NewField: renamed})
		title := field(t, s, "trader", "name").clone()
		title.Key = "called"
		apply(t, s, Step{Op: ChangeField, Object: "trader", Field: "name", NewField: title})

		o := object(t, s, "stall")
		for what, got := range map[string]string{
			"length > 0":                         o.Field("length").Check,
			"length * 3":                         o.Field("area").Options.Formula,
			`status == "open" && length > 1`:     o.Grants[0].Rows,
			"length":                             object(t, s, "trader").Field("rent_total").Options.Rollup.Of,
			"status length":                      strings.Join(o.Indexes[0].Fields, " "),
			`trader.called + " has " + name`:     o.Field("letter").Options.Formula,
			"called":                             object(t, s, "trader").Title,
			fmt.Sprint(o.Field("length").Number): fmt.Sprint(renamed.Number),
		} {
			if got != what {
				t.Errorf("%q, want %q", got, what)
			}
		}
		other := object(t, s, "trader").spoken()
		other.Key = "seller"
		apply(t, s, Step{Op: ChangeObject, Object: "trader", NewObject: other})
		if got := field(t, s, "stall", "trader").Options.Target; got != "seller" {
			t.Errorf("the reference leads to %q", got)
		}
		undo(t, s, p)
		if got := field(t, s, "stall", "area").Options.Formula; got != "size * 3" {
			t.Errorf("after the undo the formula is %q", got)
		}
		work(t, s)
		sound(t, s)
	})
}

func TestRemovingNamesWhatItBreaks(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *Store) {
		step := Step{Op: RemoveField, Object: "stall", Field: "size"}
		p, err := s.Preview(t.Context(), clerk, []Step{step})
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, b := range p.Breaks {
			names = append(names, b.What+" "+b.Name)
		}
		slices.Sort(names)
		if got := strings.Join(names, "; "); got != "rollup trader.rent_total" && got != "formula stall.area; rollup trader.rent_total" {
			t.Errorf("breaks %q", got)
		}
		rejects(t, s, value.Conflict, "rent_total", step)
		rejects(t, s, value.Conflict, "trader", Step{Op: RemoveObject, Object: "trader"})
		rejects(t, s, value.Conflict, "formula stall.area", Step{Op: RemoveField, Object: "trader", Field: "rent_total"}, step)

		step.Force = true
		p = apply(t, s, step)
		o := object(t, s, "stall")
		if o.Field("area") != nil || object(t, s, "trader").Field("rent_total") != nil {
			t.Error("what stood on the field is still there")
		}
		sound(t, s)
		undo(t, s, p)
		if o = object(t, s, "stall"); o.Field("area") == nil || o.Field("size") == nil || object(t, s, "trader").Field("rent_total") == nil {
			t.Error("the undo did not bring everything back")
		}
		p = apply(t, s, Step{Op: RemoveObject, Object: "trader", Force: true})
		if object(t, s, "stall").Field("trader") != nil {
			t.Error("a reference leads nowhere")
		}
		undo(t, s, p)
		if field(t, s, "stall", "trader").Options.Target != "trader" {
			t.Error("the reference did not return")
		}
		sound(t, s)
	})
}

func TestAGrantNeverLosesItsCondition(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *Store) {
		o := object(t, s, "market_day").spoken()
		o.Grants = []Grant{{Role: "porter", Rights: []Right{See}, Rows: "open"}}
		apply(t, s, Step{Op: ChangeObject, Object: "market_day", NewObject: o})
		rejects(t, s, value.Conflict, "grant", Step{Op: RemoveField, Object: "market_day", Field: "open"})
		rejects(t, s, value.Conflict, "grant", Step{Op: RemoveField, Object: "market_day", Field: "open", Force: true})
		o.Grants[0].Rows = "opn"
		rejects(t, s, value.Invalid, `did you mean "open"`, Step{Op: ChangeObject, Object: "market_day", NewObject: o})
	})
}

func TestBadDefinitionsAreRefused(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", MostLabel+1)
	add := func(f *Field) Step { return Step{Op: AddField, Object: "market_day", NewField: f} }
	world(t, func(t *testing.T, s *Store) {
		for _, key := range []string{"", "Day", "1day", "_x", "a b", `x"; drop table o_1; --`, "ä", strings.Repeat("a", 41), "id", "rev", "now",
			"me", "true", "false", "null", "in", "for", "package", "created", "updated", "int", "rent_currency", "x'y", "x.y"} {
			rejects(t, s, value.Invalid, "", add(named(key, "Label", Text)))
			rejects(t, s, value.Invalid, "", Step{Op: AddObject, NewObject: &Object{Key: key, Labels: en("X"), Plural: en("Xs"), Fields: []*Field{named("name", "Name", Text)}}})
		}
		formula := func(key, text string) *Field {
			return with(named(key, "F", Formula), func(f *Field) { f.Options.Formula, f.Options.Result = text, Integer })
		}
		for why, steps := range map[string][]Step{
			"label":                {add(named("x", "", Text))},
			"longer than 80":       {add(named("x", long, Text))},
			"cannot be shown":      {add(named("x", "a\x00b", Text))},
			"no field type":        {add(named("x", "X", "blob"))},
			"already":              {add(named("day", "Day", Date))},
			"not there":            {add(with(named("x", "X", Reference), func(f *Field) { f.Options.Target = "nobody" }))},
			"there is no":          {add(formula("x", "nothing + 1"))},
			"itself":               {add(formula("x", "x + 1"))},
			"needs itself":         {add(formula("x", "y + 1")), add(formula("y", "x + 1"))},
			"does not suit":        {add(with(named("x", "X", Integer), func(f *Field) { f.Default = `"many"` }))},
			"cannot read other":    {add(with(named("x", "X", Date), func(f *Field) { f.Default = "day" }))},
			"is needed":            {add(with(named("x", "X", Integer), func(f *Field) { f.Check = "x + 1" }))},
			"conversion":           {{Op: ChangeField, Object: "market_day", Field: "open", NewField: named("open", "Open", Integer)}},
			"no step":              {{Op: "drop_table"}},
			"three lower-case":     {{Op: AddObject, NewObject: &Object{Key: "cart", Short: "CRT", Labels: en("C"), Plural: en("C")}}},
			"stand before":         {{Op: AddObject, NewObject: &Object{Key: "cart", Short: "stl", Labels: en("C"), Plural: en("C")}}},
			"say which field":      {{Op: AddField, Object: "market_day"}},
			"has no field":         {{Op: RemoveField, Object: "market_day", Field: "rain"}},
			"cannot become":        {{Op: ConvertField, Object: "stall", Field: "papers", NewField: named("papers", "P", Text)}},
			"choose another title": {{Op: RemoveField, Object: "market_day", Field: "name"}},
			"1 to 500":             {},
		} {
			if len(steps) == 0 {
				if _, err := s.Apply(t.Context(), clerk, "", nil); !strings.Contains(fmt.Sprint(err), why) {
					t.Error(err)
				}
				continue
			}
			before := catalog(t, s)
			if _, err := s.Apply(t.Context(), clerk, "test", steps); err == nil || !strings.Contains(err.Error(), why) {
				t.Errorf("%v, want %q", err, why)
			}
			if catalog(t, s) != before {
				t.Errorf("%q: refused, and the catalog changed", why)
			}
		}
		nobody := clerk
		nobody.Define = false
		if _, err := s.Apply(t.Context(), nobody, "", worldSteps()); value.KindOf(err) != value.Forbidden {
			t.Error(err)
		}
		sound(t, s)
	})
}

func TestThereAreLimits(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *Store) {
		var steps []Step
		for i := range MostFields {
			steps = append(steps, Step{Op: AddField, Object: "market_day", NewField: named(fmt.Sprintf("x%d", i), "X", Integer)})
		}
		rejects(t, s, value.Invalid, "at most 400", steps...)
		steps = steps[:MostIndexes+1]
		for _, step := range steps {
			step.NewField.Indexed = true
		}
		rejects(t, s, value.Invalid, "at most 32", steps...)
	})
}

// TestATransactionThatFailsLeavesNothing breaks plans at every one of their statements.
func TestATransactionThatFailsLeavesNothing(t *testing.T) {
	t.Parallel()
	crash := errors.New("the power went out")
	world(t, func(t *testing.T, s *Store) {
		steps := []Step{
			{Op: AddObject, NewObject: &Object{Key: "cart", Labels: en("Cart"), Plural: en("Carts"), Fields: []*Field{
				named("name", "Name", Text), with(named("stall", "Stall", Reference), func(f *Field) { f.Options.Target = "stall" })}}},
			{Op: AddField, Object: "stall", NewField: with(named("tags", "Tags", Choices), func(f *Field) {
				f.Options.Choices = []Option{{Key: "a", Labels: en("A")}}
			})},
			{Op: ConvertField, Object: "stall", Field: "weight", NewField: named("weight", "Weight", Text)},
		}
		tables := func() string {
			return fmt.Sprint(read(t, s, func(tx *db.Tx) ([]db.Table, error) { return db.Tables(tx) }))
		}
		before := tables()
		was := catalog(t, s)
		for _, stage := range []string{"rows", "views", "plan", "indexes", "tasks", "tables", "swaps"} {
			err := s.DB.Write(t.Context(), clerk.Actor, "test", func(tx *db.Tx) error {
				d, err := s.draft(tx, clerk, steps)
				if err != nil {
					return err
				}
				for i, write := range d.stages() {
					if err := write(); err != nil {
						return err
					}
					if stageNames[i] == stage {
						if _, err := s.Catalog(tx); err != nil { // it must not be remembered as that of this revision
							return err
						}
						return crash
					}
				}
				return nil
			})
			if !errors.Is(err, crash) {
				t.Fatalf("%s: %v", stage, err)
			}
			if after := tables(); after != before {
				t.Errorf("%s: the failed plan left something behind", stage)
			}
		}
		err := s.DB.Write(t.Context(), clerk.Actor, "test", func(tx *db.Tx) error {
			d, err := s.draft(tx, clerk, steps)
			if err != nil {
				return err
			}
			d.statements = append(d.statements, "alter table o_999 add column x bigint")
			return d.write()
		})
		if err == nil || tables() != before {
			t.Errorf("a statement that failed: %v", err)
		}
		if c := catalog(t, s); c.Rev != was.Rev || len(c.Objects()) != len(was.Objects()) {
			t.Error("the catalog of a failed plan is in use")
		}
		apply(t, s, steps...)
		sound(t, s)
	})
}

func TestTwoProcessesSeeEachOthersPlansAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.EachCluster(t, func(t *testing.T, c *db.Cluster) {
		one := build(t, dbtest.Open(t, c, []db.Schema{Schema()}))
		two := New(one.DB, Config{}) // a store of its own remembers its own catalog
		for i := range 10 {
			from, to := one, two
			if i%2 == 1 {
				from, to = two, one
			}
			key := fmt.Sprintf("x%d", i)
			apply(t, from, Step{Op: AddField, Object: "trader", NewField: named(key, "X", Integer)})
			field(t, to, "trader", key)
		}
		sound(t, one)
	})
}

func TestPlansAreListedAndStandOnEachOther(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *Store) {
		added := apply(t, s, Step{Op: AddField, Object: "trader", NewField: named("note", "Note", Text)})
		changed := named("note", "Remark", Text)
		change := apply(t, s, Step{Op: ChangeField, Object: "trader", Field: "note", NewField: changed})
		if _, err := s.UndoPlan(t.Context(), clerk, added.Rev); value.KindOf(err) != value.Conflict || !strings.Contains(err.Error(), fmt.Sprint("plan ", change.Rev)) {
			t.Errorf("undo under a later plan: %v", err)
		}
		back := undo(t, s, change)
		if got := field(t, s, "trader", "note").Labels["en"]; got != "Note" {
			t.Errorf("the label is %q", got)
		}
		redo := undo(t, s, back)
		if _, err := s.UndoPlan(t.Context(), clerk, added.Rev); value.KindOf(err) != value.Conflict {
			t.Errorf("undo under a plan that was done again: %v", err)
		}
		undo(t, s, redo)
		undo(t, s, added)
		if _, err := s.UndoPlan(t.Context(), clerk, added.Rev); value.KindOf(err) != value.Conflict {
			t.Errorf("undo twice: %v", err)
		}
		plans := read(t, s, func(tx *db.Tx) ([]Plan, error) { return Plans(tx, 3) })
		if len(plans) != 3 || plans[0].Undoes != added.Rev || plans[0].Actor != "staff:7" || len(plans[0].Steps) == 0 {
			t.Errorf("%+v", plans)
		}
		if _, err := s.UndoPlan(t.Context(), clerk, 999); value.KindOf(err) != value.NotFound {
			t.Error(err)
		}
	})
}

func TestAnObjectIsNotUndoneUnderLaterFields(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *Store) {
		made := apply(t, s, Step{Op: AddObject, NewObject: &Object{Key: "cart", Labels: en("Cart"), Plural: en("Carts"), Fields: []*Field{named("name", "Name", Text)}}})
		later := apply(t, s, Step{Op: AddField, Object: "cart", NewField: named("wheels", "Wheels", Integer)})
		if _, err := s.UndoPlan(t.Context(), clerk, made.Rev); value.KindOf(err) != value.Conflict {
			t.Errorf("%v", err)
		}
		undo(t, s, later)
		gone := undo(t, s, made)
		if _, err := catalog(t, s).Object("cart"); value.KindOf(err) != value.NotFound {
			t.Errorf("%v", err)
		}
		undo(t, s, gone)
		if object(t, s, "cart").Field("name") == nil {
			t.Error("the object returned without its field")
		}
		sound(t, s)
	})
}

func TestUniqueFieldsMustBe(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *Store) {
		fill(t, s, 20)
		name := field(t, s, "market_day", "name").clone()
		name.Unique = true
		rejects(t, s, value.Invalid, "no number", Step{Op: ChangeField, Object: "market_day", Field: "name", NewField: name})
		day := field(t, s, "market_day", "day").clone()
		day.Unique = true
		p := apply(t, s, Step{Op: ChangeField, Object: "market_day", Field: "day", NewField: day})
		sound(t, s)
		o := object(t, s, "market_day")
		err := s.DB.Maintain(t.Context(), "test", func(tx *db.Tx) error {
			_, err := tx.Exec(fmt.Sprintf("update %s set %s = 1", o.table(), o.Field("day").column("")))
			return err
		})
		if value.KindOf(err) != value.Conflict {
			t.Errorf("the index does not hold: %v", err)
		}
		undo(t, s, p)
		work(t, s)
		sound(t, s)
	})
}

func TestChoicesKeepTheirCodes(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *Store) {
		f := field(t, s, "stall", "status")
		codes := map[string]int{}
		for _, option := range f.Options.Choices {
			codes[option.Key] = option.Code
		}
		n := f.clone()
		n.Options.Choices = []Option{{Key: "shut", Code: codes["closed"], Labels: en("Shut")}, {Key: "new", Labels: en("New")}, {Key: "late", Code: 99, Labels: en("Late")}}
		p := apply(t, s, Step{Op: ChangeField, Object: "stall", Field: "status", NewField: n})
		f = field(t, s, "stall", "status")
		for key, want := range map[string]int{"shut": codes["closed"], "new": codes["new"], "open": codes["open"], "late": 4} {
			if option, ok := f.Option(key); !ok || option.Code != want || option.Retired != (key == "open") {
				t.Errorf("%s: %+v, want code %d", key, option, want)
			}
		}
		undo(t, s, p)
		if option, _ := field(t, s, "stall", "status").Option("closed"); option.Code != codes["closed"] || option.Retired {
			t.Errorf("%+v", option)
		}
	})
}

func TestAttributesComeAndGoWithTheirColumns(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *Store) {
		n := field(t, s, "stall", "days").clone()
		number := n.Options.Attributes[1].Number
		n.Options.Attributes = []*Field{n.Options.Attributes[0], named("paid", "Paid", YesNo)}
		p := apply(t, s, Step{Op: ChangeField, Object: "stall", Field: "days", NewField: n})
		sound(t, s)
		undo(t, s, p)
		f := field(t, s, "stall", "days")
		if len(f.Options.Attributes) != 2 || f.Options.Attributes[1].Number != number || len(f.Gone) != 1 {
			t.Errorf("%+v", f)
		}
		sound(t, s)
	})
}
