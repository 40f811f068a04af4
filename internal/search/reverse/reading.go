package reverse

import (
	"unicode/utf8"

	"fairground/internal/search"
	"fairground/internal/search/words"
	"fairground/internal/value"
)

// reading is a document taken apart for matching. It is used again for the next one.
type reading struct {
	title, body    []string // terms
	titled, bodied []token  // their tokens in the same places, 0 for terms that no query names
	present        []token  // what the document has of all that queries name, each once
	marks          []uint32 // by token: it is there when this is the round
	round          uint32
	numbers        []figure
	price          value.Money
	at_us          int64
	point          value.Point
	lat, lon       int16
	space          space
}

// figure is a number of an attribute.
type figure struct {
	attribute uint16
	value     float64
}

// take reads everything for which the Matcher's tokens are not needed.
func (r *reading) take(a *words.Analyzer, d search.Document) {
	r.title, r.body = a.Terms(d.Title, words.MostTitle), a.Terms(d.Body, words.MostBody)
	r.price, r.at_us, r.point = d.Price, value.Micros(d.At), d.Point
	r.lat, r.lon = nowhere, nowhere
	if !d.Point.IsZero() {
		r.lat, r.lon, r.space = rough(d.Point.Lat), rough(d.Point.Lon), inSpace(d.Point)
	}
}

// mark notes which tokens the document has.
func (r *reading) mark(m *Matcher, d search.Document) {
	r.begin(len(m.tokens.names))
	r.add(every)
	r.titled, r.bodied = r.terms(m, r.title, r.titled[:0]), r.terms(m, r.body, r.bodied[:0])
	look := func(n name) {
		if t, known := m.tokens.numbers[n]; known {
			r.add(t)
		}
	}
	look(categoryName(d.Category))
	for _, id := range d.Path {
		look(categoryName(id))
	}
	look(name{sort: seller, text: string(d.Seller)})
	look(name{sort: kind, text: string(d.Kind)})
	if d.Photos > 0 {
		look(name{sort: photos})
	}
	r.numbers = r.numbers[:0]
	for _, v := range d.Attributes {
		attribute, known := m.attributes[v.Attribute]
		switch {
		case !known:
		case v.Number != nil:
			r.numbers = append(r.numbers, figure{attribute, *v.Number})
		case v.Yes != nil:
			look(name{choice, attribute, yesNo(*v.Yes)})
		case v.Choice != "":
			look(name{choice, attribute, v.Choice})
		}
	}
}

func (r *reading) begin(tokens int) {
	if len(r.marks) < tokens {
		r.marks = make([]uint32, tokens+tokens/4)
		r.round = 0
	}
	if r.round++; r.round == 0 { // after four thousand million documents
		clear(r.marks)
		r.round = 1
	}
	r.present = r.present[:0]
}

func (r *reading) has(t token) bool { return r.marks[t] == r.round }

func (r *reading) add(t token) {
	if r.marks[t] != r.round {
		r.marks[t] = r.round
		r.present = append(r.present, t)
	}
}

// terms gives every term its token, and marks it and the beginnings of it that queries name.
func (r *reading) terms(m *Matcher, terms []string, into []token) []token {
	for _, term := range terms {
		t := m.tokens.numbers[name{sort: word, text: term}]
		into = append(into, t)
		if t != 0 {
			r.add(t)
		}
		for end := range len(term) + 1 {
			if m.tokens.begun.has(end) && (end == len(term) || utf8.RuneStart(term[end])) {
				if b, known := m.tokens.numbers[name{sort: begun, text: term[:end]}]; known {
					r.add(b)
				}
			}
		}
	}
	return into
}
