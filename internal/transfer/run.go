package transfer

import (
	"context"
	"errors"
	"io"

	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/record"
	"fairground/internal/value"
)

// errOver says that the import does not run any more, or that another worker runs it.
var errOver = errors.New("transfer: the import is not this job's any more")

// runImport is the job of Start.
func (d *Desk) runImport(ctx context.Context, c job.Claim) error {
	var e errand
	if err := c.Payload(&e); err != nil {
		return err
	}
	m, asker, err := d.employed(ctx, e.ID)
	if err != nil || m.State != Running {
		return d.giveUp(ctx, e.ID, Running, c, err)
	}
	err = d.carry(ctx, m, asker)
	if errors.Is(err, errOver) {
		return nil
	}
	if errors.Is(err, errFile) || value.KindOf(err) == value.NotFound {
		err = stop{told(err)}
	}
	return d.giveUp(ctx, e.ID, Running, c, err)
}

// carry imports from the checkpoint to the end of the file.
func (d *Desk) carry(ctx context.Context, m Import, asker record.Asker) error {
	if err := d.measure(ctx, &m, asker); err != nil {
		return err
	}
	src, err := d.open(ctx, m)
	if err != nil {
		return err
	}
	defer src.Close()
	if err := src.Skip(int(m.Done)); err != nil && err != io.EOF {
		return unreadable(src.Position(), err)
	}
	r := &running{desk: d, m: m, actor: asker.Actor, names: src.Columns()}
	for {
		if err := r.chunk.fill(src, d.rows()); err != nil {
			return err
		}
		if len(r.chunk.lines) == 0 {
			return r.end(ctx)
		}
		if err := r.write(ctx, &r.chunk); err != nil {
			return err
		}
	}
}

// measure counts the rows of the file, so that progress has an end.
func (d *Desk) measure(ctx context.Context, m *Import, asker record.Asker) error {
	if m.Rows > 0 {
		return nil
	}
	src, err := d.open(ctx, *m)
	if err != nil {
		return err
	}
	defer src.Close()
	if err := src.Skip(1 << 40); err != nil && err != io.EOF {
		return nil // the import itself will find out, after the rows that can be read
	}
	m.Rows = int64(src.Position())
	return d.DB.Write(ctx, asker.Actor, "import.measure", func(tx *db.Tx) error { return setTotal(tx, m.ID, m.Rows) })
}

// running is an import while its job works.
type running struct {
	desk  *Desk
	m     Import // Done is the checkpoint
	actor value.Actor
	names []string
	chunk chunk
}

// write writes a chunk, in parts when the database or the object's owner refuses it as a whole.
func (r *running) write(ctx context.Context, c *chunk) error {
	return divide(c, func(c *chunk) error { return r.attempt(ctx, c) })
}

// attempt writes a chunk, its refused rows and the checkpoint in one transaction.
func (r *running) attempt(ctx context.Context, c *chunk) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	var t tally
	err := r.desk.DB.Write(ctx, r.actor, "record.import", func(tx *db.Tx) error {
		asker, err := r.desk.engaged(tx, r.m.agent)
		if err != nil {
			return err
		}
		if err := r.mine(tx); err != nil {
			return err
		}
		p, err := r.desk.plan(tx, asker, r.m, r.names)
		if err != nil {
			return err
		}
		var faults []fault
		if t, faults, _, err = c.apply(tx, r.desk.Records, asker, p, record.BatchOptions{Batch: r.m.ID}); err != nil {
			return err
		}
		if err := insertFaults(tx, r.m.ID, faults); err != nil {
			return err
		}
		return r.moved(checkpoint(tx, r.m.ID, r.m.Done, t))
	})
	if err == nil {
		r.m.Done += t.rows
	}
	return err
}

// mine looks at the checkpoint before the work is done, and checkpoint looks again when it moves it.
func (r *running) mine(tx *db.Tx) error {
	m, err := findImport(tx, r.m.ID)
	if errors.Is(err, noImport) {
		return errOver
	}
	return r.moved(err == nil && m.State == Running && m.Done == r.m.Done, err)
}

func (r *running) moved(ok bool, err error) error {
	if err == nil && !ok {
		return errOver
	}
	return err
}

// worthAnalysing is how many rows change a table enough for the database to look at it anew.
const worthAnalysing = 10_000

// end marks the import as done.
func (r *running) end(ctx context.Context) error {
	if r.m.Done >= worthAnalysing {
		if err := r.desk.Records.Analyse(ctx, r.m.Object); err != nil {
			return err
		}
	}
	return r.desk.DB.Write(ctx, r.actor, "import.end", func(tx *db.Tx) error {
		m, err := findImport(tx, r.m.ID)
		if err != nil {
			return err
		}
		if m.Rows != m.Done {
			if err := setTotal(tx, m.ID, m.Done); err != nil {
				return err
			}
		}
		return r.moved(moveState(tx, m.ID, Running, Done, ""))
	})
}
