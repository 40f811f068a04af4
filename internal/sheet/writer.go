package sheet

import (
	"bufio"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
)

// WriterOptions say how a table is written. The zero value is right for most.
type WriterOptions struct {
	Comma rune   // of CSV; a comma when zero
	BOM   bool   // begins CSV with a byte order mark, without which some spreadsheet programs take UTF-8 for something else
	Plain bool   // writes texts of CSV that look like formulas as they are; only for programs, never for people
	Sheet string // name of the first sheet of XLSX; Sheet1 when empty
	Gzip  bool   // packs CSV and NDJSON
}

// Writer writes a table row by row in little memory. It is for one goroutine.
type Writer struct {
	rows    rowWriter
	out     *bufio.Writer
	pack    *gzip.Writer
	columns int
	n       int
	err     error
}

// rowWriter is one format.
type rowWriter interface {
	row(cells []Cell) error
	end() error
}

// NewWriter begins a table with its columns. Names that are empty or occur twice get the names a Reader would give them.
func NewWriter(w io.Writer, f Format, columns []string, o WriterOptions) (*Writer, error) {
	if len(columns) == 0 || len(columns) > MostColumns {
		return nil, fault("columns", "bad_columns", "a table has 1 to %d columns", MostColumns)
	}
	check := Options{Format: f, Comma: o.Comma}
	if err := check.check(); err != nil {
		return nil, err
	}
	out := &Writer{columns: len(columns)}
	if o.Gzip && f != XLSX {
		out.pack = gzip.NewWriter(w)
		w = out.pack
	}
	out.out = bufio.NewWriterSize(w, windowBytes)
	columns = uniqueNames(trimmed(columns))
	var err error
	switch f {
	case CSV:
		out.rows, err = newCSVWriter(out.out, columns, o)
	case NDJSON:
		out.rows = newNDJSONWriter(out.out, columns)
	case XLSX:
		out.rows, err = newXLSXWriter(out.out, columns, o.Sheet)
	default:
		return nil, fault("format", "unknown_format", "%q is not a format: use csv, ndjson or xlsx", f)
	}
	return out, err
}

// Write appends a row with a cell for every column. After an error the table is worth nothing.
func (w *Writer) Write(cells []Cell) error {
	if w.err != nil {
		return w.err
	}
	if len(cells) != w.columns {
		return fmt.Errorf("sheet.Write: %d cells for %d columns", len(cells), w.columns)
	}
	w.n++
	if w.err = w.rows.row(cells); w.err != nil {
		w.err = fmt.Errorf("sheet.Write(row %d): %w", w.n, w.err)
	}
	return w.err
}

// Rows returns how many rows were written.
func (w *Writer) Rows() int { return w.n }

// Cut returns how many texts were too long for a cell of XLSX, which holds 32,767 characters, and were cut.
func (w *Writer) Cut() int {
	if x, ok := w.rows.(*xlsxWriter); ok {
		return x.cut
	}
	return 0
}

// Close ends the table. It does not close what is written to.
func (w *Writer) Close() error {
	if w.err != nil {
		return w.err
	}
	err := w.rows.end()
	if err == nil {
		err = w.out.Flush()
	}
	if err == nil && w.pack != nil {
		err = w.pack.Close()
	}
	if err != nil {
		return fmt.Errorf("sheet.Close: %w", err)
	}
	return nil
}
