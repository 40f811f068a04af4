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
	times               int64
	listed              bool
	at                  time.Time
	seen                time.Time // zero: not yet
	mailed              time.Time // zero: never
	mailDue             time.Time // zero: no mail waits
}

const noteColumns = "id, account, kind, record, href, subject, body, reply_to, sender, thread, times, listed, at_us, seen_us, mailed_us, mail_due_us"

func scanNote(row db.Scanner) (note, error) {
	var n note
	var at_us int64
	var seen_us, mailed_us, due_us *int64
	err := row.Scan(&n.id, &n.account, &n.kind, &n.record, &n.href, &n.subject, &n.body, &n.replyTo, &n.sender, &n.thread,
		&n.times, &n.listed, &at_us, &seen_us, &mailed_us, &due_us)
	n.at, n.seen, n.mailed, n.mailDue = value.FromMicros(at_us), moment(seen_us), moment(mailed_us), moment(due_us)
	return n, err
}

func moment(us *int64) time.Time {
	if us == nil {
		return time.Time{}
	}
	return value.FromMicros(*us)
}

// micros is the column of a moment that may not be.
func micros(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return value.Micros(t)
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
		n.thread, n.times, n.listed, value.Micros(n.at), micros(n.seen), micros(n.mailed), micros(n.mailDue)}
	if isNew {
		return tx.Insert("member_alert", []string{"id", "account", "kind", "record", "href", "subject", "body", "reply_to", "sender",
			"thread", "times", "listed", "at_us", "seen_us", "mailed_us", "mail_due_us"}, [][]any{row})
	}
	_, err := tx.Exec(`
		update member_alert
		set account = $2, kind = $3, record = $4, href = $5, subject = $6, body = $7, reply_to = $8, sender = $9, thread = $10,
			times = $11, listed = $12, at_us = $13, seen_us = $14, mailed_us = $15, mail_due_us = $16
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
