package transfer

import (
	"context"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

// How long files are kept.
const (
	KeepExports = 7 * 24 * time.Hour

	keepFiles_days = 30 // of imports that have ended; and their refused rows
	keepIdle_days  = 7  // of imports that were never started
)

const day = 24 * time.Hour

// Tidy forgets files that were kept long enough, and marks imports as failed whose job is gone. A job calls it daily.
func (d *Desk) Tidy(ctx context.Context) error {
	now := d.DB.Clock().Now()
	for _, step := range []func(context.Context, time.Time) error{d.wake, d.clearIdle, d.clearEnded, d.clearExports} {
		if err := step(ctx, now); err != nil {
			return err
		}
	}
	return nil
}

var tidier = value.SystemActor("transfer")

// wake ends imports and undoings that say they run and have not moved for a day: their worker died during its last
// attempt.
func (d *Desk) wake(ctx context.Context, now time.Time) error {
	for _, from := range []State{Running, Undoing} {
		ids, err := d.idsOf(ctx, "select id from transfer_import where state = $1 and moved_us < $2", string(from), value.Micros(now.Add(-day)))
		if err != nil {
			return err
		}
		for _, id := range ids {
			err := d.DB.Write(ctx, tidier, "import.fail", func(tx *db.Tx) error {
				_, err := moveState(tx, id, from, Failed, "it stopped without an end; start it again to go on")
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *Desk) idsOf(ctx context.Context, text string, args ...any) (ids []value.ID, err error) {
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		ids, err = db.All(tx, db.Column[value.ID], text, args...)
		return err
	})
	return ids, err
}

func (d *Desk) clearIdle(ctx context.Context, now time.Time) error {
	ids, err := d.idsOf(ctx, "select id from transfer_import where state in ('uploaded', 'ready') and moved_us < $1", value.Micros(now.Add(-keepIdle_days*day)))
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := d.forget(ctx, id, fileKey(id), ImportObject, "delete from transfer_import where id = $1 and state in ('uploaded', 'ready')"); err != nil {
			return err
		}
	}
	return nil
}

func (d *Desk) clearEnded(ctx context.Context, now time.Time) error {
	ids, err := d.idsOf(ctx, `
		select id from transfer_import
		where not cleared and state in ('done', 'cancelled', 'failed', 'undone') and moved_us < $1`, value.Micros(now.Add(-keepFiles_days*day)))
	if err != nil {
		return err
	}
	for _, id := range ids {
		err := d.forget(ctx, id, fileKey(id), ImportObject, "delete from transfer_fault where import = $1", "update transfer_import set cleared = true where id = $1")
		if err != nil {
			return err
		}
	}
	return nil
}

func (d *Desk) clearExports(ctx context.Context, now time.Time) error {
	ids, err := d.idsOf(ctx, "select id from transfer_export where created_us < $1 and state <> 'running' or created_us < $2",
		value.Micros(now.Add(-KeepExports)), value.Micros(now.Add(-2*KeepExports)))
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := d.forget(ctx, id, exportKey(id), ExportObject, "delete from transfer_export where id = $1"); err != nil {
			return err
		}
	}
	return nil
}

// forget removes rows, then the file.
func (d *Desk) forget(ctx context.Context, id value.ID, key, object string, texts ...string) error {
	err := d.DB.Write(ctx, tidier, object+".forget", func(tx *db.Tx) error {
		for _, text := range texts {
			if _, err := tx.Exec(text, int64(id)); err != nil {
				return err
			}
		}
		tx.Log(db.Change{Object: object, Record: id, Diff: map[string]any{"file": [2]any{true, nil}}})
		return nil
	})
	if err != nil {
		return err
	}
	return d.Files.Delete(ctx, key)
}
