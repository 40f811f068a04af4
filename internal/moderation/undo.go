package moderation

import (
	"context"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"fairground/internal/db"
	"fairground/internal/value"
)

// soonEnough is how long whoever decided may take it back themselves.
const soonEnough = 15 * time.Minute

// Undo takes a decision back and restores exactly what was before: its author within 15 minutes, somebody else later
// and with a reason. The statement of reasons is revoked and the case is open again. When something else was decided
// about the record since, the error is of kind Conflict.
func (d *Desk) Undo(ctx context.Context, actor value.Actor, decision value.ID, reason string) error {
	if err := onlyStaff(actor); err != nil {
		return err
	}
	reason = tidy(reason)
	err := d.DB.Write(ctx, actor, "moderation.undo", func(tx *db.Tx) error {
		made, err := FindDecision(tx, decision)
		if err != nil {
			return err
		}
		if err := mayUndo(tx, made, reason); err != nil {
			return err
		}
		return d.undo(tx, made, reason)
	})
	if err != nil {
		return fmt.Errorf("moderation.Undo(%s): %w", decision, err)
	}
	return nil
}

// UndoAll takes back all decisions of one act that stand.
func (d *Desk) UndoAll(ctx context.Context, actor value.Actor, act value.ID, reason string) ([]Result, error) {
	var made []Decision
	err := d.DB.Read(ctx, func(tx *db.Tx) (err error) {
		made, err = DecisionsOf(tx, act)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("moderation.UndoAll(%s): %w", act, err)
	}
	var results []Result
	for _, one := range made {
		if one.Undone.IsZero() {
			results = append(results, Result{Item: Item{Object: one.Object, Record: one.Record}, Decision: one.ID, Err: d.Undo(ctx, actor, one.ID, reason)})
		}
	}
	return results, nil
}

// Undoable reports whether an actor may still take a decision back without giving a reason. A decision of a later time
// than now is one of a clock that was set back; it takes another person and a reason, as an old one does.
func (d Decision) Undoable(actor value.Actor, now time.Time) bool {
	return d.Undone.IsZero() && d.Actor == actor.String() && !now.Before(d.Made) && now.Before(d.Made.Add(soonEnough))
}

func mayUndo(tx *db.Tx, made Decision, reason string) error {
	switch {
	case !made.Undone.IsZero():
		return value.Errorf(value.Conflict, "this decision was taken back already")
	case made.Undoable(tx.Actor(), tx.Now()):
		return nil
	case made.Actor == tx.Actor().String():
		return value.Errorf(value.Forbidden, "you decided this more than 15 minutes ago; somebody else can take it back")
	case utf8.RuneCountInString(reason) < 5 || utf8.RuneCountInString(reason) > longestReason:
		return value.Fieldf("reason", "give the reason why the decision is taken back")
	}
	return nil
}

func (d *Desk) undo(tx *db.Tx, made Decision, reason string) error {
	last, err := latest(tx, made.Object, made.Record)
	if err != nil {
		return err
	}
	if made.Measure != ToKeep && last != made.ID {
		return value.Errorf(value.Conflict, "something else was decided about this since; take that back first")
	}
	if err := d.revert(tx, made, reason); err != nil {
		return err
	}
	if err := d.withdraw(tx, made, reason); err != nil {
		return err
	}
	return reopen(tx, made)
}

// revert puts the record back. Without a Reverter only what was public can come back: to publish what was held would be
// more than to undo.
func (d *Desk) revert(tx *db.Tx, made Decision, reason string) error {
	if made.Outcome == Keep {
		return nil
	}
	room := d.Rooms[made.Object]
	if able, can := room.(Reverter); can && made.was != "" {
		return able.Revert(tx, made.Record, made.was)
	}
	if able, can := room.(Restorer); can && made.Outcome == Remove {
		_, err := able.Restore(tx, made.Record, reasonOr(reason, made.Reason))
		return err
	}
	return value.Errorf(value.Conflict, "this kind of decision cannot be taken back; decide anew")
}

func reasonOr(reason, other string) string {
	if reason == "" {
		return other
	}
	return reason
}

// withdraw marks the decision, revokes its statement and gives a suspended account back.
func (d *Desk) withdraw(tx *db.Tx, made Decision, reason string) error {
	if made.Measure == ToSuspend && d.Suspender != nil && made.Author != 0 {
		if err := d.Suspender.Unsuspend(tx, made.Author, reasonOr(reason, made.Reason)); err != nil {
			return err
		}
	}
	n, err := tx.Exec("update decision set undone_us = $2, undone_by = $3, undone_reason = $4 where id = $1 and undone_us is null",
		int64(made.ID), value.Micros(tx.Now()), tx.Actor().String(), reason)
	if err == nil && n == 0 {
		err = value.Errorf(value.Conflict, "this decision was taken back already")
	}
	if err != nil {
		return err
	}
	tx.Log(db.Change{Object: "decision", Record: made.ID, Diff: map[string]any{"object": made.Object, "record": made.Record, "undone": made.Outcome, "reason": reason}})
	if able, can := d.Reasons.(Revoker); can && (made.Measure.explained() || made.Measure == ToChange) {
		return able.Revoke(tx, made.ID, reason)
	}
	return nil
}

// reopen gives the case of an undone decision back to its queue, unless a newer one about the same is open.
func reopen(tx *db.Tx, made Decision) error {
	if made.Case == 0 {
		return nil
	}
	c, err := FindCase(tx, made.Case)
	if value.KindOf(err) == value.NotFound {
		return nil
	}
	if err != nil || c.Kind == NoticeCase { // its author was told the answer
		return err
	}
	if c.State != CaseDecided {
		return move(tx, c, CaseOpen, c.Queue, c.Severity)
	}
	_, err = findUndecided(tx, c.Kind, c.Object, c.Record)
	if err == nil || value.KindOf(err) != value.NotFound {
		return err
	}
	if _, err := tx.Exec("update safety_case set state = 'open', decided_us = null, decided_by = null, decision = null where id = $1", int64(c.ID)); err != nil {
		return err
	}
	tx.Log(db.Change{Object: "case", Record: c.ID, Diff: map[string]any{"state": []string{string(CaseDecided), string(CaseOpen)}}})
	return nil
}

// Overturn takes a decision back because its appeal was upheld, in the appeal's transaction: what it took away is public
// again, a suspended account works again and the statement is revoked. Whoever decided cannot overturn it. A content that
// a mandatory rule refuses is an error of kind Forbidden.
func (d *Desk) Overturn(tx *db.Tx, decision value.ID, reason string) error {
	if err := d.overturn(tx, decision, tidy(reason)); err != nil {
		return fmt.Errorf("moderation.Overturn(%s): %w", decision, err)
	}
	return nil
}

func (d *Desk) overturn(tx *db.Tx, decision value.ID, reason string) error {
	made, err := FindDecision(tx, decision)
	if err != nil {
		return err
	}
	actor := tx.Actor().String()
	switch {
	case tx.Actor().Kind != value.Staff:
		return value.Errorf(value.Forbidden, "only a member of staff can answer an appeal")
	case made.Actor == actor || made.Second == actor:
		return ErrSamePerson
	case !made.Undone.IsZero():
		return value.Errorf(value.Conflict, "this decision was taken back already")
	case utf8.RuneCountInString(reason) < 5:
		return value.Fieldf("reason", "give the reason why the decision is taken back")
	}
	last, err := latest(tx, made.Object, made.Record)
	if err != nil {
		return err
	}
	if last != made.ID && made.Measure != ToKeep {
		return value.Errorf(value.Conflict, "something else was decided about this since; its own appeal restores it")
	}
	if err := d.giveBack(tx, made, reason); err != nil {
		return err
	}
	return d.withdraw(tx, made, reason)
}

// giveBack makes public again what a decision took away.
func (d *Desk) giveBack(tx *db.Tx, made Decision, reason string) error {
	room := d.Rooms[made.Object]
	if room == nil || made.Outcome == Keep || made.Outcome == Publish {
		return nil
	}
	if able, can := room.(Lifter); can && made.Outcome == Restrict {
		return able.Lift(tx, made.Record)
	}
	published, err := false, error(nil)
	if able, can := room.(Restorer); can && made.Outcome != Restrict && made.Outcome != Change {
		published, err = able.Restore(tx, made.Record, reason)
	} else if able, can := room.(Reverter); can && made.was != "" && made.Outcome != Reject {
		published, err = true, able.Revert(tx, made.Record, made.was)
	} else {
		published, err = room.Release(tx, made.Record, reason)
	}
	if err == nil && !published {
		err = value.Errorf(value.Forbidden, "a rule of the provider refuses this content; nobody here can publish it")
	}
	return err
}

// IsTaken returns who works on the case that an error of kind Conflict is about.
func IsTaken(err error) (*Taken, bool) {
	var taken *Taken
	return taken, errors.As(err, &taken)
}
