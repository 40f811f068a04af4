package record

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/value"
)

// guest is an asker whose role sees less: no rents, no e-mail of traders, stalls of three metres at most.
var guest = Asker{Actor: value.Actor{Kind: value.Staff, ID: 8}, Account: 8, Role: "guest", Rights: []Right{See, Make, Edit, Delete, Export}}

// guarded is a world in which guests see little. What is computed from what they do not see they do not see either.
func guarded(t *testing.T, test func(t *testing.T, s *Store)) {
	t.Helper()
	dbtest.Each(t, []db.Schema{Schema()}, func(t *testing.T, d *db.DB) {
		s := loose(t, d, func(trader, day, stall *Object) {
			for _, key := range []string{"rent", "about"} {
				stall.Field(key).Hidden = []string{"guest"}
			}
			stall.Field("rent").Indexed = true
			stall.Fields = append(stall.Fields,
				with(named("twice", "Twice the rent", Formula), func(f *Field) { f.Options.Formula, f.Options.Result = "rent * 2.0", Decimal }),
				with(named("again", "Four times the rent", Formula), func(f *Field) { f.Options.Formula, f.Options.Result = "twice * 2.0", Decimal }),
				with(named("contact", "Trader's e-mail", Formula), func(f *Field) { f.Options.Formula, f.Options.Result = "trader.email", Text }),
				with(named("owner_name", "Trader's name", Formula), func(f *Field) { f.Options.Formula, f.Options.Result = "trader.name", Text }),
			)
			stall.Grants = []Grant{{Role: "guest", Rights: []Right{See, Edit, Export}, Rows: "size <= 3", Change: `status == "new"`}}
			trader.Field("email").Hidden = []string{"guest"}
			trader.Grants = []Grant{{Role: "guest", Rights: []Right{See}, Rows: `email != "cy@example.org"`}}
			day.Grants = []Grant{{Role: "guest"}}
		})
		test(t, s)
	})
}

func TestHiddenFieldsDoNotExist(t *testing.T) {
	guarded(t, func(t *testing.T, s *Store) {
		traders, _, _ := planted(t, s, 0)
		ids := plant(t, s, "stall",
			Values{"name": "One", "size": int64(1), "rent": value.Money{Minor: 77700, Currency: "EUR"}, "about": "zebra stripes", "trader": traders[0]},
			Values{"name": "Two", "size": int64(2), "rent": value.Money{Minor: 100, Currency: "EUR"}, "about": "plain", "trader": traders[2]})
		for _, hidden := range []string{"rent", "twice", "again", "contact", "about", "days"} {
			t.Run(hidden, func(t *testing.T) { attack(t, s, hidden, ids[0]) })
		}
		seen := sightFor(t, s, guest, "stall")
		if seen.Field("owner_name") == nil || seen.Field("size") == nil {
			t.Error("fields that are not hidden are missing")
		}
		if f := sightFor(t, s, guest, "trader").Field("rent_total"); f != nil {
			t.Error("a sum over stalls of which a guest sees some is visible")
		}
		if sightFor(t, s, clerk, "stall").Field("again") == nil {
			t.Error("the clerk misses a field")
		}
	})
}

// attack tries every way to learn of a hidden field; a field that never was must give the same answers.
func attack(t *testing.T, s *Store, hidden string, id value.ID) {
	const never = "qzqzqz"
	same := func(way string, try func(field string) error) {
		t.Helper()
		a, b := try(hidden), try(never)
		if a == nil || b == nil {
			t.Errorf("%s: a hidden field is answered for (%v, %v)", way, a, b)
			return
		}
		text, suggested, _ := strings.Cut(a.Error(), "; did you mean")
		if strings.Contains(suggested, hidden) {
			t.Errorf("%s: %q suggests it", way, suggested)
		}
		if got, want := strings.ReplaceAll(text, hidden, never), b.Error(); got != want {
			t.Errorf("%s: %q differs from %q", way, got, want)
		}
	}
	find := func(make func(field string) Query) func(string) error {
		return func(field string) error {
			_, err := s.Find(t.Context(), guest, make(field))
			return err
		}
	}
	same("filter", find(func(f string) Query { return Query{Object: "stall", Filter: f + " == null"} }))
	same("filter in has", find(func(f string) Query {
		return Query{Object: "stall", Filter: "trader.name == \"x\" || has(" + f + ".x)"}
	}))
	same("sort", find(func(f string) Query { return Query{Object: "stall", Sort: []Sort{{Field: f}}} }))
	same("fields", find(func(f string) Query { return Query{Object: "stall", Fields: []string{f}} }))
	same("expand", find(func(f string) Query { return Query{Object: "stall", Expand: []string{f}} }))
	same("count", func(f string) error {
		_, _, err := s.Count(t.Context(), guest, Query{Object: "stall", Filter: f + " != null"}, 10)
		return err
	})
	same("group", func(f string) error {
		_, err := s.Group(t.Context(), guest, GroupQuery{Query: Query{Object: "stall"}, By: []Bucket{{Field: f}}, Measures: []Measure{{Op: "count"}}})
		return err
	})
	same("measure", func(f string) error {
		_, err := s.Group(t.Context(), guest, GroupQuery{Query: Query{Object: "stall"}, Measures: []Measure{{Op: "max", Field: f}}})
		return err
	})
	same("view", func(f string) error {
		_, err := s.SaveView(t.Context(), guest, View{Object: "stall", Name: "v", Columns: []string{f}})
		return err
	})
	rec, err := s.Get(t.Context(), guest, "stall", id)
	if err != nil {
		t.Fatal(err)
	}
	if rec.Values[hidden] != nil || rec.Object.Field(hidden) != nil {
		t.Error("the record holds it")
	}
	problems := sightFor(t, s, guest, "stall").Scope().Problems(hidden[:len(hidden)-1]+"_ == 1", 0)
	if strings.Contains(fmt.Sprint(problems), `"`+hidden+`"`) {
		t.Errorf("a suggestion names it: %v", problems)
	}
}

func sightFor(t *testing.T, s *Store, a Asker, object string) *Seen {
	t.Helper()
	return read(t, s, func(tx *db.Tx) (*Seen, error) {
		v, err := s.Sight(tx, a)
		if err != nil {
			return nil, err
		}
		return v.Object(object)
	})
}

func TestHiddenThroughLinks(t *testing.T) {
	guarded(t, func(t *testing.T, s *Store) {
		traders, _, _ := planted(t, s, 0)
		plant(t, s, "stall", Values{"name": "One", "size": int64(1), "trader": traders[0]},
			Values{"name": "Two", "size": int64(2), "trader": traders[2]}, Values{"name": "Big", "size": int64(9), "trader": traders[0]})
		if _, err := s.Find(t.Context(), guest, Query{Object: "stall", Filter: `trader.email == "anna@example.org"`}); value.KindOf(err) != value.Invalid {
			t.Errorf("a hidden field behind a link: %v", err)
		}
		if got := names(t, s, guest, Query{Object: "stall", Filter: `trader.name != ""`, Expand: []string{"trader"}}); !slices.Equal(got, []string{"One"}) {
			t.Errorf("a link to a trader that the row rule hides answers: %v", got)
		}
		page, err := s.Find(t.Context(), guest, Query{Object: "stall", Expand: []string{"trader"}, Sort: []Sort{{Field: "name"}}})
		if err != nil {
			t.Fatal(err)
		}
		one, two := page.Records[0], page.Records[1]
		if one.Linked["trader"][0] == nil || one.Titles[traders[0]] != "Anna Weber" || one.Linked["trader"][0].Values["email"] != nil {
			t.Errorf("the visible trader: %+v, %v", one.Linked["trader"][0], one.Titles)
		}
		if two.Linked["trader"][0] != nil || len(two.Titles) != 0 || two.Values["owner_name"] != nil {
			t.Errorf("the hidden trader shows: %v %v %v", two.Linked, two.Titles, two.Values)
		}
		for _, down := range []bool{false, true} { // the hidden trader gives no order: Two is last both ways
			sorted, err := s.Find(t.Context(), guest, Query{Object: "stall", Sort: []Sort{{"trader", down}}})
			if err != nil || sorted.Records[1].ID != two.ID {
				t.Errorf("down %t: %v, %v", down, idsIn(sorted.Records), err)
			}
		}
		if one.Values["owner_name"] != "Anna Weber" {
			t.Errorf("a formula over a link yields %v", one.Values["owner_name"])
		}
	})
}

// names are the titles that a query finds, in the order of the alphabet.
func names(t *testing.T, s *Store, a Asker, q Query) []string {
	t.Helper()
	page, err := s.Find(t.Context(), a, q)
	if err != nil {
		t.Fatalf("%+v: %v", q, err)
	}
	var all []string
	for _, rec := range page.Records {
		all = append(all, rec.Title())
	}
	slices.Sort(all)
	return all
}

func TestRowRulesHoldEverywhere(t *testing.T) {
	guarded(t, func(t *testing.T, s *Store) {
		traders, _, _ := planted(t, s, 0)
		ids := plant(t, s, "stall",
			Values{"name": "Small one", "size": int64(2), "trader": traders[0], "status": "new", "about": "secret zebra"},
			Values{"name": "Large one", "size": int64(5), "trader": traders[0], "status": "new"},
			Values{"name": "No size", "trader": traders[0]})
		if got := names(t, s, guest, Query{Object: "stall"}); !slices.Equal(got, []string{"Small one"}) {
			t.Errorf("find: %v", got)
		}
		if n, more, err := s.Count(t.Context(), guest, Query{Object: "stall"}, 100); n != 1 || more || err != nil {
			t.Errorf("count: %d %t %v", n, more, err)
		}
		for _, id := range ids[1:] {
			if _, err := s.Get(t.Context(), guest, "stall", id); value.KindOf(err) != value.NotFound {
				t.Errorf("get: %v", err)
			}
			if _, err := s.History(t.Context(), guest, "stall", id, 10); value.KindOf(err) != value.NotFound {
				t.Errorf("history: %v", err)
			}
			if _, err := s.Why(t.Context(), guest, "stall", id); value.KindOf(err) != value.NotFound {
				t.Errorf("why: %v", err)
			}
		}
		rows, err := s.Group(t.Context(), guest, GroupQuery{Query: Query{Object: "stall"}, By: []Bucket{{Field: "trader"}}, Measures: []Measure{{Op: "count"}}})
		if err != nil || len(rows) != 1 || rows[0].Values[0] != int64(1) || rows[0].Labels[0] != "Anna Weber" {
			t.Errorf("group: %+v, %v", rows, err)
		}
		anna, err := s.Get(t.Context(), guest, "trader", traders[0])
		if err != nil {
			t.Fatal(err)
		}
		lists, err := s.Related(t.Context(), guest, anna)
		if err != nil || len(lists) != 1 || len(lists[0].Records) != 1 {
			t.Errorf("related: %+v, %v", lists, err)
		}
		for words, want := range map[string]int{"one": 1, "large": 0, "zebra": 0, "secr": 0, "sma": 1} {
			found, err := s.Suggest(t.Context(), guest, "stall", words, 10)
			if err != nil || len(found) != want {
				t.Errorf("suggest %q: %d, %v", words, len(found), err)
			}
			pages, err := s.SearchAll(t.Context(), guest, words, 10)
			if err != nil || len(pages) != want {
				t.Errorf("search %q: %d, %v", words, len(pages), err)
			}
		}
		if found, _ := s.Suggest(t.Context(), clerk, "stall", "zeb", 10); len(found) != 1 {
			t.Errorf("the clerk finds %d zebras", len(found))
		}
		var each int
		if err := s.Each(t.Context(), guest, Query{Object: "stall", Sort: []Sort{{Field: "weight"}}}, func(*Record) error { each++; return nil }); err != nil || each != 1 {
			t.Errorf("each: %d, %v", each, err)
		}
	})
}

func TestHiddenObjects(t *testing.T) {
	guarded(t, func(t *testing.T, s *Store) {
		_, days, _ := planted(t, s, 5)
		_, hidden := s.Find(t.Context(), guest, Query{Object: "market_day"})
		_, never := s.Find(t.Context(), guest, Query{Object: "market_night"})
		if hidden == nil || never == nil || strings.ReplaceAll(hidden.Error(), "market_day", "market_night") != never.Error() {
			t.Errorf("%v differs from %v", hidden, never)
		}
		if _, err := s.Get(t.Context(), guest, "market_day", days[0]); value.KindOf(err) != value.NotFound {
			t.Error(err)
		}
		pages, err := s.SearchAll(t.Context(), guest, "fair", 10)
		if err != nil || len(pages) != 0 {
			t.Errorf("search finds %d pages, %v", len(pages), err)
		}
	})
}

func TestWho(t *testing.T) {
	guarded(t, func(t *testing.T, s *Store) {
		ids := plant(t, s, "stall", Values{"name": "New", "size": int64(1), "status": "new"}, Values{"name": "Old", "size": int64(1), "status": "closed"},
			Values{"name": "Big", "size": int64(7), "status": "new"})
		check := func(right Right, id value.ID, want value.Kind) {
			t.Helper()
			err := s.reading(t.Context(), func(r *Reader) error { return r.mayChange(guest, "stall", right, id) })
			if value.KindOf(err) != want {
				t.Errorf("%s %d: %v, want %q", right, id, err, want)
			}
		}
		check(Edit, ids[0], "")
		check(Edit, ids[1], value.Forbidden)
		check(Edit, ids[2], value.NotFound)
		check(Delete, ids[0], value.Forbidden)
		check(Make, 0, value.Forbidden)
	})
}

// TestBrokenRulesDeny: a rule that cannot be read any more shows nothing, rather than everything.
func TestBrokenRulesDeny(t *testing.T) {
	guarded(t, func(t *testing.T, s *Store) {
		plant(t, s, "stall", Values{"name": "New", "size": int64(1)})
		c := catalog(t, s)
		o := c.byKey["stall"]
		o.Grants[0].Rows = "vanished == 1"
		v := newSight(c, guest, dialect(s.DB.Engine()))
		if !v.seen["stall"].nothing {
			t.Error("the broken rule shows records")
		}
	})
}

// TestReferencesToHiddenObjects: a reference to any object that leads to one the asker may not see is empty for them.
func TestReferencesToHiddenObjects(t *testing.T) {
	guarded(t, func(t *testing.T, s *Store) {
		traders, days, _ := planted(t, s, 0)
		plant(t, s, "stall", Values{"name": "To a day", "size": int64(1), "subject": AnyValue{"market_day", days[0]}},
			Values{"name": "To a trader", "size": int64(1), "subject": AnyValue{"trader", traders[0]}},
			Values{"name": "To none", "size": int64(1)})
		for a, want := range map[string][]string{"guest": {"To a day", "To none"}, "clerk": {"To none"}} {
			asker := map[string]Asker{"guest": guest, "clerk": clerk}[a]
			if got := names(t, s, asker, Query{Object: "stall", Filter: "subject == null"}); !slices.Equal(got, want) {
				t.Errorf("%s: %q, want %q", a, got, want)
			}
		}
		if got := names(t, s, guest, Query{Object: "stall", Filter: `subject.type == "market_day"`}); len(got) != 0 {
			t.Errorf("%q", got)
		}
		q := Query{Object: "stall", Sort: []Sort{{Field: "subject"}, {Field: "name"}}, Limit: 1}
		var got []string
		for page := (Page{Next: "-"}); page.Next != ""; q.After = page.Next {
			var err error
			if page, err = s.Find(t.Context(), guest, q); err != nil {
				t.Fatal(err)
			}
			got = append(got, page.Records[0].Title())
			if ref := page.Records[0].Values["subject"]; got[len(got)-1] != "To a trader" && ref != nil {
				t.Errorf("%q refers to %v", got[len(got)-1], ref)
			}
		}
		if want := []string{"To a trader", "To a day", "To none"}; !slices.Equal(got, want) {
			t.Errorf("the order tells of the hidden: %q, want %q", got, want)
		}
	})
}

// TestRulesOverLinksAndAskers: rules may follow links, also to what the asker does not see, and may ask who asks.
func TestRulesOverLinksAndAskers(t *testing.T) {
	dbtest.Each(t, []db.Schema{Schema()}, func(t *testing.T, d *db.DB) {
		s := loose(t, d, func(trader, day, stall *Object) {
			trader.Grants = []Grant{{Role: "guest"}}
			stall.Grants = []Grant{{Role: "guest", Rights: []Right{See}, Rows: `trader.name == "Anna Weber" || size == me.id`}}
			day.Grants = []Grant{{Role: "guest", Rights: []Right{See}, Rows: `open == true`}}
		})
		traders, days, _ := planted(t, s, 0)
		both := []RefValue{{ID: days[0]}, {ID: days[1]}}
		plant(t, s, "stall", Values{"name": "Anna's", "trader": traders[0], "days": both}, Values{"name": "Bo's", "trader": traders[1], "days": both},
			Values{"name": "Of size 8", "size": int64(8), "days": both}, Values{"name": "None", "days": both})
		if got := names(t, s, guest, Query{Object: "stall"}); !slices.Equal(got, []string{"Anna's", "Of size 8"}) {
			t.Errorf("%q", got)
		}
		nobody := guest
		nobody.Account = 0
		if got := names(t, s, nobody, Query{Object: "stall"}); !slices.Equal(got, []string{"Anna's"}) {
			t.Errorf("without an account: %q", got)
		}
		if sightFor(t, s, guest, "stall").Field("trader") != nil {
			t.Error("a link to a hidden object is seen")
		}
		for filter, want := range map[string]int{`days.exists(d, d.name == "Autumn fair")`: 0, `days.exists(d, d.name == "Spring fair")`: 2, `size(days) == 2`: 0, `size(days) == 1`: 2} {
			if got := names(t, s, guest, Query{Object: "stall", Filter: filter}); len(got) != want {
				t.Errorf("%s: %q", filter, got)
			}
		}
		page, err := s.Find(t.Context(), guest, Query{Object: "stall", Expand: []string{"days"}, Limit: 1})
		if err != nil || page.Records[0].Linked["days"][0] == nil || page.Records[0].Linked["days"][1] != nil || len(page.Records[0].Titles) != 1 {
			t.Errorf("%+v, %v", page.Records, err)
		}
		rows, err := s.Group(t.Context(), guest, GroupQuery{Query: Query{Object: "stall"}, By: []Bucket{{Field: "days"}}, Measures: []Measure{{Op: "count"}}})
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			if row.Labels[0] == "Autumn fair" {
				t.Errorf("a group names a hidden record: %+v", rows)
			}
		}
	})
}
