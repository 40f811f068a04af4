package record

import (
	"embed"
	"sync/atomic"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

//go:embed schema
var files embed.FS

// Schema returns the package's own tables. Those of objects are made by plans.
func Schema() db.Schema { return db.Schema{Feature: "record", Files: files} }

// Config is what records need to know of the site, and the objects that features bring along.
type Config struct {
	Currency func() string       // of the site, ISO 4217; nil = "EUR"
	Locale   func() value.Locale // of the site; nil = "en"
	Owned    []*Object           // whole objects of features: read here, written by their owners
	Declared []*Object           // objects that features declare; people add fields to them

	// Rate is how much of the site's currency one unit of another was worth on a day; nil converts nothing else.
	Rate func(currency string, on time.Time) (rate float64, known bool)
}

// Store keeps the records of one site. It is safe for use by several goroutines, and several processes may have one on
// the same database.
type Store struct {
	DB     *db.DB
	config Config
	latest atomic.Pointer[Catalog]
}

// New returns the records of a database. It does no input or output; call Ensure before the first use.
func New(d *db.DB, c Config) *Store {
	if c.Currency == nil {
		c.Currency = func() string { return "EUR" }
	}
	if c.Locale == nil {
		c.Locale = func() value.Locale { return "en" }
	}
	return &Store{DB: d, config: c}
}
