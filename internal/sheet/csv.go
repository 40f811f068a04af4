package sheet

import (
	"bytes"
	"io"
)

const mostLines = 1000 // of a row with quoted cells

// csvSource reads CSV. A quotation mark opens a cell only where a cell begins. When a quoted cell is never closed, or
// not closed where a cell may end, the first line alone is the row, and the lines after it are rows again: one stray
// quotation mark must not swallow its neighbours. That costs little even in a file full of them: looking for the end of a
// cell stops at the next mark that is not doubled, and no line before that one opens a cell without closing it, so no
// byte is looked at in vain more than once.
type csvSource struct {
	in     *window
	comma  byte
	strict bool // a quotation mark inside a plain cell is a problem
	decode decoder
	line   int // of the next row
}

func (s *csvSource) next(r *record) error {
	for {
		r.reset()
		size, lines, err := s.find(r)
		if err != nil {
			return err
		}
		r.raw, r.number = s.in.bytes()[:size], s.line
		s.in.drop(size)
		s.line += lines
		if size > RowBytes {
			r.raw = bytes.Clone(r.raw[:CellBytes])
			r.fail(wrong("long_row", "the row is longer than %d bytes", RowBytes))
			s.line++
			return skipLine(s.in)
		}
		if r.problem != nil || r.columns > 1 || !blank(r.raw) {
			r.decode(s.decode)
			return nil
		}
	}
}

// find parses the next row where it lies and returns its size in bytes and lines. Rows that end within a window, nearly
// all, are looked at once. A line that is too long has a size over RowBytes.
func (s *csvSource) find(r *record) (size, lines int, err error) {
	for {
		held := s.in.bytes()
		p := csvParse{text: held[:min(len(held), RowBytes+1)], comma: s.comma, strict: s.strict, into: r}
		p.last = s.in.err == io.EOF && len(held) <= RowBytes
		if s.in.ended() && len(held) == 0 {
			return 0, 0, s.in.err
		}
		end := p.row()
		switch {
		case end == rowWhole && p.at <= RowBytes:
			return p.at, p.lines, nil
		case end == rowOpen && len(held) <= RowBytes && !s.in.ended():
			s.in.fill(min(max(windowBytes, 2*len(held)), RowBytes+windowBytes))
			r.reset()
		case end == rowOpen && s.in.fail() != nil:
			return 0, 0, s.in.fail()
		default:
			return s.firstLine(r)
		}
	}
}

// firstLine takes one line as a row that cannot be read.
func (s *csvSource) firstLine(r *record) (size, lines int, err error) {
	held := s.in.head(RowBytes + 1)
	end := bytes.IndexByte(held, '\n')
	r.reset()
	if end < 0 && len(held) > RowBytes {
		return len(held), 0, nil
	}
	size = len(held)
	if end >= 0 {
		size = end + 1
	}
	p := csvParse{text: held[:size], comma: s.comma, into: r, plain: true, last: true}
	p.row()
	r.fail(wrong("bad_quotes", "the row has a quotation mark that does not belong there, or one that is never closed"))
	return size, 1, nil
}

func blank(line []byte) bool { return len(bytes.TrimSpace(line)) == 0 }
