package memory

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"fairground/internal/search"
	"fairground/internal/search/words"
	"fairground/internal/value"
)

// draft makes a segment of documents.
type draft struct {
	*segment
	*vocabulary

	entries []words.Entry     // terms met so far
	terms   map[string]uint32 // places in entries
	used    []*chunk          // by this draft
	text    []uint32          // of all documents, in order
	ends    []int             // in text
	titled  []int             // words of titles

	categories, seller, kind, marks *column
	choices                         map[string]*column
	numbers, prices                 map[string][]number
}

// vocabulary is pieces of text between two signs, and what the analyzer makes of them, so that it is asked about each only
// once. Drafts that follow each other share one.
type vocabulary struct {
	analyzer *words.Analyzer
	chunks   map[string]*chunk
	draft    int // number of the present one
}

// chunk is a piece of text, its terms, and its use in one draft.
type chunk struct {
	terms     []string
	spellings []string
	draft     int
	places    []uint32 // of the terms, in that draft
	times     int
}

func newVocabulary(a *words.Analyzer) *vocabulary {
	return &vocabulary{analyzer: a, chunks: make(map[string]*chunk)}
}

// column is choices on their way into a segment.
type column struct {
	names  []string
	places map[string]uint32
	pairs  []pair
}

func newColumn() *column { return &column{places: make(map[string]uint32)} }

func (c *column) add(at uint32, name string) {
	place, is := c.places[name]
	if !is {
		place = uint32(len(c.names))
		name = strings.Clone(name)
		c.names, c.places[name] = append(c.names, name), place
	}
	c.pairs = append(c.pairs, pair{at, place})
}

// newFrom makes a segment of documents, of which no two are of the same listing.
func newFrom(documents []search.Document, v *vocabulary) (*segment, error) {
	order := make([]int, len(documents))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int {
		a, b := &documents[i], &documents[j]
		return cmp.Or(cmp.Compare(micros(b), micros(a)), cmp.Compare(b.Listing, a.Listing))
	})
	v.draft++
	d := &draft{segment: newSegment(len(documents)), vocabulary: v, terms: make(map[string]uint32), categories: newColumn(), seller: newColumn(), kind: newColumn(), marks: newColumn(), choices: make(map[string]*column),
		numbers: make(map[string][]number), prices: make(map[string][]number)}
	for _, i := range order {
		d.add(&documents[i])
	}
	return d.done()
}

func micros(d *search.Document) int64 {
	switch year := d.At.Year(); { // beyond these microseconds do not fit
	case year < -200_000:
		return math.MinInt64
	case year > 200_000:
		return math.MaxInt64
	}
	return d.At.UnixMicro()
}

func (d *draft) add(one *search.Document) {
	at := uint32(d.size())
	d.listings = append(d.listings, one.Listing)
	d.at = append(d.at, micros(one))
	d.segment.quality = append(d.segment.quality, uint8(search.Quality(*one)))
	lat, lon := packPoint(one.Point)
	d.globe.lat, d.globe.lon = append(d.globe.lat, lat), append(d.globe.lon, lon)
	d.segmentWords(one)
	d.categories.add(at, strconv.FormatInt(int64(one.Category), 10))
	for _, category := range one.Path {
		d.categories.add(at, strconv.FormatInt(int64(category), 10))
	}
	if one.Seller != "" {
		d.seller.add(at, string(one.Seller))
	}
	if one.Kind != "" {
		d.kind.add(at, string(one.Kind))
	}
	if one.Photos > 0 {
		d.marks.add(at, withPhotos)
	}
	if one.Promoted {
		d.marks.add(at, isPromoted)
	}
	if currency := one.Price.Currency; currency != "" {
		d.prices[currency] = append(d.prices[currency], number{at, float64(one.Price.Minor)})
	}
	d.addAttributes(at, one.Attributes)
}

func (d *draft) addAttributes(at uint32, values []search.Value) {
	for _, v := range values {
		if strings.HasPrefix(v.Attribute, "$") { // these are counted beside attributes
			continue
		}
		if v.Number != nil {
			if isFinite(*v.Number) {
				d.numbers[v.Attribute] = append(d.numbers[v.Attribute], number{at, *v.Number + 0})
			}
			continue
		}
		choice := search.CleanText(v.Choice)
		if v.Yes != nil {
			choice = yesOrNo(*v.Yes)
		}
		if choice == "" {
			continue
		}
		c := d.choices[v.Attribute]
		if c == nil {
			c = newColumn()
			d.choices[v.Attribute] = c
		}
		c.add(at, choice)
	}
}

func yesOrNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}

func (d *draft) segmentWords(one *search.Document) {
	from := len(d.text)
	d.split(one.Title, words.MostTitle)
	d.titled = append(d.titled, len(d.text)-from)
	d.segment.titles = append(d.segment.titles, uint8(min(len(d.text)-from, math.MaxUint8)))
	d.split(one.Body, words.MostBody)
	d.ends = append(d.ends, len(d.text))
}

const mostSplit = 30_000 // bytes of a text; a longer one may be cut off, which its analyzer knows how to do

// split appends the terms of a text. It cuts at signs and spaces, and asks the analyzer about each piece only once.
func (d *draft) split(text string, most int) {
	if len(text) > mostSplit {
		for _, word := range d.analyzer.Words(text, most) {
			d.text = append(d.text, d.term(d.analyzer.Term(word), word))
		}
		return
	}
	limit := len(d.text) + most
	for len(text) > 0 && len(d.text) < limit {
		end := 0
		for end < len(text) && !isCut(text[end]) {
			end++
		}
		if end > 0 {
			known := d.chunk(text[:end])
			known.times++
			d.text = append(d.text, known.places...)
		}
		text = text[min(end+1, len(text)):]
	}
	d.text = d.text[:min(len(d.text), limit)]
}

// isCut is true for ASCII that is neither letter nor digit: no word goes over it.
func isCut(b byte) bool {
	return b < utf8.RuneSelf && (b < '0' || b > '9') && (b < 'a' || b > 'z') && (b < 'A' || b > 'Z')
}

// chunk is a piece of text with the places of its terms in this draft.
func (d *draft) chunk(text string) *chunk {
	c := d.chunks[text]
	if c == nil {
		c = d.learn(strings.Clone(text))
	}
	if c.draft != d.draft {
		c.draft, c.times, c.places = d.draft, 0, c.places[:0]
		for i, term := range c.terms {
			c.places = append(c.places, d.term(term, c.spellings[i]))
		}
		d.used = append(d.used, c)
	}
	return c
}

func (v *vocabulary) learn(text string) *chunk {
	c := &chunk{spellings: v.analyzer.Words(text, math.MaxInt32)}
	for _, word := range c.spellings {
		c.terms = append(c.terms, v.analyzer.Term(word))
	}
	if len(c.terms) == 1 && len(text) <= 4*words.Longest && !strings.ContainsFunc(text, isNoLetter) {
		c.spellings[0] = strings.ToLower(text)
	}
	v.chunks[text] = c
	return c
}

func (d *draft) term(term, spelling string) uint32 {
	place, is := d.terms[term]
	if !is {
		place = uint32(len(d.entries))
		d.terms[term] = place
		d.entries = append(d.entries, words.Entry{Term: term, Spelling: spelling})
	}
	return place
}

// spell gives each term the spelling that it mostly has.
func (d *draft) spell() {
	most := make([]int, len(d.entries))
	for _, c := range d.used {
		if len(c.places) != 1 {
			continue
		}
		place := c.places[0]
		entry := &d.entries[place]
		if c.times > most[place] || c.times == most[place] && c.spellings[0] < entry.Spelling {
			most[place], entry.Spelling = c.times, c.spellings[0]
		}
	}
}

func isNoLetter(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.Is(unicode.M, r)
}

func (d *draft) done() (s *segment, err error) {
	s = d.segment
	d.spell()
	err = s.weave(d.entries, func(document int, room []uint32) ([]uint32, int) {
		from := 0
		if document > 0 {
			from = d.ends[document-1]
		}
		return append(room[:0], d.text[from:d.ends[document]]...), d.titled[document]
	})
	for name, c := range d.choices {
		if err == nil {
			s.choices[strings.Clone(name)], err = newChoices(s.size(), c.names, c.pairs)
		}
	}
	for _, special := range []struct {
		into **choices
		from *column
	}{{&s.categories, d.categories}, {&s.seller, d.seller}, {&s.kind, d.kind}, {&s.marks, d.marks}} {
		if err == nil {
			*special.into, err = newChoices(s.size(), special.from.names, special.from.pairs)
		}
	}
	if err != nil {
		return nil, err
	}
	for name, all := range d.numbers {
		s.numbers[strings.Clone(name)] = newNumbers(s.size(), all)
	}
	for currency, all := range d.prices {
		s.prices[strings.Clone(currency)] = newNumbers(s.size(), all)
	}
	s.finish()
	return s, nil
}

// category is the category of a document, as the first of its path.
func (s *segment) category(at uint32) value.ID {
	path := s.categories.at(at)
	if len(path) == 0 {
		return 0
	}
	n, err := strconv.ParseInt(path[0], 10, 64)
	if err != nil {
		return 0
	}
	return value.ID(n)
}
