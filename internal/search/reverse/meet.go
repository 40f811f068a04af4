package reverse

import (
	"slices"
	"strings"

	"fairground/internal/value"
)

// meets reports whether a document meets all conditions.
func (m *Matcher) meets(r *reading, conditions program) bool {
	for len(conditions) > 0 {
		var operation uint32
		var operands program
		operation, operands, conditions = conditions.next()
		if !m.meetsOne(r, operation, operands) {
			return false
		}
	}
	return true
}

func (m *Matcher) meetsOne(r *reading, operation uint32, operands program) bool {
	switch operation {
	case anyOf:
		return r.hasAny(operands)
	case noneOf:
		return !r.hasAny(operands)
	case ways:
		return m.hasWay(r, operands)
	case noWay:
		return !m.hasWay(r, operands)
	case number:
		return r.hasNumber(uint16(operands[0]), operands.float(1), operands.float(3))
	case price:
		return m.isPriced(r.price, operands[0], operands.int(1), operands.int(3))
	case near:
		to := space{operands.float(0), operands.float(2), operands.float(4)}
		return r.lat != nowhere && r.space.line(to) <= operands.float(6)
	case box:
		return r.lat != nowhere && isInside(r.point, operands.float(0), operands.float(2), operands.float(4), operands.float(6))
	default: // since
		return r.at_us >= operands.int(0)
	}
}

func (r *reading) hasAny(tokens []token) bool {
	for _, t := range tokens {
		if r.has(t) {
			return true
		}
	}
	return false
}

func (m *Matcher) hasWay(r *reading, operands program) bool {
	for len(operands) > 0 {
		var row []token
		row, operands = operands.way()
		if len(row) == 1 && r.has(row[0]) || len(row) > 1 && (m.isRow(row, r.titled, r.title) || m.isRow(row, r.bodied, r.body)) {
			return true
		}
	}
	return false
}

// isRow reports whether tokens stand in a row somewhere; the last may be the beginning of a term.
func (m *Matcher) isRow(row, places []token, terms []string) bool {
	last := len(row) - 1
	end := m.tokens.names[row[last]]
	for from := 0; from+last < len(places); from++ {
		if !slices.Equal(row[:last], places[from:from+last]) {
			continue
		}
		if end.sort == word && places[from+last] == row[last] || end.sort == begun && strings.HasPrefix(terms[from+last], end.text) {
			return true
		}
	}
	return false
}

func (r *reading) hasNumber(attribute uint16, low, high float64) bool {
	for _, f := range r.numbers {
		if f.attribute == attribute && f.value >= low && f.value <= high {
			return true
		}
	}
	return false
}

// isPriced reports whether a price lies between two amounts of minor units of a currency; "" stands for whatever the price
// is in.
func (m *Matcher) isPriced(of value.Money, currency uint32, low, high int64) bool {
	minor, priced := m.currencies[currency].Convert(of)
	return priced && minor >= low && minor <= high
}

func isInside(p value.Point, south, west, north, east float64) bool {
	if p.Lat < south || p.Lat > north {
		return false
	}
	if west > east {
		return p.Lon >= west || p.Lon <= east
	}
	return p.Lon >= west && p.Lon <= east
}
