package record

import (
	"slices"
	"testing"
	"testing/fstest"

	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/value"
)

// kiosk is an object whose table belongs to another part of the program.
func kiosk() *Object {
	return &Object{Key: "kiosk", Short: "ksk", Labels: en("Kiosk"), Plural: en("Kiosks"), Title: "name",
		Fields: []*Field{
			with(named("name", "Name", Text), func(f *Field) { f.Searchable = true }),
			named("price", "Price", MoneyType),
			with(named("state", "State", Choice), func(f *Field) {
				f.Options.Choices = []Option{{Code: 2, Key: "shut", Labels: en("Shut")}, {Code: 1, Key: "open", Labels: en("Open")}}
			}),
			with(named("mother", "Belongs to", Reference), func(f *Field) { f.Options.Target = "kiosk" }),
		},
		Owned: &Owned{Table: "kiosk", Key: "key", Created: "{t}.made_us", Alive: "{t}.gone_us is null", Log: "kiosk",
			Columns: map[string][]string{
				"name":   {"{t}.title", "lower({t}.title)"},
				"price":  {"{t}.cents", "'EUR'", "{t}.cents"},
				"state":  {"(case when {t}.shut then 2 else 1 end)"},
				"mother": {"{t}.mother"},
			}},
	}
}

func kiosks(t *testing.T, test func(t *testing.T, s *Store)) {
	files := fstest.MapFS{"schema/0001_kiosk.sql": {Data: []byte(`create table kiosk (key bigint primary key, title text not null, cents bigint,
		shut boolean not null, mother bigint, made_us bigint not null, gone_us bigint)`)}}
	dbtest.Each(t, []db.Schema{Schema(), {Feature: "kiosk", Files: files}}, func(t *testing.T, d *db.DB) {
		s := New(d, Config{Owned: []*Object{kiosk()}})
		if err := s.Ensure(t.Context()); err != nil {
			t.Fatal(err)
		}
		err := d.Maintain(t.Context(), "test", func(tx *db.Tx) error {
			return tx.Insert("kiosk", []string{"key", "title", "cents", "shut", "mother", "made_us", "gone_us"}, [][]any{
				{1, "Corner", 500, false, nil, 1_000_000, nil}, {2, "Station", nil, true, 1, 2_000_000, nil},
				{3, "Corner two", 700, true, 1, 3_000_000, nil}, {4, "Torn down", 1, false, 1, 4_000_000, 5}})
		})
		if err != nil {
			t.Fatal(err)
		}
		test(t, s)
	})
}

func TestOwnedObjects(t *testing.T) {
	kiosks(t, func(t *testing.T, s *Store) {
		found := func(q Query, want ...value.ID) {
			t.Helper()
			q.Object, q.Limit = "kiosk", 2
			var got []value.ID
			for page := (Page{Next: "-"}); page.Next != ""; {
				var err error
				if page, err = s.Find(t.Context(), clerk, q); err != nil {
					t.Fatal(err)
				}
				got, q.After = append(got, idsIn(page.Records)...), page.Next
			}
			if !slices.Equal(got, want) {
				t.Errorf("%+v finds %v, want %v", q, got, want)
			}
		}
		found(Query{}, 3, 2, 1)
		found(Query{Filter: "price > 4.0"}, 3, 1)
		found(Query{Filter: `state == "shut" && mother.name == "Corner"`}, 3, 2)
		found(Query{Search: "corn tw"}, 3)
		found(Query{Sort: []Sort{{"state", false}, {"name", false}}}, 3, 2, 1)
		found(Query{Sort: []Sort{{"price", true}}}, 3, 1, 2)
		found(Query{Sort: []Sort{{"created", false}}}, 1, 2, 3)
		found(Query{Trash: true})
		rec, err := s.Get(t.Context(), clerk, "kiosk", 3, "mother")
		if err != nil {
			t.Fatal(err)
		}
		if rec.Values["price"] != (value.Money{Minor: 700, Currency: "EUR"}) || rec.Values["state"] != "shut" || rec.Titles[1] != "Corner" ||
			rec.Linked["mother"][0].Title() != "Corner" || rec.Rev != 1 || rec.Created.UnixMicro() != 3_000_000 {
			t.Errorf("%+v", rec)
		}
		corner, err := s.Get(t.Context(), clerk, "kiosk", 1)
		if err != nil {
			t.Fatal(err)
		}
		lists, err := s.Related(t.Context(), clerk, corner)
		if err != nil || len(lists) != 1 || !slices.Equal(idsIn(lists[0].Records), []value.ID{3, 2}) {
			t.Errorf("%+v, %v", lists, err)
		}
		rows, err := s.Group(t.Context(), clerk, GroupQuery{Query: Query{Object: "kiosk"}, By: []Bucket{{Field: "state"}}, Measures: []Measure{{Op: "sum", Field: "price"}}})
		if err != nil || len(rows) != 2 || rows[0].Keys[0] != "shut" || rows[0].Values[0] != (value.Money{Minor: 700, Currency: "EUR"}) {
			t.Errorf("%+v, %v", rows, err)
		}
		if n, _, err := s.Count(t.Context(), clerk, Query{Object: "kiosk"}, 9); n != 3 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		if seen := sightFor(t, s, clerk, "kiosk"); seen.May(Edit) || seen.May(Make) || !seen.May(See) {
			t.Error("what a feature owns can be written here")
		}
		if err := s.DB.Maintain(t.Context(), "test", func(tx *db.Tx) error {
			_, err := tx.Exec("update kiosk set mother = 3 where key = 2")
			return err
		}); err != nil {
			t.Fatal(err)
		}
		far, err := s.Get(t.Context(), clerk, "kiosk", 2, "mother.mother")
		if err != nil || far.Linked["mother"][0].ID != 3 || far.Linked["mother"][0].Linked["mother"][0].Title() != "Corner" {
			t.Errorf("%+v, %v", far, err)
		}
		if _, err := s.Get(t.Context(), clerk, "kiosk", 4); value.KindOf(err) != value.NotFound {
			t.Error(err)
		}
	})
}
