package search

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"fairground/internal/db"
	"fairground/internal/value"
)

// Miss is a search that found nothing, to show the operator what people look for in vain.
type Miss struct {
	Query    string // folded: spellings of one query count together
	Language string // in which it was asked
	Typed    string // an example of how it was typed
	Times    int
	Last     time.Time
}

// Bounds of misses.
const (
	MostMisses  = 5_000 // kept for a site; the least asked for go first
	MissesKept  = 90 * 24 * time.Hour
	longestMiss = 80  // letters; longer ones are not kept
	mostWaiting = 500 // different misses until they are written
	missDigits  = 7   // with no letter between them: that many may be a telephone number
	missEvery   = 10 * time.Second
)

// misses wait here until they are written.
type misses struct {
	mu      sync.Mutex
	waiting map[missKey]*Miss
	written time.Time
}

type missKey struct{ query, language string }

// NoteMiss notes that a query found nothing. It costs no database: what was noted is written by FlushMisses, and what
// comes while too much waits is left out. Queries that may be about a person, such as mail addresses, links and
// telephone numbers, are never kept.
func (s *Database) NoteMiss(typed, language string) {
	typed = strings.Join(strings.Fields(cleanText(typed)), " ")
	query := strings.Join(s.Analyzer().Words(typed, 20), " ")
	if query == "" || utf8.RuneCountInString(typed) > longestMiss || isPersonal(typed) {
		return
	}
	s.misses.mu.Lock()
	defer s.misses.mu.Unlock()
	key := missKey{query, language}
	m := s.misses.waiting[key]
	if m == nil {
		if len(s.misses.waiting) >= mostWaiting {
			return
		}
		m = &Miss{Query: query, Language: language, Typed: typed}
		if s.misses.waiting == nil {
			s.misses.waiting = make(map[missKey]*Miss)
		}
		s.misses.waiting[key] = m
	}
	m.Times++
	m.Last = s.db.Clock().Now()
}

// isPersonal says whether a text may hold an address or a number of a person: a sign of mail addresses or links, or many
// digits. Models, prices and years have fewer.
func isPersonal(text string) bool {
	digits := 0
	for _, r := range text {
		switch {
		case unicode.IsLetter(r):
			digits = 0
		case unicode.IsDigit(r):
			if digits++; digits >= missDigits {
				return true
			}
		}
	}
	lower := strings.ToLower(text)
	return strings.ContainsAny(text, "@/\\") || strings.Contains(lower, "www.") || strings.Contains(lower, "(at)") || strings.Contains(lower, "[at]")
}

// FlushMisses writes what was noted, if some seconds have passed since it last did, and forgets what is too old or too
// much. The caller calls it now and then, and at the end.
func (s *Database) FlushMisses(ctx context.Context) error {
	now := s.db.Clock().Now()
	s.misses.mu.Lock()
	noted := s.misses.waiting
	if len(noted) == 0 || now.Sub(s.misses.written) < missEvery {
		s.misses.mu.Unlock()
		return nil
	}
	s.misses.waiting, s.misses.written = nil, now
	s.misses.mu.Unlock()
	err := s.db.Maintain(ctx, "search.FlushMisses", func(tx *db.Tx) error {
		for _, m := range sortedMisses(noted) {
			if err := addMiss(tx, m); err != nil {
				return err
			}
		}
		return forgetMisses(tx, now.Add(-MissesKept))
	})
	if err != nil {
		return fmt.Errorf("search.FlushMisses(%d): %w", len(noted), err)
	}
	return nil
}

// sortedMisses are in one order, so that two processes never wait for each other's rows.
func sortedMisses(noted map[missKey]*Miss) []Miss {
	all := make([]Miss, 0, len(noted))
	for _, m := range noted {
		all = append(all, *m)
	}
	slices.SortFunc(all, func(a, b Miss) int { return strings.Compare(a.Query+"\x00"+a.Language, b.Query+"\x00"+b.Language) })
	return all
}

// Misses returns the searches of the last days that found nothing, those asked most often first, at most so many.
func (s *Database) Misses(ctx context.Context, days, most int) (all []Miss, err error) {
	since := s.db.Clock().Now().Add(-time.Duration(days) * 24 * time.Hour)
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		all, err = findMisses(tx, since, most)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("search.Misses(%d days): %w", days, err)
	}
	return all, nil
}

// ForgetMiss removes a query from the misses, in all languages. It counts anew when it is asked again.
func (s *Database) ForgetMiss(ctx context.Context, actor value.Actor, query string) error {
	err := s.db.Write(ctx, actor, "forget a search without results", func(tx *db.Tx) error {
		n, err := tx.Exec("delete from search_miss where query = $1", query)
		if err == nil && n > 0 {
			tx.Log(db.Change{Object: "search_miss", Record: 1, Diff: map[string]any{"query": query}})
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("search.ForgetMiss(%q): %w", query, err)
	}
	return nil
}
