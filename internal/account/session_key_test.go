package account

import (
	"testing"

	"fairground/internal/db"
	"fairground/internal/value"
)

// A row that is to end with a session finds it by its key, for the account it belongs to and as long as it lives.
func TestASessionIsFoundByItsKey(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		b := w.browser()
		b.headers["User-Agent"] = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
		b.signIn(w.anna.Email, rightPassword)
		find := func(of value.ID, key string) (d Device, err error) {
			err = w.Site.DB.Read(t.Context(), func(tx *db.Tx) (err error) {
				d, err = FindDevice(tx, of, key)
				return err
			})
			return d, err
		}
		var session Session
		w.ok(w.Site.DB.Read(t.Context(), func(tx *db.Tx) error {
			hash, err := db.One(tx, db.Column[[]byte], "select id from session where account = $1", w.anna.ID)
			session.id = string(hash)
			return err
		}))
		if d, err := find(w.anna.ID, session.Key()); err != nil || d.Name != "Firefox, Linux" {
			t.Errorf("found %+v, %v", d, err)
		}
		for name, try := range map[string]func() (Device, error){
			"of somebody else": func() (Device, error) { return find(w.sam.ID, session.Key()) },
			"no key":           func() (Device, error) { return find(w.anna.ID, "") },
			"no base64":        func() (Device, error) { return find(w.anna.ID, "***") },
			"after signing out": func() (Device, error) {
				b.post("/sign-out")
				return find(w.anna.ID, session.Key())
			},
		} {
			if _, err := try(); value.KindOf(err) != value.NotFound {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
