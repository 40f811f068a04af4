package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"fairground/internal/value"
)

// Tx runs statements on behalf of one actor. It carries its context and is valid only inside the function it was
// passed to. It is not safe for use by several goroutines.
type Tx struct {
	db      *DB
	ctx     context.Context
	run     statements
	actor   value.Actor
	action  string
	at      time.Time
	wrote   bool
	failed  error // of the first statement that failed; a write cannot succeed after it
	changes []Change
	after   []func()
}

// Change is one entry for the change log: what happened to which record of which object. Diff is written as JSON; for
// a field that changed it holds the old and the new value.
type Change struct {
	Object string
	Record value.ID
	Diff   any
}

// Scanner reads the columns of one row into the places given, as database/sql does.
type Scanner interface {
	Scan(into ...any) error
}

// statements is what an engine offers inside a transaction.
type statements interface {
	exec(ctx context.Context, text string, args []any) (int64, error)
	query(ctx context.Context, text string, args []any) (*sql.Rows, error)
	insert(ctx context.Context, table string, columns []string, rows [][]any) error
	script(ctx context.Context, text string) error
}

func (d *DB) newTx(ctx context.Context, s statements, actor value.Actor, action string) *Tx {
	return &Tx{db: d, ctx: ctx, run: s, actor: actor, action: action, at: d.Clock().Now()}
}

// Context is the context of the read or write.
func (t *Tx) Context() context.Context { return t.ctx }

// Actor is who is answerable for the write; the zero Actor in reads and bookkeeping.
func (t *Tx) Actor() value.Actor { return t.actor }

// Action is what the write is called in the change log.
func (t *Tx) Action() string { return t.action }

// Now is the time of the transaction, the same for all of it.
func (t *Tx) Now() time.Time { return t.at }

// NewID returns a new id, greater than those made before it.
func (t *Tx) NewID() value.ID { return t.db.IDs().Next() }

// Engine tells which database is underneath.
func (t *Tx) Engine() Engine { return t.db.Engine() }

// Log adds an entry to the change log; it is written with the transaction.
func (t *Tx) Log(c Change) { t.changes = append(t.changes, c) }

// After asks for fn to run once, when the transaction is committed.
func (t *Tx) After(fn func()) { t.after = append(t.after, fn) }

// Exec runs a statement and returns the number of rows it affected.
func (t *Tx) Exec(text string, args ...any) (int64, error) {
	n, err := t.run.exec(t.ctx, text, args)
	if err != nil {
		return 0, t.fail(err, text)
	}
	t.wrote = t.wrote || n > 0
	return n, nil
}

// Keep runs a statement of bookkeeping, such as moving a cursor: by itself it does not make a write one that must log.
func (t *Tx) Keep(text string, args ...any) error {
	if _, err := t.run.exec(t.ctx, text, args); err != nil {
		return t.fail(err, text)
	}
	return nil
}

// Insert adds rows to a table in as few statements as the engine likes.
func (t *Tx) Insert(table string, columns []string, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	if err := t.run.insert(t.ctx, table, columns, rows); err != nil {
		return t.fail(err, "insert into "+table)
	}
	t.wrote = true
	return nil
}

// Row runs a query for one row. Its Scan returns an error of kind NotFound when there is none.
func (t *Tx) Row(text string, args ...any) Scanner {
	rows, err := t.run.query(t.ctx, text, args)
	return &oneRow{tx: t, rows: rows, err: err, text: text}
}

// All runs a query and returns what scan makes of each row.
func All[T any](t *Tx, scan func(Scanner) (T, error), text string, args ...any) ([]T, error) {
	var all []T
	err := Each(t, func(row Scanner) error {
		one, err := scan(row)
		all = append(all, one)
		return err
	}, text, args...)
	return all, err
}

// One runs a query and returns what scan makes of its first row, or an error of kind NotFound.
func One[T any](t *Tx, scan func(Scanner) (T, error), text string, args ...any) (T, error) {
	return scan(t.Row(text, args...))
}

// Each runs a query and calls fn with each row, without holding them all. fn must not use the Tx.
func Each(t *Tx, fn func(Scanner) error, text string, args ...any) error {
	rows, err := t.run.query(t.ctx, text, args)
	if err != nil {
		return t.fail(err, text)
	}
	defer rows.Close()
	for rows.Next() {
		t.wrote = t.wrote || returning(text)
		if err := fn(rows); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return t.fail(err, text)
	}
	return rows.Close()
}

// fail explains an error and remembers it: PostgreSQL gives up a transaction in which a statement failed, so SQLite
// must not go on either.
func (t *Tx) fail(err error, text string) error {
	err = explain(err, text)
	if t.failed == nil {
		t.failed = err
	}
	return err
}

// returning reports whether a query changes rows; only then has it this word.
func returning(text string) bool {
	return strings.Contains(text, "returning") || strings.Contains(text, "RETURNING")
}

// Column scans rows of a single column.
func Column[T any](row Scanner) (T, error) {
	var v T
	err := row.Scan(&v)
	return v, err
}

// flush writes the change log's entries and refuses a write that left none.
func (t *Tx) flush() error {
	if t.failed != nil {
		return t.failed
	}
	if t.actor.IsZero() {
		if len(t.changes) > 0 {
			return fmt.Errorf("db: bookkeeping logged a change of %s; it needs an author, so use Write", t.changes[0].Object)
		}
		return nil
	}
	if len(t.changes) == 0 {
		if t.wrote {
			return fmt.Errorf("db: the write %q changed rows and logged no change", t.action)
		}
		return nil
	}
	return t.db.cluster.config.Log(t, t.changes)
}

type oneRow struct {
	tx   *Tx
	rows *sql.Rows
	err  error
	text string
}

func (r *oneRow) Scan(into ...any) error {
	if r.err != nil {
		return r.tx.fail(r.err, r.text)
	}
	defer r.rows.Close()
	if !r.rows.Next() {
		if err := r.rows.Err(); err != nil {
			return r.tx.fail(err, r.text)
		}
		return (&value.Error{Kind: value.NotFound, Message: "there is no such record"}).Because(sql.ErrNoRows)
	}
	r.tx.wrote = r.tx.wrote || returning(r.text)
	if err := r.rows.Scan(into...); err != nil {
		return explain(err, r.text)
	}
	if err := r.rows.Close(); err != nil {
		return r.tx.fail(err, r.text)
	}
	return nil
}

// explain adds the statement to an error of the database. A broken constraint becomes of kind Conflict, a server that
// is gone or a full disk of kind Unavailable.
func explain(err error, text string) error {
	wrapped := fmt.Errorf("%w in %s", err, firstLine(text))
	var known *value.Error
	switch {
	case errors.As(err, &known):
		return wrapped
	case brokenConstraint(err):
		return value.Errorf(value.Conflict, "this conflicts with what is stored already").Because(wrapped)
	case serverGone(err):
		return value.Errorf(value.Unavailable, "the database does not answer").Because(wrapped)
	case sqliteFull(err):
		return value.Errorf(value.Unavailable, "the disk of the database is full").Because(wrapped)
	default:
		return wrapped
	}
}

func firstLine(text string) string {
	const enough = 120
	if len(text) > enough {
		return text[:enough] + "…"
	}
	return text
}
