package record

import (
	"fmt"
	"slices"

	"fairground/internal/value"
)

// finish checks the catalog that the steps made and derives the statements that lead to it.
func (d *draft) finish() error {
	d.reindex()
	if len(d.c.alive) > MostObjects {
		return value.Errorf(value.Invalid, "a site has at most %d objects", MostObjects)
	}
	if err := d.verifyLinks(); err != nil || len(d.plan.Breaks) > 0 {
		return err
	}
	gone := d.gone()
	d.c.settleAll()
	for _, o := range d.editedObjects() {
		if err := d.defineObject(o); err != nil {
			return err
		}
	}
	d.reindex()
	if err := d.verify(gone); err != nil {
		return err
	}
	if err := d.brokenViews(gone); err != nil || len(d.plan.Breaks) > 0 {
		return err
	}
	d.c.settleAll()
	for _, o := range d.editedObjects() {
		if err := d.derive(o); err != nil {
			return err
		}
	}
	return nil
}

// editedObjects are those in use that the plan changes or makes, by number.
func (d *draft) editedObjects() []*Object {
	var all []*Object
	for _, o := range d.c.all {
		if d.edited[o.Number] && o.Retired.IsZero() {
			all = append(all, o)
		}
	}
	return all
}

// gone are the names that mean nothing any more, or something else: of fields and objects that went, or turn into
// another type.
func (d *draft) gone() map[string]bool {
	gone := map[string]bool{}
	for _, o := range d.before.alive {
		now := d.c.byNumber[o.Number]
		if now == nil || now.Key != o.Key {
			gone[o.Key] = true
		}
		for _, f := range o.Fields {
			var same *Field
			if now != nil {
				same = now.Field(f.Key)
			}
			if same == nil || same.Number != f.Number || same.into != nil {
				gone[f.Key] = true
			}
		}
	}
	for _, o := range d.c.alive { // while a conversion goes on, new texts must fit both forms
		for _, f := range o.Fields {
			if f.into != nil {
				gone[f.Key] = true
			}
		}
	}
	return gone
}

// defineObject checks what is said about an object, and the fields that are new or changed.
func (d *draft) defineObject(o *Object) error {
	if err := o.checkWords(); err != nil {
		return err
	}
	if o.Owned != nil {
		return nil
	}
	if len(o.Fields) > MostFields {
		return value.Errorf(value.Invalid, "%s has %d fields; at most %d are allowed", o.Key, len(o.Fields), MostFields)
	}
	for _, f := range o.Fields {
		if !d.fields[f.Number] && (f.into == nil || !d.fields[f.into.Number]) {
			continue
		}
		if f.into != nil {
			f = f.into
		}
		if err := d.c.defineField(o, f); err != nil {
			return err
		}
	}
	return nil
}

// defineField checks a field's words and lets its type check its options.
func (c *Catalog) defineField(o *Object, f *Field) error {
	if err := f.checkWords(); err != nil {
		return atField(o, f, err)
	}
	if err := kindOf(f.Type).define(c, o, f); err != nil {
		return atField(o, f, err)
	}
	for _, a := range f.Options.Attributes {
		if err := c.defineAttribute(o, f, a); err != nil {
			return err
		}
	}
	return nil
}

func (c *Catalog) defineAttribute(o *Object, f, a *Field) error {
	if err := a.checkWords(); err != nil {
		return atField(o, f, err)
	}
	return kindOf(a.Type).define(c, o, a)
}

// atField names the field in front of what is wrong with it.
func atField(o *Object, f *Field, err error) error {
	return fmt.Errorf("%s.%s: %w", o.Key, f.Key, err)
}

// checkWords checks everything people read of an object, and what it names among its own fields.
func (o *Object) checkWords() error {
	for _, err := range []error{
		checkLabels("labels", o.Labels, true), checkLabels("plural", o.Plural, true), checkTexts("about", o.About, mostAbout),
		o.checkSections(), o.checkGrants(),
	} {
		if err != nil {
			return fmt.Errorf("%s: %w", o.Key, err)
		}
	}
	if o.Owned == nil && len(o.Fields) > 0 {
		if title := o.Field(o.Title); title == nil {
			return value.Fieldf("title", "%s has no field %q to name its records; choose another title first", o.Key, clipped(o.Title))
		}
	}
	for _, check := range o.Checks {
		if check.When == "" || len(check.When) > 4000 {
			return value.Fieldf("checks", "a check of %s needs a condition", o.Key)
		}
		if err := checkTexts("checks", check.Message, 500); err != nil {
			return err
		}
	}
	return nil
}

func (o *Object) checkSections() error {
	keys := map[string]bool{}
	for _, s := range o.Sections {
		if keys[s.Key] || !goodKey.MatchString(s.Key) {
			return value.Fieldf("sections", "the section %q has no good name, or there are two", clipped(s.Key))
		}
		keys[s.Key] = true
		if err := checkLabels("sections", s.Labels, true); err != nil {
			return err
		}
	}
	return nil
}

func (o *Object) checkGrants() error {
	roles := map[string]bool{}
	for _, g := range o.Grants {
		if g.Role == "" || len(g.Role) > 100 || roles[g.Role] {
			return value.Fieldf("grants", "there are two grants for the role %q, or one without a role", clipped(g.Role))
		}
		roles[g.Role] = true
		for _, r := range g.Rights {
			if !slices.Contains([]Right{See, Make, Edit, Delete, Export}, r) {
				return value.Fieldf("grants", "there is no right %q", clipped(string(r)))
			}
		}
	}
	return nil
}

func (f *Field) checkWords() error {
	if err := checkKey(f.Key); err != nil {
		return err
	}
	for _, err := range []error{
		checkLabels("labels", f.Labels, true), checkTexts("help", f.Help, mostAbout), checkTexts("message", f.Message, 500),
		checkLabels("related", f.Options.Related, false),
	} {
		if err != nil {
			return err
		}
	}
	for _, choice := range f.Options.Choices {
		if err := checkLabels("choices", choice.Labels, false); err != nil {
			return err
		}
	}
	if (f.Indexed || f.Unique) && f.Options.Length > 500 {
		return value.Fieldf("length", "a text that is unique or indexed has at most 500 characters")
	}
	return nil
}
