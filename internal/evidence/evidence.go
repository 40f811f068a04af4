package evidence

import (
	"context"
	"embed"
	"io/fs"
	"time"

	"fairground/internal/db"
	"fairground/internal/media"
	"fairground/internal/value"
)

//go:embed schema
var files embed.FS

//go:embed messages.*.json
var messages embed.FS

// Schema returns the package's tables.
func Schema() db.Schema { return db.Schema{Feature: "evidence", Files: files} }

// Messages are the words of this package, for text.New.
func Messages() fs.FS { return messages }

// Object is what a preservation is called in the change log.
const Object = "evidence"

// Kind begins the short id of a preservation.
const Kind = "evi"

// Reason is why something is preserved; it decides how long.
type Reason string

// The reasons, and how long a hold lasts.
const (
	Severe  Reason = "severe"  // a severe decision of the site: a year
	Request Reason = "request" // a request of an authority: 90 days
)

// Lasts is how long a hold lasts, and by how much it is renewed.
func (r Reason) Lasts() time.Duration {
	if r == Request {
		return 90 * 24 * time.Hour
	}
	return 365 * 24 * time.Hour
}

// State is what has become of a preservation.
type State string

// The states. There is a hold in the first two.
const (
	Collecting State = "collecting"
	Sealed     State = "sealed"
	Released   State = "released"
)

// About is what a decision knows of the record it is about, at its moment.
type About struct {
	Author value.ID     `json:"author"`
	Name   string       `json:"name"`
	Email  value.Email  `json:"email"`
	Locale value.Locale `json:"locale"`
	Title  string       `json:"title"`
	Href   string       `json:"href"`
	Texts  []string     `json:"texts"`
	Photos []string     `json:"photos"` // SHA-256
	Made   time.Time    `json:"made"`
}

// Part is one file of a package.
type Part struct {
	Name   string // such as listing.json or photo/0123abcd.webp: lower case, digits, - _ . and /
	Bytes  []byte
	Source string    // where it was taken from, in words
	At     time.Time // when what it shows was made; zero if unknown
	PDQ    string    // of a photo, hexadecimal; empty if unknown
}

// Package is what a Collector found.
type Package struct {
	Parts   []Part
	Members []value.ID // accounts concerned beside the author
	Missing []string   // what could not be collected, and why
}

// Collector finds everything that concerns a record: its content and all versions as JSON, photos, the messages
// concerned, what is known of the account. An error makes the job try again; what is gone for good belongs into
// Package.Missing. app fulfils it.
type Collector interface {
	Collect(ctx context.Context, object string, record value.ID, about About) (Package, error)
}

// Evidence is one preservation.
type Evidence struct {
	ID        value.ID
	Object    string
	Record    value.ID
	Author    value.ID
	Decision  value.ID
	Reason    Reason
	Note      string
	State     State
	HoldUntil time.Time
	Made      time.Time
	About     *About // only while collecting
	File      string // key of the stored package
	Sha256    string // of the stored package
	Bytes     int64  // of the stored package
	Manifest  Manifest
	Sealed    time.Time
	Released  time.Time
	Destroyed time.Time
}

// Holds reports whether the hold is in force.
func (e Evidence) Holds(now time.Time) bool { return e.State != Released && e.HoldUntil.After(now) }

// Duties begins and ends the duties of a site, in the transaction that causes them.
type Duties interface {
	BeginUntil(tx *db.Tx, kind, object string, record value.ID, due time.Time) error
	Discharge(tx *db.Tx, kind, object string, record value.ID, by string) error
}

const holdDuty = "preservation_year"

// Vault preserves for one site.
type Vault struct {
	DB        *db.DB
	Files     media.Blobs
	Collector Collector
	Secret    []byte                          // 32 bytes that only this site has, for packages that no two people can open yet
	SealLog   func(ctx context.Context) error // seals the change log up to now, so that receipts can be enclosed; nil leaves it to time
	// Duties are the clocks of what the law asks: a hold is renewed or ended before its time. Nil leaves them out.
	Duties Duties
	// Erase erases what was left of an account that asked for it while it was held, and notes it (MayErase, Erased). It runs
	// in a job when the last hold has ended; nil: nobody is erased.
	Erase  func(ctx context.Context, account value.ID) error
	Effort int // log2 of the work of guessing a passphrase; 0 means 15 (32 MB, a tenth of a second)
}
