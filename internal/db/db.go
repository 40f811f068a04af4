package db

import (
	"context"
	"fmt"
	"reflect"
	"runtime"
	"sync"

	"fairground/internal/value"
)

// Engine names the database underneath.
type Engine string

// The engines.
const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// DB is one database: one site's, or the provider's. It is safe for use by several goroutines.
type DB struct {
	name    string
	cluster *Cluster
	engine  engine

	mu      sync.Mutex
	changed chan struct{} // closed at the next change; nil while nobody waits
}

// engine is what the two databases do differently.
type engine interface {
	kind() Engine
	read(ctx context.Context, fn func(statements) error) error
	snapshot(ctx context.Context, fn func(statements) error) error
	write(ctx context.Context, isolation isolation, fn func(statements) error) error
	buildIndex(ctx context.Context, x Index) error
	dropIndex(ctx context.Context, name string) error
	close() error
}

// isolation says how a write sees the writes beside it.
type isolation int

const (
	serialisable isolation = iota // as if writes ran one after the other
	committed                     // each statement sees what is committed; for claims with SKIP LOCKED
)

// Name is the name the database has in its cluster.
func (d *DB) Name() string { return d.name }

// Engine tells which database is underneath, for the few statements that differ.
func (d *DB) Engine() Engine { return d.engine.kind() }

// Clock is the clock that Tx.Now reads.
func (d *DB) Clock() value.Clock { return d.cluster.config.Clock }

// IDs is the maker of ids that Tx.NewID uses.
func (d *DB) IDs() *value.IDs { return d.cluster.config.IDs }

// Read runs fn with one connection of the reader pool. Each statement sees what was committed when it began; so
// reads that must agree with each other belong in one statement. Writing inside fn fails.
func (d *DB) Read(ctx context.Context, fn func(*Tx) error) error {
	return d.engine.read(ctx, func(s statements) error {
		return fn(d.newTx(ctx, s, value.Actor{}, ""))
	})
}

// Write runs fn in one serialisable transaction on behalf of an actor. When fn returns nil and Write returns nil, the
// rows are durable. When fn returns an error, nothing of it remains and Write returns that error. fn may run more than
// once; its Tx says what the write may touch. A statement that failed dooms the write on both engines, even when fn
// goes on; "on conflict" is the way to expect one. Writing inside a write fails instead of waiting for itself. When
// ctx ends before fn began, nothing happens; afterwards the write runs to its end.
func (d *DB) Write(ctx context.Context, actor value.Actor, action string, fn func(*Tx) error) error {
	if actor.IsZero() || action == "" {
		return fmt.Errorf("db.Write: a write needs an actor and an action")
	}
	return d.transact(ctx, serialisable, actor, action, fn)
}

// Maintain runs fn in one transaction that changes only bookkeeping: rows without an author, such as cursors, leases
// and counters. On PostgreSQL each statement sees what is committed when it begins. The purpose stands in errors.
func (d *DB) Maintain(ctx context.Context, purpose string, fn func(*Tx) error) error {
	if err := d.transact(ctx, committed, value.Actor{}, "", fn); err != nil {
		return fmt.Errorf("%s: %w", purpose, err)
	}
	return nil
}

func (d *DB) transact(ctx context.Context, level isolation, actor value.Actor, action string, fn func(*Tx) error) error {
	if ctx.Value(insideWrite{}) != nil || writingAlready() {
		return fmt.Errorf("db: a write of %s began inside another write", d.name)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	var tx *Tx
	// A write that has begun runs to its end: half a request's work is worse than a late answer. Only the wait for its
	// turn ends with ctx.
	inside := context.WithValue(context.WithoutCancel(ctx), insideWrite{}, true)
	err := d.engine.write(ctx, level, func(s statements) error {
		tx = d.newTx(inside, s, actor, action)
		return runInside(tx, fn)
	})
	if err != nil {
		return err
	}
	for _, after := range tx.after {
		after()
	}
	if len(tx.changes) > 0 {
		d.announce()
	}
	return nil
}

// Changed returns a channel that is closed when the next write that logged a change is committed by this process.
// Writes of other processes do not close it, so whoever waits for it looks now and then without it.
func (d *DB) Changed() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.changed == nil {
		d.changed = make(chan struct{})
	}
	return d.changed
}

func (d *DB) announce() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.changed != nil {
		close(d.changed)
		d.changed = nil
	}
}

type insideWrite struct{}

// runInside runs a write's function and then its entries for the log. writingAlready looks for its frame.
//
//go:noinline
func runInside(tx *Tx, fn func(*Tx) error) error {
	if err := fn(tx); err != nil {
		return err
	}
	return tx.flush()
}

// writingAlready reports whether this goroutine is inside a write's function. A nested write that was given another
// context than the outer Tx's would otherwise wait for itself for ever.
func writingAlready() bool {
	var callers [64]uintptr
	entry := reflect.ValueOf(runInside).Pointer()
	for _, pc := range callers[:runtime.Callers(3, callers[:])] {
		if f := runtime.FuncForPC(pc - 1); f != nil && f.Entry() == entry {
			return true
		}
	}
	return false
}

// Close gives up the database's connections. Reads and writes after it fail.
func (d *DB) Close() error {
	d.cluster.forget(d)
	return d.engine.close()
}
