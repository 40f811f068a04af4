package record

import (
	"strings"

	"fairground/internal/expr"
	"fairground/internal/value"
)

// referenceKind is one record of another object.
type referenceKind struct{}

func (referenceKind) define(c *Catalog, o *Object, f *Field) error {
	if err := f.defineTarget(c, o); err != nil {
		return err
	}
	switch f.Options.OnDelete {
	case "":
		f.Options.OnDelete = Clear
	case Restrict, Clear, Cascade:
	default:
		return value.Fieldf("on_delete", "choose one of: restrict, clear, cascade")
	}
	return f.only("target", "on_delete", "related", "unique", "indexed", "required", "default")
}

// defineTarget checks that the object exists, or is the one that is being defined.
func (f *Field) defineTarget(c *Catalog, o *Object) error {
	if f.Options.Target == "" {
		return value.Fieldf("target", "say which object it refers to")
	}
	if o != nil && o.Key == f.Options.Target {
		return nil
	}
	if c == nil {
		return nil
	}
	if _, err := c.Object(f.Options.Target); err != nil {
		return value.Fieldf("target", "there is no object %q", value.Clip(f.Options.Target, 40))
	}
	return nil
}

func (referenceKind) columns(*Field) []column { return scalar("bigint") }

func (referenceKind) parse(f *Field, in any) (any, error) {
	switch v := in.(type) {
	case value.ID:
		return someID(v)
	case int64:
		return someID(value.ID(v))
	case map[string]any:
		return referenceKind{}.parse(f, v["id"])
	case string:
		text := strings.TrimSpace(v)
		if text == "" {
			return nil, nil
		}
		if id, ok := f.readID(text); ok {
			return id, nil
		}
		if err := wellFormed(text, ""); err != nil || len(text) > 4*mostLine {
			return nil, f.noSuch(text)
		}
		return bare{text}, nil
	default:
		return nil, invalid("write the record's id")
	}
}

func someID(id value.ID) (any, error) {
	if id < 0 {
		return nil, invalid("write the record's id")
	}
	if id == 0 {
		return nil, nil
	}
	return id, nil
}

// target is the object that the field refers to; nil while the catalog is not known.
func (f *Field) target() *Object {
	if f.settled.objects == nil {
		return nil
	}
	o, err := f.settled.objects.Object(f.Options.Target)
	if err != nil {
		return nil
	}
	return o
}

// refShort stands for the letters of an object that is not known.
const refShort = "ref"

func (f *Field) short() string {
	if o := f.target(); o != nil {
		return o.Short
	}
	return refShort
}

func (f *Field) readID(text string) (value.ID, bool) {
	if id, err := value.ParseID(f.short(), text); err == nil {
		return id, true
	}
	id, err := value.ParseID(refShort, text)
	return id, err == nil
}

func (f *Field) noSuch(text string) error {
	name := f.Options.Target
	if o := f.target(); o != nil {
		name = o.Labels.In("en")
	}
	return invalid("there is no %s %q", name, value.Clip(text, 40))
}

func (referenceKind) store(_ *Field, v any) []any {
	if id, ok := v.(value.ID); ok {
		return []any{int64(id)}
	}
	return []any{nil}
}

func (referenceKind) load(_ *Field, stored []any) (any, error) {
	if id, ok := stored[0].(int64); ok {
		return value.ID(id), nil
	}
	return nil, nil
}

func (referenceKind) show(f *Field, v any) string {
	if id, ok := v.(value.ID); ok {
		return id.Text(f.short())
	}
	return showBare(v)
}

func (k referenceKind) json(f *Field, v any) any { return k.show(f, v) }

func (referenceKind) expr(f *Field) expr.Field {
	described := f.condition(expr.FieldLink, "")
	described.Target = f.Options.Target
	return described
}

func (referenceKind) order(f *Field) []string { return []string{f.column("")} }
