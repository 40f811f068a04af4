package search

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"fairground/internal/db"
	"fairground/internal/search/words"
	"fairground/internal/value"
)

// SynonymObject is the object of the change log under which changes of the synonyms stand; its record is 1.
const SynonymObject = "search_synonym"

// Bounds of synonyms.
const (
	MostSynonyms     = 1_000 // lists
	MostAlikeWords   = 12    // words or phrases of a list
	LongestSynonym   = 60    // letters of a word or phrase
	mostSynonymWords = 5     // of a phrase
)

// Synonyms returns the site's lists of words or phrases that mean the same, in the order in which they were saved.
func (s *Database) Synonyms(ctx context.Context) (lists [][]string, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		lists, err = findSynonyms(tx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("search.Synonyms: %w", err)
	}
	return lists, nil
}

// SetSynonyms puts lists in the place of all there were. Empty lines and repeated words go. Every process of the site
// takes them up within a second or two (Renew). Errors of kind Invalid stand at the field "synonyms" and name the line.
func (s *Database) SetSynonyms(ctx context.Context, actor value.Actor, lists [][]string) error {
	tidy, err := s.checkSynonyms(lists)
	if err != nil {
		return err
	}
	err = s.db.Write(ctx, actor, "set synonyms of the search", func(tx *db.Tx) error {
		before, err := findSynonyms(tx)
		if err != nil || slices.EqualFunc(before, tidy, slices.Equal) {
			return err
		}
		tx.Log(db.Change{Object: SynonymObject, Record: 1, Diff: map[string]any{"before": joined(before), "after": joined(tidy)}})
		return replaceSynonyms(tx, tidy)
	})
	if err != nil {
		return fmt.Errorf("search.SetSynonyms(%d lists): %w", len(tidy), err)
	}
	return nil
}

func (s *Database) checkSynonyms(lists [][]string) (tidy [][]string, err error) {
	analyzer := s.Analyzer()
	for i, list := range lists {
		var kept []string
		var seen []string
		for _, phrase := range list {
			phrase = strings.Join(strings.Fields(cleanText(phrase)), " ")
			if phrase == "" {
				continue
			}
			terms, err := checkSynonym(analyzer, i+1, phrase)
			if err != nil {
				return nil, err
			}
			if !slices.Contains(seen, terms) {
				kept, seen = append(kept, phrase), append(seen, terms)
			}
		}
		switch {
		case len(kept) == 1:
			return nil, value.Fieldf("synonyms", "line %d has one word only (%s); write what means the same beside it, with a comma between", i+1, kept[0])
		case len(kept) > MostAlikeWords:
			return nil, value.Fieldf("synonyms", "line %d has %d words; a line holds at most %d", i+1, len(kept), MostAlikeWords)
		case len(kept) > 1:
			tidy = append(tidy, kept)
		}
	}
	if len(tidy) > MostSynonyms {
		return nil, value.Fieldf("synonyms", "there are %d lines; at most %d can be kept", len(tidy), MostSynonyms)
	}
	return tidy, nil
}

// checkSynonym returns the terms that a word or phrase stands for.
func checkSynonym(a *words.Analyzer, line int, phrase string) (terms string, err error) {
	all := a.Terms(phrase, mostSynonymWords+1)
	switch {
	case utf8.RuneCountInString(phrase) > LongestSynonym:
		return "", value.Fieldf("synonyms", "line %d: %.20s… is longer than %d letters", line, phrase, LongestSynonym)
	case strings.Contains(phrase, ","):
		return "", value.Fieldf("synonyms", "line %d: a word cannot hold a comma", line)
	case len(all) == 0:
		return "", value.Fieldf("synonyms", "line %d: %s has no letter or digit to search for", line, phrase)
	case len(all) > mostSynonymWords:
		return "", value.Fieldf("synonyms", "line %d: %s has more than %d words", line, phrase, mostSynonymWords)
	}
	return strings.Join(all, " "), nil
}

func joined(lists [][]string) []string {
	all := make([]string, len(lists))
	for i, list := range lists {
		all[i] = strings.Join(list, ", ")
	}
	return all
}
