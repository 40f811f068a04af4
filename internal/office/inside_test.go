package office

import (
	"slices"
	"testing"
	"time"

	"fairground/internal/record"
	"fairground/internal/ui/text"
)

func TestConjuncts(t *testing.T) {
	t.Parallel()
	for filter, want := range map[string][]string{
		"":                             nil,
		"  ":                           nil,
		"a > 1":                        {"a > 1"},
		"a > 1 && b < 2":               {"a > 1", "b < 2"},
		`a == "x && y" && b`:           {`a == "x && y"`, "b"},
		`a == "\"&&" && b`:             {`a == "\"&&"`, "b"},
		"(a && b) && c":                {"(a && b)", "c"},
		"a || b && c":                  {"a || b && c"},
		"a && (b || c)":                {"a", "(b || c)"},
		"a && b ? c : d":               {"a && b ? c : d"},
		"list.exists(x, x && y) && c ": {"list.exists(x, x && y)", "c"},
	} {
		if got := conjuncts(filter); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", filter, got, want)
		}
	}
}

func TestAndKeepsTheMeaning(t *testing.T) {
	t.Parallel()
	for want, parts := range map[string][]string{
		"":                   {"", ""},
		"a":                  {"a", ""},
		"a && b && c":        {"a && b", "c"},
		"(a || b) && c":      {"a || b", "c"},
		"(a || b) && (c)":    {"(a || b)", "(c)"},
		"(x ? y : z) && c":   {"x ? y : z", "c"},
		"((a) || (b)) && c":  {"(a) || (b)", "c"},
		"a && (b || c) && d": {"a && (b || c)", "d"},
	} {
		if got := and(parts...); got != want {
			t.Errorf("%q: %q, want %q", parts, got, want)
		}
	}
}

func TestNumerals(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{"12": "12", "1’250.50": "1250.50", "1 250,5": "1250.5", "-3": "-3", "1,2,3": "", "12 m": "", "": "", "1e9": ""} {
		if got, err := numeral(typed); got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q %v, want %q", typed, got, err, want)
		}
	}
}

func TestDaysAreInTheReadersZone(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Europe/Zurich")
	if err != nil {
		t.Fatal(err)
	}
	words, err := text.New()
	if err != nil {
		t.Fatal(err)
	}
	v := &visit{words: words.Printer(text.Settings{Zone: zone})}
	for _, day := range []record.Day{0, 20000, -1, 20785} {
		if got := v.dayOf(v.noon(day)); got != day {
			t.Errorf("day %d became %d", day, got)
		}
	}
	if got := v.dayOf(time.Date(2026, 11, 27, 23, 30, 0, 0, time.UTC)); got != 20785 {
		t.Errorf("28 November 2026 is day %d", got)
	}
}

func TestFileNamesAreHarmless(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"plan.pdf": "plan.pdf", `C:\x\plan.pdf`: "plan.pdf", "../../etc/x": "x", "": "file", "a\r\nb.txt": "a__b.txt", `a"b.txt`: "a_b.txt", "..": "file"} {
		if got := fileName(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

func TestOnlyHarmlessFilesAreTaken(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]bool{
		"%PDF-1.7": true, "\x89PNG\r\n\x1a\n": true, "name,size\nBlue,12": true, "<html><body>": false, "<?xml version=\"1.0\"?><svg>": false, "PK\x03\x04": false, "\x7fELF\x02\x01\x01\x00": false, "<script>": false,
	} {
		if _, got := kindOfFile([]byte(content)); got != want {
			t.Errorf("%q: %v, want %v", content, got, want)
		}
	}
}
