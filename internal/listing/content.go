package listing

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
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
	w := hashWriter{sha256.New()}
	w.text("fairground/listing/1")
	w.text(string(c.Kind))
	w.number(int64(c.Category))
	w.text(string(c.Locale))
	w.text(c.Title)
	w.text(c.Body)
	w.number(c.Price.Minor)
	w.text(c.Price.Currency)
	w.text(c.Place.Name)
	w.number(int64(math.Float64bits(c.Place.Point.Lat)))
	w.number(int64(math.Float64bits(c.Place.Point.Lon)))
	w.number(int64(len(c.Attributes)))
	for _, slug := range c.Attributes.Slugs() {
		w.text(slug)
		w.text(c.Attributes[slug])
	}
	w.number(int64(len(c.Photos)))
	for _, photo := range c.Photos {
		w.text(photo.Sha256)
		w.number(int64(photo.Width)<<32 | int64(photo.Height))
		w.text(photo.Colour)
		w.text(photo.Alt)
	}
	return safety.ContentHash(w.hash.Sum(nil))
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

type hashWriter struct{ hash hash.Hash }

func (w hashWriter) number(n int64) {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(n))
	w.hash.Write(b[:])
}

func (w hashWriter) text(s string) {
	w.number(int64(len(s)))
	w.hash.Write([]byte(s))
}
