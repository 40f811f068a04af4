package sheet

import (
	"fairground/internal/value"
)

// Format is the way a table is written down.
type Format string

// The formats.
const (
	CSV    Format = "csv"    // cells between delimiters, one row a line
	NDJSON Format = "ndjson" // one JSON object a line
	XLSX   Format = "xlsx"   // a workbook of a spreadsheet program
)

// The limits of what is read. What goes over one is the Problem of its row, never the end of the file.
const (
	RowBytes    = 1 << 20   // a row, as it is written
	CellBytes   = 256 << 10 // a cell, as UTF-8
	MostColumns = 1000      // columns of a table
)

// NoHeader as the Header of Options says that the file has rows only. Its columns are named Column A, Column B, ….
const NoHeader = -1

// Options say how a file is to be read. Fields that are zero are found out from its content.
type Options struct {
	Format   Format `json:"format,omitempty"`
	Comma    rune   `json:"comma,omitempty"`    // between the cells of CSV; an ASCII character
	Encoding string `json:"encoding,omitempty"` // utf-8, utf-16le, utf-16be, windows-1252 or latin1; not of XLSX
	Sheet    string `json:"sheet,omitempty"`    // name of the sheet of XLSX; the first visible one otherwise
	Header   int    `json:"header,omitempty"`   // line of the column names, counted from 1, or NoHeader; not of NDJSON

	// Strict makes a Problem of what is mended otherwise: a row that is not valid UTF-8, and a quotation mark inside a
	// cell of CSV that does not begin with one.
	Strict bool `json:"strict,omitempty"`

	// Ours says that a Writer made this CSV: the apostrophes it put before formulas are taken away again.
	Ours bool `json:"ours,omitempty"`
}

// Row is one row of a table.
type Row struct {
	Number int      // the line, or the row of the sheet, as an editor or spreadsheet program counts them
	Cells  []string // one for each column, in their order; the slice is valid until the next call of Next, its strings for good
	Raw    []byte   // the row of CSV as it is written, of NDJSON in UTF-8; at most 1 MiB, valid until the next call of Next

	Recoded bool     // it was not valid UTF-8 and was read as Windows-1252
	Extra   []string // fields of NDJSON that no column stands for; at most 20 are named

	// Problem says why the row must not be taken as it is, as a *value.Error of kind Invalid. Cells then holds what
	// could be read, and may be shorter or longer than the header.
	Problem error
}

// KeyNUL is the Key of the Problem that a row holds a NUL character and is right otherwise. Databases refuse such texts.
const KeyNUL = "sheet.nul"

// fault is an error about the file as a whole, on a form field.
func fault(field, key, format string, args ...any) *value.Error {
	err := value.Fieldf(field, format, args...)
	err.Key, err.Args = "sheet."+key, args
	return err
}

// wrong is the problem of one row.
func wrong(key, format string, args ...any) *value.Error {
	return fault("row", key, format, args...)
}
