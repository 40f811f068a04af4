package record

import (
	"fmt"

	"fairground/internal/expr"
)

// kind is what a field type does. There is one for each Type, in a file of its own; kindOf finds it.
type kind interface {
	// define checks the options of a field that is about to be defined, and fills in defaults. Its errors name the option.
	define(c *Catalog, o *Object, f *Field) error
	// columns are the field's columns in its object's table, as {suffix, SQL type}; none when it lives in a side table.
	columns(f *Field) []column
	// parse reads a value from JSON (string, float64, json.Number, bool, map, list), from a form or an import (string), or
	// in its own form. nil and "" are empty. Its errors say what to write instead; the caller adds the field.
	parse(f *Field, in any) (any, error)
	// store gives the values of columns; nils for an empty field.
	store(f *Field, v any) []any
	// load is the inverse of store; nil for an empty field. Column values are int64, float64, string, bool or nil.
	load(f *Field, stored []any) (any, error)
	// show writes a value as text that parse reads back, for exports and forms.
	show(f *Field, v any) string
	// json writes a value for the API; parse reads it back.
	json(f *Field, v any) any
	// expr describes the field to conditions, its columns over the alias {t}.
	expr(f *Field) expr.Field
	// order lists the columns a list is sorted by.
	order(f *Field) []string
}

// column is one column of a field: f_12 with a suffix.
type column struct {
	suffix string // "" for the value itself
	sql    string // bigint, text, boolean or double precision
}

// table is the object's table.
func (o *Object) table() string {
	if o.Owned != nil {
		return o.Owned.Table
	}
	return fmt.Sprintf("o_%d", o.Number)
}

// column is the name of one of the field's columns.
func (f *Field) column(suffix string) string {
	if suffix == "" {
		return fmt.Sprintf("f_%d", f.Number)
	}
	return fmt.Sprintf("f_%d_%s", f.Number, suffix)
}

// side is the field's side table: m_12(record, code) for choices, l_12(record, target, place, …) for references.
func (f *Field) side() string {
	switch f.Type {
	case Choices:
		return fmt.Sprintf("m_%d", f.Number)
	case References:
		return fmt.Sprintf("l_%d", f.Number)
	default:
		return ""
	}
}

// words is the object's table of words to search.
func (o *Object) words() string { return fmt.Sprintf("s_%d", o.Number) }
