package app

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"fairground/internal/account"
	"fairground/internal/audit"
	"fairground/internal/audit/proof"
	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/legal"
	"fairground/internal/mail"
	"fairground/internal/site"
	"fairground/internal/value"
)

// proofs are the pages on which outsiders check that history is not rewritten.
func (a *App) proofs() *proof.Pages {
	return &proof.Pages{Guard: account.Public, Clock: a.clock, Shell: a.publicShell, Of: func(r *http.Request) proof.Log {
		s := site.From(r.Context())
		rooms := a.Rooms(s)
		return proof.Log{DB: s.DB, Key: rooms.SealKey, Codes: rooms.Codes}
	}}
}

// codesOf makes the addresses at which people ask for proofs of what affects them.
func codesOf(s *site.Site) audit.Codes {
	codes, err := audit.NewCodes(s.Key("receipts"))
	if err != nil {
		panic(err) // the secret's length is fixed
	}
	return codes
}

// alarmObject is what the witness's log and duties call an alarm.
const alarmObject = "checkpoint_alarm"

var alarmMail = mail.Kind{Name: "audit.alarm"}

// witness shows a site's checkpoints to the provider, who remembers them. What is refused is mailed to the provider's
// people and to the site's admins, and stands on the board of duties until it is settled.
func (a *App) witness(s *site.Site, key audit.Key) audit.Watch {
	return audit.Watch{
		Provider: a.Registry.Provider(), Log: s.Slug, Site: s.DB, Key: key, Sealer: a.providerSealer,
		Report: a.reportAlarm(s), Tell: a.tellOfAlarm(s), Standing: inStep(s),
	}
}

// Witness is what shows the checkpoints of an open site to the provider.
func (a *App) Witness(r *Rooms) audit.Watch { return a.witness(r.Site, r.SealKey) }

// witnessJob looks, and sends the letters that wait at the provider's.
func (a *App) witnessJob(s *site.Site, key audit.Key) job.Handler {
	handler := a.witness(s, key).Job()
	look, post := handler.Run, job.NewWorker(a.Registry.Provider(), 1, mail.Handlers(a.Registry.Provider(), transport{a}, a.providerSender(s), keepMail)...)
	handler.Run = func(ctx context.Context, c job.Claim) error {
		err := look(ctx, c)
		_, postErr := post.RunDue(ctx)
		return errors.Join(err, postErr)
	}
	return handler
}

// providerSender writes from the address of the site whose queue sends. Answers to the letter go there; that it comes back
// is not that site's business.
func (a *App) providerSender(s *site.Site) func(*db.Tx) (mail.From, error) {
	sender := a.sender(s)
	return func(tx *db.Tx) (mail.From, error) {
		from, err := sender(tx)
		from.Name, from.Returns = "Fairground", nil
		return from, err
	}
}

// reportAlarm puts letters to the provider's people into the provider's outbox.
func (a *App) reportAlarm(s *site.Site) func(*db.Tx, audit.Alarm) error {
	return func(tx *db.Tx, alarm audit.Alarm) error {
		watchers, err := audit.Watchers(tx)
		if err != nil {
			return err
		}
		for _, one := range watchers {
			if err := mail.Send(tx, a.alarmLetter(s, alarm, one.Email, one.Locale, "app.witness.provider", "slug", s.Slug, "alarm", alarm.ID)); err != nil {
				return err
			}
		}
		return nil
	}
}

// tellOfAlarm mails the site's admins.
func (a *App) tellOfAlarm(s *site.Site) func(context.Context, audit.Alarm) error {
	return func(ctx context.Context, alarm audit.Alarm) error {
		return s.DB.Write(ctx, value.SystemActor("witness"), "audit.alarm", func(tx *db.Tx) error {
			staff, err := account.Staff(tx)
			if err != nil {
				return err
			}
			tx.Log(db.Change{Object: alarmObject, Record: alarm.ID, Diff: map[string]any{"refused": alarm.Kind}})
			for _, one := range staff {
				if one.State != account.Active || one.Role != account.Admin {
					continue
				}
				if err := mail.Send(tx, a.alarmLetter(s, alarm, one.Email, one.Locale, "app.witness.site", "board", a.origin(s)+"/console/safety/duties")); err != nil {
					return err
				}
			}
			return nil
		})
	}
}

func (a *App) alarmLetter(s *site.Site, alarm audit.Alarm, to value.Email, locale value.Locale, next string, args ...any) mail.Message {
	settings := s.Settings()
	w := a.printer(settings, locale)
	paragraphs := []string{
		w.T("app.witness.hello"), w.T(alarmKeys[alarm.Kind], "site", settings.Name, "offered", audit.SizeOf(alarm.Offered), "remembered", audit.SizeOf(alarm.Remembered)),
		w.T("app.witness.since", "first", w.Moment(alarm.First), "times", alarm.Times, "alarm", alarm.ID),
		w.T("app.witness.next"), w.T(next, args...), w.T("app.witness.address", "site", settings.Name, "address", a.origin(s)+"/console/changes"),
	}
	return mail.Message{Kind: alarmMail, To: to, Subject: w.T("app.witness.subject", "site", settings.Name), Text: strings.Join(paragraphs, "\n\n") + "\n"}
}

var alarmKeys = map[audit.AlarmKind]string{
	audit.RolledBack: "app.witness.rolled_back", audit.Forked: "app.witness.forked", audit.OtherKey: "app.witness.key", audit.BadlySigned: "app.witness.signature",
}

// inStep keeps the board of duties in step with the alarms: each has a clock of its own until it is settled. A site that
// is rolled back once more gets its clock again.
func inStep(s *site.Site) func(context.Context, []audit.Alarm) error {
	return func(ctx context.Context, all []audit.Alarm) error {
		open := map[value.ID]bool{}
		err := s.DB.Read(ctx, func(tx *db.Tx) error {
			clear(open)
			running, err := legal.Board(tx, legal.DutyFilter{Kind: legal.HistoryDuty}, tx.Now())
			for _, duty := range running {
				open[duty.Record] = true
			}
			return err
		})
		if err != nil {
			return err
		}
		var begin []value.ID
		for _, alarm := range all {
			if !open[alarm.ID] {
				begin = append(begin, alarm.ID)
			}
			delete(open, alarm.ID)
		}
		if len(begin)+len(open) == 0 {
			return nil
		}
		return s.DB.Write(ctx, value.SystemActor("witness"), "audit.standing", func(tx *db.Tx) error {
			for _, id := range begin {
				if err := (legal.Duties{}).Begin(tx, legal.HistoryDuty, alarmObject, id); err != nil {
					return err
				}
			}
			for settled := range open {
				if err := (legal.Duties{}).Discharge(tx, legal.HistoryDuty, alarmObject, settled, ""); err != nil {
					return err
				}
			}
			return nil
		})
	}
}

// alarms are those about a site's change log that nobody has settled.
func (a *App) alarms(s *site.Site) func(context.Context) ([]audit.Alarm, error) {
	return func(ctx context.Context) (all []audit.Alarm, err error) {
		err = a.Registry.Provider().Read(ctx, func(tx *db.Tx) error {
			all, err = audit.AlarmsOf(tx, s.Slug)
			return err
		})
		return all, err
	}
}
