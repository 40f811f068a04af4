package copies

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"fairground/internal/value"
)

// Cluster returns the cluster that a document is in, or the one with this id; false when there is none. Ids of clusters
// are never ids of documents.
func (x *Index) Cluster(id value.ID) (Cluster, bool) {
	x.mu.Lock()
	c := x.clusterOf(id)
	if c == nil {
		x.mu.Unlock()
		return Cluster{}, false
	}
	shown, docs, edges := Cluster{Summary: x.summary(c)}, x.documents(c), x.ends(c.edges)
	x.mu.Unlock()
	shown.Members, shown.Edges = membersShown(docs), edgesShown(edges) // nobody should wait for thousands of them
	return shown, true
}

// Summary returns what is to be said in short of the cluster that a document is in, or the one with this id.
func (x *Index) Summary(id value.ID) (Summary, bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	c := x.clusterOf(id)
	if c == nil {
		return Summary{}, false
	}
	return x.summary(c), true
}

// Accounts returns the accounts of the members of that cluster, in no order.
func (x *Index) Accounts(id value.ID) []value.ID {
	x.mu.Lock()
	defer x.mu.Unlock()
	if c := x.clusterOf(id); c != nil {
		return slices.Collect(maps.Keys(x.tallyOf(c).accounts))
	}
	return nil
}

// ClusterOf returns the id of the cluster that a document is in; zero when it stands alone or is not known.
func (x *Index) ClusterOf(document value.ID) value.ID {
	x.mu.RLock()
	defer x.mu.RUnlock()
	number, known := x.numbers[document]
	if !known || x.docs[number].cluster == nil || len(x.docs[number].cluster.members) < 2 {
		return 0
	}
	return x.docs[number].cluster.id
}

// clusterOf finds a cluster of at least two by a document's id or its own.
func (x *Index) clusterOf(id value.ID) *cluster {
	c := x.live[id]
	if number, known := x.numbers[id]; known {
		c = x.docs[number].cluster
	}
	if c == nil || len(c.members) < 2 {
		return nil
	}
	return c
}

// Clusters returns the ids of all clusters of at least least members, in no order.
func (x *Index) Clusters(least int) []value.ID {
	x.mu.RLock()
	defer x.mu.RUnlock()
	var all []value.ID
	for id, c := range x.live {
		if len(c.members) >= max(2, least) {
			all = append(all, id)
		}
	}
	return all
}

// Joined returns the cluster that a document would be in, with the document counted among its members, and leaves no
// trace; false when it would stand alone. It is what a gate asks before a listing exists.
func (x *Index) Joined(d Doc) (Cluster, bool) {
	w := x.works.Get().(*work)
	defer x.works.Put(w)
	w.reset(x.regions)
	pieces, cuts := w.reader.read(d.Text)
	w.doc = x.documentOf(w, &d, pieces, cuts)

	x.mu.Lock()
	defer x.mu.Unlock()
	match, s, edges := x.probe(w, pieces)
	if s == nil {
		return Cluster{}, false
	}
	var docs []*document
	var known []edge
	coverage := textShare(edges)
	if s.cluster != nil {
		docs, known, coverage = x.documents(s.cluster), s.cluster.edges, x.coverageOf(s.cluster)
	} else {
		docs = []*document{x.docs[s.alone]}
	}
	if own, replaced := x.numbers[d.ID]; replaced {
		docs = withoutDocument(docs, x.docs[own])
		known = slices.DeleteFunc(slices.Clone(known), func(e edge) bool { return e.a == own || e.b == own })
	}
	t := tallyOf(append(docs, w.doc))
	for _, e := range known {
		t.tie(x.docs[e.a], x.docs[e.b], e.stage, 1)
	}
	for _, e := range edges {
		if other := x.docs[e.b]; slices.Contains(docs, other) {
			t.tie(w.doc, other, e.stage, 1)
		}
	}
	shown := Cluster{Summary: t.summary(), Edges: edgesShown(x.ends(known))}
	shown.ID, shown.Size = match.Cluster, len(docs)+1
	shown.covered(coverage)
	shown.Edges = append(shown.Edges, match.Edges...)
	shown.Members = membersShown(append(docs, w.doc))
	return shown, true
}

func withoutDocument(docs []*document, gone *document) []*document {
	var kept []*document
	for _, d := range docs {
		if d != gone {
			kept = append(kept, d)
		}
	}
	return kept
}

// textShare is the greatest share of text that an edge found in common.
func textShare(edges []edge) float64 {
	most := uint16(0)
	for _, e := range edges {
		if e.stage == StageText || e.stage == StagePhrase {
			most = max(most, e.detail)
		}
	}
	return float64(most) / 100
}

func (x *Index) documents(c *cluster) []*document {
	all := make([]*document, len(c.members), len(c.members)+1)
	for i, doc := range c.members {
		all[i] = x.docs[doc]
	}
	return all
}

func (x *Index) summary(c *cluster) Summary {
	s := x.tallyOf(c).summary()
	s.ID, s.Size = c.id, len(c.members)
	s.covered(x.coverageOf(c))
	return s
}

func membersShown(docs []*document) []Member {
	all := make([]Member, len(docs))
	for i, d := range docs {
		all[i] = Member{ID: d.id, Account: d.account, Place: d.place, At: timeOf(d.at), Phones: d.phones()}
	}
	return all
}

// shownEdge is an edge with the documents at its ends, which never change.
type shownEdge struct {
	a, b *document
	edge
}

func (x *Index) ends(edges []edge) []shownEdge {
	all := make([]shownEdge, len(edges))
	for i, e := range edges {
		all[i] = shownEdge{x.docs[e.a], x.docs[e.b], e}
	}
	return all
}

func edgesShown(edges []shownEdge) []Edge {
	all := make([]Edge, len(edges))
	for i, e := range edges {
		all[i] = e.shown()
	}
	return all
}

func (e *shownEdge) shown() Edge {
	shown := Edge{A: e.a.id, B: e.b.id, Stage: e.stage, Weight: float64(e.weight)}
	switch e.stage {
	case StageText:
		shown.Reason, shown.Shared = "text", fmt.Sprintf("%d %%", e.detail)
	case StagePhrase:
		shown.Reason, shown.Shared = "phrases", fmt.Sprintf("%d %%", e.detail)
	case StagePhoto:
		shown.Reason, shown.Shared = "photo", strconv.Itoa(int(e.detail))
		if e.detail == cropped {
			shown.Shared = "cropped"
		}
	default:
		shown.Reason, shown.Shared = ties[e.kind].reason, sharedEntity(e.a, e.b, e.kind)
	}
	return shown
}

func sharedEntity(a, b *document, kind entityKind) string {
	for _, mine := range a.entities {
		for _, theirs := range b.entities {
			if mine.kind == kind && mine.same(theirs) {
				return mine.value
			}
		}
	}
	return ""
}
