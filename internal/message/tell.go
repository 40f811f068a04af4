package message

import (
	"context"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/ui/text"
)

// tell alerts the people of the other side: on the page, and by a mail that can be answered. The mail has the words of
// the message and no address of anybody.
func (d *Desk) tell(tx *db.Tx, c Conversation, l Listing, m Message) error {
	to := m.Side.Other()
	people, err := d.accounts(tx, c, to)
	if err != nil {
		return err
	}
	quiet, err := muted(tx, c.ID)
	if err != nil {
		return err
	}
	from, err := d.nameOf(tx, c, l, m.Side)
	if err != nil {
		return err
	}
	a := account.Alert{Kind: newAlert, Href: c.Href(), Record: c.ID, Thread: c.ID.Text(ConversationKind)}
	a.Sender = from + " · " + site.From(tx.Context()).Settings().Name
	if a.ReplyTo, err = d.replyTo(tx, c, to); err != nil {
		return err
	}
	a.Words = newWords(m, from, l.Title)
	if m.Offer != 0 {
		o, err := findOffer(tx, m.Offer)
		if err != nil {
			return err
		}
		a.Kind, a.Words = offerAlert, offerWords(o, from, l.Title)
	}
	for _, id := range people {
		if a.To = id; quiet[id] {
			continue
		}
		if err := d.config.Teller.Tell(tx, a); err != nil {
			return err
		}
	}
	return nil
}

// nameOf is how the other side knows a side: a buyer by the person, a seller by its own name, whoever of it wrote. A
// person who was erased has no name.
func (d *Desk) nameOf(tx *db.Tx, c Conversation, l Listing, s Side) (string, error) {
	if s == SellerSide {
		return l.Seller.Name, nil
	}
	p, err := d.person(tx, c.Buyer)
	return p.Name, err
}

func newWords(m Message, from, title string) func(context.Context) account.Words {
	return func(ctx context.Context) account.Words {
		w := account.Words{Subject: text.T(ctx, "message.mail.subject", "name", from, "title", title), Text: m.Text}
		if len(m.Photos) > 0 {
			w.Text += "\n\n" + text.T(ctx, "message.mail.photos", "count", len(m.Photos))
		}
		for _, warning := range m.Warnings {
			w.Text += "\n\n" + text.T(ctx, "message.warn."+string(warning))
		}
		w.Text += "\n\n" + text.T(ctx, "message.mail.reply")
		return w
	}
}

func offerWords(o Offer, from, title string) func(context.Context) account.Words {
	return func(ctx context.Context) account.Words {
		return account.Words{
			Subject: text.T(ctx, "message.mail.offer", "name", from, "amount", o.Amount, "title", title),
			Text:    text.T(ctx, "message.mail.offer_text", "name", from, "amount", o.Amount, "until", text.FromContext(ctx).Moment(o.Expires)),
		}
	}
}

func decidedWords(o Offer, from, title string) func(context.Context) account.Words {
	return func(ctx context.Context) account.Words {
		return account.Words{
			Subject: text.T(ctx, "message.mail.decided."+string(o.State), "name", from, "amount", o.Amount, "title", title),
			Text:    text.T(ctx, "message.mail.decided."+string(o.State), "name", from, "amount", o.Amount, "title", title),
		}
	}
}

func refusedWords(reason string) func(context.Context) account.Words {
	return func(ctx context.Context) account.Words {
		return account.Words{Subject: text.T(ctx, "message.mail.refused"), Text: text.T(ctx, "message.mail.refused_text", "reason", reason)}
	}
}

// tellOf alerts one side of what became of its offer.
func (d *Desk) tellOf(tx *db.Tx, c Conversation, l Listing, o Offer, by Side) error {
	people, err := d.accounts(tx, c, o.Side)
	if err != nil {
		return err
	}
	from, err := d.nameOf(tx, c, l, by)
	if err != nil {
		return err
	}
	for _, id := range people {
		a := account.Alert{To: id, Kind: offerAlert, Href: c.Href(), Record: c.ID, Thread: c.ID.Text(ConversationKind), Words: decidedWords(o, from, l.Title)}
		if err := d.config.Teller.Tell(tx, a); err != nil {
			return err
		}
	}
	return nil
}
