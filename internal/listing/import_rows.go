package listing

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"fairground/internal/sheet"
	"fairground/internal/value"
)

// rows reads the rows of a file one by one in little memory. A row that cannot be read is an error of its own and the
// next one follows.
type rows struct {
	in     *sheet.Reader
	csv    bool
	header map[string]int
	number int
}

// openRows opens a file, packed with gzip or not, and reads the header of CSV.
func openRows(r io.Reader, name string, m Mapping) (*rows, error) {
	format := m.Format
	if format == "" {
		format = formatOf(strings.TrimSuffix(name, ".gz"))
	}
	o := sheet.Options{Format: sheet.CSV, Comma: ',', Encoding: m.Encoding, Header: 1, Strict: true}
	switch format {
	case "csv":
	case "jsonl":
		o.Format = sheet.NDJSON
	default:
		return nil, value.Fieldf("format", "%s: name the format in the mapping, csv or jsonl", name)
	}
	if m.Delimiter != "" {
		o.Comma = rune(m.Delimiter[0])
	}
	if o.Encoding == "" {
		o.Encoding = "utf-8"
	}
	in, err := sheet.OpenStream(r, name, o)
	if err != nil {
		return nil, err
	}
	s := &rows{in: in, csv: o.Format == sheet.CSV}
	return s, s.readHeader()
}

func formatOf(name string) string {
	switch {
	case strings.HasSuffix(name, ".csv"):
		return "csv"
	case strings.HasSuffix(name, ".jsonl"), strings.HasSuffix(name, ".ndjson"):
		return "jsonl"
	default:
		return ""
	}
}

// readHeader refuses what sheet would mend: with two columns of one name, a template could mean either.
func (s *rows) readHeader() error {
	if !s.csv {
		return nil
	}
	s.header = make(map[string]int)
	for i, name := range s.in.Header() {
		if _, twice := s.header[name]; twice {
			return value.Fieldf("file", "the header names the column %q twice", value.Clip(name, 40))
		}
		s.header[name] = i
	}
	return nil
}

// next returns the next row. It returns io.EOF at the end, a *value.Error for a row that cannot be read, with the row's
// number and raw bytes set, and a *brokenFile when the file itself fails.
func (s *rows) next() (row, error) {
	in, err := s.in.Next()
	if err == io.EOF {
		return row{}, err
	}
	if err != nil {
		return row{}, &brokenFile{err}
	}
	s.number++
	r := row{number: s.number, raw: bytes.Clone(clipBytes(in.Raw)), size: len(in.Raw)}
	switch {
	case in.Problem != nil && !onlyNUL(in.Problem):
		return r, in.Problem
	case s.csv:
		r.column = s.csvColumns(slices.Clone(in.Cells))
	default:
		r.column, err = jsonColumns(in.Raw)
	}
	return r, err
}

// onlyNUL reports whether a row is right but for NUL characters, which are taken out with what else no listing may have.
func onlyNUL(problem error) bool {
	var known *value.Error
	return errors.As(problem, &known) && known.Key == sheet.KeyNUL
}

// brokenFile ends an import: nothing after it can be read.
type brokenFile struct{ cause error }

func (e *brokenFile) Error() string { return e.cause.Error() }
func (e *brokenFile) Unwrap() error { return e.cause }

func (s *rows) csvColumns(cells []string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		i, ok := s.header[name]
		if !ok {
			return "", false
		}
		return cells[i], true
	}
}

// jsonColumns looks fields up by name, in nested objects by a path with dots. A field that is missing is empty: rows
// of JSON leave out what they have no value for.
func jsonColumns(text []byte) (func(string) (string, bool), error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var object map[string]any
	if err := decoder.Decode(&object); err != nil {
		return nil, value.Fieldf("row", "the row is not a JSON object: %v", err)
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, value.Fieldf("row", "the row has something after its JSON object")
	}
	return func(name string) (string, bool) { return jsonText(object, name), true }, nil
}

func jsonText(object map[string]any, name string) string {
	v, ok := object[name]
	if !ok {
		first, rest, nested := strings.Cut(name, ".")
		if inner, isObject := object[first].(map[string]any); nested && isObject {
			return jsonText(inner, rest)
		}
		return ""
	}
	return plainText(v)
}

// plainText writes a value of JSON. The parts of an array stand between semicolons, as photos do; an object has no text.
func plainText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	case []any:
		var parts []string
		for _, part := range v {
			if text := plainText(part); text != "" {
				parts = append(parts, text)
			}
		}
		return strings.Join(parts, "; ")
	default:
		return ""
	}
}

func clipBytes(raw []byte) []byte {
	const enough = 500
	if len(raw) > enough {
		return raw[:enough]
	}
	return raw
}

type countedReader struct {
	in io.Reader
	n  int64
}

func (r *countedReader) Read(p []byte) (int, error) {
	n, err := r.in.Read(p)
	r.n += int64(n)
	return n, err
}
