package change

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

// Reader follows the log of one database. Apply gets entries in order and writes what follows from them, in the
// transaction that also moves the cursor: an entry is applied once, or, after an error, again.
type Reader struct {
	Name  string
	Batch int // most entries at once; 0 means 500
	Apply func(tx *db.Tx, rows []Row) error

	// Author is who is answerable for what Apply writes, under the name Action. A reader without one keeps books only: an
	// index, a cursor, seals.
	Author value.Actor
	Action string

	failures atomic.Int64
}

// Failures counts the times Apply has failed since the program started.
func (r *Reader) Failures() int64 { return r.failures.Load() }

// CatchUp applies everything that was committed when it was called, and returns how many entries it applied.
func (r *Reader) CatchUp(ctx context.Context, d *db.DB) (int, error) {
	all := 0
	for {
		if err := Number(ctx, d); err != nil {
			return all, err
		}
		n, err := r.step(ctx, d)
		all += n
		if err != nil || n == 0 {
			return all, err
		}
	}
}

const (
	longestPause = time.Minute
	lookAnyway   = time.Second // other processes write too, and do not wake this one
)

// Follow applies entries as they come until ctx ends. After a failure it waits, longer each time, and tries again.
func (r *Reader) Follow(ctx context.Context, d *db.DB) {
	pause := lookAnyway
	for ctx.Err() == nil {
		changed := d.Changed()
		_, err := r.CatchUp(ctx, d)
		wait := lookAnyway
		switch {
		case err == nil:
			pause = lookAnyway
		case ctx.Err() != nil:
			return
		default:
			r.failures.Add(1)
			changed, wait, pause = nil, pause, min(2*pause, longestPause)
			slog.Error("a reader of the change log failed", "reader", r.Name, "database", d.Name(), "retry_s", wait.Seconds(), "error", err)
		}
		select {
		case <-changed:
		case <-time.After(wait):
		case <-ctx.Done():
		}
	}
}

func (r *Reader) step(ctx context.Context, d *db.DB) (int, error) {
	limit := r.Batch
	if limit == 0 {
		limit = 500
	}
	var waiting bool
	err := d.Read(ctx, func(tx *db.Tx) error {
		lag, err := r.Lag(tx)
		waiting = lag > 0
		return err
	})
	if err != nil || !waiting {
		return 0, err
	}
	n := 0
	err = r.transact(ctx, d, func(tx *db.Tx) error {
		seq, err := r.lock(tx)
		if err != nil {
			return err
		}
		rows, err := Since(tx, seq, limit)
		if n = len(rows); err != nil || n == 0 {
			return err
		}
		if err := r.Apply(tx, rows); err != nil {
			return fmt.Errorf("change %d to %d: %w", rows[0].Seq, rows[n-1].Seq, err)
		}
		return r.move(tx, rows[n-1].Seq)
	})
	return n, err
}

func (r *Reader) transact(ctx context.Context, d *db.DB, fn func(*db.Tx) error) error {
	if r.Author.IsZero() {
		return d.Maintain(ctx, "reader "+r.Name, fn)
	}
	if err := d.Write(ctx, r.Author, r.Action, fn); err != nil {
		return fmt.Errorf("reader %s: %w", r.Name, err)
	}
	return nil
}

// Lag is how many entries the reader has not seen.
func (r *Reader) Lag(tx *db.Tx) (int64, error) {
	return db.One(tx, db.Column[int64], `
		select coalesce((select max(seq) from change), 0) - coalesce((select seq from change_reader where name = $1), 0)`, r.Name)
}

// lock returns the cursor and keeps other processes that follow with the same reader waiting until the end.
func (r *Reader) lock(tx *db.Tx) (int64, error) {
	err := tx.Keep(`
		insert into change_reader (name, seq, at_us) values ($1, 0, $2)
		on conflict (name) do update set at_us = excluded.at_us`, r.Name, value.Micros(tx.Now()))
	if err != nil {
		return 0, err
	}
	return db.One(tx, db.Column[int64], "select seq from change_reader where name = $1", r.Name)
}

func (r *Reader) move(tx *db.Tx, seq int64) error {
	return tx.Keep("update change_reader set seq = $2 where name = $1", r.Name, seq)
}

// Rewind makes the reader start from the beginning of the log, after its results were thrown away.
func (r *Reader) Rewind(tx *db.Tx) error {
	_, err := tx.Exec("delete from change_reader where name = $1", r.Name)
	return err
}
