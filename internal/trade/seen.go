package trade

import (
	"fairground/internal/db"
	"fairground/internal/value"
)

// Shown is a review as the public sees it.
type Shown struct {
	Review
	Listing      value.ID // what the trade was about; its title is shown only while that is cleared
	Answer       string   // of the reviewed side; empty for none
	AnswerLocale value.Locale
}

// Reviews returns the counted reviews about a seller, or about a buyer's account, that the public may see now, newest
// first; before is the last review of the page before, 0 for the first page. more reports whether there are others.
func (d *Desk) Reviews(tx *db.Tx, subject, before value.ID, limit int) (shown []Shown, more bool, err error) {
	found, err := findCounted(tx, subject, before, limit+1)
	if err != nil {
		return nil, false, err
	}
	if more = len(found) > limit; more {
		found = found[:limit]
	}
	answers, err := d.answersTo(tx, found)
	if err != nil {
		return nil, false, err
	}
	for _, r := range found {
		if !r.Visible(d.Gate) {
			continue
		}
		s := Shown{Review: r, Answer: answers[r.Trade][r.Side.Other()].Body, AnswerLocale: answers[r.Trade][r.Side.Other()].Locale}
		t, err := Find(tx, r.Trade)
		if err != nil {
			return nil, false, err
		}
		s.Listing = t.Listing
		shown = append(shown, s)
	}
	return shown, more, nil
}

// answersTo finds the answers to reviews that the public may see, by trade and side.
func (d *Desk) answersTo(tx *db.Tx, reviews []Review) (map[value.ID]map[Side]Review, error) {
	trades := make([]value.ID, len(reviews))
	for i, r := range reviews {
		trades[i] = r.Trade
	}
	found, err := findAnswers(tx, trades)
	all := make(map[value.ID]map[Side]Review)
	for _, a := range found {
		if !a.Visible(d.Gate) {
			continue
		}
		if all[a.Trade] == nil {
			all[a.Trade] = make(map[Side]Review)
		}
		all[a.Trade][a.Side] = a
	}
	return all, err
}
