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
	growthRefresh  = 1.25 // by how much a cluster grows before its template is made anew for the score
)

// Template returns the template of the cluster with this id, or of the cluster that a document with this id is in.
func (x *Index) Template(id value.ID) (Template, bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	c := x.clusterOf(id)
	if c == nil {
		return Template{}, false
	}
	if c.known == nil || c.knownAt != c.version {
		c.known, c.knownAt, c.knownSize = x.makeTemplate(c), c.version, len(c.members)
	}
	return c.known.clone(), true
}

// coverage is how much the template of a cluster covers. It may be that of a moment ago, when the cluster was a little smaller.
func (x *Index) coverage(c *cluster) float64 {
	size := float64(len(c.members))
	if c.known == nil || size > float64(c.knownSize)*growthRefresh || size*growthRefresh < float64(c.knownSize) {
		c.known, c.knownAt, c.knownSize = x.makeTemplate(c), c.version, len(c.members)
	}
	return c.known.Coverage
}

func (t *Template) clone() Template {
	copied := *t
	copied.Parts = slices.Clone(t.Parts)
	copied.Members = slices.Clone(t.Members)
	return copied
}

// makeTemplate tries the texts of several members and keeps the one that describes all of them in the fewest bits.
func (x *Index) makeTemplate(c *cluster) *Template {
	var a aligner
	sample := spaced(c.members, mostSampled)
	best := consensus{cost: math.Inf(1)}
	for _, doc := range spaced(c.members, mostCandidates) {
		if tried := x.consensus(&a, x.docs[doc].words, sample); tried.cost < best.cost {
			best = tried
		}
	}
	t := &Template{Cluster: c.id}
	x.lay(&best, t)
	sum := 0.0
	for _, doc := range spaced(c.members, mostTold) {
		filling := x.filling(&a, &best, x.docs[doc])
		sum += filling.Coverage
		t.Members = append(t.Members, filling)
	}
	t.Coverage = sum / float64(len(t.Members))
	return t
}

// spaced takes at most so many of all, evenly from the first to the last.
func spaced(all []uint32, most int) []uint32 {
	if len(all) <= most {
		return all
	}
	kept := make([]uint32, most)
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
func (x *Index) consensus(a *aligner, base []uint32, sample []uint32) consensus {
	base = base[:min(len(base), mostAligned)]
	has := make([]int, len(base))
	for _, doc := range sample {
		for i, place := range a.align(base, x.docs[doc].words) {
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
	word := math.Log2(float64(len(x.lexicon.keys)) + 2)
	c.cost = float64(len(c.words)) * word
	c.slot = make([]bool, len(c.words)+1)
	filled := make([]int, len(c.words)+1)
	for _, doc := range sample {
		words := x.docs[doc].words
		words = words[:min(len(words), mostAligned)]
		matched := 0
		for gap, values := range gaps(a.align(c.words, words), len(words)) {
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
func (x *Index) lay(c *consensus, t *Template) {
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
		constant = append(constant, x.lexicon.shown[word])
	}
	if c.slot[len(c.words)] {
		open("")
	}
	flush()
	t.Text = strings.Join(text, " ")
}

// filling aligns a member with the template and reads what it has in the slots.
func (x *Index) filling(a *aligner, c *consensus, d *document) Filling {
	words := d.words[:min(len(d.words), mostAligned)]
	shown := x.shown(d)
	f := Filling{ID: d.id}
	matched := 0
	for i, g := range gaps(a.align(c.words, words), len(words)) {
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
	if len(words) > 0 {
		f.Coverage = float64(matched) / float64(len(words))
	}
	return f
}

// shown is a document's words as they are shown, with what stood in its slots.
func (x *Index) shown(d *document) []string {
	all := make([]string, len(d.words))
	fill := 0
	for i, word := range d.words {
		switch {
		case word >= uint32(slotKinds):
			all[i] = x.lexicon.shown[word]
		case fill < len(d.fills):
			all[i] = d.fills[fill]
			fill++
		}
	}
	return all
}
