package moderation

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/value"
)

// Failure is an entry of the change log whose consequences failed: a room or a hook returned an error. The reader of cases
// goes on without it, and it is tried again alone until it succeeds.
type Failure struct {
	Seq      int64 // of the entry
	Object   string
	Record   value.ID
	Action   string
	Fault    string // the last error
	Attempts int
	Made     time.Time
	Next     time.Time // when it is tried again
}

const (
	longestFault  = 500 // characters kept of an error
	firstPause    = time.Minute
	longestPause  = time.Hour
	toldAfter     = 3 // attempts, after which people are told
	mostReplayed  = 500
	mostAtOnce    = 50
	failureObject = "case_failure"
)

// pauseAfter is how long to wait after so many attempts.
func pauseAfter(attempts int) time.Duration {
	return min(firstPause<<min(attempts-1, 10), longestPause)
}

// follow applies entries one by one. What fails is undone by itself, written down and tried again by Retry, so that
// nothing waits behind it.
func (d *Desk) follow(tx *db.Tx, rows []change.Row) error {
	for _, row := range rows {
		failed := tx.Try(func() error { return d.followOne(tx, row) })
		if failed == nil {
			continue
		}
		if err := noteFailure(tx, row, failed); err != nil {
			return err
		}
	}
	return nil
}

// noteFailure writes down that an entry's consequences failed for the first time.
func noteFailure(tx *db.Tx, row change.Row, failed error) error {
	slog.ErrorContext(tx.Context(), "the consequences of a change failed; they are tried again", "seq", row.Seq, "object", row.Object, "record", row.Record, "error", failed)
	now := tx.Now()
	_, err := tx.Exec(`
		insert into case_failure (seq, object, record, action, fault, attempts, made_us, next_us)
		values ($1, $2, $3, $4, $5, 1, $6, $7)
		on conflict (seq) do nothing`,
		row.Seq, row.Object, int64(row.Record), row.Action, faultText(failed), value.Micros(now), value.Micros(now.Add(pauseAfter(1))))
	tx.Log(db.Change{Object: failureObject, Record: value.ID(row.Seq), Diff: map[string]any{"of": row.Object, "record": row.Record, "attempts": 1}})
	return err
}

func faultText(err error) string {
	runes := []rune(strings.ToValidUTF8(err.Error(), "\uFFFD"))
	return string(runes[:min(len(runes), longestFault)])
}

// Failures returns the entries whose consequences failed and did not succeed since, the oldest first.
func Failures(tx *db.Tx, limit int) ([]Failure, error) {
	return db.All(tx, scanFailure, failureColumns+" order by seq limit $1", limit)
}

const failureColumns = "select seq, object, record, action, fault, attempts, made_us, next_us from case_failure"

func scanFailure(row db.Scanner) (f Failure, err error) {
	var made_us, next_us int64
	err = row.Scan(&f.Seq, &f.Object, &f.Record, &f.Action, &f.Fault, &f.Attempts, &made_us, &next_us)
	f.Made, f.Next = value.FromMicros(made_us), value.FromMicros(next_us)
	return f, err
}

// Retry tries the failures that are due once more, each in a write of its own, and returns how many succeeded. What fails
// again waits longer, up to an hour; after the third time Troubled tells people. It is to be called every minute or so.
func (d *Desk) Retry(ctx context.Context) (int, error) {
	var due []Failure
	err := d.DB.Read(ctx, func(tx *db.Tx) (err error) {
		due, err = db.All(tx, scanFailure, failureColumns+" where next_us <= $1 order by seq limit $2", value.Micros(tx.Now()), mostAtOnce)
		return err
	})
	done := 0
	for _, f := range due {
		succeeded, failed := d.retry(ctx, f)
		if failed != nil {
			return done, fmt.Errorf("moderation.Retry(%d): %w", f.Seq, failed)
		}
		if succeeded {
			done++
		}
	}
	return done, err
}

func (d *Desk) retry(ctx context.Context, f Failure) (succeeded bool, err error) {
	err = d.DB.Write(ctx, follower, "case.follow", func(tx *db.Tx) error {
		succeeded = false
		n, err := tx.Exec("update case_failure set attempts = attempts + 1 where seq = $1 and attempts = $2", f.Seq, f.Attempts)
		if err != nil || n == 0 { // somebody else tries it
			return err
		}
		f := f
		f.Attempts++
		failed := tx.Try(func() error { return d.replay(tx, f) })
		if failed != nil {
			return d.failedAgain(tx, f, failed)
		}
		succeeded = true
		_, err = tx.Exec("delete from case_failure where seq = $1", f.Seq)
		tx.Log(db.Change{Object: failureObject, Record: value.ID(f.Seq), Diff: map[string]any{"of": f.Object, "record": f.Record, "attempts": f.Attempts, "succeeded": true}})
		return err
	})
	return succeeded, err
}

// replay applies the entry and what came after it about the same record, so that what was over meanwhile is over in the end.
func (d *Desk) replay(tx *db.Tx, f Failure) error {
	rows, err := change.History(tx, f.Object, f.Record, mostReplayed)
	if err != nil {
		return err
	}
	slices.Reverse(rows)
	if len(rows) == mostReplayed && rows[0].Seq > f.Seq { // it is far behind
		first, err := change.Since(tx, f.Seq-1, 1)
		if err != nil {
			return err
		}
		rows = append(first, rows...)
	}
	for _, row := range rows {
		if row.Seq < f.Seq {
			continue
		}
		if err := d.followOne(tx, row); err != nil {
			return err
		}
	}
	return nil
}

func (d *Desk) failedAgain(tx *db.Tx, f Failure, failed error) error {
	f.Fault, f.Next = faultText(failed), tx.Now().Add(pauseAfter(f.Attempts))
	slog.ErrorContext(tx.Context(), "the consequences of a change failed again", "seq", f.Seq, "attempts", f.Attempts, "error", failed)
	_, err := tx.Exec("update case_failure set fault = $2, next_us = $3 where seq = $1", f.Seq, f.Fault, value.Micros(f.Next))
	tx.Log(db.Change{Object: failureObject, Record: value.ID(f.Seq), Diff: map[string]any{"of": f.Object, "record": f.Record, "attempts": f.Attempts}})
	if err != nil || d.Troubled == nil || f.Attempts != toldAfter {
		return err
	}
	told := tx.Try(func() error { return d.Troubled(tx, f) })
	if told != nil {
		slog.ErrorContext(tx.Context(), "nobody could be told of a failure", "seq", f.Seq, "error", told)
	}
	return nil
}
