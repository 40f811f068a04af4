package expr_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"fairground/internal/expr"
	"fairground/internal/value"
)

func scope(t testing.TB) *expr.Scope {
	t.Helper()
	s, err := expr.NewScope(objects(), "person", expr.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestBuild(t *testing.T) {
	t.Parallel()
	s := scope(t)
	for chips, want := range map[string]string{
		`{}`: `true`,
		`{"all":[{"field":"name","op":"contains","value":"Zürich \"x\""}]}`:                                                                                    `fold(name).contains(fold("Zürich \"x\""))`,
		`{"all":[{"field":"name","op":"not_contains","value":"a"},{"field":"nick","op":"not_contains","value":"a"}]}`:                                          `(name == null || !fold(name).contains(fold("a"))) && !nick.contains("a")`,
		`{"all":[{"field":"price","op":"over","value":100},{"field":"age","op":"is","value":"9223372036854775807"}]}`:                                          `price > 100.0 && age == 9223372036854775807`,
		`{"all":[{"field":"price","op":"at_least","value":1},{"field":"price","op":"at_most","value":2.5}]}`:                                                   `(price >= 1.0 && price <= 2.5)`,
		`{"any":[{"field":"born","op":"before","value":"2026-03-08"},{"field":"seen","op":"in_last_days","value":30}]}`:                                        `born < timestamp("2026-03-08T00:00:00Z") || (seen > now - duration("720h") && seen <= now)`,
		`{"all":[{"field":"stage","op":"any_of","value":["open","won"]}],"any":[{"field":"tags","op":"has","value":"open"},{"field":"tags","op":"is_empty"}]}`: `stage in ["open", "won"] && ("open" in tags || size(tags) == 0)`,
		`{"all":[{"field":"firm","op":"is","value":"12"},{"field":"firm.title","op":"is_empty"}]}`:                                                             `firm.id == 12 && (firm.title == null || firm.title == "")`,
		`{"all":[{"field":"spot","op":"within","value":{"km":5,"lat":47.3,"lon":8.5}}]}`:                                                                       `within(spot, 5.0, 47.3, 8.5)`,
		`{"any":[{"group":{"all":[{"field":"nick","op":"is","value":"a"},{"field":"age","op":"over","value":1}]}},{"field":"firm","op":"is_me"}]}`:             `(nick == "a" && age > 1) || firm.id == me.id`,
	} {
		var b expr.Builder
		if err := json.Unmarshal([]byte(chips), &b); err != nil {
			t.Fatal(err)
		}
		text, err := s.Build(b)
		if err != nil || text != want {
			t.Errorf("%s\nis built as %s, %v\nnot       %s", chips, text, err, want)
		}
		if _, err := s.Compile(text, expr.Bool); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if again, ok := s.Parse(text); !ok || !reflect.DeepEqual(again, b.Normal()) {
			t.Errorf("%s\nis read as %+v, %v\nnot %+v", text, again, ok, b.Normal())
		}
	}
}

func TestBuildRefuses(t *testing.T) {
	t.Parallel()
	s := scope(t)
	for chips, want := range map[string]string{
		`{"all":[{"field":"salary","op":"over","value":1}]}`:                  `there is no "salary" here`,
		`{"all":[{"field":"firm.keeper_id","op":"is","value":1}]}`:            `there is no "firm.keeper_id" here`,
		`{"all":[{"field":"name || true","op":"is","value":"x"}]}`:            `there is no "name || true" here`,
		`{"all":[{"field":"name","op":"over","value":"x"}]}`:                  `is no operator`,
		`{"all":[{"field":"points","op":"is_empty"}]}`:                        `is no operator`,
		`{"all":[{"field":"age","op":"is","value":1.5}]}`:                     `no value of this field`,
		`{"all":[{"field":"age","op":"is","value":"1 || true"}]}`:             `no value of this field`,
		`{"all":[{"field":"born","op":"before","value":"2026-02-30"}]}`:       `no day`,
		`{"all":[{"field":"seen","op":"in_last_days","value":0}]}`:            `from 1 to 36500`,
		`{"all":[{"field":"firm","op":"is","value":"12) || (true"}]}`:         `an id in digits`,
		`{"all":[{"field":"stage","op":"any_of","value":[]}]}`:                `takes a list`,
		`{"all":[{"field":"spot","op":"within","value":{"km":"1","lat":1}}]}`: `takes km`,
	} {
		var b expr.Builder
		if err := json.Unmarshal([]byte(chips), &b); err != nil {
			t.Fatal(err)
		}
		if text, err := s.Build(b); value.KindOf(err) != value.Invalid || !strings.Contains(err.Error(), want) {
			t.Errorf("%s gives %q, %v, want %q", chips, text, err, want)
		}
	}
}

func TestParseKnowsItsBounds(t *testing.T) {
	t.Parallel()
	s := scope(t)
	for _, text := range []string{`points > age`, `tags.all(x, x == "a")`, `nick.size() > 3`, `age + 1 > 2`, `!(age > 1)`, `age > 1 ? true : false`, `1 < age`, `name.contains("a")`, `salary > 1`, `(`} {
		if b, ok := s.Parse(text); ok {
			t.Errorf("%s is read as %+v", text, b)
		}
	}
}

// TestRoundTrip builds random chips, reads them back, and holds that texts read into chips keep their answers.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	s := scope(t)
	r := rand.New(rand.NewPCG(1, 7))
	for range 1500 {
		b := chips(r, 2)
		text, err := s.Build(b)
		if err != nil {
			t.Fatalf("%+v: %v", b, err)
		}
		again, ok := s.Parse(text)
		if !ok || !reflect.DeepEqual(again, b.Normal()) {
			t.Fatalf("%s\nis read as %s, %v\nnot        %s", text, show(again), ok, show(b.Normal()))
		}
		rebuilt, err := s.Build(again)
		if err != nil || rebuilt != text {
			t.Fatalf("%s is rebuilt as %s, %v", text, rebuilt, err)
		}
		c, err := s.Compile(text, expr.Bool)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		for _, d := range []expr.Dialect{expr.SQLite, expr.Postgres} {
			if reason, ok := c.Compiles(d); !ok {
				t.Errorf("chips have no SQL: %s: %s", text, reason)
			}
		}
	}
}

func show(b expr.Builder) string {
	text, err := json.Marshal(b)
	return fmt.Sprint(string(text), err)
}

func chips(r *rand.Rand, depth int) expr.Builder {
	var b expr.Builder
	for range 1 + r.IntN(3) {
		b.All = append(b.All, chip(r, depth))
	}
	for range r.IntN(3) {
		b.Any = append(b.Any, chip(r, depth))
	}
	return b
}

func chip(r *rand.Rand, depth int) expr.Clause {
	if depth > 0 && r.IntN(4) == 0 {
		inner := chips(r, depth-1)
		return expr.Clause{Group: &inner}
	}
	all := map[string]expr.Field{}
	for _, o := range objects() {
		for _, f := range o.Fields {
			all[map[string]string{"person": "", "firm": "firm.", "country": "firm.country."}[o.Name]+f.Name] = f
		}
	}
	for {
		name := pick(r, []string{"name", "nick", "age", "price", "budget", "active", "born", "seen", "stage", "tags", "firm", "firms", "subject", "spot", "firm.title", "firm.since", "firm.country.population", "firm.staff"})
		f := all[name]
		op := pick(r, f.Operators())
		return expr.Clause{Field: name, Op: op, Value: chipValue(r, f, op)}
	}
}

func chipValue(r *rand.Rand, f expr.Field, op string) any {
	one := func() any {
		switch f.Type {
		case expr.FieldText:
			return sure(r, texts[1:])
		case expr.FieldInt, expr.FieldDecimal, expr.FieldMoney:
			return float64(r.IntN(2000)-1000) / map[bool]float64{true: 1, false: 8}[f.Type == expr.FieldInt]
		case expr.FieldBool:
			return r.IntN(2) == 0
		case expr.FieldDate:
			return pick(r, []string{"2026-03-08", "1999-12-31"})
		case expr.FieldTime:
			return pick(r, []string{"2026-03-08", "1999-12-31T23:59:59.5Z"})
		default:
			return pick(r, []string{"open", "won", "x"})
		}
	}
	switch op {
	case "is_empty", "is_not_empty", "is_me":
		return nil
	case "any_of", "none_of":
		return []any{one(), one()}
	case "between":
		return []any{one(), one()}
	case "in_last_days", "in_next_days":
		return float64(1 + r.IntN(50))
	case "within":
		return map[string]any{"km": 1.5, "lat": 47.0, "lon": -8.25}
	}
	if f.Type == expr.FieldLink {
		return "12"
	}
	return one()
}
