package sheet

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"fairground/internal/value"
)

// What a Guess holds at most.
const (
	GuessRows    = 20   // first rows
	GuessSamples = 5    // different texts of a column
	GuessDepth   = 1000 // rows that are looked at
	mostWarnings = 5    // of a kind
)

// Guess is what a file seems to be: what a person is shown before an import, and may correct.
type Guess struct {
	Options             // with nothing left open
	Columns  []Column   `json:"columns"` // as the Reader names them
	Rows     [][]string `json:"rows"`    // the first ones
	Seen     int        `json:"seen"`    // rows that were looked at
	More     bool       `json:"more"`    // there are more rows
	Sheets   []string   `json:"sheets,omitempty"`
	Warnings []Warning  `json:"warnings"`
}

// Column is a column of a Guess.
type Column struct {
	Name    string   `json:"name"`    // unique
	Header  string   `json:"header"`  // as it is written
	Samples []string `json:"samples"` // different texts that occur, in their order
	Filled  int      `json:"filled"`  // rows of Guess.Seen that have a text here
}

// Warning is something a person should know before they import a file.
type Warning struct {
	Line int    `json:"line,omitempty"` // it is about; 0 for the whole file
	Text string `json:"text"`           // a sentence
	Key  string `json:"key"`            // message catalogue key
	Args []any  `json:"args,omitempty"` // arguments of Key
}

// Sniff finds out what a file of size bytes is: by its content first, by its name second. Errors are of kind Invalid
// and say what is wrong with the file. What is uncertain or was mended stands in Warnings.
func Sniff(r io.ReaderAt, size int64, name string) (Guess, error) {
	return SniffAs(r, size, name, Options{})
}

// SniffAs is Sniff with some options given, as when a person has corrected them.
func SniffAs(r io.ReaderAt, size int64, name string, o Options) (Guess, error) {
	g := Guess{}
	var err error
	if g.Options, g.Sheets, err = settle(r, size, name, o); err != nil {
		return Guess{}, err
	}
	reader, err := Open(r, size, name, g.Options)
	if err != nil {
		return Guess{}, err
	}
	defer reader.Close()
	if len(reader.columns) == 0 && g.Format == NDJSON {
		return Guess{}, fault("file", "no_objects", "none of the first lines is a JSON object with fields")
	}
	g.look(reader)
	return g, nil
}

// settle fills in the options that are left open.
func settle(r io.ReaderAt, size int64, name string, o Options) (Options, []string, error) {
	if err := o.check(); err != nil {
		return o, nil, err
	}
	if o.Format == XLSX || o.Format == "" && isZip(r) {
		return settleBook(outsideAt{r}, size, o)
	}
	in, o, err := openText(io.NewSectionReader(r, 0, size), name, o)
	if err != nil || o.Format == NDJSON {
		return o, nil, err
	}
	sample, whole := sampleOf(in)
	if o.Comma == 0 {
		o.Comma = sniffComma(sample, whole)
	}
	if o.Header == 0 {
		o.Header = sniffHeader(sampleRows(sample, whole, o))
	}
	return o, nil, nil
}

func settleBook(r io.ReaderAt, size int64, o Options) (Options, []string, error) {
	book, err := openBook(r, size)
	if err != nil {
		return o, nil, err
	}
	defer func() { book.strings.close() }() // it is opened while the header is looked for
	s, err := book.find(o.Sheet)
	if err != nil {
		return o, nil, err
	}
	o.Format, o.Sheet = XLSX, s.name
	if o.Header == 0 {
		rows, err := book.rows(s)
		if err != nil {
			return o, nil, err
		}
		o.Header = sniffHeader(firstRows(rows, headRows))
	}
	return o, book.names(), nil
}

// look reads the first rows.
func (g *Guess) look(r *Reader) {
	for i, name := range r.Columns() {
		g.Columns = append(g.Columns, Column{Name: name, Header: r.header[i]})
	}
	g.warnOfHeader(r)
	kinds := make(map[string]int)
	warn := func(w Warning) {
		if kinds[w.Key]++; kinds[w.Key] <= mostWarnings {
			g.Warnings = append(g.Warnings, w)
		}
	}
	for {
		row, err := r.Next()
		if err != nil {
			if err != io.EOF {
				warn(warningOf(0, err))
			}
			return
		}
		if g.Seen == GuessDepth {
			g.More = true
			return
		}
		g.Seen++
		g.take(row, warn)
	}
}

// take notes one row.
func (g *Guess) take(row Row, warn func(Warning)) {
	if row.Problem != nil {
		warn(warningOf(row.Number, row.Problem))
	}
	if row.Recoded {
		warn(Warning{Line: row.Number, Key: "sheet.recoded", Text: "the row is not valid UTF-8 and is read as Windows-1252"})
	}
	for _, name := range row.Extra {
		warn(Warning{Line: row.Number, Key: "sheet.extra", Text: "the field " + name + " does not occur in the first rows and is left out", Args: []any{name}})
	}
	if len(g.Rows) < GuessRows {
		g.Rows = append(g.Rows, slices.Clone(row.Cells))
	}
	for i := range min(len(row.Cells), len(g.Columns)) {
		column, cell := &g.Columns[i], row.Cells[i]
		if cell == "" {
			continue
		}
		column.Filled++
		if len(column.Samples) < GuessSamples && !slices.Contains(column.Samples, cell) {
			column.Samples = append(column.Samples, cell)
		}
	}
}

// warnOfHeader tells what was made of the header.
func (g *Guess) warnOfHeader(r *Reader) {
	if g.Header > 1 {
		g.Warnings = append(g.Warnings, newWarning(g.Header, "title", "the header seems to stand in line %d; what is above it is left out", g.Header))
	}
	for i, name := range r.header {
		switch {
		case g.Header == NoHeader || r.columns[i] == name:
		case name == "":
			g.Warnings = append(g.Warnings, newWarning(g.Header, "empty_header", "a column without a name is called %s", r.columns[i]))
		default:
			g.Warnings = append(g.Warnings, newWarning(g.Header, "same_header", "the column name %s occurs again; the later one is called %s", name, r.columns[i]))
		}
	}
	if len(g.Sheets) > 1 {
		g.Warnings = append(g.Warnings, newWarning(0, "sheets", "the workbook has %d sheets; %s is read", len(g.Sheets), g.Sheet))
	}
}

func newWarning(line int, key, format string, args ...any) Warning {
	return Warning{Line: line, Text: fmt.Sprintf(format, args...), Key: "sheet." + key, Args: args}
}

// warningOf makes a warning of a problem.
func warningOf(line int, err error) Warning {
	var known *value.Error
	if errors.As(err, &known) {
		return Warning{Line: line, Text: known.Message, Key: known.Key, Args: known.Args}
	}
	return Warning{Line: line, Text: err.Error()}
}
