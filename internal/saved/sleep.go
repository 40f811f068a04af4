package saved

import (
	"context"
	"time"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/site"
	"fairground/internal/ui/text"
	"fairground/internal/value"
)

// SleepAfter is how long a search may tell what it finds without anybody opening it.
const SleepAfter = 60 * 24 * time.Hour

const (
	tendJob  = "saved.tend"
	undoFor  = 24 * time.Hour      // a deleted search can come back
	findsAge = 30 * 24 * time.Hour // after which a find is forgotten
)

// tend puts searches to sleep whose alerts nobody opens, and forgets what is over.
func (d *Desk) tend(ctx context.Context, s *site.Site, _ job.Claim) error {
	err := s.DB.Maintain(ctx, "saved: forget what was deleted", func(tx *db.Tx) error { return forgetEnded(tx, tx.Now().Add(-undoFor)) })
	for more := true; more && err == nil; {
		err = s.DB.Maintain(ctx, "saved: forget what was found", func(tx *db.Tx) (err error) {
			more, err = forgetFinds(tx, tx.Now().Add(-findsAge))
			return err
		})
	}
	for more := true; more && err == nil; {
		more, err = d.putToSleep(ctx, s)
	}
	return err
}

func (d *Desk) putToSleep(ctx context.Context, s *site.Site) (more bool, err error) {
	before := s.DB.Clock().Now().Add(-SleepAfter)
	var some []Search
	err = s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		some, err = unread(tx, before, toldAtOnce)
		return err
	})
	if err != nil || len(some) == 0 {
		return false, err
	}
	return len(some) == toldAtOnce, s.DB.Write(ctx, author, "saved.sleep", func(tx *db.Tx) error {
		some, err := unread(tx, before, toldAtOnce)
		if err != nil {
			return err
		}
		tx.Log(db.Change{Object: "saved_find", Diff: map[string]any{"asleep": len(some)}})
		for _, one := range some {
			if err := d.sleep(tx, one); err != nil {
				return err
			}
		}
		return nil
	})
}

func (d *Desk) sleep(tx *db.Tx, one Search) error {
	if err := one.become(tx, Asleep); err != nil {
		return err
	}
	if active, err := isActive(tx, one.Account); err != nil || !active {
		return err
	}
	origin := d.config.Origin(site.From(tx.Context()))
	wakes := d.linkPath(tx, wake, one.ID)
	return d.config.Teller.Tell(tx, account.Alert{
		To: one.Account, Kind: asleepAlert, Href: wakes, Record: one.ID,
		Words: func(ctx context.Context) account.Words {
			return account.Words{
				Subject: text.T(ctx, "saved.asleep.subject", "name", one.Name),
				Text:    text.T(ctx, "saved.asleep.text", "name", one.Name, "count", int(SleepAfter/(24*time.Hour)), "link", origin+"/saved-searches"),
			}
		},
	})
}

// become gives a search another state and logs it.
func (s *Search) become(tx *db.Tx, state State) error {
	if s.State == state {
		return nil
	}
	tx.Log(db.Change{Object: Object, Record: s.ID, Diff: map[string]any{"state": [2]State{s.State, state}}})
	s.State = state
	if s.Ended = (time.Time{}); state == Ended {
		s.Ended = tx.Now()
	}
	return updateSearch(tx, *s)
}

// linkPath is the address that does one thing to one search, for whoever holds it.
func (d *Desk) linkPath(tx *db.Tx, does verb, id value.ID) string {
	return linkPath(site.From(tx.Context()), does, id)
}
