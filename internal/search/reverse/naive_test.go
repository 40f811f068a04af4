package reverse_test

import (
	"slices"
	"strings"

	"fairground/internal/search"
	"fairground/internal/search/words"
	"fairground/internal/value"
)

// finds says straight from the words of package search whether a query finds a document.
func finds(a *words.Analyzer, rates search.Rates, q search.Query, d search.Document) bool {
	q, err := q.Checked(a)
	if err != nil {
		panic(err)
	}
	return findsWords(a, q, d) && findsFilters(q, d) && findsPrice(rates, q, d) && findsPlace(q, d) &&
		(q.Category == 0 || q.Category == d.Category || slices.Contains(d.Path, q.Category)) &&
		(q.Seller == "" || q.Seller == d.Seller) && (q.Kind == "" || q.Kind == d.Kind) && (!q.WithPhotos || d.Photos > 0) && !d.At.Before(q.Since)
}

func findsWords(a *words.Analyzer, q search.Query, d search.Document) bool {
	texts := [][]string{a.Terms(d.Title, words.MostTitle), a.Terms(d.Body, words.MostBody)}
	for _, c := range q.Clauses() {
		met := slices.ContainsFunc(c.Ways, func(w words.Way) bool {
			return !(q.Literal && w.Synonym) && slices.ContainsFunc(texts, func(terms []string) bool { return hasRow(terms, w) })
		})
		if met == c.Exclude {
			return false
		}
	}
	return true
}

func hasRow(terms []string, w words.Way) bool {
	last := len(w.Terms) - 1
	for from := 0; from+last < len(terms); from++ {
		end := terms[from+last]
		if slices.Equal(terms[from:from+last], w.Terms[:last]) && (end == w.Terms[last] || w.Prefix && strings.HasPrefix(end, w.Terms[last])) {
			return true
		}
	}
	return false
}

func findsFilters(q search.Query, d search.Document) bool {
	for _, f := range q.Filters {
		met := slices.ContainsFunc(d.Attributes, func(v search.Value) bool {
			switch {
			case v.Attribute != f.Attribute:
				return false
			case f.Range != nil:
				return v.Number != nil && *v.Number >= f.Range.Low && *v.Number <= f.Range.High
			case f.Yes != nil:
				return v.Yes != nil && *v.Yes == *f.Yes
			default:
				return slices.Contains(f.Choices, v.Choice)
			}
		})
		if !met {
			return false
		}
	}
	return true
}

func findsPrice(rates search.Rates, q search.Query, d search.Document) bool {
	if q.Price == nil {
		return true
	}
	in := search.Query{Currency: q.Currency, Rates: search.Rates{}}
	if to := rates[q.Currency]; to > 0 {
		for currency, rate := range rates {
			in.Rates[currency] = rate / to
		}
	}
	minor, priced := in.Convert(d.Price)
	return priced && minor >= q.Price.Low && minor <= q.Price.High
}

func findsPlace(q search.Query, d search.Document) bool {
	if q.Within_km > 0 && (d.Point.IsZero() || value.Km(q.Near, d.Point) > q.Within_km) {
		return false
	}
	b := q.Box
	if b == nil {
		return true
	}
	east := d.Point.Lon >= b.West && d.Point.Lon <= b.East
	if b.West > b.East {
		east = d.Point.Lon >= b.West || d.Point.Lon <= b.East
	}
	return !d.Point.IsZero() && d.Point.Lat >= b.South && d.Point.Lat <= b.North && east
}
