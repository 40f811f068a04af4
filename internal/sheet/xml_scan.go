package sheet

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"unicode/utf8"
)

// What the scanner meets.
type xmlPart int

const (
	xmlStart xmlPart = iota // an element begins
	xmlEnd                  // an element ends
	xmlText                 // a piece of text; long ones come in several
)

const mostTag = 64 << 10 // bytes of a tag, and of a piece of text

var (
	errXMLLong = errors.New("a tag or a comment is too long")
	errDoctype = errors.New("a document type is not allowed")
)

// xmlScan reads the XML of worksheets: UTF-8, no document type. It checks no more than it needs, which makes it several
// times as fast as encoding/xml; a sheet may have a hundred million tags.
type xmlScan struct {
	in    *window
	name  []byte // of the element, without its namespace; valid until the next call of next
	attrs []byte
	text  []byte // of xmlText, without entities
	empty bool   // the element that just began ends at once
}

func (s *xmlScan) next() (xmlPart, error) {
	if s.empty {
		s.empty = false
		return xmlEnd, nil
	}
	for {
		if !s.in.fill(1) {
			return 0, orEnd(s.in.fail())
		}
		if s.in.bytes()[0] != '<' {
			return xmlText, s.readText()
		}
		s.in.fill(4)
		part, found, err := s.markup(s.in.bytes())
		if found || err != nil {
			return part, err
		}
	}
}

// markup reads a tag or passes over a comment.
func (s *xmlScan) markup(held []byte) (part xmlPart, found bool, err error) {
	switch {
	case bytes.HasPrefix(held, []byte("<!--")):
		_, err = s.until("-->")
	case bytes.HasPrefix(held, []byte("<![")):
		s.text, err = s.until("]]>")
		s.text = bytes.TrimPrefix(s.text, []byte("<![CDATA["))
		return xmlText, true, err
	case bytes.HasPrefix(held, []byte("<?")):
		_, err = s.until("?>")
	case bytes.HasPrefix(held, []byte("<!")):
		err = errDoctype
	default:
		part, err = s.tag()
		return part, true, err
	}
	return 0, false, err
}

// until takes everything up to a mark and returns it without the mark.
func (s *xmlScan) until(mark string) ([]byte, error) {
	for want := windowBytes; ; want *= 2 {
		held := s.in.bytes()
		if n := bytes.Index(held, []byte(mark)); n >= 0 {
			s.in.drop(n + len(mark))
			return held[:n], nil
		}
		if err := s.longer(held, want, RowBytes); err != nil {
			return nil, err
		}
	}
}

// longer reads more of what has no end yet.
func (s *xmlScan) longer(held []byte, want, most int) error {
	if len(held) > most {
		return errXMLLong
	}
	s.in.fill(max(len(held)+1, want))
	if len(s.in.bytes()) > len(held) {
		return nil
	}
	if err := s.in.fail(); err != nil {
		return err
	}
	return io.ErrUnexpectedEOF
}

func (s *xmlScan) tag() (xmlPart, error) {
	end := -1
	for end < 0 {
		held := s.in.bytes()
		if end = tagEnd(held); end >= 0 {
			break
		}
		if err := s.longer(held, windowBytes, mostTag); err != nil {
			return 0, err
		}
	}
	tag := s.in.bytes()[1:end]
	s.in.drop(end + 1)
	if len(tag) > 0 && tag[0] == '/' {
		s.name = localName(bytes.TrimRight(tag[1:], " \t\r\n"))
		return xmlEnd, nil
	}
	if len(tag) > 0 && tag[len(tag)-1] == '/' {
		tag, s.empty = tag[:len(tag)-1], true
	}
	split := bytes.IndexAny(tag, " \t\r\n")
	if split < 0 {
		split = len(tag)
	}
	s.name, s.attrs = localName(tag[:split]), tag[split:]
	return xmlStart, nil
}

// tagEnd finds the bracket that ends a tag, which may also stand inside a value.
func tagEnd(tag []byte) int {
	end := bytes.IndexByte(tag, '>')
	if end < 0 || bytes.Count(tag[:end], []byte{'"'})%2 == 0 && bytes.IndexByte(tag[:end], '\'') < 0 {
		return end
	}
	var quote byte
	for i, c := range tag {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			return i
		}
	}
	return -1
}

func localName(name []byte) []byte { return name[bytes.LastIndexByte(name, ':')+1:] }

// readText takes the text before the next tag, or a part of it.
func (s *xmlScan) readText() error {
	for {
		held := s.in.bytes()
		end := bytes.IndexByte(held, '<')
		if end < 0 && (len(held) > mostTag || s.in.ended()) {
			end = wholeText(held, s.in.ended())
		}
		if end > 0 {
			s.in.drop(end)
			s.text = plainXML(held[:end])
			return nil
		}
		if err := s.longer(held, windowBytes, 2*mostTag); err != nil {
			return err
		}
	}
}

// wholeText is the length of a text that splits no entity and no end of a line.
func wholeText(text []byte, last bool) int {
	end := len(text)
	if last {
		return end
	}
	if i := bytes.LastIndexByte(text, '&'); i >= 0 && bytes.IndexByte(text[i:], ';') < 0 && end-i < 16 {
		end = i
	}
	if end > 0 && text[end-1] == '\r' {
		end--
	}
	return end
}

// plainXML resolves the entities of a text, where it lies.
func plainXML(text []byte) []byte {
	if bytes.IndexByte(text, '&') < 0 && bytes.IndexByte(text, '\r') < 0 {
		return text
	}
	out := text[:0]
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\r':
			out = append(out, '\n')
			if i+1 < len(text) && text[i+1] == '\n' {
				i++
			}
		case c == '&':
			r, size := entity(text[i:])
			out = utf8.AppendRune(out, r) // never longer than what it stands for
			i += size - 1
		default:
			out = append(out, c)
		}
	}
	return out
}

// entity reads an entity. What is none stands for itself.
func entity(text []byte) (r rune, size int) {
	end := bytes.IndexByte(text[:min(len(text), 16)], ';')
	if end < 0 {
		return '&', 1
	}
	switch name := string(text[1:end]); {
	case name == "amp":
		return '&', end + 1
	case name == "lt":
		return '<', end + 1
	case name == "gt":
		return '>', end + 1
	case name == "quot":
		return '"', end + 1
	case name == "apos":
		return '\'', end + 1
	case len(name) > 1 && name[0] == '#':
		if n, err := parseCharacter(name[1:]); err == nil && utf8.ValidRune(rune(n)) {
			return rune(n), end + 1
		}
	}
	return '&', 1
}

func parseCharacter(number string) (uint64, error) {
	if number[0] == 'x' {
		return strconv.ParseUint(number[1:], 16, 21)
	}
	return strconv.ParseUint(number, 10, 21)
}

// attr returns the value of an attribute of the element that just began, nil when it has none.
func (s *xmlScan) attr(name string) []byte {
	for rest := s.attrs; ; {
		eq := bytes.IndexByte(rest, '=')
		if eq < 0 {
			return nil
		}
		key := bytes.Trim(rest[:eq], " \t\r\n")
		rest = bytes.TrimLeft(rest[eq+1:], " \t\r\n")
		if len(rest) == 0 {
			return nil
		}
		end := bytes.IndexByte(rest[1:], rest[0])
		if end < 0 {
			return nil
		}
		if string(key) == name {
			return rest[1 : end+1]
		}
		rest = rest[end+2:]
	}
}
