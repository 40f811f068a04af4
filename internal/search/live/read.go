package live

import (
	"context"
	"errors"
	"fmt"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/search"
	"fairground/internal/value"
)

type (
	document = search.Document
	id       = value.ID
)

// errHistory is that the log does not hold the entry a replica has applied: the database was restored to another time.
var errHistory = errors.New("the change log has another history than the index")

// batch is some entries of the log, and what has become of the listings they are about.
type batch struct {
	rows      []change.Row
	listings  int
	documents []document
	removed   []id
	full      bool  // there may be more entries
	left      int64 // entries behind these
}

// read reads the entries after a mark and the documents of the listings that changed, as they are now: at least as new
// as the entries.
func (x *Index) read(ctx context.Context, after mark) (b batch, err error) {
	if err := change.Number(ctx, x.db); err != nil {
		return b, err
	}
	err = x.db.Read(ctx, func(tx *db.Tx) error {
		b, err = x.readEntries(tx, after)
		if err != nil {
			return err
		}
		changed := listingsIn(b.rows)
		b.listings = len(changed)
		b.documents, b.removed, err = x.documents(tx, changed)
		return err
	})
	return b, err
}

func (x *Index) readEntries(tx *db.Tx, after mark) (b batch, err error) {
	more := 0
	if after.Seq > 0 {
		more = 1 // the marked entry itself
	}
	b.rows, err = change.Since(tx, after.Seq-int64(more), x.limits.batch+more)
	if err != nil {
		return b, err
	}
	if more == 1 {
		if len(b.rows) == 0 || !after.is(b.rows[0]) {
			return b, errHistory
		}
		b.rows = b.rows[1:]
	}
	if b.full = len(b.rows) == x.limits.batch; b.full {
		last, err := change.Last(tx)
		b.left = max(last-b.rows[len(b.rows)-1].Seq, 0)
		return b, err
	}
	return b, nil
}

// listingsIn are the listings that entries are about, each once.
func listingsIn(rows []change.Row) []id {
	var all []id
	seen := make(map[id]bool)
	for _, row := range rows {
		if row.Object == search.Object && !seen[row.Record] {
			seen[row.Record] = true
			all = append(all, row.Record)
		}
	}
	return all
}

// documents reads listings; removed are those that are not visible now.
func (x *Index) documents(tx *db.Tx, listings []id) (found []document, removed []id, err error) {
	if len(listings) == 0 {
		return nil, nil, nil
	}
	found, err = x.source.Documents(tx, listings)
	if err != nil {
		return nil, nil, fmt.Errorf("reading %d listings for search: %w", len(listings), err)
	}
	visible := make(map[id]bool, len(found))
	for _, d := range found {
		visible[d.Listing] = true
	}
	for _, listing := range listings {
		if !visible[listing] {
			removed = append(removed, listing)
		}
	}
	return found, removed, nil
}
