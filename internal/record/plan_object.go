package record

import (
	"slices"
	"time"

	"fairground/internal/value"
)

// addObject defines an object with its fields.
func (d *draft) addObject(step Step) error {
	if step.NewObject == nil {
		return value.Fieldf("new_object", "say which object to add")
	}
	o := step.NewObject.clone()
	fields := o.Fields
	o.Number, o.Retired, o.Fields, o.retired = d.number(), zeroTime, nil, nil
	if err := d.freeKey(o.Key); err != nil {
		return err
	}
	if o.Short == "" {
		var err error
		if o.Short, err = d.c.shortFor(o.Key); err != nil {
			return err
		}
	} else if err := d.c.freeShort(o.Short); err != nil {
		return err
	}
	o.Owned = nil
	if !d.system {
		o.Declared = ""
	}
	d.c.all = append(d.c.all, o)
	d.edited[o.Number] = true
	d.reindex()
	for _, f := range fields {
		if err := d.putField(o, f, ""); err != nil {
			return err
		}
		d.reindex()
	}
	d.undoneBy(Step{Op: RemoveObject, Number: o.Number})
	d.note("The object %s is made, with %d fields.", o.Key, len(o.Fields))
	return nil
}

func (d *draft) freeKey(key string) error {
	if err := checkKey(key); err != nil {
		return err
	}
	if d.c.byKey[key] != nil {
		return value.Fieldf("key", "there is an object %q already", key)
	}
	return nil
}

// changeObject replaces what is said about an object: labels, title, sections, grants, checks, its key. Fields and
// indexes have steps of their own.
func (d *draft) changeObject(step Step) error {
	o, err := d.object(step)
	if err != nil {
		return err
	}
	if step.NewObject == nil {
		return value.Fieldf("new_object", "say what the object should be")
	}
	o = d.edit(o)
	if o.Owned != nil {
		return d.changeOwned(o, step.NewObject)
	}
	old := o.spoken()
	n := step.NewObject.clone()
	if n.Key != o.Key {
		if err := d.renameObject(o, n.Key); err != nil {
			return err
		}
	}
	o.Labels, o.Plural, o.About, o.Icon, o.Title = n.Labels, n.Plural, n.About, n.Icon, n.Title
	o.Sections, o.Grants, o.Checks = n.Sections, n.Grants, n.Checks
	d.undoneBy(Step{Op: ChangeObject, Number: o.Number, NewObject: old})
	return nil
}

// spoken is an object without its fields and without what it cannot change.
func (o *Object) spoken() *Object {
	old := o.clone()
	old.Fields, old.retired, old.Indexes, old.Owned = nil, nil, nil, nil
	return old
}

// changeOwned changes what people may set of an object that a feature owns.
func (d *draft) changeOwned(o, n *Object) error {
	if n.Key != o.Key || n.Title != o.Title {
		return value.Fieldf("key", "the object %s belongs to the program; its name and title stay", o.Key)
	}
	old := o.spoken()
	o.Labels, o.Plural, o.About, o.Icon, o.Grants = n.Labels, n.Plural, n.About, n.Icon, slices.Clone(n.Grants)
	d.undoneBy(Step{Op: ChangeObject, Number: o.Number, NewObject: old})
	return nil
}

func (d *draft) renameObject(o *Object, key string) error {
	if o.Declared != "" {
		return value.Fieldf("key", "the object %s belongs to the program and keeps its name; change its labels", o.Key)
	}
	if err := d.freeKey(key); err != nil {
		return err
	}
	d.noteQuoted(o.Key, "object")
	d.renameInObjects(o.Key, key)
	o.Key = key
	return nil
}

// removeObject retires an object with its records. References to it and roll-ups over it stand in the way, or go too.
func (d *draft) removeObject(step Step) error {
	o, err := d.object(step)
	if err != nil {
		return err
	}
	switch {
	case !o.Retired.IsZero():
		return value.Errorf(value.Conflict, "the object %s was removed already", o.Key)
	case o.Declared != "":
		return value.Errorf(value.Invalid, "the object %s belongs to the program and cannot be removed", o.Key)
	}
	o = d.edit(o)
	if step.Force {
		if err := d.cutTies(o); err != nil {
			return err
		}
	}
	o.Retired = d.plan.At
	d.undoneBy(Step{Op: RestoreObject, Number: o.Number})
	d.note("The object %s and its records are kept for %d days.", o.Key, keepDays)
	return nil
}

const keepDays = int(KeepRetired / (24 * time.Hour))

// cutTies removes the fields of other objects that lead to this one.
func (d *draft) cutTies(o *Object) error {
	for _, other := range d.c.Objects() {
		for _, f := range slices.Clone(other.Fields) {
			if other.Number == o.Number || !f.leadsTo(o.Key) {
				continue
			}
			if err := d.removeToo(f); err != nil {
				return err
			}
		}
	}
	return nil
}

// removeToo removes a field that stands on something that goes, unless it is gone by now.
func (d *draft) removeToo(f *Field) error {
	_, now, err := d.field(Step{Number: f.Number})
	if err != nil || !now.Retired.IsZero() {
		return err
	}
	return d.do(Step{Op: RemoveField, Number: f.Number, Force: true})
}

// leadsTo reports whether a field refers to an object or gathers over it.
func (f *Field) leadsTo(object string) bool {
	return f.Options.Target == object || f.Options.Rollup != nil && f.Options.Rollup.From == object
}

func (d *draft) breaks(what, name, why string) {
	d.plan.Breaks = append(d.plan.Breaks, Broken{what, name, why})
}

// restoreObject brings a removed object back, with its fields and records.
func (d *draft) restoreObject(step Step) error {
	var o *Object
	for _, one := range d.c.all {
		if !one.Retired.IsZero() && (one.Number == step.Number || step.Number == 0 && one.Key == step.Object) {
			o = one // the last one of that key
		}
	}
	if o == nil {
		return value.Errorf(value.NotFound, "there is no removed object %q; what was removed is dropped after %d days", clipped(step.Object), keepDays)
	}
	if err := d.freeKey(o.Key); err != nil {
		return value.Errorf(value.Conflict, "the object %s cannot return: another has its name now", o.Key)
	}
	o = d.edit(o)
	o.Retired = zeroTime
	d.undoneBy(Step{Op: RemoveObject, Number: o.Number})
	d.note("The object %s returns, with its records.", o.Key)
	return nil
}

// changeIndex adds or removes a composite index.
func (d *draft) changeIndex(step Step) error {
	o, err := d.object(step)
	if err != nil {
		return err
	}
	if o.Owned != nil {
		return value.Errorf(value.Invalid, "the tables of %s are its owner's", o.Key)
	}
	o = d.edit(o)
	keys, numbers, err := o.indexFields(step)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(o.Indexes, func(x Composite) bool { return slices.Equal(x.Fields, keys) })
	if step.Op == RemoveIndex {
		if i < 0 {
			return value.Fieldf("index", "%s has no index over these fields", o.Key)
		}
		o.Indexes = slices.Delete(o.Indexes, i, i+1)
		d.undoneBy(Step{Op: AddIndex, Number: o.Number, Fields: numbers})
		return nil
	}
	if i >= 0 {
		return value.Fieldf("index", "%s has this index already", o.Key)
	}
	o.Indexes = append(o.Indexes, Composite{keys})
	d.undoneBy(Step{Op: RemoveIndex, Number: o.Number, Fields: numbers})
	d.note("An index over %d fields of %s is built while it is in use.", len(keys), o.Key)
	return nil
}

// indexFields finds the fields of an index step by their keys or, in an undo, by their numbers.
func (o *Object) indexFields(step Step) (keys []string, numbers []int, err error) {
	for _, n := range step.Fields {
		if f := o.numbered(n); f != nil {
			step.Index = append(slices.Clone(step.Index), f.Key)
		}
	}
	if len(step.Index) < 1 || len(step.Index) > 4 {
		return nil, nil, value.Fieldf("index", "an index is over one to four fields")
	}
	for _, key := range step.Index {
		f := o.Field(key)
		if f == nil || !f.Stored() || len(f.orderColumns()) == 0 {
			return nil, nil, value.Fieldf("index", "%s cannot be indexed by %q", o.Key, clipped(key))
		}
		if slices.Contains(keys, key) {
			return nil, nil, value.Fieldf("index", "%q is there twice", key)
		}
		keys, numbers = append(keys, key), append(numbers, f.Number)
	}
	return keys, numbers, nil
}

var zeroTime time.Time
