package record

import (
	"context"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

// convertBatch converts the values of a batch of records. When all are done it goes over those once more that were
// written about the time of the plan: on PostgreSQL a write that began before it does not know of the twin.
func (s *Store) convertBatch(tx *db.Tx, o *Object, t openTask) (finished bool, err error) {
	to := o.anywhere(t.field)
	if to == nil || to.source == 0 {
		return false, t.end(tx)
	}
	turn := turner{s, tx, o, o.anywhere(to.source), to}
	where, args := "", []any(nil)
	if t.again {
		at, err := db.One(tx, db.Column[int64], "select at_us from record_plan where rev = $1", t.plan)
		if err != nil {
			return false, err
		}
		plan := value.FromMicros(at)
		where, args = "updated_us between $2 and $3", []any{value.Micros(plan.Add(-2 * time.Minute)), value.Micros(plan.Add(time.Minute))}
	}
	if err := lockRows(tx, o, t.after); err != nil {
		return false, err
	}
	rows, err := turn.read(t.after, atATime, where, args...)
	if err != nil {
		return false, err
	}
	if err := turn.write(rows); err != nil {
		return false, err
	}
	switch {
	case len(rows) == atATime:
		return false, t.reached(tx, rows[len(rows)-1].id, t.again)
	case !t.again:
		return false, t.reached(tx, 0, true)
	default:
		return true, nil
	}
}

// lockRows keeps others from writing the records of a batch between the moment they are read and the moment they are
// written. SQLite has one writer anyway.
func lockRows(tx *db.Tx, o *Object, after value.ID) error {
	if tx.Engine() != db.Postgres {
		return nil
	}
	_, err := db.All(tx, db.Column[int64], "select id from "+o.table()+" where id > $1 order by id limit 5000 for no key update", int64(after))
	return err
}

// exchangeConverted puts the twin into the place of the field, when all values are converted.
func (s *Store) exchangeConverted(ctx context.Context, t openTask) error {
	var object int
	a := System("record")
	err := s.DB.Write(ctx, a.Actor, "schema.converted", func(tx *db.Tx) error {
		object = 0
		if err := patience(tx); err != nil {
			return err
		}
		d, err := s.newDraft(tx, a, []Step{{Op: ConvertField}})
		if err != nil {
			return err
		}
		o := d.c.byNumber[t.object]
		if o == nil || o.anywhere(t.field) == nil || o.anywhere(t.field).source == 0 {
			return nil // another process was quicker, or it was undone
		}
		object = o.Number
		d.edit(o)
		to := o.anywhere(t.field)
		d.exchange(o, o.anywhere(to.source), to)
		d.reindex()
		if err := d.finish(); err != nil {
			return err
		}
		if len(d.plan.Breaks) > 0 {
			return d.refusal()
		}
		tx.Log(db.Change{Object: "schema", Record: value.ID(t.plan), Diff: map[string]any{"converted": t.field}})
		return d.writeConverted(t)
	})
	if err == nil && object != 0 {
		_, err = s.buildIndexes(ctx, object)
	}
	return err
}

// writeConverted writes the exchange. It belongs to the plan that began the conversion, so it has no row of its own.
func (d *draft) writeConverted(t openTask) error {
	d.plan.Rev = t.plan
	for _, write := range []func() error{d.writeRows, d.writeIndexes, d.writeTasks, d.writeTables} {
		if err := write(); err != nil {
			return err
		}
	}
	if err := t.end(d.tx); err != nil {
		return err
	}
	_, err := d.tx.Exec(`update record_plan set state = 'done' where rev = $1 and state = 'running'
		and not exists (select 1 from record_task where plan = $2 and kind = 'convert')`, t.plan, t.plan)
	return err
}
