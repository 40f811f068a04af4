package words

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Near is a term that may have been meant.
type Near struct {
	Entry
	Edits int // letters left out, added, or taken for another, and neighbours that changed places
}

// Words of how many letters may hold how many mistakes. Two in one of six or seven are looked for only behind a first
// letter that is right: short words are too like each other.
const (
	fromOneEdit  = 4
	fromTwoEdits = 6
	fromAnywhere = 8
)

// Near returns the terms most like one that was perhaps mistyped: those that are one edit away or, if there are none,
// two; those first that begin with the same letter, then those in most documents. The term itself is not among them.
// It is a term as Analyzer.Term returns it: endings are no mistakes. Words with digits, and those of fewer than four
// letters, are like no other.
//
// The letters of the terms are walked through like a tree, from the front with fewer edits than allowed in the first
// half, and from the back with none in the last letters; whatever can be reached in the allowed edits can be reached on
// one of the two ways, and both are narrow. Of one and a half million terms, those one edit away take .3 ms, those two
// edits away up to 3 ms.
func (l *Lexicon) Near(term string, most int) []Near {
	letters := []rune(term)
	edits := allowedEdits(letters)
	if edits == 0 || most <= 0 {
		return nil
	}
	found := make(map[int]uint8)
	l.searchBoth(found, letters, 1)
	if at, known := l.Find(term); known {
		delete(found, at)
	}
	switch {
	case len(found) > 0 || edits < 2:
	case len(letters) < fromAnywhere:
		l.search(found, walk{word: letters, edits: 2, strict: 1})
	default:
		l.searchBoth(found, letters, 2)
	}
	all := make([]Near, 0, len(found))
	for position, n := range found {
		if n > 0 {
			all = append(all, Near{l.At(position), int(n)})
		}
	}
	first := string(letters[:1])
	slices.SortFunc(all, func(a, b Near) int {
		return cmp.Or(cmp.Compare(a.Edits, b.Edits), -compareBool(strings.HasPrefix(a.Term, first), strings.HasPrefix(b.Term, first)),
			cmp.Compare(b.Documents, a.Documents), cmp.Compare(a.Term, b.Term))
	})
	return all[:min(most, len(all))]
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	default:
		return -1
	}
}

func allowedEdits(letters []rune) int {
	for _, r := range letters {
		if r >= '0' && r <= '9' {
			return 0
		}
	}
	switch {
	case len(letters) < fromOneEdit || len(letters) > Longest:
		return 0
	case len(letters) < fromTwoEdits:
		return 1
	default:
		return 2
	}
}

// searchBoth looks from both ends. Cut anywhere in its first half, a term with so many edits has either one fewer before
// the cut, or none behind it; the cut of the second walk lies one letter farther, for neighbours that changed places
// across it.
func (l *Lexicon) searchBoth(found map[int]uint8, letters []rune, edits int) {
	cut := (len(letters) - edits - 1) / 2
	l.search(found, walk{word: letters, edits: edits, strict: cut, within: edits - 1})
	reversed := slices.Clone(letters)
	slices.Reverse(reversed)
	l.search(found, walk{word: reversed, back: true, edits: edits, strict: len(letters) - edits - cut - 1})
}

// walk is one way through the letters of the terms.
type walk struct {
	*Lexicon
	found  map[int]uint8 // positions with their edits
	word   []rune        // backwards if back
	back   bool
	edits  int
	strict int // so many letters hold at most within edits
	within int
	rows   [][]uint8 // rows[n][j]: edits between n letters of a term and j of the word
	path   []rune
}

func (l *Lexicon) search(found map[int]uint8, w walk) {
	w.Lexicon, w.found = l, found
	deepest := len(w.word) + w.edits + 2
	cells := make([]uint8, deepest*(len(w.word)+1))
	w.rows = make([][]uint8, deepest)
	for i := range w.rows {
		w.rows[i] = cells[i*(len(w.word)+1) : (i+1)*(len(w.word)+1)]
	}
	for j := range w.rows[0] {
		w.rows[0][j] = uint8(j)
	}
	w.path = make([]rune, deepest)
	w.descend(0, l.Len(), 0, 0)
}

// position is that of the i-th term in the order of the walk.
func (w *walk) position(i int) int {
	if w.back {
		return int(w.backward[i])
	}
	return i
}

// next is the letter of the i-th term behind so many bytes, in the direction of the walk; none at its end.
func (w *walk) next(i, bytes int) []byte {
	term := w.term(w.position(i))
	if w.back {
		term = term[:len(term)-bytes]
		_, size := utf8.DecodeLastRune(term)
		return term[len(term)-size:]
	}
	term = term[bytes:]
	_, size := utf8.DecodeRune(term)
	return term[:size]
}

// descend goes on with the terms from lo to before hi, which share so many letters.
func (w *walk) descend(lo, hi, length, letters int) {
	for lo < hi {
		letter := w.next(lo, length)
		if len(letter) == 0 {
			if n := w.rows[letters][len(w.word)]; int(n) <= w.edits {
				w.found[w.position(lo)] = n
			}
			lo++
			continue
		}
		end := w.end(lo, hi, length, letter)
		r, _ := utf8.DecodeRune(letter)
		least := w.step(letters+1, r)
		if least <= w.edits && (letters+1 > w.strict || least <= w.within) {
			w.descend(lo, end, length+len(letter), letters+1)
		}
		lo = end
	}
}

// end is behind the last term that goes on with the letter. It doubles its steps and then halves them.
func (w *walk) end(lo, hi, length int, letter []byte) int {
	same, step := lo, 1
	for same+step < hi && bytes.Equal(w.next(same+step, length), letter) {
		same += step
		step *= 2
	}
	other := min(same+step, hi)
	for same+1 < other {
		middle := (same + other) / 2
		if bytes.Equal(w.next(middle, length), letter) {
			same = middle
		} else {
			other = middle
		}
	}
	return other
}

// step writes the row of a further letter and returns its least number of edits.
func (w *walk) step(letters int, r rune) int {
	row, above := w.rows[letters], w.rows[letters-1]
	w.path[letters] = r
	row[0] = uint8(letters)
	least := row[0]
	for j := 1; j <= len(w.word); j++ {
		n := above[j-1]
		if w.word[j-1] != r {
			n = min(n, above[j], row[j-1]) + 1
			if letters > 1 && j > 1 && w.word[j-2] == r && w.path[letters-1] == w.word[j-1] {
				n = min(n, w.rows[letters-2][j-2]+1)
			}
		}
		row[j] = n
		least = min(least, n)
	}
	return int(least)
}
