package sheet

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
)

const (
	sampleBytes = 256 << 10
	headRows    = 50 // in which the header is looked for
)

func isZip(r io.ReaderAt) bool {
	var head [4]byte
	n, _ := r.ReadAt(head[:], 0)
	return n == 4 && string(head[:]) == "PK\x03\x04"
}

// sampleOf returns the beginning of a file up to the end of a line. whole is true when there is nothing more.
func sampleOf(in *window) (sample []byte, whole bool) {
	sample = in.head(sampleBytes)
	if len(sample) < sampleBytes {
		return sample, true
	}
	if end := bytes.LastIndexByte(sample, '\n'); end >= 0 {
		return sample[:end+1], false
	}
	sample = in.head(RowBytes + 1)
	return sample[:bytes.IndexByte(sample, '\n')+1], false
}

// sniffFormat looks at the content first and the name second.
func sniffFormat(head []byte, name string) (Format, error) {
	start := bytes.TrimLeft(head, " \t\r\n")
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return XLSX, nil
	case bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0")):
		return "", fault("file", "old_excel", "the file is an .xls workbook or is locked with a password; save it as .xlsx without one, or as .csv")
	case bytes.HasPrefix(start, []byte("[")) && (formatOf(name) == NDJSON || json.Valid(start)):
		return "", fault("file", "json_array", "the file is one JSON list; write one object a line instead (NDJSON)")
	case binary(head):
		return "", fault("file", "no_table", "the file is not a table of text; use CSV, NDJSON or XLSX")
	case bytes.HasPrefix(start, []byte("{")) && (formatOf(name) == NDJSON || isObjectLine(start)):
		return NDJSON, nil
	case formatOf(name) == NDJSON:
		return NDJSON, nil
	default:
		return CSV, nil
	}
}

// binary reports whether a text has too many control characters to be one.
func binary(head []byte) bool {
	controls := 0
	for _, c := range head {
		if c < ' ' && strings.IndexByte("\t\r\n\f\x1b", c) < 0 {
			controls++
		}
	}
	return controls > len(head)/20 || bytes.HasPrefix(head, []byte("%PDF-"))
}

func isObjectLine(start []byte) bool {
	line, _, _ := bytes.Cut(start, []byte("\n"))
	return checkObject(line) == nil
}

// sniffComma takes the delimiter that divides most rows into the same number of cells, more than one.
func sniffComma(sample []byte, whole bool) rune {
	if comma, ok := namedComma(sample); ok {
		return comma
	}
	best, comma := 0, ','
	for _, candidate := range ",;\t|" {
		rows := sampleRows(sample, whole, Options{Comma: candidate})
		width, same := usualWidth(rows)
		if width < 2 {
			continue
		}
		score := same*1000/len(rows)*1000 + min(width, 999)
		if score > best {
			best, comma = score, candidate
		}
	}
	return comma
}

// namedComma reads the line sep=; that some programs put first.
func namedComma(sample []byte) (rune, bool) {
	line, _, _ := bytes.Cut(sample, []byte("\n"))
	line = bytes.Trim(bytes.TrimRight(line, "\r"), "\"")
	if len(line) == 5 && bytes.EqualFold(line[:4], []byte("sep=")) && line[4] < 0x80 && line[4] != '"' {
		return rune(line[4]), true
	}
	return 0, false
}

// sampleRow is a row of a sample.
type sampleRow struct {
	number int
	cells  []string
}

// sampleRows returns the first rows of a sample that can be read.
func sampleRows(sample []byte, whole bool, o Options) []sampleRow {
	source := csvSourceOf(newWindow(bytes.NewReader(sample)), o)
	rows := firstRows(source, headRows)
	if !whole && len(rows) > 1 && len(rows) < headRows {
		rows = rows[:len(rows)-1] // it may be cut off
	}
	return rows
}

func firstRows(s source, most int) []sampleRow {
	var rows []sampleRow
	var r record
	for len(rows) < most && s.next(&r) == nil {
		rows = append(rows, sampleRow{r.number, r.cells(nil)})
	}
	return rows
}

// usualWidth returns the number of cells that most rows have, and how many rows have it.
func usualWidth(rows []sampleRow) (width, same int) {
	count := make(map[int]int)
	for _, row := range rows {
		n := len(row.cells)
		count[n]++
		if count[n] > same || count[n] == same && n > width {
			width, same = n, count[n]
		}
	}
	return width, same
}

// sniffHeader returns the line of the first row that is filled as a header is: most of the columns that the rows below
// have. Titles and notes above a table have one or two cells.
func sniffHeader(rows []sampleRow) int {
	if len(rows) == 0 {
		return 1
	}
	var filled []int
	for _, row := range rows {
		n := 0
		for _, cell := range row.cells {
			if strings.TrimSpace(cell) != "" {
				n++
			}
		}
		filled = append(filled, n)
	}
	width := usual(filled)
	for i, row := range rows {
		named := i == 0 && strings.HasPrefix(strings.ToLower(row.cells[0]), "sep=")
		if !named && (filled[i]*2 > width || width < 2) {
			return row.number
		}
	}
	return rows[0].number
}

// usual returns the number that occurs most often, the larger one of two that occur as often.
func usual(numbers []int) int {
	count := make(map[int]int)
	best := 0
	for _, n := range numbers {
		count[n]++
	}
	for n, times := range count {
		if times > count[best] || times == count[best] && n > best {
			best = n
		}
	}
	return best
}
