package follow

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/site"
	"fairground/internal/value"
)

// Reader follows the changes of a site's listings. It keeps books and enqueues jobs; who is told what is decided there,
// by what can be seen then.
func (d *Desk) Reader(s *site.Site) *change.Reader {
	return &change.Reader{Name: "follow", Apply: func(tx *db.Tx, rows []change.Row) error {
		priced, begun := sift(rows)
		if err := d.notePrices(tx, priced); err != nil {
			return err
		}
		return d.noteNews(tx, d.config.Rooms(s), begun)
	}}
}

// happened is what a change of a listing says about price and status; the status is old and new.
type happened struct {
	Price  json.RawMessage `json:"price"`
	Status []string        `json:"status"`
}

const live = "live"

func (h happened) becameLive() bool {
	return len(h.Status) == 2 && h.Status[1] == live && h.Status[0] != live
}

func read(diff string) (h happened) {
	// A diff that was erased, or whose status is no pair of texts, tells nothing.
	if json.Unmarshal([]byte(diff), &h) != nil {
		return happened{}
	}
	return h
}

// sift picks the listings whose visible price may have changed, and the changes by which one went live.
func sift(rows []change.Row) (priced []value.ID, begun []change.Row) {
	seen := make(map[value.ID]bool)
	for _, row := range rows {
		if row.Object != "listing" {
			continue
		}
		h := read(row.Diff)
		if h.becameLive() {
			begun = append(begun, row)
		}
		if (h.Price != nil || h.becameLive()) && !seen[row.Record] {
			seen[row.Record] = true
			priced = append(priced, row.Record)
		}
	}
	return priced, begun
}

// notePrices enqueues a look at every listing that somebody has saved.
func (d *Desk) notePrices(tx *db.Tx, listings []value.ID) error {
	for some := range slices.Chunk(listings, 400) {
		saved, err := favouritesAmong(tx, some)
		if err != nil {
			return err
		}
		for _, id := range saved {
			if err := enqueuePrice(tx, id, time.Time{}); err != nil {
				return err
			}
		}
	}
	return nil
}

// gatherNews is how long the listings of one seller are gathered before followers are told.
const gatherNews = 2 * time.Minute

// noteNews writes down the listings of followed sellers that could be seen for the first time.
func (d *Desk) noteNews(tx *db.Tx, rooms Rooms, begun []change.Row) error {
	anybody, err := db.One(tx, db.Column[bool], "select exists (select 1 from following)")
	if err != nil || !anybody || len(begun) == 0 {
		return err
	}
	for some := range slices.Chunk(begun, 400) {
		if err := d.noteSome(tx, rooms, some); err != nil {
			return err
		}
	}
	return nil
}

func (d *Desk) noteSome(tx *db.Tx, rooms Rooms, begun []change.Row) error {
	ids := make([]value.ID, len(begun))
	for i, row := range begun {
		ids[i] = row.Record
	}
	shown, err := rooms.Listings(tx, ids)
	if err != nil {
		return err
	}
	var sellers []value.ID
	for _, l := range shown {
		if !slices.Contains(sellers, l.Seller) {
			sellers = append(sellers, l.Seller)
		}
	}
	followed, err := followedAmong(tx, sellers)
	if err != nil {
		return err
	}
	for _, row := range begun {
		l, ok := shown[row.Record]
		if !ok || !followed[l.Seller] {
			continue
		}
		if was, err := wasLive(tx, row); err != nil || was {
			if err != nil {
				return err
			}
			continue
		}
		if err := addNews(tx, l.ID, l.Seller, row.At); err != nil {
			return err
		}
		_, err := job.Enqueue(tx, job.Job{Kind: newsJob, Key: l.Seller.String(), Payload: newsOrder{l.Seller}, RunAt: tx.Now().Add(gatherNews)})
		if err != nil {
			return err
		}
	}
	return nil
}

const mostHistory = 200 // changes of one listing that are looked at

// wasLive reports whether a listing had been live before the change by which it went live.
func wasLive(tx *db.Tx, row change.Row) (bool, error) {
	rows, err := change.History(tx, "listing", row.Record, mostHistory)
	for _, earlier := range rows {
		if h := read(earlier.Diff); earlier.Seq < row.Seq && slices.Contains(h.Status, live) {
			return true, err
		}
	}
	return false, err
}

// at gives a job's context the site it works for.
func (d *Desk) at(s *site.Site, run func(context.Context, *site.Site, job.Claim) error) func(context.Context, job.Claim) error {
	return func(ctx context.Context, c job.Claim) error { return run(site.With(ctx, s), s, c) }
}
