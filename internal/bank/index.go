package bank

import (
	"math/bits"
	"slices"
	"sync"

	"fairground/internal/media/pdq"
)

// blockSize is how many hashes lie together: their first halves, which nearly always decide, fill a quarter of a processor's cache.
const blockSize = 1 << 12

// block holds the parities of hashes in two halves, so that a scan reads only the first of nearly all of them.
type block struct {
	head, tail [blockSize][2]uint64
	bank       [blockSize]uint8
	count      int
}

// The memory that an entry takes.
const (
	bytesPerBlock = blockSize * 33
	bytesPerSum   = 48 // of the map, measured
)

// sum is the first half of a SHA-256: nobody can make a file to fit it.
type sum [16]byte

// index is the entries in memory. Its methods may be called by several goroutines.
type index struct {
	mu     sync.RWMutex
	blocks []*block
	hashes int
	sums   map[sum][bankCount]uint8 // how many entries of each bank have it; 255 stays
}

func newIndex() *index { return &index{sums: map[sum][bankCount]uint8{}} }

// bytes is about what the index takes.
func (x *index) bytes() int64 {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return int64(len(x.blocks))*bytesPerBlock + int64(len(x.sums))*bytesPerSum
}

func (x *index) size() (hashes, sums int64) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return int64(x.hashes), int64(len(x.sums))
}

func bytesFor(hashes, sums int64) int64 {
	return (hashes+blockSize-1)/blockSize*bytesPerBlock + sums*bytesPerSum
}

// add puts an entry in; what it lacks is nil.
func (x *index) add(bank int, hash *pdq.Hash, s *sum) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if s != nil {
		counts := x.sums[*s]
		if counts[bank] < 255 {
			counts[bank]++
		}
		x.sums[*s] = counts
	}
	if hash == nil {
		return
	}
	if len(x.blocks) == 0 || x.blocks[len(x.blocks)-1].count == blockSize {
		x.blocks = append(x.blocks, new(block))
	}
	x.blocks[len(x.blocks)-1].push(hash.Parities(), uint8(bank))
	x.hashes++
}

func (b *block) push(words [4]uint64, bank uint8) {
	b.head[b.count], b.tail[b.count], b.bank[b.count] = [2]uint64(words[:2]), [2]uint64(words[2:]), bank
	b.count++
}

// remove takes one entry out. What is not there is passed over.
func (x *index) remove(bank int, hash *pdq.Hash, s *sum) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if s != nil {
		x.removeSum(bank, *s)
	}
	if hash == nil {
		return
	}
	if at, i := x.find(hash.Parities(), uint8(bank)); at != nil {
		last := x.blocks[len(x.blocks)-1]
		last.count--
		at.head[i], at.tail[i], at.bank[i] = last.head[last.count], last.tail[last.count], last.bank[last.count]
		if last.count == 0 {
			x.blocks = slices.Delete(x.blocks, len(x.blocks)-1, len(x.blocks))
		}
		x.hashes--
	}
}

func (x *index) removeSum(bank int, s sum) {
	counts, known := x.sums[s]
	if !known || counts[bank] == 0 || counts[bank] == 255 {
		return
	}
	counts[bank]--
	x.sums[s] = counts
	if counts == [bankCount]uint8{} {
		delete(x.sums, s)
	}
}

func (x *index) find(words [4]uint64, bank uint8) (*block, int) {
	for _, b := range x.blocks {
		for i := range b.count {
			if b.head[i] == [2]uint64(words[:2]) && b.tail[i] == [2]uint64(words[2:]) && b.bank[i] == bank {
				return b, i
			}
		}
	}
	return nil, 0
}

// found is one hash of the index near to a query.
type found struct {
	bank     int
	hash     pdq.Hash
	distance int
	form     int // in which the query matched, as EXIF numbers them; 0 for the same SHA-256
}

// scan calls see with every hash at most `near` bits from a query in its eight forms, once for each form that is near.
func (x *index) scan(query pdq.Hash, near int, see func(f found)) {
	lying, standing := query.Parities(), query.Turned(5).Parities()
	x.mu.RLock()
	defer x.mu.RUnlock()
	for _, b := range x.blocks {
		b.scan(&lying, &standing, near, see)
	}
}

// scan reads the first halves only: the bits in odd rows. Four forms differ there by no more than the sign of the even columns, so that
// two counts bound the distances of all four from below.
func (b *block) scan(lying, standing *[4]uint64, near int, see func(f found)) {
	head := b.head[:b.count]
	l0, l1, s0, s1 := lying[0], lying[1], standing[0], standing[1]
	for i := range head {
		h := &head[i]
		even, odd := bits.OnesCount64(h[0]^l0), bits.OnesCount64(h[1]^l1)
		if odd+min(even, 64-even) <= near {
			b.see(i, lying, 1, near, see)
		}
		even, odd = bits.OnesCount64(h[0]^s0), bits.OnesCount64(h[1]^s1)
		if odd+min(even, 64-even) <= near {
			b.see(i, standing, 5, near, see)
		}
	}
}

func (b *block) see(i int, query *[4]uint64, first, near int, see func(f found)) {
	h, t := b.head[i], b.tail[i]
	whole := [4]uint64{h[0], h[1], t[0], t[1]}
	differ := whole
	for k := range differ {
		differ[k] ^= query[k]
	}
	for form, d := range pdq.Forms(differ) {
		if d <= near {
			see(found{int(b.bank[i]), pdq.FromParities(whole), d, first + form})
		}
	}
}

// exact returns in which banks a SHA-256 is.
func (x *index) exact(s sum) (in [bankCount]bool) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	for bank, count := range x.sums[s] {
		in[bank] = count > 0
	}
	return in
}
