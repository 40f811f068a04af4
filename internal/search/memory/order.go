package memory

import (
	"math"
	"sort"

	"fairground/internal/search"
)

// byPrice orders documents by price, currency after currency; those without a price in this query come last.
func (n *inquiry) byPrice(f *narrowed, top *top) {
	sign := -1.0
	if n.q.Sort == search.PriceDown {
		sign = 1
	}
	priced := n.room.set(f.size())
	for currency, prices := range f.prices {
		price, known := newPricing(n.q, currency)
		if !known {
			continue
		}
		points := func(code uint32) float64 { return sign * float64(price.minor(prices.values[code-1])) }
		if price.isPlain() {
			points = func(code uint32) float64 { return sign * prices.values[code-1] }
		}
		prices.pairsIn(n.likely(f.whole, prices, top.most, sign > 0), func(at, code uint32) {
			priced.add(at)
			top.offer(points(code), at)
		})
	}
	if top.isFull() {
		return
	}
	rest := n.room.copy(f.whole.set)
	rest.leave(priced)
	for _, at := range (matched{set: rest}).first(top.most - len(top.all)) {
		top.offer(math.Inf(-1), at)
	}
}

// isPlain says that prices count as they are.
func (p *pricing) isPlain() bool {
	factor, _ := p.q.Factor(p.currency)
	return factor == 1
}

// likely leaves, of many documents, those among which the cheapest or dearest are.
func (n *inquiry) likely(of matched, prices *numbers, most int, dearest bool) matched {
	if of.listed != nil || len(prices.rungs) == 0 {
		return of
	}
	last := len(prices.rungs) - 1
	priced := prices.rungs[last].set.countWith(of.set)
	if priced <= most {
		return of
	}
	part := n.room.copy(of.set)
	if dearest {
		i := sort.Search(last, func(i int) bool { return priced-prices.rungs[i].set.countWith(of.set) < most }) - 1
		part.meet(prices.rungs[last].set)
		if i >= 0 {
			part.leave(prices.rungs[i].set)
		}
	} else {
		i := sort.Search(last, func(i int) bool { return prices.rungs[i].set.countWith(of.set) >= most })
		part.meet(prices.rungs[i].set)
	}
	return matched{set: part}
}

const (
	firstCircle_km = 4
	widerCircle    = 3
	measuredAtOnce = 20_000 // documents that are measured without looking for the near ones first
)

// byDistance orders documents by their distance from the query's place; those without a place come last.
func (n *inquiry) byDistance(f *narrowed, top *top) {
	from := newCenter(n.q.Near)
	placed := n.nearest(f, top.most)
	for at := range placed.all {
		top.offer(-from.chordTo(f.globe.point(at)), at)
	}
	if top.isFull() {
		return
	}
	rest := n.room.copy(f.whole.set)
	rest.leave(placed)
	for _, at := range (matched{set: rest}).first(top.most - len(top.all)) {
		top.offer(math.Inf(-1), at)
	}
}

// nearest are so many documents with a place at least, among them the nearest; all that have one if there are not so many.
// Of many it looks in a small circle first, and in a greater one as long as there are too few in it.
func (n *inquiry) nearest(f *narrowed, most int) set {
	placed := n.room.set(f.size())
	if f.whole.count <= max(measuredAtOnce, 2*most) {
		for at := range f.whole.set.all {
			if f.globe.lat[at] != nowhere {
				placed.add(at)
			}
		}
		return placed
	}
	for km := float64(firstCircle_km); ; km *= widerCircle {
		clear(placed)
		f.globe.addCircle(n.q.Near, km, placed)
		placed.meet(f.whole.set)
		if km >= halfWorld_km || placed.count() >= most {
			return placed
		}
	}
}
