package reach

import (
	"encoding/json"
	"time"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/value"
)

// Reader follows the change log and counts contacts and saves. Each entry is counted once: counts and cursor move in one
// transaction.
func (d *Desk) Reader() *change.Reader {
	return &change.Reader{Name: "reach", Apply: d.apply}
}

func (d *Desk) apply(tx *db.Tx, rows []change.Row) error {
	sums := make(map[count]figure)
	for _, row := range rows {
		listing, contacts, saves := means(row)
		if listing == 0 {
			continue
		}
		key := count{listing: listing, day: dayOf(row.At.In(d.zone()))}
		f := sums[key]
		sums[key] = figure{listing: listing, day: key.day, contacts: f.contacts + contacts, saves: f.saves + saves}
	}
	if len(sums) == 0 {
		return nil
	}
	waiting := make(map[count]int64, len(sums))
	for key := range sums {
		waiting[key] = 0
	}
	seller, err := d.sellers(tx, waiting)
	if err != nil {
		return err
	}
	for key, f := range sums {
		if f.seller = seller[f.listing]; f.seller == 0 {
			delete(sums, key)
			continue
		}
		sums[key] = f
	}
	return addFigures(tx, inOrder(sums))
}

// told is what this package reads of an entry's diff.
type told struct {
	Listing value.ID `json:"listing"`
	Buyer   value.ID `json:"buyer"`
	Saved   [2]bool  `json:"saved"` // before and after
}

// means says which listing an entry is about, and what it adds to its contacts and saves; 0 when it is about none.
func means(row change.Row) (listing value.ID, contacts, saves int64) {
	if row.Object != "conversation" && row.Object != "favourite" || row.Diff == "" {
		return 0, 0, 0
	}
	var t told
	if json.Unmarshal([]byte(row.Diff), &t) != nil {
		return 0, 0, 0 // an entry of another sort
	}
	switch {
	case row.Object == "conversation" && t.Listing != 0 && t.Buyer != 0: // it begins
		return t.Listing, 1, 0
	case row.Object == "favourite" && t.Saved == [2]bool{false, true}:
		return row.Record, 0, 1
	case row.Object == "favourite" && t.Saved == [2]bool{true, false}:
		return row.Record, 0, -1
	default:
		return 0, 0, 0
	}
}

func (d *Desk) zone() *time.Location {
	if d.Zone == nil {
		return time.UTC
	}
	return d.Zone()
}
