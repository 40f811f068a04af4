package market

import (
	"net/http"

	"github.com/a-h/templ"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/site"
	"fairground/internal/trade"
	"fairground/internal/value"
	"fairground/internal/web"
)

// Parts are what other rooms put on the public pages of a site. A nil one is absent. Each is asked within the read that
// makes the page. Pages are kept for visitors (Market.Keep), so for a request without a session a part must be the same
// whoever asks; what is personal appears only with a session.
type Parts struct {
	// Face is what the public sees of a seller beside name, town and year.
	Face func(r *http.Request, tx *db.Tx, s listing.Seller) (Face, error)
	// Contact is the form that writes to the seller of a listing, and makes an offer. It is not asked for one's own.
	Contact func(r *http.Request, tx *db.Tx, l listing.Listing) (templ.Component, error)
	// Hearts are the small buttons that save listings, for the corners of their cards; asked only for those signed in.
	Hearts func(r *http.Request, tx *db.Tx, listings []listing.Listing) (map[value.ID]templ.Component, error)
	// Save is the button that saves a listing, on its own page.
	Save func(r *http.Request, tx *db.Tx, l listing.Listing) (templ.Component, error)
	// Follow is the button that follows a seller. It is not asked for one's own.
	Follow func(r *http.Request, tx *db.Tx, seller value.ID) (templ.Component, error)
	// Own is what somebody may do with a listing of their own; asked only for those signed in. ok is false for others.
	Own func(r *http.Request, tx *db.Tx, l listing.Listing) (own Own, ok bool, err error)
	// Acts reports whether somebody signed in acts for a seller.
	Acts func(r *http.Request, tx *db.Tx, seller value.ID) (bool, error)
	// Viewed is told of every view of a listing's page, also when the page was kept. It must be quick.
	Viewed func(r *http.Request, listing value.ID)
	// SaveSearch is the button that saves a search, given by its address (Market.ReadSearch reads it).
	SaveSearch func(r *http.Request, tx *db.Tx, address string) (templ.Component, error)
	// Why is the address of the page that tells staff why a listing is where it is in a search; "" for everybody else.
	// It is asked only for those signed in.
	Why func(r *http.Request, search string, listing value.ID) string
	// Trades has ratings and reviews.
	Trades *trade.Desk
}

// Face is the public face of a seller.
type Face struct {
	Gone   bool   // suspended or erased: the page answers 410
	Known  bool   // there is a profile that was cleared, so the page exists without a listing
	Name   string // as the profile has it; empty for the seller's own
	About  string // first lines of it, for search engines
	Photo  string // address of the portrait on this site; empty for none
	Street string // of a shop; empty for private people
	Post   string // its postcode
	Town   string
	Page   templ.Component // the whole face with an h1 of the name, for the seller's own page
	Card   templ.Component // the short one beside a listing
}

// Own is where the seller of a listing works on it.
type Own struct {
	Edit    string // address; empty for none
	Figures string
}

// counted tells Viewed of every view, those of pages that were kept too: they are made once and shown often.
func (m *Market) counted(answer web.Handler) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		seen := &status{ResponseWriter: w}
		if err := answer(seen, r); err != nil || seen.code >= http.StatusMultipleChoices && seen.code != http.StatusNotModified {
			return err
		}
		parts := m.Services(site.From(r.Context())).Parts
		id, err := value.ParseID(listing.ShortID, r.PathValue("id"))
		if err == nil && parts.Viewed != nil {
			parts.Viewed(r, id)
		}
		return nil
	}
}

// status notes with which status a page was answered.
type status struct {
	http.ResponseWriter
	code int
}

// WriteHeader notes the status on its way.
func (s *status) WriteHeader(code int) {
	s.code = code
	s.ResponseWriter.WriteHeader(code)
}

// Unwrap is for http.ResponseController.
func (s *status) Unwrap() http.ResponseWriter { return s.ResponseWriter }

// signedIn reports whether the request has a session.
func (v *visit) signedIn() bool { return !account.From(v.ctx).IsZero() }

// saving fetches the hearts for the cards of a page.
func (v *visit) saving(tx *db.Tx, listings []listing.Listing) error {
	if v.Parts.Hearts == nil || !v.signedIn() || len(listings) == 0 {
		return nil
	}
	found, err := v.Parts.Hearts(v.r, tx, listings)
	if err != nil {
		return err
	}
	if v.hearts == nil {
		v.hearts = make(map[value.ID]templ.Component)
	}
	for id, heart := range found {
		v.hearts[id] = heart
	}
	return nil
}

// face is the public face of a seller, without a profile what the listing says.
func (v *visit) face(tx *db.Tx, s listing.Seller) (Face, error) {
	face := Face{}
	if v.Parts.Face != nil {
		var err error
		if face, err = v.Parts.Face(v.r, tx, s); err != nil {
			return face, err
		}
	}
	if face.Name == "" {
		face.Name, face.Town = s.Name, s.Town
	}
	return face, nil
}

// rating is a seller's rating; an empty one where there are no reviews.
func (v *visit) rating(tx *db.Tx, seller value.ID) (trade.Rating, error) {
	if v.Parts.Trades == nil {
		return trade.Rating{}, nil
	}
	return trade.Summary(tx, seller)
}
