package copies

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"

	"fairground/internal/media/part"
)

// magic begins every snapshot; its last byte is the version of the format.
var magic = []byte("fairground copies\x03")

// ErrCorrupt says that what was read is no snapshot, or not a whole and unaltered one.
var ErrCorrupt = errors.New("the snapshot of copies is damaged")

// Snapshot writes the index: documents as words, clusters and edges, and a SHA-256 of all of it at the end. It holds the
// index still meanwhile. What documents are found by is made anew by Load.
func (x *Index) Snapshot(w io.Writer) error {
	x.mu.RLock()
	defer x.mu.RUnlock()
	buffered := bufio.NewWriterSize(w, 1<<16)
	sum := sha256.New()
	s := &snapshotWriter{to: io.MultiWriter(buffered, sum)}
	s.bytes(magic)
	words := s.lexicon(x.lexicon)
	renumbered := s.documents(x.docs, words)
	s.clusters(x, renumbered)
	if s.err == nil {
		_, s.err = buffered.Write(sum.Sum(nil))
	}
	if s.err == nil {
		s.err = buffered.Flush()
	}
	if s.err != nil {
		return fmt.Errorf("copies.Snapshot: %w", s.err)
	}
	return nil
}

// snapshotWriter writes numbers and texts until the first error.
type snapshotWriter struct {
	to    io.Writer
	spare [binary.MaxVarintLen64]byte
	err   error
}

func (s *snapshotWriter) bytes(b []byte) {
	if s.err == nil {
		_, s.err = s.to.Write(b)
	}
}

func (s *snapshotWriter) number(n uint64) { s.bytes(s.spare[:binary.PutUvarint(s.spare[:], n)]) }

func (s *snapshotWriter) text(t string) {
	s.number(uint64(len(t)))
	s.bytes([]byte(t))
}

// lexicon writes the words that documents have, and returns their new numbers. Those that only removed ones had go with them.
func (s *snapshotWriter) lexicon(l *lexicon) []uint32 {
	renumbered, kept := make([]uint32, len(l.keys)), uint32(slotKinds)
	for i := range l.keys {
		if i < int(slotKinds) {
			renumbered[i] = uint32(i)
		} else if l.docs[i] > 0 {
			renumbered[i] = kept
			kept++
		}
	}
	s.number(uint64(kept))
	for i := int(slotKinds); i < len(l.keys); i++ {
		if l.docs[i] == 0 {
			continue
		}
		s.text(l.keys[i])
		if l.shown[i] == l.keys[i] {
			s.text("")
		} else {
			s.text(l.shown[i])
		}
	}
	return renumbered
}

// documents writes those that still exist and returns their new numbers.
func (s *snapshotWriter) documents(docs []*document, words []uint32) map[uint32]uint64 {
	renumbered := make(map[uint32]uint64)
	for i, d := range docs {
		if d != nil {
			renumbered[uint32(i)] = uint64(len(renumbered))
		}
	}
	s.number(uint64(len(renumbered)))
	for _, d := range docs {
		if d != nil {
			s.document(d, words)
		}
	}
	return renumbered
}

func (s *snapshotWriter) document(d *document, words []uint32) {
	s.number(uint64(d.id))
	s.number(uint64(d.account))
	s.text(d.place)
	s.number(uint64(d.at))
	s.number(uint64(d.since))
	s.number(uint64(len(d.words)))
	for _, word := range d.words {
		s.number(uint64(words[word]))
	}
	s.number(uint64(len(d.fills)))
	for _, fill := range d.fills {
		s.text(fill)
	}
	s.number(uint64(len(d.entities)))
	for _, e := range d.entities {
		s.number(uint64(e.kind))
		s.text(e.value)
	}
	s.number(uint64(len(d.images)))
	for i := range d.images {
		s.bytes(d.images[i][:])
	}
	s.number(uint64(len(d.parts)))
	for _, parts := range d.parts {
		s.text(string(part.Pack(parts)))
	}
}

// clusters writes them in the order in which they were born, so that the same index makes the same snapshot.
func (s *snapshotWriter) clusters(x *Index, renumbered map[uint32]uint64) {
	all := make([]*cluster, 0, len(x.live))
	for _, c := range x.live {
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b *cluster) int { return a.born - b.born })
	place := make(map[*cluster]uint64, len(all))
	s.number(uint64(len(all)))
	for i, c := range all {
		place[c] = uint64(i)
		s.cluster(c, renumbered)
	}
	for _, c := range all {
		s.bridges(c, place, renumbered)
	}
}

func (s *snapshotWriter) cluster(c *cluster, renumbered map[uint32]uint64) {
	s.number(uint64(c.id))
	s.number(uint64(c.refined))
	s.number(uint64(len(c.members)))
	for _, doc := range c.members {
		s.number(renumbered[doc])
	}
	s.number(uint64(len(c.edges)))
	for _, e := range c.edges {
		s.number(renumbered[e.a])
		s.number(renumbered[e.b])
		s.number(uint64(e.stage[0]))
		s.number(uint64(e.kind))
		s.number(uint64(e.detail))
		s.number(fixed(float64(e.weight)))
	}
}

func (s *snapshotWriter) bridges(c *cluster, place map[*cluster]uint64, renumbered map[uint32]uint64) {
	others := make([]*cluster, 0, len(c.bridges))
	for other := range c.bridges {
		others = append(others, other)
	}
	slices.SortFunc(others, func(a, b *cluster) int { return a.born - b.born })
	s.number(uint64(len(others)))
	for _, other := range others {
		b := c.bridges[other]
		s.number(place[other])
		s.number(fixed(b.weight))
		s.number(uint64(len(b.ends)))
		for _, end := range b.ends {
			s.number(renumbered[end])
		}
	}
}

// fixed is a weight as a whole number; Load reads the same weight back to a millionth.
func fixed(weight float64) uint64 { return uint64(weight*1e6 + .5) }

// checked reads from one reader and hashes what it read.
type checked struct {
	from *bufio.Reader
	sum  hash.Hash
	one  [1]byte
}

func (c *checked) Read(p []byte) (int, error) {
	n, err := c.from.Read(p)
	c.sum.Write(p[:n])
	return n, err
}

func (c *checked) ReadByte() (byte, error) {
	b, err := c.from.ReadByte()
	if err == nil {
		c.one[0] = b
		c.sum.Write(c.one[:])
	}
	return b, err
}

// end checks the sum and that nothing follows it.
func (c *checked) end() error {
	want := c.sum.Sum(nil)
	got := make([]byte, len(want))
	if _, err := io.ReadFull(c.from, got); err != nil || !bytes.Equal(want, got) {
		return ErrCorrupt
	}
	if _, err := c.from.ReadByte(); !errors.Is(err, io.EOF) {
		return ErrCorrupt
	}
	return nil
}
