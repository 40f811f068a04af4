package automation

import (
	"encoding/json"
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
	what := read(row)
	for _, f := range flows {
		if f.When.Object != object.Key || !f.When.concerns(what) {
			continue
		}
		o := order{Flow: f.ID, Object: object.Number, Key: object.Key, Record: row.Record, Gone: what.event == Deleted}
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

// happened is what an entry of the log tells of a record.
type happened struct {
	event  Event
	fields []string // that changed
}

// read tells what happened from the diff, which package record writes.
func read(row change.Row) happened {
	what := happened{event: Changed}
	var diff map[string]json.RawMessage
	if err := json.Unmarshal([]byte(row.Diff), &diff); err != nil {
		return what // erased, or another feature's form: something changed
	}
	for key, part := range diff {
		switch {
		case len(part) > 0 && part[0] == '{':
			what.fields = append(what.fields, key)
		case key == "made":
			what.event = Created
		case string(part) == "true" && (key == "deleted" || key == "purged"):
			what.event = Deleted
		}
	}
	return what
}

// concerns reports whether a trigger waits for what happened.
func (t Trigger) concerns(what happened) bool {
	if t.Event != what.event {
		return false
	}
	return t.Event != Changed || len(t.Fields) == 0 || slices.ContainsFunc(t.Fields, func(key string) bool { return slices.Contains(what.fields, key) })
}
