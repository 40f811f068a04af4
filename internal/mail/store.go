package mail

import (
	"embed"
	"encoding/json"
	"fmt"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

//go:embed schema
var files embed.FS

// Schema returns the package's table.
func Schema() db.Schema { return db.Schema{Feature: "mail", Files: files} }

// State is what has become of a message.
type State string

// The states of a message.
const (
	Queued State = "queued"
	Sent   State = "sent"   // the server took it
	Failed State = "failed" // it will not be tried again
	Kept   State = "kept"   // in the mailbox of a development machine
)

// Mail is a message as it is stored. Text and HTML are empty when they were erased.
type Mail struct {
	Message
	ID       value.ID
	State    State
	Attempts int
	Error    string // of the last attempt
	At       time.Time
	DoneAt   time.Time // when it reached its state; zero while it is queued
}

const columns = `id, to_address, reply_to, kind, secret, subject, coalesce(body_text, ''), coalesce(body_html, ''), headers, unsubscribe,
	coalesce(until_us, 0), state, attempts, error, at_us, coalesce(done_us, 0), sender, thread`

func scan(row db.Scanner) (Mail, error) {
	var m Mail
	var headers string
	var until_us, at_us, done_us int64
	err := row.Scan(&m.ID, &m.To, &m.ReplyTo, &m.Kind.Name, &m.Kind.Secret, &m.Subject, &m.Text, &m.HTML, &headers, &m.Unsubscribe,
		&until_us, &m.State, &m.Attempts, &m.Error, &at_us, &done_us, &m.Sender, &m.Thread)
	if err != nil {
		return m, err
	}
	m.Until, m.At, m.DoneAt = moment(until_us), moment(at_us), moment(done_us)
	return m, json.Unmarshal([]byte(headers), &m.Headers)
}

func moment(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return value.FromMicros(us)
}

// Find returns one message, or an error of kind NotFound.
func Find(tx *db.Tx, id value.ID) (Mail, error) {
	m, err := db.One(tx, scan, "select "+columns+" from mail_message where id = $1", int64(id))
	if err != nil {
		return m, fmt.Errorf("mail.Find(%d): %w", id, err)
	}
	return m, nil
}

// Messages returns the newest messages, newest first.
func Messages(tx *db.Tx, limit int) ([]Mail, error) {
	return db.All(tx, scan, "select "+columns+" from mail_message order by id desc limit $1", limit)
}

// MessagesTo returns the newest messages to one address, newest first, for its owner's page and for exports.
func MessagesTo(tx *db.Tx, to value.Email, limit int) ([]Mail, error) {
	return db.All(tx, scan, "select "+columns+" from mail_message where to_address = $1 order by id desc limit $2", string(to), limit)
}

// insert keeps a message: waiting, or as failed at once for a reason.
func insert(tx *db.Tx, id value.ID, m Message, problem string) error {
	headers, err := json.Marshal(m.Headers)
	if err != nil {
		return err
	}
	var until_us, done_us any
	state := Queued
	if problem != "" {
		state, done_us = Failed, value.Micros(tx.Now())
	}
	if !m.Until.IsZero() {
		until_us = value.Micros(m.Until)
	}
	return tx.Insert("mail_message",
		[]string{"id", "to_address", "reply_to", "kind", "secret", "subject", "body_text", "body_html", "headers", "unsubscribe", "until_us", "state", "error",
			"at_us", "done_us", "sender", "thread"},
		[][]any{{int64(id), string(m.To), string(m.ReplyTo), m.Kind.Name, m.Kind.Secret, m.Subject, m.Text, m.HTML, string(headers), m.Unsubscribe,
			until_us, string(state), problem, value.Micros(tx.Now()), done_us, m.Sender, m.Thread}})
}

// finish notes the end of a message. A secret body does not outlive it.
func finish(tx *db.Tx, m Mail, state State, problem string) error {
	_, err := tx.Exec(`update mail_message
		set state = $1, done_us = $2, attempts = attempts + 1, error = $3
		where id = $4`, string(state), value.Micros(tx.Now()), problem, int64(m.ID))
	if err != nil || !m.Kind.Secret || state == Kept {
		return err
	}
	_, err = tx.Exec("update mail_message set body_text = null, body_html = null where id = $1", int64(m.ID))
	return err
}

func noteAttempt(tx *db.Tx, id value.ID, problem string) error {
	_, err := tx.Exec("update mail_message set attempts = attempts + 1, error = $1 where id = $2", problem, int64(id))
	return err
}

// Expire removes messages that ended before a moment and returns how many.
func Expire(tx *db.Tx, before time.Time) (int64, error) {
	return tx.Exec("delete from mail_message where state <> 'queued' and done_us < $1", value.Micros(before))
}
