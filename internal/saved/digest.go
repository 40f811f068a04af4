package saved

import (
	"context"
	"strings"
	"time"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/site"
	"fairground/internal/ui/text"
	"fairground/internal/value"
)

const digestJob = "saved.digest"

type digestOrder struct {
	Account value.ID `json:"account"`
}

// enqueueDigest sees to it that somebody's digest is made at a time, or earlier if one waits already.
func enqueueDigest(tx *db.Tx, of value.ID, at time.Time) error {
	_, err := job.Enqueue(tx, job.Job{Kind: digestJob, Key: of.String(), Payload: digestOrder{of}, RunAt: at})
	return err
}

// digest tells somebody what their daily searches found up to this morning, and the weekly ones up to Monday's. What was
// found later waits for the next one.
func (d *Desk) digest(ctx context.Context, s *site.Site, c job.Claim) error {
	var order digestOrder
	if err := c.Payload(&order); err != nil {
		return err
	}
	return s.DB.Write(ctx, author, "saved.digest", func(tx *db.Tx) error {
		tx.Log(db.Change{Object: "saved_find", Record: order.Account, Diff: map[string]any{"digest": true}})
		if active, err := isActive(tx, order.Account); err != nil || !active {
			return err
		}
		searches, err := searchesOf(tx, order.Account)
		if err != nil {
			return err
		}
		var all []portion
		for _, one := range searches {
			if one.State != On || one.Often != Daily && one.Often != Weekly {
				continue
			}
			p, err := d.digestOf(tx, s, one)
			if err != nil {
				return err
			}
			if len(p.all) > 0 {
				all = append(all, p)
			}
		}
		return d.tellDigest(tx, order.Account, all)
	})
}

// digestOf takes what is due of one search, and has the rest wait for the next morning.
func (d *Desk) digestOf(tx *db.Tx, s *site.Site, one Search) (portion, error) {
	zone := s.Settings().Location()
	until := lastMorning(one.Often, tx.Now(), zone)
	p, err := d.portion(tx, d.config.Rooms(s), one, until)
	if err != nil {
		return p, err
	}
	if err := findsTold(tx, one.ID, until); err != nil {
		return p, err
	}
	if len(p.all) > 0 {
		if err := setTold(tx, one.ID, tx.Now()); err != nil {
			return p, err
		}
	}
	if left, err := isWaiting(tx, one.ID); err != nil || !left {
		return p, err
	}
	return p, enqueueDigest(tx, one.Account, nextMorning(one.Often, tx.Now(), zone))
}

func (d *Desk) tellDigest(tx *db.Tx, to value.ID, all []portion) error {
	if len(all) == 0 {
		return nil
	}
	a := account.Alert{To: to, Kind: digestAlert, Href: "/saved-searches", Record: to, Words: d.digestWords(tx, all)}
	if len(all) == 1 {
		a.Href, a.Stop = all[0].href(), d.linkPath(tx, stop, all[0].search.ID)
	}
	return d.config.Teller.Tell(tx, a)
}

// digestWords has a part for each search. With more than one, each part says how to stop that search.
func (d *Desk) digestWords(tx *db.Tx, all []portion) func(context.Context) account.Words {
	origin := d.config.Origin(site.From(tx.Context()))
	count := 0
	for _, p := range all {
		count += len(p.all)
	}
	return func(ctx context.Context) account.Words {
		words := account.Words{Subject: text.T(ctx, "saved.digest.subject", "count", count, "name", all[0].search.Name)}
		if len(all) > 1 {
			words.Subject = text.T(ctx, "saved.digest.subject_many", "count", count)
		}
		var b strings.Builder
		b.WriteString(text.T(ctx, "saved.digest.text"))
		for _, p := range all {
			b.WriteString("\n\n" + text.T(ctx, "saved.digest.part", "name", p.search.Name, "count", len(p.all)) + "\n" + lines(ctx, origin, p))
			if len(all) > 1 {
				b.WriteString("\n" + text.T(ctx, "saved.digest.stop", "link", origin+d.linkPath(tx, stop, p.search.ID)) + "\n")
			}
		}
		words.Text = b.String()
		return words
	}
}
