package listing

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"strings"
	"testing"

	"fairground/internal/sheet"
	"fairground/internal/value"
)

// FuzzRows reads arbitrary bytes: no panic, every row has a number of its own, in order, and every error is a row's or
// the file's.
func FuzzRows(f *testing.F) {
	for _, seed := range []string{
		"", "\n\n", "a,b\n1,2\n", "a,b\n\"1\n2\",3\n4,5", "a,b\n\"1,2\n3,4\n", "\ufeffa\n1\n", "a\n\"\"\"\n\"\n", "{\"a\":1}\n[]\n{}", "{\"a\":{\"b\":[1,null,\"x\"]}}",
		"a,b\r\n1,\"2\"x\r\n", "\x1f\x8b", "a\n\x00\xff\n", ",y\"z,\"w\n",
	} {
		f.Add([]byte(seed), true, "{a} {b} {#}")
		f.Add([]byte(seed), false, "{a.b}{")
	}
	f.Fuzz(func(t *testing.T, text []byte, isCSV bool, template string) {
		m := Mapping{Format: "jsonl"}
		if isCSV {
			m.Format = "csv"
		}
		s, err := openRows(bytes.NewReader(text), "file", m)
		if err != nil {
			if value.KindOf(err) != value.Invalid {
				t.Fatalf("opening: %v", err)
			}
			return
		}
		lines := bytes.Count(text, []byte("\n")) + 1
		for want := 1; ; want++ {
			r, err := s.next()
			var broken *brokenFile
			if err == io.EOF || errors.As(err, &broken) {
				return
			}
			if r.number != want || len(r.raw) > 500 || r.size > 2*sheet.RowBytes {
				t.Fatalf("row %d is number %d of %d bytes", want, r.number, r.size)
			}
			if bytes.HasPrefix(text, []byte{0x1f, 0x8b}) {
				lines = want
			}
			if want > lines {
				t.Fatalf("row %d of %d lines", want, lines)
			}
			if err == nil {
				_, err = r.fill(template)
			}
			if err != nil && value.KindOf(err) != value.Invalid {
				t.Fatalf("row %d: %v", want, err)
			}
		}
	})
}

// FuzzFill fills arbitrary templates.
func FuzzFill(f *testing.F) {
	for _, seed := range []string{"", "{", "}", "{}", "{a}", "{{a}}", "{#} {a", "a}b{c", "{a}{a}{missing}"} {
		f.Add(seed, "x{a}y")
	}
	f.Fuzz(func(t *testing.T, template, content string) {
		r := row{number: 7, column: func(name string) (string, bool) { return content, name == "a" }}
		got, err := r.fill(template)
		if err != nil && value.KindOf(err) != value.Invalid {
			t.Fatal(err)
		}
		if err == nil && !strings.Contains(template, "{") && got != template {
			t.Errorf("a template without columns became %q", got)
		}
		if err == nil && template == "<{a}>" && got != "<"+content+">" {
			t.Errorf("%q", got) // what is filled in is no template itself
		}
	})
}

func TestRowsOfManyLines(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		text string
		rows int
		good int
	}{
		"a field over two lines":   {"a,b\n\"1\n2\",3\n4,5\n", 2, 2},
		"never closed":             {"a,b\n\"1,2\n3,4\n5,6\n", 3, 2},
		"closed too late":          {"a,b\n\"1,2\n" + strings.Repeat("3,4\n", 2000) + "5,\"6\"\n", 2002, 2001},
		"empty lines do not count": {"\n\na,b\n\n1,2\n \n3,4", 2, 2},
		"no line at the end":       {"a,b", 0, 0},
		"other ends of lines":      {"a,b\r\n1,2\r\n\"x\r\ny\",3\r\n", 2, 2},
	} {
		s, err := openRows(strings.NewReader(test.text), "x.csv", Mapping{})
		if err != nil {
			t.Fatal(name, err)
		}
		rows, good := 0, 0
		for {
			r, err := s.next()
			if err == io.EOF {
				break
			}
			if rows++; err == nil {
				if _, ok := r.column("a"); ok {
					good++
				}
			}
		}
		if rows != test.rows || good != test.good {
			t.Errorf("%s: %d rows, %d good, want %d and %d", name, rows, good, test.rows, test.good)
		}
	}
}

func TestFilesThatCannotBeOpened(t *testing.T) {
	t.Parallel()
	var empty bytes.Buffer
	gzip.NewWriter(&empty).Close()
	for name, test := range map[string]struct {
		text string
		m    Mapping
	}{
		"empty":                {"", Mapping{Format: "csv"}},
		"blank":                {"\n\n  \n", Mapping{Format: "csv"}},
		"of no known kind":     {"a\n1\n", Mapping{}},
		"a broken gzip":        {"\x1f\x8bnot really", Mapping{Format: "csv"}},
		"an empty gzip":        {empty.String(), Mapping{Format: "csv"}},
		"an unknown encoding":  {"a\n", Mapping{Format: "csv", Encoding: "morse"}},
		"a header that is not": {"a,\"b\n1,2\n", Mapping{Format: "csv"}},
	} {
		if _, err := openRows(strings.NewReader(test.text), "file.bin", test.m); value.KindOf(err) != value.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A portion ends by bytes as well as by rows, or five hundred rows of a megabyte would be held at once.
func TestAPortionIsBoundedInBytes(t *testing.T) {
	t.Parallel()
	line := "{\"a\":\"" + strings.Repeat("x", sheet.RowBytes/2) + "\"}\n"
	s, err := openRows(strings.NewReader(strings.Repeat(line, 40)), "x.jsonl", Mapping{})
	if err != nil {
		t.Fatal(err)
	}
	i := Import{Desk: &Desk{Trees: &Trees{}}, Mapping: Mapping{External: "{#}", Title: "{a}"}}
	batch, more, err := i.readWith(t.Context(), NewTree(nil, nil), s, 0)
	if err != nil || !more || len(batch) > portion_bytes/len(line)+1 {
		t.Errorf("%d rows in one portion, more %v, %v", len(batch), more, err)
	}
}
