package message

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"fairground/internal/db"
	"fairground/internal/safety"
	"fairground/internal/site"
	"fairground/internal/value"
)

// ReportConversation tells the staff what is wrong with a conversation, from the side of somebody in it, and returns the
// code by which they follow what becomes of it. From now on the staff may read the conversation and the rules read every
// message of it; what they say of those that were not read before is kept. Errors are of kind NotFound, or Invalid on the
// field "ground" or "explanation".
func (d *Desk) ReportConversation(ctx context.Context, by value.Actor, conversation value.ID, ground, explanation string) (code string, err error) {
	explanation = Clean(explanation)
	if ground == "" {
		return "", fieldWords("ground", "message.report.ground_missing", "choose what is wrong")
	}
	if n := utf8.RuneCountInString(explanation); n < 10 || n > Longest {
		return "", fieldWords("explanation", "message.report.explain", "say in 10 to %d characters what is wrong", "most", Longest)
	}
	err = site.From(ctx).DB.Write(ctx, by, "conversation.report", func(tx *db.Tx) error {
		c, s, err := d.find(tx, conversation, by.ID)
		if err != nil {
			return err
		}
		code, err = d.config.Report(tx, Report{Conversation: c.ID, By: by.ID, Ground: ground, Text: explanation})
		if err != nil {
			return err
		}
		return d.reported(tx, c, s, by.ID, code)
	})
	if err != nil {
		return "", fmt.Errorf("message.ReportConversation(%s): %w", conversation, err)
	}
	return code, nil
}

func (d *Desk) reported(tx *db.Tx, c Conversation, s Side, account value.ID, code string) error {
	tx.Log(db.Change{Object: ConversationObject, Record: c.ID, Diff: map[string]any{"reported_by": s}})
	now := value.Micros(tx.Now())
	err := tx.Insert("conversation_report", []string{"id", "conversation", "side", "account", "code", "made_us"},
		[][]any{{tx.NewID(), c.ID, string(s), account, code, now}})
	if err != nil {
		return err
	}
	if _, err := tx.Exec(`update conversation set reported_us = case when reported_us = 0 then $2 else reported_us end where id = $1`, c.ID, now); err != nil {
		return err
	}
	return d.readAll(tx, c)
}

const mostReread = 500 // messages of a reported conversation, the newest

// readAll has the rules read what they have not read of a conversation. What was delivered stays delivered: the outcome
// is for the people who look at the report.
func (d *Desk) readAll(tx *db.Tx, c Conversation) error {
	l, err := d.listing(tx, c.Listing)
	if err != nil {
		return err
	}
	all, err := db.All(tx, scanMessage, `
		select `+messageColumns+`
		from message m
		where m.conversation = $1 and not m.screened and not m.erased
		order by m.at_us desc, m.id desc
		limit $2`, c.ID, mostReread)
	if err != nil {
		return err
	}
	room := d.room(tx.Context())
	for _, m := range all {
		if _, err := d.screen(tx, room, l, m, safety.Review{}, value.Money{}); err != nil {
			return err
		}
		if _, err := tx.Exec(`update message set screened = true where id = $1`, m.ID); err != nil {
			return err
		}
	}
	return nil
}

// Reported is a conversation as staff read it.
type Reported struct {
	Conversation Conversation
	Listing      Listing
	Buyer        Person
	Messages     []Message
	Offers       map[value.ID]Offer
	Screenings   map[value.ID]safety.Screening // what fired, by message
	Codes        []string                      // of the reports
	More         bool                          // there are older messages than those
}

const mostShownToStaff = 300

// Look shows a reported conversation to a member of staff and keeps in the log that they looked, and why they said they
// did. A conversation nobody reported is NotFound. The caller has checked conversations.see.
func (d *Desk) Look(ctx context.Context, by value.Actor, conversation value.ID) (r Reported, err error) {
	if by.Kind != value.Staff {
		return r, noConversation()
	}
	err = site.From(ctx).DB.Write(ctx, by, "conversation.look", func(tx *db.Tx) error {
		c, err := findConversation(tx, conversation)
		if err != nil {
			return err
		}
		if c.Reported.IsZero() {
			return noConversation()
		}
		tx.Log(db.Change{Object: ConversationObject, Record: c.ID, Diff: map[string]any{"looked": true}})
		r, err = d.reportOf(tx, c)
		return err
	})
	if err != nil {
		return r, fmt.Errorf("message.Look(%s): %w", conversation, err)
	}
	return r, nil
}

func (d *Desk) reportOf(tx *db.Tx, c Conversation) (r Reported, err error) {
	r = Reported{Conversation: c, Screenings: map[value.ID]safety.Screening{}}
	if r.Listing, err = d.listing(tx, c.Listing); err != nil {
		return r, err
	}
	if r.Buyer, err = d.person(tx, c.Buyer); err != nil {
		return r, err
	}
	r.Messages, err = db.All(tx, scanMessage, `
		select `+messageColumns+`
		from message m
		where m.conversation = $1
		order by m.at_us desc, m.id desc
		limit $2`, c.ID, mostShownToStaff+1)
	if err != nil {
		return r, err
	}
	if len(r.Messages) > mostShownToStaff {
		r.Messages, r.More = r.Messages[:mostShownToStaff], true
	}
	for i, j := 0, len(r.Messages)-1; i < j; i, j = i+1, j-1 {
		r.Messages[i], r.Messages[j] = r.Messages[j], r.Messages[i]
	}
	for _, m := range r.Messages {
		s, err := safety.FindScreening(tx, m.ID)
		if err == nil {
			r.Screenings[m.ID] = s
		} else if value.KindOf(err) != value.NotFound {
			return r, err
		}
	}
	if r.Offers, err = findOffers(tx, c.ID); err != nil {
		return r, err
	}
	r.Codes, err = db.All(tx, db.Column[string], `select code from conversation_report where conversation = $1 order by id`, c.ID)
	return r, err
}

// firedOn names the rules that fired on a message, for staff.
func firedOn(s safety.Screening, locale value.Locale) string {
	var names []string
	for _, f := range s.Firings {
		title := f.Title[locale.Language()]
		if title == "" {
			title = f.Title["en"]
		}
		names = append(names, title)
	}
	return strings.Join(names, ", ")
}
