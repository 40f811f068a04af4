package record

import (
	"context"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

// Query asks for records of one object. Whatever it names must be visible to the asker.
type Query struct {
	Object string
	Filter string   // CEL; "" = all
	Search string   // words that the searchable fields hold; the last one may be the beginning of a word
	Sort   []Sort   // default: newest first
	Fields []string // nil = all
	Expand []string // references whose records are wanted whole: "owner", "owner.business"; two levels at most
	After  string   // Page.Next of the page before
	Limit  int      // default 50, at most MostRecords
	Trash  bool     // those in the trash instead
}

// Sort is one key of an order. Empty values come last in both directions.
type Sort struct {
	Field string `json:"field"` // a field's key, or id, created, updated
	Down  bool   `json:"down,omitempty"`
}

// MostRecords is how many records one page may hold.
const MostRecords = 1_000

const usualRecords = 50

// Page is one page of records.
type Page struct {
	Object  *Seen
	Records []*Record
	Next    string // Query.After of the next page; "" = this is the last
	Took    time.Duration
}

// Reader reads inside a transaction that somebody else opened. It must not be used after it.
type Reader struct {
	store *Store
	tx    *db.Tx
}

// In returns a Reader for a transaction.
func (s *Store) In(tx *db.Tx) *Reader { return &Reader{s, tx} }

// reading runs fn with a Reader of its own.
func (s *Store) reading(ctx context.Context, fn func(*Reader) error) error {
	return s.DB.Read(ctx, func(tx *db.Tx) error { return fn(s.In(tx)) })
}

// Find returns a page of records.
func (s *Store) Find(ctx context.Context, a Asker, q Query) (page Page, err error) {
	began := time.Now()
	err = s.reading(ctx, func(r *Reader) error {
		page, err = r.Find(a, q)
		return err
	})
	page.Took = time.Since(began)
	return page, err
}

// Get returns one record. One that the asker may not see is NotFound, as is one in the trash.
func (s *Store) Get(ctx context.Context, a Asker, object string, id value.ID, expand ...string) (rec *Record, err error) {
	err = s.reading(ctx, func(r *Reader) error {
		rec, err = r.Get(a, object, id, expand...)
		return err
	})
	return rec, err
}

// Count counts the records that a query finds, but never past most; more tells that there are others.
func (s *Store) Count(ctx context.Context, a Asker, q Query, most int) (n int, more bool, err error) {
	err = s.reading(ctx, func(r *Reader) error {
		n, more, err = r.Count(a, q, most)
		return err
	})
	return n, more, err
}

// Find is Store.Find.
func (r *Reader) Find(a Asker, q Query) (Page, error) { return Page{}, notBuilt }

// Get is Store.Get.
func (r *Reader) Get(a Asker, object string, id value.ID, expand ...string) (*Record, error) {
	return nil, notBuilt
}

// Count is Store.Count.
func (r *Reader) Count(a Asker, q Query, most int) (int, bool, error) { return 0, false, notBuilt }
