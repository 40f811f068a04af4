package audit

import (
	"context"
	"fmt"

	"fairground/internal/db"
	"fairground/internal/value"
)

// Watcher is somebody at the provider's who is mailed when the log of a site does not continue.
type Watcher struct {
	Email  value.Email
	Locale value.Locale
}

const mostWatchers = 50

// Watchers lists them by address.
func Watchers(tx *db.Tx) ([]Watcher, error) {
	return db.All(tx, func(row db.Scanner) (w Watcher, err error) {
		err = row.Scan(&w.Email, &w.Locale)
		return w, err
	}, "select email, locale from audit_watcher order by email")
}

// AddWatcher names one, or changes the language of one who is named already. Errors are of kind Invalid at the field
// email, and Limited when there are fifty.
func AddWatcher(ctx context.Context, provider *db.DB, actor value.Actor, w Watcher) error {
	email, err := value.ParseEmail(string(w.Email))
	if err != nil {
		return value.Fieldf("email", "write a mail address such as name@example.org")
	}
	if w.Locale == "" {
		w.Locale = "en"
	}
	err = provider.Write(ctx, actor, "audit.watcher", func(tx *db.Tx) error {
		all, err := Watchers(tx)
		if err != nil {
			return err
		}
		if len(all) >= mostWatchers {
			return value.Errorf(value.Limited, "there are %d already; a list of addresses at the mail server is better", mostWatchers)
		}
		tx.Log(db.Change{Object: "audit_watcher", Record: 1, Diff: map[string]any{"added": email}})
		_, err = tx.Exec(`
			insert into audit_watcher (email, locale, added_by, added_us) values ($1, $2, $3, $4)
			on conflict (email) do update set locale = excluded.locale`,
			string(email), string(w.Locale), actor.String(), value.Micros(tx.Now()))
		return err
	})
	if err != nil {
		return fmt.Errorf("audit.AddWatcher: %w", err)
	}
	return nil
}

// DropWatcher takes one off the list. Somebody who is not on it is an error of kind NotFound.
func DropWatcher(ctx context.Context, provider *db.DB, actor value.Actor, email value.Email) error {
	err := provider.Write(ctx, actor, "audit.watcher", func(tx *db.Tx) error {
		n, err := tx.Exec("delete from audit_watcher where email = $1", string(email))
		if err == nil && n == 0 {
			err = value.Errorf(value.NotFound, "%s is not on the list", email)
		}
		if err != nil {
			return err
		}
		tx.Log(db.Change{Object: "audit_watcher", Record: 1, Diff: map[string]any{"removed": email}})
		return nil
	})
	if err != nil {
		return fmt.Errorf("audit.DropWatcher: %w", err)
	}
	return nil
}
