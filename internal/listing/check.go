package listing

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"fairground/internal/value"
)

// The limits of a listing's content.
const (
	LongestTitle = 140    // characters
	LongestBody  = 20_000 // characters
	LongestPlace = 120    // characters
	LongestAlt   = 300    // characters
	MostPhotos   = 20
)

// Check returns the content in its stored form: texts trimmed, attributes parsed. The error joins one *value.Error of
// kind Invalid for every field that is wrong, so that a form can show them all at once.
func (t *Tree) Check(c Content) (Content, error) {
	var errs []error
	fail := func(field, format string, args ...any) {
		errs = append(errs, value.Fieldf(field, format, args...))
	}
	c.Title, c.Body, c.Place.Name = tidyLine(c.Title), tidyText(c.Body), tidyLine(c.Place.Name)
	checkLength(fail, "title", "a title", c.Title, 3, LongestTitle)
	checkLength(fail, "body", "a description", c.Body, 0, LongestBody)
	checkLength(fail, "place", "the name of a place", c.Place.Name, 0, LongestPlace)
	if _, known := t.nodes[c.Category]; !known {
		fail("category", "choose a category")
	}
	if !validKind(c.Kind) {
		fail("kind", "%q is not a kind of listing: use sell, wanted, swap or free", value.Clip(string(c.Kind), 40))
	}
	c.Price = checkPrice(fail, c)
	point, err := checkPoint(c.Place.Point)
	c.Place.Point, errs = point, append(errs, err)
	locale, err := value.ParseLocale(string(c.Locale))
	c.Locale, errs = locale, append(errs, err)
	c.Photos = checkPhotos(fail, c.Photos)
	attributes, err := t.checkAttributes(c.Category, c.Attributes)
	c.Attributes = attributes
	return c, errors.Join(append(errs, err)...)
}

// checkPoint also turns -0 into 0: they are the same place, not every database keeps the sign, and the hash sees it.
func checkPoint(p value.Point) (value.Point, error) {
	p = value.Point{Lat: p.Lat + 0, Lon: p.Lon + 0}
	if p.IsZero() {
		return p, nil
	}
	return value.ParsePoint(p.Lat, p.Lon)
}

func checkLength(fail func(field, format string, args ...any), field, what, text string, least, most int) {
	n := utf8.RuneCountInString(text)
	switch {
	case !utf8.ValidString(text) || strings.ContainsRune(text, 0):
		fail(field, "the text is not valid UTF-8")
	case n < least || least > 0 && !legible(text):
		fail(field, "write %s of at least %d characters", what, least)
	case n > most:
		fail(field, "%s may have at most %d characters; this one has %d", what, most, n)
	}
}

func checkPrice(fail func(field, format string, args ...any), c Content) value.Money {
	switch {
	case c.Kind == Free:
		return value.Money{}
	case c.Price.Currency == "" && c.Price.Minor != 0:
		fail("price", "state the currency of the price")
	case c.Price.Minor < 0:
		fail("price", "a price cannot be negative")
	case c.Price.Currency != "":
		if _, err := value.ParseMoney("1", c.Price.Currency); err != nil {
			fail("price", "%q is not an ISO 4217 currency", value.Clip(c.Price.Currency, 40))
		}
	}
	return c.Price
}

var (
	photoSum    = regexp.MustCompile(`^[0-9a-f]{64}$`)
	photoColour = regexp.MustCompile(`^(#[0-9a-f]{6})?$`)
)

const largestPhoto = 1 << 16 // pixels of a side

func checkPhotos(fail func(field, format string, args ...any), photos []Photo) []Photo {
	if len(photos) > MostPhotos {
		fail("photos", "%s", tooManyPhotos(len(photos)).Message)
		photos = photos[:MostPhotos]
	}
	photos = slices.Clone(photos)
	for i := range photos {
		p := &photos[i]
		p.Alt = tidyLine(strings.ToValidUTF8(p.Alt, "�"))
		switch {
		case utf8.RuneCountInString(p.Alt) > LongestAlt:
			fail("photos", "the description of a photo may have at most %d characters", LongestAlt)
		case !photoSum.MatchString(p.Sha256) || !photoColour.MatchString(p.Colour),
			min(p.Width, p.Height) < 1, max(p.Width, p.Height) > largestPhoto:
			fail("photos", "photo %d was not stored properly; upload it again", i+1)
		}
	}
	return photos
}

func tooManyPhotos(n int) *value.Error {
	return value.Fieldf("photos", "a listing may have at most %d photos; these are %d", MostPhotos, n)
}

func (t *Tree) checkAttributes(category value.ID, given Attributes) (Attributes, error) {
	var errs []error
	parsed := make(Attributes, len(given))
	for _, a := range t.Attributes(category) {
		text := strings.TrimSpace(given[a.Slug])
		if text == "" {
			if a.Required {
				errs = append(errs, value.Fieldf(a.Slug, "%s is required in this category", a.Names.In("en")))
			}
			continue
		}
		v, err := t.parse(category, a, given)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		parsed[a.Slug] = v
	}
	for slug := range given {
		if _, ok := t.Attribute(category, slug); !ok {
			errs = append(errs, value.Fieldf(slug, "this category has no attribute %q", value.Clip(slug, 40)))
		}
	}
	return parsed, errors.Join(errs...)
}

// parse parses one of the attributes given. A model of another make is refused.
func (t *Tree) parse(category value.ID, a Attribute, given Attributes) (string, error) {
	parent := given[a.DependsOn]
	if above, ok := t.Attribute(category, a.DependsOn); ok && parent != "" {
		if v, err := above.Parse(parent); err == nil {
			parent = v
		}
	}
	v, err := a.within(parent).Parse(given[a.Slug])
	if err == nil || a.DependsOn == "" {
		return v, err
	}
	if other, errAny := a.Parse(given[a.Slug]); errAny == nil {
		return "", value.Fieldf(a.Slug, "%s does not belong to the chosen %s", other, a.DependsOn)
	}
	return "", err
}

func validKind(kind Kind) bool {
	switch kind {
	case Sell, Wanted, Swap, Free:
		return true
	default:
		return false
	}
}
