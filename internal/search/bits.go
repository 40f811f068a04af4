package search

import "math/bits"

// position is the number of a document in a stock; 0 is the newest.
type position uint16

const mostPositions = 1 << 16

// set is a set of positions, one bit each.
type set []uint64

func newSet(size int) set { return make(set, (size+63)/64) }

// fullSet holds every position below size.
func fullSet(size int) set {
	s := newSet(size)
	for i := range s {
		s[i] = ^uint64(0)
	}
	if rest := size % 64; rest > 0 {
		s[len(s)-1] = 1<<rest - 1
	}
	return s
}

func (s set) add(n position) { s[n/64] |= 1 << (n % 64) }

func (s set) remove(n position) { s[n/64] &^= 1 << (n % 64) }

func (s set) has(n position) bool { return s[n/64]&(1<<(n%64)) != 0 }

// meet leaves only what other holds too.
func (s set) meet(other set) {
	for i := range s {
		s[i] &= other[i]
	}
}

func (s set) count() int {
	n := 0
	for _, word := range s {
		n += bits.OnesCount64(word)
	}
	return n
}

// all yields the members in ascending order.
func (s set) all(yield func(position) bool) {
	for i, word := range s {
		for ; word != 0; word &= word - 1 {
			if !yield(position(i*64 + bits.TrailingZeros64(word))) {
				return
			}
		}
	}
}

// cut leaves only the least members, so many.
func (s set) cut(most int) {
	for i, word := range s {
		for n := bits.OnesCount64(word); n > most; n-- {
			word &^= 1 << (63 - bits.LeadingZeros64(word))
		}
		s[i] = word
		most -= bits.OnesCount64(word)
	}
}
