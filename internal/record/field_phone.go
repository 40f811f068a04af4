package record

import (
	"strings"

	"fairground/internal/expr"
	"fairground/internal/value"
)

// phoneKind is a telephone number in E.164.
type phoneKind struct{}

func (phoneKind) define(_ *Catalog, _ *Object, f *Field) error {
	return f.only("unique", "indexed", "searchable", "default", "required")
}

func (phoneKind) columns(*Field) []column { return scalar("text") }

func (phoneKind) parse(_ *Field, in any) (any, error) {
	text, err := lineOf(in)
	if err != nil || text == "" {
		return nil, err
	}
	if rest, ok := strings.CutPrefix(text, "00"); ok {
		text = "+" + rest
	}
	if !strings.HasPrefix(text, "+") {
		return bare{text}, nil
	}
	return readPhone(text, "")
}

func readPhone(text, region string) (any, error) {
	number, err := value.ParsePhone(text, region)
	if err != nil {
		return nil, err
	}
	return string(number), nil
}

func (phoneKind) store(_ *Field, v any) []any              { return []any{v} }
func (phoneKind) load(_ *Field, stored []any) (any, error) { return loadText(stored[0]) }
func (phoneKind) json(_ *Field, v any) any                 { return v }
func (phoneKind) order(f *Field) []string                  { return []string{f.column("")} }
func (phoneKind) expr(f *Field) expr.Field                 { return f.condition(expr.FieldText, "") }

func (phoneKind) show(_ *Field, v any) string {
	if text, ok := v.(string); ok {
		return text
	}
	return showBare(v)
}
