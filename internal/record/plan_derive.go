package record

import (
	"fmt"
	"slices"

	"fairground/internal/db"
	"fairground/internal/value"
)

// task is work that goes on in the background after a plan.
type task struct {
	kind   string
	object int
	field  int
}

// The kinds of task.
const (
	convertTask = "convert" // values of a field into those of its twin
	computeTask = "compute" // a stored formula or a roll-up, of all records
	countTask   = "count"   // numbers for records that were there before the field
	wordsTask   = "words"   // the words to search
)

// derive compares an object with what it was, and notes the statements and tasks that lead there.
func (d *draft) derive(o *Object) error {
	if o.Owned != nil {
		return nil
	}
	before := d.before.byNumber[o.Number]
	if before == nil {
		before = d.wasRetired(o)
	}
	engine := d.tx.Engine()
	for _, f := range o.physical() {
		if err := d.deriveField(o, before, f, engine); err != nil {
			return err
		}
	}
	if before == nil {
		d.statements = append(d.statements, createTable(o, engine)...)
	} else {
		d.deriveWords(o, before)
		d.small = append(d.small, o.Number)
	}
	if n := o.width(); n > mostColumns {
		return value.Errorf(value.Limited, "%s has %d columns with those of removed fields; wait until these are dropped, after %d days", o.Key, n, keepDays)
	}
	if err := d.planIndexes(before, o); err != nil {
		return err
	}
	if n := len(o.wanted()); n > MostIndexes+2 {
		return value.Errorf(value.Invalid, "%s has %d indexes; at most %d are allowed, those of references, choices and unique fields counted", o.Key, n-2, MostIndexes)
	}
	return nil
}

// wasRetired is an object as it was before the plan restored it; nil when the plan made it.
func (d *draft) wasRetired(o *Object) *Object {
	i := slices.IndexFunc(d.before.all, func(other *Object) bool { return other.Number == o.Number })
	if i < 0 {
		return nil
	}
	return d.before.all[i]
}

// physical are the fields that have columns now: those in use and what they turn into.
func (o *Object) physical() []*Field {
	all := slices.Clone(o.Fields)
	for _, f := range o.Fields {
		if f.into != nil {
			all = append(all, f.into)
		}
	}
	return all
}

func (o *Object) width() int {
	n := len(systemColumns)
	for _, f := range slices.Concat(o.physical(), o.retired) {
		n += len(f.made)
	}
	return n
}

// deriveField gives a field the columns it lacks, and notes what must be computed.
func (d *draft) deriveField(o, before *Object, f *Field, engine db.Engine) error {
	var old *Field
	if before != nil {
		old = before.anywhere(f.Number)
	}
	add, clash := f.missing()
	if clash {
		return value.Errorf(value.Invalid, "%s.%s cannot hold other values in its columns; remove it and add it anew", o.Key, f.Key)
	}
	f.made = append(f.made, add...)
	if before != nil {
		d.statements = append(d.statements, addColumns(o, f, add, engine)...)
		if old == nil {
			d.statements = append(d.statements, createSide(f, engine)...)
		} else {
			d.statements = append(d.statements, addAttributes(f, newAttributes(f, old), engine)...)
		}
		d.fillLater(o, f, old)
	}
	if f.Type == Autonumber && old == nil {
		d.statements = append(d.statements, fmt.Sprintf("insert into record_sequence (field, next) values (%d, %d)", f.Number, max(f.Options.Start, 1)))
	}
	return nil
}

// anywhere is numbered, and finds what a field turns into as well.
func (o *Object) anywhere(number int) *Field {
	for _, f := range slices.Concat(o.physical(), o.retired) {
		if f.Number == number {
			return f
		}
	}
	return nil
}

// newAttributes are those that have no columns yet.
func newAttributes(f, old *Field) []*Field {
	var added []*Field
	for _, a := range f.Options.Attributes {
		known := func(b *Field) bool { return b.Number == a.Number }
		if !slices.ContainsFunc(old.Options.Attributes, known) && !slices.ContainsFunc(old.Gone, known) {
			added = append(added, a)
		}
	}
	return added
}

// fillLater notes what the records that are there lack: results of a new or changed formula or roll-up, numbers.
func (d *draft) fillLater(o *Object, f, old *Field) {
	switch {
	case f.Type == Autonumber && old == nil:
		d.tasks = append(d.tasks, task{countTask, o.Number, f.Number})
	case f.Type == Formula && f.Stored() || f.Type == Rollup:
		if old == nil || !old.Retired.IsZero() || !old.Stored() || !f.computesLike(old) {
			d.tasks = append(d.tasks, task{computeTask, o.Number, f.Number})
		}
	}
}

// computesLike reports whether two forms of a formula or roll-up give the same results.
func (f *Field) computesLike(old *Field) bool {
	a, b := f.Options, old.Options
	if a.Formula != b.Formula || a.Scale != b.Scale {
		return false
	}
	return a.Rollup == nil && b.Rollup == nil || a.Rollup != nil && b.Rollup != nil && *a.Rollup == *b.Rollup
}

// deriveWords notes that the words of an object must be read anew because other fields are searchable now.
func (d *draft) deriveWords(o, before *Object) {
	searchable := func(o *Object) []int {
		var numbers []int
		for _, f := range o.Fields {
			if f.Searchable {
				numbers = append(numbers, f.Number)
			}
		}
		slices.Sort(numbers)
		return numbers
	}
	if !slices.Equal(searchable(o), searchable(before)) || o.Title != before.Title {
		d.tasks = append(d.tasks, task{wordsTask, o.Number, 0})
	}
}
