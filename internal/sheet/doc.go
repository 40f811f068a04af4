// Package sheet reads and writes tables of text of any size in little memory: CSV, NDJSON (JSON Lines) and XLSX. What
// imports and exports stand on it.
//
// # Reading
//
// Sniff looks at a file and returns a Guess: its format, delimiter, encoding, header, columns with samples, first rows,
// and warnings in plain words. A person may correct the Options in it. Open reads with Options; what they leave open is
// found out in the same way. Reader.Next gives row after row. A row that cannot be taken as it is has a Problem, and the
// next one follows: one bad row never ends a file. After an interruption Skip passes over the rows that were done.
//
// The content decides on the format, the name only where the content is silent. Then:
//   - The delimiter is the one of , ; tabulator | that divides most rows alike. A first line sep=; is obeyed.
//   - The header is the first row that is filled as the rows below are; a title above it is passed over. An empty name
//     becomes Column C, a name that occurs again gets a number: Town, Town (2).
//   - The encoding is UTF-8 or UTF-16, by a byte order mark or by the look of it, else Windows-1252. In a UTF-8 file a
//     row that is not valid UTF-8 is read as Windows-1252 by itself and flagged (Row.Recoded).
//   - A row of CSV with more or fewer cells than the header is a Problem. Rows of XLSX are filled up with empty cells,
//     because sheets leave those out.
//   - A quotation mark that is never closed, or closed in the middle of a cell, is a Problem of its line alone. A mark
//     inside a plain cell (28" tyre) is a character, unless Options.Strict.
//   - Lines within a cell of CSV end in a line feed, whatever the file has.
//   - NDJSON: objects inside become columns with a path (price.amount), lists of plain values one text with semicolons,
//     anything deeper stays JSON. Fields that come up only after the first 256 kB are named in Row.Extra.
//   - XLSX: dates become ISO 8601, numbers all their digits without exponent or thousands separator, yes/no true and
//     false. Nothing is computed: a formula has the result its program saved. An error such as #REF!, a formula without
//     a result, and a date that does not exist are an empty cell and a Problem that names the cell.
//
// gzip is unpacked as it is read. A row has at most 1 MiB, a cell 256 KiB, a table 1,000 columns; a file that grows more
// than 200 times when it is unpacked is refused, and so is XML with a document type.
//
// # Writing
//
// NewWriter begins a table with its columns, Write appends a row of Cells, Close ends it. Cells have kinds, so that
// NDJSON and XLSX hold numbers, dates and yes/no as such. XLSX holds 15 digits of a number: longer ones are written as
// text. It has no time zones: moments are written in UTC. After 1,048,576 rows it goes on in a further sheet. A text
// over 32,767 characters does not fit into a cell of XLSX; it is cut, and Writer.Cut counts that.
//
// # Formulas as cells
//
// A spreadsheet program runs a cell of CSV that begins with = + - @ as a formula. So the Writer puts an apostrophe before
// a text that begins with one of these, their wide forms, a tabulator or an end of line, after any number of
// apostrophes: =1 becomes '=1, and '=1 becomes ”=1. Numbers stay as they are. A Reader that is told a file is Ours takes
// away exactly one apostrophe from exactly such texts, so that every text comes back; from other files it takes none.
// NDJSON and XLSX need no apostrophe, because their texts are texts.
//
// # Why XLSX is read and written here
//
// github.com/xuri/excelize reads the whole file into memory, and its rows do not tell a date from a number or yes from 1;
// its stream writer needs a temporary file for each sheet. Measured side by side on 200,000 rows of 13 columns, it took
// ten times as long to write and twenty-five times as long to read. excelize is the other program in the tests: what it
// writes is read here, and what is written here is read by it.
package sheet
