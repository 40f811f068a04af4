package reach

import (
	"embed"
	"io/fs"
	"net/http"
	"time"

	"github.com/a-h/templ"

	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/value"
)

//go:embed schema
var files embed.FS

//go:embed messages.*.json
var messages embed.FS

// Schema returns the package's table.
func Schema() db.Schema { return db.Schema{Feature: "reach", Files: files} }

// Messages are the words of this package in all languages, for text.New.
func Messages() fs.FS { return messages }

// The kinds of outside ids in addresses.
const (
	listingShortID = "lst"
	sellerShortID  = "sel"
)

// Listing is what this package shows of a listing.
type Listing struct {
	ID        value.ID
	Seller    value.ID
	Title     string
	Href      string // its public page; empty while it has none
	Published time.Time
}

// Listings is what this package needs of package listing; app fulfils it.
type Listings interface {
	// Find returns those of the listings that exist, in no order.
	Find(tx *db.Tx, ids []value.ID) ([]Listing, error)
	// ActsFor reports whether an account has any seat at a seller, MayPost whether it may edit the seller's listings.
	ActsFor(tx *db.Tx, seller, account value.ID) (bool, error)
	MayPost(tx *db.Tx, seller, account value.ID) (bool, error)
	// SellerName is a seller's public name; NotFound when there is no such seller.
	SellerName(tx *db.Tx, seller value.ID) (string, error)
}

// Desk keeps the figures of one site.
type Desk struct {
	DB       *db.DB
	Listings Listings
	Counter  *Counter
	Zone     func() *time.Location // of the site, at present; nil is UTC
}

// Config is what the pages need from outside.
type Config struct {
	Desk func(s *site.Site) *Desk
	// Page puts the content of a page into the shell of members' pages. Titles are translated already.
	Page func(r *http.Request, title string, content templ.Component) templ.Component
}
