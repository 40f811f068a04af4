package record

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

// write does what the draft derived: the rows of the catalog first, the tables last, because they stay locked from then
// until the transaction ends.
func (d *draft) write() error {
	for i, stage := range d.stages() {
		if err := stage(); err != nil {
			return fmt.Errorf("%s: %w", stageNames[i], err)
		}
	}
	return nil
}

var stageNames = []string{"rows", "views", "plan", "indexes", "tasks", "tables", "swaps"}

func (d *draft) stages() []func() error {
	return []func() error{d.writeRows, d.writeViews, d.writePlan, d.writeIndexes, d.writeTasks, d.writeTables, d.writeSwaps}
}

// writeRows writes the objects and fields that differ from what they were.
func (d *draft) writeRows() error {
	_, err := d.tx.Exec("update record_catalog set rev = $1, stamp = $2, next = $3", d.c.Rev, d.c.stamp, d.next)
	if err != nil {
		return err
	}
	for _, o := range d.c.all {
		if !d.edited[o.Number] {
			continue
		}
		if err := d.writeObject(o); err != nil {
			return err
		}
	}
	return nil
}

func (d *draft) writeObject(o *Object) error {
	before := d.wasRetired(o)
	if before == nil || before.row() != o.row() || before.Retired != o.Retired {
		_, err := d.tx.Exec(`insert into record_object (number, key, spec, retired_us) values ($1, $2, $3, $4)
			on conflict (number) do update set key = excluded.key, spec = excluded.spec, retired_us = excluded.retired_us`,
			o.Number, o.Key, o.row(), retired_us(o.Retired))
		if err != nil {
			return err
		}
	}
	was := map[int]string{}
	for _, row := range before.fieldRows() {
		was[row.field.Number] = fmt.Sprint(row)
	}
	var changed []placedField
	for _, row := range o.fieldRows() {
		if was[row.field.Number] != fmt.Sprint(row) {
			changed = append(changed, row)
		}
	}
	// Names are unique among those in use, so whatever gives one up comes first.
	slices.SortStableFunc(changed, func(a, b placedField) int { return a.rank() - b.rank() })
	for _, row := range changed {
		if err := d.clearName(row); err != nil {
			return err
		}
	}
	for _, row := range changed {
		if err := d.writeField(o, row); err != nil {
			return err
		}
	}
	return nil
}

// row is the object as its row holds it.
func (o *Object) row() string {
	bare := o.clone()
	bare.Fields, bare.Retired = nil, zeroTime
	spec, _ := json.Marshal(bare) // plain values cannot fail
	return string(spec)
}

// placedField is a field with what its row says beside the spec.
type placedField struct {
	place   int
	field   *Field
	spec    string
	made    string
	source  int
	retired bool
}

// String is what is compared to find rows that changed.
func (p placedField) String() string {
	return fmt.Sprint(p.place, p.field.Key, p.spec, p.made, p.source, p.field.Retired.UnixMicro())
}

func (p placedField) rank() int {
	if p.retired || p.source != 0 {
		return 0
	}
	return 1
}

// fieldRows are the rows of all fields of an object, also of those that are retired or not in use yet.
func (o *Object) fieldRows() []placedField {
	if o == nil {
		return nil
	}
	var rows []placedField
	add := func(place int, f *Field, source int) {
		bare := f.clone()
		bare.Retired = zeroTime
		spec, _ := json.Marshal(bare)
		rows = append(rows, placedField{place, f, string(spec), writeColumns(f.made), source, !f.Retired.IsZero()})
	}
	for i, f := range o.Fields {
		add(i, f, 0)
		if f.into != nil {
			add(i, f.into, f.Number)
		}
	}
	for _, f := range o.retired {
		add(0, f, 0)
	}
	return rows
}

// clearName takes the name of a row away for a moment, so that two fields can swap theirs.
func (d *draft) clearName(row placedField) error {
	_, err := d.tx.Exec("update record_field set key = $1 where number = $2", fmt.Sprintf("#%d", row.field.Number), row.field.Number)
	return err
}

func (d *draft) writeField(o *Object, row placedField) error {
	var source any
	if row.source != 0 {
		source = row.source
	}
	_, err := d.tx.Exec(`insert into record_field (number, object, place, key, spec, made, source, retired_us) values ($1, $2, $3, $4, $5, $6, $7, $8)
		on conflict (number) do update set place = excluded.place, key = excluded.key, spec = excluded.spec, made = excluded.made,
			source = excluded.source, retired_us = excluded.retired_us`,
		row.field.Number, o.Number, row.place, row.field.Key, row.spec, row.made, source, retired_us(row.field.Retired))
	return err
}

func (d *draft) writeViews() error {
	for _, id := range sortedInts(d.views) {
		v := d.views[id]
		if _, err := d.tx.Exec("update record_view set spec = $1, rev = $2 where id = $3", v.Spec, v.Rev, v.ID); err != nil {
			return err
		}
	}
	return nil
}

// writePlan writes the plan with what undoes it, and its entry in the change log.
func (d *draft) writePlan() error {
	if len(d.swaps) > 0 && slices.ContainsFunc(d.swaps, func(s swap) bool { return s.background }) {
		d.plan.State = Running
	}
	p := d.plan
	var undoes any
	if p.Undoes != 0 {
		undoes = p.Undoes
		if _, err := d.tx.Exec("update record_plan set state = $1 where rev = $2", string(Undone), p.Undoes); err != nil {
			return err
		}
	}
	row := []any{p.Rev, value.Micros(p.At), p.Actor, p.Title, jsonText(p.Steps), jsonText(p.Inverse), jsonText(p.Notes), string(p.State), undoes}
	err := d.tx.Insert("record_plan", []string{"rev", "at_us", "actor", "title", "steps", "inverse", "notes", "state", "undoes"}, [][]any{row})
	d.tx.Log(db.Change{Object: "schema", Record: value.ID(p.Rev), Diff: map[string]any{"title": p.Title, "steps": p.Steps, "undoes": p.Undoes}})
	return err
}

func jsonText(v any) string {
	made, _ := json.Marshal(v) // plain values cannot fail
	return string(made)
}

func (d *draft) writeTasks() error {
	for _, field := range d.stopped {
		for _, text := range []string{"delete from record_task where field = $1", "delete from record_unturned where field = $1"} {
			if _, err := d.tx.Exec(text, field); err != nil {
				return err
			}
		}
	}
	for _, t := range d.tasks {
		_, err := d.tx.Exec(`insert into record_task (kind, object, field, plan, after, again) values ($1, $2, $3, $4, 0, false)
			on conflict (kind, object, field) do update set plan = excluded.plan, after = 0, again = false`, t.kind, t.object, t.field, d.plan.Rev)
		if err != nil {
			return err
		}
	}
	return nil
}

func (d *draft) writeTables() error {
	for _, statement := range d.statements {
		if _, err := d.tx.Exec(statement); err != nil {
			return err
		}
	}
	return nil
}

func retired_us(at time.Time) any {
	if at.IsZero() {
		return nil
	}
	return value.Micros(at)
}

func sortedInts[V any](m map[int64]V) []int64 { return slices.Sorted(maps.Keys(m)) }
