package memory

import (
	"cmp"
	"slices"

	"fairground/internal/search"
)

// mostChoices is how many choices of one facet are returned: those that most listings have.
const mostChoices = 1_000

// counts is the facets of a query, while segment after segment is added.
type counts struct {
	q        search.Query
	choices  []map[string]int
	tallied  [][]tallied
	counters []uint32
}

func newCounts(q search.Query) *counts {
	c := &counts{q: q, choices: make([]map[string]int, len(q.Facets)), tallied: make([][]tallied, len(q.Facets))}
	for i, request := range q.Facets {
		if !request.Histogram {
			c.choices[i] = make(map[string]int)
		}
	}
	return c
}

// add counts what was found in one segment.
func (c *counts) add(n *inquiry, f *narrowed) {
	for i, request := range c.q.Facets {
		back := n.room.loan()
		of, _ := n.without(f, request.Attribute)
		switch {
		case of.count == 0:
		case !request.Histogram:
			c.addChoices(c.choices[i], f.column(request.Attribute), of, n.room)
		case request.Attribute == search.ByPrice:
			c.tallied[i] = append(c.tallied[i], f.tallyPrices(n.q, of)...)
		case f.numbers[request.Attribute] != nil:
			c.tallied[i] = append(c.tallied[i], f.numbers[request.Attribute].tally(of))
		}
		n.room.giveBack(back)
	}
}

// column is the choices that a facet counts; nil for none.
func (f *narrowed) column(attribute string) *choices {
	switch attribute {
	case search.ByCategory:
		return f.categories
	case search.BySeller:
		return f.seller
	case search.ByKind:
		return f.kind
	}
	return f.choices[attribute]
}

func (c *counts) addChoices(into map[string]int, column *choices, of matched, room *scratch) {
	if column == nil {
		return
	}
	c.counters = append(c.counters[:0], make([]uint32, len(column.names))...)
	column.count(of, room, c.counters)
	for i, n := range c.counters {
		if n > 0 {
			into[column.names[i]] += int(n)
		}
	}
}

// tallyPrices counts prices, one currency after the other.
func (f *narrowed) tallyPrices(q search.Query, of matched) (all []tallied) {
	if q.Currency == "" {
		return nil
	}
	for currency, prices := range f.prices {
		if price, known := newPricing(q, currency); known {
			t := prices.tally(of)
			t.price = price
			all = append(all, t)
		}
	}
	return all
}

func (c *counts) facets() []search.Facet {
	if len(c.q.Facets) == 0 {
		return nil
	}
	all := make([]search.Facet, len(c.q.Facets))
	for i, request := range c.q.Facets {
		all[i] = search.Facet{Attribute: request.Attribute, Exact: true}
		if request.Histogram {
			all[i].Buckets = histogram(c.tallied[i])
		} else {
			all[i].Choices = sorted(c.choices[i])
		}
	}
	return all
}

// histogram has the same buckets as search.Buckets gives for the same numbers.
func histogram(all []tallied) []search.Bucket {
	all = slices.DeleteFunc(all, func(t tallied) bool { return t.total() == 0 })
	total := 0
	for i := range all {
		total += all[i].total()
	}
	return search.BucketsCounted(total, func(place int) float64 { return ranked(all, place) }, func(v float64) (n int) {
		for i := range all {
			n += all[i].below(v)
		}
		return n
	})
}

func sorted(counts map[string]int) []search.Count {
	all := make([]search.Count, 0, len(counts))
	for choice, n := range counts {
		all = append(all, search.Count{Choice: choice, Listings: n})
	}
	if len(all) > 4*mostChoices {
		slices.SortFunc(all, func(a, b search.Count) int { return cmp.Compare(b.Listings, a.Listings) })
		least := all[mostChoices-1].Listings
		all = slices.DeleteFunc(all, func(c search.Count) bool { return c.Listings < least })
	}
	search.SortCounts(all)
	return all[:min(len(all), mostChoices)]
}
