package member

import (
	"context"

	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/site"
)

const tidyJob = "member.tidy"

// tidy forgets old alerts and removes exports whose time is over, each file before its row, so that none is left behind.
func (d *Desk) tidy(ctx context.Context, s *site.Site, _ job.Claim) error {
	var over []export
	err := s.DB.Maintain(ctx, "member: forget old alerts", func(tx *db.Tx) (err error) {
		if _, err := forgetNotes(tx, tx.Now().Add(-alertAge)); err != nil {
			return err
		}
		over, err = oldExports(tx, tx.Now().Add(-exportAge))
		return err
	})
	if err != nil {
		return err
	}
	for _, e := range over {
		if e.Blob != "" && e.Until().After(s.DB.Clock().Now()) {
			continue // it was asked for long before it could be made
		}
		if e.Blob != "" {
			if err := d.config.Files(s).Delete(ctx, e.Blob); err != nil {
				return err
			}
		}
		err := s.DB.Maintain(ctx, "member: remove an export", func(tx *db.Tx) error { return deleteExport(tx, e.ID) })
		if err != nil {
			return err
		}
	}
	return nil
}

// drop removes the file of an export whose owner was erased.
func (d *Desk) drop(ctx context.Context, s *site.Site, c job.Claim) error {
	var order dropOrder
	if err := c.Payload(&order); err != nil {
		return err
	}
	return d.config.Files(s).Delete(ctx, order.Blob)
}
