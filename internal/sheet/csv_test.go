package sheet

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"fairground/internal/value"
)

func TestCSV(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		text    string
		o       Options
		columns string
		rows    []string
	}{
		"plain":                   {"a,b\n1,2\n3,4\n", Options{}, "a|b", []string{"1|2", "3|4"}},
		"no line at the end":      {"a,b\n1,2", Options{}, "a|b", []string{"1|2"}},
		"an empty last cell":      {"a,b\n1,", Options{}, "a|b", []string{"1|"}},
		"all ends of lines":       {"a,b\r\n1,2\n3,\"4\"\r\n\"5\r\n6\",7\r\n", Options{}, "a|b", []string{"1|2", "3|4", "5\n6|7"}},
		"old Macintosh":           {"a,b\r1,2\r3,4\r", Options{}, "a|b", []string{"1|2", "3|4"}},
		"blank lines":             {"\n\na,b\n\n1,2\n \n3,4\n\n", Options{}, "a|b", []string{"1|2", "3|4"}},
		"quotes":                  {"a,b\n\"x, \"\"y\"\"\",\"\"\n\"1\n2\",3\n", Options{}, "a|b", []string{"x, \"y\"|", "1\n2|3"}},
		"inches":                  {"a,b\n28\",1\n5'10\",2\n", Options{}, "a|b", []string{"28\"|1", "5'10\"|2"}},
		"inches, strictly":        {"a,b\n28\",1\n3,2\n", Options{Strict: true}, "a|b", []string{"28\"|1 !bad_quotes", "3|2"}},
		"never closed":            {"a,b\n\"1,2\n3,4\n5,6\n", Options{}, "a|b", []string{"\"1|2 !bad_quotes", "3|4", "5|6"}},
		"closed in the middle":    {"a,b\n\"1\"x,2\n3,4\n", Options{}, "a|b", []string{"\"1\"x|2 !bad_quotes", "3|4"}},
		"closed on another line":  {"a,b\n\"1,2\n3\"x,4\n5,6\n", Options{}, "a|b", []string{"\"1|2 !bad_quotes", "3\"x|4", "5|6"}},
		"shifted":                 {"a,b,c\n1,2\n1,2,3\n1,2,3,4\n", Options{}, "a|b|c", []string{"1|2 !shifted", "1|2|3", "1|2|3|4 !shifted"}},
		"NUL":                     {"a,b\n1,\x00\n3,4\n", Options{Format: CSV}, "a|b", []string{"1|\x00 !nul", "3|4"}},
		"same and empty names":    {"a,a,,a (2)\n1,2,3,4\n", Options{}, "a|a (3)|Column C|a (2)", []string{"1|2|3|4"}},
		"byte order mark":         {"\ufeffa,b\n1,ä\n", Options{}, "a|b", []string{"1|ä"}},
		"semicolons":              {"a;b;c\n1,5;2;3\n2,5;3;4\n", Options{}, "a|b|c", []string{"1,5|2|3", "2,5|3|4"}},
		"tabulators":              {"a\tb\n1, 2\t\n\t\n", Options{}, "a|b", []string{"1, 2|", "|"}},
		"bars":                    {"a|b\n1|2\n", Options{}, "a|b", []string{"1|2"}},
		"named delimiter":         {"sep=;\r\na;b\r\n1,1,1;2\r\n", Options{}, "a|b", []string{"1,1,1|2"}},
		"one column":              {"name\nx\n\"\"\ny\n", Options{}, "name", []string{"x", "", "y"}},
		"a title above":           {"Stalls of May\n\nname,town,price\nA,B,1\nC,D,2\n", Options{}, "name|town|price", []string{"A|B|1", "C|D|2"}},
		"a padded title":          {"Stalls of May,,\n,,\nname,town,price\nA,B,1\nC,D,2\n", Options{}, "name|town|price", []string{"A|B|1", "C|D|2"}},
		"header where told":       {"x,y\na,b\n1,2\n", Options{Header: 2}, "a|b", []string{"1|2"}},
		"no header":               {"1,2\n3,4\n5\n", Options{Header: NoHeader}, "Column A|Column B", []string{"1|2", "3|4", "5 !shifted"}},
		"Windows-1252":            {"n,t\nM\xfcller,1 \x80\n", Options{}, "n|t", []string{"Müller|1 €"}},
		"Latin-1 as told":         {"n,t\nM\xfcller,2\n", Options{Encoding: "ISO-8859-1"}, "n|t", []string{"Müller|2"}},
		"mixed encodings":         {"n,t\nMüller,1\nM\xfcller,2\nx,3\n", Options{}, "n|t", []string{"Müller|1", "Müller|2 recoded", "x|3"}},
		"mixed, strictly":         {"n,t\nMüller,1\nM\xfcller,2\n", Options{Strict: true}, "n|t", []string{"Müller|1", "Müller|2 !not_utf8"}},
		"UTF-16, little":          {utf16Text("a,b\n1,ü\n", false, true), Options{}, "a|b", []string{"1|ü"}},
		"UTF-16, big":             {utf16Text("a,b\n1,ü\n", true, true), Options{}, "a|b", []string{"1|ü"}},
		"UTF-16 without its mark": {utf16Text("name,town\n1,ü\n", false, false), Options{}, "name|town", []string{"1|ü"}},
		"UTF-16, big, no mark":    {utf16Text("name,town\n1,ü\n", true, false), Options{}, "name|town", []string{"1|ü"}},
		"ours":                    {"'=a,b\n'=1+1,'x\n''@y,-5\n", Options{Ours: true}, "=a|b", []string{"=1+1|'x", "'@y|-5"}},
		"not ours":                {"a,b\n'=1+1,'x\n", Options{}, "a|b", []string{"'=1+1|'x"}},
	} {
		g := readString(t, test.text, "file", test.o)
		if g.columns != test.columns || !slices.Equal(g.rows, test.rows) {
			t.Errorf("%s: %s %q, want %s %q", name, g.columns, g.rows, test.columns, test.rows)
		}
	}
}

func utf16Text(text string, big, mark bool) string {
	if mark {
		text = "\ufeff" + text
	}
	var out []byte
	for _, r := range text {
		if big {
			out = append(out, byte(r>>8), byte(r))
		} else {
			out = append(out, byte(r), byte(r>>8))
		}
	}
	return string(out)
}

func TestRowsKnowTheirLines(t *testing.T) {
	t.Parallel()
	reader := openString(t, "\na,b\n\"x\ny\",1\n\n2,3\n\"bad\n4,5\n", "x.csv", Options{})
	for _, want := range []struct {
		line int
		raw  string
	}{{3, "\"x\ny\",1\n"}, {6, "2,3\n"}, {7, "\"bad\n"}, {8, "4,5\n"}} {
		row, err := reader.Next()
		if err != nil || row.Number != want.line || string(row.Raw) != want.raw {
			t.Errorf("line %d %q, want %v: %v", row.Number, row.Raw, want, err)
		}
	}
}

func TestLongRows(t *testing.T) {
	t.Parallel()
	huge := strings.Repeat("x", 10<<20)
	for name, test := range map[string]struct {
		text string
		keys []string
	}{
		"a cell of 10 MB":        {huge + ",1\n3,4\n", []string{"!long_row", ""}},
		"the same in quotes":     {"\"" + huge + "\",1\n3,4\n", []string{"!long_row", ""}},
		"the last row":           {"3,4\n" + huge, []string{"", "!long_row"}},
		"a cell over its limit":  {huge[:CellBytes+1] + ",1\n3,4\n", []string{"!long_cell", ""}},
		"a cell at its limit":    {huge[:CellBytes] + ",1\n", []string{""}},
		"an open cell of 10 MB":  {"\"x\n" + huge + ",1\n3,4\n", []string{"!bad_quotes", "!long_row", ""}},
		"many columns":           {strings.Repeat("1,", 5000) + "\n3,4\n", []string{"!too_many_columns", ""}},
		"a quoted row of 1.5 MB": {"1,\"" + strings.Repeat(strings.Repeat("x", 10_000)+"\n", 150) + "\"\n", nil},
	} {
		reader := openString(t, "a,b\n"+test.text, "x.csv", Options{Comma: ',', Header: 1})
		var keys []string
		for {
			row, err := reader.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(name, err)
			}
			if key := ""; row.Problem != nil {
				keys = append(keys, keyOf(t, row.Problem))
			} else {
				keys = append(keys, key)
			}
		}
		if test.keys == nil && len(keys) != 151 || test.keys != nil && !slices.Equal(keys, test.keys) {
			t.Errorf("%s: %d rows %.10q, want %q", name, len(keys), keys, test.keys)
		}
	}
}

// A quotation mark that is never closed must not make every line look through the whole file: how far the parser went is
// at most twice the file.
func TestStrayQuotesCostLittle(t *testing.T) {
	t.Parallel()
	plain := strings.Repeat("x\"\"y,1\n", 100)
	for name, line := range map[string]string{
		"on every line": "\",y\"z,\"w\n", "before others": "\"y,2\n" + plain, "at the end": "x,\"\n" + plain, "doubled": "x,\"\"\"y\n" + plain, "tripled": "\"\"\"\n" + plain,
	} {
		text := []byte(strings.Repeat(line, 200))
		looked := 0
		for rest := text; len(rest) > 0; {
			p := csvParse{text: rest, comma: ',', last: true, into: &record{}}
			end := p.row()
			looked += p.at
			if end != rowWhole {
				p.at = bytes.IndexByte(rest, '\n') + 1
			}
			rest = rest[p.at:]
		}
		if looked > 2*len(text) {
			t.Errorf("%s: %d bytes were looked at for %d", name, looked, len(text))
		}
	}
}

func TestSkip(t *testing.T) {
	t.Parallel()
	text := "a,b\n1,2\n\"3\n3\",4\n5\n6,7\n"
	for skip := range 5 {
		reader := openString(t, text, "x.csv", Options{})
		if err := reader.Skip(skip); err != nil || reader.Position() != skip {
			t.Fatal(skip, err)
		}
		if rest := len(readRows(t, reader).rows); rest != 4-skip || reader.Position() != 4 {
			t.Errorf("after %d rows there are %d", skip, rest)
		}
	}
	if err := openString(t, text, "x.csv", Options{}).Skip(5); err != io.EOF {
		t.Error(err)
	}
}

func TestFilesThatCannotBeOpened(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		text string
		o    Options
		key  string
	}{
		"empty":                 {"", Options{}, "!no_header"},
		"blank":                 {"\n\n  \n", Options{}, "!no_header"},
		"without rows":          {"", Options{Header: NoHeader}, "!no_rows"},
		"header past the end":   {"a,b\n", Options{Header: 7}, "!no_header"},
		"a broken gzip":         {"\x1f\x8bnot really", Options{}, "!broken_gzip"},
		"an old workbook":       {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Options{}, "!old_excel"},
		"a list of objects":     {"[{\"a\":1}]", Options{}, "!json_array"},
		"a picture":             {"\x89PNG\x00\x00\x00\x01\x02\x03\x04", Options{}, "!no_table"},
		"a document":            {"%PDF-1.7\n", Options{}, "!no_table"},
		"a broken header":       {"a,\"b\n1,2\n", Options{}, "!bad_header_row"},
		"an unknown encoding":   {"a\n", Options{Encoding: "morse"}, "!unknown_encoding"},
		"an unknown format":     {"a\n", Options{Format: "ods"}, "!unknown_format"},
		"a quote as delimiter":  {"a\n", Options{Comma: '"'}, "!bad_delimiter"},
		"a wide delimiter":      {"a\n", Options{Comma: '§'}, "!bad_delimiter"},
		"a header before all":   {"a\n", Options{Header: -2}, "!bad_header"},
		"a workbook in name":    {"a,b\n", Options{Format: XLSX}, "!broken_xlsx"},
		"a zip of other things": {string(zipOf(t, map[string]string{"a.txt": "x"})), Options{}, "!not_xlsx"},
	} {
		_, err := Open(strings.NewReader(test.text), int64(len(test.text)), "file", test.o)
		if value.KindOf(err) != value.Invalid || keyOf(t, err) != test.key {
			t.Errorf("%s: %v, want %s", name, err, test.key)
		}
		if _, err := SniffAs(strings.NewReader(test.text), int64(len(test.text)), "file", test.o); value.KindOf(err) != value.Invalid {
			t.Errorf("%s: sniffing: %v", name, err)
		}
	}
}

// An error of the disk or the network is not the file's.
func TestErrorsOfTheSource(t *testing.T) {
	t.Parallel()
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	w.Write([]byte("a,b\n" + strings.Repeat("1,2\n", 100_000)))
	w.Close()
	book := bookOf(t, `<row><c t="str"><v>a</v></c></row>`, nil)
	for name, test := range map[string]struct {
		text string
		kind value.Kind
	}{
		"plain":           {"a,b\n" + strings.Repeat("1,2\n", 100_000), value.Internal},
		"packed":          {packed.String(), value.Internal},
		"workbook":        {book, value.Internal},
		"packed, cut off": {packed.String()[:packed.Len()-20], value.Invalid},
	} {
		var source io.ReaderAt = strings.NewReader(test.text)
		if test.kind == value.Internal {
			source = brokenDisk{source, int64(len(test.text) - 100)}
		}
		reader, err := Open(source, int64(len(test.text)), "x", Options{})
		for err == nil {
			_, err = reader.Next()
		}
		if err == io.EOF || value.KindOf(err) != test.kind || errors.Is(err, errDisk) != (test.kind == value.Internal) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

var errDisk = errors.New("the disk is gone")

// brokenDisk cannot be read from a place on.
type brokenDisk struct {
	io.ReaderAt
	good int64
}

func (d brokenDisk) ReadAt(p []byte, at int64) (int, error) {
	if at+int64(len(p)) > d.good {
		return 0, errDisk
	}
	return d.ReaderAt.ReadAt(p, at)
}
