package reverse_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fairground/internal/search"
	"fairground/internal/search/reverse"
	"fairground/internal/search/words"
	"fairground/internal/value"
)

var (
	analyzer = words.New([]string{"en", "de"}, [][]string{{"bao", "keo"}, {"lio", "moo nuo"}})
	rates    = search.Rates{"CHF": 1, "EUR": .95, "JPY": .006}
)

// TestSameAsNaive compares with an evaluation of each query by itself, through additions, replacements and removals.
func TestSameAsNaive(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		d := newDice(seed, 60, dense)
		m := reverse.New(analyzer)
		m.SetRates("CHF", rates)
		stored := make(map[value.ID]search.Query)
		matched := 0
		for round := range 8 {
			for range 300 {
				id := value.ID(1 + d.IntN(1500))
				if round > 3 && d.percent(40) {
					m.Remove(id)
					delete(stored, id)
					continue
				}
				stored[id] = d.query()
				if err := m.Add(id, stored[id]); err != nil {
					t.Fatal(err)
				}
			}
			for i := range 15 {
				doc := d.document(value.ID(i))
				got := m.Match(doc)
				matched += len(got)
				var want []value.ID
				for id, q := range stored {
					if finds(analyzer, rates, q, doc) {
						want = append(want, id)
					}
				}
				slices.Sort(want)
				if !slices.Equal(got, want) {
					t.Fatalf("seed %d: %+v\n found by %v, want %v; %+v", seed, doc, got, want, differing(stored, got, want))
				}
			}
		}
		if m.Queries() != len(stored) || matched < 300 {
			t.Errorf("%d queries, want %d; %d matches", m.Queries(), len(stored), matched)
		}
	}
}

func differing(stored map[value.ID]search.Query, a, b []value.ID) (all []search.Query) {
	for id, q := range stored {
		if slices.Contains(a, id) != slices.Contains(b, id) {
			all = append(all, q)
		}
	}
	return all
}

func TestMatch(t *testing.T) {
	t.Parallel()
	bike := search.Document{
		Listing: 1, Title: "Red city bicycle", Body: "Well kept, new tyres, e bike motor.", Category: 3, Path: []value.ID{1, 2}, Price: value.MoneyFromUnits(250, "EUR"),
		Point: value.Point{Lat: 46.52, Lon: 6.63}, Attributes: []search.Value{search.Choice("color", "red"), search.Number("gears", 8), search.YesNo("lights", true)},
		Kind: search.Sell, Seller: search.Private, Photos: 2, At: time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC),
	}
	for name, c := range map[string]struct {
		query search.Query
		want  bool
	}{
		"everything":             {search.Query{}, true},
		"words":                  {search.Query{Words: "bicycles red "}, true},
		"a word too many":        {search.Query{Words: "bicycles blue "}, false},
		"a beginning":            {search.Query{Words: "bicy"}, true},
		"no beginning any more":  {search.Query{Words: "bicy "}, false},
		"a phrase":               {search.Query{Words: `"city bicycle"`}, true},
		"not in this order":      {search.Query{Words: `"bicycle city"`}, false},
		"not across the parts":   {search.Query{Words: `"bicycle well"`}, false},
		"without":                {search.Query{Words: "bicycle -blue"}, true},
		"without what it has":    {search.Query{Words: "bicycle -red"}, false},
		"only without":           {search.Query{Words: "-blue"}, true},
		"a phrase excluded":      {search.Query{Words: `-"new tyres"`}, false},
		"a category above":       {search.Query{Category: 1}, true},
		"another category":       {search.Query{Category: 4}, false},
		"choices":                {search.Query{Filters: []search.Filter{search.AnyOf("color", "blue", "red")}}, true},
		"other choices":          {search.Query{Filters: []search.Filter{search.AnyOf("color", "blue", "green")}}, false},
		"a range":                {search.Query{Filters: []search.Filter{search.Between("gears", 8, 10)}}, true},
		"not in the range":       {search.Query{Filters: []search.Filter{search.Between("gears", 8.5, 10)}}, false},
		"yes":                    {search.Query{Filters: []search.Filter{search.Is("lights", true)}}, true},
		"no":                     {search.Query{Filters: []search.Filter{search.Is("lights", false)}}, false},
		"its price":              {search.Query{Currency: "EUR", Price: &search.Span{High: 25_000}}, true},
		"too dear":               {search.Query{Currency: "EUR", Price: &search.Span{High: 24_999}}, false},
		"in another currency":    {search.Query{Currency: "CHF", Price: &search.Span{Low: 23_750, High: 23_750}}, true},
		"from one to another":    {search.Query{Currency: "JPY", Price: &search.Span{Low: 39_583, High: 39_583}}, true},
		"without a rate":         {search.Query{Currency: "USD", Price: &search.Span{High: search.Unbounded}}, false},
		"near":                   {search.Query{Near: value.Point{Lat: 46.5, Lon: 6.6}, Within_km: 5}, true},
		"far":                    {search.Query{Near: value.Point{Lat: 46.2, Lon: 6.14}, Within_km: 25}, false},
		"a box":                  {search.Query{Box: &search.Box{South: 46, West: 6, North: 47, East: 7}}, true},
		"a box round the back":   {search.Query{Box: &search.Box{South: 46, West: 7, North: 47, East: 6}}, false},
		"new enough":             {search.Query{Since: time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)}, true},
		"too old":                {search.Query{Since: time.Date(2026, 3, 1, 8, 0, 1, 0, time.UTC)}, false},
		"seller, kind, photos":   {search.Query{Seller: search.Private, Kind: search.Sell, WithPhotos: true}, true},
		"another seller":         {search.Query{Seller: search.Business}, false},
		"ten thousand words":     {search.Query{Words: strings.Repeat("bicycle ", 10_000)}, true},
		"signs only":             {search.Query{Words: `-- "" * ( AND`}, false},
		"the pole":               {search.Query{Near: value.Point{Lat: 90, Lon: 1}, Within_km: 5_000}, true},
		"the whole globe around": {search.Query{Near: value.Point{Lat: -46.5, Lon: -173.4}, Within_km: 20_100}, true},
	} {
		m := reverse.New(analyzer)
		m.SetRates("CHF", rates)
		if err := m.Add(7, c.query); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := len(m.Match(bike)) == 1; got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestSynonymsAreThoseOfTheSite(t *testing.T) {
	t.Parallel()
	site := words.New([]string{"en"}, [][]string{{"bike", "bicycle", "push cycle"}})
	m := reverse.New(site)
	for id, q := range map[value.ID]search.Query{1: {Words: "bike "}, 2: {Words: "bike ", Literal: true}, 3: {Words: "car -bike "}} {
		if err := m.Add(id, q); err != nil {
			t.Fatal(err)
		}
	}
	if c, _ := (search.Query{Words: "bike "}).Checked(site); len(c.Clauses()[0].Ways) < 2 {
		t.Skip("the analyzer knows no synonyms")
	}
	for title, want := range map[string][]value.ID{"Old bike": {1, 2}, "Old bicycle": {1}, "A push cycle": {1}, "Car": {3}, "Car for a bike": {1, 2}} {
		if got := m.Match(search.Document{Title: title}); !slices.Equal(got, want) {
			t.Errorf("%q is found by %v, want %v", title, got, want)
		}
	}
}

func TestWhatCannotBeAskedIsRefused(t *testing.T) {
	t.Parallel()
	m := reverse.New(analyzer)
	if err := m.Add(1, search.Query{Words: "good "}); err != nil {
		t.Fatal(err)
	}
	if err := m.Add(1, search.Query{Within_km: 5}); value.KindOf(err) != value.Invalid {
		t.Errorf("a distance without a place: %v", err)
	}
	if got := m.Match(search.Document{Title: "A good one"}); len(got) != 1 {
		t.Error("what was refused took the place of what was there")
	}
}

// TestNothingStays adds and removes, and looks whether the Matcher is as small as before.
func TestNothingStays(t *testing.T) {
	t.Parallel()
	m, d := reverse.New(analyzer), newDice(1, 500, dense)
	grow := func() int64 {
		for i := range 2_000 {
			if err := m.Add(value.ID(i), d.query()); err != nil {
				t.Fatal(err)
			}
		}
		full := m.Bytes()
		for i := range 2_000 {
			m.Remove(value.ID(i))
			m.Remove(value.ID(i))
		}
		if m.Queries() != 0 || len(m.Match(d.document(1))) != 0 {
			t.Fatal("queries that were removed match")
		}
		return full
	}
	first := grow()
	for range 5 {
		grow()
	}
	if last := grow(); last > first*3/2 {
		t.Errorf("the same queries took %d bytes at first and %d in the end", first, last)
	}
}

// TestWhileItChanges matches while others add and remove; what is never touched is always found.
func TestWhileItChanges(t *testing.T) {
	t.Parallel()
	m := reverse.New(analyzer)
	for id := range value.ID(50) {
		if err := m.Add(1_000_000+id, search.Query{Words: "steady ", Category: 100 + id%6}); err != nil {
			t.Fatal(err)
		}
	}
	var all sync.WaitGroup
	for seed := range uint64(2) {
		all.Go(func() {
			d := newDice(seed, 60, dense)
			for range 1_500 {
				id := value.ID(d.IntN(500))
				if d.percent(50) {
					m.Remove(id)
				} else if err := m.Add(id, d.query()); err != nil {
					t.Error(err)
				}
			}
		})
		all.Go(func() {
			d := newDice(seed+10, 60, dense)
			for i := range 600 {
				doc := d.document(value.ID(i))
				doc.Title += " steady"
				steady := 0
				for _, id := range m.Match(doc) {
					if id >= 1_000_000 {
						steady++
					}
				}
				if steady < 8 || steady > 9 {
					t.Errorf("%d of the steady ones are found", steady)
				}
			}
		})
	}
	all.Wait()
}
