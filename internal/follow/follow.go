package follow

import (
	"embed"
	"io/fs"
	"net/http"
	"time"

	"github.com/a-h/templ"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/site"
	"fairground/internal/value"
	"fairground/internal/web"
)

//go:embed schema
var files embed.FS

//go:embed messages.*.json
var messages embed.FS

// Schema returns the package's tables, for each site's database.
func Schema() db.Schema { return db.Schema{Feature: "follow", Files: files} }

// Messages are the words of this package in all languages, for text.New.
func Messages() fs.FS { return messages }

const (
	priceDrop  = "follow.price_drop"
	newListing = "follow.new_listing"
)

// Alerts are the kinds of alert that this package writes.
func Alerts() []account.AlertKind {
	return []account.AlertKind{{Name: priceDrop}, {Name: newListing}}
}

// The kinds of the outside ids in this package's addresses.
const (
	listingID = "lst"
	sellerID  = "sel"
)

// Photo is the first photo of a listing, as package media keeps it.
type Photo struct {
	Sha256 string
	Width  int // pixels of the largest size
	Height int
	Colour string // shown until the photo is there, #rrggbb
}

// Listing is a listing as the public may see it, or may still be told of it.
type Listing struct {
	ID         value.ID
	Seller     value.ID
	SellerName string
	Title      string
	Href       string      // of its page; empty when it has ended
	Price      value.Money // no currency: no price is stated
	Place      string
	Photo      Photo // zero: none
	Business   bool
	Visible    bool   // everybody may see it now
	Ended      string // when it is not visible: "sold", "expired" or "paused"
}

// Seller is who offers, as the public sees them.
type Seller struct {
	ID       value.ID
	Name     string
	Town     string
	Href     string // of their page
	Business bool
	Listings int // visible now
}

// Rooms is what this package reads of one site.
type Rooms interface {
	// Listings returns those of the ids that may be shown: Visible ones, and ended ones (sold, expired, paused) whose
	// present content is still covered by a clearance. Anything else is left out.
	Listings(tx *db.Tx, ids []value.ID) (map[value.ID]Listing, error)
	// Sellers returns those of the ids that have a page.
	Sellers(tx *db.Tx, ids []value.ID) (map[value.ID]Seller, error)
	// Apart reports whether an account and a seller must not meet: either side blocked the other.
	Apart(tx *db.Tx, account, seller value.ID) (bool, error)
	// Own reports whether an account acts for a seller.
	Own(tx *db.Tx, account, seller value.ID) (bool, error)
}

// Config is what a Desk needs from outside.
type Config struct {
	Clock  value.Clock // for limits
	Teller account.Teller
	Rooms  func(s *site.Site) Rooms
	// Page puts the content of a page into the site's shell; titles are translated already.
	Page func(r *http.Request, title string, content templ.Component) templ.Component
}

// Desk is the room of what members keep an eye on. One serves all sites.
type Desk struct {
	config  Config
	changes *web.Limiter
}

// Bounds of what one member can keep.
const (
	MostFavourites = 1000
	MostFollowing  = 500
)

// New returns a Desk. It panics when something is missing: that is a mistake of the program.
func New(c Config) *Desk {
	if c.Clock == nil || c.Teller == nil || c.Rooms == nil || c.Page == nil {
		panic("follow.New: nothing may be left out")
	}
	return &Desk{config: c, changes: web.NewLimiter(c.Clock, web.Rate{Events: 300, Per: 10 * time.Minute, Burst: 120}, 50_000)}
}

// Jobs are the handlers of a site's queue that this package needs.
func (d *Desk) Jobs(s *site.Site) []job.Handler {
	return []job.Handler{
		{Kind: priceJob, Run: d.at(s, d.tellPrice)},
		{Kind: newsJob, Run: d.at(s, d.tellNews)},
	}
}
