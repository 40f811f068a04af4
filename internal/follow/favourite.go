package follow

import (
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

// favourite is a listing that somebody saved.
type favourite struct {
	account, listing value.ID
	saved            time.Time
	savedPrice       price
	toldPrice        price // the lowest since
	told             time.Time
}

// price is a price as it is kept with a favourite: the zero price is none.
type price struct {
	minor    int64
	currency string
}

func priceOf(m value.Money) price { return price{m.Minor, m.Currency} }

func (p price) money() value.Money { return value.Money{Minor: p.minor, Currency: p.currency} }

// isBelow reports a price that is lower than another in the same currency.
func (p price) isBelow(other price) bool {
	return p.currency != "" && p.currency == other.currency && p.minor < other.minor
}

// save keeps a listing that the public can see now. To save one twice changes nothing.
func save(tx *db.Tx, of value.ID, l Listing) error {
	n, err := countFavourites(tx, of)
	if err != nil {
		return err
	}
	if n >= MostFavourites {
		return &value.Error{Kind: value.Limited, Key: "follow.favourites_many", Message: "your list is full; forget some of what you saved first"}
	}
	added, err := insertFavourite(tx, favourite{account: of, listing: l.ID, saved: tx.Now(), savedPrice: priceOf(l.Price), toldPrice: priceOf(l.Price)})
	if added {
		tx.Log(db.Change{Object: "favourite", Record: l.ID, Diff: map[string]any{"saved": [2]bool{false, true}}})
	}
	return err
}

// forget takes a listing off somebody's list. Without it there it does nothing.
func forget(tx *db.Tx, of, listing value.ID) error {
	gone, err := deleteFavourite(tx, of, listing)
	if gone {
		tx.Log(db.Change{Object: "favourite", Record: listing, Diff: map[string]any{"saved": [2]bool{true, false}}})
	}
	return err
}

// Saved tells which of some listings an account has saved, for pages that show many cards.
func Saved(tx *db.Tx, of value.ID, listings []value.ID) (map[value.ID]bool, error) {
	if of == 0 || len(listings) == 0 {
		return map[value.ID]bool{}, nil
	}
	return savedAmong(tx, of, listings)
}

// CountOf is how many members have saved a listing.
func CountOf(tx *db.Tx, listing value.ID) (int, error) {
	return db.One(tx, db.Column[int], "select count(*) from favourite where listing = $1", listing)
}
