package office

import (
	"slices"
	"strings"

	"fairground/internal/record"
)

// stepWords says what a step does.
func (d *defining) stepWords(s record.Step) string {
	object, field := d.stepObject(s), d.stepField(s)
	switch s.Op {
	case record.AddObject:
		return d.t("office.define.step.add_object", "object", object, "count", len(s.NewObject.Fields))
	case record.AddField:
		return d.t("office.define.step.add_field", "object", object, "field", field, "type", d.typeWords(s.NewField))
	case record.ConvertField:
		return d.t("office.define.step.convert_field", "object", object, "field", field, "type", d.typeWords(s.NewField))
	case record.ChangeField:
		if s.NewField != nil && s.Before != "" {
			return d.t("office.define.step.move_field", "object", object, "field", field)
		}
		return d.t("office.define.step.change_field", "object", object, "field", field)
	case record.AddIndex, record.RemoveIndex:
		return d.t("office.define.step."+string(s.Op), "object", object, "fields", strings.Join(s.Index, ", "))
	}
	key := "office.define.step." + string(s.Op)
	if !d.words.Has(key) {
		return string(s.Op)
	}
	return d.t(key, "object", object, "field", field)
}

func (d *defining) stepObject(s record.Step) string {
	if s.NewObject != nil && d.in(s.NewObject.Plural) != "" {
		return d.in(s.NewObject.Plural)
	}
	if o := d.catalog.ByNumber(s.Number); o != nil {
		return d.in(o.Plural)
	}
	if s.Object == "" {
		return d.t("office.define.former_object")
	}
	return d.objectName(s.Object)
}

func (d *defining) stepField(s record.Step) string {
	if s.NewField != nil && d.in(s.NewField.Labels) != "" {
		return d.in(s.NewField.Labels)
	}
	if o, err := d.catalog.Object(s.Object); err == nil && o.Field(s.Field) != nil {
		return d.in(o.Field(s.Field).Labels)
	}
	return s.Field
}

// brokenWords says what kind of thing stands in the way.
func (d *defining) brokenWords(b record.Broken) string {
	key := "office.define.broken." + b.What
	if d.words.Has(key) {
		return d.t(key)
	}
	return b.What
}

// sentence is one line of what a role may do; code is a condition that belongs to it.
type sentence struct{ text, code string }

// accessWords says what follows from a role's rights, its conditions and the fields that are kept from it.
func (d *defining) accessWords(o *record.Object, role string, g record.Grant) []sentence {
	objects := d.in(o.Plural)
	has := func(r record.Right) bool { return slices.Contains(g.Rights, r) }
	if !has(record.See) {
		return []sentence{{d.t("office.define.may.see_none", "objects", objects), ""}}
	}
	said := []sentence{{d.t("office.define.may.see", "objects", objects), ""}}
	if g.Rows != "" {
		said[0] = sentence{d.t("office.define.may.see_rows", "objects", objects), g.Rows}
	}
	var may, not []string
	for _, r := range []record.Right{record.Make, record.Edit, record.Delete, record.Export} {
		word := d.t("office.define.may." + string(r))
		if has(r) {
			may = append(may, word)
		} else {
			not = append(not, word)
		}
	}
	if len(may) > 0 {
		said = append(said, sentence{d.t("office.define.may.also", "deeds", d.listed(may)), ""})
	}
	if g.Change != "" && (has(record.Edit) || has(record.Delete)) {
		said = append(said, sentence{d.t("office.define.may.change_rows"), g.Change})
	}
	if len(not) > 0 {
		said = append(said, sentence{d.t("office.define.may.not", "deeds", d.listed(not)), ""})
	}
	hidden, locked := d.keptFrom(o, role)
	if len(hidden) > 0 {
		said = append(said, sentence{d.t("office.define.may.hidden", "fields", strings.Join(hidden, ", ")), ""})
	}
	if len(locked) > 0 && has(record.Edit) {
		said = append(said, sentence{d.t("office.define.may.locked", "fields", strings.Join(locked, ", ")), ""})
	}
	return said
}

// keptFrom are the labels of the fields that a role does not see, and of those it may not change.
func (d *defining) keptFrom(o *record.Object, role string) (hidden, locked []string) {
	for _, f := range o.Fields {
		if slices.Contains(f.Hidden, role) {
			hidden = append(hidden, d.in(f.Labels))
		} else if slices.Contains(f.Locked, role) {
			locked = append(locked, d.in(f.Labels))
		}
	}
	return hidden, locked
}

// listed joins words as one says them: "make, change or delete".
func (d *defining) listed(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return d.t("office.define.and", "most", strings.Join(words[:last], ", "), "last", words[last])
}
