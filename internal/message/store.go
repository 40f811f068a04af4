package message

import (
	"encoding/json"
	"fmt"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

const conversationColumns = `id, listing, seller, buyer, made_us, last_us, first_us, first_answer_us, closed_us, reported_us`

func scanConversation(row db.Scanner) (c Conversation, err error) {
	var made, last, first, answer, closed, reported int64
	err = row.Scan(&c.ID, &c.Listing, &c.Seller, &c.Buyer, &made, &last, &first, &answer, &closed, &reported)
	c.Made, c.Last, c.First, c.FirstAnswer, c.Closed, c.Reported = moment(made), moment(last), moment(first), moment(answer), moment(closed), moment(reported)
	return c, err
}

// moment reads a column in which 0 means never.
func moment(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return value.FromMicros(us)
}

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return value.Micros(t)
}

func findConversation(tx *db.Tx, id value.ID) (Conversation, error) {
	c, err := db.One(tx, scanConversation, `select `+conversationColumns+` from conversation where id = $1`, id)
	if value.KindOf(err) == value.NotFound {
		err = noConversation()
	}
	return c, err
}

func findAbout(tx *db.Tx, listing, buyer value.ID) (Conversation, error) {
	return db.One(tx, scanConversation, `select `+conversationColumns+` from conversation where listing = $1 and buyer = $2`, listing, buyer)
}

// insertConversation makes the conversation that was admitted, and its sides. It reports false when the buyer has one about
// the listing.
func insertConversation(tx *db.Tx, a admission) (Conversation, bool, error) {
	c := Conversation{ID: tx.NewID(), Listing: a.listing.ID, Seller: a.listing.Seller.ID, Buyer: a.buyer, Made: tx.Now(), Last: tx.Now()}
	n, err := tx.Exec(`
		insert into conversation (id, listing, seller, buyer, made_us, last_us)
		values ($1, $2, $3, $4, $5, $5)
		on conflict (listing, buyer) do nothing`, c.ID, c.Listing, c.Seller, c.Buyer, value.Micros(c.Made))
	if err != nil || n == 0 {
		return c, false, err
	}
	row := func(s Side) []any {
		return []any{c.ID, string(s), c.owner(s), value.Micros(c.Made), 0, 0, 0, 0, 0, false, true, 0}
	}
	return c, true, tx.Insert("conversation_side",
		[]string{"conversation", "side", "owner", "last_us", "last_message", "unread", "seen_us", "shown_us", "cleared_us", "archived", "hidden", "blocked_us"},
		[][]any{row(BuyerSide), row(SellerSide)})
}

const sideColumns = `conversation, side, owner, last_us, last_message, unread, seen_us, shown_us, cleared_us, archived, hidden, blocked_us`

func scanSide(row db.Scanner) (s side, err error) {
	var last, seen, shown, cleared, blocked int64
	err = row.Scan(&s.conversation, &s.side, &s.owner, &last, &s.lastMessage, &s.unread, &seen, &shown, &cleared, &s.archived, &s.hidden, &blocked)
	s.last, s.seen, s.shown, s.cleared, s.blocked = moment(last), moment(seen), moment(shown), moment(cleared), moment(blocked)
	return s, err
}

func findSide(tx *db.Tx, conversation value.ID, s Side) (side, error) {
	return db.One(tx, scanSide, `select `+sideColumns+` from conversation_side where conversation = $1 and side = $2`, conversation, string(s))
}

const messageColumns = `m.id, m.conversation, m.side, m.author, m.state, m.held_for, m.via, m.body, m.photos, m.warns, m.note, m.offer, m.screened, m.erased, m.made_us, m.at_us`

func scanMessage(row db.Scanner) (m Message, err error) {
	var photos, warns string
	var made, at int64
	err = row.Scan(&m.ID, &m.Conversation, &m.Side, &m.Author, &m.State, &m.HeldFor, &m.Via, &m.Text, &photos, &warns, &m.Note, &m.Offer, &m.Screened, &m.Erased, &made, &at)
	if err != nil {
		return m, err
	}
	m.Made, m.At, m.Warnings = moment(made), moment(at), splitWarnings(warns)
	if err := json.Unmarshal([]byte(photos), &m.Photos); err != nil {
		return m, fmt.Errorf("message: the photos of message %d: %w", m.ID, err)
	}
	return m, nil
}

func findMessage(tx *db.Tx, id value.ID) (Message, error) {
	return db.One(tx, scanMessage, `select `+messageColumns+` from message m where m.id = $1`, id)
}

var insertedColumns = []string{"id", "conversation", "side", "author", "state", "held_for", "via", "body", "body_hash", "photos", "warns", "note",
	"offer", "form_key", "mail_id", "screened", "erased", "made_us", "at_us"}

// row is a message as it is inserted.
func (m Message) row(formKey, mailID string) ([]any, error) {
	photos := m.Photos
	if photos == nil {
		photos = []Photo{}
	}
	text, err := json.Marshal(photos)
	return []any{m.ID, m.Conversation, string(m.Side), m.Author, string(m.State), m.HeldFor, m.Via, m.Text, copyHash(m.Text), string(text),
		joinWarnings(m.Warnings), m.Note, m.Offer, db.OrNull(formKey), db.OrNull(mailID), m.Screened, false, micros(m.Made), micros(m.At)}, err
}

func insertMessage(tx *db.Tx, m Message, formKey, mailID string) error {
	row, err := m.row(formKey, mailID)
	if err != nil {
		return err
	}
	return tx.Insert("message", insertedColumns, [][]any{row})
}

// findSent returns the message that a form or a mail made already; NotFound when it is new.
func findSent(tx *db.Tx, conversation, author value.ID, formKey, mailID string) (Message, error) {
	if mailID != "" {
		return db.One(tx, scanMessage, `select `+messageColumns+` from message m where m.conversation = $1 and m.mail_id = $2`, conversation, mailID)
	}
	return db.One(tx, scanMessage, `select `+messageColumns+` from message m where m.conversation = $1 and m.author = $2 and m.form_key = $3`, conversation, author, formKey)
}

// thread returns the newest messages that a side may see, oldest first, and whether there are older ones. before is the
// place of the oldest message seen so far; the zero cursor begins at the end.
func thread(tx *db.Tx, s side, before cursor, limit int) (shown []Message, more bool, err error) {
	if before == (cursor{}) {
		before = endOfTime
	}
	all, err := db.All(tx, scanMessage, `
		select `+messageColumns+`
		from message m
		where m.conversation = $1
			and (m.at_us, m.id) < ($2, $3)
			and m.at_us > $4
			and (m.side = $5 or m.state in ('delivered', 'removed'))
		order by m.at_us desc, m.id desc
		limit $6`, s.conversation, before.at_us, before.id, micros(s.cleared), string(s.side), limit+1)
	if len(all) > limit {
		all, more = all[:limit], true
	}
	for i, j := 0, len(all)-1; i < j; i, j = i+1, j-1 {
		all[i], all[j] = all[j], all[i]
	}
	return all, more, err
}

// cursor is a place in a list that is ordered by a moment and an id.
type cursor struct {
	at_us int64
	id    value.ID
}

var endOfTime = cursor{1 << 62, 1 << 62}

// landed moves a side to its newest message. delivered says that it came from across: it is then unread, and brings the
// conversation back into the inbox.
func landed(tx *db.Tx, c value.ID, s Side, m Message, delivered bool) error {
	unread := `unread = unread + 1, archived = false`
	if !delivered {
		unread = `unread = 0, seen_us = $3`
	}
	_, err := tx.Exec(`
		update conversation_side
		set last_us = $3, last_message = $4, hidden = false, `+unread+`
		where conversation = $1 and side = $2`, c, string(s), micros(m.At), m.ID)
	return err
}

// answered keeps the moments from which the rate of answers is computed.
func answered(tx *db.Tx, m Message) error {
	set := `first_us = case when first_us = 0 then $2 else first_us end`
	if m.Side == SellerSide {
		set = `first_answer_us = case when first_answer_us = 0 and first_us > 0 then $2 else first_answer_us end`
	}
	_, err := tx.Exec(`update conversation set last_us = $2, `+set+` where id = $1`, m.Conversation, micros(m.At))
	return err
}

func muted(tx *db.Tx, conversation value.ID) (map[value.ID]bool, error) {
	all, err := db.All(tx, db.Column[value.ID], `select account from conversation_mute where conversation = $1`, conversation)
	is := make(map[value.ID]bool, len(all))
	for _, id := range all {
		is[id] = true
	}
	return is, err
}
