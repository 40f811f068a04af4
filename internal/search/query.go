package search

import (
	"math"
	"slices"
	"strings"
	"time"

	"fairground/internal/search/words"
	"fairground/internal/value"
)

// Query says what to find. The zero Query finds everything, newest first.
type Query struct {
	Words      string
	Category   value.ID // it and all below it; 0 for all
	Filters    []Filter // all must hold; two filters on one attribute are an error
	Currency   string   // in which prices are compared; a listing priced in another has no price here; "" ignores currency
	Price      *Span    // in minor units of Currency
	Rates      Rates    // by which prices in other currencies are compared; nil compares none
	Near       value.Point
	Within_km  float64   // 0 means any distance; needs Near
	Box        *Box      // on the map
	Since      time.Time // published at that time or later; zero for any time
	Seller     Seller
	Kind       Kind
	WithPhotos bool
	Sort       Sort
	Page       int // from 1; 0 means 1
	Limit      int // hits a page; 0 means 24
	Facets     []FacetRequest
	Literal    bool // words are taken as they are typed: no typos, no synonyms
	Promoted   int  // most promoted listings shown apart, above the hits of a page; 0 for none

	clauses []words.Clause // of Words
}

// Box is a part of the map, ends included. One whose West is greater than its East crosses the date line.
type Box struct{ South, West, North, East float64 }

// Rates is how many units of Query.Currency one unit of another currency is worth, both in major units.
type Rates map[string]float64

// Filter restricts one attribute; exactly one of Choices, Range and Yes is set.
type Filter struct {
	Attribute string
	Choices   []string // any of them
	Range     *Range
	Yes       *bool
}

// Range is a range of numbers with both ends; infinities leave an end open.
type Range struct{ Low, High float64 }

// Span is a range of minor units with both ends.
type Span struct{ Low, High int64 }

// Unbounded is the High of a Span that is open above.
const Unbounded = math.MaxInt64

// AnyOf filters by choices.
func AnyOf(attribute string, choices ...string) Filter {
	return Filter{Attribute: attribute, Choices: choices}
}

// Between filters by a range of numbers.
func Between(attribute string, low, high float64) Filter {
	return Filter{Attribute: attribute, Range: &Range{low, high}}
}

// Is filters by yes or no.
func Is(attribute string, yes bool) Filter { return Filter{Attribute: attribute, Yes: &yes} }

// Sort is an order of hits.
type Sort string

// The orders. Relevance without words is Newest. Listings without a price, or without a point, come last.
const (
	Newest    Sort = "newest" // the default
	Relevance Sort = "relevance"
	PriceUp   Sort = "price_up"
	PriceDown Sort = "price_down"
	Distance  Sort = "distance" // needs Near
)

// FacetRequest asks for counts by the values of an attribute.
type FacetRequest struct {
	Attribute string
	Histogram bool // numbers in buckets, rather than choices
}

// What can be counted beside attributes. ByPrice is a histogram in major units of Query.Currency, without which it is
// empty. ByCategory counts every category on the listings' paths; it does not ignore Query.Category.
const (
	ByPrice    = "$price"
	ByCategory = "$category"
	BySeller   = "$seller"
	ByKind     = "$kind"
)

// Bounds of a query.
const (
	MostHits     = 100    // a page
	MostPages    = 200    // deeper pages are refused: nobody reads them, machines use the export
	MostTotal    = 20_000 // listings that a total counts; see the package comment
	MostCounted  = 10_000 // listings that facets count
	MostPromoted = 6      // a page, whatever is asked for

	defaultHits  = 24
	mostFilters  = 30
	mostChoices  = 100
	mostFacets   = 30
	mostRates    = 200
	greatestRate = 1e9
	halfWorld_km = 20_100
)

// Clauses are the words of a checked query, taken apart.
func (q Query) Clauses() []words.Clause { return q.clauses }

// Checked returns the query with defaults filled in and its words taken apart, or an error of kind Invalid. Every Index
// begins with it.
func (q Query) Checked(a *words.Analyzer) (Query, error) {
	q.Page, q.Limit = max(q.Page, 1), max(q.Limit, 0)
	if q.Limit == 0 {
		q.Limit = defaultHits
	}
	switch {
	case q.Limit > MostHits:
		return q, value.Fieldf("limit", "at most %d results fit on a page", MostHits)
	case q.Page > MostPages:
		return q, value.Fieldf("page", "there are at most %d pages; narrow the search instead", MostPages)
	case len(q.Filters) > mostFilters || len(q.Facets) > mostFacets:
		return q, value.Fieldf("filters", "at most %d filters can be combined", mostFilters)
	case math.IsNaN(q.Within_km) || q.Within_km < 0:
		return q, value.Fieldf("distance", "a distance is a positive number of kilometres")
	case q.Within_km > 0 && q.Near.IsZero():
		return q, value.Fieldf("place", "a distance needs a place to measure from")
	}
	if !q.Near.IsZero() {
		if _, err := value.ParsePoint(q.Near.Lat, q.Near.Lon); err != nil {
			return q, err
		}
	}
	if err := q.checkSort(); err != nil {
		return q, err
	}
	if err := q.checkPlaceAndRates(); err != nil {
		return q, err
	}
	if q.Literal {
		q.clauses = a.Literally(q.Words)
	} else {
		q.clauses = a.Parse(q.Words)
	}
	return q, checkFilters(q.Filters)
}

func (q *Query) checkPlaceAndRates() error {
	if b := q.Box; b != nil {
		isOn := func(n, most float64) bool { return n >= -most && n <= most }
		if !isOn(b.South, 90) || !isOn(b.North, 90) || !isOn(b.West, 180) || !isOn(b.East, 180) || b.South > b.North {
			return value.Fieldf("box", "a part of the map goes from south to north, within the degrees of the globe")
		}
	}
	if len(q.Rates) > mostRates {
		return value.Fieldf("rates", "at most %d currencies can be compared", mostRates)
	}
	for currency, rate := range q.Rates {
		if !(rate >= 1/greatestRate && rate <= greatestRate) {
			return value.Fieldf("rates", "%g is no rate of %s", rate, currency)
		}
	}
	q.Promoted = min(max(q.Promoted, 0), MostPromoted)
	return nil
}

func (q *Query) checkSort() error {
	switch q.Sort {
	case "":
		q.Sort = Newest
	case Newest, Relevance, PriceUp, PriceDown:
	case Distance:
		if q.Near.IsZero() {
			return value.Fieldf("sort", "sorting by distance needs a place to measure from")
		}
	default:
		return value.Fieldf("sort", "results cannot be sorted by %q", string(q.Sort))
	}
	return nil
}

func checkFilters(filters []Filter) error {
	var seen []string
	for _, f := range filters {
		set := 0
		for _, is := range []bool{len(f.Choices) > 0, f.Range != nil, f.Yes != nil} {
			if is {
				set++
			}
		}
		switch {
		case f.Attribute == "" || set != 1:
			return value.Fieldf("filters", "a filter needs an attribute and either choices, a range, or yes or no")
		case slices.Contains(seen, f.Attribute):
			return value.Fieldf("filters", "there are two filters on %s", f.Attribute)
		case len(f.Choices) > mostChoices:
			return value.Fieldf("filters", "at most %d choices can be combined", mostChoices)
		case f.Range != nil && (math.IsNaN(f.Range.Low) || math.IsNaN(f.Range.High)):
			return value.Fieldf("filters", "the range of %s is not made of numbers", f.Attribute)
		}
		seen = append(seen, f.Attribute)
	}
	return nil
}

// without returns the query without its filter on an attribute, and whether it had one.
func (q Query) without(attribute string) (Query, bool) {
	switch attribute {
	case ByPrice:
		had := q.Price != nil
		q.Price = nil
		return q, had
	case BySeller:
		had := q.Seller != ""
		q.Seller = ""
		return q, had
	case ByKind:
		had := q.Kind != ""
		q.Kind = ""
		return q, had
	}
	before := len(q.Filters)
	q.Filters = slices.DeleteFunc(slices.Clone(q.Filters), func(f Filter) bool { return f.Attribute == attribute })
	return q, len(q.Filters) < before
}

// choices are the choices of a filter, yes and no included.
func (f Filter) choices() []string {
	if f.Yes == nil {
		return f.Choices
	}
	return []string{YesNo("", *f.Yes).choice()}
}

// cleanText makes text safe to store on both engines and to pack: valid UTF-8, no control characters.
func cleanText(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, " "))
}
