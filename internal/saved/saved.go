package saved

import (
	"context"
	"embed"
	"io/fs"
	"net/http"
	"sync"
	"time"

	"github.com/a-h/templ"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/search"
	"fairground/internal/search/words"
	"fairground/internal/site"
	"fairground/internal/value"
	"fairground/internal/web"
)

//go:embed schema
var files embed.FS

//go:embed messages.*.json
var messages embed.FS

// Schema returns the package's tables, for each site's database.
func Schema() db.Schema { return db.Schema{Feature: "saved", Files: files} }

// Messages are the words of this package in all languages, for text.New.
func Messages() fs.FS { return messages }

const (
	foundAlert  = "saved.found"
	digestAlert = "saved.digest"
	asleepAlert = "saved.asleep"
)

// Alerts are the kinds of alert that this package writes. Whoever saves a search and says how often waits for them, so
// they are mailed unless switched off.
func Alerts() []account.AlertKind {
	return []account.AlertKind{{Name: foundAlert, Service: true}, {Name: digestAlert, Service: true}, {Name: asleepAlert, Service: true}}
}

// Object names saved searches in the change log.
const Object = "saved_search"

// The kinds of the outside ids in this package's addresses.
const (
	searchID  = "sav"
	listingID = "lst"
)

// Photo is the first photo of a listing, as package media keeps it.
type Photo struct {
	Sha256 string
	Width  int // pixels of the largest size
	Height int
	Colour string // shown until the photo is there, #rrggbb
}

// Listing is a listing as everybody may see it now.
type Listing struct {
	ID     value.ID
	Seller value.ID
	Title  string
	Href   string      // of its page
	Price  value.Money // no currency: no price is stated
	Place  string
	Photo  Photo // zero: none
}

// Reading is what an address of results asks for.
type Reading struct {
	Address string       // canonical, without the page
	Query   search.Query // without facets
	Title   string       // in a few words, such as "trek bicycle in Bicycles"
	Chips   []string     // what it narrows by, one by one
}

// Reader reads addresses of results. It returns an error of kind NotFound for one that makes no sense any more, such as of
// a category that is gone, and of kind Invalid for one that is no address of results. Words are in the language of ctx,
// which carries the site.
type Reader interface {
	ReadSearch(ctx context.Context, address string) (Reading, error)
}

// Rooms is what this package asks of one site.
type Rooms interface {
	Reader
	// Documents are as the index has them: only of listings that everybody may see now.
	search.Source
	// Listings returns those of the ids that everybody may see now.
	Listings(tx *db.Tx, ids []value.ID) (map[value.ID]Listing, error)
	// Unwelcome returns which of some accounts shall hear nothing of a seller: they act for the seller, or either side
	// blocked the other.
	Unwelcome(tx *db.Tx, seller value.ID, accounts []value.ID) (map[value.ID]bool, error)
	// Analyzer takes words apart as the index does; another one is another pointer.
	Analyzer() *words.Analyzer
}

// Config is what a Desk needs from outside.
type Config struct {
	Clock  value.Clock // for limits
	Teller account.Teller
	Rooms  func(s *site.Site) Rooms
	// Origin is scheme and host of a site, without a slash at the end, for addresses in mails.
	Origin func(s *site.Site) string
	// Page puts the content of a page into the site's shell; titles are translated already.
	Page func(r *http.Request, title string, content templ.Component) templ.Component
	// Plain is Page for somebody who is not signed in; nil is Page.
	Plain func(r *http.Request, title string, content templ.Component) templ.Component
}

// Desk is the room of saved searches. One serves all sites.
type Desk struct {
	config  Config
	changes *web.Limiter
	strange *web.Limiter // what one network tries without signing in

	mu      sync.Mutex
	shelves map[string]*shelf // by slug
}

// Bounds of what one member can keep.
const (
	MostSearches = 50
	LongestName  = 80 // characters

	longestAddress = 2_000 // bytes
)

// New returns a Desk. It panics when something is missing: that is a mistake of the program.
func New(c Config) *Desk {
	if c.Clock == nil || c.Teller == nil || c.Rooms == nil || c.Origin == nil || c.Page == nil {
		panic("saved.New: only Plain may be left out")
	}
	if c.Plain == nil {
		c.Plain = c.Page
	}
	limiter := func(events int) *web.Limiter {
		return web.NewLimiter(c.Clock, web.Rate{Events: events, Per: 10 * time.Minute}, 50_000)
	}
	return &Desk{config: c, changes: limiter(120), strange: limiter(120), shelves: make(map[string]*shelf)}
}

// Jobs are the handlers of a site's queue that this package needs. Each runs for seconds at most; the first matches after a
// start load the searches, step by step.
func (d *Desk) Jobs(s *site.Site) []job.Handler {
	at := func(run func(context.Context, *site.Site, job.Claim) error) func(context.Context, job.Claim) error {
		return func(ctx context.Context, c job.Claim) error { return run(site.With(ctx, s), s, c) }
	}
	return []job.Handler{
		{Kind: matchJob, Run: at(d.match)},
		{Kind: tellJob, Run: at(d.tellLater)},
		{Kind: digestJob, Run: at(d.digest)},
		{Kind: tendJob, Run: at(d.tend), Every: 6 * time.Hour},
	}
}
