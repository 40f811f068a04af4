package copies

import (
	"math/rand/v2"
	"testing"

	"fairground/internal/media/pdq"
	"fairground/internal/safety/copies/trick"
)

// changed is a hash with so many bits changed, all of them in a few neighbouring bytes when together is true.
func changed(h pdq.Hash, n int, together bool, rng *rand.Rand) pdq.Hash {
	from, wide := 0, 256
	if together {
		wide = max(n, 40)
		from = rng.IntN(256 - wide)
	}
	for _, bit := range rng.Perm(wide)[:n] {
		h[(from+bit)/8] ^= 1 << ((from + bit) % 8)
	}
	return h
}

func TestNearbyFindsWhatComparingAllFinds(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(7, 3))
	var n nearby
	const hashes = 3*fewHashes + 100 // its parts grow meanwhile, each at another time
	for i := range hashes {
		h := trick.Photo(rng)
		if i%4 == 3 {
			h = changed(pdq.FromWords(n.hashes[rng.IntN(i)]), 20+rng.IntN(24), i%8 == 3, rng)
		}
		n.add(h)
	}
	for asked := range 1500 {
		h := changed(pdq.FromWords(n.hashes[rng.IntN(hashes)]), rng.IntN(36), asked%3 == 0, rng)
		want, got := map[uint32]int{}, map[uint32]int{}
		for number, other := range n.hashes {
			if d := h.Distance(pdq.FromWords(other)); d <= pdq.Near {
				want[uint32(number)] = d
			}
		}
		n.each(h, func(number uint32, distance int) bool {
			got[number] = distance
			return true
		})
		if len(got) != len(want) {
			t.Fatalf("%d near, want %d", len(got), len(want))
		}
		for number, distance := range want {
			if got[number] != distance {
				t.Fatalf("hash %d is at %d, want %d", number, got[number], distance)
			}
		}
	}
	for number, h := range n.hashes {
		if found, is := n.find(pdq.FromWords(h)); !is || n.hashes[found] != h {
			t.Fatalf("hash %d is not found again", number)
		}
	}
	if _, is := n.find(trick.Photo(rng)); is {
		t.Error("found what was never there")
	}
}

// The worst that still counts: every part differs by as much as it is not looked for, but one, which differs by one bit less.
func TestNearbyAtTheVeryBound(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(7, 4))
	var n nearby
	h := trick.Photo(rng)
	n.add(h)
	for range fewHashes + fewHashes + 10 {
		n.add(trick.Photo(rng))
	}
	for spared := range allParts {
		worst := h
		for part := range allParts {
			differs := 3
			if part == allParts-1 {
				differs = 2
			}
			if part == spared {
				differs--
			}
			for bit := range differs {
				at := partsOf[part].from + 5*bit
				worst[at/8] ^= 0x80 >> (at % 8)
			}
		}
		found := false
		n.each(worst, func(number uint32, _ int) bool {
			found = found || number == 0
			return true
		})
		if d := h.Distance(worst); d != pdq.Near || !found {
			t.Errorf("part %d is spared: a distance of %d, found %t", spared, d, found)
		}
	}
}

func BenchmarkNearby(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	var n nearby
	for range 1_000_000 {
		n.add(trick.Photo(rng))
	}
	for b.Loop() {
		n.each(trick.Photo(rng), func(uint32, int) bool { return true })
	}
}
