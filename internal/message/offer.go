package message

import (
	"context"
	"fmt"
	"time"

	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/value"
)

// OfferAge is how long an offer stands.
const OfferAge = 48 * time.Hour

// OfferState is where an offer stands.
type OfferState string

// The states. Everything but open is final.
const (
	OpenOffer OfferState = "open"
	Countered OfferState = "countered" // the other side named another amount
	Accepted  OfferState = "accepted"
	Declined  OfferState = "declined"
	Withdrawn OfferState = "withdrawn"
	Lapsed    OfferState = "expired"
)

// Offer is an amount that one side proposes.
type Offer struct {
	ID           value.ID
	Conversation value.ID
	Side         Side
	Author       value.ID
	Amount       value.Money
	State        OfferState
	Made         time.Time
	Expires      time.Time
	Decided      time.Time
}

// at is the offer as it stands at a moment: an open one that ran out has expired, whether or not a row says so yet.
func (o Offer) at(now time.Time) Offer {
	if o.State == OpenOffer && !now.Before(o.Expires) {
		o.State = Lapsed
	}
	return o
}

// MakeOffer proposes an amount. An open offer of the other side is thereby countered. It returns an error of kind
// Conflict when this side has an offer open, Invalid on the field "amount" for an amount that is none, and what Send
// returns.
func (d *Desk) MakeOffer(ctx context.Context, by value.Actor, conversation value.ID, amount value.Money, key string) (o Offer, err error) {
	if amount.Minor <= 0 {
		return o, fieldWords("amount", "message.offer.amount", "write an amount above zero")
	}
	err = site.From(ctx).DB.Write(ctx, by, "message.offer", func(tx *db.Tx) error {
		c, s, err := d.find(tx, conversation, by.ID)
		if err != nil {
			return err
		}
		o, err = d.makeOffer(tx, c, s, by.ID, amount, key)
		return err
	})
	if err != nil {
		return o, fmt.Errorf("message.MakeOffer(%s): %w", conversation, err)
	}
	return o, nil
}

func (d *Desk) makeOffer(tx *db.Tx, c Conversation, s Side, author value.ID, amount value.Money, key string) (Offer, error) {
	if key != "" {
		if m, err := findSent(tx, c.ID, author, key, ""); err == nil {
			return findOffer(tx, m.Offer)
		} else if value.KindOf(err) != value.NotFound {
			return Offer{}, err
		}
	}
	l, err := d.listing(tx, c.Listing)
	if err != nil {
		return Offer{}, err
	}
	if !l.Open && l.Status != "reserved" {
		return Offer{}, words(value.Conflict, "message.offer.over", "this listing takes no offers any more")
	}
	if err := lapse(tx, c.ID); err != nil {
		return Offer{}, err
	}
	o := Offer{ID: tx.NewID(), Conversation: c.ID, Side: s, Author: author, Amount: amount, State: OpenOffer, Made: tx.Now(), Expires: tx.Now().Add(OfferAge)}
	if err := counter(tx, c.ID, s.Other()); err != nil {
		return o, err
	}
	fresh, err := insertOffer(tx, o)
	if err != nil {
		return o, err
	}
	if !fresh {
		return o, words(value.Conflict, "message.offer.open", "you have an offer open; withdraw it before you make another")
	}
	tx.Log(db.Change{Object: OfferObject, Record: o.ID, Diff: map[string]any{"conversation": c.ID, "side": s, "state": OpenOffer, "amount": amount}})
	m, err := d.send(tx, c, s, author, Draft{Key: key, via: "page", offer: o.ID, amount: amount})
	if err == nil && m.State != Delivered {
		err = words(value.Limited, "message.offer.held", "offers cannot be sent at the moment; write a message instead")
	}
	return o, err
}

// decisions are what may become of an open offer, and whether its own side decides that.
var decisions = map[string]struct {
	state OfferState
	own   bool
}{
	"accept":   {Accepted, false},
	"decline":  {Declined, false},
	"withdraw": {Withdrawn, true},
}

// DecideOffer accepts, declines or withdraws an open offer (verb accept, decline, withdraw). Of several who decide at
// once one does; the others get an error of kind Conflict. Accepting tells Config.Agreed in the same write.
func (d *Desk) DecideOffer(ctx context.Context, by value.Actor, conversation, offer value.ID, verb string) error {
	decision, ok := decisions[verb]
	if !ok {
		return value.Errorf(value.NotFound, "an offer cannot be decided in that way")
	}
	err := site.From(ctx).DB.Write(ctx, by, "message.offer."+verb, func(tx *db.Tx) error {
		c, s, err := d.find(tx, conversation, by.ID)
		if err != nil {
			return err
		}
		o, err := findOffer(tx, offer)
		if err != nil || o.Conversation != c.ID {
			return value.Errorf(value.NotFound, "there is no such offer").Because(err)
		}
		if own := o.Side == s; own != decision.own {
			return words(value.Forbidden, "message.offer.not_yours", "that is for the other side to decide")
		}
		return d.decide(tx, c, s, o, decision.state)
	})
	if err != nil {
		return fmt.Errorf("message.DecideOffer(%s, %s): %w", offer, verb, err)
	}
	return nil
}

func (d *Desk) decide(tx *db.Tx, c Conversation, by Side, o Offer, state OfferState) error {
	l, err := d.listing(tx, c.Listing)
	if err != nil {
		return err
	}
	if state == Accepted {
		if err := d.writable(tx, c, l); err != nil {
			return err
		}
		if !l.Open && l.Status != "reserved" {
			return words(value.Conflict, "message.offer.over", "this listing takes no offers any more")
		}
	}
	n, err := tx.Exec(`
		update message_offer
		set state = $2, decided_us = $3
		where id = $1 and state = 'open' and expires_us > $3`, o.ID, string(state), value.Micros(tx.Now()))
	if err != nil {
		return err
	}
	if n == 0 {
		return words(value.Conflict, "message.offer.decided", "this offer is not open any more")
	}
	tx.Log(db.Change{Object: OfferObject, Record: o.ID, Diff: map[string]any{"conversation": c.ID, "state": state, "amount": o.Amount}})
	stir(tx, c.Buyer, c.Seller)
	if state == Accepted {
		if err := counter(tx, c.ID, o.Side.Other()); err != nil {
			return err
		}
		err := d.config.Agreed(tx, Agreement{Conversation: c.ID, Listing: c.Listing, Seller: c.Seller, Buyer: c.Buyer, Price: o.Amount})
		if err != nil {
			return err
		}
	}
	if state == Withdrawn {
		return nil
	}
	o.State = state
	return d.tellOf(tx, c, l, o, by)
}

const offerColumns = `id, conversation, side, author, amount_minor, currency, state, made_us, expires_us, decided_us`

func scanOffer(row db.Scanner) (o Offer, err error) {
	var made, expires, decided int64
	err = row.Scan(&o.ID, &o.Conversation, &o.Side, &o.Author, &o.Amount.Minor, &o.Amount.Currency, &o.State, &made, &expires, &decided)
	o.Made, o.Expires, o.Decided = moment(made), moment(expires), moment(decided)
	return o, err
}

func findOffer(tx *db.Tx, id value.ID) (Offer, error) {
	o, err := db.One(tx, scanOffer, `select `+offerColumns+` from message_offer where id = $1`, id)
	return o.at(tx.Now()), err
}

func findOffers(tx *db.Tx, conversation value.ID) (map[value.ID]Offer, error) {
	all, err := db.All(tx, scanOffer, `select `+offerColumns+` from message_offer where conversation = $1 order by id desc limit 200`, conversation)
	byID := make(map[value.ID]Offer, len(all))
	for _, o := range all {
		byID[o.ID] = o.at(tx.Now())
	}
	return byID, err
}

// insertOffer reports false when the side has an open offer.
func insertOffer(tx *db.Tx, o Offer) (bool, error) {
	n, err := tx.Exec(`
		insert into message_offer (id, conversation, side, author, amount_minor, currency, state, made_us, expires_us, decided_us)
		values ($1, $2, $3, $4, $5, $6, 'open', $7, $8, 0)
		on conflict (conversation, side) where state = 'open' do nothing`,
		o.ID, o.Conversation, string(o.Side), o.Author, o.Amount.Minor, o.Amount.Currency, value.Micros(o.Made), value.Micros(o.Expires))
	return n == 1, err
}

// counter closes what a side has open, because the other side went on.
func counter(tx *db.Tx, conversation value.ID, s Side) error {
	return endOffers(tx, `
		update message_offer
		set state = 'countered', decided_us = $1
		where conversation = $2 and side = $3 and state = 'open'
		returning id`, Countered, value.Micros(tx.Now()), conversation, string(s))
}

// lapse writes down that offers of a conversation ran out.
func lapse(tx *db.Tx, conversation value.ID) error {
	return endOffers(tx, `
		update message_offer
		set state = 'expired', decided_us = expires_us
		where conversation = $2 and state = 'open' and expires_us <= $1
		returning id`, Lapsed, value.Micros(tx.Now()), conversation)
}

func endOffers(tx *db.Tx, statement string, state OfferState, args ...any) error {
	ended, err := db.All(tx, db.Column[value.ID], statement, args...)
	for _, id := range ended {
		tx.Log(db.Change{Object: OfferObject, Record: id, Diff: map[string]any{"state": state}})
	}
	return err
}
