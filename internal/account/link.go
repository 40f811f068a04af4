package account

import (
	"context"
	"time"

	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/ui/text"
	"fairground/internal/value"
)

// LinkAge is how long a mailed link works.
const LinkAge = 15 * time.Minute

// linkPath is the address of the page with the button that uses a link.
func linkPath(secret, next string) string {
	return withNext("/sign-in/link/"+secret, next)
}

// mailLink sends a link when the address has an account that may use it. The caller learns nothing of that: both ways
// are one write, and the letter goes out later.
func (d *Door) mailLink(ctx context.Context, email value.Email, v visit) error {
	s := site.From(ctx)
	if err := d.config.ByLink.Allow(s.Slug + " " + mark(s, email)); err != nil {
		return err
	}
	return s.DB.Write(ctx, visitor, "account.ask_link", func(tx *db.Tx) error {
		a, err := FindByEmail(tx, email)
		if err != nil && value.KindOf(err) != value.NotFound {
			return err
		}
		tx.Log(db.Change{Object: "account", Record: a.ID, Diff: map[string]any{"address": mark(s, email), "network": v.network}})
		if err != nil || a.State != Active {
			return nil
		}
		if err := pruneTokens(tx, a.ID); err != nil {
			return err
		}
		secret, hash := newSecret()
		if err := insertToken(tx, hash, a.ID, "sign_in", tx.Now().Add(LinkAge)); err != nil {
			return err
		}
		return d.config.Post.Send(tx, d.linkLetter(ctx, s, a, v.origin+linkPath(secret, v.next)))
	})
}

func (d *Door) linkLetter(ctx context.Context, s *site.Site, a Account, link string) Letter {
	ctx = d.inLanguage(ctx, a.Locale)
	name := s.Settings().Name
	return Letter{
		To: a.Email, Name: a.Name, Purpose: "sign_in",
		Subject: text.T(ctx, "account.letter_subject", "site", name),
		Text:    text.T(ctx, "account.letter_text", "site", name, "name", a.Name, "link", link, "minutes", int(LinkAge.Minutes())),
	}
}

// inLanguage is a context with the words of an account's language, where it chose one.
func (d *Door) inLanguage(ctx context.Context, locale value.Locale) context.Context {
	if locale == "" {
		return ctx
	}
	return d.config.Letters(ctx, locale)
}

// byLink uses a link up and signs its owner in. The address is proven by it.
func (d *Door) byLink(ctx context.Context, secret string, v visit) (entry, error) {
	hash, ok := hashSecret(secret)
	if !ok {
		return entry{}, ended()
	}
	s := site.From(ctx)
	owner, err := d.ownerOf(ctx, s, hash)
	if err != nil {
		return entry{}, err
	}
	var in entry
	err = s.DB.Write(ctx, owner.Actor(), "account.sign_in", func(tx *db.Tx) error {
		id, purpose, err := useToken(tx, hash)
		if value.KindOf(err) == value.NotFound {
			return ended()
		}
		if err != nil {
			return err
		}
		if err := d.verify(tx, owner); err != nil {
			return err
		}
		in, err = letIn(tx, id, ByLink, v, map[string]any{"purpose": purpose})
		return err
	})
	return in, err
}

// verify notes that the owner of an account reads the mail of its address.
func (d *Door) verify(tx *db.Tx, a Account) error {
	_, err := tx.Exec("update account set verified_us = $2 where id = $1 and verified_us is null", a.ID, value.Micros(tx.Now()))
	if err != nil {
		return err
	}
	return d.config.Post.Arrived(tx, a.Email)
}

// ownerOf finds whose link it is, so that the write has its author. Whether the link still works is decided there.
func (d *Door) ownerOf(ctx context.Context, s *site.Site, hash []byte) (a Account, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		id, err := db.One(tx, db.Column[value.ID], "select account from sign_in_token where id = $1", hash)
		if err == nil {
			a, err = Find(tx, id)
		}
		return err
	})
	if value.KindOf(err) == value.NotFound {
		err = ended()
	}
	return a, err
}

func ended() error {
	return &value.Error{Kind: value.Invalid, Key: "account.link_ended", Message: "this link was used already or is too old; ask for a new one"}
}
