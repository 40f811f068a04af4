package search

import (
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

// Document is what search knows about one visible listing.
type Document struct {
	Listing    value.ID
	Title      string
	Body       string // the description and whatever else should be found by words, such as labels of attributes
	Category   value.ID
	Path       []value.ID // the ancestors of Category; Category itself may be among them
	Attributes []Value
	Price      value.Money // the zero Money when there is none
	Point      value.Point // already coarse (value.Point.Coarse); zero when there is none
	Kind       Kind
	Seller     Seller
	Photos     int
	At         time.Time // published
	Promoted   bool      // paid for a place above the others; see Query.Promoted
}

// Value is one value of one attribute of a listing. An attribute with several choices has several values.
type Value struct {
	Attribute string // slug: letters, digits, - and _
	Choice    string
	Number    *float64
	Yes       *bool
}

// Choice is a value of an attribute with choices.
func Choice(attribute, choice string) Value { return Value{Attribute: attribute, Choice: choice} }

// Number is a value of a numeric attribute.
func Number(attribute string, number float64) Value {
	return Value{Attribute: attribute, Number: &number}
}

// YesNo is a value of an attribute that is either so or not.
func YesNo(attribute string, yes bool) Value { return Value{Attribute: attribute, Yes: &yes} }

// choice is the value as a choice, "" for numbers. Yes and no are choices like others.
func (v Value) choice() string {
	switch {
	case v.Number != nil:
		return ""
	case v.Yes == nil:
		return v.Choice
	case *v.Yes:
		return yes
	default:
		return no
	}
}

const (
	yes = "yes"
	no  = "no"
)

// Kind says what a listing is about.
type Kind string

// The kinds of listing.
const (
	Sell   Kind = "sell"
	Wanted Kind = "wanted"
	Swap   Kind = "swap"
	Free   Kind = "free"
)

// Seller says who sells.
type Seller string

// The kinds of seller.
const (
	Private  Seller = "private"
	Business Seller = "business"
)

// Source gives the documents of listings. It returns only listings that are visible now; one that is missing from the
// answer is removed from the index. It must return everything about a listing that may have changed.
type Source interface {
	Documents(tx *db.Tx, ids []value.ID) ([]Document, error)
}
