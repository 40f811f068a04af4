package search

import (
	"fairground/internal/db"
)

// findHits returns one page of hits.
func findHits(tx *db.Tx, q Query) ([]Hit, error) {
	s := &selection{engine: tx.Engine()}
	m := conditions(q)
	var statement string
	if inTitle, elsewhere, split := byTitle(q, m); split && q.Sort == Relevance {
		statement = relevanceStatement(s, q, inTitle, elsewhere)
	} else {
		statement = "select d.listing, " + s.distance(q) + s.from(m, q) + s.order(q, m) + s.page(q)
	}
	return db.All(tx, scanHit, statement, s.all()...)
}

// relevanceStatement reads both parts as far as the page reaches and no further.
func relevanceStatement(s *selection, q Query, inTitle, elsewhere match) string {
	part := func(tier string, m match) string {
		return "select listing, away, place, " + tier + " as tier from (select d.listing, " + s.distance(q) + " as away, " + s.place(m) + " as place" +
			s.from(m, q) + " order by " + s.place(m) + " desc limit " + s.arg(q.Page*q.Limit) + ") as part_" + tier
	}
	return "select listing, away from (" + part("1", inTitle) + " union all " + part("0", elsewhere) + ") as parts order by tier desc, place desc" + s.page(q)
}

func (s *selection) distance(q Query) string {
	if q.Near.IsZero() {
		return "-1.0"
	}
	return "coalesce(" + s.chord(q) + ", -1.0)"
}

func (s *selection) order(q Query, m match) string {
	newest := s.place(m) + " desc"
	switch q.Sort {
	case PriceUp:
		return " order by " + s.sortable(q) + " asc nulls last, " + newest
	case PriceDown:
		return " order by " + s.sortable(q) + " desc nulls last, " + newest
	case Distance:
		return " order by " + s.chord(q) + " asc nulls last, " + newest
	default:
		return " order by " + newest
	}
}

// sortable is the price of a row, null for one that has none in this query.
func (s *selection) sortable(q Query) string {
	if in := q.currencies(); len(in) == 1 {
		return "(case when d.currency = " + s.arg(in[0]) + " then d.price_minor end)"
	}
	return s.price(q)
}

func (s *selection) page(q Query) string {
	return " limit " + s.arg(q.Limit) + " offset " + s.arg((q.Page-1)*q.Limit)
}

func scanHit(row db.Scanner) (Hit, error) {
	var h Hit
	err := row.Scan(&h.Listing, &h.Km)
	if h.Km >= 0 {
		h.Km = kmOf(h.Km)
	}
	return h, err
}
