package expr

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"fairground/internal/value"
)

func environment(t testing.TB) *Environment {
	t.Helper()
	e, err := New([]Variable{
		{Name: "price", Type: Double},
		{Name: "title", Type: String, Size: 200},
		{Name: "phones", Type: Strings, Size: 20},
		{Name: "attributes", Type: Texts, Size: 50},
		{Name: "terms.firearm", Type: Int},
		{Name: "terms.deposit", Type: Int},
		{Name: "trusted", Type: Bool},
	}, []Function{
		{Name: "under", Member: true, Args: []Type{String, String}, Result: Bool, Call: func(a []any) (any, error) {
			return strings.HasPrefix(a[0].(string)+"/", a[1].(string)+"/"), nil
		}},
		{Name: "fails", Args: []Type{}, Result: Bool, Call: func([]any) (any, error) { return nil, errors.New("out of order") }},
	}, Limits{Runtime: 5_000})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func bicycle() Map {
	return Map{
		"price": 120.0, "title": "town bicycle", "phones": []string{"+41446681800"}, "attributes": map[string]string{"size": "56"},
		"terms.firearm": int64(0), "terms.deposit": int64(2), "trusted": false,
	}
}

func TestBool(t *testing.T) {
	t.Parallel()
	e := environment(t)
	for text, want := range map[string]bool{
		`price > 100`:                             true,
		`price > 100.5 && price < 121`:            true,
		`phones.exists(p, p.startsWith("+41"))`:   true,
		`attributes["size"] == "56"`:              true,
		`"colour" in attributes`:                  false,
		`terms.firearm > 0 || terms.deposit >= 2`: true,
		`title.under("town bicycle")`:             true,
		`terms.firearm > 0 && fails()`:            false,
		`title.matches("^town [a-z]+$")`:          true,
		`trusted ? fails() : phones.size() == 1`:  true,
	} {
		p, err := e.Compile(text, Bool)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got, err := p.Bool(context.Background(), bicycle()); err != nil || got != want {
			t.Errorf("%s = %v, %v; want %v", text, got, err, want)
		}
	}
}

func TestCompileSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	e := environment(t)
	for text, want := range map[string]string{
		`prise > 100`:                     `line 1, column 1: there is no "prise" here; did you mean "price"?`,
		"price > 1 &&\n terms.firarm > 0": `line 2, column 2: there is no "terms.firarm" here; did you mean "terms.firearm"?`,
		`price`:                           `this yields double, but bool is needed here`,
		`title > 3`:                       `line 1, column 7: found no matching overload`,
		`price >`:                         `line 1, column 8: Syntax error`,
		`title.matches("(")`:              `invalid matches argument`,
		`title == "` + strings.Repeat("x", 4000) + `"`: `longer than 4000`,
	} {
		_, err := e.Compile(text, Bool)
		if value.KindOf(err) != value.Invalid || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40s: got %v, want %q", text, err, want)
		}
	}
}

func TestCostIsBounded(t *testing.T) {
	t.Parallel()
	e := environment(t)
	if _, err := e.Compile(`phones.all(a, phones.all(b, phones.all(c, phones.all(d, phones.all(e, a + b + c + d + e != "")))))`, Bool); err == nil {
		t.Error("a condition of 3 million steps compiles")
	}
	p, err := e.Compile(`phones.all(a, phones.all(b, a + b == ""))`, Bool)
	if err != nil {
		t.Fatal(err)
	}
	values := bicycle()
	values["phones"] = make([]string, 500) // more than declared
	if _, err := p.Bool(context.Background(), values); err == nil || !strings.Contains(err.Error(), "cost limit") {
		t.Errorf("a run beyond its limit gives %v", err)
	}
}

func TestErrorsAreNotAnswers(t *testing.T) {
	t.Parallel()
	e := environment(t)
	for _, text := range []string{`fails()`, `attributes["colour"] == "red"`, `fails() || price > 1000`, `phones[7] == ""`} {
		p, err := e.Compile(text, Bool)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := p.Bool(context.Background(), bicycle()); err == nil {
			t.Errorf("%s = %v without an error", text, got)
		}
	}
	p, _ := e.Compile(`price > 1`, Bool)
	if _, err := p.Bool(context.Background(), Map{}); err == nil {
		t.Error("a missing value gives no error")
	}
	ctx, cancel := context.WithTimeout(context.Background(), -time.Second)
	defer cancel()
	p, _ = e.Compile(`phones.all(a, phones.all(b, a == b))`, Bool)
	values := bicycle()
	values["phones"] = make([]string, 60)
	if _, err := p.Bool(ctx, values); err == nil {
		t.Error("a run in a context that is over gives no error")
	}
}

func TestExplain(t *testing.T) {
	t.Parallel()
	p, err := environment(t).Compile(`terms.firearm > 0 || phones.exists(p, p.startsWith("+41")) && price > 100`, Bool)
	if err != nil {
		t.Fatal(err)
	}
	parts, err := p.Explain(bicycle())
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, part := range parts {
		got[part.Text] = part.Value
	}
	for text, want := range map[string]string{
		"terms.firearm": "0", "terms.firearm > 0": "false", "price > 100": "true", "price": "120",
		`phones.exists(p, p.startsWith("+41"))`: "true", "phones": "[+41446681800]",
	} {
		if got[text] != want {
			t.Errorf("%s shows %q, want %q (all: %v)", text, got[text], want, parts)
		}
	}
}

// TestNeedsAreSound tries every assignment of the variables: a condition whose needs are not met must be false, not true
// and not an error.
func TestNeedsAreSound(t *testing.T) {
	t.Parallel()
	e := environment(t)
	for text, clauses := range map[string]int{
		`terms.firearm > 0`: 1, `terms.firearm >= 1 && fails()`: 1, `0 < terms.firearm && 1 <= terms.deposit`: 2,
		`terms.firearm > 0 || terms.deposit > 0`: 1, `terms.firearm > 0 || fails()`: 0, `!(terms.firearm > 0)`: 0,
		`terms.firearm >= 0`: 0, `terms.firearm + terms.deposit > 1`: 1, `trusted && phones.size() > 0`: 2,
		`size(phones) > 0 || trusted && terms.deposit > 0`: 2, `false`: 1, `false || trusted`: 1, `trusted ? true : false`: 0,
		`terms.firearm > terms.deposit`: 0, `phones.exists(p, p == "")`: 0, `fails() && trusted`: 1, `terms.deposit == 1`: 0,
	} {
		p, err := e.Compile(text, Bool)
		if err != nil {
			t.Fatal(err)
		}
		needs := p.Needs(nil)
		if len(needs) != clauses {
			t.Errorf("%s needs %v, want %d clauses", text, needs, clauses)
		}
		for n := range 16 {
			values := bicycle()
			values["terms.firearm"], values["terms.deposit"] = int64(n&1), int64(n>>1&1)
			values["trusted"], values["phones"] = n&4 != 0, make([]string, n>>3)
			if got, err := p.Bool(context.Background(), values); (got || err != nil) && !met(needs, values) {
				t.Errorf("%s = %v, %v at %v although its needs %v are not met", text, got, err, values, needs)
			}
		}
	}
}

func met(needs Needs, values Map) bool {
	for _, clause := range needs {
		set := false
		for _, name := range clause {
			switch v := values[name].(type) {
			case int64:
				set = set || v > 0
			case float64:
				set = set || v > 0
			case string:
				set = set || v != ""
			case map[string]string:
				set = set || len(v) > 0
			case bool:
				set = set || v
			case []string:
				set = set || len(v) > 0
			}
		}
		if !set {
			return false
		}
	}
	return true
}

func TestNeedsResolveFeatures(t *testing.T) {
	t.Parallel()
	p, err := environment(t).Compile(`trusted || terms.deposit > 0`, Bool)
	if err != nil {
		t.Fatal(err)
	}
	needs := p.Needs(func(name string) (Needs, bool) { return Needs{{"a"}, {"b"}}, name == "trusted" })
	if len(needs) != 2 || len(needs[0]) != 2 {
		t.Errorf("needs are %v, want (a or deposit) and (b or deposit)", needs)
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	p, err := environment(t).Compile(`terms.firearm > 0 && phones.exists(x, x != title) && terms.firearm < 9`, Bool)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"terms.firearm", "phones", "title"} {
		if !slices.Contains(p.Names(), name) {
			t.Errorf("%s is missing in %v", name, p.Names())
		}
	}
}

func TestNewRefusesBadNames(t *testing.T) {
	t.Parallel()
	for _, bad := range [][]Variable{{{Name: "a", Type: Int}, {Name: "a", Type: Int}}, {{Name: "a..b", Type: Int}}, {{Name: "9a", Type: Int}}, {{Name: "a"}}} {
		if _, err := New(bad, nil, Limits{}); err == nil {
			t.Errorf("%v is accepted", bad)
		}
	}
}

func FuzzCompile(f *testing.F) {
	for _, seed := range []string{`price > 1`, `phones.all(p, p == "")`, `a.b.c[1] ? {} : []`, "\x00((("} {
		f.Add(seed)
	}
	e := environment(f)
	f.Fuzz(func(t *testing.T, text string) {
		p, err := e.Compile(text, Bool)
		if err != nil {
			if value.KindOf(err) != value.Invalid {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		if got, err := p.Bool(context.Background(), bicycle()); err == nil && got && !met(p.Needs(nil), bicycle()) {
			t.Errorf("%q is true against its needs %v", text, p.Needs(nil))
		}
	})
}
