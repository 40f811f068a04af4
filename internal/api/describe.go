package api

import (
	"encoding/json"
	"reflect"
	"strings"
	"time"
)

// Describe makes a schema of a Go type. Names come from the tag json, descriptions from the tag doc, and a tag format
// is copied. A field is required unless it is omitempty, omitzero or a pointer. Structs that are named take their place in the
// components of the document.
func (d *Document) Describe(v any) *Shape { return d.describe(reflect.TypeOf(v)) }

var (
	timeType = reflect.TypeFor[time.Time]()
	rawType  = reflect.TypeFor[json.RawMessage]()
)

func (d *Document) describe(t reflect.Type) *Shape {
	switch {
	case t == timeType:
		return &Shape{Type: "string", Format: "date-time"}
	case t == rawType:
		return &Shape{}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return d.describe(t.Elem())
	case reflect.Slice, reflect.Array:
		return &Shape{Type: "array", Items: d.describe(t.Elem())}
	case reflect.Map:
		return &Shape{Type: "object", AdditionalProperties: d.describe(t.Elem())}
	case reflect.Struct:
		return d.describeStruct(t)
	case reflect.String:
		return &Shape{Type: "string"}
	case reflect.Bool:
		return &Shape{Type: "boolean"}
	case reflect.Int64:
		return &Shape{Type: "integer", Format: "int64"}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32:
		return &Shape{Type: "integer"}
	case reflect.Float32, reflect.Float64:
		return &Shape{Type: "number"}
	case reflect.Interface:
		return anything()
	}
	return &Shape{}
}

// anything is any JSON value, null too.
func anything() *Shape {
	return &Shape{Type: []string{"null", "boolean", "number", "string", "array", "object"}}
}

func (d *Document) describeStruct(t reflect.Type) *Shape {
	name := strings.ToUpper(t.Name()[:1]) + t.Name()[1:]
	if _, known := d.Components.Schemas[name]; known {
		return Ref(name)
	}
	s := &Shape{Type: "object", Properties: make(map[string]*Shape)}
	reference := d.Define(name, s)
	for field := range fields(t) {
		tag, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if tag == "" || tag == "-" {
			continue
		}
		s.Properties[tag] = d.describeField(field)
		if !strings.Contains(options, "omit") && field.Type.Kind() != reflect.Pointer {
			s.Required = append(s.Required, tag)
		}
	}
	return reference
}

// fields yields the fields of a struct, and in the place of an embedded one those inside it.
func fields(t reflect.Type) func(yield func(reflect.StructField) bool) {
	return func(yield func(reflect.StructField) bool) {
		for i := range t.NumField() {
			field := t.Field(i)
			if field.Anonymous {
				fields(field.Type)(yield)
				continue
			}
			if !yield(field) {
				return
			}
		}
	}
}

func (d *Document) describeField(field reflect.StructField) *Shape {
	s := d.describe(field.Type)
	if text := field.Tag.Get("doc"); text != "" {
		s.Description = text
	}
	if format := field.Tag.Get("format"); format != "" {
		s.Format = format
	}
	if values := field.Tag.Get("enum"); values != "" {
		for one := range strings.SplitSeq(values, ",") {
			s.Enum = append(s.Enum, one)
		}
	}
	return s
}
