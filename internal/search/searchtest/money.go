package searchtest

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"fairground/internal/search"
	"fairground/internal/value"
)

var rates = search.Rates{"EUR": .95, "JPY": .0061}

// rateCases compare the small market's prices in francs, one of which is in euros.
var rateCases = []queryCase{
	{"a price in euros lies in a span of francs", search.Query{Currency: "CHF", Rates: rates, Price: &search.Span{Low: 4_940_00, High: 4_940_00}}, ids(107)},
	{"and not in another", search.Query{Currency: "CHF", Rates: rates, Price: &search.Span{Low: 4_940_01, High: 6_000_00}}, nil},
	{"a span of euros", search.Query{Currency: "EUR", Rates: search.Rates{"CHF": 1 / .95}, Price: &search.Span{Low: 5_000_00, High: search.Unbounded}}, ids(107, 106)},
	{"sorted among the others", search.Query{Category: Vehicles, Currency: "CHF", Rates: rates, Sort: search.PriceUp}, ids(103, 101, 102, 104, 107, 106, 110, 105)},
	{"from the top", search.Query{Category: Vehicles, Currency: "CHF", Rates: rates, Sort: search.PriceDown}, ids(106, 107, 104, 102, 101, 103, 110, 105)},
	{"without a rate there is no price", search.Query{Category: Vehicles, Currency: "CHF", Rates: search.Rates{"USD": .9}, Sort: search.PriceUp}, ids(103, 101, 102, 104, 106, 110, 107, 105)},
	{"without a currency minor units count", search.Query{Category: Vehicles, Price: &search.Span{Low: 5_000_00, High: search.Unbounded}}, ids(107, 106)},
}

func testRates(t *testing.T, s Subject) {
	s.Put(market()...)
	for _, c := range rateCases {
		result := find(t, s, c.q)
		if got := listings(result); !slices.Equal(got, c.want) || result.Total != len(c.want) {
			t.Errorf("%s: found %v of %d, want %v", c.name, got, result.Total, c.want)
		}
	}
	histogram := []search.FacetRequest{{Attribute: search.ByPrice, Histogram: true}, {Attribute: "fuel"}}
	facets := find(t, s, search.Query{Category: Vehicles, Currency: "CHF", Rates: rates, Price: &search.Span{Low: 4_000_00, High: 5_000_00}, Facets: histogram}).Facets
	checkBuckets(t, facets[0].Buckets, []float64{250, 900, 80, 2400, 7300, 4940})
	if text := describe(facets[1].Choices); text != "petrol 1" {
		t.Errorf("counted by a price in another currency: %s", text)
	}
	for name, bad := range map[string]search.Rates{"nought": {"EUR": 0}, "negative": {"EUR": -1}, "no number": {"EUR": math.NaN()}, "endless": {"EUR": math.Inf(1)}, "absurd": {"EUR": 1e10}, "next to nothing": {"EUR": math.SmallestNonzeroFloat64}} {
		if _, err := s.Index.Search(t.Context(), search.Query{Currency: "CHF", Rates: bad}); value.KindOf(err) != value.Invalid {
			t.Errorf("a rate that is %s: %v", name, err)
		}
	}
}

func testRatesByBruteForce(t *testing.T, s Subject) {
	r := rand.New(rand.NewPCG(17, 3))
	documents := Generate(r, 300)
	for i := range documents {
		if r.IntN(3) == 0 && documents[i].Price.Currency != "" {
			documents[i].Price.Currency = []string{"EUR", "JPY", "USD"}[r.IntN(3)]
		}
	}
	s.Put(documents...)
	for range 60 {
		q := search.Query{Currency: "CHF", Rates: rates, Limit: search.MostHits, Sort: []search.Sort{search.PriceUp, search.PriceDown}[r.IntN(2)],
			Facets: []search.FacetRequest{{Attribute: search.ByPrice, Histogram: true}}}
		if r.IntN(2) == 0 {
			q.Price = &search.Span{Low: r.Int64N(300_00), High: 300_00 + r.Int64N(4_000_00)}
		}
		if r.IntN(2) == 0 {
			q.Filters = filters(search.AnyOf("color", color(r), color(r)))
		}
		if r.IntN(3) == 0 {
			q.Words = Word(r.IntN(6)) + " "
		}
		checkConverted(t, s, documents, q)
	}
}

// checkConverted compares with a slow reading of all documents, after words have been asked for alone.
func checkConverted(t *testing.T, s Subject, documents []search.Document, q search.Query) {
	t.Helper()
	var held []value.ID
	for page := 1; q.Words != "" && page < 9; page++ {
		held = append(held, listings(find(t, s, search.Query{Words: q.Words, Limit: search.MostHits, Page: page}))...)
	}
	type priced struct {
		listing value.ID
		minor   int64
		isNone  bool
		at      time.Time
	}
	var found []priced
	var numbers []float64
	for _, d := range documents {
		if q.Words != "" && !slices.Contains(held, d.Listing) || !matches(d, search.Query{Filters: q.Filters}, "") {
			continue
		}
		minor, isPriced := q.Convert(d.Price)
		if isPriced {
			numbers = append(numbers, float64(minor)/100)
		}
		if q.Price == nil || isPriced && minor >= q.Price.Low && minor <= q.Price.High {
			found = append(found, priced{d.Listing, minor, !isPriced, d.At})
		}
	}
	slices.SortFunc(found, func(a, b priced) int {
		switch {
		case a.isNone != b.isNone && a.isNone:
			return 1
		case a.isNone != b.isNone:
			return -1
		case q.Sort == search.PriceDown:
			return cmp.Or(cmp.Compare(b.minor, a.minor), b.at.Compare(a.at))
		}
		return cmp.Or(cmp.Compare(a.minor, b.minor), b.at.Compare(a.at))
	})
	var want []value.ID
	for _, p := range found[:min(len(found), q.Limit)] {
		want = append(want, p.listing)
	}
	result := find(t, s, q)
	if got := listings(result); !slices.Equal(got, want) || result.Total != len(found) {
		t.Errorf("%s: found %v of %d, want %v of %d", show(q), got, result.Total, want, len(found))
	}
	checkBuckets(t, result.Facets[0].Buckets, numbers)
}

func testSince(t *testing.T, s Subject) {
	s.Put(market()...)
	for _, c := range []queryCase{
		{"the last two hours", search.Query{Since: firstDay.Add(10 * time.Hour)}, ids(112, 111)},
		{"and some words", search.Query{Since: firstDay.Add(4 * time.Hour), Words: "bicycle"}, ids(108, 106)},
		{"and a category, by price", search.Query{Since: firstDay.Add(3 * time.Hour), Category: Vehicles, Sort: search.PriceUp, Currency: "CHF"}, ids(104, 106, 110, 107, 105)},
		{"of the future", search.Query{Since: firstDay.Add(1_000 * time.Hour)}, nil},
		{"before everything", search.Query{Since: firstDay.AddDate(-50, 0, 0), Category: Homes}, ids(109, 108)},
	} {
		result := find(t, s, c.q)
		if got := listings(result); !slices.Equal(got, c.want) || result.Total != len(c.want) {
			t.Errorf("%s: found %v of %d, want %v", c.name, got, result.Total, c.want)
		}
	}
	q := search.Query{Since: firstDay.Add(2 * time.Hour), Category: Bicycles, Facets: []search.FacetRequest{{Attribute: search.BySeller}}}
	if text := describe(find(t, s, q).Facets[0].Choices); text != "private 3, business 1" {
		t.Errorf("counted: %s", text)
	}
}

func testPromoted(t *testing.T, s Subject) {
	documents := market()
	for i := range documents {
		documents[i].Promoted = slices.Contains([]value.ID{101, 104, 109}, documents[i].Listing)
	}
	s.Put(documents...)
	for _, c := range []struct {
		name string
		q    search.Query
		want []value.ID // in any order
	}{
		{"none wanted", search.Query{}, nil}, {"all", search.Query{Promoted: 6}, ids(101, 104, 109)}, {"beside words", search.Query{Words: "bicycle", Promoted: 6}, ids(101)},
		{"of a category", search.Query{Category: Bicycles, Promoted: 2}, ids(101, 104)}, {"of none", search.Query{Category: Cars, Promoted: 3}, nil},
		{"near", search.Query{Near: Lausanne, Within_km: 10, Promoted: 3}, ids(101, 104)}, {"filtered", search.Query{Promoted: 3, Seller: search.Business}, ids(104)},
		{"on a later page", search.Query{Promoted: 3, Page: 4, Limit: 3}, ids(101, 104, 109)},
	} {
		result := find(t, s, c.q)
		var got []value.ID
		for _, h := range result.Promoted {
			got = append(got, h.Listing)
			if want := !c.q.Near.IsZero(); (h.Km >= 0) != want {
				t.Errorf("%s: listing %d is %f km away", c.name, h.Listing, h.Km)
			}
		}
		if slices.Sort(got); !slices.Equal(got, c.want) {
			t.Errorf("%s: promoted are %v, want %v", c.name, got, c.want)
		}
		c.q.Promoted = 0
		if plain := find(t, s, c.q); !slices.Equal(listings(plain), listings(result)) || plain.Total != result.Total {
			t.Errorf("%s: promoted listings change the hits from %v to %v", c.name, listings(plain), listings(result))
		}
	}
	if got := find(t, s, search.Query{Promoted: 2}).Promoted; len(got) != 2 || got[0] == got[1] {
		t.Errorf("at most two: %v", got)
	}
	documents[0].Promoted = false
	s.Put(documents[0])
	if got := find(t, s, search.Query{Words: "bicycle", Promoted: 6}).Promoted; len(got) != 0 {
		t.Errorf("no longer promoted: %v", got)
	}
	many := Generate(rand.New(rand.NewPCG(4, 4)), 50)
	for i := range many {
		many[i].Promoted = true
	}
	s.Put(many...)
	if got := find(t, s, search.Query{Promoted: 40}).Promoted; len(got) != search.MostPromoted {
		t.Errorf("%d are promoted at once", len(got))
	}
}
