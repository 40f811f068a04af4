package search

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"fairground/internal/db"
	"fairground/internal/search/words"
	"fairground/internal/value"
)

// Why reads one document from the source and weighs it as relevance.go says. The rank is that of the query's order, of
// the first MostTotal listings. Beware that the database orders by relevance more simply than by the score.
func (s *Database) Why(ctx context.Context, q Query, listing value.ID) (Why, error) {
	q, version, err := s.checked(ctx, q)
	if err != nil {
		return Why{}, err
	}
	var documents []Document
	rank := 0
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		present, err := findKnown(tx, []value.ID{listing})
		if err != nil || len(present) == 0 {
			return err
		}
		if documents, err = s.source.Documents(tx, []value.ID{listing}); err != nil {
			return err
		}
		rank, err = findRank(tx, q, listing)
		return err
	})
	if err != nil {
		return Why{}, fmt.Errorf("search.Why(%q, %s): %w", q.Words, listing, err)
	}
	if len(documents) == 0 {
		return Why{Reasons: []Reason{{What: "gone"}}}, nil
	}
	shares, err := s.shares(ctx, q, version)
	if err != nil {
		return Why{}, fmt.Errorf("search.Why(%q, %s): %w", q.Words, listing, err)
	}
	e := explanation{q: q, document: documents[0], title: s.Analyzer().Terms(documents[0].Title, words.MostTitle), body: s.Analyzer().Terms(documents[0].Body, words.MostBody)}
	e.conditions()
	e.words(shares)
	e.rest(s.db.Clock())
	return e.why(rank), nil
}

// findRank is the place of a listing among the hits, from 1; 0 if it is not among the first MostTotal.
func findRank(tx *db.Tx, q Query, listing value.ID) (int, error) {
	q.Page, q.Limit = 1, MostTotal
	hits, err := findHits(tx, q)
	return slices.IndexFunc(hits, func(h Hit) bool { return h.Listing == listing }) + 1, err
}

// shares divide the points for text among the clauses of a query; none for excluded ones.
func (s *Database) shares(ctx context.Context, q Query, version int64) ([]float64, error) {
	whole, err := s.counted(ctx, Query{}, version)
	if err != nil {
		return nil, err
	}
	rarities := make([]float64, len(q.clauses))
	for i, c := range q.clauses {
		if c.Exclude {
			continue
		}
		n, err := s.counted(ctx, Query{clauses: []words.Clause{c}}, version)
		if err != nil {
			return nil, err
		}
		rarities[i] = Rarity(whole.total, n.total)
	}
	return Shares(rarities), nil
}

// explanation weighs one document.
type explanation struct {
	q           Query
	document    Document
	title, body []string // terms
	reasons     []Reason
}

func (e *explanation) why(rank int) Why {
	w := Why{Found: true, Rank: rank, Reasons: e.reasons}
	for _, r := range e.reasons {
		w.Score += r.Points
		w.Found = w.Found && r.Met
	}
	if !w.Found {
		w.Rank = 0
	}
	return w
}

func (e *explanation) met(what, text string, met bool) {
	e.reasons = append(e.reasons, Reason{What: what, Text: text, Met: met})
}

func (e *explanation) points(what, text string, points float64) {
	if points > 0 {
		e.reasons = append(e.reasons, Reason{What: what, Text: text, Met: true, Points: points})
	}
}

// conditions are everything that a listing meets or not.
func (e *explanation) conditions() {
	q, d := e.q, e.document
	if q.Category != 0 {
		e.met("category", q.Category.String(), slices.Contains(path(d), q.Category))
	}
	if q.Price != nil {
		minor, priced := q.Convert(d.Price)
		e.met("price", d.Price.Decimal()+" "+d.Price.Currency, priced && minor >= q.Price.Low && minor <= q.Price.High)
	}
	if q.Within_km > 0 {
		e.met("distance", kmText(q, d), !d.Point.IsZero() && value.Km(q.Near, d.Point) <= q.Within_km)
	}
	if q.Box != nil {
		e.met("map", "", !d.Point.IsZero() && q.Box.Holds(d.Point))
	}
	if !q.Since.IsZero() {
		e.met("since", d.At.UTC().Format("2006-01-02 15:04"), millis(d) >= millisOf(q.Since))
	}
	if q.Seller != "" {
		e.met("seller", string(d.Seller), d.Seller == q.Seller)
	}
	if q.Kind != "" {
		e.met("kind", string(d.Kind), d.Kind == q.Kind)
	}
	if q.WithPhotos {
		e.met("photos", strconv.Itoa(d.Photos), d.Photos > 0)
	}
	for _, f := range q.Filters {
		e.met("filter", f.Attribute, slices.ContainsFunc(d.Attributes, f.isMetBy))
	}
}

func kmText(q Query, d Document) string {
	if d.Point.IsZero() || q.Near.IsZero() {
		return ""
	}
	return strconv.FormatFloat(math.Round(value.Km(q.Near, d.Point)*10)/10, 'f', -1, 64) + " km"
}

// Holds reports whether a point lies in a box.
func (b Box) Holds(p value.Point) bool {
	if p.Lat < b.South || p.Lat > b.North {
		return false
	}
	return math.Mod(p.Lon-b.West+720, 360) <= b.width()
}

func (f Filter) isMetBy(v Value) bool {
	switch {
	case v.Attribute != f.Attribute:
		return false
	case f.Range != nil:
		return v.Number != nil && *v.Number >= f.Range.Low && *v.Number <= f.Range.High
	default:
		return v.Number == nil && slices.ContainsFunc(f.choices(), func(choice string) bool { return cleanText(choice) == cleanText(v.choice()) })
	}
}

// words weighs each clause by the best of its ways.
func (e *explanation) words(shares []float64) {
	inTitle := make(map[int]bool) // words of the title that are met
	for i, c := range e.q.clauses {
		what, points := e.clause(c, shares[i], inTitle)
		switch {
		case c.Exclude:
			e.met("excluded", c.Typed, what == "")
		case what == "":
			e.met("words", c.Typed, false)
		default:
			e.points(what, c.Typed, points)
		}
	}
	e.points("focus", strconv.Itoa(len(inTitle))+"/"+strconv.Itoa(len(e.title)), Focus(len(inTitle), len(e.title)))
}

// clause says by what a clause is met best, and its points; "" if it is not met.
func (e *explanation) clause(c words.Clause, share float64, inTitle map[int]bool) (what string, points float64) {
	for _, way := range c.Ways {
		factor, name := share, "title"
		if way.Synonym {
			factor, name = factor*AsSynonym, "synonym"
		} else if way.Prefix {
			factor *= AsBegun
		} else if len(way.Terms) > 1 {
			name = "phrase"
		}
		at := inRow(e.title, way)
		for _, i := range at {
			for j := range way.Terms {
				inTitle[i+j] = true
			}
		}
		if len(at) == 0 {
			factor *= InBody
			if name == "title" {
				name = "body"
			}
			if len(inRow(e.body, way)) == 0 {
				continue
			}
		}
		if what == "" || factor > points {
			what, points = name, factor
		}
	}
	return what, points
}

// inRow is where the terms of a way stand in a row.
func inRow(terms []string, way words.Way) (at []int) {
	for i := range len(terms) - len(way.Terms) + 1 {
		last := len(way.Terms) - 1
		whole := slices.Equal(terms[i:i+last], way.Terms[:last])
		if whole && (terms[i+last] == way.Terms[last] || way.Prefix && strings.HasPrefix(terms[i+last], way.Terms[last])) {
			at = append(at, i)
		}
	}
	return at
}

// rest are the parts of the score that have nothing to do with words.
func (e *explanation) rest(clock value.Clock) {
	e.points("fresh", e.document.At.UTC().Format("2006-01-02 15:04"), Freshness(e.document.At, clock.Now()))
	e.points("quality", "", float64(Quality(e.document)))
	if !e.q.Near.IsZero() && !e.document.Point.IsZero() {
		e.points("near", kmText(e.q, e.document), Nearness(value.Km(e.q.Near, e.document.Point)))
	}
}
