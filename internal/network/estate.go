package network

import (
	"fmt"
	"time"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/value"
)

// Estate is what networks keep of a member: which of their listings is in one, and what it said.
type Estate struct{}

// Name names the part of an export.
func (Estate) Name() string { return "networks" }

type exported struct {
	Listing  string    `json:"listing"`
	Place    string    `json:"place"`
	Fillings []string  `json:"fillings"` // where this listing differs from those it is alike
	Linked   time.Time `json:"linked"`
}

// Export puts the member's own listings that were found to be alike others. Of the others it tells nothing.
func (Estate) Export(tx *db.Tx, account value.ID, put func(name string, rows any) error) error {
	mine, err := membersOfAccount(tx, account)
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
func (Estate) Erase(tx *db.Tx, account value.ID, _ func(what, why, until string)) error {
	mine, err := membersOfAccount(tx, account)
	if err != nil {
		return err
	}
	seen := map[value.ID]bool{}
	for _, m := range mine {
		if err := removeMember(tx, m.Network, m.Listing); err != nil {
			return fmt.Errorf("network.Erase(%s): %w", account, err)
		}
		if seen[m.Network] {
			continue
		}
		seen[m.Network] = true
		if _, err := tx.Exec("update network set template = '' where id = $1", int64(m.Network)); err != nil {
			return err
		}
		tx.Log(db.Change{Object: Object, Record: m.Network, Diff: map[string]any{"erased": true}})
		if _, err := change.Erase(tx, Object, m.Network); err != nil {
			return err
		}
	}
	return nil
}
