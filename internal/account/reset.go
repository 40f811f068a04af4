package account

import (
	"context"
	"strings"
	"time"

	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/ui/text"
	"fairground/internal/value"
)

// AddressAge is how long the link works that takes over another mail address.
const AddressAge = time.Hour

func insertProof(tx *db.Tx, hash []byte, account value.ID, purpose string, email value.Email, age time.Duration) error {
	now := tx.Now()
	return tx.Insert("proof_link", []string{"id", "account", "purpose", "email", "created_us", "expires_us"},
		[][]any{{hash, account, purpose, string(email), value.Micros(now), value.Micros(now.Add(age))}})
}

// proof is a mailed link: whose it is and which mailbox it proves.
type proof struct {
	account value.ID
	email   value.Email
}

func scanProof(row db.Scanner) (p proof, err error) {
	err = row.Scan(&p.account, &p.email)
	return p, err
}

func findProof(tx *db.Tx, hash []byte, purpose string) (proof, error) {
	return db.One(tx, scanProof, "select account, email from proof_link where id = $1 and purpose = $2 and expires_us > $3",
		hash, purpose, value.Micros(tx.Now()))
}

// takeProof uses a link up, once, and with it all others of the account.
func takeProof(tx *db.Tx, hash []byte, purpose string) (proof, error) {
	p, err := db.One(tx, scanProof, "delete from proof_link where id = $1 and purpose = $2 and expires_us > $3 returning account, email",
		hash, purpose, value.Micros(tx.Now()))
	if value.KindOf(err) == value.NotFound {
		return p, ended()
	}
	if err != nil {
		return p, err
	}
	return p, dropLinks(tx, p.account)
}

// dropLinks makes every link worthless that was mailed for an account: whoever asked for one may not be its owner.
func dropLinks(tx *db.Tx, id value.ID) error {
	if _, err := tx.Exec("delete from proof_link where account = $1", id); err != nil {
		return err
	}
	if _, err := tx.Exec("delete from ceremony where account = $1", id); err != nil {
		return err
	}
	_, err := tx.Exec("update sign_in_token set used_us = $2 where account = $1 and used_us is null", id, value.Micros(tx.Now()))
	return err
}

// recentProof reports whether a link was mailed a moment ago: a double click brings one letter.
func recentProof(tx *db.Tx, id value.ID, purpose string, email value.Email) (bool, error) {
	n, err := db.One(tx, db.Column[int], "select count(*) from proof_link where account = $1 and purpose = $2 and email = $3 and created_us > $4",
		id, purpose, string(email), value.Micros(tx.Now().Add(-doubleClick)))
	return n > 0, err
}

// askReset mails a link for a new password when the address has an account that may use it. As with mailLink, who asks
// learns nothing of that.
func (d *Door) askReset(ctx context.Context, email value.Email, v visit) error {
	s := site.From(ctx)
	if err := d.config.ByLink.Allow(s.Slug + " " + mark(s, email)); err != nil {
		return err
	}
	return s.DB.Write(ctx, visitor, "account.ask_reset", func(tx *db.Tx) error {
		a, err := FindByEmail(tx, email)
		if err != nil && value.KindOf(err) != value.NotFound {
			return err
		}
		tx.Log(db.Change{Object: "account", Record: a.ID, Diff: map[string]any{"address": mark(s, email), "network": v.network}})
		if err != nil || a.State != Active {
			return nil
		}
		if recent, err := recentProof(tx, a.ID, "reset", a.Email); err != nil || recent {
			return err
		}
		secret, hash := newSecret()
		if err := insertProof(tx, hash, a.ID, "reset", a.Email, LinkAge); err != nil {
			return err
		}
		ctx, name := d.inLanguage(ctx, a.Locale), s.Settings().Name
		return d.config.Post.Send(tx, Letter{
			To: a.Email, Name: a.Name, Purpose: "sign_in",
			Subject: text.T(ctx, "account.reset_subject", "site", name),
			Text: text.T(ctx, "account.reset_text", "site", name, "name", a.Name, "link", v.origin+"/sign-in/reset/"+secret,
				"minutes", int(LinkAge.Minutes())),
		})
	})
}

// reset sets a new password by a mailed link, ends all sessions and signs in; the second factor is still asked for.
func (d *Door) reset(ctx context.Context, secret, wanted string, v visit) (in entry, err error) {
	link, ok := hashSecret(secret)
	if !ok {
		return in, ended()
	}
	s := site.From(ctx)
	var a Account
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		p, err := findProof(tx, link, "reset")
		if err == nil {
			a, err = Find(tx, p.account)
		}
		return err
	})
	if value.KindOf(err) == value.NotFound {
		return in, ended()
	}
	if err != nil {
		return in, err
	}
	hash, err := d.passwords.Hash(ctx, wanted)
	if err != nil {
		return in, err
	}
	err = s.DB.Write(ctx, a.Actor(), "account.reset_password", func(tx *db.Tx) error {
		if _, err := takeProof(tx, link, "reset"); err != nil {
			return err
		}
		if err := setPassword(tx, a.ID, hash, nil); err != nil {
			return err
		}
		if err := d.verify(tx, a); err != nil {
			return err
		}
		if err := d.warn(tx, a.ID, v.origin, "account.warn_password"); err != nil {
			return err
		}
		in, err = letIn(tx, a.ID, ByLink, v, map[string]any{"purpose": "reset"})
		return err
	})
	return in, err
}

// askAddress mails a link to another address for who is signed in. Whether that address has an account already is told
// to its owner only.
func (d *Door) askAddress(ctx context.Context, session Session, email value.Email, v visit) error {
	s := site.From(ctx)
	if email == session.Email {
		err := value.Fieldf("email", "this is your address already")
		err.Key = "account.address_same"
		return err
	}
	if err := d.config.ByLink.Allow(s.Slug + " " + mark(s, email)); err != nil {
		return err
	}
	if err := d.config.ByLink.Allow(s.Slug + " from " + session.Account.String()); err != nil {
		return err
	}
	return s.DB.Write(ctx, session.Actor(), "account.ask_address", func(tx *db.Tx) error {
		tx.Log(db.Change{Object: "account", Record: session.Account, Diff: map[string]any{"address": mark(s, email)}})
		owner, err := FindByEmail(tx, email)
		if err == nil {
			return d.warnAt(tx, owner, email, v.origin, "account.warn_address_wanted")
		}
		if value.KindOf(err) != value.NotFound {
			return err
		}
		if recent, err := recentProof(tx, session.Account, "address", email); err != nil || recent {
			return err
		}
		secret, hash := newSecret()
		if err := insertProof(tx, hash, session.Account, "address", email, AddressAge); err != nil {
			return err
		}
		name := s.Settings().Name
		return d.config.Post.Send(tx, Letter{
			To: email, Name: session.Name, Purpose: "join",
			Subject: text.T(ctx, "account.address_subject", "site", name),
			Text:    text.T(ctx, "account.address_text", "site", name, "name", session.Name, "link", v.origin+"/account/email/"+secret),
		})
	})
}

// takeAddress gives the account the address whose mailbox the link proves. It must be the owner of the account who
// presses the button, signed in. The former address is told; other devices are signed out.
func (d *Door) takeAddress(ctx context.Context, session Session, secret string, v visit) error {
	hash, ok := hashSecret(secret)
	if !ok {
		return ended()
	}
	s := site.From(ctx)
	return s.DB.Write(ctx, session.Actor(), "account.set_address", func(tx *db.Tx) error {
		p, err := findProof(tx, hash, "address")
		if value.KindOf(err) == value.NotFound || err == nil && p.account != session.Account {
			return ended()
		}
		if err == nil {
			p, err = takeProof(tx, hash, "address")
		}
		if err != nil {
			return err
		}
		if _, err := FindByEmail(tx, p.email); value.KindOf(err) != value.NotFound {
			if err == nil {
				err = taken()
			}
			return err
		}
		return d.replaceAddress(tx, session, p.email, v)
	})
}

func (d *Door) replaceAddress(tx *db.Tx, session Session, email value.Email, v visit) error {
	a, err := Find(tx, session.Account)
	if err != nil {
		return err
	}
	tx.Log(db.Change{Object: "account", Record: a.ID, Diff: map[string]Edit{"email": {a.Email.Masked(), email.Masked()}}})
	_, err = tx.Exec("update account set email = $2, verified_us = $3 where id = $1", a.ID, strings.ToLower(string(email)), value.Micros(tx.Now()))
	if err != nil {
		return err
	}
	if _, err := deleteSessions(tx, a.ID, []byte(session.id)); err != nil {
		return err
	}
	if err := d.warnAt(tx, a, a.Email, v.origin, "account.warn_address", "address", email.Masked()); err != nil {
		return err
	}
	return d.warnAt(tx, a, email, v.origin, "account.warn_address", "address", email.Masked())
}
