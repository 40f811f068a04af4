package moderation

import (
	"context"
	"fmt"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

// Taken says who works on a case. It is the cause of the error of kind Conflict that somebody else gets.
type Taken struct {
	By    value.ID
	Until time.Time
}

// Error names the account.
func (t *Taken) Error() string { return fmt.Sprintf("claimed by staff:%d until %s", t.By, t.Until) }

func takenBy(c Case) error {
	return value.Errorf(value.Conflict, "somebody else is working on this case").Because(&Taken{c.ClaimedBy, c.ClaimedUntil})
}

var errBarred = value.Errorf(value.Forbidden, "you decided what this case is about; somebody else has to look at it")

// Claim takes a case for 30 minutes, or renews the actor's own claim. When somebody else works on it the error is of
// kind Conflict and wraps *Taken.
func (d *Desk) Claim(ctx context.Context, actor value.Actor, id value.ID) (c Case, err error) {
	err = d.claiming(ctx, actor, "case.claim", func(tx *db.Tx) error {
		if c, err = FindCase(tx, id); err != nil {
			return err
		}
		return d.take(tx, &c)
	})
	if err != nil {
		return Case{}, fmt.Errorf("moderation.Claim(%s): %w", id, err)
	}
	return c, nil
}

// Next claims the most urgent case that this reviewer may take and returns it: their own claim first, then the gravest,
// then what is due soonest. The error is of kind NotFound when nothing waits for them.
func (d *Desk) Next(ctx context.Context, actor value.Actor) (c Case, err error) {
	err = d.claiming(ctx, actor, "case.claim", func(tx *db.Tx) error {
		if c, err = d.mostUrgent(tx, actor.ID); err != nil {
			return err
		}
		return d.take(tx, &c)
	})
	if err != nil {
		return Case{}, fmt.Errorf("moderation.Next: %w", err)
	}
	return c, nil
}

func (d *Desk) claiming(ctx context.Context, actor value.Actor, action string, fn func(*db.Tx) error) error {
	if err := onlyStaff(actor); err != nil {
		return err
	}
	return d.DB.Write(ctx, actor, action, fn)
}

const lookedAt = 200 // cases read at a time while looking for one that is free

func (d *Desk) mostUrgent(tx *db.Tx, me value.ID) (Case, error) {
	mine, err := db.All(tx, scanCase, "select "+caseColumns+" from safety_case where state = 'claimed' and claimed_by = $1 order by severity desc, due_us", int64(me))
	if err != nil {
		return Case{}, err
	}
	for _, c := range mine {
		if c.HeldBy(tx.Now()) == me {
			return c, nil
		}
	}
	f, err := d.filterFor(tx, me)
	if err != nil {
		return Case{}, err
	}
	for f.Limit = lookedAt; ; f.Skip += lookedAt {
		some, err := Cases(tx, f)
		if err != nil {
			return Case{}, err
		}
		for _, c := range some {
			if c.HeldBy(tx.Now()) != 0 {
				continue
			}
			if may, err := d.mayTake(tx, c, me); err != nil || may {
				return c, err
			}
		}
		if len(some) < lookedAt {
			return Case{}, value.Errorf(value.NotFound, "nothing waits for you")
		}
	}
}

// filterFor is what routing offers a reviewer: their queues and languages, without the kinds they do not want to see.
func (d *Desk) filterFor(tx *db.Tx, me value.ID) (Filter, error) {
	r, err := FindReviewer(tx, me)
	return Filter{Queues: r.Queues, Without: r.Declined, Language: r.Languages, For: me}, err
}

// mayTake refuses what needs a person who had no part in it before, and what only leads may take.
func (d *Desk) mayTake(tx *db.Tx, c Case, me value.ID) (bool, error) {
	if c.Barred == me {
		return false, nil
	}
	if c.Kind == AppealCase || c.Kind == SampleCase {
		had, err := confirmed(tx, c, me)
		if err != nil || had {
			return false, err
		}
	}
	if c.Queue != AdminQueue {
		return true, nil
	}
	return d.leads(tx, me)
}

// confirmed reports whether somebody was the second person of the decision that a sample is about.
func confirmed(tx *db.Tx, c Case, me value.ID) (bool, error) {
	return db.One(tx, db.Column[bool], "select exists (select 1 from decision where id = $1 and second = $2)", int64(c.Record), staffActor(me))
}

func staffActor(id value.ID) string { return value.Actor{Kind: value.Staff, ID: id}.String() }

// leads reports whether somebody may take what was escalated.
func (d *Desk) leads(tx *db.Tx, who value.ID) (bool, error) {
	if d.Leads == nil {
		return true, nil
	}
	return d.Leads(tx, who)
}

// take claims a case in the transaction.
func (d *Desk) take(tx *db.Tx, c *Case) error {
	me := tx.Actor().ID
	switch by := c.HeldBy(tx.Now()); {
	case c.State == CaseDecided:
		return errDecided
	case by != 0 && by != me:
		return takenBy(*c)
	}
	may, err := d.mayTake(tx, *c, me)
	if err != nil {
		return err
	}
	if !may {
		return errBarred
	}
	before := c.State
	c.State, c.ClaimedBy, c.ClaimedUntil = CaseClaimed, me, tx.Now().Add(longestClaim)
	n, err := tx.Exec("update safety_case set state = 'claimed', claimed_by = $2, claimed_until_us = $3 where id = $1 and state <> 'decided'",
		int64(c.ID), int64(me), value.Micros(c.ClaimedUntil))
	if err == nil && n == 0 {
		err = errDecided
	}
	tx.Log(db.Change{Object: "case", Record: c.ID, Diff: map[string]any{"state": []string{string(before), string(CaseClaimed)}, "claimed_until": c.ClaimedUntil}})
	return err
}

// Unclaim gives a case back to its queue.
func (d *Desk) Unclaim(ctx context.Context, actor value.Actor, id value.ID) error {
	err := d.claiming(ctx, actor, "case.unclaim", func(tx *db.Tx) error {
		c, err := FindCase(tx, id)
		if err != nil {
			return err
		}
		if c.State != CaseClaimed || c.ClaimedBy != actor.ID {
			return value.Errorf(value.Conflict, "you are not working on this case")
		}
		_, err = tx.Exec("update safety_case set state = 'open', claimed_by = null, claimed_until_us = null where id = $1", int64(id))
		tx.Log(db.Change{Object: "case", Record: id, Diff: map[string]any{"state": []string{string(CaseClaimed), string(CaseOpen)}}})
		return err
	})
	if err != nil {
		return fmt.Errorf("moderation.Unclaim(%s): %w", id, err)
	}
	return nil
}
