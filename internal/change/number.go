package change

import (
	"context"
	"time"

	"fairground/internal/db"
)

// Number gives numbers to the entries that lack one and whose place is settled, because every transaction that could
// still commit is younger. It does nothing on SQLite, where entries are numbered as they are written.
func Number(ctx context.Context, d *db.DB) error {
	if d.Engine() == db.SQLite {
		return nil
	}
	waiting, err := unnumbered(ctx, d)
	if err != nil || !waiting {
		return err
	}
	return d.Maintain(ctx, "change.Number", number)
}

func unnumbered(ctx context.Context, d *db.DB) (waiting bool, err error) {
	err = d.Read(ctx, func(tx *db.Tx) error {
		waiting, err = db.One(tx, db.Column[bool], "select exists (select 1 from change where seq is null)")
		return err
	})
	return waiting, err
}

const longestSettle = 5 * time.Second

// Settle numbers every entry that was committed when it was called. On PostgreSQL it waits for transactions that are
// older than those entries, of any database on the server, but at most 5 s: what they hold back comes later.
func Settle(ctx context.Context, d *db.DB) error {
	if d.Engine() == db.SQLite {
		return nil
	}
	horizon := int64(0)
	began := time.Now()
	for pause := time.Millisecond; ; pause = min(2*pause, 50*time.Millisecond) {
		if err := Number(ctx, d); err != nil {
			return err
		}
		waiting, err := unsettled(ctx, d, &horizon)
		if err != nil || !waiting || time.Since(began) > longestSettle {
			return err
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// unsettled reports whether an entry from before the horizon has no number yet. The first call sets the horizon.
func unsettled(ctx context.Context, d *db.DB, horizon *int64) (waiting bool, err error) {
	err = d.Read(ctx, func(tx *db.Tx) error {
		if *horizon == 0 {
			if *horizon, err = db.One(tx, db.Column[int64], "select pg_snapshot_xmax(pg_current_snapshot())::text::bigint"); err != nil {
				return err
			}
		}
		waiting, err = db.One(tx, db.Column[bool], "select exists (select 1 from change where seq is null and xid < $1)", *horizon)
		return err
	})
	return waiting, err
}

// number holds a lock so that one process numbers at a time. The lock is a statement of its own: the next statement
// must see what the previous holder committed.
func number(tx *db.Tx) error {
	if _, err := tx.Exec("select pg_advisory_xact_lock(hashtext('number ' || current_schema()))"); err != nil {
		return err
	}
	_, err := tx.Exec(`
		with settled as (
			select id, row_number() over (order by xid, id) + (select coalesce(max(seq), 0) from change) as place
			from change
			where seq is null
				and xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint)
		update change set seq = settled.place
		from settled
		where change.id = settled.id`)
	return err
}
