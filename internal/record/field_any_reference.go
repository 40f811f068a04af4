package record

import (
	"fmt"
	"strings"

	"fairground/internal/expr"
	"fairground/internal/value"
)

// anyReferenceKind is one record of any object: the object's number and the id.
type anyReferenceKind struct{}

const badAny = "write a record's id, such as stl_01jc2k7q8w4e9"

func (anyReferenceKind) define(_ *Catalog, _ *Object, f *Field) error {
	return f.only("related", "indexed", "required")
}

func (anyReferenceKind) columns(*Field) []column { return []column{{"o", "bigint"}, {"", "bigint"}} }

func (k anyReferenceKind) parse(f *Field, in any) (any, error) {
	switch v := in.(type) {
	case AnyValue:
		if v == (AnyValue{}) {
			return nil, nil
		}
		if f.object(v.Object) == nil || v.ID <= 0 {
			return nil, invalid(badAny)
		}
		return v, nil
	case map[string]any:
		return k.parse(f, v["id"])
	case string:
		text := strings.TrimSpace(v)
		if text == "" {
			return nil, nil
		}
		return f.readAny(text)
	default:
		return nil, invalid(badAny)
	}
}

func (f *Field) readAny(text string) (any, error) {
	short, _, _ := strings.Cut(text, "_")
	if f.settled.objects == nil {
		return nil, invalid(badAny)
	}
	o := f.settled.objects.ByShort(short)
	if o == nil {
		return nil, invalid(badAny)
	}
	id, err := o.ParseID(text)
	if err != nil {
		return nil, invalid(badAny)
	}
	return AnyValue{Object: o.Key, ID: id}, nil
}

// object finds an object that is not retired.
func (f *Field) object(key string) *Object {
	if f.settled.objects == nil {
		return nil
	}
	o, err := f.settled.objects.Object(key)
	if err != nil {
		return nil
	}
	return o
}

func (anyReferenceKind) store(f *Field, v any) []any {
	ref, _ := v.(AnyValue)
	if o := f.object(ref.Object); o != nil {
		return []any{int64(o.Number), int64(ref.ID)}
	}
	return []any{nil, nil}
}

// load leaves out what refers to an object that was removed.
func (anyReferenceKind) load(f *Field, stored []any) (any, error) {
	number, ok := stored[0].(int64)
	id, named := stored[1].(int64)
	if !ok || !named || f.settled.objects == nil {
		return nil, nil
	}
	o := f.settled.objects.ByNumber(int(number))
	if o == nil || !o.Retired.IsZero() {
		return nil, nil
	}
	return AnyValue{Object: o.Key, ID: value.ID(id)}, nil
}

func (anyReferenceKind) show(f *Field, v any) string {
	ref, _ := v.(AnyValue)
	if o := f.object(ref.Object); o != nil {
		return o.ID(ref.ID)
	}
	return ""
}

func (k anyReferenceKind) json(f *Field, v any) any { return k.show(f, v) }

// expr gives the object's key in place of its number, so that conditions may compare it.
func (anyReferenceKind) expr(f *Field) expr.Field {
	described := f.condition(expr.FieldAnyRef, "o", "")
	if f.settled.objects == nil {
		return described
	}
	var names strings.Builder
	for _, o := range f.settled.objects.Objects() {
		fmt.Fprintf(&names, " when %d then '%s'", o.Number, strings.ReplaceAll(o.Key, "'", "''"))
	}
	if names.Len() > 0 {
		described.Columns[0] = "(case " + described.Columns[0] + names.String() + " end)"
	}
	return described
}

func (anyReferenceKind) order(f *Field) []string { return []string{f.column("o"), f.column("")} }
