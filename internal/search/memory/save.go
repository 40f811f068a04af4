package memory

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"

	"fairground/internal/search/words"
)

const magic = "fairground search index 2\n"

// Save writes the index as it is at this moment: what Load needs to make it anew. What is made quickly from that, such as
// the order of places, is not written. It has no checksum: whoever keeps it adds one.
func (x *Index) Save(w io.Writer) error {
	v := x.present.Load()
	out := &encoder{w: bufio.NewWriterSize(w, 1<<16)}
	out.text(magic)
	out.number(v.analyzer.Print())
	out.number(uint64(len(v.parts)))
	for i := range v.parts {
		out.part(&v.parts[i])
	}
	if out.err == nil {
		out.err = out.w.Flush()
	}
	if out.err != nil {
		return fmt.Errorf("memory.Save: %w", out.err)
	}
	return nil
}

// encoder writes numbers, and lists after their length. After an error it does nothing.
type encoder struct {
	w   *bufio.Writer
	err error
}

func (e *encoder) write(p []byte) {
	if e.err == nil {
		_, e.err = e.w.Write(p)
	}
}

func (e *encoder) number(n uint64) {
	e.write(binary.AppendUvarint(make([]byte, 0, binary.MaxVarintLen64), n))
}

func (e *encoder) text(t string) {
	e.number(uint64(len(t)))
	if e.err == nil {
		_, e.err = e.w.WriteString(t)
	}
}

// fixed is what lists are made of.
type fixed interface {
	~uint8 | ~uint16 | ~uint32 | ~uint64 | ~int32 | ~int64 | ~float64
}

// writeList writes a list, each element in as many bytes as its type has.
func writeList[T fixed](e *encoder, all []T) {
	e.number(uint64(len(all)))
	var room [1 << 13]byte
	for chunk := range slices.Chunk(all, len(room)/8) {
		if e.err != nil {
			return
		}
		n, err := binary.Encode(room[:], binary.LittleEndian, chunk)
		if e.err = err; err == nil {
			e.write(room[:n])
		}
	}
}

func (e *encoder) part(p *part) {
	e.number(uint64(p.size()))
	writeList(e, p.listings)
	writeList(e, p.at)
	writeList(e, p.quality)
	writeList(e, p.titles)
	writeList(e, p.globe.lat)
	writeList(e, p.globe.lon)
	writeList(e, p.dead)
	e.terms(p.terms)
	writeList(e, p.texts.starts)
	writeList(e, p.texts.packed)
	writeList(e, p.pairs.common)
	for _, l := range []*lists{&p.inText, &p.inTitle, &p.pairs.having} {
		writeList(e, l.starts)
		writeList(e, l.packed)
	}
	e.number(uint64(len(p.choices)))
	for _, name := range slices.Sorted(maps.Keys(p.choices)) {
		e.text(name)
		e.choices(p.choices[name])
	}
	for _, special := range []*choices{p.categories, p.seller, p.kind, p.marks} {
		e.choices(special)
	}
	for _, all := range []map[string]*numbers{p.numbers, p.prices} {
		e.number(uint64(len(all)))
		for _, name := range slices.Sorted(maps.Keys(all)) {
			e.text(name)
			e.numbers(all[name])
		}
	}
}

func (e *encoder) terms(l *words.Lexicon) {
	e.number(uint64(l.Len()))
	for i := range l.Len() {
		entry := l.At(i)
		e.text(entry.Term)
		e.text(entry.Spelling)
	}
}

func (e *encoder) choices(c *choices) {
	e.number(uint64(len(c.names)))
	for _, name := range c.names {
		e.text(name)
	}
	e.number(uint64(len(c.several)))
	for _, some := range c.several {
		writeList(e, some)
	}
	e.codes(&c.codes)
}

func (e *encoder) numbers(n *numbers) {
	writeList(e, n.values)
	e.codes(&n.codes)
	e.number(uint64(len(n.more)))
	for _, p := range n.more {
		e.number(uint64(p.at))
		e.number(uint64(p.code))
	}
}

func (e *encoder) codes(c *codes) {
	thin := uint64(0)
	if c.present != nil {
		thin = 1
	}
	e.number(thin)
	writeList(e, c.present)
	writeList(e, c.narrow)
	writeList(e, c.middle)
	writeList(e, c.wide)
}

// isFinite says that a number can be counted.
func isFinite(n float64) bool { return !math.IsNaN(n) && !math.IsInf(n, 0) }
