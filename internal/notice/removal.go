package notice

import (
	"encoding/json"
	"fmt"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

// Copy is a photo of a record that is, or looks like, one that a notice asks to take down.
type Copy struct {
	Object   string
	Record   value.ID
	Sha256   string
	Of       string // SHA-256 of the photo it is a copy of
	Distance int    // bits of 256; 0 for the same file
	Other    bool   `json:",omitempty"` // a person looked: it only looks like that photo
	Past     bool   `json:",omitempty"` // its record shows it no longer, or is not shown itself; nothing is decided about it
}

// Removal is the removal of all copies of photos that staff ordered for a notice.
type Removal struct {
	Notice value.ID
	Author value.ID // of the order: an account
	Photos []string // SHA-256 of what is taken down
	Copies []Copy
	Answer string   // what the author of the notice is told when all is done
	Act    value.ID // of the decisions, or the proposal that waits for a second person
	Made   time.Time
	Done   time.Time // zero while something is to be decided
}

// NamePhotos remembers which photos a notice is about. Those that are known already stay.
func NamePhotos(tx *db.Tx, notice value.ID, sha256s []string) error {
	for _, sha := range sha256s {
		_, err := tx.Exec("insert into notice_photo (notice, sha256) values ($1, $2) on conflict do nothing", int64(notice), sha)
		if err != nil {
			return fmt.Errorf("notice.NamePhotos(%s): %w", notice, err)
		}
	}
	return nil
}

// PhotosOf are the photos that a notice is about, by their SHA-256; none when nobody said which.
func PhotosOf(tx *db.Tx, notice value.ID) ([]string, error) {
	return db.All(tx, db.Column[string], "select sha256 from notice_photo where notice = $1 order by sha256", int64(notice))
}

// Order stores a removal; a later one of the same notice takes its place as long as it is not done.
func Order(tx *db.Tx, r Removal) error {
	copies, err := json.Marshal(r.Copies)
	if err != nil {
		return err
	}
	if _, err := tx.Exec("delete from notice_photo where notice = $1 and not taken", int64(r.Notice)); err != nil {
		return err
	}
	if err := NamePhotos(tx, r.Notice, r.Photos); err != nil {
		return err
	}
	n, err := tx.Exec(`
		insert into notice_removal (notice, author, copies, answer, act, made_us) values ($1, $2, $3, $4, $5, $6)
		on conflict (notice) do update
		set author = excluded.author, copies = excluded.copies, answer = excluded.answer, act = excluded.act, made_us = excluded.made_us
		where notice_removal.done_us is null`,
		int64(r.Notice), int64(r.Author), string(copies), r.Answer, int64(r.Act), value.Micros(tx.Now()))
	if err == nil && n == 0 {
		err = value.Errorf(value.Conflict, "somebody has removed this already")
	}
	tx.Log(db.Change{Object: "notice_removal", Record: r.Notice, Diff: map[string]any{"photos": len(r.Photos), "copies": len(r.Copies)}})
	return err
}

// Bind notes which act or proposal carries a removal out.
func Bind(tx *db.Tx, notice, act value.ID) error {
	_, err := tx.Exec("update notice_removal set act = $2 where notice = $1", int64(notice), int64(act))
	tx.Log(db.Change{Object: "notice_removal", Record: notice, Diff: map[string]any{"act": act}})
	return err
}

// RemovalOf returns the removal that was ordered for a notice, or an error of kind NotFound.
func RemovalOf(tx *db.Tx, notice value.ID) (Removal, error) {
	r, err := db.One(tx, scanRemoval, `
		select notice, author, copies, answer, act, made_us, coalesce(done_us, 0)
		from notice_removal
		where notice = $1`, int64(notice))
	if err == nil {
		r.Photos, err = PhotosOf(tx, notice)
	}
	return r, err
}

func scanRemoval(row db.Scanner) (r Removal, err error) {
	var copies string
	var made_us, done_us int64
	if err := row.Scan(&r.Notice, &r.Author, &copies, &r.Answer, &r.Act, &made_us, &done_us); err != nil {
		return r, err
	}
	r.Made = value.FromMicros(made_us)
	if done_us != 0 {
		r.Done = value.FromMicros(done_us)
	}
	return r, json.Unmarshal([]byte(copies), &r.Copies)
}

// Records are what is decided about, each once.
func (r Removal) Records() (all []Copy) {
	seen := map[Copy]bool{}
	for _, c := range r.Copies {
		one := Copy{Object: c.Object, Record: c.Record}
		if !c.Other && !c.Past && !seen[one] {
			seen[one], all = true, append(all, one)
		}
	}
	return all
}

// Taken notes that the photos of a notice are in the bank because of it, or, with taken false, that they are not any more. It
// reports whether anything changed.
func Taken(tx *db.Tx, notice value.ID, taken bool) (changed bool, err error) {
	n, err := tx.Exec("update notice_photo set taken = $2 where notice = $1 and taken <> $2", int64(notice), taken)
	return n > 0, err
}

// OnlyHere are the taken photos of a notice that no other notice keeps in the bank.
func OnlyHere(tx *db.Tx, notice value.ID) ([]string, error) {
	return db.All(tx, db.Column[string], `
		select p.sha256
		from notice_photo p
		where p.notice = $1 and p.taken and not exists (
			select 1
			from notice_photo other
			where other.sha256 = p.sha256 and other.taken and other.notice <> p.notice
		)
		order by p.sha256`, int64(notice))
}

// Finish notes that everything a removal asks for was decided.
func Finish(tx *db.Tx, notice value.ID) error {
	_, err := tx.Exec("update notice_removal set done_us = $2 where notice = $1 and done_us is null", int64(notice), value.Micros(tx.Now()))
	tx.Log(db.Change{Object: "notice_removal", Record: notice, Diff: map[string]any{"done": true}})
	return err
}
