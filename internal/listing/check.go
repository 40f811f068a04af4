package listing

import (
	"errors"
	"strings"
	"unicode"
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
		fail("kind", "%q is not a kind of listing: use sell, wanted, swap or free", clip(string(c.Kind)))
	}
	c.Price = checkPrice(fail, c)
	if !c.Place.Point.IsZero() {
		if _, err := value.ParsePoint(c.Place.Point.Lat, c.Place.Point.Lon); err != nil {
			errs = append(errs, err)
		}
	}
	checkPhotos(fail, c.Photos)
	attributes, err := t.checkAttributes(c.Category, c.Attributes)
	c.Attributes = attributes
	return c, errors.Join(append(errs, err)...)
}

func checkLength(fail func(field, format string, args ...any), field, what, text string, least, most int) {
	n := utf8.RuneCountInString(text)
	switch {
	case !utf8.ValidString(text) || strings.ContainsRune(text, 0):
		fail(field, "the text is not valid UTF-8")
	case n < least:
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
	}
	return c.Price
}

func checkPhotos(fail func(field, format string, args ...any), photos []Photo) {
	if len(photos) > MostPhotos {
		fail("photos", "a listing may have at most %d photos", MostPhotos)
	}
	for _, photo := range photos {
		if utf8.RuneCountInString(photo.Alt) > LongestAlt {
			fail("photos", "the description of a photo may have at most %d characters", LongestAlt)
		}
	}
}

func (t *Tree) checkAttributes(category value.ID, given Attributes) (Attributes, error) {
	var errs []error
	parsed := make(Attributes, len(given))
	known := t.Attributes(category)
	for _, a := range known {
		text := strings.TrimSpace(given[a.Slug])
		if text == "" {
			if a.Required {
				errs = append(errs, value.Fieldf(a.Slug, "%s is required in this category", a.Names.In("en")))
			}
			continue
		}
		v, err := a.Parse(text)
		if err == nil {
			err = checkDependence(a, v, given)
		}
		if err != nil {
			errs = append(errs, err)
			continue
		}
		parsed[a.Slug] = v
	}
	for slug := range given {
		if _, ok := t.Attribute(category, slug); !ok {
			errs = append(errs, value.Fieldf(slug, "this category has no attribute %q", clip(slug)))
		}
	}
	return parsed, errors.Join(errs...)
}

// checkDependence refuses a model of another make.
func checkDependence(a Attribute, v string, given Attributes) error {
	if a.DependsOn == "" {
		return nil
	}
	option, _ := a.Option(v)
	if option.For != "" && !strings.EqualFold(option.For, strings.TrimSpace(given[a.DependsOn])) {
		return value.Fieldf(a.Slug, "%s does not belong to the chosen %s", option.Names.In("en"), a.DependsOn)
	}
	return nil
}

func validKind(kind Kind) bool {
	switch kind {
	case Sell, Wanted, Swap, Free:
		return true
	default:
		return false
	}
}

// tidyLine makes one line of a text: control characters and runs of spaces become one space.
func tidyLine(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
}

// tidyText keeps lines and drops other control characters.
func tidyText(text string) string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == '\r':
			return '\n'
		case r == '\n' || r == '\t' || !unicode.IsControl(r):
			return r
		default:
			return -1
		}
	}, text))
}
