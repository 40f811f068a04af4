package listing

import (
	"context"
	"fmt"

	"fairground/internal/db"
	"fairground/internal/safety"
	"fairground/internal/value"
)

// SubmitMany is Submit for a portion that is stored in one transaction; a content that is not well-formed fails all of
// it. It adds to the tally how the listings came out.
func (d *Desk) SubmitMany(ctx context.Context, actor value.Actor, batch []Submission, tally *Tally) error {
	tree, err := d.Trees.Tree(ctx)
	if err != nil {
		return err
	}
	candidates := make([]candidate, len(batch))
	listings, outcomes := make([]Listing, len(batch)), make([]safety.Outcome, len(batch))
	for i, s := range batch {
		if listings[i], outcomes[i], err = d.prepare(ctx, tree, s); err != nil {
			return fmt.Errorf("listing.SubmitMany(%s %q): %w", s.External, s.Title, err)
		}
		candidates[i].made = listings[i]
	}
	err = d.DB.Write(ctx, actor, "listing.submit", func(tx *db.Tx) error {
		if err := d.keep(tx, outcomes, listings...); err != nil {
			return err
		}
		for _, l := range listings {
			logChange(tx, Listing{}, l, nil)
		}
		return insertListings(tx, listings)
	})
	if err == nil {
		tally.add(candidates)
	}
	return err
}
