package search

import (
	"cmp"
	"slices"

	"fairground/internal/value"
)

// narrowing is which documents of a stock each filter of a query lets through.
type narrowing struct {
	*stock
	rest    set // what has no counts of its own: with photos
	filters map[string]set
}

func (s *stock) narrow(q Query) narrowing {
	n := narrowing{stock: s, rest: fullSet(len(s.listings)), filters: make(map[string]set)}
	if q.WithPhotos {
		n.rest.meet(s.photos)
	}
	if q.Seller != "" {
		n.filters[BySeller] = s.anyOf(BySeller, []string{string(q.Seller)})
	}
	if q.Kind != "" {
		n.filters[ByKind] = s.anyOf(ByKind, []string{string(q.Kind)})
	}
	if q.Price != nil {
		n.filters[ByPrice] = s.priced(*q.Price, q)
	}
	for _, f := range q.Filters {
		if f.Range != nil {
			n.filters[f.Attribute] = s.between(f.Attribute, *f.Range)
		} else {
			n.filters[f.Attribute] = s.anyOf(f.Attribute, f.choices())
		}
	}
	return n
}

// without are the documents that all filters let through but the one on an attribute.
func (n narrowing) without(attribute string) set {
	left := slices.Clone(n.rest)
	for filtered, through := range n.filters {
		if filtered != attribute {
			left.meet(through)
		}
	}
	return left
}

// count is what Database.count gives for the same query.
func (n narrowing) count(q Query) counted {
	whole := n.without("")
	c := counted{total: whole.count(), facets: make([]Facet, len(q.Facets))}
	whole.cut(MostCounted)
	for i, request := range q.Facets {
		of, exact := whole, c.total <= MostCounted
		if n.filters[request.Attribute] != nil {
			of = n.without(request.Attribute)
			exact = of.count() <= MostCounted
			of.cut(MostCounted)
		}
		c.facets[i] = Facet{Attribute: request.Attribute, Exact: exact}
		if request.Histogram {
			c.facets[i].Buckets = buckets(q.numbersOf(request, func(key string) []float64 { return n.numbersOf(key, of) }))
		} else {
			c.facets[i].Choices = n.countsOf(request.Attribute, of)
		}
	}
	return c
}

// hits is what findHits gives for the same query.
func (n narrowing) hits(q Query) []Hit {
	var all []Hit
	skip := (q.Page - 1) * q.Limit
	take := func(document position) bool {
		if skip > 0 {
			skip--
			return true
		}
		all = append(all, Hit{Listing: n.listings[document], Km: -1})
		return len(all) < q.Limit
	}
	left := n.without("")
	switch q.Sort {
	case PriceUp, PriceDown:
		n.byPrice(left, q, take)
	default:
		left.all(take)
	}
	return all
}

// byPrice yields documents by price, newest first among equals, and those without one at the end.
func (s *stock) byPrice(left set, q Query, yield func(position) bool) {
	prices := s.prices
	if q.Currency != "" && !(len(s.currencies) == 1 && s.currencies[0] == q.Currency) {
		prices = s.converted(left, q)
	}
	unpriced, rest := slices.Clone(left), prices
	for len(rest) > 0 {
		from, to := 0, 1
		if q.Sort == PriceDown {
			from, to = lastEquals(rest), len(rest)
		}
		for _, p := range rest[from:to] {
			if !left.has(p.document) {
				continue
			}
			unpriced.remove(p.document)
			if !yield(p.document) {
				return
			}
		}
		if rest = rest[to:]; q.Sort == PriceDown {
			rest = prices[:from]
		}
	}
	unpriced.all(yield)
}

// converted are the prices of some documents in the query's currency, ascending, newest first among equals.
func (s *stock) converted(left set, q Query) []price {
	all := make([]price, 0, len(s.prices))
	for _, p := range s.prices {
		if left.has(p.document) {
			if minor, priced := q.Convert(value.Money{Minor: p.minor, Currency: s.currencies[p.currency]}); priced {
				p.minor = minor
				all = append(all, p)
			}
		}
	}
	slices.SortFunc(all, func(a, b price) int {
		return cmp.Or(cmp.Compare(a.minor, b.minor), cmp.Compare(a.document, b.document))
	})
	return all
}

// lastEquals is where the greatest of ascending prices begins.
func lastEquals(prices []price) int {
	from := len(prices) - 1
	for from > 0 && prices[from-1].minor == prices[from].minor {
		from--
	}
	return from
}
