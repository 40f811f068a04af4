package api

import (
	"context"
	"sort"
	"time"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/value"
)

// replay makes deliveries of the past: it finds the first change since a moment by halves and reads from there.
func (k desk) replay(ctx context.Context, c job.Claim) error {
	var o replayOrder
	if err := c.Payload(&o); err != nil {
		return err
	}
	seq, last, err := k.firstSince(ctx, value.FromMicros(o.Since_us).Add(-unordered))
	for err == nil && seq < last {
		err = k.site.DB.Maintain(ctx, "webhook.replay", func(tx *db.Tx) error {
			seq, err = k.replayBatch(tx, o, seq, last)
			return err
		})
	}
	if value.KindOf(err) == value.NotFound {
		return nil // the webhook was removed
	}
	return err
}

// unordered is how far times may go back along the log: a long transaction on PostgreSQL comes late with an early time.
const unordered = 10 * time.Minute

// firstSince returns the number before the first change since a moment, and that of the newest the reader has seen: what
// comes after it the reader will tell of anyway.
func (k desk) firstSince(ctx context.Context, since time.Time) (seq, last int64, err error) {
	err = k.site.DB.Read(ctx, func(tx *db.Tx) error {
		if last, err = change.Last(tx); err != nil {
			return err
		}
		lag, err := k.api.room(k.site).reader.Lag(tx)
		if err != nil {
			return err
		}
		last = max(0, last-lag)
		first := sort.Search(int(last), func(i int) bool {
			rows, problem := change.Since(tx, int64(i), 1)
			if problem != nil {
				err = problem
			}
			return len(rows) == 0 || !rows[0].At.Before(since)
		})
		seq = int64(first)
		return err
	})
	return seq, last, err
}

// replayBatch makes the deliveries of some changes and returns the number of the last one.
func (k desk) replayBatch(tx *db.Tx, o replayOrder, seq, last int64) (int64, error) {
	h, err := findWebhook(tx, o.Webhook)
	if err != nil {
		return seq, err
	}
	rows, err := change.Since(tx, seq, batch)
	if err != nil || len(rows) == 0 {
		return last, err
	}
	h.Created = value.FromMicros(o.Since_us)
	made, err := k.deliveries(tx, h, rows)
	if err != nil {
		return seq, err
	}
	for _, d := range made {
		if d.Seq <= last {
			if err := deliverAgain(tx, d); err != nil {
				return seq, err
			}
		}
	}
	if len(made) > 0 {
		if err := enqueueDrain(tx, h.ID, tx.Now()); err != nil {
			return seq, err
		}
	}
	return rows[len(rows)-1].Seq, nil
}
