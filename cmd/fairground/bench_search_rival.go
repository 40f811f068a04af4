package main

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"fairground/internal/search"
	"fairground/internal/search/words"
	"fairground/internal/value"
)

// rivalListing is a listing as every rival gets it. Its words are terms already, so that all index the same ones and find
// the same listings; a rival only has to cut them at spaces.
type rivalListing struct {
	ID      int64             `json:"id"`
	Title   string            `json:"title"`
	Body    string            `json:"body"`
	Path    []int64           `json:"path"`    // its category and those above
	Choices map[string]string `json:"choices"` // by attribute, the seller included; yes and no are choices
	Year    float64           `json:"year"`
	Price   int64             `json:"price"` // minor units of the one currency asked for
	Lat     float64           `json:"lat"`
	Lon     float64           `json:"lon"`
}

// rivalQuery is a query as every rival gets it.
type rivalQuery struct {
	Clauses   [][]rivalWay        `json:"clauses"` // all must be met, each by any of its ways
	Category  int64               `json:"category,omitempty"`
	Choices   map[string][]string `json:"choices,omitempty"` // any of them
	Year      *[2]float64         `json:"year,omitempty"`
	Price     *[2]int64           `json:"price,omitempty"`
	Lat       float64             `json:"lat,omitempty"`
	Lon       float64             `json:"lon,omitempty"`
	Within_km float64             `json:"within_km,omitempty"`
	Box       *search.Box         `json:"box,omitempty"`
	Sort      search.Sort         `json:"sort"`
	Facets    []string            `json:"facets"` // counts of choices; a histogram of the price is wanted whenever there are any
}

// rivalWay is terms in a row; the last may go on.
type rivalWay struct {
	Terms  []string `json:"terms"`
	Prefix bool     `json:"prefix,omitempty"`
}

// rivalAnswer is what a rival found.
type rivalAnswer struct {
	Listings []int64 `json:"listings"` // the first 24
	Total    int     `json:"total"`
	Took_ms  float64 `json:"took_ms"`
}

// bucketWidth is the width of the buckets that rivals count prices in, in minor units.
const bucketWidth = 100_00

func (m *bigMarket) rivalListing(d search.Document) rivalListing {
	l := rivalListing{
		ID: int64(d.Listing), Title: strings.Join(m.analyzer.Terms(d.Title, words.MostTitle), " "),
		Body: strings.Join(m.analyzer.Terms(d.Body, words.MostBody), " "), Path: []int64{int64(d.Category)},
		Choices: map[string]string{search.BySeller: string(d.Seller)}, Price: inCHF(d.Price), Lat: d.Point.Lat, Lon: d.Point.Lon,
	}
	for _, c := range d.Path {
		l.Path = append(l.Path, int64(c))
	}
	for _, v := range d.Attributes {
		switch {
		case v.Number != nil:
			l.Year = *v.Number
		case v.Yes != nil:
			l.Choices[v.Attribute] = yesNo(*v.Yes)
		default:
			l.Choices[v.Attribute] = v.Choice
		}
	}
	return l
}

func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}

func (m *bigMarket) rivalQuery(q search.Query) (rivalQuery, error) {
	checked, err := q.Checked(m.analyzer)
	if err != nil {
		return rivalQuery{}, err
	}
	r := rivalQuery{Category: int64(q.Category), Choices: make(map[string][]string), Lat: q.Near.Lat, Lon: q.Near.Lon, Within_km: q.Within_km, Box: q.Box, Sort: q.Sort}
	for _, c := range checked.Clauses() {
		var ways []rivalWay
		for _, w := range c.Ways {
			ways = append(ways, rivalWay{w.Terms, w.Prefix})
		}
		r.Clauses = append(r.Clauses, ways)
	}
	for _, f := range q.Filters {
		switch {
		case f.Range != nil:
			r.Year = &[2]float64{f.Range.Low, f.Range.High}
		case f.Yes != nil:
			r.Choices[f.Attribute] = []string{yesNo(*f.Yes)}
		default:
			r.Choices[f.Attribute] = f.Choices
		}
	}
	if q.Seller != "" {
		r.Choices[search.BySeller] = []string{string(q.Seller)}
	}
	if q.Price != nil {
		r.Price = &[2]int64{q.Price.Low, q.Price.High}
	}
	for _, f := range q.Facets {
		if !f.Histogram {
			r.Facets = append(r.Facets, f.Attribute)
		}
	}
	return r, nil
}

// without returns the query without what it asks of an attribute, and whether it asked anything: the counts of an
// attribute ignore the filter on it.
func (q rivalQuery) without(attribute string) (rivalQuery, bool) {
	if attribute == search.ByPrice {
		had := q.Price != nil
		q.Price = nil
		return q, had
	}
	_, had := q.Choices[attribute]
	rest := make(map[string][]string)
	for name, choices := range q.Choices {
		if name != attribute {
			rest[name] = choices
		}
	}
	q.Choices = rest
	return q, had
}

// Cells are squares of latitude and longitude whose names lie in a listing's full text, so that a place is a word like
// any other. A search takes the greatest number of cells of one size that is not too many.
var cellSizes = []float64{.05, .25, 1.25}

const mostCells = 64

func cellToken(size int, row, column float64) string {
	return fmt.Sprintf("_g%d_%d_%d", size, int(row)+10_000, int(column)+10_000)
}

func cellsOf(p value.Point) (all []string) {
	for i, size := range cellSizes {
		all = append(all, cellToken(i, math.Floor(p.Lat/size), math.Floor(p.Lon/size)))
	}
	return all
}

// cells are the names of all cells that a query's place may reach into; none when it has no place.
func (q rivalQuery) cells() (all []string) {
	var box value.Box
	switch {
	case q.Box != nil:
		box = value.Box{South: q.Box.South, West: q.Box.West, North: q.Box.North, East: q.Box.East}
	case q.Within_km > 0:
		box = value.Around(value.Point{Lat: q.Lat, Lon: q.Lon}, q.Within_km)
	default:
		return nil
	}
	for i, size := range cellSizes {
		all = all[:0]
		for row := math.Floor(box.South / size); row <= math.Floor(box.North/size); row++ {
			for column := math.Floor(box.West / size); column <= math.Floor(box.East/size); column++ {
				all = append(all, cellToken(i, row, column))
			}
		}
		if len(all) <= mostCells {
			break
		}
	}
	return all
}

// tokens are what a listing has in its full text beside words: category, choices and cells.
func (l rivalListing) tokens() []string {
	var all []string
	for _, c := range l.Path {
		all = append(all, categoryToken(c))
	}
	for name, choice := range l.Choices {
		all = append(all, choiceToken(name, choice))
	}
	slices.Sort(all)
	return append(all, cellsOf(value.Point{Lat: l.Lat, Lon: l.Lon})...)
}

func categoryToken(id int64) string { return fmt.Sprintf("_c%d", id) }

var tokenSigns = strings.NewReplacer("$", "", "-", "_", " ", "_")

func choiceToken(attribute, choice string) string {
	return "_" + tokenSigns.Replace(attribute) + "_" + tokenSigns.Replace(choice)
}
