package appeal

import (
	"crypto/subtle"
	"embed"
	"io/fs"

	"fairground/internal/db"
	"fairground/internal/value"
)

//go:embed schema
var files embed.FS

// Schema returns the package's tables.
func Schema() db.Schema { return db.Schema{Feature: "appeal", Files: files} }

//go:embed messages.en.json messages.de.json
var messages embed.FS

// Messages are the words of the pages, for text.New. Letters have words in more languages.
func Messages() fs.FS { return messages }

const columns = `id, code, decision, object, record, decided_by, seconded_by, party, party_key, account, text, name, email, locale, state, answer,
	coalesce(answered_by, ''), coalesce(answered_us, 0), made_us, measure, coalesce(replacement, 0), coalesce(until_us, 0)`

func scan(row db.Scanner) (Appeal, error) {
	var a Appeal
	var answered_us, made_us, until_us int64
	err := row.Scan(&a.ID, &a.Code, &a.Decision, &a.Object, &a.Record, &a.DecidedBy, &a.SecondedBy, &a.Party, &a.PartyKey, &a.Account, &a.Text, &a.Name,
		&a.Email, &a.Locale, &a.State, &a.Answer, &a.AnsweredBy, &answered_us, &made_us, &a.Instead.Measure, &a.Successor, &until_us)
	a.Made = value.FromMicros(made_us)
	if answered_us != 0 {
		a.Answered = value.FromMicros(answered_us)
	}
	if until_us != 0 {
		a.Instead.Until = value.FromMicros(until_us)
	}
	return a, err
}

func insert(tx *db.Tx, a Appeal) error {
	return tx.Insert("appeal", []string{"id", "code", "code_mark", "decision", "object", "record", "decided_by", "seconded_by", "party", "party_key", "account",
		"text", "name", "email", "locale", "state", "answer", "made_us"}, [][]any{{
		int64(a.ID), a.Code, markOf(a.Code), int64(a.Decision), a.Object, int64(a.Record), a.DecidedBy, a.SecondedBy, string(a.Party), a.PartyKey,
		int64(a.Account), a.Text, a.Name, string(a.Email), string(a.Locale), string(a.State), "", value.Micros(a.Made)}})
}

func storeAnswer(tx *db.Tx, a Appeal) error {
	var successor, until_us any
	if a.Successor != 0 {
		successor = int64(a.Successor)
	}
	if !a.Instead.Until.IsZero() {
		until_us = value.Micros(a.Instead.Until)
	}
	_, err := tx.Exec(`
		update appeal
		set state = $2, answer = $3, answered_by = $4, answered_us = $5, measure = $6, replacement = $7, until_us = $8
		where id = $1 and state = 'open'`,
		int64(a.ID), string(a.State), a.Answer, a.AnsweredBy, value.Micros(a.Answered), a.Instead.Measure, successor, until_us)
	return err
}

// BySuccessor returns the appeal that a decision followed from, or an error of kind NotFound.
func BySuccessor(tx *db.Tx, decision value.ID) (Appeal, error) {
	return db.One(tx, scan, "select "+columns+" from appeal where replacement = $1 order by id limit 1", int64(decision))
}

// Find returns an appeal, or an error of kind NotFound.
func Find(tx *db.Tx, id value.ID) (Appeal, error) {
	return db.One(tx, scan, "select "+columns+" from appeal where id = $1", int64(id))
}

func byCode(tx *db.Tx, code string) (Appeal, error) {
	a, err := db.One(tx, scan, "select "+columns+" from appeal where code_mark = $1", markOf(code))
	if err == nil && subtle.ConstantTimeCompare([]byte(a.Code), []byte(code)) != 1 {
		err = unknown()
	}
	return a, err
}

func byParty(tx *db.Tx, decision value.ID, key string) (Appeal, error) {
	return db.One(tx, scan, "select "+columns+" from appeal where decision = $1 and party_key = $2", int64(decision), key)
}

const mostListed = 500

// List returns up to 500 appeals: the open ones oldest first, or the answered ones newest first.
func List(tx *db.Tx, open bool) ([]Appeal, error) {
	if open {
		return db.All(tx, scan, "select "+columns+" from appeal where state = 'open' order by id limit $1", mostListed)
	}
	return db.All(tx, scan, "select "+columns+" from appeal where state <> 'open' order by id desc limit $1", mostListed)
}

// Count counts the open appeals.
func Count(tx *db.Tx) (int, error) {
	return db.One(tx, db.Column[int], "select count(*) from appeal where state = 'open'")
}

// Of lists the appeals of a member against decisions about what is theirs, newest first; at most 500.
func Of(tx *db.Tx, member value.ID) ([]Appeal, error) {
	return db.All(tx, scan, "select "+columns+" from appeal where account = $1 and party = 'author' order by id desc limit $2", int64(member), mostListed)
}

// Against lists the appeals against a decision, oldest first; at most 500.
func Against(tx *db.Tx, decision value.ID) ([]Appeal, error) {
	return db.All(tx, scan, "select "+columns+" from appeal where decision = $1 order by id limit $2", int64(decision), mostListed)
}

func countOpen(tx *db.Tx, decision value.ID) (int, error) {
	return db.One(tx, db.Column[int], "select count(*) from appeal where decision = $1 and state = 'open'", int64(decision))
}

// pass lets somebody appeal a decision who has neither a statement nor a notice.
type pass struct {
	id       value.ID
	decision value.ID
}

func insertPass(tx *db.Tx, id value.ID, code string, decision value.ID) error {
	return tx.Insert("appeal_pass", []string{"id", "code_mark", "decision", "made_by", "made_us"}, [][]any{
		{int64(id), markOf(code), int64(decision), tx.Actor().String(), value.Micros(tx.Now())}})
}

func passByCode(tx *db.Tx, code string) (pass, error) {
	return db.One(tx, func(row db.Scanner) (p pass, err error) {
		err = row.Scan(&p.id, &p.decision)
		return p, err
	}, "select id, decision from appeal_pass where code_mark = $1", markOf(code))
}
