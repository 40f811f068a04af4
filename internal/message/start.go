package message

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"

	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/value"
)

// Start writes about a listing: it begins a conversation, or goes on with the one there is. Errors: NotFound for a
// listing that never was; Forbidden for one's own, for one that is over, when one side has blocked the other, when
// nobody can be written to, and to whoever has not proven what the seller asks for (Need); Invalid on the field "text" or
// "photos".
func (d *Desk) Start(ctx context.Context, by value.Actor, listing value.ID, draft Draft) (c Conversation, m Message, err error) {
	if draft, err = draft.check(); err != nil {
		return c, m, err
	}
	err = site.From(ctx).DB.Write(ctx, by, "message.start", func(tx *db.Tx) error {
		if c, err = d.begin(tx, listing, by.ID); err != nil {
			return err
		}
		m, err = d.send(tx, c, BuyerSide, by.ID, draft)
		return err
	})
	if err != nil {
		return c, m, fmt.Errorf("message.Start(%s): %w", listing, err)
	}
	return c, m, nil
}

// begin returns the conversation of a buyer about a listing, made when there is none.
func (d *Desk) begin(tx *db.Tx, listing, buyer value.ID) (Conversation, error) {
	if _, err := d.startable(tx, listing, buyer); err != nil {
		return Conversation{}, err
	}
	c, err := findAbout(tx, listing, buyer)
	if value.KindOf(err) != value.NotFound {
		return c, err
	}
	admitted, err := d.admit(tx, listing, buyer)
	if err != nil {
		return c, err
	}
	c, made, err := insertConversation(tx, admitted)
	if err != nil {
		return c, err
	}
	if !made {
		return findAbout(tx, listing, buyer)
	}
	tx.Log(db.Change{Object: ConversationObject, Record: c.ID, Diff: map[string]any{"listing": listing, "seller": c.Seller, "buyer": buyer}})
	return c, nil
}

// startable says why somebody may not write about a listing at all, or nil.
func (d *Desk) startable(tx *db.Tx, listing, buyer value.ID) (Listing, error) {
	all, err := d.config.Listings(tx, []value.ID{listing})
	if err != nil {
		return Listing{}, err
	}
	l, ok := all[listing]
	if !ok {
		return l, words(value.NotFound, "message.no_listing", "there is no such listing")
	}
	seats, err := d.config.Seats(tx, l.Seller.ID)
	if err != nil {
		return l, err
	}
	if slices.Contains(seats, buyer) {
		return l, words(value.Forbidden, "message.own", "this is your own listing; you cannot write to yourself")
	}
	if len(seats) == 0 {
		return l, words(value.Forbidden, "message.nobody", "nobody can be written to about this listing through this site")
	}
	blocked, err := d.blocked(tx, l.Seller.ID, buyer)
	if err == nil && blocked {
		return l, words(value.Forbidden, "message.blocked", "one of you has blocked the other, so no messages go between you")
	}
	return l, err
}

// keepDraft keeps what a visitor typed until they have signed in, and returns the key to it.
func keepDraft(ctx context.Context, listing value.ID, body string) (string, error) {
	key := rand.Text()
	err := site.From(ctx).DB.Maintain(ctx, "message.draft", func(tx *db.Tx) error {
		return tx.Insert("message_draft", []string{"key", "listing", "body", "made_us"}, [][]any{{key, listing, body, value.Micros(tx.Now())}})
	})
	return key, err
}

func findDraft(tx *db.Tx, listing value.ID, key string) (string, error) {
	body, err := db.One(tx, db.Column[string], `select body from message_draft where key = $1 and listing = $2 and made_us > $3`,
		key, listing, value.Micros(tx.Now().Add(-day)))
	if value.KindOf(err) == value.NotFound {
		return "", nil
	}
	return body, err
}
