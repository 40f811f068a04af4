package record

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

// Op is what one step of a plan does.
type Op string

// The steps people may write. A removal keeps columns and tables for KeepRetired, so that a restoration has the values.
const (
	AddObject     Op = "add_object"     // NewObject, with its fields
	ChangeObject  Op = "change_object"  // NewObject without fields; another key renames it
	RemoveObject  Op = "remove_object"  //
	RestoreObject Op = "restore_object" // Number, or Object: the last one of that key
	AddField      Op = "add_field"      // NewField
	ChangeField   Op = "change_field"   // NewField; another key renames it, another type is refused
	RemoveField   Op = "remove_field"   //
	RestoreField  Op = "restore_field"  // Number, or Field: the last one of that key
	ConvertField  Op = "convert_field"  // NewField: type and options; the values are converted in the background
	AddIndex      Op = "add_index"      // Index
	RemoveIndex   Op = "remove_index"   // Index
)

// The steps only an undo has.
const (
	revertField  Op = "revert_field"  // Number takes the place of Other: back to the columns before a conversion
	restoreViews Op = "restore_views" // as they were before they lost a column
)

// Step is one step of a plan.
type Step struct {
	Op        Op       `json:"op"`
	Object    string   `json:"object,omitempty"` // key, as it is when the step's turn comes
	Field     string   `json:"field,omitempty"`  // key
	NewObject *Object  `json:"new_object,omitempty"`
	NewField  *Field   `json:"new_field,omitempty"`
	Before    string   `json:"before,omitempty"` // add_field, change_field: the field it comes before in forms; "" = last, or where it is
	Index     []string `json:"index,omitempty"`  // field keys, in order
	Force     bool     `json:"force,omitempty"`  // remove what stands on it too: formulas, roll-ups, checks, columns of views

	Number int        `json:"number,omitempty"` // of the object or field; it is asked before the key
	Other  int        `json:"other,omitempty"`  // revert_field: the number of the field that goes
	Fields []int      `json:"fields,omitempty"` // of an index that goes or returns: the numbers of its fields
	Views  []keptView `json:"views,omitempty"`  // restore_views
}

// keptView is a view before a removal took something from it, and its revision after that.
type keptView struct {
	ID   int64  `json:"id"`
	Rev  int64  `json:"rev"`
	Spec string `json:"spec"`
}

// State says how far a plan is.
type State string

// The states of a plan.
const (
	Running State = "running" // values are converted in the background
	Done    State = "done"
	Undone  State = "undone"
)

// Plan is a change of the catalog: what was or would be done, and what would undo it.
type Plan struct {
	Rev     int64 // the catalog's revision that it made; 0 of a preview
	At      time.Time
	Actor   string
	Title   string
	Steps   []Step
	Inverse []Step
	State   State
	Breaks  []Broken // preview: what stands in the way, or goes with it when forced
	Notes   []string // what it does and costs, a sentence each
	Undoes  int64    // the plan that this one takes back; 0 = none
}

// Broken is something that reads what a step takes away.
type Broken struct {
	What string // view, formula, check, grant, rollup, default, title, index
	Name string // object.field, or the view's name
	Why  string // a sentence
}

// Preview checks steps and tells what they would do. It changes nothing. What they would break is in Breaks; other
// mistakes are errors of kind Invalid.
func (s *Store) Preview(ctx context.Context, a Asker, steps []Step) (Plan, error) {
	var p Plan
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		d, err := s.draft(tx, a, steps)
		if err == nil {
			p = d.plan
			p.Rev = 0
			err = d.foresee()
			p.Notes = d.plan.Notes
		}
		return err
	})
	return p, err
}

// Apply does steps in one transaction, together with the row that records them and what undoes them. When steps would
// break something and do not say Force, it returns an error of kind Conflict and the plan with its Breaks.
func (s *Store) Apply(ctx context.Context, a Asker, title string, steps []Step) (Plan, error) {
	return s.apply(ctx, a, "schema.apply", func(tx *db.Tx) (*draft, error) {
		d, err := s.draft(tx, a, steps)
		if err == nil {
			d.plan.Title = title
		}
		return d, err
	})
}

// apply writes a draft and starts what follows from it.
func (s *Store) apply(ctx context.Context, a Asker, action string, make func(tx *db.Tx) (*draft, error)) (Plan, error) {
	var p Plan
	var small []int
	err := s.DB.Write(ctx, a.Actor, action, func(tx *db.Tx) error {
		if err := patience(tx); err != nil {
			return err
		}
		p, small = Plan{}, nil
		d, err := make(tx)
		if err != nil || d == nil { // nil: there is nothing to do
			return err
		}
		if p = d.plan; len(p.Breaks) > 0 {
			return d.refusal()
		}
		if err := d.write(); err != nil {
			return err
		}
		p, small = d.plan, d.small
		return nil
	})
	if err != nil {
		return p, err
	}
	for _, object := range small {
		if _, err := s.buildIndexes(ctx, object); err != nil {
			return p, fmt.Errorf("record.Apply(%d): the plan is done, its indexes wait for Work: %w", p.Rev, err)
		}
	}
	return p, nil
}

// patience is how long a change of tables waits for those that use them, before it lets others pass and tries anew.
// Whoever comes after a change that waits, waits with it.
func patience(tx *db.Tx) error {
	if tx.Engine() != db.Postgres {
		return nil
	}
	_, err := tx.Exec("set local lock_timeout = '200ms'")
	return err
}

// Plans lists the plans of the catalog, newest first.
func Plans(tx *db.Tx, limit int) ([]Plan, error) {
	return db.All(tx, scanPlan, planColumns+" order by rev desc limit $1", limit)
}

const planColumns = "select rev, at_us, actor, title, steps, inverse, notes, state, coalesce(undoes, 0) from record_plan"

func scanPlan(row db.Scanner) (Plan, error) {
	var p Plan
	var at_us int64
	var steps, inverse, notes string
	if err := row.Scan(&p.Rev, &at_us, &p.Actor, &p.Title, &steps, &inverse, &notes, &p.State, &p.Undoes); err != nil {
		return p, err
	}
	p.At = value.FromMicros(at_us)
	return p, errors.Join(json.Unmarshal([]byte(steps), &p.Steps), json.Unmarshal([]byte(inverse), &p.Inverse), json.Unmarshal([]byte(notes), &p.Notes))
}
