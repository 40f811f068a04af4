package network

import (
	"context"
	"embed"
	"io/fs"
	"time"

	"fairground/internal/db"
	"fairground/internal/media/part"
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
	Images      []pdq.Hash    // of photos whose hash is good enough to compare
	Parts       [][]part.Part // of photos, by which cropped copies are found
	Place       string
	Point       value.Point // made coarse here
	Made        time.Time
	Since       time.Time // when the account was made; zero: not known
	Live        bool      // the public sees it
	Ended       bool      // nobody sees it, and it waits for nobody: sold, expired, refused, removed
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

// Made is what became of a decision. Its acts are what is taken back together.
type Made struct {
	Acts    []value.ID
	Results []Result
}

// Decider carries decisions out, item by item, and takes them back. An error of Decide that wraps ErrProposed says that a
// second person has to confirm the acts that were written down; with any other nothing was done.
type Decider interface {
	Decide(ctx context.Context, actor value.Actor, items []Item, d Decision) (Made, error)
	Undo(ctx context.Context, actor value.Actor, act value.ID, reason string) ([]Result, error)
}

// Act is how far a decision or a proposal is.
type Act struct {
	Waits    bool   // for a second person
	Declined bool   // or withdrawn by its author
	By       string // who decided or declined, as value.Actor writes it
	Second   string // who confirmed
	Note     string // why it was declined
	Count    int    // of items
	At       time.Time
}

// Acts tells how far decisions are. What is not known is an error of kind NotFound.
type Acts interface {
	Act(tx *db.Tx, id value.ID) (Act, error)
}

// ErrProposed says that a decision waits for a second person.
var ErrProposed = value.Errorf(value.Conflict, "a second person has to confirm this")

// Config is what app gives the networks of one site.
type Config struct {
	DB        *db.DB
	Documents Documents
	Cases     Cases
	Acts      Acts                                                  // nil: no decision waits for a second person
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
