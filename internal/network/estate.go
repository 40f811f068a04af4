package network

import (
	"fmt"
	"time"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/value"
)

// Estate is what networks keep of a member: which of their listings is in one, and what it said.
type Estate struct {
	// SellersOf are the accounts that a member offers things as; nil: the member's own.
	SellersOf func(tx *db.Tx, member value.ID) ([]value.ID, error)
}

func (e Estate) membersOf(tx *db.Tx, member value.ID) (all []Member, sellers []value.ID, err error) {
	sellers = []value.ID{member}
	if e.SellersOf != nil {
		if sellers, err = e.SellersOf(tx, member); err != nil {
			return nil, nil, err
		}
	}
	for _, seller := range sellers {
		some, err := membersOfAccount(tx, seller)
		if err != nil {
			return nil, nil, err
		}
		all = append(all, some...)
	}
	return all, sellers, nil
}

// Name names the part of an export.
func (Estate) Name() string { return "networks" }

type exported struct {
	Listing  string    `json:"listing"`
	Place    string    `json:"place"`
	Fillings []string  `json:"fillings"` // where this listing differs from those it is alike
	Linked   time.Time `json:"linked"`
}

// Export puts the member's own listings that were found to be alike others. Of the others it tells nothing.
func (e Estate) Export(tx *db.Tx, account value.ID, put func(name string, rows any) error) error {
	mine, _, err := e.membersOf(tx, account)
	if err != nil {
		return err
	}
	rows := make([]exported, 0, len(mine))
	for _, m := range mine {
		rows = append(rows, exported{m.Listing.Text("lst"), m.Place, m.Fillings, m.Joined})
	}
	return put("networks", rows)
}

// Erase takes the member's listings out of all networks, with what they said and what tied them. A template goes too: the member's words
// may be in it. It is made anew from the others when the network is next looked at.
func (e Estate) Erase(tx *db.Tx, account value.ID, _ func(what, why, until string)) error {
	mine, sellers, err := e.membersOf(tx, account)
	if err != nil {
		return err
	}
	seen := map[value.ID]bool{}
	for _, m := range mine {
		if err := removeMember(tx, m.Network, m.Listing); err != nil {
			return fmt.Errorf("network.Erase(%s): %w", account, err)
		}
		if err := insertEvent(tx, Event{Network: m.Network, Kind: "left", Count: 1}); err != nil {
			return err
		}
		if seen[m.Network] {
			continue
		}
		seen[m.Network] = true
		if _, err := tx.Exec("update network set template = '', drawing = '', picture = '', stale = true where id = $1", int64(m.Network)); err != nil {
			return err
		}
		tx.Log(db.Change{Object: Object, Record: m.Network, Diff: map[string]any{"erased": true}})
		if _, err := change.Erase(tx, Object, m.Network); err != nil {
			return err
		}
	}
	for _, seller := range sellers {
		if _, err := tx.Exec("delete from network_pardon where account = $1", int64(seller)); err != nil {
			return err
		}
	}
	return nil
}
