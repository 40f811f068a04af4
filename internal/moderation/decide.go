package moderation

import (
	"context"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"fairground/internal/db"
	"fairground/internal/value"
)

// Outcome is what a decision does to its record.
type Outcome string

// The outcomes.
const (
	Publish  Outcome = "publish"  // what was held may be seen
	Reject   Outcome = "reject"   // what was held may not be seen
	Remove   Outcome = "remove"   // what was seen is taken away
	Keep     Outcome = "keep"     // everything stays as it is
	Change   Outcome = "change"   // its author is asked to change it
	Restrict Outcome = "restrict" // it is seen by its direct address only
)

// Decision is one outcome with who decided, when and why. Outcome and Measure follow from each other where one is empty.
type Decision struct {
	ID        value.ID
	Object    string
	Record    value.ID
	Outcome   Outcome
	Measure   Measure
	Ground    Ground       // needed for what takes something away
	Reason    string       // shown to whoever is concerned
	Rule      string       // the rule that found it; empty: a person
	Policy    string       // of that rule
	Locale    value.Locale // of the author; filled in when the room knows them
	Automatic bool         // the program decided, not a person
	Severe    bool         // preserved at once; follows from the measure and the ground
	Preserve  bool         // preserve it although it is not severe
	Notice    value.ID
	Case      value.ID // that was looked at; it has to be undecided. Filled in when it is not given
	Act       value.ID // of all decisions that were made as one
	Author    value.ID // of the record, when the room knows them
	Actor     string
	Second    string // who confirmed a severe act
	Made      time.Time
	Undone    time.Time // zero while it stands
	UndoneBy  string
	Until     time.Time `json:",omitzero"` // when a suspension that an appeal shortened ends; not stored here
	Instead   value.ID  `json:",omitzero"` // the decision that it takes the place of after an appeal; not stored here

	// Unchanged refuses, inside the decision's transaction, to decide about what is not as it was seen any more; nil asks
	// nothing.
	Unchanged func(tx *db.Tx) error `json:"-"`

	was    string   // how the record stood before
	by     value.ID // the account of whoever decides; the confirmer of a severe act is another
	stands bool     // the record is as the decision wants it already
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

// ErrTwo refuses a severe act of one person alone.
var ErrTwo = value.Errorf(value.Forbidden, "this needs two people: propose it, and somebody else confirms it")

// Desk is where staff decide. One site has one. The hooks run in the decision's transaction; nil leaves them out.
type Desk struct {
	DB        *db.DB
	Rooms     map[string]Room // by the object whose records they carry decisions out on
	Reasons   Reasons
	Evidence  Evidence
	Duties    Duties
	Suspender Suspender
	// Answered tells whoever sent a notice what came of it; nil: they look under their code.
	Answered func(tx *db.Tx, n Notice, answer string) error
	// Leads reports who may take what was escalated; nil: everybody.
	Leads func(tx *db.Tx, account value.ID) (bool, error)
	// Troubled tells people of a change whose consequences fail again and again; nil: nobody is told.
	Troubled func(tx *db.Tx, f Failure) error
	Sampling Sampling
}

const longestReason = 2000 // characters

// Decide carries a decision of a member of staff out and stores it. A decision to publish something that a mandatory
// rule refuses is an error of kind Forbidden, and nothing is stored. A severe measure is ErrTwo; see Propose. When somebody
// else has claimed the case, the error is of kind Conflict and wraps *Taken.
func (d *Desk) Decide(ctx context.Context, actor value.Actor, decision Decision) error {
	if err := d.check(actor, &decision); err != nil {
		return err
	}
	if decision.Measure.grave() {
		return ErrTwo
	}
	err := d.DB.Write(ctx, actor, "moderation."+string(decision.Outcome), func(tx *db.Tx) error {
		_, err := d.decide(tx, decision)
		return err
	})
	if err != nil {
		return fmt.Errorf("moderation.Decide(%s): %w", decision.Record, err)
	}
	return nil
}

func (d *Desk) check(actor value.Actor, decision *Decision) error {
	if err := decision.check(actor); err != nil {
		return err
	}
	if d.Rooms[decision.Object] == nil || decision.Record == 0 {
		return value.Errorf(value.Invalid, "a decision is about one record of a known kind")
	}
	if !d.Can(decision.Object, decision.Measure) {
		return value.Fieldf("outcome", "this cannot be done with a %s", decision.Object)
	}
	return nil
}

// check tidies a decision. Only people decide here: what the program does by itself goes through Record.
func (d *Decision) check(actor value.Actor) error {
	d.tidy()
	d.by, d.Actor, d.Second, d.Automatic = actor.ID, actor.String(), "", false
	if err := onlyStaff(actor); err != nil {
		return err
	}
	switch {
	case !d.consistent():
		return value.Fieldf("outcome", "choose publish, reject, remove or keep")
	case d.Measure.explained() && !d.Ground.Valid():
		return value.Fieldf("ground", "choose the ground of the decision")
	case utf8.RuneCountInString(d.Reason) < 5:
		return value.Fieldf("reason", "give the reason; it is stored and shown to whoever is concerned")
	case utf8.RuneCountInString(d.Reason) > longestReason:
		return value.Fieldf("reason", "a reason may have at most %d characters", longestReason)
	}
	return nil
}

func (d *Decision) tidy() {
	d.Reason = tidy(d.Reason)
	if d.Measure == "" {
		d.Measure = measures[d.Outcome]
	}
	if d.Outcome == "" && len(outcomes[d.Measure]) > 0 {
		d.Outcome = outcomes[d.Measure][0]
	}
	if !d.Measure.explained() {
		d.Ground = ""
	}
	d.Severe = d.Measure.grave() || d.Measure.explained() && d.Ground == Exploitation
}

func (d *Decision) consistent() bool {
	for _, may := range outcomes[d.Measure] {
		if may == d.Outcome {
			return true
		}
	}
	return false
}

// decide is the whole of a decision: who may, what it does, the row, the hooks and the cases, or none of these.
func (d *Desk) decide(tx *db.Tx, decision Decision) (Decision, error) {
	if decision.Unchanged != nil {
		if err := decision.Unchanged(tx); err != nil {
			return decision, err
		}
	}
	if err := d.isAnother(tx, decision); err != nil {
		return decision, err
	}
	about, err := d.describe(tx, decision)
	if err != nil {
		return decision, err
	}
	decision.ID, decision.Author, decision.Locale, decision.Made = tx.NewID(), about.Author, about.Locale, tx.Now()
	if room, can := d.Rooms[decision.Object].(Reverter); can {
		if decision.was, err = room.Before(tx, decision.Record); err != nil {
			return decision, err
		}
	}
	cases, err := d.casesOf(tx, &decision)
	if err != nil {
		return decision, err
	}
	for _, step := range []func(*db.Tx, Decision, About) error{d.preserve, d.carryOut, storeDecision, d.explain} {
		if err := step(tx, decision, about); err != nil {
			return decision, err
		}
	}
	return decision, d.close(tx, cases, decision)
}

// isAnother refuses whoever has decided about a record whose author appealed.
func (d *Desk) isAnother(tx *db.Tx, decision Decision) error {
	room, can := d.Rooms[decision.Object].(Appealable)
	if !can || decision.Automatic {
		return nil
	}
	appealed, err := room.UnderAppeal(tx, decision.Record)
	if err != nil || !appealed {
		return err
	}
	made, err := Decisions(tx, decision.Object, decision.Record, mostListed)
	for _, earlier := range made {
		if earlier.Outcome != Keep && (earlier.Actor == decision.Actor || earlier.Second == decision.Actor) {
			return ErrSamePerson
		}
	}
	return err
}

// casesOf are the cases that a decision settles. A case that somebody else works on is not decided over their head.
func (d *Desk) casesOf(tx *db.Tx, decision *Decision) ([]Case, error) {
	all, err := undecided(tx, decision.Object, decision.Record)
	if err != nil {
		return nil, err
	}
	if decision.Notice != 0 {
		about, err := undecided(tx, "notice", decision.Notice)
		if err != nil {
			return nil, err
		}
		all = append(all, about...)
	}
	if named := decision.Case; named != 0 && !slices.ContainsFunc(all, func(c Case) bool { return c.ID == named }) {
		return nil, errDecided
	}
	all = slices.DeleteFunc(all, func(c Case) bool { return !decision.settles(c) })
	for _, c := range all {
		if by := c.HeldBy(tx.Now()); by != 0 && by != decision.by && !decision.Automatic {
			return nil, takenBy(c)
		}
		if c.Barred != 0 && c.Barred == decision.by {
			return nil, errBarred
		}
		if decision.Case == 0 || c.ID == decision.Case {
			decision.Case = c.ID
			if decision.Policy == "" {
				decision.Policy = c.Policy
			}
		}
	}
	return all, nil
}

// settles reports whether a case is over with the decision. To keep something says nothing about whether what is held
// may be published.
func (d *Decision) settles(c Case) bool {
	return d.Measure != ToKeep || c.Kind != ListingCase && c.Kind != TextCase
}

func (d *Desk) preserve(tx *db.Tx, decision Decision, about About) error {
	if d.Evidence == nil || !decision.Severe && !decision.Preserve {
		return nil
	}
	return d.Evidence.Preserve(tx, decision.Object, decision.Record, decision.ID, about)
}

func (d *Desk) carryOut(tx *db.Tx, decision Decision, about About) error {
	room := d.Rooms[decision.Object]
	if decision.Measure == ToSuspend {
		if about.Author == 0 {
			return value.Errorf(value.Conflict, "this record has no account that could be suspended")
		}
		if err := d.Suspender.Suspend(tx, about.Author, decision.Reason); err != nil {
			return err
		}
	}
	if decision.stands {
		return nil
	}
	switch decision.Outcome {
	case Publish:
		published, err := room.Release(tx, decision.Record, decision.Reason)
		if err == nil && !published {
			err = value.Errorf(value.Forbidden, "a rule of the provider refuses this content; nobody here can publish it")
		}
		return err
	case Reject, Remove:
		return room.Refuse(tx, decision.Record, decision.Outcome == Remove, decision.Reason)
	case Change:
		return room.(Changer).Ask(tx, decision.Record, decision.Reason)
	case Restrict:
		return room.(Restricter).Restrict(tx, decision.Record, decision.Reason)
	default:
		return nil
	}
}

// explain writes the statement of reasons, and begins the duty that a suspicion brings with it.
func (d *Desk) explain(tx *db.Tx, decision Decision, about About) error {
	if d.Reasons != nil && (decision.Measure.explained() || decision.Measure == ToChange) {
		if err := d.Reasons.State(tx, decision, about); err != nil {
			return err
		}
	}
	if d.Duties != nil && decision.Measure == ToEscalate {
		return d.Duties.Begin(tx, suspicionDuty, decision.Object, decision.Record)
	}
	return nil
}

// close settles the cases of a decision. What the author shall change waits for them; what was escalated goes to the
// admins, who decide about it again.
func (d *Desk) close(tx *db.Tx, cases []Case, decision Decision) error {
	for _, c := range cases {
		var err error
		switch {
		case decision.Measure == ToChange:
			err = move(tx, c, CaseWaiting, c.Queue, c.Severity)
		case decision.Measure == ToEscalate && c.Kind != NoticeCase:
			err = move(tx, c, CaseOpen, AdminQueue, Grave)
		default:
			if err = settle(tx, c, decision.ID, decision.by); err == nil {
				err = d.sample(tx, c, decision)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Record stores a decision that the program made by a rule, with its statement of reasons. The rule has taken effect
// already: nothing is carried out.
func (d *Desk) Record(tx *db.Tx, decision Decision) error {
	decision.tidy()
	decision.Automatic, decision.Actor = true, tx.Actor().String()
	if tx.Actor().Kind != value.System || !decision.consistent() || decision.Rule == "" || decision.Measure.grave() {
		return value.Errorf(value.Invalid, "the program decides by a rule, and never suspends or escalates")
	}
	about, err := d.describe(tx, decision)
	if err != nil {
		return err
	}
	decision.ID, decision.Author, decision.Locale, decision.Made = tx.NewID(), about.Author, about.Locale, tx.Now()
	for _, step := range []func(*db.Tx, Decision, About) error{d.preserve, storeDecision, d.explain} {
		if err := step(tx, decision, about); err != nil {
			return err
		}
	}
	return nil
}
