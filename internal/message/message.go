package message

import (
	"context"
	"embed"
	"io"
	"io/fs"
	"net/http"
	"time"

	"github.com/a-h/templ"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/media"
	"fairground/internal/safety"
	"fairground/internal/site"
	"fairground/internal/value"
	"fairground/internal/web"
)

//go:embed schema/*.sql
var files embed.FS

//go:embed messages.*.json
var messages embed.FS

// Schema returns the package's tables, for each site's database.
func Schema() db.Schema { return db.Schema{Feature: "message", Files: files} }

// Messages are the words of this package in all languages, for text.New.
func Messages() fs.FS { return messages }

// Kinds of ids in addresses.
const (
	ConversationKind = "cnv"
	MessageKind      = "msg"
	offerKind        = "ofr"
	listingKind      = "lst"
	sellerKind       = "sel"
)

// Objects of this package in the change log. A message is also the object of its screenings and reviews.
const (
	ConversationObject = "conversation"
	MessageObject      = "message"
	OfferObject        = "offer"
)

// Config is what the rest of the program tells this package; app fulfils it. Everything is needed but what says that it
// may be nil.
type Config struct {
	// Page puts a page into the shell of members, Console into that of staff.
	Page    func(r *http.Request, title string, content templ.Component) templ.Component
	Console func(r *http.Request, title string, content templ.Component) templ.Component
	// Plain does so for a page that visitors see too; nil is Page.
	Plain func(r *http.Request, title string, content templ.Component) templ.Component
	Clock value.Clock
	Room  func(s *site.Site) Room

	// Listings finds listings in any state; those that are gone for good are missing from the answer.
	Listings func(tx *db.Tx, ids []value.ID) (map[value.ID]Listing, error)
	// Seats are the accounts that may answer for a seller; none when nobody can be written to.
	Seats func(tx *db.Tx, seller value.ID) ([]value.ID, error)
	// SellersOf are the sellers for whom an account may answer, its own private one first.
	SellersOf func(tx *db.Tx, account value.ID) ([]Seller, error)
	// Persons finds members; those erased are missing from the answer.
	Persons func(tx *db.Tx, ids []value.ID) (map[value.ID]Person, error)
	// Blocked reports whether either of two members has blocked the other.
	Blocked func(tx *db.Tx, a, b value.ID) (bool, error)
	// Leads are the sellers for which an account decides who may write to them, its own private one first. nil: nobody
	// decides, and whoever is signed in may write.
	Leads func(tx *db.Tx, account value.ID) ([]Seller, error)
	// Proving is the page where members prove their telephone number. It leads back to what the parameter next names.
	Proving string
	// Known says what is known here of one side of a conversation, for the other: verified facts and history. nil leaves
	// it out.
	Known func(tx *db.Tx, c Conversation, of Side) (templ.Component, error)
	// Block lets one member block another. nil: a block is then kept by the conversation alone.
	Block func(tx *db.Tx, by, whom value.ID) error
	// BlockedPage is where members see whom they blocked, such as /account/blocked.
	BlockedPage string
	// Deal is the page of what the two of a conversation agreed, made, or where they say that they agreed without an
	// offer; nil leaves it out.
	Deal func(tx *db.Tx, c Conversation) (href string, made bool, err error)
	// Report files a notice and returns the code by which its author follows it.
	Report func(tx *db.Tx, r Report) (code string, err error)
	// Agreed is told of an accepted offer, in the write that accepts it; an error takes the acceptance back.
	Agreed func(tx *db.Tx, a Agreement) error
	Teller account.Teller
	// Grounds are the reasons one may choose in a report, and their words.
	Grounds func(ctx context.Context) []Ground
}

// Room is what a site has for this package. It is asked for anew with every request.
type Room struct {
	Gate   *safety.Gate
	Photos Photos
	Blobs  Blobs
	// ReplyDomain is where mail to aliases arrives; empty when the site takes none in.
	ReplyDomain string
	// ScanAll has the rules read every message before it is delivered; otherwise they read reported conversations.
	ScanAll bool
	// Veils reports whether a photo is near one that nobody may see; nil: none is. It is asked as a photo is sent and each
	// time it is shown.
	Veils func(ctx context.Context, sha256 string) (bool, error)
}

// veiled reports whether nobody may see one of some photos.
func (r Room) veiled(ctx context.Context, shas ...string) (bool, error) {
	for _, sha := range shas {
		if r.Veils == nil {
			return false, nil
		}
		if veiled, err := r.Veils(ctx, sha); veiled || err != nil {
			return true, err
		}
	}
	return false, nil
}

// Photos takes photos in; media.Photos is one.
type Photos interface {
	Process(ctx context.Context, r io.Reader) (media.Photo, error)
}

// Blobs opens a stored photo; media.Blobs is one.
type Blobs interface {
	Open(ctx context.Context, key string) (io.ReadSeekCloser, error)
}

// Listing is what a conversation is about, as far as this package needs to know.
type Listing struct {
	ID       value.ID
	Title    string
	Href     string // path of its page; empty when it has none any more
	Category string // path of slugs, for the rules
	Photo    media.Photo
	Price    value.Money
	Seller   Seller
	Status   string // live, reserved, sold, paused, expired, removed …; its words are "message.status.STATUS"
	Open     bool   // new conversations may begin
	Removed  bool   // by staff, or for good: its aliases are dead
}

// Seller is who offers it.
type Seller struct {
	ID       value.ID
	Name     string
	Business bool
}

// Person is a member.
type Person struct {
	Name      string
	Locale    value.Locale
	Email     value.Email
	Verified  bool // the address was proven
	SeenMarks bool // lets others know what was read, and is told the same in turn
	Age_days  int  // of the account
	Joined    time.Time
	Phone     bool // a telephone number was proven by a code
	Suspended bool // nothing is taken from them, on whatever path it comes
}

// Report is what one side says of a conversation.
type Report struct {
	Conversation value.ID
	By           value.ID // the account
	Ground       string
	Text         string
}

// Ground is a reason for a report.
type Ground struct{ Value, Text string }

// Agreement is an offer that was accepted.
type Agreement struct {
	Conversation value.ID
	Listing      value.ID
	Seller       value.ID
	Buyer        value.ID // the account
	Price        value.Money
}

// Desk is this package at work. One Desk serves all sites; the site is that of the request, or of the context.
type Desk struct {
	config Config
	limits limits
}

// New returns a Desk.
func New(c Config) *Desk {
	if c.Clock == nil {
		c.Clock = value.SystemClock{}
	}
	return &Desk{config: c, limits: newLimits(c.Clock)}
}

// Alerts are what this package tells members of.
func Alerts() []account.AlertKind {
	return []account.AlertKind{
		{Name: newAlert, Service: true},
		{Name: offerAlert, Service: true},
		{Name: refusedAlert, Duty: true},
	}
}

const (
	newAlert     = "message.new"
	offerAlert   = "message.offer"
	refusedAlert = "message.refused"
)

var (
	_ Photos    = (*media.Photos)(nil)
	_ Blobs     = (media.Blobs)(nil)
	_ web.Guard = account.SignedIn
)
