package sheet

import (
	"bufio"
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// csvWriter writes RFC 4180 with line feeds.
type csvWriter struct {
	out   *bufio.Writer
	comma byte
	plain bool
	line  []byte
}

func newCSVWriter(out *bufio.Writer, columns []string, o WriterOptions) (*csvWriter, error) {
	if o.Comma == 0 {
		o.Comma = ','
	}
	w := &csvWriter{out: out, comma: byte(o.Comma), plain: o.Plain}
	if o.BOM {
		w.line = append(w.line, "\ufeff"...)
	}
	header := make([]Cell, len(columns))
	for i, name := range columns {
		header[i] = Text(name)
	}
	return w, w.row(header)
}

func (w *csvWriter) row(cells []Cell) error {
	for i, cell := range cells {
		if i > 0 {
			w.line = append(w.line, w.comma)
		}
		if cell = cell.checked(); cell.Kind == TextKind && !w.plain {
			cell.Text = guarded(cell.Text)
		}
		w.cell(cell.Text, len(cells) == 1)
	}
	w.line = append(w.line, '\n')
	_, err := w.out.Write(w.line)
	w.line = w.line[:0]
	return err
}

// cell writes a text, within quotation marks when it needs them. A row that would be a blank line needs them too.
func (w *csvWriter) cell(text string, alone bool) {
	if !utf8.ValidString(text) {
		text = strings.ToValidUTF8(text, "\ufffd")
	}
	if !w.quotes(text) && !(alone && strings.TrimSpace(text) == "") {
		w.line = append(w.line, text...)
		return
	}
	w.line = append(w.line, '"')
	for {
		n := strings.IndexByte(text, '"')
		if n < 0 {
			break
		}
		w.line = append(append(w.line, text[:n]...), `""`...)
		text = text[n+1:]
	}
	w.line = append(append(w.line, text...), '"')
}

func (w *csvWriter) quotes(text string) bool {
	if text == "" {
		return false
	}
	if text[0] == ' ' || text[len(text)-1] == ' ' || strings.HasPrefix(text, "\ufeff") { // at the beginning it would be a mark
		return true
	}
	for i := range len(text) {
		if c := text[i]; c == w.comma || c == '"' || c == '\n' || c == '\r' {
			return true
		}
	}
	return false
}

func (w *csvWriter) end() error { return nil }

// ndjsonWriter writes one object a line with a field for every column.
type ndjsonWriter struct {
	out  *bufio.Writer
	keys [][]byte // with what stands before and after them
	line []byte
}

func newNDJSONWriter(out *bufio.Writer, columns []string) *ndjsonWriter {
	w := &ndjsonWriter{out: out}
	for i, name := range columns {
		before := byte(',')
		if i == 0 {
			before = '{'
		}
		w.keys = append(w.keys, append(appendJSON([]byte{before}, name), ':'))
	}
	return w
}

func (w *ndjsonWriter) row(cells []Cell) error {
	w.line = w.line[:0]
	for i, cell := range cells {
		w.line = append(w.line, w.keys[i]...)
		switch cell = cell.checked(); cell.Kind {
		case Empty:
			w.line = append(w.line, "null"...)
		case NumberKind, BooleanKind:
			w.line = append(w.line, cell.Text...)
		default:
			w.line = appendJSON(w.line, cell.Text)
		}
	}
	w.line = append(w.line, "}\n"...)
	_, err := w.out.Write(w.line)
	return err
}

func (w *ndjsonWriter) end() error { return nil }

// appendJSON writes a text as a JSON string.
func appendJSON(into []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			return appendEscaped(into, text)
		}
	}
	return append(append(append(into, '"'), text...), '"')
}

func appendEscaped(into []byte, text string) []byte {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(text) != nil {
		return append(into, `""`...) // a string can always be encoded
	}
	return append(into, bytes.TrimSuffix(out.Bytes(), []byte("\n"))...)
}
