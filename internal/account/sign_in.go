package account

import (
	"context"
	"net/http"

	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/value"
	"fairground/internal/web"
)

var visitor = value.Actor{Kind: value.Visitor}

// visit is what signing in keeps of the request it came by.
type visit struct {
	device  string
	network string
	old     []byte // session the browser had before; it ends
}

func visitOf(r *http.Request) visit {
	old, _ := readCookie(r)
	return visit{device: deviceName(r.UserAgent()), network: web.ClientNetwork(r), old: old}
}

// byPassword signs somebody in and returns the account and the new cookie's secret. Every way to fail that depends on
// the address takes the same steps: one read, one hash, one write, and the same error.
func (d *Door) byPassword(ctx context.Context, email value.Email, password string, v visit) (Account, string, error) {
	s := site.From(ctx)
	key := s.Slug + " " + mark(s, email)
	if err := d.config.ByAddress.Allow(key); err != nil {
		return Account{}, "", err
	}
	var known credential
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		known, err = findCredential(tx, email)
		return err
	})
	if err != nil && value.KindOf(err) != value.NotFound {
		return Account{}, "", err
	}
	right, err := d.passwords.Matches(ctx, known.hash, password)
	if err != nil {
		return Account{}, "", err
	}
	if !right {
		return Account{}, "", d.failed(ctx, s, "account.sign_in_failed", known.ID, email, v, wrong())
	}
	if known.State != Active {
		return Account{}, "", d.failed(ctx, s, "account.sign_in_refused", known.ID, email, v, suspended())
	}
	d.config.ByAddress.Forget(key)
	secret, hash := newSecret()
	err = s.DB.Write(ctx, known.Actor(), "account.sign_in", func(tx *db.Tx) error {
		stored, err := findHash(tx, known.ID)
		if err != nil {
			return err
		}
		if stored != known.hash {
			return wrong() // it was changed while we compared
		}
		return openSession(tx, known.ID, hash, v, map[string]any{"by": "password"})
	})
	return known.Account, secret, err
}

// failed logs an attempt that came to nothing and returns why it did.
func (d *Door) failed(ctx context.Context, s *site.Site, action string, id value.ID, email value.Email, v visit, why error) error {
	err := s.DB.Write(ctx, visitor, action, func(tx *db.Tx) error {
		tx.Log(db.Change{Object: "account", Record: id, Diff: map[string]any{"address": mark(s, email), "network": v.network}})
		return nil
	})
	if err != nil {
		return err
	}
	return why
}

// openSession makes a session for an account that is active, ends the one the browser had, and logs both. A session is
// always new, so one that somebody else planted in the browser is worth nothing.
func openSession(tx *db.Tx, id value.ID, hash []byte, v visit, diff map[string]any) error {
	a, err := Find(tx, id)
	if err != nil {
		return err
	}
	if a.State != Active {
		return suspended()
	}
	if v.old != nil {
		if _, err := tx.Exec("delete from session where id = $1", v.old); err != nil {
			return err
		}
	}
	if err := insertSession(tx, hash, id, v.device, v.network); err != nil {
		return err
	}
	if err := pruneSessions(tx, id); err != nil {
		return err
	}
	diff["device"], diff["network"] = v.device, v.network
	tx.Log(db.Change{Object: "account", Record: id, Diff: diff})
	return nil
}

func wrong() error {
	err := value.Fieldf("password", "the address or the password is wrong")
	err.Key = "account.wrong"
	return err
}

func suspended() error {
	return refused("account.suspended", "this account is suspended; please write to the address in the imprint")
}

// end deletes one session of an account. One that is gone already is no error.
func (d *Door) end(ctx context.Context, session Session, hash []byte, action string) error {
	s := site.From(ctx)
	return s.DB.Write(ctx, session.Actor(), action, func(tx *db.Tx) error {
		n, err := deleteSession(tx, hash, session.Account)
		if n > 0 {
			tx.Log(db.Change{Object: "account", Record: session.Account, Diff: map[string]any{"sessions_ended": n}})
		}
		return err
	})
}

// endAll deletes every session of an account, the one that asks included.
func (d *Door) endAll(ctx context.Context, session Session) error {
	s := site.From(ctx)
	return s.DB.Write(ctx, session.Actor(), "account.sign_out_everywhere", func(tx *db.Tx) error {
		n, err := deleteSessions(tx, session.Account, nil)
		tx.Log(db.Change{Object: "account", Record: session.Account, Diff: map[string]any{"sessions_ended": n}})
		return err
	})
}

// changePassword sets a new password for who is signed in. An account that has one must tell it; one that came by a
// link only need not.
func (d *Door) changePassword(ctx context.Context, session Session, present, wanted string) error {
	if err := CheckPassword("password", wanted); err != nil {
		return err
	}
	s := site.From(ctx)
	key := s.Slug + " " + mark(s, session.Email)
	if err := d.config.ByAddress.Allow(key); err != nil {
		return err
	}
	var stored string
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		stored, err = findHash(tx, session.Account)
		return err
	})
	if err != nil {
		return err
	}
	if stored != "" {
		if right, err := d.passwords.Matches(ctx, stored, present); err != nil {
			return err
		} else if !right {
			problem := value.Fieldf("present", "this is not your present password")
			problem.Key = "account.present_wrong"
			return problem
		}
	}
	hash, err := d.passwords.Hash(ctx, wanted)
	if err != nil {
		return err
	}
	d.config.ByAddress.Forget(key)
	return s.DB.Write(ctx, session.Actor(), "account.set_password", func(tx *db.Tx) error {
		return setPassword(tx, session.Account, hash, []byte(session.id))
	})
}

// allowNetwork counts one attempt of the visitor's network.
func (d *Door) allowNetwork(r *http.Request) error {
	return d.config.ByNetwork.Allow(site.From(r.Context()).Slug + " " + web.ClientNetwork(r))
}
