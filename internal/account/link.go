package account

import (
	"context"
	"net/url"
	"time"

	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

// LinkAge is how long a mailed link works.
const LinkAge = 15 * time.Minute

// linkPath is the address of the page with the button that uses a link.
func linkPath(secret, next string) string {
	path := "/sign-in/link/" + secret
	if next = web.LocalPath(next, ""); next != "" {
		path += "?next=" + url.QueryEscape(next)
	}
	return path
}

// mailLink sends a link when the address has an account that may use it. The caller learns nothing of that: both ways
// are one write, and the letter goes out later. origin is scheme and host of the site.
func (d *Door) mailLink(ctx context.Context, origin string, email value.Email, next string, v visit) error {
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
		return d.config.Post.Send(tx, d.letter(ctx, s, a, origin+linkPath(secret, next)))
	})
}

func (d *Door) letter(ctx context.Context, s *site.Site, a Account, link string) Letter {
	if a.Locale != "" {
		ctx = d.config.Letters(ctx, a.Locale)
	}
	name := s.Settings().Name
	return Letter{
		To: a.Email, Name: a.Name, Purpose: "sign_in",
		Subject: text.T(ctx, "account.letter_subject", "site", name),
		Text:    text.T(ctx, "account.letter_text", "site", name, "name", a.Name, "link", link, "minutes", int(LinkAge.Minutes())),
	}
}

// byLink uses a link up and signs its owner in. The address is proven by it.
func (d *Door) byLink(ctx context.Context, secret string, v visit) (Account, string, error) {
	hash, ok := hashSecret(secret)
	if !ok {
		return Account{}, "", ended()
	}
	s := site.From(ctx)
	owner, err := d.ownerOf(ctx, s, hash)
	if err != nil {
		return Account{}, "", err
	}
	cookie, session := newSecret()
	err = s.DB.Write(ctx, owner.Actor(), "account.sign_in", func(tx *db.Tx) error {
		id, purpose, err := useToken(tx, hash)
		if value.KindOf(err) == value.NotFound {
			return ended()
		}
		if err != nil {
			return err
		}
		_, err = tx.Exec("update account set verified_us = $2 where id = $1 and verified_us is null", id, value.Micros(tx.Now()))
		if err != nil {
			return err
		}
		return openSession(tx, id, session, v, map[string]any{"by": "link", "purpose": purpose})
	})
	return owner, cookie, err
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
