package listing

import (
	"fmt"

	"fairground/internal/db"
	"fairground/internal/value"
)

// EraseOthers does of Erase what no hold is concerned with: drafts, and the listings of the member's own private seller that
// are not held. Those that are held leave the market and keep what they say. Seats and the seller stay, so that Erase
// finds the rest when the holds have ended.
func (e Estate) EraseOthers(tx *db.Tx, account value.ID, held func(listing value.ID) (bool, error)) error {
	drafts, err := Drafts(tx, Author{Account: account})
	if err != nil {
		return err
	}
	for _, d := range drafts {
		if err := dropDraft(tx, d.ID, "erased"); err != nil {
			return err
		}
	}
	seats, err := SeatsHeldBy(tx, account)
	if err != nil {
		return err
	}
	for _, seat := range seats {
		s, err := FindSeller(tx, seat.Seller)
		if err == nil && s.Kind == Private && seat.Role == Owner {
			err = e.eraseOthersOf(tx, s.ID, held)
		}
		if err != nil {
			return fmt.Errorf("listing.EraseOthers(%s): %w", seat.Seller, err)
		}
	}
	return nil
}

func (e Estate) eraseOthersOf(tx *db.Tx, seller value.ID, held func(listing value.ID) (bool, error)) error {
	all, err := listingsOf(tx, seller)
	if err != nil {
		return err
	}
	for _, l := range all {
		keep, err := held(l.ID)
		switch {
		case err != nil:
			return err
		case keep && l.mayEnd(Removed) && !l.decided():
			err = End(tx, l.ID, Removed, "")
		case !keep && !l.decided(): // what was refused can still be appealed
			err = e.eraseListing(tx, l)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
