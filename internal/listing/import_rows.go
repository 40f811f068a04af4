package listing

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"fairground/internal/value"
)

const (
	longestRow     = 1 << 20 // bytes; a longer row is an error of that row
	mostLines      = 1000    // of a row of CSV with quoted fields
	mostExpansion  = 200     // times a compressed file may grow
	smallExpansion = 64 << 20
)

// rows reads the rows of a file one by one in little memory. A row that cannot be read is an error of its own and the
// next one follows.
type rows struct {
	in     *bufio.Reader
	csv    bool
	comma  byte
	decode func([]byte) ([]byte, error)
	header map[string]int
	number int
	again  [][]byte // lines that were read too early
}

// openRows looks at the first bytes: gzip is unpacked as it is read, a byte order mark is dropped.
func openRows(r io.Reader, name string, m Mapping) (*rows, error) {
	in := bufio.NewReaderSize(r, 1<<16)
	if magic, _ := in.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		counted := &countedReader{in: in}
		unpacked, err := gzip.NewReader(counted)
		if err != nil {
			return nil, value.Fieldf("file", "the file looks like gzip and cannot be unpacked").Because(err)
		}
		in = bufio.NewReaderSize(&boundedReader{in: unpacked, packed: counted}, 1<<16)
		name = strings.TrimSuffix(name, ".gz")
	}
	if mark, _ := in.Peek(3); bytes.Equal(mark, []byte{0xef, 0xbb, 0xbf}) {
		in.Discard(3)
	}
	format := m.Format
	if format == "" {
		format = formatOf(name)
	}
	if format == "" {
		return nil, value.Fieldf("format", "%s: name the format in the mapping, csv or jsonl", name)
	}
	s := &rows{in: in, csv: format == "csv", comma: ',', decode: decoderOf(m.Encoding)}
	if m.Delimiter != "" {
		s.comma = m.Delimiter[0]
	}
	if s.decode == nil {
		return nil, value.Fieldf("encoding", "%q is not an encoding: use utf-8, latin1 or windows-1252", m.Encoding)
	}
	if s.csv {
		return s, s.readHeader()
	}
	return s, nil
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

func decoderOf(encoding string) func([]byte) ([]byte, error) {
	switch strings.ToLower(encoding) {
	case "", "utf-8", "utf8":
		return func(b []byte) ([]byte, error) {
			if !utf8.Valid(b) {
				return nil, value.Fieldf("row", "the row is not valid UTF-8; if the file is older, set encoding: latin1 in the mapping")
			}
			return b, nil
		}
	case "latin1", "iso-8859-1":
		return charmap.ISO8859_1.NewDecoder().Bytes
	case "windows-1252", "cp1252":
		return charmap.Windows1252.NewDecoder().Bytes
	default:
		return nil
	}
}

// next returns the next row. It returns io.EOF at the end, a *value.Error for a row that cannot be read, with the row's
// number and raw bytes set, and any other error when the file itself fails.
func (s *rows) next() (row, error) {
	for {
		raw, err := s.record()
		if len(bytes.TrimSpace(raw)) == 0 && err == nil {
			continue
		}
		if err == io.EOF {
			return row{}, io.EOF
		}
		s.number++
		r := row{number: s.number, raw: bytes.Clone(clipBytes(raw)), size: len(raw)}
		if err != nil {
			return r, err
		}
		text, err := s.decode(raw)
		if err != nil {
			return r, err
		}
		if s.csv {
			r.column, err = s.csvColumns(text)
		} else {
			r.column, err = jsonColumns(text)
		}
		return r, err
	}
}

// record reads one line, or for CSV as many lines as a quoted field spans, up to longestRow and mostLines. When a quoted
// field is never closed, or not closed where a field may end, the first line alone is the row, and the lines after it are
// rows again: one stray quotation mark must not swallow its neighbours.
func (s *rows) record() ([]byte, error) {
	raw, err := s.line()
	if err != nil || !s.csv {
		return raw, err
	}
	state := quotes{comma: s.comma}
	if state.read(raw); !state.open {
		return raw, nil
	}
	lines := [][]byte{raw}
	for whole := slices.Clone(raw); ; {
		line, err := s.line()
		if err != nil || len(whole)+len(line) > longestRow || len(lines) == mostLines {
			s.again = append(append(lines[1:], nonEmpty(line)...), s.again...)
			return raw, nil
		}
		lines, whole = append(lines, line), append(whole, line...)
		if state.read(line); state.open {
			continue
		}
		if text, err := s.decode(whole); err == nil {
			if _, err := s.split(text); err == nil {
				return whole, nil
			}
		}
		s.again = append(lines[1:], s.again...)
		return raw, nil
	}
}

// quotes follows quoted fields from line to line. A quotation mark opens one only where a field begins.
type quotes struct {
	comma byte
	open  bool // inside a quoted field
	begun bool // inside a field that is not quoted, or after a quoted one
}

func (q *quotes) read(line []byte) {
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case q.open && c == '"' && i+1 < len(line) && line[i+1] == '"':
			i++
		case c == '"' && (q.open || !q.begun):
			q.open, q.begun = !q.open, true
		case !q.open:
			q.begun = c != q.comma && c != '\n'
		}
	}
}

// line reads one line with its end. A line over longestRow is an error of its own and is skipped.
func (s *rows) line() ([]byte, error) {
	if len(s.again) > 0 {
		line := s.again[0]
		s.again = s.again[1:]
		return line, nil
	}
	var raw []byte
	for {
		part, err := s.in.ReadSlice('\n')
		if len(raw)+len(part) > longestRow {
			return clipBytes(append(raw, part...)), s.skipLine(err)
		}
		raw = append(raw, part...)
		switch {
		case err == nil, err == io.EOF && len(raw) > 0:
			return raw, nil
		case err != bufio.ErrBufferFull:
			return nil, fileError(err)
		}
	}
}

// skipLine reads to the end of a line that is too long.
func (s *rows) skipLine(err error) error {
	for err == bufio.ErrBufferFull {
		_, err = s.in.ReadSlice('\n')
	}
	if err != nil && err != io.EOF {
		return fileError(err)
	}
	return value.Fieldf("row", "the row is longer than %d bytes", longestRow)
}

func nonEmpty(line []byte) [][]byte {
	if len(line) == 0 {
		return nil
	}
	return [][]byte{line}
}

func fileError(err error) error {
	if err == io.EOF {
		return err
	}
	return &brokenFile{err}
}

// brokenFile ends an import: nothing after it can be read.
type brokenFile struct{ cause error }

func (e *brokenFile) Error() string { return "the file cannot be read further: " + e.cause.Error() }
func (e *brokenFile) Unwrap() error { return e.cause }

func (s *rows) readHeader() error {
	raw, err := s.record()
	for err == nil && len(bytes.TrimSpace(raw)) == 0 {
		raw, err = s.record()
	}
	if err != nil {
		return value.Fieldf("file", "the file has no header line").Because(err)
	}
	text, err := s.decode(raw)
	if err != nil {
		return err
	}
	names, err := s.split(text)
	if err != nil {
		return err
	}
	s.header = make(map[string]int, len(names))
	for i, name := range names {
		name = strings.TrimSpace(name)
		if _, twice := s.header[name]; twice {
			return value.Fieldf("file", "the header names the column %q twice", clip(name))
		}
		s.header[name] = i
	}
	return nil
}

func (s *rows) split(text []byte) ([]string, error) {
	reader := csv.NewReader(bytes.NewReader(text))
	reader.Comma, reader.FieldsPerRecord = rune(s.comma), -1
	fields, err := reader.Read()
	if err != nil {
		var wrong *csv.ParseError
		if errors.As(err, &wrong) {
			return nil, value.Fieldf("row", "the row is not CSV: %v at character %d", wrong.Err, wrong.Column)
		}
		return nil, value.Fieldf("row", "the row is not CSV: %v", err)
	}
	return fields, nil
}

func (s *rows) csvColumns(text []byte) (func(string) (string, bool), error) {
	fields, err := s.split(text)
	if err != nil {
		return nil, err
	}
	if len(fields) != len(s.header) {
		return nil, value.Fieldf("row", "the row has %d columns and the header %d", len(fields), len(s.header))
	}
	return func(name string) (string, bool) {
		i, ok := s.header[name]
		if !ok {
			return "", false
		}
		return fields[i], true
	}, nil
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

// boundedReader ends a file that grows suspiciously when unpacked.
type boundedReader struct {
	in     io.Reader
	packed *countedReader
	n      int64
}

func (r *boundedReader) Read(p []byte) (int, error) {
	n, err := r.in.Read(p)
	r.n += int64(n)
	if r.n > smallExpansion && r.n > mostExpansion*r.packed.n {
		return 0, fmt.Errorf("it grows more than %d times when unpacked", mostExpansion)
	}
	return n, err
}
