package memory

import (
	"math"
	"slices"
	"sort"
)

// numbers is every number of one attribute in a segment. A document's code is the place of its number among all
// different ones, plus one, so that a range of numbers is a range of codes.
//
// Where most documents have a number, rungs hold those with a code up to certain ones: a range is then what lies
// between two rungs, and a few documents near its ends to look at.
type numbers struct {
	values []float64 // ascending, different
	codes  codes     // of the first number of each document
	more   []pair    // further numbers of documents with several, in order of positions
	rungs  []rung
}

// rung holds the documents with a code from 1 to upTo.
type rung struct {
	upTo uint32
	set  set
}

const (
	mostRungs    = 48
	leastForRung = 1 << 14 // documents in a segment
)

// number is one number of the document at a position.
type number struct {
	at    uint32
	value float64
}

// newNumbers makes the numbers of a segment, given in order of positions.
func newNumbers(size int, all []number) *numbers {
	n := &numbers{values: make([]float64, len(all))}
	for i, one := range all {
		n.values[i] = one.value
	}
	slices.Sort(n.values)
	n.values = slices.Clone(slices.Compact(n.values))
	pairs := make([]pair, 0, len(all))
	for _, one := range all {
		place, _ := slices.BinarySearch(n.values, one.value)
		p := pair{one.at, uint32(place) + 1}
		switch last := len(pairs) - 1; {
		case last < 0 || pairs[last].at != one.at:
			pairs = append(pairs, p)
		case pairs[last].code != p.code && !slices.Contains(furtherOf(n.more, p.at), p):
			n.more = append(n.more, p)
		}
	}
	n.more = slices.Clip(n.more)
	n.codes = newCodes(size, uint32(len(n.values)), pairs)
	n.finish(size)
	return n
}

// furtherOf are the last pairs, as far as they are of one document.
func furtherOf(all []pair, at uint32) []pair {
	from := len(all)
	for from > 0 && all[from-1].at == at {
		from--
	}
	return all[from:]
}

// finish makes the rungs, about as many documents apart.
func (n *numbers) finish(size int) {
	if size < leastForRung || n.codes.present != nil {
		return
	}
	counts := make([]uint32, len(n.values)+1)
	for _, code := range n.codes.pairs {
		counts[code]++
	}
	step, above := size/mostRungs+1, 0
	for code := 1; code < len(counts); code++ {
		if above += int(counts[code]); above >= step || code == len(counts)-1 {
			n.rungs = append(n.rungs, rung{upTo: uint32(code), set: newSet(size)})
			above = 0
		}
	}
	for at, code := range n.codes.pairs {
		if i := n.rungBelow(code - 1); i+1 < len(n.rungs) {
			n.rungs[i+1].set.add(at)
		}
	}
	for i := 1; i < len(n.rungs); i++ {
		n.rungs[i].set.join(n.rungs[i-1].set)
	}
}

// rungBelow is the highest rung that holds no greater code, -1 for none.
func (n *numbers) rungBelow(code uint32) int {
	return sort.Search(len(n.rungs), func(i int) bool { return n.rungs[i].upTo > code }) - 1
}

func (n *numbers) bytes() int64 {
	total := 8*int64(cap(n.values)) + 8*int64(cap(n.more)) + n.codes.bytes()
	for _, r := range n.rungs {
		total += 8*int64(len(r.set)) + 32
	}
	return total
}

// addBetween adds to a set the documents of another with a number in low..high.
func (n *numbers) addBetween(low, high float64, of, into set, room *scratch) {
	from, _ := slices.BinarySearch(n.values, low)
	to, is := slices.BinarySearch(n.values, high)
	if is {
		to++
	}
	n.addCodes(uint32(from)+1, uint32(to)+1, of, into, room)
}

// addCodes adds the documents with a code in from..to-1.
func (n *numbers) addCodes(from, to uint32, of, into set, room *scratch) {
	if from >= to {
		return
	}
	for _, p := range n.more {
		if p.code >= from && p.code < to && of.has(p.at) {
			into.add(p.at)
		}
	}
	below, upTo := n.rungBelow(from-1), n.rungBelow(to-1)
	if upTo < 0 || below >= upTo {
		n.codes.between(from, to, n.clipped(below, upTo+1, of, room), into)
		return
	}
	// From the rung at or above the beginning of the range to the one at or below its end everything counts.
	first := below
	if below < 0 || n.rungs[below].upTo != from-1 {
		first = below + 1
	}
	if from == 1 {
		first = -1
	}
	top := n.rungs[upTo].set
	for i, word := range top {
		if first >= 0 {
			word &^= n.rungs[first].set[i]
		}
		into[i] |= word & of[i]
	}
	if first != below {
		n.codes.between(from, n.rungs[first].upTo+1, n.clipped(below, first, of, room), into)
	}
	if n.rungs[upTo].upTo != to-1 {
		n.codes.between(n.rungs[upTo].upTo+1, to, n.clipped(upTo, upTo+1, of, room), into)
	}
}

// clipped are the documents of a set that one rung holds and a lower one does not.
func (n *numbers) clipped(below, upTo int, of set, room *scratch) set {
	if below < 0 && upTo >= len(n.rungs) {
		return of
	}
	part := room.copy(of)
	if upTo < len(n.rungs) {
		part.meet(n.rungs[upTo].set)
	}
	if below >= 0 {
		part.leave(n.rungs[below].set)
	}
	return part
}

// pairsIn yields the codes of some documents, and the positions.
func (n *numbers) pairsIn(of matched, yield func(at, code uint32)) {
	if of.listed != nil {
		for _, at := range of.listed {
			if code := n.codes.at(at); code != 0 {
				yield(at, code)
			}
		}
	} else {
		for at := range of.set.all {
			if code := n.codes.at(at); code != 0 {
				yield(at, code)
			}
		}
	}
	for _, p := range n.more {
		if of.set.has(p.at) {
			yield(p.at, p.code)
		}
	}
}

// tallied is how many documents have which number, of one segment: upTo[i] have values[i] or less.
type tallied struct {
	values []float64
	upTo   []uint32
	price  *pricing // nil: values count as they are
}

const fewTallied = 8 // so many times fewer numbers than values are sorted rather than counted

// tally counts the numbers of some documents.
func (n *numbers) tally(of matched) tallied {
	if of.count == 0 {
		return tallied{}
	}
	if of.count*fewTallied < len(n.values) {
		all := make([]float64, 0, of.count)
		n.pairsIn(of, func(_, code uint32) { all = append(all, n.values[code-1]) })
		slices.Sort(all)
		upTo := make([]uint32, len(all))
		for i := range upTo {
			upTo[i] = uint32(i) + 1
		}
		return tallied{values: all, upTo: upTo}
	}
	counts := make([]uint32, len(n.values)+1)
	if of.listed != nil {
		n.codes.tally(of.listed, counts)
	} else {
		n.codes.tallySet(of.set, counts)
	}
	for _, p := range n.more {
		if of.set.has(p.at) {
			counts[p.code]++
		}
	}
	counts[0] = 0
	for i := 1; i < len(counts); i++ {
		counts[i] += counts[i-1]
	}
	return tallied{values: n.values, upTo: counts[1:]}
}

func (t *tallied) total() int {
	if len(t.upTo) == 0 {
		return 0
	}
	return int(t.upTo[len(t.upTo)-1])
}

func (t *tallied) value(i int) float64 {
	if t.price == nil {
		return t.values[i]
	}
	return t.price.units(t.values[i])
}

// notAbove is how many numbers are at most so great; below only counts those that are less.
func (t *tallied) notAbove(v float64) int {
	return t.before(sort.Search(len(t.values), func(i int) bool { return t.value(i) > v }))
}

func (t *tallied) below(v float64) int {
	return t.before(sort.Search(len(t.values), func(i int) bool { return t.value(i) >= v }))
}

func (t *tallied) before(i int) int {
	if i == 0 {
		return 0
	}
	return int(t.upTo[i-1])
}

// ranked is the number at a place in the order of all numbers of several segments; 0 is the least.
func ranked(all []tallied, place int) float64 {
	least := math.Inf(1)
	for i := range all {
		t := &all[i]
		at := sort.Search(len(t.values), func(j int) bool {
			v, n := t.value(j), 0
			for k := range all {
				n += all[k].notAbove(v)
			}
			return n > place
		})
		if at < len(t.values) {
			least = min(least, t.value(at))
		}
	}
	return least
}

// search is the first value, counted from 0, for which something is so that is so for all greater ones.
func (n *numbers) search(isSo func(float64) bool) int {
	return sort.Search(len(n.values), func(i int) bool { return isSo(n.values[i]) })
}
