package memory

import (
	"cmp"
	"slices"
)

// pairs is which documents hold two common terms one after the other. Of the documents that hold two common words only few
// hold them in a row, and to look at all their texts would take longer than everything else.
type pairs struct {
	common []uint32 // terms, ascending
	having lists    // by place of the first in common times their number, plus place of the second
}

const (
	leastForPairs = 1 << 14 // documents in a segment
	mostCommon    = 384     // terms
	commonFrom    = 100     // a term is common if one of so many documents holds it
)

// newPairs makes the pairs of texts. inText says how many documents hold each term.
func newPairs(size int, t *texts, inText []uint32) (p pairs, err error) {
	if size < leastForPairs {
		return p, nil
	}
	for term, count := range inText {
		if int(count)*commonFrom >= size {
			p.common = append(p.common, uint32(term))
		}
	}
	if len(p.common) > mostCommon {
		slices.SortFunc(p.common, func(a, b uint32) int { return cmp.Compare(inText[b], inText[a]) })
		p.common = slices.Clone(p.common[:mostCommon])
		slices.Sort(p.common)
	}
	places := p.places(len(inText))
	var terms []uint32
	of := func(at uint32, room []uint32) []uint32 {
		var titled int
		terms, titled = t.read(at, terms)
		found := p.inRow(terms[:titled], places, room[:0])
		return p.inRow(terms[titled:], places, found)
	}
	counts := make([]uint32, len(p.common)*len(p.common))
	last := make([]uint32, len(counts))
	var room []uint32
	for at := range uint32(size) {
		room = of(at, room)
		for _, pair := range room {
			if last[pair] != at+1 {
				last[pair] = at + 1
				counts[pair]++
			}
		}
	}
	p.having, err = inverted(size, counts, of)
	return p, err
}

// places are the places of so many terms in common, plus one; 0 for those that are not.
func (p *pairs) places(terms int) []uint16 {
	all := make([]uint16, terms)
	for i, term := range p.common {
		all[term] = uint16(i) + 1
	}
	return all
}

// inRow appends the pairs of common terms in a row.
func (p *pairs) inRow(terms []uint32, places []uint16, into []uint32) []uint32 {
	before := uint32(0)
	for _, term := range terms {
		place := uint32(places[term])
		if before > 0 && place > 0 {
			into = append(into, (before-1)*uint32(len(p.common))+place-1)
		}
		before = place
	}
	return into
}

// find is the list of documents that hold two terms in a row; false if it is not kept.
func (p *pairs) find(first, second uint32) (list int, is bool) {
	i, isFirst := slices.BinarySearch(p.common, first)
	j, isSecond := slices.BinarySearch(p.common, second)
	return i*len(p.common) + j, isFirst && isSecond
}

func (p *pairs) bytes() int64 { return 4*int64(cap(p.common)) + p.having.bytes() }
