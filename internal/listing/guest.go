package listing

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"time"

	"fairground/internal/db"
	"fairground/internal/safety"
	"fairground/internal/value"
)

// Guests is what visitors' listings need of accounts and mail.
type Guests interface {
	// Ask queues the mail with the link by which a visitor confirms a listing. It runs within a write.
	Ask(tx *db.Tx, letter GuestLetter) error
	// Admit returns the account of an address, and makes one when there is none. The address counts as verified: whoever
	// asks has just used a link that was mailed to it. A suspended account is an error of kind Forbidden.
	Admit(tx *db.Tx, email value.Email, name string, locale value.Locale) (account value.ID, err error)
}

// GuestLetter is the mail that asks whether a listing may be posted.
type GuestLetter struct {
	To      value.Email
	Name    string
	Locale  value.Locale
	Title   string // of the listing
	Token   string // secret; goes into the address of the page with the button
	Expires time.Time
}

// The limits of visitors' submissions.
const (
	GuestAge    = 48 * time.Hour // how long the mailed link works
	mostWaiting = 3              // unconfirmed submissions of one mail address; more get no mail
)

// AskGuest takes a visitor's draft in and mails a link to the address typed into it. The draft becomes a listing only
// when the link is used. What the visitor sees does not depend on whether the address has an account. The error joins
// one *value.Error for every field that is wrong.
func (d *Desk) AskGuest(ctx context.Context, by Author, id value.ID, locale value.Locale) error {
	if d.Guests == nil {
		return keyed(value.Forbidden, "listing.sign_in", "sign in first")
	}
	tree, err := d.Trees.Tree(ctx)
	if err != nil {
		return err
	}
	token := rand.Text()
	err = d.DB.Write(ctx, by.actor(), "draft.ask", func(tx *db.Tx) error {
		draft, err := FindDraft(tx, by, id)
		if err != nil {
			return err
		}
		content, wrong := tree.CheckTyped(draft.Typed)
		email, err := value.ParseEmail(draft.Email)
		if sellerName(draft.Name) == "" {
			wrong = errors.Join(wrong, value.Fieldf("name", "write the name that others see"))
		}
		if wrong = errors.Join(wrong, err); wrong != nil {
			return wrong
		}
		tx.Log(db.Change{Object: DraftObject, Record: id, Diff: map[string]any{"asked": email.Masked()}})
		return d.askGuest(tx, GuestLetter{To: email, Name: sellerName(draft.Name), Locale: locale, Title: tidyLine(draft.Title),
			Token: token, Expires: tx.Now().Add(GuestAge)}, id, content.Hash())
	})
	if err != nil {
		return fmt.Errorf("listing.AskGuest(%s): %w", id, err)
	}
	return nil
}

// askGuest mails the link, unless that address waits for several already: nobody fills another's mailbox from here.
func (d *Desk) askGuest(tx *db.Tx, letter GuestLetter, draft value.ID, said safety.ContentHash) error {
	if err := keepAlive(tx, draft, letter.Expires); err != nil {
		return err
	}
	waiting, err := db.One(tx, db.Column[int], "select count(*) from listing_guest where email = $1 and expires_us > $2",
		string(letter.To), value.Micros(tx.Now()))
	if err != nil || waiting >= mostWaiting {
		return err
	}
	sum := sha256.Sum256([]byte(letter.Token))
	err = tx.Insert("listing_guest", []string{"token", "draft", "email", "name", "locale", "content_hash", "created_us", "expires_us"}, [][]any{
		{sum[:], int64(draft), string(letter.To), letter.Name, string(letter.Locale), said[:], value.Micros(tx.Now()), value.Micros(letter.Expires)}})
	if err != nil {
		return err
	}
	return d.Guests.Ask(tx, letter)
}

// keepAlive lets a draft live as long as the link that was mailed for it.
func keepAlive(tx *db.Tx, draft value.ID, until time.Time) error {
	_, err := tx.Exec("update listing_draft set expires_us = $2 where id = $1", int64(draft), value.Micros(until))
	return err
}

// Guest is a visitor's submission that waits for its link to be used.
type Guest struct {
	Title   string // empty when it was used already
	Email   value.Email
	Expires time.Time
	draft   value.ID
	name    string
	locale  value.Locale
	said    safety.ContentHash
}

// FindGuest returns the submission of a mailed link, for the page with the button. A link that is wrong or too old is an
// error of kind NotFound.
func FindGuest(tx *db.Tx, token string) (Guest, error) {
	g, err := findGuest(tx, token)
	if err != nil {
		return Guest{}, err
	}
	draft, err := anyDraft(tx, g.draft)
	if value.KindOf(err) == value.NotFound {
		return g, nil
	}
	g.Title = tidyLine(draft.Title)
	return g, err
}

// anyDraft finds a draft whoever wrote it; a mailed link is the right to it.
func anyDraft(tx *db.Tx, id value.ID) (Draft, error) {
	return db.One(tx, scanDraft, "select "+draftColumns+" from listing_draft where id = $1", int64(id))
}

// unchanged returns a Conflict when the draft says something else than it did when the mail was sent. Otherwise somebody
// could put words into the mouth of whoever reads the mail and presses the button.
func (g Guest) unchanged(tx *db.Tx, tree *Tree) error {
	draft, err := anyDraft(tx, g.draft)
	if value.KindOf(err) == value.NotFound {
		return nil // it is a listing already
	}
	if err != nil {
		return err
	}
	content, wrong := tree.CheckTyped(draft.Typed)
	if wrong == nil && content.Hash() != g.said {
		return keyed(value.Conflict, "listing.guest.changed", "the listing was changed after this mail was sent; use the link of the newest mail, or post again")
	}
	return nil
}

func findGuest(tx *db.Tx, token string) (Guest, error) {
	sum := sha256.Sum256([]byte(strings.TrimSpace(token)))
	g, err := db.One(tx, func(row db.Scanner) (g Guest, err error) {
		var expires_us int64
		var said []byte
		err = row.Scan(&g.draft, &g.Email, &g.name, &g.locale, &said, &expires_us)
		copy(g.said[:], said)
		g.Expires = value.FromMicros(expires_us)
		return g, err
	}, "select draft, email, name, locale, content_hash, expires_us from listing_guest where token = $1 and expires_us > $2", sum[:], value.Micros(tx.Now()))
	if value.KindOf(err) == value.NotFound {
		return Guest{}, keyed(value.NotFound, "listing.guest.ended", "this link is too old or not complete; post again to get a new one")
	}
	return g, err
}

// ConfirmGuest makes a listing of the submission of a mailed link, and the account it belongs to when the address has
// none. Using the link again gives the same listing. What was changed since the mail was sent is a Conflict. When a field is wrong by now, the draft lies in the account.
func (d *Desk) ConfirmGuest(ctx context.Context, token string) (l Listing, account value.ID, err error) {
	if d.Guests == nil {
		return Listing{}, 0, keyed(value.Forbidden, "listing.sign_in", "sign in first")
	}
	tree, err := d.Trees.Tree(ctx)
	if err != nil {
		return Listing{}, 0, err
	}
	var g Guest
	err = d.DB.Write(ctx, value.Actor{Kind: value.Visitor}, "draft.confirm", func(tx *db.Tx) error {
		if g, err = findGuest(tx, token); err != nil {
			return err
		}
		if err := g.unchanged(tx, tree); err != nil {
			return err
		}
		if account, err = d.Guests.Admit(tx, g.Email, g.name, g.locale); err != nil {
			return err
		}
		return adopt(tx, g.draft, account)
	})
	if err == nil {
		l, err = d.submitDraft(ctx, Author{Account: account}, g.draft, 0, time.Time{})
	}
	if err != nil {
		return Listing{}, account, fmt.Errorf("listing.ConfirmGuest: %w", err)
	}
	return l, account, nil
}

// adopt gives a visitor's draft to the account whose address was confirmed.
func adopt(tx *db.Tx, draft, account value.ID) error {
	n, err := tx.Exec("update listing_draft set account = $2, guest = null, expires_us = $3 where id = $1 and guest is not null",
		int64(draft), int64(account), value.Micros(tx.Now().Add(DraftAge)))
	if n > 0 {
		tx.Log(db.Change{Object: DraftObject, Record: draft, Diff: map[string]any{"account": pair{nil, account}}})
	}
	return err
}

// forgetGuests removes the addresses of submissions that nobody confirmed in time.
func (d *Desk) forgetGuests(ctx context.Context) error {
	return d.DB.Write(ctx, value.SystemActor("expiry"), "draft.forget", func(tx *db.Tx) error {
		return tx.Keep("delete from listing_guest where expires_us <= $1", value.Micros(tx.Now()))
	})
}
