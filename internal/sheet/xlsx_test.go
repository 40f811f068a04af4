package sheet

import (
	"archive/zip"
	"bytes"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

func zipOf(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		part, err := archive.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		part.Write([]byte(parts[name]))
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// bookOf is a workbook with one sheet of the given rows, as XML.
func bookOf(t testing.TB, rows string, change map[string]string) string {
	t.Helper()
	parts := map[string]string{
		"xl/workbook.xml": `<workbook xmlns:r="` + linkSpace + `"><workbookPr/><sheets><sheet name="One" sheetId="1" r:id="r1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="r1" Type="x/worksheet" Target="worksheets/sheet1.xml"/>` +
			`<Relationship Id="r2" Type="x/styles" Target="/xl/styles.xml"/><Relationship Id="r3" Type="x/sharedStrings" Target="sharedStrings.xml"/></Relationships>`,
		"xl/sharedStrings.xml": `<sst><si><t>shared &amp; <![CDATA[<plain>]]></t></si><si><r><t>two </t></r><r><t xml:space="preserve">parts</t></r><rPh><t>no</t></rPh></si></sst>`,
		"xl/styles.xml": `<styleSheet><numFmts><numFmt numFmtId="170" formatCode="[$-409]d\-mmm\-yy;@"/><numFmt numFmtId="171" formatCode="[h]:mm"/>` +
			`<numFmt numFmtId="172" formatCode="#,##0.00 &quot;days&quot;"/></numFmts>` +
			`<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/><xf numFmtId="20"/><xf numFmtId="170"/><xf numFmtId="171"/><xf numFmtId="172"/></cellXfs></styleSheet>`,
		"xl/worksheets/sheet1.xml": `<?xml version="1.0"?><worksheet><sheetData>` + rows + `</sheetData></worksheet>`,
	}
	maps.Copy(parts, change)
	return string(zipOf(t, parts))
}

func TestXLSXCells(t *testing.T) {
	t.Parallel()
	old := map[string]string{"xl/workbook.xml": `<workbook xmlns:r="` + linkSpace + `"><workbookPr date1904="1"/><sheets><sheet name="One" r:id="r1"/></sheets></workbook>`}
	for name, test := range map[string]struct {
		cell   string
		change map[string]string
		want   string
	}{
		"number":                  {`<c><v>12.5</v></c>`, nil, "12.5"},
		"large":                   {`<c><v>1E+15</v></c>`, nil, "1000000000000000"},
		"small":                   {`<c><v>1.5E-7</v></c>`, nil, "0.00000015"},
		"noise of doubles":        {`<c><v>59.969999999999999</v></c>`, nil, "59.97"},
		"long whole number":       {`<c><v>12345678901234567890</v></c>`, nil, "12345678901234567890"},
		"no thousands":            {`<c s="6"><v>1234567.5</v></c>`, nil, "1234567.5"},
		"no number":               {`<c><v>1,5</v></c>`, nil, " !bad_cell"},
		"shared text":             {`<c t="s"><v>0</v></c>`, nil, "shared & <plain>"},
		"shared text in parts":    {`<c t="s"><v>1</v></c>`, nil, "two parts"},
		"no such text":            {`<c t="s"><v>2</v></c>`, nil, " !bad_cell"},
		"inline text":             {`<c t="inlineStr"><is><t>&#x41;_x0042_&lt;</t></is></c>`, nil, "AB<"},
		"true":                    {`<c t="b"><v>1</v></c>`, nil, "true"},
		"false":                   {`<c t="b"><v>0</v></c>`, nil, "false"},
		"error":                   {`<c t="e"><v>#REF!</v></c>`, nil, " !bad_cell"},
		"formula":                 {`<c><f>1+1</f><v>2</v></c>`, nil, "2"},
		"formula with a text":     {`<c t="str"><f>"a"&amp;"b"</f><v>ab</v></c>`, nil, "ab"},
		"formula without result":  {`<c><f>1+1</f></c>`, nil, " !bad_cell"},
		"date":                    {`<c s="1"><v>45000</v></c>`, nil, "2023-03-15"},
		"date of an own format":   {`<c s="4"><v>45000.75</v></c>`, nil, "2023-03-15"},
		"date and time":           {`<c s="2"><v>45000.75</v></c>`, nil, "2023-03-15T18:00:00"},
		"time":                    {`<c s="3"><v>0.75</v></c>`, nil, "18:00:00"},
		"time with a date":        {`<c s="3"><v>45000.75</v></c>`, nil, "2023-03-15T18:00:00"},
		"milliseconds":            {`<c s="2"><v>45000.500005</v></c>`, nil, "2023-03-15T12:00:00.432"},
		"hours past a day":        {`<c s="5"><v>1.25</v></c>`, nil, "30:00:00"},
		"first day":               {`<c s="1"><v>1</v></c>`, nil, "1900-01-01"},
		"before the leap day":     {`<c s="1"><v>59</v></c>`, nil, "1900-02-28"},
		"the leap day":            {`<c s="1"><v>60</v></c>`, nil, " !bad_cell"},
		"after the leap day":      {`<c s="1"><v>61</v></c>`, nil, "1900-03-01"},
		"no date":                 {`<c s="1"><v>-5</v></c>`, nil, " !bad_cell"},
		"date of 1904":            {`<c s="1"><v>43538</v></c>`, old, "2023-03-15"},
		"first day of 1904":       {`<c s="1"><v>0</v></c>`, old, "1904-01-01"},
		"ISO date":                {`<c t="d"><v>2023-03-15T00:00:00</v></c>`, nil, "2023-03-15"},
		"a style that is not":     {`<c s="99"><v>45000</v></c>`, nil, "45000"},
		"a comment and a bracket": {`<!-- <c> --><c t="str" x='a>b"'><v>x</v></c>`, nil, "x"},
		"namespaces":              {`<x:c t="str"><x:v>x</x:v></x:c>`, nil, "x"},
		"ends of lines":           {"<c t=\"str\"><v>x\r\ny\rz</v></c>", nil, "x\ny\nz"},
		"NUL":                     {`<c t="inlineStr"><is><t>_x0000_</t></is></c>`, nil, "\x00 !nul"},
	} {
		g := readString(t, bookOf(t, `<row><c t="str"><v>name</v></c></row><row r="5">`+test.cell+`</row>`, test.change), "x.xlsx", Options{Header: 1})
		if len(g.rows) != 1 || g.rows[0] != test.want {
			t.Errorf("%s: %q, want %q", name, g.rows, test.want)
		}
	}
}

func TestXLSXRows(t *testing.T) {
	t.Parallel()
	text := bookOf(t, `<row r="2"><c r="A2" t="str"><v>Stalls of May</v></c></row>`+
		`<row r="4"><c r="A4" t="str"><v>a</v></c><c r="B4" t="str"><v>b</v></c><c r="C4" t="str"><v>c</v></c><c r="D4" t="str"><v> </v></c></row>`+
		`<row r="5"><c r="C5"><v>3</v></c><c r="A5"><v>1</v></c></row>`+
		`<row r="6"/><row r="7"><c r="A7" s="1"/></row>`+
		`<row r="8"><c r="A8"><v>1</v></c><c r="B8"><v>1</v></c><c r="F8"><v>6</v></c></row>`+
		`<row r="9"><c r="ZZZ9"><v>6</v></c></row>`, nil)
	g := readString(t, text, "x.xlsx", Options{})
	want := []string{"1||3", "1|1||||6 !shifted", " !too_many_columns"}
	if g.columns != "a|b|c" || !slices.Equal(g.rows, want) {
		t.Errorf("%s %q, want %q", g.columns, g.rows, want)
	}
	reader := openString(t, text, "x.xlsx", Options{})
	for _, line := range []int{5, 8, 9} {
		if row, err := reader.Next(); err != nil || row.Number != line {
			t.Errorf("row %d, want %d: %v", row.Number, line, err)
		}
	}
}

func TestXLSXFilesThatAreHostile(t *testing.T) {
	t.Parallel()
	good := `<row><c t="str"><v>a</v></c></row>`
	for name, test := range map[string]struct {
		text string
		key  string
	}{
		"a bomb":             {bookOf(t, good+strings.Repeat(strings.Repeat(" ", 1<<20), 80), nil), "!broken_xlsx"},
		"a bomb of strings":  {bookOf(t, good, map[string]string{"xl/sharedStrings.xml": "<sst><si><t>" + strings.Repeat(strings.Repeat("x", 1<<20), 80)}), "!broken_xlsx"},
		"a bomb of styles":   {bookOf(t, good, map[string]string{"xl/workbook.xml": "<workbook>" + strings.Repeat(" ", partBytes)}), "!bomb"},
		"a document type":    {bookOf(t, `<!DOCTYPE x [<!ENTITY a "b">]>`, nil), "!broken_xlsx"},
		"a type in workbook": {bookOf(t, good, map[string]string{"xl/workbook.xml": `<!DOCTYPE x><workbook/>`}), "!broken_xlsx"},
		"cut off":            {bookOf(t, "", map[string]string{"xl/worksheets/sheet1.xml": `<worksheet><sheetData><row><c><v>1`}), "!broken_xlsx"},
		"a tag without end":  {bookOf(t, `<row `+strings.Repeat("a", 1<<20), nil), "!broken_xlsx"},
		"no sheet":           {bookOf(t, good, map[string]string{"xl/_rels/workbook.xml.rels": `<Relationships/>`}), "!no_sheet"},
		"a sheet of nowhere": {bookOf(t, good, map[string]string{"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="r1" Type="x/worksheet" Target="../../etc/x.xml"/></Relationships>`}), "!broken_xlsx"},
		"an empty sheet":     {bookOf(t, "", nil), "!no_header"},
		"half an archive":    {bookOf(t, good, nil)[:300], "!broken_xlsx"},
	} {
		reader, err := Open(strings.NewReader(test.text), int64(len(test.text)), "x.xlsx", Options{})
		for err == nil {
			_, err = reader.Next()
		}
		if key := keyOf(t, err); key != test.key {
			t.Errorf("%s: %v, want %s", name, err, test.key)
		}
	}
}

// A workbook that another program wrote says the same to us.
func TestXLSXOfExcelize(t *testing.T) {
	t.Parallel()
	f := excelize.NewFile()
	defer f.Close()
	at := time.Date(2026, 5, 17, 9, 30, 0, 0, time.UTC)
	for i, row := range [][]any{{"name", "n", "at", "ok"}, {"Ärger & <Freude>", 12.25, at, true}, {"long\nlines", 1e15, at.Add(36 * time.Hour), false}, {"=1+1", -3, nil, nil}} {
		if err := f.SetSheetRow("Sheet1", "A"+string(rune('1'+i)), &row); err != nil {
			t.Fatal(err)
		}
	}
	f.NewSheet("Second")
	f.SetSheetRow("Second", "A1", &[]any{"x"})
	f.SetSheetRow("Second", "A2", &[]any{"y"})
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	g := readString(t, out.String(), "x", Options{})
	want := []string{"Ärger & <Freude>|12.25|2026-05-17T09:30:00|true", "long\nlines|1000000000000000|2026-05-18T21:30:00|false", "=1+1|-3||"}
	if !slices.Equal(g.rows, want) {
		t.Errorf("%q, want %q", g.rows, want)
	}
	if g := readString(t, out.String(), "x", Options{Sheet: "Second"}); g.columns != "x" || len(g.rows) != 1 {
		t.Errorf("second sheet: %v", g)
	}
	if _, err := Open(bytes.NewReader(out.Bytes()), int64(out.Len()), "x", Options{Sheet: "Third"}); err == nil || keyOf(t, err) != "!unknown_sheet" {
		t.Error(err)
	}
}

// What we write says the same to another program.
func TestXLSXToExcelize(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 5, 17, 9, 30, 15, 0, time.UTC)
	text := write(t, XLSX, []string{"text", "n", "day", "at", "ok"}, [][]Cell{
		{Text("a < b & \"c\"\n_x0041_"), Number("-12.50"), Day(at), Moment(at), Boolean(true)},
		{Text("=1+1"), Number("12345678901234567890"), Cell{DateKind, "1850-01-01"}, {}, Boolean(false)},
	}, WriterOptions{Sheet: "Stalls: all/any"})
	f, err := excelize.OpenReader(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if names := f.GetSheetList(); !slices.Equal(names, []string{"Stalls  all any"}) {
		t.Errorf("sheets %q", names)
	}
	rows, err := f.GetRows("Stalls  all any")
	want := [][]string{
		{"text", "n", "day", "at", "ok"},
		{"a < b & \"c\"\n_x0041_", "-12.5", "2026-05-17", "2026-05-17 09:30:15", "TRUE"},
		{"=1+1", "12345678901234567890", "1850-01-01", "", "FALSE"},
	}
	if err != nil || len(rows) != len(want) {
		t.Fatal(rows, err)
	}
	for i := range want {
		if !slices.Equal(rows[i], want[i]) {
			t.Errorf("row %d: %q, want %q", i, rows[i], want[i])
		}
	}
	if formula, err := f.GetCellFormula("Stalls  all any", "A3"); formula != "" || err != nil {
		t.Errorf("the text became the formula %q %v", formula, err)
	}
}

func TestXLSXGoesOnInFurtherSheets(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	w, err := NewWriter(&out, XLSX, []string{"n"}, WriterOptions{Sheet: "Stalls"})
	if err != nil {
		t.Fatal(err)
	}
	w.rows.(*xlsxWriter).most = 4 // with the header
	for n := range 8 {
		if err := w.Write([]Cell{Whole(int64(n))}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for sheet, want := range map[string]string{"Stalls": "0 1 2", "Stalls 2": "3 4 5", "Stalls 3": "6 7"} {
		g := readString(t, out.String(), "x.xlsx", Options{Sheet: sheet})
		if g.columns != "n" || strings.Join(g.rows, " ") != want {
			t.Errorf("%s: %v, want %s", sheet, g, want)
		}
	}
}

func TestXLSXCutsWhatNoCellHolds(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	w, err := NewWriter(&out, XLSX, []string{"n"}, WriterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{sheetCell, sheetCell + 1} {
		if err := w.Write([]Cell{Text(strings.Repeat("ü", n))}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil || w.Cut() != 1 || w.Rows() != 2 {
		t.Fatal(w.Cut(), w.Rows(), err)
	}
	for _, row := range readString(t, out.String(), "x", Options{}).rows {
		if row != strings.Repeat("ü", sheetCell) {
			t.Errorf("a text of %d bytes", len(row))
		}
	}
}

// Many shared strings go to a file and come back the same.
func TestManySharedStrings(t *testing.T) {
	t.Parallel()
	var texts, rows strings.Builder
	long := strings.Repeat("x", 60_000)
	for n := range 600 {
		number := string(rune('a'+n%26)) + strings.Repeat("y", n)
		texts.WriteString("<si><t>" + number + long + "</t></si>")
	}
	rows.WriteString(`<row><c t="str"><v>a</v></c></row>`)
	for _, n := range []string{"0", "599", "300"} {
		rows.WriteString(`<row><c t="s"><v>` + n + `</v></c></row>`)
	}
	text := bookOf(t, rows.String(), map[string]string{"xl/sharedStrings.xml": "<sst>" + texts.String() + "</sst>"})
	reader := openString(t, text, "x.xlsx", Options{})
	if reader.source.(*xlsxSource).strings.file == nil {
		t.Fatal("36 MB of texts are in memory")
	}
	for _, n := range []int{0, 599, 300} {
		row, err := reader.Next()
		if want := string(rune('a'+n%26)) + strings.Repeat("y", n) + long; err != nil || row.Cells[0] != want {
			t.Errorf("text %d: %.20q %v", n, row.Cells[0], err)
		}
	}
}
