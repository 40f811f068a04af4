package sheet

import (
	"slices"
	"strings"
	"testing"
)

func TestNDJSON(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		text    string
		o       Options
		columns string
		rows    []string
	}{
		"plain":             {`{"a":1,"b":"x"}` + "\n" + `{"b":"y","a":-2.50}` + "\n", Options{}, "a|b", []string{"1|x", "-2.50|y"}},
		"missing and null":  {`{"a":1,"b":null}` + "\n\n" + `{"b":true}`, Options{}, "a|b", []string{"1|", "|true"}},
		"objects inside":    {`{"a":{"x":1,"y":{"z":"q"}},"b":{}}` + "\n" + `{"a":3}`, Options{}, "a.x|a.y.z|a", []string{"1|q|", "||3"}},
		"too deep":          {`{"a":{"b":{"c":{"d":{"e":1}}}}}`, Options{}, "a.b.c.d", []string{`{"e":1}`}},
		"lists":             {`{"a":["x",1,null,true],"b":[{"c":1}],"c":[]}`, Options{}, "a|b|c", []string{`x; 1; true|[{"c":1}]|`}},
		"escapes":           {`{"a\u0042":"\u00fc\n\"\\\/ \ud83d\ude00"}`, Options{}, "aB", []string{"ü\n\"\\/ 😀"}},
		"brackets in texts": {`{"a":"}{][,\"","b" : [ "]" , "}" ] }`, Options{}, "a|b", []string{`}{][,"|]; }`}},
		"the same name":     {`{"a":1,"a":2}`, Options{}, "a", []string{"2"}},
		"bad rows":          {`{"a":1}` + "\n{\"a\":\n[1]\n{\"a\":1} 2\n7\n{}", Options{}, "a", []string{"1", " !bad_json", " !not_object", " !bad_json", " !not_object", ""}},
		"NUL":               {`{"a":"\u0000"}`, Options{}, "a", []string{"\x00 !nul"}},
		"byte order mark":   {"\ufeff" + `{"a":1}`, Options{}, "a", []string{"1"}},
		"UTF-16":            {utf16Text(`{"a":"ü"}`, false, true), Options{}, "a", []string{"ü"}},
		"mixed encodings":   {"{\"a\":\"ü\"}\n{\"a\":\"\xfc\"}", Options{}, "a", []string{"ü", "ü recoded"}},
		"strictly":          {"{\"a\":\"ü\"}\n{\"a\":\"\xfc\"}", Options{Strict: true}, "a", []string{"ü", " !not_utf8"}},
		"a long row":        {`{"a":1}` + "\n{\"a\":\"" + strings.Repeat("x", RowBytes) + "\"}\n" + `{"a":2}`, Options{}, "a", []string{"1", " !long_row", "2"}},
	} {
		g := readString(t, test.text, "file.ndjson", test.o)
		rows := g.rows
		for i, row := range rows {
			if strings.HasSuffix(row, "!bad_json") || strings.HasSuffix(row, "!not_object") || strings.HasSuffix(row, "!long_row") || strings.HasSuffix(row, "!not_utf8") {
				rows[i] = " " + row[strings.LastIndex(row, "!"):]
			}
		}
		if g.columns != test.columns || !slices.Equal(rows, test.rows) {
			t.Errorf("%s: %s %q, want %s %q", name, g.columns, rows, test.columns, test.rows)
		}
	}
}

func TestFieldsThatComeLate(t *testing.T) {
	t.Parallel()
	early := strings.Repeat(`{"a":"`+strings.Repeat("x", 1000)+`"}`+"\n", 300)
	reader := openString(t, early+`{"a":1,"late":{"x":2}}`, "x.ndjson", Options{})
	if err := reader.Skip(300); err != nil {
		t.Fatal(err)
	}
	row, err := reader.Next()
	if err != nil || row.Problem != nil || !slices.Equal(row.Extra, []string{"late.x"}) || row.Cells[0] != "1" || row.Number != 301 {
		t.Errorf("%+v %v", row, err)
	}
}

func TestNoObjects(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"1\n2\n", "\n", "{}\n", "{\"a\":"} {
		if _, err := Sniff(strings.NewReader(text), int64(len(text)), "x.jsonl"); err == nil || keyOf(t, err) != "!no_objects" {
			t.Errorf("%q: %v", text, err)
		}
	}
	if g := readString(t, "1\n{}\n", "x.jsonl", Options{}); len(g.rows) != 2 {
		t.Errorf("%v", g)
	}
}
