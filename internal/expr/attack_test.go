package expr_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/expr"
	"fairground/internal/value"
)

// TestHiddenFieldsDoNotExist asks in every way for the keeper of a firm, which only the row rule may read, and for a
// field that nobody ever made. Both must be refused in the same words.
func TestHiddenFieldsDoNotExist(t *testing.T) {
	t.Parallel()
	s := scope(t)
	for _, form := range []string{`firm.%s == 3`, `has(firm.%s)`, `firms.exists(f, f.%s == 3)`, `firms.filter(f, has(f.%s)).size() > 0`, `%s == 3`, `firm["%s"] == 3`, `firm.country.head.firm.%s > 1`,
		`record.firm{%s: 3} == firm`, `[firm].exists(f, f.%s == 3)`, `(active ? firm : other).%s == 3`, `record.firm.%s == 3`, `firms.map(f, f.%s)[0] == 3`} {
		hidden, hiddenProblems := verdict(s, fmt.Sprintf(form, "keeper_id"))
		absent, absentProblems := verdict(s, fmt.Sprintf(form, "quorum_id"))
		if hidden != strings.ReplaceAll(absent, "quorum_id", "keeper_id") || hidden == "" {
			t.Errorf("%s: %q for the hidden field, %q for one that is not there", form, hidden, absent)
		}
		for _, p := range append(hiddenProblems, absentProblems...) {
			if strings.Contains(p.Suggestion, "keeper") {
				t.Errorf("%s: the hidden field is suggested", form)
			}
		}
	}
	for _, near := range []string{`firm.keeper_i == 3`, `firm.kepper_id == 3`, `keeper_ids == 3`} {
		if _, problems := verdict(s, near); strings.Contains(fmt.Sprint(problems), "keeper_id\"?") {
			t.Errorf("%s: the hidden field is suggested: %v", near, problems)
		}
	}
}

func verdict(s *expr.Scope, text string) (string, []expr.Problem) {
	if _, err := s.Compile(text, expr.Bool); err != nil {
		problems := s.Problems(text, expr.Bool)
		return fmt.Sprintf("%d:%d: %s", problems[0].Line, problems[0].Column, problems[0].Message), problems
	}
	return "", nil
}

// TestNothingLeaksThroughDyn: what the checker lets pass untyped is refused when it runs, and has no SQL.
func TestNothingLeaksThroughDyn(t *testing.T) {
	t.Parallel()
	s := scope(t)
	for _, text := range []string{`dyn(firm).keeper_id == 4`, `dyn(other).title == "Laden"`, `dyn(firms).exists(f, f.keeper_id == 4)`, `dyn(firm)["keeper_id"] == 4`, `has(dyn(firm).keeper_id)`,
		`"%s".format([other]).contains("Laden")`, `string(dyn(other)) != ""`, `dyn(other) == {"title": "Laden"}`, `[other].map(f, f.title)[0] == "Laden"`, `dyn([other])[0].title == "Laden"`} {
		c, err := s.Compile(text, expr.Bool)
		if err != nil {
			continue
		}
		if got, err := c.Match(context.Background(), mira(), constants()); got {
			t.Errorf("%s is true, %v", text, err)
		}
		for _, d := range []expr.Dialect{expr.SQLite, expr.Postgres} {
			if _, ok := c.Compiles(d); ok {
				t.Errorf("%s has SQL", text)
			}
		}
	}
}

// TestInvisibleRecordsAnswerNothing: a firm that the asker may not see gives the same as one that is in the trash.
func TestInvisibleRecordsAnswerNothing(t *testing.T) {
	t.Parallel()
	s := scope(t)
	gone := mira()
	gone["other"] = expr.Gone{ID: 9}
	for _, text := range []string{`other.title == "Laden"`, `other.title != "Laden"`, `other.title == null`, `has(other.title)`, `size(other.staff) == 0`, `other.country == null`, `other == null`, `other.id == 9`, `other.open || true`, `!other.open`, `other.staff.all(x, false)`} {
		c, err := s.Compile(text, expr.Bool)
		if err != nil {
			t.Fatal(err)
		}
		hidden, err1 := c.Eval(context.Background(), mira(), constants())
		absent, err2 := c.Eval(context.Background(), gone, constants())
		if hidden != absent || fmt.Sprint(err1) != fmt.Sprint(err2) {
			t.Errorf("%s: %v, %v when hidden; %v, %v when gone", text, hidden, err1, absent, err2)
		}
	}
}

func TestRowRuleReachesAllThatIsAlive(t *testing.T) {
	t.Parallel()
	all := objects()
	all[0].Read = `firm.keeper_id == me.id || firm.country.head.active` // leads over itself
	s, err := expr.NewScope(all, "firm", expr.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	rule := s.ReadRule("person")
	if rule == nil || s.ReadRule("country") != nil {
		t.Fatal("the rules are mixed up")
	}
	p := mira()
	p["firm"] = expr.Fields{"id": int64(1), "open": false, "keeper_id": int64(3)}
	if ok, err := rule.Match(context.Background(), p, constants()); err != nil || !ok {
		t.Errorf("a rule cannot see what only it may see: %v, %v", ok, err)
	}
	c, err := s.Compile(`staff.exists(p, p.nick == "mira")`, expr.Bool)
	if err != nil {
		t.Fatal(err)
	}
	if ok, err := c.Match(context.Background(), expr.Fields{"id": int64(1), "staff": []expr.Record{p}}, constants()); err != nil || !ok {
		t.Errorf("somebody visible is not found: %v, %v", ok, err)
	}
	if q, err := c.Where(expr.SQLite, "t", constants(), 1); err != nil || strings.Count(q.Text, "keeper_id") != 1 {
		t.Errorf("the rule is not joined in once: %s, %v", q.Text, err)
	}
}

var hostile = []string{`'); drop table person; --`, `" or 1=1 --`, `$1`, `{t}`, `?1`, "\x010\x02", `\`, `%`, "'", `''`, `;`, "/*", `:name`, `@x`, "\u2028", "\x7f"}

// TestHostileTexts passes texts that try to break out through literals, options and the asker's own fields.
func TestHostileTexts(t *testing.T) {
	t.Parallel()
	s := scope(t)
	w := newWorld(rand.New(rand.NewPCG(5, 5)), 10)
	dbtest.Each(t, []db.Schema{{Feature: "world", Files: schema()}}, func(t *testing.T, d *db.DB) {
		w.fill(t, d)
		for _, bad := range hostile {
			k := constants()
			k.Me["role"] = bad
			for _, form := range []string{`nick == me.role || name == %[1]s`, `name.startsWith(%[1]s)`, `%[1]s in tags`, `name in [%[1]s, me.role]`, `fold(name) == fold(%[1]s)`, `(nick + %[1]s).contains(me.role)`} {
				text := fmt.Sprintf(form, escaped(bad))
				c, err := s.Compile(text, expr.Bool)
				if err != nil {
					t.Fatalf("%s: %v", text, err)
				}
				matching(t, d, w, c, k)
			}
		}
	})
}

func escaped(s string) string {
	var b strings.Builder
	for _, r := range s {
		fmt.Fprintf(&b, `\U%08x`, r)
	}
	return `"` + b.String() + `"`
}

// matching compares which people match in process and in the database.
func matching(t *testing.T, d *db.DB, w *world, c *expr.Condition, k expr.Constants) {
	t.Helper()
	dialect := expr.SQLite
	if d.Engine() == db.Postgres {
		dialect = expr.Postgres
	}
	q, err := c.Where(dialect, "p", k, 1)
	if err != nil {
		t.Errorf("%.80s: %v", c.Text(), err)
		return
	}
	var got []int64
	err = d.Read(t.Context(), func(tx *db.Tx) (err error) {
		got, err = db.All(tx, db.Column[int64], "select p.id from person p where "+q.Text+" order by p.id", q.Args...)
		return err
	})
	var want []int64
	for _, p := range w.people {
		if ok, _ := c.Match(context.Background(), p, k); ok {
			want = append(want, p["id"].(int64))
		}
	}
	if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%.80s: the database finds %v, %v; in process %v", c.Text(), got, err, want)
	}
}

// TestLimits runs what is just allowed on both engines, and sees that what is not is refused at once.
func TestLimits(t *testing.T) {
	t.Parallel()
	s := scope(t)
	w := newWorld(rand.New(rand.NewPCG(6, 6)), 10)
	long := func(one string) string { return strings.Repeat(one+", ", 9_999) + one }
	numbers := make([]string, 10_000)
	for i := range numbers {
		numbers[i] = fmt.Sprint(i * 7)
	}
	terms := strings.Join(numbers, ", ")
	conditions := []string{
		"age in [" + terms + "]", `name in ["` + strings.Join(numbers[1:], `", "`) + `", "Ä"]`, `stage in [` + long(`"won"`) + `]`, "price in [" + strings.Join(numbers, ".5, ") + ".0]",
		strings.Repeat("age == 3 || ", 40) + "points > 2", "(" + strings.Repeat("active ? 1 : ", 45) + "2) == points", strings.Repeat("(", 50) + "active" + strings.Repeat(")", 50),
		strings.Repeat("(", 40) + "points" + strings.Repeat(" + 1)", 40) + " > 3", strings.Repeat("!", 55) + "active", `firms.exists(a, a.staff.exists(b, b.age != a.country.population))`,
		`name` + strings.Repeat(` + "x"`, 50) + ` != ""`, `tags.all(a, tags.exists(b, tags.exists_one(c, a == b && b == c)))`,
	}
	dbtest.Each(t, []db.Schema{{Feature: "world", Files: schema()}}, func(t *testing.T, d *db.DB) {
		w.fill(t, d)
		for _, text := range conditions {
			c, err := s.Compile(text, expr.Bool)
			if err != nil {
				t.Errorf("%.60s: %v", text, err)
				continue
			}
			matching(t, d, w, c, constants())
		}
	})
}

func TestTooMuchIsRefusedAtOnce(t *testing.T) {
	t.Parallel()
	s, err := expr.NewScope(objects(), "person", expr.Limits{Nodes: 100_000, Terms: 100_000, Length: 10_000_000})
	if err != nil {
		t.Fatal(err)
	}
	terms := make([]string, 40_000)
	for i := range terms {
		terms[i] = fmt.Sprint(i)
	}
	for text, want := range map[string]string{
		`age in [` + strings.Join(terms, ",") + `]`:                                                 "it has 40000 values; SQLite takes 32000",
		"points" + strings.Repeat(" % age", 40) + " == 1":                                           "too long",
		"points" + strings.Repeat(" + age", 50) + strings.Repeat(" % (age + points)", 30) + " == 1": "too long",
	} {
		c, err := s.Compile(text, expr.Bool)
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if _, err := c.SQL(expr.SQLite, "t", constants(), 1); value.KindOf(err) != value.Invalid || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60s: %v, want %q", text, err, want)
		}
		if took := time.Since(began); took > 3*time.Second {
			t.Errorf("%.60s: refused after %v", text, took)
		}
	}
}
