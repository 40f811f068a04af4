package memory

import "fairground/internal/search"

const mostPromoted = 500 // newest promoted listings that take turns

// paid is the promoted listings that a query finds, of which some are shown apart: every hour others, as search.InTurns
// says.
type paid struct {
	n   *inquiry
	all []candidate // newest first
}

func newPaid(n *inquiry) *paid { return &paid{n: n} }

func (p *paid) add(n *inquiry, f *narrowed, i int) {
	if n.q.Promoted == 0 {
		return
	}
	promoted := n.room.set(f.size())
	f.marks.addTo(isPromoted, promoted)
	promoted.meet(f.whole.set)
	var next []candidate
	for _, at := range (matched{set: promoted}).first(mostPromoted) {
		next = append(next, candidate{0, f.at[at], f.listings[at], i, at})
	}
	b := best{most: mostPromoted, all: p.all}
	b.merge(next)
	p.all = b.all
}

// page is those whose turn it is.
func (p *paid) page() []search.Hit {
	var shown []candidate
	for _, i := range search.InTurns(p.n.now, len(p.all), p.n.q.Promoted) {
		shown = append(shown, p.all[i])
	}
	if len(shown) == 0 {
		return nil
	}
	return p.n.hits(shown)
}
