package notice

import (
	"crypto/sha256"
	"embed"
	"fmt"

	"fairground/internal/db"
	"fairground/internal/value"
)

//go:embed schema
var files embed.FS

// Schema returns the package's tables.
func Schema() db.Schema { return db.Schema{Feature: "notice", Files: files} }

// laneRow is what a lane knows of a notice.
type laneRow struct {
	Report
	notice, flagger value.ID
	key, sum        [sha256.Size]byte
}

func (l laneRow) insert(tx *db.Tx) error {
	return tx.Insert("notice_lane", []string{"notice", "lane", "capacity", "work", "reference", "sworn", "flagger", "notifier", "sum", "made_us"}, [][]any{{
		int64(l.notice), string(l.Lane), l.Capacity, l.Work, l.Reference, l.Sworn, db.OrNull(int64(l.flagger)), l.key[:], l.sum[:], value.Micros(tx.Now())}})
}

// findSame returns the notice of the same person that says the same.
func findSame(tx *db.Tx, key, sum [sha256.Size]byte) (value.ID, error) {
	return db.One(tx, db.Column[value.ID], "select notice from notice_lane where notifier = $1 and sum = $2", key[:], sum[:])
}

// LaneOf returns the lane by which a notice came, Other for one that came by none.
func LaneOf(tx *db.Tx, notice value.ID) (Lane, error) {
	lane, err := db.One(tx, db.Column[string], "select lane from notice_lane where notice = $1", int64(notice))
	if value.KindOf(err) == value.NotFound {
		return Other, nil
	}
	return Lane(lane), err
}

func insertFlagger(tx *db.Tx, id value.ID, name string, email value.Email, key [sha256.Size]byte) error {
	return tx.Insert("flagger", []string{"id", "name", "email", "key_hash", "since_us"}, [][]any{{int64(id), name, string(email), key[:], value.Micros(tx.Now())}})
}

const flaggerColumns = "id, name, email, since_us, suspended_us"

func scanFlagger(row db.Scanner) (t Trusted, err error) {
	var since_us int64
	var suspended_us *int64
	err = row.Scan(&t.ID, &t.Name, &t.Email, &since_us, &suspended_us)
	t.Since, t.Suspended = value.FromMicros(since_us), db.TimeOf(suspended_us)
	return t, err
}

func findFlaggerByKey(tx *db.Tx, key [sha256.Size]byte) (Trusted, error) {
	return db.One(tx, scanFlagger, "select "+flaggerColumns+" from flagger where key_hash = $1", key[:])
}

func suspendFlagger(tx *db.Tx, id value.ID, suspended bool) error {
	var at any
	if suspended {
		at = value.Micros(tx.Now())
	}
	n, err := tx.Exec("update flagger set suspended_us = $2 where id = $1", int64(id), at)
	if err == nil && n == 0 {
		err = value.Errorf(value.NotFound, "there is no such flagger")
	}
	return err
}

const mostListed = 200

// Outcome is what became of a notice.
type Outcome struct{ Answered, Founded bool }

// flaggers lists all of them with what came of their notices.
func (d *Desk) flaggers(tx *db.Tx) ([]Trusted, error) {
	all, err := db.All(tx, scanFlagger, "select "+flaggerColumns+" from flagger order by name, id limit $1", mostListed)
	for i := range all {
		if err != nil {
			break
		}
		var filed []value.ID
		if filed, err = db.All(tx, db.Column[value.ID], "select notice from notice_lane where flagger = $1 order by notice desc limit 1000", int64(all[i].ID)); err == nil {
			all[i].Filed = len(filed)
			all[i].Answered, all[i].Founded, err = d.count(tx, filed)
		}
	}
	return all, err
}

func (d *Desk) count(tx *db.Tx, notices []value.ID) (answered, founded int, err error) {
	for _, id := range notices {
		o, err := d.config.Outcome(tx, id)
		if err != nil {
			return 0, 0, err
		}
		if o.Answered {
			answered++
		}
		if o.Founded {
			founded++
		}
	}
	return answered, founded, nil
}

func scanNotifier(row db.Scanner) (r Reporter, err error) {
	var key []byte
	var warned_us int64
	var limited_us *int64
	if err := row.Scan(&key, &warned_us, &limited_us, &r.Reason); err != nil {
		return r, err
	}
	copy(r.Key[:], key)
	r.Warned, r.Limited = value.FromMicros(warned_us), db.TimeOf(limited_us)
	return r, nil
}

func findNotifier(tx *db.Tx, key [sha256.Size]byte) (Reporter, error) {
	return db.One(tx, scanNotifier, "select key, warned_us, limited_us, reason from notifier where key = $1", key[:])
}

// findReporter returns somebody who reported something, warned or not.
func findReporter(tx *db.Tx, key [sha256.Size]byte) (Reporter, error) {
	r, err := findNotifier(tx, key)
	if err != nil && value.KindOf(err) != value.NotFound {
		return r, err
	}
	r.Key = key
	if err := tx.Row("select count(*), coalesce(sum(case when baseless then 1 else 0 end), 0) from notice_lane where notifier = $1", key[:]).Scan(&r.Filed, &r.Baseless); err != nil {
		return r, err
	}
	if r.Filed == 0 {
		return r, value.Errorf(value.NotFound, "nobody reported under this key")
	}
	return r, nil
}

func storeReporter(tx *db.Tx, r Reporter) error {
	_, err := tx.Exec(`
		insert into notifier (key, warned_us, limited_us, reason) values ($1, $2, $3, $4)
		on conflict (key) do update set warned_us = excluded.warned_us, limited_us = excluded.limited_us, reason = excluded.reason`,
		r.Key[:], value.Micros(r.Warned), db.TimeOrNull(r.Limited), r.Reason)
	return err
}

// reporters lists who has a notice plainly without ground, the most first.
func (d *Desk) reporters(tx *db.Tx) ([]Reporter, error) {
	keys, err := db.All(tx, db.Column[[]byte], `
		select notifier
		from notice_lane
		where baseless
		group by notifier
		order by count(*) desc, notifier
		limit $1`, mostListed)
	var all []Reporter
	for _, stored := range keys {
		var key [sha256.Size]byte
		if copy(key[:], stored) != len(key) {
			return nil, fmt.Errorf("notice.reporters: a key of %d bytes", len(stored))
		}
		r, err := findReporter(tx, key)
		if err != nil {
			return nil, err
		}
		filed, err := db.All(tx, db.Column[value.ID], "select notice from notice_lane where notifier = $1 order by notice desc limit 1000", key[:])
		if err != nil {
			return nil, err
		}
		if r.Answered, r.Founded, err = d.count(tx, filed); err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, err
}

func markBaseless(tx *db.Tx, notice value.ID, baseless bool) error {
	n, err := tx.Exec("update notice_lane set baseless = $2 where notice = $1", int64(notice), baseless)
	if err == nil && n == 0 {
		err = value.Errorf(value.NotFound, "this notice came by no lane")
	}
	return err
}
