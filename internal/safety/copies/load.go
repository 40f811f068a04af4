package copies

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"

	"fairground/internal/media/part"
	"fairground/internal/media/pdq"
	"fairground/internal/value"
)

// Load reads what Snapshot wrote. A snapshot that is cut short, altered or contradicts itself is an error that
// errors.Is(err, ErrCorrupt) finds, never an index; the caller then feeds a new one from its records.
func Load(r io.Reader, options Options) (*Index, error) {
	l := &loader{from: &checked{from: bufio.NewReaderSize(r, 1<<16), sum: sha256.New()}, x: New(options)}
	if err := l.load(); err != nil {
		return nil, fmt.Errorf("copies.Load: %w", err)
	}
	l.index()
	return l.x, nil
}

// loader reads numbers and texts until the first thing that is wrong.
type loader struct {
	from *checked
	x    *Index
	bad  bool
}

func (l *loader) load() error {
	begin := make([]byte, len(magic))
	if _, err := io.ReadFull(l.from, begin); err != nil || !bytes.Equal(begin, magic) {
		return ErrCorrupt
	}
	l.lexicon()
	for range l.times() {
		l.document()
	}
	l.clusters()
	if l.bad {
		return ErrCorrupt
	}
	return l.from.end()
}

func (l *loader) number() uint64 {
	if l.bad {
		return 0
	}
	n, err := binary.ReadUvarint(l.from)
	l.refuse(err != nil)
	return n
}

func (l *loader) refuse(wrong bool) { l.bad = l.bad || wrong }

// times yields as often as the number that follows says, and stops at the first thing that is wrong, so that a wrong
// number takes no memory.
func (l *loader) times() func(yield func(int) bool) {
	n := l.number()
	return func(yield func(int) bool) {
		for i := uint64(0); i < n && !l.bad; i++ {
			if !yield(int(i)) {
				return
			}
		}
	}
}

const longestText = 1 << 20

func (l *loader) text() string {
	n := l.number()
	if l.refuse(n > longestText); l.bad {
		return ""
	}
	var text bytes.Buffer
	_, err := io.CopyN(&text, l.from, int64(n))
	l.refuse(err != nil)
	return text.String()
}

func (l *loader) lexicon() {
	words := l.x.lexicon
	n := l.number()
	l.refuse(n < uint64(slotKinds) || n >= unknownWord)
	for i := uint64(slotKinds); i < n && !l.bad; i++ {
		key, shown := l.text(), l.text()
		if shown == "" {
			shown = key
		}
		words.number(piece{key: key, text: shown})
		l.refuse(uint64(len(words.keys)) != i+1) // the word was there already
	}
}

func (l *loader) document() {
	d := &document{id: value.ID(l.number()), account: value.ID(l.number()), place: l.text(), at: int64(l.number()), since: int64(l.number())}
	slots := 0
	for range l.times() {
		word := l.number()
		l.refuse(word == 0 || word >= uint64(len(l.x.lexicon.keys)) || len(d.words) >= mostWords)
		if word < uint64(slotKinds) {
			slots++
		}
		d.words = append(d.words, uint32(word))
	}
	for range l.times() {
		d.fills = append(d.fills, l.text())
	}
	l.refuse(len(d.fills) < slots)
	for range l.times() {
		e := entity{kind: entityKind(l.number()), value: l.text()}
		l.refuse(e.kind == 0 || e.kind >= entityKinds || e.value == "")
		d.entities = append(d.entities, e)
	}
	for range l.times() {
		var h pdq.Hash
		_, err := io.ReadFull(l.from, h[:])
		l.refuse(err != nil)
		d.images = append(d.images, h)
	}
	for range l.times() {
		parts, err := part.Unpack([]byte(l.text()))
		l.refuse(err != nil)
		d.parts = append(d.parts, parts)
	}
	_, twice := l.x.numbers[d.id]
	if l.refuse(d.id <= 0 || twice || len(l.x.docs) >= noMoreDocs); !l.bad {
		l.x.numbers[d.id] = uint32(len(l.x.docs))
		l.x.docs, l.x.homes = append(l.x.docs, d), append(l.x.homes, 0)
	}
}

func (l *loader) clusters() {
	var all []*cluster
	for range l.times() {
		all = append(all, l.cluster())
	}
	for i := 0; i < len(all) && !l.bad; i++ {
		for range l.times() {
			l.bridge(all, i)
		}
	}
	for _, c := range all {
		for other, b := range c.bridges {
			back := other.bridges[c]
			l.refuse(back == nil || len(b.ends) > mostEnds)
		}
	}
}

func (l *loader) cluster() *cluster {
	c := &cluster{id: value.ID(l.number()), refined: int(l.number()), born: l.x.born}
	l.x.born++
	l.refuse(c.id <= 0 || l.x.live[c.id] != nil || c.refined < 0 || c.refined > noMoreDocs)
	for range l.times() {
		doc := l.member(nil)
		if l.refuse(!l.bad && l.x.docs[doc].cluster != nil); !l.bad {
			l.x.enter(c, doc)
		}
	}
	l.refuse(len(c.members) == 0)
	for range l.times() {
		e := edge{a: l.member(c), b: l.member(c)}
		stage := l.number()
		l.refuse(stage < 'A' || stage > 'D')
		e.stage, e.kind, e.detail = Stage(rune(stage)), entityKind(l.number()), uint16(l.number())
		e.weight = float32(float64(l.number()) / 1e6)
		l.refuse(e.a == e.b || e.kind >= entityKinds || (e.stage == StageEntity) != (e.kind != 0) || e.weight > 1)
		c.edges = append(c.edges, e)
	}
	if !l.bad {
		l.x.live[c.id] = c
	}
	return c
}

// member reads the number of a document, which must be of the cluster unless that is nil.
func (l *loader) member(c *cluster) uint32 {
	n := l.number()
	if l.refuse(n >= uint64(len(l.x.docs))); l.bad {
		return 0
	}
	l.refuse(c != nil && l.x.docs[n].cluster != c)
	return uint32(n)
}

func (l *loader) bridge(all []*cluster, i int) {
	n, weight := l.number(), l.number()
	if l.refuse(n >= uint64(len(all)) || n == uint64(i) || weight > 1e12); l.bad {
		return
	}
	b := all[i].bridgeTo(all[n])
	b.weight = float64(weight) / 1e6
	for range l.times() {
		b.ends = append(b.ends, l.member(all[i]))
	}
}

// index makes anew what documents are found by. Clusters are known already, so long lists are thinned as they were.
func (l *loader) index() {
	x := l.x
	w := x.works.Get().(*work)
	defer x.works.Put(w)
	for number, d := range x.docs {
		x.readAgain(w, d)
		x.weigh(w)
		x.gatherPhrases(w)
		x.enlist(w, uint32(number))
	}
}
