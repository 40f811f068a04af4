package message

import (
	"fairground/internal/db"
	"fairground/internal/value"
)

// About says who talks about what in a conversation, to somebody who takes part in it; others get NotFound. It names no
// price.
func (d *Desk) About(tx *db.Tx, conversation, account value.ID) (Agreement, error) {
	c, _, err := d.find(tx, conversation, account)
	return Agreement{Conversation: c.ID, Listing: c.Listing, Seller: c.Seller, Buyer: c.Buyer}, err
}

// Takes is nil while mail to an alias is taken in, and an error of kind NotFound when it never was or is dead.
func (d *Desk) Takes(tx *db.Tx, alias string) error {
	if !aliasShape.MatchString(alias) {
		return noAlias()
	}
	var conversation value.ID
	err := tx.Row(`select conversation from message_alias where alias = $1`, alias).Scan(&conversation)
	if value.KindOf(err) == value.NotFound {
		return noAlias()
	}
	if err != nil {
		return err
	}
	c, err := findConversation(tx, conversation)
	if err != nil {
		return err
	}
	return d.alive(tx, c)
}

// HeldOf counts the messages of an account that wait for a person.
func HeldOf(tx *db.Tx, account value.ID) (int, error) {
	return db.One(tx, db.Column[int], `select count(*) from message where author = $1 and state = 'held'`, account)
}
