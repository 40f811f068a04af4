package sheet

import (
	"archive/zip"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/klauspost/compress/flate"
)

const (
	sheetRows     = 1 << 20 // of a sheet, the header among them
	sheetMost     = 3 << 30 // bytes of a sheet; past 4 GiB spreadsheet programs refuse what Go's archives say about it
	sheetCell     = 32767   // UTF-16 units of a cell
	exactDigits   = 15      // of a number that stays what it is
	packingEffort = 3       // of 9
)

// The cell styles of workbookStyles, by their places.
const (
	styleBold = iota + 1
	styleDay
	styleMoment
	styleQuoted // stays text when somebody edits it
)

// xlsxWriter writes sheet after sheet straight into the archive: nothing is held but the row.
type xlsxWriter struct {
	zip     *zip.Writer
	sheet   io.Writer
	name    string
	columns []string
	letters []string

	sheets int
	rows   int // of this sheet
	most   int // rows of a sheet
	bytes  int64
	cut    int
	line   []byte
}

func newXLSXWriter(out io.Writer, columns []string, name string) (*xlsxWriter, error) {
	w := &xlsxWriter{zip: zip.NewWriter(out), name: sheetName(name), columns: columns, most: sheetRows}
	w.zip.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(out, packingEffort)
	})
	for i := range columns {
		w.letters = append(w.letters, letters(i))
	}
	if err := w.part("_rels/.rels", rootRelations); err != nil {
		return nil, err
	}
	if err := w.part("xl/styles.xml", workbookStyles); err != nil {
		return nil, err
	}
	return w, w.begin()
}

// sheetName takes out of a name what spreadsheet programs refuse.
func sheetName(name string) string {
	name = strings.Trim(strings.Map(func(r rune) rune {
		if r < ' ' || r == utf8.RuneError || strings.ContainsRune(`[]:*?/\`, r) {
			return ' '
		}
		return r
	}, name), " '")
	if name == "" {
		return "Sheet1"
	}
	for utf16Length(name) > 24 { // 31 with the number of a further sheet
		_, size := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-size]
	}
	return name
}

func utf16Length(text string) int {
	n := 0
	for _, r := range text {
		n += utf16.RuneLen(r)
	}
	return n
}

func (w *xlsxWriter) part(name, content string) error {
	part, err := w.zip.Create(name)
	if err == nil {
		_, err = io.WriteString(part, xmlHeader+content)
	}
	return err
}

// begin opens the next sheet and writes the header.
func (w *xlsxWriter) begin() error {
	w.sheets++
	var err error
	if w.sheet, err = w.zip.Create("xl/worksheets/sheet" + strconv.Itoa(w.sheets) + ".xml"); err != nil {
		return err
	}
	w.rows, w.bytes = 1, 0
	w.line = append(append(w.line[:0], xmlHeader+sheetBegin...), `<row r="1">`...)
	for i, name := range w.columns {
		w.text(i, name, styleBold)
	}
	return w.flush()
}

func (w *xlsxWriter) flush() error {
	w.line = append(w.line, "</row>"...)
	n, err := w.sheet.Write(w.line)
	w.bytes += int64(n)
	return err
}

func (w *xlsxWriter) row(cells []Cell) error {
	if w.rows == w.most || w.bytes > sheetMost {
		if _, err := io.WriteString(w.sheet, sheetEnd); err != nil {
			return err
		}
		if err := w.begin(); err != nil {
			return err
		}
	}
	w.rows++
	w.line = append(w.line[:0], `<row r="`...)
	w.line = strconv.AppendInt(w.line, int64(w.rows), 10)
	w.line = append(w.line, `">`...)
	for i, cell := range cells {
		w.cell(i, cell.checked())
	}
	return w.flush()
}

func (w *xlsxWriter) cell(column int, cell Cell) {
	switch cell.Kind {
	case Empty:
	case NumberKind:
		w.number(column, cell.Text)
	case DateKind:
		w.date(column, cell.Text, dayLayout, styleDay)
	case MomentKind:
		w.date(column, cell.Text, time.RFC3339Nano, styleMoment)
	case BooleanKind:
		w.plain(column, "b", 0, strconv.Itoa(len("false")-len(cell.Text)))
	default:
		style := 0
		if risky(cell.Text) || cell.Text[0] == '\'' {
			style = styleQuoted
		}
		w.text(column, cell.Text, style)
	}
}

// number writes a number, as text when a spreadsheet program would change its digits.
func (w *xlsxWriter) number(column int, digits string) {
	f, err := strconv.ParseFloat(digits, 64)
	if err != nil || math.IsInf(f, 0) || significant(digits) > exactDigits {
		w.text(column, digits, 0)
		return
	}
	w.plain(column, "", 0, digits)
}

// significant counts the digits of a number that matter.
func significant(number string) int {
	mantissa, _, _ := strings.Cut(strings.ToLower(number), "e")
	digits := strings.Replace(strings.TrimLeft(mantissa, "-"), ".", "", 1)
	if strings.Contains(mantissa, ".") {
		digits = strings.TrimRight(digits, "0")
	}
	return len(strings.TrimLeft(digits, "0"))
}

// date writes a date as the number of days that XLSX counts, in UTC; as text when it is before March 1900, from when on
// all programs agree.
func (w *xlsxWriter) date(column int, text, layout string, style int) {
	at, err := time.Parse(layout, text)
	millis := at.UnixMilli() - firstDay.UnixMilli()
	if days := millis / dayMillis; err != nil || days <= leapSerial || days > lastSerial {
		w.text(column, text, 0)
		return
	}
	w.plain(column, "", style, strconv.FormatFloat(float64(millis)/dayMillis, 'f', -1, 64))
}

func (w *xlsxWriter) open(column int, kind string, style int) {
	w.line = append(append(w.line, `<c r="`...), w.letters[column]...)
	w.line = strconv.AppendInt(w.line, int64(w.rows), 10)
	w.line = append(w.line, '"')
	if style != 0 {
		w.line = append(strconv.AppendInt(append(w.line, ` s="`...), int64(style), 10), '"')
	}
	if kind != "" {
		w.line = append(append(append(w.line, ` t="`...), kind...), '"')
	}
	w.line = append(w.line, '>')
}

func (w *xlsxWriter) plain(column int, kind string, style int, text string) {
	w.open(column, kind, style)
	w.line = append(append(append(w.line, "<v>"...), text...), "</v></c>"...)
}

func (w *xlsxWriter) text(column int, text string, style int) {
	if len(text) > sheetCell && utf16Length(text) > sheetCell {
		w.cut++
		for n, i := 0, 0; i < len(text); {
			r, size := utf8.DecodeRuneInString(text[i:])
			if n += utf16.RuneLen(r); n > sheetCell {
				text = text[:i]
			}
			i += size
		}
	}
	w.open(column, "inlineStr", style)
	w.line = append(w.line, `<is><t xml:space="preserve">`...)
	w.line = appendXML(w.line, text)
	w.line = append(w.line, "</t></is></c>"...)
}

// appendXML writes a text. What XML cannot have is written as _x0008_, and what looks like that is made to differ.
func appendXML(into []byte, text string) []byte {
	for i, r := range text {
		switch {
		case r == '&':
			into = append(into, "&amp;"...)
		case r == '<':
			into = append(into, "&lt;"...)
		case r == '>':
			into = append(into, "&gt;"...)
		case r == '_' && looksEscaped(text[i:]):
			into = append(into, "_x005F_"...)
		case r < ' ' && r != '\t' && r != '\n', r == 0xfffe, r == 0xffff:
			into = append(into, "_x"...)
			into = append(into, strings.ToUpper(strconv.FormatUint(0x10000+uint64(r), 16)[1:])...)
			into = append(into, '_')
		default:
			into = utf8.AppendRune(into, r)
		}
	}
	return into
}

func looksEscaped(text string) bool {
	if len(text) < 7 {
		return false
	}
	_, ok := escapedAt([]byte(text[:7]))
	return ok
}

func (w *xlsxWriter) end() error {
	if _, err := io.WriteString(w.sheet, sheetEnd); err != nil {
		return err
	}
	for name, content := range w.parts() {
		if err := w.part(name, content); err != nil {
			return err
		}
	}
	return w.zip.Close()
}
