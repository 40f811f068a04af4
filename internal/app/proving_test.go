package app

import (
	"context"
	"strings"
	"testing"

	"fairground/internal/account"
	"fairground/internal/audit"
	"fairground/internal/db"
	"fairground/internal/legal"
	"fairground/internal/mail"
	"fairground/internal/value"
)

// staffed gives a site an admin and somebody for sales, in one language each.
func (w *world) staffed(r *Rooms) {
	w.Helper()
	err := r.Site.DB.Write(context.Background(), tester, "test", func(tx *db.Tx) error {
		for email, role := range map[value.Email]account.Role{"admin@lake.example": account.Admin, "sales@lake.example": account.Sales} {
			if _, err := account.Create(tx, account.Account{Kind: value.Staff, Name: "Staff", Email: email, Role: role, Locale: "en"}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		w.Fatal(err)
	}
}

// rewrite has the oldest entries written by somebody else, and seals the whole log anew with the site's own key: what
// whoever has the machine can do.
func (w *world) rewrite(r *Rooms) {
	w.Helper()
	err := r.Site.DB.Maintain(context.Background(), "tamper", func(tx *db.Tx) error {
		for _, text := range []string{
			"update change set actor = 'staff:99' where seq = 1", "delete from audit_seal", "delete from audit_tile",
			"update change_reader set seq = 0 where name = 'audit'",
		} {
			if n, err := tx.Exec(text); err != nil || n == 0 {
				w.Fatalf("%s: %d rows, %v", text, n, err)
			}
		}
		return nil
	})
	if err != nil {
		w.Fatal(err)
	}
	w.seal(r)
}

func (w *world) seal(r *Rooms) {
	w.Helper()
	if _, err := r.Sealer.CatchUp(context.Background(), r.Site.DB); err != nil {
		w.Fatal(err)
	}
}

// look shows the site's newest seal to the provider once, as the job does.
func (w *world) look(r *Rooms) audit.Sighting {
	w.Helper()
	seen, err := w.app.Witness(r).Look(context.Background())
	if err != nil {
		w.Fatal(err)
	}
	return seen
}

// letters are those of alarms in a database.
func (w *world) letters(d *db.DB, about string) (all []mail.Mail) {
	w.Helper()
	err := d.Read(context.Background(), func(tx *db.Tx) error {
		found, err := mail.Messages(tx, 500)
		all = nil
		for _, one := range found {
			if one.Kind.Name == alarmMail.Name && strings.Contains(one.Text, about) {
				all = append(all, one)
			}
		}
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	return all
}

// lettersTo are those to an address, the newest first.
func (w *world) lettersTo(r *Rooms, to value.Email) (all []mail.Mail) {
	w.Helper()
	err := r.Site.DB.Read(context.Background(), func(tx *db.Tx) (err error) {
		all, err = mail.MessagesTo(tx, to, 100)
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	return all
}

func (w *world) historyDuties(r *Rooms, state string) (all []legal.Duty) {
	w.Helper()
	err := r.Site.DB.Read(context.Background(), func(tx *db.Tx) (err error) {
		all, err = legal.Board(tx, legal.DutyFilter{Kind: legal.HistoryDuty, State: state}, tx.Now())
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	return all
}

// TestARewrittenLogRaisesTheAlarm is the attack that a site alone cannot notice.
func TestARewrittenLogRaisesTheAlarm(t *testing.T) {
	eachWorld(t, func(w *world) {
		ctx, provider := context.Background(), w.app.Registry.Provider()
		w.staffed(w.lake)
		if err := audit.AddWatcher(ctx, provider, tester, audit.Watcher{Email: "ops@provider.example", Locale: "de"}); err != nil {
			w.Fatal(err)
		}
		w.submit(w.lake, "A good bicycle, little used.")
		w.seal(w.lake)
		w.seal(w.town)
		if seen := w.look(w.lake); seen.Alarm != nil || seen.Size == 0 {
			w.Fatalf("an honest log: %+v", seen)
		}
		w.look(w.town)
		w.rewrite(w.lake)
		if report, err := audit.Verify(ctx, w.lake.Site.DB, w.lake.SealKey.Public()); err != nil || !report.OK() {
			w.Fatalf("the rewritten log does not agree with itself: %+v, %v", report, err)
		}
		seen := w.look(w.lake)
		if seen.Alarm == nil || seen.Alarm.Kind != audit.Forked {
			w.Fatalf("nobody noticed: %+v", seen)
		}
		w.look(w.lake)
		slug := w.lake.Site.Slug
		if got := w.letters(provider, "--site "+slug); len(got) != 1 || got[0].To != "ops@provider.example" || !strings.Contains(got[0].Text, "umgeschrieben") {
			w.Errorf("the provider got %+v", got)
		}
		if got := w.letters(w.lake.Site.DB, "rewritten"); len(got) != 1 || got[0].To != "admin@lake.example" {
			w.Errorf("the site's admins got %+v", got)
		}
		if got := w.historyDuties(w.lake, ""); len(got) != 1 || got[0].Record != seen.Alarm.ID {
			w.Errorf("the board has %+v", got)
		}
		if seen := w.look(w.town); seen.Alarm != nil || len(w.historyDuties(w.town, ""))+len(w.letters(w.town.Site.DB, "")) != 0 {
			w.Errorf("the other site is accused: %+v", seen)
		}
		if err := audit.Settle(ctx, provider, tester, seen.Alarm.ID, "the machine was entered; see the report", true); err != nil {
			w.Fatal(err)
		}
		w.look(w.lake)
		if open, done := w.historyDuties(w.lake, ""), w.historyDuties(w.lake, "done"); len(open) != 0 || len(done) != 1 {
			w.Errorf("after it was settled %+v run, %+v are done", open, done)
		}
	})
}
