package record

import (
	"strconv"
	"strings"

	"fairground/internal/db"
	"fairground/internal/expr"
	"fairground/internal/value"
)

// statement is SQL in the making, with the values of its placeholders.
type statement struct {
	engine db.Engine
	args   []any
}

// arg adds a value and returns its placeholder.
func (s *statement) arg(v any) string {
	s.args = append(s.args, v)
	return "$" + strconv.Itoa(len(s.args))
}

// ids adds a list of ids, for "in". It is one value, however long the list: SQLite reads thousands of placeholders
// slowly, and a text that does not change is prepared once.
func (s *statement) ids(ids []int64) string {
	list := make([]byte, 0, 20*len(ids)+2)
	list = append(list, '[')
	for i, id := range ids {
		if i > 0 {
			list = append(list, ',')
		}
		list = strconv.AppendInt(list, id, 10)
	}
	if s.engine == db.SQLite {
		return "(select value from json_each(" + s.arg(string(append(list, ']'))) + "))"
	}
	list[0] = '{'
	return "(select unnest(cast(" + s.arg(string(append(list, '}'))) + " as text)::bigint[]))"
}

// condition adds a compiled condition over an alias.
func (s *statement) condition(c *expr.Condition, alias string, constants expr.Constants) (string, error) {
	q, err := c.Where(dialect(s.engine), alias, constants, len(s.args)+1)
	return s.add(q, err)
}

// formula adds what a formula yields over an alias.
func (s *statement) formula(c *expr.Condition, alias string, constants expr.Constants) (string, error) {
	q, err := c.SQL(dialect(s.engine), alias, constants, len(s.args)+1)
	return s.add(q, err)
}

func (s *statement) add(q expr.Query, err error) (string, error) {
	if err != nil {
		return "", err
	}
	s.args = append(s.args, q.Args...)
	if len(s.args) > mostArgs {
		return "", value.Errorf(value.Invalid, "this has %d values to compare with; at most %d are allowed", len(s.args), mostArgs)
	}
	return "(" + q.Text + ")", nil
}

// mostArgs is what SQLite takes at most; PostgreSQL takes 65,535.
const mostArgs = 32_000

func dialect(engine db.Engine) expr.Dialect {
	if engine == db.Postgres {
		return expr.Postgres
	}
	return expr.SQLite
}

// over writes SQL over {t} for an alias.
func over(alias, text string) string { return strings.ReplaceAll(text, "{t}", alias) }

func joined(parts ...string) string {
	var all []string
	for _, part := range parts {
		if part != "" {
			all = append(all, part)
		}
	}
	if len(all) == 0 {
		return "1 = 1"
	}
	return strings.Join(all, " and ")
}
