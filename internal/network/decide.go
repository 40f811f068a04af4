package network

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"fairground/internal/db"
	"fairground/internal/value"
)

// Dismiss is the measure that finds nothing wrong with a network. It decides about no listing.
const Dismiss = "dismiss"

// soonEnough is how long whoever decided may take it back without a reason, as at the rest of the desk.
const soonEnough = 15 * time.Minute

// Decide carries one decision out for all listings of a network but the excepted ones, and notes that somebody ruled. When an item
// fails, or a second person has to confirm, the network stays open.
func (d *Desk) Decide(ctx context.Context, actor value.Actor, by Decider, made Decision, except []value.ID) ([]Result, error) {
	made.Reason = strings.TrimSpace(made.Reason)
	items, err := d.items(ctx, made, except)
	if err != nil {
		return nil, err
	}
	if made.Measure == Dismiss {
		return nil, d.rule(ctx, actor, made, ruling{state: Dismissed})
	}
	defer d.decides(made.Network)()
	done, err := by.Decide(ctx, actor, items, made)
	if errors.Is(err, ErrProposed) {
		return nil, errors.Join(err, d.rule(ctx, actor, made, ruling{state: Open, count: len(items), acts: done.Acts}))
	}
	if err != nil {
		return nil, fmt.Errorf("network.Decide(%s): %w", made.Network, err)
	}
	failed := errors.Join()
	for _, r := range done.Results {
		failed = errors.Join(failed, r.Err)
	}
	if failed != nil {
		return done.Results, nil
	}
	return done.Results, d.rule(ctx, actor, made, ruling{Decided, len(items), done.Acts})
}

// items are the listings that are decided about.
func (d *Desk) items(ctx context.Context, made Decision, except []value.ID) (items []Item, err error) {
	if made.Reason == "" {
		return nil, &value.Error{Kind: value.Invalid, Field: "reason", Key: "network.error.reason", Message: "say why"}
	}
	spared := map[value.ID]bool{}
	for _, id := range except {
		spared[id] = true
	}
	err = d.config.DB.Read(ctx, func(tx *db.Tx) error {
		if _, err := d.findToDecide(tx, made.Network); err != nil {
			return err
		}
		members, err := Members(tx, made.Network)
		for _, m := range members {
			if !spared[m.Listing] {
				items = append(items, Item{listingObject, m.Listing})
			}
		}
		return err
	})
	if err == nil && len(items) == 0 && made.Measure != Dismiss {
		err = &value.Error{Kind: value.Invalid, Field: "except", Key: "network.error.nobody", Message: "leave at least one listing to decide about"}
	}
	return items, err
}

// findToDecide returns a network that can be decided about.
func (d *Desk) findToDecide(tx *db.Tx, id value.ID) (Network, error) {
	n, err := find(tx, id)
	if err != nil {
		return n, err
	}
	if n.State == Merged {
		return n, &value.Error{Kind: value.Conflict, Key: "network.error.merged", Message: "this network belongs to another one now"}
	}
	waits, err := d.waiting(tx, n)
	if err == nil && len(waits) > 0 {
		err = &value.Error{Kind: value.Conflict, Key: "network.error.pending", Message: "a decision about this network waits for a second person"}
	}
	return n, err
}

// waiting are the acts about a network that wait for a second person.
func (d *Desk) waiting(tx *db.Tx, n Network) (all []Act, err error) {
	for _, id := range n.Pending {
		if d.config.Acts == nil {
			break
		}
		a, err := d.config.Acts.Act(tx, id)
		if err != nil && value.KindOf(err) != value.NotFound {
			return nil, err
		}
		if err == nil && a.Waits {
			all = append(all, a)
		}
	}
	return all, nil
}

// ruling is what somebody's decision makes of a network.
type ruling struct {
	state NetworkState // Open: the acts wait for a second person
	count int
	acts  []value.ID
}

func (r ruling) kind() string {
	if r.state == Open {
		return "proposed"
	}
	return string(r.state)
}

// rule notes what somebody decided. What they wrote goes into the event, not into the log.
func (d *Desk) rule(ctx context.Context, actor value.Actor, made Decision, r ruling) error {
	err := d.config.DB.Write(ctx, actor, "network.decide", func(tx *db.Tx) error {
		n, err := find(tx, made.Network)
		if err != nil {
			return err
		}
		was := n.State
		if r.state == Open {
			n.Pending = r.acts
		} else {
			n.State, n.Ruled, n.Judged = r.state, tx.Now(), n.Accounts
		}
		tx.Log(db.Change{Object: Object, Record: n.ID, Diff: map[string]any{"state": [2]NetworkState{was, n.State}, r.kind(): made.Measure, "count": r.count}})
		if r.state == Dismissed {
			if err := forgive(tx, n.ID); err != nil {
				return err
			}
		}
		if err := insertEvent(tx, Event{Network: n.ID, Kind: r.kind(), Count: r.count, Note: made.Reason, Acts: r.acts}); err != nil {
			return err
		}
		return update(tx, n)
	})
	if err != nil || r.state != Dismissed {
		return err
	}
	return d.learnPardons(ctx)
}

// standing is the ruling about a network that can be taken back; false when none stands.
func standing(n Network, events []Event) (last Event, stands bool) {
	if n.State != Decided && n.State != Dismissed {
		return Event{}, false
	}
	for _, e := range events {
		switch e.Kind {
		case "decided", "dismissed":
			last, stands = e, true
		case "undone":
			stands = false
		}
	}
	return last, stands && last.Kind == string(n.State)
}

// isOwn reports whether somebody may take a ruling back without a reason: it is theirs, and a quarter of an hour old at most.
func isOwn(e Event, actor value.Actor, now time.Time) bool {
	return e.Actor == actor.String() && !now.Before(e.At) && now.Before(e.At.Add(soonEnough))
}

// Undo takes the whole of the last decision about a network back: its author within a quarter of an hour, somebody else
// later and with a reason. What was decided otherwise meanwhile stays, and its Result says so. The network is open again.
func (d *Desk) Undo(ctx context.Context, actor value.Actor, by Decider, network value.ID, reason string) (results []Result, err error) {
	reason = strings.TrimSpace(reason)
	ruled, err := d.undoable(ctx, actor, network, reason)
	if err != nil {
		return nil, err
	}
	undone := ruled.Kind == string(Dismissed)
	for _, act := range ruled.Acts {
		some, err := by.Undo(ctx, actor, act, reason)
		if err != nil {
			return results, fmt.Errorf("network.Undo(%s): %w", network, err)
		}
		results = append(results, some...)
	}
	for _, r := range results {
		undone = undone || r.Err == nil
	}
	if !undone && len(results) > 0 {
		return results, nil
	}
	return results, d.reopen(ctx, actor, network, len(results), reason)
}

func (d *Desk) undoable(ctx context.Context, actor value.Actor, network value.ID, reason string) (ruled Event, err error) {
	err = d.config.DB.Read(ctx, func(tx *db.Tx) error {
		n, err := find(tx, network)
		if err != nil {
			return err
		}
		events, err := Events(tx, network)
		if err != nil {
			return err
		}
		last, stands := standing(n, events)
		if !stands {
			return &value.Error{Kind: value.Conflict, Key: "network.error.nothing", Message: "there is no decision to take back"}
		}
		ruled = last
		own := last.Actor == actor.String()
		switch {
		case isOwn(last, actor, tx.Now()):
			return nil
		case own:
			return &value.Error{Kind: value.Forbidden, Key: "network.error.late", Message: "you decided this more than 15 minutes ago; somebody else can take it back"}
		case utf8.RuneCountInString(reason) < 5:
			return &value.Error{Kind: value.Invalid, Field: "undo", Key: "network.error.why", Message: "say why it is taken back"}
		}
		return nil
	})
	return ruled, err
}

// reopen gives a network back to the desk.
func (d *Desk) reopen(ctx context.Context, actor value.Actor, network value.ID, count int, reason string) error {
	err := d.config.DB.Write(ctx, actor, "network.undo", func(tx *db.Tx) error {
		n, err := find(tx, network)
		if err != nil {
			return err
		}
		tx.Log(db.Change{Object: Object, Record: n.ID, Diff: map[string]any{"state": [2]NetworkState{n.State, Open}, "undone": count}})
		n.State, n.Ruled, n.Judged = Open, time.Time{}, 0
		if err := unforgive(tx, n.ID); err != nil {
			return err
		}
		if err := insertEvent(tx, Event{Network: n.ID, Kind: "undone", Count: count, Note: reason}); err != nil {
			return err
		}
		if d.config.Cases != nil {
			if err := d.config.Cases.Open(tx, "network", Object, n.ID, because(n, n.Listings, n.Accounts)); err != nil {
				return err
			}
		}
		return update(tx, n)
	})
	if err != nil {
		return err
	}
	return d.learnPardons(ctx)
}
