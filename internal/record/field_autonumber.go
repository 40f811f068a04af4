package record

import (
	"strconv"
	"strings"

	"fairground/internal/expr"
	"fairground/internal/value"
)

// autonumberKind counts up from a start. A number is given once; gaps are possible, when a write fails.
type autonumberKind struct{}

func (autonumberKind) define(_ *Catalog, _ *Object, f *Field) error {
	if f.Options.Start < 0 || f.Options.Start > 1e15 {
		return value.Fieldf("start", "a number starts between 0 and 10^15")
	}
	if len(f.Options.Prefix) > 20 || wellFormed(f.Options.Prefix, "") != nil {
		return value.Fieldf("prefix", "a prefix has at most 20 characters")
	}
	if p := f.Options.Prefix; p != "" && strings.ContainsAny(p[len(p)-1:], "0123456789") {
		return value.Fieldf("prefix", "a prefix cannot end with a digit")
	}
	return f.only("start", "prefix", "unique", "indexed", "searchable")
}

func (autonumberKind) columns(*Field) []column { return scalar("bigint") }

func (autonumberKind) parse(f *Field, in any) (any, error) {
	if text, ok := in.(string); ok {
		text = strings.TrimSpace(text)
		in = strings.TrimPrefix(text, strings.TrimSpace(f.Options.Prefix))
		if text == "" {
			return nil, nil
		}
	}
	n, err := numberOf(in, 0)
	if err != nil {
		return nil, err
	}
	return anyOf(n.units(0))
}

func anyOf[T any](v T, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return v, nil
}

func (autonumberKind) store(_ *Field, v any) []any              { return []any{v} }
func (autonumberKind) load(_ *Field, stored []any) (any, error) { return stored[0], nil }
func (autonumberKind) json(f *Field, v any) any                 { return v }
func (autonumberKind) expr(f *Field) expr.Field                 { return f.condition(expr.FieldInt, "") }
func (autonumberKind) order(f *Field) []string                  { return []string{f.column("")} }

func (autonumberKind) show(f *Field, v any) string {
	n, _ := v.(int64)
	return f.Options.Prefix + strconv.FormatInt(n, 10)
}
