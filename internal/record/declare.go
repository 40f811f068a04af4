package record

import (
	"context"
	"fmt"
	"strings"

	"fairground/internal/db"
	"fairground/internal/value"
)

// Ensure brings the objects of the configuration into the catalog: those that are missing, and their missing fields.
// It never removes, and what people changed of them stays. Call it when a site opens; it costs one read when nothing
// is missing. It returns an error of kind Conflict when somebody defined an object or field of the same name before.
func (s *Store) Ensure(ctx context.Context) error {
	complete := false
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		c, err := s.Catalog(tx)
		if err != nil {
			return err
		}
		steps, err := s.undeclared(c)
		complete = len(steps) == 0 && len(s.unowned(c)) == 0
		return err
	})
	if err != nil || complete {
		return err
	}
	_, err = s.apply(ctx, System("record"), "schema.declare", s.declaring)
	if err != nil {
		return fmt.Errorf("record.Ensure: %w", err)
	}
	return nil
}

// declaring drafts what is missing; nil when nothing is. The plan has no inverse: what the program declares stays.
func (s *Store) declaring(tx *db.Tx) (*draft, error) {
	c, err := s.Catalog(tx)
	if err != nil {
		return nil, err
	}
	steps, err := s.undeclared(c)
	if err != nil {
		return nil, err
	}
	if len(steps) == 0 && len(s.unowned(c)) == 0 {
		return nil, nil // another process was quicker
	}
	d, err := s.newDraft(tx, System("record"), steps)
	if err != nil {
		return nil, err
	}
	d.plan.Title = "declared by the program"
	for _, o := range s.unowned(c) {
		if err := d.own(o); err != nil {
			return nil, err
		}
	}
	for _, step := range steps {
		if err := d.do(step); err != nil {
			return nil, fmt.Errorf("%s %s.%s: %w", step.Op, step.Object, step.Field, err)
		}
	}
	d.plan.Inverse = nil
	return d, d.finish()
}

// undeclared are the steps that make what features declare and the catalog lacks.
func (s *Store) undeclared(c *Catalog) ([]Step, error) {
	var steps []Step
	for _, declared := range s.config.Declared {
		want := declared.clone()
		if want.Declared == "" {
			want.Declared = "program"
		}
		for _, f := range want.Fields {
			f.Declared = true
		}
		is := c.byKey[want.Key]
		switch {
		case is == nil:
			steps = append(steps, Step{Op: AddObject, Object: want.Key, NewObject: want})
			continue
		case is.Declared == "":
			return nil, value.Errorf(value.Conflict, "the object %s was defined before the program brought one of that name; rename it", want.Key)
		}
		for _, f := range want.Fields {
			has := is.Field(f.Key)
			if has == nil {
				steps = append(steps, Step{Op: AddField, Object: is.Key, Field: f.Key, NewField: f})
			} else if !has.Declared {
				return nil, value.Errorf(value.Conflict, "the field %s.%s was defined before the program brought one of that name; rename it", is.Key, f.Key)
			}
		}
	}
	return steps, nil
}

// unowned are the objects that features own and that have no number yet, or fields without one.
func (s *Store) unowned(c *Catalog) []*Object {
	var missing []*Object
	for _, lent := range s.config.Owned {
		o := c.byKey[lent.Key]
		if o == nil {
			missing = append(missing, lent)
			continue
		}
		for _, f := range o.Fields {
			if f.Number == 0 {
				missing = append(missing, lent)
				break
			}
		}
	}
	return missing
}

// own gives numbers to an object that a feature owns, so that grants, views and references can name it.
func (d *draft) own(lent *Object) error {
	o := d.c.byKey[lent.Key]
	if o != nil && o.Owned == nil {
		return value.Errorf(value.Conflict, "the object %s was defined before the program brought one of that name; rename it", lent.Key)
	}
	if o == nil {
		if !goodKey.MatchString(lent.Key) {
			return value.Fieldf("key", "%q cannot name an object", lent.Key)
		}
		if err := d.c.freeShort(lent.Short); err != nil {
			return err
		}
		o = lent.clone()
		o.Number, o.Declared = d.number(), ownedMark+lent.Key
		d.c.all = append(d.c.all, o)
	}
	d.edit(o)
	for _, f := range o.Fields {
		if f.Number == 0 {
			f.Number, f.Declared = d.number(), true
		}
	}
	d.note("%s can be read as records.", strings.ToUpper(o.Key[:1])+o.Key[1:])
	d.reindex()
	return nil
}
