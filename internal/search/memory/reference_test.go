package memory_test

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"fairground/internal/search"
	"fairground/internal/search/memory"
	"fairground/internal/search/searchtest"
	"fairground/internal/search/words"
	"fairground/internal/value"
)

// TestReference compares with a slow and simple reading of all documents: random documents are put, changed and removed,
// segments merged, the index saved and loaded, and after each step random queries asked.
func TestReference(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, seed)
			for range 14 {
				w.change()
				for range 10 {
					w.compare(w.query())
				}
			}
		})
	}
}

// world is an index and what should be in it.
type world struct {
	*testing.T
	r         *rand.Rand
	clock     *value.FixedClock
	index     *memory.Index
	documents map[value.ID]search.Document
	terms     map[value.ID][2][]string // of title and body
	next      value.ID
}

func newWorld(t *testing.T, seed uint64) *world {
	w := &world{T: t, r: rand.New(rand.NewPCG(seed, 5)), documents: make(map[value.ID]search.Document), terms: make(map[value.ID][2][]string), next: 1_000,
		clock: &value.FixedClock{At: firstDay.Add(3 * time.Hour)}}
	w.index = memory.New(memory.Config{Clock: w.clock})
	return w
}

// change puts some new documents and some old ones anew, removes others, and sometimes merges, or saves and loads.
func (w *world) change() {
	count := []int{0, 1, 5, 60, 500}[w.r.IntN(5)]
	var put []search.Document
	for _, d := range searchtest.Generate(w.r, count) {
		d.Listing = w.next + value.ID(w.r.IntN(40))
		w.next = d.Listing + 1
		put = append(put, w.decorate(d))
	}
	var removed []value.ID
	for _, id := range slices.Sorted(maps.Keys(w.documents)) {
		switch w.r.IntN(12) {
		case 0:
			removed = append(removed, id)
		case 1:
			changed := w.decorate(w.documents[id])
			changed.Title = searchtest.Word(w.r.IntN(20)) + " " + changed.Title
			put = append(put, changed)
		}
	}
	if len(put) > 0 && w.r.IntN(3) == 0 {
		put = append(put, put[0], put[len(put)/2]) // the last of each counts, and it is the same
		removed = append(removed, put[0].Listing)  // what is both put and removed is put
	}
	if err := w.index.Apply(put, removed); err != nil {
		w.Fatal(err)
	}
	for _, id := range removed {
		delete(w.documents, id)
	}
	for _, d := range put {
		w.documents[d.Listing] = d
		a := w.index.Analyzer()
		w.terms[d.Listing] = [2][]string{a.Terms(d.Title, words.MostTitle), a.Terms(d.Body, words.MostBody)}
	}
	switch w.r.IntN(4) {
	case 0:
		w.index.Compact()
	case 1:
		w.index = reload(w.T, w.index, memory.Config{Clock: w.clock})
	}
	if w.index.Documents() != len(w.documents) {
		w.Fatalf("%d documents, want %d", w.index.Documents(), len(w.documents))
	}
}

// decorate adds what Generate does not make.
func (w *world) decorate(d search.Document) search.Document {
	d.Promoted = w.r.IntN(9) == 0
	d.At = firstDay.Add(time.Duration(w.r.IntN(10_000)) * time.Second)
	if w.r.IntN(10) == 0 {
		d.Point = value.Point{}
	}
	d.Attributes = slices.Clone(d.Attributes)
	if w.r.IntN(3) == 0 {
		d.Attributes = append(d.Attributes, search.Choice("color", "second-"+fmt.Sprint(w.r.IntN(3))), search.Number("year", float64(1950+w.r.IntN(3))))
	}
	if w.r.IntN(20) == 0 {
		d.Attributes = append(d.Attributes, search.Choice("rare", fmt.Sprint(w.r.IntN(4))), search.Number("weight", w.r.Float64()))
	}
	return d
}

func (w *world) query() search.Query {
	r := w.r
	q := searchtest.RandomQuery(r)
	q.Facets = append(q.Facets, search.FacetRequest{Attribute: "rare"}, search.FacetRequest{Attribute: "weight", Histogram: true}, search.FacetRequest{Attribute: search.ByCategory})
	q.Literal = true
	word := func() string { return searchtest.Word(r.IntN([]int{6, 40, 2_000}[r.IntN(3)])) }
	for range r.IntN(3) {
		switch r.IntN(6) {
		case 0:
			q.Words += `"` + word() + " " + word() + `" `
		case 1:
			q.Words += "-" + word() + " "
		case 2:
			q.Words += `-"` + word() + " " + word() + `" `
		case 3:
			q.Words += word() + "-" + word() + " "
		default:
			q.Words += word() + " "
		}
	}
	if r.IntN(4) == 0 {
		q.Words += searchtest.Word(r.IntN(300))[:3]
	}
	if r.IntN(6) == 0 {
		q.Rates = search.Rates{"EUR": .94, "CHF": 1.06}
	}
	if r.IntN(6) == 0 {
		q.Box = &search.Box{South: 46, West: 6 + r.Float64(), North: 47, East: 7 + 3*r.Float64()}
	}
	if r.IntN(6) == 0 {
		q.Since = firstDay.Add(time.Duration(r.IntN(10_000)) * time.Second)
	}
	if r.IntN(8) == 0 {
		q.Filters = append(slices.DeleteFunc(q.Filters, func(f search.Filter) bool { return f.Attribute == "weight" }), search.Between("weight", .2, .7))
	}
	if q.Sort == "" || r.IntN(4) == 0 {
		q.Sort = []search.Sort{search.Newest, search.Relevance}[r.IntN(2)]
		if !q.Near.IsZero() && r.IntN(2) == 0 {
			q.Sort = search.Distance
		}
	}
	return q
}

func (w *world) compare(q search.Query) {
	w.Helper()
	result, err := w.index.Search(w.Context(), q)
	if err != nil {
		w.Fatal(err)
	}
	q, err = q.Checked(w.index.Analyzer())
	if err != nil {
		w.Fatal(err)
	}
	found := w.find(q, "")
	if result.Total != len(found) || !result.Exact {
		w.Errorf("%q %+v: total %d, want %d", q.Words, q, result.Total, len(found))
		return
	}
	w.order(found, q)
	from := min((q.Page-1)*q.Limit, len(found))
	want := found[from:min(from+q.Limit, len(found))]
	if len(want) != len(result.Hits) {
		w.Errorf("%q: %d hits, want %d", q.Words, len(result.Hits), len(want))
		return
	}
	for i, hit := range result.Hits {
		if hit.Listing != want[i].Listing && q.Sort != search.Relevance { // scores are compared through Why
			w.Errorf("%q by %s: hit %d is %d, want %d", q.Words, q.Sort, i, hit.Listing, want[i].Listing)
			return
		}
	}
	if q.Sort == search.Relevance {
		w.checkScores(q, result)
	}
	for i, request := range q.Facets {
		w.checkFacet(q, request, result.Facets[i])
	}
}

// checkScores sees that scores fall from hit to hit, and that the ranks are those of the hits.
func (w *world) checkScores(q search.Query, result search.Result) {
	last := math.Inf(1)
	isByScore := slices.ContainsFunc(q.Clauses(), func(c words.Clause) bool { return !c.Exclude })
	for i, hit := range result.Hits {
		if i > 3 && i < len(result.Hits)-1 {
			continue
		}
		why, err := w.index.Why(w.Context(), q, hit.Listing)
		if err != nil || !why.Found || why.Rank != (q.Page-1)*q.Limit+i+1 || isByScore && why.Score > last+1e-6 {
			w.Errorf("%q: hit %d, %d: %+v, %v; the one before has %f", q.Words, i, hit.Listing, why, err, last)
		}
		last = why.Score
	}
}

func (w *world) find(q search.Query, ignored string) []search.Document {
	var all []search.Document
	for _, d := range w.documents {
		if w.matches(d, q, ignored) {
			all = append(all, d)
		}
	}
	return all
}

func (w *world) matches(d search.Document, q search.Query, ignored string) bool {
	minor, priced := q.Convert(d.Price)
	switch {
	case q.Category != 0 && d.Category != q.Category && !slices.Contains(d.Path, q.Category),
		q.Price != nil && ignored != search.ByPrice && (!priced || minor < q.Price.Low || minor > q.Price.High),
		q.Within_km > 0 && (d.Point.IsZero() || value.Km(d.Point, q.Near) > q.Within_km),
		q.Box != nil && (d.Point.IsZero() || !q.Box.Holds(d.Point)),
		!q.Since.IsZero() && d.At.Before(q.Since),
		q.Seller != "" && ignored != search.BySeller && d.Seller != q.Seller,
		q.Kind != "" && ignored != search.ByKind && d.Kind != q.Kind, q.WithPhotos && d.Photos == 0:
		return false
	}
	for _, f := range q.Filters {
		if f.Attribute != ignored && !slices.ContainsFunc(d.Attributes, func(v search.Value) bool { return meets(v, f) }) {
			return false
		}
	}
	title, body := w.terms[d.Listing][0], w.terms[d.Listing][1]
	for _, c := range q.Clauses() {
		is := slices.ContainsFunc(c.Ways, func(way words.Way) bool { return inRow(title, way) || inRow(body, way) })
		if is == c.Exclude {
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

func inRow(terms []string, way words.Way) bool {
	for i := range len(terms) - len(way.Terms) + 1 {
		is := true
		for j, term := range way.Terms {
			there := terms[i+j]
			isBegun := way.Prefix && j == len(way.Terms)-1 && len(there) >= len(term) && there[:len(term)] == term
			is = is && (there == term || isBegun)
		}
		if is {
			return true
		}
	}
	return false
}

func (w *world) order(all []search.Document, q search.Query) {
	slices.SortFunc(all, func(a, b search.Document) int {
		first := 0
		switch q.Sort {
		case search.PriceUp, search.PriceDown:
			minorA, pricedA := q.Convert(a.Price)
			minorB, pricedB := q.Convert(b.Price)
			switch {
			case pricedA != pricedB && pricedA:
				return -1
			case pricedA != pricedB:
				return 1
			case pricedA && q.Sort == search.PriceUp:
				first = cmp.Compare(minorA, minorB)
			case pricedA:
				first = cmp.Compare(minorB, minorA)
			}
		case search.Distance:
			far := func(p value.Point) float64 {
				if p.IsZero() {
					return math.Inf(1)
				}
				return math.Round(value.Km(p, q.Near)*1e6) / 1e6
			}
			first = cmp.Compare(far(a.Point), far(b.Point))
		}
		return cmp.Or(first, b.At.Compare(a.At), cmp.Compare(b.Listing, a.Listing))
	})
}

func (w *world) checkFacet(q search.Query, request search.FacetRequest, facet search.Facet) {
	w.Helper()
	counts := make(map[string]int)
	var numbers []float64
	for _, d := range w.find(q, request.Attribute) {
		switch request.Attribute {
		case search.BySeller:
			counts[string(d.Seller)]++
		case search.ByKind:
			counts[string(d.Kind)]++
		case search.ByCategory:
			for _, id := range slices.Compact(slices.Sorted(slices.Values(append(slices.Clone(d.Path), d.Category)))) {
				counts[id.String()]++
			}
		case search.ByPrice:
			if minor, priced := q.Convert(d.Price); priced {
				numbers = append(numbers, value.Money{Minor: minor, Currency: q.Currency}.Units())
			}
		}
		var seen []search.Value
		for _, v := range d.Attributes {
			isAgain := slices.ContainsFunc(seen, func(o search.Value) bool {
				return o.Attribute == v.Attribute && (v.Number != nil && o.Number != nil && *o.Number == *v.Number || v.Number == nil && o.Choice == v.Choice)
			})
			if v.Attribute != request.Attribute || isAgain {
				continue
			}
			seen = append(seen, v)
			switch {
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
		if want := search.Buckets(numbers); fmt.Sprint(facet.Buckets) != fmt.Sprint(want) {
			w.Errorf("%q: histogram %s: %v, want %v", q.Words, request.Attribute, facet.Buckets, want)
		}
		return
	}
	got := make(map[string]int)
	for _, c := range facet.Choices {
		got[c.Choice] = c.Listings
	}
	if !maps.Equal(got, counts) || !facet.Exact {
		w.Errorf("%q: facet %s: %v, want %v", q.Words, request.Attribute, got, counts)
	}
}
