package member

import (
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

// note is a stored alert.
type note struct {
	id, account         value.ID
	kind                string
	record              value.ID
	href, subject, body string
	replyTo             value.Email
	sender, thread      string
	stop                string // path that stops what it is about; empty: only its kind can be stopped
	times               int64
	listed              bool
	at                  time.Time
	seen                time.Time // zero: not yet
	mailed              time.Time // zero: never
	mailDue             time.Time // zero: no mail waits
	pushed              time.Time // the last push, or the next one; zero: none
}

const noteColumns = "id, account, kind, record, href, subject, body, reply_to, sender, thread, times, listed, at_us, seen_us, mailed_us, mail_due_us, pushed_us, stop"

func scanNote(row db.Scanner) (note, error) {
	var n note
	var at_us int64
	var seen_us, mailed_us, due_us, pushed_us *int64
	err := row.Scan(&n.id, &n.account, &n.kind, &n.record, &n.href, &n.subject, &n.body, &n.replyTo, &n.sender, &n.thread,
		&n.times, &n.listed, &at_us, &seen_us, &mailed_us, &due_us, &pushed_us, &n.stop)
	n.at, n.seen, n.mailed, n.mailDue = value.FromMicros(at_us), db.TimeOf(seen_us), db.TimeOf(mailed_us), db.TimeOf(due_us)
	n.pushed = db.TimeOf(pushed_us)
	return n, err
}

func findNote(tx *db.Tx, id value.ID) (note, error) {
	return db.One(tx, scanNote, "select "+noteColumns+" from member_alert where id = $1", id)
}

// unseenNote is the alert about the same that was not seen yet; the zero note when there is none.
func unseenNote(tx *db.Tx, about note) (note, error) {
	n, err := db.One(tx, scanNote, "select "+noteColumns+` from member_alert
		where account = $1 and kind = $2 and record = $3 and record <> 0 and seen_us is null`, about.account, about.kind, about.record)
	if value.KindOf(err) == value.NotFound {
		return note{}, nil
	}
	return n, err
}

// lastMailed is when somebody was last mailed about the same, seen or not.
func lastMailed(tx *db.Tx, about note) (time.Time, error) {
	us, err := db.One(tx, db.Column[int64], `
		select coalesce(max(mailed_us), 0) from member_alert
		where account = $1 and kind = $2 and record = $3`, about.account, about.kind, about.record)
	if err != nil || us == 0 {
		return time.Time{}, err
	}
	return value.FromMicros(us), nil
}

func saveNote(tx *db.Tx, n note, isNew bool) error {
	row := []any{int64(n.id), int64(n.account), n.kind, int64(n.record), n.href, n.subject, n.body, string(n.replyTo), n.sender,
		n.thread, n.times, n.listed, value.Micros(n.at), db.TimeOrNull(n.seen), db.TimeOrNull(n.mailed), db.TimeOrNull(n.mailDue), db.TimeOrNull(n.pushed), n.stop}
	if isNew {
		return tx.Insert("member_alert", []string{"id", "account", "kind", "record", "href", "subject", "body", "reply_to", "sender",
			"thread", "times", "listed", "at_us", "seen_us", "mailed_us", "mail_due_us", "pushed_us", "stop"}, [][]any{row})
	}
	_, err := tx.Exec(`
		update member_alert
		set account = $2, kind = $3, record = $4, href = $5, subject = $6, body = $7, reply_to = $8, sender = $9, thread = $10,
			times = $11, listed = $12, at_us = $13, seen_us = $14, mailed_us = $15, mail_due_us = $16, pushed_us = $17, stop = $18
		where id = $1`, row...)
	return err
}

func countUnseen(tx *db.Tx, of value.ID, most int) (int, error) {
	return db.One(tx, db.Column[int], `
		select count(*) from (
			select 1 from member_alert
			where account = $1 and seen_us is null and listed
			limit $2
		) unseen`, of, most)
}

// markSeen and markAllSeen are bookkeeping: what somebody has looked at has no place in the log of the site.
func markSeen(tx *db.Tx, of value.ID, kind string, record value.ID) error {
	return tx.Keep(`
		update member_alert
		set seen_us = $4, mail_due_us = null
		where account = $1 and kind = $2 and record = $3 and seen_us is null`, of, kind, record, value.Micros(tx.Now()))
}

func markAllSeen(tx *db.Tx, of value.ID, until time.Time) error {
	return tx.Keep(`
		update member_alert
		set seen_us = $2, mail_due_us = null
		where account = $1 and seen_us is null and at_us <= $3`, of, value.Micros(tx.Now()), value.Micros(until))
}

// listNotes are the alerts shown to somebody, newest first, from a place on; the zero place is the beginning.
func listNotes(tx *db.Tx, of value.ID, from place, limit int) ([]note, error) {
	if from.at.IsZero() {
		from = place{at: time.UnixMicro(1 << 62), id: 1<<63 - 1}
	}
	return db.All(tx, scanNote, "select "+noteColumns+` from member_alert
		where account = $1 and listed and (at_us, id) < ($2, $3)
		order by at_us desc, id desc
		limit $4`, of, value.Micros(from.at), from.id, limit)
}

// place is where a page of alerts begins: after the alert of this time and id.
type place struct {
	at time.Time
	id value.ID
}

func forgetNotes(tx *db.Tx, before time.Time) (int64, error) {
	return tx.Exec("delete from member_alert where at_us < $1", value.Micros(before))
}

// preference is what somebody decided about a kind on a channel.
type preference struct {
	kind    string
	channel Channel
	wanted  bool
	at      time.Time
}

func scanPreference(row db.Scanner) (preference, error) {
	var p preference
	var at_us int64
	err := row.Scan(&p.kind, &p.channel, &p.wanted, &at_us)
	p.at = value.FromMicros(at_us)
	return p, err
}

func findPreferences(tx *db.Tx, of value.ID, kind string) ([]preference, error) {
	return db.All(tx, scanPreference, "select kind, channel, wanted, at_us from member_preference where account = $1 and kind = $2", of, kind)
}

func allPreferences(tx *db.Tx, of value.ID) ([]preference, error) {
	return db.All(tx, scanPreference, `
		select kind, channel, wanted, at_us from member_preference
		where account = $1
		order by kind, channel`, of)
}

func setPreference(tx *db.Tx, of value.ID, kind string, c Channel, wanted bool) error {
	_, err := tx.Exec(`
		insert into member_preference (account, kind, channel, wanted, at_us) values ($1, $2, $3, $4, $5)
		on conflict (account, kind, channel) do update set wanted = excluded.wanted, at_us = excluded.at_us`,
		of, kind, string(c), wanted, value.Micros(tx.Now()))
	return err
}

func markOneSeen(tx *db.Tx, id value.ID) error {
	return tx.Keep("update member_alert set seen_us = $2, mail_due_us = null where id = $1 and seen_us is null", id, value.Micros(tx.Now()))
}

const exportColumns = "id, account, state, steps, done, blob, size, asked_us, ready_us"

func scanExport(row db.Scanner) (export, error) {
	var e export
	var asked_us int64
	var ready_us *int64
	err := row.Scan(&e.ID, &e.Account, &e.State, &e.Steps, &e.Done, &e.Blob, &e.Size, &asked_us, &ready_us)
	e.Asked, e.Ready = value.FromMicros(asked_us), db.TimeOf(ready_us)
	return e, err
}

func findExport(tx *db.Tx, id value.ID) (export, error) {
	return db.One(tx, scanExport, "select "+exportColumns+" from member_export where id = $1", id)
}

// listExports are those of an account, newest first.
func listExports(tx *db.Tx, of value.ID) ([]export, error) {
	return db.All(tx, scanExport, "select "+exportColumns+" from member_export where account = $1 order by asked_us desc", of)
}

func oldExports(tx *db.Tx, asked time.Time) ([]export, error) {
	return db.All(tx, scanExport, "select "+exportColumns+" from member_export where asked_us < $1 order by asked_us limit 1000", value.Micros(asked))
}

func insertExport(tx *db.Tx, e export) error {
	return tx.Insert("member_export", []string{"id", "account", "state", "steps", "done", "blob", "size", "asked_us"}, [][]any{
		{int64(e.ID), int64(e.Account), string(e.State), e.Steps, e.Done, e.Blob, e.Size, value.Micros(e.Asked)}})
}

func setProgress(tx *db.Tx, id value.ID, done int) error {
	return tx.Keep("update member_export set done = $2 where id = $1", id, done)
}

// setExport is the end of making one: a file of size bytes, or that it failed.
func setExport(tx *db.Tx, id value.ID, state exportState, blob string, size int64) error {
	_, err := tx.Exec("update member_export set state = $2, blob = $3, size = $4, ready_us = $5 where id = $1",
		id, string(state), blob, size, value.Micros(tx.Now()))
	return err
}

func deleteExport(tx *db.Tx, id value.ID) error {
	_, err := tx.Exec("delete from member_export where id = $1", id)
	return err
}

func findErasure(tx *db.Tx, of value.ID) (erasure, error) {
	return db.One(tx, func(row db.Scanner) (erasure, error) {
		var e erasure
		var asked_us, due_us int64
		var done_us *int64
		err := row.Scan(&e.Account, &e.State, &e.Reason, &asked_us, &due_us, &done_us, &e.Kept)
		e.Asked, e.Due, e.Done = value.FromMicros(asked_us), value.FromMicros(due_us), db.TimeOf(done_us)
		return e, err
	}, "select account, state, reason, asked_us, due_us, done_us, kept from member_erasure where account = $1", of)
}

func saveErasure(tx *db.Tx, e erasure) error {
	_, err := tx.Exec(`
		insert into member_erasure (account, state, reason, asked_us, due_us, done_us, kept) values ($1, $2, $3, $4, $5, $6, $7)
		on conflict (account) do update
		set state = excluded.state, reason = excluded.reason, asked_us = excluded.asked_us, due_us = excluded.due_us,
			done_us = excluded.done_us, kept = excluded.kept`,
		e.Account, string(e.State), e.Reason, value.Micros(e.Asked), value.Micros(e.Due), db.TimeOrNull(e.Done), e.Kept)
	return err
}

func deleteErasure(tx *db.Tx, of value.ID) (int64, error) {
	return tx.Exec("delete from member_erasure where account = $1 and state in ('waiting', 'refused')", of)
}

// eraseRows removes all rows of an account but its wish to be erased.
func eraseRows(tx *db.Tx, of value.ID) error {
	for _, statement := range []string{
		"delete from member_alert where account = $1",
		"delete from member_preference where account = $1",
		"delete from member_push where account = $1",
		"delete from member_block where account = $1 or blocked = $1",
		"delete from member_export where account = $1",
	} {
		if _, err := tx.Exec(statement, of); err != nil {
			return err
		}
	}
	return nil
}
