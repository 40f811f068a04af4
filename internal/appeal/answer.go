package appeal

import (
	"context"
	"fmt"
	"slices"
	"unicode/utf8"

	"fairground/internal/db"
	"fairground/internal/value"
)

// ErrSamePerson refuses somebody who would answer an appeal against their own decision.
var ErrSamePerson = wrong(value.Forbidden, "appeal.same_person", "you took part in the decision that this appeal is about; somebody else has to answer it")

// Answer ends an appeal: upheld or overturned, with words for whoever appealed. Only a member of staff can, and nobody who
// took part in the decision (ErrSamePerson). An overturned decision is taken back in the same transaction. An appeal that
// is right in part goes through AnswerInPart.
func (d *Desk) Answer(ctx context.Context, actor value.Actor, id value.ID, how State, text string) error {
	if how == Partly {
		return fieldWrong("measure", "appeal.fault.measure", "choose what takes the place of the decision")
	}
	return d.end(ctx, actor, id, Appeal{State: how, Answer: text})
}

// AnswerInPart ends an appeal that is right in part: the decision is taken back, the other one carried out with its own
// statement of reasons, and the answer stored, or none of these. The words are the reason of the other decision too.
func (d *Desk) AnswerInPart(ctx context.Context, actor value.Actor, id value.ID, with Instead, text string) error {
	return d.end(ctx, actor, id, Appeal{State: Partly, Answer: text, Instead: with})
}

func (d *Desk) end(ctx context.Context, actor value.Actor, id value.ID, with Appeal) error {
	with.Answer = tidy(with.Answer)
	switch n, how := utf8.RuneCountInString(with.Answer), with.State; {
	case actor.Kind != value.Staff || actor.ID == 0:
		return wrong(value.Forbidden, "appeal.staff_only", "only a member of staff can answer an appeal")
	case how != Upheld && how != Overturned && how != Partly:
		return fieldWrong("outcome", "appeal.fault.outcome", "choose whether the decision stands, is taken back, or in part")
	case n < shortestText || n > with.longest():
		return fieldWrong("answer", "appeal.fault.answer", "explain in 10 to 4000 characters; whoever appealed reads it", "least", shortestText, "most", with.longest())
	}
	err := d.Site.DB.Write(ctx, actor, "appeal.answer", func(tx *db.Tx) error { return d.answer(tx, id, with) })
	if err != nil {
		return fmt.Errorf("appeal.Answer(%s): %w", id, err)
	}
	return nil
}

// longestReason is how long the reason of a decision may be, which the words of an answer in part are as well.
const longestReason = 2000

func (a Appeal) longest() int {
	if a.State == Partly {
		return longestReason
	}
	return longestText
}

func (d *Desk) answer(tx *db.Tx, id value.ID, with Appeal) error {
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
	a.State, a.Answer, a.AnsweredBy, a.Answered = with.State, with.Answer, by, tx.Now()
	switch a.State {
	case Overturned:
		err = d.overturn(tx, a)
	case Partly:
		a.Instead = with.Instead
		a.Successor, err = d.replace(tx, a)
	}
	if err == nil {
		err = storeAnswer(tx, a)
	}
	if err != nil {
		return err
	}
	diff := map[string]any{"state": []State{Open, a.State}, "decision": a.Decision}
	if a.Successor != 0 {
		diff["replacement"], diff["measure"] = a.Successor, a.Instead.Measure
	}
	tx.Log(db.Change{Object: Object, Record: a.ID, Diff: diff})
	if d.Duties != nil {
		if err := d.Duties.Discharge(tx, duty, Object, a.ID, by); err != nil {
			return err
		}
	}
	return d.tell(tx, a)
}

// overturn takes the decision back, unless another appeal has done so.
func (d *Desk) overturn(tx *db.Tx, a Appeal) error {
	ruling, err := d.Rulings.ByDecision(tx, a.Decision)
	if err != nil || ruling.Reversed {
		return err
	}
	return d.Overturn(tx, a.Decision, a.Answer)
}

// replace puts the other decision in the place of the first.
func (d *Desk) replace(tx *db.Tx, a Appeal) (value.ID, error) {
	possible, err := d.lesser(tx, a.Decision)
	if err != nil {
		return 0, err
	}
	if !slices.Contains(possible, a.Instead.Measure) {
		return 0, fieldWrong("measure", "appeal.fault.measure", "choose what takes the place of the decision")
	}
	if (a.Instead.Measure == Suspend) == a.Instead.Until.IsZero() {
		return 0, fieldWrong("until", "appeal.fault.until", "choose the day on which the suspension ends")
	}
	return d.Replacer.Replace(tx, a.Decision, a.Instead, a.Answer)
}

// lesser are the measures that can take a decision's place; none when it was taken back already.
func (d *Desk) lesser(tx *db.Tx, decision value.ID) ([]string, error) {
	if d.Replacer == nil {
		return nil, nil
	}
	ruling, err := d.Rulings.ByDecision(tx, decision)
	if err != nil || ruling.Reversed {
		return nil, err
	}
	return d.Replacer.Lesser(tx, decision)
}
