package main

import (
	"math"
	"math/rand/v2"
	"slices"

	"fairground/internal/search"
	"fairground/internal/value"
)

// asker makes the queries of the search benchmark. The n-th depends on the seed and n alone; what it asks for is taken
// from some listing, so that it finds at least that one.
type asker struct {
	*bigMarket
	listings int
}

// bigFacets are the eight counts and the histogram that every query of the benchmark asks for.
var bigFacets = []search.FacetRequest{
	{Attribute: "brand"}, {Attribute: "color"}, {Attribute: "condition"}, {Attribute: "material"}, {Attribute: "size"},
	{Attribute: "warranty"}, {Attribute: "delivery"}, {Attribute: search.BySeller}, {Attribute: search.ByPrice, Histogram: true},
}

var bigRates = search.Rates{"EUR": eurosInCHF}

// mixed is words from very common to unique, three filters, eight counts, a histogram and an order; every fifth has a
// place or a part of the map as well.
func (a asker) mixed(n int) search.Query {
	r, like := a.about(n, 1)
	q := search.Query{
		Words: a.typed(r, like), Currency: bigCurrency, Rates: bigRates, Facets: bigFacets,
		Sort: []search.Sort{search.Relevance, search.Relevance, search.Newest, search.PriceUp, search.PriceDown}[r.IntN(5)],
	}
	narrow(r, &q, like, 3)
	switch r.IntN(10) {
	case 0:
		q.Near, q.Within_km = like.Point, []float64{10, 25, 50}[r.IntN(3)]
	case 1:
		q.Box = around(like.Point, .1+.4*r.Float64())
	}
	return q
}

// geo is a place or a part of the map and everything that lies there: without words, half of them in one section.
func (a asker) geo(n int) search.Query {
	r, like := a.about(n, 2)
	q := search.Query{Currency: bigCurrency, Rates: bigRates, Facets: bigFacets, Sort: search.Newest}
	if r.IntN(2) == 0 {
		q.Category = like.Path[1]
	}
	if r.IntN(3) == 0 {
		q.Box = around(like.Point, .05+.5*r.Float64())
		return q
	}
	q.Near, q.Within_km = like.Point, []float64{5, 10, 25, 50, 100}[r.IntN(5)]
	if r.IntN(2) == 0 {
		q.Sort = search.Distance
	}
	return q
}

// begun is the beginning of one word, or a whole word and the beginning of the next.
func (a asker) begun(n int) string {
	r, like := a.about(n, 3)
	title := plainWords(like.Title)
	at := r.IntN(len(title))
	begun := title[at][:1+r.IntN(len(title[at]))]
	if at > 0 && r.IntN(2) == 0 {
		begun = title[at-1] + " " + begun
	}
	return begun
}

// saved is what somebody would like to hear of: in a category, near a place, and with words that are not said of
// everything, so that a new listing is in a few dozen of a million.
func (a asker) saved(n int) search.Query {
	r, like := a.about(n, 4)
	q := search.Query{Currency: bigCurrency, Rates: bigRates, Literal: true}
	if r.IntN(8) > 0 {
		q.Words = a.telling(r, like)
	}
	narrow(r, &q, like, 1+r.IntN(2))
	q.Category = like.Category
	if r.IntN(3) == 0 {
		q.Category = like.Path[len(like.Path)-1]
	}
	if r.IntN(4) > 0 || q.Words == "" {
		q.Near, q.Within_km = like.Point, []float64{5, 10, 25, 50}[r.IntN(4)]
	}
	return q
}

// telling is one or two words of a listing that are not among the hundred most common, if it has any.
func (a asker) telling(r *rand.Rand, like search.Document) string {
	all := plainWords(like.Title + " " + like.Body)
	rare := slices.DeleteFunc(slices.Clone(all), func(w string) bool { return slices.Contains(a.words[:100], w) })
	if len(rare) == 0 {
		rare = all
	}
	text := ""
	for range 1 + r.IntN(2) {
		text += rare[r.IntN(len(rare))] + " "
	}
	return text
}

// about is the n-th source of chance of one kind of query, and the listing that it is about.
func (a asker) about(n int, kind uint64) (*rand.Rand, search.Document) {
	r := rand.New(rand.NewPCG(a.seed+kind<<32, uint64(n)))
	return r, a.listing(r.IntN(a.listings), 0)
}

// typed is one to three words of a listing: of its title, of its body, or a very common one. Three of four queries end
// with a space, as from a form that was sent; the others are still being typed.
func (a asker) typed(r *rand.Rand, like search.Document) string {
	title, body := plainWords(like.Title), plainWords(like.Body)
	common := slices.DeleteFunc(append(slices.Clone(title), body...), func(w string) bool { return !slices.Contains(a.words[:60], w) })
	var text string
	switch r.IntN(5) {
	case 0: // very common
		if len(common) > 0 {
			text = common[r.IntN(len(common))]
			break
		}
		text = title[0]
	case 1:
		text = title[r.IntN(len(title))]
	case 2:
		text = body[r.IntN(len(body))]
	case 3:
		text = title[0] + " " + body[r.IntN(len(body))]
	default:
		text = body[0] + " " + body[1] + " " + title[len(title)-1]
	}
	if r.IntN(4) > 0 {
		text += " "
	}
	return text
}

// narrow adds so many different filters, all of which one listing meets.
func narrow(r *rand.Rand, q *search.Query, like search.Document, count int) {
	choice := func(name string, others []string) func() {
		return func() {
			i := slices.IndexFunc(like.Attributes, func(v search.Value) bool { return v.Attribute == name })
			choices := []string{like.Attributes[i].Choice}
			if other := others[r.IntN(len(others))]; other != choices[0] {
				choices = append(choices, other)
			}
			q.Filters = append(q.Filters, search.AnyOf(name, choices...))
		}
	}
	ways := []func(){
		func() { q.Category = like.Path[1+r.IntN(len(like.Path)-1)] },
		choice("brand", []string{"brand-0", "brand-1", "brand-2", "brand-5"}), choice("color", colors), choice("condition", conditions),
		choice("material", materials), choice("size", sizes),
		func() {
			i := slices.IndexFunc(like.Attributes, func(v search.Value) bool { return v.Attribute == "year" })
			year := *like.Attributes[i].Number
			q.Filters = append(q.Filters, search.Between("year", year-float64(r.IntN(15)), year+float64(r.IntN(15))))
		},
		func() {
			q.Filters = append(q.Filters, search.Is("warranty", slices.ContainsFunc(like.Attributes, func(v search.Value) bool {
				return v.Attribute == "warranty" && *v.Yes
			})))
		},
		func() {
			price := inCHF(like.Price)
			q.Price = &search.Span{Low: int64(float64(price) * r.Float64()), High: int64(math.Ceil(float64(price) * (1 + 3*r.Float64())))}
		},
		func() { q.Seller = like.Seller },
	}
	for _, i := range r.Perm(len(ways))[:count] {
		ways[i]()
	}
}

// inCHF is a price in minor units of the one currency in which the benchmark asks.
func inCHF(m value.Money) int64 {
	if m.Currency == "EUR" {
		return int64(math.Round(float64(m.Minor) * eurosInCHF))
	}
	return m.Minor
}

// around is a square on the map, so many degrees of latitude high.
func around(p value.Point, degrees float64) *search.Box {
	return &search.Box{South: p.Lat - degrees/2, North: p.Lat + degrees/2, West: p.Lon - .7*degrees, East: p.Lon + .7*degrees}
}
