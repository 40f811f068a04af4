package memory

import (
	"encoding/binary"
	"math"
	"math/bits"
)

// census is what the lists of documents must hold, counted from the texts: how many documents of each list, and the sum of
// their marks. A list with as many documents and the same sum holds the same documents.
type census []seen

// seen is what one list must hold, and the last document of it, plus one.
type seen struct{ count, sum, last uint32 }

// see counts a document, whose mark is given, at most once in a row for each list.
func (c census) see(list, at, mark uint32) {
	if one := &c[list]; one.last != at+1 {
		one.last = at + 1
		one.count++
		one.sum += mark
	}
}

// mark is a number for a position, as if by chance.
func mark(at uint32) uint32 {
	x := (at + 1) * 0x9e3779b1
	x = (x ^ x>>15) * 0x85ebca77
	return x ^ x>>13
}

// surveyed is the census of all that is listed of texts.
type surveyed struct{ inText, inTitle, pairs census }

// survey reads texts, checking them: of each document the terms, of the title and of the body, are of so many. ok is false
// for texts that are none.
func (t *texts) survey(terms int, titles []uint8, p *pairs) (s surveyed, ok bool) {
	s = surveyed{make(census, terms), make(census, terms), make(census, len(p.common)*len(p.common))}
	places := p.places(terms)
	for at := range uint32(len(t.starts) - 1) {
		packed := t.packed[t.starts[at]:t.starts[at+1]]
		titled, size := binary.Uvarint(packed)
		if size <= 0 || int(min(titled, math.MaxUint8)) != int(titles[at]) {
			return s, false
		}
		packed = packed[size:]
		before, mark := uint32(0), mark(at)
		for n := uint64(0); len(packed) > 0 || n < titled; n++ {
			var term uint64
			if size = 1; len(packed) > 0 && packed[0] < 0x80 {
				term = uint64(packed[0])
			} else if size = 2; len(packed) > 1 && packed[1] < 0x80 {
				term = uint64(packed[0]&0x7f) | uint64(packed[1])<<7
			} else {
				term, size = binary.Uvarint(packed)
			}
			if size <= 0 || term >= uint64(terms) {
				return s, false
			}
			packed = packed[size:]
			s.inText.see(uint32(term), at, mark)
			if n < titled {
				s.inTitle.see(uint32(term), at, mark)
			} else if n == titled {
				before = 0
			}
			place := uint32(places[term])
			if before > 0 && place > 0 {
				s.pairs.see((before-1)*uint32(len(p.common))+place-1, at, mark)
			}
			before = place
		}
	}
	return s, true
}

// agrees says whether lists that were read are sound, and hold what a census counted.
func (l *lists) agrees(c census) bool {
	if l.len() != len(c) || len(l.starts) == 0 || l.starts[0] != 0 || int(l.starts[len(l.starts)-1]) != len(l.packed) {
		return false
	}
	for i, want := range c {
		if l.starts[i] > l.starts[i+1] || int(l.starts[i+1]) > len(l.packed) {
			return false
		}
		found, sum, ok := l.sum(l.packed[l.starts[i]:l.starts[i+1]])
		if !ok || found != int(want.count) || sum != want.sum {
			return false
		}
	}
	return true
}

// sum reads a list that may be none: how many positions it has, and the sum of their marks.
func (l *lists) sum(packed []byte) (found int, sum uint32, ok bool) {
	if len(packed) == 0 {
		return 0, 0, true
	}
	count, size := binary.Uvarint(packed)
	if size <= 0 || count == 0 || count > uint64(l.size) {
		return 0, 0, false
	}
	if packed = packed[size:]; count >= fewListed {
		found, sum, ok = l.sumPieces(packed)
		return found, sum, ok && found == int(count)
	}
	at := uint64(0)
	for ; len(packed) > 0; found++ {
		step, size := binary.Uvarint(packed)
		if size <= 0 || step > uint64(l.size) || step == 0 && found > 0 {
			return 0, 0, false
		}
		if at += step; at >= uint64(l.size) {
			return 0, 0, false
		}
		sum += mark(uint32(at))
		packed = packed[size:]
	}
	return found, sum, found == int(count)
}

func (l *lists) sumPieces(packed []byte) (found int, sum uint32, ok bool) {
	for last := -1; len(packed) > 0; {
		if len(packed) < 4 {
			return 0, 0, false
		}
		number := int(binary.LittleEndian.Uint16(packed))
		count := int(binary.LittleEndian.Uint16(packed[2:])) + 1
		if number <= last || number<<pieceBits >= l.size || len(packed) < 4+min(2*count, l.bitmapBytes(number)) {
			return 0, 0, false
		}
		last = number
		_, _, body, rest, isBitmap := l.piece(packed)
		first := uint32(number) << pieceBits
		n, part, is := 0, uint32(0), false
		if isBitmap {
			n, part, is = sumBits(body, first, l.size)
		} else {
			n, part, is = sumArray(body, first, l.size)
		}
		if !is || n != count {
			return 0, 0, false
		}
		found, sum, packed = found+n, sum+part, rest
	}
	return found, sum, true
}

func sumBits(body []byte, first uint32, size int) (n int, sum uint32, ok bool) {
	for ; len(body) >= 8; body = body[8:] {
		for word := binary.LittleEndian.Uint64(body); word != 0; word &= word - 1 {
			at := first + uint32(bits.TrailingZeros64(word))
			if int(at) >= size {
				return 0, 0, false
			}
			n++
			sum += mark(at)
		}
		first += 64
	}
	return n, sum, len(body) == 0
}

func sumArray(body []byte, first uint32, size int) (n int, sum uint32, ok bool) {
	for last := -1; len(body) >= 2; n++ {
		low := int(binary.LittleEndian.Uint16(body))
		at := first + uint32(low)
		if low <= last || int(at) >= size {
			return 0, 0, false
		}
		last = low
		sum += mark(at)
		body = body[2:]
	}
	return n, sum, true
}
