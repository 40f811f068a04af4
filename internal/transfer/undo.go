package transfer

import (
	"context"
	"errors"
	"time"

	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/record"
	"fairground/internal/value"
)

// Undo takes back what an import wrote, in the background and on behalf of the asker: what it made goes to the trash,
// what it changed is as before. Records that somebody changed since keep those changes; Import.Kept counts them and
// Import.Why lists the first.
func (d *Desk) Undo(ctx context.Context, a record.Asker, id value.ID) (Import, error) {
	m, seen, err := d.load(ctx, a, id)
	if err != nil {
		return m, err
	}
	was := m.State
	switch {
	case was == Undoing && d.DB.Clock().Now().Sub(m.Moved) > idle:
	case was != Done && was != Failed && was != Cancelled:
		return m, value.Errorf(value.Conflict, "the import is %s; only one that has ended can be undone", was)
	case seen.Owned != nil:
		return m, value.Errorf(value.Conflict, "what an import changed of %s cannot be undone here", seen.Plural.In("en"))
	case m.Made+m.Changed == 0:
		return m, value.Errorf(value.Conflict, "the import changed nothing")
	}
	if m.agent, err = agentOf(a); err != nil {
		return m, err
	}
	m.Account, m.State, m.Reason, m.Ended = a.Account, Undoing, "", time.Time{}
	err = d.DB.Write(ctx, a.Actor, "import.undo", func(tx *db.Tx) error {
		if err := saveImport(tx, m, was); err != nil {
			return err
		}
		_, err := job.Enqueue(tx, job.Job{Kind: undoKind, Key: m.ID.String(), Payload: errand{m.ID}})
		tx.Log(db.Change{Object: ImportObject, Record: m.ID, Diff: map[string]any{"state": [2]State{was, Undoing}}})
		return err
	})
	if err != nil {
		return m, err
	}
	m, _, err = d.load(ctx, a, id)
	return m, err
}

// runUndo is the job of Undo. It may run twice: what was taken back already is not found again.
func (d *Desk) runUndo(ctx context.Context, c job.Claim) error {
	var e errand
	if err := c.Payload(&e); err != nil {
		return err
	}
	m, asker, err := d.employed(ctx, e.ID)
	if err != nil || m.State != Undoing {
		return d.giveUp(ctx, e.ID, Undoing, c, err)
	}
	result, err := d.Records.UndoBatch(ctx, asker, e.ID)
	if err != nil && value.KindOf(err) != value.NotFound {
		return d.giveUp(ctx, e.ID, Undoing, c, err)
	}
	m.State, m.Undone, m.Kept, m.Why = Undone, int64(result.Undone), int64(result.Kept), result.Why
	return d.DB.Write(ctx, asker.Actor, "import.undo", func(tx *db.Tx) error {
		ended := m
		ended.Ended = tx.Now()
		tx.Log(db.Change{Object: ImportObject, Record: m.ID, Diff: map[string]any{"state": [2]State{Undoing, Undone}, "undone": m.Undone, "kept": m.Kept}})
		return saveImport(tx, ended, Undoing)
	})
}

// employed is an import with the asker on whose behalf it runs, as they are now.
func (d *Desk) employed(ctx context.Context, id value.ID) (m Import, asker record.Asker, err error) {
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		if m, err = findImport(tx, id); err != nil {
			return err
		}
		asker, err = d.engaged(tx, m.agent)
		return err
	})
	return m, asker, err
}

// engaged is the agent's asker. That they may not act any more is a stop.
func (d *Desk) engaged(tx *db.Tx, g agent) (record.Asker, error) {
	asker, err := d.askerOf(tx, g)
	switch value.KindOf(err) {
	case value.NotFound, value.Forbidden:
		return asker, stop{"whoever started this may not act here any more"}
	default:
		return asker, err
	}
}

// giveUp ends a job that failed: with the reason in the import when no repetition would help or none is left, with the
// error for the queue otherwise.
func (d *Desk) giveUp(ctx context.Context, id value.ID, from State, c job.Claim, err error) error {
	var s stop
	switch {
	case err == nil || errors.Is(err, noImport):
		return nil
	case errors.As(err, &s):
	case ctx.Err() == nil && c.Attempt >= attempts:
		s = stop{"it failed several times: " + told(err)}
	default:
		return err
	}
	return d.DB.Write(ctx, value.SystemActor("transfer"), "import.fail", func(tx *db.Tx) error {
		moved, err := moveState(tx, id, from, Failed, s.reason)
		if err == nil && !moved {
			tx.Log(db.Change{Object: ImportObject, Record: id, Diff: map[string]any{"reason": s.reason}})
		}
		return err
	})
}

// told is what people are told of an error; the rest is in the log of the job.
func told(err error) string {
	var known *value.Error
	if errors.As(err, &known) {
		return known.Message
	}
	return "something inside the program went wrong; its log says what"
}
