package notice

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"
	"unicode/utf8"

	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/ui/text"
	"fairground/internal/value"
)

// LimitFor is how long somebody who misuses notices is limited to the lanes of people in need.
const LimitFor = 30 * 24 * time.Hour

// Reporter is somebody known by their notices alone.
type Reporter struct {
	Key                                [sha256.Size]byte
	Filed, Answered, Founded, Baseless int
	Warned, Limited                    time.Time // Limited: until when; zero: not
	Reason                             string
}

// Code is the key as addresses have it.
func (r Reporter) Code() string { return hex.EncodeToString(r.Key[:]) }

// Measure is what happens to a reporter.
type Measure string

// The measures, in the order in which they may follow.
const (
	Warn  Measure = "warn"
	Limit Measure = "limit"
	Lift  Measure = "lift"
)

// Treat warns, limits or lifts. To limit needs a warning that is older than a day, and three notices that staff found
// plainly without ground; else the error is of kind Conflict.
func (d *Desk) Treat(ctx context.Context, in *db.DB, actor value.Actor, key [sha256.Size]byte, m Measure, reason string) error {
	reason = strings.TrimSpace(reason)
	if n := utf8.RuneCountInString(reason); m != Lift && (n < 5 || n > longestStatement) {
		return &value.Error{Kind: value.Invalid, Field: "reason", Key: "notice.fault.reason", Message: "write the reason; whoever is concerned may ask for it"}
	}
	if actor.Kind != value.Staff || actor.ID == 0 {
		return value.Errorf(value.Forbidden, "only a member of staff can do this")
	}
	return in.Write(ctx, actor, "notifier."+string(m), func(tx *db.Tx) error {
		r, err := findReporter(tx, key)
		if err != nil {
			return err
		}
		switch m {
		case Warn:
			r.Warned, r.Limited = tx.Now(), time.Time{}
		case Limit:
			if r.Warned.IsZero() || tx.Now().Sub(r.Warned) < 24*time.Hour || r.Baseless < 3 {
				return &value.Error{Kind: value.Conflict, Key: "notice.fault.first_warn", Message: "warn first and wait a day; to limit takes three notices plainly without ground"}
			}
			r.Limited = tx.Now().Add(LimitFor)
		case Lift:
			r.Limited = time.Time{}
		default:
			return value.Fieldf("measure", "choose warn, limit or lift")
		}
		r.Reason = reason
		tx.Log(db.Change{Object: "notifier", Record: 0, Diff: map[string]any{"notifier": r.Code()[:16], "measure": m, "reason": reason}})
		if err := storeReporter(tx, r); err != nil || m == Lift {
			return err
		}
		return d.tell(tx, key, m, reason)
	})
}

// tell writes to whoever is warned or limited (DSA, article 23, paragraphs 2 and 3). Who gave no address reads it when they report again.
func (d *Desk) tell(tx *db.Tx, key [sha256.Size]byte, m Measure, reason string) error {
	s, known := site.Found(tx.Context())
	if !known || d.config.Author == nil || d.config.Post == nil {
		return nil
	}
	last, err := latestOf(tx, key)
	if err != nil {
		return err
	}
	to, locale, err := d.config.Author(tx, last)
	if err != nil || to == "" {
		return err
	}
	ctx, name := d.config.Letters(tx.Context(), locale), s.Settings().Name
	return d.config.Post(tx, to, text.T(ctx, "notice.mail."+string(m), "site", name),
		text.T(ctx, "notice.mail."+string(m)+"_text", "site", name, "reason", reason, "days", int(LimitFor.Hours()/24), "link", d.config.Origin(s)+"/notice/harm"))
}

// Baseless marks a notice as plainly without ground, or takes the mark off.
func (d *Desk) Baseless(ctx context.Context, in *db.DB, actor value.Actor, notice value.ID, baseless bool) error {
	return in.Write(ctx, actor, "notice.baseless", func(tx *db.Tx) error {
		tx.Log(db.Change{Object: "notice", Record: notice, Diff: map[string]any{"baseless": baseless}})
		return markBaseless(tx, notice, baseless)
	})
}

// mayReport refuses who is limited, on the lanes that can be closed.
func (d *Desk) mayReport(tx *db.Tx, lane Lane, key [sha256.Size]byte) error {
	if !lane.limited() {
		return nil
	}
	r, err := findNotifier(tx, key)
	if value.KindOf(err) == value.NotFound || err == nil && !tx.Now().Before(r.Limited) {
		return nil
	}
	if err != nil {
		return err
	}
	return &value.Error{Kind: value.Limited, Key: "notice.limited", Args: []any{"days", 1 + int(r.Limited.Sub(tx.Now()).Hours()/24)},
		Message: "after several reports without ground and a warning, you can report here again later; the lane for people in danger stays open"}
}
