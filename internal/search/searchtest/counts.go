package searchtest

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"fairground/internal/search"
	"fairground/internal/value"
)

func testFacets(t *testing.T, s Subject) {
	s.Put(market()...)
	for _, c := range []struct {
		name  string
		q     search.Query
		facet string
		want  string
	}{
		{"choices", search.Query{Category: Bicycles}, "color", "blue 2, red 2, black 1"},
		{"own filter does not count", search.Query{Category: Bicycles, Filters: filters(search.AnyOf("color", "black"))}, "color", "blue 2, red 2, black 1"},
		{"other filters do", search.Query{Category: Bicycles, Filters: filters(search.AnyOf("color", "black"))}, "style", "city 1"},
		{"own and other", search.Query{Filters: filters(search.AnyOf("color", "black"), search.AnyOf("style", "mountain"))}, "color", "blue 1"},
		{"yes and no", search.Query{Filters: filters(search.Is("lights", true))}, "lights", "no 2, yes 2"},
		{"words", search.Query{Words: "bicycle"}, "color", "blue 1, red 1"},
		{"seller", search.Query{Category: Bicycles, Seller: search.Business}, search.BySeller, "private 4, business 2"},
		{"kind", search.Query{Category: Bicycles}, search.ByKind, "sell 4, swap 1, wanted 1"},
		{"category", search.Query{Category: Vehicles}, search.ByCategory, "1 8, 2 8, 3 6, 4 2"},
		{"unknown attribute", search.Query{}, "smell", ""},
		{"near", search.Query{Near: Lausanne, Within_km: 5}, "style", "city 2"},
		{"price range", search.Query{Currency: "CHF", Price: &search.Span{Low: 200_00, High: 1_000_00}}, "style", "city 1, mountain 1"},
	} {
		c.q.Facets = []search.FacetRequest{{Attribute: "style", Histogram: true}, {Attribute: c.facet}}
		got := find(t, s, c.q).Facets[1]
		if text := describe(got.Choices); text != c.want || got.Attribute != c.facet || !got.Exact {
			t.Errorf("%s: %s: %q, want %q", c.name, got.Attribute, text, c.want)
		}
	}
}

func describe(counts []search.Count) string {
	text := ""
	for i, c := range counts {
		if i > 0 {
			text += ", "
		}
		text += fmt.Sprintf("%s %d", c.Choice, c.Listings)
	}
	return text
}

func testHistogram(t *testing.T, s Subject) {
	s.Put(market()...)
	q := search.Query{Currency: "CHF", Price: &search.Span{Low: 0, High: 100_00}, Facets: []search.FacetRequest{
		{Attribute: search.ByPrice, Histogram: true}, {Attribute: "rooms", Histogram: true}, {Attribute: "gears", Histogram: true}}}
	facets := find(t, s, q).Facets
	checkBuckets(t, facets[0].Buckets, []float64{250, 900, 80, 2400, 7300, 1800, 2100, 0, 400})
	checkBuckets(t, facets[1].Buckets, nil)
	checkBuckets(t, facets[2].Buckets, []float64{1})
	q.Currency, q.Price = "EUR", nil
	checkBuckets(t, find(t, s, q).Facets[0].Buckets, []float64{5200})
}

// checkBuckets checks that buckets lie side by side and count exactly these numbers.
func checkBuckets(t *testing.T, buckets []search.Bucket, numbers []float64) {
	t.Helper()
	if len(buckets) == 0 && len(numbers) == 0 {
		return
	}
	if len(buckets) == 0 || len(buckets) > 30 {
		t.Errorf("%d buckets for %d numbers", len(buckets), len(numbers))
		return
	}
	counted := 0
	for i, b := range buckets {
		last := i == len(buckets)-1
		want := 0
		for _, n := range numbers {
			if n >= b.Low && (n < b.High || last && n <= b.High) {
				want++
			}
		}
		counted += want
		if b.Listings != want || b.Low >= b.High || !last && b.High != buckets[i+1].Low {
			t.Errorf("bucket %+v, want %d in it", b, want)
		}
	}
	if counted != len(numbers) {
		t.Errorf("the buckets hold %d of %d numbers", counted, len(numbers))
	}
}

// testBruteForce compares totals, hits and counts with a slow and simple reading of all documents, for random filters.
func testBruteForce(t *testing.T, s Subject) {
	r := rand.New(rand.NewPCG(7, 11))
	documents := Generate(r, 600)
	s.Put(documents...)
	for _, d := range documents[:50] { // some go, some change
		s.Remove(d.Listing)
	}
	documents = documents[50:]
	for i := range documents[:50] {
		documents[i].Attributes = []search.Value{search.Choice("color", "red"), search.Number("year", 1990)}
	}
	s.Put(documents[:50]...)
	for range 120 {
		q := RandomQuery(r)
		result := find(t, s, q)
		want := ordered(documents, q)
		from := min((q.Page-1)*q.Limit, len(want))
		if got := listings(result); result.Total != len(want) || !slices.Equal(got, want[from:min(from+q.Limit, len(want))]) {
			t.Errorf("%s: found %v of %d, want from %d on of %v", show(q), got, result.Total, from, want)
		}
		for i, request := range q.Facets {
			checkFacet(t, result.Facets[i], request, documents, q)
		}
	}
}

func checkFacet(t *testing.T, facet search.Facet, request search.FacetRequest, documents []search.Document, q search.Query) {
	t.Helper()
	counts := make(map[string]int)
	var numbers []float64
	for _, d := range documents {
		if !matches(d, q, request.Attribute) {
			continue
		}
		switch request.Attribute {
		case search.BySeller:
			counts[string(d.Seller)]++
		case search.ByKind:
			counts[string(d.Kind)]++
		}
		if request.Attribute == search.ByPrice && d.Price.Currency == q.Currency {
			numbers = append(numbers, d.Price.Units())
		}
		for _, v := range d.Attributes {
			switch {
			case v.Attribute != request.Attribute:
			case v.Number != nil:
				numbers = append(numbers, *v.Number)
			case v.Yes != nil:
				counts[map[bool]string{true: "yes", false: "no"}[*v.Yes]]++
			default:
				counts[v.Choice]++
			}
		}
	}
	if request.Histogram {
		checkBuckets(t, facet.Buckets, numbers)
		return
	}
	got := make(map[string]int)
	for _, c := range facet.Choices {
		got[c.Choice] = c.Listings
	}
	if !maps.Equal(got, counts) {
		t.Errorf("%s: facet %s: %v, want %v", show(q), request.Attribute, got, counts)
	}
}

// ordered are the listings that a query finds, in its order.
func ordered(documents []search.Document, q search.Query) []value.ID {
	found := slices.DeleteFunc(slices.Clone(documents), func(d search.Document) bool { return !matches(d, q, "") })
	slices.SortFunc(found, func(a, b search.Document) int {
		byPrice := 0
		if q.Sort == search.PriceUp || q.Sort == search.PriceDown {
			noneA, noneB := a.Price.Currency != q.Currency, b.Price.Currency != q.Currency
			switch {
			case noneA && noneB:
			case noneA:
				byPrice = 1
			case noneB:
				byPrice = -1
			case q.Sort == search.PriceUp:
				byPrice = cmp.Compare(a.Price.Minor, b.Price.Minor)
			default:
				byPrice = cmp.Compare(b.Price.Minor, a.Price.Minor)
			}
		}
		return cmp.Or(byPrice, b.At.Compare(a.At))
	})
	var all []value.ID
	for _, d := range found {
		all = append(all, d.Listing)
	}
	return all
}

// matches reads a query the slow way, without its filter on one attribute.
func matches(d search.Document, q search.Query, ignored string) bool {
	switch {
	case q.Category != 0 && d.Category != q.Category && !slices.Contains(d.Path, q.Category):
		return false
	case q.Price != nil && ignored != search.ByPrice && (d.Price.Currency != q.Currency || d.Price.Minor < q.Price.Low || d.Price.Minor > q.Price.High):
		return false
	case q.Within_km > 0 && (d.Point.IsZero() || value.Km(d.Point, q.Near) > q.Within_km):
		return false
	case q.Seller != "" && ignored != search.BySeller && d.Seller != q.Seller, q.Kind != "" && ignored != search.ByKind && d.Kind != q.Kind, q.WithPhotos && d.Photos == 0:
		return false
	}
	for _, f := range q.Filters {
		if f.Attribute != ignored && !slices.ContainsFunc(d.Attributes, func(v search.Value) bool { return meets(v, f) }) {
			return false
		}
	}
	return true
}

func meets(v search.Value, f search.Filter) bool {
	switch {
	case v.Attribute != f.Attribute:
		return false
	case f.Range != nil:
		return v.Number != nil && *v.Number >= f.Range.Low && *v.Number <= f.Range.High
	case f.Yes != nil:
		return v.Yes != nil && *v.Yes == *f.Yes
	default:
		return v.Number == nil && v.Yes == nil && slices.Contains(f.Choices, v.Choice)
	}
}

// RandomQuery combines filters on what Generate makes, in any number.
func RandomQuery(r *rand.Rand) search.Query {
	q := search.Query{Limit: []int{search.MostHits, search.MostHits, 7}[r.IntN(3)], Page: 1 + r.IntN(4)/3, Currency: "CHF", Facets: []search.FacetRequest{
		{Attribute: "color"}, {Attribute: "brand"}, {Attribute: "warranty"}, {Attribute: search.BySeller}, {Attribute: search.ByKind},
		{Attribute: "year", Histogram: true}, {Attribute: search.ByPrice, Histogram: true}}}
	maybe := func(fn func()) {
		if r.IntN(3) == 0 {
			fn()
		}
	}
	maybe(func() { q.Category = value.ID(10 + r.IntN(50)) })
	maybe(func() { q.Category = value.ID(1 + r.IntN(9)) })
	maybe(func() { q.Filters = append(q.Filters, search.AnyOf("color", color(r), color(r))) })
	maybe(func() { q.Filters = append(q.Filters, search.AnyOf("brand", brand(r))) })
	maybe(func() { q.Filters = append(q.Filters, search.Is("warranty", r.IntN(2) == 0)) })
	maybe(func() {
		low := float64(1990 + r.IntN(30))
		q.Filters = append(q.Filters, search.Between("year", low, low+float64(r.IntN(20))))
	})
	maybe(func() { q.Price = &search.Span{Low: r.Int64N(300_00), High: 300_00 + r.Int64N(5_000_00)} })
	maybe(func() { q.Currency = "EUR" })
	maybe(func() { q.Near, q.Within_km = point(r), float64(1+r.IntN(400)) })
	maybe(func() { q.WithPhotos = true })
	maybe(func() { q.Seller = search.Business })
	maybe(func() { q.Kind = search.Wanted })
	maybe(func() { q.Sort = search.PriceDown })
	maybe(func() { q.Sort = search.PriceUp })
	return q
}

func show(q search.Query) string {
	q.Facets = nil
	text := fmt.Sprintf("%+v price %+v", q, q.Price)
	for _, f := range q.Filters {
		text += fmt.Sprintf(" %s %+v", f.Attribute, f.Range)
	}
	return text
}

// Generate makes documents with uneven words, categories, attributes, prices and places; the same for the same seed.
// Ids begin with 1,000 and follow the time of publication, a second apart.
func Generate(r *rand.Rand, count int) []search.Document {
	vocabulary := newVocabulary(r)
	all := make([]search.Document, count)
	for i := range all {
		all[i] = generateOne(r, vocabulary, i)
	}
	return all
}

func generateOne(r *rand.Rand, v vocabulary, i int) search.Document {
	leaf := int(float64(50) * r.Float64() * r.Float64()) // low numbers are far more common
	d := search.Document{
		Listing: value.ID(1_000 + i), Title: v.text(r, 3+r.IntN(5)), Body: v.text(r, 15+r.IntN(40)),
		Category: value.ID(10 + leaf), Path: ids(1, value.ID(2+leaf%8)), Kind: search.Sell, Seller: search.Private,
		Photos: r.IntN(4), At: firstDay.Add(time.Duration(i) * time.Second), Point: point(r).Coarse(),
		Attributes: []search.Value{search.Choice("color", color(r)), search.Choice("brand", brand(r)), search.Number("year", float64(1990+r.IntN(36)))},
	}
	if r.IntN(5) == 0 {
		d.Seller = search.Business
	}
	if r.IntN(10) > 0 {
		d.Price = value.Money{Minor: int64(float64(2_000_00) * r.ExpFloat64()), Currency: "CHF"}
	}
	if r.IntN(12) == 0 {
		d.Kind, d.Price.Currency = search.Wanted, "EUR"
	}
	if r.IntN(2) == 0 {
		d.Attributes = append(d.Attributes, search.YesNo("warranty", r.IntN(3) == 0))
	}
	return d
}

// point is a place in a rectangle of about 330 by 220 km; half of them lie close to one of ten towns.
func point(r *rand.Rand) value.Point {
	if r.IntN(2) == 0 {
		return value.Point{Lat: 45.8 + 2*r.Float64(), Lon: 6 + 4.4*r.Float64()}
	}
	town := float64(r.IntN(10))
	return value.Point{Lat: 46 + .17*town + .05*r.NormFloat64(), Lon: 6.2 + .37*town + .07*r.NormFloat64()}
}

func color(r *rand.Rand) string {
	return []string{"red", "blue", "green", "black", "white", "silver", "yellow", "other"}[int(8*r.Float64()*r.Float64())]
}

func brand(r *rand.Rand) string { return fmt.Sprintf("brand-%d", int(40*r.Float64()*r.Float64())) }

// vocabulary is made-up words of which the n-th is about n times rarer than the first.
type vocabulary struct {
	words []string
	zipf  *rand.Zipf
}

func newVocabulary(r *rand.Rand) vocabulary {
	v := vocabulary{words: make([]string, 30_000)}
	for i := range v.words {
		v.words[i] = Word(i)
	}
	v.zipf = rand.NewZipf(r, 1.07, 6, uint64(len(v.words)-1))
	return v
}

// Word is the n-th most common word of generated documents.
func Word(n int) string {
	word := ""
	for n += 400; n > 0; n /= 20 {
		word += string("bdfgklmnprtvzjwhxcbd"[n%20]) + string("aiouaiouaiouaiouaiou"[n%20])
	}
	return word
}

func (v vocabulary) text(r *rand.Rand, count int) string {
	text := ""
	for range count {
		text += v.words[v.zipf.Uint64()] + " "
	}
	return text
}
