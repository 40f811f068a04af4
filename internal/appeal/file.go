package appeal

import (
	"context"
	"fmt"

	"fairground/internal/db"
	"fairground/internal/value"
)

// mostOpen is how many appeals one decision can have at a time, by whoever is concerned.
const mostOpen = 20

// File stores an appeal under the code of a statement, a notice or a pass, and returns it with a code of its own. Of the
// appeal given, only Text, Name, Email and Locale count. Errors: NotFound for a wrong code, Conflict when the party has
// appealed already or the decision has not been made yet, Forbidden when the time is over, Invalid on a field.
func (d *Desk) File(ctx context.Context, actor value.Actor, code string, a Appeal) (filed Appeal, err error) {
	if err := a.check(); err != nil {
		return Appeal{}, err
	}
	err = d.Site.DB.Write(ctx, actor, "appeal.file", func(tx *db.Tx) error {
		filed, err = d.file(tx, code, a)
		return err
	})
	if err != nil {
		return Appeal{}, fmt.Errorf("appeal.File: %w", err)
	}
	return filed, nil
}

func (d *Desk) file(tx *db.Tx, code string, a Appeal) (Appeal, error) {
	found, err := d.Look(tx, code)
	if err != nil {
		return Appeal{}, err
	}
	if err := d.admissible(tx, found); err != nil {
		return Appeal{}, err
	}
	r := found.Ruling
	filed := Appeal{
		ID: tx.NewID(), Code: newCode(), Decision: r.Decision, Object: r.Object, Record: r.Record, DecidedBy: r.DecidedBy, SecondedBy: r.SecondedBy,
		Party: found.Party, PartyKey: found.Key, Account: r.Account, Text: a.Text, Name: a.Name, Email: a.Email, Locale: a.Locale,
		State: Open, Made: tx.Now(),
	}
	if filed.Email == "" {
		filed.Email = r.Email
	}
	if err := insert(tx, filed); err != nil {
		return Appeal{}, err
	}
	tx.Log(db.Change{Object: Object, Record: filed.ID, Diff: map[string]any{"decision": r.Decision, "object": r.Object, "record": r.Record, "party": filed.Party}})
	if d.Duties != nil {
		if err := d.Duties.Begin(tx, duty, Object, filed.ID); err != nil {
			return Appeal{}, err
		}
	}
	return filed, d.acknowledge(tx, filed)
}

// admissible refuses what cannot be appealed now.
func (d *Desk) admissible(tx *db.Tx, f Found) error {
	switch {
	case f.Early:
		return wrong(value.Conflict, "appeal.early", "this notice has no answer yet; there is nothing to appeal against")
	case f.Appeal.ID != 0:
		return wrong(value.Conflict, "appeal.twice", "there is an appeal against this decision already")
	case f.Late(tx.Now()):
		return wrong(value.Forbidden, "appeal.late", "the time to appeal is over; it was possible until "+f.Until.Format("2 January 2006"), "until", f.Until)
	case f.Ruling.Reversed:
		return wrong(value.Conflict, "appeal.reversed", "this decision was taken back already")
	}
	n, err := countOpen(tx, f.Ruling.Decision)
	if err == nil && n >= mostOpen {
		err = wrong(value.Limited, "appeal.many", "many people have appealed against this decision; please come back when these appeals are answered")
	}
	return err
}

// Admit gives a pass with which somebody who is concerned in another way can appeal a decision. The code is shown once.
func (d *Desk) Admit(ctx context.Context, actor value.Actor, decision value.ID) (code string, err error) {
	if actor.Kind != value.Staff || actor.ID == 0 {
		return "", value.Errorf(value.Forbidden, "only a member of staff can give a pass")
	}
	err = d.Site.DB.Write(ctx, actor, "appeal.admit", func(tx *db.Tx) error {
		if _, err := d.Rulings.ByDecision(tx, decision); err != nil {
			return err
		}
		code = newCode()
		id := tx.NewID()
		tx.Log(db.Change{Object: "appeal_pass", Record: id, Diff: map[string]any{"decision": decision}})
		return insertPass(tx, id, code, decision)
	})
	if err != nil {
		return "", fmt.Errorf("appeal.Admit(%s): %w", decision, err)
	}
	return code, nil
}
