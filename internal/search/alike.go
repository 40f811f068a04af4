package search

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"fairground/internal/db"
	"fairground/internal/search/words"
	"fairground/internal/value"
)

const (
	// MostAlike neighbours are given at most, whatever is asked for.
	MostAlike = 300

	alikePerWord = 200 // newest listings with that word in their title that are compared
	alikeNewest  = 400 // of the category, for those that are alike by their attributes
)

// neighbour is a listing that is compared.
type neighbour struct {
	Neighbour
	place      int64
	title      []string
	attributes []Value
}

// Alike compares with the newest listings that have a word of the title in theirs, rare words first, and with the newest
// of the category.
func (s *Database) Alike(ctx context.Context, d Document, most int) ([]Neighbour, error) {
	most = min(most, MostAlike)
	if most <= 0 {
		return nil, nil
	}
	st, err := s.refresh(ctx)
	if err != nil {
		return nil, fmt.Errorf("search.Alike(%q): %w", d.Title, err)
	}
	title, err := s.rarities(ctx, d, st.version)
	if err != nil {
		return nil, fmt.Errorf("search.Alike(%q): %w", d.Title, err)
	}
	var found []neighbour
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		found, err = findNeighbours(tx, d, title)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("search.Alike(%q): %w", d.Title, err)
	}
	return ranked(d, found, title, most), nil
}

// weighed is a word of a title with its rarity.
type weighed struct {
	term   string
	rarity float64
}

// rarities weigh the words of a title that any listing of its category has.
func (s *Database) rarities(ctx context.Context, d Document, version int64) (all []weighed, err error) {
	whole, err := s.counted(ctx, Query{Category: d.Category}, version)
	if err != nil {
		return nil, err
	}
	for _, term := range TellingWords(s.Analyzer(), d.Title) {
		n, err := s.counted(ctx, Query{Category: d.Category, clauses: []words.Clause{{Ways: []words.Way{{Terms: []string{term}}}}}}, version)
		if err != nil {
			return nil, err
		}
		if n.total > 0 {
			all = append(all, weighed{term, Rarity(whole.total, n.total)})
		}
	}
	return all, nil
}

func findNeighbours(tx *db.Tx, d Document, title []weighed) ([]neighbour, error) {
	all := make(map[value.ID]neighbour)
	read := func(m match, most int) error {
		if d.Category != 0 {
			m.groups = append(m.groups, tokenGroup(categoryToken(d.Category)))
		}
		s := &selection{engine: tx.Engine()}
		statement := "select d.place, d.listing, d.category, d.title, coalesce(d.price_minor, 0), coalesce(d.currency, ''), d.facets" +
			s.from(m, Query{}) + " order by " + s.place(m) + " desc limit " + s.arg(most)
		found, err := db.All(tx, scanNeighbour, statement, s.all()...)
		for _, n := range found {
			all[n.Listing] = n
		}
		return err
	}
	for _, w := range title {
		if err := read(match{groups: [][]atom{{{words: []string{w.term}, title: true}}}}, alikePerWord); err != nil {
			return nil, err
		}
	}
	if d.Category != 0 {
		if err := read(match{}, alikeNewest); err != nil {
			return nil, err
		}
	}
	delete(all, d.Listing)
	found := make([]neighbour, 0, len(all))
	for _, n := range all {
		found = append(found, n)
	}
	return found, nil
}

func scanNeighbour(row db.Scanner) (n neighbour, err error) {
	var title, facets string
	err = row.Scan(&n.place, &n.Listing, &n.Category, &title, &n.Price.Minor, &n.Price.Currency, &facets)
	n.title = strings.Fields(title)
	n.Kind, n.attributes = unpack(facets)
	return n, err
}

// unpack reads the attributes that pack wrote; yes and no as choices, which compares the same.
func unpack(packed string) (kind Kind, all []Value) {
	for entry := range strings.SplitSeq(packed, string(betweenEntries)) {
		attribute, text, is := strings.Cut(entry, "=")
		name, numeric := strings.CutPrefix(attribute, "#")
		switch {
		case !is || strings.HasPrefix(name, "$") && attribute != ByKind:
		case attribute == ByKind:
			kind = Kind(text)
		case !numeric:
			all = append(all, Choice(attribute, text))
		default:
			if n, err := strconv.ParseFloat(text, 64); err == nil {
				all = append(all, Number(name, n))
			}
		}
	}
	return kind, all
}

// ranked are the most alike of some listings, newest first among equals.
func ranked(d Document, found []neighbour, title []weighed, most int) []Neighbour {
	all := 0.0
	for _, w := range title {
		all += w.rarity
	}
	for i, n := range found {
		shared := 0.0
		for _, w := range title {
			if slices.Contains(n.title, w.term) {
				shared += w.rarity
			}
		}
		stated, agreed := Agreement(d.Attributes, n.attributes)
		found[i].Likeness = LikenessOf(shared, all, stated, agreed)
	}
	slices.SortFunc(found, func(a, b neighbour) int {
		return cmp.Or(cmp.Compare(b.Likeness, a.Likeness), cmp.Compare(b.place, a.place))
	})
	var kept []Neighbour
	for _, n := range found[:min(most, len(found))] {
		if n.Likeness > 0 {
			kept = append(kept, n.Neighbour)
		}
	}
	return kept
}
