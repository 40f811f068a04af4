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
	mostSimilar  = 50
	mostOnShelf  = 300 // newest listings of a category that are compared
	mostShelves  = 300 // categories kept
	similarWords = 12
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

// Similar returns listings of the same category, of its newest: most words of the title in common first, then newest.
// What a category's newest listings are is kept in memory as counts are, so that a page costs one look-up.
func (s *Database) Similar(ctx context.Context, listing value.ID, limit int) ([]value.ID, error) {
	limit = min(limit, mostSimilar)
	if limit <= 0 {
		return nil, nil
	}
	var one like
	var version int64
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		if version, err = findVersion(tx); err != nil {
			return err
		}
		one, err = db.One(tx, scanLike, "select "+likeColumns+" from search_document d where d.listing = $1", listing)
		return err
	})
	if value.KindOf(err) == value.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("search.Similar(%s): %w", listing, err)
	}
	newest, err := s.newest(ctx, one.category, version)
	if err != nil {
		return nil, fmt.Errorf("search.Similar(%s): %w", listing, err)
	}
	return mostAlike(one, newest, limit), nil
}

// newest are the newest listings of a category.
func (s *Database) newest(ctx context.Context, category value.ID, version int64) ([]like, error) {
	return s.shelf.get(ctx, category.String(), version, func(ctx context.Context) (found []like, err error) {
		err = s.db.Read(ctx, func(tx *db.Tx) error {
			found, err = findLike(tx, match{groups: [][]atom{tokenGroup(categoryToken(category))}}, mostOnShelf)
			return err
		})
		return found, err
	})
}

// mostAlike ranks the listings of a shelf, which is shared and not changed.
func mostAlike(one like, shelf []like, limit int) []value.ID {
	words := telling(one.title)
	var others []like
	for _, other := range shelf {
		if other.listing != one.listing {
			other.shared = common(words, other.title)
			others = append(others, other)
		}
	}
	slices.SortStableFunc(others, func(a, b like) int { return cmp.Compare(b.shared, a.shared) })
	var found []value.ID
	for _, other := range others[:min(limit, len(others))] {
		found = append(found, other.listing)
	}
	return found
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
