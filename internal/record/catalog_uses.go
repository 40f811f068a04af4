package record

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"fairground/internal/expr"
)

// source is one text in CEL that stands somewhere in the catalog.
type source struct {
	what  string  // formula, check, default, rollup, grant
	name  string  // of what it belongs to: stall.area
	text  *string // in the object; change it in a copy only
	root  string  // the key of the object it is about
	field *Field  // that it belongs to; nil for checks and grants of the whole object
	want  expr.Type
}

// sources lists the texts of an object.
func (o *Object) sources() []source {
	var all []source
	add := func(s source) {
		if *s.text != "" {
			all = append(all, s)
		}
	}
	for _, one := range o.Fields {
		for f := one; f != nil; f = f.into {
			name := o.Key + "." + f.Key
			add(source{"default", name, &f.Default, o.Key, f, 0})
			add(source{"check", name, &f.Check, o.Key, f, expr.Bool})
			add(source{"formula", name, &f.Options.Formula, o.Key, f, 0})
			if r := f.Options.Rollup; r != nil {
				add(source{"rollup", name, &r.Where, r.From, f, expr.Bool})
			}
		}
	}
	for i := range o.Checks {
		add(source{"check", fmt.Sprintf("%s, check %d", o.Key, i+1), &o.Checks[i].When, o.Key, nil, expr.Bool})
	}
	for i := range o.Grants {
		name := o.Key + ", role " + o.Grants[i].Role
		add(source{"grant", name, &o.Grants[i].Rows, o.Key, nil, expr.Bool})
		add(source{"grant", name, &o.Grants[i].Change, o.Key, nil, expr.Bool})
	}
	return all
}

// mentions reports whether a text may name something: its words are compared, which is quick and errs on the safe side.
func mentions(text, key string) bool {
	for _, word := range wordPattern.FindAllString(text, -1) {
		if word == key {
			return true
		}
	}
	return false
}

var wordPattern = regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_]*`)

// condition compiles a text about an object.
func (c *Catalog) condition(s source) (*expr.Condition, error) {
	o, err := c.Object(s.root)
	if err != nil {
		return nil, err
	}
	c.settleAll()
	scope, err := c.wideScope(o)
	if s.what == "grant" {
		scope, err = c.ruleScope(o)
	}
	if err != nil {
		return nil, err
	}
	return scope.Compile(*s.text, s.want)
}

// reads reports whether a text reads a field of an object. One that does not compile reads nothing.
func (c *Catalog) reads(s source, object, field string) bool {
	if !mentions(*s.text, field) {
		return false
	}
	condition, err := c.condition(s)
	return err == nil && slices.Contains(condition.Fields(), expr.FieldUse{Object: object, Field: field})
}

// renameField changes a field's key, and every text and list that names it.
func (d *draft) renameField(o *Object, f *Field, key string) error {
	if err := checkKey(key); err != nil {
		return err
	}
	if o.Field(key) != nil {
		return takenField(o, key)
	}
	old := f.Key
	if err := d.rewrite(old, func(s source) (string, bool) {
		condition, err := d.c.condition(s)
		if err != nil || !slices.Contains(condition.Fields(), expr.FieldUse{Object: o.Key, Field: old}) {
			return "", false
		}
		return condition.Rename(o.Key, old, key), true
	}); err != nil {
		return err
	}
	d.renameInLists(o, old, key)
	if err := d.renameInViews(o, old, key); err != nil {
		return err
	}
	f.Key = key
	return nil
}

// rewrite gives every text that names a word another form. The texts are all made before the first one is changed,
// so that all are read in the catalog as it was.
func (d *draft) rewrite(word string, rewritten func(source) (string, bool)) error {
	type change struct {
		object, place int
		text          string
	}
	var changes []change
	for _, o := range d.c.alive {
		for i, s := range o.sources() {
			if !mentions(*s.text, word) {
				continue
			}
			if text, ok := rewritten(s); ok {
				changes = append(changes, change{o.Number, i, text})
			}
		}
	}
	for _, change := range changes {
		o := d.edit(d.c.byNumber[change.object])
		*o.sources()[change.place].text = change.text
	}
	return nil
}

// renameInLists changes what names a field outside texts: titles, checks, indexes, roll-ups.
func (d *draft) renameInLists(o *Object, old, key string) {
	swap := func(name *string) {
		if *name == old {
			*name = key
		}
	}
	swap(&o.Title)
	for i := range o.Checks {
		swap(&o.Checks[i].Field)
	}
	for i := range o.Indexes {
		o.Indexes[i].Fields = slices.Clone(o.Indexes[i].Fields)
		for j := range o.Indexes[i].Fields {
			swap(&o.Indexes[i].Fields[j])
		}
	}
	d.eachRollup(func(r *RollupPlan) {
		if r.From == o.Key {
			swap(&r.By)
			swap(&r.Of)
		}
	}, func(r *RollupPlan) bool { return r.From == o.Key && (r.By == old || r.Of == old) })
}

// eachRollup changes the roll-ups that are concerned, retired ones too, so that they fit when they return.
func (d *draft) eachRollup(change func(*RollupPlan), concerned func(*RollupPlan) bool) {
	for _, o := range slices.Clone(d.c.all) {
		is := func(f *Field) bool { return f.Options.Rollup != nil && concerned(f.Options.Rollup) }
		if !slices.ContainsFunc(o.Fields, is) && !slices.ContainsFunc(o.retired, is) {
			continue
		}
		o = d.edit(o)
		for _, f := range slices.Concat(o.Fields, o.retired) {
			if is(f) {
				change(f.Options.Rollup)
			}
		}
	}
}

// renameInObjects changes what names an object: targets and roll-ups. Views and records name it by its number.
func (d *draft) renameInObjects(old, key string) {
	d.eachRollup(func(r *RollupPlan) { r.From = key }, func(r *RollupPlan) bool { return r.From == old })
	for _, o := range slices.Clone(d.c.all) {
		is := func(f *Field) bool { return f.Options.Target == old }
		if !slices.ContainsFunc(o.Fields, is) && !slices.ContainsFunc(o.retired, is) {
			continue
		}
		o = d.edit(o)
		for _, f := range slices.Concat(o.Fields, o.retired) {
			for ; f != nil; f = f.into {
				if is(f) {
					f.Options.Target = key
				}
			}
		}
	}
}

// noteQuoted tells of texts that have a name between quotes, such as subject.type == "stall". Whether they mean it
// cannot be told, so they are left to whoever renames.
func (d *draft) noteQuoted(old, what string) {
	for _, o := range d.c.alive {
		for _, s := range o.sources() {
			if strings.Contains(*s.text, `"`+old+`"`) || strings.Contains(*s.text, "'"+old+"'") {
				d.note("The %s of %s has the text %q; change it if it means the %s.", s.what, s.name, old, what)
			}
		}
	}
}
