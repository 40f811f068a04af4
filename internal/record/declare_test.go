package record

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"go.yaml.in/yaml/v3"

	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/value"
)

// bikes is a table that a feature of these tests owns.
var bikes = db.Schema{Feature: "bike", Files: fstest.MapFS{
	"schema/0001_bike.sql": {Data: []byte("create table bike (id bigint primary key, at_us bigint not null, frame text)")},
}}

func bike() *Object {
	return &Object{Key: "bike", Short: "bik", Labels: en("Bike"), Plural: en("Bikes"), Title: "frame",
		Owned:  &Owned{Table: "bike", Key: "id", Created: "{t}.at_us", Updated: "{t}.at_us", Columns: map[string][]string{"frame": {"{t}.frame", "{t}.frame"}}},
		Fields: []*Field{named("frame", "Frame", Text)}}
}

func deal() *Object {
	return &Object{Key: "deal", Short: "del", Labels: en("Deal"), Plural: en("Deals"), Title: "name", Declared: "crm",
		Fields: []*Field{named("name", "Name", Text), with(named("about", "About", Reference), func(f *Field) { f.Options.Target = "bike" })}}
}

func TestEnsureMakesWhatIsMissing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, []db.Schema{Schema(), bikes}, func(t *testing.T, d *db.DB) {
		open := func(owned []*Object, declared ...*Object) *Store {
			s := New(d, Config{Owned: owned, Declared: declared})
			if err := s.Ensure(t.Context()); err != nil {
				t.Fatal(err)
			}
			return s
		}
		s := open([]*Object{bike()}, deal())
		number := object(t, s, "deal").Number
		apply(t, s, Step{Op: AddField, Object: "deal", NewField: named("mine", "Mine", Integer)})
		grant := object(t, s, "bike").spoken()
		grant.Labels, grant.Grants = en("Cycle"), []Grant{{Role: "porter", Rights: []Right{See}}}
		apply(t, s, Step{Op: ChangeObject, Object: "bike", NewObject: grant})

		rev := catalog(t, open([]*Object{bike()}, deal())).Rev
		if rev != catalog(t, s).Rev {
			t.Error("a second Ensure made a plan")
		}
		more := deal()
		more.Fields = append(more.Fields, named("stage", "Stage", Text))
		lent := bike()
		lent.Fields = append(lent.Fields, named("gears", "Gears", Integer))
		s = open([]*Object{lent}, more)
		o := object(t, s, "deal")
		if o.Number != number || o.Field("stage") == nil || o.Field("mine") == nil || o.Declared != "crm" || !o.Field("stage").Declared {
			t.Errorf("%+v", o)
		}
		b := object(t, s, "bike")
		if b.Owned == nil || b.Number == 0 || b.Field("gears").Number == 0 || b.Labels["en"] != "Cycle" || len(b.Grants) != 1 {
			t.Errorf("%+v", b)
		}
		sound(t, s)
		for _, step := range []Step{
			{Op: RemoveObject, Object: "deal"}, {Op: RemoveObject, Object: "bike"}, {Op: RemoveField, Object: "deal", Field: "name"},
			{Op: AddField, Object: "bike", NewField: named("x", "X", Text)}, {Op: RemoveField, Object: "bike", Field: "frame"},
			{Op: ConvertField, Object: "deal", Field: "name", NewField: named("", "", Integer)},
			{Op: ChangeField, Object: "deal", Field: "name", NewField: named("title", "Title", Text)},
			{Op: AddIndex, Object: "bike", Index: []string{"frame"}},
		} {
			rejects(t, s, value.Invalid, "", step)
		}
		apply(t, s, Step{Op: RemoveField, Object: "deal", Field: "mine"})
		apply(t, s, Step{Op: AddObject, NewObject: &Object{Key: "note", Labels: en("Note"), Plural: en("Notes"), Declared: "crm", Fields: []*Field{named("name", "Name", Text)}}})
		if object(t, s, "note").Declared != "" {
			t.Error("a person declared an object")
		}
		clash := New(d, Config{Owned: []*Object{lent}, Declared: []*Object{more, {Key: "note", Short: "nte", Labels: en("N"), Plural: en("N"), Declared: "crm"}}})
		if err := clash.Ensure(t.Context()); value.KindOf(err) != value.Conflict {
			t.Errorf("a name that is taken: %v", err)
		}
	})
}

func TestSchemaFilesAreReadBack(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *Store) {
		text := func() string {
			file := read(t, s, func(tx *db.Tx) (SchemaFile, error) { return s.SchemaText(tx, clerk) })
			made, err := yaml.Marshal(file)
			if err != nil {
				t.Fatal(err)
			}
			return string(made)
		}
		diff := func(text string) []Step {
			t.Helper()
			var file SchemaFile
			if err := yaml.Unmarshal([]byte(text), &file); err != nil {
				t.Fatal(err)
			}
			steps, err := s.Diff(t.Context(), clerk, file)
			if err != nil {
				t.Fatal(err)
			}
			return steps
		}
		before := text()
		if steps := diff(before); len(steps) != 0 {
			t.Errorf("an unchanged file asks for %+v", steps)
		}
		if !strings.Contains(before, "key: stall") || strings.Contains(before, "number: ") && strings.Contains(before, "code: ") {
			t.Error(before)
		}
		// A second site takes the same schema.
		other := strings.NewReplacer("key: stall", "key: booth", "from: stall", "from: booth", "short: stl", "short: bth").Replace(before)
		steps := diff(other)
		if len(steps) == 0 || steps[len(steps)-1].Op != AddObject {
			t.Fatalf("%+v", steps)
		}
		small := `
objects:
  - key: day
    was: market_day
    labels: {en: Day}
    plural: {en: Days}
    icon: calendar
    fields:
      - {key: name, type: text, labels: {en: Name}, required: true, searchable: true}
      - {key: open, remove: true}
      - {key: visitors, type: integer, labels: {en: Visitors}}
      - {key: held, was: day, type: date, labels: {en: Held}, indexed: true}
    indexes:
      - fields: [held, visitors]
`
		apply(t, s, diff(small)...)
		o := object(t, s, "day")
		if o.Field("open") != nil || o.Field("held") == nil || o.Field("visitors") == nil || len(o.Indexes) != 1 || field(t, s, "stall", "days").Options.Target != "day" {
			t.Errorf("%s", text())
		}
		if again := diff(small); len(again) != 0 {
			t.Errorf("done, the file still asks for %+v", again)
		}
		var bad SchemaFile
		for _, wrong := range []string{"objects: [{kee: x}]", "objects: 7", "[", "objects: [{key: a, fields: [{key: b, tipe: text}]}]"} {
			if err := yaml.Unmarshal([]byte(wrong), &bad); err == nil {
				t.Errorf("%s was read", wrong)
			}
		}
		if _, err := s.Diff(t.Context(), Asker{}, bad); value.KindOf(err) != value.Forbidden {
			t.Error(err)
		}
		sound(t, s)
	})
}

func TestWhatWasRemovedIsDroppedAfterAWhile(t *testing.T) {
	t.Parallel()
	dbtestAt(t, func(t *testing.T, d *db.DB, clock *value.FixedClock) {
		s := build(t, d)
		apply(t, s, Step{Op: AddField, Object: "market_day", NewField: with(named("rank", "Rank", Integer), func(f *Field) { f.Indexed, f.Unique = true, true })})
		removed := apply(t, s,
			Step{Op: RemoveField, Object: "market_day", Field: "rank"},
			Step{Op: RemoveField, Object: "stall", Field: "goods"},
			Step{Op: RemoveObject, Object: "trader", Force: true})
		tables := func() string {
			return fmt.Sprint(read(t, s, func(tx *db.Tx) ([]db.Table, error) { return db.Tables(tx) }))
		}
		before := tables()
		clock.At = clock.At.Add(KeepRetired - time.Hour)
		work(t, s)
		if tables() != before {
			t.Error("something was dropped too early")
		}
		clock.At = clock.At.Add(2 * time.Hour)
		work(t, s)
		if tables() == before {
			t.Error("nothing was dropped")
		}
		sound(t, s)
		if _, err := s.UndoPlan(t.Context(), clerk, removed.Rev); value.KindOf(err) != value.NotFound && value.KindOf(err) != value.Conflict {
			t.Errorf("undo after the drop: %v", err)
		}
		apply(t, s, Step{Op: AddObject, NewObject: trader0()})
		sound(t, s)
	})
}

// trader0 is a trader without what reads other objects.
func trader0() *Object {
	o := trader()
	o.Fields = o.Fields[:2]
	return o
}

// dbtestAt is dbtest.Each with a clock that stands still.
func dbtestAt(t *testing.T, test func(t *testing.T, d *db.DB, clock *value.FixedClock)) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			clock := &value.FixedClock{At: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
			cluster := dbtest.ClusterWith(t, engine, func(c *db.Config) { c.Clock = clock })
			test(t, dbtest.Open(t, cluster, []db.Schema{Schema()}), clock)
		})
	}
}

func TestViewsFollowTheirFields(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *Store) {
		o := object(t, s, "market_day")
		spec := jsonText(View{Name: "Open days", Kind: ListView, Filter: "open && day != null", Columns: []string{"name", "day", "open"}, Sort: []Sort{{Field: "day"}}, By: "day"})
		err := s.DB.Maintain(t.Context(), "test", func(tx *db.Tx) error {
			return tx.Insert("record_view", []string{"id", "object", "place", "spec", "rev"}, [][]any{{5, o.Number, 1, spec, 1}})
		})
		if err != nil {
			t.Fatal(err)
		}
		view := func() View {
			v, err := readView(keptView{Spec: read(t, s, func(tx *db.Tx) (string, error) {
				return db.One(tx, db.Column[string], "select cast(spec as text) from record_view where id = 5")
			})})
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		f := o.Field("day").clone()
		f.Key = "held"
		renamed := apply(t, s, Step{Op: ChangeField, Object: "market_day", Field: "day", NewField: f})
		if v := view(); v.Filter != "open && held != null" || v.Columns[1] != "held" || v.Sort[0].Field != "held" || v.By != "held" {
			t.Errorf("%+v", v)
		}
		rejects(t, s, value.Conflict, "view Open days", Step{Op: RemoveField, Object: "market_day", Field: "held"})
		p := apply(t, s, Step{Op: RemoveField, Object: "market_day", Field: "held", Force: true})
		if v := view(); v.Filter != "" || len(v.Columns) != 2 || len(v.Sort) != 0 || v.By != "" {
			t.Errorf("%+v", v)
		}
		if !strings.Contains(strings.Join(p.Notes, " "), `"Open days"`) {
			t.Errorf("nothing is said about the view: %q", p.Notes)
		}
		undo(t, s, p)
		if v := view(); v.Filter != "open && held != null" || len(v.Columns) != 3 {
			t.Errorf("%+v", v)
		}
		undo(t, s, renamed)
		if v := view(); v.Filter != "open && day != null" || v.Columns[1] != "day" {
			t.Errorf("%+v", v)
		}
	})
}
