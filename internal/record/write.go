package record

import (
	"context"

	"fairground/internal/db"
	"fairground/internal/value"
)

// Verb is what one Write of a batch does.
type Verb string

// The verbs. An upsert updates the living record that has the same value in the unique field Key, or makes one.
const (
	DoCreate Verb = "create"
	DoUpdate Verb = "update"
	DoUpsert Verb = "upsert"
	DoDelete Verb = "delete"
)

// Write is one operation of a batch.
type Write struct {
	Op     Verb
	ID     value.ID // of the record; a creation gets one when it is 0
	Rev    int64    // the revision it was made for; 0 = whatever it is
	Key    string   // upsert: the unique field that finds the record
	Values Values   // in any form Field.Parse takes
}

// MostWrites is how many operations one batch may hold.
const MostWrites = 10_000

// BatchOptions say how a batch is done.
type BatchOptions struct {
	Atomic bool     // one that fails keeps all from happening
	Batch  value.ID // the name under which UndoBatch finds it; 0 = it cannot be undone
	DryRun bool     // everything is checked and nothing written
	Action string   // in the change log; "" = record.create and so on, by what is done
}

// Result is what became of one Write.
type Result struct {
	ID   value.ID
	Rev  int64
	Made bool // false: it was there before
	Err  error
}

// UndoResult tells what UndoBatch did.
type UndoResult struct {
	Undone int
	Kept   int // records somebody changed since
	Why    []KeptRecord
}

// KeptRecord is a record that an undo left as it is, wholly or in some fields.
type KeptRecord struct {
	ID     value.ID
	Fields []string // those that were changed since
	By     string   // who changed it last
	Reason string
}

// Problem is one thing that CheckAll found wrong.
type Problem struct {
	Object string
	Record value.ID
	Field  string
	What   string
}

// Writer writes records inside a transaction that somebody else opened.
type Writer struct {
	store *Store
	tx    *db.Tx
	asker Asker
}

var notBuilt = value.Errorf(value.Unavailable, "not built yet")

// Writing returns a Writer for a transaction. It must not be used after it.
func (s *Store) Writing(tx *db.Tx, a Asker) (*Writer, error) { return &Writer{s, tx, a}, nil }

// Create makes a record.
func (s *Store) Create(ctx context.Context, a Asker, object string, v Values) (*Record, error) {
	return nil, notBuilt
}

// Update changes the fields that v names; nil empties one.
func (s *Store) Update(ctx context.Context, a Asker, object string, id value.ID, rev int64, v Values) (*Record, error) {
	return nil, notBuilt
}

// Delete puts a record into the trash.
func (s *Store) Delete(ctx context.Context, a Asker, object string, id value.ID, rev int64) error {
	return notBuilt
}

// Restore takes a record out of the trash.
func (s *Store) Restore(ctx context.Context, a Asker, object string, id value.ID) error {
	return notBuilt
}

// Purge deletes records of the trash for good.
func (s *Store) Purge(ctx context.Context, a Asker, object string, ids []value.ID) error {
	return notBuilt
}

// Merge makes one record of several.
func (s *Store) Merge(ctx context.Context, a Asker, object string, keep value.ID, others []value.ID, choose map[string]value.ID) (*Record, error) {
	return nil, notBuilt
}

// Batch does up to MostWrites operations in one transaction.
func (s *Store) Batch(ctx context.Context, a Asker, object string, ops []Write, o BatchOptions) ([]Result, error) {
	return nil, notBuilt
}

// Bulk gives all records that a query finds the same values.
func (s *Store) Bulk(ctx context.Context, a Asker, q Query, v Values, batch value.ID) (int, error) {
	return 0, notBuilt
}

// UndoBatch takes back what a batch did.
func (s *Store) UndoBatch(ctx context.Context, a Asker, batch value.ID) (UndoResult, error) {
	return UndoResult{}, notBuilt
}

// CheckAll compares what is derived with what it is derived from.
func (s *Store) CheckAll(ctx context.Context) ([]Problem, error) { return nil, notBuilt }

// Create makes a record.
func (w *Writer) Create(object string, v Values) (*Record, error) { return nil, notBuilt }

// Update changes the fields that v names; nil empties one.
func (w *Writer) Update(object string, id value.ID, rev int64, v Values) (*Record, error) {
	return nil, notBuilt
}

// Delete puts a record into the trash.
func (w *Writer) Delete(object string, id value.ID, rev int64) error { return notBuilt }

// Batch does several operations.
func (w *Writer) Batch(object string, ops []Write, o BatchOptions) ([]Result, error) {
	return nil, notBuilt
}
