package notice

import (
	"crypto/sha256"
	"embed"
	"fmt"
	"slices"
	"time"

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
	return tx.Insert("notice_lane", []string{"notice", "lane", "capacity", "work", "basis", "reference", "sworn", "flagger", "notifier", "sum", "made_us"}, [][]any{{
		int64(l.notice), string(l.Lane), l.Capacity, l.Work, string(l.Basis), l.Reference, l.Sworn, db.OrNull(int64(l.flagger)), l.key[:], l.sum[:], value.Micros(tx.Now())}})
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

// About is what is known of a notice beside its text.
type About struct {
	Lane      Lane
	Capacity  string
	Basis     Basis
	Reference string
	Sworn     bool
	Baseless  bool // staff say that it was plainly without ground
	Flagger   Trusted
}

// AboutOf returns what a lane knows of a notice, or an error of kind NotFound for one that came by none.
func (d *Desk) AboutOf(tx *db.Tx, notice value.ID) (a About, err error) {
	var flagger value.ID
	err = tx.Row("select lane, capacity, basis, reference, sworn, baseless, coalesce(flagger, 0) from notice_lane where notice = $1", int64(notice)).
		Scan(&a.Lane, &a.Capacity, &a.Basis, &a.Reference, &a.Sworn, &a.Baseless, &flagger)
	if err != nil || flagger == 0 {
		return a, err
	}
	if a.Flagger, err = findFlagger(tx, flagger); err == nil {
		err = d.measure(tx, &a.Flagger, 1)
	}
	return a, err
}

func insertFlagger(tx *db.Tx, t Trusted, key [sha256.Size]byte) error {
	return tx.Insert("flagger", []string{"id", "name", "email", "awarded", "website", "key_hash", "since_us"}, [][]any{
		{int64(t.ID), t.Name, string(t.Email), t.Awarded, t.Website, key[:], value.Micros(tx.Now())}})
}

const flaggerColumns = "id, name, email, awarded, website, reason, since_us, suspended_us, ended_us"

func scanFlagger(row db.Scanner) (t Trusted, err error) {
	var since_us int64
	var suspended_us, ended_us *int64
	err = row.Scan(&t.ID, &t.Name, &t.Email, &t.Awarded, &t.Website, &t.Reason, &since_us, &suspended_us, &ended_us)
	t.Since, t.Suspended, t.Ended = value.FromMicros(since_us), db.TimeOf(suspended_us), db.TimeOf(ended_us)
	return t, err
}

func findFlagger(tx *db.Tx, id value.ID) (Trusted, error) {
	return db.One(tx, scanFlagger, "select "+flaggerColumns+" from flagger where id = $1", int64(id))
}

// trustedNow are the flaggers whose notices come first today.
func trustedNow(tx *db.Tx) ([]Trusted, error) {
	return db.All(tx, scanFlagger, "select "+flaggerColumns+" from flagger where suspended_us is null and ended_us is null order by name, id limit $1", mostListed)
}

func findFlaggerByKey(tx *db.Tx, key [sha256.Size]byte) (Trusted, error) {
	return db.One(tx, scanFlagger, "select "+flaggerColumns+" from flagger where key_hash = $1", key[:])
}

func storeStanding(tx *db.Tx, t Trusted) error {
	_, err := tx.Exec("update flagger set suspended_us = $2, ended_us = $3, reason = $4 where id = $1",
		int64(t.ID), db.TimeOrNull(t.Suspended), db.TimeOrNull(t.Ended), t.Reason)
	return err
}

const mostListed = 200

// Outcome is what became of a notice.
type Outcome struct{ Answered, Founded bool }

// flaggers lists all of them with what came of their notices.
func (d *Desk) flaggers(tx *db.Tx) ([]Trusted, error) {
	all, err := db.All(tx, scanFlagger, "select "+flaggerColumns+" from flagger order by name, id limit $1", mostListed)
	for i := range all {
		if err == nil {
			err = d.measure(tx, &all[i], 1)
		}
	}
	return all, err
}

// counted is what came of the notices of one month.
type counted struct {
	Month                    time.Time // its first day, UTC
	Filed, Answered, Founded int
}

// filedNotice is when a notice was filed.
type filedNotice struct {
	id value.ID
	at time.Time
}

const mostMeasured = 2000 // notices of one flagger, the newest

// measure counts what came of a flagger's notices, of all and of the last months.
func (d *Desk) measure(tx *db.Tx, t *Trusted, months int) error {
	filed, err := db.All(tx, func(row db.Scanner) (n filedNotice, err error) {
		var made_us int64
		err = row.Scan(&n.id, &made_us)
		n.at = value.FromMicros(made_us)
		return n, err
	}, "select notice, made_us from notice_lane where flagger = $1 order by notice desc limit $2", int64(t.ID), mostMeasured)
	if err != nil {
		return err
	}
	t.Months = monthsTo(tx.Now(), months)
	for _, n := range filed {
		o, err := d.config.Outcome(tx, n.id)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(t.Months, func(c counted) bool { return c.Month.Format("2006-01") == n.at.UTC().Format("2006-01") })
		all := []*counted{&t.counted}
		if at >= 0 {
			all = append(all, &t.Months[at])
		}
		for _, c := range all {
			c.add(o)
		}
	}
	return nil
}

// recentOf are the newest notices of a flagger.
func recentOf(tx *db.Tx, id value.ID) ([]value.ID, error) {
	return db.All(tx, db.Column[value.ID], "select notice from notice_lane where flagger = $1 order by notice desc limit 20", int64(id))
}

func (c *counted) add(o Outcome) {
	c.Filed++
	if o.Answered {
		c.Answered++
	}
	if o.Founded {
		c.Founded++
	}
}

// monthsTo are the last n months up to now, the oldest first.
func monthsTo(now time.Time, n int) []counted {
	all := make([]counted, n)
	first := time.Date(now.UTC().Year(), now.UTC().Month(), 1, 0, 0, 0, 0, time.UTC)
	for i := range all {
		all[i].Month = first.AddDate(0, i+1-n, 0)
	}
	return all
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

// latestOf is the newest notice of somebody.
func latestOf(tx *db.Tx, key [sha256.Size]byte) (value.ID, error) {
	return db.One(tx, db.Column[value.ID], "select coalesce(max(notice), 0) from notice_lane where notifier = $1", key[:])
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
