package record

import (
	"strconv"

	"fairground/internal/expr"
)

// integerKind is a whole number of 64 bits.
type integerKind struct{}

func (integerKind) define(_ *Catalog, _ *Object, f *Field) error {
	return f.only("least", "most", "unit", "unique", "indexed", "default", "required")
}

func (integerKind) columns(*Field) []column { return scalar("bigint") }

func (integerKind) parse(f *Field, in any) (any, error) {
	if text, ok := in.(string); ok && text == "" {
		return nil, nil
	}
	n, ok := in.(int64)
	if !ok {
		read, err := numberOf(in, 0)
		if err != nil {
			return nil, err
		}
		if n, err = read.units(0); err != nil {
			return nil, err
		}
	}
	return n, f.within(float64(n))
}

func (integerKind) store(_ *Field, v any) []any              { return []any{v} }
func (integerKind) load(_ *Field, stored []any) (any, error) { return stored[0], nil }
func (integerKind) show(_ *Field, v any) string              { n, _ := v.(int64); return strconv.FormatInt(n, 10) }
func (integerKind) json(_ *Field, v any) any                 { return v }
func (integerKind) expr(f *Field) expr.Field                 { return f.condition(expr.FieldInt, "") }
func (integerKind) order(f *Field) []string                  { return []string{f.column("")} }
