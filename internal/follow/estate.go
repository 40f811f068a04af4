package follow

import (
	"fairground/internal/db"
	"fairground/internal/value"
)

// Estate is what this package holds about people.
type Estate struct{}

// Name is the folder of this estate in an export.
func (Estate) Name() string { return "follow" }

// Export hands over what somebody saved and whom they follow.
func (Estate) Export(tx *db.Tx, account value.ID, put func(name string, rows any) error) error {
	saved, err := favouritesOf(tx, account, 0, MostFavourites)
	if err != nil {
		return err
	}
	rows := make([]map[string]any, len(saved))
	for i, f := range saved {
		rows[i] = map[string]any{"listing": f.listing.Text(listingID), "saved": f.saved}
		if f.savedPrice.currency != "" {
			rows[i]["price_then"] = f.savedPrice.currency + " " + f.savedPrice.money().Decimal()
		}
	}
	if err := put("favourites", rows); err != nil {
		return err
	}
	followed, err := followingOf(tx, account)
	if err != nil {
		return err
	}
	rows = make([]map[string]any, len(followed))
	for i, f := range followed {
		rows[i] = map[string]any{"seller": f.seller.Text(sellerID), "since": f.since}
	}
	return put("following", rows)
}

// Erase removes both. The log has them by listing and seller, with the account as author only; nothing has to stay.
func (Estate) Erase(tx *db.Tx, account value.ID, _ func(what, why, until string)) error {
	return eraseRows(tx, account)
}
