package search

import (
	"math"
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
	if !q.Since.IsZero() {
		where = append(where, s.since(m, q))
	}
	where = append(where, s.rest(q)...)
	if len(where) == 0 {
		return from
	}
	return from + " where " + strings.Join(where, " and ")
}

// since is a condition on the key, which both tables have.
func (s *selection) since(m match, q Query) string {
	return s.place(m) + " >= " + s.arg(millisOf(q.Since)<<placeBits)
}

// fromLeast is from for statements that read no column.
func (s *selection) fromLeast(m match, q Query) string {
	if s.engine == db.SQLite && !m.isEmpty() && len((&selection{}).rest(q)) == 0 {
		from := " from search_text t where search_text match " + s.arg(m.text(s.engine))
		if !q.Since.IsZero() {
			from += " and " + s.since(m, q)
		}
		return from
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
		all = append(all, s.priced(q)...)
	}
	if q.Box != nil {
		all = append(all, s.within(*q.Box)...)
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

// priced are the conditions of the price filter.
func (s *selection) priced(q Query) []string {
	in, price := q.currencies(), s.price(q)
	all := []string{price + " >= " + s.arg(q.Price.Low)}
	if q.Price.High != Unbounded {
		all = append(all, price+" <= "+s.arg(q.Price.High))
	}
	if len(in) == 1 { // otherwise the price of others is null
		all = append(all, "d.currency = "+s.arg(in[0]))
	}
	return all
}

// price is the price of a row as Query.Convert gives it, null for one that has none in this query, except that without
// rates it is that of any currency.
func (s *selection) price(q Query) string {
	in := q.currencies()
	if len(in) <= 1 {
		return "d.price_minor"
	}
	text := "(case d.currency when " + s.arg(in[0]) + " then cast(d.price_minor as double precision)"
	for _, currency := range in[1:] {
		factor, _ := q.Factor(currency)
		text += " when " + s.arg(currency) + " then floor(d.price_minor * cast(" + s.arg(factor) + " as double precision) + 0.5)"
	}
	return text + " end)"
}

// within are the conditions for a part of the map. East of a meridian is the half of the globe on that side of the plane
// through it; what is at most half a turn wide lies between two such planes, on the side of its middle.
func (s *selection) within(b Box) []string {
	all := []string{"d.z >= " + s.number(math.Sin(radians(b.South))-spareOnSphere), "d.z <= " + s.number(math.Sin(radians(b.North))+spareOnSphere)}
	width := b.width()
	east := func(lon, sign float64) string {
		x, y := -math.Sin(radians(lon))*sign, math.Cos(radians(lon))*sign
		return "d.x * " + s.number(x) + " + d.y * " + s.number(y) + " >= " + s.number(-spareOnSphere)
	}
	switch {
	case width >= 360:
	case width > 180:
		all = append(all, "("+east(b.West, 1)+" or "+east(b.East, -1)+")")
	default:
		all = append(all, east(b.West, 1), east(b.East, -1), east(b.West+width/2-90, 1))
	}
	return all
}

func (s *selection) number(n float64) string { return "cast(" + s.arg(n) + " as double precision)" }

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
