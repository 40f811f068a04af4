package message

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/safety"
	"fairground/internal/value"
)

// judge decides whether a message is delivered: by the rules, where they are to read it, and by how much its author
// sends. It keeps what the rules said.
func (d *Desk) judge(tx *db.Tx, c Conversation, l Listing, m *Message, amount value.Money) error {
	m.State = Delivered
	room := d.room(tx.Context())
	if room.ScanAll || !c.Reported.IsZero() {
		out, err := d.screen(tx, room, l, *m, safety.Review{}, amount) // nobody can have reviewed what was just written
		if err != nil {
			return err
		}
		m.Screened = true
		if m.State = stateAfter(out); m.State == Held {
			m.HeldFor = heldByRules
		}
		if m.State == Delivered && points(out.Firings) && m.Text != "" {
			m.Warnings = with(m.Warnings, WarnPayment)
		}
	}
	if m.State != Delivered {
		return nil
	}
	for _, p := range m.Photos { // whatever the rules read, no photo travels that nobody may see
		if veiled, err := room.veiled(tx.Context(), p.Sha256); veiled || err != nil {
			m.State, m.HeldFor = Held, heldByRules
			return nil
		}
	}
	why, err := pace(tx, *m)
	if why != "" {
		m.State, m.HeldFor = Held, why
	}
	return err
}

// screen asks the rules about a message and keeps what they say, if they say anything.
func (d *Desk) screen(tx *db.Tx, room Room, l Listing, m Message, review safety.Review, amount value.Money) (safety.Outcome, error) {
	author := safety.Author{Kind: value.Member, ID: m.Author}
	if m.Author != 0 {
		p, err := d.person(tx, m.Author)
		if err != nil {
			return safety.Outcome{}, err
		}
		author.Age_days = p.Age_days
	}
	out := room.Gate.Screen(tx.Context(), safety.Subject{
		Stage: safety.StageMessage, Object: MessageObject, Record: m.ID, Hash: m.hash(), Category: l.Category, Body: m.Text, Price: amount,
		Photos: len(m.Photos), Author: author,
	}, review)
	if out.Plain() {
		return out, nil
	}
	return out, safety.Keep(tx, out)
}

// hash is of everything the other side would see.
func (m Message) hash() safety.ContentHash {
	photos, err := json.Marshal(m.Photos)
	if err != nil {
		panic(err) // texts and numbers can be written
	}
	return sha256.Sum256(fmt.Appendf(nil, "message 1\x00%d\x00%d\x00%s\x00%s", m.Conversation, m.Offer, photos, m.Text))
}

// stateAfter reads a verdict. What asks its author for proof is held: a message has no second form.
func stateAfter(out safety.Outcome) State {
	switch out.Verdict {
	case safety.Allow, safety.Label:
		return Delivered
	case safety.Reject, safety.Escalate:
		return Refused
	}
	return Held
}

// points reports a label that speaks of fraud: the message passes, and its reader is warned.
func points(firings []safety.Firing) bool {
	for _, f := range firings {
		if !f.Shadow && f.Category == "SCAMS_AND_FRAUD" {
			return true
		}
	}
	return false
}

func with(all []Warning, w Warning) []Warning {
	for _, known := range all {
		if known == w {
			return all
		}
	}
	return append([]Warning{w}, all...)
}

// Release lets a held message go, as the acting member of staff, who has looked at it. A mandatory rule that rejects
// cannot be overruled; the answer is then false. It returns an error of kind Conflict when the message is not held.
func (d *Desk) Release(tx *db.Tx, record value.ID, reason string) (bool, error) {
	m, err := findMessage(tx, record)
	if err != nil {
		return false, err
	}
	if m.State != Held {
		return false, value.Errorf(value.Conflict, "this message is %s; only what is held can be released", m.State)
	}
	review, err := safety.RecordReview(tx, MessageObject, record, m.hash(), reason)
	if err != nil {
		return false, err
	}
	c, err := findConversation(tx, m.Conversation)
	if err != nil {
		return false, err
	}
	l, err := d.listing(tx, c.Listing)
	if err != nil {
		return false, err
	}
	out, err := d.screen(tx, d.room(tx.Context()), l, m, review, value.Money{})
	if err != nil || stateAfter(out) != Delivered {
		return false, err
	}
	if err := d.writable(tx, c, l); err != nil {
		return false, err
	}
	m.At = tx.Now()
	if err := setState(tx, m, Delivered, ""); err != nil {
		return false, err
	}
	stir(tx, c.Buyer, c.Seller)
	return true, d.deliver(tx, c, l, m)
}

// Refuse ends a held message, or takes one away that was delivered (removed). Its author is told why.
func (d *Desk) Refuse(tx *db.Tx, record value.ID, removed bool, reason string) error {
	m, err := findMessage(tx, record)
	if err != nil {
		return err
	}
	state, from := Refused, Held
	if removed {
		state, from = Removed, Delivered
	}
	if m.State == state {
		return nil
	}
	if m.State != from {
		return value.Errorf(value.Conflict, "this message is %s already", m.State)
	}
	reason = strings.TrimSpace(reason)
	if n := utf8.RuneCountInString(reason); n < 3 || n > 5000 {
		return fieldWords("reason", "message.reason", "say why, in 3 to %d characters; the author reads it", "most", 5000)
	}
	if err := setState(tx, m, state, reason); err != nil {
		return err
	}
	c, err := findConversation(tx, m.Conversation)
	if err != nil {
		return err
	}
	stir(tx, c.Buyer, c.Seller)
	if m.Author == 0 {
		return nil
	}
	return d.config.Teller.Tell(tx, account.Alert{To: m.Author, Kind: refusedAlert, Href: c.Href(), Record: m.ID, Words: refusedWords(reason)})
}

func setState(tx *db.Tx, m Message, state State, reason string) error {
	diff := map[string]any{"state": account.Edit{Old: m.State, New: state}}
	if reason != "" {
		diff["reason"] = reason
	}
	tx.Log(db.Change{Object: MessageObject, Record: m.ID, Diff: diff})
	_, err := tx.Exec(`update message set state = $2, at_us = $3 where id = $1`, m.ID, string(state), micros(m.At))
	return err
}

// Waiting is a message that is held, as staff see it: the message alone, not the conversation.
type Waiting struct {
	Message
	Listing   value.ID
	Screening safety.Screening // what fired; zero when no rule did
}

// HeldMessages returns messages that wait for staff, the oldest first.
func HeldMessages(tx *db.Tx, limit int) ([]Waiting, error) {
	all, err := db.All(tx, func(row db.Scanner) (w Waiting, err error) {
		var listing value.ID
		w.Message, err = scanMessage(trailing{row, []any{&listing}})
		w.Listing = listing
		return w, err
	}, `
		select `+messageColumns+`, c.listing
		from message m
		join conversation c on c.id = m.conversation
		where m.state = 'held'
		order by m.id
		limit $1`, limit)
	if err != nil {
		return nil, err
	}
	for i := range all {
		all[i].Screening, err = safety.FindScreening(tx, all[i].ID)
		if err != nil && value.KindOf(err) != value.NotFound {
			return nil, err
		}
	}
	return all, nil
}

// trailing scans columns that stand behind those a scan function knows.
type trailing struct {
	db.Scanner
	more []any
}

func (t trailing) Scan(into ...any) error { return t.Scanner.Scan(append(into, t.more...)...) }
