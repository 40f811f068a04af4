package copies

import (
	"encoding/binary"

	"fairground/internal/media/pdq"
)

const (
	photoParts    = 16 // of 16 bits: of two hashes at a distance of 31, one part differs in at most one bit
	partBits      = 16
	mostOfOne     = 24 // documents with the very same photo that are looked at
	mostNearby    = 64 // different hashes near one
	plentyOfPhoto = 60 // clusters with the same photo after which it is a common one, such as a maker's own
)

// photos finds hashes near one.
type photos struct {
	hashes  []pdq.Hash
	numbers map[pdq.Hash]uint32
	parts   postings // part and its value to numbers of hashes
	docs    postings // number of a hash to documents
}

func newPhotos() *photos {
	return &photos{numbers: make(map[pdq.Hash]uint32), docs: postings{limit: plentyOfPhoto}}
}

func partKey(part int, bits uint16) uint64 {
	return mix(uint64(part+1)<<partBits | uint64(bits))
}

func partOf(h *pdq.Hash, part int) uint16 { return binary.BigEndian.Uint16(h[2*part:]) }

// featureless hashes are those of a blank or tiny photo; they are near each other and say nothing.
func featureless(h pdq.Hash) bool {
	set := h.Distance(pdq.Hash{})
	return set < 64 || set > 192
}

func (p *photos) add(h pdq.Hash, doc uint32, thin func([]uint32) []uint32) {
	if featureless(h) {
		return
	}
	number, known := p.numbers[h]
	if !known {
		number = uint32(len(p.hashes))
		p.hashes = append(p.hashes, h)
		p.numbers[h] = number
		for part := range photoParts {
			p.parts.add(partKey(part, partOf(&h, part)), number, nil)
		}
	}
	p.docs.add(mix(uint64(number)+1), doc, thin)
}

// near calls fn with documents that have a photo at most pdq.Near bits from h.
func (p *photos) near(h pdq.Hash, spare []uint32, fn func(doc uint32, distance int)) {
	if featureless(h) || len(p.hashes) == 0 {
		return
	}
	seen := make(map[uint32]bool)
	report := func(number uint32) {
		if seen[number] || len(seen) == mostNearby {
			return
		}
		distance := p.hashes[number].Distance(h)
		if distance > pdq.Near {
			return
		}
		seen[number] = true
		docs, _ := p.docs.find(mix(uint64(number)+1), nil)
		for _, doc := range docs[:min(len(docs), mostOfOne)] {
			fn(doc, distance)
		}
	}
	if number, known := p.numbers[h]; known {
		report(number)
	}
	for part := range photoParts {
		bits := partOf(&h, part)
		for flip := -1; flip < partBits; flip++ {
			near := bits
			if flip >= 0 {
				near ^= 1 << flip
			}
			spare, _ = p.parts.find(partKey(part, near), spare[:0])
			for _, number := range spare {
				report(number)
			}
		}
	}
}
