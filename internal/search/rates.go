package search

import (
	"maps"
	"math"
	"slices"

	"fairground/internal/value"
)

// Convert is an amount in minor units of the query's currency, rounded. It is false for money that has no price in this
// query: none at all, or of a currency without a rate. Without a currency in the query, minor units are compared,
// whatever they are of.
func (q Query) Convert(m value.Money) (minor int64, priced bool) {
	if m.Currency == "" {
		return 0, false
	}
	factor, known := q.Factor(m.Currency)
	if !known {
		return 0, false
	}
	if factor == 1 {
		return m.Minor, true
	}
	converted := math.Floor(float64(float64(m.Minor)*factor) + .5) // as in SQL; see selection.price
	return int64(min(max(converted, -mostConverted), mostConverted)), true
}

const mostConverted = 1 << 62

// currencies are those in which prices have a value in this query, its own first; none without one, which means any.
func (q Query) currencies() []string {
	if q.Currency == "" {
		return nil
	}
	all := []string{q.Currency}
	for _, currency := range slices.Sorted(maps.Keys(q.Rates)) {
		if currency != q.Currency {
			all = append(all, currency)
		}
	}
	return all
}

// units is an amount of a currency in major units of the query's, for histograms.
func (q Query) units(amount float64, currency string) float64 {
	factor, known := q.Factor(currency)
	if !known || factor == 1 {
		return amount
	}
	minor := math.Round(amount * math.Pow10(value.Digits(currency)))
	converted := math.Floor(float64(minor*factor) + .5)
	return min(max(converted, -mostConverted), mostConverted) / math.Pow10(value.Digits(q.Currency))
}

// Factor is what minor units of a currency are multiplied by to become those of the query's; false for a currency that
// has no price in this query.
func (q Query) Factor(currency string) (factor float64, known bool) {
	if q.Currency == "" || currency == q.Currency {
		return 1, true
	}
	rate, known := q.Rates[currency]
	return rate * math.Pow10(value.Digits(q.Currency)-value.Digits(currency)), known
}
