package record

import (
	"errors"
	"slices"
	"strings"

	"fairground/internal/expr"
	"fairground/internal/value"
)

// kindOf finds what a type does. A catalog holds no other types than these.
func kindOf(t Type) kind { return kinds[t] }

// kinds never changes. Its values have no state.
var kinds = map[Type]kind{
	Text:         textKind{},
	LongText:     textKind{long: true},
	Integer:      integerKind{},
	Decimal:      decimalKind{},
	MoneyType:    moneyKind{},
	YesNo:        yesNoKind{},
	Date:         dateKind{},
	DateTime:     dateTimeKind{},
	Choice:       choiceKind{},
	Choices:      choicesKind{},
	Mail:         mailKind{},
	Phone:        phoneKind{},
	Link:         linkKind{},
	Place:        placeKind{},
	File:         fileKind{},
	Reference:    referenceKind{},
	References:   referencesKind{},
	AnyReference: anyReferenceKind{},
	Autonumber:   autonumberKind{},
	Formula:      formulaKind{},
	Rollup:       rollupKind{},
}

// settled is what a catalog works out about a field when it is read: what cannot be seen from the field alone.
type settled struct {
	objects  directory // to name the records that references point to
	currency string    // of the site
	local    bool      // formula: it depends on its own record only
	result   *Field    // formula, rollup: a field of the result's type with the same columns
}

// directory finds objects. A *Catalog is one.
type directory interface {
	Object(key string) (*Object, error)
	ByNumber(number int) *Object
	ByShort(short string) *Object
	Objects() []*Object
}

// bare is a value that cannot be read without knowing the site: an amount without a currency, a telephone number
// without a country, a reference by title. The writer reads it.
type bare struct{ text string }

// Parse reads a value given as JSON, as text of a form or an import, or in its own form. nil means empty. An error is
// of kind Invalid, at the field.
func (f *Field) Parse(in any) (any, error) {
	v, err := f.parse(in)
	if err != nil {
		return nil, err
	}
	if isBare(v) {
		return nil, f.fault(f.bareFault())
	}
	return v, nil
}

// parse is Parse for the writer, which can read bare values.
func (f *Field) parse(in any) (any, error) {
	if in == nil {
		return nil, nil
	}
	v, err := kindOf(f.Type).parse(f, in)
	if err != nil {
		return nil, f.fault(err)
	}
	return v, nil
}

// Show writes a value as text that Parse reads back.
func (f *Field) Show(v any) string {
	if v == nil {
		return ""
	}
	return kindOf(f.Type).show(f, v)
}

// JSON writes a value for the API; Parse reads it back.
func (f *Field) JSON(v any) any {
	if v == nil {
		return nil
	}
	return kindOf(f.Type).json(f, v)
}

func isBare(v any) bool {
	switch v := v.(type) {
	case bare:
		return true
	case []pendingRef:
		return slices.ContainsFunc(v, func(r pendingRef) bool { return r.text != "" })
	default:
		return false
	}
}

func (f *Field) bareFault() error {
	switch f.Type {
	case MoneyType:
		return invalid("write the currency too, such as CHF 12.50")
	case Phone:
		return invalid("write the country code too, such as +41 44 668 18 00")
	default:
		return invalid("write the record's id")
	}
}

// fault puts an error at the field.
func (f *Field) fault(err error) *value.Error {
	var known *value.Error
	if !errors.As(err, &known) {
		return value.Fieldf(f.Key, "this value cannot be read").Because(err)
	}
	placed := *known
	placed.Field = f.Key
	return &placed
}

func invalid(format string, args ...any) *value.Error {
	return value.Errorf(value.Invalid, format, args...)
}

// only refuses the options and properties that a field has set beyond those its type knows.
func (f *Field) only(allowed ...string) error {
	for _, name := range f.set() {
		if !slices.Contains(allowed, name) {
			return value.Fieldf(name, "a field of type %s has no %s", f.Type, strings.ReplaceAll(name, "_", " "))
		}
	}
	if o := f.Options; o.Least != nil && o.Most != nil && *o.Least > *o.Most {
		return value.Fieldf("least", "the least is more than the most")
	}
	return nil
}

// set names the options and properties that not every type knows and this field has.
func (f *Field) set() []string {
	o := f.Options
	var names []string
	for _, p := range []struct {
		name string
		is   bool
	}{
		{"length", o.Length != 0}, {"scale", o.Scale != 0}, {"least", o.Least != nil}, {"most", o.Most != nil},
		{"unit", o.Unit != ""}, {"currency", o.Currency != ""}, {"choices", len(o.Choices) > 0}, {"target", o.Target != ""},
		{"on_delete", o.OnDelete != ""}, {"related", len(o.Related) > 0}, {"attributes", len(o.Attributes) > 0},
		{"prefix", o.Prefix != ""}, {"start", o.Start != 0}, {"formula", o.Formula != ""}, {"result", o.Result != ""},
		{"rollup", o.Rollup != nil}, {"files", o.Files != 0},
		{"unique", f.Unique}, {"searchable", f.Searchable}, {"default", f.Default != ""}, {"required", f.Required},
		{"indexed", f.Indexed},
	} {
		if p.is {
			names = append(names, p.name)
		}
	}
	return names
}

// condition describes the field to conditions, with these of its columns. Any field can be empty: records may be older
// than the rule that requires a value.
func (f *Field) condition(t expr.FieldType, suffixes ...string) expr.Field {
	columns := make([]string, len(suffixes))
	for i, suffix := range suffixes {
		columns[i] = f.over(suffix)
	}
	return expr.Field{Name: f.Key, Type: t, Columns: columns, Nullable: true}
}

// over is a column over the alias that conditions put in.
func (f *Field) over(suffix string) string { return "{t}." + f.column(suffix) }

// scalar are the columns of a value that fits into one.
func scalar(sql string) []column { return []column{{"", sql}} }

// Faults are the errors of several fields of one record. Their kind is that of the first.
type Faults []*value.Error

// Error lists them.
func (e Faults) Error() string {
	texts := make([]string, len(e))
	for i, one := range e {
		texts[i] = one.Error()
	}
	return strings.Join(texts, "; ")
}

// Unwrap returns them one by one.
func (e Faults) Unwrap() []error {
	all := make([]error, len(e))
	for i, one := range e {
		all[i] = one
	}
	return all
}

// messageOf is what an error says to people.
func messageOf(err error) string {
	var known *value.Error
	if errors.As(err, &known) {
		return known.Message
	}
	return "this cannot be done"
}

// Problem is one thing that CheckAll or CheckCatalog found wrong.
type Problem struct {
	Object string
	Record value.ID
	Field  string
	What   string
}
