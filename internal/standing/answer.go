package standing

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"fairground/internal/db"
	"fairground/internal/value"
)

// ErrSamePerson refuses somebody who would answer a contest of what they made themselves.
var ErrSamePerson error = &value.Error{Kind: value.Forbidden, Key: "standing.fault.same", Message: "you made what is contested here; somebody else has to answer"}

// Answer ends a contest with words for the member. What is found wrong is put right in the same transaction, as far as a program can.
// Only a member of staff can, and not whoever made what is contested (ErrSamePerson), nor the member themselves.
func (d *Desk) Answer(ctx context.Context, by value.Actor, id value.ID, how State, words string) error {
	words = strings.TrimSpace(value.Visible(words))
	switch n := utf8.RuneCountInString(words); {
	case by.Kind != value.Staff || by.ID == 0:
		return value.Errorf(value.Forbidden, "only a member of staff can answer a contest")
	case how != Stands && how != Corrected:
		return &value.Error{Kind: value.Invalid, Field: "outcome", Key: "standing.fault.outcome", Message: "choose whether it stands or is put right"}
	case n < shortestText || n > longestText:
		return &value.Error{Kind: value.Invalid, Field: "answer", Key: "standing.fault.answer", Args: []any{"least", shortestText, "most", longestText},
			Message: "explain in 10 to 4000 characters; the member reads it"}
	}
	err := d.config.Site.DB.Write(ctx, by, "standing.answer", func(tx *db.Tx) error { return d.answer(tx, id, how, words) })
	if err != nil {
		return fmt.Errorf("standing.Answer(%s): %w", id, err)
	}
	return nil
}

func (d *Desk) answer(tx *db.Tx, id value.ID, how State, words string) error {
	c, err := Find(tx, id)
	if err != nil {
		return err
	}
	switch by := tx.Actor(); {
	case c.State != Open:
		return errAnswered
	case c.DecidedBy == by.String() || c.Account == by.ID:
		return ErrSamePerson
	}
	if how == Corrected {
		if err := d.config.Correct(tx, c); err != nil {
			return err
		}
	}
	c.State, c.Answer, c.AnsweredBy, c.Answered = how, words, tx.Actor().String(), tx.Now()
	n, err := storeAnswer(tx, c)
	if err == nil && n == 0 {
		err = errAnswered
	}
	if err != nil {
		return err
	}
	tx.Log(db.Change{Object: Object, Record: c.ID, Diff: map[string]any{"state": []State{Open, how}}})
	return d.tell(tx, c)
}

var errAnswered = &value.Error{Kind: value.Conflict, Key: "standing.fault.answered", Message: "somebody has answered this already"}

// Waits reports whether a contest waits for its answer, for the desk's cases.
func Waits(tx *db.Tx, id value.ID) (bool, error) {
	c, err := Find(tx, id)
	return c.State == Open, err
}
