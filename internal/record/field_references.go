package record

import (
	"encoding/json"
	"slices"
	"strings"

	"fairground/internal/expr"
	"fairground/internal/value"
)

// referencesKind is several records of another object, in an order, each with attributes: rows of the side table l_N.
type referencesKind struct{}

const (
	mostReferences = 1_000
	mostAttributes = 12
)

// pendingRef is a reference that was read and not yet resolved: by id, or by text.
type pendingRef struct {
	id         value.ID
	text       string
	attributes Values
}

func (referencesKind) define(c *Catalog, o *Object, f *Field) error {
	if err := f.defineTarget(c, o); err != nil {
		return err
	}
	if len(f.Options.Attributes) > mostAttributes {
		return value.Fieldf("attributes", "a reference has at most %d attributes", mostAttributes)
	}
	for _, a := range f.Options.Attributes {
		switch a.Type {
		case Text, Integer, Date, YesNo, Choice:
		default:
			return value.Fieldf("attributes", "%s: an attribute is a text, integer, date, yes/no or choice", a.Key)
		}
		if a.Key == "id" {
			return value.Fieldf("attributes", "an attribute cannot be called id")
		}
		if err := kindOf(a.Type).define(c, o, a); err != nil {
			return value.Fieldf("attributes", "%s: %v", a.Key, err)
		}
	}
	return f.only("target", "related", "attributes", "required")
}

func (referencesKind) columns(*Field) []column { return nil }

func (k referencesKind) parse(f *Field, in any) (any, error) {
	items, err := k.list(in)
	if err != nil {
		return nil, err
	}
	var read []pendingRef
	for _, item := range items {
		one, err := k.one(f, item)
		if err != nil {
			return nil, err
		}
		if one.id != 0 || one.text != "" {
			read = append(read, one)
		}
	}
	if len(read) > mostReferences {
		return nil, invalid("at most %d references are allowed", mostReferences)
	}
	if len(read) == 0 {
		return nil, nil
	}
	if slices.ContainsFunc(read, func(r pendingRef) bool { return r.text != "" }) {
		return read, nil
	}
	return resolvedRefs(read), nil
}

// resolvedRefs drops repetitions: the last one counts, at the place of the first.
func resolvedRefs(read []pendingRef) []RefValue {
	refs := make([]RefValue, 0, len(read))
	at := make(map[value.ID]int, len(read))
	for _, r := range read {
		if i, twice := at[r.id]; twice {
			refs[i].Attributes = r.attributes
			continue
		}
		at[r.id] = len(refs)
		refs = append(refs, RefValue{ID: r.id, Attributes: r.attributes})
	}
	return refs
}

func (referencesKind) list(in any) ([]any, error) {
	switch v := in.(type) {
	case []any:
		return v, nil
	case []RefValue:
		return anys(v), nil
	case []value.ID:
		return anys(v), nil
	case []string:
		return anys(v), nil
	case string:
		text := strings.TrimSpace(v)
		if strings.HasPrefix(text, "[") {
			var items []any
			decoder := json.NewDecoder(strings.NewReader(text))
			decoder.UseNumber()
			if err := decoder.Decode(&items); err == nil {
				return items, nil
			}
		}
		return anys(strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' || r == '\n' })), nil
	default:
		return nil, invalid("write a list of records' ids")
	}
}

func anys[T any](list []T) []any {
	all := make([]any, len(list))
	for i, v := range list {
		all[i] = v
	}
	return all
}

func (referencesKind) one(f *Field, in any) (pendingRef, error) {
	var given map[string]any
	switch v := in.(type) {
	case RefValue:
		in, given = v.ID, v.Attributes
	case map[string]any:
		in, given = v["id"], v
	}
	target, err := referenceKind{}.parse(f, in)
	if err != nil {
		return pendingRef{}, err
	}
	r := pendingRef{}
	switch t := target.(type) {
	case value.ID:
		r.id = t
	case bare:
		r.text = t.text
	default:
		return r, nil
	}
	r.attributes, err = f.readAttributes(given)
	return r, err
}

func (f *Field) readAttributes(given map[string]any) (Values, error) {
	var read Values
	for key := range given {
		if key != "id" && f.attributeCalled(key) == nil {
			return nil, invalid("a reference has no attribute %q", value.Clip(key, 40))
		}
	}
	for _, a := range f.Options.Attributes {
		v, err := a.Parse(given[a.Key])
		if err != nil {
			return nil, invalid("%v", err)
		}
		if v == nil && a.Required {
			return nil, invalid("%s is needed", a.Key)
		}
		if v != nil {
			if read == nil {
				read = Values{}
			}
			read[a.Key] = v
		}
	}
	return read, nil
}

func (f *Field) attributeCalled(key string) *Field {
	for _, a := range f.Options.Attributes {
		if a.Key == key {
			return a
		}
	}
	return nil
}

func (referencesKind) store(*Field, any) []any         { return nil }
func (referencesKind) load(*Field, []any) (any, error) { return nil, nil }
func (referencesKind) order(*Field) []string           { return nil }

func (k referencesKind) show(f *Field, v any) string {
	refs, ok := v.([]RefValue)
	if !ok {
		return ""
	}
	if slices.ContainsFunc(refs, func(r RefValue) bool { return len(r.Attributes) > 0 }) {
		text, _ := json.Marshal(k.json(f, v)) // texts and numbers
		return string(text)
	}
	texts := make([]string, len(refs))
	for i, r := range refs {
		texts[i] = r.ID.Text(f.short())
	}
	return strings.Join(texts, ", ")
}

func (referencesKind) json(f *Field, v any) any {
	refs, _ := v.([]RefValue)
	out := make([]any, len(refs))
	for i, r := range refs {
		one := map[string]any{"id": r.ID.Text(f.short())}
		for _, a := range f.Options.Attributes {
			if v := r.Attributes[a.Key]; v != nil {
				one[a.Key] = a.JSON(v)
			}
		}
		out[i] = one
	}
	return out
}

func (referencesKind) expr(f *Field) expr.Field {
	return expr.Field{
		Name: f.Key, Type: expr.FieldLinks, Target: f.Options.Target,
		Side: expr.Side{Table: f.side(), Owner: "record", Other: "target"},
	}
}
