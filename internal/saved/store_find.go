package saved

import (
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

// findKind says why a listing is news.
type findKind string

const (
	isNew   findKind = "new"
	cheaper findKind = "drop"
)

// find is a listing that a search found.
type find struct {
	search, listing value.ID
	kind            findKind
	at              time.Time
}

func scanFind(row db.Scanner) (find, error) {
	var f find
	var at_us int64
	err := row.Scan(&f.search, &f.listing, &f.kind, &at_us)
	f.at = value.FromMicros(at_us)
	return f, err
}

// addFind reports whether a find is the first of its kind.
func addFind(tx *db.Tx, f find) (bool, error) {
	n, err := tx.Exec(`
		insert into saved_find (search, listing, kind, at_us, told) values ($1, $2, $3, $4, false)
		on conflict (search, listing, kind) do nothing`, f.search, f.listing, string(f.kind), value.Micros(f.at))
	return n > 0, err
}

// waiting are finds of before a moment that were not told yet, newest first.
func waiting(tx *db.Tx, search value.ID, before time.Time, limit int) ([]find, error) {
	return db.All(tx, scanFind, `
		select search, listing, kind, at_us
		from saved_find
		where search = $1 and not told and at_us < $2
		order by at_us desc, listing desc
		limit $3`, search, value.Micros(before), limit)
}

func isWaiting(tx *db.Tx, search value.ID) (bool, error) {
	return db.One(tx, db.Column[bool], "select exists (select 1 from saved_find where search = $1 and not told)", search)
}

// findsTold marks the finds of before a moment as told.
func findsTold(tx *db.Tx, search value.ID, before time.Time) error {
	_, err := tx.Exec("update saved_find set told = true where search = $1 and not told and at_us < $2", search, value.Micros(before))
	return err
}

// countNew counts what a search found since somebody looked, up to a number.
func countNew(tx *db.Tx, s Search, most int) (int, error) {
	return db.One(tx, db.Column[int], `
		select count(*) from (
			select 1 from saved_find
			where search = $1 and at_us > $2
			limit $3
		) fresh`, s.ID, value.Micros(s.Looked), most)
}

func findsOf(tx *db.Tx, search value.ID, limit int) ([]find, error) {
	return db.All(tx, scanFind, `
		select search, listing, kind, at_us
		from saved_find
		where search = $1
		order by at_us desc, listing desc
		limit $2`, search, limit)
}

// due is a change by which a listing may have become news.
type due struct {
	seq     int64
	listing value.ID
	at      time.Time
}

func addDue(tx *db.Tx, d due) error {
	return tx.Keep(`
		insert into saved_due (seq, listing, at_us) values ($1, $2, $3)
		on conflict (seq) do nothing`, d.seq, d.listing, value.Micros(d.at))
}

func nextDue(tx *db.Tx, limit int) ([]due, error) {
	return db.All(tx, func(row db.Scanner) (due, error) {
		var d due
		var at_us int64
		err := row.Scan(&d.seq, &d.listing, &at_us)
		d.at = value.FromMicros(at_us)
		return d, err
	}, "select seq, listing, at_us from saved_due order by seq limit $1", limit)
}

// dropDue forgets what was dealt with: these, and nothing that came in between.
func dropDue(tx *db.Tx, all []due) error {
	for _, d := range all {
		if err := tx.Keep("delete from saved_due where seq = $1", d.seq); err != nil {
			return err
		}
	}
	return nil
}
