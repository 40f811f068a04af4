package standing

import (
	"embed"
	"io/fs"
	"strings"
	"time"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/value"
)

//go:embed schema
var files embed.FS

// Schema returns the package's table.
func Schema() db.Schema { return db.Schema{Feature: "standing", Files: files} }

//go:embed messages.en.json messages.de.json
var messages embed.FS

// Messages are the words of this package in all languages, for text.New.
func Messages() fs.FS { return messages }

// Object is what the change log calls a contest, and Kind the kind of its id in addresses.
const (
	Object = "contest"
	Kind   = "cts"
)

const answeredAlert = "standing.answered"

// Alerts are what this package tells members of.
func Alerts() []account.AlertKind {
	return []account.AlertKind{{Name: answeredAlert, Service: true, Duty: true}}
}

// State is how far a contest is.
type State string

// The states. Everything but open is final.
const (
	Open      State = "open"
	Stands    State = "stands"    // what is held stays
	Corrected State = "corrected" // it was wrong, and is put right
)

// Contest is what a member says is wrong of what is held about them.
type Contest struct {
	ID         value.ID
	Account    value.ID
	Ref        string // section, a colon, and what of it
	Said       string // the line as it stood on their page
	Words      string // what is wrong with it
	Locale     value.Locale
	DecidedBy  string // who made what is contested, as value.Actor writes it; may be empty
	State      State
	Answer     string
	AnsweredBy string
	Answered   time.Time
	Made       time.Time
}

// Of splits what the contest is about into its section and what of it.
func (c Contest) Of() (section, what string) {
	section, what, _ = strings.Cut(c.Ref, ":")
	return section, what
}

// Within is how soon a contest is to be answered.
const Within = 7 * 24 * time.Hour

// Config is what a Desk needs from its neighbours; app fulfils it.
type Config struct {
	Site *site.Site
	// Held reads what is held about a member, in the words of the transaction's context.
	Held func(tx *db.Tx, account value.ID) (Holdings, error)
	// Case brings a contest to the safety desk, barring whoever made what is contested.
	Case func(tx *db.Tx, c Contest) error
	// Correct puts right what was found wrong, in the answer's transaction: it takes a label or a note away. What has to be put right
	// by hand it leaves.
	Correct func(tx *db.Tx, c Contest) error
	Tell    account.Teller
}

// Desk keeps what is held about the members of one site, as far as they see it, and their contests.
type Desk struct{ config Config }

// New returns a Desk.
func New(c Config) *Desk { return &Desk{c} }

const columns = `id, account, ref, said, words, locale, decided_by, state, answer, coalesce(answered_by, ''), coalesce(answered_us, 0), made_us`

func scan(row db.Scanner) (c Contest, err error) {
	var answered_us, made_us int64
	err = row.Scan(&c.ID, &c.Account, &c.Ref, &c.Said, &c.Words, &c.Locale, &c.DecidedBy, &c.State, &c.Answer, &c.AnsweredBy, &answered_us, &made_us)
	c.Made = value.FromMicros(made_us)
	if answered_us != 0 {
		c.Answered = value.FromMicros(answered_us)
	}
	return c, err
}

func insert(tx *db.Tx, c Contest) error {
	return tx.Insert("contest", []string{"id", "account", "ref", "said", "words", "locale", "decided_by", "state", "answer", "made_us"}, [][]any{{
		int64(c.ID), int64(c.Account), c.Ref, c.Said, c.Words, string(c.Locale), c.DecidedBy, string(c.State), "", value.Micros(c.Made)}})
}

func storeAnswer(tx *db.Tx, c Contest) (int64, error) {
	return tx.Exec(`update contest set state = $2, answer = $3, answered_by = $4, answered_us = $5 where id = $1 and state = 'open'`,
		int64(c.ID), string(c.State), c.Answer, c.AnsweredBy, value.Micros(c.Answered))
}

// Find returns a contest, or an error of kind NotFound.
func Find(tx *db.Tx, id value.ID) (Contest, error) {
	return db.One(tx, scan, "select "+columns+" from contest where id = $1", int64(id))
}

const mostListed = 500

// List returns up to 500 contests: the open ones oldest first, or the answered ones newest first.
func List(tx *db.Tx, open bool) ([]Contest, error) {
	if open {
		return db.All(tx, scan, "select "+columns+" from contest where state = 'open' order by id limit $1", mostListed)
	}
	return db.All(tx, scan, "select "+columns+" from contest where state <> 'open' order by id desc limit $1", mostListed)
}

// Count counts the open contests.
func Count(tx *db.Tx) (int, error) {
	return db.One(tx, db.Column[int], "select count(*) from contest where state = 'open'")
}

// By lists the contests of a member, newest first; at most 500.
func By(tx *db.Tx, account value.ID) ([]Contest, error) {
	return db.All(tx, scan, "select "+columns+" from contest where account = $1 order by id desc limit $2", int64(account), mostListed)
}
