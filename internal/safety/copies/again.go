package copies

// readAgain makes a document of the index the work's, as if it came in now.
func (x *Index) readAgain(w *work, d *document) {
	w.reset(nil)
	w.doc = d
	for _, word := range d.words {
		if word >= uint32(slotKinds) {
			w.sketch.add(x.lexicon.keys[word])
		}
	}
	d.sketch, w.keys, d.sketched = w.sketch.finish()
}

// mostAgain bounds the documents that are looked at again for one that comes in.
const mostAgain = 2

// lookAgain takes up documents that stand alone and are tied to one that has just joined a cluster. No edge of theirs was
// enough by itself; together with those to the members that came since they may be.
func (x *Index) lookAgain(self uint32, sides []*side) {
	if x.docs[self].cluster == nil {
		return
	}
	left := mostAgain
	for _, s := range sides {
		if s.cluster != nil || x.docs[s.alone].cluster != nil || left == 0 {
			continue
		}
		left--
		w := x.works.Get().(*work)
		x.readAgain(w, x.docs[s.alone])
		edges := x.edgesOf(w, s.alone)
		x.joinSides(s.alone, edges, x.sides(edges))
		x.works.Put(w)
	}
}
