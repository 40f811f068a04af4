package moderation

import (
	"context"
	"fmt"
	"time"
	"unicode/utf8"

	"fairground/internal/db"
	"fairground/internal/value"
)

// Outcome is what staff decided.
type Outcome string

// The outcomes.
const (
	Publish Outcome = "publish" // what was held may be seen
	Reject  Outcome = "reject"  // what was held may not be seen
	Remove  Outcome = "remove"  // what was seen is taken away
	Keep    Outcome = "keep"    // a notice was not founded
)

// Decision is one outcome with who decided, when and why.
type Decision struct {
	ID      value.ID
	Object  string
	Record  value.ID
	Outcome Outcome
	Ground  Ground // needed to reject or remove
	Reason  string // shown to whoever is concerned
	Notice  value.ID
	Actor   string
	Made    time.Time
}

// Room is what decisions need of the records they are about: those of listings, profiles, messages, reviews. Every call is
// part of the decision's transaction.
type Room interface {
	// Release records the review and screens again; it returns whether the record is public now.
	Release(tx *db.Tx, record value.ID, reason string) (published bool, err error)
	// Refuse takes the record out of the queue, or off the market. To remove what is removed already is no error: another
	// notice may be about it.
	Refuse(tx *db.Tx, record value.ID, removed bool, reason string) error
}

// Appealable is a Room whose records' authors can appeal. While a record is under appeal, nobody decides about it who
// decided about it before (promise 3).
type Appealable interface {
	UnderAppeal(tx *db.Tx, record value.ID) (bool, error)
}

// ErrSamePerson refuses somebody who would answer an appeal against their own decision.
var ErrSamePerson = value.Errorf(value.Forbidden, "you made the decision that this appeal is about; somebody else has to answer it")

// Desk is where staff decide. One site has one.
type Desk struct {
	DB    *db.DB
	Rooms map[string]Room // by the object whose records they carry decisions out on
}

const longestReason = 2000 // characters

// Decide carries a decision of a member of staff out and stores it. A decision to publish something that a mandatory
// rule refuses is an error of kind Forbidden, and nothing is stored.
func (d *Desk) Decide(ctx context.Context, actor value.Actor, decision Decision) error {
	if err := decision.check(actor); err != nil {
		return err
	}
	if d.Rooms[decision.Object] == nil || decision.Record == 0 {
		return value.Errorf(value.Invalid, "a decision is about one record of a known kind")
	}
	err := d.DB.Write(ctx, actor, "moderation."+string(decision.Outcome), func(tx *db.Tx) error {
		return d.decide(tx, decision)
	})
	if err != nil {
		return fmt.Errorf("moderation.Decide(%s): %w", decision.Record, err)
	}
	return nil
}

// check tidies a decision. Only people decide: what the program does by itself has no ground to be appealed.
func (d *Decision) check(actor value.Actor) error {
	d.Reason = tidy(d.Reason)
	refuses := d.Outcome == Reject || d.Outcome == Remove
	if !refuses {
		d.Ground = ""
	}
	switch {
	case actor.Kind != value.Staff || actor.ID == 0:
		return value.Errorf(value.Forbidden, "only a member of staff can decide")
	case d.Outcome != Publish && d.Outcome != Keep && !refuses:
		return value.Fieldf("outcome", "choose publish, reject, remove or keep")
	case refuses && !d.Ground.Valid():
		return value.Fieldf("ground", "choose the ground of the decision")
	case utf8.RuneCountInString(d.Reason) < 5:
		return value.Fieldf("reason", "give the reason; it is stored and shown to whoever is concerned")
	case utf8.RuneCountInString(d.Reason) > longestReason:
		return value.Fieldf("reason", "a reason may have at most %d characters", longestReason)
	}
	return nil
}

func (d *Desk) decide(tx *db.Tx, decision Decision) error {
	if err := d.isAnother(tx, decision); err != nil {
		return err
	}
	if err := d.carryOut(tx, decision); err != nil {
		return err
	}
	return storeDecision(tx, decision)
}

// isAnother refuses whoever has decided about a record whose author appealed.
func (d *Desk) isAnother(tx *db.Tx, decision Decision) error {
	room, can := d.Rooms[decision.Object].(Appealable)
	if !can {
		return nil
	}
	appealed, err := room.UnderAppeal(tx, decision.Record)
	if err != nil || !appealed {
		return err
	}
	made, err := Decisions(tx, decision.Object, decision.Record, mostListed)
	for _, earlier := range made {
		if earlier.Outcome != Keep && earlier.Actor == tx.Actor().String() {
			return ErrSamePerson
		}
	}
	return err
}

func (d *Desk) carryOut(tx *db.Tx, decision Decision) error {
	switch decision.Outcome {
	case Publish:
		published, err := d.Rooms[decision.Object].Release(tx, decision.Record, decision.Reason)
		if err == nil && !published {
			err = value.Errorf(value.Forbidden, "a rule of the provider refuses this content; nobody here can publish it")
		}
		return err
	case Reject, Remove:
		return d.Rooms[decision.Object].Refuse(tx, decision.Record, decision.Outcome == Remove, decision.Reason)
	default:
		return nil
	}
}

func storeDecision(tx *db.Tx, d Decision) error {
	d.ID = tx.NewID()
	var notice any
	if d.Notice != 0 {
		notice = int64(d.Notice)
	}
	err := tx.Insert("decision", []string{"id", "object", "record", "outcome", "ground", "reason", "notice", "actor", "made_us"}, [][]any{
		{int64(d.ID), d.Object, int64(d.Record), string(d.Outcome), string(d.Ground), d.Reason, notice, tx.Actor().String(), value.Micros(tx.Now())}})
	if err != nil {
		return err
	}
	tx.Log(db.Change{Object: "decision", Record: d.ID, Diff: map[string]any{
		"object": d.Object, "record": d.Record, "outcome": d.Outcome, "ground": d.Ground, "reason": d.Reason}})
	return nil
}

// Answer decides about what a notice points at and tells the notice's author. The record is removed or kept.
func (d *Desk) Answer(ctx context.Context, actor value.Actor, notice value.ID, decision Decision, answer string) error {
	answer = tidy(answer)
	if n := utf8.RuneCountInString(answer); n < 5 || n > longestReason {
		return value.Fieldf("answer", "write in 5 to %d characters what the author of the notice is told", longestReason)
	}
	if decision.Outcome != Remove && decision.Outcome != Keep {
		return value.Fieldf("outcome", "choose whether it is removed or kept")
	}
	if err := decision.check(actor); err != nil {
		return err
	}
	err := d.DB.Write(ctx, actor, "notice.answer", func(tx *db.Tx) error {
		n, err := FindNotice(tx, notice)
		if err != nil {
			return err
		}
		if n.State == Answered {
			return value.Errorf(value.Conflict, "somebody has answered this notice already")
		}
		if d.Rooms[n.Object] == nil && decision.Outcome != Keep {
			return value.Errorf(value.Conflict, "notices about a %s cannot be answered here", n.Object)
		}
		decision.Object, decision.Record, decision.Notice = n.Object, n.Record, n.ID
		if err := d.decide(tx, decision); err != nil {
			return err
		}
		return storeAnswer(tx, n.ID, answer)
	})
	if err != nil {
		return fmt.Errorf("moderation.Answer(%s): %w", notice, err)
	}
	return nil
}
