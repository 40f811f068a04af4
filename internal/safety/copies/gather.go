package copies

import (
	"cmp"
	"slices"

	"fairground/internal/media/pdq"
)

// work is what one look for copies needs. It is reused.
type work struct {
	reader reader
	sketch sketcher
	keys   [bands]uint64

	doc     *document
	words   numberSet // the words of the document and what they say
	phrases numberSet // its sampled phrases that are not common
	grams   []gram
	told    []telling // by the order in which phrases lies them
	seen    []uint32  // by home: the last list in which it was met
	list    uint32

	hits    hitTable
	near    map[uint32]*candidate // those found by more than a phrase or a band
	found   []uint32
	strange map[string]uint32
}

// gram is a phrase of the work's document and the stretch of text that it begins in.
type gram struct {
	key     uint64
	stretch int
}

// telling is the stretch that a phrase lies in, and how much it tells.
type telling struct {
	stretch int
	says    float32
}

// candidate is a document that may be a copy, and by how many keys it was found.
type candidate struct {
	doc            uint32
	bands, phrases int
	entities       []entity
	distance       int // of photos; cropped when only parts of them are the same; noPhoto when none is near
}

const (
	cropped = pdq.Near + 1
	noPhoto = cropped + 1
)

func newWork() any { return &work{near: make(map[uint32]*candidate), strange: make(map[string]uint32)} }

func (w *work) reset(regions []string) {
	w.reader.regions = regions
	w.sketch.reset()
	clear(w.near)
	w.hits.reset()
	clear(w.strange)
	w.grams, w.told = w.grams[:0], w.told[:0]
}

func (w *work) candidate(doc uint32) *candidate {
	c := w.near[doc]
	if c == nil {
		c = &candidate{doc: doc, distance: noPhoto}
		w.near[doc] = c
	}
	return c
}

// weigh fills the sets of the document's words and phrases.
func (x *Index) weigh(w *work) {
	d := w.doc
	w.words.reset(len(d.words))
	d.bits = 0
	for _, word := range d.words {
		if says := x.lexicon.bits(word); w.words.put(uint64(word)+1, says) {
			d.bits += says
		}
	}
	w.grams = w.grams[:0]
	_, length := stretches(len(d.words))
	eachPhrase(d.words, func(key uint64, at int) { w.grams = append(w.grams, gram{key, at / length}) })
	w.phrases.reset(len(w.grams))
}

// gather finds documents that share a key with the work's document, at the four stages.
func (x *Index) gather(w *work) {
	d := w.doc
	if d.sketched {
		for _, key := range w.keys {
			w.found, _ = x.bands.find(key, w.found[:0])
			for _, doc := range w.found {
				w.hits.add(doc, bandHit)
			}
		}
	}
	x.gatherPhrases(w)
	for _, e := range d.entities {
		w.found, _ = x.entities.find(e.key(), w.found[:0])
		for _, doc := range w.found {
			if other := x.docs[doc]; other != nil && slices.ContainsFunc(other.entities, e.same) {
				c := w.candidate(doc)
				c.entities = append(c.entities, e)
			}
		}
	}
	for _, image := range d.images {
		x.photos.near(image, w.found[:0], func(doc uint32, distance int) {
			c := w.candidate(doc)
			c.distance = min(c.distance, distance)
		})
	}
	for _, parts := range d.parts {
		x.photos.crops.near(parts, w.found[:0], func(doc uint32) {
			c := w.candidate(doc)
			c.distance = min(c.distance, cropped)
		})
	}
}

func (x *Index) gatherPhrases(w *work) {
	rare := 0
	for _, g := range w.grams {
		if _, twice := w.phrases.place(g.key | 1); twice {
			continue
		}
		var common bool
		w.found, common = x.phrases.find(g.key, w.found[:0])
		if common {
			continue
		}
		w.phrases.put(g.key|1, float32(len(w.told)))
		w.told = append(w.told, telling{g.stretch, says(x.known(w, w.found))})
		rare++
		for _, doc := range w.found {
			w.hits.add(doc, 1)
		}
	}
	w.doc.rare = uint16(min(rare, 1<<16-1))
}

// known is how many clusters, and documents that stand alone, have a phrase that these documents have.
func (x *Index) known(w *work, docs []uint32) int {
	if len(docs) < 2 {
		return len(docs)
	}
	w.list++
	for len(w.seen) <= x.born {
		w.seen = append(w.seen, 0)
	}
	n := 0
	for _, doc := range docs {
		home := x.homes[doc]
		if home == 0 {
			n++
		} else if w.seen[home] != w.list {
			w.seen[home] = w.list
			n++
		}
	}
	return n
}

const (
	mostCompared   = 40 // documents that one is compared with
	mostOfCluster  = 10 // of them in one cluster
	fewestPhrases  = 2  // in common, to be compared
	entityCounts   = 100
	sharedPhotoIs  = 50
	bandCountsLike = 2 // phrases
)

func (c *candidate) rank() int {
	n := c.bands*bandCountsLike + c.phrases + len(c.entities)*entityCounts
	if c.distance < noPhoto {
		n += sharedPhotoIs
	}
	return n
}

// likely returns the candidates worth comparing, the likeliest first, not too many of one cluster.
func (x *Index) likely(w *work) []*candidate {
	for _, at := range w.hits.used {
		if doc, n := w.hits.keys[at]-1, w.hits.counts[at]; n >= fewestPhrases {
			c := w.candidate(doc)
			c.bands, c.phrases = int(n/bandHit), int(n%bandHit)
		}
	}
	all := make([]*candidate, 0, len(w.near))
	for _, c := range w.near {
		if x.docs[c.doc] != nil {
			all = append(all, c)
		}
	}
	slices.SortFunc(all, func(a, b *candidate) int {
		return cmp.Or(cmp.Compare(b.rank(), a.rank()), cmp.Compare(a.doc, b.doc))
	})
	kept := all[:0]
	of := make(map[*cluster]int)
	for _, c := range all {
		if cluster := x.docs[c.doc].cluster; cluster != nil {
			if of[cluster]++; of[cluster] > mostOfCluster {
				continue
			}
		}
		if kept = append(kept, c); len(kept) == mostCompared {
			break
		}
	}
	return kept
}
