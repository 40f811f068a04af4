package search

import (
	"math"
	"slices"

	"fairground/internal/search/words"
)

// Likeness of a listing to a document, from 0 to 1: the share of the document's title words, by their rarity, that the
// listing's title has too; or, where both state some of the same attributes, the mean of that and of how far those
// agree. Words that no listing has do not count: they cannot tell the others apart.

// TellingWords are the terms of a title that likeness counts: the first 12, each once, without single letters and
// digits.
func TellingWords(a *words.Analyzer, title string) []string {
	var kept []string
	for _, term := range a.Terms(title, words.MostTitle) {
		if len(term) > 1 && len(kept) < tellingWords && !slices.Contains(kept, term) {
			kept = append(kept, term)
		}
	}
	return kept
}

const tellingWords = 12

// LikenessOf combines what is shared of the weight of all title words with how many attributes both state, and how much
// of these agree.
func LikenessOf(shared, all float64, stated int, agreed float64) float64 {
	switch {
	case all == 0 && stated == 0:
		return 0
	case all == 0:
		return agreed / float64(stated)
	case stated == 0:
		return shared / all
	default:
		return (shared/all + agreed/float64(stated)) / 2
	}
}

// Agreement compares attributes: how many both state, and how many of these agree. Choices agree if any is the same.
// Numbers agree wholly if they are equal, and not at all if one is a quarter greater than the other, or more.
func Agreement(own, other []Value) (stated int, agreed float64) {
	for i, v := range own {
		if i > 0 && own[i-1].Attribute == v.Attribute {
			continue // further choices of one attribute stand behind the first, and were compared with it
		}
		best := -1.0
		for _, mine := range own[i:] {
			for _, theirs := range other {
				if mine.Attribute == v.Attribute && theirs.Attribute == v.Attribute {
					best = math.Max(best, agreement(mine, theirs))
				}
			}
		}
		if best >= 0 {
			stated, agreed = stated+1, agreed+best
		}
	}
	return stated, agreed
}

func agreement(a, b Value) float64 {
	if a.Number != nil && b.Number != nil {
		most := math.Max(math.Abs(*a.Number), math.Abs(*b.Number))
		if most == 0 {
			return 1
		}
		return math.Max(0, 1-math.Abs(*a.Number-*b.Number)/(most/4))
	}
	if a.choice() == b.choice() && (a.Number == nil) == (b.Number == nil) {
		return 1
	}
	return 0
}
