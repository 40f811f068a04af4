package app

import (
	"slices"
	"time"

	"fairground/internal/account"
	"fairground/internal/appeal"
	"fairground/internal/db"
	"fairground/internal/follow"
	"fairground/internal/legal"
	"fairground/internal/listing"
	"fairground/internal/media"
	"fairground/internal/member"
	"fairground/internal/message"
	"fairground/internal/network"
	"fairground/internal/posting"
	"fairground/internal/profile"
	"fairground/internal/reach"
	"fairground/internal/saved"
	"fairground/internal/site"
	"fairground/internal/standing"
	"fairground/internal/trade"
	"fairground/internal/value"
)

// What the rooms of members ask of each other. Each function answers in the words of the room that asks.

func listingHref(id value.ID) string { return "/l/" + id.Text(listing.ShortID) }

func sellerHref(id value.ID) string { return "/s/" + id.Text(profile.SellerShortID) }

func photoOf(l listing.Listing) media.Photo {
	if len(l.Photos) == 0 {
		return media.Photo{}
	}
	p := l.Photos[0]
	return media.Photo{Sha256: p.Sha256, Width: p.Width, Height: p.Height, Colour: p.Colour, Sizes: media.SizesOf(p.Sha256, p.Width, p.Height)}
}

// statusOf is the status of a listing as conversations name it.
func statusOf(l listing.Listing) string {
	if l.Status == listing.Live && !l.Reserved.IsZero() {
		return "reserved"
	}
	return string(l.Status)
}

// talkedAbout are listings as conversations show them.
func talkedAbout(tx *db.Tx, ids []value.ID) (map[value.ID]message.Listing, error) {
	found, err := listing.FindMany(tx, ids)
	if err != nil {
		return nil, err
	}
	tree, err := listing.LoadTree(tx)
	if err != nil {
		return nil, err
	}
	all := make(map[value.ID]message.Listing, len(found))
	for _, l := range found {
		told := message.Listing{
			ID: l.ID, Title: l.Title, Category: tree.PathSlug(l.Category), Photo: photoOf(l), Price: l.Price, Status: statusOf(l),
			Seller:  message.Seller{ID: l.Seller.ID, Name: l.Seller.Name, Business: l.Seller.Kind == listing.Business},
			Open:    l.Status == listing.Live && tx.Now().Before(l.Expires) && l.Restricted.IsZero(),
			Removed: l.Status == listing.Removed || l.Status == listing.Rejected,
		}
		if told.Open || !l.Restricted.IsZero() && l.Status == listing.Live {
			told.Href = listingHref(l.ID)
		}
		all[l.ID] = told
	}
	return all, nil
}

// answering are the accounts that answer for a seller.
func answering(tx *db.Tx, seller value.ID) ([]value.ID, error) {
	seats, err := listing.SeatsOf(tx, seller)
	var all []value.ID
	for _, s := range seats {
		if s.Role.MayAnswer() {
			all = append(all, s.Account)
		}
	}
	return all, err
}

// heldBy are the sellers at which an account has a seat, those at which its role may do something.
func heldBy(tx *db.Tx, of value.ID, may func(listing.SeatRole) bool) ([]value.ID, error) {
	seats, err := listing.SeatsHeldBy(tx, of)
	var all []value.ID
	for _, s := range seats {
		if may(s.Role) {
			all = append(all, s.Seller)
		}
	}
	return all, err
}

// answersFor are the sellers for whom an account answers, its own private one first.
func answersFor(tx *db.Tx, of value.ID) ([]message.Seller, error) {
	ids, err := heldBy(tx, of, listing.SeatRole.MayAnswer)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	found, err := listing.Sellers(tx, ids)
	all := make([]message.Seller, len(found))
	for i, s := range found {
		all[i] = message.Seller{ID: s.ID, Name: s.Name, Business: s.Kind == listing.Business}
	}
	slices.SortFunc(all, func(a, b message.Seller) int { return slices.Index(ids, a.ID) - slices.Index(ids, b.ID) })
	return all, err
}

// persons are members as conversations name them.
func persons(tx *db.Tx, ids []value.ID) (map[value.ID]message.Person, error) {
	all := make(map[value.ID]message.Person, len(ids))
	for _, id := range ids {
		a, err := account.Find(tx, id)
		if value.KindOf(err) == value.NotFound || err == nil && !a.Erased.IsZero() {
			continue
		}
		if err != nil {
			return nil, err
		}
		all[id] = message.Person{
			Name: a.Name, Locale: a.Locale, Email: a.Email, Verified: !a.Verified.IsZero(), SeenMarks: true,
			Age_days: int(tx.Now().Sub(a.Created) / (24 * time.Hour)), Joined: a.Created, Phone: a.Phone != "", Suspended: a.State != account.Active,
		}
	}
	return all, nil
}

// followed tells package follow about listings and sellers.
type followed struct{ rooms *Rooms }

// Listings returns what may be shown of listings that somebody saved.
func (f followed) Listings(tx *db.Tx, ids []value.ID) (map[value.ID]follow.Listing, error) {
	found, err := listing.FindMany(tx, ids)
	all := make(map[value.ID]follow.Listing, len(found))
	for _, l := range found {
		told := follow.Listing{
			ID: l.ID, Seller: l.Seller.ID, SellerName: l.Seller.Name, Title: l.Title, Price: l.Price, Place: l.Place.Name,
			Business: l.Seller.Kind == listing.Business, Visible: l.Visible(f.rooms.Gate, tx.Now()),
		}
		if len(l.Photos) > 0 {
			p := l.Photos[0]
			told.Photo = follow.Photo{Sha256: p.Sha256, Width: p.Width, Height: p.Height, Colour: p.Colour}
		}
		ended := slices.Contains([]listing.Status{listing.Sold, listing.Expired, listing.Paused}, l.Status) && l.Cleared(f.rooms.Gate) == nil
		switch {
		case told.Visible:
			told.Href = listingHref(l.ID)
		case ended:
			told.Ended, told.Photo = string(l.Status), follow.Photo{}
		default:
			continue
		}
		all[l.ID] = told
	}
	return all, err
}

// Sellers returns those that have a page.
func (f followed) Sellers(tx *db.Tx, ids []value.ID) (map[value.ID]follow.Seller, error) {
	found, err := listing.Sellers(tx, ids)
	all := make(map[value.ID]follow.Seller, len(found))
	for _, s := range found {
		if s.Name == listing.ErasedName {
			continue
		}
		live, err := listing.SellerCount(tx, s.ID)
		if err != nil {
			return nil, err
		}
		all[s.ID] = follow.Seller{ID: s.ID, Name: s.Name, Town: s.Town, Href: sellerHref(s.ID), Business: s.Kind == listing.Business, Listings: live}
	}
	return all, err
}

// Apart reports whether a block stands between an account and anybody of a seller's team.
func (followed) Apart(tx *db.Tx, of, seller value.ID) (bool, error) {
	seats, err := listing.SeatsOf(tx, seller)
	for _, s := range seats {
		if apart, err := member.Blocked(tx, of, s.Account); apart || err != nil {
			return apart, err
		}
	}
	return false, err
}

// Own reports whether an account acts for a seller.
func (followed) Own(tx *db.Tx, of, seller value.ID) (bool, error) {
	_, err := listing.SeatOf(tx, seller, of)
	if value.KindOf(err) == value.NotFound {
		return false, nil
	}
	return err == nil, err
}

// sellers is package listing as package profile asks it.
type sellers struct{}

func (sellers) Find(tx *db.Tx, ids []value.ID) ([]profile.Seller, error) {
	found, err := listing.Sellers(tx, ids)
	all := make([]profile.Seller, len(found))
	for i, s := range found {
		all[i] = profileSeller(s)
	}
	return all, err
}

func profileSeller(s listing.Seller) profile.Seller {
	return profile.Seller{ID: s.ID, Business: s.Kind == listing.Business, Name: s.Name, Town: s.Town, Since: s.Since, Verified: s.Verified}
}

func (sellers) Own(tx *db.Tx, of value.ID, name, town string, since time.Time) (profile.Seller, error) {
	s, err := listing.OwnSeller(tx, of, name, town, since)
	return profileSeller(s), err
}

func (sellers) Open(tx *db.Tx, s profile.Seller, owner value.ID) error {
	err := listing.AddSeller(tx, listing.Seller{ID: s.ID, Kind: listing.Business, Name: s.Name, Town: s.Town, Since: s.Since})
	if err != nil {
		return err
	}
	return listing.GiveSeat(tx, listing.Seat{Seller: s.ID, Account: owner, Role: listing.Owner})
}

func (sellers) Rename(tx *db.Tx, seller value.ID, name, town string) error {
	return listing.RenameSeller(tx, seller, name, town)
}

func (sellers) Seats(tx *db.Tx, seller value.ID) ([]profile.Seat, error) {
	return seatsOf(listing.SeatsOf(tx, seller))
}

func (sellers) Held(tx *db.Tx, of value.ID) ([]profile.Seat, error) {
	return seatsOf(listing.SeatsHeldBy(tx, of))
}

func seatsOf(found []listing.Seat, err error) ([]profile.Seat, error) {
	all := make([]profile.Seat, len(found))
	for i, s := range found {
		all[i] = profile.Seat{Seller: s.Seller, Account: s.Account, Role: profile.Role(s.Role), Since: s.Since}
	}
	return all, err
}

func (sellers) Give(tx *db.Tx, s profile.Seat) error {
	return listing.GiveSeat(tx, listing.Seat{Seller: s.Seller, Account: s.Account, Role: listing.SeatRole(s.Role), Since: s.Since})
}

func (sellers) Take(tx *db.Tx, seller, of value.ID) error { return listing.TakeSeat(tx, seller, of) }

// answers says how a seller answers messages.
func answers(tx *db.Tx, seller value.ID) (profile.Answering, error) {
	r, err := message.ResponseOf(tx, seller)
	return profile.Answering{Conversations: r.Asked, Share: r.Rate, Typical: r.Median}, err
}

// counted is package listing as package reach asks it.
type counted struct{}

func (counted) Find(tx *db.Tx, ids []value.ID) ([]reach.Listing, error) {
	found, err := listing.FindMany(tx, ids)
	all := make([]reach.Listing, len(found))
	for i, l := range found {
		all[i] = reach.Listing{ID: l.ID, Seller: l.Seller.ID, Title: l.Title, Published: l.Published}
		if l.Status == listing.Live {
			all[i].Href = listingHref(l.ID)
		}
	}
	return all, err
}

func (counted) MayPost(tx *db.Tx, seller, of value.ID) (bool, error) {
	seat, err := listing.SeatOf(tx, seller, of)
	if value.KindOf(err) == value.NotFound {
		return false, nil
	}
	return seat.Role.MayPost(), err
}

func (counted) ActsFor(tx *db.Tx, seller, of value.ID) (bool, error) {
	return followed{}.Own(tx, of, seller)
}

func (counted) SellerName(tx *db.Tx, seller value.ID) (string, error) {
	s, err := listing.FindSeller(tx, seller)
	return s.Name, err
}

// figures are how much listings were looked at.
func figures(tx *db.Tx, ids []value.ID) (map[value.ID]posting.Figures, error) {
	found, err := reach.Totals(tx, ids)
	all := make(map[value.ID]posting.Figures, len(found))
	for id, n := range found {
		all[id] = posting.Figures{Views: int(n.Views), Saves: int(n.Saves), Contacts: int(n.Contacts)}
	}
	return all, err
}

// traded is what package trade needs from the others.
func traded(a *App) trade.Neighbours {
	return trade.Neighbours{
		Thing: func(tx *db.Tx, id value.ID) (trade.Thing, error) {
			l, err := listing.Find(tx, id)
			if err != nil {
				return trade.Thing{}, err
			}
			thing := trade.Thing{Title: l.Title, Seller: l.Seller.ID}
			if l.Status == listing.Live {
				thing.Href = listingHref(l.ID)
			}
			return thing, nil
		},
		Reserve: func(tx *db.Tx, id value.ID) error { return listing.ReserveIn(tx, id, true) },
		Free:    func(tx *db.Tx, id value.ID) error { return listing.ReserveIn(tx, id, false) },
		Sold:    func(tx *db.Tx, id value.ID) error { return listing.End(tx, id, listing.Sold, "") },
		Seats:   answering,
		SellersOf: func(tx *db.Tx, of value.ID) ([]value.ID, error) {
			return heldBy(tx, of, listing.SeatRole.MayAnswer)
		},
		Sellers: func(tx *db.Tx, ids []value.ID) (map[value.ID]trade.Face, error) {
			found, err := listing.Sellers(tx, ids)
			all := make(map[value.ID]trade.Face, len(found))
			for _, s := range found {
				all[s.ID] = trade.Face{Name: s.Name, Href: sellerHref(s.ID), Business: s.Kind == listing.Business}
			}
			return all, err
		},
		Strangers: func(tx *db.Tx, seller, of value.ID) (bool, error) {
			if own, err := (followed{}).Own(tx, of, seller); own || err != nil {
				return false, err
			}
			apart, err := (followed{}).Apart(tx, of, seller)
			return !apart, err
		},
		Talk: func(tx *db.Tx, conversation, of value.ID) (trade.Agreement, error) {
			g, err := a.message.About(tx, conversation, of)
			return trade.Agreement(g), err
		},
	}
}

// dealOf is the page of the deal that a conversation led to, or of proposing one where none is open.
func dealOf(tx *db.Tx, c message.Conversation) (href string, made bool, err error) {
	t, err := trade.Latest(tx, c.Listing, c.Buyer)
	switch {
	case err == nil && (t.Status.Open() || t.Status == trade.Done):
		return "/trades/" + t.ID.Text(trade.ShortID), true, nil
	case err != nil && value.KindOf(err) != value.NotFound:
		return "", false, err
	default:
		return "/trades/new?conversation=" + c.ID.Text(message.ConversationKind), false, nil
	}
}

// estates are the rooms that keep records of members, in the order in which they give them up.
func estates(a *App) func(*site.Site) []member.Estate {
	return func(s *site.Site) []member.Estate {
		return held([]member.Estate{
			standing.Estate{Desk: a.standings(s)}, legal.Estate{}, appeal.Estate{}, network.Estate{SellersOf: ownSellers}, message.Estate{}, trade.Estate{SellersOf: func(tx *db.Tx, of value.ID) ([]value.ID, error) {
				return heldBy(tx, of, listing.SeatRole.MayAnswer)
			}},
			follow.Estate{}, saved.Estate{}, profile.Estate{Desk: a.Rooms(s).Profiles}, listing.Estate{Forget: forgetListing}, member.OwnEstate{}, mails{}, account.Estate{},
		})
	}
}

// blockKnown blocks somebody under the name that a conversation showed: of a shop its own, else the member's.
func blockKnown(tx *db.Tx, by, whom value.ID) error {
	name := ""
	sold, err := answersFor(tx, whom)
	if err != nil {
		return err
	}
	for _, s := range sold {
		if s.Business {
			name = s.Name
		}
	}
	if known, err := account.Find(tx, whom); err == nil && name == "" {
		name = known.Name
	}
	return member.Block(tx, by, whom, name)
}
