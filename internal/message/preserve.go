package message

import (
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

// Preserved is a message as evidence keeps it.
type Preserved struct {
	ID           value.ID  `json:"id"`
	Conversation value.ID  `json:"conversation"`
	Buyer        value.ID  `json:"buyer"` // the account
	Side         Side      `json:"side"`
	Author       value.ID  `json:"author"`
	State        string    `json:"state"`
	Body         string    `json:"body"`
	Photos       string    `json:"photos"` // JSON
	At           time.Time `json:"at"`
}

const mostPreserved = 2000 // messages, the oldest first

// AboutListing returns what was written about a listing, for evidence: held and refused messages too.
func AboutListing(tx *db.Tx, listing value.ID) ([]Preserved, error) {
	return preserved(tx, "c.listing = $1", listing)
}

// InConversation returns what was written in a conversation, for evidence.
func InConversation(tx *db.Tx, conversation value.ID) ([]Preserved, error) {
	return preserved(tx, "c.id = $1", conversation)
}

func preserved(tx *db.Tx, which string, id value.ID) ([]Preserved, error) {
	return db.All(tx, func(row db.Scanner) (p Preserved, err error) {
		var at_us int64
		err = row.Scan(&p.ID, &p.Conversation, &p.Buyer, &p.Side, &p.Author, &p.State, &p.Body, &p.Photos, &at_us)
		p.At = value.FromMicros(at_us)
		return p, err
	}, `
		select m.id, m.conversation, c.buyer, m.side, m.author, m.state, m.body, m.photos, m.at_us
		from message m
			join conversation c on c.id = m.conversation
		where `+which+`
		order by m.id
		limit $2`, int64(id), mostPreserved)
}
