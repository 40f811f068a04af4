package memory

import (
	"math"
	"time"

	"fairground/internal/search"
	"fairground/internal/value"
)

// paid is the promoted listings shown apart. Which of many that are, changes with every hour: each has its turn as often
// as any other, since the order is drawn anew.
type paid struct {
	n   *inquiry
	all []candidate
}

func newPaid(n *inquiry) *paid { return &paid{n: n} }

func (p *paid) add(n *inquiry, f *narrowed, i int) {
	if n.q.Promoted == 0 {
		return
	}
	promoted := n.room.set(f.size())
	f.marks.addTo(isPromoted, promoted)
	promoted.meet(f.whole.set)
	top := &top{most: n.q.Promoted}
	hour := n.now.Unix() / int64(time.Hour/time.Second)
	for at := range promoted.all {
		top.offer(float64(draw(f.listings[at], hour)), at)
	}
	b := best{n: n, most: n.q.Promoted, all: p.all}
	next := make([]candidate, len(top.all))
	for j, one := range top.sorted() {
		next[j] = candidate{one.points, f.at[one.at], f.listings[one.at], i, one.at}
	}
	b.merge(next)
	p.all = b.all
}

func (p *paid) page() []search.Hit {
	if len(p.all) == 0 {
		return nil
	}
	return p.n.hits(p.all)
}

// draw mixes a listing and an hour to a number as if by chance (the finish of splitmix64).
func draw(listing value.ID, hour int64) uint32 {
	x := uint64(listing)*0x9e3779b97f4a7c15 + uint64(hour)*0xbf58476d1ce4e5b9
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return uint32((x ^ x>>31) & math.MaxUint32)
}
