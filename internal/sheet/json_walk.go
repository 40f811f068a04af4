package sheet

import (
	"bytes"
	"encoding/json"
)

const mostNesting = 4 // objects inside each other that become columns; deeper ones stay JSON in one cell

// eachField visits the fields of a JSON object that is known to be valid. An object inside is visited field by field,
// with a path of names and dots. isJSON is true when text is a value still to be written as text.
func eachField(object []byte, visit func(path, text []byte, isJSON bool)) {
	w := jsonWalk{text: object}
	w.object(nil, 1, visit)
}

// jsonWalk goes through valid JSON.
type jsonWalk struct {
	text []byte
	at   int
}

func (w *jsonWalk) object(path []byte, depth int, visit func(path, text []byte, isJSON bool)) {
	w.skip()
	for w.peek() != '}' {
		inner := path
		if depth > 1 {
			inner = append(inner, '.')
		}
		inner = appendString(inner, w.value())
		w.skip()
		w.field(inner, depth, visit)
		if w.peek() == ',' {
			w.at++
		}
	}
	w.at++
}

func (w *jsonWalk) field(path []byte, depth int, visit func(path, text []byte, isJSON bool)) {
	if w.peek() == '{' && depth < mostNesting {
		w.object(path, depth+1, visit)
		return
	}
	text := w.value()
	if text[0] == '"' && bytes.IndexByte(text, '\\') < 0 {
		visit(path, text[1:len(text)-1], false)
		return
	}
	visit(path, text, true)
}

// peek returns the next byte that is not white space.
func (w *jsonWalk) peek() byte {
	for w.text[w.at] <= ' ' {
		w.at++
	}
	return w.text[w.at]
}

// skip passes a bracket or a colon.
func (w *jsonWalk) skip() {
	w.peek()
	w.at++
}

// value returns the next value as it is written.
func (w *jsonWalk) value() []byte {
	first := w.peek()
	from := w.at
	switch first {
	case '"':
		w.quoted()
	case '{', '[':
		w.nested()
	default:
		for w.at < len(w.text) && bytes.IndexByte([]byte(",]} \t\r\n"), w.text[w.at]) < 0 {
			w.at++
		}
	}
	return w.text[from:w.at]
}

func (w *jsonWalk) quoted() {
	for w.at++; w.text[w.at] != '"'; w.at++ {
		if w.text[w.at] == '\\' {
			w.at++
		}
	}
	w.at++
}

func (w *jsonWalk) nested() {
	for depth := 0; ; {
		switch w.text[w.at] {
		case '"':
			w.quoted()
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		w.at++
		if depth == 0 {
			return
		}
	}
}

// appendText writes a value as the text of a cell: nothing for null, the parts of a list of plain values between
// semicolons, and what has no plain text as JSON.
func appendText(into, text []byte) []byte {
	switch text[0] {
	case '"':
		return appendString(into, text)
	case '[':
		return appendList(into, text)
	case 'n':
		return into
	default:
		return append(into, text...)
	}
}

func appendList(into, list []byte) []byte {
	before := len(into)
	w := jsonWalk{text: list, at: 1}
	for w.peek() != ']' {
		part := w.value()
		if part[0] == '{' || part[0] == '[' {
			return append(into[:before], list...)
		}
		end := len(into)
		if end > before {
			into = append(into, "; "...)
		}
		from := len(into)
		if into = appendText(into, part); len(into) == from {
			into = into[:end]
		}
		if w.peek() == ',' {
			w.at++
		}
	}
	return into
}

// appendString writes a JSON string without its quotation marks and escapes.
func appendString(into, quoted []byte) []byte {
	if bytes.IndexByte(quoted, '\\') < 0 {
		return append(into, quoted[1:len(quoted)-1]...)
	}
	var text string
	if json.Unmarshal(quoted, &text) != nil {
		return into // it was valid, so this cannot be
	}
	return append(into, text...)
}
