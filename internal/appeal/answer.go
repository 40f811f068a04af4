package appeal

import (
	"context"
	"fmt"
	"unicode/utf8"

	"fairground/internal/db"
	"fairground/internal/value"
)

// ErrSamePerson refuses somebody who would answer an appeal against their own decision.
var ErrSamePerson = wrong(value.Forbidden, "appeal.same_person", "you took part in the decision that this appeal is about; somebody else has to answer it")

// Answer ends an appeal: upheld, overturned or partly, with words for whoever appealed. Only a member of staff can, and
// nobody who took part in the decision (ErrSamePerson). An overturned decision is taken back in the same transaction.
// Partly changes nothing by itself: the answerer makes the milder or stricter decision at the desk.
func (d *Desk) Answer(ctx context.Context, actor value.Actor, id value.ID, how State, text string) error {
	text = tidy(text)
	switch n := utf8.RuneCountInString(text); {
	case actor.Kind != value.Staff || actor.ID == 0:
		return wrong(value.Forbidden, "appeal.staff_only", "only a member of staff can answer an appeal")
	case how != Upheld && how != Overturned && how != Partly:
		return fieldWrong("outcome", "appeal.fault.outcome", "choose whether the decision stands, is taken back, or in part")
	case n < shortestText || n > longestText:
		return fieldWrong("answer", "appeal.fault.answer", "explain in 10 to 4000 characters; whoever appealed reads it", "least", shortestText, "most", longestText)
	}
	err := d.Site.DB.Write(ctx, actor, "appeal.answer", func(tx *db.Tx) error { return d.answer(tx, id, how, text) })
	if err != nil {
		return fmt.Errorf("appeal.Answer(%s): %w", id, err)
	}
	return nil
}

func (d *Desk) answer(tx *db.Tx, id value.ID, how State, text string) error {
	a, err := Find(tx, id)
	if err != nil {
		return err
	}
	by := tx.Actor().String()
	switch {
	case a.State != Open:
		return wrong(value.Conflict, "appeal.answered_already", "somebody has answered this appeal already")
	case a.DecidedBy == by || a.SecondedBy == by:
		return ErrSamePerson
	}
	if how == Overturned {
		if err := d.overturn(tx, a, text); err != nil {
			return err
		}
	}
	a.State, a.Answer, a.AnsweredBy, a.Answered = how, text, by, tx.Now()
	if err := storeAnswer(tx, a); err != nil {
		return err
	}
	tx.Log(db.Change{Object: Object, Record: a.ID, Diff: map[string]any{"state": []State{Open, how}, "decision": a.Decision}})
	if d.Duties != nil {
		if err := d.Duties.Discharge(tx, duty, Object, a.ID, by); err != nil {
			return err
		}
	}
	return d.tell(tx, a)
}

// overturn takes the decision back, unless another appeal has done so.
func (d *Desk) overturn(tx *db.Tx, a Appeal, reason string) error {
	ruling, err := d.Rulings.ByDecision(tx, a.Decision)
	if err != nil || ruling.Reversed {
		return err
	}
	return d.Overturn(tx, a.Decision, reason)
}
