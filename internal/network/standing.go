package network

import (
	"context"
	"fmt"
	"slices"

	"fairground/internal/db"
	"fairground/internal/value"
)

// bring opens a case for a new network, and for one that is open again; one of which too little is left ends.
func (s *settlement) bring(tx *db.Tx, isNew bool) error {
	n := &s.network
	if s.isOver() {
		return end(tx, n)
	}
	again, err := s.isOpenAgain(tx)
	if err != nil || !isNew && !again {
		return err
	}
	if again {
		n.State = Open
		if err := unforgive(tx, n.ID); err != nil {
			return err
		}
		if err := insertEvent(tx, Event{Network: n.ID, Kind: "reopened", Count: len(s.joined)}); err != nil {
			return err
		}
	}
	if s.desk.config.Cases == nil {
		return nil
	}
	return s.desk.config.Cases.Open(tx, "network", Object, n.ID, because(*n, n.Listings, n.Accounts))
}

// slack is how far below the bar a network may fall before it ends, so that none comes and goes.
const slack = .1

// isOver reports whether an open network is none any more. While somebody decides about it, its listings end one by one.
func (s *settlement) isOver() bool {
	n := s.network
	return n.State == Open && len(n.Pending) == 0 && !s.desk.isDeciding(n.ID) &&
		(n.Active == 0 || n.Accounts < leastAccounts || n.Score < s.desk.config.Bar-slack)
}

// isOpenAgain reports whether a network that was ruled about, or had ended, has grown enough to be looked at again, or
// took in an open one.
func (s *settlement) isOpenAgain(tx *db.Tx) (bool, error) {
	n := s.network
	if n.State != Open && slices.ContainsFunc(s.others, func(o Network) bool { return o.State == Open }) {
		return true, nil
	}
	switch n.State {
	case Decided:
		return slices.ContainsFunc(s.joined, func(id value.ID) bool { return !s.listings[id].Ended }), nil
	case Ended:
		return n.Active > 0 && n.Accounts >= leastAccounts && s.desk.isOrganised(s.cluster), nil
	case Dismissed:
		all, err := pardonsOf(tx, n.ID)
		if err != nil || all[n.ID] == nil {
			return n.Accounts >= 2*n.Judged, err
		}
		fresh := len(s.desk.freshIn(s.cluster, all[n.ID]))
		return fresh >= max(leastAccounts, n.Judged/2) && s.desk.isOrganised(s.cluster), nil
	default:
		return false, nil
	}
}

// end notes that a network is none any more.
func end(tx *db.Tx, n *Network) error {
	n.State = Ended
	return insertEvent(tx, Event{Network: n.ID, Kind: "ended", Count: n.Active})
}

// dissolve ends a network that nothing ties any more.
func (d *Desk) dissolve(ctx context.Context, id value.ID) error {
	err := d.config.DB.Write(ctx, system, "network.settle", func(tx *db.Tx) error {
		n, err := find(tx, id)
		if err != nil || n.State == Merged {
			return err
		}
		was := n.State
		if n.State == Open && len(n.Pending) == 0 {
			if err := end(tx, &n); err != nil {
				return err
			}
		}
		n.stale, n.drawing = false, ""
		tx.Log(db.Change{Object: Object, Record: id, Diff: map[string]any{"state": [2]NetworkState{was, n.State}}})
		return update(tx, n)
	})
	if err != nil {
		return fmt.Errorf("network.dissolve(%s): %w", id, err)
	}
	return nil
}
