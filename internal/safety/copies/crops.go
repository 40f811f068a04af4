package copies

import "fairground/internal/media/part"

// crops finds photos that have parts in common with one.
type crops struct {
	index part.Index
	same  map[string]uint32 // packed parts of a photo to its number
	docs  postings          // its number to documents
}

func newCrops() crops {
	return crops{same: make(map[string]uint32), docs: postings{limit: plentyOfPhoto}}
}

func (c *crops) add(parts []part.Part, doc uint32, thin func([]uint32) []uint32) {
	if len(parts) == 0 {
		return
	}
	key := string(part.Pack(parts))
	number, known := c.same[key]
	if !known {
		number = c.index.Add(parts)
		c.same[key] = number
	}
	c.docs.add(mix(uint64(number)+1), doc, thin)
}

// near calls fn with documents that have a photo which shows the same, cropped or not.
func (c *crops) near(parts []part.Part, spare []uint32, fn func(doc uint32)) {
	for _, found := range c.index.Find(parts, mostNearby) {
		spare, _ = c.docs.find(mix(uint64(found.Number)+1), spare[:0])
		for _, doc := range spare[:min(len(spare), mostOfOne)] {
			fn(doc)
		}
	}
}
