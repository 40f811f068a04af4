package record

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"fairground/internal/expr"
	"fairground/internal/value"
)

// verify compiles the texts that the plan wrote and those it could have broken, and looks for circles. A mistake in what
// the plan wrote is an error; something else that does not work any more is noted as broken.
func (d *draft) verify(gone map[string]bool) error {
	for _, c := range d.forms() {
		if err := d.verifyForm(c, gone); err != nil {
			return err
		}
	}
	for _, o := range d.editedObjects() {
		for _, f := range o.Fields {
			if f.Type != Formula && f.Type != Rollup {
				continue
			}
			if err := d.c.circle(o, f); err != nil {
				return err
			}
		}
	}
	return nil
}

// forms are the catalog as it is, and as it will be when the conversions that go on are done.
func (d *draft) forms() []*Catalog {
	later := d.c.copied()
	turning := false
	for _, o := range later.all {
		for j, f := range o.Fields {
			if f.into != nil {
				o.Fields[j] = f.into
				turning = true
			}
		}
	}
	if !turning {
		return []*Catalog{d.c}
	}
	later.index()
	return []*Catalog{d.c, later}
}

func (d *draft) verifyForm(c *Catalog, gone map[string]bool) error {
	c.settleAll()
	for _, o := range c.alive {
		for _, s := range o.sources() {
			wrote := d.wrote(o, s)
			if !wrote && !mentionsAny(*s.text, gone) {
				continue
			}
			if s.field != nil && c == d.c && s.field.source != 0 {
				continue // of the form that is to come
			}
			err := c.verifySource(o, s)
			if err == nil {
				continue
			}
			if wrote && value.KindOf(err) == value.Invalid {
				return fmt.Errorf("%s of %s: %w", s.what, s.name, err)
			}
			d.breaks(s.what, s.name, err.Error())
		}
	}
	return nil
}

// verifyLinks looks for references and roll-ups that lead nowhere.
func (d *draft) verifyLinks() error {
	for _, o := range d.c.alive {
		for _, f := range o.Fields {
			wrong := d.c.deadEnd(f)
			if wrong == "" {
				continue
			}
			if d.fields[f.Number] {
				return value.Fieldf("target", "%s.%s: %s, which is not there", o.Key, f.Key, wrong)
			}
			d.breaks(string(f.Type), o.Key+"."+f.Key, wrong)
		}
	}
	return nil
}

// deadEnd says where a field leads, if there is nothing.
func (c *Catalog) deadEnd(f *Field) string {
	if target := f.Options.Target; target != "" && c.byKey[target] == nil {
		return "it refers to " + clipped(target)
	}
	r := f.Options.Rollup
	if r == nil {
		return ""
	}
	from := c.byKey[r.From]
	if from == nil || from.Field(r.By) == nil || r.Of != "" && from.Field(r.Of) == nil {
		return strings.TrimSuffix(fmt.Sprintf("it gathers %s.%s by %s", clipped(r.From), clipped(r.Of), clipped(r.By)), ".")
	}
	return ""
}

func mentionsAny(text string, keys map[string]bool) bool {
	for _, word := range wordPattern.FindAllString(text, -1) {
		if keys[word] {
			return true
		}
	}
	return false
}

// wrote reports whether the plan wrote a text.
func (d *draft) wrote(o *Object, s source) bool {
	if !d.edited[o.Number] {
		return false
	}
	if s.field != nil {
		return d.fields[s.field.Number]
	}
	before := d.before.byNumber[o.Number]
	if before == nil {
		return true
	}
	return !slices.ContainsFunc(before.sources(), func(old source) bool { return old.what == s.what && *old.text == *s.text })
}

// verifySource checks that a text can be read, and more where more is asked of it.
func (c *Catalog) verifySource(o *Object, s source) error {
	condition, err := c.condition(s)
	if err != nil {
		return err
	}
	switch s.what {
	case "default":
		return c.verifyDefault(s, condition)
	case "grant":
		for _, dialect := range []expr.Dialect{expr.SQLite, expr.Postgres} {
			if reason, ok := condition.Compiles(dialect); !ok {
				return value.Fieldf("grants", "a condition for rows must be one that the database can decide: %s", reason)
			}
		}
	case "check":
		if s.field != nil && slices.ContainsFunc(condition.Fields(), func(u expr.FieldUse) bool { return u.Object == o.Key && c.later(o, u.Field) }) {
			return value.Fieldf("check", "a check cannot read roll-ups: they are reckoned after the record is written")
		}
	}
	return nil
}

// later reports whether a field is reckoned after the record is written.
func (c *Catalog) later(o *Object, key string) bool {
	f := o.Field(key)
	return f != nil && f.Type == Rollup
}

// verifyDefault checks that a default reads no fields, and gives a value that the field takes.
func (c *Catalog) verifyDefault(s source, condition *expr.Condition) error {
	if len(condition.Fields()) > 0 {
		return value.Fieldf("default", "a default cannot read other fields; use a formula")
	}
	if condition.RelatedOrNow() {
		return nil // it is checked when a record is made
	}
	v, err := condition.Eval(context.Background(), expr.Fields{}, expr.Constants{Now: time.Unix(0, 0)})
	if err != nil {
		return value.Fieldf("default", "this default has no value: %v", err)
	}
	if _, err := s.field.parse(v); err != nil {
		return value.Fieldf("default", "this default does not suit the field: %v", err)
	}
	return nil
}

// circle refuses formulas and roll-ups that depend on themselves, directly or through others.
func (c *Catalog) circle(o *Object, f *Field) error {
	start := expr.FieldUse{Object: o.Key, Field: f.Key}
	var path []string
	seen := map[expr.FieldUse]bool{}
	var visit func(u expr.FieldUse) bool
	visit = func(u expr.FieldUse) bool {
		for _, next := range c.dependsOn(u) {
			if next == start {
				path = append(path, u.Object+"."+u.Field)
				return true
			}
			if seen[next] {
				continue
			}
			seen[next] = true
			if visit(next) {
				path = append(path, u.Object+"."+u.Field)
				return true
			}
		}
		return false
	}
	if !visit(start) {
		return nil
	}
	slices.Reverse(path)
	return value.Fieldf("formula", "%s.%s depends on itself: %s", o.Key, f.Key, strings.Join(append(path, start.Object+"."+start.Field), " → "))
}

// dependsOn are the fields that a field is reckoned from.
func (c *Catalog) dependsOn(u expr.FieldUse) []expr.FieldUse {
	o := c.byKey[u.Object]
	if o == nil || o.Field(u.Field) == nil {
		return nil
	}
	f := o.Field(u.Field)
	var all []expr.FieldUse
	if r := f.Options.Rollup; r != nil {
		all = append(all, expr.FieldUse{Object: r.From, Field: r.By})
		if r.Of != "" {
			all = append(all, expr.FieldUse{Object: r.From, Field: r.Of})
		}
	}
	for _, s := range o.sources() {
		if s.field == f && (s.what == "formula" || s.what == "rollup") {
			if condition, err := c.condition(s); err == nil {
				all = append(all, condition.Fields()...)
			}
		}
	}
	return all
}
