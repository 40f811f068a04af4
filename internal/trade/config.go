package trade

import (
	"embed"
	"io/fs"
	"net/http"

	"github.com/a-h/templ"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/safety"
	"fairground/internal/site"
	"fairground/internal/value"
)

//go:embed schema
var files embed.FS

//go:embed messages.*.json
var messages embed.FS

// Schema returns the package's tables. They refer to clearances, so safety's come first.
func Schema() db.Schema { return db.Schema{Feature: "trade", Files: files} }

// Messages are the words of this package in all languages, for text.New.
func Messages() fs.FS { return messages }

// Config is what the pages need. One Pages serves all sites.
type Config struct {
	// Page puts a page into the frame of members' pages.
	Page func(r *http.Request, title string, content templ.Component) templ.Component
	Desk func(s *site.Site) *Desk
}

// Desk keeps the trades of one site.
type Desk struct {
	DB         *db.DB
	Gate       *safety.Gate
	Tell       account.Teller
	Neighbours Neighbours
}

// Neighbours is what trades need from other rooms; each func is part of the caller's transaction. Those that may be nil
// say so.
type Neighbours struct {
	// Thing is the listing that a trade is about, whatever its status; NotFound when there is none.
	Thing func(tx *db.Tx, listing value.ID) (Thing, error)
	// Reserve, Free and Sold change the listing with the trade; the actor is always the system. An error of kind Conflict
	// or NotFound means that the listing is not in a state for it, which is no fault of the trade's: it goes on.
	Reserve func(tx *db.Tx, listing value.ID) error
	Free    func(tx *db.Tx, listing value.ID) error
	Sold    func(tx *db.Tx, listing value.ID) error
	// Seats are the accounts that may act for a seller.
	Seats func(tx *db.Tx, seller value.ID) ([]value.ID, error)
	// SellersOf are the sellers that an account may act for.
	SellersOf func(tx *db.Tx, account value.ID) ([]value.ID, error)
	// Sellers are the public faces of sellers. One that is missing is gone.
	Sellers func(tx *db.Tx, ids []value.ID) (map[value.ID]Face, error)
	// Strangers reports whether seller and account have no more to do with each other than a trade: no seat in the shop,
	// neither has blocked the other. It is asked when they agree. The desk itself asks Seats again before a review.
	Strangers func(tx *db.Tx, seller, account value.ID) (bool, error)
	// Name is the public name of a member; nil shortens the account's: "Anna M.".
	Name func(tx *db.Tx, a account.Account) (string, error)
	// Talk is what a conversation is about, for somebody who takes part in it; NotFound for anybody else. nil: nobody
	// can propose a deal by the pages.
	Talk func(tx *db.Tx, conversation, account value.ID) (Agreement, error)
	// Appeal hands an appeal against a refusal to staff; nil leaves it with the review, where staff see it.
	Appeal func(tx *db.Tx, a Appeal) error
	// ReportHref is where a review is reported; nil is the market's form of notices.
	ReportHref func(review value.ID) string
}

// Thing is a listing as trades show it.
type Thing struct {
	Title  string
	Href   string // empty when the public cannot see it any more
	Seller value.ID
}

// Face is a seller as trades show it.
type Face struct {
	Name     string
	Href     string
	Business bool
}

// Appeal is what the author of a refused review says against the refusal.
type Appeal struct {
	Review value.ID
	Author value.ID
	Text   string
}
