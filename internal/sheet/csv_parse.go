package sheet

import (
	"bytes"
)

// How a row ends.
type rowEnd int

const (
	rowWhole rowEnd = iota // at the end of a line
	rowOpen                // not within the text there is
	rowStray               // it has a quotation mark where none belongs
)

// csvParse takes one row of CSV apart.
type csvParse struct {
	text   []byte
	last   bool // nothing follows the text
	comma  byte
	strict bool
	plain  bool // quotation marks mean nothing
	into   *record

	at    int // bytes read
	lines int // ends of lines read
}

// row reads up to the end of the row.
func (p *csvParse) row() rowEnd {
	for {
		from := len(p.into.text)
		end := rowWhole
		if p.at < len(p.text) && p.text[p.at] == '"' && !p.plain {
			end = p.quoted()
		} else {
			end = p.bare()
		}
		if end != rowWhole {
			return end
		}
		p.into.end(from)
		if p.at == len(p.text) { // without an end of line, or bare and quoted would have asked for more
			p.lines++
			return rowWhole
		}
		p.at++
		if p.text[p.at-1] == '\n' {
			p.lines++
			return rowWhole
		}
		if p.at == len(p.text) && !p.last {
			return rowOpen
		}
	}
}

// bare reads a cell without quotation marks and stops at what ends it.
func (p *csvParse) bare() rowEnd {
	text, comma, quotes := p.text, p.comma, false
	i := p.at
	for ; i < len(text); i++ {
		c := text[i]
		if c == comma || c == '\n' {
			break
		}
		quotes = quotes || c == '"'
	}
	if i == len(text) && !p.last {
		p.at = i
		return rowOpen
	}
	cell := text[p.at:i]
	p.at = i
	if quotes && p.strict {
		return rowStray
	}
	if (i == len(text) || text[i] == '\n') && len(cell) > 0 && cell[len(cell)-1] == '\r' {
		cell = cell[:len(cell)-1]
	}
	p.into.text = append(p.into.text, cell...)
	return rowWhole
}

// quoted reads a cell within quotation marks and stops at what ends it.
func (p *csvParse) quoted() rowEnd {
	for p.at++; ; {
		n := bytes.IndexByte(p.text[p.at:], '"')
		if n < 0 {
			p.lines += bytes.Count(p.text[p.at:], []byte{'\n'})
			p.at = len(p.text)
			return p.unclosed()
		}
		p.add(p.text[p.at : p.at+n])
		p.at += n + 1
		if p.at == len(p.text) || p.text[p.at] != '"' {
			return p.closed()
		}
		p.into.text = append(p.into.text, '"')
		p.at++
	}
}

func (p *csvParse) unclosed() rowEnd {
	if p.last || p.lines > mostLines {
		return rowStray
	}
	return rowOpen
}

// closed looks at what follows a quotation mark that closes a cell.
func (p *csvParse) closed() rowEnd {
	rest := p.text[p.at:]
	if len(rest) > 0 && rest[0] == '\r' && (len(rest) > 1 && rest[1] == '\n' || len(rest) == 1) {
		p.at++
		rest = rest[1:]
	}
	switch {
	case p.lines > mostLines:
		return rowStray
	case len(rest) == 0 && p.last, len(rest) > 0 && (rest[0] == p.comma || rest[0] == '\n'):
		return rowWhole
	case len(rest) == 0:
		return rowOpen
	default:
		return rowStray
	}
}

// add appends a piece of a quoted cell. Its lines end in one way, whatever the program that wrote them.
func (p *csvParse) add(piece []byte) {
	p.lines += bytes.Count(piece, []byte{'\n'})
	for {
		n := bytes.Index(piece, []byte("\r\n"))
		if n < 0 {
			p.into.text = append(p.into.text, piece...)
			return
		}
		p.into.text = append(p.into.text, piece[:n]...)
		piece = piece[n+1:]
	}
}
