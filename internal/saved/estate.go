package saved

import (
	"fairground/internal/db"
	"fairground/internal/value"
)

// Estate is what this package holds about people.
type Estate struct{}

// Name is the folder of this estate in an export.
func (Estate) Name() string { return "saved" }

const mostExported = 1_000 // finds of one search

// Export hands over what somebody looks for and what it found.
func (Estate) Export(tx *db.Tx, account value.ID, put func(name string, rows any) error) error {
	all, err := allOf(tx, account)
	if err != nil {
		return err
	}
	searches, found := []map[string]any{}, []map[string]any{}
	for _, s := range all {
		searches = append(searches, map[string]any{
			"search": s.ID.Text(searchID), "name": s.Name, "address": s.Address, "tells": s.Often, "lower_prices_too": s.Drops, "state": s.State,
			"saved": s.Created, "last_looked": s.Looked,
		})
		finds, err := findsOf(tx, s.ID, mostExported)
		if err != nil {
			return err
		}
		for _, f := range finds {
			found = append(found, map[string]any{"search": s.ID.Text(searchID), "listing": f.listing.Text(listingID), "kind": f.kind, "at": f.at})
		}
	}
	if err := put("searches", searches); err != nil {
		return err
	}
	return put("found", found)
}

// Erase removes all of it. The log has the searches by number, without what they look for; nothing has to stay.
func (Estate) Erase(tx *db.Tx, account value.ID, _ func(what, why, until string)) error {
	all, err := allOf(tx, account)
	if err != nil {
		return err
	}
	for _, s := range all {
		tx.Log(db.Change{Object: Object, Record: s.ID, Diff: map[string]any{"erased": true}})
	}
	return eraseRows(tx, account)
}
