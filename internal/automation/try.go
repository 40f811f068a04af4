package automation

import (
	"context"
	"errors"

	"fairground/internal/db"
	"fairground/internal/record"
	"fairground/internal/value"
)

// Trial is what a flow would do with one record.
type Trial struct {
	Record *record.Record
	Holds  bool     // the condition holds
	Would  []string // what it would do, in words
	Err    error    // why it could not
}

const mostTrials = 10

// Try runs a flow on the newest records of its object, or on those named, and takes everything back. Having tried its
// present revision is what Switch asks for.
func (d *Desk) Try(ctx context.Context, a record.Asker, id value.ID, sample []value.ID) ([]Trial, error) {
	if !a.Define {
		return nil, forbidden
	}
	var flow Flow
	var trials []Trial
	err := d.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if flow, err = Find(tx, id); err != nil {
			return err
		}
		trials, err = d.sample(tx, a, flow, sample)
		return err
	})
	if err != nil {
		return nil, err
	}
	for i := range trials {
		if err := d.rehearse(ctx, a, flow, &trials[i]); err != nil {
			return nil, err
		}
	}
	return trials, d.tried(ctx, a, flow)
}

func (d *Desk) sample(tx *db.Tx, a record.Asker, flow Flow, ids []value.ID) ([]Trial, error) {
	reader := d.Records.In(tx)
	var trials []Trial
	if len(ids) > 0 {
		for _, id := range ids[:min(len(ids), mostTrials)] {
			rec, err := reader.Get(a, flow.When.Object, id)
			if err != nil {
				return nil, err
			}
			trials = append(trials, Trial{Record: rec})
		}
		return trials, nil
	}
	page, err := reader.Find(a, record.Query{Object: flow.When.Object, Sort: []record.Sort{{Field: "created", Down: true}}, Limit: mostTrials})
	for _, rec := range page.Records {
		trials = append(trials, Trial{Record: rec})
	}
	return trials, err
}

var errRehearsal = errors.New("this was only a rehearsal")

// rehearse does everything in a write that is never committed.
func (d *Desk) rehearse(ctx context.Context, a record.Asker, flow Flow, t *Trial) error {
	err := d.DB.Write(ctx, a.Actor, "automation.try", func(tx *db.Tx) error {
		*t = Trial{Record: t.Record} // the write may run twice
		s, err := d.about(tx, flow, a, t.Record.ID, false)
		if value.KindOf(err) == value.NotFound {
			return errRehearsal
		}
		if err == nil {
			t.Holds = true
			t.Would, err = d.act(ctx, tx, s, 1)
		}
		if value.KindOf(err) == value.Internal {
			return err
		}
		t.Err = err
		return errRehearsal
	})
	if errors.Is(err, errRehearsal) {
		return nil
	}
	return err
}

func (d *Desk) tried(ctx context.Context, a record.Asker, flow Flow) error {
	return d.DB.Write(ctx, a.Actor, "automation.try", func(tx *db.Tx) error {
		n, err := tx.Exec("update automation_flow set tested = rev where id = $1 and rev = $2", int64(flow.ID), flow.Rev)
		if err == nil && n == 0 {
			return value.Errorf(value.Conflict, "somebody has changed this automation meanwhile; try it again")
		}
		tx.Log(db.Change{Object: Object, Record: flow.ID, Diff: map[string]any{"tried": flow.Rev}})
		return err
	})
}
