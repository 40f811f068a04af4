package search

import (
	"context"
	"strings"
	"unicode"

	"fairground/internal/db"
)

const (
	mostStocked = 600_000 // documents kept, unless Config says otherwise
	stockShares = 12      // one category may take a twelfth of them
	stockWeight = 200     // what a category weighs beside its documents
)

func weighStock(s *stock) int {
	if s == nil {
		return stockWeight
	}
	return stockWeight + len(s.listings)
}

// inStock says whether a query can be answered from a stock: one without words, place and age. Hits without counts and
// filters cost the database nothing. Attributes that are not named as Value demands could mean another one once packed.
func inStock(q Query) bool {
	if !q.Near.IsZero() || q.Box != nil || !q.Since.IsZero() || len(q.Facets)+len(q.Filters) == 0 && q.Price == nil || len(q.clauses) > 0 {
		return false
	}
	for _, f := range q.Filters {
		if strings.ContainsFunc(f.Attribute, func(r rune) bool {
			return r != '-' && r != '_' && !unicode.IsLetter(r) && !unicode.IsNumber(r)
		}) {
			return false
		}
	}
	return true
}

// stocked is the stock of a query's category, nil if it has none.
func (s *Database) stocked(ctx context.Context, q Query, version int64) (*stock, error) {
	if s.stocks.most < 0 || !inStock(q) {
		return nil, nil
	}
	kept, err := s.stocks.get(ctx, q.Category.String(), version, func(ctx context.Context) (made *stock, err error) {
		err = s.db.Read(ctx, func(tx *db.Tx) error {
			made, err = gather(tx, Query{Category: q.Category}, version, min(s.stocks.most/stockShares, mostPositions))
			return err
		})
		return made, err
	})
	if err != nil || kept == nil || !kept.knows(q) {
		return nil, err
	}
	return kept, nil
}

// gather reads the stock of a category in one statement, so that all of it is of one moment. It returns nil for a
// category with too many documents, having only counted them.
func gather(tx *db.Tx, q Query, version int64, most int) (*stock, error) {
	s := &selection{engine: tx.Engine()}
	count := "select count(*) from (select 1" + s.fromLeast(conditions(q), q) + " limit " + s.arg(most+1) + ") as candidates"
	n, err := db.One(tx, db.Column[int], count, s.all()...)
	if err != nil || n > most {
		return nil, err
	}
	var packed, withPhotos string
	statement, args := gatherStatement(tx.Engine(), q)
	if err := tx.Row(statement, args...).Scan(&packed, &withPhotos); err != nil {
		return nil, err
	}
	return newStock(version, packed, withPhotos)
}

// gatherStatement packs each document with its place, listing and price, and beside them the places of those with
// photos, which only a token knows.
func gatherStatement(engine db.Engine, q Query) (string, []any) {
	s := &selection{engine: engine}
	all := conditions(q)
	q.WithPhotos = true
	photographed := conditions(q)
	key := "d.place"
	if engine == db.SQLite {
		key = "rowid"
	}
	const end = " || '" + string(betweenEntries) + "' || "
	document := "cast(d.place as text)" + end + "cast(d.listing as text)" + end + "coalesce(cast(d.price_minor as text), '')" + end +
		"coalesce(d.currency, '')" + end + "d.facets as document"
	return "select (select coalesce(string_agg(document, '" + betweenDocuments + "'), '') from (select " + document +
		s.from(all, q) + " order by " + s.place(all) + " desc) as documents), " +
		"(select coalesce(string_agg(cast(place as text), '" + betweenDocuments + "'), '') from (select " + key + " as place" +
		s.fromLeast(photographed, q) + " order by " + key + " desc) as photographed)", s.all()
}
