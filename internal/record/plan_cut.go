package record

import (
	"fmt"
	"slices"

	"fairground/internal/db"
	"fairground/internal/value"
)

// cut takes away what reads a field that is removed by force: formulas and roll-ups go with it, checks are given up,
// views lose the column or filter. A grant is never cut: without its condition it would show more than before.
func (d *draft) cut(o *Object, f *Field) error {
	for _, other := range d.c.Objects() {
		for _, field := range slices.Clone(other.Fields) {
			if field.Number != f.Number && d.standsOn(other, field, o, f) {
				if err := d.removeToo(field); err != nil {
					return err
				}
			}
		}
		if err := d.cutChecks(d.c.byNumber[other.Number], o, f); err != nil {
			return err
		}
	}
	return d.cutViews(o, f)
}

// standsOn reports whether a formula or roll-up reads a field.
func (d *draft) standsOn(other *Object, field *Field, o *Object, f *Field) bool {
	if r := field.Options.Rollup; r != nil && r.From == o.Key && (r.By == f.Key || r.Of == f.Key) {
		return true
	}
	for _, s := range other.sources() {
		if s.field == field && (s.what == "formula" || s.what == "rollup") && d.c.reads(s, o.Key, f.Key) {
			return true
		}
	}
	return false
}

// cutChecks gives up the checks of an object that read a field.
func (d *draft) cutChecks(other, o *Object, f *Field) error {
	var checks []Check
	var fields []*Field
	for _, s := range other.sources() {
		if s.what != "check" || s.field != nil && s.field.Number == f.Number || !d.c.reads(s, o.Key, f.Key) {
			continue
		}
		if s.field != nil {
			fields = append(fields, s.field)
		} else {
			i := slices.IndexFunc(other.Checks, func(c Check) bool { return c.When == *s.text })
			checks = append(checks, other.Checks[i])
		}
		d.note("A check of %s is given up.", s.name)
	}
	for _, field := range fields {
		n := field.clone()
		n.Check, n.Message = "", nil
		if err := d.do(Step{Op: ChangeField, Number: field.Number, NewField: n}); err != nil {
			return err
		}
	}
	if len(checks) == 0 {
		return nil
	}
	n := d.c.byNumber[other.Number].spoken()
	n.Checks = slices.DeleteFunc(n.Checks, func(c Check) bool {
		return slices.ContainsFunc(checks, func(gone Check) bool { return gone.When == c.When })
	})
	return d.do(Step{Op: ChangeObject, Number: other.Number, NewObject: n})
}

// noteValues says how many records have a value in a field that goes.
func (d *draft) noteValues(o *Object, f *Field) error {
	n, err := d.filled(o, f)
	if err != nil {
		return err
	}
	switch {
	case n == 0:
		d.note("The field %s.%s goes; it holds no values.", o.Key, f.Key)
	case n > 1000:
		d.note("The field %s.%s goes; its values in more than 1,000 records are kept for %d days.", o.Key, f.Key, keepDays)
	default:
		d.note("The field %s.%s goes; its values in %d records are kept for %d days.", o.Key, f.Key, n, keepDays)
	}
	return nil
}

// filled counts the living records that have a value in a field, up to 1,001.
func (d *draft) filled(o *Object, f *Field) (int, error) {
	before := d.before.byNumber[o.Number]
	if before == nil || before.anywhere(f.Number) == nil {
		return 0, nil
	}
	var text string
	switch side := f.side(); {
	case side != "":
		text = fmt.Sprintf("select count(*) from (select distinct record from %s limit 1001) filled", side)
	case len(f.made) > 0:
		text = fmt.Sprintf("select count(*) from (select 1 from %s where %s is not null and %s limit 1001) filled", o.table(), f.columnOf(f.made), alive)
	default:
		return 0, nil
	}
	n, err := db.One(d.tx, db.Column[int64], text)
	return int(n), err
}

// columnOf is the column that is never empty when the field has a value.
func (f *Field) columnOf(columns []column) string {
	for _, c := range columns {
		if c.suffix == "" {
			return f.column("")
		}
	}
	return f.column(columns[0].suffix)
}

// changeView notes a view's new form, and its old one for the undo.
func (d *draft) changeView(v keptView, spec string) {
	before := v
	before.Rev++ // as it will be after the plan
	if _, again := d.views[v.ID]; again {
		before.Rev = v.Rev
	}
	d.undoneBy(Step{Op: restoreViews, Views: []keptView{before}})
	d.views[v.ID] = keptView{v.ID, before.Rev, spec}
}

// restoreViews gives views their form back. One that somebody changed since stays as it is.
func (d *draft) restoreViews(step Step) error {
	for _, v := range step.Views {
		var rev int64
		var spec string
		err := d.tx.Row("select rev, spec from record_view where id = $1", v.ID).Scan(&rev, &spec)
		if value.KindOf(err) == value.NotFound {
			continue
		}
		if err != nil {
			return err
		}
		if now, ok := d.views[v.ID]; ok {
			rev, spec = now.Rev, now.Spec
		} else if rev != v.Rev {
			d.note("A view was changed since and stays as it is.")
			continue
		}
		d.changeView(keptView{v.ID, rev, spec}, v.Spec)
	}
	return nil
}
