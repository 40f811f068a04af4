package moderation

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

// ProposalState says what became of a proposal.
type ProposalState string

// The states of a proposal.
const (
	Proposed  ProposalState = "open"
	Confirmed ProposalState = "confirmed"
	Declined  ProposalState = "declined"
)

// Proposal is a severe or large act that waits for a second person.
type Proposal struct {
	ID        value.ID
	Decision  Decision
	Items     []Item
	State     ProposalState
	Proposer  value.ID
	Confirmer value.ID // who confirmed or declined; 0 when its own author withdrew it
	Note      string   // why it was declined
	Made      time.Time
	Closed    time.Time
}

// ShortProposal is the kind of a proposal's outside id.
const ShortProposal = "prp"

var errOwn = value.Errorf(value.Forbidden, "you proposed this yourself; somebody else has to confirm it")

// Propose stores an act that needs two people. Nothing happens until somebody else confirms it.
func (d *Desk) Propose(ctx context.Context, actor value.Actor, items []Item, decision Decision) (p Proposal, err error) {
	if err := d.checkAll(actor, items, decision); err != nil {
		return Proposal{}, err
	}
	decision.tidy()
	err = d.DB.Write(ctx, actor, "moderation.propose", func(tx *db.Tx) error {
		p = Proposal{ID: tx.NewID(), Decision: decision, Items: append([]Item(nil), items...), State: Proposed, Proposer: actor.ID, Made: tx.Now()}
		for i := range p.Items {
			if err := d.note(tx, &p.Items[i], decision); err != nil {
				return err
			}
		}
		return insertProposal(tx, p)
	})
	if err != nil {
		return Proposal{}, fmt.Errorf("moderation.Propose: %w", err)
	}
	return p, nil
}

// note remembers how an item stood, so that nobody confirms what was decided otherwise meanwhile.
func (d *Desk) note(tx *db.Tx, item *Item, decision Decision) (err error) {
	if item.Spared {
		return nil
	}
	made := item.decision(decision)
	if made.Unchanged != nil {
		if err := made.Unchanged(tx); err != nil {
			return err
		}
	}
	made.by, made.Actor = tx.Actor().ID, tx.Actor().String()
	if err := d.isAnother(tx, made); err != nil {
		return err
	}
	if _, err := d.casesOf(tx, &made); err != nil {
		return err
	}
	item.After, err = latest(tx, item.Object, item.Record)
	return err
}

func insertProposal(tx *db.Tx, p Proposal) error {
	decision, err := json.Marshal(p.Decision)
	if err != nil {
		return err
	}
	items, err := json.Marshal(p.Items)
	if err != nil {
		return err
	}
	tx.Log(db.Change{Object: "proposal", Record: p.ID, Diff: map[string]any{"measure": p.Decision.Measure, "records": len(p.Items), "reason": p.Decision.Reason}})
	return tx.Insert("proposal", []string{"id", "measure", "decision", "targets", "count", "state", "proposer", "made_us"}, [][]any{
		{int64(p.ID), string(p.Decision.Measure), string(decision), string(items), len(p.Items), string(p.State), int64(p.Proposer), value.Micros(p.Made)}})
}

const proposalColumns = "id, decision, targets, state, proposer, coalesce(confirmer, 0), note, made_us, coalesce(closed_us, 0)"

func scanProposal(row db.Scanner) (p Proposal, err error) {
	var decision, items string
	var made_us, closed_us int64
	if err = row.Scan(&p.ID, &decision, &items, &p.State, &p.Proposer, &p.Confirmer, &p.Note, &made_us, &closed_us); err != nil {
		return p, err
	}
	p.Made, p.Closed = moment(made_us), moment(closed_us)
	if err := json.Unmarshal([]byte(decision), &p.Decision); err != nil {
		return p, err
	}
	return p, json.Unmarshal([]byte(items), &p.Items)
}

// FindProposal returns a proposal, or an error of kind NotFound.
func FindProposal(tx *db.Tx, id value.ID) (Proposal, error) {
	return db.One(tx, scanProposal, "select "+proposalColumns+" from proposal where id = $1", int64(id))
}

// Proposals lists those that wait for a second person, the oldest first.
func Proposals(tx *db.Tx) ([]Proposal, error) {
	return db.All(tx, scanProposal, "select "+proposalColumns+" from proposal where state = 'open' order by id limit $1", mostListed)
}

// CountProposals counts those that wait for a second person.
func CountProposals(tx *db.Tx) (int, error) {
	return db.One(tx, db.Column[int], "select count(*) from proposal where state = 'open'")
}

// Confirm carries out what somebody else proposed. An item about which something was decided since fails with an error of
// kind Conflict; the others go on. unchanged, if not nil, is asked for each item as Decision.Unchanged is.
func (d *Desk) Confirm(ctx context.Context, actor value.Actor, id value.ID, unchanged func(*db.Tx, Item) error) ([]Result, error) {
	p, err := d.endProposal(ctx, actor, id, Confirmed, "")
	if err != nil {
		return nil, fmt.Errorf("moderation.Confirm(%s): %w", id, err)
	}
	if err := d.spareDone(ctx, &p); err != nil {
		return nil, fmt.Errorf("moderation.Confirm(%s): %w", id, err)
	}
	return d.decideAll(ctx, actor, value.Actor{Kind: value.Staff, ID: p.Proposer}, p.ID, p.Items, p.Decision, func(tx *db.Tx, item Item) error {
		last, err := latest(tx, item.Object, item.Record)
		if err == nil && last != item.After {
			err = value.Errorf(value.Conflict, "something else was decided about this since it was proposed")
		}
		if err == nil && unchanged != nil {
			err = unchanged(tx, item)
		}
		return err
	})
}

// spareDone leaves out what was carried out before: a confirmation that was interrupted can be given again.
func (d *Desk) spareDone(ctx context.Context, p *Proposal) error {
	return d.DB.Read(ctx, func(tx *db.Tx) error {
		done, err := DecisionsOf(tx, p.ID)
		for _, one := range done {
			for i := range p.Items {
				item := &p.Items[i]
				item.Spared = item.Spared || item.Object == one.Object && item.Record == one.Record
			}
		}
		return err
	})
}

// Decline ends a proposal without carrying it out; so may its own author.
func (d *Desk) Decline(ctx context.Context, actor value.Actor, id value.ID, note string) error {
	if _, err := d.endProposal(ctx, actor, id, Declined, tidy(note)); err != nil {
		return fmt.Errorf("moderation.Decline(%s): %w", id, err)
	}
	return nil
}

func (d *Desk) endProposal(ctx context.Context, actor value.Actor, id value.ID, state ProposalState, note string) (p Proposal, err error) {
	if err := onlyStaff(actor); err != nil {
		return Proposal{}, err
	}
	err = d.DB.Write(ctx, actor, "moderation."+map[ProposalState]string{Confirmed: "confirm", Declined: "decline"}[state], func(tx *db.Tx) error {
		if p, err = FindProposal(tx, id); err != nil {
			return err
		}
		confirmer := actor.ID
		switch {
		case p.State == Confirmed && state == Confirmed && p.Confirmer == actor.ID:
			tx.Log(db.Change{Object: "proposal", Record: id, Diff: map[string]any{"resumed": true}})
			return nil
		case p.State != Proposed:
			return value.Errorf(value.Conflict, "somebody has answered this proposal already")
		case p.Proposer == actor.ID && state == Confirmed:
			return errOwn
		case p.Proposer == actor.ID:
			confirmer = 0
		}
		_, err := tx.Exec("update proposal set state = $2, confirmer = $3, note = $4, closed_us = $5 where id = $1 and state = 'open'",
			int64(id), string(state), orNull(confirmer), value.Clip(note, longestReason), value.Micros(tx.Now()))
		tx.Log(db.Change{Object: "proposal", Record: id, Diff: map[string]any{"state": []string{string(Proposed), string(state)}, "note": note}})
		return err
	})
	return p, err
}
