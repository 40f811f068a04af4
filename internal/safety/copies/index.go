package copies

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"fairground/internal/value"
)

// Index knows all documents and their clusters. It is safe for use by several goroutines.
type Index struct {
	regions []string
	ignore  []string
	most    int
	event   func(Event)
	works   sync.Pool

	mu       sync.RWMutex
	docs     []*document // by number; nil: removed
	homes    []uint32    // by number: 1 + born of the cluster it is in; 0: it stands alone
	numbers  map[value.ID]uint32
	lexicon  *lexicon
	bands    *postings
	phrases  *postings
	entities *postings
	photos   *photos
	live     map[value.ID]*cluster
	born     int
	events   []Event // of the call under way
}

const (
	mostMembers = 5000
	mostAlike   = 40 // documents in one band; more are common, or one campaign, of which a few stay
	mostSharing = 60 // clusters that share a telephone number after which it is nobody's
)

// New returns an empty index. Without regions, telephone numbers of Switzerland, Germany and the United States are
// recognised in their national form, as package safety does.
func New(options Options) *Index {
	x := &Index{
		regions: options.Regions, most: options.Most, event: options.Event,
		numbers: make(map[value.ID]uint32), lexicon: newLexicon(), photos: newPhotos(), live: make(map[value.ID]*cluster),
		bands: &postings{limit: mostAlike}, phrases: &postings{limit: mostKnown}, entities: &postings{limit: mostSharing},
	}
	x.works.New = newWork
	if x.regions == nil {
		x.regions = []string{"CH", "DE", "US"}
	}
	if x.most <= 0 {
		x.most = mostMembers
	}
	for _, text := range options.Ignore {
		x.ignore = append(x.ignore, strings.ToLower(strings.TrimSpace(text)))
	}
	return x
}

// Len is how many documents there are.
func (x *Index) Len() int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return len(x.numbers)
}

// Add puts a document into the index and returns what it is tied to. A document with the same id is replaced. One
// without an id ties nobody and is not kept.
func (x *Index) Add(d Doc) Match {
	if d.ID == 0 {
		return Match{Size: 1}
	}
	w := x.works.Get().(*work)
	defer x.works.Put(w)
	w.reset(x.regions)
	pieces, cuts := w.reader.read(d.Text)
	doc := x.documentOf(w, &d, pieces, cuts)

	x.mu.Lock()
	for _, p := range pieces {
		doc.words = append(doc.words, x.lexicon.number(p))
	}
	w.doc = doc
	var match Match
	if number, known := x.numbers[d.ID]; known && x.docs[number].saysTheSame(doc) {
		match = x.touch(w, number)
	} else {
		x.forget(d.ID)
		edges := x.edgesOf(w, uint32(len(x.docs)))
		x.store(w)
		x.join(x.numbers[d.ID], edges)
		match = x.matchOf(doc, edges)
	}
	events := x.takeEvents()
	x.mu.Unlock()
	x.tell(events)
	match.Merged = events
	return match
}

// probe looks at a document without keeping it, and returns the neighbour it would join, nil when there is none.
func (x *Index) probe(w *work, pieces []piece) (Match, *side, []edge) {
	for _, p := range pieces {
		w.doc.words = append(w.doc.words, x.lexicon.find(p, w.strange))
	}
	edges := x.edgesOf(w, uint32(len(x.docs)))
	match := Match{Size: 1}
	for _, e := range edges {
		shown := shownEdge{w.doc, x.docs[e.b], e}
		match.Edges = append(match.Edges, shown.shown())
	}
	for _, s := range x.sides(edges) {
		if s.size()+1 > x.most || !enough(1, s.size(), s.weight, 1) {
			continue
		}
		match.Size = s.size() + 1
		if s.cluster != nil {
			match.Cluster = s.cluster.id
		} else {
			match.Cluster = x.clusterID(x.docs[s.alone].id)
		}
		return match, s, edges
	}
	return match, nil, edges
}

// touch brings a document that says what it said before to its new time and place: a listing comes when it is screened, and
// again when it was written. What it is tied to has not changed.
func (x *Index) touch(w *work, number uint32) Match {
	was := x.docs[number]
	now := *was
	now.place, now.at, now.since = w.doc.place, w.doc.at, w.doc.since
	x.docs[number] = &now
	if c := now.cluster; c != nil && c.tally != nil {
		c.tally.count(&now, 1)
		c.tally.count(was, -1)
	}
	return x.matchOf(&now, x.edgesOf(w, number))
}

// Remove takes a document out. Of a cluster that hung together by it alone, the largest part keeps the id.
func (x *Index) Remove(id value.ID) {
	x.mu.Lock()
	x.forget(id)
	events := x.takeEvents()
	x.mu.Unlock()
	x.tell(events)
}

func (x *Index) takeEvents() []Event {
	events := x.events
	x.events = nil
	return events
}

func (x *Index) tell(events []Event) {
	if x.event == nil {
		return
	}
	for _, e := range events {
		x.event(e)
	}
}

// documentOf is all that can be known of a document without the index.
func (x *Index) documentOf(w *work, d *Doc, pieces []piece, cuts []cut) *document {
	doc := &document{id: d.ID, account: d.Account, place: d.Place, at: micros(d.At), since: micros(d.Since), images: slices.Clone(d.Images), parts: slices.Clone(d.Parts)}
	doc.entities = x.entitiesOf(d, cuts)
	for _, p := range pieces {
		if p.kind != slotNone {
			doc.fills = append(doc.fills, p.text)
			continue
		}
		w.sketch.add(p.key)
	}
	doc.sketch, w.keys, doc.sketched = w.sketch.finish()
	return doc
}

// edgesOf finds a document's edges, those to one document together.
func (x *Index) edgesOf(w *work, self uint32) []edge {
	x.weigh(w)
	x.gather(w)
	var edges []edge
	own, replaced := x.numbers[w.doc.id]
	for _, c := range x.likely(w) {
		if replaced && c.doc == own {
			continue
		}
		edges = x.compare(w, self, c, edges)
	}
	return edges
}

// store makes the work's document one of the index.
func (x *Index) store(w *work) {
	d, number := w.doc, uint32(len(x.docs))
	if number >= noMoreDocs {
		panic(fmt.Sprintf("copies.Add: %d documents, more than an index can number", number))
	}
	x.docs, x.homes = append(x.docs, d), append(x.homes, 0)
	x.numbers[d.id] = number
	x.enlist(w, number)
}

// enlist puts the work's document into the lists of its keys.
func (x *Index) enlist(w *work, number uint32) {
	d := w.doc
	x.lexicon.total++
	x.lexicon.count(d.words, 1)
	if d.sketched {
		for _, key := range w.keys {
			x.bands.add(key, number, x.thin)
		}
	}
	w.words.reset(len(w.grams))
	for _, g := range w.grams {
		if w.words.put(g.key|1, 0) {
			x.phrases.add(g.key, number, x.thin)
		}
	}
	for _, e := range d.entities {
		x.entities.add(e.key(), number, x.thin)
	}
	for _, image := range d.images {
		x.photos.add(image, number, x.thin)
	}
	for _, parts := range d.parts {
		x.photos.crops.add(parts, number, x.thin)
	}
}

// count adds a document's words to the counts, each once, or takes them away.
func (l *lexicon) count(words []uint32, by int32) {
	seen := make(map[uint32]bool, len(words))
	for _, word := range words {
		if !seen[word] {
			seen[word] = true
			l.docs[word] = uint32(int32(l.docs[word]) + by)
		}
	}
}

func (x *Index) matchOf(d *document, edges []edge) Match {
	match := Match{Size: 1}
	if d.cluster != nil {
		match.Cluster, match.Size = d.cluster.id, len(d.cluster.members)
	}
	for _, e := range edges {
		shown := shownEdge{d, x.docs[e.b], e}
		match.Edges = append(match.Edges, shown.shown())
	}
	return match
}
