package db

import (
	"context"
	"errors"
)

// Try runs a part of a write that may fail by itself: when it returns an error, its statements, its entries of the change
// log and what it wanted done after the commit are undone, and the transaction goes on. What fails because of other
// transactions, or because the context has ended, ends the whole transaction as ever.
func (t *Tx) Try(fn func() error) error {
	if t.failed != nil {
		return t.failed
	}
	wrote, changes, after := t.wrote, len(t.changes), len(t.after)
	if err := t.run.script(t.ctx, "savepoint tried"); err != nil {
		return t.fail(err, "savepoint")
	}
	err := errors.Join(fn(), t.failed)
	if err == nil {
		if err := t.run.script(t.ctx, "release savepoint tried"); err != nil {
			return t.fail(err, "release savepoint")
		}
		return nil
	}
	if t.ctx.Err() != nil || worthRepeating(err) {
		if t.failed == nil {
			t.failed = err
		}
		return err
	}
	for _, text := range []string{"rollback to savepoint tried", "release savepoint tried"} {
		if undo := t.run.script(context.WithoutCancel(t.ctx), text); undo != nil {
			return t.fail(errors.Join(err, undo), text)
		}
	}
	t.wrote, t.changes, t.after, t.failed = wrote, t.changes[:changes], t.after[:after], nil
	return err
}
