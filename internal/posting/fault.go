package posting

import (
	"errors"
	"slices"
	"strings"

	"fairground/internal/listing"
	"fairground/internal/value"
)

// faults says what is wrong with each field of the form, in the reader's words.
type faults map[string]string

// order is that of the form; fields of the category come where the category is.
var order = []string{"seller", "kind", "title", "category", "photos", "body", "price", "place", "locale", "opens", "name", "email"}

// fields lists those with a fault from the top of the form to its end.
func (f faults) fields() []string {
	names := make([]string, 0, len(f))
	for name := range f {
		names = append(names, name)
	}
	rank := func(name string) int {
		if i := slices.Index(order, name); i >= 0 {
			return 2 * i
		}
		return 2*slices.Index(order, "photos") - 1
	}
	slices.SortFunc(names, func(a, b string) int {
		if rank(a) != rank(b) {
			return rank(a) - rank(b)
		}
		return strings.Compare(a, b)
	})
	return names
}

// note puts the faults of fields into the form and returns nil, or an error that belongs to none of them.
func (v *visit) note(f faults, t listing.Typed, err error) error {
	for _, one := range flat(err) {
		var known *value.Error
		if !errors.As(one, &known) || known.Field == "" || known.Kind != value.Invalid {
			return err
		}
		if name := v.control(t, known.Field); f[name] == "" {
			f[name] = v.explain(t, known)
		}
	}
	return nil
}

// flat are the errors that were joined, whoever wrapped the whole.
func flat(err error) []error {
	for inner := err; inner != nil; inner = errors.Unwrap(inner) {
		joined, several := inner.(interface{ Unwrap() []error })
		if !several {
			continue
		}
		var all []error
		for _, one := range joined.Unwrap() {
			all = append(all, flat(one)...)
		}
		return all
	}
	if err == nil {
		return nil
	}
	return []error{err}
}

// control is the name of the form field that a fault belongs to.
func (v *visit) control(t listing.Typed, field string) string {
	if _, ok := v.tree.Attribute(t.Category, field); ok {
		return prefix + field
	}
	if field == "photo" {
		return "photos"
	}
	return field
}

// explain says what is wrong in the reader's language. Errors without a key of their own are those of package listing's
// check; what they mean follows from the field.
func (v *visit) explain(t listing.Typed, err *value.Error) string {
	if err.Key != "" && v.words.Has(err.Key) {
		return v.t(err.Key, err.Args...)
	}
	if a, ok := v.tree.Attribute(t.Category, err.Field); ok {
		return v.explainAttribute(a, t.Attributes[a.Slug])
	}
	switch err.Field {
	case "title":
		return v.t("posting.fault.title", "least", 3, "most", listing.LongestTitle)
	case "body":
		return v.t("posting.fault.body", "most", listing.LongestBody)
	case "place":
		return v.t("posting.fault.place", "most", listing.LongestPlace)
	case "price", "category", "kind", "locale", "name", "email":
		return v.t("posting.fault." + err.Field)
	case "photos":
		return v.t("posting.fault.photos", "most", listing.MostPhotos)
	}
	return err.Message
}

func (v *visit) explainAttribute(a listing.Attribute, typed string) string {
	name := a.Names.In(v.words.Locale())
	switch {
	case typed == "" && a.Type == listing.ChoiceType:
		return v.t("posting.fault.choose", "name", name)
	case typed == "":
		return v.t("posting.fault.missing", "name", name)
	case a.Type == listing.IntegerType:
		return v.t("posting.fault.whole", "name", name)
	case a.Type == listing.DecimalType:
		return v.t("posting.fault.number", "name", name)
	case a.Type == listing.TextType:
		return v.t("posting.fault.long", "name", name)
	}
	return v.t("posting.fault.choose", "name", name)
}
