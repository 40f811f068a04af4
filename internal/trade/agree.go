package trade

import (
	"context"
	"fmt"
	"slices"

	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/value"
)

// Agree records an agreement within the write that makes it: both sides have said yes, in a conversation. It turns what
// was proposed into an agreement; an agreement that stands takes the new price. by is the side that said it first. The
// error is of kind Forbidden for somebody who belongs to the seller.
func (d *Desk) Agree(tx *db.Tx, a Agreement, by Side) (Trade, error) {
	t, err := findOpen(tx, a.Listing, a.Buyer)
	switch {
	case value.KindOf(err) == value.NotFound:
		t, err = d.begin(tx, a, by)
		if err != nil {
			return Trade{}, err
		}
		t.agree(tx)
		return t, d.enter(tx, t)
	case err != nil:
		return Trade{}, err
	}
	before := t
	t.Price, t.Conversation = a.Price, a.Conversation
	if t.Status == Proposed {
		t.agree(tx)
	}
	return t, d.store(tx, before, t)
}

// begin makes a trade that is proposed and not stored yet.
func (d *Desk) begin(tx *db.Tx, a Agreement, by Side) (Trade, error) {
	if a.Price.Minor < 0 {
		return Trade{}, field("price", "trade.error.price", "write a price of nought or more")
	}
	thing, err := d.Neighbours.Thing(tx, a.Listing)
	if err != nil {
		return Trade{}, err
	}
	if thing.Seller != a.Seller {
		return Trade{}, value.Errorf(value.Invalid, "the listing belongs to another seller")
	}
	team, err := d.onTeam(tx, a.Seller, a.Buyer)
	if err != nil {
		return Trade{}, err
	}
	if team {
		return Trade{}, said(value.Forbidden, "trade.error.own", "you cannot make a deal with yourself or your own shop")
	}
	strangers, err := d.strangers(tx, a.Seller, a.Buyer)
	if err != nil {
		return Trade{}, err
	}
	t := Trade{ID: tx.NewID(), Agreement: a, Title: thing.Title, Status: Proposed, ProposedBy: by, Linked: !strangers, Rev: 1, Made: tx.Now()}
	t.Due = t.next()
	return t, nil
}

func (t *Trade) agree(tx *db.Tx) {
	t.Status, t.Agreed = Agreed, tx.Now()
	t.Due = t.next()
}

// enter stores a new trade with what follows from it.
func (d *Desk) enter(tx *db.Tx, t Trade) error {
	if err := insertTrade(tx, t); err != nil {
		return err
	}
	logTrade(tx, Trade{}, t)
	return d.follow(tx, Trade{}, t)
}

// store writes a changed trade with what follows from it.
func (d *Desk) store(tx *db.Tx, before, after Trade) error {
	after.Due = after.next()
	if err := updateTrade(tx, after); err != nil {
		return err
	}
	logTrade(tx, before, after)
	return d.follow(tx, before, after)
}

// follow carries a change of status to the listing and to the people.
func (d *Desk) follow(tx *db.Tx, before, after Trade) error {
	if before.Status != after.Status {
		if err := d.move(tx, before, after); err != nil {
			return err
		}
	}
	return d.tellTrade(tx, before, after)
}

// move lets the listing follow a trade whose status has changed. A buyer may not touch the listing, nor may everybody
// with a seat, so it is the program that does it: at once in its own writes, else by a job that exists with the change.
func (d *Desk) move(tx *db.Tx, before, after Trade) error {
	switch {
	case after.Agreed.IsZero():
		return nil
	case tx.Actor().Kind == value.System:
		return d.carry(tx, after)
	default:
		return enqueueCarry(tx, after.ID)
	}
}

const carryJob = "trade.listing"

func enqueueCarry(tx *db.Tx, id value.ID) error {
	_, err := job.Enqueue(tx, job.Job{Kind: carryJob, Key: id.String(), Payload: id})
	return err
}

// carry reserves, sells or frees the listing as its trade stands. One that is in no state for it stays as it is.
func (d *Desk) carry(tx *db.Tx, t Trade) (err error) {
	switch t.Status {
	case Agreed:
		err = d.Neighbours.Reserve(tx, t.Listing)
	case Done:
		err = d.Neighbours.Sold(tx, t.Listing)
	default:
		if others, failed := othersAgreed(tx, t); failed != nil || others {
			return failed
		}
		err = d.Neighbours.Free(tx, t.Listing)
	}
	if kind := value.KindOf(err); kind == value.Conflict || kind == value.NotFound {
		return nil
	}
	return err
}

// carryLater does the job that move left. It reads the trade as it stands, so it may run twice.
func (d *Desk) carryLater(ctx context.Context, claim job.Claim) error {
	var id value.ID
	if err := claim.Payload(&id); err != nil {
		return err
	}
	return d.write(ctx, clockwork, carryJob, id, func(tx *db.Tx) error {
		t, err := Find(tx, id)
		if err != nil {
			return err
		}
		return d.carry(tx, t)
	})
}

// Propose records that one side says "we made a deal". The other has AnswerTime to confirm it. When the other side has
// proposed already, this is its confirmation.
func (d *Desk) Propose(ctx context.Context, actor value.Actor, a Agreement) (t Trade, err error) {
	err = d.write(ctx, actor, "trade.propose", 0, func(tx *db.Tx) (err error) {
		side, err := d.sideOf(tx, Trade{Agreement: a}, actor.ID)
		if err != nil {
			return err
		}
		t, err = findOpen(tx, a.Listing, a.Buyer)
		switch {
		case value.KindOf(err) == value.NotFound:
			if t, err = d.begin(tx, a, side); err != nil {
				return err
			}
			return d.enter(tx, t)
		case err != nil:
			return err
		case t.Status == Proposed && t.ProposedBy != side && t.Price == a.Price:
			before := t
			t.agree(tx)
			return d.store(tx, before, t)
		default:
			return said(value.Conflict, "trade.error.open", "there is a deal about this already")
		}
	})
	return t, err
}

// Confirm agrees to what the other side proposed.
func (d *Desk) Confirm(ctx context.Context, actor value.Actor, id value.ID) error {
	return d.change(ctx, actor, "trade.confirm", id, func(tx *db.Tx, t *Trade, side Side) error {
		if t.Status != Proposed || t.ProposedBy == side {
			return errNotNow
		}
		t.agree(tx)
		return nil
	})
}

// Decline does not agree to what the other side proposed, or takes back what one's own side did.
func (d *Desk) Decline(ctx context.Context, actor value.Actor, id value.ID) error {
	return d.change(ctx, actor, "trade.decline", id, func(tx *db.Tx, t *Trade, side Side) error {
		if t.Status != Proposed {
			return errNotNow
		}
		t.Status, t.SaidBy, t.Said, t.Ended = Declined, side, tx.Now(), tx.Now()
		return nil
	})
}

// Complete says that it happened. The trade is done when the other side says so too, or is silent for AnswerTime.
func (d *Desk) Complete(ctx context.Context, actor value.Actor, id value.ID) error {
	return d.change(ctx, actor, "trade.complete", id, func(tx *db.Tx, t *Trade, side Side) error {
		switch {
		case t.Status != Agreed || t.SaidBy == side:
			return errNotNow
		case t.SaidBy == side.Other():
			t.Status, t.Ended = Done, tx.Now()
		default:
			t.SaidBy, t.Said = side, tx.Now()
		}
		return nil
	})
}

// Fail says that nothing came of it, whatever the other side has said.
func (d *Desk) Fail(ctx context.Context, actor value.Actor, id value.ID) error {
	return d.change(ctx, actor, "trade.fail", id, func(tx *db.Tx, t *Trade, side Side) error {
		if t.Status != Agreed {
			return errNotNow
		}
		t.Status, t.SaidBy, t.Said, t.Ended = FellThrough, side, tx.Now(), tx.Now()
		return nil
	})
}

var errNotNow = &value.Error{Kind: value.Conflict, Key: "trade.error.not_now", Message: "this is not possible any more; look at the deal as it stands"}

// change lets one side change a trade.
func (d *Desk) change(ctx context.Context, actor value.Actor, action string, id value.ID, fn func(*db.Tx, *Trade, Side) error) error {
	return d.write(ctx, actor, action, id, func(tx *db.Tx) error {
		before, side, err := d.mine(tx, id, actor.ID)
		if err != nil {
			return err
		}
		after := before
		if err := fn(tx, &after, side); err != nil {
			return err
		}
		return d.store(tx, before, after)
	})
}

func (d *Desk) write(ctx context.Context, actor value.Actor, action string, id value.ID, fn func(*db.Tx) error) error {
	if err := d.DB.Write(ctx, actor, action, fn); err != nil {
		return fmt.Errorf("%s(%s): %w", action, id, err)
	}
	return nil
}

// mine returns a trade for somebody who takes part in it, with their side. For anybody else there is no such trade.
func (d *Desk) mine(tx *db.Tx, id, account value.ID) (Trade, Side, error) {
	t, err := Find(tx, id)
	if err != nil {
		return t, "", err
	}
	side, err := d.sideOf(tx, t, account)
	return t, side, err
}

// sideOf is on which side of a trade somebody is; an error of kind NotFound for those who are on none.
func (d *Desk) sideOf(tx *db.Tx, t Trade, account value.ID) (Side, error) {
	if account == 0 {
		return "", value.Errorf(value.NotFound, "there is no such deal")
	}
	if t.Buyer == account {
		return Buyer, nil
	}
	team, err := d.onTeam(tx, t.Seller, account)
	if err == nil && !team {
		err = value.Errorf(value.NotFound, "there is no such deal")
	}
	return Seller, err
}

func (d *Desk) onTeam(tx *db.Tx, seller, account value.ID) (bool, error) {
	seats, err := d.Neighbours.Seats(tx, seller)
	return slices.Contains(seats, account), err
}

func (d *Desk) strangers(tx *db.Tx, seller, account value.ID) (bool, error) {
	if d.Neighbours.Strangers == nil {
		return true, nil
	}
	return d.Neighbours.Strangers(tx, seller, account)
}

// logTrade enters what changed in the log.
func logTrade(tx *db.Tx, before, after Trade) {
	diff := map[string]any{}
	note := func(name string, was, now any) {
		if was != now {
			diff[name] = []any{was, now}
		}
	}
	note("status", before.Status, after.Status)
	note("price", before.price(), after.price())
	note("said_by", before.SaidBy, after.SaidBy)
	note("reminded", before.Reminded, after.Reminded)
	if before.ID == 0 {
		diff["listing"], diff["seller"], diff["buyer"], diff["by"] = after.Listing, after.Seller, after.Buyer, after.ProposedBy
	}
	tx.Log(db.Change{Object: Object, Record: after.ID, Diff: diff})
}

func (t Trade) price() string {
	if !t.HasPrice() {
		return ""
	}
	return t.Price.Currency + " " + t.Price.Decimal()
}
