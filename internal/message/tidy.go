package message

import (
	"context"
	"time"

	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/site"
	"fairground/internal/value"
)

// Jobs are what this package does for a site by itself: every hour it writes down which offers ran out, and forgets
// aliases that are dead and drafts that nobody came back for.
func (d *Desk) Jobs(s *site.Site) []job.Handler {
	return []job.Handler{{Kind: "message.tidy", Every: time.Hour, Run: func(ctx context.Context, _ job.Claim) error {
		_, err := Tidy(ctx, s.DB)
		return err
	}}}
}

// Tidy does what Jobs says, once, and returns how many offers it closed.
func Tidy(ctx context.Context, d *db.DB) (lapsed int, err error) {
	err = d.Maintain(ctx, "message.tidy", func(tx *db.Tx) error {
		now := tx.Now()
		if _, err := tx.Exec(`delete from message_draft where made_us <= $1`, value.Micros(now.Add(-day))); err != nil {
			return err
		}
		_, err := tx.Exec(`
			delete from message_alias
			where conversation in (select id from conversation where closed_us > 0 or last_us < $1)`, value.Micros(now.Add(-AliasAge)))
		return err
	})
	if err != nil {
		return 0, err
	}
	const atOnce = 500
	for {
		var due []value.ID
		err := d.Read(ctx, func(tx *db.Tx) (err error) {
			due, err = db.All(tx, db.Column[value.ID], `
				select distinct conversation
				from message_offer
				where state = 'open' and expires_us <= $1
				limit $2`, value.Micros(tx.Now()), atOnce)
			return err
		})
		if err != nil || len(due) == 0 {
			return lapsed, err
		}
		err = d.Write(ctx, value.SystemActor("message"), "offer.lapse", func(tx *db.Tx) error {
			for _, conversation := range due {
				if err := lapse(tx, conversation); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return lapsed, err
		}
		lapsed += len(due)
	}
}
