package copies

const (
	bands     = 32
	bandRows  = 4
	sketchLen = bands * bandRows
	gramLen   = 5 // letters
)

// sketch is the MinHash of a document, eight bits of each of its values. Two sketches agree in about as many places as
// their documents have runs of letters in common.
type sketch [sketchLen]uint8

// mix spreads a number over 64 bits.
func mix(n uint64) uint64 {
	n ^= n >> 30
	n *= 0xbf58476d1ce4e5b9
	n ^= n >> 27
	n *= 0x94d049bb133111eb
	return n ^ n>>31
}

// sketcher makes sketches by one permutation: each run of letters falls into one of 128 bins, and each bin keeps the least.
type sketcher struct {
	least [sketchLen]uint64
	runs  int
	last  uint64 // the last five letters
	count int    // letters so far
}

func (s *sketcher) reset() {
	for i := range s.least {
		s.least[i] = ^uint64(0)
	}
	s.runs, s.last, s.count = 0, 0, 0
}

// add takes the letters of one word. Blanks do not count, so words written apart or together are the same.
func (s *sketcher) add(word string) {
	for i := range len(word) {
		s.last = (s.last<<8 | uint64(word[i])) & (1<<(8*gramLen) - 1)
		if s.count++; s.count < gramLen {
			continue
		}
		h := mix(s.last + 1)
		bin := h >> 57
		s.least[bin] = min(s.least[bin], h<<7)
		s.runs++
	}
}

// fewestRuns is under how many runs of letters a text has no sketch: too little to tell it from others.
const fewestRuns = 24

// finish returns the sketch and the keys of its bands; false when the text is too short. An empty bin takes the value of
// a bin that its own number leads to, the same for all documents.
func (s *sketcher) finish() (out sketch, keys [bands]uint64, ok bool) {
	if s.runs < fewestRuns {
		return out, keys, false
	}
	var full [sketchLen]uint64
	for i := range full {
		full[i] = s.least[i]
		for try := uint64(1); full[i] == ^uint64(0); try++ {
			full[i] = s.least[mix(uint64(i)<<32|try)%sketchLen]
		}
		out[i] = uint8(full[i] >> 40)
	}
	for b := range keys {
		key := uint64(b + 1)
		for r := range bandRows {
			key = mix(key ^ full[b*bandRows+r])
		}
		keys[b] = key
	}
	return out, keys, true
}

// likeness estimates the Jaccard likeness of two documents from their sketches.
func (s *sketch) likeness(other *sketch) float64 {
	same := 0
	for i := range s {
		if s[i] == other[i] {
			same++
		}
	}
	const chance = 1.0 / 256
	return max(0, (float64(same)/sketchLen-chance)/(1-chance))
}
