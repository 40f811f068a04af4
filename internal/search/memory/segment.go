package memory

import (
	"cmp"
	"slices"
	"sort"
	"strings"

	"fairground/internal/search/words"
	"fairground/internal/value"
)

// segment is some documents, taken apart attribute by attribute, newest first. It never changes once it is made; which of
// its documents are still found is said beside it, in part.
type segment struct {
	listings []value.ID
	at       []int64 // when published, in microseconds, descending
	quality  []uint8 // as search.Quality
	titles   []uint8 // words of the title, at most 255
	globe    globe

	terms   *words.Lexicon
	texts   texts
	inText  lists // by term: title or body
	inTitle lists
	pairs   pairs

	choices    map[string]*choices // by attribute
	numbers    map[string]*numbers
	prices     map[string]*numbers // by currency, in minor units
	categories *choices            // the category of each document, then all above it, as decimal numbers
	seller     *choices
	kind       *choices
	marks      *choices // marked and the like

	byID   []uint32 // positions in order of listings
	weight int64    // bytes
}

// What marks hold.
const (
	withPhotos = "photos"
	isPromoted = "promoted"
)

func newSegment(size int) *segment {
	return &segment{listings: make([]value.ID, 0, size), at: make([]int64, 0, size), quality: make([]uint8, 0, size), titles: make([]uint8, 0, size),
		choices: make(map[string]*choices), numbers: make(map[string]*numbers), prices: make(map[string]*numbers)}
}

func (s *segment) size() int { return len(s.listings) }

// finish makes what follows from the rest.
func (s *segment) finish() {
	s.globe.finish()
	s.byID = make([]uint32, s.size())
	for i := range s.byID {
		s.byID[i] = uint32(s.size() - 1 - i) // older listings mostly have lower ids
	}
	slices.SortFunc(s.byID, func(a, b uint32) int { return cmp.Compare(s.listings[a], s.listings[b]) })
	s.weight = s.bytes()
}

// span is the least and the greatest listing.
func (s *segment) span() (least, greatest value.ID) {
	if len(s.byID) == 0 {
		return 1, 0
	}
	return s.listings[s.byID[0]], s.listings[s.byID[len(s.byID)-1]]
}

// find is the position of a listing.
func (s *segment) find(listing value.ID) (uint32, bool) {
	i, is := sort.Find(len(s.byID), func(i int) int { return cmp.Compare(listing, s.listings[s.byID[i]]) })
	if !is {
		return 0, false
	}
	return s.byID[i], true
}

func (s *segment) bytes() int64 {
	n := 18*int64(s.size()) + 4*int64(len(s.byID)) + s.globe.bytes() + s.texts.bytes() + s.inText.bytes() + s.inTitle.bytes() + s.pairs.bytes() + s.terms.Bytes()
	for name, c := range s.choices {
		n += c.bytes() + int64(len(name)) + 64
	}
	for _, all := range []map[string]*numbers{s.numbers, s.prices} {
		for name, c := range all {
			n += c.bytes() + int64(len(name)) + 64
		}
	}
	return n + s.categories.bytes() + s.seller.bytes() + s.kind.bytes() + s.marks.bytes()
}

// since is how many documents, from the newest on, were published at a moment or later.
func (s *segment) since(at_us int64) int {
	return sort.Search(len(s.at), func(i int) bool { return s.at[i] < at_us })
}

// isNewer is the order of documents: newest first, and the greater number first among those of one moment.
func isNewer(at, otherAt int64, listing, other value.ID) bool {
	return at > otherAt || at == otherAt && listing > other
}

// weave makes the words of a segment. terms are all there may be, each once; source returns those of a document as places in
// terms, in order, and how many are of the title. Terms that no document holds are left out.
func (s *segment) weave(terms []words.Entry, source func(document int, room []uint32) ([]uint32, int)) error {
	holding, titled := countTerms(len(terms), s.size(), source)
	number := make([]uint32, len(terms))
	order := inOrder(terms, holding)
	entries, inText, inTitle := make([]words.Entry, len(order)), make([]uint32, len(order)), make([]uint32, len(order))
	for n, i := range order {
		number[i] = uint32(n)
		entries[n], inText[n], inTitle[n] = terms[i], holding[i], titled[i]
		entries[n].Documents = int(holding[i])
	}
	s.terms = words.NewLexicon(entries)
	if err := s.write(number, source); err != nil {
		return err
	}
	return s.invert(inText, inTitle)
}

// inOrder are the places of the terms that any document holds, in order of the terms: by their first eight bytes as one
// number, and by the others where those are equal.
func inOrder(terms []words.Entry, holding []uint32) []uint32 {
	type start struct {
		bytes uint64
		place uint32
	}
	var starts []start
	for i := range terms {
		if holding[i] > 0 {
			s := start{place: uint32(i)}
			for j := range 8 {
				s.bytes <<= 8
				if j < len(terms[i].Term) {
					s.bytes |= uint64(terms[i].Term[j])
				}
			}
			starts = append(starts, s)
		}
	}
	slices.SortFunc(starts, func(a, b start) int {
		if a.bytes != b.bytes {
			return cmp.Compare(a.bytes, b.bytes)
		}
		return strings.Compare(terms[a.place].Term, terms[b.place].Term)
	})
	order := make([]uint32, len(starts))
	for i, s := range starts {
		order[i] = s.place
	}
	return order
}

// countTerms counts how many documents hold each term, and how many in the title.
func countTerms(terms, documents int, source func(int, []uint32) ([]uint32, int)) (holding, titled []uint32) {
	holding, titled = make([]uint32, terms), make([]uint32, terms)
	last, lastTitle := make([]uint32, terms), make([]uint32, terms)
	var room []uint32
	for i := range documents {
		all, title := source(i, room)
		room = all
		for j, term := range all {
			if last[term] != uint32(i)+1 {
				last[term] = uint32(i) + 1
				holding[term]++
			}
			if j < title && lastTitle[term] != uint32(i)+1 {
				lastTitle[term] = uint32(i) + 1
				titled[term]++
			}
		}
	}
	return holding, titled
}

// write packs the texts with the final numbers of terms.
func (s *segment) write(number []uint32, source func(int, []uint32) ([]uint32, int)) error {
	s.texts = newTexts(s.size())
	var room []uint32
	for i := range s.size() {
		all, title := source(i, room)
		room = all
		for j, term := range all {
			all[j] = number[term]
		}
		if err := s.texts.add(all, title); err != nil {
			return err
		}
	}
	s.texts.packed = slices.Clip(slices.Clone(s.texts.packed))
	return nil
}

// invert makes the lists of documents by term from the texts.
func (s *segment) invert(inText, inTitle []uint32) (err error) {
	all := func(at uint32, room []uint32) []uint32 {
		terms, _ := s.texts.read(at, room)
		return terms
	}
	if s.inText, err = inverted(s.size(), inText, all); err != nil {
		return err
	}
	s.inTitle, err = inverted(s.size(), inTitle, func(at uint32, room []uint32) []uint32 {
		terms, titled := s.texts.read(at, room)
		return terms[:titled]
	})
	if err != nil {
		return err
	}
	s.pairs, err = newPairs(s.size(), &s.texts, inText)
	return err
}

const mostInverted = 16 << 20 // positions that are held unpacked at a time

// inverted makes the lists of documents by what they hold. counts says how many hold each; of returns what one holds, in
// the room given if there is enough, some of it more than once.
func inverted(size int, counts []uint32, of func(at uint32, room []uint32) []uint32) (lists, error) {
	all := newLists(size, len(counts))
	for from := 0; from < len(counts); {
		to, total := from, 0
		for to < len(counts) && (to == from || total+int(counts[to]) <= mostInverted) {
			total += int(counts[to])
			to++
		}
		if err := all.invert(counts[from:to], uint32(from), total, of); err != nil {
			return all, err
		}
		from = to
	}
	all.done()
	return all, nil
}

// invert adds the lists of some, from one on, which are so long together.
func (l *lists) invert(counts []uint32, from uint32, total int, of func(uint32, []uint32) []uint32) error {
	starts, next, flat := make([]uint32, len(counts)), make([]uint32, len(counts)), make([]uint32, total)
	sum := uint32(0)
	for i := range starts {
		starts[i], next[i] = sum, sum
		sum += counts[i]
	}
	var room []uint32
	for document := range uint32(l.size) {
		held := of(document, room)
		room = held
		for _, one := range held {
			i := int(one) - int(from)
			if i < 0 || i >= len(next) {
				continue
			}
			if n := next[i]; n == starts[i] || flat[n-1] != document {
				flat[n] = document
				next[i]++
			}
		}
	}
	for i := range starts {
		if err := l.add(flat[starts[i]:next[i]]); err != nil {
			return err
		}
	}
	return nil
}
