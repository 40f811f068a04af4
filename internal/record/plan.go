package record

import (
	"context"
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
	revertField  Op = "revert_field"  // back to the columns that Field had before its conversion
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

	Number int    `json:"number,omitempty"` // of the object or field, where its key does not tell
	Views  []View `json:"views,omitempty"`  // restore_views
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
	return Plan{}, errNotYet
}

// Apply does steps in one transaction, together with the row that records them and what undoes them.
func (s *Store) Apply(ctx context.Context, a Asker, title string, steps []Step) (Plan, error) {
	return Plan{}, errNotYet
}

// UndoPlan takes a plan back with a new one. It returns an error of kind Conflict, with the reasons, when later plans
// stand on it, or when values entered since would be lost.
func (s *Store) UndoPlan(ctx context.Context, a Asker, rev int64) (Plan, error) {
	return Plan{}, errNotYet
}

// Plans lists the plans of the catalog, newest first.
func Plans(tx *db.Tx, limit int) ([]Plan, error) { return nil, errNotYet }

var errNotYet = value.Errorf(value.Unavailable, "not built yet")
