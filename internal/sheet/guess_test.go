package sheet

import (
	"bytes"
	"compress/gzip"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestSniff(t *testing.T) {
	t.Parallel()
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	w.Write([]byte("a;b\n1;2\n"))
	w.Close()
	for name, test := range map[string]struct {
		file, text string
		want       Options
		columns    string
		warnings   string
	}{
		"CSV":            {"x.csv", "name,town\nA,B\n", Options{Format: CSV, Comma: ',', Encoding: "utf-8", Header: 1}, "name|town", ""},
		"packed":         {"x.csv.gz", packed.String(), Options{Format: CSV, Comma: ';', Encoding: "utf-8", Header: 1}, "a|b", ""},
		"old":            {"x.txt", "name;town\nM\xfcller;B\n", Options{Format: CSV, Comma: ';', Encoding: "windows-1252", Header: 1}, "name|town", ""},
		"wide":           {"x", utf16Text("name\ttown\nA\tB\n", false, true), Options{Format: CSV, Comma: '\t', Encoding: "utf-16le", Header: 1}, "name|town", ""},
		"a wrong name":   {"x.xlsx", "name,town\nA,B\n", Options{Format: CSV, Comma: ',', Encoding: "utf-8", Header: 1}, "name|town", ""},
		"NDJSON by look": {"x", "{\"a\":1}\n", Options{Format: NDJSON, Encoding: "utf-8"}, "a", ""},
		"XLSX":           {"x.csv", bookOf(t, `<row r="3"><c t="str"><v>a</v></c></row><row r="4"><c><v>1</v></c></row>`, nil), Options{Format: XLSX, Sheet: "One", Header: 3}, "a", "title"},
		"trouble": {"x.csv", "Stalls of May\na,a,\n1,2,3\n1,2\n\"x,2,3\n\xfc,ü,1\n", Options{Format: CSV, Comma: ',', Encoding: "windows-1252", Header: 2}, "a|a (2)|Column C",
			"title same_header empty_header shifted bad_quotes"},
		"mixed": {"x.csv", "a,b\nü,1\n\xfc,2\n", Options{Format: CSV, Comma: ',', Encoding: "utf-8", Header: 1}, "a|b", "recoded"},
	} {
		g, err := Sniff(strings.NewReader(test.text), int64(len(test.text)), test.file)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var columns, warnings []string
		for _, column := range g.Columns {
			columns = append(columns, column.Name)
		}
		for _, warning := range g.Warnings {
			warnings = append(warnings, strings.TrimPrefix(warning.Key, "sheet."))
			if warning.Text == "" {
				t.Errorf("%s: a warning without a text", name)
			}
		}
		if g.Options != test.want || strings.Join(columns, "|") != test.columns || strings.Join(warnings, " ") != test.warnings {
			t.Errorf("%s: %+v %q %q", name, g.Options, columns, warnings)
		}
	}
}

func TestGuessShowsSamples(t *testing.T) {
	t.Parallel()
	text := "name,town\n" + strings.Repeat("A,\nB,Kiel\nB,\n", 10)
	g, err := Sniff(strings.NewReader(text), int64(len(text)), "x.csv")
	if err != nil {
		t.Fatal(err)
	}
	want := []Column{{Name: "name", Header: "name", Samples: []string{"A", "B"}, Filled: 30}, {Name: "town", Header: "town", Samples: []string{"Kiel"}, Filled: 10}}
	if !reflect.DeepEqual(g.Columns, want) || len(g.Rows) != GuessRows || !slices.Equal(g.Rows[1], []string{"B", "Kiel"}) || g.Seen != 30 || g.More {
		t.Errorf("%+v", g)
	}
	text = "name,town\n" + strings.Repeat("A,B,C\n", 3000)
	if g, err = Sniff(strings.NewReader(text), int64(len(text)), "x.csv"); err != nil || !g.More || g.Seen != GuessDepth || len(g.Warnings) > mostWarnings {
		t.Errorf("%d rows, %d warnings, %v", g.Seen, len(g.Warnings), err)
	}
}

// What a person corrects is obeyed.
func TestSniffAs(t *testing.T) {
	t.Parallel()
	text := "x;y\na,b\n1,2\n"
	g, err := SniffAs(strings.NewReader(text), int64(len(text)), "x.csv", Options{Comma: ';', Header: 2, Encoding: "latin-1"})
	if err != nil || g.Comma != ';' || g.Header != 2 || g.Encoding != "latin1" || len(g.Columns) != 1 || g.Columns[0].Name != "a,b" {
		t.Errorf("%+v %v", g, err)
	}
}
