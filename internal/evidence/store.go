package evidence

import (
	"encoding/json"
	"strconv"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

const evidenceColumns = `id, object, record, author, decision, reason, note, state, hold_until_us, made_us, about, file, sha256, bytes,
	manifest, sealed_us, released_us, destroyed_us`

func insertEvidence(tx *db.Tx, e Evidence) error {
	about, err := json.Marshal(e.About)
	if err != nil {
		return err
	}
	return tx.Insert("evidence", []string{"id", "object", "record", "author", "decision", "reason", "note", "state", "hold_until_us", "made_us", "about"},
		[][]any{{e.ID, e.Object, e.Record, e.Author, e.Decision, e.Reason, e.Note, e.State, value.Micros(e.HoldUntil), value.Micros(e.Made), string(about)}})
}

func scanEvidence(row db.Scanner) (e Evidence, err error) {
	var hold, made int64
	var sealed, released, destroyed *int64
	var about *string
	var manifest string
	if err = row.Scan(&e.ID, &e.Object, &e.Record, &e.Author, &e.Decision, &e.Reason, &e.Note, &e.State, &hold, &made, &about, &e.File,
		&e.Sha256, &e.Bytes, &manifest, &sealed, &released, &destroyed); err != nil {
		return e, err
	}
	e.HoldUntil, e.Made = value.FromMicros(hold), value.FromMicros(made)
	e.Sealed, e.Released, e.Destroyed = moment(sealed), moment(released), moment(destroyed)
	if about != nil {
		if err := json.Unmarshal([]byte(*about), &e.About); err != nil {
			return e, err
		}
	}
	if manifest != "" {
		err = json.Unmarshal([]byte(manifest), &e.Manifest)
	}
	return e, err
}

func moment(us *int64) time.Time {
	if us == nil {
		return time.Time{}
	}
	return value.FromMicros(*us)
}

func findEvidence(tx *db.Tx, id value.ID) (Evidence, error) {
	e, err := db.One(tx, scanEvidence, "select "+evidenceColumns+" from evidence where id = $1", id)
	if value.KindOf(err) == value.NotFound {
		return e, value.Errorf(value.NotFound, "there is no such evidence").Because(err)
	}
	return e, err
}

// findSame returns the preservation for a decision, while its hold lasts.
func findSame(tx *db.Tx, object string, record, decision value.ID) (value.ID, error) {
	return db.One(tx, db.Column[value.ID], `
		select id
		from evidence
		where object = $1 and record = $2 and decision = $3 and reason = 'severe' and state <> 'released'`, object, record, decision)
}

// findPage returns preservations, newest first, before an id.
func findPage(tx *db.Tx, state State, before value.ID, limit int) ([]Evidence, error) {
	return db.All(tx, scanEvidence, `
		select `+evidenceColumns+`
		from evidence
		where ($1 = '' or state = $1) and ($2 = 0 or id < $2)
		order by id desc
		limit $3`, state, before, limit)
}

func anyHold(tx *db.Tx, object string, record value.ID) (bool, error) {
	n, err := db.One(tx, db.Column[int64], `
		select count(*)
		from evidence
		where object = $1 and record = $2 and state <> 'released' and hold_until_us > $3`, object, record, value.Micros(tx.Now()))
	return n > 0, err
}

func memberHeldUntil(tx *db.Tx, account value.ID) (time.Time, error) {
	until, err := db.One(tx, db.Column[int64], `
		select coalesce(max(e.hold_until_us), 0)
		from evidence_member m
		join evidence e on e.id = m.evidence
		where m.account = $1 and e.state <> 'released'`, account)
	if err != nil || until <= value.Micros(tx.Now()) {
		return time.Time{}, err
	}
	return value.FromMicros(until), nil
}

func memberHold(tx *db.Tx, account value.ID) (bool, error) {
	until, err := memberHeldUntil(tx, account)
	return !until.IsZero(), err
}

func insertMembers(tx *db.Tx, evidence value.ID, accounts ...value.ID) error {
	for _, account := range accounts {
		if account == 0 {
			continue
		}
		_, err := tx.Exec("insert into evidence_member (evidence, account) values ($1, $2) on conflict (evidence, account) do nothing", evidence, account)
		if err != nil {
			return err
		}
	}
	return nil
}

// markSealed makes a stored file the package; it affects no row when there is one already, or when the hold was released.
func markSealed(tx *db.Tx, e Evidence) (int64, error) {
	manifest, err := json.Marshal(e.Manifest)
	if err != nil {
		return 0, err
	}
	return tx.Exec(`
		update evidence
		set state = 'sealed', about = null, file = $2, sha256 = $3, bytes = $4, manifest = $5, sealed_us = $6
		where id = $1 and state = 'collecting'`, e.ID, e.File, e.Sha256, e.Bytes, string(manifest), value.Micros(e.Sealed))
}

func setHold(tx *db.Tx, id value.ID, until time.Time) error {
	_, err := tx.Exec("update evidence set hold_until_us = $2 where id = $1 and state <> 'released'", id, value.Micros(until))
	return err
}

func markReleased(tx *db.Tx, id value.ID) error {
	_, err := tx.Exec(`
		update evidence
		set state = 'released', about = null, released_us = $2
		where id = $1 and state <> 'released'`, id, value.Micros(tx.Now()))
	return err
}

func markDestroyed(tx *db.Tx, id value.ID) error {
	if _, err := tx.Exec("delete from evidence_envelope where evidence = $1", id); err != nil {
		return err
	}
	_, err := tx.Exec("update evidence set destroyed_us = $2 where id = $1", id, value.Micros(tx.Now()))
	return err
}

func findLapsed(tx *db.Tx, before time.Time) ([]value.ID, error) {
	return db.All(tx, db.Column[value.ID], `
		select id
		from evidence
		where state <> 'released' and hold_until_us < $1
		order by id
		limit 200`, value.Micros(before))
}

func saveEnvelopes(tx *db.Tx, evidence value.ID, locked map[value.ID]string) error {
	if _, err := tx.Exec("delete from evidence_envelope where evidence = $1", evidence); err != nil {
		return err
	}
	var rows [][]any
	for custodian, sealed := range locked {
		rows = append(rows, []any{evidence, custodian, sealed})
	}
	return tx.Insert("evidence_envelope", []string{"evidence", "custodian", "sealed"}, rows)
}

func findEnvelope(tx *db.Tx, evidence, custodian value.ID) (string, error) {
	return db.One(tx, db.Column[string], "select sealed from evidence_envelope where evidence = $1 and custodian = $2", evidence, custodian)
}

// findHolders are the ids of the keys that have an envelope; 0 is the site.
func findHolders(tx *db.Tx, evidence value.ID) ([]value.ID, error) {
	return db.All(tx, db.Column[value.ID], "select custodian from evidence_envelope where evidence = $1 order by custodian", evidence)
}

// findSiteSealed are the packages that only the site's secret opens.
func findSiteSealed(tx *db.Tx) ([]value.ID, error) {
	return db.All(tx, db.Column[value.ID], "select evidence from evidence_envelope where custodian = 0 order by evidence")
}

// custodian is a person who, with another, can open packages.
type custodian struct {
	ID        value.ID
	Account   value.ID
	Name      string
	Recipient string
	Locked    string
	Made      time.Time
}

const custodianColumns = "id, account, name, recipient, locked, made_us"

func scanCustodian(row db.Scanner) (c custodian, err error) {
	var made int64
	err = row.Scan(&c.ID, &c.Account, &c.Name, &c.Recipient, &c.Locked, &made)
	c.Made = value.FromMicros(made)
	return c, err
}

func findCustodians(tx *db.Tx) ([]custodian, error) {
	return db.All(tx, scanCustodian, "select "+custodianColumns+" from evidence_custodian where ended_us is null order by id")
}

func findCustodian(tx *db.Tx, account value.ID) (custodian, error) {
	return db.One(tx, scanCustodian, "select "+custodianColumns+" from evidence_custodian where account = $1 and ended_us is null", account)
}

func insertCustodian(tx *db.Tx, c custodian) error {
	return tx.Insert("evidence_custodian", []string{"id", "account", "name", "recipient", "locked", "made_us"},
		[][]any{{c.ID, c.Account, c.Name, c.Recipient, c.Locked, value.Micros(c.Made)}})
}

func endCustodian(tx *db.Tx, id value.ID) error {
	_, err := tx.Exec("update evidence_custodian set ended_us = $2, locked = '' where id = $1", id, value.Micros(tx.Now()))
	return err
}

// countStranded is how many packages fewer than two living keys would open without this one.
func countStranded(tx *db.Tx, without value.ID) (int64, error) {
	return db.One(tx, db.Column[int64], `
		select count(*)
		from (
			select e.id
			from evidence e
			join evidence_envelope v on v.evidence = e.id and v.custodian <> 0
			left join evidence_custodian c on c.id = v.custodian and c.ended_us is null and c.id <> $1
			where e.state = 'sealed'
			group by e.id
			having count(c.id) < 2
		) stranded`, without)
}

func parseNumber(text string) (value.ID, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	return value.ID(n), err
}

// Find returns one preservation, or an error of kind NotFound.
func Find(tx *db.Tx, id value.ID) (Evidence, error) { return findEvidence(tx, id) }

// List returns preservations, newest first: those in a state, or all for "", before an id, or from the newest for 0.
func List(tx *db.Tx, state State, before value.ID, limit int) ([]Evidence, error) {
	return findPage(tx, state, before, limit)
}
