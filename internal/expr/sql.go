package expr

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"

	"fairground/internal/value"
)

// Query is SQL with its arguments. The text has the placeholders $n.
type Query struct {
	Text string
	Args []any
}

// SQL writes the condition for the records of a table under an alias. It is true, false or NULL exactly where the
// evaluation in process gives true, false, or an error or null; for a formula it is the value. firstArg is the number of
// the first placeholder. The error is of kind Invalid and says why, when the database could not give the same answers.
func (c *Condition) SQL(d Dialect, alias string, k Constants, firstArg int) (Query, error) {
	return c.write(d, alias, k, firstArg, func(g *writer) string { return g.result(c.tree.Expr()) })
}

// Where is SQL for a condition where only true counts, as in a WHERE clause: it is true for the same records as SQL is,
// and false or NULL for the others. It is shorter and lets the database use its indexes.
func (c *Condition) Where(d Dialect, alias string, k Constants, firstArg int) (Query, error) {
	if c.kind != Bool {
		return Query{}, value.Errorf(value.Invalid, "this yields %s and is no condition", c.kind)
	}
	return c.write(d, alias, k, firstArg, func(g *writer) string { return g.truth(c.tree.Expr()) })
}

// Compiles reports whether the condition can be written for a dialect, and if not, why.
func (c *Condition) Compiles(d Dialect) (reason string, ok bool) {
	_, err := c.SQL(d, "t", c.sample(), 1)
	if err != nil {
		var known *value.Error
		if errors.As(err, &known) {
			return known.Message, false
		}
		return err.Error(), false
	}
	return "", true
}

// sample are constants of the right types, for when only the shape of the SQL matters.
func (c *Condition) sample() Constants {
	k := Constants{Now: sometime, Me: map[string]any{}}
	for _, f := range c.scope.objects[meName].Fields {
		switch f.plainType().Kind() {
		case types.IntKind:
			k.Me[f.Name] = int64(1)
		case types.DoubleKind:
			k.Me[f.Name] = 1.5
		case types.StringKind:
			k.Me[f.Name] = "x"
		case types.BoolKind:
			k.Me[f.Name] = true
		case types.TimestampKind:
			k.Me[f.Name] = sometime
		case types.ListKind:
			k.Me[f.Name] = []string{"x"}
		}
	}
	return k
}

const (
	longestSQL = 900_000 // bytes; SQLite takes a million
	mostSQLite = 32_000  // arguments
	mostPG     = 65_000
)

// refusal is why a condition has no SQL. It travels up as a panic from where it is found, since every function that
// writes a part would else have to pass it on; write is the only place that catches it.
type refusal struct{ reason string }

func refuse(format string, args ...any) { panic(refusal{fmt.Sprintf(format, args...)}) }

func (c *Condition) write(d Dialect, alias string, k Constants, firstArg int, body func(*writer) string) (q Query, err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case refusal:
			q, err = Query{}, value.Errorf(value.Invalid, "the database cannot answer this exactly: %s", r.reason)
		default:
			panic(r)
		}
	}()
	if d != SQLite && d != Postgres || !identifier.MatchString(alias) || strings.Contains(alias, ".") {
		return Query{}, value.Errorf(value.Invalid, "expr.SQL: dialect %d or alias %q is none", d, alias)
	}
	page := &page{dialect: d, k: k, first: firstArg}
	g := &writer{page: page, c: c, row: row{alias, c.scope.root}}
	return page.finish(body(g))
}

// page is what all writers of one query share.
type page struct {
	dialect Dialect
	k       Constants
	first   int
	args    []any
	casts   []string
	seen    map[any]string
	aliases int
}

// writer writes the parts of one condition over one row.
type writer struct {
	*page
	c     *Condition
	row   row
	vars  map[string]any    // variables of macros: an operand or a row
	given map[int64]operand // parts whose SQL is known already
}

// row is a table's row in reach of the SQL.
type row struct {
	alias  string
	object *Object
}

func (r row) column(sql string) string { return strings.ReplaceAll(sql, "{t}", r.alias) }
func (r row) key() string              { return r.alias + "." + quoted(r.object.Key) }

// bind makes an argument of a value and returns a mark in its place, which finish replaces. The type is written out for
// PostgreSQL, which would else guess it.
func (p *page) bind(v any, cast string) string {
	if mark, ok := p.seen[v]; ok {
		return mark
	}
	if p.seen == nil {
		p.seen = map[any]string{}
	}
	mark := "\x01" + strconv.Itoa(len(p.args)) + "\x02"
	p.args = append(p.args, v)
	p.casts = append(p.casts, cast)
	p.seen[v] = mark
	return mark
}

func (p *page) bindInt(n int64) string      { return p.bind(n, "bigint") }
func (p *page) bindDouble(n float64) string { return p.bind(n, "float8") }
func (p *page) bindText(s string) string {
	if strings.ContainsRune(s, 0) {
		refuse("a text holds the character NUL")
	}
	return p.bind(s, "text")
}

// finish numbers the arguments in the order of their use and leaves out those that were not used after all.
func (p *page) finish(text string) (Query, error) {
	var q Query
	numbers := map[string]int{}
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "\x01")
		b.WriteString(before)
		if !found {
			break
		}
		var mark string
		mark, text, _ = strings.Cut(rest, "\x02")
		i, _ := strconv.Atoi(mark)
		if numbers[mark] == 0 {
			q.Args = append(q.Args, p.args[i])
			numbers[mark] = p.first - 1 + len(q.Args)
		}
		b.WriteString("$" + strconv.Itoa(numbers[mark]))
		if p.dialect == Postgres {
			b.WriteString("::" + p.casts[i])
		}
	}
	q.Text = b.String()
	most := mostSQLite
	if p.dialect == Postgres {
		most = mostPG
	}
	if n := p.first - 1 + len(q.Args); n > most {
		refuse("it has %d values; %s takes %d", n, p.dialect, most)
	}
	return q, nil
}

func (p *page) alias() string {
	p.aliases++
	return "r_" + strconv.Itoa(p.aliases)
}

// yes and no are the truth values.
func (p *page) bool(b bool) string {
	switch {
	case p.dialect == Postgres:
		return strconv.FormatBool(b)
	case b:
		return "1"
	default:
		return "0"
	}
}

// null is a NULL of a type.
func (p *page) null(t *types.Type) string {
	if p.dialect == SQLite {
		return "null"
	}
	switch t.Kind() {
	case types.BoolKind:
		return "null::boolean"
	case types.DoubleKind:
		return "null::float8"
	case types.StringKind:
		return "null::text"
	default:
		return "null::bigint"
	}
}

// collated is a text as it is compared: by code points.
func (p *page) collated(sql string) string {
	if p.dialect == Postgres {
		return `(` + sql + ` collate "C")`
	}
	return sql
}

// fitting refuses SQL that has grown too long, before it doubles again.
func fitting(sql string) string {
	if len(sql) > longestSQL {
		refuse("it becomes too long")
	}
	return sql
}

// result is the value of the whole.
func (g *writer) result(e ast.Expr) string { return g.sql(g.value(e)) }
