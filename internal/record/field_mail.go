package record

import (
	"strings"

	"fairground/internal/expr"
	"fairground/internal/value"
)

// mailKind is an address of e-mail, in lower case.
type mailKind struct{}

func (mailKind) define(_ *Catalog, _ *Object, f *Field) error {
	return f.only("unique", "indexed", "searchable", "default", "required")
}

func (mailKind) columns(*Field) []column { return scalar("text") }

func (mailKind) parse(_ *Field, in any) (any, error) {
	text, err := lineOf(in)
	if err != nil || text == "" {
		return nil, err
	}
	address, err := value.ParseEmail(strings.TrimPrefix(text, "mailto:"))
	if err != nil {
		return nil, err
	}
	return string(address), nil
}

// lineOf reads a text of one line without blanks around it.
func lineOf(in any) (string, error) {
	text, err := textOf(in)
	if err != nil {
		return "", err
	}
	return textKind{}.clean(text)
}

func (mailKind) store(_ *Field, v any) []any              { return []any{v} }
func (mailKind) load(_ *Field, stored []any) (any, error) { return loadText(stored[0]) }
func (mailKind) show(_ *Field, v any) string              { text, _ := v.(string); return text }
func (mailKind) json(_ *Field, v any) any                 { return v }
func (mailKind) order(f *Field) []string                  { return []string{f.column("")} }

// expr says that an address is its own folded form.
func (mailKind) expr(f *Field) expr.Field {
	described := f.condition(expr.FieldText, "")
	described.Folded = f.over("")
	return described
}
