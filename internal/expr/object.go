package expr

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
)

// Dialect is the database that a condition is written out for.
type Dialect int

// The dialects.
const (
	SQLite Dialect = iota + 1
	Postgres
)

// String names the dialect for people.
func (d Dialect) String() string {
	if d == Postgres {
		return "PostgreSQL"
	}
	return "SQLite"
}

// Object is a kind of record as conditions see it. It must not change once it is in a Scope.
type Object struct {
	Name   string  // API name, "person"
	Fields []Field // what a condition may name; "id" (an int) is added when it is not listed
	Inner  []Field // further fields that the row rule may name and conditions may not
	Table  string  // SQL table, "o_12"; may be qualified by a schema
	Key    string  // its key column; "" means "id"
	Read   string  // row rule over this object that must be true for a linked record to be visible; "" means all are
	Alive  string  // SQL over the alias placeholder {t} that says a row is not in the trash; "" means none is
}

// Field is one field of an object.
//
// The columns are SQL expressions with the table's alias written {t}, such as "{t}.f_3". Most types have one; money has
// the amount in the site's currency and the currency, a place its latitude and longitude in ten-millionths of a degree,
// a reference to any object the object's name and the id. Dates are days since 1970, times are microseconds since 1970.
type Field struct {
	Name     string
	Type     FieldType
	Columns  []string
	Folded   string   // SQL of the column that holds Fold(text); "" if there is none
	Scale    int      // decimal and money: the column holds value × 10^Scale; at most 18
	Target   string   // link and links: name of the object
	Options  []Option // choice and choices: every option that is stored anywhere, retired ones too
	Side     Side     // choices and links
	Nullable bool     // the column may be NULL
}

// Option is one option of a choice. Its key is the value that conditions see; its code is what the table holds.
type Option struct {
	Key  string
	Code int64
}

// Side is the table in which choices and links lie: one row for each, with the record that has it (Owner) and the
// option's code or the linked record's id (Other).
type Side struct{ Table, Owner, Other string }

// FieldType is what a field holds.
type FieldType int

// The field types, and the CEL types that conditions see.
const (
	FieldText    FieldType = iota + 1 // string; also mail addresses and phone numbers
	FieldInt                          // int
	FieldDecimal                      // double: stored int / 10^Scale
	FieldMoney                        // double; <name>_currency is a string beside it
	FieldBool                         // bool
	FieldDate                         // timestamp at midnight UTC
	FieldTime                         // timestamp
	FieldChoice                       // string: the option's key
	FieldChoices                      // list of strings
	FieldLink                         // a record, with the target's fields
	FieldLinks                        // list of records: those that are alive and visible
	FieldAnyRef                       // .type (string) and .id (int)
	FieldPlace                        // for within()
)

const currencySuffix = "_currency"

// columns is how many SQL expressions a type needs.
func (t FieldType) columns() int {
	switch t {
	case FieldMoney, FieldPlace, FieldAnyRef:
		return 2
	case FieldChoices, FieldLinks:
		return 0
	default:
		return 1
	}
}

func (t FieldType) list() bool { return t == FieldChoices || t == FieldLinks }

// option is the code of an option's key.
func (f *Field) option(key string) (int64, bool) {
	for _, o := range f.Options {
		if o.Key == key {
			return o.Code, true
		}
	}
	return 0, false
}

// unit is what one of the column is worth: 10^-Scale, as the divisor.
func (f *Field) unit() float64 { return math.Pow10(f.Scale) }

// find is a field of the object by its name. Inner fields are found only for row rules.
func (o *Object) find(name string, rule bool) *Field {
	for i := range o.Fields {
		if o.Fields[i].Name == name {
			return &o.Fields[i]
		}
	}
	if rule {
		for i := range o.Inner {
			if o.Inner[i].Name == name {
				return &o.Inner[i]
			}
		}
	}
	return nil
}

// completed is the object with its defaults filled in.
func (o Object) completed() Object {
	if o.Key == "" {
		o.Key = "id"
	}
	if o.find("id", true) == nil {
		o.Fields = append(slices.Clone(o.Fields), Field{Name: "id", Type: FieldInt, Columns: []string{"{t}." + quoted(o.Key)}})
	}
	return o
}

var (
	identifier = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)?$`)
	reserved   = strings.Fields(`true false null in as break const continue else for function if import let loop package
		namespace return var void while now me record`)
)

// Reserved reports whether a word cannot name a field because the language uses it.
func Reserved(name string) bool { return slices.Contains(reserved, name) }

func (o *Object) check() error {
	if !validName(o.Name) || strings.Contains(o.Name, ".") {
		return fmt.Errorf("object %q has a bad name", o.Name)
	}
	if o.Name != meName && (!identifier.MatchString(o.Table) || !identifier.MatchString(o.Key)) {
		return fmt.Errorf("object %s: table %q or key %q is not a name", o.Name, o.Table, o.Key)
	}
	seen := map[string]bool{}
	for _, f := range slices.Concat(o.Fields, o.Inner) {
		if err := f.check(o.Name == meName); err != nil {
			return fmt.Errorf("object %s: %w", o.Name, err)
		}
		for _, name := range f.names() {
			if seen[name] {
				return fmt.Errorf("object %s: there are two fields %q", o.Name, name)
			}
			seen[name] = true
		}
	}
	return nil
}

func (f *Field) check(constant bool) error {
	if !validName(f.Name) || strings.Contains(f.Name, ".") || Reserved(f.Name) {
		return fmt.Errorf("field %q has a name that cannot be used", f.Name)
	}
	if f.Type < FieldText || f.Type > FieldPlace || f.Scale < 0 || f.Scale > 18 {
		return fmt.Errorf("field %s has no type or a scale of %d", f.Name, f.Scale)
	}
	if constant {
		return nil
	}
	if len(f.Columns) != f.Type.columns() {
		return fmt.Errorf("field %s has %d columns, not %d", f.Name, len(f.Columns), f.Type.columns())
	}
	if s := f.Side; f.Type.list() && !(identifier.MatchString(s.Table) && identifier.MatchString(s.Owner) && identifier.MatchString(s.Other)) {
		return fmt.Errorf("field %s has no side table", f.Name)
	}
	return nil
}

// names are the names that the field brings into conditions.
func (f *Field) names() []string {
	if f.Type == FieldMoney {
		return []string{f.Name, f.Name + currencySuffix}
	}
	return []string{f.Name}
}

// quoted is a table's or column's name as both dialects take it, whatever words they reserve.
func quoted(name string) string {
	return `"` + strings.ReplaceAll(name, ".", `"."`) + `"`
}
