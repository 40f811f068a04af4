package listing

import (
	"context"
	"fmt"
	"time"

	"fairground/internal/db"
	"fairground/internal/safety"
	"fairground/internal/value"
)

// LongestAhead is how far ahead a listing can be scheduled.
const LongestAhead = 90 * 24 * time.Hour

// Scheduled reports whether the listing was cleared and waits for its time to go live.
func (l Listing) Scheduled() bool { return l.Status == Paused && !l.Opens.IsZero() }

// schedule sets when the listing is to go live. A moment that is over means at once.
func (l *Listing) schedule(opens, now time.Time) error {
	switch {
	case opens.IsZero(), !opens.After(now):
		l.Opens = time.Time{}
	case opens.After(now.Add(LongestAhead)):
		err := value.Fieldf("opens", "choose a day within the next 90 days")
		err.Key = "listing.opens_too_late"
		return err
	default:
		l.Opens = opens
	}
	return nil
}

// Schedule takes a listing off the market until a moment, at which it goes live by itself; one that was never live waits
// for it. It is screened now, so that its author knows what becomes of it, and again when it opens: rules may have
// changed. The zero time calls the plan off, and the listing stays paused.
func (d *Desk) Schedule(ctx context.Context, actor value.Actor, id value.ID, opens time.Time) (Listing, safety.Outcome, error) {
	return d.change(ctx, actor, "listing.schedule", id, func(tx *db.Tx, tree *Tree, l *Listing) (safety.Outcome, error) {
		if l.Status == Rejected || l.Status == Removed {
			return safety.Outcome{}, cannotBecome(l.Status, "scheduled")
		}
		if opens.IsZero() {
			l.Opens = time.Time{}
			return d.rescreen(tx, tree, l)
		}
		if !opens.After(tx.Now()) {
			return safety.Outcome{}, value.Fieldf("opens", "choose a time that is still to come")
		}
		if err := d.limitedAgain(tx, *l); err != nil {
			return safety.Outcome{}, err
		}
		if err := l.schedule(opens, tx.Now()); err != nil {
			return safety.Outcome{}, err
		}
		l.reopen()
		return d.rescreen(tx, tree, l)
	})
}

// limitedAgain is limitedLive for a listing that comes back to the market.
func (d *Desk) limitedAgain(tx *db.Tx, l Listing) error {
	if l.Status.ended() && !l.Scheduled() {
		return d.limitedLive(tx, l.Seller)
	}
	return nil
}

// Open brings the scheduled listings whose time has come to the market, those that are still cleared, and returns how
// many it went through. It is idempotent. One that cannot be screened stays paused and is no longer scheduled.
func (d *Desk) Open(ctx context.Context) (int, error) {
	const portion = 100
	for all := 0; ; {
		due, err := d.due(ctx, `
			select id from listing where status = 'paused' and opens_us is not null and opens_us <= $1
			order by opens_us limit $2`, portion)
		if err != nil {
			return all, fmt.Errorf("listing.Open: %w", err)
		}
		for _, id := range due {
			if err := d.open(ctx, id); err != nil {
				return all, err
			}
			all++
		}
		if len(due) < portion {
			return all, nil
		}
	}
}

func (d *Desk) open(ctx context.Context, id value.ID) error {
	actor := value.SystemActor("schedule")
	_, _, err := d.change(ctx, actor, "listing.open", id, func(tx *db.Tx, tree *Tree, l *Listing) (safety.Outcome, error) {
		if !l.Scheduled() || tx.Now().Before(l.Opens) {
			return safety.Outcome{}, value.Errorf(value.Conflict, "this listing is not due")
		}
		l.reopen()
		return d.rescreen(tx, tree, l)
	})
	if value.KindOf(err) != value.Conflict {
		return err
	}
	return d.DB.Write(ctx, actor, "listing.pause", func(tx *db.Tx) error {
		l, err := Find(tx, id)
		if err != nil || !l.Scheduled() || tx.Now().Before(l.Opens) {
			return err
		}
		return d.EndIn(tx, id, Paused, "")
	})
}

// Reserve marks a live listing as promised to somebody. It stays public, with its clearance, and is shown as reserved.
func (d *Desk) Reserve(ctx context.Context, actor value.Actor, id value.ID) error {
	return d.reserve(ctx, actor, "listing.reserve", id, true)
}

// Unreserve takes the mark of Reserve away.
func (d *Desk) Unreserve(ctx context.Context, actor value.Actor, id value.ID) error {
	return d.reserve(ctx, actor, "listing.unreserve", id, false)
}

func (d *Desk) reserve(ctx context.Context, actor value.Actor, action string, id value.ID, reserved bool) error {
	err := d.DB.Write(ctx, actor, action, func(tx *db.Tx) error { return ReserveIn(tx, id, reserved) })
	if err != nil {
		return fmt.Errorf("%s(%s): %w", action, id, err)
	}
	return nil
}

// ReserveIn is Reserve or Unreserve as a part of a write that is under way, such as an offer that is accepted. What is
// so already is no error.
func ReserveIn(tx *db.Tx, id value.ID, reserved bool) error {
	before, err := findToChange(tx, id)
	if err != nil {
		return err
	}
	after := before
	switch {
	case before.Reserved.IsZero() == !reserved:
		return nil
	case reserved && before.Status != Live:
		return cannotBecome(before.Status, "reserved")
	case reserved:
		after.Reserved = tx.Now()
	default:
		after.Reserved = time.Time{}
	}
	if err := updateListing(tx, after); err != nil {
		return err
	}
	after.Rev++
	logChange(tx, before, after, nil)
	return nil
}

// findToChange is Find for an actor who is about to change the listing.
func findToChange(tx *db.Tx, id value.ID) (Listing, error) {
	l, err := Find(tx, id)
	if err != nil {
		return Listing{}, err
	}
	if err := mayPost(tx, tx.Actor(), l.Seller.ID); value.KindOf(err) == value.NotFound {
		return Listing{}, value.Errorf(value.NotFound, "there is no such listing")
	} else if err != nil {
		return Listing{}, err
	}
	return l, nil
}

// cannotBecome says why a listing in one status cannot have another, with the words of both in the catalogue.
func cannotBecome(from Status, to string) error {
	return keyed(value.Conflict, "listing.cannot."+string(from), fmt.Sprintf("a listing that is %s cannot become %s", from, to))
}
