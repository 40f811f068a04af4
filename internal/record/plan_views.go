package record

import (
	"encoding/json"
	"fmt"
	"slices"

	"fairground/internal/db"
)

// What a plan does to saved views when a field they show, sort or filter by is renamed or goes.

// names reports whether a view's lists name a field.
func (v *View) names(key string) bool {
	return v.By == key || slices.Contains(v.Columns, key) || slices.ContainsFunc(v.Sort, func(s Sort) bool { return s.Field == key })
}

func readView(kept keptView) (View, error) {
	var v View
	if err := json.Unmarshal([]byte(kept.Spec), &v); err != nil {
		return v, fmt.Errorf("record: view %d: %w", kept.ID, err)
	}
	return v, nil
}

func (d *draft) putView(kept keptView, v View) error {
	spec, err := json.Marshal(v)
	if err == nil {
		d.changeView(kept, string(spec))
	}
	return err
}

// filterOf is a view's filter as a text of the catalog.
func (v *View) filterOf(o *Object) source { return source{"view", v.Name, &v.Filter, o.Key, nil, 0} }

// eachView runs a function over the views of all objects whose filters could read a field.
func (d *draft) eachView(fn func(o *Object, kept keptView, v View) error) error {
	type row struct {
		object int
		kept   keptView
	}
	all, err := db.All(d.tx, func(r db.Scanner) (v row, err error) {
		err = r.Scan(&v.object, &v.kept.ID, &v.kept.Rev, &v.kept.Spec)
		return v, err
	}, "select object, id, rev, spec from record_view order by id")
	if err != nil {
		return err
	}
	for _, row := range all {
		o := d.c.byNumber[row.object]
		if o == nil {
			continue
		}
		if changed, ok := d.views[row.kept.ID]; ok {
			row.kept = changed
		}
		v, err := readView(row.kept)
		if err != nil {
			return err
		}
		if err := fn(o, row.kept, v); err != nil {
			return err
		}
	}
	return nil
}

// renameInViews changes lists and filters that name a field. The builder's form of a filter is made anew from its text
// when somebody opens it.
func (d *draft) renameInViews(o *Object, old, key string) error {
	return d.eachView(func(of *Object, kept keptView, v View) error {
		own := of.Number == o.Number && v.names(old)
		reads := v.Filter != "" && d.c.reads(v.filterOf(of), o.Key, old)
		if !own && !reads {
			return nil
		}
		if reads {
			condition, err := d.c.condition(v.filterOf(of))
			if err != nil {
				return err
			}
			v.Filter, v.Builder = condition.Rename(o.Key, old, key), nil
		}
		if own {
			v.rename(old, key)
		}
		return d.restored(kept, v)
	})
}

// restored puts a view whose undo comes with the undo of the rename itself: renaming back renames in views too.
func (d *draft) restored(kept keptView, v View) error {
	inverse := slices.Clone(d.plan.Inverse)
	err := d.putView(kept, v)
	d.plan.Inverse = inverse
	return err
}

func (v *View) rename(old, key string) {
	swap := func(name *string) {
		if *name == old {
			*name = key
		}
	}
	swap(&v.By)
	for i := range v.Columns {
		swap(&v.Columns[i])
	}
	for i := range v.Sort {
		swap(&v.Sort[i].Field)
	}
}

// cutViews takes a field that goes out of views: its column, its sort, the filter that reads it.
func (d *draft) cutViews(o *Object, f *Field) error {
	return d.eachView(func(of *Object, kept keptView, v View) error {
		own := of.Number == o.Number && v.names(f.Key)
		reads := v.Filter != "" && d.c.reads(v.filterOf(of), o.Key, f.Key)
		if !own && !reads {
			return nil
		}
		if own {
			v.drop(f.Key)
			d.note("The view %q of %s loses the field %s.", v.Name, of.Key, f.Key)
		}
		if reads {
			v.Filter, v.Builder = "", nil
			d.note("The view %q of %s loses its filter.", v.Name, of.Key)
		}
		return d.putView(kept, v)
	})
}

func (v *View) drop(key string) {
	v.Columns = slices.DeleteFunc(v.Columns, func(name string) bool { return name == key })
	v.Sort = slices.DeleteFunc(v.Sort, func(s Sort) bool { return s.Field == key })
	if v.By == key {
		v.By, v.Kind = "", ListView
	}
}

// brokenViews notes the views that a plan would break.
func (d *draft) brokenViews(gone map[string]bool) error {
	if len(gone) == 0 {
		return nil
	}
	return d.eachView(func(o *Object, kept keptView, v View) error {
		for _, key := range sortedKeys(gone) {
			if o.Field(key) == nil && d.had(o, key) && v.names(key) {
				d.breaks("view", v.Name, "it shows or sorts by "+key)
				return nil
			}
			if v.Filter == "" || !mentions(v.Filter, key) {
				continue
			}
			if _, err := d.c.condition(v.filterOf(o)); err != nil {
				d.breaks("view", v.Name, "its filter reads "+key)
				return nil
			}
		}
		return nil
	})
}

// had reports whether an object had a field of a key before the plan.
func (d *draft) had(o *Object, key string) bool {
	before := d.before.byNumber[o.Number]
	return before != nil && before.Field(key) != nil
}
