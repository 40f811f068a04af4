package network

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"fairground/internal/db"
	"fairground/internal/value"
)

// Dismiss is the measure that finds nothing wrong with a network. It decides about no listing.
const Dismiss = "dismiss"

// Decide carries one decision out for all listings of a network but the excepted ones, and notes that somebody ruled. When an item
// fails, or a second person has to confirm, the network stays open.
func (d *Desk) Decide(ctx context.Context, actor value.Actor, by Decider, made Decision, except []value.ID) ([]Result, error) {
	made.Reason = strings.TrimSpace(made.Reason)
	items, err := d.items(ctx, made, except)
	if err != nil {
		return nil, err
	}
	if made.Measure == Dismiss {
		return nil, d.rule(ctx, actor, made, Dismissed, 0)
	}
	results, err := by.Decide(ctx, actor, items, made)
	if err != nil {
		return nil, fmt.Errorf("network.Decide(%s): %w", made.Network, err)
	}
	failed := errors.Join()
	for _, r := range results {
		failed = errors.Join(failed, r.Err)
	}
	if failed != nil {
		return results, nil
	}
	return results, d.rule(ctx, actor, made, Decided, len(items))
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
		n, err := find(tx, made.Network)
		if err != nil {
			return err
		}
		if n.State == Merged {
			return &value.Error{Kind: value.Conflict, Key: "network.error.merged", Message: "this network belongs to another one now"}
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

// rule notes what somebody decided. What they wrote goes into the event, not into the log.
func (d *Desk) rule(ctx context.Context, actor value.Actor, made Decision, state NetworkState, count int) error {
	return d.config.DB.Write(ctx, actor, "network.decide", func(tx *db.Tx) error {
		n, err := find(tx, made.Network)
		if err != nil {
			return err
		}
		tx.Log(db.Change{Object: Object, Record: n.ID, Diff: map[string]any{"state": [2]NetworkState{n.State, state}, "measure": made.Measure, "count": count}})
		n.State, n.Ruled, n.Judged = state, tx.Now(), n.Accounts
		if err := insertEvent(tx, Event{Network: n.ID, Kind: string(state), Count: count, Note: made.Reason}); err != nil {
			return err
		}
		return update(tx, n)
	})
}
