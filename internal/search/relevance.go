package search

import (
	"math"
	"time"
	"unicode/utf8"
)

// Relevance. The score of a listing is the sum of five parts, each of at most so many points:
//
//	text       60  every word or phrase of the query has a share of these, by its rarity; a listing gets the whole share
//	               of one that stands in its title, .4 of one that stands in the body alone, and of both .8 for a synonym,
//	               .9 for a word that only begins so, .7 for a word that was corrected
//	focus      15  how much of the title the words of the query are: all of it, 15; one word of five, 3
//	freshness  20  at its publication, half of it after each fortnight
//	quality    15  photos up to 6 (one 3, two 5, more 6), a price 3, a body up to 3 (one for each 15 words), attributes
//	               up to 3 (one each)
//	distance   20  at the place that the query names, half of it 20 km from there
//
// A listing without a point gets nothing for distance, and no listing does if the query names no place. Listings with
// equal scores stand newest first.
const (
	MostText      = 60.0
	MostFocus     = 15.0
	MostFreshness = 20.0
	MostQuality   = 15
	MostDistance  = 20.0

	InBody    = .4 // of the share of a word that is not in the title
	AsSynonym = .8 // of what the way in which a word is met is worth
	AsBegun   = .9
	AsTypo    = .7

	HalfLife = 14 * 24 * time.Hour
	Half_km  = 20.0
)

// Rarity is the weight of a word that so many of all listings hold: between ln 2 for one that all hold and ln(2 + all)
// for one that none does.
func Rarity(listings, with int) float64 {
	return math.Log(1 + float64(max(listings, with)+1)/float64(max(with, 0)+1))
}

// Shares divide MostText among the words of a query by their rarity.
func Shares(rarities []float64) []float64 {
	sum := 0.0
	for _, r := range rarities {
		sum += r
	}
	shares := make([]float64, len(rarities))
	for i, r := range rarities {
		if sum > 0 {
			shares[i] = MostText * r / sum
		}
	}
	return shares
}

// Focus is the points for a title of so many words, of which so many are met by words of the query.
func Focus(met, titleWords int) float64 {
	if met <= 0 || titleWords <= 0 {
		return 0
	}
	return MostFocus * math.Min(1, float64(met)/float64(titleWords))
}

// Freshness is the points for a time of publication. Ages count in whole hours, so that the order of two listings does
// not change from one page of results to the next.
func Freshness(at, now time.Time) float64 {
	age := max(now.Truncate(time.Hour).Sub(at), 0).Truncate(time.Hour)
	return MostFreshness * math.Exp2(-float64(age)/float64(HalfLife))
}

// Nearness is the points for a distance; none for -1, which means that there is none.
func Nearness(km float64) float64 {
	if km < 0 || math.IsNaN(km) {
		return 0
	}
	return MostDistance * Half_km / (Half_km + km)
}

// Quality is the points for how much a listing shows and says, from 0 to MostQuality.
func Quality(d Document) int {
	points := [...]int{0, 3, 5, 6}[min(max(d.Photos, 0), 3)]
	if d.Price.Currency != "" {
		points += 3
	}
	return points + min(spaces(d.Body)/15, 3) + min(len(d.Attributes), 3)
}

// spaces counts words roughly, and no further than they matter.
func spaces(text string) int {
	n, within := 0, false
	for i := 0; i < len(text) && n < 45; {
		r, size := utf8.DecodeRuneInString(text[i:])
		i += size
		switch {
		case r <= ' ':
			within = false
		case !within || r >= 0x2E80:
			n, within = n+1, true
		}
	}
	return n
}
