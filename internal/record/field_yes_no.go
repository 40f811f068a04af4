package record

import (
	"encoding/json"
	"strings"

	"fairground/internal/expr"
)

// yesNoKind is yes, no, or empty.
type yesNoKind struct{}

func (yesNoKind) define(_ *Catalog, _ *Object, f *Field) error {
	return f.only("indexed", "default", "required")
}

func (yesNoKind) columns(*Field) []column { return scalar("boolean") }

func (yesNoKind) parse(_ *Field, in any) (any, error) {
	switch v := in.(type) {
	case bool:
		return v, nil
	case float64, int64, int, json.Number:
		n, err := numberOf(v, 0)
		if err != nil {
			return nil, err
		}
		return yesOrNo(n.whole + n.fraction)
	case string:
		return yesOrNo(v)
	default:
		return nil, invalid("write yes or no")
	}
}

// yesOrNo knows the words of forms and spreadsheets in English and German.
func yesOrNo(text string) (any, error) {
	switch fold(strings.TrimSpace(text)) {
	case "":
		return nil, nil
	case "yes", "y", "true", "1", "on", "x", "ja", "j", "wahr":
		return true, nil
	case "no", "n", "false", "0", "off", "nein", "falsch":
		return false, nil
	default:
		return nil, invalid("write yes or no")
	}
}

func (yesNoKind) store(_ *Field, v any) []any { return []any{v} }

func (yesNoKind) load(_ *Field, stored []any) (any, error) {
	if n, ok := stored[0].(int64); ok {
		return n != 0, nil
	}
	return stored[0], nil
}

func (yesNoKind) show(_ *Field, v any) string {
	if v == true {
		return "yes"
	}
	return "no"
}

func (yesNoKind) json(_ *Field, v any) any { return v }
func (yesNoKind) expr(f *Field) expr.Field { return f.condition(expr.FieldBool, "") }
func (yesNoKind) order(f *Field) []string  { return []string{f.column("")} }
