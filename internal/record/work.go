package record

import (
	"context"
	"errors"
	"fmt"

	"fairground/internal/db"
	"fairground/internal/value"
)

// atATime is how many records a piece of background work takes at once.
const atATime = 5_000

// Work does some of what waits in the background: values of fields that change their type, indexes, formulas and
// words to compute, roll-ups, columns to drop. It returns how many pieces it did; 0 means that nothing is left. Several
// processes may call it at once.
func (s *Store) Work(ctx context.Context) (n int, err error) {
	var failures []error
	did := func(what string, some int, err error) {
		n += some
		if err != nil { // what else waits goes on all the same
			failures = append(failures, fmt.Errorf("record.Work: %s: %w", what, err))
		}
	}
	built, err := s.buildIndexes(ctx, 0)
	did("indexes", built, err)
	tasks, err := s.openTasks(ctx)
	did("tasks", 0, err)
	for _, t := range tasks {
		if err := s.workOn(ctx, t); err != nil {
			did(fmt.Sprintf("%s of field %d", t.kind, t.field), 0, err)
		} else {
			n++
		}
	}
	dirty, err := s.gatherDirty(ctx, atATime)
	did("roll-ups", dirty, err)
	dropped, err := s.purgeRetired(ctx)
	did("drops", dropped, err)
	return n, errors.Join(failures...)
}

func scanTask(row db.Scanner) (t openTask, err error) {
	err = row.Scan(&t.kind, &t.object, &t.field, &t.plan, &t.after, &t.again)
	return t, err
}

const taskColumns = "select kind, object, field, plan, after, again from record_task"

// openTask is a task with how far it came.
type openTask struct {
	task
	plan  int64
	after value.ID
	again bool
}

func (s *Store) openTasks(ctx context.Context) (tasks []openTask, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		tasks, err = db.All(tx, scanTask, taskColumns+" order by kind, object, field")
		return err
	})
	return tasks, err
}

// workOn does one batch of a task. The task's row is locked, so that of two processes one waits and takes the next.
func (s *Store) workOn(ctx context.Context, t openTask) error {
	finished := false
	err := s.DB.Maintain(ctx, "record: "+t.kind, func(tx *db.Tx) error {
		finished = false
		lock := ""
		if tx.Engine() == db.Postgres {
			lock = " for update"
		}
		now, err := db.One(tx, scanTask, taskColumns+" where kind = $1 and object = $2 and field = $3"+lock, t.kind, t.object, t.field)
		if value.KindOf(err) == value.NotFound {
			return nil // another process was quicker
		}
		if err != nil {
			return err
		}
		c, err := s.Catalog(tx)
		if err != nil {
			return err
		}
		o := c.byNumber[t.object]
		if o == nil {
			return now.end(tx)
		}
		finished, err = s.batchOf(tx, c, o, now)
		return err
	})
	if err == nil && finished {
		return s.exchangeConverted(ctx, t)
	}
	return err
}

// batchOf does a batch of a task. It reports whether a conversion has come to its end.
func (s *Store) batchOf(tx *db.Tx, c *Catalog, o *Object, t openTask) (finished bool, err error) {
	var last value.ID
	var n int
	switch t.kind {
	case convertTask:
		return s.convertBatch(tx, o, t)
	case countTask:
		last, n, err = s.countBatch(tx, o, t)
	case wordsTask:
		last, n, err = s.rewordFrom(tx, c, o, t.after, atATime)
	default:
		last, n, err = s.computeBatch(tx, c, o, t)
	}
	switch {
	case err != nil:
		return false, err
	case n < atATime:
		return false, t.end(tx)
	default:
		return false, t.reached(tx, last, false)
	}
}

func (t openTask) end(tx *db.Tx) error {
	_, err := tx.Exec("delete from record_task where kind = $1 and object = $2 and field = $3", t.kind, t.object, t.field)
	return err
}

func (t openTask) reached(tx *db.Tx, last value.ID, again bool) error {
	_, err := tx.Exec("update record_task set after = $1, again = $2 where kind = $3 and object = $4 and field = $5", int64(last), again, t.kind, t.object, t.field)
	return err
}

// ids are those of up to a batch of records after one, the trash included.
func (t openTask) ids(tx *db.Tx, o *Object, where string) ([]value.ID, error) {
	return db.All(tx, db.Column[value.ID], fmt.Sprintf("select id from %s where id > $1%s order by id limit %d", o.table(), where, atATime), int64(t.after))
}

// computeBatch reckons a stored formula, or asks for a roll-up to be reckoned.
func (s *Store) computeBatch(tx *db.Tx, c *Catalog, o *Object, t openTask) (last value.ID, n int, err error) {
	f := o.anywhere(t.field)
	if f == nil || !f.Retired.IsZero() {
		return 0, 0, nil
	}
	ids, err := t.ids(tx, o, "")
	if err != nil || len(ids) == 0 {
		return t.after, 0, err
	}
	last = ids[len(ids)-1]
	if f.Type == Rollup {
		_, err = tx.Exec(fmt.Sprintf(`insert into record_dirty (field, record) select %d, id from %s where id > $1 and id <= $2
			on conflict (field, record) do nothing`, f.Number, o.table()), int64(t.after), int64(last))
	} else {
		err = s.recompute(tx, c, o, []*Field{f}, ids)
	}
	return last, len(ids), err
}

// countBatch numbers records that were there before an automatic number.
func (s *Store) countBatch(tx *db.Tx, o *Object, t openTask) (last value.ID, n int, err error) {
	f := o.anywhere(t.field)
	if f == nil || !f.Retired.IsZero() {
		return 0, 0, nil
	}
	ids, err := t.ids(tx, o, " and "+f.column("")+" is null")
	if err != nil || len(ids) == 0 {
		return t.after, 0, err
	}
	var next int64
	err = tx.Row("update record_sequence set next = next + $1 where field = $2 returning next", len(ids), f.Number).Scan(&next)
	if err != nil {
		return 0, 0, err
	}
	rows := make([]turnedRow, len(ids))
	for i, id := range ids {
		rows[i] = turnedRow{id: id, made: next - int64(len(ids)-i)}
	}
	return ids[len(ids)-1], len(ids), turner{s, tx, o, f, f}.writeColumns(rows)
}
