package moderation

import (
	"fmt"
	"time"
	"unicode/utf8"

	"fairground/internal/db"
	"fairground/internal/value"
)

// Lesser lists what can take the place of a decision after an appeal that is right in part, the mildest first: less than
// what it took away, or, for a decision that took nothing away, what whoever reported may ask for. To suspend again means to
// suspend until a day.
func (d *Desk) Lesser(made Decision) (all []Measure) {
	var choices []Measure
	taken := made.Outcome == Remove || made.Outcome == Reject
	switch {
	case made.Measure == ToSuspend && taken:
		choices = []Measure{ToRestrict, ToChange, ToRemove, ToSuspend}
	case made.Measure == ToSuspend:
		choices = []Measure{ToSuspend}
	case taken:
		choices = []Measure{ToRestrict, ToChange}
	case made.Measure == ToKeep || made.Measure == ToPublish:
		choices = []Measure{ToRestrict, ToChange, ToRemove}
	}
	for _, m := range choices {
		if d.Can(made.Object, m) {
			all = append(all, m)
		}
	}
	return all
}

// Replace puts another decision in the place of one whose appeal was right in part, in the appeal's transaction: the first
// is taken back, and the second is carried out with a statement of its own. Whoever took part in the first cannot. Of the
// second only Measure, Ground, Reason and, for a suspension, Until are taken.
func (d *Desk) Replace(tx *db.Tx, decision value.ID, with Decision) (Decision, error) {
	made, err := FindDecision(tx, decision)
	if err == nil {
		with, err = d.replace(tx, made, with)
	}
	if err != nil {
		return Decision{}, fmt.Errorf("moderation.Replace(%s): %w", decision, err)
	}
	return with, nil
}

func (d *Desk) replace(tx *db.Tx, made, with Decision) (Decision, error) {
	if err := d.mayReplace(tx, made, &with); err != nil {
		return with, err
	}
	if with.Measure == ToChange || with.Measure == ToRestrict { // the rest leaves the record as the first left it
		if err := d.standAgain(tx, made, with.Reason); err != nil {
			return with, err
		}
	}
	lifted := made
	if with.Measure == ToSuspend {
		lifted.Measure = ToRemove // the account stays suspended meanwhile
	}
	if err := d.withdraw(tx, lifted, with.Reason); err != nil {
		return with, err
	}
	return d.decide(tx, with)
}

// standAgain puts the record back as it was before a decision.
func (d *Desk) standAgain(tx *db.Tx, made Decision, reason string) error {
	if made.Outcome == Keep || made.Outcome == Publish {
		return nil
	}
	return d.revert(tx, made, reason)
}

// mayReplace checks who asks and what for, and completes the second decision from the first.
func (d *Desk) mayReplace(tx *db.Tx, made Decision, with *Decision) error {
	actor := tx.Actor()
	last, err := latest(tx, made.Object, made.Record)
	switch {
	case err != nil:
		return err
	case actor.Kind != value.Staff:
		return value.Errorf(value.Forbidden, "only a member of staff can answer an appeal")
	case made.Actor == actor.String() || made.Second == actor.String():
		return ErrSamePerson
	case !made.Undone.IsZero():
		return value.Errorf(value.Conflict, "this decision was taken back already")
	case last != made.ID && made.Measure != ToKeep:
		return value.Errorf(value.Conflict, "something else was decided about this since; its own appeal changes it")
	}
	possible := false
	for _, m := range d.Lesser(made) {
		possible = possible || m == with.Measure
	}
	if !possible {
		return value.Fieldf("measure", "choose what takes the place of the decision")
	}
	if err := with.checkUntil(tx.Now()); err != nil {
		return err
	}
	second := Decision{
		Object: made.Object, Record: made.Record, Measure: with.Measure, Ground: with.Ground, Reason: with.Reason, Until: with.Until, Instead: made.ID,
		Rule: made.Rule, Policy: made.Policy, Notice: made.Notice, Locale: made.Locale, Actor: actor.String(), by: actor.ID,
	}
	if second.Ground == "" {
		second.Ground = made.Ground
	}
	if with.Measure == ToSuspend || with.Measure == ToRemove && made.Measure == ToSuspend {
		second.Outcome, second.stands = made.Outcome, true
	}
	if with.Measure == ToSuspend { // what is left of it was proposed by the first and is confirmed by the second
		second.Actor, second.Second = made.Actor, actor.String()
	}
	second.tidy()
	*with = second
	if n := utf8.RuneCountInString(with.Reason); n < 5 || n > longestReason {
		return value.Fieldf("reason", "give the reason in 5 to %d characters", longestReason)
	}
	if with.Measure.explained() && !with.Ground.Valid() {
		return value.Fieldf("ground", "choose the ground of the decision")
	}
	return nil
}

const longestSuspension = 366 * 24 * time.Hour // that an appeal can leave

// checkUntil demands an end of a suspension that is shortened, and none of anything else.
func (d *Decision) checkUntil(now time.Time) error {
	switch {
	case d.Measure != ToSuspend && !d.Until.IsZero():
		return value.Fieldf("until", "only a suspension ends by itself")
	case d.Measure == ToSuspend && (!d.Until.After(now) || d.Until.Sub(now) > longestSuspension):
		return value.Fieldf("until", "choose the day on which the suspension ends: from tomorrow, within a year")
	}
	return nil
}
