package network

import (
	"context"
	"fmt"
	"slices"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/value"
)

// mostUnsettled is how many networks are looked at in one go because something left them or waits.
const mostUnsettled = 50

// hear takes notice of what the log tells of networks and proposals.
func (d *Desk) hear(ctx context.Context, rows []change.Row) error {
	if !slices.ContainsFunc(rows, func(r change.Row) bool { return r.Object == Object || r.Object == proposalObject }) {
		return nil
	}
	d.mu.Lock()
	d.unsettled = true
	d.mu.Unlock()
	return d.learnPardons(ctx)
}

// proposalObject is the kind of what waits for a second person, in the change log.
const proposalObject = "proposal"

// settleUnsettled looks again at networks that something left, and at those whose decision waits for a second person. It
// asks the database only when the log told of one.
func (d *Desk) settleUnsettled(ctx context.Context) error {
	d.mu.Lock()
	told, behind := d.unsettled, d.lag > 0
	if !behind {
		d.unsettled = false
	}
	d.mu.Unlock()
	if !told || behind {
		return nil
	}
	var all []Network
	err := d.config.DB.Read(ctx, func(tx *db.Tx) (err error) {
		all, err = listUnsettled(tx, mostUnsettled)
		return err
	})
	if err != nil {
		return err
	}
	done := map[value.ID]bool{}
	for _, n := range all {
		if len(n.Pending) > 0 {
			if err := d.answer(ctx, n.ID); err != nil {
				return err
			}
		}
		if n.stale {
			if err := d.lookAgain(ctx, n.ID, done); err != nil {
				return err
			}
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.unsettled = d.unsettled || len(all) == mostUnsettled
	return nil
}

// answer notes what a second person said to decisions about a network.
func (d *Desk) answer(ctx context.Context, id value.ID) error {
	if d.config.Acts == nil {
		return nil
	}
	answered := false
	err := d.config.DB.Read(ctx, func(tx *db.Tx) error {
		n, err := find(tx, id)
		for _, act := range n.Pending {
			if a, fault := d.config.Acts.Act(tx, act); fault != nil || !a.Waits {
				answered = true
			}
		}
		return err
	})
	if err != nil || !answered {
		return err
	}
	err = d.config.DB.Write(ctx, system, "network.answer", func(tx *db.Tx) error { return d.answerNow(tx, id) })
	if err != nil {
		return fmt.Errorf("network.answer(%s): %w", id, err)
	}
	return nil
}

func (d *Desk) answerNow(tx *db.Tx, id value.ID) error {
	n, err := find(tx, id)
	if err != nil || len(n.Pending) == 0 {
		return err
	}
	was := n.State
	for _, act := range slices.Clone(n.Pending) {
		a, err := d.config.Acts.Act(tx, act)
		if err != nil && value.KindOf(err) != value.NotFound {
			return err
		}
		if err == nil && a.Waits {
			continue
		}
		n.Pending = slices.DeleteFunc(n.Pending, func(one value.ID) bool { return one == act })
		if err := answered(tx, &n, act, a, err == nil); err != nil {
			return err
		}
	}
	tx.Log(db.Change{Object: Object, Record: id, Diff: map[string]any{"state": [2]NetworkState{was, n.State}, "pending": len(n.Pending)}})
	return update(tx, n)
}

// answered is one act that nobody waits for any more.
func answered(tx *db.Tx, n *Network, act value.ID, a Act, known bool) error {
	switch {
	case !known:
		return nil
	case a.Declined:
		return insertEvent(tx, Event{Network: n.ID, Kind: "declined", Actor: a.By, Count: a.Count, Note: a.Note, Acts: []value.ID{act}})
	}
	n.State, n.Ruled, n.Judged = Decided, tx.Now(), n.Accounts
	return insertEvent(tx, Event{Network: n.ID, Kind: "decided", Actor: a.By, Second: a.Second, Count: a.Count, Note: a.Note, Acts: []value.ID{act}})
}
