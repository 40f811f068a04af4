package copies

import (
	"encoding/binary"
	"math/bits"
	"slices"

	"fairground/internal/media/pdq"
)

// A hash is cut into eleven parts. Of two hashes that differ in at most 31 bits, one of the first ten parts differs in at
// most two, or the last in at most one: if none did, they would differ in 10·3 + 2 bits. So each part is looked for with
// every such change, and what is found is compared whole. The last part is short, since there are few ways to change it.
const (
	allParts    = 11
	widest      = 24      // bits of a part
	lineBits    = 9       // of a part, which lie in one line of the processor's memory
	fewHashes   = 1 << 12 // up to which all of them are compared
	bitsPerHash = 16      // in a part's filter
)

// partsOf says where each part begins, how many bits it has, and the changes with which it is looked for.
var partsOf = func() (all [allParts]struct {
	from, wide int
	changes    []uint32
}) {
	from := 0
	for part, wide := range [allParts]int{23, 23, 23, 23, 24, 24, 24, 24, 24, 24, 20} {
		all[part].from, all[part].wide, all[part].changes = from, wide, changesOf(wide)
		from += wide
	}
	last := &all[allParts-1]
	last.changes = last.changes[:1+last.wide]
	return all
}()

// changesOf is no change of a part, then each of one bit, then each of two, from the high bits to the low.
func changesOf(wide int) []uint32 {
	all := []uint32{0}
	for one := range wide {
		all = append(all, 1<<(wide-1-one))
	}
	for one := range wide {
		for other := one + 1; other < wide; other++ {
			all = append(all, 1<<(wide-1-one)|1<<(wide-1-other))
		}
	}
	return all
}

func valueOf(h *pdq.Hash, part int) uint32 {
	p := &partsOf[part]
	at := min(p.from/8, len(h)-4)
	return binary.BigEndian.Uint32(h[at:]) << (p.from - 8*at) >> (32 - p.wide)
}

// nearby finds hashes that differ from one in at most pdq.Near bits: all of them, and in a time that hardly grows with their
// number. It is for one goroutine at a time.
type nearby struct {
	hashes [][4]uint64 // as pdq.Hash.Words gives them
	parts  [allParts]partTable
	found  []uint32 // of the look under way
}

// partTable finds hashes by one part. Nearly everything that is looked for is not there, which the filter tells.
type partTable struct {
	filter []uint64
	heads  []uint32 // 1 + the number of the newest hash of this place
	next   []uint32 // by number: the same, of the one before it
}

// add takes up a hash, which must not be there yet, and returns its number.
func (n *nearby) add(h pdq.Hash) uint32 {
	number := uint32(len(n.hashes))
	n.hashes = append(n.hashes, h.Words())
	if len(n.hashes) <= fewHashes {
		return number
	}
	for part := range n.parts {
		t := &n.parts[part]
		t.next = append(t.next, make([]uint32, len(n.hashes)-len(t.next))...)
		if most := len(t.heads); len(n.hashes) > most {
			n.grow(part, max(2*most, fewHashes+fewHashes*(part+1)/allParts)) // one at a time, since it takes a while
			continue
		}
		t.put(valueOf(&h, part), number)
	}
	return number
}

// grow makes the table of one part anew, for so many hashes.
func (n *nearby) grow(part, size int) {
	t := &n.parts[part]
	t.heads, t.filter = make([]uint32, size), make([]uint64, ceilPower(min(bitsPerHash*size, 1<<widest))/64)
	for number := range n.hashes {
		h := pdq.FromWords(n.hashes[number])
		t.put(valueOf(&h, part), uint32(number))
	}
}

func ceilPower(n int) int { return 1 << bits.Len(uint(n-1)) }

func (t *partTable) put(value, number uint32) {
	at, bit := t.bit(value)
	t.filter[at] |= 1 << bit
	head := &t.heads[t.place(value)]
	t.next[number], *head = *head, number+1
}

// place spreads values over the heads.
func (t *partTable) place(value uint32) int {
	return int(uint64(value*0x9e3779b1) * uint64(len(t.heads)) >> 32)
}

// bit is where the filter has a value. Values that differ in their last bits only are in one line.
func (t *partTable) bit(value uint32) (at int, bit uint32) {
	lines := uint32(len(t.filter)) >> (lineBits - 6)
	line := value >> lineBits
	if lines < 1<<(widest-lineBits) {
		line = line * 0x9e3779b1 >> 12
	}
	within := value & (1<<lineBits - 1)
	return int(line&(lines-1)<<(lineBits-6) | within>>6), within & 63
}

// each calls fn with every hash that is near h until fn returns false. One hash may come several times.
func (n *nearby) each(h pdq.Hash, fn func(number uint32, distance int) bool) {
	words := h.Words()
	if len(n.hashes) <= fewHashes {
		for number := range n.hashes {
			if d := distance(&n.hashes[number], &words); d <= pdq.Near && !fn(uint32(number), d) {
				return
			}
		}
		return
	}
	for part := range n.parts {
		if !n.eachOf(part, &h, words, fn) {
			return
		}
	}
}

// eachOf first gathers what has a part in common, then compares: so the processor fetches one while it still waits for
// another.
func (n *nearby) eachOf(part int, h *pdq.Hash, words [4]uint64, fn func(number uint32, distance int) bool) bool {
	t, value := &n.parts[part], valueOf(h, part)
	found := n.found[:0]
	for _, change := range partsOf[part].changes {
		wanted := value ^ change
		if at, bit := t.bit(wanted); t.filter[at]>>bit&1 == 1 {
			found = append(found, t.heads[t.place(wanted)])
		}
	}
	for i := 0; i < len(found); i++ {
		if found[i] == 0 {
			continue
		}
		number := found[i] - 1
		if d := distance(&n.hashes[number], &words); d <= pdq.Near && !fn(number, d) {
			return false
		}
		if next := t.next[number]; next != 0 {
			found = append(found, next)
		}
	}
	n.found = found
	return true
}

func distance(a, b *[4]uint64) int {
	return bits.OnesCount64(a[0]^b[0]) + bits.OnesCount64(a[1]^b[1]) + bits.OnesCount64(a[2]^b[2]) + bits.OnesCount64(a[3]^b[3])
}

// find returns the number of a hash; false when it is not there.
func (n *nearby) find(h pdq.Hash) (uint32, bool) {
	words := h.Words()
	if len(n.hashes) <= fewHashes {
		at := slices.Index(n.hashes, words)
		return uint32(max(at, 0)), at >= 0
	}
	t := &n.parts[0]
	for next := t.heads[t.place(valueOf(&h, 0))]; next != 0; next = t.next[next-1] {
		if n.hashes[next-1] == words {
			return next - 1, true
		}
	}
	return 0, false
}
