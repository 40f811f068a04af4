package copies

import (
	"math/rand/v2"
	"slices"
	"testing"

	"fairground/internal/media/pdq"
	"fairground/internal/safety/copies/trick"
)

func TestPostingsKeepEveryDocument(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 1))
	var p postings
	want := map[uint64][]uint32{}
	for doc := range uint32(20_000) {
		key := mix(rng.Uint64N(3000))
		p.add(key, doc, nil)
		want[key] = append(want[key], doc)
	}
	for key, docs := range want {
		got, common := p.find(key, nil)
		slices.Reverse(got)
		if common || !slices.Equal(got, docs) {
			t.Fatalf("key %x: %v, want %v", key, got, docs)
		}
	}
	if got, _ := p.find(12345, nil); len(got) != 0 {
		t.Errorf("a key nobody has: %v", got)
	}
}

func TestAFullListIsThinnedOrGivenUp(t *testing.T) {
	t.Parallel()
	for kept := range 13 {
		p := postings{limit: 12}
		for doc := range uint32(12) {
			p.add(7, doc, nil)
		}
		p.add(7, 99, func(docs []uint32) []uint32 {
			if len(docs) != 12 || docs[0] != 11 {
				t.Errorf("asked about %v", docs)
			}
			return docs[:kept]
		})
		got, common := p.find(7, nil)
		if want := kept*4 > 12*3; common != want {
			t.Errorf("%d kept: common %t", kept, common)
		}
		if !common && (len(got) != kept+1 || got[0] != 99 || kept > 0 && got[1] != 11) {
			t.Errorf("%d kept: %v", kept, got)
		}
		for doc := range uint32(5) { // it can still be added to
			p.add(7, 100+doc, func(docs []uint32) []uint32 { return docs[:6] })
		}
		if got, _ := p.find(7, nil); !common && len(got) != min(kept+6, 12) && len(got) < 7 {
			t.Errorf("%d kept, then 5 more: %v", kept, got)
		}
	}
}

func TestPhotosAreFoundAsByLookingAtAll(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(2, 2))
	p := newPhotos()
	var all []pdq.Hash
	for doc := range uint32(3000) {
		h := trick.Photo(rng)
		if doc%3 == 0 && doc > 0 {
			h = all[rng.IntN(len(all))]
			for range rng.IntN(50) {
				bit := rng.IntN(256)
				h[bit/8] ^= 1 << (bit % 8)
			}
		}
		all = append(all, h)
		p.add(h, doc, nil)
	}
	for i, h := range all[:500] {
		want := map[uint32]int{}
		for doc, other := range all {
			if d := h.Distance(other); d <= pdq.Near {
				want[uint32(doc)] = d
			}
		}
		got := map[uint32]int{}
		p.near(h, nil, func(doc uint32, distance int) { got[doc] = distance })
		if len(got) != len(want) {
			t.Fatalf("photo %d: %v, want %v", i, got, want)
		}
		for doc, distance := range want {
			if got[doc] != distance {
				t.Fatalf("photo %d: %v, want %v", i, got, want)
			}
		}
	}
}

func TestBlankPhotosTieNobody(t *testing.T) {
	t.Parallel()
	x := New(Options{})
	x.Add(Doc{ID: 1, Images: []pdq.Hash{{}}})
	if match := x.Add(Doc{ID: 2, Images: []pdq.Hash{{}, {1}}}); match.Size != 1 {
		t.Errorf("%+v", match)
	}
}
