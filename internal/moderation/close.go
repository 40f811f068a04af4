package moderation

import (
	"context"
	"fmt"
	"unicode/utf8"

	"fairground/internal/db"
	"fairground/internal/value"
)

// CheckAnswer says what is wrong with what the author of a notice is to be told: an error of kind Invalid on the field answer.
func CheckAnswer(answer string) error {
	if n := utf8.RuneCountInString(tidy(answer)); n < 5 || n > longestReason {
		return value.Fieldf("answer", "write in 5 to %d characters what the author of the notice is told", longestReason)
	}
	return nil
}

// Close answers a notice after everything it asks for was decided, such as the removal of all copies of a photo: its author is
// told, its case is settled and its duty discharged. by is whoever decided; proof names the act. One that was answered already is left
// as it is.
func (d *Desk) Close(ctx context.Context, by value.Actor, notice, proof value.ID, answer string) error {
	if err := CheckAnswer(answer); err != nil {
		return err
	}
	if err := onlyStaff(by); err != nil {
		return err
	}
	err := d.DB.Write(ctx, by, "notice.answer", func(tx *db.Tx) error {
		n, err := FindNotice(tx, notice)
		if err != nil || n.State == Answered {
			return err
		}
		return d.closeNotice(tx, n, proof, tidy(answer))
	})
	if err != nil {
		return fmt.Errorf("moderation.Close(%s): %w", notice, err)
	}
	return nil
}

func (d *Desk) closeNotice(tx *db.Tx, n Notice, proof value.ID, answer string) error {
	if err := storeAnswer(tx, n.ID, answer); err != nil {
		return err
	}
	open, err := undecided(tx, "notice", n.ID)
	if err != nil {
		return err
	}
	for _, c := range open {
		if err := settle(tx, c, proof, tx.Actor().ID); err != nil {
			return err
		}
	}
	if d.Answered != nil {
		if err := d.Answered(tx, n, answer); err != nil {
			return err
		}
	}
	if d.Duties == nil {
		return nil
	}
	return d.Duties.Discharge(tx, noticeDuty, "notice", n.ID, proof.String())
}
