package copies

import (
	"fairground/internal/media/pdq"
)

const (
	mostOfOne     = 24 // documents with the very same photo that are looked at
	mostNearby    = 64 // different hashes near one
	plentyOfPhoto = 60 // clusters with the same photo after which it is a common one, such as a maker's own
)

// photos finds hashes near one, and cropped photos.
type photos struct {
	hashes nearby
	docs   postings // number of a hash to documents
	crops  crops
}

func newPhotos() *photos {
	return &photos{docs: postings{limit: plentyOfPhoto}, crops: newCrops()}
}

// featureless hashes are those of a blank or tiny photo; they are near each other and say nothing.
func featureless(h pdq.Hash) bool {
	set := h.Distance(pdq.Hash{})
	return set < 64 || set > 192
}

func (p *photos) add(h pdq.Hash, doc uint32, thin func([]uint32) []uint32) {
	if featureless(h) {
		return
	}
	number, known := p.hashes.find(h)
	if !known {
		number = p.hashes.add(h)
	}
	p.docs.add(mix(uint64(number)+1), doc, thin)
}

// near calls fn with documents that have a photo at most pdq.Near bits from h.
func (p *photos) near(h pdq.Hash, spare []uint32, fn func(doc uint32, distance int)) {
	if featureless(h) {
		return
	}
	seen := make(map[uint32]bool)
	report := func(number uint32, distance int) bool {
		if seen[number] {
			return true
		}
		seen[number] = true
		spare, _ = p.docs.find(mix(uint64(number)+1), spare[:0])
		for _, doc := range spare[:min(len(spare), mostOfOne)] {
			fn(doc, distance)
		}
		return len(seen) < mostNearby
	}
	if number, known := p.hashes.find(h); known {
		report(number, 0)
	}
	p.hashes.each(h, report)
}
