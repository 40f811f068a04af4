package audit

import (
	"fairground/internal/db"
	"fairground/internal/value"
)

// witnessed is what a witness remembers of a log.
type witnessed struct {
	log  string
	id   value.ID
	key  string
	size int64
	note string
}

func findWitnessed(tx *db.Tx, log string) (witnessed, error) {
	return db.One(tx, func(row db.Scanner) (w witnessed, err error) {
		err = row.Scan(&w.log, &w.id, &w.key, &w.size, &w.note)
		return w, err
	}, "select log, id, public_key, size, note from audit_witness where log = $1", log)
}

func saveWitnessed(tx *db.Tx, w witnessed) error {
	_, err := tx.Exec(`
		insert into audit_witness (log, id, public_key, size, note, sighted_us) values ($1, $2, $3, $4, $5, $6)
		on conflict (log) do update set size = excluded.size, note = excluded.note, sighted_us = excluded.sighted_us`,
		w.log, w.id, w.key, w.size, w.note, value.Micros(tx.Now()))
	return err
}

func forgetWitnessed(tx *db.Tx, log string) error {
	_, err := tx.Exec("delete from audit_witness where log = $1", log)
	return err
}

const alarmColumns = "id, log, kind, remembered, offered, first_us, last_us, times, coalesce(told_us, 0), coalesce(reported_us, 0)"

func scanAlarm(row db.Scanner) (a Alarm, err error) {
	var first, last, told, reported int64
	err = row.Scan(&a.ID, &a.Log, &a.Kind, &a.Remembered, &a.Offered, &first, &last, &a.Times, &told, &reported)
	a.First, a.Last = value.FromMicros(first), value.FromMicros(last)
	if told != 0 {
		a.Told = value.FromMicros(told)
	}
	if reported != 0 {
		a.Reported = value.FromMicros(reported)
	}
	return a, err
}

func findAlarm(tx *db.Tx, log string, kind AlarmKind) (Alarm, error) {
	return db.One(tx, scanAlarm, "select "+alarmColumns+" from audit_alarm where log = $1 and kind = $2 and settled_us is null", log, kind)
}

func findAlarms(tx *db.Tx) ([]Alarm, error) {
	return db.All(tx, scanAlarm, "select "+alarmColumns+" from audit_alarm where settled_us is null order by id")
}

func insertAlarm(tx *db.Tx, a Alarm) error {
	return tx.Insert("audit_alarm", []string{"id", "log", "kind", "remembered", "offered", "first_us", "last_us", "times"},
		[][]any{{a.ID, a.Log, a.Kind, a.Remembered, a.Offered, value.Micros(a.First), value.Micros(a.Last), a.Times}})
}

func countAlarm(tx *db.Tx, a Alarm) error {
	return tx.Keep("update audit_alarm set times = $2, last_us = $3 where id = $1", a.ID, a.Times, value.Micros(a.Last))
}

func markTold(tx *db.Tx, id value.ID) error {
	return tx.Keep("update audit_alarm set told_us = $2 where id = $1", id, value.Micros(tx.Now()))
}

func markReported(tx *db.Tx, id value.ID) error {
	return tx.Keep("update audit_alarm set reported_us = $2 where id = $1", id, value.Micros(tx.Now()))
}

// settleAlarm returns the log that the alarm is about.
func settleAlarm(tx *db.Tx, id value.ID, by, reason string) (string, error) {
	log, err := db.One(tx, db.Column[string], `
		update audit_alarm
		set settled_us = $2, settled_by = $3, reason = $4
		where id = $1 and settled_us is null
		returning log`, id, value.Micros(tx.Now()), by, reason)
	if value.KindOf(err) == value.NotFound {
		err = value.Errorf(value.NotFound, "there is no such alarm, or it is settled").Because(err)
	}
	return log, err
}
