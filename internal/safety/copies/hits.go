package copies

// bandHit is what a band counts in a table of hits; phrases count one, and no document has so many.
const bandHit = 1 << 16

// hitTable counts by how many keys each document was found. Most are found by one and looked at no further, so there may be
// thousands in it for one document that comes in.
type hitTable struct {
	keys   []uint32 // 1 + the document; 0: free
	counts []uint32
	used   []uint32
}

const firstHits = 1 << 12

func (t *hitTable) reset() {
	if t.keys == nil {
		t.keys, t.counts = make([]uint32, firstHits), make([]uint32, firstHits)
	}
	for _, at := range t.used {
		t.keys[at], t.counts[at] = 0, 0
	}
	t.used = t.used[:0]
}

func (t *hitTable) add(doc, by uint32) {
	if 2*len(t.used) > len(t.keys) {
		t.grow()
	}
	at := t.place(doc + 1)
	if t.keys[at] == 0 {
		t.keys[at] = doc + 1
		t.used = append(t.used, at)
	}
	t.counts[at] += by
}

func (t *hitTable) place(key uint32) uint32 {
	mask := uint32(len(t.keys) - 1)
	at := key * 0x9e3779b1 >> 8 & mask
	for t.keys[at] != 0 && t.keys[at] != key {
		at = (at + 1) & mask
	}
	return at
}

func (t *hitTable) grow() {
	old := *t
	t.keys, t.counts, t.used = make([]uint32, 2*len(old.keys)), make([]uint32, 2*len(old.keys)), nil
	for _, at := range old.used {
		place := t.place(old.keys[at])
		t.keys[place], t.counts[place] = old.keys[at], old.counts[at]
		t.used = append(t.used, place)
	}
}
