package listing

import (
	"context"
	"fmt"
	"math"
	"slices"

	"fairground/internal/search"
	"fairground/internal/value"
)

// Hint is what similar things are offered for: a quarter of them below Low, half below Middle, three quarters below High.
type Hint struct {
	Low, Middle, High value.Money
	Listings          int // how many were compared; 0 when there are too few to say anything
}

const (
	leastCompared = 8    // listings; fewer say nothing
	mostSimilar   = 60   // the most similar ones count
	hintPool      = 300  // that are looked at, since not all have a price in the currency
	leastLikeness = 0.34 // share of the title's rare words, or of the attributes
)

// PriceHint returns what similar listings of a category ask in a currency. They are similar as package search says: by
// the words of the title, rare ones counting more, and by the attributes that both state. Listings is 0 when fewer than
// eight are.
func (s *Suggester) PriceHint(ctx context.Context, category value.ID, title string, attributes Attributes, currency string) (Hint, error) {
	tree, err := s.trees.Tree(ctx)
	if err != nil {
		return Hint{}, err
	}
	wanted := search.Document{Title: title, Category: category, Kind: search.Sell}
	for _, a := range tree.Attributes(category) {
		if text, given := attributes[a.Slug]; given {
			if v, _ := indexed(a, text); v != nil {
				wanted.Attributes = append(wanted.Attributes, *v)
			}
		}
	}
	neighbours, err := s.index.Alike(ctx, wanted, hintPool)
	if err != nil {
		return Hint{}, fmt.Errorf("listing.PriceHint(%s, %q): %w", category, title, err)
	}
	var prices []int64
	for _, n := range neighbours {
		if n.Likeness >= leastLikeness && n.Kind == search.Sell && n.Price.Currency == currency && n.Price.Minor > 0 && len(prices) < mostSimilar {
			prices = append(prices, n.Price.Minor)
		}
	}
	if len(prices) < leastCompared {
		return Hint{}, nil
	}
	slices.Sort(prices)
	quartile := func(q float64) value.Money { return value.Money{Minor: quantile(prices, q), Currency: currency} }
	return Hint{Low: quartile(0.25), Middle: quartile(0.5), High: quartile(0.75), Listings: len(prices)}, nil
}

// quantile reads between the two nearest of sorted prices.
func quantile(sorted []int64, q float64) int64 {
	at := q * float64(len(sorted)-1)
	below := int(at)
	if below+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	part := at - float64(below)
	return int64(math.Round(float64(sorted[below])*(1-part) + float64(sorted[below+1])*part))
}
