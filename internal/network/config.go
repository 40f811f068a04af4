package network

import (
	"context"
	"embed"
	"io/fs"
	"time"

	"fairground/internal/db"
	"fairground/internal/media/pdq"
	"fairground/internal/safety"
	"fairground/internal/value"
)

//go:embed schema
var files embed.FS

//go:embed messages.*.json
var messages embed.FS

// Schema returns the package's tables.
func Schema() db.Schema { return db.Schema{Feature: "network", Files: files} }

// Messages are the words of this package in all languages, for text.New.
func Messages() fs.FS { return messages }

// Object is the kind of a network in the change log and of its case; Kind is that of its outside id.
const (
	Object = "network"
	Kind   = "nwk"

	listingObject = "listing"
)

// Listing is what is read of a listing that exists, in whatever state.
type Listing struct {
	ID, Account value.ID
	Title, Body string
	Phones      []string // beside those in the text
	Mails       []string
	Images      []pdq.Hash // of photos whose hash is good enough to compare
	Place       string
	Point       value.Point // made coarse here
	Made        time.Time
	Since       time.Time // when the account was made; zero: not known
	Live        bool      // the public sees it
}

// Documents reads listings: all that were ever screened and are not erased, also held and removed ones, because a copy of what was
// removed is worth knowing. Drafts are none.
type Documents interface {
	After(tx *db.Tx, after value.ID, limit int) ([]Listing, error) // by id, upwards
	Of(tx *db.Tx, ids []value.ID) ([]Listing, error)               // in any order; what does not exist is left out
}

// Cases brings a network to people: kind is "network", object Object. It may be called again for a record whose case is open, and
// leaves that as it is.
type Cases interface {
	Open(tx *db.Tx, kind, object string, record value.ID, why string) error
}

// Item is one listing that a decision is about.
type Item struct {
	Object string
	Record value.ID
}

// Decision is what staff ruled about the listings of a network.
type Decision struct {
	Network value.ID
	Measure string
	Ground  string
	Reason  string
}

// Result is what became of one item.
type Result struct {
	Item Item
	Err  error
}

// Decider carries a decision out, item by item. An error that wraps ErrProposed says that a second person has to confirm
// what was written down; with any other nothing was done.
type Decider interface {
	Decide(ctx context.Context, actor value.Actor, items []Item, d Decision) ([]Result, error)
}

// ErrProposed says that a decision waits for a second person.
var ErrProposed = value.Errorf(value.Conflict, "a second person has to confirm this")

// Config is what app gives the networks of one site.
type Config struct {
	DB        *db.DB
	Documents Documents
	Cases     Cases
	Rescreen  func(tx *db.Tx, object string, record value.ID) error // screens a live listing again
	Key       []byte                                                // of the site; hashes what listings share
	Directory string                                                // of snapshots; empty: none are kept
	Regions   []string                                              // as in copies.Options
	Ignore    []string                                              // as in copies.Options
	Bar       float64                                               // the score from which people are asked; 0 means DefaultBar
}

// The least that is brought to people.
const (
	DefaultBar    = .45 // three new accounts with one text reach it, three old ones with one greeting do not
	leastAccounts = 3
)

var _ safety.Networks = (*Desk)(nil)
