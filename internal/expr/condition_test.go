package expr_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"fairground/internal/expr"
	"fairground/internal/value"
)

// mira is a person with a firm that may be seen and another one that may not.
func mira() expr.Fields {
	open := expr.Fields{"id": int64(8), "title": "Velo & Co", "open": true, "keeper_id": nil, "worth": int64(1050), "worth_currency": "CHF",
		"country": expr.Fields{"id": int64(2), "name": "Schweiz"}, "staff": []expr.Record{}}
	closed := expr.Fields{"id": int64(9), "title": "Laden", "open": false, "keeper_id": value.ID(4)}
	return expr.Fields{
		"id": value.ID(7), "name": "Mira Möller", "nick": "mira", "age": int64(41), "points": int64(0), "price": int64(1299), "rate": int64(12500), "budget": int64(-5), "budget_currency": "EUR",
		"active": true, "born": int64(5500), "seen": int64(1773077401500000 - 3*86_400_000_000), "stage": "open", "phase": "won", "tags": []string{"won", "lost"},
		"firm": open, "other": closed, "firms": []expr.Record{open, closed, expr.Gone{ID: 3}}, "subject": expr.AnyRef{Object: "listing", ID: 5}, "spot": value.Point{Lat: 47.3769, Lon: 8.5417},
	}
}

func TestEval(t *testing.T) {
	t.Parallel()
	s := scope(t)
	for text, want := range map[string]any{
		`price * 2.0`: 25.98, `name + "!"`: "Mira Möller!", `points - 1`: int64(-1), `id`: int64(7), `budget_currency`: "EUR", `budget`: -0.05,
		`born`: time.Date(1985, 1, 22, 0, 0, 0, 0, time.UTC), `firm.worth`: 10.5, `firm.worth_currency`: "CHF", `firm.country.name`: "Schweiz", `other.id`: int64(9),
		`days_since(seen)`: int64(3), `days_until(seen)`: int64(-3), `today()`: time.Date(2026, 3, 9, 0, 0, 0, 0, time.UTC), `size(tags)`: int64(2), `size(firms)`: int64(1),
		`subject.type`: "listing", `firm.since`: nil, `fold(name)`: "mira möller", `within(spot, 1, 47.38, 8.54)`: true, `within(spot, 0.1, 47.38, 8.54)`: false, `me.id == 3`: true,
		`firms.exists(f, f.title == "Velo & Co")`: true, `has(firm.country)`: true, `has(firm.since)`: false, `has(firm.staff)`: false, `name.matches("^Mira .*r$")`: true,
		`tags.filter(x, x > "m").size()`: int64(1), `stage == "open" ? rate : 0.0`: 1.25, `"won" in me.roles`: true, `seen < now`: true,
	} {
		c, err := s.Compile(text, 0)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got, err := c.Eval(context.Background(), mira(), constants()); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s gives %v (%T), %v; not %v", text, got, got, err, want)
		}
	}
}

func TestEvalFails(t *testing.T) {
	t.Parallel()
	s := scope(t)
	poor := expr.Fields{"id": int64(1), "nick": "x", "points": int64(0), "rate": int64(0), "phase": "open", "age": "forty"}
	for text, record := range map[string]expr.Record{
		`other.title == "Laden"`: mira(), `has(other.title)`: mira(), `1 / points == 1`: poor, `1.0 / rate == 1.0`: poor, `name < "a"`: poor, `age == 40`: poor, `firm.title == ""`: poor,
		`subject.id == 1`: poor, `within(spot, 1, 1, 1)`: poor, `me.id == 3 && nick == "x"`: broken{}, `points + 9223372036854775807 + 1 > 0`: poor, `within(spot, 1, 91, 1)`: mira(),
	} {
		c, err := s.Compile(text, expr.Bool)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := c.Match(context.Background(), record, constants()); err == nil || got {
			t.Errorf("%s gives %v without an error", text, got)
		}
	}
	c, _ := s.Compile(`id != me.id`, expr.Bool)
	if got, err := c.Match(context.Background(), poor, expr.Constants{}); err == nil || got {
		t.Errorf("somebody unknown is compared: %v", got)
	}
	c, _ = s.Compile(`"a"`+strings.Repeat(`.replace("a", "aaaaaaaaaa")`, 9)+` == ""`, expr.Bool)
	if _, err := c.Match(context.Background(), poor, constants()); err == nil || !strings.Contains(err.Error(), "cost limit") {
		t.Errorf("a text of a gigabyte: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	long := mira()
	long["tags"] = make([]string, 3000)
	c, _ = s.Compile(`tags.all(x, x == "")`, expr.Bool)
	if _, err := c.Match(ctx, long, constants()); err == nil {
		t.Error("a run in a context that is over gives no error")
	}
}

type broken struct{}

func (broken) Value(string) (any, error) { return nil, errors.New("out of order") }

func TestProblems(t *testing.T) {
	t.Parallel()
	s := scope(t)
	for text, want := range map[string]string{
		`nme == "x"`:                 `line 1, column 1: there is no "nme" here; did you mean "name"?`,
		"active &&\n firm.titel==''": `line 2, column 2: there is no "firm.titel" here; did you mean "firm.title"?`,
		`me.idd == 1`:                `did you mean "me.id"?`,
		`price == 100`:               `line 1, column 7: == cannot be applied to double, int; write a whole number with a point here, such as 100.0`,
		`born > "2026-01-01"`:        `write a time as timestamp(`,
		`days_since(name) > 1`:       `days_since cannot be applied to string, timestamp`,
		`firm == "x"`:                `== cannot be applied to firm, string`,
		`price`:                      `this yields double, but bool is needed here`,
		`tags`:                       `this yields list(string), which a record cannot hold`,
		`name.matches("(")`:          `invalid matches argument`,
		`firm.country.head.firm.country.name == ""`:                    `follows 5 links in a row; at most 3 are allowed`,
		`firms.exists(f, f.country.head.firm.open)`:                    `follows 4 links in a row`,
		`tags.join(name) == ""`:                                        `join() is not part`,
		`name.replace("a", nick) == ""`:                                `replace() takes texts in quotes only`,
		`name.replace("a", "` + strings.Repeat("x", 60) + `") == ""`:   `at most 50 bytes`,
		`record.firm{title: "x"}.title == "x"`:                         `records`,
		`"\xff" == "` + "\xff" + `"`:                                   `not valid UTF-8`,
		strings.Repeat("active && ", 120) + "active":                   `has 241 parts; at most 200`,
		strings.Repeat("(", 100) + "active" + strings.Repeat(")", 100): `nested too deeply`,
		`age in [` + strings.Repeat("1,", 10_000) + `1]`:               `a list has 10001 entries`,
		`age == 1 //` + strings.Repeat("x", 400_000):                   `longer than 400000`,
	} {
		_, err := s.Compile(text, expr.Bool)
		if value.KindOf(err) != value.Invalid || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60s: got %v, want %q", text, err, want)
		}
		if problems := s.Problems(text, expr.Bool); len(problems) == 0 || err != nil && !strings.Contains(err.Error(), problems[0].Message) {
			t.Errorf("%.60s: problems are %v", text, problems)
		}
	}
}

func TestFieldsAndRename(t *testing.T) {
	t.Parallel()
	s := scope(t)
	for _, c := range []struct{ text, uses, object, old, new, want string }{
		{`age > 3 && size(name) > age && "age" == name`, "[{person age} {person name}]", "person", "age", "years", `years > 3 && size(name) > years && "age" == name`},
		{"has(firm.title) &&  firm // here: title\n . title == 'title'", "[{person firm} {firm title}]", "firm", "title", "label", "has(firm.label) &&  firm // here: title\n . label == 'title'"},
		{`tags.exists(years, years == "a" && age > 3)`, "[{person tags} {person age}]", "person", "age", "years", `tags.exists(years, years == "a" && .years > 3)`},
		{`firms.exists(age, age.title == "") || age > 1`, "[{person firms} {firm title} {person age}]", "person", "age", "years", `firms.exists(age, age.title == "") || years > 1`},
		{`budget_currency == "CHF" && budget > 3.0`, "[{person budget}]", "person", "budget", "purse", `purse_currency == "CHF" && purse > 3.0`},
		{`firm.country.head.age > 1 && name == "Ä" && .age > 2`, "[{person firm} {firm country} {country head} {person age} {person name}]", "person", "age", "years", `firm.country.head.years > 1 && name == "Ä" && .years > 2`},
		{`"Ä🚲" == name && days_since(seen) > 3`, "[{person name} {person seen}]", "person", "seen", "met", `"Ä🚲" == name && days_since(met) > 3`},
		{`age in [1, 2] ? stage == "age" : has(firm.open)`, "[{person age} {person stage} {person firm} {firm open}]", "firm", "age", "x", `age in [1, 2] ? stage == "age" : has(firm.open)`},
	} {
		p, err := s.Compile(c.text, expr.Bool)
		if err != nil {
			t.Fatal(err)
		}
		if uses := fmt.Sprint(p.Fields()); len(uses) != len(c.uses) {
			t.Errorf("%s uses %s, not %s", c.text, uses, c.uses)
		}
		if got := p.Rename(c.object, c.old, c.new); got != c.want {
			t.Errorf("%s is renamed %s, not %s", c.text, got, c.want)
		}
	}
}

func TestDepthAndRelatedOrNow(t *testing.T) {
	t.Parallel()
	s := scope(t)
	for text, want := range map[string]struct {
		depth   int
		related bool
	}{
		`age > 1`: {0, false}, `"a" in tags`: {0, false}, `seen < now`: {0, true}, `today() > born`: {0, true}, `id == me.id`: {0, true}, `firm.open`: {1, true}, `size(firms) > 1`: {1, true},
		`firm.country.head.age > 1`: {3, true}, `firms.exists(f, f.country.name == "")`: {2, true}, `subject.id == 1`: {0, false},
	} {
		c, err := s.Compile(text, expr.Bool)
		if err != nil {
			t.Fatal(err)
		}
		if c.Depth() != want.depth || c.RelatedOrNow() != want.related {
			t.Errorf("%s: depth %d, related or now %v", text, c.Depth(), c.RelatedOrNow())
		}
	}
}

func TestConditionExplains(t *testing.T) {
	t.Parallel()
	c, err := scope(t).Compile(`other.open || firm.title == "x" || tags.exists(x, x == "won") && price > 1.0`, expr.Bool)
	if err != nil {
		t.Fatal(err)
	}
	parts, err := c.Explain(mira(), constants())
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, p := range parts {
		got[p.Text] = p.Value
	}
	for text, want := range map[string]string{"firm.title": `"Velo & Co"`, `firm.title == "x"`: "false", "price > 1.0": "true", "price": "12.99", `tags.exists(x, x == "won")`: "true"} {
		if got[text] != want {
			t.Errorf("%s shows %s, want %s (all: %v)", text, got[text], want, parts)
		}
	}
	if !strings.Contains(got["other.open"], "cannot be read") {
		t.Errorf("the hidden firm shows %s", got["other.open"])
	}
}

func TestNewScopeRefuses(t *testing.T) {
	t.Parallel()
	one := func(f expr.Field) []expr.Object {
		return []expr.Object{{Name: "a", Table: "a", Fields: []expr.Field{f}}}
	}
	for name, objects := range map[string][]expr.Object{
		"no root":        {{Name: "b", Table: "b"}},
		"twice":          {{Name: "a", Table: "a"}, {Name: "a", Table: "a"}},
		"bad table":      {{Name: "a", Table: `a"; drop table a; --`}},
		"bad key":        {{Name: "a", Table: "a", Key: "id or 1"}},
		"bad name":       {{Name: "a b", Table: "a"}},
		"reserved":       one(expr.Field{Name: "in", Type: expr.FieldInt, Columns: column("x")}),
		"now":            one(expr.Field{Name: "now", Type: expr.FieldInt, Columns: column("x")}),
		"field name":     one(expr.Field{Name: "x y", Type: expr.FieldInt, Columns: column("x")}),
		"no type":        one(expr.Field{Name: "x", Columns: column("x")}),
		"columns":        one(expr.Field{Name: "x", Type: expr.FieldMoney, Columns: column("x")}),
		"scale":          one(expr.Field{Name: "x", Type: expr.FieldDecimal, Scale: 19, Columns: column("x")}),
		"side":           one(expr.Field{Name: "x", Type: expr.FieldChoices, Side: expr.Side{Table: "a b", Owner: "a", Other: "b"}}),
		"target":         one(expr.Field{Name: "x", Type: expr.FieldLink, Target: "b", Columns: column("x")}),
		"currency twice": {{Name: "a", Table: "a", Fields: []expr.Field{{Name: "x", Type: expr.FieldMoney, Columns: []string{"a", "b"}}, {Name: "x_currency", Type: expr.FieldText, Columns: column("x")}}}},
		"row rule":       {{Name: "a", Table: "a", Read: "nothing == 1"}},
	} {
		if _, err := expr.NewScope(objects, "a", expr.Limits{}); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}
