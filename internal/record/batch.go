package record

import (
	"context"
	"errors"
	"fmt"

	"fairground/internal/db"
	"fairground/internal/value"
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
	Action string   // in the change log; "" = record.batch
}

// Result is what became of one Write.
type Result struct {
	ID   value.ID
	Rev  int64
	Made bool // false: it was there before
	Err  error
}

// sheet is a batch of writes of one object.
type sheet struct {
	w       *Writer
	seen    *Seen
	form    *form
	options BatchOptions
	entries []*entry
	usual   map[int]any // defaults, once they are known
	note    map[string]any
	alone   bool // it follows from another write, which has found out what else follows
}

// errDry undoes the transaction of a dry run, errKept that of an atomic batch with a failure.
var (
	errDry  = errors.New("record: a dry run ends")
	errKept = errors.New("record: a batch is given up")
)

// Batch does up to MostWrites operations on records of one object in one transaction, in their order. Each has a
// Result; one that fails does not keep the others from happening, unless the batch is atomic: then the error is that of
// the first failure, nothing is written, and the results tell which failed.
func (s *Store) Batch(ctx context.Context, a Asker, object string, ops []Write, o BatchOptions) (results []Result, err error) {
	action := o.Action
	if action == "" {
		action = "record.batch"
	}
	err = s.writing(ctx, a, action, func(w *Writer) error {
		results, err = w.Batch(object, ops, o)
		if err == nil && o.DryRun {
			return errDry
		}
		return err
	})
	if errors.Is(err, errDry) {
		err = nil
	}
	return results, err
}

// Batch is Store.Batch. After an error the transaction must not be committed, and after a dry run neither.
func (w *Writer) Batch(object string, ops []Write, o BatchOptions) ([]Result, error) {
	if len(ops) > MostWrites {
		return nil, value.Errorf(value.Limited, "a batch holds at most %d operations", MostWrites)
	}
	s, err := w.sheet(object, o)
	if err != nil {
		return nil, err
	}
	if s.seen.Owned != nil {
		return s.ownedBatch(ops)
	}
	if len(ops) >= manyWrites {
		if err := planAnew(w.tx); err != nil {
			return nil, err
		}
	}
	w.batch = o.Batch
	results := make([]Result, 0, len(ops))
	for first := 0; first < len(ops); {
		n := s.together(ops[first:])
		if err := s.run(ops[first:first+n], first); err != nil {
			return nil, fmt.Errorf("record.Batch(%s): %w", object, err)
		}
		results = s.report(results)
		first += n
	}
	return results, s.verdict(results)
}

// manyWrites is from how many operations on it is worth it to plan statements anew.
const manyWrites = 100

// planAnew keeps PostgreSQL from using, until the end of the transaction, plans that it made when a table was empty: a
// batch that fills it would read the whole table for each look-up.
func planAnew(tx *db.Tx) error {
	if tx.Engine() != db.Postgres {
		return nil
	}
	_, err := tx.Exec("set local plan_cache_mode = force_custom_plan")
	return err
}

// report appends the results of the entries that were run.
func (s *sheet) report(results []Result) []Result {
	for _, e := range s.entries {
		r := Result{ID: e.id, Rev: e.rev, Made: e.made(), Err: e.problem()}
		if r.Err != nil && r.Made {
			r = Result{Err: r.Err}
		}
		results = append(results, r)
	}
	return results
}

// verdict is the error of an atomic batch in which something failed.
func (s *sheet) verdict(results []Result) error {
	if !s.options.Atomic {
		return nil
	}
	failed, first := 0, error(nil)
	for _, r := range results {
		if r.Err != nil {
			failed++
			if first == nil {
				first = r.Err
			}
		}
	}
	if failed == 0 {
		return nil
	}
	return value.Errorf(value.KindOf(first), "nothing was done, because %d of %d operations cannot be done", failed, len(results)).Because(errors.Join(errKept, first))
}

// together is how many of the operations can be done at once: until one touches a record that an earlier one touches.
// Deletions stay among themselves, because others may follow from them.
func (s *sheet) together(ops []Write) int {
	type touched struct {
		id  value.ID
		key string
	}
	seen := make(map[touched]bool)
	for i, op := range ops {
		if (op.Op == DoDelete) != (ops[0].Op == DoDelete) {
			return i
		}
		t := touched{id: op.ID}
		if op.Op == DoUpsert && op.ID == 0 {
			t.key = op.Key + "\x00" + foldedKey(op.Values[op.Key])
		}
		if t == (touched{}) {
			continue
		}
		if seen[t] {
			return i
		}
		seen[t] = true
	}
	return len(ops)
}

// foldedKey tells apart what two upserts look for, as they are written.
func foldedKey(v any) string {
	if text, err := textOf(v); err == nil {
		return fold(text)
	}
	return fmt.Sprint(v)
}

// ownedBatch passes changes on one by one.
func (s *sheet) ownedBatch(ops []Write) ([]Result, error) {
	results := make([]Result, len(ops))
	for i, op := range ops {
		results[i].ID = op.ID
		if op.Op != DoUpdate || s.seen.Owned.Update == nil {
			results[i].Err = s.notHere(op.Op)
			continue
		}
		// The owner's verb may have written a part before it failed, so a failure ends the batch.
		if results[i].Err = s.changeOwned(op); results[i].Err != nil {
			return nil, results[i].Err
		}
	}
	return results, s.verdict(results)
}

func (w *Writer) sheet(object string, o BatchOptions) (*sheet, error) {
	return w.sheetAs(w.sight, object, o)
}

// sheetAs is a sheet with what another asker sees: the program's, for what follows from a write.
func (w *Writer) sheetAs(sight *Sight, object string, o BatchOptions) (*sheet, error) {
	seen, err := sight.Object(object)
	if err != nil {
		return nil, err
	}
	m, err := w.catalog.form(seen.full)
	if err != nil {
		return nil, err
	}
	if m.fails != nil {
		return nil, m.fails
	}
	return &sheet{w: w, seen: seen, form: m, options: o, usual: map[int]any{}}, nil
}

// run does operations of which no two touch the same record. Failures are in the entries; an error is one of the
// database and ends everything.
func (s *sheet) run(ops []Write, first int) error {
	s.open(ops, first)
	for _, step := range []func() error{
		s.resolve, s.findKeys, s.fetch, s.allowed, s.overlay, s.checkLinks, s.number, s.compute, s.check, s.checkUnique, s.rule,
	} {
		if err := step(); err != nil {
			return err
		}
	}
	if s.options.Atomic && s.anyFailed() {
		return nil
	}
	if s.options.DryRun {
		return s.follow()
	}
	return s.save()
}

func (s *sheet) anyFailed() bool {
	for _, e := range s.entries {
		if e.failed() {
			return true
		}
	}
	return false
}

// sound calls fn for every entry that has not failed; its error fails the entry.
func (s *sheet) sound(fn func(e *entry) error) {
	for _, e := range s.entries {
		if !e.failed() {
			if err := fn(e); err != nil {
				e.err = err
			}
		}
	}
}
