package memory

import (
	"cmp"
	"math"
	"slices"
	"time"

	"fairground/internal/search"
	"fairground/internal/value"
)

// byRelevance orders documents by their score.
//
// Many documents are scored tier by tier: a tier is those whose words stand in the same way in title and body, so that the
// points for text are the same for all of it. The best tiers come first, and each is read from the newest document to the
// oldest. As soon as nothing that follows can be better than the worst that is kept, the rest is left out.
func (n *inquiry) byRelevance(f *narrowed, i int, top *top) {
	s := newScoring(n, f.part, i)
	if f.whole.listed != nil && f.whole.count <= fewScored {
		s.scoreEach(f.whole.listed, top)
		return
	}
	tiers := s.tiers()
	if tiers == nil {
		for at := range f.whole.set.all {
			top.offer(s.score(at, math.Inf(-1)), at)
		}
		return
	}
	of := n.room.set(f.size())
	for _, t := range tiers {
		if top.isFull() && t.points+s.mostBeside(t.met) < top.all[0].points {
			continue
		}
		copy(of, f.whole.set)
		for _, in := range t.in {
			of.meet(in)
		}
		s.scoreTier(of, t, top)
	}
}

const (
	fewScored = 2_000 // documents that are not worth tiers
	mostTiers = 64
)

// scoring scores documents of one segment.
type scoring struct {
	*part
	n         *inquiry
	i         int
	now_us    int64
	until_us  int64 // freshness is that of documents published at this time or later
	freshness float64
	mostNear  float64
	center    center
}

const hour_us = int64(time.Hour / time.Microsecond)

func newScoring(n *inquiry, p *part, i int) *scoring {
	s := &scoring{part: p, n: n, i: i, now_us: n.now.Truncate(time.Hour).UnixMicro(), center: newCenter(n.q.Near)}
	if !n.q.Near.IsZero() {
		s.mostNear = search.MostDistance
	}
	s.restart()
	return s
}

// restart goes back to the newest document.
func (s *scoring) restart() { s.until_us = math.MaxInt64 }

// age goes on to the age of an older document. Freshness changes with every hour.
func (s *scoring) age(at uint32) {
	if s.at[at] >= s.until_us {
		return
	}
	hours := int64(0)
	if published := s.at[at]; published < s.now_us { // this order does not overflow for the oldest
		hours = int64((uint64(s.now_us) - uint64(published)) / uint64(hour_us))
	}
	if s.until_us = s.now_us - (hours+1)*hour_us + 1; s.until_us > s.now_us {
		s.until_us = math.MinInt64
	}
	s.freshness = search.Freshness(value.FromMicros(s.now_us-hours*hour_us), value.FromMicros(s.now_us))
}

// scoreEach scores a few documents.
func (s *scoring) scoreEach(all []uint32, top *top) {
	for _, at := range all {
		bound := math.Inf(-1)
		if top.isFull() {
			bound = top.all[0].points
		}
		top.offer(s.score(at, bound), at)
	}
}

// score is the score of a document, no newer than the one before, or less than a bound if it cannot reach that.
func (s *scoring) score(at uint32, bound float64) float64 {
	s.age(at)
	points := 0.0
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
	points += search.Focus(met, int(s.titles[at])) + s.freshness + float64(s.quality[at])
	return points + s.near(at, points, bound)
}

// near is the points for distance; none if they do not matter, since the others are too few to reach a bound.
func (s *scoring) near(at uint32, points, bound float64) float64 {
	if s.mostNear == 0 || points+s.mostNear < bound {
		return 0
	}
	point := s.globe.point(at)
	if point.IsZero() {
		return 0
	}
	return search.Nearness(kmOf(s.center.chordTo(point)))
}

// earned is the part of a clause's share that a document gets, and whether for its title.
func (m *met) earned(at uint32) (worth float64, inTitle bool) {
	for _, l := range m.levels {
		if l.set.has(at) {
			return l.worth, l.inTitle
		}
	}
	return 0, false
}

// tier is documents that get the same points for text.
type tier struct {
	points float64
	met    int   // words of the query in their title
	in     []set // they are in all of these
}

// mostBeside is the most points that a document gets beside those for text.
func (s *scoring) mostBeside(met int) float64 {
	return search.Focus(met, 1) + search.MostFreshness + search.MostQuality + s.mostNear + 1e-9
}

// tiers are all combinations of the levels of all clauses, most points first; nil if there are too many.
func (s *scoring) tiers() []tier {
	all := []tier{{}}
	for _, c := range s.n.clauses {
		if c.Exclude {
			continue
		}
		levels := s.apart(c.met[s.i].levels)
		var next []tier
		for _, t := range all {
			for _, l := range levels {
				one := tier{points: t.points + c.share*l.worth, met: t.met, in: append(slices.Clone(t.in), l.set)}
				if l.inTitle {
					one.met += len(c.Words)
				}
				next = append(next, one)
			}
		}
		if all = next; len(all) > mostTiers {
			return nil
		}
	}
	slices.SortStableFunc(all, func(a, b tier) int { return cmp.Compare(b.points, a.points) })
	return all
}

// apart leaves every document in the best of its levels only.
func (s *scoring) apart(levels []level) []level {
	all := slices.Clone(levels)
	better := s.n.room.set(s.size())
	for i := range all {
		all[i].set = s.n.room.copy(levels[i].set)
		all[i].set.leave(better)
		better.join(levels[i].set)
	}
	return all
}

// scoreTier scores the documents of a tier, newest first.
func (s *scoring) scoreTier(of set, t tier, top *top) {
	var focus [math.MaxUint8 + 1]float64
	for words := range focus {
		focus[words] = t.points + search.Focus(t.met, words)
	}
	s.restart()
	worst, beside := math.Inf(-1), t.points+s.mostBeside(t.met)-search.MostFreshness
	if top.isFull() {
		worst = top.all[0].points
	}
	for at := range of.all {
		if s.at[at] < s.until_us {
			s.age(at)
			if beside+s.freshness < worst {
				return
			}
		}
		points := focus[s.titles[at]] + s.freshness + float64(s.quality[at])
		if points+s.mostNear < worst {
			continue
		}
		top.offer(points+s.near(at, points, worst), at)
		if top.isFull() {
			worst = top.all[0].points
		}
	}
}
