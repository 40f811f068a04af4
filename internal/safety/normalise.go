package safety

import (
	"sort"
	"unicode/utf8"
)

// Span is a stretch of what was written: bytes From up to To of one field. Fields are "title", "body" and
// "attributes.KEY".
type Span struct {
	Field string `json:"field"`
	From  int    `json:"from"`
	To    int    `json:"to"`
}

// Text is what people wrote, in the form in which it is compared: compatibility forms resolved, lower case, without
// marks and invisible characters, lookalike letters folded, blanks collapsed. It remembers where each byte came from.
type Text struct {
	fields []field
	plain  []byte
	shifts []shift

	overrides []Span // signs that turn the direction of reading, with which a text can be written backwards
}

type field struct {
	name     string
	original string
	from     int // offset of the field in plain
}

// shift says that from offset plain on, a byte comes from that many bytes further on in its field.
type shift struct{ plain, ahead int }

// Normalise brings one text into its compared form.
func Normalise(text string) *Text {
	t := &Text{}
	t.add("body", text)
	return t
}

// String is the compared form. Normalising it again changes nothing.
func (t *Text) String() string { return string(t.plain) }

// Span finds the stretch of the original that bytes from up to to of the compared form came from.
func (t *Text) Span(from, to int) Span {
	from = max(0, min(from, len(t.plain)))
	to = max(from, min(to, len(t.plain)))
	f := t.fieldAt(from)
	if f == nil {
		return Span{}
	}
	start, end := t.origin(f, from), t.origin(f, max(from, to-1))
	for start > 0 && start < len(f.original) && !utf8.RuneStart(f.original[start]) {
		start--
	}
	if to > from {
		end = wholeRunes(f.original, end)
	}
	return Span{Field: f.name, From: min(start, len(f.original)), To: min(max(start, end), len(f.original))}
}

// wholeRunes moves an offset behind the rune it lies in and behind the marks that belong to that rune.
func wholeRunes(text string, at int) int {
	for at > 0 && at < len(text) && !utf8.RuneStart(text[at]) {
		at--
	}
	for first := true; at < len(text); first = false {
		r, wide := utf8.DecodeRuneInString(text[at:])
		if !first && (r < 0x80 || !invisible(r)) {
			break
		}
		at += wide
	}
	return at
}

func (t *Text) fieldAt(at int) *field {
	n := sort.Search(len(t.fields), func(i int) bool { return t.fields[i].from > at })
	if n == 0 {
		return nil
	}
	return &t.fields[n-1]
}

func (t *Text) origin(f *field, at int) int {
	n := sort.Search(len(t.shifts), func(i int) bool { return t.shifts[i].plain > at })
	if n == 0 || t.shifts[n-1].plain < f.from {
		return at - f.from
	}
	return at - f.from + t.shifts[n-1].ahead
}

// disguised reports that a stretch of the original is written in signs that no keyboard gives for digits: with invisible
// characters, key caps, digits in circles or of mathematics, or letters of another alphabet.
func (t *Text) disguised(span Span) bool {
	for i := range t.fields {
		f := &t.fields[i]
		if f.name != span.Field {
			continue
		}
		for _, r := range f.original[span.From:span.To] {
			if r >= utf8.RuneSelf && oddForDigit(r) {
				return true
			}
		}
		return false
	}
	return false
}

// reset empties the text and keeps its buffers.
func (t *Text) reset() {
	clear(t.fields)
	t.fields, t.plain, t.shifts, t.overrides = t.fields[:0], t.plain[:0], t.shifts[:0], nil
}

// asciiFold maps ASCII to its compared form: 0 drops, ' ' and '\n' are blanks.
var asciiFold = func() (table [utf8.RuneSelf]byte) {
	for i := range table {
		switch c := byte(i); {
		case c == '\n' || c == '\r':
			table[i] = '\n'
		case c == ' ' || c == '\t' || c == '\v' || c == '\f':
			table[i] = ' '
		case c >= 'A' && c <= 'Z':
			table[i] = c + 'a' - 'A'
		case c > ' ' && c < 0x7f:
			table[i] = c
		}
	}
	return table
}()

// add appends a field. Fields are parted by a line feed that belongs to neither.
func (t *Text) add(name, original string) {
	if len(t.plain) > 0 {
		t.plain = append(t.plain, '\n')
	}
	w := writer{t: t, base: len(t.plain)}
	t.fields = append(t.fields, field{name: name, original: original, from: w.base})
	for i := 0; i < len(original); {
		c := original[i]
		if c >= utf8.RuneSelf {
			i += w.rune(original[i:], i)
			continue
		}
		switch folded := asciiFold[c]; folded {
		case 0:
		case ' ', '\n':
			w.blank(folded, i)
		default:
			w.put(folded, i)
		}
		i++
	}
}

// writer appends bytes of one field and keeps account of where they come from.
type writer struct {
	t     *Text
	base  int
	ahead int  // the shift in force
	wait  byte // a blank that is written once something follows it
	at    int  // where that blank came from
	spare [64]byte
}

func (w *writer) blank(c byte, at int) {
	if w.wait == 0 {
		w.at = at
	}
	if w.wait != '\n' { // a line feed wins over the spaces beside it
		w.wait = c
	}
}

func (w *writer) put(c byte, at int) {
	if w.wait != 0 {
		if len(w.t.plain) > w.base {
			w.append(w.wait, w.at)
		}
		w.wait = 0
	}
	w.append(c, at)
}

func (w *writer) append(c byte, at int) {
	if ahead := at - (len(w.t.plain) - w.base); ahead != w.ahead {
		w.t.shifts = append(w.t.shifts, shift{len(w.t.plain), ahead})
		w.ahead = ahead
	}
	w.t.plain = append(w.t.plain, c)
}

// rune folds the rune at the start of rest, which lies at offset at, and returns how many bytes it is long.
func (w *writer) rune(rest string, at int) int {
	r, wide := utf8.DecodeRuneInString(rest)
	if r == '\u202d' || r == '\u202e' {
		w.t.overrides = append(w.t.overrides, Span{w.t.fields[len(w.t.fields)-1].name, at, at + wide})
	}
	for i, c := range appendFolded(w.spare[:0], r) {
		if c == ' ' || c == '\n' {
			w.blank(c, at)
		} else {
			w.put(c, at+min(i, wide-1))
		}
	}
	return wide
}
