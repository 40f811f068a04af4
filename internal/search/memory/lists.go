package memory

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
	"slices"
)

// lists are ascending lists of positions, packed side by side: which documents hold a word, or have a choice.
//
// A list begins with its length. A short one goes on with the steps between its positions. A long one is divided into
// pieces of 65,536 positions, each with its number, how many positions it has, and these: two bytes each, or one bit for
// every position of the piece where that takes less.
type lists struct {
	size   int // of the segment: positions are less than it
	starts []uint32
	packed []byte
}

const (
	fewListed  = 64      // a list of fewer is packed as steps
	pieceBits  = 16      // of positions within a piece
	pieceWords = 1 << 10 // of a full piece as bits
	mostPacked = math.MaxUint32
)

// errTooLong is returned when the lists or texts of a segment would take more than 4 GB.
var errTooLong = fmt.Errorf("a segment holds at most 4 GB of words")

// bytes is the memory that the lists take.
func (l *lists) bytes() int64 { return int64(cap(l.packed)) + 4*int64(cap(l.starts)) }

func (l *lists) len() int { return max(len(l.starts)-1, 0) }

// begin makes room for so many lists, which are added in turn.
func newLists(size, count int) lists {
	return lists{size: size, starts: append(make([]uint32, 0, count+1), 0)}
}

// bitmapBytes is how long a piece is as bits.
func (l *lists) bitmapBytes(piece int) int {
	positions := min(l.size-piece<<pieceBits, 1<<pieceBits)
	return (positions + 63) / 64 * 8
}

// add appends a list.
func (l *lists) add(positions []uint32) error {
	if len(positions) > 0 {
		l.packed = binary.AppendUvarint(l.packed, uint64(len(positions)))
	}
	if len(positions) < fewListed {
		last := uint32(0)
		for _, p := range positions {
			l.packed = binary.AppendUvarint(l.packed, uint64(p-last))
			last = p
		}
	} else {
		for len(positions) > 0 {
			piece := positions[0] >> pieceBits
			end, _ := slices.BinarySearch(positions, (piece+1)<<pieceBits)
			if piece == math.MaxUint32>>pieceBits {
				end = len(positions)
			}
			l.addPiece(int(piece), positions[:end])
			positions = positions[end:]
		}
	}
	if len(l.packed) > mostPacked {
		return errTooLong
	}
	l.starts = append(l.starts, uint32(len(l.packed)))
	return nil
}

func (l *lists) addPiece(piece int, positions []uint32) {
	l.packed = binary.LittleEndian.AppendUint16(l.packed, uint16(piece))
	l.packed = binary.LittleEndian.AppendUint16(l.packed, uint16(len(positions)-1))
	if 2*len(positions) <= l.bitmapBytes(piece) {
		for _, p := range positions {
			l.packed = binary.LittleEndian.AppendUint16(l.packed, uint16(p))
		}
		return
	}
	from := len(l.packed)
	l.packed = append(l.packed, make([]byte, l.bitmapBytes(piece))...)
	bitmap := l.packed[from:]
	for _, p := range positions {
		low := p & (1<<pieceBits - 1)
		bitmap[low>>3] |= 1 << (low & 7)
	}
}

// done gives back the room that growing took in advance.
func (l *lists) done() { l.packed = slices.Clip(slices.Clone(l.packed)) }

// count is how long a list is.
func (l *lists) count(i int) int {
	if l.starts[i] == l.starts[i+1] {
		return 0
	}
	n, _ := binary.Uvarint(l.packed[l.starts[i]:l.starts[i+1]])
	return int(n)
}

// open returns what lies behind the length of a list.
func (l *lists) open(i int) (count int, packed []byte) {
	packed = l.packed[l.starts[i]:l.starts[i+1]]
	if len(packed) == 0 {
		return 0, nil
	}
	n, size := binary.Uvarint(packed)
	return int(n), packed[size:]
}

// piece cuts the next piece off a long list: its number, how many positions it has, and those, as bits or not.
func (l *lists) piece(packed []byte) (number, count int, body, rest []byte, isBitmap bool) {
	number = int(binary.LittleEndian.Uint16(packed))
	count = int(binary.LittleEndian.Uint16(packed[2:])) + 1
	length := 2 * count
	if most := l.bitmapBytes(number); length > most {
		length, isBitmap = most, true
	}
	return number, count, packed[4 : 4+length], packed[4+length:], isBitmap
}

// addTo adds the positions of a list to a set.
func (l *lists) addTo(i int, into set) {
	count, packed := l.open(i)
	if count < fewListed {
		at := uint32(0)
		for len(packed) > 0 {
			step, size := binary.Uvarint(packed)
			at += uint32(step)
			into.add(at)
			packed = packed[size:]
		}
		return
	}
	for len(packed) > 0 {
		number, _, body, rest, isBitmap := l.piece(packed)
		part := into[number*pieceWords:]
		if isBitmap {
			for ; len(body) >= 8 && len(part) > 0; body, part = body[8:], part[1:] {
				part[0] |= binary.LittleEndian.Uint64(body)
			}
		} else {
			for ; len(body) >= 2; body = body[2:] {
				p := binary.LittleEndian.Uint16(body)
				part[p>>6] |= 1 << (p & 63)
			}
		}
		packed = rest
	}
}

// countWith is how many positions of a list a set holds.
func (l *lists) countWith(i int, with set) (n int) {
	count, packed := l.open(i)
	if count < fewListed {
		at := uint32(0)
		for len(packed) > 0 {
			step, size := binary.Uvarint(packed)
			at += uint32(step)
			n += int(with[at>>6] >> (at & 63) & 1)
			packed = packed[size:]
		}
		return n
	}
	for len(packed) > 0 {
		number, _, body, rest, isBitmap := l.piece(packed)
		part := with[number*pieceWords:]
		if isBitmap {
			for ; len(body) >= 8 && len(part) > 0; body, part = body[8:], part[1:] {
				n += bits.OnesCount64(part[0] & binary.LittleEndian.Uint64(body))
			}
		} else {
			for ; len(body) >= 2; body = body[2:] {
				p := binary.LittleEndian.Uint16(body)
				n += int(part[p>>6] >> (p & 63) & 1)
			}
		}
		packed = rest
	}
	return n
}

// cost is how many steps countWith takes: one for each position, or for each word of bits.
func (l *lists) cost(i int) (steps int) {
	count, packed := l.open(i)
	if count < fewListed {
		return count
	}
	for len(packed) > 0 {
		_, positions, body, rest, isBitmap := l.piece(packed)
		if isBitmap {
			positions = len(body) / 8
		}
		steps += positions
		packed = rest
	}
	return steps
}
