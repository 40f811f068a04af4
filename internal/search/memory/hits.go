package memory

import (
	"cmp"
	"slices"

	"fairground/internal/search"
	"fairground/internal/value"
)

// candidate is a document that may stand on the page asked for.
type candidate struct {
	points  float64 // more come first
	at      int64
	listing value.ID
	part    int
	where   uint32
}

func compareCandidates(a, b candidate) int {
	return cmp.Or(cmp.Compare(b.points, a.points), cmp.Compare(b.at, a.at), cmp.Compare(b.listing, a.listing))
}

// best is the first hits of a query, as far as the page reaches, while segment after segment is added.
type best struct {
	n    *inquiry
	most int
	all  []candidate // in order
}

func newBest(n *inquiry) *best { return &best{n: n, most: n.q.Page * n.q.Limit} }

// add takes in the best of one segment.
func (b *best) add(n *inquiry, f *narrowed, i int) {
	if f.whole.count <= (n.q.Page-1)*n.q.Limit-len(b.all) && len(n.parts) == 1 {
		return // the page lies behind the last hit
	}
	top := &top{most: min(b.most, f.whole.count)}
	switch n.q.Sort {
	case search.PriceUp, search.PriceDown:
		n.byPrice(f, top)
	case search.Distance:
		n.byDistance(f, top)
	case search.Relevance:
		n.byRelevance(f, i, top)
	default:
		for _, at := range f.whole.first(top.most) {
			top.all = append(top.all, pointed{0, at})
		}
	}
	next := make([]candidate, len(top.all))
	for j, p := range top.sorted() {
		next[j] = candidate{p.points, f.at[p.at], f.listings[p.at], i, p.at}
	}
	b.merge(next)
}

// first are the newest documents, at most so many.
func (m matched) first(most int) []uint32 {
	if m.listed != nil {
		return m.listed[:min(most, len(m.listed))]
	}
	return m.set.list(make([]uint32, 0, most), most)
}

func (b *best) merge(next []candidate) {
	if len(b.all) == 0 {
		b.all = next
		return
	}
	merged := make([]candidate, 0, min(len(b.all)+len(next), b.most))
	for i, j := 0, 0; len(merged) < b.most && (i < len(b.all) || j < len(next)); {
		if j == len(next) || i < len(b.all) && compareCandidates(b.all[i], next[j]) < 0 {
			merged = append(merged, b.all[i])
			i++
		} else {
			merged = append(merged, next[j])
			j++
		}
	}
	b.all = merged
}

// page are the hits of the page asked for.
func (b *best) page() []search.Hit {
	skip := (b.n.q.Page - 1) * b.n.q.Limit
	if skip >= len(b.all) {
		return nil
	}
	return b.n.hits(b.all[skip:])
}

func (n *inquiry) hits(all []candidate) []search.Hit {
	hits := make([]search.Hit, len(all))
	for i, c := range all {
		hits[i] = search.Hit{Listing: c.listing, Km: n.km(&n.parts[c.part], c.where)}
	}
	return hits
}

// km is the distance from the query's place to a document, -1 if either is missing.
func (n *inquiry) km(p *part, at uint32) float64 {
	point := p.globe.point(at)
	if n.q.Near.IsZero() || point.IsZero() {
		return -1
	}
	return kmOf(newCenter(n.q.Near).chordTo(point))
}

// pointed is a document of one segment with its points.
type pointed struct {
	points float64
	at     uint32
}

func (p pointed) isBefore(other pointed) bool {
	return p.points > other.points || p.points == other.points && p.at < other.at
}

// top keeps the best of many documents: a heap with the worst of them at the top.
type top struct {
	most int
	all  []pointed
}

// isFull says that a document has to be better than the worst kept.
func (t *top) isFull() bool { return len(t.all) >= t.most }

func (t *top) offer(points float64, at uint32) {
	p := pointed{points, at}
	if len(t.all) < t.most {
		t.all = append(t.all, p)
		for i := len(t.all) - 1; i > 0; {
			above := (i - 1) / 2
			if t.all[i].isBefore(t.all[above]) { // every document is better than the one above it
				break
			}
			t.all[above], t.all[i] = t.all[i], t.all[above]
			i = above
		}
		return
	}
	if t.most == 0 || !p.isBefore(t.all[0]) {
		return
	}
	i := 0
	for {
		below := 2*i + 1
		if below >= len(t.all) {
			break
		}
		if below+1 < len(t.all) && t.all[below].isBefore(t.all[below+1]) {
			below++
		}
		if t.all[below].isBefore(p) {
			break
		}
		t.all[i] = t.all[below]
		i = below
	}
	t.all[i] = p
}

func (t *top) sorted() []pointed {
	slices.SortFunc(t.all, func(a, b pointed) int {
		switch {
		case a.points > b.points:
			return -1
		case a.points < b.points:
			return 1
		}
		return cmp.Compare(a.at, b.at)
	})
	return t.all
}
