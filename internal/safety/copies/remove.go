package copies

import (
	"cmp"
	"slices"

	"fairground/internal/value"
)

// forget takes a document out of everything but the lists of keys, which pass over what is gone and lose it when they are
// thinned, or with the next snapshot.
func (x *Index) forget(id value.ID) {
	number, known := x.numbers[id]
	if !known {
		return
	}
	d := x.docs[number]
	delete(x.numbers, id)
	x.lexicon.total--
	x.lexicon.count(d.words, -1)
	if d.cluster != nil {
		x.leave(d.cluster, number)
	}
	x.docs[number], x.homes[number] = nil, 0
}

// leave takes a member out of its cluster and looks whether the rest still hangs together.
func (x *Index) leave(c *cluster, gone uint32) {
	c.version++
	c.members = slices.DeleteFunc(c.members, func(doc uint32) bool { return doc == gone })
	c.edges = slices.DeleteFunc(c.edges, func(e edge) bool {
		goes := e.a == gone || e.b == gone
		if goes && c.tally != nil {
			c.tally.tie(x.docs[e.a], x.docs[e.b], e.stage, -1)
		}
		return goes
	})
	if c.tally != nil {
		c.tally.count(x.docs[gone], -1)
	}
	for _, b := range c.bridges {
		b.ends = slices.DeleteFunc(b.ends, func(doc uint32) bool { return doc == gone })
	}
	if len(c.members) == 0 {
		x.dissolve(c)
		return
	}
	if c.gone++; c.isSurelyWhole() {
		return
	}
	c.gone = 0
	if parts := x.parts(c, func(k entityKind) bool { return k != entityLink }); len(parts) > 1 {
		x.divide(c, parts)
	}
}

// lookEach is after which part of a large cluster has left it is looked at whether the rest hangs together. It takes a while,
// and an edit is a leaving too.
const lookEach = 32

// isSurelyWhole says whether a cluster need not be looked at after somebody left: all of it is one account's, or it is
// large and few have left.
func (c *cluster) isSurelyWhole() bool {
	if c.tally != nil {
		for account, h := range c.tally.accounts {
			if account != 0 && h.documents == len(c.members) {
				return true
			}
			break
		}
	}
	return len(c.members) > large && c.gone*lookEach < len(c.members)
}

// divide makes several clusters of one. The largest part keeps the id.
func (x *Index) divide(c *cluster, parts [][]uint32) {
	slices.SortStableFunc(parts, func(a, b []uint32) int { return cmp.Compare(len(b), len(a)) })
	edges := c.edges
	c.members, c.edges, c.tally, c.gone = parts[0], nil, nil, 0
	c.version++
	for _, part := range parts[1:] {
		x.partWays(c, part)
	}
	for _, e := range edges {
		if of := x.docs[e.a].cluster; of != nil && of == x.docs[e.b].cluster {
			x.hang(of, e)
		}
	}
	x.forgetBridges(c)
}

// partWays makes a part that does not hang together with the rest a cluster of its own, or a document that stands alone.
func (x *Index) partWays(c *cluster, part []uint32) {
	if len(part) == 1 {
		x.house(part[0], nil)
		return
	}
	fresh := x.newCluster(x.docs[part[0]].id)
	for _, doc := range part {
		x.enter(fresh, doc)
	}
	x.events = append(x.events, Event{Old: c.id, New: fresh.id, Split: true})
}

func (x *Index) dissolve(c *cluster) {
	x.forgetBridges(c)
	delete(x.live, c.id)
}

func (x *Index) forgetBridges(c *cluster) {
	for other := range c.bridges {
		delete(other.bridges, c)
	}
	c.bridges = nil
}

// parts returns the members that hang together by edges, or by a telephone number or the like that all of a part have.
func (x *Index) parts(c *cluster, alike func(entityKind) bool) [][]uint32 {
	at := make(map[uint32]int, len(c.members))
	root := make([]int, len(c.members))
	for i, doc := range c.members {
		at[doc], root[i] = i, i
	}
	find := func(i int) int {
		for root[i] != i {
			root[i] = root[root[i]]
			i = root[i]
		}
		return i
	}
	for _, e := range c.edges {
		root[find(at[e.a])] = find(at[e.b])
	}
	first := make(map[uint64]int)
	for i, doc := range c.members {
		for _, e := range x.docs[doc].entities {
			if had, known := first[e.key()]; known && alike(e.kind) {
				root[find(i)] = find(had)
			} else {
				first[e.key()] = i
			}
		}
	}
	var parts [][]uint32
	number := make(map[int]int)
	for i, doc := range c.members {
		n, known := number[find(i)]
		if !known {
			n = len(parts)
			number[find(i)] = n
			parts = append(parts, nil)
		}
		parts[n] = append(parts[n], doc)
	}
	return parts
}
