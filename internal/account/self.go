package account

import (
	"context"

	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/value"
)

// rename gives who is signed in another name, which others see, so it is screened.
func (d *Door) rename(ctx context.Context, session Session, name string) error {
	name, err := checkName(name)
	if err != nil {
		return err
	}
	s := site.From(ctx)
	if d.config.Screen != nil {
		if err := d.config.Screen(ctx, s, name); err != nil {
			return err
		}
	}
	if name == session.Name {
		return nil
	}
	return s.DB.Write(ctx, session.Actor(), "account.rename", func(tx *db.Tx) error {
		tx.Log(db.Change{Object: "account", Record: session.Account, Diff: map[string]Edit{"name": {session.Name, name}}})
		_, err := tx.Exec("update account set name = $2 where id = $1", session.Account, name)
		return err
	})
}

// speak sets the language of somebody's letters, and of pages where the browser was not told otherwise; empty is
// whatever the browser asks for.
func (d *Door) speak(ctx context.Context, session Session, locale value.Locale) error {
	if locale == session.Locale {
		return nil
	}
	s := site.From(ctx)
	return s.DB.Write(ctx, session.Actor(), "account.set_language", func(tx *db.Tx) error {
		tx.Log(db.Change{Object: "account", Record: session.Account, Diff: map[string]Edit{"locale": {session.Locale, locale}}})
		_, err := tx.Exec("update account set locale = $2 where id = $1", session.Account, string(locale))
		return err
	})
}

// Tidy is Prune for a whole site, for a daily job.
func Tidy(ctx context.Context, s *site.Site) error {
	return s.DB.Maintain(ctx, "forget what is over", Prune)
}

// Prune forgets what is over: links, ceremonies and wishes to join that ended, and sessions nobody can use.
// Everything it takes away is worthless already.
func Prune(tx *db.Tx) error {
	now_us := value.Micros(tx.Now())
	for _, statement := range []string{
		"delete from joining where expires_us <= $1",
		"delete from ceremony where expires_us <= $1",
		"delete from proof_link where expires_us <= $1",
		"delete from phone_check where expires_us <= $1",
		"delete from sign_in_token where expires_us <= $1",
		"delete from session where expires_us <= $1",
	} {
		if err := tx.Keep(statement, now_us); err != nil {
			return err
		}
	}
	return nil
}
