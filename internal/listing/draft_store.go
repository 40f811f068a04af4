package listing

import (
	"fmt"
	"slices"

	"fairground/internal/db"
	"fairground/internal/value"
)

const draftColumns = "id, coalesce(seller, 0), typed, rev, created_us, updated_us, expires_us"

// FindDraft returns a draft of its author. One that is another's is NotFound, as is one that is not there.
func FindDraft(tx *db.Tx, by Author, id value.ID) (Draft, error) {
	if by.nobody() {
		return Draft{}, errNoDraft()
	}
	where, key := by.where()
	draft, err := db.One(tx, scanDraft, "select "+draftColumns+" from listing_draft where "+where+" and id = $2", key, int64(id))
	if value.KindOf(err) == value.NotFound || err == nil && !tx.Now().Before(draft.Expires) {
		return Draft{}, errNoDraft()
	}
	return draft, err
}

func errNoDraft() error {
	return keyed(value.NotFound, "listing.draft.gone", "this draft is not there; it was submitted, discarded or is too old")
}

// Drafts returns the drafts of their author, the last saved first.
func Drafts(tx *db.Tx, by Author) ([]Draft, error) {
	if by.nobody() {
		return nil, nil
	}
	where, key := by.where()
	return db.All(tx, scanDraft, "select "+draftColumns+" from listing_draft where "+where+
		" and expires_us > $2 order by updated_us desc, id desc", key, value.Micros(tx.Now()))
}

func scanDraft(row db.Scanner) (d Draft, err error) {
	var typed string
	var created_us, updated_us, expires_us int64
	if err := row.Scan(&d.ID, &d.Seller, &typed, &d.Rev, &created_us, &updated_us, &expires_us); err != nil {
		return Draft{}, err
	}
	d.Created, d.Updated, d.Expires = value.FromMicros(created_us), value.FromMicros(updated_us), value.FromMicros(expires_us)
	if d.Typed, err = parseTyped(typed); err != nil {
		return Draft{}, fmt.Errorf("draft %d: %w", d.ID, err)
	}
	return d, nil
}

func insertDraft(tx *db.Tx, by Author, d Draft) error {
	account, guest := by.columns()
	var seller any
	if d.Seller != 0 {
		seller = int64(d.Seller)
	}
	err := tx.Insert("listing_draft", []string{"id", "account", "guest", "seller", "typed", "rev", "created_us", "updated_us", "expires_us"},
		[][]any{{int64(d.ID), account, guest, seller, toJSON(d.Typed), d.Rev, value.Micros(d.Created), value.Micros(d.Updated), value.Micros(d.Expires)}})
	if err != nil {
		return err
	}
	return keepDraftPhotos(tx, d, nil)
}

// updateDraft stores what was typed. It is bookkeeping (Tx.Keep): it has an author and leaves no entry.
func updateDraft(tx *db.Tx, d Draft, before []Photo) error {
	err := tx.Keep("update listing_draft set typed = $2, rev = $3, updated_us = $4, expires_us = $5 where id = $1",
		int64(d.ID), toJSON(d.Typed), d.Rev, value.Micros(d.Updated), value.Micros(d.Expires))
	if err != nil {
		return err
	}
	return keepDraftPhotos(tx, d, before)
}

// keepDraftPhotos lists the photos of a draft, when they differ from those it had.
func keepDraftPhotos(tx *db.Tx, d Draft, before []Photo) error {
	if slices.EqualFunc(before, d.Photos, func(a, b Photo) bool { return a.Sha256 == b.Sha256 }) {
		return nil
	}
	if len(before) > 0 {
		if err := tx.Keep("delete from listing_draft_photo where draft = $1", int64(d.ID)); err != nil {
			return err
		}
	}
	for _, photo := range d.Photos {
		err := tx.Keep("insert into listing_draft_photo (sha256, draft) values ($1, $2) on conflict (sha256, draft) do nothing", photo.Sha256, int64(d.ID))
		if err != nil {
			return err
		}
	}
	return nil
}

// dropDraft removes a draft that is there or not, and says in the change log how it ended.
func dropDraft(tx *db.Tx, id value.ID, how string) error {
	n, err := tx.Exec("delete from listing_draft where id = $1", int64(id))
	if n > 0 {
		tx.Log(db.Change{Object: DraftObject, Record: id, Diff: map[string]any{"state": pair{"started", how}}})
	}
	return err
}

// PhotoOfDraft reports whether a draft of its author holds a photo, so that they, and nobody else, may see it.
func PhotoOfDraft(tx *db.Tx, by Author, sha256 string) (bool, error) {
	if by.nobody() {
		return false, nil
	}
	where, key := by.where()
	n, err := db.One(tx, db.Column[int], `select count(*) from listing_draft_photo p join listing_draft d on d.id = p.draft
		where p.sha256 = $2 and d.expires_us > $3 and d.`+where, key, sha256, value.Micros(tx.Now()))
	return n > 0, err
}

// PhotoOfSeat reports whether a listing of a seller at which the account has a seat shows a photo, whatever the
// listing's status, so that those who offer it see it while it is held, paused or sold. What staff removed is not shown.
func PhotoOfSeat(tx *db.Tx, account value.ID, sha256 string) (bool, error) {
	n, err := db.One(tx, db.Column[int], `select count(*) from listing_photo p join listing l on l.id = p.listing
		join seat t on t.seller = l.seller
		where p.sha256 = $2 and t.account = $1 and (l.status <> 'removed' or l.ended_by = 'member')`, int64(account), sha256)
	return n > 0, err
}
