package reach

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

const (
	flushEvery = 5 * time.Second
	lastFlush  = 5 * time.Second // how long the end of the program waits for it
)

// Run writes the counts every few seconds until ctx ends, and once more then. It is a loop for a job.Group.
func (d *Desk) Run(ctx context.Context) {
	for {
		select {
		case <-time.After(flushEvery):
			if err := d.Flush(ctx); err != nil && ctx.Err() == nil {
				slog.Error("views could not be written; they wait", "database", d.DB.Name(), "error", err)
			}
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastFlush)
			defer cancel()
			if err := d.Flush(last); err != nil {
				slog.Error("the last views could not be written", "database", d.DB.Name(), "error", err)
			}
			return
		}
	}
}

// Flush writes what was counted. On an error the counts wait for the next time.
func (d *Desk) Flush(ctx context.Context) error {
	counted := d.Counter.take()
	if len(counted) == 0 {
		return nil
	}
	err := d.DB.Maintain(ctx, "reach.Flush", func(tx *db.Tx) error {
		figures, err := d.attribute(tx, counted)
		if err != nil {
			return err
		}
		return addFigures(tx, figures)
	})
	if err != nil {
		d.Counter.putBack(counted)
	}
	return err
}

// figure is what is added to a listing's day.
type figure struct {
	listing, seller        value.ID
	day                    int64
	views, contacts, saves int64
}

// attribute finds the sellers of the listings that were counted. What is no listing, and what the seller's own team
// saw, is left out.
func (d *Desk) attribute(tx *db.Tx, counted map[count]int64) ([]figure, error) {
	seller, err := d.sellers(tx, counted)
	if err != nil {
		return nil, err
	}
	type held struct{ seller, account value.ID }
	own := make(map[held]bool)
	sums := make(map[count]figure)
	for c, n := range counted {
		s, known := seller[c.listing]
		if !known {
			continue
		}
		if c.account != 0 {
			key := held{s, c.account}
			if _, asked := own[key]; !asked {
				if own[key], err = d.Listings.ActsFor(tx, s, c.account); err != nil {
					return nil, err
				}
			}
			if own[key] {
				continue
			}
		}
		key := count{listing: c.listing, day: c.day}
		f := sums[key]
		sums[key] = figure{listing: c.listing, seller: s, day: c.day, views: f.views + n}
	}
	return inOrder(sums), nil
}

// inOrder sorts figures, so that two who write the same rows take them in the same order.
func inOrder(sums map[count]figure) []figure {
	figures := make([]figure, 0, len(sums))
	for _, f := range sums {
		figures = append(figures, f)
	}
	slices.SortFunc(figures, func(a, b figure) int {
		return cmp.Or(cmp.Compare(a.listing, b.listing), cmp.Compare(a.day, b.day))
	})
	return figures
}

const idsAtOnce = 500 // asked for in one question

func (d *Desk) sellers(tx *db.Tx, counted map[count]int64) (map[value.ID]value.ID, error) {
	seller := make(map[value.ID]value.ID)
	var ids []value.ID
	for c := range counted {
		if _, there := seller[c.listing]; !there {
			seller[c.listing] = 0
			ids = append(ids, c.listing)
		}
	}
	clear(seller)
	for some := range slices.Chunk(ids, idsAtOnce) {
		found, err := d.Listings.Find(tx, some)
		if err != nil {
			return nil, fmt.Errorf("reach: sellers of %d listings: %w", len(some), err)
		}
		for _, l := range found {
			seller[l.ID] = l.Seller
		}
	}
	return seller, nil
}
