package copies

// edge ties two documents of the index.
type edge struct {
	a, b   uint32
	stage  Stage
	kind   entityKind
	detail uint16 // the distance of photos, or per cent of the text
	weight float32
}

// ofAccount reports whether it says only that both are of one account.
func (e edge) ofAccount() bool { return e.stage == StageEntity && e.kind == entityAccount }

const (
	leastLike    = .35 // likeness of letters at which two texts are copies
	surelyLike   = .6  // at which words are not asked any more
	leastCovered = .25 // share of what one text says that the other must say too
	fullBits     = 70  // what a text must say to weigh fully
	leastWeight  = .12
)

// compare returns the edges between the work's document, which has the number self, and a candidate.
func (x *Index) compare(w *work, self uint32, c *candidate, into []edge) []edge {
	other := x.docs[c.doc]
	if e, ok := x.compareText(w, other); ok {
		e.a, e.b = self, c.doc
		into = append(into, e)
	}
	if c.distance < noPhoto {
		into = append(into, edge{a: self, b: c.doc, stage: StagePhoto, detail: uint16(c.distance), weight: photoWeight(c.distance)})
	}
	for _, shared := range c.entities {
		into = append(into, edge{a: self, b: c.doc, stage: StageEntity, kind: shared.kind, weight: float32(ties[shared.kind].weight)})
	}
	return into
}

// photoWeight is .58 for a cropped one: less sure than any other.
func photoWeight(distance int) float32 { return .9 - float32(distance)/100 }

// compareText decides whether two texts are copies of each other: by their letters, or by their rare phrases together with
// what they say.
func (x *Index) compareText(w *work, other *document) (edge, bool) {
	d := w.doc
	said, covered := w.covered(other)
	like := 0.0
	if d.sketched && other.sketched {
		like = d.sketch.likeness(&other.sketch)
	}
	full := min(1, float64(said)/fullBits)
	if like >= surelyLike {
		full = min(1, float64(max(d.bits, other.bits))/fullBits)
	}
	if like >= surelyLike || like >= leastLike && covered >= leastCovered {
		weight := float32(min(1, .2+like) * full)
		return edge{stage: StageText, detail: uint16(like*100 + .5), weight: weight}, weight >= leastWeight
	}
	if covered < leastCovered {
		return edge{}, false
	}
	same, hit := w.samePhrases(other)
	mine, _ := stretches(len(d.words))
	theirs, _ := stretches(len(other.words))
	if hit < fewestHit || float64(hit) < leastHit*float64(min(mine, theirs)) {
		return edge{}, false
	}
	fewer := max(1, min(int(d.rare), int(other.rare)))
	if same < fewestSame || float64(same)/float64(fewer) < leastSame {
		return edge{}, false
	}
	weight := float32(min(1, covered) * full)
	return edge{stage: StagePhrase, detail: uint16(covered*100 + .5), weight: weight}, weight >= leastWeight
}

// covered returns what both texts say, in bits, and its share of what the one that says less says.
func (w *work) covered(other *document) (said float32, share float64) {
	w.words.begin()
	for _, word := range other.words {
		if says, shared := w.words.once(uint64(word) + 1); shared {
			said += says
		}
	}
	least := min(w.doc.bits, other.bits)
	if least <= 0 {
		return said, 0
	}
	return said, min(1, float64(said/least))
}

// samePhrases counts the phrases in common, and the stretches of the work's document that they lie in.
func (w *work) samePhrases(other *document) (same int, hit float32) {
	w.phrases.begin()
	var lit [mostStretches]float32
	eachPhrase(other.words, func(key uint64, _ int) {
		if at, shared := w.phrases.once(key | 1); shared {
			same++
			t := w.told[int(at)]
			lit[t.stretch] = max(lit[t.stretch], t.says)
		}
	})
	for _, one := range lit {
		hit += one
	}
	return same, hit
}
