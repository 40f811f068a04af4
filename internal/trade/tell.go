package trade

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/ui/text"
	"fairground/internal/value"
)

// The kinds of alert.
const (
	alertDeal    = "trade.deal"
	alertReview  = "trade.review"
	alertRemind  = "trade.remind"
	alertRefused = "trade.refused"
)

// Alerts are what members are told by this package.
func Alerts() []account.AlertKind {
	return []account.AlertKind{
		{Name: alertDeal, Service: true},
		{Name: alertReview, Service: true},
		{Name: alertRemind, Service: true},
		{Name: alertRefused, Duty: true},
	}
}

// tellTrade tells the sides what has happened to their trade; whoever did it knows.
func (d *Desk) tellTrade(tx *db.Tx, before, after Trade) error {
	both := []Side{Buyer, Seller}
	switch {
	case before.Status != after.Status && after.Status == Proposed:
		return d.tell(tx, after, alertDeal, "proposed", after.ProposedBy.Other())
	case before.Status != after.Status && after.Status == Declined:
		return d.tell(tx, after, alertDeal, "declined", after.SaidBy.Other())
	case before.Status != after.Status && after.Status == FellThrough:
		return d.tell(tx, after, alertDeal, "fell_through", after.SaidBy.Other())
	case before.Status == Proposed && after.Status == Lapsed:
		return d.tell(tx, after, alertDeal, "lapsed", after.ProposedBy)
	case before.Status != after.Status && (after.Status == Agreed || after.Status == Done):
		return d.tell(tx, after, alertDeal, string(after.Status), both...)
	case before.SaidBy != after.SaidBy:
		return d.tell(tx, after, alertDeal, "completed", after.SaidBy.Other())
	case !before.Reminded && after.Reminded:
		return d.remind(tx, after)
	default:
		return nil
	}
}

// remind reminds the sides that have not reviewed yet, while they may.
func (d *Desk) remind(tx *db.Tx, t Trade) error {
	words, err := WordsOf(tx, t.ID)
	if err != nil {
		return err
	}
	for _, side := range []Side{Buyer, Seller} {
		if words.Reviews[side].ID != 0 || d.mayReview(tx, t, side, words) != nil {
			continue
		}
		if err := d.tell(tx, t, alertRemind, "remind", side); err != nil {
			return err
		}
	}
	return nil
}

// tellWritten tells the other side that there is a review which appears when they write theirs, or after BlindTime.
func (d *Desk) tellWritten(tx *db.Tx, t Trade, r Review) error {
	words, err := WordsOf(tx, t.ID)
	if err != nil || words.Reviews[r.Side.Other()].ID != 0 {
		return err
	}
	return d.tell(tx, t, alertReview, "written", r.Side.Other())
}

func (d *Desk) tellShown(tx *db.Tx, t Trade, r Review) error {
	if r.Part == TheAnswer {
		return d.tell(tx, t, alertReview, "answered", r.Side.Other())
	}
	return d.tell(tx, t, alertReview, "appeared", r.Side.Other())
}

// tellRefused tells the author of a review why staff refused it.
func (d *Desk) tellRefused(tx *db.Tx, t Trade, r Review) error {
	return d.tellOne(tx, t, alertRefused, "refused", r.Side, r.Author, "reason", r.Reason)
}

// tell tells everybody on the given sides, but for who acts.
func (d *Desk) tell(tx *db.Tx, t Trade, kind, what string, sides ...Side) error {
	for _, side := range sides {
		people := []value.ID{t.Buyer}
		if side == Seller {
			seats, err := d.Neighbours.Seats(tx, t.Seller)
			if err != nil {
				return err
			}
			people = seats
		}
		if slices.Contains(people, tx.Actor().ID) {
			continue
		}
		for _, to := range people {
			if err := d.tellOne(tx, t, kind, what, side, to); err != nil {
				return err
			}
		}
	}
	return nil
}

// tellOne tells one person on one side of a trade. Who has left, or is nobody, is not told.
func (d *Desk) tellOne(tx *db.Tx, t Trade, kind, what string, side Side, to value.ID, more ...any) error {
	if d.Tell == nil || reachable(tx, to) != nil {
		return nil
	}
	name, err := d.partyName(tx, t, side.Other())
	if err != nil {
		return err
	}
	args := append([]any{"name", name, "title", t.Title}, more...)
	return d.Tell.Tell(tx, account.Alert{
		To: to, Kind: kind, Href: "/trades/" + t.Key(), Record: t.ID,
		Words: func(ctx context.Context) account.Words {
			return account.Words{
				Subject: text.T(ctx, "trade.tell."+what, args...),
				Text:    text.T(ctx, "trade.tell_text."+what, args...),
			}
		},
	})
}

// partyName is the public name of a side; empty for somebody who has left.
func (d *Desk) partyName(tx *db.Tx, t Trade, side Side) (string, error) {
	if side == Buyer {
		return d.nameOf(tx, t.Buyer)
	}
	faces, err := d.Neighbours.Sellers(tx, []value.ID{t.Seller})
	return faces[t.Seller].Name, err
}

// nameOf is the public name of a member; empty for somebody who has left.
func (d *Desk) nameOf(tx *db.Tx, member value.ID) (string, error) {
	a, err := account.Find(tx, member)
	switch {
	case value.KindOf(err) == value.NotFound, err == nil && !a.Erased.IsZero():
		return "", nil
	case err != nil:
		return "", err
	case d.Neighbours.Name != nil:
		return d.Neighbours.Name(tx, a)
	default:
		return shortName(a.Name), nil
	}
}

// shortName keeps the first name and the first letter of the last: Anna M.
func shortName(name string) string {
	words := strings.Fields(name)
	if len(words) < 2 {
		return name
	}
	first, _ := utf8.DecodeRuneInString(words[len(words)-1])
	return words[0] + " " + string(first) + "."
}
