package search

import (
	"math"
	"slices"

	"fairground/internal/value"
)

// stock is all documents of one category, taken apart attribute by attribute, so that any combination of filters is
// answered without the database. A stock never changes once it is made, and holds no part of the text it was made from.
type stock struct {
	version    int64
	listings   []value.ID // by position
	photos     set
	prices     []price // ascending, newest first among equals
	currencies []string
	choices    map[string]*choiceColumn
	numbers    map[string]*numberColumn
}

// price is the price of one document.
type price struct {
	minor    int64
	document position
	currency uint16 // in stock.currencies
}

// choiceColumn is every choice of one attribute; two lists side by side, in order of documents.
type choiceColumn struct {
	names     []string
	documents []position
	choices   []uint16 // in names
}

// numberColumn is every number of one attribute, ascending; two lists side by side.
type numberColumn struct {
	documents []position
	numbers   []float64
	several   bool // some document has more than one
}

// knows is false for a query whose answer the database alone gives: of several numbers of one attribute it compares
// only one.
func (s *stock) knows(q Query) bool {
	for _, f := range q.Filters {
		if column := s.numbers[f.Attribute]; f.Range != nil && column != nil && column.several {
			return false
		}
	}
	return true
}

// anyOf are the documents with any of some choices.
func (s *stock) anyOf(attribute string, choices []string) set {
	through := newSet(len(s.listings))
	column := s.choices[attribute]
	if column == nil {
		return through
	}
	wanted := make([]bool, len(column.names))
	for _, choice := range choices {
		if i := slices.Index(column.names, cleanText(choice)); i >= 0 {
			wanted[i] = true
		}
	}
	for i, choice := range column.choices {
		if wanted[choice] {
			through.add(column.documents[i])
		}
	}
	return through
}

// between are the documents with a number in a range.
func (s *stock) between(attribute string, r Range) set {
	through := newSet(len(s.listings))
	if column := s.numbers[attribute]; column != nil {
		from, to := column.between(r)
		for _, document := range column.documents[from:to] {
			through.add(document)
		}
	}
	return through
}

func (c *numberColumn) between(r Range) (from, to int) {
	from, _ = slices.BinarySearch(c.numbers, r.Low)
	if r.High < r.Low {
		return from, from
	}
	to, _ = slices.BinarySearch(c.numbers, math.Nextafter(r.High, math.Inf(1)))
	return from, to
}

// priced are the documents with a price in a span of the query's currency.
func (s *stock) priced(span Span, q Query) set {
	through := newSet(len(s.listings))
	for _, p := range s.prices {
		minor, priced := q.Convert(value.Money{Minor: p.minor, Currency: s.currencies[p.currency]})
		if priced && minor >= span.Low && minor <= span.High {
			through.add(p.document)
		}
	}
	return through
}

// countsOf counts the choices of some documents.
func (s *stock) countsOf(attribute string, counted set) []Count {
	all := []Count{}
	column := s.choices[attribute]
	if column == nil {
		return all
	}
	counts := make([]int, len(column.names))
	for i, choice := range column.choices {
		if counted.has(column.documents[i]) {
			counts[choice]++
		}
	}
	for i, n := range counts {
		if n > 0 {
			all = append(all, Count{Choice: column.names[i], Listings: n})
		}
	}
	sortCounts(all)
	return all
}

// numbersOf are the numbers of some documents, ascending.
func (s *stock) numbersOf(name string, counted set) []float64 {
	column := s.numbers[name]
	if column == nil {
		return nil
	}
	all := make([]float64, 0, len(column.numbers))
	for i, document := range column.documents {
		if counted.has(document) {
			all = append(all, column.numbers[i])
		}
	}
	return all
}
