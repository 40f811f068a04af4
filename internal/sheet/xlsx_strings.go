package sheet

import (
	"fmt"
	"io"
	"os"
)

const (
	stringsHeld = 16 << 20 // bytes of shared strings that are kept in memory; more go to a file
	mostStrings = 32 << 20 // shared strings
)

// sharedStrings are the texts of a workbook, which cells refer to by number. They are read once. The file for many of
// them has no name any more, so that it goes away by itself, whatever happens.
type sharedStrings struct {
	held []byte
	ends []int64 // where each string ends
	file *os.File
	gone int64 // bytes in the file
	buf  []byte
}

// shared reads the texts at first use.
func (b *workbook) shared() (*sharedStrings, error) {
	if b.strings != nil || b.textPart == "" {
		return b.strings, nil
	}
	in, err := b.open(b.textPart)
	if err != nil {
		return nil, err
	}
	all := &sharedStrings{}
	if err := all.read(&xmlScan{in: newWindow(in)}); err != nil {
		all.close()
		return nil, brokenBook(fmt.Errorf("shared strings: %w", err))
	}
	b.strings = all
	return all, nil
}

func (s *sharedStrings) read(x *xmlScan) error {
	text := xmlString{}
	for {
		part, err := x.next()
		if err == io.EOF {
			return s.spill(true)
		}
		if err != nil {
			return err
		}
		switch {
		case part == xmlStart && string(x.name) == "si":
			text.reset()
		case part == xmlEnd && string(x.name) == "si":
			if err := s.add(text.text); err != nil {
				return err
			}
		default:
			text.part(part, x)
		}
	}
}

func (s *sharedStrings) add(text []byte) error {
	if len(s.ends) == mostStrings {
		return fmt.Errorf("more than %d", mostStrings)
	}
	s.held = append(s.held, text...)
	s.ends = append(s.ends, s.gone+int64(len(s.held)))
	return s.spill(false)
}

// spill moves what is held to the file when it is too much, or at the end when there is a file.
func (s *sharedStrings) spill(last bool) error {
	if len(s.held) < stringsHeld && (s.file == nil || !last) {
		return nil
	}
	if s.file == nil {
		file, err := os.CreateTemp("", "sheet-strings-")
		if err != nil {
			return err
		}
		os.Remove(file.Name())
		s.file = file
	}
	n, err := s.file.WriteAt(s.held, s.gone)
	s.gone, s.held = s.gone+int64(n), s.held[:0]
	return err
}

// append writes the string of a number.
func (s *sharedStrings) append(into []byte, number int) ([]byte, bool) {
	if s == nil || number < 0 || number >= len(s.ends) {
		return into, false
	}
	from, end := int64(0), s.ends[number]
	if number > 0 {
		from = s.ends[number-1]
	}
	if s.file == nil {
		return append(into, s.held[from:end]...), true
	}
	if int64(cap(s.buf)) < end-from {
		s.buf = make([]byte, end-from)
	}
	buf := s.buf[:end-from]
	_, err := s.file.ReadAt(buf, from)
	return append(into, buf...), err == nil
}

func (s *sharedStrings) close() error {
	if s == nil || s.file == nil {
		return nil
	}
	return s.file.Close()
}

// xmlString collects the text of a string element: one text or several with different looks. Readings of Japanese
// words stand beside them and are left out.
type xmlString struct {
	text    []byte
	inText  bool
	reading int
}

func (t *xmlString) reset() { t.text, t.inText, t.reading = t.text[:0], false, 0 }

func (t *xmlString) part(part xmlPart, x *xmlScan) {
	if part == xmlText {
		if t.inText && t.reading == 0 && len(t.text) <= CellBytes {
			t.text = append(t.text, x.text...)
		}
		return
	}
	switch step := 1 - 2*int(part); string(x.name) {
	case "t":
		t.inText = part == xmlStart
	case "rPh":
		t.reading += step
	}
}
