package sheet

import (
	"bytes"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"fairground/internal/value"

	"pgregory.net/rapid"
)

// anyText draws texts that tables have trouble with.
func anyText() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.SampledFrom([]string{"", "=1+1", "'=x", "''", "+49 30", "-", "@a", "\tx", "\rx", "a\nb", "\"", "a\"b,c;d", " x ", "_x0041_", "_x", "＝1", "sep=;", "{", "[1]", "null", "<&>", "\u2028", "5'10\""}),
		rapid.Map(rapid.String(), func(text string) string { return strings.ReplaceAll(text, "\x00", "") }),
	)
}

func anyCell() *rapid.Generator[Cell] {
	return rapid.OneOf(
		rapid.Map(anyText(), Text),
		rapid.Map(rapid.Int64(), Whole),
		rapid.Map(rapid.StringMatching(`-?(0|[1-9][0-9]{0,8})\.[0-9]{0,4}[1-9]`), Number),
		rapid.Map(rapid.Bool(), Boolean),
		rapid.Map(rapid.StringMatching(`(19[1-9][0-9]|2[0-9]{3})-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])`), func(day string) Cell { return Cell{DateKind, day} }),
	)
}

// What a Writer wrote, a Reader reads: in every format, with every text.
func TestLawOfTheRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		f := rapid.SampledFrom([]Format{CSV, NDJSON, XLSX}).Draw(t, "format")
		columns := rapid.SliceOfN(anyText(), 1, 5).Draw(t, "columns")
		rows := rapid.SliceOfN(rapid.SliceOfN(anyCell(), len(columns), len(columns)), 1, 8).Draw(t, "rows")
		o := WriterOptions{BOM: rapid.Bool().Draw(t, "mark"), Gzip: rapid.Bool().Draw(t, "packed"), Comma: rapid.SampledFrom([]rune{0, ';', '\t', '|'}).Draw(t, "comma")}
		var out bytes.Buffer
		w, err := NewWriter(&out, f, columns, o)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			if err := w.Write(row); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		in := Options{Format: f, Header: 1, Ours: true, Encoding: "utf-8"}
		if f == CSV {
			in.Comma = max(o.Comma, ',')
			if o.Comma == '\t' {
				in.Comma = '\t'
			}
		}
		reader, err := Open(bytes.NewReader(out.Bytes()), int64(out.Len()), "x", in)
		if err != nil {
			t.Fatal(err)
		}
		defer reader.Close()
		if want := uniqueNames(trimmed(expected(f, columns))); f != XLSX && !slices.Equal(reader.Columns(), want) {
			t.Fatalf("columns %q, want %q", reader.Columns(), want)
		}
		for _, row := range rows {
			var texts []string
			for _, cell := range row {
				texts = append(texts, cell.Text)
			}
			texts = expected(f, texts)
			if f == XLSX && strings.Join(texts, "") == "" {
				continue // a sheet has no empty rows
			}
			got, err := reader.Next()
			if err != nil || got.Problem != nil || !slices.Equal(got.Cells, texts) {
				t.Fatalf("%q, want %q: %v %v", got.Cells, texts, err, got.Problem)
			}
		}
		if _, err := reader.Next(); err != io.EOF {
			t.Fatal(err)
		}
	})
}

// expected is how a format keeps texts.
func expected(f Format, texts []string) []string {
	var out []string
	for _, text := range texts {
		if text = strings.ToValidUTF8(text, "\ufffd"); f == CSV {
			text = strings.ReplaceAll(text, "\r\n", "\n")
		}
		out = append(out, text)
	}
	return out
}

func TestLawOfTheApostrophe(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := anyText().Draw(t, "text")
		if back := unguarded(guarded(text)); back != text {
			t.Fatalf("%q came back as %q", text, back)
		}
		if first, _ := utf8.DecodeRuneInString(guarded(text)); first != utf8.RuneError && strings.ContainsRune(dangerous, first) {
			t.Fatalf("%q is written as %q", text, guarded(text))
		}
	})
}

func TestLawOfTheNames(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		header := rapid.SliceOf(rapid.SampledFrom([]string{"", "a", "a (2)", "a (3)", "Column A", "Column B"})).Draw(t, "header")
		seen := make(map[string]bool)
		for i, name := range uniqueNames(header) {
			if name == "" || seen[name] || !strings.HasPrefix(name, header[i]) {
				t.Fatalf("%q became %q", header, uniqueNames(header))
			}
			seen[name] = true
		}
	})
}

// FuzzOpen reads arbitrary bytes: no panic, an error is the file's or a row's, and what has no Problem is a text that can
// be kept.
func FuzzOpen(f *testing.F) {
	for _, seed := range []string{
		"", "a,b\n1,2\n", "a\n\"\"\"\n\"\n", "a,b\n\"1\n2\",3\n4,5", "\ufeffa\n1\n", "sep=;\na;b\n", "a\n\x00\xff\n", ",y\"z,\"w\n", "{\"a\":{\"b\":[1,null,\"x\"]}}\n[]\n{}", "{\"a\":\"\\u00\"}",
		"\x1f\x8b", "PK\x03\x04", "\xff\xfea\x00\n\x00", "a\rb\rc",
		bookOf(f, `<row><c t="s"><v>0</v></c></row><row r="3"><c r="B3" s="1"><v>45000</v></c><c t="b"><v>1</v></c></row>`, nil),
	} {
		f.Add([]byte(seed), "x", "", int8(0), byte(0), false)
		f.Add([]byte(seed), "x.json", "ndjson", int8(1), byte(';'), true)
	}
	f.Fuzz(func(t *testing.T, text []byte, name, format string, header int8, comma byte, strict bool) {
		o := Options{Format: Format(format), Header: int(header), Comma: rune(comma), Strict: strict, Ours: strict}
		if len(text) < 4 || string(text[:2]) != "PK" { // once more as the rows of a sheet
			fuzzOnce(t, []byte(bookOf(t, string(text), nil)), name, Options{Header: int(header)})
		}
		fuzzOnce(t, text, name, o)
	})
}

func fuzzOnce(t *testing.T, text []byte, name string, o Options) {
	if _, err := SniffAs(bytes.NewReader(text), int64(len(text)), name, o); err != nil && value.KindOf(err) != value.Invalid {
		t.Fatalf("sniffing: %v", err)
	}
	reader, err := Open(bytes.NewReader(text), int64(len(text)), name, o)
	if err != nil {
		if value.KindOf(err) != value.Invalid {
			t.Fatalf("opening: %v", err)
		}
		return
	}
	defer reader.Close()
	last := 0
	for {
		row, err := reader.Next()
		if err == io.EOF {
			return
		}
		if err != nil {
			if value.KindOf(err) != value.Invalid {
				t.Fatal(err)
			}
			return
		}
		if row.Number <= last || len(row.Raw) > RowBytes {
			t.Fatalf("row %d after %d, %d bytes", row.Number, last, len(row.Raw))
		}
		last = row.Number
		if row.Problem != nil {
			keyOf(t, row.Problem)
			continue
		}
		if len(row.Cells) != len(reader.Columns()) {
			t.Fatalf("%d cells for %d columns", len(row.Cells), len(reader.Columns()))
		}
		for _, cell := range row.Cells {
			if !utf8.ValidString(cell) || strings.ContainsRune(cell, 0) || len(cell) > CellBytes {
				t.Fatalf("the cell %.50q", cell)
			}
		}
	}
}

// A million rows go through little memory.
func TestAMillionRowsInLittleMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a second")
	}
	const rows, most = 1_000_000, 32 << 20
	line := "1,\"says \"\"hello\"\"\",12.50" + strings.Repeat(",Stall at the market", 10) + "\n"
	text := io.MultiReader(strings.NewReader("a,b,c,d,e,f,g,h,i,j,k,l,m\n"), &repeated{line: line, times: rows})
	runtime.GC()
	var before, now runtime.MemStats
	runtime.ReadMemStats(&before)
	reader, err := OpenStream(text, "x.csv", Options{})
	if err != nil {
		t.Fatal(err)
	}
	peak := uint64(0)
	for n := 0; ; n++ {
		row, err := reader.Next()
		if err == io.EOF && n == rows {
			break
		}
		if err != nil || row.Problem != nil {
			t.Fatal(n, err, row.Problem)
		}
		if n%50_000 == 0 {
			runtime.ReadMemStats(&now)
			peak = max(peak, now.HeapAlloc)
		}
	}
	if peak > before.HeapAlloc+most {
		t.Errorf("the heap grew by %d bytes", peak-before.HeapAlloc)
	}
}

// repeated is a text of many equal lines.
type repeated struct {
	line  string
	times int
	rest  string
}

func (r *repeated) Read(p []byte) (n int, err error) {
	for n < len(p) {
		if r.rest == "" {
			if r.times--; r.times < 0 {
				return n, io.EOF
			}
			r.rest = r.line
		}
		taken := copy(p[n:], r.rest)
		r.rest, n = r.rest[taken:], n+taken
	}
	return n, nil
}
