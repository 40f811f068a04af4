package message

import (
	"context"
	"fmt"

	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/value"
)

// acts are what one side does with a conversation for itself. None of them is told to the other side.
var acts = map[string]func(d *Desk, tx *db.Tx, c Conversation, s Side, account value.ID) error{
	"archive":   setArchived(true),
	"unarchive": setArchived(false),
	"mute":      mute,
	"unmute":    unmute,
	"delete":    forget,
	"block":     (*Desk).block,
	"unblock":   unblock,
	"dismiss":   dismiss,
}

// Act does one of: archive, unarchive, mute (no mail about it, for this person), unmute, delete (for this side: what was
// written so far is not shown to it any more), block, unblock, dismiss (safety notes). It returns an error of kind NotFound for any other verb
// and to somebody on neither side.
func (d *Desk) Act(ctx context.Context, by value.Actor, conversation value.ID, verb string) error {
	act, ok := acts[verb]
	if !ok {
		return value.Errorf(value.NotFound, "a conversation has no such verb")
	}
	err := site.From(ctx).DB.Write(ctx, by, "conversation."+verb, func(tx *db.Tx) error {
		c, s, err := d.find(tx, conversation, by.ID)
		if err != nil {
			return err
		}
		tx.Log(db.Change{Object: ConversationObject, Record: c.ID, Diff: map[string]any{"side": s, "verb": verb}})
		stir(tx, c.owner(s))
		return act(d, tx, c, s, by.ID)
	})
	if err != nil {
		return fmt.Errorf("message.Act(%s, %s): %w", conversation, verb, err)
	}
	return nil
}

func setArchived(is bool) func(*Desk, *db.Tx, Conversation, Side, value.ID) error {
	return func(_ *Desk, tx *db.Tx, c Conversation, s Side, _ value.ID) error {
		_, err := tx.Exec(`update conversation_side set archived = $3 where conversation = $1 and side = $2`, c.ID, string(s), is)
		return err
	}
}

func mute(_ *Desk, tx *db.Tx, c Conversation, _ Side, account value.ID) error {
	_, err := tx.Exec(`insert into conversation_mute (conversation, account) values ($1, $2) on conflict do nothing`, c.ID, account)
	return err
}

func unmute(_ *Desk, tx *db.Tx, c Conversation, _ Side, account value.ID) error {
	_, err := tx.Exec(`delete from conversation_mute where conversation = $1 and account = $2`, c.ID, account)
	return err
}

func forget(_ *Desk, tx *db.Tx, c Conversation, s Side, _ value.ID) error {
	_, err := tx.Exec(`
		update conversation_side
		set cleared_us = $3, hidden = true, unread = 0
		where conversation = $1 and side = $2`, c.ID, string(s), value.Micros(tx.Now()))
	return err
}

// block stops messages between the two sides. Where the seller is one person it is a block between two members, which
// holds everywhere on the site; where it is a team the conversation keeps it, for all conversations of the two.
func (d *Desk) block(tx *db.Tx, c Conversation, s Side, account value.ID) error {
	stir(tx, c.owner(s.Other()))
	seats, err := d.config.Seats(tx, c.Seller)
	if err != nil {
		return err
	}
	if d.config.Block != nil && len(seats) == 1 {
		whom := c.Buyer
		if s == BuyerSide {
			whom = seats[0]
		}
		return d.config.Block(tx, account, whom)
	}
	_, err = tx.Exec(`update conversation_side set blocked_us = $3 where conversation = $1 and side = $2`, c.ID, string(s), value.Micros(tx.Now()))
	return err
}

// unblock takes back what the conversation keeps; a block between members is taken back where members see theirs.
func unblock(_ *Desk, tx *db.Tx, c Conversation, s Side, _ value.ID) error {
	stir(tx, c.owner(s.Other()))
	_, err := tx.Exec(`
		update conversation_side
		set blocked_us = 0
		where side = $1 and conversation in (select id from conversation where seller = $2 and buyer = $3)`, string(s), c.Seller, c.Buyer)
	return err
}

// see marks what a side has before it as read. It is bookkeeping: nobody else's view changes but the mark "seen", and
// that only where the reader lets others know.
func (d *Desk) see(ctx context.Context, c Conversation, row side, reader Person) error {
	if row.unread == 0 && (!reader.SeenMarks || !row.shown.Before(c.Last)) {
		return nil
	}
	return site.From(ctx).DB.Maintain(ctx, "message.see", func(tx *db.Tx) error {
		shown := int64(0)
		if reader.SeenMarks {
			shown = micros(c.Last)
		}
		_, err := tx.Exec(`
			update conversation_side
			set unread = case when last_us <= $3 then 0 else unread end,
				seen_us = case when seen_us < $3 then $3 else seen_us end,
				shown_us = case when shown_us < $4 then $4 else shown_us end
			where conversation = $1 and side = $2`, c.ID, string(row.side), micros(row.last), shown)
		stir(tx, c.Buyer, c.Seller)
		return err
	})
}
