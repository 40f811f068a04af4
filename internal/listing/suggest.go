package listing

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"fairground/internal/search"
	"fairground/internal/value"
)

// Likes is what this package asks of the site's search index: the visible listings most like a document.
type Likes interface {
	Alike(ctx context.Context, d search.Document, most int) ([]search.Neighbour, error)
}

// Suggester guesses from what similar listings are: the category of a title, and what something may cost. It learns
// nothing by itself: what the index finds today is what it says. One site has one; several may ask it at once.
type Suggester struct {
	index Likes
	trees *Trees
}

// Suggestion is a category that a title may belong to.
type Suggestion struct {
	Category value.ID
	Score    float64 // how likely, from 0 to 1; all categories together make 1
}

// How votes are counted.
const (
	mostVoters      = 60
	mostSuggestions = 4
	leastScore      = 0.04 // a guess below it is no help
	nameVote        = 2    // a word of a category's name counts like so many listings of the same title
	foreignNameVote = 1    // one in another language than the title's
	shortestWord    = 2
	mostTitleWords  = 40
	shortestRoot    = 3 // letters that words of different endings share
	longestEnding   = 2
)

// NewSuggester returns the suggester of a site.
func NewSuggester(index Likes, trees *Trees) *Suggester {
	return &Suggester{index: index, trees: trees}
}

// Suggest returns the most likely categories of a title, the likeliest first; none when nothing is like it. Similar
// listings vote for theirs, the more alike the more; words of the categories' names vote too, most in the language of
// the title.
func (s *Suggester) Suggest(ctx context.Context, title string, locale value.Locale) ([]Suggestion, error) {
	tree, err := s.trees.Tree(ctx)
	if err != nil {
		return nil, err
	}
	voters, err := s.index.Alike(ctx, search.Document{Title: title}, mostVoters)
	if err != nil {
		return nil, fmt.Errorf("listing.Suggest(%q): %w", title, err)
	}
	votes := make(map[value.ID]float64)
	for _, n := range voters {
		if _, ok := tree.Category(n.Category); ok {
			votes[n.Category] += n.Likeness * n.Likeness
		}
	}
	own := titleWords(title)
	for c := range tree.All {
		if vote := c.namedBy(own, locale); vote > 0 {
			votes[c.ID] += vote
		}
	}
	return best(votes), nil
}

// namedBy is the vote of a title's words for a category whose name or slug holds them.
func (c *Category) namedBy(title []string, locale value.Locale) (vote float64) {
	for _, word := range title {
		most := 0.0
		for language, name := range c.Names {
			if slices.ContainsFunc(titleWords(name), func(other string) bool { return isSameWord(word, other) }) {
				most = max(most, foreignNameVote)
				if language == locale.Language() {
					most = nameVote
				}
			}
		}
		if most == 0 && slices.ContainsFunc(titleWords(c.Slug), func(other string) bool { return isSameWord(word, other) }) {
			most = foreignNameVote
		}
		vote += most
	}
	return vote
}

// isSameWord says whether two words differ in their endings at most, such as bicycle and bicycles.
func isSameWord(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if a == b {
		return true
	}
	return len(a) >= shortestRoot && len(b)-len(a) <= longestEnding && strings.HasPrefix(b, a)
}

// titleWords are the words of a title that tell something, each once.
func titleWords(title string) []string {
	all := words(title)
	found := make([]string, 0, len(all))
	for _, word := range all[:min(len(all), mostTitleWords)] {
		if utf8.RuneCountInString(word) >= shortestWord && !slices.Contains(found, word) {
			found = append(found, word)
		}
	}
	return found
}

// best turns votes into shares and keeps the likeliest.
func best(votes map[value.ID]float64) []Suggestion {
	sum := 0.0
	var all []Suggestion
	for category, vote := range votes {
		sum += vote
		all = append(all, Suggestion{category, vote})
	}
	slices.SortFunc(all, func(a, b Suggestion) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Category, b.Category))
	})
	all = all[:min(len(all), mostSuggestions)]
	for i := range all {
		if all[i].Score /= sum; all[i].Score < leastScore {
			return all[:i]
		}
	}
	return all
}
