package profile

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
)

//go:embed schema
var files embed.FS

//go:embed messages.*.json
var messages embed.FS

// Schema returns the package's tables. They refer to clearances, so safety's come first.
func Schema() db.Schema { return db.Schema{Feature: "profile", Files: files} }

// Messages are the words of this package in all languages, for text.New.
func Messages() fs.FS { return messages }

// Alerts are the kinds of alert that this package tells.
func Alerts() []account.AlertKind {
	return []account.AlertKind{
		{Name: "profile.decided", Service: true, Duty: true},
		{Name: "profile.invited", Service: true},
		{Name: "profile.joined", Service: true},
	}
}

// Object is what the change log and screening call a profile; its record is the seller.
const Object = "profile"

// The kinds of outside ids that this package reads and writes.
const (
	SellerShortID = "sel"
	inviteShortID = "inv"
)

// Role is what somebody may do for a shop.
type Role string

// The roles, the one that may most first.
const (
	Owner  Role = "owner"  // everything, and the team
	Editor Role = "editor" // its listings and messages
	Agent  Role = "agent"  // its messages
)

// roles lists them, the one that may least first, as a form offers them.
var roles = []Role{Agent, Editor, Owner}

// mayLead reports whether the role may decide who is in the team, and what the public reads of the shop.
func (r Role) mayLead() bool { return r == Owner }

// firstPage is where a role begins among the pages of a shop.
func (r Role) firstPage() string {
	if r.mayLead() {
		return "profile"
	}
	return "team"
}

// Seller is what package listing knows of somebody who sells.
type Seller struct {
	ID       value.ID
	Business bool
	Name     string // the cleared one
	Town     string
	Since    time.Time
	Verified time.Time // zero when the identity was not verified
}

// Seat says that an account acts for a seller.
type Seat struct {
	Seller  value.ID
	Account value.ID
	Role    Role
	Since   time.Time
}

// Sellers is what this package needs of package listing; app fulfils it.
type Sellers interface {
	// Find returns those of the sellers that exist, in no order.
	Find(tx *db.Tx, ids []value.ID) ([]Seller, error)
	// Own returns the private seller of an account, made with its owner's seat when there is none.
	Own(tx *db.Tx, account value.ID, name, town string, since time.Time) (Seller, error)
	// Open adds a business with its first owner.
	Open(tx *db.Tx, s Seller, owner value.ID) error
	// Rename gives a seller a name and a town that were cleared.
	Rename(tx *db.Tx, seller value.ID, name, town string) error
	// Seats lists who acts for a seller, Held the sellers somebody acts for.
	Seats(tx *db.Tx, seller value.ID) ([]Seat, error)
	Held(tx *db.Tx, account value.ID) ([]Seat, error)
	// Give gives a seat, or another role to who has one. Take takes it away; the last owner stays: Conflict.
	Give(tx *db.Tx, s Seat) error
	Take(tx *db.Tx, seller, account value.ID) error
}

// Photos takes in photos: media.Photos.
type Photos interface {
	Process(ctx context.Context, r io.Reader) (media.Photo, error)
}

// Answering is how a seller answers messages.
type Answering struct {
	Conversations int           // that were begun by others, lately
	Share         float64       // of them that were answered, from 0 to 1
	Typical       time.Duration // until the first answer, in the middle of all
}

// Desk keeps the profiles of one site.
type Desk struct {
	DB      *db.DB
	Gate    *safety.Gate
	Sellers Sellers
	// Answers says how a seller answers; nil when nothing is known of anybody.
	Answers func(tx *db.Tx, seller value.ID) (Answering, error)
	// Alerts tells members of decisions and invitations; nil tells nobody.
	Alerts account.Teller
}

// Config is what the pages need from outside.
type Config struct {
	Desk   func(s *site.Site) *Desk
	Photos func(s *site.Site) Photos
	// Letters mails invitations to those who have no account yet; nil mails nothing.
	Letters account.Post
	// Page puts the content of a page into the shell of members' pages. Titles are translated already.
	Page func(r *http.Request, title string, content templ.Component) templ.Component
	// Plain does so for the page of an invitation, which visitors see too; nil is Page.
	Plain func(r *http.Request, title string, content templ.Component) templ.Component
	// Public is the address of a seller's public page; empty when there is none.
	Public func(s Seller) string
	Clock  value.Clock // of the limits; nil is the machine's
}
