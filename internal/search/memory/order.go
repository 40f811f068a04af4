package memory

import (
	"math"
	"sort"
	"time"

	"fairground/internal/search"
	"fairground/internal/value"
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

// byDistance orders documents by their distance from the query's place. It looks in a small circle first, and in a greater
// one as long as there are too few in it; those without a place come last.
func (n *inquiry) byDistance(f *narrowed, top *top) {
	const firstCircleKm, wider = 4, 3
	from := newCenter(n.q.Near)
	placed := n.room.set(f.size())
	for km := float64(firstCircleKm); ; km *= wider {
		clear(placed)
		f.globe.addCircle(n.q.Near, km, placed)
		if km >= halfWorldKm || placed.countWith(f.whole.set) >= top.most {
			break
		}
	}
	placed.meet(f.whole.set)
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

// byRelevance orders documents by their score. It goes from the newest to the oldest, and stops when the points for
// freshness have become so few that nothing older can be better.
func (n *inquiry) byRelevance(f *narrowed, i int, top *top) {
	s := newScoring(n, f.part, i)
	each := func(at uint32) bool {
		bound := s.advance(at)
		if !top.isFull() {
			top.offer(s.score(at, math.Inf(-1)), at)
			return true
		}
		if bound < top.all[0].points {
			return false
		}
		top.offer(s.score(at, top.all[0].points), at)
		return true
	}
	if f.whole.listed != nil {
		for _, at := range f.whole.listed {
			if !each(at) {
				return
			}
		}
		return
	}
	for at := range f.whole.set.all {
		if !each(at) {
			return
		}
	}
}

// scoring scores documents of one segment, newest first.
type scoring struct {
	*part
	n         *inquiry
	i         int
	now_us    int64
	age_h     int64 // of the present freshness
	freshness float64
	mostText  float64 // any document can get
	mostNear  float64
	center    center
}

const hour_us = int64(time.Hour / time.Microsecond)

func newScoring(n *inquiry, p *part, i int) *scoring {
	s := &scoring{part: p, n: n, i: i, age_h: -1, now_us: n.now.Truncate(time.Hour).UnixMicro(), center: newCenter(n.q.Near)}
	for _, c := range n.clauses {
		if !c.Exclude && len(c.met[i].levels) > 0 {
			s.mostText += c.share * c.met[i].levels[0].worth
		}
	}
	if s.mostText > 0 {
		s.mostText += search.MostFocus
	}
	if !n.q.Near.IsZero() {
		s.mostNear = search.MostDistance
	}
	return s
}

// advance goes on to the age of a document, and returns the most points that it and all older ones may have.
func (s *scoring) advance(at uint32) float64 {
	var age int64
	if published := s.at[at]; published < s.now_us { // this order does not overflow for the oldest
		age = int64((uint64(s.now_us) - uint64(published)) / uint64(hour_us))
	}
	if age != s.age_h {
		s.age_h = age
		s.freshness = search.Freshness(value.FromMicros(s.now_us-age*hour_us), value.FromMicros(s.now_us))
	}
	return s.mostText + s.freshness + search.MostQuality + s.mostNear + 1e-9
}

// score is the score of a document, or less than a bound if it cannot reach that.
func (s *scoring) score(at uint32, bound float64) float64 {
	points := s.freshness + float64(s.quality[at])
	met := 0
	for _, c := range s.n.clauses {
		if c.Exclude {
			continue
		}
		earned, inTitle := c.met[s.i].earned(at)
		points += c.share * earned
		if inTitle {
			met += len(c.Words)
		}
	}
	points += search.Focus(met, int(s.titles[at]))
	if s.mostNear > 0 && points+s.mostNear >= bound {
		if point := s.globe.point(at); !point.IsZero() {
			points += search.Nearness(kmOf(s.center.chordTo(point)))
		}
	}
	return points
}

// earned is the part of a clause's share that a document gets, and whether for its title.
func (m *met) earned(at uint32) (worth float64, inTitle bool) {
	for _, l := range m.levels {
		if l.set.has(at) {
			if worth == 0 {
				worth = l.worth
			}
			if l.inTitle {
				return worth, true
			}
		}
	}
	return worth, false
}
