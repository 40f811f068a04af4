package automation

import (
	"slices"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/record"
	"fairground/internal/value"
)

// order is the payload of one run.
type order struct {
	Flow   value.ID `json:"flow"`
	Object int      `json:"object"` // its number, which a rename does not change
	Key    string   `json:"key"`    // of objects without one
	Record value.ID `json:"record"`
	Steps  int      `json:"steps"` // how long the chain is already
	Gone   bool     `json:"gone"`  // the record was deleted
	Due    *int64   `json:"due,omitempty"`
}

// Reader follows the change log and queues a run for every flow that a change concerns. It writes nothing but jobs.
func (d *Desk) Reader() *change.Reader {
	return &change.Reader{Name: "automation", Apply: d.follow}
}

func (d *Desk) follow(tx *db.Tx, rows []change.Row) error {
	flows, err := activeFlows(tx)
	if err != nil || len(flows) == 0 {
		return err
	}
	catalog, err := d.Records.Catalog(tx)
	if err != nil {
		return err
	}
	for _, row := range rows {
		object := catalog.ByLog(row.Object)
		if object == nil {
			continue
		}
		if err := d.concern(tx, flows, object, row); err != nil {
			return err
		}
	}
	return nil
}

func (d *Desk) concern(tx *db.Tx, flows []Flow, object *record.Object, row change.Row) error {
	what := record.ReadDiff(row.Diff)
	for _, f := range flows {
		if f.When.Object != object.Key || !f.When.concerns(what) {
			continue
		}
		o := order{Flow: f.ID, Object: object.Number, Key: object.Key, Record: row.Record, Gone: what.Gone}
		if row.Actor == author.String() {
			steps, err := chain(tx, row.Object, row.Record)
			if err != nil {
				return err
			}
			o.Steps = steps
		}
		if _, err := job.Enqueue(tx, job.Job{Kind: runKind, Payload: o}); err != nil {
			return err
		}
	}
	return nil
}

// event is what happened to a record, in the words of triggers.
func event(what record.Happened) Event {
	switch {
	case what.Gone:
		return Deleted
	case what.Made:
		return Created
	default:
		return Changed
	}
}

// concerns reports whether a trigger waits for what happened.
func (t Trigger) concerns(what record.Happened) bool {
	if t.Event != event(what) {
		return false
	}
	return t.Event != Changed || len(t.Fields) == 0 || slices.ContainsFunc(t.Fields, func(key string) bool { return slices.Contains(what.Fields, key) })
}
