package memory

import "math/bits"

// set is a set of positions in a segment, one bit each; 0 is the newest document. Bits behind the last position are
// never set.
type set []uint64

func newSet(size int) set { return make(set, (size+63)/64) }

func (s set) add(n uint32) { s[n>>6] |= 1 << (n & 63) }

func (s set) remove(n uint32) { s[n>>6] &^= 1 << (n & 63) }

func (s set) has(n uint32) bool { return s[n>>6]&(1<<(n&63)) != 0 }

// fill adds every position below size.
func (s set) fill(size int) {
	for i := range s {
		s[i] = ^uint64(0)
	}
	if rest := size & 63; rest > 0 {
		s[len(s)-1] = 1<<rest - 1
	}
}

// addRange adds the positions from one to before another.
func (s set) addRange(from, to int) {
	if from >= to {
		return
	}
	first, last := from>>6, (to-1)>>6
	low, high := ^uint64(0)<<(from&63), ^uint64(0)>>(63-(to-1)&63)
	if first == last {
		s[first] |= low & high
		return
	}
	s[first] |= low
	for i := first + 1; i < last; i++ {
		s[i] = ^uint64(0)
	}
	s[last] |= high
}

// meet leaves only what other holds too.
func (s set) meet(other set) {
	other = other[:len(s)]
	for i := range s {
		s[i] &= other[i]
	}
}

// join adds what other holds.
func (s set) join(other set) {
	other = other[:len(s)]
	for i := range s {
		s[i] |= other[i]
	}
}

// leave takes away what other holds.
func (s set) leave(other set) {
	other = other[:len(s)]
	for i := range s {
		s[i] &^= other[i]
	}
}

func (s set) count() int {
	n := 0
	for _, word := range s {
		n += bits.OnesCount64(word)
	}
	return n
}

// countWith is how many positions both hold.
func (s set) countWith(other set) int {
	n := 0
	other = other[:len(s)]
	for i, word := range s {
		n += bits.OnesCount64(word & other[i])
	}
	return n
}

func (s set) isEmpty() bool {
	for _, word := range s {
		if word != 0 {
			return false
		}
	}
	return true
}

// all yields the members in ascending order.
func (s set) all(yield func(uint32) bool) {
	for i, word := range s {
		for ; word != 0; word &= word - 1 {
			if !yield(uint32(i<<6 + bits.TrailingZeros64(word))) {
				return
			}
		}
	}
}

// list appends the members in ascending order, at most so many.
func (s set) list(into []uint32, most int) []uint32 {
	for i, word := range s {
		for ; word != 0; word &= word - 1 {
			if len(into) >= most {
				return into
			}
			into = append(into, uint32(i<<6+bits.TrailingZeros64(word)))
		}
	}
	return into
}

// scratch lends sets to one query; its sets are used again by the next. It is not safe for use by two at a time.
type scratch struct {
	lent      int
	all       []set
	lentLists int
	lists     [][]uint32
	wide      []uint32 // room for counting
}

// set lends an empty set.
func (s *scratch) set(size int) set {
	length := (size + 63) / 64
	if s.lent == len(s.all) {
		s.all = append(s.all, nil)
	}
	if cap(s.all[s.lent]) < length {
		s.all[s.lent] = make(set, length)
	}
	one := s.all[s.lent][:length]
	s.lent++
	clear(one)
	return one
}

// copy lends a set like another.
func (s *scratch) copy(other set) set {
	one := s.set(len(other) * 64)
	copy(one, other)
	return one
}

// list lends an empty list with room for so many positions.
func (s *scratch) list(most int) []uint32 {
	if s.lentLists == len(s.lists) {
		s.lists = append(s.lists, nil)
	}
	if cap(s.lists[s.lentLists]) < most || s.lists[s.lentLists] == nil {
		s.lists[s.lentLists] = make([]uint32, 0, most)
	}
	s.lentLists++
	return s.lists[s.lentLists-1][:0]
}

// loan is how much was lent at a moment.
type loan struct{ sets, lists int }

func (s *scratch) loan() loan { return loan{s.lent, s.lentLists} }

// giveBack ends the loan of all that was lent since that moment.
func (s *scratch) giveBack(since loan) { s.lent, s.lentLists = since.sets, since.lists }

// counters lends so many counters, all nought. They are lent until the next are.
func (s *scratch) counters(count int) []uint32 {
	if cap(s.wide) < count {
		s.wide = make([]uint32, count)
	}
	all := s.wide[:count]
	clear(all)
	return all
}
