package search

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"fairground/internal/db"
	"fairground/internal/search/words"
	"fairground/internal/value"
)

const (
	// MostCompletions are given at most, whatever is asked for.
	MostCompletions = 20

	titlesRead        = 80 // newest titles that hold a word that begins so
	shortestCompleted = 2  // letters
)

// Complete reads the newest titles that hold a word that begins so, and counts what each of the found words would find.
func (s *Database) Complete(ctx context.Context, typed string, most int) ([]Completion, error) {
	most = min(most, MostCompletions)
	before, begun := lastWord(typed)
	st, err := s.refresh(ctx)
	if err != nil {
		return nil, fmt.Errorf("search.Complete(%q): %w", typed, err)
	}
	analyzer := s.Analyzer()
	q, folded, ok := completing(analyzer, typed, begun)
	if !ok || most <= 0 {
		return nil, nil
	}
	titles, err := s.titlesOf(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("search.Complete(%q): %w", typed, err)
	}
	var all []Completion
	for _, spelling := range commonest(analyzer, titles, folded, most) {
		c := Completion{Text: before + spelling}
		counted, err := s.counted(ctx, Query{clauses: analyzer.Literally(c.Text + " ")}, st.version)
		if err != nil {
			return nil, fmt.Errorf("search.Complete(%q): %w", typed, err)
		}
		if c.Listings = min(counted.total, MostTotal); c.Listings > 0 {
			all = append(all, c)
		}
	}
	slices.SortStableFunc(all, func(a, b Completion) int { return cmp.Compare(b.Listings, a.Listings) })
	return all, nil
}

// lastWord cuts off the word being typed.
func lastWord(typed string) (before, begun string) {
	at := strings.LastIndexFunc(typed, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.Is(unicode.M, r) })
	if at >= 0 {
		_, size := utf8.DecodeRuneInString(typed[at:])
		at += size
	}
	at = max(at, 0)
	return typed[:at], typed[at:]
}

// completing is the query for titles with all words typed, the last of them only begun.
func completing(a *words.Analyzer, typed, begun string) (q Query, folded string, ok bool) {
	q.clauses = a.Literally(typed)
	if begun == "" || len(q.clauses) == 0 || utf8.RuneCountInString(begun) < shortestCompleted {
		return q, "", false
	}
	last := &q.clauses[len(q.clauses)-1]
	if last.Exclude || last.Quoted {
		return q, "", false
	}
	folded = last.Words[len(last.Words)-1]
	exact := make([]string, len(last.Words))
	for i, w := range last.Words {
		exact[i] = a.Term(w)
	}
	open := append(slices.Clone(exact[:len(exact)-1]), folded)
	last.Ways = []words.Way{{Terms: exact}, {Terms: open, Prefix: true}}
	return q, folded, true
}

// titlesOf are the titles, as they are shown, of the newest listings that have all words of a query in them.
func (s *Database) titlesOf(ctx context.Context, q Query) (titles []string, err error) {
	inTitle, _, _ := byTitle(q, conditions(q))
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		in := &selection{engine: tx.Engine()}
		statement := "select d.listing" + in.from(inTitle, Query{}) + " order by " + in.place(inTitle) + " desc limit " + in.arg(titlesRead)
		ids, err := db.All(tx, db.Column[value.ID], statement, in.all()...)
		if err != nil || len(ids) == 0 {
			return err
		}
		documents, err := s.source.Documents(tx, ids)
		for _, d := range documents {
			titles = append(titles, d.Title)
		}
		return err
	})
	return titles, err
}

// commonest are the words of titles that begin so, in their commonest spelling without capitals, those in most titles
// first.
func commonest(a *words.Analyzer, titles []string, begun string, most int) []string {
	spellings := make(map[string]map[string]int)
	times := make(map[string]int)
	for _, title := range titles {
		for _, raw := range strings.FieldsFunc(strings.ToLower(title), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.Is(unicode.M, r) }) {
			folded := a.Words(raw, 2)
			if len(folded) != 1 || !strings.HasPrefix(folded[0], begun) {
				continue
			}
			if spellings[folded[0]] == nil {
				spellings[folded[0]] = make(map[string]int)
			}
			spellings[folded[0]][raw]++
			times[folded[0]]++
		}
	}
	var all []string
	for _, folded := range byTimes(times)[:min(most, len(times))] {
		all = append(all, byTimes(spellings[folded])[0])
	}
	return all
}

func byTimes(times map[string]int) []string {
	all := make([]string, 0, len(times))
	for text := range times {
		all = append(all, text)
	}
	slices.SortFunc(all, func(a, b string) int { return cmp.Or(cmp.Compare(times[b], times[a]), cmp.Compare(a, b)) })
	return all
}
