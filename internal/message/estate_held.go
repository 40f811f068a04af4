package message

import (
	"fmt"

	"fairground/internal/db"
	"fairground/internal/value"
)

// EraseOthers does of Erase what no hold is concerned with: it takes the words and photos of the account out of its messages
// in conversations that are not held, and closes those in which it is the buyer. Erase does the rest later.
func (Estate) EraseOthers(tx *db.Tx, account value.ID, held func(conversation, listing value.ID) (bool, error)) error {
	type talk struct {
		conversation, listing value.ID
		bought                bool
	}
	all, err := db.All(tx, func(row db.Scanner) (t talk, err error) {
		err = row.Scan(&t.conversation, &t.listing, &t.bought)
		return t, err
	}, `
		select c.id, c.listing, c.buyer = $1
		from conversation c
		where c.buyer = $1 or exists (select 1 from message m where m.conversation = c.id and m.author = $1)
		order by c.id`, account)
	if err != nil {
		return err
	}
	for _, t := range all {
		keep, err := held(t.conversation, t.listing)
		if err == nil && !keep {
			err = eraseIn(tx, account, t.conversation, t.bought)
		}
		if err != nil {
			return fmt.Errorf("message.EraseOthers(%s): %w", t.conversation, err)
		}
	}
	return nil
}

func eraseIn(tx *db.Tx, account, conversation value.ID, bought bool) error {
	if _, err := tx.Exec(`
		update message
		set body = '', body_hash = $3, photos = '[]', warns = '', note = '', erased = true, author = 0
		where author = $1 and conversation = $2`, account, conversation, copyHash("")); err != nil {
		return err
	}
	if bought {
		for _, statement := range []string{
			"delete from message_alias where conversation = $1",
			"update conversation set closed_us = $2 where id = $1 and closed_us = 0",
		} {
			args := []any{conversation, value.Micros(tx.Now())}
			if statement[0] == 'd' {
				args = args[:1]
			}
			if _, err := tx.Exec(statement, args...); err != nil {
				return err
			}
		}
	}
	tx.Log(db.Change{Object: ConversationObject, Record: conversation, Diff: map[string]any{"erased": true}})
	return nil
}
