package message

import (
	"context"
	"fmt"

	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/value"
)

// Draft is what somebody wants to send.
type Draft struct {
	Text   string
	Photos []Photo
	Key    string // of the form: what is sent twice with one key is one message. Optional

	via    string
	mailID string
	note   string
	offer  value.ID
	amount value.Money
}

const mostPhotos = 4 // of one message

// Send writes into a conversation. It returns an error of kind NotFound to somebody on neither side, Invalid on the
// field "text" or "photos", Forbidden when the conversation takes no messages any more, Limited when it is too much. The
// message may come back held: it is then not delivered yet.
func (d *Desk) Send(ctx context.Context, by value.Actor, conversation value.ID, draft Draft) (m Message, err error) {
	if draft, err = draft.check(); err != nil {
		return m, err
	}
	err = site.From(ctx).DB.Write(ctx, by, "message.send", func(tx *db.Tx) error {
		c, s, err := d.find(tx, conversation, by.ID)
		if err != nil {
			return err
		}
		m, err = d.send(tx, c, s, by.ID, draft)
		return err
	})
	if err != nil {
		return m, fmt.Errorf("message.Send(%s): %w", conversation, err)
	}
	return m, nil
}

// check cleans a draft and refuses one that is empty or too long.
func (dr Draft) check() (Draft, error) {
	var err error
	if dr.Text, err = checkText(dr.Text); err != nil {
		return dr, err
	}
	if dr.Text == "" && len(dr.Photos) == 0 && dr.offer == 0 {
		return dr, fieldWords("text", "message.empty", "write a message first")
	}
	if len(dr.Photos) > mostPhotos {
		return dr, fieldWords("photos", "message.photos_most", "please send at most %d photos at once", "most", mostPhotos)
	}
	if dr.via == "" {
		dr.via = "page"
	}
	return dr, nil
}

// send is Send within a write. The draft has been checked.
func (d *Desk) send(tx *db.Tx, c Conversation, s Side, author value.ID, draft Draft) (Message, error) {
	if draft.Key != "" || draft.mailID != "" {
		if m, err := findSent(tx, c.ID, author, draft.Key, draft.mailID); value.KindOf(err) != value.NotFound {
			return m, err
		}
	}
	l, err := d.listing(tx, c.Listing)
	if err != nil {
		return Message{}, err
	}
	if err := d.writable(tx, c, l); err != nil {
		return Message{}, err
	}
	m := Message{
		ID: tx.NewID(), Conversation: c.ID, Side: s, Author: author, Via: draft.via, Text: draft.Text, Photos: draft.Photos,
		Note: draft.note, Offer: draft.offer, Made: tx.Now(), At: tx.Now(),
	}
	if draft.Text != "" {
		m.Warnings = Warnings(draft.Text, site.From(tx.Context()).Settings().Country)
	}
	if err := d.judge(tx, c, l, &m, draft.amount); err != nil {
		return m, err
	}
	if err := insertMessage(tx, m, draft.Key, draft.mailID); err != nil {
		return m, err
	}
	tx.Log(db.Change{Object: MessageObject, Record: m.ID, Diff: map[string]any{
		"conversation": c.ID, "side": m.Side, "state": m.State, "bytes": len(m.Text), "photos": len(m.Photos), "via": m.Via,
	}})
	if err := landed(tx, c.ID, s, m, false); err != nil {
		return m, err
	}
	stir(tx, c.Buyer, c.Seller)
	if m.State != Delivered {
		return m, nil
	}
	return m, d.deliver(tx, c, l, m)
}

// deliver puts a message before the other side and tells its people.
func (d *Desk) deliver(tx *db.Tx, c Conversation, l Listing, m Message) error {
	if err := landed(tx, c.ID, m.Side.Other(), m, true); err != nil {
		return err
	}
	if err := answered(tx, m); err != nil {
		return err
	}
	if err := d.note(tx, c, m); err != nil {
		return err
	}
	return d.tell(tx, c, l, m)
}

// writable says why a conversation takes no messages, or nil. A listing that is sold keeps its conversations: people
// still have to meet.
func (d *Desk) writable(tx *db.Tx, c Conversation, l Listing) error {
	if !c.Closed.IsZero() {
		return words(value.Forbidden, "message.closed", "this conversation is closed")
	}
	if l.Removed {
		return words(value.Forbidden, "message.listing_removed", "this listing was removed, so nobody can write about it any more")
	}
	blocked, err := d.blocked(tx, c.Seller, c.Buyer)
	if err == nil && blocked {
		return words(value.Forbidden, "message.blocked", "one of you has blocked the other, so no messages go between you")
	}
	return err
}

// blocked reports whether a buyer and a seller have blocked each other: as members, where the seller is one person, or
// in one of their conversations.
func (d *Desk) blocked(tx *db.Tx, seller, buyer value.ID) (bool, error) {
	n, err := db.One(tx, db.Column[int], `
		select count(*)
		from conversation c
		join conversation_side s on s.conversation = c.id
		where c.seller = $1 and c.buyer = $2 and s.blocked_us > 0`, seller, buyer)
	if err != nil || n > 0 {
		return n > 0, err
	}
	seats, err := d.config.Seats(tx, seller)
	if err != nil || len(seats) != 1 {
		return false, err
	}
	return d.config.Blocked(tx, seats[0], buyer)
}
