package moderation

import (
	"context"
	"errors"
	"fmt"

	"fairground/internal/db"
	"fairground/internal/value"
)

// Item is one record of a decision about many. Instead, if set, is decided about it instead of the common decision;
// Spared leaves it out altogether.
type Item struct {
	Object  string
	Record  value.ID
	Instead *Decision `json:",omitempty"`
	Spared  bool      `json:",omitempty"`

	// Unchanged is as in Decision.
	Unchanged func(tx *db.Tx) error `json:"-"`

	After value.ID // the newest decision about it when an act was proposed
}

// Result is what became of one item.
type Result struct {
	Item     Item
	Decision value.ID // 0 when it was spared or failed
	Err      error
}

const (
	mostItems   = 500 // of one act
	aloneItems  = 10  // beyond these a second person confirms
	fewestItems = 1
)

// DecideAll makes one decision about many records, such as the listings of a network, each with a row and a statement of
// its own, bound together by one act. An item that fails does not hold up the others: its Result has the error. Severe
// measures and more than ten items are ErrTwo; see Propose. When all went well and the decision names a case, such as
// that of the network, it is settled.
func (d *Desk) DecideAll(ctx context.Context, actor value.Actor, items []Item, decision Decision) ([]Result, error) {
	if err := d.checkAll(actor, items, decision); err != nil {
		return nil, err
	}
	if needsTwo(items, decision) {
		return nil, ErrTwo
	}
	return d.decideAll(ctx, actor, actor, d.DB.IDs().Next(), items, decision, nil)
}

// needsTwo reports whether an act is severe or large.
func needsTwo(items []Item, decision Decision) bool {
	decided := 0
	for _, item := range items {
		made := item.decision(decision)
		if made.tidy(); made.Measure.grave() && !item.Spared {
			return true
		}
		if !item.Spared {
			decided++
		}
	}
	return decided > aloneItems
}

// decision is what is decided about an item.
func (i Item) decision(common Decision) Decision {
	made := common
	if i.Instead != nil {
		made = *i.Instead
	}
	made.Object, made.Record, made.Unchanged, made.Case = i.Object, i.Record, i.Unchanged, 0
	return made
}

func (d *Desk) checkAll(actor value.Actor, items []Item, decision Decision) error {
	if len(items) < fewestItems || len(items) > mostItems {
		return value.Errorf(value.Invalid, "one act decides about 1 to %d records", mostItems)
	}
	for _, item := range items {
		if made := item.decision(decision); !item.Spared {
			if err := d.check(actor, &made); err != nil {
				return err
			}
		}
	}
	return nil
}

// decideAll carries an act out, each item in its own transaction. by proposed it, actor is whose write it is; they differ
// when a second person confirmed.
func (d *Desk) decideAll(ctx context.Context, actor, by value.Actor, act value.ID, items []Item, decision Decision, before func(*db.Tx, Item) error) ([]Result, error) {
	results := make([]Result, len(items))
	failed := false
	for i, item := range items {
		results[i].Item = item
		if item.Spared {
			continue
		}
		made := item.decision(decision)
		if results[i].Err = d.check(by, &made); results[i].Err == nil {
			if made.Act = act; actor != by {
				made.Second = actor.String()
			}
			results[i].Decision, results[i].Err = d.decideOne(ctx, actor, made, item, before)
		}
		failed = failed || results[i].Err != nil
	}
	if failed || decision.Case == 0 {
		return results, nil
	}
	return results, d.settleAct(ctx, actor, by, decision.Case, act)
}

func (d *Desk) decideOne(ctx context.Context, actor value.Actor, made Decision, item Item, before func(*db.Tx, Item) error) (id value.ID, err error) {
	err = d.DB.Write(ctx, actor, "moderation."+string(made.Outcome), func(tx *db.Tx) error {
		if before != nil {
			if err := before(tx, item); err != nil {
				return err
			}
		}
		stored, err := d.decide(tx, made)
		id = stored.ID
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("moderation.DecideAll(%s %s): %w", made.Object, made.Record, err)
	}
	return id, nil
}

// settleAct ends the case of a network when all its items are decided.
func (d *Desk) settleAct(ctx context.Context, actor, by value.Actor, id, act value.ID) error {
	err := d.DB.Write(ctx, actor, "case.settle", func(tx *db.Tx) error {
		c, err := FindCase(tx, id)
		if err != nil {
			return err
		}
		if holder := c.HeldBy(tx.Now()); holder != 0 && holder != by.ID {
			return takenBy(c)
		}
		return settle(tx, c, act, by.ID)
	})
	if errors.Is(err, errDecided) { // one of its items was what the case is about
		return nil
	}
	if err != nil {
		return fmt.Errorf("moderation.DecideAll(case %s): %w", id, err)
	}
	return nil
}
