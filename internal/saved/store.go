package saved

import (
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

// Search is something that a member looks for.
type Search struct {
	ID      value.ID
	Account value.ID
	Name    string
	Address string
	Often   Often
	Drops   bool // lower prices are news too
	State   State
	Created time.Time
	Looked  time.Time // what was found since is new
	Opened  time.Time
	Told    time.Time // zero: never
	Ended   time.Time // zero: not

	tally tally
}

// State is whether a search looks at new listings.
type State string

// The states.
const (
	On     State = "on"
	Paused State = "paused"
	Asleep State = "asleep" // nobody read its alerts
	Ended  State = "ended"  // deleted, and may come back
)

const searchColumns = "id, account, name, address, often, drops, state, created_us, looked_us, opened_us, told_us, ended_us, day, hits, hits_before"

func scanSearch(row db.Scanner) (Search, error) {
	var s Search
	var created_us, looked_us, opened_us int64
	var told_us, ended_us *int64
	err := row.Scan(&s.ID, &s.Account, &s.Name, &s.Address, &s.Often, &s.Drops, &s.State, &created_us, &looked_us, &opened_us, &told_us, &ended_us,
		&s.tally.day, &s.tally.hits, &s.tally.before)
	s.Created, s.Looked, s.Opened = value.FromMicros(created_us), value.FromMicros(looked_us), value.FromMicros(opened_us)
	s.Told, s.Ended = db.TimeOf(told_us), db.TimeOf(ended_us)
	return s, err
}

func findSearch(tx *db.Tx, id value.ID) (Search, error) {
	return db.One(tx, scanSearch, "select "+searchColumns+" from saved_search where id = $1", id)
}

// searchesOf are those of an account that were not deleted, newest first.
func searchesOf(tx *db.Tx, of value.ID) ([]Search, error) {
	return db.All(tx, scanSearch, "select "+searchColumns+" from saved_search where account = $1 and state <> 'ended' order by id desc", of)
}

// allOf are all of an account, those too that were deleted and may come back.
func allOf(tx *db.Tx, of value.ID) ([]Search, error) {
	return db.All(tx, scanSearch, "select "+searchColumns+" from saved_search where account = $1 order by id", of)
}

func searchesAmong(tx *db.Tx, ids []value.ID) ([]Search, error) {
	list, args := db.List(1, ids)
	return db.All(tx, scanSearch, "select "+searchColumns+" from saved_search where id in ("+list+") and state = 'on' order by id", args...)
}

func sameSearch(tx *db.Tx, of value.ID, address string) (Search, error) {
	return db.One(tx, scanSearch, "select "+searchColumns+" from saved_search where account = $1 and address = $2 and state <> 'ended'", of, address)
}

func countSearches(tx *db.Tx, of value.ID) (int, error) {
	return db.One(tx, db.Column[int], "select count(*) from saved_search where account = $1 and state <> 'ended'", of)
}

func insertSearch(tx *db.Tx, s Search, query string) error {
	return tx.Insert("saved_search", []string{"id", "account", "name", "address", "query", "often", "drops", "state", "created_us", "looked_us", "opened_us",
		"day", "hits", "hits_before"}, [][]any{{int64(s.ID), int64(s.Account), s.Name, s.Address, query, string(s.Often), s.Drops, string(s.State),
		value.Micros(s.Created), value.Micros(s.Looked), value.Micros(s.Opened), s.tally.day, s.tally.hits, s.tally.before}})
}

// updateSearch writes what people and jobs change.
func updateSearch(tx *db.Tx, s Search) error {
	_, err := tx.Exec(`
		update saved_search
		set name = $2, often = $3, drops = $4, state = $5, looked_us = $6, opened_us = $7, told_us = $8, ended_us = $9
		where id = $1`, s.ID, s.Name, string(s.Often), s.Drops, string(s.State), value.Micros(s.Looked), value.Micros(s.Opened),
		db.TimeOrNull(s.Told), db.TimeOrNull(s.Ended))
	return err
}

// looked notes that somebody saw what some of their searches found. It is bookkeeping.
func looked(tx *db.Tx, of value.ID, id value.ID) error {
	return tx.Keep("update saved_search set looked_us = $3, opened_us = $3 where account = $1 and id = $2", of, id, value.Micros(tx.Now()))
}

// opened notes that somebody takes an interest in their searches. It is bookkeeping.
func opened(tx *db.Tx, of value.ID) error {
	return tx.Keep("update saved_search set opened_us = $2 where account = $1", of, value.Micros(tx.Now()))
}

func countHits(tx *db.Tx, s Search) error {
	return tx.Keep("update saved_search set day = $2, hits = $3, hits_before = $4 where id = $1", s.ID, s.tally.day, s.tally.hits, s.tally.before)
}

func setTold(tx *db.Tx, id value.ID, at time.Time) error {
	_, err := tx.Exec("update saved_search set told_us = $2 where id = $1", id, value.Micros(at))
	return err
}

// wanted is a search as the Matcher needs it.
type wanted struct {
	id    value.ID
	query string
}

func scanWanted(row db.Scanner) (wanted, error) {
	var w wanted
	err := row.Scan(&w.id, &w.query)
	return w, err
}

// wantedAfter are the next searches that look at new listings.
func wantedAfter(tx *db.Tx, after value.ID, limit int) ([]wanted, error) {
	return db.All(tx, scanWanted, "select id, query from saved_search where id > $1 and state = 'on' order by id limit $2", after, limit)
}

func wantedAmong(tx *db.Tx, ids []value.ID) ([]wanted, error) {
	list, args := db.List(1, ids)
	return db.All(tx, scanWanted, "select id, query from saved_search where id in ("+list+") and state = 'on'", args...)
}

func isAnySearch(tx *db.Tx) (bool, error) {
	return db.One(tx, db.Column[bool], "select exists (select 1 from saved_search where state = 'on')")
}

// unread are searches whose alerts went out after somebody last opened any, which was before a moment.
func unread(tx *db.Tx, before time.Time, limit int) ([]Search, error) {
	return db.All(tx, scanSearch, "select "+searchColumns+` from saved_search
		where state = 'on' and opened_us < $1 and told_us > opened_us and often <> 'never'
		order by opened_us, id
		limit $2`, value.Micros(before), limit)
}

// forgetEnded removes what was deleted before a moment.
func forgetEnded(tx *db.Tx, before time.Time) error {
	if _, err := tx.Exec(`
		delete from saved_find
		where search in (select id from saved_search where state = 'ended' and ended_us < $1)`, value.Micros(before)); err != nil {
		return err
	}
	_, err := tx.Exec("delete from saved_search where state = 'ended' and ended_us < $1", value.Micros(before))
	return err
}

// forgetFinds removes some of what was found before a moment, and reports whether there may be more.
func forgetFinds(tx *db.Tx, before time.Time) (more bool, err error) {
	const atOnce = 5_000
	n, err := tx.Exec(`
		delete from saved_find
		where (search, listing, kind) in (select search, listing, kind from saved_find where at_us < $1 limit $2)`, value.Micros(before), atOnce)
	return n == atOnce, err
}

func eraseRows(tx *db.Tx, of value.ID) error {
	for _, statement := range []string{
		"delete from saved_find where search in (select id from saved_search where account = $1)",
		"delete from saved_search where account = $1",
	} {
		if _, err := tx.Exec(statement, of); err != nil {
			return err
		}
	}
	return nil
}
