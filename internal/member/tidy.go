package member

import (
	"context"

	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/site"
)

const tidyJob = "member.tidy"

// tidy forgets old alerts.
func (d *Desk) tidy(ctx context.Context, s *site.Site, _ job.Claim) error {
	return s.DB.Maintain(ctx, "member: forget old alerts", func(tx *db.Tx) error {
		_, err := forgetNotes(tx, tx.Now().Add(-alertAge))
		return err
	})
}
