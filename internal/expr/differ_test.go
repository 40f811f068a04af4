package expr_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/expr"
)

const people = 40 // in the world

// amount reads a number from the environment, for longer runs than the usual one.
func amount(name string, usual int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return usual
}

// TestEnginesAgree makes random conditions and formulas and compares, for every person of the world, the evaluation in
// process with both databases. EXPR_SEED and EXPR_COUNT change what is run.
func TestEnginesAgree(t *testing.T) {
	t.Parallel()
	seed, count := amount("EXPR_SEED", 1), amount("EXPR_COUNT", 5000)
	w := newWorld(rand.New(rand.NewPCG(uint64(seed), 1)), people)
	scope, err := expr.NewScope(objects(), "person", expr.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	cases := generate(t, scope, w, uint64(seed), count)
	dbtest.Each(t, []db.Schema{{Feature: "world", Files: schema()}}, func(t *testing.T, d *db.DB) {
		w.fill(t, d)
		dialect := expr.SQLite
		if d.Engine() == db.Postgres {
			dialect = expr.Postgres
		}
		compare(t, d, dialect, cases)
	})
}

// oracle is a condition with its answers in process, nil standing for null and for an error.
type oracle struct {
	c       *expr.Condition
	answers []any
}

func generate(t *testing.T, scope *expr.Scope, w *world, seed uint64, count int) []oracle {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 2))
	var cases []oracle
	seen := map[string]bool{}
	bad := 0
	corners := corners(t)
	for len(cases) < count {
		g := &generator{Rand: r, depth: 1 + r.IntN(4)}
		text := g.one(g.bool, g.bool, g.bool, g.bool, g.bool, g.int, g.double, g.text, g.time)
		if len(corners) > 0 { // what chance may miss comes first
			text, corners = corners[0], corners[1:]
		}
		if seen[text] {
			continue
		}
		seen[text] = true
		c, err := scope.Compile(text, 0)
		if err != nil {
			if len(corners) > 0 {
				t.Errorf("%s: %v", text, err)
			}
			if bad++; bad > count/2+100 {
				t.Fatalf("most texts do not compile: %s: %v", text, err)
			}
			continue
		}
		o := oracle{c: c}
		for _, p := range w.people {
			answer, err := c.Eval(context.Background(), p, constants())
			if err != nil {
				answer = nil
			}
			o.answers = append(o.answers, answer)
		}
		cases = append(cases, o)
	}
	return cases
}

func corners(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "corners.txt"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(text)), "\n")
}

func (w *world) fill(t *testing.T, d *db.DB) {
	t.Helper()
	err := d.Maintain(t.Context(), "fill", func(tx *db.Tx) error {
		for _, table := range slices.Sorted(maps.Keys(w.rows)) {
			if err := tx.Insert(table, w.columns[table], w.rows[table]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// compare runs the cases in batches, each condition as SQL and as WHERE.
func compare(t *testing.T, d *db.DB, dialect expr.Dialect, cases []oracle) {
	t.Helper()
	const batch = 12
	refused, wrong := map[string]int{}, 0
	var ready []oracle
	for _, o := range cases {
		if reason, ok := o.c.Compiles(dialect); !ok {
			refused[reason]++
			continue
		}
		ready = append(ready, o)
	}
	for chunk := range slices.Chunk(ready, batch) {
		if err := differ(t, d, dialect, chunk, &wrong); err != nil {
			for _, o := range chunk {
				if err := differ(t, d, dialect, []oracle{o}, &wrong); err != nil {
					q, _ := o.c.SQL(dialect, "t", constants(), 1)
					t.Errorf("%s: %v\n%s %v", o.c.Text(), err, q.Text, q.Args)
				}
			}
		}
		if t.Failed() && wrong > 10 {
			t.FailNow()
		}
	}
	no := 0
	for _, n := range refused {
		no += n
	}
	t.Logf("%s: %d compared over %d rows, %d refused %v, %d wrong", dialect, len(ready), people, no, refused, wrong)
	if len(ready) < len(cases)/2 {
		t.Errorf("only %d of %d conditions have SQL", len(ready), len(cases))
	}
}

func differ(t *testing.T, d *db.DB, dialect expr.Dialect, chunk []oracle, wrong *int) error {
	t.Helper()
	var columns []string
	var args []any
	for _, o := range chunk {
		q, err := o.c.SQL(dialect, "t", constants(), len(args)+1)
		if err != nil {
			return err
		}
		columns, args = append(columns, q.Text), append(args, q.Args...)
		where := expr.Query{Text: "1"}
		if o.c.Yields() == expr.Bool {
			if where, err = o.c.Where(dialect, "t", constants(), len(args)+1); err != nil {
				return err
			}
			where.Text = "case when " + where.Text + " then 1 else 0 end"
		}
		columns, args = append(columns, where.Text), append(args, where.Args...)
	}
	return d.Maintain(t.Context(), "compare", func(tx *db.Tx) error {
		if tx.Engine() == db.Postgres { // the planner would spend seconds on machine code for 40 rows
			if _, err := tx.Exec("set local jit = off"); err != nil {
				return err
			}
		}
		row := 0
		return db.Each(tx, func(s db.Scanner) error {
			got, into := make([]any, len(columns)), make([]any, len(columns))
			for i := range got {
				into[i] = &got[i]
			}
			if err := s.Scan(into...); err != nil {
				return err
			}
			for i, o := range chunk {
				if problem := o.check(row, got[2*i], got[2*i+1]); problem != "" {
					*wrong++
					q, _ := o.c.SQL(dialect, "t", constants(), 1)
					t.Errorf("row %d: %s: %s\n%s %v", row+1, o.c.Text(), problem, q.Text, q.Args)
				}
			}
			row++
			return nil
		}, "select "+strings.Join(columns, ", ")+" from person t order by t.id", args...)
	})
}

// check compares the answers of a database with that in process.
func (o oracle) check(row int, got, where any) string {
	want := o.answers[row]
	if at, ok := want.(time.Time); ok {
		want = at.UnixMicro()
	}
	if n, ok := got.(int64); ok && o.c.Yields() == expr.Bool {
		got = n == 1
	}
	if o.c.Yields() == expr.Bool && fmt.Sprint(where) != map[bool]string{true: "1", false: "0"}[want == true] {
		return fmt.Sprintf("WHERE gives %v, in process %v", where, want)
	}
	if f, ok := got.(float64); ok && want == f {
		return ""
	}
	if got != want {
		return fmt.Sprintf("SQL gives %v (%T), in process %v (%T)", got, got, want, want)
	}
	return ""
}
