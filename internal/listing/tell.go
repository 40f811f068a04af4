package listing

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"time"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/ui/text"
	"fairground/internal/value"
)

//go:embed messages.*.json
var messages embed.FS

// Messages are the words of this package.
func Messages() fs.FS { return messages }

// The kinds of alert. Duty alerts are decisions about somebody's content: they cannot be switched off (promise 3).
const (
	alertLive       = "listing.live"     // it went live after a check or at its time
	alertChecking   = "listing.checking" // it was live and is looked at again
	alertChange     = "listing.change"   // it needs a change
	alertRefused    = "listing.refused"
	alertRestricted = "listing.restricted" // it is reached by its address only
	alertLifted     = "listing.lifted"     // it is not any more
	alertExpiring   = "listing.expiring"
	alertExpired    = "listing.expired"
)

// Alerts lists what members are told about their listings.
func Alerts() []account.AlertKind {
	return []account.AlertKind{
		{Name: alertLive, Service: true},
		{Name: alertExpiring, Service: true},
		{Name: alertExpired, Service: true},
		{Name: alertChecking, Service: true, Duty: true},
		{Name: alertChange, Service: true, Duty: true},
		{Name: alertRefused, Service: true, Duty: true},
		{Name: alertRestricted, Service: true, Duty: true},
		{Name: alertLifted, Service: true},
	}
}

// tellVerdict tells the people of a listing that its status changed, when it was not a member who changed it: who
// presses a button sees on the page what came of it.
func (d *Desk) tellVerdict(tx *db.Tx, before, after Listing) error {
	if tx.Actor().Kind == value.Member {
		return nil
	}
	if was, is := !before.Restricted.IsZero(), !after.Restricted.IsZero(); is && !was {
		return d.tell(tx, after, alertRestricted, Reason{Words: after.inWords(after.Restricted.Reason)})
	} else if was && !is && before.Status == after.Status {
		return d.tell(tx, after, alertLifted)
	}
	if before.Status == after.Status && before.Scheduled() == after.Scheduled() {
		return nil
	}
	switch after.Status {
	case Live:
		return d.tell(tx, after, alertLive)
	case Held:
		if before.Status == Live || before.Scheduled() {
			return d.tell(tx, after, alertChecking)
		}
	case Expired:
		return d.tell(tx, after, alertExpired)
	case Challenged, Rejected, Removed:
		return d.tellRefusal(tx, after)
	}
	return nil
}

func (d *Desk) tellRefusal(tx *db.Tx, l Listing) error {
	standing, err := StandingOf(tx, l)
	if err != nil {
		return err
	}
	switch standing.State {
	case NeedsChange:
		return d.tell(tx, l, alertChange, standing.Reasons...)
	case IsRefused:
		return d.tell(tx, l, alertRefused, standing.Reasons...)
	default:
		return nil
	}
}

// tell writes an alert to everybody who may change the listing.
func (d *Desk) tell(tx *db.Tx, l Listing, kind string, reasons ...Reason) error {
	if d.Teller == nil {
		return nil
	}
	seats, err := SeatsOf(tx, l.Seller.ID)
	if err != nil {
		return err
	}
	for _, seat := range seats {
		if !seat.Role.MayPost() {
			continue
		}
		err := d.Teller.Tell(tx, account.Alert{To: seat.Account, Kind: kind, Href: manageHref(l), Record: l.ID, Words: wordsOf(kind, l, reasons)})
		if err != nil {
			return fmt.Errorf("tell %s of listing %s: %w", kind, l.ID, err)
		}
	}
	return nil
}

// manageHref is the page on which its people see where a listing stands (package posting).
func manageHref(l Listing) string { return "/my/listings/" + l.Key() }

func wordsOf(kind string, l Listing, reasons []Reason) func(context.Context) account.Words {
	return func(ctx context.Context) account.Words {
		w := account.Words{
			Subject: text.T(ctx, "alert."+kind+".subject", "title", l.Title),
			Text:    text.T(ctx, "alert."+kind+".text", "title", l.Title, "expires", l.Expires),
		}
		for _, r := range reasons {
			w.Text += "\n\n" + r.Words.In(text.FromContext(ctx).Locale())
		}
		if kind == alertRefused || kind == alertRestricted {
			w.Text += "\n\n" + text.T(ctx, "listing.appeal")
		}
		return w
	}
}

// WarnAhead is how long before a listing expires its people are told.
const WarnAhead = 5 * 24 * time.Hour

// Warn tells the people of listings that expire soon, once for each, and returns how many listings. It is idempotent.
func (d *Desk) Warn(ctx context.Context) (int, error) {
	const portion = 100
	for all := 0; ; {
		n, err := d.warn(ctx, portion)
		if err != nil {
			return all, fmt.Errorf("listing.Warn: %w", err)
		}
		if all += n; n < portion {
			return all, nil
		}
	}
}

const soonExpired = `select id from listing where status = 'live' and warned_us is null and expires_us <= $1
	order by expires_us limit $2`

func (d *Desk) warn(ctx context.Context, portion int) (n int, err error) {
	soon := value.Micros(d.DB.Clock().Now().Add(WarnAhead))
	var due []value.ID
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		due, err = db.All(tx, db.Column[value.ID], soonExpired, soon, portion)
		return err
	})
	if err != nil || len(due) == 0 {
		return 0, err
	}
	err = d.DB.Write(ctx, value.SystemActor("expiry"), "listing.warn", func(tx *db.Tx) error {
		due, err := db.All(tx, db.Column[value.ID], soonExpired, soon, portion)
		if err != nil {
			return err
		}
		n = len(due)
		for _, id := range due {
			if err := d.warnOf(tx, id); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

// warnOf keeps the listing's revision: a form that is open on it may still be saved.
func (d *Desk) warnOf(tx *db.Tx, id value.ID) error {
	l, err := Find(tx, id)
	if err != nil {
		return err
	}
	if _, err := tx.Exec("update listing set warned_us = $2 where id = $1", int64(id), value.Micros(tx.Now())); err != nil {
		return err
	}
	tx.Log(db.Change{Object: Object, Record: id, Diff: map[string]any{"warned": pair{nil, l.Expires}}})
	if !tx.Now().Before(l.Expires) {
		return nil // it is over; Expire says so
	}
	return d.tell(tx, l, alertExpiring)
}
