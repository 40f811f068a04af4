package sheet

import (
	"bytes"
	"io"
	"path"
	"slices"
	"strings"
)

// Reader reads the rows of a table one by one in little memory. It is for one goroutine.
type Reader struct {
	source  source
	format  Format
	ours    bool
	header  []string // as it is written, without white space around
	columns []string
	rec     record
	cells   []string
	rows    int
	close   func() error
}

// source is one format. next fills the record with the next row, or returns io.EOF, or why the file cannot be read on.
type source interface {
	next(r *record) error
}

// Open opens a table of size bytes and reads its header. name is the file's; it counts only where the content does not
// say what the file is. Errors are of kind Invalid when the file or the options are to blame. Close the Reader.
func Open(r io.ReaderAt, size int64, name string, o Options) (*Reader, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	if o.Format == XLSX || o.Format == "" && isZip(r) {
		return openXLSX(outsideAt{r}, size, o)
	}
	return OpenStream(io.NewSectionReader(r, 0, size), name, o)
}

// OpenStream opens CSV or NDJSON, packed with gzip or not, that can be read only once. XLSX needs Open.
func OpenStream(r io.Reader, name string, o Options) (*Reader, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	in, o, err := openText(r, name, o)
	if err != nil {
		return nil, err
	}
	decode := decoderOf(o.Encoding, o.Strict)
	if o.Format == NDJSON {
		return openNDJSON(in, decode), nil
	}
	sample, whole := sampleOf(in)
	if o.Comma == 0 {
		o.Comma = sniffComma(sample, whole)
	}
	if o.Header == 0 {
		o.Header = sniffHeader(sampleRows(sample, whole, o))
	}
	reader := &Reader{source: csvSourceOf(in, o), format: CSV, ours: o.Ours, close: nothing}
	return reader, reader.readHeader(o.Header)
}

func nothing() error { return nil }

func csvSourceOf(in *window, o Options) *csvSource {
	return &csvSource{in: in, comma: byte(o.Comma), strict: o.Strict, decode: decoderOf(o.Encoding, o.Strict), line: 1}
}

func openNDJSON(in *window, decode decoder) *Reader {
	sample, _ := sampleOf(in)
	names := fieldsOf(sample, decode)
	source := &ndjsonSource{in: in, decode: decode, line: 1, columns: make(map[string]int, len(names))}
	for i, name := range names {
		source.columns[name] = i
	}
	return &Reader{source: source, format: NDJSON, header: names, columns: names, close: nothing}
}

func openXLSX(r io.ReaderAt, size int64, o Options) (*Reader, error) {
	book, err := openBook(r, size)
	if err != nil {
		return nil, err
	}
	reader, err := book.reader(o)
	if err != nil {
		book.strings.close()
	}
	return reader, err
}

// reader opens a sheet of the workbook.
func (b *workbook) reader(o Options) (*Reader, error) {
	s, err := b.find(o.Sheet)
	if err != nil {
		return nil, err
	}
	if o.Header == 0 {
		first, err := b.rows(s)
		if err != nil {
			return nil, err
		}
		o.Header = sniffHeader(firstRows(first, headRows))
	}
	rows, err := b.rows(s)
	if err != nil {
		return nil, err
	}
	reader := &Reader{source: rows, format: XLSX, close: b.strings.close}
	return reader, reader.readHeader(o.Header)
}

// check refuses options that mean nothing.
func (o *Options) check() error {
	encoding, known := encodingOf(o.Encoding)
	switch {
	case !slices.Contains([]Format{"", CSV, NDJSON, XLSX}, o.Format):
		return fault("format", "unknown_format", "%q is not a format: use csv, ndjson or xlsx", o.Format)
	case o.Comma < 0 || o.Comma >= 0x80 || o.Comma != 0 && strings.ContainsRune("\"\r\n", o.Comma):
		return fault("delimiter", "bad_delimiter", "a delimiter is one character such as , or ; or a tabulator")
	case !known:
		return fault("encoding", "unknown_encoding", "%q is not an encoding: use utf-8, utf-16le, utf-16be, windows-1252 or latin1", o.Encoding)
	case o.Header < NoHeader || o.Header > RowBytes:
		return fault("header", "bad_header", "%d is not a line a header can stand in", o.Header)
	}
	o.Encoding = encoding
	return nil
}

// openText unpacks and widens the stream, drops a byte order mark, and fills in format and encoding.
func openText(r io.Reader, name string, o Options) (*window, Options, error) {
	in, err := unpack(newWindow(outside{r}))
	if err != nil {
		return nil, o, err
	}
	head := in.head(windowBytes)
	encoding, mark := sniffEncoding(head)
	in.drop(mark)
	if o.Encoding == "" || mark > 0 {
		o.Encoding = encoding
	}
	in = widened(in, o.Encoding)
	if err := in.fail(); err != nil && len(head) == 0 {
		return nil, o, broken(err)
	}
	if o.Format == "" {
		o.Format, err = sniffFormat(in.head(windowBytes), name)
	}
	if o.Format == XLSX {
		err = fault("file", "packed_xlsx", "a workbook cannot be read from within a packed file; unpack it first")
	}
	if head = in.head(windowBytes); bytes.IndexByte(head, '\n') < 0 && bytes.IndexByte(head[:max(0, len(head)-1)], '\r') >= 0 {
		in = newWindow(macLines{in})
	}
	return in, o, err
}

// readHeader reads up to the header, and the header.
func (r *Reader) readHeader(line int) error {
	if line == NoHeader {
		return r.nameColumns()
	}
	for {
		err := r.source.next(&r.rec)
		if err == io.EOF {
			return fault("file", "no_header", "the file has no header line")
		}
		if err != nil {
			return broken(err)
		}
		if r.rec.number >= line {
			break
		}
	}
	r.rec.check()
	r.rec.fail(r.rec.checkNUL())
	if r.rec.problem != nil {
		return fault("file", "bad_header_row", "the header in line %d cannot be read", r.rec.number).Because(r.rec.problem)
	}
	r.header = r.texts()
	if r.format == XLSX {
		r.header = withoutTail(r.header)
	}
	r.header = trimmed(r.header)
	r.columns = uniqueNames(r.header)
	return nil
}

// nameColumns takes the first row as the measure of all, and gives it back.
func (r *Reader) nameColumns() error {
	if err := r.source.next(&r.rec); err == io.EOF {
		return fault("file", "no_rows", "the file has no rows")
	} else if err != nil {
		return broken(err)
	}
	r.header = make([]string, len(r.rec.spans))
	r.columns = uniqueNames(r.header)
	first := r.rec
	first.raw = bytes.Clone(first.raw)
	r.rec = record{}
	r.source = &withFirst{source: r.source, first: &first}
	return nil
}

// withFirst is a source whose first row was read already.
type withFirst struct {
	source
	first *record
}

func (s *withFirst) next(r *record) error {
	if s.first == nil {
		return s.source.next(r)
	}
	*r, s.first = *s.first, nil
	return nil
}

func withoutTail(cells []string) []string {
	for len(cells) > 0 && strings.TrimSpace(cells[len(cells)-1]) == "" {
		cells = cells[:len(cells)-1]
	}
	return cells
}

// Columns returns the names of the columns, each one different from the others. The columns of NDJSON are the fields of
// the first rows, as far as 256 kB go.
func (r *Reader) Columns() []string { return slices.Clone(r.columns) }

// Header returns the names as they are written, without white space around them; some may be empty or the same.
func (r *Reader) Header() []string { return slices.Clone(r.header) }

// Position returns how many rows were read.
func (r *Reader) Position() int { return r.rows }

// Next returns the next row, or io.EOF after the last one. A row that cannot be read has a Problem, and the next one
// follows; an error is about the rest of the file.
func (r *Reader) Next() (Row, error) {
	if err := r.source.next(&r.rec); err == io.EOF {
		return Row{}, io.EOF
	} else if err != nil {
		return Row{}, broken(err)
	}
	r.rows++
	r.rec.check()
	cells := r.texts()
	problem := r.rec.problem
	if problem == nil {
		cells, problem = r.fit(cells)
	}
	if problem == nil {
		problem = r.rec.checkNUL()
	}
	return Row{Number: r.rec.number, Cells: cells, Raw: r.rec.raw, Recoded: r.rec.recoded, Extra: r.rec.extra, Problem: problem}, nil
}

// Skip passes over rows, to go on where an earlier reader stopped. It returns io.EOF when there are not as many.
func (r *Reader) Skip(rows int) error {
	for range rows {
		if err := r.source.next(&r.rec); err == io.EOF {
			return err
		} else if err != nil {
			return broken(err)
		}
		r.rows++
	}
	return nil
}

// Close lets go of what the Reader holds. It does not close the file it reads.
func (r *Reader) Close() error { return r.close() }

func (r *Reader) texts() []string {
	r.cells = r.rec.cells(r.cells)
	if r.ours && r.format == CSV {
		for i, cell := range r.cells {
			r.cells[i] = unguarded(cell)
		}
	}
	return r.cells
}

// fit compares a row with the header. Sheets leave out the empty cells at the end of a row.
func (r *Reader) fit(cells []string) ([]string, error) {
	if r.format == XLSX {
		for len(cells) > len(r.columns) && cells[len(cells)-1] == "" {
			cells = cells[:len(cells)-1]
		}
		for len(cells) < len(r.columns) {
			cells = append(cells, "")
		}
		r.cells = cells
	}
	if len(cells) != len(r.columns) {
		return cells, wrong("shifted", "the row has %d columns and the header %d", len(cells), len(r.columns))
	}
	return cells, nil
}

// formatOf knows a format by the end of a file's name.
func formatOf(name string) Format {
	switch path.Ext(strings.TrimSuffix(strings.ToLower(name), ".gz")) {
	case ".jsonl", ".ndjson", ".json":
		return NDJSON
	case ".xlsx", ".xlsm":
		return XLSX
	case ".csv", ".tsv", ".tab", ".txt":
		return CSV
	default:
		return ""
	}
}
