package record

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"

	"fairground/internal/db"
	"fairground/internal/value"
)

// SchemaFile is the catalog as a file that people write and review, in YAML or JSON. What it names is as it says, in
// every respect; objects and fields that it does not name stay as they are.
type SchemaFile struct {
	Objects []SchemaObject `json:"objects"`
}

// SchemaObject is an object of a SchemaFile.
type SchemaObject struct {
	Was    string        `json:"was,omitempty"`    // the key it has now, to be renamed
	Remove bool          `json:"remove,omitempty"` // nothing is ever removed without this
	Force  bool          `json:"force,omitempty"`  // with what stands on it
	Fields []SchemaField `json:"fields,omitempty"`
	Object
}

// SchemaField is a field of a SchemaFile.
type SchemaField struct {
	Was    string `json:"was,omitempty"`
	Remove bool   `json:"remove,omitempty"`
	Force  bool   `json:"force,omitempty"`
	Field
}

// MarshalYAML writes the file with the names and the order that its JSON has.
func (f SchemaFile) MarshalYAML() (any, error) {
	type plain SchemaFile
	text, err := json.Marshal(plain(f))
	if err != nil {
		return nil, err
	}
	var node yaml.Node
	if err := yaml.Unmarshal(text, &node); err != nil { // JSON is YAML
		return nil, err
	}
	blockStyle(&node)
	return node.Content[0], nil
}

func blockStyle(n *yaml.Node) {
	n.Style = 0
	for _, child := range n.Content {
		blockStyle(child)
	}
}

// UnmarshalYAML reads YAML or JSON. Names it does not know are an error, since they are most often slips.
func (f *SchemaFile) UnmarshalYAML(node *yaml.Node) error {
	var loose any
	if err := node.Decode(&loose); err != nil {
		return value.Errorf(value.Invalid, "this is not a schema: %v", err)
	}
	text, err := json.Marshal(loose)
	if err != nil {
		return value.Errorf(value.Invalid, "this is not a schema: %v", err)
	}
	type plain SchemaFile
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	var read plain
	if err := decoder.Decode(&read); err != nil {
		return value.Errorf(value.Invalid, "this is not a schema: %v", err)
	}
	*f = SchemaFile(read)
	return nil
}

// SchemaText is what is defined, as a file that Diff reads back. Objects that features own whole are not in it.
func (s *Store) SchemaText(tx *db.Tx, a Asker) (SchemaFile, error) {
	if !a.Define {
		return SchemaFile{}, value.Errorf(value.Forbidden, "you may not see how records are defined")
	}
	c, err := s.Catalog(tx)
	if err != nil {
		return SchemaFile{}, err
	}
	file := SchemaFile{Objects: []SchemaObject{}}
	for _, o := range c.alive {
		if o.Owned == nil {
			file.Objects = append(file.Objects, o.written())
		}
	}
	return file, nil
}

// written is an object without what only this site's catalog knows: numbers and codes.
func (o *Object) written() SchemaObject {
	made := SchemaObject{Object: *o.clone()}
	made.Number, made.Declared, made.Owned = 0, "", nil
	for _, f := range o.Fields {
		made.Fields = append(made.Fields, SchemaField{Field: *f.written()})
	}
	made.Object.Fields, made.retired = nil, nil
	return made
}

func (f *Field) written() *Field {
	made := f.clone()
	made.Number, made.Declared, made.Gone, made.made, made.into, made.source = 0, false, nil, nil, nil, 0
	for i := range made.Options.Choices {
		made.Options.Choices[i].Code = 0
	}
	for i, a := range made.Options.Attributes {
		made.Options.Attributes[i] = a.written()
	}
	return made
}

// Diff returns the steps that lead from what is defined to what a file says; none when it says what is.
func (s *Store) Diff(ctx context.Context, a Asker, want SchemaFile) (steps []Step, err error) {
	if !a.Define {
		return nil, value.Errorf(value.Forbidden, "you may not change what records hold")
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		c, err := s.Catalog(tx)
		if err != nil {
			return err
		}
		steps, err = c.diff(want)
		return err
	})
	return steps, err
}

func (c *Catalog) diff(want SchemaFile) ([]Step, error) {
	var steps []Step
	seen := map[string]bool{}
	for _, w := range want.Objects {
		if seen[w.Key] {
			return nil, value.Fieldf("objects", "the object %q is there twice", clipped(w.Key))
		}
		seen[w.Key] = true
		is := c.byKey[w.Key]
		if is == nil && w.Was != "" {
			is = c.byKey[w.Was]
		}
		switch {
		case w.Remove && is == nil:
		case w.Remove:
			steps = append(steps, Step{Op: RemoveObject, Object: is.Key, Force: w.Force})
		case is == nil:
			steps = append(steps, Step{Op: AddObject, Object: w.Key, NewObject: w.object()})
		default:
			more, err := c.diffObject(is, w)
			if err != nil {
				return nil, err
			}
			steps = append(steps, more...)
		}
	}
	return steps, nil
}

// object is what the file says of an object, with its fields.
func (w SchemaObject) object() *Object {
	o := w.Object.clone()
	for _, f := range w.Fields {
		if !f.Remove {
			o.Fields = append(o.Fields, f.Field.clone())
		}
	}
	return o
}

func (c *Catalog) diffObject(is *Object, w SchemaObject) ([]Step, error) {
	var steps []Step
	now, then := is.written().Object, w.Object
	then.Short, then.Declared, then.Number = now.Short, "", 0
	if then.Title == "" {
		then.Title = now.Title
	}
	indexes := then.Indexes
	now.Indexes, then.Indexes = nil, nil
	if jsonText(now) != jsonText(then) {
		steps = append(steps, Step{Op: ChangeObject, Object: is.Key, NewObject: then.clone()})
	}
	seen := map[string]bool{}
	for i, f := range w.Fields {
		if seen[f.Key] {
			return nil, value.Fieldf("fields", "%s.%s is there twice", clipped(w.Key), clipped(f.Key))
		}
		seen[f.Key] = true
		steps = append(steps, c.diffField(is, w, i)...)
	}
	return append(steps, diffIndexes(is, w, indexes)...), nil
}

func (c *Catalog) diffField(o *Object, w SchemaObject, place int) []Step {
	f := w.Fields[place]
	is := o.Field(f.Key)
	if is == nil && f.Was != "" {
		is = o.Field(f.Was)
	}
	step := Step{Object: w.Key, Field: f.Key, NewField: f.Field.clone()}
	switch {
	case f.Remove && is == nil:
		return nil
	case f.Remove:
		return []Step{{Op: RemoveField, Object: w.Key, Field: is.Key, Force: f.Force}}
	case is == nil:
		step.Op = AddField
		for _, next := range w.Fields[place+1:] {
			if o.Field(next.Key) != nil && next.Was == "" && !next.Remove {
				step.Before = next.Key
				break
			}
		}
		return []Step{step}
	case is.Type != f.Type || is.Options.Scale != f.Options.Scale && f.Type == Decimal:
		step.Op, step.Field = ConvertField, is.Key
		return []Step{step}
	case c.sameField(o, is, &f.Field):
		return nil
	default:
		step.Op, step.Field = ChangeField, is.Key
		return []Step{step}
	}
}

// sameField compares a field with what a file says of it, after its type has filled in what the file leaves out.
func (c *Catalog) sameField(o *Object, is, said *Field) bool {
	filled := said.written()
	now := is.written()
	now.Options.Choices = slices.DeleteFunc(now.Options.Choices, func(option Option) bool {
		_, named := filled.Option(option.Key)
		return option.Retired && !named
	})
	if kindOf(filled.Type) == nil || kindOf(filled.Type).define(nil, nil, filled) != nil {
		return false
	}
	return jsonText(now) == jsonText(filled.written())
}

// diffIndexes compares composite indexes, if the file names any.
func diffIndexes(is *Object, w SchemaObject, want []Composite) []Step {
	if want == nil {
		return nil
	}
	var steps []Step
	in := func(all []Composite, x Composite) bool {
		return slices.ContainsFunc(all, func(other Composite) bool { return fmt.Sprint(other.Fields) == fmt.Sprint(x.Fields) })
	}
	for _, x := range is.Indexes {
		if !in(want, x) {
			steps = append(steps, Step{Op: RemoveIndex, Object: w.Key, Index: x.Fields})
		}
	}
	for _, x := range want {
		if !in(is.Indexes, x) {
			steps = append(steps, Step{Op: AddIndex, Object: w.Key, Index: x.Fields})
		}
	}
	return steps
}
