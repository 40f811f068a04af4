package sheet

import (
	"bytes"
	"fmt"
	"io"
	"testing"
)

// tableOf writes a table of 13 columns such as people import.
func tableOf(tb testing.TB, f Format, rows int, out io.Writer) {
	tb.Helper()
	columns := make([]string, 13)
	for i := range columns {
		columns[i] = fmt.Sprintf("column %d", i+1)
	}
	w, err := NewWriter(out, f, columns, WriterOptions{})
	if err != nil {
		tb.Fatal(err)
	}
	cells := make([]Cell, 13)
	for n := range rows {
		for i := range cells {
			cells[i] = Text("Stall at the market")
		}
		cells[0], cells[3], cells[5] = Whole(int64(n)), Number("12.50"), Boolean(n%2 == 0)
		cells[7], cells[8] = Cell{DateKind, "2026-05-17"}, Text("says \"hello\", and goes")
		if err := w.Write(cells); err != nil {
			tb.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
}

func readAll(tb testing.TB, r io.ReaderAt, size int64, name string) int {
	tb.Helper()
	reader, err := Open(r, size, name, Options{})
	if err != nil {
		tb.Fatal(err)
	}
	defer reader.Close()
	for n := 0; ; n++ {
		row, err := reader.Next()
		if err == io.EOF {
			return n
		}
		if err != nil || row.Problem != nil {
			tb.Fatal(err, row.Problem)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	for _, f := range []Format{CSV, NDJSON, XLSX} {
		const rows = 20_000
		var out bytes.Buffer
		tableOf(b, f, rows, &out)
		b.Run(string(f), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if n := readAll(b, bytes.NewReader(out.Bytes()), int64(out.Len()), "x."+string(f)); n != rows {
					b.Fatal(n)
				}
			}
			b.ReportMetric(float64(rows*b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

func BenchmarkWrite(b *testing.B) {
	for _, f := range []Format{CSV, NDJSON, XLSX} {
		const rows = 20_000
		b.Run(string(f), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				tableOf(b, f, rows, io.Discard)
			}
			b.ReportMetric(float64(rows*b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
