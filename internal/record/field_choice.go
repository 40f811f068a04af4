package record

import (
	"strings"

	"fairground/internal/expr"
	"fairground/internal/value"
)

// choiceKind is one of a list. The option's code is stored; its key, labels and order may change.
type choiceKind struct{}

const mostOptions = 500

func (choiceKind) define(_ *Catalog, _ *Object, f *Field) error {
	if err := f.defineOptions(); err != nil {
		return err
	}
	return f.only("choices", "indexed", "default", "required", "searchable")
}

// defineOptions checks the list and gives codes to the options that have none. A code, once given, is never used again.
func (f *Field) defineOptions() error {
	choices := f.Options.Choices
	if len(choices) == 0 || len(choices) > mostOptions {
		return value.Fieldf("choices", "a list has 1 to %d choices", mostOptions)
	}
	last := 0
	keys, codes := map[string]bool{}, map[int]bool{}
	for _, o := range choices {
		if strings.TrimSpace(o.Key) != o.Key || o.Key == "" || len(o.Key) > 100 || wellFormed(o.Key, "") != nil ||
			strings.ContainsAny(o.Key, ",;\n") {
			return value.Fieldf("choices", "the key %q of a choice cannot be used; write one such as new", value.Clip(o.Key, 40))
		}
		if keys[o.Key] || o.Code != 0 && codes[o.Code] {
			return value.Fieldf("choices", "two choices have the key %q", value.Clip(o.Key, 40))
		}
		keys[o.Key], codes[o.Code] = true, true
		last = max(last, o.Code)
	}
	for i := range choices {
		if choices[i].Code == 0 {
			last++
			choices[i].Code = last
		}
	}
	return nil
}

func (choiceKind) columns(*Field) []column { return scalar("bigint") }

func (choiceKind) parse(f *Field, in any) (any, error) {
	text, err := textOf(in)
	if err != nil {
		return nil, f.choices()
	}
	return f.readOption(text)
}

// readOption finds a choice by its key, or by its label in any language, as spreadsheets have it.
func (f *Field) readOption(text string) (any, error) {
	if _, ok := f.Option(text); ok {
		return text, nil
	}
	folded := fold(strings.TrimSpace(text))
	if folded == "" {
		return nil, nil
	}
	for _, living := range []bool{true, false} {
		for _, o := range f.Options.Choices {
			if o.Retired != living && o.named(folded) {
				return o.Key, nil
			}
		}
	}
	return nil, f.choices()
}

func (o Option) named(folded string) bool {
	if fold(o.Key) == folded {
		return true
	}
	for _, label := range o.Labels {
		if fold(label) == folded {
			return true
		}
	}
	return false
}

// choices is the error for what is not in the list.
func (f *Field) choices() error {
	const enough = 12
	var keys []string
	for _, o := range f.Options.Choices {
		if !o.Retired && len(keys) <= enough {
			keys = append(keys, o.Key)
		}
	}
	if len(keys) > enough {
		keys[enough] = "…"
	}
	return invalid("choose one of: %s", strings.Join(keys, ", "))
}

func (f *Field) code(key string) (int64, bool) {
	o, ok := f.Option(key)
	return int64(o.Code), ok
}

// keyOf is the key of a stored code; "" for one that the list no longer has.
func (f *Field) keyOf(code int64) string {
	for i := range f.Options.Choices {
		if int64(f.Options.Choices[i].Code) == code {
			return f.Options.Choices[i].Key
		}
	}
	return ""
}

func (choiceKind) store(f *Field, v any) []any {
	key, _ := v.(string)
	if code, ok := f.code(key); ok {
		return []any{code}
	}
	return []any{nil}
}

func (choiceKind) load(f *Field, stored []any) (any, error) {
	code, ok := stored[0].(int64)
	if !ok {
		return nil, nil
	}
	return loadText(f.keyOf(code))
}

func (choiceKind) show(_ *Field, v any) string { text, _ := v.(string); return text }
func (choiceKind) json(_ *Field, v any) any    { return v }

func (choiceKind) expr(f *Field) expr.Field {
	described := f.condition(expr.FieldChoice, "")
	described.Options = f.exprOptions()
	return described
}

func (f *Field) exprOptions() []expr.Option {
	options := make([]expr.Option, len(f.Options.Choices))
	for i, o := range f.Options.Choices {
		options[i] = expr.Option{Key: o.Key, Code: int64(o.Code)}
	}
	return options
}

func (choiceKind) order(f *Field) []string { return []string{f.column("")} }
