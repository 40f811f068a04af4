package copies

// mostAligned bounds the words of one document that are aligned, since the work grows with the square.
const mostAligned = 400

// aligner finds which words of one text stand in another in the same order.
type aligner struct {
	table []uint16
}

// align returns, for each word of base, the place of the same word in other, or -1; places only rise. As many words as
// possible are matched, the earliest of them first. Slots match slots of the same kind.
func (a *aligner) align(base, other []uint32) []int {
	base, other = base[:min(len(base), mostAligned)], other[:min(len(other), mostAligned)]
	wide := len(other) + 1
	size := (len(base) + 1) * wide
	if cap(a.table) < size {
		a.table = make([]uint16, size)
	}
	t := a.table[:size]
	clear(t[len(base)*wide:])
	for i := len(base) - 1; i >= 0; i-- {
		row, below := t[i*wide:(i+1)*wide], t[(i+1)*wide:]
		row[wide-1] = 0
		for j := len(other) - 1; j >= 0; j-- {
			if base[i] == other[j] {
				row[j] = below[j+1] + 1
			} else {
				row[j] = max(below[j], row[j+1])
			}
		}
	}
	places := make([]int, len(base))
	for i, j := 0, 0; i < len(base); i++ {
		places[i] = -1
		if j == len(other) {
			continue
		}
		// The word is matched where the best alignment needs it.
		for at := j; at < len(other) && t[i*wide+at] == t[i*wide+j] && t[i*wide+j] > t[(i+1)*wide+j]; at++ {
			if base[i] == other[at] && t[(i+1)*wide+at+1]+1 == t[i*wide+j] {
				places[i], j = at, at+1
				break
			}
		}
	}
	return places
}
