package expr_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fairground/internal/expr"
	"fairground/internal/value"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestGolden shows the SQL of typical conditions as reviewers should see it change.
func TestGolden(t *testing.T) {
	t.Parallel()
	s := scope(t)
	input, err := os.ReadFile(filepath.Join("testdata", "conditions.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range []expr.Dialect{expr.SQLite, expr.Postgres} {
		var b strings.Builder
		for _, text := range strings.Split(strings.TrimSpace(string(input)), "\n") {
			c, err := s.Compile(text, 0)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&b, "%s\n", text)
			if c.Yields() == expr.Bool {
				q, err := c.Where(d, "t", constants(), 1)
				fmt.Fprintf(&b, "  where %s\n", written(q, err))
			}
			q, err := c.SQL(d, "t", constants(), 1)
			fmt.Fprintf(&b, "  value %s\n", written(q, err))
		}
		golden := filepath.Join("testdata", strings.ToLower(d.String())+".golden")
		if *update {
			if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if b.String() != string(want) {
			t.Errorf("%s differs from %s; run with -update and look at the difference:\n%s", d, golden, b.String())
		}
	}
}

func written(q expr.Query, err error) string {
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%s %q", q.Text, fmt.Sprint(q.Args))
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	s := scope(t)
	for text, want := range map[string]string{
		`name.matches("a.*b")`: "matches() with more than a fixed text", `name.matches(nick)`: "differs from record to record", `name.split(",").size() > 1`: "", `name.replace("a", "b") == ""`: "replace()",
		`tags[0] == "a"`: "", `price * price * price * price * price * price * price * price * price * price * price * price * price * price * price * price * price * price * price * price > 1.0`: "too large or too small",
		`price * 1e-300 > 0.0`: "too large or too small", `fold(nick) == "a"`: "no folded column", `within(spot, price, 1.0, 1.0)`: "differs from record to record",
		`seen > timestamp("2026-01-01T00:00:00.000000001Z")`: "finer than a microsecond", `seen.getHours("Europe/Zurich") == 1`: "getHours()", `(active ? firm : other).open`: "", `name == "a\u0000"`: "NUL",
		`firm in firms`: "exists()", `string(age) == "1"`: "string()", `age in [points]`: "differ from record to record", `{"a": 1}[name] == 1`: "", `type(name) == string`: "", `tags == ["a"]`: "",
		`[1, 2].map(x, x * 2).exists(y, y == age) || tags.map(x, x + "a").size() == 1`: "", `firms.map(f, f.title).exists(x, x == "a")`: "",
	} {
		c, err := s.Compile(text, expr.Bool)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		for _, d := range []expr.Dialect{expr.SQLite, expr.Postgres} {
			q, err := c.SQL(d, "t", constants(), 1)
			if value.KindOf(err) != value.Invalid || !strings.Contains(err.Error(), want) || q.Text != "" {
				t.Errorf("%s: %s: %v, want %q", text, q.Text, err, want)
			}
			if reason, ok := c.Compiles(d); ok || reason == "" {
				t.Errorf("%s compiles for %s", text, d)
			}
			if _, err := c.Where(d, "t", constants(), 1); value.KindOf(err) != value.Invalid {
				t.Errorf("%s has a WHERE: %v", text, err)
			}
		}
	}
	c, _ := s.Compile(`age + 1`, 0)
	if _, err := c.Where(expr.SQLite, "t", constants(), 1); value.KindOf(err) != value.Invalid {
		t.Error("a number is a condition")
	}
	if _, err := c.SQL(expr.SQLite, `t; drop table person; --`, constants(), 1); value.KindOf(err) != value.Invalid {
		t.Error("an alias that is none is accepted")
	}
}

func TestPlaceholdersGoOn(t *testing.T) {
	t.Parallel()
	c, err := scope(t).Compile(`name == "a" && points > 3 && nick == "a"`, expr.Bool)
	if err != nil {
		t.Fatal(err)
	}
	q, err := c.Where(expr.SQLite, "p", constants(), 7)
	if want := `((((p.name = $7)) and (((p.points) > ($8)))) and ((p.nick = $7)))`; err != nil || q.Text != want || len(q.Args) != 2 {
		t.Errorf("got %s %v, %v\nnot %s", q.Text, q.Args, err, want)
	}
}

// TestNobody: where a condition needs to know who asks and nobody does, it holds for no record.
func TestNobody(t *testing.T) {
	t.Parallel()
	s := scope(t)
	for _, text := range []string{`firm.id == me.id`, `id != me.id`, `nick in me.roles`, `!(nick in me.roles)`, `size(me.roles) == 0`, `me.roles.all(x, x == nick)`, `!me.roles.exists(x, x == nick)`, `name.matches(me.role)`, `me.role == "" || me.id < 1`, `price / 0.0 > 1.0`} {
		c, err := s.Compile(text, expr.Bool)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := c.Match(t.Context(), mira(), expr.Constants{}); got || err == nil {
			t.Errorf("%s holds in process: %v, %v", text, got, err)
		}
		for _, d := range []expr.Dialect{expr.SQLite, expr.Postgres} {
			q, err := c.SQL(d, "t", expr.Constants{}, 1)
			if err != nil || !strings.Contains(q.Text, "null") {
				t.Errorf("%s: %s, %v", text, q.Text, err)
			}
		}
	}
}
