package sheet

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// The encodings, by the names Options use.
const (
	utf8Name        = "utf-8"
	utf16leName     = "utf-16le"
	utf16beName     = "utf-16be"
	windows1252Name = "windows-1252"
	latin1Name      = "latin1"
)

// encodingOf returns the name Options use for a name that people use; empty for none, false for an unknown one.
func encodingOf(name string) (string, bool) {
	switch strings.ToLower(name) {
	case "":
		return "", true
	case "utf-8", "utf8":
		return utf8Name, true
	case "utf-16", "utf-16le":
		return utf16leName, true
	case "utf-16be":
		return utf16beName, true
	case "windows-1252", "cp1252":
		return windows1252Name, true
	case "latin1", "latin-1", "iso-8859-1":
		return latin1Name, true
	default:
		return "", false
	}
}

// sniffEncoding looks at the beginning of a file. A byte order mark decides; mark is its length.
func sniffEncoding(head []byte) (name string, mark int) {
	switch {
	case bytes.HasPrefix(head, []byte{0xef, 0xbb, 0xbf}):
		return utf8Name, 3
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}):
		return utf16leName, 2
	case bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		return utf16beName, 2
	}
	if name := wideEncoding(head); name != "" {
		return name, 0
	}
	return narrowEncoding(head), 0
}

// wideEncoding knows UTF-16 by the zero bytes of its ASCII characters, all on one side.
func wideEncoding(head []byte) string {
	var zeros [2]int
	for i, c := range head {
		if c == 0 {
			zeros[i%2]++
		}
	}
	few, many := len(head)/20, len(head)/5
	switch {
	case len(head) < 8:
		return ""
	case zeros[1] > many && zeros[0] <= few:
		return utf16leName
	case zeros[0] > many && zeros[1] <= few:
		return utf16beName
	default:
		return ""
	}
}

// narrowEncoding says Windows-1252 when lines beyond ASCII exist and none of them is valid UTF-8. One line that is makes
// a UTF-8 file of it, whose other lines are recoded one by one.
func narrowEncoding(head []byte) string {
	valid, invalid := 0, 0
	for line := range bytes.Lines(head) {
		switch {
		case isASCII(line):
		case utf8.Valid(line):
			valid++
		case line[len(line)-1] == '\n' || invalid+valid > 0 || len(line) < len(head):
			invalid++
		case !utf8.Valid(line[:max(0, len(line)-utf8.UTFMax)]): // the head may end within a character
			invalid++
		}
	}
	if invalid > 0 && valid == 0 {
		return windows1252Name
	}
	return utf8Name
}

func isASCII(text []byte) bool {
	for _, c := range text {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// widened turns UTF-16 into UTF-8 as it is read; other encodings are turned row by row.
func widened(w *window, encoding string) *window {
	order := unicode.LittleEndian
	switch encoding {
	case utf16beName:
		order = unicode.BigEndian
	case utf16leName:
	default:
		return w
	}
	return newWindow(transform.NewReader(w, unicode.UTF16(order, unicode.IgnoreBOM).NewDecoder()))
}

// decoder turns rows into UTF-8.
type decoder struct {
	narrow *charmap.Charmap // of an encoding with one byte a character
	strict bool
}

func decoderOf(encoding string, strict bool) decoder {
	switch encoding {
	case windows1252Name:
		return decoder{narrow: charmap.Windows1252}
	case latin1Name:
		return decoder{narrow: charmap.ISO8859_1}
	default:
		return decoder{strict: strict}
	}
}

// mapOf returns the table with which a row must be recoded, nil when it may stay. recoded is true when that is a guess.
func (d decoder) mapOf(text []byte) (table *charmap.Charmap, recoded bool, err error) {
	switch {
	case d.narrow != nil && isASCII(text):
		return nil, false, nil
	case d.narrow != nil:
		return d.narrow, false, nil
	case utf8.Valid(text):
		return nil, false, nil
	case d.strict:
		return nil, false, wrong("not_utf8", "the row is not valid UTF-8; if the file is older, choose the encoding windows-1252 or latin1")
	default:
		return charmap.Windows1252, true, nil
	}
}

// recode appends text in UTF-8. A byte that stands for no character becomes the one of its number.
func recode(into, text []byte, table *charmap.Charmap) []byte {
	for _, c := range text {
		r := table.DecodeByte(c)
		if r == utf8.RuneError {
			r = rune(c)
		}
		into = utf8.AppendRune(into, r)
	}
	return into
}
