package record

import (
	"testing"

	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/value"
)

// The world of these tests is a weekly market: traders who have stalls, and the days on which the stalls stand.

// clerk is an asker with every right, as staff who may define objects.
var clerk = Asker{
	Actor: value.Actor{Kind: value.Staff, ID: 7}, Account: 7, Role: "clerk",
	Rights: []Right{See, Make, Edit, Delete, Export}, Define: true,
}

func en(text string) Names { return Names{"en": text} }

func named(key, label string, t Type) *Field { return &Field{Key: key, Labels: en(label), Type: t} }

// with sets what only some fields have.
func with(f *Field, change func(*Field)) *Field {
	change(f)
	return f
}

func trader() *Object {
	return &Object{Key: "trader", Short: "trd", Labels: en("Trader"), Plural: en("Traders"), Icon: "users", Title: "name",
		Fields: []*Field{
			with(named("name", "Name", Text), func(f *Field) { f.Required, f.Searchable = true, true }),
			with(named("email", "E-mail", Mail), func(f *Field) { f.Unique = true }),
			with(named("stalls", "Stalls", Rollup), func(f *Field) {
				f.Options.Rollup = &RollupPlan{From: "stall", By: "trader", Op: "count"}
			}),
			with(named("rent_total", "Rent in total", Rollup), func(f *Field) {
				f.Options.Rollup = &RollupPlan{From: "stall", By: "trader", Op: "sum", Of: "size"}
			}),
		}}
}

func marketDay() *Object {
	return &Object{Key: "market_day", Short: "mkd", Labels: en("Market day"), Plural: en("Market days"), Icon: "calendar", Title: "name",
		Fields: []*Field{
			with(named("name", "Name", Text), func(f *Field) { f.Required, f.Searchable = true, true }),
			with(named("day", "Day", Date), func(f *Field) { f.Indexed = true }),
			named("open", "Open", YesNo),
		}}
}

// stall has a field of every type.
func stall() *Object {
	return &Object{Key: "stall", Short: "stl", Labels: en("Stall"), Plural: en("Stalls"), Icon: "list", Title: "name",
		Sections: []Section{{Key: "place", Labels: en("Where it stands")}},
		Checks:   []Check{{When: "ends == null || starts == null || ends >= starts", Message: en("The end is after the start."), Field: "ends"}},
		Fields: []*Field{
			with(named("name", "Name", Text), func(f *Field) { f.Required, f.Unique, f.Searchable = true, true, true }),
			with(named("about", "About", LongText), func(f *Field) { f.Searchable = true }),
			with(named("size", "Size", Integer), func(f *Field) {
				f.Options.Unit = "m"
				f.Check, f.Message = "size > 0", en("A stall is at least one metre long.")
			}),
			with(named("weight", "Weight", Decimal), func(f *Field) { f.Options.Scale = 3 }),
			named("rent", "Rent", MoneyType),
			with(named("covered", "Covered", YesNo), func(f *Field) { f.Default = "false" }),
			named("starts", "From", Date),
			named("ends", "Until", Date),
			named("inspected", "Inspected", DateTime),
			with(named("status", "Status", Choice), func(f *Field) {
				f.Options.Choices = []Option{{Key: "new", Labels: en("New"), Tone: "safe"}, {Key: "open", Labels: en("Open")}, {Key: "closed", Labels: en("Closed")}}
				f.Default = `"new"`
			}),
			with(named("goods", "Goods", Choices), func(f *Field) {
				f.Options.Choices = []Option{{Key: "bikes", Labels: en("Bikes")}, {Key: "books", Labels: en("Books")}, {Key: "plants", Labels: en("Plants")}}
			}),
			named("mail", "E-mail", Mail),
			named("phone", "Phone", Phone),
			named("page", "Page", Link),
			with(named("spot", "Spot", Place), func(f *Field) { f.Section = "place" }),
			named("papers", "Papers", File),
			with(named("trader", "Trader", Reference), func(f *Field) {
				f.Options.Target, f.Options.OnDelete, f.Options.Related = "trader", Restrict, en("Stalls")
			}),
			with(named("days", "Days", References), func(f *Field) {
				f.Options.Target, f.Options.Related = "market_day", en("Stalls")
				f.Options.Attributes = []*Field{named("pitch", "Pitch", Text), named("tables", "Tables", Integer)}
			}),
			named("subject", "About what", AnyReference),
			with(named("number", "Number", Autonumber), func(f *Field) { f.Options.Prefix, f.Options.Start = "S-", 100 }),
			with(named("area", "Area", Formula), func(f *Field) { f.Options.Formula, f.Options.Result = "size * 3", Integer }),
		}}
}

// worldSteps define the world.
func worldSteps() []Step {
	return []Step{{Op: AddObject, NewObject: trader()}, {Op: AddObject, NewObject: marketDay()}, {Op: AddObject, NewObject: stall()}}
}

// world runs a test in the world, on both engines. Its tables are empty.
func world(t *testing.T, test func(t *testing.T, s *Store)) {
	t.Helper()
	dbtest.Each(t, []db.Schema{Schema()}, func(t *testing.T, d *db.DB) { test(t, build(t, d)) })
}

// build makes the world in a database that has none.
func build(t testing.TB, d *db.DB) *Store {
	t.Helper()
	s := New(d, Config{})
	if err := s.Ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	apply(t, s, worldSteps()...)
	return s
}

// apply does steps that must succeed.
func apply(t testing.TB, s *Store, steps ...Step) Plan {
	t.Helper()
	p, err := s.Apply(t.Context(), clerk, "test", steps)
	if err != nil {
		t.Fatalf("%+v: %v", steps, err)
	}
	return p
}

// read runs a function in a read that must succeed.
func read[T any](t testing.TB, s *Store, fn func(tx *db.Tx) (T, error)) (got T) {
	t.Helper()
	err := s.DB.Read(t.Context(), func(tx *db.Tx) (err error) {
		got, err = fn(tx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// catalog is what is defined now.
func catalog(t testing.TB, s *Store) *Catalog { return read(t, s, s.Catalog) }

// object is one object of what is defined now.
func object(t testing.TB, s *Store, key string) *Object {
	t.Helper()
	o, err := catalog(t, s).Object(key)
	if err != nil {
		t.Fatal(err)
	}
	return o
}
