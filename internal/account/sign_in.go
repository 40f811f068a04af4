package account

import (
	"context"
	"maps"
	"net/http"

	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/value"
	"fairground/internal/web"
)

var visitor = value.Actor{Kind: value.Visitor}

// visit is what signing in keeps of the request it came by.
type visit struct {
	origin  string // scheme and host
	device  string
	network string
	next    string // where it leads on
	old     []byte // session the browser had before; it ends
}

func visitOf(r *http.Request) visit {
	old, _ := readCookie(r)
	return visit{origin: origin(r), device: deviceName(r.UserAgent()), network: web.ClientNetwork(r), old: old}
}

// leadingTo is the visit with where it leads on; addresses that leave the site are dropped.
func (v visit) leadingTo(next string) visit {
	v.next = web.LocalPath(next, "")
	return v
}

// entry is what signing in came to: a new session or, for who has a second factor, the question for it.
type entry struct {
	Account
	next    string
	session string // secret of the session's cookie
	pending string // secret of the cookie by which the second factor is answered
}

// byPassword signs somebody in. Every way to fail that depends on the address takes the same steps: one read, one hash,
// one write, and the same error.
func (d *Door) byPassword(ctx context.Context, email value.Email, password string, v visit) (entry, error) {
	s := site.From(ctx)
	key := s.Slug + " " + mark(s, email)
	if err := d.config.ByAddress.Allow(key); err != nil {
		return entry{}, err
	}
	var known credential
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		known, err = findCredential(tx, email)
		return err
	})
	if err != nil && value.KindOf(err) != value.NotFound {
		return entry{}, err
	}
	right, err := d.passwords.Matches(ctx, known.hash, password)
	if err != nil {
		return entry{}, err
	}
	if !right {
		return entry{}, d.failed(ctx, s, "account.sign_in_failed", known.ID, email, v, wrong())
	}
	if known.State != Active {
		return entry{}, d.failed(ctx, s, "account.sign_in_refused", known.ID, email, v, suspended())
	}
	d.config.ByAddress.Forget(key)
	var in entry
	err = s.DB.Write(ctx, known.Actor(), "account.sign_in", func(tx *db.Tx) error {
		stored, err := findHash(tx, known.ID)
		if err != nil {
			return err
		}
		if stored != known.hash {
			return wrong() // it was changed while we compared
		}
		in, err = letIn(tx, known.ID, ByPassword, v, nil)
		return err
	})
	return in, err
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

// letIn opens a session, or asks for the second factor when the account has one. more goes into the log.
func letIn(tx *db.Tx, id value.ID, by Way, v visit, more map[string]any) (entry, error) {
	asked, err := hasSecondFactor(tx, id)
	if err != nil || !asked {
		return admit(tx, id, by, v, more, err)
	}
	a, err := findActive(tx, id)
	if err != nil {
		return entry{}, err
	}
	secret, hash := newSecret()
	logEntry(tx, id, by, v, more, "asked")
	return entry{Account: a, next: v.next, pending: secret}, insertCeremony(tx, hash, askingCode, id, halfway{By: by, Next: v.next}, codeAge)
}

// admit opens a session without a further question.
func admit(tx *db.Tx, id value.ID, by Way, v visit, more map[string]any, err error) (entry, error) {
	if err != nil {
		return entry{}, err
	}
	a, err := findActive(tx, id)
	if err != nil {
		return entry{}, err
	}
	secret, hash := newSecret()
	logEntry(tx, id, by, v, more, "")
	return entry{Account: a, next: v.next, session: secret}, openSession(tx, id, hash, by, v)
}

func findActive(tx *db.Tx, id value.ID) (Account, error) {
	a, err := Find(tx, id)
	if err == nil && a.State != Active {
		err = suspended()
	}
	return a, err
}

func logEntry(tx *db.Tx, id value.ID, by Way, v visit, more map[string]any, secondFactor string) {
	diff := map[string]any{"by": by, "device": v.device, "network": v.network}
	if secondFactor != "" {
		diff["second_factor"] = secondFactor
	}
	maps.Copy(diff, more)
	tx.Log(db.Change{Object: "account", Record: id, Diff: diff})
}

// openSession makes a session and ends the one the browser had. A session is always new, so one that somebody else
// planted in the browser is worth nothing.
func openSession(tx *db.Tx, id value.ID, hash []byte, by Way, v visit) error {
	if v.old != nil {
		if _, err := tx.Exec("delete from session where id = $1", v.old); err != nil {
			return err
		}
	}
	if err := insertSession(tx, hash, id, by, v); err != nil {
		return err
	}
	return pruneSessions(tx, id)
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
		if err != nil {
			return err
		}
		tx.Log(db.Change{Object: "account", Record: session.Account, Diff: map[string]any{"sessions_ended": n}})
		return dropLinks(tx, session.Account)
	})
}

// changePassword sets a new password for who is signed in. An account that has one must tell it; one that came by a
// link only need not.
func (d *Door) changePassword(ctx context.Context, session Session, present, wanted string, v visit) error {
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
	if stored == "" && s.DB.Clock().Now().Sub(session.began) >= FreshFor {
		return web.Detour(signInAgain)
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
		if err := setPassword(tx, session.Account, hash, []byte(session.id)); err != nil {
			return err
		}
		if err := dropLinks(tx, session.Account); err != nil {
			return err
		}
		return d.warn(tx, session.Account, v.origin, "account.warn_password")
	})
}

// allowNetwork counts one attempt of the visitor's network.
func (d *Door) allowNetwork(r *http.Request) error {
	return d.config.ByNetwork.Allow(site.From(r.Context()).Slug + " " + web.ClientNetwork(r))
}
