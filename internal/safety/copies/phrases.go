package copies

import "math"

// A phrase is a pair of neighbouring words, or of words with one between them, in either order. Half of all phrases, chosen
// by their hash, are looked up and compared: a campaign shares dozens of them, and the index is half as large.
const (
	phraseShare = 2
	fewestSame  = 6 / phraseShare // phrases that a rewritten copy has in common
	leastSame   = .09             // and their share of the phrases of the one that has fewer
	mostKnown   = 60              // documents, few of each cluster, after which a phrase is common
)

// A rewritten copy has phrases in common from its beginning to its end, while two strangers share whole sentences that
// everybody writes. So the text is cut into stretches, and phrases in common must lie in many of them.
const (
	stretchWords  = 8
	mostStretches = 64
	fewestHit     = 4
	fewKnow       = 2.0
	leastHit      = .3 // of the stretches of the shorter text
)

// says is how much a phrase tells that so many clusters and lone documents know, besides the one that is looked at: 1 for
// what at most one knows, nothing for what everybody writes.
func says(known int) float32 {
	return float32(min(1, max(0, math.Log2(mostKnown/float64(max(known, 1)))/math.Log2(mostKnown/fewKnow))))
}

// stretches is how many stretches so many words have, and how long each is.
func stretches(words int) (count, length int) {
	length = max(stretchWords, (words+mostStretches-1)/mostStretches)
	return (words + length - 1) / length, length
}

// eachPhrase calls fn with the keys of the sampled phrases of words, and with the word at which each begins. A key may come
// more than once.
func eachPhrase(words []uint32, fn func(key uint64, at int)) {
	for i := range words {
		for apart := 1; apart <= 2 && i+apart < len(words); apart++ {
			a, b := words[i], words[i+apart]
			if a == b {
				continue
			}
			key := mix(uint64(min(a, b))<<32 | uint64(max(a, b)) + uint64(apart)<<63)
			if key%phraseShare == 0 {
				fn(mix(key), i)
			}
		}
	}
}

// numberSet is a small set of numbers with a weight each, cleared and filled again and again.
type numberSet struct {
	keys    []uint64
	weights []float32
	seen    []uint32 // the round in which a member was last asked for
	used    []int32
	round   uint32
}

func (s *numberSet) reset(size int) {
	wanted := 64
	for wanted < 3*size {
		wanted *= 2
	}
	if len(s.keys) < wanted {
		s.keys, s.weights, s.seen = make([]uint64, wanted), make([]float32, wanted), make([]uint32, wanted)
		s.used = s.used[:0]
		return
	}
	for _, at := range s.used {
		s.keys[at], s.seen[at], s.weights[at] = 0, 0, 0
	}
	s.used = s.used[:0]
}

// put adds a number, which must not be 0, and reports whether it is new.
func (s *numberSet) put(key uint64, weight float32) bool {
	at, found := s.place(key)
	if found {
		return false
	}
	s.keys[at], s.weights[at] = key, weight
	s.used = append(s.used, int32(at))
	return true
}

func (s *numberSet) place(key uint64) (int, bool) {
	mask := uint64(len(s.keys) - 1)
	for i := key * 0x9e3779b97f4a7c15 >> 20 & mask; ; i = (i + 1) & mask {
		if s.keys[i] == 0 || s.keys[i] == key {
			return int(i), s.keys[i] == key
		}
	}
}

// begin starts a round in which each member counts once.
func (s *numberSet) begin() { s.round++ }

// once returns the weight of a member the first time in a round that it is asked for.
func (s *numberSet) once(key uint64) (float32, bool) {
	at, found := s.place(key)
	if !found || s.seen[at] == s.round {
		return 0, false
	}
	s.seen[at] = s.round
	return s.weights[at], true
}
