package search_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/search"
	"fairground/internal/search/searchtest"
	"fairground/internal/value"
)

// TestStockAnswersAsTheDatabaseDoes asks three indexes over the same tables: one keeps all categories, one only small
// ones, one none. The documents hold what is unusual: several choices and numbers of one attribute, equal prices.
func TestStockAnswersAsTheDatabaseDoes(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, []db.Schema{search.Schema()}, func(t *testing.T, d *db.DB) {
		r := rand.New(rand.NewPCG(21, 4))
		s := subject(t, d, search.Config{Stocked: -1})
		stocked := search.New(d, searchtest.NewShelf(), search.Config{})
		partly := search.New(d, searchtest.NewShelf(), search.Config{Stocked: 1_000})
		documents := searchtest.Generate(r, 700)
		for i := range documents {
			makeUnusual(r, &documents[i])
		}
		s.Put(documents[:600]...)
		for n := range 400 {
			if n == 200 {
				s.Put(documents[500:]...)
				s.Remove(documents[3].Listing, documents[30].Listing)
			}
			q := unusualQuery(r)
			want := ask(t, s.Index, q)
			for name, index := range map[string]search.Index{"stocked": stocked, "partly stocked": partly} {
				got := ask(t, index, q)
				got.Took = want.Took
				if fmt.Sprint(got) != fmt.Sprint(want) {
					t.Fatalf("%+v, price %v: %s: %+v, want %+v", q, q.Price, name, got, want)
				}
			}
		}
	})
}

func makeUnusual(r *rand.Rand, d *search.Document) {
	maybe := func(fn func()) {
		if r.IntN(4) == 0 {
			fn()
		}
	}
	maybe(func() { d.Price.Minor = 100_00 })
	maybe(func() {
		d.Attributes = append(d.Attributes, search.Choice("color", "violet"), search.Choice("color", "red"))
	})
	maybe(func() { d.Attributes = append(d.Attributes, search.Number("km", math.Floor(r.Float64()*200)/8)) })
	maybe(func() {
		d.Attributes = append(d.Attributes, search.Number("depth", -1.1), search.Number("depth", float64(r.IntN(3))))
	})
	maybe(func() {
		d.Attributes = append(d.Attributes, search.Number("km at = most", math.Inf(1)), search.Choice("odd = name", "a\tb=c"))
	})
	maybe(func() { d.Seller = "" })
}

func unusualQuery(r *rand.Rand) search.Query {
	q := searchtest.RandomQuery(r)
	maybe := func(fn func()) {
		if r.IntN(5) == 0 {
			fn()
		}
	}
	q.Near, q.Within_km = value.Point{}, 0
	q.Facets = append(q.Facets, search.FacetRequest{Attribute: search.ByCategory}, search.FacetRequest{Attribute: "km", Histogram: true},
		search.FacetRequest{Attribute: "depth", Histogram: true}, search.FacetRequest{Attribute: "year"}, search.FacetRequest{Attribute: "color", Histogram: true})
	maybe(func() { q.Currency = "" })
	maybe(func() { q.Currency = "USD" })
	maybe(func() { q.Filters = append(q.Filters, search.Between("km", float64(r.IntN(20)), float64(r.IntN(40)))) })
	maybe(func() { q.Filters = append(q.Filters, search.Between("depth", -2, float64(r.IntN(3)))) })
	maybe(func() { q.Filters = append(q.Filters, search.AnyOf("odd = name", "a\tb=c")) })
	maybe(func() { q.Filters = append(q.Filters, search.AnyOf("odd   name", "a b=c")) })
	maybe(func() { q.Filters = append(q.Filters, search.AnyOf("unknown", "", "x")) })
	maybe(func() { q.Filters = append(q.Filters, search.AnyOf(search.BySeller, "", "business")) })
	maybe(func() { q.Words = " - " })
	maybe(func() { q.Category = 98 })
	maybe(func() { q.Price = &search.Span{Low: 100_00, High: 100_00} })
	return q
}

// TestHitsAreCurrentWhileTheStockIsOld changes a category whose stock may be shown for a while.
func TestHitsAreCurrentWhileTheStockIsOld(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, []db.Schema{search.Schema()}, func(t *testing.T, d *db.DB) {
		s := subject(t, d, search.Config{Stale: time.Hour})
		documents := searchtest.Generate(rand.New(rand.NewPCG(5, 8)), 40)
		s.Put(documents[:30]...)
		q := search.Query{Limit: 100, Filters: []search.Filter{search.Between("year", 1990, 2100)}, Facets: facets}
		for _, c := range []struct{ from, to, hits int }{{0, 30, 30}, {30, 40, 40}} {
			s.Put(documents[c.from:c.to]...)
			if got := ask(t, s.Index, q); len(got.Hits) != c.hits || got.Total != 30 {
				t.Errorf("%d hits, total %d, want %d and 30", len(got.Hits), got.Total, c.hits)
			}
		}
	})
}
