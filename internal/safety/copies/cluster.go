package copies

import (
	"cmp"
	"slices"

	"fairground/internal/value"
)

// cluster is a set of documents that were joined on evidence.
type cluster struct {
	id      value.ID
	born    int // clusters made before it
	members []uint32
	edges   []edge
	bridges map[*cluster]*bridge
	version int // changes so far
	tally   *tally
	refined int // members when it was looked through
	gone    int // members that left since it was last seen to hang together

	known     *Template // as it was at a version
	knownAt   int
	coverage  float64 // as it was at a size
	coveredAt int
}

// bridge is what ties a cluster to another one that it is not joined with: the evidence so far, and a few of its own
// members that are tied. The other cluster keeps the same about its side.
type bridge struct {
	weight float64
	ends   []uint32
}

const (
	mostEnds = 4 // ends of a bridge that are remembered

	small = 4  // members up to which one good edge is enough
	few   = 3  // members from which one member alone ties nothing together
	big   = 12 // members from which a cluster is big

	needAlone = .3  // evidence that joins two documents
	needSmall = .45 // a small cluster with a larger one, a document with a cluster that is not small
	needBig   = 1.6 // two big clusters
	fewEnds   = 2   // different members of each that are tied, when both are more than a few
	needEnds  = 3   // and when both are big
)

// enough is the bridge test: may two clusters of these sizes, tied with this weight at so many ends of each, be joined?
func enough(a, b int, weight float64, ends int) bool {
	less, more := min(a, b), max(a, b)
	switch {
	case less >= few && ends < fewEnds:
		return false
	case more <= small:
		return weight >= needAlone
	case less < big:
		return weight >= needSmall
	default:
		return weight >= needBig && ends >= needEnds
	}
}

// side is one neighbour of a new document: a cluster, or another document that stands alone.
type side struct {
	cluster *cluster
	alone   uint32
	weight  float64 // of all its edges
	best    float64 // of one document in it
	ends    []uint32
	beyond  bool // more ties them than that both are of one account
}

// comparable is how well a document must fit a further neighbour, measured by how well it fits the best, to tie the two
// together. Who is the very copy of one campaign says nothing about another that has a few sentences in common with it.
const comparable = .5

func (s *side) size() int {
	if s.cluster == nil {
		return 1
	}
	return len(s.cluster.members)
}

// supports is how much of a further edge into the same cluster counts: those of one cluster say much the same.
const supports = .35

// sides groups edges by neighbour, the best tied first. Several edges to one document add up to at most one.
func (x *Index) sides(edges []edge) []*side {
	var all []*side
	for i := 0; i < len(edges); {
		doc, apart, beyond := edges[i].b, 1.0, false
		for ; i < len(edges) && edges[i].b == doc; i++ {
			apart *= 1 - float64(edges[i].weight)
			beyond = beyond || !edges[i].ofAccount()
		}
		s := sideOf(&all, x.docs[doc].cluster, doc)
		s.beyond = s.beyond || beyond
		s.best = max(s.best, 1-apart)
		s.weight = max(s.weight, 1-apart) + supports*min(s.weight, 1-apart)
		s.ends = append(s.ends, doc)
	}
	slices.SortStableFunc(all, func(a, b *side) int { return cmp.Compare(b.weight, a.weight) })
	return all
}

func sideOf(all *[]*side, c *cluster, doc uint32) *side {
	if c != nil {
		for _, s := range *all {
			if s.cluster == c {
				return s
			}
		}
	}
	s := &side{cluster: c, alone: doc}
	*all = append(*all, s)
	return s
}

// join puts a document, whose edges are given grouped by their other end, where it belongs.
func (x *Index) join(self uint32, edges []edge) {
	sides := x.sides(edges)
	x.joinSides(self, edges, sides)
	x.lookAgain(self, sides)
	if c := x.docs[self].cluster; c != nil {
		x.refine(c)
	}
}

func (x *Index) joinSides(self uint32, edges []edge, sides []*side) {
	best := 0.0
	for _, s := range sides {
		best = max(best, s.best)
	}
	for _, s := range sides {
		if s.best < comparable*best {
			continue
		}
		if s.cluster != nil && x.live[s.cluster.id] != s.cluster { // merged a moment ago
			continue
		}
		if s.beyond || x.isOneAccounts(s.cluster) {
			x.tie(self, s)
		}
	}
	kept := 0
	for _, e := range edges { // the likeliest come first
		if c := x.docs[e.a].cluster; c != nil && c == x.docs[e.b].cluster && kept < c.mostEdges() {
			x.hang(c, e)
			kept++
		}
	}
}

// isOneAccounts reports whether all of a cluster is one account's; nil is a document that stands alone. Whatever else an
// account offers comes to these only: in a campaign of several it would tie what its own text is like to all of them.
func (x *Index) isOneAccounts(c *cluster) bool { return c == nil || len(x.tallyOf(c).accounts) == 1 }

// So many edges of a document are kept when it joins a cluster: enough to tell why, and to hang on when others go. In a large
// one there are thousands of others to hang on.
const (
	edgesOfOne   = 16
	edgesInLarge = 6
	large        = 256 // members
)

func (c *cluster) mostEdges() int {
	if len(c.members) > large {
		return edgesInLarge
	}
	return edgesOfOne
}

// tie joins a document, or the cluster it is in already, with one neighbour, or takes note of the bridge between them.
func (x *Index) tie(self uint32, s *side) {
	own := x.docs[self].cluster
	size := 1
	if own != nil {
		size = len(own.members)
	}
	if own != nil && s.cluster != nil {
		x.strengthen(own, s.cluster, s.weight, []uint32{self}, s.ends)
		b := own.bridges[s.cluster]
		if size+s.size() <= x.most && enough(size, s.size(), b.weight, min(len(b.ends), len(s.cluster.bridges[own].ends))) {
			x.merge(own, s.cluster)
		}
		return
	}
	if size+s.size() > x.most || !enough(size, s.size(), s.weight, 1) {
		return
	}
	switch {
	case own == nil && s.cluster == nil:
		c := x.newCluster(x.docs[s.alone].id)
		x.enter(c, s.alone)
		x.enter(c, self)
	case own == nil:
		x.enter(s.cluster, self)
	default:
		x.enter(own, s.alone)
	}
}

func (x *Index) newCluster(founder value.ID) *cluster {
	c := &cluster{id: x.clusterID(founder), born: x.born}
	x.born++
	x.live[c.id] = c
	return c
}

// clusterID makes an id from the one of the document that stands first in a cluster. It looks like no document's id.
func (x *Index) clusterID(founder value.ID) value.ID {
	for n := uint64(founder); ; n++ {
		n = mix(n + 0x632be59bd9b4e019)
		id := value.ID(n>>2 | 1<<62)
		if x.live[id] == nil {
			return id
		}
	}
}

// house notes which cluster a document is in; nil: none.
func (x *Index) house(doc uint32, c *cluster) {
	x.docs[doc].cluster, x.homes[doc] = c, 0
	if c != nil {
		x.homes[doc] = uint32(c.born) + 1
	}
}

func (x *Index) enter(c *cluster, doc uint32) {
	x.house(doc, c)
	c.members = append(c.members, doc)
	if c.tally != nil {
		c.tally.count(x.docs[doc], 1)
	}
	c.version++
}

// hang adds an edge between two members.
func (x *Index) hang(c *cluster, e edge) {
	c.edges = append(c.edges, e)
	if c.tally != nil {
		c.tally.tie(x.docs[e.a], x.docs[e.b], e.stage, 1)
	}
}

// strengthen adds to the bridge between two clusters.
func (x *Index) strengthen(a, b *cluster, weight float64, endsA, endsB []uint32) {
	a.bridgeTo(b).add(weight, endsA)
	b.bridgeTo(a).add(weight, endsB)
}

func (c *cluster) bridgeTo(other *cluster) *bridge {
	if c.bridges == nil {
		c.bridges = make(map[*cluster]*bridge)
	}
	b := c.bridges[other]
	if b == nil {
		b = &bridge{}
		c.bridges[other] = b
	}
	return b
}

func (b *bridge) add(weight float64, ends []uint32) {
	b.weight += weight
	for _, end := range ends {
		if len(b.ends) < mostEnds && !slices.Contains(b.ends, end) {
			b.ends = append(b.ends, end)
		}
	}
}

// merge makes one cluster of two. The older one's id stays.
func (x *Index) merge(a, b *cluster) {
	if b.born < a.born {
		a, b = b, a
	}
	delete(a.bridges, b)
	delete(b.bridges, a)
	for _, doc := range b.members {
		x.enter(a, doc)
	}
	for _, e := range b.edges {
		x.hang(a, e)
	}
	for other, bridge := range b.bridges {
		back := other.bridges[b]
		delete(other.bridges, b)
		x.strengthen(a, other, bridge.weight, bridge.ends, back.ends)
	}
	a.version++
	delete(x.live, b.id)
	x.events = append(x.events, Event{Old: b.id, New: a.id})
}

// thin says which documents may stay in a list that is full: those that still exist, and of each cluster the newest few.
func (x *Index) thin(docs []uint32) []uint32 {
	var kept []uint32
	of := make(map[*cluster]int)
	for _, doc := range docs {
		d := x.docs[doc]
		if d == nil {
			continue
		}
		if d.cluster != nil {
			if of[d.cluster]++; of[d.cluster] > keepOfEvery {
				continue
			}
		}
		kept = append(kept, doc)
	}
	return kept
}
