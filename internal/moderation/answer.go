package moderation

import (
	"context"
	"fmt"
	"unicode/utf8"

	"fairground/internal/db"
	"fairground/internal/value"
)

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
	if decision.Measure.grave() {
		return ErrTwo
	}
	err := d.DB.Write(ctx, actor, "notice.answer", func(tx *db.Tx) error {
		return d.answer(tx, notice, decision, answer)
	})
	if err != nil {
		return fmt.Errorf("moderation.Answer(%s): %w", notice, err)
	}
	return nil
}

func (d *Desk) answer(tx *db.Tx, notice value.ID, decision Decision, answer string) error {
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
	made, err := d.decide(tx, decision)
	if err != nil {
		return err
	}
	if err := storeAnswer(tx, n.ID, answer); err != nil {
		return err
	}
	if d.Answered != nil {
		if err := d.Answered(tx, n, answer); err != nil {
			return err
		}
	}
	if d.Duties == nil {
		return nil
	}
	return d.Duties.Discharge(tx, noticeDuty, "notice", n.ID, made.ID.String())
}
