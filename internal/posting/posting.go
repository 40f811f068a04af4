package posting

import (
	"embed"
	"io/fs"
	"net/http"
	"time"

	"github.com/a-h/templ"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/media"
	"fairground/internal/site"
	"fairground/internal/value"
	"fairground/internal/web"
)

//go:embed messages.*.json
var messages embed.FS

// Messages are the words of these pages in all languages, for text.New.
func Messages() fs.FS { return messages }

// Services are what the pages of one site work on.
type Services struct {
	Desk      *listing.Desk
	Photos    *media.Photos
	Suggester *listing.Suggester
}

// Figures are how much a listing was looked at.
type Figures struct {
	Views    int
	Saves    int
	Contacts int
}

// Config is what Posting needs from outside.
type Config struct {
	Clock    value.Clock // for limits; nil is the machine's
	Services func(s *site.Site) Services

	// Page puts the content of a page of somebody signed in into the site's shell, beside the navigation of members.
	Page func(r *http.Request, title string, content templ.Component) templ.Component
	// Form puts a page that visitors see too into the public shell, without that navigation. Both load the member bundle.
	Form func(r *http.Request, title string, content templ.Component) templ.Component
	// Figures of many listings at once; nil shows none.
	Figures func(tx *db.Tx, listings []value.ID) (map[value.ID]Figures, error)
	// AppealHref is where somebody reads the reasons of a refusal and appeals it; empty, or nil, names the site's mail
	// address.
	AppealHref func(tx *db.Tx, l listing.Listing) (string, error)
	// FiguresHref is where a listing's figures over time are; nil links nowhere.
	FiguresHref func(l listing.Listing) string

	ByMember *web.Limiter // photos and their changes by one member or visitor; nil is 600 in an hour
	BySaving *web.Limiter // drafts kept by one network; nil is 120 in a minute
}

// Posting answers the requests for these pages. One serves all sites.
type Posting struct{ config Config }

const mostKeys = 100_000 // members and networks that limits remember

// New returns a Posting. It panics without services or shells, because that is a mistake of the program.
func New(c Config) *Posting {
	if c.Services == nil || c.Page == nil || c.Form == nil {
		panic("posting.New: it needs services, a page and a form")
	}
	if c.Clock == nil {
		c.Clock = value.SystemClock{}
	}
	if c.ByMember == nil {
		c.ByMember = web.NewLimiter(c.Clock, web.Rate{Events: 600, Per: time.Hour}, mostKeys)
	}
	if c.BySaving == nil {
		c.BySaving = web.NewLimiter(c.Clock, web.Rate{Events: 120, Per: time.Minute}, mostKeys)
	}
	return &Posting{config: c}
}

// who names the member, or the network of a visitor, for limits.
func who(r *http.Request) string {
	if session := account.From(r.Context()); !session.IsZero() {
		return session.Account.Text("acc")
	}
	return web.ClientNetwork(r)
}
