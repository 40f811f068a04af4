package sheet

import (
	"errors"
	"io"
	"strings"
	"testing"
	"time"
)

func TestCSVIsWrittenSafely(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		cell Cell
		want string
	}{
		{Text("plain"), "plain"},
		{Text("=HYPERLINK(\"x\")"), "\"'=HYPERLINK(\"\"x\"\")\""},
		{Text("+49 30 1"), "'+49 30 1"},
		{Text("-x"), "'-x"},
		{Text("@SUM"), "'@SUM"},
		{Text("\t=1"), "'\t=1"},
		{Text("\r=1"), "\"'\r=1\""},
		{Text("＝1"), "'＝1"},
		{Text("'=1"), "''=1"},
		{Text("'x"), "'x"},
		{Number("-5"), "-5"},
		{Number("+5"), "'+5"}, // no number as JSON has them
		{Cell{NumberKind, "=1"}, "'=1"},
		{Cell{BooleanKind, "=1"}, "'=1"},
		{Cell{Kind(99), "x"}, "x"},
		{Cell{TextKind, ""}, ""},
		{Text(" x"), "\" x\""},
		{Text("a,b"), "\"a,b\""},
		{Text("a\nb"), "\"a\nb\""},
		{Text("bad \xff"), "bad \ufffd"},
		{Boolean(true), "true"},
		{Whole(-3), "-3"},
		{Day(time.Date(2026, 5, 17, 9, 0, 0, 0, time.UTC)), "2026-05-17"},
		{Moment(time.Date(2026, 5, 17, 9, 0, 0, 5e6, time.UTC)), "2026-05-17T09:00:00.005Z"},
	} {
		got := string(write(t, CSV, []string{"=a", "b"}, [][]Cell{{test.cell, {}}}, WriterOptions{}))
		if want := "'=a,b\n" + test.want + ",\n"; got != want {
			t.Errorf("%v is written as %q, want %q", test.cell, got, want)
		}
	}
	if got := string(write(t, CSV, []string{"a"}, [][]Cell{{Text("=1")}, {{}}}, WriterOptions{Plain: true, BOM: true, Comma: ';'})); got != "\ufeffa\n=1\n\"\"\n" {
		t.Errorf("%q", got)
	}
}

func TestNDJSONIsTyped(t *testing.T) {
	t.Parallel()
	got := string(write(t, NDJSON, []string{"a", "a", "", "d \"x\"", "e"}, [][]Cell{
		{Text("=1 <ü>"), Number("-12.50"), Boolean(false), Cell{DateKind, "2026-05-17"}, {}}, {Number("01"), Number("1e5"), Cell{BooleanKind, "yes"}, Text("12"), {}},
	}, WriterOptions{}))
	want := `{"a":"=1 <ü>","a (2)":-12.50,"Column C":false,"d \"x\"":"2026-05-17","e":null}` + "\n" +
		`{"a":"01","a (2)":1e5,"Column C":"yes","d \"x\"":"12","e":null}` + "\n"
	if got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestNumbersOfJSON(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"0": true, "-0": true, "10": true, "-1.50": true, "1e5": true, "1E-5": true, "1.5e+3": true,
		"": false, "-": false, "01": false, "1.": false, ".5": false, "+1": false, "1e": false, "1e+": false, "NaN": false, "1,5": false, "1 ": false, "1.5x": false,
	} {
		if isNumber(text) != want {
			t.Errorf("%q: %v", text, !want)
		}
	}
}

func TestWriterRefuses(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func() (*Writer, error){
		"no columns": func() (*Writer, error) { return NewWriter(io.Discard, CSV, nil, WriterOptions{}) },
		"too many columns": func() (*Writer, error) {
			return NewWriter(io.Discard, CSV, make([]string, MostColumns+1), WriterOptions{})
		},
		"no format":       func() (*Writer, error) { return NewWriter(io.Discard, "", []string{"a"}, WriterOptions{}) },
		"another format":  func() (*Writer, error) { return NewWriter(io.Discard, "ods", []string{"a"}, WriterOptions{}) },
		"a bad delimiter": func() (*Writer, error) { return NewWriter(io.Discard, CSV, []string{"a"}, WriterOptions{Comma: '\n'}) },
	} {
		if _, err := open(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	w, err := NewWriter(io.Discard, CSV, []string{"a", "b"}, WriterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write([]Cell{Text("x")}); err == nil {
		t.Error("a short row was written")
	}
}

// A full disk is an error of Write or Close, in every format.
func TestWriterOnAFullDisk(t *testing.T) {
	t.Parallel()
	for _, f := range []Format{CSV, NDJSON, XLSX} {
		for _, room := range []int{0, 1000} {
			w, err := NewWriter(&fullDisk{room}, f, []string{"a"}, WriterOptions{})
			for n := 0; n < 5000 && err == nil; n++ {
				err = w.Write([]Cell{Text(strings.Repeat("x", 900) + time.Duration(n*n*7919).String())})
			}
			if err == nil {
				err = w.Close()
			}
			if !errors.Is(err, errDisk) {
				t.Errorf("%s with %d bytes: %v", f, room, err)
			}
		}
	}
}

type fullDisk struct{ room int }

func (d *fullDisk) Write(p []byte) (int, error) {
	if len(p) > d.room {
		return 0, errDisk
	}
	d.room -= len(p)
	return len(p), nil
}
