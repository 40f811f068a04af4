package change

import (
	"context"

	"fairground/internal/db"
)

// Number gives numbers to the committed entries that lack one. It does nothing on SQLite, where entries are numbered
// as they are written.
func Number(ctx context.Context, d *db.DB) error {
	if d.Engine() == db.SQLite {
		return nil
	}
	var waiting bool
	err := d.Read(ctx, func(tx *db.Tx) (err error) {
		waiting, err = db.One(tx, db.Column[bool], "select exists (select 1 from change where seq is null)")
		return err
	})
	if err != nil || !waiting {
		return err
	}
	return d.Maintain(ctx, "change.Number", number)
}

// number holds a lock so that one process numbers at a time. The lock is a statement of its own: the next statement
// must see what the previous holder committed.
//
// Among entries that are numbered together the order is that of their transactions' ids. A write is serialisable, so
// its snapshot is older than its id; whoever saw another's rows therefore has the greater id.
func number(tx *db.Tx) error {
	if _, err := tx.Exec("select pg_advisory_xact_lock(hashtext('number ' || current_schema()))"); err != nil {
		return err
	}
	_, err := tx.Exec(`
		with committed as (
			select id, row_number() over (order by xid, id) + (select coalesce(max(seq), 0) from change) as place
			from change
			where seq is null)
		update change set seq = committed.place
		from committed
		where change.id = committed.id`)
	return err
}
