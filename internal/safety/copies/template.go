package copies

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"fairground/internal/value"
)

// Template is the text that the members of a cluster have in common.
type Template struct {
	Cluster  value.ID
	Text     string // with "[1]", "[2]" … for its slots
	Parts    []Part
	Members  []Filling
	Coverage float64 // the mean of its members', 0 to 1
}

// Part is a stretch of a template: words that are always the same, or a slot.
type Part struct {
	Text string
	Slot int    // from 1; 0: no slot
	Kind string // "phone", "mail", "link", "handle" or "amount" when the slot always holds one; "" otherwise
}

// Filling is what one member puts into the slots, the first slot first.
type Filling struct {
	ID       value.ID
	Values   []string
	Coverage float64 // how much of the member's words the template has, 0 to 1
}

const (
	mostCandidates = 6    // members whose text is tried as the template
	mostSampled    = 24   // members that a candidate is tried on
	mostTold       = 500  // members whose slots are told
	leastConstant  = .5   // share of the members that must have a word for it to belong to the template
	growthRefresh  = 1.25 // by how much a cluster grows before it is reckoned anew how much its template covers

	quickCandidates = 2 // the same for that: it is asked for while a listing waits
	quickSampled    = 6
	quickAligned    = 200
)

// Template returns the template of the cluster with this id, or of the cluster that a document with this id is in.
func (x *Index) Template(id value.ID) (Template, bool) {
	x.mu.RLock()
	c := x.clusterOf(id)
	if c == nil {
		x.mu.RUnlock()
		return Template{}, false
	}
	known, version := c.known, c.version
	if known != nil && c.knownAt == version {
		x.mu.RUnlock()
		return known.clone(), true
	}
	docs, w := x.documents(c), weaver{lexicon: x.lexicon.shown}
	x.mu.RUnlock()
	known = w.template(c.id, docs) // it takes a while, and nobody should wait for it

	x.mu.Lock()
	defer x.mu.Unlock()
	if c.version == version {
		c.known, c.knownAt = known, version
		c.coverage, c.coveredAt = known.Coverage, len(docs)
	}
	return known.clone(), true
}

// coverageOf is about how much the template of a cluster covers. It may be what it was a moment ago, when the cluster was a
// little smaller.
func (x *Index) coverageOf(c *cluster) float64 {
	size := float64(len(c.members))
	if was := float64(c.coveredAt); size > was*growthRefresh || size*growthRefresh < was {
		w := weaver{lexicon: x.lexicon.shown, most: quickAligned}
		var docs []*document
		for _, doc := range spaced(c.members, quickSampled) {
			docs = append(docs, x.docs[doc])
		}
		best := w.best(docs[:min(len(docs), quickCandidates)], docs)
		c.coverage, c.coveredAt = w.mean(&best, docs), len(c.members)
	}
	return c.coverage
}

func (t *Template) clone() Template {
	copied := *t
	copied.Parts = slices.Clone(t.Parts)
	copied.Members = slices.Clone(t.Members)
	return copied
}

// weaver makes templates. It needs no index, only the words as they are shown.
type weaver struct {
	aligner
	lexicon []string
	most    int // words of a document that are aligned; 0: mostAligned
}

func (w *weaver) wordsOf(d *document) []uint32 {
	most := mostAligned
	if w.most > 0 {
		most = w.most
	}
	return d.words[:min(len(d.words), most)]
}

func (w *weaver) template(cluster value.ID, docs []*document) *Template {
	best := w.best(spaced(docs, mostCandidates), spaced(docs, mostSampled))
	t := &Template{Cluster: cluster}
	w.lay(&best, t)
	sum := 0.0
	for _, d := range spaced(docs, mostTold) {
		filling := w.filling(&best, d)
		sum += filling.Coverage
		t.Members = append(t.Members, filling)
	}
	t.Coverage = sum / float64(len(t.Members))
	return t
}

// best tries the texts of several members and keeps the one that describes all of the sample in the fewest bits.
func (w *weaver) best(candidates, sample []*document) consensus {
	best := consensus{cost: math.Inf(1)}
	for _, d := range candidates {
		if tried := w.consensus(w.wordsOf(d), sample); tried.cost < best.cost {
			best = tried
		}
	}
	return best
}

// mean is how much of their words a template has.
func (w *weaver) mean(c *consensus, docs []*document) float64 {
	sum := 0.0
	for _, d := range docs {
		sum += w.covered(c, w.wordsOf(d))
	}
	return sum / float64(max(1, len(docs)))
}

func (w *weaver) covered(c *consensus, words []uint32) float64 {
	matched := 0
	for _, place := range w.align(c.words, words) {
		if place >= 0 {
			matched++
		}
	}
	return share(matched, len(words))
}

// spaced takes at most so many of all, evenly from the first to the last.
func spaced[T any](all []T, most int) []T {
	if len(all) <= most {
		return all
	}
	kept := make([]T, most)
	for i := range kept {
		kept[i] = all[i*(len(all)-1)/(most-1)]
	}
	return kept
}

// consensus is a template under way: the words that most members have in the same order, and where slots lie between them.
type consensus struct {
	words []uint32
	slot  []bool // before each word, and after the last: do members put something in here?
	cost  float64
}

// consensus finds which words of base most of the sample have, and reckons what it takes to write down the template and
// then the sample with its help: a bit for each word of the template to say that it is there, and for each word that is not in it what
// it takes to name a word and its place. It is the idea of the minimum description length.
func (w *weaver) consensus(base []uint32, sample []*document) consensus {
	has := make([]int, len(base))
	for _, d := range sample {
		for i, place := range w.align(base, w.wordsOf(d)) {
			if place >= 0 {
				has[i]++
			}
		}
	}
	var c consensus
	for i, n := range has {
		if float64(n) >= leastConstant*float64(len(sample)) {
			c.words = append(c.words, base[i])
		}
	}
	word := math.Log2(float64(len(w.lexicon)) + 2)
	c.cost = float64(len(c.words)) * word
	c.slot = make([]bool, len(c.words)+1)
	filled := make([]int, len(c.words)+1)
	for _, d := range sample {
		words := w.wordsOf(d)
		matched := 0
		for gap, values := range gaps(w.align(c.words, words), len(words)) {
			if gap < len(c.words) && values.matched {
				matched++
			}
			if values.from < values.to {
				filled[gap]++
			}
		}
		place := math.Log2(float64(len(c.words)) + 2)
		c.cost += float64(len(c.words)) + float64(len(words)-matched)*(word+place/4)
	}
	for gap, n := range filled {
		c.slot[gap] = float64(n) >= leastConstant*float64(len(sample))
	}
	return c
}

// gap is the words of a member that lie before a word of the template, or behind the last.
type gap struct {
	from, to int
	matched  bool // the word of the template follows
}

// gaps tells what a member has between the words of a template, given where these are in it. Words before one that the
// member does not have lie before the next it has.
func gaps(places []int, words int) []gap {
	all := make([]gap, len(places)+1)
	at := 0
	for i, place := range places {
		all[i] = gap{from: at, to: at}
		if place >= 0 {
			all[i] = gap{from: at, to: place, matched: true}
			at = place + 1
		}
	}
	all[len(places)] = gap{from: at, to: words}
	return all
}

// lay writes the template down. A word that is itself a slot, such as a telephone number, is one.
func (w *weaver) lay(c *consensus, t *Template) {
	var text []string
	var constant []string
	slots := 0
	flush := func() {
		if len(constant) > 0 {
			t.Parts = append(t.Parts, Part{Text: strings.Join(constant, " ")})
			text = append(text, strings.Join(constant, " "))
			constant = nil
		}
	}
	open := func(kind string) {
		flush()
		slots++
		t.Parts = append(t.Parts, Part{Slot: slots, Kind: kind})
		text = append(text, "["+strconv.Itoa(slots)+"]")
	}
	for i, word := range c.words {
		if c.slot[i] {
			open("")
		}
		if word < uint32(slotKinds) {
			open(slotNames[word])
			continue
		}
		constant = append(constant, w.lexicon[word])
	}
	if c.slot[len(c.words)] {
		open("")
	}
	flush()
	t.Text = strings.Join(text, " ")
}

// filling aligns a member with the template and reads what it has in the slots.
func (w *weaver) filling(c *consensus, d *document) Filling {
	words := w.wordsOf(d)
	shown := w.shown(d)
	f := Filling{ID: d.id}
	matched := 0
	for i, g := range gaps(w.align(c.words, words), len(words)) {
		if c.slot[i] {
			f.Values = append(f.Values, strings.Join(shown[g.from:g.to], " "))
		}
		if i == len(c.words) {
			break
		}
		if g.matched {
			matched++
		}
		if c.words[i] < uint32(slotKinds) {
			value := ""
			if g.matched {
				value = shown[g.to]
			}
			f.Values = append(f.Values, value)
		}
	}
	f.Coverage = share(matched, len(words))
	return f
}

// shown is a document's words as they are shown, with what stood in its slots.
func (w *weaver) shown(d *document) []string {
	all := make([]string, len(d.words))
	fill := 0
	for i, word := range d.words {
		switch {
		case word >= uint32(slotKinds):
			all[i] = w.lexicon[word]
		case fill < len(d.fills):
			all[i] = d.fills[fill]
			fill++
		}
	}
	return all
}
