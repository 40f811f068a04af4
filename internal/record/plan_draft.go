package record

import (
	"fmt"
	"slices"
	"strings"

	"fairground/internal/db"
	"fairground/internal/value"
)

// draft is a plan in the making: the catalog as it will be, and what leads there. Steps change the catalog only; finish
// derives statements from the difference, and write does them.
type draft struct {
	store  *Store
	tx     *db.Tx
	before *Catalog
	c      *Catalog // copies all through: what is worked out about fields points into their catalog
	plan   Plan
	next   int // the next number

	edited map[int]bool       // objects that are copies
	fields map[int]bool       // fields that are new or changed by a step, to be defined anew
	views  map[int64]keptView // changed views, as they will be
	system bool               // the program itself plans: it may declare

	statements []string
	indexes    []indexState
	tasks      []task
	swaps      []swap
	stopped    []int // fields whose conversion ends
	small      []int // objects whose indexes are built at once
}

// mostSteps is how many steps a plan has at most.
const mostSteps = 500

func (s *Store) draft(tx *db.Tx, a Asker, steps []Step) (*draft, error) {
	if len(steps) == 0 || len(steps) > mostSteps {
		return nil, value.Errorf(value.Invalid, "a plan has 1 to %d steps", mostSteps)
	}
	d, err := s.newDraft(tx, a, steps)
	if err != nil {
		return nil, err
	}
	for i, step := range steps {
		if err := d.do(step); err != nil {
			return nil, fmt.Errorf("record: step %d, %s %s: %w", i+1, step.Op, strings.Trim(step.Object+"."+step.Field, "."), err)
		}
	}
	return d, d.finish()
}

func (s *Store) newDraft(tx *db.Tx, a Asker, steps []Step) (*draft, error) {
	if !a.Define {
		return nil, value.Errorf(value.Forbidden, "you may not change what records hold")
	}
	before, err := s.Catalog(tx)
	if err != nil {
		return nil, err
	}
	d := &draft{store: s, tx: tx, before: before, system: a.whole, edited: map[int]bool{}, fields: map[int]bool{}, views: map[int64]keptView{}}
	d.c = before.copied()
	d.c.Rev, d.c.stamp = before.Rev+1, int64(tx.NewID())
	d.plan = Plan{Rev: d.c.Rev, At: tx.Now(), Actor: a.Actor.String(), Steps: steps, State: Done}
	return d, tx.Row("select next from record_catalog").Scan(&d.next)
}

func (d *draft) do(step Step) error {
	defer d.reindex()
	switch step.Op {
	case AddObject:
		return d.addObject(step)
	case ChangeObject:
		return d.changeObject(step)
	case RemoveObject:
		return d.removeObject(step)
	case RestoreObject:
		return d.restoreObject(step)
	case AddField:
		return d.addField(step)
	case ChangeField:
		return d.changeField(step)
	case RemoveField:
		return d.removeField(step)
	case RestoreField:
		return d.restoreField(step)
	case ConvertField:
		return d.convertField(step)
	case AddIndex, RemoveIndex:
		return d.changeIndex(step)
	case revertField:
		return d.revertField(step)
	case restoreViews:
		return d.restoreViews(step)
	default:
		return value.Fieldf("op", "there is no step %q", clipped(string(step.Op)))
	}
}

// undoneBy puts a step before those that undo what came before it.
func (d *draft) undoneBy(step Step) { d.plan.Inverse = slices.Insert(d.plan.Inverse, 0, step) }

func (d *draft) note(format string, args ...any) {
	d.plan.Notes = append(d.plan.Notes, fmt.Sprintf(format, args...))
}

// number gives out the next number.
func (d *draft) number() int {
	d.next++
	return d.next - 1
}

// reindex forgets what was derived from the catalog before a step.
func (d *draft) reindex() {
	d.c.derived.Clear()
	d.c.settled = false
	d.c.index()
}

// edit notes that a step changes an object.
func (d *draft) edit(o *Object) *Object {
	d.edited[o.Number] = true
	return o
}

// object finds the object of a step: by number, or by key among those in use.
func (d *draft) object(step Step) (*Object, error) {
	if step.Number != 0 && step.Field == "" {
		for _, o := range d.c.all {
			if o.Number == step.Number {
				return o, nil
			}
		}
		return nil, value.Errorf(value.NotFound, "there is no object %d any more", step.Number)
	}
	return d.c.Object(step.Object)
}

// field finds the field of a step and makes its object a copy.
func (d *draft) field(step Step) (*Object, *Field, error) {
	if step.Number != 0 {
		for _, o := range d.c.all {
			if o.numbered(step.Number) != nil {
				o = d.edit(o)
				return o, o.numbered(step.Number), nil
			}
		}
		return nil, nil, value.Errorf(value.NotFound, "there is no field %d any more: its values were dropped after %d days", step.Number, keepDays)
	}
	o, err := d.c.Object(step.Object)
	if err != nil {
		return nil, nil, err
	}
	o = d.edit(o)
	f := o.Field(step.Field)
	if f == nil {
		return nil, nil, value.Errorf(value.NotFound, "%s has no field %q", o.Key, clipped(step.Field))
	}
	return o, f, nil
}

// refusal says what stands in the way of a plan.
func (d *draft) refusal() error {
	var reasons []string
	for _, b := range d.plan.Breaks[:min(len(d.plan.Breaks), 5)] {
		reasons = append(reasons, fmt.Sprintf("%s %s: %s", b.What, b.Name, b.Why))
	}
	if more := len(d.plan.Breaks) - len(reasons); more > 0 {
		reasons = append(reasons, fmt.Sprintf("and %d more", more))
	}
	return value.Errorf(value.Conflict, "this would break %s", strings.Join(reasons, "; "))
}
