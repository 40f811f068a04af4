package search

import (
	"context"
	"fmt"
	"slices"

	"fairground/internal/db"
	"fairground/internal/search/words"
	"fairground/internal/value"
)

// state is the one row of search_state.
type state struct {
	version         int64 // of what is found
	print, renewing int64 // of analyzers: under which all is indexed, and under which it is being indexed
	renewed         value.ID
	synonyms        int64 // version of the lists
}

func findState(tx *db.Tx) (state, error) {
	return db.One(tx, func(row db.Scanner) (st state, err error) {
		err = row.Scan(&st.version, &st.print, &st.renewing, &st.renewed, &st.synonyms)
		return st, err
	}, "select version, print, renewing, renewed, synonyms from search_state where one = 1")
}

// Analyzer is how texts and queries are taken apart, as it was when the index was last asked or renewed. It is the same
// pointer for as long as nothing changed.
func (s *Database) Analyzer() *words.Analyzer { return s.analysis.Load().analyzer }

// analysis is an analyzer with what it was made of.
type analysis struct {
	analyzer  *words.Analyzer
	languages []string
	lists     [][]string
	synonyms  int64 // version of the lists; unread before they were
}

const unread = -1

func newAnalysis(languages []string, lists [][]string) *analysis {
	languages = slices.Clone(languages)
	return &analysis{analyzer: words.New(languages, lists), languages: languages, lists: lists, synonyms: unread}
}

// SetLanguages makes the languages of the site others than Config.Languages. It costs next to nothing if they are the
// same as before; otherwise Renew has work to do.
func (s *Database) SetLanguages(languages []string) {
	for {
		now := s.analysis.Load()
		if slices.Equal(now.languages, languages) {
			return
		}
		fresh := newAnalysis(languages, now.lists)
		fresh.synonyms = now.synonyms
		if s.analysis.CompareAndSwap(now, fresh) {
			return
		}
	}
}

// refresh reads the state, and the synonyms if they have changed.
func (s *Database) refresh(ctx context.Context) (st state, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) (err error) {
		st, err = s.refreshIn(tx)
		return err
	})
	return st, err
}

func (s *Database) refreshIn(tx *db.Tx) (state, error) {
	st, err := findState(tx)
	if err != nil {
		return st, err
	}
	now := s.analysis.Load()
	if now.synonyms == st.synonyms {
		return st, nil
	}
	lists, err := findSynonyms(tx)
	if err != nil {
		return st, err
	}
	fresh := *now
	fresh.synonyms, fresh.lists = st.synonyms, slices.Concat(s.config.Synonyms, lists)
	fresh.analyzer = now.analyzer.WithSynonyms(fresh.lists)
	s.analysis.CompareAndSwap(now, &fresh)
	return st, nil
}

const renewedAtOnce = 500 // listings in one transaction

// Renew takes up new synonyms and languages of the site. If texts are taken apart in another way than they were when they
// were indexed, it indexes some of the listings anew, and says that there is more to do until all are. In the meantime
// words of those that are left are found only as far as both ways agree. The caller calls it as often as it follows the
// change log; it costs one small read when there is nothing to do.
func (s *Database) Renew(ctx context.Context) (busy bool, err error) {
	st, err := s.refresh(ctx)
	analyzer := s.Analyzer()
	print := int64(analyzer.Print())
	if err != nil || st.print == print {
		return false, err
	}
	err = s.db.Maintain(ctx, "search.Renew", func(tx *db.Tx) error {
		busy, err = s.renew(tx, analyzer, print)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("search.Renew: %w", err)
	}
	return busy, nil
}

func (s *Database) renew(tx *db.Tx, analyzer *words.Analyzer, print int64) (busy bool, err error) {
	st, err := findState(tx)
	if err != nil || st.print == print {
		return false, err
	}
	if st.renewing != print {
		st.renewed = 0
	}
	ids, err := s.Listings(tx, st.renewed, renewedAtOnce)
	if err != nil {
		return false, err
	}
	if len(ids) == 0 {
		_, err = tx.Exec("update search_state set print = $1, renewing = 0, renewed = 0 where one = 1", print)
		return false, err
	}
	documents, err := s.source.Documents(tx, ids)
	if err != nil {
		return false, fmt.Errorf("reading %d listings: %w", len(ids), err)
	}
	if err := write(tx, analyzer, ids, documents); err != nil {
		return false, err
	}
	_, err = tx.Exec("update search_state set renewing = $1, renewed = $2 where one = 1", print, ids[len(ids)-1])
	return true, err
}
