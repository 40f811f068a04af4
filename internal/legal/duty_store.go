package legal

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/value"
)

const dutyColumns = "id, kind, object, record, began_us, warn_us, due_us, coalesce(discharged_us, 0), discharged_by, coalesce(seq, 0), coalesce(owner, 0)"

func scanDuty(row db.Scanner) (Duty, error) {
	var d Duty
	var began_us, warn_us, due_us, discharged_us int64
	err := row.Scan(&d.ID, &d.Kind, &d.Object, &d.Record, &began_us, &warn_us, &due_us, &discharged_us, &d.By, &d.Seq, &d.Owner)
	d.Began, d.Warn, d.Due, d.Discharged = value.FromMicros(began_us), value.FromMicros(warn_us), value.FromMicros(due_us), moment(discharged_us)
	return d, err
}

// insertDuty reports whether it was stored; it is not while another of its kind runs for the record.
func insertDuty(tx *db.Tx, d Duty) (bool, error) {
	n, err := tx.Exec(`
		insert into duty (id, kind, object, record, began_us, warn_us, due_us, discharged_by)
		values ($1, $2, $3, $4, $5, $6, $7, '')
		on conflict (kind, object, record) where discharged_us is null do nothing`,
		int64(d.ID), d.Kind, d.Object, int64(d.Record), value.Micros(d.Began), value.Micros(d.Warn), value.Micros(d.Due))
	return n > 0, err
}

func openDuty(tx *db.Tx, kind, object string, record value.ID) (Duty, error) {
	return db.One(tx, scanDuty, "select "+dutyColumns+" from duty where kind = $1 and object = $2 and record = $3 and discharged_us is null",
		kind, object, int64(record))
}

func setOwner(tx *db.Tx, id, owner value.ID) error {
	var to any
	if owner != 0 {
		to = int64(owner)
	}
	_, err := tx.Exec("update duty set owner = $2 where id = $1 and discharged_us is null", int64(id), to)
	return err
}

func dischargeDuty(tx *db.Tx, id value.ID, by string) error {
	_, err := tx.Exec("update duty set discharged_us = $2, discharged_by = $3 where id = $1 and discharged_us is null", int64(id), value.Micros(tx.Now()), by)
	return err
}

// FindDuty returns a duty, or an error of kind NotFound.
func FindDuty(tx *db.Tx, id value.ID) (Duty, error) {
	return db.One(tx, scanDuty, "select "+dutyColumns+" from duty where id = $1", int64(id))
}

// DutyFilter chooses duties of the board. The zero filter takes all that run.
type DutyFilter struct {
	State string   // "" those that run, "overdue" those that run and are overdue, "done" the discharged
	Kind  string   // "" every kind
	Owner value.ID // 0 everybody's
	Most  int      // 0: 500
}

// Board lists duties, those due first before the others and the discharged newest first. Whether one runs
// does not depend on the clock.
func Board(tx *db.Tx, f DutyFilter, now time.Time) ([]Duty, error) {
	where, args := []string{"discharged_us is null"}, []any{}
	order := "due_us, id"
	switch f.State {
	case "overdue":
		args = append(args, value.Micros(now))
		where = append(where, fmt.Sprintf("due_us < $%d", len(args)))
	case "done":
		where, order = []string{"discharged_us is not null"}, "id desc"
	}
	if f.Kind != "" {
		args = append(args, f.Kind)
		where = append(where, fmt.Sprintf("kind = $%d", len(args)))
	}
	if f.Owner != 0 {
		args = append(args, int64(f.Owner))
		where = append(where, fmt.Sprintf("owner = $%d", len(args)))
	}
	args = append(args, cmp.Or(f.Most, mostListed))
	return db.All(tx, scanDuty, fmt.Sprintf("select "+dutyColumns+" from duty where %s order by %s limit $%d", strings.Join(where, " and "), order, len(args)), args...)
}

// CountDuties counts the duties that run, and those of them that are overdue.
func CountDuties(tx *db.Tx, now time.Time) (running, overdue int, err error) {
	err = tx.Row("select count(*), count(*) filter (where due_us < $1) from duty where discharged_us is null", value.Micros(now)).Scan(&running, &overdue)
	return running, overdue, err
}

// toWarn are the duties with a quarter of their time left that nobody was told of. A warning from the future, given
// while the clock was ahead, does not count.
func toWarn(tx *db.Tx, now time.Time) ([]Duty, error) {
	return db.All(tx, scanDuty, "select "+dutyColumns+` from duty
		where discharged_us is null and warn_us < due_us and warn_us <= $1 and due_us >= $1 and (warned_us is null or warned_us > $1)
		order by due_us, id limit $2`, value.Micros(now), mostListed)
}

// toAlarm are those that are overdue and that nobody was told of since.
func toAlarm(tx *db.Tx, now time.Time) ([]Duty, error) {
	return db.All(tx, scanDuty, "select "+dutyColumns+` from duty
		where discharged_us is null and due_us < $1 and (alarmed_us is null or alarmed_us > $1)
		order by due_us, id limit $2`, value.Micros(now), mostListed)
}

func markWarned(tx *db.Tx, id value.ID) error {
	_, err := tx.Exec("update duty set warned_us = $2 where id = $1", int64(id), value.Micros(tx.Now()))
	return err
}

func markAlarmed(tx *db.Tx, id value.ID) error {
	_, err := tx.Exec("update duty set alarmed_us = $2 where id = $1", int64(id), value.Micros(tx.Now()))
	return err
}

// number notes the number that the log gave to the beginning of each duty.
func number(tx *db.Tx) error {
	ids, err := db.All(tx, db.Column[value.ID], "select id from duty where seq is null order by id limit $1", mostListed)
	if err != nil {
		return err
	}
	for _, id := range ids {
		rows, err := change.History(tx, "duty", id, mostListed)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			continue // the log has not numbered it yet
		}
		if _, err := tx.Exec("update duty set seq = $2 where id = $1", int64(id), rows[len(rows)-1].Seq); err != nil {
			return err
		}
	}
	return nil
}
