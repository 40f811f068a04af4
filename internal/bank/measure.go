package bank

import (
	"math/rand/v2"
	"slices"

	"fairground/internal/media/pdq"
	"fairground/internal/value"
)

// Measured is what a query costs.
type Measured struct {
	Hashes   int
	Query_ms float64 // one photo in its eight forms against all hashes, on one core: the median
	Add_us   float64 // to put one more hash in; the next query finds it
	Bytes    int64   // of memory
	Missed   int     // copies at pdq.Near that a query did not find
	Mistaken int     // strangers that it found
}

// Measure, with at least one query, fills an index with hashes by chance, from a seed, and looks for copies of some of them and for strangers.
func Measure(clock value.Clock, seed uint64, hashes, queries int) Measured {
	chance := rand.New(rand.NewPCG(seed, 0xba4c))
	x := newIndex()
	kept := make([]pdq.Hash, 0, queries)
	for i := range hashes {
		h := hashByChance(chance)
		x.add(i%bankCount, &h, nil)
		if len(kept) < queries {
			kept = append(kept, h)
		}
	}
	m := Measured{Hashes: hashes, Bytes: x.bytes()}
	var took []int64 // µs
	timed := func(h pdq.Hash) int {
		began := clock.Now()
		n := count(x, h)
		took = append(took, clock.Now().Sub(began).Microseconds())
		return n
	}
	for i, h := range kept {
		m.Missed += 1 - min(1, timed(damaged(h, chance, i%(pdq.Near+1)).Turned(1+i%8)))
		m.Mistaken += timed(hashByChance(chance))
	}
	slices.Sort(took)
	m.Query_ms = float64(took[len(took)/2]) / 1000
	began := clock.Now()
	for _, h := range kept {
		x.add(0, &h, nil)
	}
	m.Add_us = float64(clock.Now().Sub(began).Microseconds()) / float64(len(kept))
	return m
}

func hashByChance(chance *rand.Rand) pdq.Hash {
	return pdq.FromWords([4]uint64{chance.Uint64(), chance.Uint64(), chance.Uint64(), chance.Uint64()})
}

// damaged is a hash with some different bits turned over.
func damaged(h pdq.Hash, chance *rand.Rand, bits int) pdq.Hash {
	for _, k := range chance.Perm(256)[:bits] {
		h[k/8] ^= 1 << (k % 8)
	}
	return h
}

func count(x *index, h pdq.Hash) (n int) {
	x.scan(h, pdq.Near, func(found) { n++ })
	return n
}
