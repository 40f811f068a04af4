package record

import (
	"slices"
	"strings"

	"fairground/internal/value"
)

// addField defines a field.
func (d *draft) addField(step Step) error {
	o, err := d.c.Object(step.Object)
	if err != nil {
		return err
	}
	if step.NewField == nil {
		return value.Fieldf("new_field", "say which field to add")
	}
	if o.Owned != nil {
		return value.Errorf(value.Invalid, "the fields of %s are its owner's", o.Key)
	}
	o = d.edit(o)
	if err := d.putField(o, step.NewField, step.Before); err != nil {
		return err
	}
	f := o.Fields[slices.IndexFunc(o.Fields, func(f *Field) bool { return f.Key == step.NewField.Key })]
	d.undoneBy(Step{Op: RemoveField, Object: o.Key, Field: f.Key, Number: f.Number})
	d.note("The field %s.%s is added; no record is rewritten.", o.Key, f.Key)
	return nil
}

// putField gives an object a copy of a field, with a number.
func (d *draft) putField(o *Object, field *Field, before string) error {
	if err := checkKey(field.Key); err != nil {
		return err
	}
	if slices.ContainsFunc(o.Fields, func(f *Field) bool { return f.Key == field.Key }) {
		return takenField(o, field.Key)
	}
	f := field.clone()
	f.Number, f.Retired, f.made, f.into, f.source, f.Gone = d.number(), zeroTime, nil, nil, 0, nil
	f.Options.Choices = keepCodes(f.Options.Choices, nil)
	f.Declared = f.Declared && d.system
	if err := f.known(); err != nil {
		return err
	}
	d.numberAttributes(f, nil)
	d.fields[f.Number] = true
	return o.place(f, before)
}

// known refuses types that do not exist.
func (f *Field) known() error {
	if kindOf(f.Type) == nil {
		return value.Fieldf("type", "there is no field type %q", clipped(string(f.Type)))
	}
	for _, a := range f.Options.Attributes {
		if !slices.Contains([]Type{Text, Integer, Date, YesNo, Choice}, a.Type) {
			return value.Fieldf("attributes", "an attribute of a reference is a text, an integer, a date, yes or no, or a choice")
		}
	}
	return nil
}

func takenField(o *Object, key string) error {
	return value.Fieldf("key", "%s has a field %q already", o.Key, key)
}

// place puts a field before another, or last.
func (o *Object) place(f *Field, before string) error {
	i := len(o.Fields)
	if before != "" {
		if i = slices.IndexFunc(o.Fields, func(other *Field) bool { return other.Key == before }); i < 0 {
			return value.Fieldf("before", "%s has no field %q", o.Key, clipped(before))
		}
	}
	o.Fields = slices.Insert(o.Fields, i, f)
	if o.Title == "" {
		o.Title = f.Key
	}
	return nil
}

// follower is the key of the field behind another, "" for the last.
func (o *Object) follower(f *Field) string {
	if i := slices.Index(o.Fields, f); i+1 < len(o.Fields) {
		return o.Fields[i+1].Key
	}
	return ""
}

// numberAttributes gives numbers to new attributes of references. Those that are not named any more go, and keep their
// columns.
func (d *draft) numberAttributes(f, old *Field) {
	had := map[string]*Field{}
	if old != nil {
		for _, a := range slices.Concat(old.Gone, old.Options.Attributes) {
			had[a.Key+" "+string(a.Type)] = a
		}
		f.Gone = cloneFields(old.Gone)
	}
	for _, a := range f.Options.Attributes {
		if known := had[a.Key+" "+string(a.Type)]; known != nil {
			a.Number = known.Number
			a.Options.Choices = keepCodes(a.Options.Choices, known.Options.Choices)
		} else {
			a.Number = d.number()
		}
	}
	f.Gone = slices.DeleteFunc(f.Gone, func(g *Field) bool { return f.attribute(g.Number) })
	if old == nil {
		return
	}
	for _, a := range old.Options.Attributes {
		if !f.attribute(a.Number) {
			f.Gone = append(f.Gone, a.clone())
		}
	}
}

func (f *Field) attribute(number int) bool {
	return slices.ContainsFunc(f.Options.Attributes, func(a *Field) bool { return a.Number == number })
}

// keepCodes gives choices the codes that their keys have. A choice that is not named any more retires; its code is
// never given to another, because records hold it. A choice that says its code keeps it and may change its key.
func keepCodes(choices, old []Option) []Option {
	kept := slices.Clone(choices)
	for _, o := range old {
		i := slices.IndexFunc(kept, func(n Option) bool { return n.Code == o.Code })
		if i < 0 {
			i = slices.IndexFunc(kept, func(n Option) bool { return n.Key == o.Key && n.Code == 0 })
		}
		if i >= 0 {
			kept[i].Code = o.Code
			continue
		}
		o.Retired = true
		kept = append(kept, o)
	}
	for i, o := range kept {
		if o.Code != 0 && !slices.ContainsFunc(old, func(known Option) bool { return known.Code == o.Code }) {
			kept[i].Code = 0 // nobody gave it; it could be one that is used elsewhere
		}
	}
	return kept
}

// changeField replaces what is said about a field. Its type, and what decides how values are stored, stay; another key
// renames it.
func (d *draft) changeField(step Step) error {
	o, f, err := d.field(step)
	if err != nil {
		return err
	}
	n := step.NewField
	switch {
	case n == nil:
		return value.Fieldf("new_field", "say what the field should be")
	case !f.Retired.IsZero():
		return value.Errorf(value.Conflict, "the field %s.%s was removed", o.Key, f.Key)
	case f.into != nil:
		return errConverting(o, f)
	case o.Owned != nil:
		return d.changeOwnedField(o, f, n)
	}
	if err := f.mayBecome(n); err != nil {
		return err
	}
	old, n := f.clone(), n.clone()
	if n.Key != f.Key {
		if f.Declared {
			return value.Fieldf("key", "the field %s belongs to the program and keeps its name; change its labels", f.Key)
		}
		if err := d.renameField(o, f, n.Key); err != nil {
			return err
		}
		n.follow(old, f)
	}
	return d.replace(o, f, old, n, step.Before)
}

// follow takes over the texts that a rename rewrote, where the new form of the field has them as they were.
func (f *Field) follow(old, rewritten *Field) {
	follow := func(text *string, old, now string) {
		if *text == old {
			*text = now
		}
	}
	follow(&f.Check, old.Check, rewritten.Check)
	follow(&f.Options.Formula, old.Options.Formula, rewritten.Options.Formula)
	if f.Options.Rollup != nil && old.Options.Rollup != nil {
		follow(&f.Options.Rollup.Where, old.Options.Rollup.Where, rewritten.Options.Rollup.Where)
		follow(&f.Options.Rollup.By, old.Options.Rollup.By, rewritten.Options.Rollup.By)
		follow(&f.Options.Rollup.Of, old.Options.Rollup.Of, rewritten.Options.Rollup.Of)
	}
}

func errConverting(o *Object, f *Field) error {
	return value.Errorf(value.Conflict, "the values of %s.%s are being converted; wait until that is done, or undo it", o.Key, f.Key)
}

// mayBecome refuses changes that take a conversion.
func (f *Field) mayBecome(n *Field) error {
	switch {
	case n.Type != f.Type:
		return value.Fieldf("type", "a field changes its type by a conversion")
	case n.Options.Scale != f.Options.Scale:
		return value.Fieldf("scale", "the digits after the point change by a conversion")
	case n.Options.Target != f.Options.Target:
		return value.Fieldf("target", "a reference keeps its object; add another field instead")
	case f.Declared && (n.Options.Formula != f.Options.Formula || n.Unique != f.Unique):
		return value.Fieldf("key", "the field %s belongs to the program; this stays as it is", f.Key)
	}
	return nil
}

// replace puts the new form of a field into the place of the old. A formula or roll-up of another result gets columns
// of its own, because the old ones hold values of another type.
func (d *draft) replace(o *Object, f, old, made *Field, before string) error {
	if err := made.known(); err != nil {
		return err
	}
	oldBefore := o.follower(f)
	made.Number, made.Retired, made.made, made.Declared = f.Number, zeroTime, f.made, f.Declared
	made.into, made.source, made.Gone = nil, 0, nil
	made.Options.Choices = keepCodes(made.Options.Choices, f.Options.Choices)
	for _, was := range old.Options.Choices {
		if _, stays := made.Option(was.Key); !stays {
			d.noteQuoted(was.Key, "choice")
		}
	}
	d.numberAttributes(made, f)
	i := slices.Index(o.Fields, f)
	if old.computedAnew(made) {
		made.Number, made.made = d.number(), nil
		f.Retired = d.plan.At
		f.Key = old.Key
		o.retired = append(o.retired, f)
		d.undoneBy(Step{Op: revertField, Object: o.Key, Field: old.Key, Number: f.Number, Other: made.Number})
	} else {
		old.made, old.into = nil, nil
		d.undoneBy(Step{Op: ChangeField, Object: o.Key, Field: old.Key, Number: f.Number, NewField: old, Before: oldBefore})
	}
	o.Fields[i] = made
	d.fields[made.Number] = true
	if before != "" && before != made.Key {
		o.Fields = slices.Delete(o.Fields, i, i+1)
		return o.place(made, before)
	}
	return nil
}

func (f *Field) computedAnew(n *Field) bool {
	a, b := f.Options, n.Options
	switch f.Type {
	case Formula:
		return a.Result != b.Result
	case Rollup:
		return a.Rollup == nil || b.Rollup == nil || a.Rollup.Op != b.Rollup.Op || a.Rollup.From != b.Rollup.From || a.Rollup.Of != b.Rollup.Of
	default:
		return false
	}
}

// changeOwnedField changes what people may set of a field that a feature owns.
func (d *draft) changeOwnedField(o *Object, f, n *Field) error {
	if n.Key != f.Key || n.Type != f.Type {
		return value.Fieldf("key", "the field %s.%s belongs to the program; its name and type stay", o.Key, f.Key)
	}
	old := f.clone()
	old.made, old.into = nil, nil
	f.Labels, f.Help, f.Hidden, f.Locked = n.Labels, n.Help, slices.Clone(n.Hidden), slices.Clone(n.Locked)
	d.undoneBy(Step{Op: ChangeField, Object: o.Key, Field: f.Key, Number: f.Number, NewField: old})
	return nil
}

// removeField retires a field. Its columns stay for an undo.
func (d *draft) removeField(step Step) error {
	o, f, err := d.field(step)
	if err != nil {
		return err
	}
	switch {
	case !f.Retired.IsZero():
		return value.Errorf(value.Conflict, "the field %s.%s was removed already", o.Key, f.Key)
	case f.Declared || o.Owned != nil:
		return value.Errorf(value.Invalid, "the field %s.%s belongs to the program and cannot be removed", o.Key, f.Key)
	case f.into != nil:
		return errConverting(o, f)
	}
	if step.Force {
		if err := d.cut(o, f); err != nil {
			return err
		}
		o = d.edit(d.c.byNumber[o.Number])
	}
	before := o.follower(f)
	d.dropIndexesOf(o, f)
	o.Fields = slices.DeleteFunc(o.Fields, func(other *Field) bool { return other.Number == f.Number })
	if len(o.Fields) == 0 {
		o.Title = ""
	}
	f.Retired = d.plan.At
	o.retired = append(o.retired, f)
	d.undoneBy(Step{Op: RestoreField, Object: o.Key, Field: f.Key, Number: f.Number, Before: before})
	return d.noteValues(o, f)
}

// dropIndexesOf removes composite indexes that a field is part of.
func (d *draft) dropIndexesOf(o *Object, f *Field) {
	for _, x := range slices.Clone(o.Indexes) {
		if slices.Contains(x.Fields, f.Key) {
			_, numbers, _ := o.indexFields(Step{Index: x.Fields}) // they were checked when it was made
			o.Indexes = slices.DeleteFunc(o.Indexes, func(other Composite) bool { return slices.Equal(other.Fields, x.Fields) })
			d.undoneBy(Step{Op: AddIndex, Number: o.Number, Fields: numbers})
			d.note("The index of %s over %s goes with it.", o.Key, strings.Join(x.Fields, ", "))
		}
	}
}

// restoreField brings a removed field back, with its values.
func (d *draft) restoreField(step Step) error {
	o, f, err := d.retiredField(step)
	if err != nil {
		return err
	}
	if !o.Retired.IsZero() {
		return value.Errorf(value.Conflict, "the object %s was removed; restore it first", o.Key)
	}
	if o.Field(f.Key) != nil {
		return value.Errorf(value.Conflict, "the field %s.%s cannot return: another has its name now", o.Key, f.Key)
	}
	o.retired = slices.DeleteFunc(o.retired, func(other *Field) bool { return other.Number == f.Number })
	f.Retired = zeroTime
	if o.Field(step.Before) == nil {
		step.Before = ""
	}
	if err := o.place(f, step.Before); err != nil {
		return err
	}
	d.fields[f.Number] = true
	d.undoneBy(Step{Op: RemoveField, Object: o.Key, Field: f.Key, Number: f.Number})
	d.note("The field %s.%s returns, with its values.", o.Key, f.Key)
	return nil
}

// retiredField finds a removed field, by its number or as the last one of its key, and makes its object a copy.
func (d *draft) retiredField(step Step) (*Object, *Field, error) {
	if step.Number != 0 {
		o, f, err := d.field(step)
		if err == nil && f.Retired.IsZero() {
			err = value.Errorf(value.Conflict, "the field %s.%s is in use", o.Key, f.Key)
		}
		return o, f, err
	}
	o, err := d.c.Object(step.Object)
	if err != nil {
		return nil, nil, err
	}
	o = d.edit(o)
	var found *Field
	for _, f := range o.retired {
		if f.Key == step.Field && (found == nil || f.Retired.After(found.Retired)) {
			found = f
		}
	}
	if found == nil {
		return nil, nil, value.Errorf(value.NotFound, "%s has no removed field %q; what was removed is dropped after %d days", o.Key, clipped(step.Field), keepDays)
	}
	return o, found, nil
}
