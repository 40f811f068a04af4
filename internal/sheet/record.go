package sheet

import (
	"bytes"
	"slices"

	"golang.org/x/text/encoding/charmap"
)

// record is a row on its way from a source to the reader. It is used again for every row.
type record struct {
	number  int
	raw     []byte
	text    []byte // of all cells
	spans   []span // where each cell lies in text
	columns int    // cells there were, also when there are too many to be kept
	recoded bool
	extra   []string
	problem error
}

type span struct{ from, to int }

func (r *record) reset() {
	r.text, r.spans = r.text[:0], r.spans[:0]
	r.raw, r.columns, r.recoded, r.extra, r.problem = nil, 0, false, nil, nil
}

// end closes the cell that began at from.
func (r *record) end(from int) {
	if r.columns++; r.columns <= MostColumns {
		r.spans = append(r.spans, span{from, len(r.text)})
	} else {
		r.text = r.text[:from]
	}
}

// place sets the cell of a column, counted from 0, to what was written to text since from.
func (r *record) place(column, from int) {
	for len(r.spans) <= column {
		r.spans = append(r.spans, span{})
	}
	r.spans[column] = span{from, len(r.text)}
	r.columns = max(r.columns, column+1)
}

// fail notes the first problem.
func (r *record) fail(err error) {
	if r.problem == nil {
		r.problem = err
	}
}

// decode turns the cells into UTF-8.
func (r *record) decode(d decoder) {
	table, recoded, err := d.mapOf(r.text)
	if err != nil {
		r.fail(err)
		table = charmap.Windows1252
	}
	if table == nil {
		return
	}
	r.recoded = recoded
	text := make([]byte, 0, len(r.text)*2)
	for i, s := range r.spans {
		from := len(text)
		text = recode(text, r.text[s.from:s.to], table)
		r.spans[i] = span{from, len(text)}
	}
	r.text = text
}

// check finds what no table can hold.
func (r *record) check() {
	if r.columns > MostColumns {
		r.fail(wrong("too_many_columns", "the row has %d cells, more than %d", r.columns, MostColumns))
	}
	if len(r.text) <= CellBytes {
		return
	}
	for i, s := range r.spans {
		if s.to-s.from > CellBytes {
			r.fail(wrong("long_cell", "the cell in column %s is longer than %d bytes", letters(i), CellBytes))
		}
	}
}

// checkNUL comes after all other checks: who can do with a NUL knows that the row is right otherwise.
func (r *record) checkNUL() error {
	if bytes.IndexByte(r.text, 0) < 0 {
		return nil
	}
	return wrong("nul", "the row holds a NUL character, which no text can have")
}

// cells returns the texts, all in one allocation.
func (r *record) cells(into []string) []string {
	text := string(r.text)
	into = slices.Grow(into[:0], len(r.spans))
	for _, s := range r.spans {
		into = append(into, text[s.from:s.to])
	}
	return into
}
