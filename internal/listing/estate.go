package listing

import (
	"fmt"
	"time"

	"fairground/internal/db"
	"fairground/internal/safety"
	"fairground/internal/ui/text"
	"fairground/internal/value"
)

// Estate is what this package keeps of a member: seats, sellers, drafts, listings. Package member asks it for export and
// erasure.
type Estate struct {
	// Forget has others forget what they know of a listing that is erased; nil: nobody knows anything.
	Forget func(tx *db.Tx, listing value.ID) error
}

// Name is the part of the export.
func (Estate) Name() string { return "listing" }

// exportedSeat, exportedDraft and exportedPrice are rows of a member's export.
type exportedSeat struct {
	Seller string     `json:"seller"`
	Name   string     `json:"name"`
	Kind   SellerKind `json:"kind"`
	Town   string     `json:"town,omitempty"`
	Role   SeatRole   `json:"role"`
	Since  time.Time  `json:"since"`
}

type exportedDraft struct {
	ID      string    `json:"id"`
	Created time.Time `json:"created"`
	Updated time.Time `json:"updated"`
	Typed
}

type exportedPrice struct {
	Listing  string    `json:"listing"`
	At       time.Time `json:"at"`
	Price    string    `json:"price,omitempty"`
	Currency string    `json:"currency,omitempty"`
}

// Export puts the member's seats, drafts, and everything about the listings of their own private seller. The listings of
// a shop are the shop's; the seat says which shop.
func (Estate) Export(tx *db.Tx, account value.ID, put func(name string, rows any) error) error {
	seats, own, err := exportSeats(tx, account)
	if err != nil {
		return err
	}
	if err := put("seats", seats); err != nil {
		return err
	}
	if err := exportDrafts(tx, account, put); err != nil {
		return err
	}
	tree, err := LoadTree(tx)
	if err != nil {
		return err
	}
	listings, prices := []exported{}, []exportedPrice{}
	for _, seller := range own {
		all, err := listingsOf(tx, seller)
		if err != nil {
			return err
		}
		for _, l := range all {
			listings = append(listings, export(l, tree))
			if prices, err = exportPrices(tx, l, prices); err != nil {
				return err
			}
		}
	}
	if err := put("listings", listings); err != nil {
		return err
	}
	return put("prices", prices)
}

func exportSeats(tx *db.Tx, account value.ID) (rows []exportedSeat, own []value.ID, err error) {
	seats, err := SeatsHeldBy(tx, account)
	if err != nil {
		return nil, nil, err
	}
	rows = []exportedSeat{}
	for _, seat := range seats {
		s, err := FindSeller(tx, seat.Seller)
		if err != nil {
			return nil, nil, err
		}
		rows = append(rows, exportedSeat{Seller: s.ID.Text("sel"), Name: s.Name, Kind: s.Kind, Town: s.Town, Role: seat.Role, Since: seat.Since})
		if s.Kind == Private && seat.Role == Owner {
			own = append(own, s.ID)
		}
	}
	return rows, own, nil
}

func exportDrafts(tx *db.Tx, account value.ID, put func(string, any) error) error {
	drafts, err := Drafts(tx, Author{Account: account})
	if err != nil {
		return err
	}
	rows := make([]exportedDraft, len(drafts))
	for i, d := range drafts {
		rows[i] = exportedDraft{d.Key(), d.Created, d.Updated, d.Typed}
	}
	return put("drafts", rows)
}

func exportPrices(tx *db.Tx, l Listing, rows []exportedPrice) ([]exportedPrice, error) {
	history, err := PriceHistory(tx, l.ID)
	for _, p := range history {
		row := exportedPrice{Listing: l.Key(), At: p.At}
		if p.Price.Currency != "" {
			row.Price, row.Currency = p.Price.Decimal(), p.Price.Currency
		}
		rows = append(rows, row)
	}
	return rows, err
}

func listingsOf(tx *db.Tx, seller value.ID) ([]Listing, error) {
	return db.All(tx, scanListing, "select "+listingColumns+" from "+listingTables+" where l.seller = $1 order by l.id", int64(seller))
}

// ErasedName is the name of a private seller who was erased. Nobody can choose it.
const ErasedName = "—"

const (
	erasedTitle = "—"
	appealTime  = 183 * 24 * time.Hour // in which a decision can be appealed (Digital Services Act, article 20)
)

// Erase removes drafts and seats, and takes the listings of the member's own private seller away with what they said. A
// listing that was refused keeps its content until the time to appeal is over: the decision could not be looked at again
// without it. What a shop offers stays; a shop that loses its last owner gets its oldest other seat as owner, and when
// there is none its listings are paused.
func (e Estate) Erase(tx *db.Tx, account value.ID, keep func(what, why, until string)) error {
	drafts, err := db.All(tx, db.Column[value.ID], "select id from listing_draft where account = $1", int64(account))
	if err != nil {
		return err
	}
	for _, id := range drafts {
		if _, err := tx.Exec("update listing_guest set email = '', name = '' where draft = $1", int64(id)); err != nil {
			return err
		}
		if err := dropDraft(tx, id, "erased"); err != nil {
			return err
		}
	}
	seats, err := SeatsHeldBy(tx, account)
	if err != nil {
		return err
	}
	for _, seat := range seats {
		s, err := FindSeller(tx, seat.Seller)
		if err != nil {
			return err
		}
		if s.Kind == Private {
			err = e.eraseSeller(tx, s, keep)
		} else {
			err = leaveShop(tx, s, seat, keep)
		}
		if err != nil {
			return fmt.Errorf("listing.Erase(%s): %w", s.ID, err)
		}
		if err := dropSeat(tx, seat.Seller, account, seat.Role); err != nil {
			return err
		}
	}
	return nil
}

// eraseSeller takes the listings of a private seller away and leaves a seller without a name.
func (e Estate) eraseSeller(tx *db.Tx, s Seller, keep func(what, why, until string)) error {
	all, err := listingsOf(tx, s.ID)
	if err != nil {
		return err
	}
	for _, l := range all {
		if until := l.Updated.Add(appealTime); l.decided() && tx.Now().Before(until) {
			ctx := tx.Context()
			keep(text.T(ctx, "listing.kept.refused", "listing", l.Key()), text.T(ctx, "listing.kept.refused_why"), text.FromContext(ctx).Date(until))
			continue
		}
		if err := e.eraseListing(tx, l); err != nil {
			return err
		}
	}
	_, err = tx.Exec("update seller set name = $2, town = '' where id = $1", int64(s.ID), ErasedName)
	tx.Log(db.Change{Object: SellerObject, Record: s.ID, Diff: map[string]any{"erased": true}})
	return err
}

// decided reports a listing that was refused.
func (l Listing) decided() bool {
	return l.Status == Rejected || l.refused != "" || l.Status == Removed && l.EndedBy == value.Staff
}

// eraseListing removes a listing and what it said. The row stays, so that what refers to it finds that it is gone.
func (e Estate) eraseListing(tx *db.Tx, l Listing) error {
	before := l
	endedBy := l.EndedBy
	if l.Status != Removed {
		l.end(Removed)
		endedBy = tx.Actor().Kind
	}
	l.Content = Content{Kind: l.Kind, Category: l.Category, Locale: l.Locale, Title: erasedTitle}
	l.hash, l.fingerprint, l.External, l.EndedBy, l.Reason = l.Content.Hash(), 0, "", endedBy, ""
	l.Restricted = Restriction{}
	if err := updateListing(tx, l); err != nil {
		return err
	}
	for _, statement := range []string{
		"update listing set external = null where id = $1",
		"delete from listing_price where listing = $1",
	} {
		if _, err := tx.Exec(statement, int64(l.ID)); err != nil {
			return err
		}
	}
	tx.Log(db.Change{Object: Object, Record: l.ID, Diff: map[string]any{"status": pair{string(before.Status), string(Removed)}, "erased": true}})
	if err := safety.ForgetInputs(tx, Object, l.ID); err != nil || e.Forget == nil {
		return err
	}
	return e.Forget(tx, l.ID)
}

// leaveShop sees to it that a shop has an owner after one of its seats is gone.
func leaveShop(tx *db.Tx, s Seller, seat Seat, keep func(what, why, until string)) error {
	ctx := tx.Context()
	keep(text.T(ctx, "listing.kept.shop", "shop", s.Name), text.T(ctx, "listing.kept.shop_why"), text.T(ctx, "listing.kept.shop_until"))
	seats, err := SeatsOf(tx, s.ID)
	if err != nil || !lastOwner(seats, seat.Account) {
		return err
	}
	for _, role := range []SeatRole{Editor, Agent} {
		for _, other := range seats {
			if other.Role == role {
				return GiveSeat(tx, Seat{Seller: s.ID, Account: other.Account, Role: Owner})
			}
		}
	}
	live, err := db.All(tx, db.Column[value.ID], "select id from listing where seller = $1 and status = 'live'", int64(s.ID))
	if err != nil {
		return err
	}
	for _, id := range live {
		if err := End(tx, id, Paused, ""); err != nil {
			return err
		}
	}
	return nil
}
