package sheet

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"fairground/internal/value"
)

// got is what a table says, in one text a row: the line, the cells, and the key of a problem.
type got struct {
	columns string
	rows    []string
}

func openString(t testing.TB, text, name string, o Options) *Reader {
	t.Helper()
	reader, err := Open(strings.NewReader(text), int64(len(text)), name, o)
	if err != nil {
		t.Fatalf("opening: %v", err)
	}
	t.Cleanup(func() { reader.Close() })
	return reader
}

func readString(t testing.TB, text, name string, o Options) got {
	t.Helper()
	return readRows(t, openString(t, text, name, o))
}

func readRows(t testing.TB, r *Reader) got {
	t.Helper()
	g := got{columns: strings.Join(r.Columns(), "|")}
	for {
		row, err := r.Next()
		if err == io.EOF {
			return g
		}
		if err != nil {
			t.Fatalf("after %d rows: %v", len(g.rows), err)
		}
		text := strings.Join(row.Cells, "|")
		if row.Recoded {
			text += " recoded"
		}
		if row.Problem != nil {
			text += " " + keyOf(t, row.Problem)
		}
		g.rows = append(g.rows, text)
	}
}

// keyOf returns the last part of an error's key; every problem has one and is of kind Invalid.
func keyOf(t testing.TB, err error) string {
	t.Helper()
	known, ok := err.(*value.Error)
	if !ok || known.Kind != value.Invalid || !strings.HasPrefix(known.Key, "sheet.") || known.Message == "" {
		t.Fatalf("%T %v is no problem with a key", err, err)
	}
	return "!" + strings.TrimPrefix(known.Key, "sheet.")
}

func write(t testing.TB, f Format, columns []string, rows [][]Cell, o WriterOptions) []byte {
	t.Helper()
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
	return out.Bytes()
}
