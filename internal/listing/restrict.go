package listing

import (
	"time"

	"fairground/internal/db"
	"fairground/internal/safety"
	"fairground/internal/value"
)

// Restriction is that staff leave a listing to those who have its address: it is in no search, list, feed, sitemap or alert,
// and nobody begins to write to its seller. It outlives edits, renewals and imports; only staff lift it.
type Restriction struct {
	Since  time.Time // zero: it is not restricted
	Reason string    // in words for its author
}

// IsZero reports that there is none.
func (r Restriction) IsZero() bool { return r.Since.IsZero() }

var errUncleared = value.Errorf(value.Forbidden, "a rule of the provider refuses this content; nobody here can show it")

// RestrictIn restricts a listing for a reason in words for its author. What waits for staff is released by it, under a
// review of exactly its present content, and found nowhere from its first moment; content that a mandatory rule refuses
// is an error of kind Forbidden. A listing that is restricted already stays as it is; what was refused or removed cannot
// be restricted.
func (d *Desk) RestrictIn(tx *db.Tx, id value.ID, reason string) error {
	if tx.Actor().Kind != value.Staff {
		return value.Errorf(value.Forbidden, "only staff restrict listings")
	}
	l, err := Find(tx, id)
	if err != nil {
		return err
	}
	restrict := func(l *Listing) {
		if l.Restricted.IsZero() {
			l.Restricted = Restriction{tx.Now(), reason}
		}
	}
	switch l.Status {
	case Rejected, Removed:
		return cannotBecome(l.Status, "restricted")
	case Held, Challenged:
		return d.releaseRestricted(tx, id, reason, restrict)
	}
	if !l.Restricted.IsZero() {
		return nil
	}
	if err := unfeature(tx, id); err != nil {
		return err
	}
	return d.setIn(tx, id, func(l *Listing) error { restrict(l); return nil })
}

// releaseRestricted shows what waited for staff by its address only.
func (d *Desk) releaseRestricted(tx *db.Tx, id value.ID, reason string, restrict func(*Listing)) error {
	tree, err := LoadTree(tx)
	if err != nil {
		return err
	}
	l, _, err := d.changeIn(tx, tree, id, func(l *Listing) (safety.Outcome, error) {
		restrict(l)
		if _, err := safety.RecordReview(tx, Object, id, l.Content.Hash(), reason); err != nil {
			return safety.Outcome{}, err
		}
		return d.rescreen(tx, tree, l)
	})
	if err == nil && l.ClearedBy() == 0 {
		err = errUncleared
	}
	return err
}

// LiftIn ends the restriction of a listing; nothing else about it changes. One that is not restricted is an error of kind
// Conflict.
func (d *Desk) LiftIn(tx *db.Tx, id value.ID) error {
	if tx.Actor().Kind != value.Staff {
		return value.Errorf(value.Forbidden, "only staff lift a restriction")
	}
	return d.setIn(tx, id, func(l *Listing) error {
		if l.Restricted.IsZero() {
			return value.Errorf(value.Conflict, "this listing is not restricted")
		}
		l.Restricted = Restriction{}
		return nil
	})
}

// unrestrict takes a decision to restrict back. Nothing becomes public that was not: what waited for staff waits again,
// and what its author changed since keeps what its screening gave it.
func (d *Desk) unrestrict(tx *db.Tx, now Listing, was stood) error {
	if was.Status != Held && was.Status != Challenged {
		return d.setIn(tx, now.ID, func(l *Listing) error { l.Restricted = Restriction{}; return nil })
	}
	if err := safety.RevokeReviews(tx, Object, now.ID); err != nil {
		return err
	}
	return d.setIn(tx, now.ID, func(l *Listing) error {
		l.Restricted = Restriction{}
		switch l.Status {
		case Live, Paused, Held, Challenged:
			l.Status, l.EndedBy, l.Reason, l.Opens = was.Status, was.EndedBy, was.Reason, was.Opens
		}
		l.uncover() // what its author ended meanwhile waits when they bring it back
		l.watched = true
		return nil
	})
}

// restrictAgain takes the end of a restriction back.
func (d *Desk) restrictAgain(tx *db.Tx, id value.ID, was stood) error {
	return d.setIn(tx, id, func(l *Listing) error {
		l.Restricted = Restriction{was.Restricted, was.RestrictedReason}
		return nil
	})
}

// RestrictedListed returns those of some listings of a search index that are restricted and so have no place in it.
func RestrictedListed(tx *db.Tx, ids []value.ID) ([]value.ID, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	marks, args := db.List(1, ids)
	return db.All(tx, db.Column[value.ID], "select id from listing where restricted_us is not null and id in ("+marks+")", args...)
}
