package reach

import (
	"embed"
	"io/fs"
	"net/http"
	"time"

	"github.com/a-h/templ"

	"fairground/internal/change"
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
	// MayPost reports whether an account may edit the listings of a seller: its owner or an editor.
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

	// Contact says whether an entry of the change log about a conversation begins one, and about which listing. Save says
	// the same of favourites, with 1 for one that was added and -1 for one taken away. Zero means neither.
	Contact func(tx *db.Tx, row change.Row) (listing value.ID, err error)
	Save    func(tx *db.Tx, row change.Row) (listing value.ID, by int, err error)
}

// Config is what the pages need from outside.
type Config struct {
	Desk func(s *site.Site) *Desk
	// Page puts the content of a page into the shell of members' pages. Titles are translated already.
	Page func(r *http.Request, title string, content templ.Component) templ.Component
}
