package copies

import (
	"cmp"
	"slices"

	"fairground/internal/value"
)

// firstRefined is the size at which a cluster is looked through for the first time; then at each doubling.
const firstRefined = 4

// refine looks again at a cluster that has doubled, now that more is known than when its first members came. Members tied
// by edges that are good enough on their own are put together; then these parts are joined as strange clusters would be, by the
// bridge test. A listing that once tied two campaigns to each other by a few sentences does so no longer.
func (x *Index) refine(c *cluster) {
	if len(c.members) < max(firstRefined, 2*c.refined) {
		return
	}
	c.refined = len(c.members)
	if len(c.members) <= mostWeighed {
		x.weighAgain(c)
	}
	parts := x.rejoin(c, x.strongParts(c))
	if len(parts) > 1 {
		x.divide(c, parts)
	}
}

// mostWeighed is the size up to which the edges of a cluster are weighed again: a listing waits for it.
const mostWeighed = 160

// weighAgain reckons the edges of text anew. A phrase that few knew when the edge was found may be one that everybody
// writes, and now that the members are one cluster, that they all know it counts once.
func (x *Index) weighAgain(c *cluster) {
	w := x.works.Get().(*work)
	defer x.works.Put(w)
	reading := uint32(noMoreDocs) // the document that is the work's
	kept := c.edges[:0]
	for _, e := range c.edges {
		if e.stage == StagePhrase {
			if reading != e.a {
				reading = e.a
				x.readAgain(w, x.docs[e.a])
				x.weigh(w)
				x.gatherPhrases(w)
			}
			now, ok := x.compareText(w, x.docs[e.b])
			if !ok {
				if c.tally != nil {
					c.tally.tie(x.docs[e.a], x.docs[e.b], e.stage, -1)
				}
				continue
			}
			e.weight = now.weight
		}
		kept = append(kept, e)
	}
	c.edges = kept
}

// strongParts are the members that hang together by strong edges alone. What an account offers beside comes along one by
// one: that two campaigns have a listing each of the same account does not make them one.
func (x *Index) strongParts(c *cluster) [][]uint32 {
	strong := &cluster{members: c.members}
	for _, e := range c.edges {
		if float64(e.weight) >= needSmall && !e.ofAccount() {
			strong.edges = append(strong.edges, e)
		}
	}
	return x.withAlone(x.parts(strong, func(k entityKind) bool { return k != entityLink && k != entityAccount }))
}

// withAlone puts members that stand alone to the largest part that their account has a listing in.
func (x *Index) withAlone(parts [][]uint32) [][]uint32 {
	slices.SortStableFunc(parts, func(a, b []uint32) int { return cmp.Compare(len(b), len(a)) })
	home := make(map[value.ID]int)
	kept := parts[:0]
	for _, part := range parts {
		account := x.docs[part[0]].account
		if at, known := home[account]; known && len(part) == 1 && account != 0 {
			kept[at] = append(kept[at], part[0])
			continue
		}
		for _, doc := range part {
			if account := x.docs[doc].account; account != 0 {
				if _, known := home[account]; !known {
					home[account] = len(kept)
				}
			}
		}
		kept = append(kept, part)
	}
	return kept
}

// rejoin puts parts together that all edges between them tie sufficiently, the best tied first, until no two are left.
func (x *Index) rejoin(c *cluster, parts [][]uint32) [][]uint32 {
	for len(parts) > 1 {
		ties := tiesBetween(c, parts)
		joined := false
		for _, t := range ties {
			if enough(len(parts[t.a]), len(parts[t.b]), t.weight, min(len(t.ends[0]), len(t.ends[1]))) {
				parts[t.a] = append(parts[t.a], parts[t.b]...)
				parts = slices.Delete(parts, t.b, t.b+1)
				joined = true
				break
			}
		}
		if !joined {
			break
		}
	}
	return parts
}

// tieBetween is what ties two parts of a cluster.
type tieBetween struct {
	a, b   int // a < b
	weight float64
	ends   [2]map[uint32]bool
}

func tiesBetween(c *cluster, parts [][]uint32) []*tieBetween {
	of := make(map[uint32]int, len(c.members))
	for i, part := range parts {
		for _, doc := range part {
			of[doc] = i
		}
	}
	found := make(map[[2]int]*tieBetween)
	for _, e := range c.edges {
		a, b := e.a, e.b
		if of[a] == of[b] || e.ofAccount() {
			continue
		}
		if of[a] > of[b] {
			a, b = b, a
		}
		key := [2]int{of[a], of[b]}
		t := found[key]
		if t == nil {
			t = &tieBetween{a: key[0], b: key[1], ends: [2]map[uint32]bool{{}, {}}}
			found[key] = t
		}
		t.weight = max(t.weight, float64(e.weight)) + supports*min(t.weight, float64(e.weight))
		t.ends[0][a], t.ends[1][b] = true, true
	}
	all := make([]*tieBetween, 0, len(found))
	for _, t := range found {
		all = append(all, t)
	}
	slices.SortFunc(all, func(a, b *tieBetween) int {
		return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(a.a, b.a), cmp.Compare(a.b, b.b))
	})
	return all
}
