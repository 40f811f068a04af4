package searchtest

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"fairground/internal/search"
	"fairground/internal/value"
)

// Conformance runs every test an index must pass. open returns an empty index; each test gets its own.
func Conformance(t *testing.T, open func(t *testing.T) Subject) {
	for name, test := range map[string]func(*testing.T, Subject){
		"queries": testQueries, "pages": testPages, "bad queries": testBadQueries, "facets": testFacets,
		"histogram": testHistogram, "changes": testChanges, "similar": testSimilar, "brute force": testBruteForce,
		"any text": testAnyText, "rates": testRates, "rates by brute force": testRatesByBruteForce, "boxes": testBoxes,
		"since": testSince, "promoted": testPromoted, "clusters": testClusters, "complete": testComplete, "alike": testAlike,
		"why": testWhy, "synonyms": testSynonyms, "typos": testTypos, "ranking": testRanking, "extremes": testExtremes,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

type queryCase struct {
	name string
	q    search.Query
	want []value.ID
}

func ids(all ...value.ID) []value.ID { return all }

// wordCases are about words. Results are newest first unless they say otherwise.
var wordCases = []queryCase{
	{"one word, in titles and bodies", search.Query{Words: "bicycle"}, ids(108, 106, 102, 101)},
	{"plural", search.Query{Words: "bicycles "}, ids(108, 106, 102, 101)},
	{"case and spaces", search.Query{Words: "  RED\tBicycle "}, ids(108, 101)},
	{"German plural", search.Query{Words: "Fahrrad "}, ids(103)},
	{"German singular finds houses", search.Query{Words: "haus "}, ids(109)},
	{"accents", search.Query{Words: "fahrrader "}, ids(103)},
	{"two spellings of an umlaut", search.Query{Words: "Müller "}, ids(109)},
	{"and the other way", search.Query{Words: "fahrraeder "}, ids(103)},
	{"beginning of the last word", search.Query{Words: "bicy"}, ids(108, 106, 102, 101)},
	{"not of a finished word", search.Query{Words: "bicy "}, nil},
	{"not of an earlier word", search.Query{Words: "bicy red"}, nil},
	{"beginning of a compound", search.Query{Words: "wohn"}, ids(109)},
	{"two letters are not a beginning", search.Query{Words: "bi"}, nil},
	{"all words", search.Query{Words: "blue bicycle"}, ids(102)},
	{"phrase", search.Query{Words: `"red city bicycle"`}, ids(101)},
	{"phrase in the wrong order", search.Query{Words: `"city red"`}, nil},
	{"phrase does not span title and body", search.Query{Words: `"bicycle well"`}, nil},
	{"phrase with a plural", search.Query{Words: `"steep path"`}, ids(102)},
	{"hyphen is a phrase", search.Query{Words: "e-bike"}, ids(104)},
	{"exclusion", search.Query{Words: "bicycle -car"}, ids(108, 102, 101)},
	{"exclusion of a phrase", search.Query{Words: `bicycle -"city bicycle" -car`}, ids(108, 102)},
	{"only an exclusion", search.Query{Words: "-bicycle -bike -tent", Category: Everything}, ids(111, 110, 109, 107, 105, 103)},
	{"nothing but an exclusion", search.Query{Words: "-the -bicycle -bike -auto"}, ids(112, 110, 109, 105, 103)},
	{"Japanese", search.Query{Words: "自転車"}, ids(110)},
	{"Japanese in another order", search.Query{Words: "車自転"}, nil},
	{"emoji", search.Query{Words: "🚲"}, ids(110)},
	{"operators are words", search.Query{Words: "sea AND river"}, ids(111)},
	{"words like operators must occur", search.Query{Words: "sea OR mountain"}, nil},
	{"a star means nothing", search.Query{Words: "toy* "}, ids(111)},
	{"a column means nothing", search.Query{Words: "title:kayak"}, nil},
	{"only signs", search.Query{Words: `"* : ( ) ' & | ! - --`, Category: Homes}, ids(109, 108)},
	{"a quote never closed", search.Query{Words: `"red city`}, ids(101)},
	{"tokens cannot be typed", search.Query{Words: "_p"}, nil},
	{"relevance: titles first", search.Query{Words: "bicycle", Sort: search.Relevance}, ids(101, 108, 106, 102)},
	{"relevance with a filter", search.Query{Words: "bicycle", Sort: search.Relevance, Category: Vehicles}, ids(101, 106, 102)},
	{"relevance without words", search.Query{Category: Homes, Sort: search.Relevance}, ids(109, 108)},
	{"ten thousand words", search.Query{Words: strings.Repeat("bicycle ", 10_000)}, ids(108, 106, 102, 101)},
}

// filterCases are about everything else.
var filterCases = []queryCase{
	{"everything", search.Query{}, ids(112, 111, 110, 109, 108, 107, 106, 105, 104, 103, 102, 101)},
	{"category", search.Query{Category: Bicycles}, ids(110, 105, 104, 103, 102, 101)},
	{"category with all below", search.Query{Category: Vehicles}, ids(110, 107, 106, 105, 104, 103, 102, 101)},
	{"unknown category", search.Query{Category: 99}, nil},
	{"choice", search.Query{Filters: filters(search.AnyOf("color", "red"))}, ids(103, 101)},
	{"any of two choices", search.Query{Filters: filters(search.AnyOf("color", "red", "black"))}, ids(104, 103, 101)},
	{"one of several values", search.Query{Filters: filters(search.AnyOf("color", "blue"))}, ids(103, 102)},
	{"a choice of another attribute", search.Query{Filters: filters(search.AnyOf("style", "red"))}, nil},
	{"two attributes", search.Query{Filters: filters(search.AnyOf("color", "red"), search.AnyOf("style", "child"))}, ids(103)},
	{"yes", search.Query{Filters: filters(search.Is("balcony", true))}, ids(108)},
	{"no is not the same as unknown", search.Query{Filters: filters(search.Is("balcony", false))}, ids(109)},
	{"range with both ends", search.Query{Filters: filters(search.Between("gears", 8, 10))}, ids(104, 101)},
	{"open range", search.Query{Filters: filters(search.Between("km", 100_000, math.Inf(1)))}, ids(106)},
	{"fractions", search.Query{Filters: filters(search.Between("km", 40_500.4, 40_500.5))}, ids(107)},
	{"range upside down", search.Query{Filters: filters(search.Between("gears", 10, 8))}, nil},
	{"range without low end", search.Query{Filters: filters(search.Between("rooms", math.Inf(-1), 4))}, ids(108)},
	{"price", search.Query{Currency: "CHF", Price: &search.Span{Low: 200_00, High: 900_00}}, ids(112, 102, 101)},
	{"price nought", search.Query{Currency: "CHF", Price: &search.Span{Low: 0, High: 0}}, ids(111)},
	{"price open above", search.Query{Currency: "CHF", Price: &search.Span{Low: 2_200_00, High: search.Unbounded}}, ids(106, 104)},
	{"price in another currency", search.Query{Currency: "EUR", Price: &search.Span{Low: 0, High: search.Unbounded}}, ids(107)},
	{"seller", search.Query{Seller: search.Business}, ids(104, 102)},
	{"kind", search.Query{Kind: search.Wanted}, ids(105)},
	{"photos", search.Query{Category: Bicycles, WithPhotos: true}, ids(104, 102, 101)},
	{"words and filters", search.Query{Words: "bike", Category: Bicycles, Seller: search.Business,
		Filters: filters(search.Is("lights", true), search.Between("gears", 1, 30))}, ids(104)},
	{"price up, none and foreign last", search.Query{Category: Vehicles, Currency: "CHF", Sort: search.PriceUp}, ids(103, 101, 102, 104, 106, 110, 107, 105)},
	{"price down", search.Query{Category: Vehicles, Currency: "CHF", Sort: search.PriceDown}, ids(106, 104, 102, 101, 103, 110, 107, 105)},
}

// placeCases are about distance.
var placeCases = []queryCase{
	{"5 km", search.Query{Near: Lausanne, Within_km: 5}, ids(108, 104, 101)},
	{"55 km", search.Query{Near: Lausanne, Within_km: 55}, ids(108, 106, 104, 102, 101)},
	{"100 km and words", search.Query{Near: Lausanne, Within_km: 100, Words: "red"}, ids(108, 101)},
	{"German", search.Query{Near: Lausanne, Within_km: 100, Words: "rot"}, ids(109, 103)},
	{"across the date line", search.Query{Near: Suva, Within_km: 1_200}, ids(111, 110)},
	{"across the date line, close", search.Query{Near: value.Point{Lat: -18.1, Lon: -179.9}, Within_km: 180}, ids(110)},
	{"across the pole", search.Query{Near: OverPole, Within_km: 115}, ids(112)},
	{"not quite across the pole", search.Query{Near: OverPole, Within_km: 105}, nil},
	{"the whole world has no place for listings without one", search.Query{Near: Lausanne, Within_km: 1e6, Category: Cars}, ids(106)},
	{"sorted by distance", search.Query{Near: Geneva, Category: Vehicles, Sort: search.Distance}, ids(106, 102, 104, 101, 105, 103, 110, 107)},
	{"a metre", search.Query{Near: Lausanne, Within_km: .001}, ids(108, 104, 101)},
}

func filters(all ...search.Filter) []search.Filter { return all }

func testQueries(t *testing.T, s Subject) {
	s.Put(market()...)
	for _, c := range slices.Concat(wordCases, filterCases, placeCases) {
		c.q.Literal = s.Typos && len(c.want) == 0
		result := find(t, s, c.q)
		if got := listings(result); !slices.Equal(got, c.want) {
			t.Errorf("%s: found %v, want %v", c.name, got, c.want)
		}
		if result.Total != len(c.want) || !result.Exact {
			t.Errorf("%s: total %d (exact %t), want %d", c.name, result.Total, result.Exact, len(c.want))
		}
	}
	for _, hit := range find(t, s, search.Query{Near: Lausanne, Within_km: 55, Category: Bicycles}).Hits {
		want := map[value.ID]float64{101: 0, 104: 0, 102: value.Km(Lausanne, Geneva)}[hit.Listing]
		if math.Abs(hit.Km-want) > .001 {
			t.Errorf("listing %d is %f km away, want %f", hit.Listing, hit.Km, want)
		}
	}
	if hit := find(t, s, search.Query{Near: Lausanne, Words: "benzin"}).Hits[0]; hit.Km != -1 {
		t.Errorf("a listing without a place is %f km away, want -1", hit.Km)
	}
}

func testPages(t *testing.T, s Subject) {
	s.Put(market()...)
	for _, q := range []search.Query{{}, {Words: "bicycle", Sort: search.Relevance}, {Sort: search.PriceUp}, {Sort: search.Distance, Near: Berne}} {
		whole := listings(find(t, s, q))
		var pages []value.ID
		for q.Limit, q.Page = 3, 1; len(pages) < len(whole) && q.Page < 10; q.Page++ {
			pages = append(pages, listings(find(t, s, q))...)
		}
		if !slices.Equal(pages, whole) {
			t.Errorf("%q by %s: pages hold %v, want %v", q.Words, q.Sort, pages, whole)
		}
	}
	if last := find(t, s, search.Query{Page: search.MostPages}); len(last.Hits) != 0 || last.Total != 12 || last.Pages(5) != 3 {
		t.Errorf("a page behind the last one: %d hits, total %d, %d pages", len(last.Hits), last.Total, last.Pages(5))
	}
}

func testBadQueries(t *testing.T, s Subject) {
	yes := true
	for name, q := range map[string]search.Query{
		"page too deep": {Page: search.MostPages + 1}, "too many a page": {Limit: search.MostHits + 1},
		"distance without a place": {Within_km: 5}, "negative distance": {Near: Berne, Within_km: -1},
		"no number": {Near: Berne, Within_km: math.NaN()}, "off the globe": {Near: value.Point{Lat: 91, Lon: 0}},
		"unknown sort": {Sort: "cheapest"}, "sort by distance from nowhere": {Sort: search.Distance},
		"empty filter": {Filters: filters(search.Filter{Attribute: "color"})}, "filter on nothing": {Filters: filters(search.AnyOf("", "red"))},
		"filter of two sorts":  {Filters: filters(search.Filter{Attribute: "color", Choices: []string{"red"}, Yes: &yes})},
		"same attribute twice": {Filters: filters(search.AnyOf("color", "red"), search.AnyOf("color", "blue"))},
		"range of no number":   {Filters: filters(search.Between("km", math.NaN(), 1))},
		"too many choices":     {Filters: filters(search.AnyOf("color", make([]string, 101)...))},
		"too many filters":     {Filters: make([]search.Filter, 31)},
	} {
		if _, err := s.Index.Search(t.Context(), q); value.KindOf(err) != value.Invalid {
			t.Errorf("%s: error %v, want one of kind invalid", name, err)
		}
	}
	if result := find(t, s, search.Query{Words: "bicycle", Facets: []search.FacetRequest{{Attribute: "color"}, {Attribute: search.ByPrice, Histogram: true}}}); result.Total != 0 || len(result.Facets) != 2 {
		t.Errorf("an empty index found %+v", result)
	}
}

func testChanges(t *testing.T, s Subject) {
	documents := market()
	s.Put(documents...)
	s.Put(documents[:5]...) // once more changes nothing
	want := func(name string, q search.Query, want ...value.ID) {
		t.Helper()
		q.Facets = []search.FacetRequest{{Attribute: "color"}}
		result := find(t, s, q)
		if got := listings(result); !slices.Equal(got, want) || result.Total != len(want) {
			t.Errorf("%s: found %v of %d, want %v", name, got, result.Total, want)
		}
	}
	want("before", search.Query{Category: Bicycles}, 110, 105, 104, 103, 102, 101)
	s.Remove(104, 110, 999)
	want("removed", search.Query{Category: Bicycles}, 105, 103, 102, 101)
	want("removed, by word", search.Query{Words: "batteries"})
	changed := documents[0]
	changed.Title, changed.Price = "Green city bicycle", chf(199)
	s.Put(changed)
	want("edited keeps its place", search.Query{Category: Bicycles}, 105, 103, 102, 101)
	want("edited, by its new word", search.Query{Words: "green"}, 101)
	want("edited, by its old word", search.Query{Words: `"red city"`})
	changed.At = changed.At.Add(24 * time.Hour)
	s.Put(changed)
	want("renewed is newest", search.Query{Category: Bicycles}, 101, 105, 103, 102)
	same := make([]search.Document, 50)
	for i := range same {
		same[i] = search.Document{Listing: value.ID(2_000 + i), Title: "Chair", Category: 77, At: firstDay}
	}
	s.Put(same...)
	s.Put(search.Document{Listing: 2_050, Title: "Chair", Category: 77, At: firstDay})
	if n := len(find(t, s, search.Query{Words: "chair", Limit: 100}).Hits); n != 51 {
		t.Errorf("of 51 listings published at the same moment %d were found", n)
	}
}

func testSimilar(t *testing.T, s Subject) {
	s.Put(market()...)
	s.Put(search.Document{Listing: 300, Title: "Old red bicycle", Category: Bicycles, Path: ids(Everything, Vehicles), At: firstDay.Add(-time.Hour)})
	for _, c := range []struct {
		listing value.ID
		limit   int
		want    []value.ID
	}{
		{101, 3, ids(300, 110, 105)}, {101, 1, ids(300)}, {108, 5, ids(109)}, {999, 5, nil}, {101, 0, nil},
		{105, 100, ids(110, 104, 103, 102, 101, 300)},
	} {
		got, err := s.Index.Similar(t.Context(), c.listing, c.limit)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("similar to %d, %d of them: %v, %v, want %v", c.listing, c.limit, got, err, c.want)
		}
	}
}

func testAnyText(t *testing.T, s Subject) {
	s.Put(market()...)
	for _, text := range []string{
		"'; drop table search_document; --", `")) OR 1=1`, "NEAR(a b)", "^red", "a:*", `\`, `'\''`, "\x00red\x00", "\xff\xfe", "red\u0000", "{title}:red",
		"<->", "!!", "&|", "((((", strings.Repeat(`"`, 999), strings.Repeat("-", 999), strings.Repeat("(", 5_000), strings.Repeat("ab ", 400),
		strings.Repeat("x", 100_000), "\u202e\u200f", "🚲🚲🚲", "ａｂｃ", "İstanbul", "ﬁne", "a\u0301\u0301\u0301", strings.Repeat("車", 500),
	} {
		if _, err := s.Index.Search(t.Context(), search.Query{Words: text, Sort: search.Relevance}); err != nil {
			t.Errorf("%.40q: %v", text, err)
		}
	}
	odd := search.Document{Listing: 500, Title: "odd \x00\xff '\\ \"title", Body: strings.Repeat("word'", 20_000), Category: 9, At: firstDay,
		Attributes: []search.Value{search.Choice("maker", "O'Neil \"&\" \x1f=\x1e Söhne"), search.Number("length", 1e300)}}
	s.Put(odd)
	q := search.Query{Words: "odd", Filters: filters(search.AnyOf("maker", odd.Attributes[0].Choice), search.Between("length", 1e299, math.Inf(1)))}
	if got := listings(find(t, s, q)); !slices.Equal(got, ids(500)) {
		t.Errorf("a document with odd texts was not found: %v", got)
	}
}

func find(t *testing.T, s Subject, q search.Query) search.Result {
	t.Helper()
	result, err := s.Index.Search(t.Context(), q)
	if err != nil {
		t.Fatalf("%+v: %v", q, err)
	}
	return result
}

func listings(result search.Result) []value.ID {
	var all []value.ID
	for _, hit := range result.Hits {
		all = append(all, hit.Listing)
	}
	return all
}
