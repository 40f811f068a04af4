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

// ids adds a list of ids, for "in". Lists are filled up to a power of two, so that few different statements need to be
// prepared.
func (s *statement) ids(ids []int64) string {
	if len(ids) == 0 {
		return "(null)"
	}
	size := 1
	for size < len(ids) {
		size *= 2
	}
	marks := make([]string, size)
	for i := range marks {
		marks[i] = s.arg(ids[min(i, len(ids)-1)])
	}
	return "(" + strings.Join(marks, ", ") + ")"
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
