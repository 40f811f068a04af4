package memory

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"fairground/internal/search"
)

const (
	mostTried     = 40  // terms that begin so, the most common ones
	longestTyped  = 300 // bytes
	shortestTyped = 2   // letters of the last word
)

// Complete returns ways in which the last word may go on, or what was perhaps meant by it if it cannot, with how many
// listings hold it beside the words before. A text that ends with a space has no word that could go on.
func (x *Index) Complete(ctx context.Context, typed string, most int) ([]search.Completion, error) {
	most = min(most, search.MostCompletions)
	if len(typed) > longestTyped {
		return nil, ctx.Err()
	}
	before, start := lastWord(typed)
	v := x.present.Load()
	begun := v.analyzer.Words(start, 2)
	if most <= 0 || len(begun) != 1 || utf8.RuneCountInString(begun[0]) < shortestTyped {
		return nil, ctx.Err()
	}
	var all []search.Completion
	err := x.inquire(ctx, search.Query{Words: before + " "}, func(n *inquiry) error {
		n.corrected = nil
		all = n.complete(begun[0], before, most)
		return nil
	})
	return all, err
}

// lastWord cuts off the word being typed.
func lastWord(typed string) (before, begun string) {
	typed = strings.ToValidUTF8(typed, " ")
	at := strings.LastIndexFunc(typed, isNoLetter)
	if at >= 0 {
		_, size := utf8.DecodeRuneInString(typed[at:])
		at += size
	}
	at = max(at, 0)
	return strings.TrimLeftFunc(typed[:at], unicode.IsSpace), typed[at:]
}

// begun is a term that a word may go on to.
type begun struct {
	term, spelling string
	documents      int
}

func (n *inquiry) complete(prefix, before string, most int) []search.Completion {
	found := n.begun(prefix)
	if len(found) == 0 {
		for _, near := range n.near(n.analyzer.Term(prefix)) {
			found = append(found, begun{near.Term, near.Spelling, near.Documents})
		}
	}
	n.recount(found)
	slices.SortStableFunc(found, func(a, b begun) int {
		return cmp.Or(cmp.Compare(b.documents, a.documents), strings.Compare(a.spelling, b.spelling))
	})
	var all []search.Completion
	for _, one := range found {
		if one.documents > 0 && len(all) < most {
			all = append(all, search.Completion{Text: before + one.spelling, Listings: one.documents})
		}
	}
	return all
}

// begun are the most common terms that begin with a prefix.
func (n *inquiry) begun(prefix string) []begun {
	var all []begun
	places := make(map[string]int)
	for _, p := range n.parts {
		for _, entry := range p.terms.Begun(prefix, mostTried) {
			i, is := places[entry.Term]
			if !is {
				i = len(all)
				places[entry.Term] = i
				all = append(all, begun{term: entry.Term, spelling: entry.Spelling})
			}
			all[i].documents += entry.Documents
		}
	}
	slices.SortStableFunc(all, func(a, b begun) int { return cmp.Compare(b.documents, a.documents) })
	return all[:min(len(all), mostTried)]
}

// recount counts how many living documents hold each term beside the words before.
func (n *inquiry) recount(all []begun) {
	for i := range all {
		all[i].documents = 0
	}
	for i := range n.parts {
		p := &n.parts[i]
		back := n.room.loan()
		among := n.base(i)
		for j := range all {
			if number, is := p.terms.Find(all[j].term); is {
				all[j].documents += p.inText.countWith(number, among)
			}
		}
		n.room.giveBack(back)
	}
}
