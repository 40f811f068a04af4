package legal

import (
	"crypto/subtle"
	"embed"
	"encoding/json"
	"io/fs"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

//go:embed schema
var files embed.FS

// Schema returns the package's tables.
func Schema() db.Schema { return db.Schema{Feature: "legal", Files: files} }

//go:embed messages.en.json messages.de.json
var messages embed.FS

// Messages are the words of the pages, for text.New. Statements have words of their own, in more languages.
func Messages() fs.FS { return messages }

const statementColumns = `id, code, decision, object, record, author, decided_by, locale, measure, ground, rule, source, automatic, taken, title,
	parts, content_us, since_us, made_us, coalesce(until_us, 0), coalesce(reversed_us, 0), dsa, dsa_state, dsa_reason, coalesce(dsa_us, 0), replaces`

func scanStatement(row db.Scanner) (Statement, error) {
	var s Statement
	var parts string
	var content_us, since_us, made_us, until_us, reversed_us, moved_us int64
	err := row.Scan(&s.ID, &s.Code, &s.Decision, &s.Object, &s.Record, &s.Author, &s.DecidedBy, &s.Locale, &s.Measure, &s.Ground, &s.Rule,
		&s.Source, &s.Automatic, &s.Taken, &s.Title, &parts, &content_us, &since_us, &made_us, &until_us, &reversed_us, &s.DSA, &s.Delivery, &s.Reason, &moved_us, &s.Replaces)
	if err != nil {
		return s, err
	}
	s.Content, s.Since, s.Made = value.FromMicros(content_us), value.FromMicros(since_us), value.FromMicros(made_us)
	s.Until, s.Reversed, s.Moved = moment(until_us), moment(reversed_us), moment(moved_us)
	return s, json.Unmarshal([]byte(parts), &s.Parts)
}

// moment reads a time that may be missing, which is 0.
func moment(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return value.FromMicros(us)
}

// micros is the other way round: nil for the zero time.
func micros(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return value.Micros(t)
}

func insertStatement(tx *db.Tx, s Statement) error {
	parts, err := json.Marshal(s.Parts)
	if err != nil {
		return err
	}
	return tx.Insert("statement", []string{"id", "code", "code_mark", "decision", "object", "record", "author", "decided_by", "locale", "measure", "ground",
		"rule", "source", "automatic", "taken", "title", "parts", "content_us", "since_us", "made_us", "until_us", "dsa", "dsa_state", "dsa_reason", "replaces"}, [][]any{{
		int64(s.ID), s.Code, markOf(s.Code), int64(s.Decision), s.Object, int64(s.Record), int64(s.Author), s.DecidedBy, string(s.Locale), string(s.Measure),
		s.Ground, s.Rule, string(s.Source), s.Automatic, s.Taken, s.Title, string(parts), value.Micros(s.Content), value.Micros(s.Since), value.Micros(s.Made),
		micros(s.Until), s.DSA, string(s.Delivery), s.Reason, int64(s.Replaces)}})
}

// Find returns a statement, or an error of kind NotFound.
func Find(tx *db.Tx, id value.ID) (Statement, error) {
	return db.One(tx, scanStatement, "select "+statementColumns+" from statement where id = $1", int64(id))
}

// FindByCode returns the statement whose author was given the code, or an error of kind NotFound. It takes the same work
// for a wrong code as for a right one.
func FindByCode(tx *db.Tx, code string) (Statement, error) {
	s, err := db.One(tx, scanStatement, "select "+statementColumns+" from statement where code_mark = $1", markOf(code))
	if err == nil && subtle.ConstantTimeCompare([]byte(s.Code), []byte(code)) != 1 {
		err = value.Errorf(value.NotFound, "no statement has this code")
	}
	return s, err
}

// FindByDecision returns the statement of a decision, or an error of kind NotFound when the decision has none.
func FindByDecision(tx *db.Tx, decision value.ID) (Statement, error) {
	return db.One(tx, scanStatement, "select "+statementColumns+" from statement where decision = $1", int64(decision))
}

const mostListed = 500

// Of lists the statements about what belongs to a member, newest first; at most 500.
func Of(tx *db.Tx, member value.ID) ([]Statement, error) {
	return db.All(tx, scanStatement, "select "+statementColumns+" from statement where author = $1 order by id desc limit $2", int64(member), mostListed)
}

// OfRecord lists the statements about one record, newest first; at most 500.
func OfRecord(tx *db.Tx, object string, record value.ID) ([]Statement, error) {
	return db.All(tx, scanStatement, "select "+statementColumns+" from statement where record = $1 and object = $2 order by id desc limit $3",
		int64(record), object, mostListed)
}

func newest(tx *db.Tx, limit int) ([]Statement, error) {
	return db.All(tx, scanStatement, "select "+statementColumns+" from statement order by id desc limit $1", limit)
}

// Redress names the certified body that settles disputes out of court.
type Redress struct {
	Body    string // its name; empty: none is named
	Address string // where it is reached
}

// FindRedress returns what staff wrote, the zero Redress when they wrote nothing.
func FindRedress(tx *db.Tx) (Redress, error) {
	r, err := db.One(tx, func(row db.Scanner) (r Redress, err error) {
		err = row.Scan(&r.Body, &r.Address)
		return r, err
	}, "select body, address from statement_redress where id = 1")
	if value.KindOf(err) == value.NotFound {
		return Redress{}, nil
	}
	return r, err
}

// SetRedress stores it. Statements made before keep what they say.
func SetRedress(tx *db.Tx, r Redress) error {
	_, err := tx.Exec(`
		insert into statement_redress (id, body, address, changed_us) values (1, $1, $2, $3)
		on conflict (id) do update set body = excluded.body, address = excluded.address, changed_us = excluded.changed_us`,
		r.Body, r.Address, value.Micros(tx.Now()))
	tx.Log(db.Change{Object: "statement_redress", Record: 1, Diff: map[string]any{"body": r.Body, "address": r.Address}})
	return err
}

func markReversed(tx *db.Tx, s Statement) error {
	tx.Log(db.Change{Object: "statement", Record: s.ID, Diff: map[string]any{"reversed": true}})
	_, err := tx.Exec("update statement set reversed_us = $2 where id = $1", int64(s.ID), value.Micros(tx.Now()))
	return err
}
