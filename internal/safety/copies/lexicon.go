package copies

import (
	"math"
	"strings"
)

// unknownWord marks numbers of words that no document in the index has. A probe gives them out and forgets them.
const unknownWord = 1 << 31

// lexicon numbers the words of all documents and counts how many documents have each. Numbers below slotKinds are slots.
type lexicon struct {
	numbers map[string]uint32
	keys    []string // folded
	shown   []string // as first met
	docs    []uint32
	total   int // documents
}

func newLexicon() *lexicon {
	return &lexicon{numbers: make(map[string]uint32), keys: make([]string, slotKinds), shown: make([]string, slotKinds), docs: make([]uint32, slotKinds)}
}

// number returns the number of a word, adding it when it is new.
func (l *lexicon) number(p piece) uint32 {
	if p.kind != slotNone {
		return uint32(p.kind)
	}
	if n, known := l.numbers[p.key]; known {
		return n
	}
	key := strings.Clone(p.key)
	shown := key
	if p.text != p.key {
		shown = strings.Clone(p.text)
	}
	n := uint32(len(l.keys))
	l.numbers[key] = n
	l.keys, l.shown, l.docs = append(l.keys, key), append(l.shown, shown), append(l.docs, 0)
	return n
}

// find is number for a probe: it adds nothing.
func (l *lexicon) find(p piece, strange map[string]uint32) uint32 {
	if p.kind != slotNone {
		return uint32(p.kind)
	}
	if n, known := l.numbers[p.key]; known {
		return n
	}
	n, known := strange[p.key]
	if !known {
		n = unknownWord + uint32(len(strange))
		strange[p.key] = n
	}
	return n
}

// supposed is the number of documents that are reckoned to be in the index besides those that are, so that in an empty
// one the first words are not all common.
const supposed = 2000

// mostBits is what the words of grammar say at most.
const mostBits = 1.5

// bits is how much it says that a document has a word: the fewer have it, the more.
func (l *lexicon) bits(word uint32) float32 {
	if word < uint32(slotKinds) {
		return 0
	}
	if word >= unknownWord {
		return float32(math.Log2(float64(l.total + supposed)))
	}
	says := math.Log2(float64(l.total+supposed) / float64(l.docs[word]+1))
	if len(l.keys[word]) <= 2 || grammar[l.keys[word]] {
		says = min(says, mostBits)
	}
	return float32(max(0, says))
}

// grammar holds the folded words of English and German that every text has.
var grammar = func() map[string]bool {
	all := make(map[string]bool)
	for word := range strings.FieldsSeq("the and for with from this that are was were have has had you your our not but all can will would please " +
		"very only also its they them there here when what which who how any some more most than then into out over about " +
		"der die das den dem des ein eine einen einem einer und oder mit von vom zum zur fur auf aus bei nach ist sind war hat haben " +
		"wird werden kann nicht auch nur noch sehr sie wir ihr ich sich bitte alle mehr wie wenn dass diese dieser dieses") {
		all[string(foldWord(nil, word))] = true
	}
	return all
}()
