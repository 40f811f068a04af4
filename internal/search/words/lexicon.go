package words

import (
	"bytes"
	"cmp"
	"slices"
	"sort"
	"strings"
)

// Lexicon is all terms of an index, to find those that begin like what is being typed, and those that were perhaps
// meant by what was mistyped. It never changes, and may be used by several goroutines.
//
// Terms lie side by side in one piece of memory, in order: about 20 bytes a term of 8 letters. Their order from the last
// letter on, 4 bytes a term, lets Near look for them from both ends.
type Lexicon struct {
	text      []byte   // a record a term: its length, the term, how much of it the spelling begins with, the rest of that
	starts    []uint32 // of the records, and the end of the last
	documents []uint32
	backward  []uint32 // positions in order of the terms read backwards
}

// Entry is a term, how it is mostly written, and how many documents hold it.
type Entry struct {
	Term, Spelling string // a Spelling of "" is that of the term
	Documents      int
}

// NewLexicon returns the lexicon of terms. They are sorted if they are not; of a term that stands there several times
// the first entry counts. Terms are at most 255 bytes, as those of Analyzer.Terms are.
func NewLexicon(terms []Entry) *Lexicon {
	if !slices.IsSortedFunc(terms, byTerm) {
		terms = slices.Clone(terms)
		slices.SortStableFunc(terms, byTerm)
	}
	size := 0
	for _, e := range terms {
		size += 2 + len(e.Term) + len(e.Spelling) - sharedStart(e.Term, e.Spelling)
	}
	l := &Lexicon{text: make([]byte, 0, size), starts: make([]uint32, 0, len(terms)+1), documents: make([]uint32, 0, len(terms))}
	for i, e := range terms {
		if i == 0 || e.Term != terms[i-1].Term {
			l.add(e)
		}
	}
	l.starts = append(l.starts, uint32(len(l.text)))
	l.backward = l.orderBackward()
	return l
}

func byTerm(a, b Entry) int { return strings.Compare(a.Term, b.Term) }

func (l *Lexicon) add(e Entry) {
	if e.Spelling == "" {
		e.Spelling = e.Term
	}
	term := clip(e.Term, 255)
	shared := sharedStart(term, e.Spelling)
	l.starts = append(l.starts, uint32(len(l.text)))
	l.text = append(l.text, byte(len(term)))
	l.text = append(l.text, term...)
	l.text = append(l.text, byte(shared))
	l.text = append(l.text, e.Spelling[shared:]...)
	l.documents = append(l.documents, uint32(min(max(e.Documents, 0), 1<<32-1)))
}

func sharedStart(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// orderBackward sorts by the last eight letters as one number, and looks at the others only where those are equal.
func (l *Lexicon) orderBackward() []uint32 {
	type ending struct {
		last     uint64
		position uint32
	}
	all := make([]ending, l.Len())
	for i := range all {
		all[i] = ending{lastBytes(l.term(i)), uint32(i)}
	}
	slices.SortFunc(all, func(a, b ending) int {
		if a.last != b.last {
			return cmp.Compare(a.last, b.last)
		}
		return compareBackward(l.term(int(a.position)), l.term(int(b.position)))
	})
	order := make([]uint32, len(all))
	for i, e := range all {
		order[i] = e.position
	}
	return order
}

func lastBytes(term []byte) (last uint64) {
	for i := range 8 {
		last <<= 8
		if i < len(term) {
			last |= uint64(term[len(term)-1-i])
		}
	}
	return last
}

func compareBackward(a, b []byte) int {
	for i := 1; i <= len(a) && i <= len(b); i++ {
		if a[len(a)-i] != b[len(b)-i] {
			return cmp.Compare(a[len(a)-i], b[len(b)-i])
		}
	}
	return cmp.Compare(len(a), len(b))
}

// Len is how many terms there are.
func (l *Lexicon) Len() int { return len(l.documents) }

// Bytes is the memory that the lexicon takes.
func (l *Lexicon) Bytes() int64 {
	return int64(cap(l.text)) + 4*int64(cap(l.starts)+cap(l.documents)+cap(l.backward))
}

// term is the term at a position; the caller does not change it.
func (l *Lexicon) term(i int) []byte {
	at := l.starts[i]
	return l.text[at+1 : at+1+uint32(l.text[at])]
}

// At returns the entry at a position, from 0 to Len-1, in order of terms.
func (l *Lexicon) At(i int) Entry {
	term := l.term(i)
	at := l.starts[i] + 1 + uint32(len(term))
	spelling := string(term[:l.text[at]]) + string(l.text[at+1:l.starts[i+1]])
	return Entry{Term: string(term), Spelling: spelling, Documents: int(l.documents[i])}
}

// Documents is how many documents hold the term at a position.
func (l *Lexicon) Documents(i int) int { return int(l.documents[i]) }

// Find returns the position of a term.
func (l *Lexicon) Find(term string) (int, bool) {
	wanted := []byte(term)
	return sort.Find(l.Len(), func(i int) int { return bytes.Compare(wanted, l.term(i)) })
}

// Range returns the positions of the terms that begin with a prefix: from the first to the one before the second.
func (l *Lexicon) Range(prefix string) (from, to int) {
	from, _ = l.Find(prefix)
	wanted := []byte(prefix)
	to = from + sort.Search(l.Len()-from, func(i int) bool { return !bytes.HasPrefix(l.term(from+i), wanted) })
	return from, to
}

const (
	mostUnstemmed   = 2     // letters by which a term may be shorter than the beginning of its spelling
	mostSpellings   = 2_000 // terms whose spelling Begun reads
	shortestReading = 5     // letters of a beginning for that
)

// Begun returns the terms that begin with a prefix, or whose spelling does, those in most documents first. The prefix is
// folded, as Analyzer.Words returns it.
func (l *Lexicon) Begun(prefix string, most int) []Entry {
	var found []int
	from, to := l.Range(prefix)
	for i := from; i < to; i++ {
		found = l.keep(found, i, most)
	}
	if letters := []rune(prefix); len(letters) >= shortestReading {
		around, end := l.Range(string(letters[:len(letters)-mostUnstemmed]))
		for i := around; i < end && end-around <= mostSpellings; i++ {
			if (i < from || i >= to) && strings.HasPrefix(respell(fold(l.At(i).Spelling)), prefix) {
				found = l.keep(found, i, most)
			}
		}
	}
	all := make([]Entry, len(found))
	for i, position := range found {
		all[i] = l.At(position)
	}
	return all
}

// keep puts a position among the found ones, which are in order and at most so many.
func (l *Lexicon) keep(found []int, position, most int) []int {
	if len(found) >= most {
		if most <= 0 || l.documents[position] <= l.documents[found[len(found)-1]] {
			return found
		}
		found = found[:most-1]
	}
	at := len(found)
	for at > 0 && l.documents[found[at-1]] < l.documents[position] {
		at--
	}
	return slices.Insert(found, at, position)
}
