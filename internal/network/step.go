package network

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/value"
)

const (
	batch     = 300         // listings or changes of one Step
	mostDue   = 50          // listings whose networks one Step looks at
	grace     = time.Minute // after which a screened listing must be in the database
	sweepEach = 10 * time.Second
)

// mark is a place in the change log.
type mark struct {
	Seq    int64
	Digest []byte
}

// errHistory is that the log does not hold the entry that was followed last: the database was restored to another time.
var errHistory = errors.New("the change log has another history than the index of copies")

// Step does the next piece of work, a fraction of a second of it: it loads the snapshot or reads listings, follows the log, takes out what
// was never written, and settles networks. It reports whether there is more to do. The caller calls it again at once while it is busy,
// and otherwise every second or when the database has changed.
func (d *Desk) Step(ctx context.Context) (busy bool, err error) {
	d.stepping.Lock()
	defer d.stepping.Unlock()
	if d.closed {
		return false, nil
	}
	busy, err = d.work(ctx)
	if errors.Is(err, errHistory) {
		d.restart()
		busy, err = true, nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.failure = ""; err != nil {
		d.failure = err.Error()
		return false, fmt.Errorf("network.Step(%s): %w", d.config.DB.Name(), err)
	}
	return busy, nil
}

func (d *Desk) work(ctx context.Context) (bool, error) {
	switch d.State().Phase {
	case Waiting:
		return true, d.begin(ctx)
	case Making:
		return true, d.make(ctx)
	}
	busy, err := d.follow(ctx)
	if err != nil {
		return false, err
	}
	if err := d.settleUnsettled(ctx); err != nil {
		return false, err
	}
	if err := d.sweep(ctx); err != nil {
		return false, err
	}
	more, err := d.settleDue(ctx)
	return busy || more, err
}

// begin loads the snapshot, or notes where the log stands and begins to read.
func (d *Desk) begin(ctx context.Context) error {
	if err := d.learnPardons(ctx); err != nil {
		return err
	}
	loaded, err := d.load(ctx)
	if err != nil || loaded {
		return err
	}
	at, err := d.head(ctx)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.phase, d.at, d.built = Making, at, 0
	return nil
}

// Restart makes the index anew from the listings, in the next calls of Step, as a start without a snapshot does. Which weak
// ties are found depends on the order in which listings come.
func (d *Desk) Restart() {
	d.stepping.Lock()
	defer d.stepping.Unlock()
	d.restart()
}

// restart throws the index away; what is being screened stays known.
func (d *Desk) restart() {
	index := d.fresh()
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, a := range d.pending {
		index.Add(a.doc)
	}
	d.index, d.phase, d.at, d.built, d.due = index, Waiting, mark{}, 0, map[value.ID]struct{}{}
	d.discard()
}

func (d *Desk) head(ctx context.Context) (m mark, err error) {
	if err := change.Number(ctx, d.config.DB); err != nil {
		return m, err
	}
	err = d.config.DB.Read(ctx, func(tx *db.Tx) error {
		last, err := change.Last(tx)
		if err != nil || last == 0 {
			return err
		}
		rows, err := change.Since(tx, last-1, 1)
		if err == nil && len(rows) == 1 {
			m = mark{rows[0].Seq, rows[0].Digest}
		}
		return err
	})
	return m, err
}

// make reads the next listings.
func (d *Desk) make(ctx context.Context) error {
	var found []Listing
	err := d.config.DB.Read(ctx, func(tx *db.Tx) (err error) {
		found, err = d.config.Documents.After(tx, d.built, batch)
		return err
	})
	if err != nil {
		return fmt.Errorf("reading listings after %s: %w", d.built, err)
	}
	ids := make([]value.ID, len(found))
	for i, l := range found {
		ids[i] = l.ID
	}
	d.put(ids, found)
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(found) < batch {
		d.phase = Ready
		return nil
	}
	d.built = ids[len(ids)-1]
	return nil
}

// follow applies the next changes of the log.
func (d *Desk) follow(ctx context.Context) (more bool, err error) {
	if err := change.Number(ctx, d.config.DB); err != nil {
		return false, err
	}
	var rows []change.Row
	var ids []value.ID
	var found []Listing
	var lag int64
	err = d.config.DB.Read(ctx, func(tx *db.Tx) error {
		if rows, err = d.changes(tx); err != nil || len(rows) == 0 {
			return err
		}
		last, err := change.Last(tx)
		if err != nil {
			return err
		}
		lag = last - rows[len(rows)-1].Seq
		if ids = listingsIn(rows); len(ids) > 0 {
			found, err = d.config.Documents.Of(tx, ids)
		}
		return err
	})
	if err != nil || len(rows) == 0 {
		return false, err
	}
	d.put(ids, found)
	if err := d.hear(ctx, rows); err != nil {
		return false, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.at, d.lag = mark{rows[len(rows)-1].Seq, rows[len(rows)-1].Digest}, lag
	return lag > 0, nil
}

// changes are the entries after the mark, which is compared first.
func (d *Desk) changes(tx *db.Tx) ([]change.Row, error) {
	if d.at.Seq == 0 {
		return change.Since(tx, 0, batch)
	}
	rows, err := change.Since(tx, d.at.Seq-1, batch+1)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 || rows[0].Seq != d.at.Seq || !bytes.Equal(rows[0].Digest, d.at.Digest) {
		return nil, errHistory
	}
	return rows[1:], nil
}

func listingsIn(rows []change.Row) []value.ID {
	var all []value.ID
	seen := map[value.ID]bool{}
	for _, row := range rows {
		if row.Object == listingObject && !seen[row.Record] {
			seen[row.Record] = true
			all = append(all, row.Record)
		}
	}
	return all
}

// sweep looks in the database for listings that were screened a while ago: a write may have been rolled back.
func (d *Desk) sweep(ctx context.Context) error {
	if now := d.now(); now.Sub(d.swept) < sweepEach && !d.swept.After(now) {
		return nil
	}
	late := d.overdue(grace)
	late = late[:min(batch, len(late))]
	var found []Listing
	err := d.config.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if len(late) > 0 {
			found, err = d.config.Documents.Of(tx, late)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("looking for %d screened listings: %w", len(late), err)
	}
	d.put(late, found)
	d.swept = d.now()
	return nil
}
