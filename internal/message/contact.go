package message

import (
	"context"
	"fmt"
	"slices"
	"time"

	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/value"
)

// Need is what a seller asks of whoever begins to write about a listing. The zero Need asks nothing but to be signed in.
type Need struct {
	Phone    bool // a telephone number that was proven by a code
	Age_days int  // how long ago the account was made, at least; only together with Phone
}

// Needs are the choices of a form, the mildest first.
var Needs = []Need{{}, {Phone: true}, {Phone: true, Age_days: 7}, {Phone: true, Age_days: 30}, {Phone: true, Age_days: 90}}

// key is how a form and the catalogue name it.
func (n Need) key() string {
	switch {
	case !n.Phone:
		return "anybody"
	case n.Age_days == 0:
		return "phone"
	default:
		return fmt.Sprintf("phone_%d", n.Age_days)
	}
}

// Lack is what somebody has yet to do before they may begin to write. The zero Lack lacks nothing.
type Lack struct {
	Phone bool
	Until time.Time // when the account is old enough; zero: it is
}

// IsZero reports whether nothing is lacking.
func (l Lack) IsZero() bool { return l == Lack{} }

// lacks compares what is asked with what is proven of a person.
func (n Need) lacks(p Person, now time.Time) (l Lack) {
	l.Phone = n.Phone && !p.Phone
	if old := p.Joined.Add(time.Duration(n.Age_days) * day); n.Age_days > 0 && now.Before(old) {
		l.Until = old
	}
	return l
}

// refusal is the error of somebody who lacks something, nil for nothing.
func (l Lack) refusal() error {
	switch {
	case l.IsZero():
		return nil
	case l.Phone:
		return words(value.Forbidden, "message.need.refused_phone", "this seller takes messages from members with a proven telephone number; yours is not proven yet")
	default:
		return words(value.Forbidden, "message.need.refused_age", "this seller takes messages from accounts that have been here for a while; yours has not yet")
	}
}

// admission lets one account begin a conversation about one listing. Only admit makes one, and a conversation cannot be
// stored without it, so no path goes around a block or what the seller asks for.
type admission struct {
	listing Listing
	buyer   value.ID
}

// admit is the one gate to a new conversation. Those that exist go on whatever the seller asks for later.
func (d *Desk) admit(tx *db.Tx, listing, buyer value.ID) (admission, error) {
	l, err := d.startable(tx, listing, buyer)
	if err != nil {
		return admission{}, err
	}
	if p, err := d.person(tx, buyer); err != nil {
		return admission{}, err
	} else if p.Suspended {
		return admission{}, words(value.Forbidden, "message.suspended", "this account is suspended, so nothing is sent from it")
	}
	if !l.Open {
		return admission{}, words(value.Forbidden, "message.over", "this listing is over, so nobody can be written to about it any more")
	}
	lack, err := d.lack(tx, l.Seller.ID, buyer)
	if err == nil {
		err = lack.refusal()
	}
	return admission{l, buyer}, err
}

// lack is what an account has yet to do before it may write to a seller.
func (d *Desk) lack(tx *db.Tx, seller, account value.ID) (Lack, error) {
	need, err := NeedOf(tx, seller)
	if err != nil || need == (Need{}) {
		return Lack{}, err
	}
	p, err := d.person(tx, account)
	return need.lacks(p, tx.Now()), err
}

// NeedOf returns what a seller asks of whoever begins to write.
func NeedOf(tx *db.Tx, seller value.ID) (n Need, err error) {
	err = tx.Row(`select phone, days from message_contact where seller = $1`, seller).Scan(&n.Phone, &n.Age_days)
	if value.KindOf(err) == value.NotFound {
		return Need{}, nil
	}
	return n, err
}

// Require sets what a seller asks from now on. It returns an error of kind Forbidden to whoever may not lead the seller,
// and Invalid for what no form offers.
func (d *Desk) Require(ctx context.Context, by value.Actor, seller value.ID, need Need) error {
	if !slices.Contains(Needs, need) {
		return fieldWords("need", "message.need.choose", "choose one of the answers")
	}
	err := site.From(ctx).DB.Write(ctx, by, "message.require", func(tx *db.Tx) error {
		led, err := d.led(tx, by.ID)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(led, func(s Seller) bool { return s.ID == seller }) {
			return words(value.Forbidden, "message.need.not_yours", "only its owners decide who may write to a shop")
		}
		return setNeed(tx, seller, need)
	})
	if err != nil {
		return fmt.Errorf("message.Require(%s): %w", seller, err)
	}
	return nil
}

func setNeed(tx *db.Tx, seller value.ID, need Need) error {
	was, err := NeedOf(tx, seller)
	if err != nil || was == need {
		return err
	}
	if _, err := tx.Exec(`delete from message_contact where seller = $1`, seller); err != nil {
		return err
	}
	tx.Log(db.Change{Object: "message_contact", Record: seller, Diff: map[string]any{"asks": []string{was.key(), need.key()}}})
	if need == (Need{}) {
		return nil
	}
	return tx.Insert("message_contact", []string{"seller", "phone", "days", "set_by", "set_us"},
		[][]any{{seller, need.Phone, need.Age_days, tx.Actor().ID, value.Micros(tx.Now())}})
}

// led are the sellers for which an account decides who may write: its own, and shops it owns.
func (d *Desk) led(tx *db.Tx, account value.ID) ([]Seller, error) {
	if d.config.Leads == nil {
		return nil, nil
	}
	return d.config.Leads(tx, account)
}
