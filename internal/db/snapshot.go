package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"fairground/internal/value"
)

// Snapshot runs fn with one connection for reading, as Read does, but every statement sees the same moment: what was
// committed when the first of them began. Writers go on meanwhile and do not wait. Writing inside fn fails. A snapshot
// keeps old rows from being cleared away, so it is for backups and exports, not for pages.
func (d *DB) Snapshot(ctx context.Context, fn func(*Tx) error) error {
	err := d.engine.snapshot(ctx, func(s statements) error {
		return fn(d.newTx(ctx, s, value.Actor{}, ""))
	})
	if err != nil {
		return fmt.Errorf("db.Snapshot(%s): %w", d.name, err)
	}
	return nil
}

func (e *sqliteEngine) snapshot(ctx context.Context, fn func(statements) error) error {
	return e.read(ctx, func(s statements) (err error) {
		conn := s.(*preparedConn)
		if err := conn.script(ctx, "begin"); err != nil {
			return err
		}
		defer func() { // whatever became of ctx, the connection goes back to the pool without a transaction
			err = errors.Join(err, conn.script(context.WithoutCancel(ctx), "rollback"))
		}()
		return fn(conn)
	})
}

func (e *postgresEngine) snapshot(ctx context.Context, fn func(statements) error) error {
	return e.withConn(ctx, e.readers, func(conn *sql.Conn) error {
		tx, err := conn.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
		if serverGone(err) {
			return errors.Join(errDead, explain(err, "begin"))
		}
		if err != nil {
			return fmt.Errorf("begin: %w", err)
		}
		defer tx.Rollback() // nothing was written
		return fn(&postgresStatements{conn: tx, mark: e.mark(), readOnly: true})
	})
}
