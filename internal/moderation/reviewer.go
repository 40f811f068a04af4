package moderation

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

// Reviewer is what somebody on the staff has chosen, or a lead has chosen for them. Whoever chose nothing works on every
// queue, in every language, and sees at most 40 severe photos a day.
type Reviewer struct {
	Account      value.ID
	Queues       []string   // nil: all
	Languages    []string   // nil: all
	Declined     []CaseKind // kinds of cases they do not want to see
	DailyLooks   int        // severe photos a day
	BreakMinutes int        // of work without a pause, after which the desk reminds of one and gives no severe photo
	Shown        Shown      // how photos are given to them; empty means Grey
}

// Shown is how a veiled photo is given to a reviewer.
type Shown string

// The ways to show a photo. Without colours, and blurred, pictures weigh less on people.
const (
	Grey  Shown = "grey"
	Blur  Shown = "blur"
	Clear Shown = "clear"
)

// ShownAs lists the ways in the order in which pages offer them.
var ShownAs = []Shown{Grey, Blur, Clear}

// Bounds of what a reviewer may choose.
const (
	usualLooks        = 40
	mostLooks         = 1000
	usualBreakMinutes = 50
)

// FindReviewer returns what somebody has chosen, or the usual.
func FindReviewer(tx *db.Tx, account value.ID) (Reviewer, error) {
	r, err := db.One(tx, scanReviewer, "select account, queues, languages, declined, daily_looks, break_minutes, shown from reviewer where account = $1", int64(account))
	if value.KindOf(err) == value.NotFound {
		return Reviewer{Account: account, DailyLooks: usualLooks, BreakMinutes: usualBreakMinutes, Shown: Grey}, nil
	}
	return r, err
}

func scanReviewer(row db.Scanner) (r Reviewer, err error) {
	var queues, languages, declined string
	err = row.Scan(&r.Account, &queues, &languages, &declined, &r.DailyLooks, &r.BreakMinutes, &r.Shown)
	r.Queues, r.Languages = words(queues), words(languages)
	for _, kind := range words(declined) {
		r.Declined = append(r.Declined, CaseKind(kind))
	}
	return r, err
}

func words(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, " ")
}

// SaveReviewer stores what a reviewer chose. Whoever calls it has checked that the actor is that person or leads them.
func (d *Desk) SaveReviewer(ctx context.Context, actor value.Actor, r Reviewer) error {
	if err := onlyStaff(actor); err != nil {
		return err
	}
	if r.Shown == "" {
		r.Shown = Grey
	}
	if err := r.check(); err != nil {
		return err
	}
	declined := make([]string, len(r.Declined))
	for i, kind := range r.Declined {
		declined[i] = string(kind)
	}
	err := d.DB.Write(ctx, actor, "reviewer.save", func(tx *db.Tx) error {
		_, err := tx.Exec(`
			insert into reviewer (account, queues, languages, declined, daily_looks, break_minutes, shown, changed_us)
			values ($1, $2, $3, $4, $5, $6, $7, $8)
			on conflict (account) do update set queues = excluded.queues, languages = excluded.languages, declined = excluded.declined,
				daily_looks = excluded.daily_looks, break_minutes = excluded.break_minutes, shown = excluded.shown, changed_us = excluded.changed_us`,
			int64(r.Account), strings.Join(r.Queues, " "), strings.Join(r.Languages, " "), strings.Join(declined, " "), r.DailyLooks, r.BreakMinutes, string(r.Shown), value.Micros(tx.Now()))
		tx.Log(db.Change{Object: "reviewer", Record: r.Account, Diff: map[string]any{
			"queues": r.Queues, "languages": r.Languages, "declined": r.Declined, "daily_looks": r.DailyLooks, "break_minutes": r.BreakMinutes, "shown": r.Shown}})
		return err
	})
	if err != nil {
		return fmt.Errorf("moderation.SaveReviewer(%s): %w", r.Account, err)
	}
	return nil
}

func (r Reviewer) check() error {
	shaped := func(text string) bool { return queueShape.MatchString(text) }
	switch {
	case r.Account == 0:
		return value.Errorf(value.Invalid, "a reviewer is an account")
	case slices.ContainsFunc(r.Queues, func(q string) bool { return !shaped(q) }) || len(r.Queues) > mostRoutes:
		return value.Fieldf("queues", "choose from the queues shown")
	case slices.ContainsFunc(r.Languages, func(l string) bool { return !shaped(strings.ToLower(l)) }) || len(r.Languages) > mostRoutes:
		return value.Fieldf("languages", "write languages as two letters, such as de or fr")
	case slices.ContainsFunc(r.Declined, func(k CaseKind) bool { return !k.known() }):
		return value.Fieldf("declined", "choose from the kinds shown")
	case r.DailyLooks < 0 || r.DailyLooks > mostLooks:
		return value.Fieldf("daily_looks", "choose from 0 to %d photos a day", mostLooks)
	case !slices.Contains(ShownAs, r.Shown):
		return value.Fieldf("shown", "choose how photos are shown")
	case r.BreakMinutes < 10 || r.BreakMinutes > 240:
		return value.Fieldf("break_minutes", "choose from 10 to 240 minutes")
	}
	return nil
}

// pause is a rest that ends a stretch of work.
const pause = 10 * time.Minute

// WorkingFor returns for how long a reviewer has been deciding and looking without a pause of ten minutes.
func WorkingFor(tx *db.Tx, account value.ID) (time.Duration, error) {
	now := tx.Now()
	since := value.Micros(now.Add(-8 * time.Hour))
	times, err := db.All(tx, db.Column[int64], `
		select made_us from decision where actor = $1 and made_us > $2
		union all
		select made_us from exposure where reviewer = $3 and made_us > $2
		order by 1 desc
		limit 2000`, staffActor(account), since, int64(account))
	if err != nil {
		return 0, err
	}
	began := now
	for _, at_us := range times {
		at := value.FromMicros(at_us)
		if at.After(now) { // the clock was set back
			continue
		}
		if began.Sub(at) > pause {
			break
		}
		began = at
	}
	return now.Sub(began), nil
}
