package main

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"fairground/internal/search"
)

// sqlRival is a full-text index of a database as one would build it by hand: categories, choices and places as words of
// the full text, numbers as columns beside it, and every count exact.
type sqlRival struct {
	db      *sql.DB
	dialect sqlDialect
}

// sqlDialect is what differs between the two databases.
type sqlDialect interface {
	title() string
	figure() string // begins the names of its figures
	// match writes a condition of the full text; score orders by how well words fit, best first.
	match(q rivalQuery) (argument string)
	score() (order string, argument func(q rivalQuery) string)
	// from joins the full text as t and the columns as d; %s is the place of the match.
	from() string
	insert(ctx context.Context, d *sql.DB, all []rivalListing) error
	before() []string
	after() []string
	places(n int) string // the n-th argument
	bytes() string       // a query for the size of everything
}

// build fills the database.
func (s *sqlRival) build(ctx context.Context, listings func(yield func(rivalListing) bool)) error {
	for _, statement := range s.dialect.before() {
		if _, err := s.db.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	var some []rivalListing
	for l := range listings {
		if some = append(some, l); len(some) == 5_000 {
			if err := s.dialect.insert(ctx, s.db, some); err != nil {
				return err
			}
			some = some[:0]
		}
	}
	if err := s.dialect.insert(ctx, s.db, some); err != nil {
		return err
	}
	for _, statement := range s.dialect.after() {
		if _, err := s.db.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}

// choiceColumns are the columns of attributes with choices, in the order in which listings are inserted.
var choiceColumns = []string{"brand", "color", "condition", "material", "size", "warranty", "delivery", "seller"}

const listingColumns = "id, year, price, lat, lon, brand, color, condition, material, size, warranty, delivery, seller"

func (l rivalListing) row() []any {
	row := []any{l.ID, l.Year, l.Price, l.Lat, l.Lon}
	for _, c := range choiceColumns {
		row = append(row, l.Choices[attributeOf(c)])
	}
	return row
}

// attributeOf is the attribute whose choices a column holds.
func attributeOf(column string) string {
	if column == "seller" {
		return search.BySeller
	}
	return column
}

func columnOf(attribute string) string {
	return strings.TrimPrefix(attribute, "$")
}

// search answers one query: the first 24, the total, the counts of each attribute without its own filter, the prices.
func (s *sqlRival) search(ctx context.Context, q rivalQuery) (rivalAnswer, error) {
	began := time.Now()
	answer := rivalAnswer{}
	if err := s.hits(ctx, q, &answer); err != nil {
		return answer, err
	}
	var unfiltered []string
	for _, attribute := range q.Facets {
		rest, had := q.without(attribute)
		if !had {
			unfiltered = append(unfiltered, columnOf(attribute))
			continue
		}
		if _, err := s.counts(ctx, rest, []string{columnOf(attribute)}, false); err != nil {
			return answer, err
		}
	}
	rest, priced := q.without(search.ByPrice)
	if priced {
		if _, err := s.counts(ctx, rest, nil, true); err != nil {
			return answer, err
		}
	}
	var err error
	answer.Total, err = s.counts(ctx, q, unfiltered, !priced)
	answer.Took_ms = float64(time.Since(began).Microseconds()) / 1000
	return answer, err
}

// conditions are everything that is not in the full text; the first argument is the match.
func (s *sqlRival) conditions(q rivalQuery) (where string, arguments []any) {
	arguments = []any{s.dialect.match(q)}
	add := func(condition string, more ...any) {
		places := make([]any, len(more))
		for i := range more {
			arguments = append(arguments, more[i])
			places[i] = s.dialect.places(len(arguments))
		}
		where += " and " + fmt.Sprintf(condition, places...)
	}
	if q.Year != nil {
		add("d.year between %s and %s", q.Year[0], q.Year[1])
	}
	if q.Price != nil {
		add("d.price between %s and %s", q.Price[0], q.Price[1])
	}
	if q.Within_km > 0 {
		add(kmTo+" <= %[3]s", q.Lat, q.Lon, q.Within_km)
	}
	if q.Box != nil {
		add("d.lat between %s and %s and d.lon between %s and %s", q.Box.South, q.Box.North, q.Box.West, q.Box.East)
	}
	return where, arguments
}

// kmTo is the distance of a listing from the place of the first two arguments, as value.Km has it.
const kmTo = `(2*6371.0088*asin(sqrt(power(sin(radians(d.lat-%[1]s)/2), 2) + cos(radians(%[1]s))*cos(radians(d.lat))*power(sin(radians(d.lon-%[2]s)/2), 2))))`

func (s *sqlRival) hits(ctx context.Context, q rivalQuery, into *rivalAnswer) error {
	where, arguments := s.conditions(q)
	next := func(more any) string {
		arguments = append(arguments, more)
		return s.dialect.places(len(arguments))
	}
	order := "d.id desc"
	switch q.Sort {
	case search.PriceUp:
		order = "d.price, d.id desc"
	case search.PriceDown:
		order = "d.price desc, d.id desc"
	case search.Distance:
		order = fmt.Sprintf(kmTo+", d.id desc", next(q.Lat), next(q.Lon))
	case search.Relevance:
		score, argument := s.dialect.score()
		if argument != nil {
			score = fmt.Sprintf(score, next(argument(q)))
		}
		order = score + ", d.id desc"
	}
	rows, err := s.db.QueryContext(ctx, "select d.id "+fmt.Sprintf(s.dialect.from(), s.dialect.places(1))+where+" order by "+order+" limit 24", arguments...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return err
		}
		into.Listings = append(into.Listings, id)
	}
	return rows.Err()
}

// counts reads the matching listings once and counts their choices by column; it returns how many there are.
func (s *sqlRival) counts(ctx context.Context, q rivalQuery, columns []string, prices bool) (total int, err error) {
	where, arguments := s.conditions(q)
	read := []string{"d.price"}
	parts := []string{"select '', '', count(*) from f"}
	for _, c := range columns {
		read = append(read, "d."+c)
		parts = append(parts, fmt.Sprintf("select '%[1]s', %[1]s, count(*) from f group by %[1]s", c))
	}
	if prices {
		parts = append(parts, fmt.Sprintf("select 'price', cast(price/%d as text), count(*) from f group by price/%[1]d", bucketWidth))
	}
	statement := "with f as materialized (select " + strings.Join(read, ", ") + " " + fmt.Sprintf(s.dialect.from(), s.dialect.places(1)) + where + ") " +
		strings.Join(parts, " union all ")
	rows, err := s.db.QueryContext(ctx, statement, arguments...)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var column, choice string
		var n int
		if err := rows.Scan(&column, &choice, &n); err != nil {
			return 0, err
		}
		if column == "" {
			total = n
		}
	}
	return total, rows.Err()
}

// groups are the full-text parts of a query: words, and tokens of which each group needs one.
func (q rivalQuery) groups() (tokens [][]string) {
	if q.Category != 0 {
		tokens = append(tokens, []string{categoryToken(q.Category)})
	}
	for _, name := range sortedKeys(q.Choices) {
		var any []string
		for _, c := range q.Choices[name] {
			any = append(any, choiceToken(name, c))
		}
		tokens = append(tokens, any)
	}
	if cells := q.cells(); len(cells) > 0 {
		tokens = append(tokens, cells)
	}
	if len(tokens)+len(q.Clauses) == 0 {
		tokens = append(tokens, []string{categoryToken(1)})
	}
	return tokens
}

func sortedKeys[T any](all map[string]T) []string {
	var keys []string
	for k := range all {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
