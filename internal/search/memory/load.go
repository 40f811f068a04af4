package memory

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"fairground/internal/search/words"
	"fairground/internal/value"
)

// ErrForeign is returned by Load for what an index with another analyzer has saved: its words would not be found.
var ErrForeign = errors.New("the saved search index was made with other languages or rules")

// errBroken is the cause when what is read cannot be what Save wrote.
var errBroken = errors.New("the saved search index is damaged")

// Load makes an index of what Save wrote. It returns an error for anything that cannot be that, or that would take more
// memory than c allows. Whatever is read it checks before it uses it, and it asks for room only as it reads.
func Load(r io.Reader, c Config) (*Index, error) {
	x := New(c)
	in := &decoder{r: bufio.NewReaderSize(r, 1<<16), most: math.MaxInt64}
	if c.Most_bytes > 0 {
		in.most = c.Most_bytes
	}
	if in.text() != magic {
		return nil, fmt.Errorf("memory.Load: %w", in.because("it does not begin as one"))
	}
	if in.number(math.MaxUint64) != x.Analyzer().Print() && in.err == nil {
		return nil, fmt.Errorf("memory.Load: %w", ErrForeign)
	}
	v := &view{analyzer: x.Analyzer()}
	for range in.number(mostParts) {
		p := in.part()
		if in.err != nil {
			break
		}
		v.parts = append(v.parts, p)
	}
	if in.err == nil {
		in.checkWhole(v.parts)
	}
	if in.err != nil {
		return nil, fmt.Errorf("memory.Load: %w", in.err)
	}
	if c.Most_bytes > 0 && v.bytes() > c.Most_bytes {
		return nil, fmt.Errorf("memory.Load: %w", ErrFull)
	}
	x.present.Store(v)
	return x, nil
}

const (
	mostParts     = 1 << 9
	mostDocuments = 1 << 28
	mostNames     = 1 << 16 // attributes
	longestText   = 1 << 20
	firstRoom     = 1 << 16 // elements that room is made for before anything is read
	mostTogether  = 1_000   // choices that one code stands for
	mostEach      = 100     // choices of one attribute that a document has on average
)

// decoder reads what an encoder wrote. After an error it returns zeros.
type decoder struct {
	r    *bufio.Reader
	err  error
	most int64 // bytes that may still be read
}

// because keeps the first error.
func (d *decoder) because(what string) error {
	if d.err == nil {
		d.err = fmt.Errorf("%w: %s", errBroken, what)
	}
	return d.err
}

func (d *decoder) check(is bool, what string) bool {
	if !is {
		d.because(what)
	}
	return d.err == nil
}

// take accounts for bytes about to be read.
func (d *decoder) take(bytes uint64) bool {
	if d.err == nil && bytes > uint64(d.most) {
		d.err = ErrFull
	}
	if d.err == nil {
		d.most -= int64(bytes)
	}
	return d.err == nil
}

func (d *decoder) read(p []byte) {
	if d.err == nil {
		if _, err := io.ReadFull(d.r, p); err != nil {
			d.because(err.Error())
		}
	}
}

// number reads a number of at most so much.
func (d *decoder) number(most uint64) uint64 {
	if d.err != nil {
		return 0
	}
	n, err := binary.ReadUvarint(d.r)
	if err != nil {
		d.because(err.Error())
		return 0
	}
	if !d.check(n <= most, "a number is too great") {
		return 0
	}
	return n
}

func (d *decoder) text() string {
	n := d.number(longestText)
	if !d.take(n) {
		return ""
	}
	p := make([]byte, n)
	d.read(p)
	return string(p)
}

// readList reads a list of at most so many. Room grows with what is there to be read.
func readList[T fixed](d *decoder, most uint64) []T {
	count := d.number(most)
	var one T
	size := binary.Size(one)
	if count == 0 || !d.take(count*uint64(size)) {
		return nil
	}
	all := make([]T, 0, min(count, firstRoom))
	var room [1 << 13]byte
	for uint64(len(all)) < count && d.err == nil {
		n := min(int(min(count-uint64(len(all)), uint64(len(room)))), len(room)/size)
		d.read(room[:n*size])
		if len(all)+n > cap(all) {
			grown := make([]T, len(all), min(uint64(2*cap(all)), count))
			copy(grown, all)
			all = grown
		}
		from := len(all)
		all = all[:from+n]
		if _, err := binary.Decode(room[:n*size], binary.LittleEndian, all[from:]); err != nil {
			d.because(err.Error())
		}
	}
	return all
}

// exactly reads a list of so many.
func exactly[T fixed](d *decoder, count int) []T {
	all := readList[T](d, uint64(count))
	d.check(len(all) == count, "a list is too short")
	return all
}

func (d *decoder) part() part {
	size := int(d.number(mostDocuments))
	s := newSegment(0)
	s.listings = exactly[value.ID](d, size)
	s.at = exactly[int64](d, size)
	s.quality = exactly[uint8](d, size)
	s.titles = exactly[uint8](d, size)
	s.globe.lat = exactly[int32](d, size)
	s.globe.lon = exactly[int32](d, size)
	p := part{segment: s, dead: readList[uint64](d, uint64(size+63)/64)}
	if d.err != nil {
		return p
	}
	d.checkDocuments(&p)
	d.words(s)
	d.columns(s)
	if d.err == nil {
		s.finish()
		d.checkListings(s)
	}
	return p
}

// checkDocuments checks what every document has.
func (d *decoder) checkDocuments(p *part) {
	for i := 1; i < p.size(); i++ {
		if !d.check(isNewer(p.at[i-1], p.at[i], p.listings[i-1], p.listings[i]), "documents are not in order") {
			return
		}
	}
	for i, lat := range p.globe.lat {
		isPlace := lat >= -90*perDegree && lat <= 90*perDegree && p.globe.lon[i] >= -180*perDegree && p.globe.lon[i] <= 180*perDegree
		if !d.check(lat == nowhere || isPlace, "a place is not on the globe") {
			return
		}
	}
	if p.dead != nil {
		rest := p.size() & 63
		d.check(len(p.dead) == (p.size()+63)/64 && (rest == 0 || p.dead[len(p.dead)-1]>>rest == 0), "the dead are more than all")
		p.buried = p.dead.count()
	}
}

func (d *decoder) checkListings(s *segment) {
	for i := 1; i < len(s.byID); i++ {
		if !d.check(s.listings[s.byID[i-1]] != s.listings[s.byID[i]], "a listing is there twice") {
			return
		}
	}
}

// checkWhole checks that no listing can be found in two parts.
func (d *decoder) checkWhole(parts []part) {
	for i := range parts {
		for j := range parts[:i] {
			least, greatest := parts[j].span()
			for at, listing := range parts[i].listings {
				if listing < least || listing > greatest || !parts[i].has(uint32(at)) {
					continue
				}
				if other, is := parts[j].find(listing); is && !d.check(!parts[j].has(other), "a listing is in two segments") {
					return
				}
			}
		}
	}
}

// words reads the terms and the texts, and makes the lists of documents.
func (d *decoder) words(s *segment) {
	var entries []words.Entry
	for range d.number(math.MaxUint32) {
		e := words.Entry{Term: d.text(), Spelling: d.text()}
		isNext := len(e.Term) <= 255 && e.Term != "" && (len(entries) == 0 || entries[len(entries)-1].Term < e.Term)
		if !d.check(isNext && len(e.Spelling) <= longestSpelling, "terms are not in order") {
			return
		}
		entries = append(entries, e)
	}
	s.texts.starts = exactly[uint32](d, s.size()+1)
	s.texts.packed = readList[uint8](d, mostPacked)
	if d.err != nil {
		return
	}
	if !d.check(s.texts.starts[0] == 0 && slices.IsSorted(s.texts.starts) && int(s.texts.starts[s.size()]) == len(s.texts.packed), "texts are not in order") {
		return
	}
	d.lists(s, entries)
}

const longestSpelling = 1_000 // bytes

// lists reads the lists of documents by term, and checks that they say the same as the texts.
func (d *decoder) lists(s *segment, entries []words.Entry) {
	s.pairs.common = readList[uint32](d, mostCommon)
	for i, term := range s.pairs.common {
		if !d.check(int(term) < len(entries) && (i == 0 || s.pairs.common[i-1] < term), "common terms are not in order") {
			return
		}
	}
	for _, l := range []*lists{&s.inText, &s.inTitle, &s.pairs.having} {
		l.size = s.size()
		l.starts = readList[uint32](d, math.MaxUint32)
		l.packed = readList[uint8](d, mostPacked)
	}
	if d.err != nil {
		return
	}
	all, ok := s.texts.survey(len(entries), s.titles, &s.pairs)
	if !d.check(ok, "a text is none") || !d.check(s.inText.agrees(all.inText) && s.inTitle.agrees(all.inTitle), "lists and texts differ") {
		return
	}
	if len(s.pairs.common) > 0 && !d.check(s.pairs.having.agrees(all.pairs), "pairs and texts differ") {
		return
	}
	for i := range entries {
		entries[i].Documents = int(all.inText[i].count)
	}
	s.terms = words.NewLexicon(entries)
}

// columns reads attributes and what is counted beside them.
func (d *decoder) columns(s *segment) {
	for range d.number(mostNames) {
		name := d.text()
		c := d.choices(s.size())
		if !d.check(len(c.names) > 0 && s.choices[name] == nil, "an attribute has no choices") {
			return
		}
		s.choices[strings.Clone(name)] = c
	}
	for _, special := range []**choices{&s.categories, &s.seller, &s.kind, &s.marks} {
		*special = d.choices(s.size())
	}
	for _, all := range []map[string]*numbers{s.numbers, s.prices} {
		for range d.number(mostNames) {
			name := d.text()
			n := d.numbers(s.size())
			if !d.check(len(n.values) > 0 && all[name] == nil, "an attribute has no numbers") {
				return
			}
			all[name] = n
		}
	}
}

func (d *decoder) choices(size int) *choices {
	c := &choices{}
	for range d.number(math.MaxUint32) {
		name := d.text()
		if !d.check(len(c.names) == 0 || c.names[len(c.names)-1] < name, "choices are not in order") {
			return c
		}
		c.names = append(c.names, name)
	}
	for range d.number(math.MaxUint32) {
		some := readList[uint32](d, mostTogether)
		ordered := slices.Sorted(slices.Values(some))
		isRight := len(some) > 1 && int(ordered[len(ordered)-1]) < len(c.names) && len(slices.Compact(ordered)) == len(some)
		if !d.check(isRight, "choices are unknown") {
			return c
		}
		c.several = append(c.several, some)
	}
	d.codes(&c.codes, size, len(c.names)+len(c.several))
	if d.err == nil && d.check(c.held() <= mostEach*(size+mostTogether), "documents have too many choices") {
		if err := c.finish(size); err != nil {
			d.because(err.Error())
		}
	}
	return c
}

func (d *decoder) numbers(size int) *numbers {
	n := &numbers{values: readList[float64](d, math.MaxUint32)}
	for i, v := range n.values {
		if !d.check(isFinite(v) && (i == 0 || n.values[i-1] < v), "numbers are not in order") {
			return n
		}
	}
	d.codes(&n.codes, size, len(n.values))
	for range d.number(math.MaxUint32) {
		p := pair{uint32(d.number(mostDocuments)), uint32(d.number(math.MaxUint32))}
		isRight := int(p.at) < size && p.code > 0 && int(p.code) <= len(n.values) && (len(n.more) == 0 || n.more[len(n.more)-1].at <= p.at)
		if !d.check(isRight, "a further number is none") {
			return n
		}
		n.more = append(n.more, p)
	}
	if d.err == nil {
		n.finish(size)
	}
	return n
}

func (d *decoder) codes(c *codes, size, greatest int) {
	thin := d.number(1) == 1
	c.present = readList[uint64](d, uint64(size+63)/64)
	c.narrow = readList[uint8](d, uint64(size))
	c.middle = readList[uint16](d, uint64(size))
	c.wide = readList[uint32](d, uint64(size))
	if thin && c.present == nil {
		if !d.check(greatest == 0, "a column is empty") { // a column with names has documents
			return
		}
		c.present = newSet(size)
	}
	if d.check(thin == (c.present != nil) && c.isSound(size, uint32(greatest)), "codes do not fit") && thin {
		c.rank()
	}
}
