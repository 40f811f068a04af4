package sheet

import (
	"bytes"
	"encoding/json"
	"io"
)

// ndjsonSource reads one JSON object a line. Every field is a column; the fields of an object inside are columns with a
// path such as price.amount.
type ndjsonSource struct {
	in      *window
	decode  decoder
	line    int
	columns map[string]int
}

func (s *ndjsonSource) next(r *record) error {
	for {
		r.reset()
		line, err := s.read(r)
		if err != nil {
			return err
		}
		if r.problem != nil {
			return nil
		}
		if !blank(line) {
			s.parse(r, line)
			return nil
		}
	}
}

// read takes one line.
func (s *ndjsonSource) read(r *record) ([]byte, error) {
	for looked := 0; ; {
		held := s.in.bytes()
		end := bytes.IndexByte(held[min(looked, len(held)):], '\n')
		if end >= 0 {
			end += looked + 1
		}
		looked = len(held)
		if end < 0 && s.in.ended() {
			if err := s.in.fail(); err != nil || len(held) == 0 {
				return nil, orEnd(err)
			}
			end = len(held)
		}
		switch {
		case end > RowBytes, end < 0 && len(held) > RowBytes:
			return nil, s.tooLong(r)
		case end < 0:
			s.in.fill(min(max(windowBytes, 2*len(held)), RowBytes+windowBytes))
			continue
		}
		r.raw, r.number = held[:end], s.line
		s.in.drop(end)
		s.line++
		return r.raw, nil
	}
}

func orEnd(err error) error {
	if err == nil {
		return io.EOF
	}
	return err
}

func (s *ndjsonSource) tooLong(r *record) error {
	r.raw, r.number = bytes.Clone(s.in.bytes()[:CellBytes]), s.line
	r.problem = wrong("long_row", "the row is longer than %d bytes", RowBytes)
	s.line++
	return skipLine(s.in)
}

// skipLine drops what is left of a line.
func skipLine(in *window) error {
	for in.fill(1) {
		held := in.bytes()
		if end := bytes.IndexByte(held, '\n'); end >= 0 {
			in.drop(end + 1)
			return nil
		}
		in.drop(len(held))
	}
	return in.fail()
}

func (s *ndjsonSource) parse(r *record, line []byte) {
	table, recoded, err := s.decode.mapOf(line)
	if err != nil {
		r.fail(err)
		return
	}
	if table != nil {
		line, r.recoded = recode(nil, line, table), recoded
		r.raw = line[:min(len(line), RowBytes)]
	}
	if err := checkObject(line); err != nil {
		r.fail(err)
		return
	}
	eachField(line, func(path []byte, text []byte, isJSON bool) {
		column, known := s.columns[string(path)]
		if !known {
			if len(r.extra) < mostExtra {
				r.extra = append(r.extra, string(path))
			}
			return
		}
		from := len(r.text)
		if isJSON {
			r.text = appendText(r.text, text)
		} else {
			r.text = append(r.text, text...)
		}
		r.place(column, from)
	})
	for len(r.spans) < len(s.columns) {
		r.spans = append(r.spans, span{})
	}
}

const mostExtra = 20 // fields without a column that are named

// checkObject says what is wrong with a line that is not one JSON object.
func checkObject(line []byte) error {
	line = bytes.TrimSpace(line)
	if !json.Valid(line) {
		var any json.RawMessage
		return wrong("bad_json", "the row is not JSON: %v", json.Unmarshal(line, &any))
	}
	if line[0] != '{' {
		return wrong("not_object", "the row is JSON and not an object with the fields of one record")
	}
	return nil
}

// fieldsOf returns the names of the columns of a sample, in the order in which they first occur.
func fieldsOf(sample []byte, decode decoder) []string {
	var names []string
	known := make(map[string]bool)
	for line := range bytes.Lines(sample) {
		if table, _, _ := decode.mapOf(line); table != nil {
			line = recode(nil, line, table)
		}
		if blank(line) || checkObject(line) != nil {
			continue
		}
		eachField(line, func(path, _ []byte, _ bool) {
			if !known[string(path)] && len(names) < MostColumns {
				known[string(path)] = true
				names = append(names, string(path))
			}
		})
	}
	return names
}
