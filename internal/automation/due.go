package automation

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/record"
	"fairground/internal/value"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// after is the next time a schedule is due after a time, the zero time for other events.
func (t Trigger) after(now time.Time) time.Time {
	if t.Event != Schedule {
		return time.Time{}
	}
	now = now.UTC()
	if t.Every == Hourly {
		return now.Truncate(time.Hour).Add(time.Hour)
	}
	next := time.Date(now.Year(), now.Month(), now.Day(), t.Hour, 0, 0, 0, time.UTC)
	for !next.After(now) || !t.falls(next) {
		next = next.AddDate(0, 0, 1)
	}
	return next
}

func (t Trigger) falls(day time.Time) bool {
	switch t.Every {
	case Weekly:
		return day.Weekday() == time.Monday
	case Monthly:
		return day.Day() == 1
	default:
		return true
	}
}

// Tick queues what dates and schedules have made due.
func (d *Desk) Tick(ctx context.Context) error {
	var flows []Flow
	err := d.DB.Read(ctx, func(tx *db.Tx) (err error) {
		flows, err = activeFlows(tx)
		return err
	})
	if err != nil {
		return err
	}
	now := d.DB.Clock().Now()
	for _, f := range flows {
		switch {
		case f.When.Event == Reached:
			err = d.reached(ctx, f, now)
		case f.When.Event == Schedule && !f.next.IsZero() && !now.Before(f.next):
			err = d.scheduled(ctx, f, now)
		default:
			continue
		}
		if err != nil {
			return fmt.Errorf("automation.Tick(%d): %w", f.ID, err)
		}
	}
	return nil
}

// lookBack is how long ago a date may lie and still set a flow off: a server that was down for a while misses nothing,
// and a flow that is switched on does not run for every date of the past.
const lookBack = 3

// reached queues a run for each record whose date, moved by the flow's days, fell in the last few days.
func (d *Desk) reached(ctx context.Context, f Flow, now time.Time) error {
	day := now.UTC().Truncate(24*time.Hour).AddDate(0, 0, -f.When.Days)
	from, to := day.AddDate(0, 0, 1-lookBack), day.AddDate(0, 0, 1).Add(-time.Microsecond)
	if f.When.Days == 0 { // a time of today may be still to come
		to = now.UTC()
	}
	filter := fmt.Sprintf("%[1]s >= timestamp(%[2]q) && %[1]s <= timestamp(%[3]q)", f.When.Date, from.Format(time.RFC3339), to.Format(time.RFC3339Nano))
	return d.queue(ctx, f, filter, func(rec *record.Record) *int64 {
		due := dateOf(rec.Values[f.When.Date])
		return &due
	}, nil)
}

func dateOf(v any) int64 {
	switch v := v.(type) {
	case record.Day:
		return int64(v)
	case time.Time:
		return value.Micros(v)
	default:
		return 0
	}
}

func (d *Desk) scheduled(ctx context.Context, f Flow, now time.Time) error {
	return d.queue(ctx, f, "", func(*record.Record) *int64 { return nil }, func(tx *db.Tx) error {
		if _, err := tx.Exec("update automation_flow set next_us = $2 where id = $1", int64(f.ID), value.Micros(f.When.after(now))); err != nil {
			return err
		}
		tx.Log(db.Change{Object: Object, Record: f.ID, Diff: map[string]any{"ran": now}})
		return nil
	})
}

// queue enqueues a run for each record that a flow's owner sees and that meets its condition and a filter. A record that
// waits already, for the same flow and date, is not queued twice.
func (d *Desk) queue(ctx context.Context, f Flow, filter string, due func(*record.Record) *int64, also func(*db.Tx) error) error {
	asker, err := d.owner(ctx, f)
	if err != nil {
		return nil // whoever switched it on is suspended: it rests
	}
	if f.If != "" && filter != "" {
		filter = "(" + f.If + ") && " + filter
	} else if f.If != "" {
		filter = f.If
	}
	var orders []job.Job
	query := record.Query{Object: f.When.Object, Filter: filter, Limit: 1000}
	err = d.Records.Each(ctx, asker, query, func(rec *record.Record) error {
		if len(orders) == MostRecords {
			return value.Errorf(value.Limited, "the schedule concerns more than %d records; narrow its condition", MostRecords)
		}
		o := order{Flow: f.ID, Object: rec.Object.Number, Key: rec.Object.Key, Record: rec.ID, Due: due(rec)}
		key := fmt.Sprintf("%d/%d", f.ID, rec.ID)
		orders = append(orders, job.Job{Kind: runKind, Key: key, Payload: o})
		return nil
	})
	if err != nil && value.KindOf(err) != value.Limited {
		return err
	}
	return d.enqueue(ctx, orders, also)
}

func (d *Desk) enqueue(ctx context.Context, orders []job.Job, also func(*db.Tx) error) error {
	return d.DB.Write(ctx, author, "automation.due", func(tx *db.Tx) error {
		for _, o := range orders {
			due := o.Payload.(order)
			if due.Due != nil {
				ran, err := wasDue(tx, due)
				if err != nil {
					return err
				}
				if ran {
					continue
				}
			}
			if _, err := job.Enqueue(tx, o); err != nil {
				return err
			}
			tx.Log(db.Change{Object: Object, Record: due.Flow, Diff: map[string]any{"due": due.Record.String()}})
		}
		if also != nil {
			return also(tx)
		}
		return nil
	})
}

func wasDue(tx *db.Tx, o order) (bool, error) {
	return db.One(tx, db.Column[bool], `
		select exists (select 1 from automation_due where flow = $1 and record = $2 and due = $3)`, int64(o.Flow), int64(o.Record), *o.Due)
}

func (d *Desk) owner(ctx context.Context, f Flow) (asker record.Asker, err error) {
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		asker, err = d.Staff.Asker(tx, f.Owner)
		return err
	})
	return asker, err
}
