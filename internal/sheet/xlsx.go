package sheet

import (
	"fmt"
	"io"
	"strconv"
	"time"
)

// xlsxSource reads the rows of a sheet as they come out of the archive.
type xlsxSource struct {
	book    *workbook
	strings *sharedStrings
	xml     *xmlScan
	number  int
	value   []byte    // of the cell that is read
	inline  xmlString // likewise
	ended   bool
}

func (b *workbook) rows(s bookSheet) (*xlsxSource, error) {
	texts, err := b.shared()
	if err != nil {
		return nil, err
	}
	in, err := b.open(s.part)
	if err != nil {
		return nil, err
	}
	return &xlsxSource{book: b, strings: texts, xml: &xmlScan{in: newWindow(in)}}, nil
}

// next reads the next row that has a value.
func (s *xlsxSource) next(r *record) error {
	for !s.ended {
		part, err := s.xml.next()
		if err != nil {
			return unfinished(err)
		}
		switch name := string(s.xml.name); {
		case part == xmlEnd && name == "sheetData":
			s.ended = true
		case part == xmlStart && name == "row":
			r.reset()
			if err := s.row(r); err != nil {
				return unfinished(err)
			}
			if r.columns > 0 {
				r.decode(decoder{})
				return nil
			}
		}
	}
	return io.EOF
}

func unfinished(err error) error {
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return brokenBook(err)
}

func (s *xlsxSource) row(r *record) error {
	s.number++
	if n, err := strconv.Atoi(string(s.xml.attr("r"))); err == nil && n > s.number {
		s.number = n
	}
	r.number = s.number
	for column := -1; ; {
		part, err := s.xml.next()
		if err != nil {
			return err
		}
		switch name := string(s.xml.name); {
		case part == xmlEnd && name == "row":
			return nil
		case part == xmlStart && name == "c":
			column++
			if named := columnOf(s.xml.attr("r")); named >= 0 {
				column = named
			}
			if err := s.cell(r, column); err != nil {
				return err
			}
		}
	}
}

// cell reads one cell up to its end.
func (s *xlsxSource) cell(r *record, column int) error {
	kind := string(s.xml.attr("t"))
	style := plainNumber
	if n, err := strconv.Atoi(string(s.xml.attr("s"))); err == nil && n >= 0 && n < len(s.book.styles) {
		style = s.book.styles[n]
	}
	s.value = s.value[:0]
	s.inline.reset()
	hasValue, formula, inValue := false, false, false
	for {
		part, err := s.xml.next()
		if err != nil {
			return err
		}
		switch name := string(s.xml.name); {
		case part == xmlText && inValue:
			if len(s.value) <= CellBytes {
				s.value = append(s.value, s.xml.text...)
			}
		case part == xmlText:
			s.inline.part(part, s.xml)
		case name == "v":
			inValue = part == xmlStart
			hasValue = true
		case name == "is":
			hasValue = true
		case name == "f":
			formula = true
		case name == "c" && part == xmlEnd:
			if hasValue || formula {
				s.put(r, column, kind, style, hasValue)
			}
			return nil
		default:
			s.inline.part(part, s.xml)
		}
	}
}

// put writes the cell to the record.
func (s *xlsxSource) put(r *record, column int, kind string, style dateStyle, hasValue bool) {
	if column >= MostColumns {
		r.columns = max(r.columns, column+1)
		return
	}
	from := len(r.text)
	if from+len(s.value)+len(s.inline.text) > RowBytes {
		r.fail(wrong("long_row", "the row is longer than %d bytes", RowBytes))
		return
	}
	if problem := s.text(r, kind, style, hasValue); problem != nil {
		name := letters(column) + strconv.Itoa(r.number)
		problem = fmt.Errorf("cell %s %w", name, problem)
		r.fail(wrong("bad_cell", "%v", problem))
		r.text = r.text[:from]
	}
	r.place(column, from)
}

// text appends the cell's value as text.
func (s *xlsxSource) text(r *record, kind string, style dateStyle, hasValue bool) error {
	ok := true
	switch {
	case !hasValue:
		return fmt.Errorf("holds a formula without a result: open the file in a spreadsheet program and save it")
	case kind == "s":
		number, err := strconv.Atoi(string(s.value))
		if err == nil {
			s.inline.text, ok = s.strings.append(s.inline.text[:0], number)
		}
		if err != nil || !ok {
			return fmt.Errorf("refers to a text that the file does not have")
		}
		r.text = appendUnescaped(r.text, s.inline.text)
	case kind == "inlineStr":
		r.text = appendUnescaped(r.text, s.inline.text)
	case kind == "str":
		r.text = appendUnescaped(r.text, s.value)
	case kind == "b":
		r.text = strconv.AppendBool(r.text, string(s.value) == "1" || string(s.value) == "true")
	case kind == "e":
		return fmt.Errorf("holds the error %.20s", s.value)
	case kind == "d":
		r.text = append(r.text, isoText(string(s.value))...)
	case len(s.value) == 0:
	default:
		return s.numberText(r, style)
	}
	return nil
}

func (s *xlsxSource) numberText(r *record, style dateStyle) error {
	if style != plainNumber {
		days, err := strconv.ParseFloat(string(s.value), 64)
		if text := dateText(days, style, s.book.is1904); err == nil && text != "" {
			r.text = append(r.text, text...)
			return nil
		}
		return fmt.Errorf("is shown as a date and holds %.20s, which is none", s.value)
	}
	var ok bool
	if r.text, ok = numberText(r.text, s.value); !ok {
		return fmt.Errorf("should hold a number and holds %.20q", s.value)
	}
	return nil
}

// isoText shortens a date whose time is nought, as dates are kept by some programs.
func isoText(text string) string {
	if at, err := time.Parse(bothLayout, text); err == nil && at.Equal(at.Truncate(24*time.Hour)) {
		return at.Format(dayLayout)
	}
	return text
}

// appendUnescaped resolves the way in which XLSX writes characters that XML cannot have: _x000D_.
func appendUnescaped(into, text []byte) []byte {
	for i := 0; i < len(text); i++ {
		if r, ok := escapedAt(text[i:]); ok {
			into = append(into, string(r)...)
			i += 6
			continue
		}
		into = append(into, text[i])
	}
	return into
}

func escapedAt(text []byte) (rune, bool) {
	if len(text) < 7 || text[0] != '_' || text[1] != 'x' || text[6] != '_' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(text[2:6]), 16, 16)
	return rune(n), err == nil
}
