package listing

import (
	"context"
	"fmt"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

// Pause takes a live listing off the market for as long as its author likes. Renew brings it back.
func (d *Desk) Pause(ctx context.Context, actor value.Actor, id value.ID) error {
	return d.end(ctx, actor, "listing.pause", id, Paused, "")
}

// MarkSold ends a listing because it did its work.
func (d *Desk) MarkSold(ctx context.Context, actor value.Actor, id value.ID) error {
	return d.end(ctx, actor, "listing.sold", id, Sold, "")
}

// Remove takes a listing away for good, for a reason that is kept.
func (d *Desk) Remove(ctx context.Context, actor value.Actor, id value.ID, reason string) error {
	return d.end(ctx, actor, "listing.remove", id, Removed, reason)
}

func (d *Desk) end(ctx context.Context, actor value.Actor, action string, id value.ID, status Status, reason string) error {
	err := d.DB.Write(ctx, actor, action, func(tx *db.Tx) error { return d.EndIn(tx, id, status, reason) })
	if err != nil {
		return fmt.Errorf("%s(%s): %w", action, id, err)
	}
	return nil
}

// EndIn is End, and tells the listing's people when it was not them who ended it.
func (d *Desk) EndIn(tx *db.Tx, id value.ID, status Status, reason string) error {
	before, after, err := end(tx, id, status, reason)
	if err != nil {
		return err
	}
	return d.tellVerdict(tx, before, after)
}

// End gives a listing a status that is not public, within a write that is under way. A listing that was rejected or
// removed by staff stays so. A member needs a seat at its seller. The reason of staff is kept in words for its author.
func End(tx *db.Tx, id value.ID, status Status, reason string) error {
	_, _, err := end(tx, id, status, reason)
	return err
}

func end(tx *db.Tx, id value.ID, status Status, reason string) (before, after Listing, err error) {
	if before, err = findToChange(tx, id); err != nil {
		return before, before, err
	}
	if !before.mayEnd(status) {
		return before, before, cannotBecome(before.Status, string(status))
	}
	after = before
	after.end(status)
	after.EndedBy, after.Reason = tx.Actor().Kind, reason
	if status == Removed && tx.Actor().Kind == value.Member {
		after.watched = before.watched // its author removed it; that alone makes nobody look twice at the next one
	}
	if err := updateListing(tx, after); err != nil {
		return before, before, err
	}
	notes := map[string]any{}
	if reason != "" {
		notes["reason"] = reason
	}
	after.Rev++
	logChange(tx, before, after, notes)
	return before, after, nil
}

// end sets the status, and notes what a person decided so that no screening undoes it. What is not to come back has no
// clearance any more.
func (l *Listing) end(status Status) {
	l.Status = status
	if status != Held && status != Rejected { // what is looked at again keeps its author's plan
		l.Opens = time.Time{}
	}
	if status != Held && status != Paused {
		l.Reserved = time.Time{}
	}
	if status.ended() {
		return
	}
	l.uncover()
	l.watched = true
	if status == Rejected && !l.refusedBefore() {
		l.refused += l.hash.String()
	}
}

// mayEnd also lets a scheduled listing be paused: it stays off the market.
func (l Listing) mayEnd(status Status) bool {
	return mayBecome(l.Status, status) || status == Paused && l.Scheduled()
}

// mayBecome is the table of the ways out of each status that need no clearance.
func mayBecome(from, to Status) bool {
	switch to {
	case Paused, Expired:
		return from == Live
	case Sold:
		return from == Live || from == Paused || from == Expired
	case Rejected:
		return from == Held || from == Challenged || from == Live || from == Paused
	case Removed:
		return from != Removed
	case Held:
		return from == Live || from == Challenged
	default:
		return false
	}
}

// Expire ends the listings, and the features, whose time is over, in portions, and returns how many listings. It is
// idempotent.
func (d *Desk) Expire(ctx context.Context) (int, error) {
	const portion = 200
	all := 0
	for {
		n := 0
		err := d.DB.Write(ctx, value.SystemActor("expiry"), "listing.expire", func(tx *db.Tx) error {
			due, err := db.All(tx, db.Column[value.ID],
				"select id from listing where status = 'live' and expires_us <= $1 order by expires_us limit $2",
				value.Micros(tx.Now()), portion)
			if err != nil {
				return err
			}
			n = len(due)
			for _, id := range due {
				if err := d.EndIn(tx, id, Expired, ""); err != nil {
					return err
				}
			}
			return endFeatures(tx, portion)
		})
		if err != nil {
			return all, fmt.Errorf("listing.Expire: %w", err)
		}
		if all += n; n < portion {
			return all, nil
		}
	}
}
