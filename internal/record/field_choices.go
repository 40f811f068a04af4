package record

import (
	"slices"
	"strings"

	"fairground/internal/expr"
)

// choicesKind is several of a list, each a row of the side table m_N.
type choicesKind struct{}

func (choicesKind) define(_ *Catalog, _ *Object, f *Field) error {
	if err := f.defineOptions(); err != nil {
		return err
	}
	return f.only("choices", "required", "indexed", "searchable")
}

func (choicesKind) columns(*Field) []column { return nil }

func (choicesKind) parse(f *Field, in any) (any, error) {
	var texts []string
	switch v := in.(type) {
	case []string:
		texts = v
	case []any:
		for _, one := range v {
			text, err := textOf(one)
			if err != nil {
				return nil, f.choices()
			}
			texts = append(texts, text)
		}
	case string:
		texts = strings.FieldsFunc(v, func(r rune) bool { return r == ',' || r == ';' || r == '\n' })
	default:
		return nil, f.choices()
	}
	return f.readOptions(texts)
}

func (f *Field) readOptions(texts []string) (any, error) {
	chosen := make(map[string]bool, len(texts))
	for _, text := range texts {
		key, err := f.readOption(text)
		if err != nil {
			return nil, err
		}
		if key != nil {
			chosen[key.(string)] = true
		}
	}
	var keys []string
	for _, o := range f.Options.Choices {
		if chosen[o.Key] {
			keys = append(keys, o.Key)
		}
	}
	if keys == nil {
		return nil, nil
	}
	return keys, nil
}

func (choicesKind) store(*Field, any) []any         { return nil }
func (choicesKind) load(*Field, []any) (any, error) { return nil, nil }
func (choicesKind) show(_ *Field, v any) string {
	keys, _ := v.([]string)
	return strings.Join(keys, ", ")
}
func (choicesKind) json(_ *Field, v any) any { keys, _ := v.([]string); return slices.Clone(keys) }
func (choicesKind) order(*Field) []string    { return nil }

func (choicesKind) expr(f *Field) expr.Field {
	return expr.Field{
		Name: f.Key, Type: expr.FieldChoices, Options: f.exprOptions(),
		Side: expr.Side{Table: f.side(), Owner: "record", Other: "code"},
	}
}
