package trade

import (
	"fmt"

	"fairground/internal/db"
	"fairground/internal/safety"
	"fairground/internal/value"
)

// Release keeps the review of a member of staff and screens again, which clears a review or an answer unless something
// final stands against it. It reports whether it is cleared; when it appears is another matter (publish). It is what a
// decision calls within its write.
func (d *Desk) Release(tx *db.Tx, id value.ID, reason string) (bool, error) {
	r, err := FindReview(tx, id)
	if err != nil {
		return false, err
	}
	appealed := r.Status == Rejected || r.Status == Removed
	if r.Status != Held && !r.underAppeal() {
		return false, value.Errorf(value.Conflict, "this review is %s; only what is held, or was appealed, can be published", r.Status)
	}
	if _, err := safety.RecordReview(tx, ReviewObject, id, r.Hash(), reason); err != nil {
		return false, err
	}
	t, err := Find(tx, r.Trade)
	if err != nil {
		return false, err
	}
	freed := r
	if appealed { // another person has looked at exactly this content and let it through
		freed.refused, freed.Answered = "", tx.Now()
	}
	after, err := d.screen(tx, t, r, freed)
	if err != nil {
		return false, fmt.Errorf("trade.Release(%s): %w", id, err)
	}
	return after.Status == Waiting || after.Status == Published, nil
}

// UnderAppeal reports whether the author of a refused review asked for another look and waits for it.
func (d *Desk) UnderAppeal(tx *db.Tx, id value.ID) (bool, error) {
	r, err := FindReview(tx, id)
	return r.underAppeal(), err
}

// Refuse takes a review or an answer out of the queue, or away from where it was seen, and tells its author why. It is
// what a decision calls within its write. To remove what is removed already is no error: another notice may be about it.
// When its author has appealed, it is the answer to that: the refusal stands, with the new reason.
func (d *Desk) Refuse(tx *db.Tx, id value.ID, removed bool, reason string) error {
	before, err := FindReview(tx, id)
	if err != nil {
		return err
	}
	status := Rejected
	if removed {
		status = Removed
	}
	switch {
	case before.underAppeal():
		status = before.Status
	case before.Status == status && removed:
		return nil
	case before.Status == Removed, before.Status == Rejected && !removed && before.Reason != "":
		return value.Errorf(value.Conflict, "this review is %s already", before.Status)
	}
	after := before
	after.refuse(status, reason)
	if before.underAppeal() {
		after.Answered = tx.Now()
	}
	if err := storeReview(tx, before, &after); err != nil {
		return fmt.Errorf("trade.Refuse(%s): %w", id, err)
	}
	t, err := Find(tx, after.Trade)
	if err != nil {
		return err
	}
	if err := recount(tx, after.About, after.Pair); err != nil {
		return err
	}
	return d.tellRefused(tx, t, after)
}
