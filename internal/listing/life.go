package listing

import (
	"context"
	"fmt"

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
	err := d.DB.Write(ctx, actor, action, func(tx *db.Tx) error { return End(tx, id, status, reason) })
	if err != nil {
		return fmt.Errorf("%s(%s): %w", action, id, err)
	}
	return nil
}

// End gives a listing a status that is not public, within a write that is under way. A listing that was rejected or
// removed by staff stays so.
func End(tx *db.Tx, id value.ID, status Status, reason string) error {
	before, err := Find(tx, id)
	if err != nil {
		return err
	}
	if !mayBecome(before.Status, status) {
		return value.Errorf(value.Conflict, "a listing that is %s cannot become %s", before.Status, status)
	}
	after := before
	after.end(status)
	if err := updateListing(tx, after); err != nil {
		return err
	}
	notes := map[string]any{}
	if reason != "" {
		notes["reason"] = reason
	}
	after.Rev++
	logChange(tx, before, after, notes)
	return nil
}

// end sets the status, and notes what a person decided so that no screening undoes it. What is not to come back has no
// clearance any more.
func (l *Listing) end(status Status) {
	l.Status = status
	if status.ended() {
		return
	}
	l.uncover()
	l.watched = true
	if status == Rejected && !l.refusedBefore() {
		l.refused += l.hash.String()
	}
}

// mayBecome is the table of the ways out of each status that need no clearance.
func mayBecome(from, to Status) bool {
	switch to {
	case Paused, Sold, Expired:
		return from == Live || from == Paused && to == Sold
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

// Expire ends the listings whose time is over, in portions, and returns how many. It is idempotent.
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
				if err := End(tx, id, Expired, ""); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return all, fmt.Errorf("listing.Expire: %w", err)
		}
		if all += n; n < portion {
			return all, nil
		}
	}
}
