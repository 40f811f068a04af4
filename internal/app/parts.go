package app

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/follow"
	"fairground/internal/listing"
	"fairground/internal/market"
	"fairground/internal/profile"
	"fairground/internal/saved"
	"fairground/internal/search"
	"fairground/internal/site"
	"fairground/internal/standing"
	"fairground/internal/ui/text"
	"fairground/internal/value"
)

// marketParts are what the rooms of members put on the public pages of a site.
func (a *App) marketParts(s *site.Site) market.Parts {
	rooms := a.Rooms(s)
	return market.Parts{
		Trades: rooms.Trades,
		Face: func(_ *http.Request, tx *db.Tx, seller listing.Seller) (market.Face, error) {
			return face(s, rooms, tx, seller)
		},
		Contact: func(r *http.Request, tx *db.Tx, l listing.Listing) (templ.Component, error) {
			if !l.Restricted.IsZero() {
				return nil, nil // nobody begins to write about it
			}
			people, err := answering(tx, l.Seller.ID)
			if err != nil || len(people) == 0 {
				return nil, err
			}
			return a.askFor(r, tx, l)
		},
		Hearts: hearts, Save: saveButton, Follow: followButton,
		Own: func(r *http.Request, tx *db.Tx, l listing.Listing) (market.Own, bool, error) {
			seat, err := listing.SeatOf(tx, l.Seller.ID, account.From(r.Context()).Account)
			if value.KindOf(err) == value.NotFound {
				return market.Own{}, false, nil
			}
			own := market.Own{Figures: "/my/listings/" + l.Key() + "/figures"}
			if seat.Role.MayPost() {
				own.Edit = "/my/listings/" + l.Key()
			}
			return own, err == nil, err
		},
		Acts: func(r *http.Request, tx *db.Tx, seller value.ID) (bool, error) {
			return followed{}.Own(tx, account.From(r.Context()).Account, seller)
		},
		SaveSearch: saveSearch, Why: whyHref,
		Viewed: func(r *http.Request, id value.ID) { rooms.Reach.Counter.Saw(r, id, a.clock.Now()) },
	}
}

// face is what the public sees of a seller. Somebody who was erased, or whose account is suspended, has none.
func face(s *site.Site, rooms *Rooms, tx *db.Tx, seller listing.Seller) (market.Face, error) {
	gone, err := leftBy(tx, seller)
	if err != nil || gone {
		return market.Face{Gone: gone}, err
	}
	shown, err := rooms.Profiles.Find(tx, seller.ID)
	if err != nil {
		return market.Face{}, err
	}
	facts, err := factsOfSeller(tx, seller)
	if err != nil {
		return market.Face{}, err
	}
	now, zone := tx.Now(), s.Settings().Location()
	f := market.Face{
		Known: shown.HasProfile, Name: shown.DisplayName(), About: shown.About, Town: shown.DisplayTown(), Street: shown.Street, Post: shown.Postcode,
		Page: profile.Face{Shown: shown, At: now, Zone: zone, Level: 1, Known: standing.Whole{Facts: facts, At: now}.View()}.View(),
		Card: profile.Card{Shown: shown, At: now, Zone: zone, Href: sellerHref(seller.ID), Known: standing.Brief{Facts: facts, At: now}.View()}.View(),
	}
	f.Photo = portrait(shown.Photo)
	return f, nil
}

// leftBy reports whether everybody who acted for a seller has been suspended or erased. A seller nobody ever acted for,
// such as one of an import, stays.
func leftBy(tx *db.Tx, seller listing.Seller) (bool, error) {
	if seller.Name == listing.ErasedName {
		return true, nil
	}
	seats, err := listing.SeatsOf(tx, seller.ID)
	if err != nil || len(seats) == 0 {
		return false, err
	}
	for _, seat := range seats {
		a, err := account.Find(tx, seat.Account)
		if err != nil && value.KindOf(err) != value.NotFound {
			return false, err
		}
		if err == nil && a.State == account.Active && a.Erased.IsZero() {
			return false, nil
		}
	}
	return true, nil
}

func hearts(r *http.Request, tx *db.Tx, all []listing.Listing) (map[value.ID]templ.Component, error) {
	of := account.From(r.Context()).Account
	ids := make([]value.ID, len(all))
	for i, l := range all {
		ids[i] = l.ID
	}
	saved, err := follow.Saved(tx, of, ids)
	buttons := make(map[value.ID]templ.Component, len(all))
	for _, l := range all {
		buttons[l.ID] = follow.Heart{Listing: l.ID, Title: l.Title, Saved: saved[l.ID], SignedIn: true, Next: r.URL.RequestURI()}.View()
	}
	return buttons, err
}

// whyHref is the page that tells staff why a listing is where it is in the results at an address.
func whyHref(r *http.Request, address string, l value.ID) string {
	at, err := url.Parse(address)
	if err != nil || !account.From(r.Context()).May(account.ListingsSee) {
		return ""
	}
	params := at.Query()
	if category, in := strings.CutPrefix(at.Path, "/c/"); in {
		params.Set("category", category)
	}
	params.Set("listing", l.Text(listing.ShortID))
	return "/console/search/why?" + params.Encode()
}

// askedAbout is the search that whyHref named.
func (a *App) askedAbout(r *http.Request) (search.Query, error) {
	params := r.URL.Query()
	params.Del("listing")
	found, err := a.market.ReadSearch(r.Context(), site.From(r.Context()), text.FromContext(r.Context()).Locale(), "/search?"+params.Encode())
	found.Query.Sort = search.Sort(params.Get("sort"))
	return found.Query, err
}

// saveSearch leads to the form that saves a search, by way of the sign-in for visitors, or to the searches kept.
func saveSearch(r *http.Request, tx *db.Tx, address string) (templ.Component, error) {
	kept, err := saved.Kept(tx, account.From(r.Context()).Account, address)
	return saved.SaveButton{Address: address, Kept: kept}.View(), err
}

func saveButton(r *http.Request, tx *db.Tx, l listing.Listing) (templ.Component, error) {
	of := account.From(r.Context()).Account
	heart := follow.Heart{Listing: l.ID, Title: l.Title, SignedIn: of != 0, Next: r.URL.RequestURI(), Words: true}
	var err error
	if heart.Count, err = follow.CountOf(tx, l.ID); err != nil || of == 0 {
		return heart.View(), err
	}
	saved, err := follow.Saved(tx, of, []value.ID{l.ID})
	heart.Saved = saved[l.ID]
	return heart.View(), err
}

func followButton(r *http.Request, tx *db.Tx, seller value.ID) (templ.Component, error) {
	of := account.From(r.Context()).Account
	s, err := listing.FindSeller(tx, seller)
	if err != nil {
		return nil, err
	}
	button := follow.FollowButton{Seller: seller, Name: s.Name, SignedIn: of != 0, Next: r.URL.RequestURI()}
	if of != 0 {
		button.Following, err = follow.Follows(tx, of, seller)
	}
	return button.View(), err
}
