package listing

import (
	"math"
	"slices"

	"fairground/internal/safety"
	"fairground/internal/value"
)

// Kind says what the author wants to happen.
type Kind string

// The kinds of listing.
const (
	Sell   Kind = "sell"
	Wanted Kind = "wanted"
	Swap   Kind = "swap"
	Free   Kind = "free"
)

// Kinds lists all of them in the order in which forms show them.
var Kinds = []Kind{Sell, Wanted, Swap, Free}

// Content is what the author of a listing says: everything that screening looks at and a clearance covers.
type Content struct {
	Kind       Kind
	Category   value.ID
	Locale     value.Locale // the language the text is written in
	Title      string
	Body       string
	Price      value.Money // no currency means no price
	Place      Place
	Attributes Attributes
	Photos     []Photo
}

// Attributes are the values of a category's attributes by their slug, in the form Attribute.Parse gives them.
type Attributes map[string]string

// Place is where the thing is. Point is exact and never leaves the site; the public sees Coarse.
type Place struct {
	Name  string
	Point value.Point
}

// Coarse is the point the public sees: the middle of a cell of about 500 m.
func (p Place) Coarse() value.Point {
	if p.Point.IsZero() {
		return value.Point{}
	}
	return p.Point.Coarse()
}

// Photo refers to a stored photo (package media) and says what it shows.
type Photo struct {
	Sha256 string `json:"sha256"` // of the original bytes, hex
	Width  int    `json:"width"`  // pixels of the largest size
	Height int    `json:"height"`
	Colour string `json:"colour"` // shown until the photo is there, #rrggbb
	Alt    string `json:"alt,omitempty"`
}

// HasPrice reports whether a price is stated; nought is a price.
func (c Content) HasPrice() bool { return c.Price.Currency != "" }

// Hash identifies the content: two contents have the same hash only if nothing a reader or a rule could see differs.
// Every field is written with its length, so that no text can imitate a border between fields.
func (c Content) Hash() safety.ContentHash {
	w := safety.NewContent("fairground/listing/1")
	w.Text(string(c.Kind))
	w.Number(int64(c.Category))
	w.Text(string(c.Locale))
	w.Text(c.Title)
	w.Text(c.Body)
	w.Number(c.Price.Minor)
	w.Text(c.Price.Currency)
	w.Text(c.Place.Name)
	w.Number(int64(math.Float64bits(c.Place.Point.Lat)))
	w.Number(int64(math.Float64bits(c.Place.Point.Lon)))
	w.Number(int64(len(c.Attributes)))
	for _, slug := range c.Attributes.Slugs() {
		w.Text(slug)
		w.Text(c.Attributes[slug])
	}
	w.Number(int64(len(c.Photos)))
	for _, photo := range c.Photos {
		w.Text(photo.Sha256)
		w.Number(int64(photo.Width)<<32 | int64(photo.Height))
		w.Text(photo.Colour)
		w.Text(photo.Alt)
	}
	return w.Hash()
}

// Slugs lists the attributes that have a value, sorted.
func (a Attributes) Slugs() []string {
	slugs := make([]string, 0, len(a))
	for slug := range a {
		slugs = append(slugs, slug)
	}
	slices.Sort(slugs)
	return slugs
}
