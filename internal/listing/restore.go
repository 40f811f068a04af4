package listing

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"fairground/internal/db"
	"fairground/internal/safety"
	"fairground/internal/value"
)

// RestoreIn brings back a listing that staff, or a rule, had refused or removed: somebody else looked again and found
// that it may be seen. Its present content is reviewed for that reason and screened again, and its hash is not among
// the refused ones any more, so the author may submit it again as well. It reports whether the listing is cleared; a
// mandatory rule that refuses the content still does. Other listings are an error of kind Conflict.
func (d *Desk) RestoreIn(tx *db.Tx, id value.ID, reason string) (cleared bool, err error) {
	return d.bringBack(tx, id, reason, func(l Listing) bool {
		return l.Status == Rejected || l.Status == Removed && l.EndedBy != value.Member
	})
}

// bringBack reviews and screens a listing that may come back.
func (d *Desk) bringBack(tx *db.Tx, id value.ID, reason string, may func(Listing) bool) (cleared bool, err error) {
	tree, err := LoadTree(tx)
	if err != nil {
		return false, err
	}
	l, _, err := d.changeIn(tx, tree, id, func(l *Listing) (safety.Outcome, error) {
		if !may(*l) {
			return safety.Outcome{}, value.Errorf(value.Conflict, "this listing is %s; only what was refused or removed can be restored", l.Status)
		}
		if _, err := safety.RecordReview(tx, Object, id, l.Content.Hash(), reason); err != nil {
			return safety.Outcome{}, err
		}
		l.pardon()
		return d.rescreen(tx, tree, l)
	})
	return l.ClearedBy() != 0, err
}

// pardon forgets that people refused the present content.
func (l *Listing) pardon() {
	l.Status = Held
	l.refused = strings.ReplaceAll(l.refused, l.Content.Hash().String(), "")
}

// AskIn asks the author of a listing to change it: nobody sees it until a person has looked at what they make of it. what is
// told to the author.
func (d *Desk) AskIn(tx *db.Tx, id value.ID, what string) error {
	return d.setIn(tx, id, func(l *Listing) error {
		switch l.Status {
		case Held, Challenged, Live, Paused, Rejected:
		default:
			return cannotBecome(l.Status, string(Challenged))
		}
		l.end(Challenged)
		l.EndedBy, l.Reason = value.Staff, what
		return nil
	})
}

// stood is how a listing stood before a decision, as BeforeIn writes and RevertIn reads it.
type stood struct {
	Status  Status          `json:"status"`
	EndedBy value.ActorKind `json:"ended_by,omitempty"`
	Reason  string          `json:"reason,omitempty"`
	Refused string          `json:"refused,omitempty"`
	Watched bool            `json:"watched,omitempty"`
	Opens   time.Time       `json:"opens,omitzero"`
	Hash    string          `json:"hash"`

	Restricted       time.Time `json:"restricted,omitzero"`
	RestrictedReason string    `json:"restricted_reason,omitempty"`
}

// BeforeIn tells how a listing stands, for RevertIn.
func BeforeIn(tx *db.Tx, id value.ID) (string, error) {
	l, err := Find(tx, id)
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(stood{Status: l.Status, EndedBy: l.EndedBy, Reason: l.Reason, Refused: l.refused, Watched: l.watched,
		Opens: l.Opens, Hash: l.hash.String(), Restricted: l.Restricted.Since, RestrictedReason: l.Restricted.Reason})
	return string(text), err
}

// RevertIn puts a listing back as BeforeIn found it, because a decision about it was taken back: reviews that the decision
// made are revoked, and what was on the market is there again, screened anew. A listing whose content is another one by
// now is an error of kind Conflict.
func (d *Desk) RevertIn(tx *db.Tx, id value.ID, before, reason string) error {
	var was stood
	if err := json.Unmarshal([]byte(before), &was); err != nil {
		return fmt.Errorf("listing.RevertIn(%s): %w", id, err)
	}
	l, err := Find(tx, id)
	if err != nil {
		return err
	}
	switch { // a mark comes and goes whatever its author made of the content since
	case !l.Restricted.IsZero() && was.Restricted.IsZero():
		return d.unrestrict(tx, l, was)
	case l.Restricted.IsZero() && !was.Restricted.IsZero():
		return d.restrictAgain(tx, id, was)
	}
	if l.hash.String() != was.Hash {
		return value.Errorf(value.Conflict, "its author changed this listing since; decide about it anew")
	}
	if err := safety.RevokeReviews(tx, Object, id); err != nil {
		return err
	}
	if was.Status == Live {
		cleared, err := d.bringBack(tx, id, reason, func(l Listing) bool { return l.Status != Removed || l.EndedBy != value.Member })
		if err == nil && !cleared {
			err = value.Errorf(value.Forbidden, "a rule refuses this content by now; it cannot be put back on the market")
		}
		return err
	}
	return d.setIn(tx, id, func(l *Listing) error {
		l.uncover()
		l.Status, l.EndedBy, l.Reason, l.refused, l.Opens = was.Status, was.EndedBy, was.Reason, was.Refused, was.Opens
		l.watched = was.Watched || was.Status == Held || was.Status == Challenged
		return nil
	})
}

// setIn changes a listing without screening it; what it becomes is not public.
func (d *Desk) setIn(tx *db.Tx, id value.ID, set func(*Listing) error) error {
	before, err := findToChange(tx, id)
	if err != nil {
		return err
	}
	after := before
	if err := set(&after); err != nil {
		return err
	}
	if err := updateListing(tx, after); err != nil {
		return err
	}
	after.Rev++
	logChange(tx, before, after, nil)
	return d.tellVerdict(tx, before, after)
}
