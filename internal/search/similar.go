package search

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"fairground/internal/db"
	"fairground/internal/value"
)

const (
	mostSimilar    = 50
	similarScanned = 300 // newest listings of the category that share a word
	similarWords   = 12
)

// like is what similarity is judged by.
type like struct {
	listing, category value.ID
	title             []string
	shared            int
}

const likeColumns = "d.listing, d.category, d.title"

func scanLike(row db.Scanner) (like, error) {
	var l like
	var title string
	err := row.Scan(&l.listing, &l.category, &title)
	l.title = strings.Fields(title)
	return l, err
}

// Similar returns listings of the same category: most words of the title in common first, then newest; those with no
// common word fill what remains.
func (s *Database) Similar(ctx context.Context, listing value.ID, limit int) ([]value.ID, error) {
	limit = min(limit, mostSimilar)
	if limit <= 0 {
		return nil, nil
	}
	var found []value.ID
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		one, err := db.One(tx, scanLike, "select "+likeColumns+" from search_document d where d.listing = $1", listing)
		if value.KindOf(err) == value.NotFound {
			return nil
		}
		if err != nil {
			return err
		}
		found, err = findSimilar(tx, one, limit)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("search.Similar(%s): %w", listing, err)
	}
	return found, nil
}

func findSimilar(tx *db.Tx, one like, limit int) ([]value.ID, error) {
	m := match{groups: [][]atom{tokenGroup(categoryToken(one.category))}}
	var found []value.ID
	if words := telling(one.title); len(words) > 0 {
		anyWord := tokenGroup(words...)
		for i := range anyWord {
			anyWord[i].title = true
		}
		sharing, err := findLike(tx, match{groups: [][]atom{m.groups[0], anyWord}}, similarScanned)
		if err != nil {
			return nil, err
		}
		for i := range sharing {
			sharing[i].shared = common(words, sharing[i].title)
		}
		slices.SortStableFunc(sharing, func(a, b like) int { return cmp.Compare(b.shared, a.shared) })
		found = appendOthers(found, sharing, one.listing, limit)
	}
	if len(found) == limit {
		return found, nil
	}
	newest, err := findLike(tx, m, 2*limit+1)
	return appendOthers(found, newest, one.listing, limit), err
}

func findLike(tx *db.Tx, m match, most int) ([]like, error) {
	s := &selection{engine: tx.Engine()}
	statement := "select " + likeColumns + s.from(m, Query{}) + " order by " + s.place(m) + " desc limit " + s.arg(most)
	return db.All(tx, scanLike, statement, s.all()...)
}

// telling are the words of a title that are long enough to mean something, each once.
func telling(title []string) []string {
	var all []string
	for _, w := range title {
		if len(w) >= 3 && len(all) < similarWords && !slices.Contains(all, w) {
			all = append(all, w)
		}
	}
	return all
}

func common(words, title []string) int {
	n := 0
	for _, w := range words {
		if slices.Contains(title, w) {
			n++
		}
	}
	return n
}

func appendOthers(found []value.ID, more []like, self value.ID, limit int) []value.ID {
	for _, l := range more {
		if len(found) < limit && l.listing != self && !slices.Contains(found, l.listing) {
			found = append(found, l.listing)
		}
	}
	return found
}
