package message

import (
	"time"

	"fairground/internal/db"
	"fairground/internal/media"
	"fairground/internal/ui/text"
	"fairground/internal/value"
)

// Estate is what this package keeps of a person; see package member.
type Estate struct{}

// Name is how the export calls it.
func (Estate) Name() string { return "messages" }

// exported is a message as its author takes it away.
type exported struct {
	Conversation string    `json:"conversation"`
	Listing      string    `json:"listing"`
	Mine         bool      `json:"mine"`
	At           time.Time `json:"at"`
	State        string    `json:"state,omitempty"` // of one's own
	Text         string    `json:"text"`
	Photos       []string  `json:"photos,omitempty"` // their addresses on this site
}

// Export puts the conversations in which the account is the buyer, with what was written to it, the messages it wrote
// for sellers, and its offers.
func (Estate) Export(tx *db.Tx, account value.ID, put func(name string, rows any) error) error {
	rows, err := db.All(tx, func(row db.Scanner) (e exported, err error) {
		var listing value.ID
		m, err := scanMessage(trailing{row, []any{&listing}})
		e = exported{Conversation: m.Conversation.Text(ConversationKind), Listing: listing.Text(listingKind), Mine: m.Author == account, At: m.At, Text: m.Text}
		for _, p := range m.Photos {
			e.Photos = append(e.Photos, photoPath(m, p, media.Large))
		}
		if e.Mine {
			e.State = string(m.State)
		}
		return e, err
	}, `
		select `+messageColumns+`, c.listing
		from message m
		join conversation c on c.id = m.conversation
		where m.id in (
			select id from message where author = $1
			union
			select w.id from message w join conversation b on b.id = w.conversation where b.buyer = $1 and w.side = 'seller' and w.state = 'delivered')
		order by m.conversation, m.at_us, m.id`, account)
	if err != nil {
		return err
	}
	if err := put("messages", rows); err != nil {
		return err
	}
	offers, err := db.All(tx, scanOffer, `select `+offerColumns+` from message_offer where author = $1 order by id`, account)
	if err != nil {
		return err
	}
	if err := put("offers", offers); err != nil {
		return err
	}
	return exportNotes(tx, account, put)
}

// exportedNote is a safety note that somebody was shown about messages of the account, without who that was.
type exportedNote struct {
	Made      time.Time `json:"made"`
	Reasons   []Reason  `json:"reasons"`
	Withdrawn bool      `json:"withdrawn"`
}

func exportNotes(tx *db.Tx, account value.ID, put func(name string, rows any) error) error {
	notes, err := NotesAbout(tx, account)
	rows := make([]exportedNote, len(notes))
	for i, n := range notes {
		rows[i] = exportedNote{n.Made, n.Reasons, !n.Withdrawn.IsZero()}
	}
	if err != nil {
		return err
	}
	return put("safety_notes", rows)
}

// Erase takes the words and photos of the account out of its messages; who wrote with it keeps the conversation and reads
// "removed by its author" in their place. Its conversations as a buyer are closed, and their aliases end. Reports stay:
// they are kept for the decision on them.
func (Estate) Erase(tx *db.Tx, account value.ID, keep func(what, why, until string)) error {
	touched, err := db.All(tx, db.Column[value.ID], `select distinct conversation from message where author = $1`, account)
	if err != nil {
		return err
	}
	n, err := tx.Exec(`
		update message
		set body = '', body_hash = $2, photos = '[]', warns = '', note = '', erased = true, author = 0
		where author = $1`, account, copyHash(""))
	if err != nil {
		return err
	}
	for _, statement := range []string{
		`update message_offer set author = 0 where author = $1`,
		`update message_note set about = 0 where about = $1`,
		`delete from conversation_mute where account = $1`,
		`delete from message_alias where conversation in (select id from conversation where buyer = $1)`,
	} {
		if _, err := tx.Exec(statement, account); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(`update conversation set closed_us = $2 where buyer = $1 and closed_us = 0`, account, value.Micros(tx.Now())); err != nil {
		return err
	}
	for _, conversation := range touched {
		tx.Log(db.Change{Object: ConversationObject, Record: conversation, Diff: map[string]any{"erased": true}})
	}
	if n == 0 {
		return nil
	}
	reports, err := db.One(tx, db.Column[int], `select count(*) from conversation_report where account = $1`, account)
	if err == nil && reports > 0 {
		ctx := tx.Context()
		keep(text.T(ctx, "message.kept.report"), text.T(ctx, "message.kept.report_why"), text.T(ctx, "message.kept.report_until"))
	}
	return err
}
