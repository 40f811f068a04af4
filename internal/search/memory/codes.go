package memory

import (
	"math"
	"math/bits"
	"slices"
)

// codes holds one small number for each document of a segment, 0 for none, in as few bytes as the greatest needs. Where
// fewer than half of the documents have one, only those have a cell; present says which, and ranks counts them.
type codes struct {
	narrow  []uint8 // one of the three
	middle  []uint16
	wide    []uint32
	present set
	ranks   []uint32 // how many are present before each word of present
}

// pair is a code of the document at a position.
type pair struct{ at, code uint32 }

// newCodes packs pairs in order of positions, one a document at most.
func newCodes(size int, greatest uint32, pairs []pair) codes {
	var c codes
	cells := size
	if 2*len(pairs) < size {
		cells = len(pairs)
		c.present = newSet(size)
		for _, p := range pairs {
			c.present.add(p.at)
		}
		c.rank()
	}
	cell := func(i int) int {
		if c.present != nil {
			return i
		}
		return int(pairs[i].at)
	}
	switch {
	case greatest <= math.MaxUint8:
		c.narrow = pack[uint8](cells, pairs, cell)
	case greatest <= math.MaxUint16:
		c.middle = pack[uint16](cells, pairs, cell)
	default:
		c.wide = pack[uint32](cells, pairs, cell)
	}
	return c
}

func pack[T uint8 | uint16 | uint32](cells int, pairs []pair, cell func(int) int) []T {
	all := make([]T, cells)
	for i, p := range pairs {
		all[cell(i)] = T(p.code)
	}
	return all
}

func (c *codes) rank() {
	c.ranks = make([]uint32, len(c.present))
	n := uint32(0)
	for i, word := range c.present {
		c.ranks[i] = n
		n += uint32(bits.OnesCount64(word))
	}
}

func (c *codes) bytes() int64 {
	return int64(len(c.narrow)) + 2*int64(len(c.middle)) + 4*int64(len(c.wide)) + 8*int64(len(c.present)) + 4*int64(len(c.ranks))
}

// cells is how many documents have a cell.
func (c *codes) cells() int { return len(c.narrow) + len(c.middle) + len(c.wide) }

// at is the code of the document at a position.
func (c *codes) at(position uint32) uint32 {
	if c.present != nil {
		word, bit := c.present[position>>6], uint64(1)<<(position&63)
		if word&bit == 0 {
			return 0
		}
		position = c.ranks[position>>6] + uint32(bits.OnesCount64(word&(bit-1)))
	}
	return c.cell(position)
}

func (c *codes) cell(i uint32) uint32 {
	switch {
	case c.narrow != nil:
		return uint32(c.narrow[i])
	case c.middle != nil:
		return uint32(c.middle[i])
	case c.wide != nil:
		return c.wide[i]
	}
	return 0
}

// pairs yields the positions that have a code, ascending, with it.
func (c *codes) pairs(yield func(uint32, uint32) bool) {
	if c.present == nil {
		for i := range c.cells() {
			if code := c.cell(uint32(i)); code != 0 && !yield(uint32(i), code) {
				return
			}
		}
		return
	}
	i := uint32(0)
	for at := range c.present.all {
		if code := c.cell(i); code != 0 && !yield(at, code) {
			return
		}
		i++
	}
}

// tally counts the codes of the documents at some positions, those without one as 0.
func (c *codes) tally(positions []uint32, counts []uint32) {
	if c.present != nil {
		for _, at := range positions {
			counts[c.at(at)]++
		}
		return
	}
	switch {
	case c.narrow != nil:
		tallyList(c.narrow, positions, counts)
	case c.middle != nil:
		tallyList(c.middle, positions, counts)
	case c.wide != nil:
		tallyList(c.wide, positions, counts)
	}
}

func tallyList[T uint8 | uint16 | uint32](cells []T, positions []uint32, counts []uint32) {
	for _, at := range positions {
		counts[cells[at]]++
	}
}

// tallySet is tally for the positions of a set.
func (c *codes) tallySet(of set, counts []uint32) {
	switch {
	case c.present != nil:
		for i, word := range of {
			present := c.present[i]
			for word &= present; word != 0; word &= word - 1 {
				before := word&-word - 1
				counts[c.cell(c.ranks[i]+uint32(bits.OnesCount64(present&before)))]++
			}
		}
	case c.narrow != nil:
		tallyBits(c.narrow, of, counts)
	case c.middle != nil:
		tallyBits(c.middle, of, counts)
	case c.wide != nil:
		tallyBits(c.wide, of, counts)
	}
}

func tallyBits[T uint8 | uint16 | uint32](cells []T, of set, counts []uint32) {
	for i, word := range of {
		for ; word != 0; word &= word - 1 {
			counts[cells[i<<6+bits.TrailingZeros64(word)]]++
		}
	}
}

// between adds to a set those positions of another whose code lies in from..to-1.
func (c *codes) between(from, to uint32, of, into set) {
	if from >= to {
		return
	}
	width := to - from
	for i, word := range of {
		if c.present != nil {
			word &= c.present[i]
		}
		var found uint64
		for ; word != 0; word &= word - 1 {
			at := bits.TrailingZeros64(word)
			cell := uint32(i<<6 + at)
			if c.present != nil {
				cell = c.ranks[i] + uint32(bits.OnesCount64(c.present[i]&(1<<at-1)))
			}
			if c.cell(cell)-from < width {
				found |= 1 << at
			}
		}
		into[i] |= found
	}
}

// isSound says whether codes that were read are at most so great, and there is one cell for each document that has one.
func (c *codes) isSound(size int, greatest uint32) bool {
	kinds := 0
	for _, length := range []int{len(c.narrow), len(c.middle), len(c.wide)} {
		kinds += min(length, 1)
	}
	cells := size
	if c.present != nil {
		if len(c.present) != len(newSet(size)) || size&63 > 0 && len(c.present) > 0 && c.present[len(c.present)-1]>>(size&63) != 0 {
			return false
		}
		cells = c.present.count()
	}
	if kinds != min(cells, 1) || c.cells() != cells {
		return false
	}
	return len(c.narrow) == 0 && len(c.middle) == 0 && len(c.wide) == 0 || c.greatest() <= greatest
}

func (c *codes) greatest() uint32 {
	switch {
	case len(c.narrow) > 0:
		return uint32(slices.Max(c.narrow))
	case len(c.middle) > 0:
		return uint32(slices.Max(c.middle))
	default:
		return slices.Max(c.wide)
	}
}
