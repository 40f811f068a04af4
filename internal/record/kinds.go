package record

import (
	"errors"
	"strings"

	"fairground/internal/value"
)

// kindOf finds what a type does. It panics for a type that does not exist, which no catalog holds.
func kindOf(t Type) kind { panic("record: no type " + string(t)) }

// Parse reads a value given as JSON, as text of a form or an import, or in its own form. nil means empty. An error is
// of kind Invalid, at the field.
func (f *Field) Parse(in any) (any, error) {
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
