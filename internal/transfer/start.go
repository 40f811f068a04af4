package transfer

import (
	"context"
	"time"

	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/record"
	"fairground/internal/value"
)

// idle is after how long an import that says it runs, and does not move, may be started again.
const idle = 10 * time.Minute

// Start lets an import run in the background, on behalf of the asker. One that failed or was cancelled goes on where it
// stopped. While another import of the same file into the same object runs, it is a Conflict.
func (d *Desk) Start(ctx context.Context, a record.Asker, id value.ID) (Import, error) {
	m, seen, err := d.load(ctx, a, id)
	if err != nil {
		return m, err
	}
	was := m.State
	if err := m.startable(d.DB.Clock().Now()); err != nil {
		return m, err
	}
	if err := m.check(seen); err != nil {
		return m, err
	}
	if m.agent, err = agentOf(a); err != nil {
		return m, err
	}
	m.Account, m.State, m.Reason, m.Ended = a.Account, Running, "", time.Time{}
	return d.launch(ctx, a, m, was)
}

func (m *Import) startable(now time.Time) error {
	switch m.State {
	case Ready, Failed, Cancelled:
	case Uploaded:
		return value.Errorf(value.Conflict, "settle first which column goes to which field")
	case Running:
		if now.Sub(m.Moved) < idle {
			return value.Errorf(value.Conflict, "the import runs already")
		}
	default:
		return value.Errorf(value.Conflict, "the import is %s; upload the file again to import it once more", m.State)
	}
	if m.Cleared {
		return value.Errorf(value.Conflict, "the file was kept for %d days and is gone; upload it again", keepFiles_days)
	}
	return nil
}

// launch writes the new state and the job in one transaction.
func (d *Desk) launch(ctx context.Context, a record.Asker, m Import, was State) (started Import, err error) {
	err = d.DB.Write(ctx, a.Actor, "import.start", func(tx *db.Tx) error {
		other, err := rival(tx, m)
		if err != nil {
			return err
		}
		if other != 0 {
			return value.Errorf(value.Conflict, "the same file is being imported at this moment; wait for its end, or cancel it")
		}
		fresh := m
		if fresh.Started.IsZero() {
			fresh.Started = tx.Now()
		}
		if err := saveImport(tx, fresh, was); err != nil {
			return err
		}
		if _, err := job.Enqueue(tx, job.Job{Kind: importKind, Key: m.ID.String(), Payload: errand{m.ID}}); err != nil {
			return err
		}
		tx.Log(db.Change{Object: ImportObject, Record: m.ID, Diff: map[string]any{"state": [2]State{was, Running}, "from": m.Done}})
		started, err = d.Find(tx, a, m.ID)
		return err
	})
	return started, err
}

// Cancel stops an import before its next chunk. What was imported stays; Undo takes it back, Start goes on.
func (d *Desk) Cancel(ctx context.Context, a record.Asker, id value.ID) (m Import, err error) {
	err = d.DB.Write(ctx, a.Actor, "import.cancel", func(tx *db.Tx) error {
		if m, err = d.Find(tx, a, id); err != nil {
			return err
		}
		if m.State != Running {
			return value.Errorf(value.Conflict, "the import does not run; it is %s", m.State)
		}
		if _, err := moveState(tx, id, Running, Cancelled, ""); err != nil {
			return err
		}
		m, err = d.Find(tx, a, id)
		return err
	})
	return m, err
}
