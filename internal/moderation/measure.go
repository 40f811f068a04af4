package moderation

import (
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

// Measure is what a decision does, more exactly than its outcome.
type Measure string

// The measures. Suspending and escalating are severe: two people are needed.
const (
	ToPublish  Measure = "publish"
	ToChange   Measure = "change"   // the author is told what to change; the case waits for them
	ToRestrict Measure = "restrict" // it can be seen by its direct address only
	ToRemove   Measure = "remove"
	ToSuspend  Measure = "suspend"  // it is removed and its author's account is suspended
	ToEscalate Measure = "escalate" // admins take it on, and the duty to report a suspicion begins
	ToKeep     Measure = "keep"
)

// Measures lists all of them in the order in which pages show them.
var Measures = []Measure{ToPublish, ToChange, ToRestrict, ToRemove, ToSuspend, ToEscalate, ToKeep}

// outcomes are what each measure may do to the record; the first is meant when nothing is said.
var outcomes = map[Measure][]Outcome{
	ToPublish: {Publish}, ToChange: {Change}, ToRestrict: {Restrict}, ToRemove: {Remove, Reject}, ToKeep: {Keep},
	ToSuspend: {Remove, Reject, Keep}, ToEscalate: {Keep, Remove, Reject},
}

// measures are what outcomes mean by themselves.
var measures = map[Outcome]Measure{Publish: ToPublish, Reject: ToRemove, Remove: ToRemove, Keep: ToKeep, Change: ToChange, Restrict: ToRestrict}

// grave reports whether a second person has to confirm.
func (m Measure) grave() bool { return m == ToSuspend || m == ToEscalate }

// explained reports whether a measure takes something away, so that a ground and a statement of reasons are due.
func (m Measure) explained() bool {
	return m == ToRestrict || m == ToRemove || m == ToSuspend || m == ToEscalate
}

// About is what the hooks of a decision are told of its record.
type About struct {
	Author   value.ID // the account
	Name     string
	Email    value.Email
	Locale   value.Locale
	Title    string
	Href     string
	Category string
	Texts    []string
	Photos   []string // SHA-256
	Made     time.Time
}

// Describer is a Room that knows its records' authors. Without it statements have nobody to go to.
type Describer interface {
	Describe(tx *db.Tx, record value.ID) (About, error)
}

// Changer is a Room whose records' authors can be asked to change something. Ask tells the author and leaves the record
// out of the public's sight; the author's next edit brings the case back.
type Changer interface {
	Ask(tx *db.Tx, record value.ID, what string) error
}

// Restricter is a Room whose records can be left to those who have the direct address, without contact. To restrict what
// waits for staff releases it so; what a mandatory rule refuses is an error of kind Forbidden. To publish what is
// restricted and does not wait lifts the restriction.
type Restricter interface {
	Restrict(tx *db.Tx, record value.ID, reason string) error
}

// Lifter is a Restricter that ends a restriction by itself, for an appeal that is upheld: what waited for staff before is
// not made to wait again.
type Lifter interface {
	Lift(tx *db.Tx, record value.ID) error
}

// Reverter is a Room that can put a record back exactly as it was. Before tells how it stands, in words of the room's own,
// and Revert restores that without publishing anything that was not public.
type Reverter interface {
	Before(tx *db.Tx, record value.ID) (string, error)
	Revert(tx *db.Tx, record value.ID, before string) error
}

// Restorer is a Room that brings back what was refused or removed, so that it is public again if it may be.
type Restorer interface {
	Restore(tx *db.Tx, record value.ID, reason string) (published bool, err error)
}

// Suspender suspends accounts of members.
type Suspender interface {
	Suspend(tx *db.Tx, account value.ID, reason string) error
	Unsuspend(tx *db.Tx, account value.ID, reason string) error
}

// Reasons writes the statement of reasons of a decision.
type Reasons interface {
	State(tx *db.Tx, d Decision, a About) error
}

// Revoker is the side of Reasons that takes a statement back after an undo or an appeal.
type Revoker interface {
	Revoke(tx *db.Tx, decision value.ID, reason string) error
}

// Evidence preserves a record as it is before the decision takes effect.
type Evidence interface {
	Preserve(tx *db.Tx, object string, record value.ID, decision value.ID, a About) error
}

// Duties are the clocks of what the law asks.
type Duties interface {
	Begin(tx *db.Tx, kind string, object string, record value.ID) error
	Discharge(tx *db.Tx, kind, object string, record value.ID, by string) error
}

// The duties that begin and end here.
const (
	noticeDuty    = "notice"
	suspicionDuty = "suspicion"
)

// Can reports whether a measure is offered for records of an object.
func (d *Desk) Can(object string, m Measure) bool {
	room := d.Rooms[object]
	switch m {
	case ToChange:
		_, can := room.(Changer)
		return can
	case ToRestrict:
		_, can := room.(Restricter)
		return can
	case ToSuspend:
		_, can := room.(Describer)
		return can && d.Suspender != nil
	case ToEscalate:
		return true
	default:
		return room != nil
	}
}

func (d *Desk) describe(tx *db.Tx, decision Decision) (About, error) {
	room, can := d.Rooms[decision.Object].(Describer)
	if !can {
		return About{}, nil
	}
	return room.Describe(tx, decision.Record)
}
