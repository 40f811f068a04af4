package search

import (
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"fairground/internal/db"
)

// selection is the part that every query's statement shares: what to look in, and which rows to take.
type selection struct {
	engine db.Engine
	args   []any
}

func parameter(n int) string { return "$" + strconv.Itoa(n) }

// arg adds an argument and returns its placeholder.
func (s *selection) arg(v any) string {
	s.args = append(s.args, v)
	return parameter(len(s.args))
}

// all returns the arguments. On PostgreSQL they begin with a mode: plan each query for its own words. A plan made once
// for all words would not know whether they are rare or common, and be wrong by a factor of a hundred for one of them.
func (s *selection) all() []any {
	if s.engine == db.SQLite {
		return s.args
	}
	return append([]any{pgx.QueryExecModeExec}, s.args...)
}

// from is the from and where clause for a condition and the rest of the query.
func (s *selection) from(m match, q Query) string {
	var where []string
	from := " from search_document d"
	switch {
	case m.isEmpty():
	case s.engine == db.SQLite:
		from = " from search_text t cross join search_document d on d.place = t.rowid"
		where = append(where, "search_text match "+s.arg(m.text(s.engine)))
	default:
		where = append(where, "d.words @@ "+s.arg(m.text(s.engine))+"::tsquery")
	}
	where = append(where, s.rest(q)...)
	if len(where) == 0 {
		return from
	}
	return from + " where " + strings.Join(where, " and ")
}

// fromLeast is from for statements that read no column.
func (s *selection) fromLeast(m match, q Query) string {
	if s.engine == db.SQLite && !m.isEmpty() && len((&selection{}).rest(q)) == 0 {
		return " from search_text where search_text match " + s.arg(m.text(s.engine))
	}
	return s.from(m, q)
}

// place is the key of a row, by its name in the table that the engine walks through.
func (s *selection) place(m match) string {
	if s.engine == db.SQLite && !m.isEmpty() {
		return "t.rowid"
	}
	return "d.place"
}

// rest are the conditions that words and tokens cannot say.
func (s *selection) rest(q Query) []string {
	var all []string
	if q.Price != nil {
		all = append(all, "d.price_minor between "+s.arg(q.Price.Low)+" and "+s.arg(q.Price.High))
		if q.Currency != "" {
			all = append(all, "d.currency = "+s.arg(q.Currency))
		}
	}
	for _, f := range q.Filters {
		if f.Range != nil {
			number := "cast(d.numbers ->> " + s.arg(f.Attribute) + " as double precision)"
			all = append(all, number+" between "+s.arg(f.Range.Low)+" and "+s.arg(f.Range.High))
		}
	}
	if q.Within_km > 0 && q.Within_km < halfWorld_km {
		all = append(all, s.chord(q)+" <= "+s.arg(chord(q.Within_km)))
	} else if q.Within_km > 0 {
		all = append(all, "d.x is not null")
	}
	return all
}

// chord is the square of the straight line between a row and the query's place.
func (s *selection) chord(q Query) string {
	x, y, z := onSphere(q.Near)
	var parts []string
	for _, axis := range []struct {
		column string
		at     float64
	}{{"d.x", x}, {"d.y", y}, {"d.z", z}} {
		at := s.arg(axis.at)
		parts = append(parts, "("+axis.column+" - "+at+") * ("+axis.column+" - "+at+")")
	}
	return "(" + strings.Join(parts, " + ") + ")"
}
