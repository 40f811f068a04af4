package listing

import (
	"cmp"
	"encoding/json"
	"math"
	"slices"

	"fairground/internal/db"
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
	hintPool      = 600  // newest listings of the category that are looked at
	leastLikeness = 0.34 // share of the title's rare words, or of the attributes
)

// PriceHint returns what similar listings of a category, on sale or sold here, ask in a currency. They are similar by the
// words of the title, rare ones counting more, and by the attributes that both state. Listings is 0 when fewer than
// eight are.
func PriceHint(tx *db.Tx, category value.ID, title string, attributes Attributes, currency string) (Hint, error) {
	pool, err := pricedListings(tx, category, currency, len(attributes) > 0)
	if err != nil || len(pool) < leastCompared {
		return Hint{}, err
	}
	rarity := rarityOf(pool)
	own := titleWords(title)
	type likeness struct {
		price int64
		share float64
	}
	var similar []likeness
	for _, p := range pool {
		if share := p.likeness(own, attributes, rarity); share >= leastLikeness {
			similar = append(similar, likeness{p.minor, share})
		}
	}
	if len(similar) < leastCompared {
		return Hint{}, nil
	}
	slices.SortStableFunc(similar, func(a, b likeness) int { return cmp.Compare(b.share, a.share) })
	similar = similar[:min(len(similar), mostSimilar)]
	prices := make([]int64, len(similar))
	for i, s := range similar {
		prices[i] = s.price
	}
	slices.Sort(prices)
	quartile := func(q float64) value.Money { return value.Money{Minor: quantile(prices, q), Currency: currency} }
	return Hint{Low: quartile(0.25), Middle: quartile(0.5), High: quartile(0.75), Listings: len(prices)}, nil
}

// priced is what a hint needs of a listing.
type priced struct {
	words      []string
	attributes Attributes
	minor      int64
}

func pricedListings(tx *db.Tx, category value.ID, currency string, withAttributes bool) ([]priced, error) {
	column := "'{}'"
	if withAttributes {
		column = "attributes"
	}
	return db.All(tx, func(row db.Scanner) (p priced, err error) {
		var title, attributes string
		if err := row.Scan(&title, &attributes, &p.minor); err != nil {
			return p, err
		}
		p.words = titleWords(title)
		if attributes == "{}" {
			return p, nil
		}
		return p, json.Unmarshal([]byte(attributes), &p.attributes)
	}, "select title, "+column+`, price_minor from listing
		where category = $1 and status in ('live', 'sold') and kind = 'sell' and currency = $2 and price_minor > 0
		order by id desc limit $3`, int64(category), currency, hintPool)
}

// rarityOf weighs words: what stands in every title tells nothing.
func rarityOf(pool []priced) map[string]float64 {
	seen := make(map[string]int)
	for _, p := range pool {
		for _, word := range p.words {
			seen[word]++
		}
	}
	rarity := make(map[string]float64, len(seen))
	for word, n := range seen {
		rarity[word] = math.Log(1 + float64(len(pool))/float64(n))
	}
	return rarity
}

// likeness is from 0 to 1: the share of the weight of the own words that the other title has too, or the mean of that
// and the share of the attributes that agree, where both state some.
func (p priced) likeness(own []string, attributes Attributes, rarity map[string]float64) float64 {
	all, both := 0.0, 0.0
	for _, word := range own {
		weight := rarity[word]
		if weight == 0 {
			continue // nobody else has it: it cannot tell the others apart
		}
		all += weight
		if slices.Contains(p.words, word) {
			both += weight
		}
	}
	stated, same := 0, 0
	for slug, text := range attributes {
		if other, ok := p.attributes[slug]; ok {
			stated++
			if other == text {
				same++
			}
		}
	}
	switch {
	case all == 0 && stated == 0:
		return 0
	case all == 0:
		return float64(same) / float64(stated)
	case stated == 0:
		return both / all
	default:
		return (both/all + float64(same)/float64(stated)) / 2
	}
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
