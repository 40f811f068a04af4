package trade

import (
	"context"
	"time"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/safety"
	"fairground/internal/value"
)

// Review writes or changes the review of the actor's side. It appears when the other side has written too, or after
// BlindTime; what the rules hold waits for staff. Screening that refuses is no error: the review says Rejected.
func (d *Desk) Review(ctx context.Context, actor value.Actor, trade value.ID, c Content) (r Review, err error) {
	err = d.write(ctx, actor, "trade.review", trade, func(tx *db.Tx) (err error) {
		r, err = d.say(tx, actor.ID, trade, TheReview, c)
		return err
	})
	return r, err
}

// Answer writes or changes what the reviewed side says to the review of the other. It appears as soon as it is cleared.
func (d *Desk) Answer(ctx context.Context, actor value.Actor, trade value.ID, c Content) (r Review, err error) {
	err = d.write(ctx, actor, "trade.answer", trade, func(tx *db.Tx) (err error) {
		r, err = d.say(tx, actor.ID, trade, TheAnswer, c)
		return err
	})
	return r, err
}

func (d *Desk) say(tx *db.Tx, author, trade value.ID, part Part, c Content) (Review, error) {
	t, side, err := d.mine(tx, trade, author)
	if err != nil {
		return Review{}, err
	}
	words, err := WordsOf(tx, trade)
	if err != nil {
		return Review{}, err
	}
	before := words.Reviews[side]
	if part == TheAnswer {
		before = words.Answers[side]
		err = mayAnswer(words, side)
	} else {
		err = d.mayReview(tx, t, side, words)
	}
	if err != nil {
		return Review{}, err
	}
	if c, err = c.check(side, part); err != nil {
		return Review{}, err
	}
	after := t.words(before, side, part)
	if before.ID == 0 {
		after.ID, after.Written, after.Rev = tx.NewID(), tx.Now(), 1
	} else if !before.MayEdit(tx.Now()) {
		return Review{}, said(value.Conflict, "trade.error.written", "you have written this already; it cannot be changed any more")
	}
	after.Content, after.Author, after.Changed = c, author, tx.Now()
	if after.Name, err = d.partyName(tx, t, side); err != nil {
		return Review{}, err
	}
	return d.screen(tx, t, before, after)
}

// words begins what a side says, or goes on with what it said.
func (t Trade) words(before Review, side Side, part Part) Review {
	if before.ID != 0 {
		return before
	}
	return Review{Trade: t.ID, Side: side, Part: part, About: t.Party(side.Other()), Pair: t.Party(side), Linked: t.Linked}
}

// mayReview returns nil when a side may write or change its review now. Once the other side's has appeared it may not,
// so that nobody writes with it in hand.
func (d *Desk) mayReview(tx *db.Tx, t Trade, side Side, words Words) error {
	mine, theirs := words.Reviews[side], words.Reviews[side.Other()]
	if mine.ID == 0 {
		if err := t.MayReview(tx.Now()); err != nil {
			return err
		}
	}
	if !theirs.Published.IsZero() {
		return said(value.Conflict, "trade.error.appeared", "the other side's review has appeared; you can answer it")
	}
	team, err := d.onTeam(tx, t.Seller, t.Buyer)
	switch {
	case err != nil:
		return err
	case team:
		return said(value.Forbidden, "trade.error.own_review", "you belong to this seller, so you cannot review this deal")
	case side == Seller:
		return reachable(tx, t.Buyer)
	default:
		return nil
	}
}

// reachable returns nil while a member is there to be reviewed.
func reachable(tx *db.Tx, member value.ID) error {
	a, err := account.Find(tx, member)
	if value.KindOf(err) == value.NotFound || err == nil && !a.Erased.IsZero() {
		return said(value.Conflict, "trade.error.left", "this member has left the market")
	}
	return err
}

func mayAnswer(words Words, side Side) error {
	if words.Reviews[side.Other()].Status != Published {
		return said(value.Conflict, "trade.error.nothing_to_answer", "there is no review to answer")
	}
	return nil
}

// screen asks the rules about a review and stores it as they say.
func (d *Desk) screen(tx *db.Tx, t Trade, before, after Review) (Review, error) {
	if after.refusedBefore() {
		return Review{}, said(value.Conflict, "trade.error.refused", "exactly this was refused; change what the reason names")
	}
	review, err := safety.FindReview(tx, ReviewObject, after.ID, after.Hash())
	if err != nil && value.KindOf(err) != value.NotFound {
		return Review{}, err
	}
	age_days, err := ageOf(tx, after.Author)
	if err != nil {
		return Review{}, err
	}
	outcome := d.Gate.Screen(tx.Context(), after.subject(age_days), review)
	if err := safety.Keep(tx, outcome); err != nil {
		return Review{}, err
	}
	after.settle(outcome, review, tx.Now())
	if err := storeReview(tx, before, &after); err != nil {
		return Review{}, err
	}
	if after.Part == TheReview && before.Ready.IsZero() && !after.Ready.IsZero() {
		if err := d.tellWritten(tx, t, after); err != nil {
			return Review{}, err
		}
	}
	if err := d.publish(tx, t); err != nil {
		return Review{}, err
	}
	return FindReview(tx, after.ID)
}

// ageOf is how long somebody has had an account, in days; nought for those who have none any more.
func ageOf(tx *db.Tx, author value.ID) (int, error) {
	a, err := account.Find(tx, author)
	if value.KindOf(err) == value.NotFound {
		return 0, nil
	}
	return int(tx.Now().Sub(a.Created).Hours() / 24), err
}

// publish lets what is cleared appear: both reviews of a trade when both sides have written, one alone when it has
// waited for BlindTime or the other has appeared already, an answer to a review that has.
func (d *Desk) publish(tx *db.Tx, t Trade) error {
	words, err := WordsOf(tx, t.ID)
	if err != nil {
		return err
	}
	for _, side := range []Side{Buyer, Seller} {
		mine, theirs := words.Reviews[side], words.Reviews[side.Other()]
		if mine.Status == Waiting && ripe(mine, theirs, tx.Now()) {
			if err := d.show(tx, t, mine); err != nil {
				return err
			}
		}
	}
	for _, side := range []Side{Buyer, Seller} {
		if answer := words.Answers[side]; answer.Status == Waiting && words.Reviews[side.Other()].Status == Published {
			if err := d.show(tx, t, answer); err != nil {
				return err
			}
		}
	}
	return nil
}

// ripe reports whether a cleared review may appear.
func ripe(mine, theirs Review, now time.Time) bool {
	both := theirs.Status == Waiting || !theirs.Published.IsZero()
	return both || !now.Before(mine.Ready.Add(BlindTime))
}

// show makes a cleared review or answer public, tells whom it is about, and counts it. Whoever belongs to the seller by
// now, or did when they agreed, is linked to it.
func (d *Desk) show(tx *db.Tx, t Trade, before Review) error {
	team, err := d.onTeam(tx, t.Seller, t.Buyer)
	if err != nil {
		return err
	}
	after := before
	after.Linked = after.Linked || t.Linked || team
	after.appear(tx.Now())
	if err := storeReview(tx, before, &after); err != nil {
		return err
	}
	if after.Part == TheReview {
		if err := recount(tx, after.About, after.Pair); err != nil {
			return err
		}
	}
	return d.tellShown(tx, t, after)
}

// storeReview writes a review with its entry in the log. The words themselves are not in the log.
func storeReview(tx *db.Tx, before Review, after *Review) error {
	diff := map[string]any{}
	note := func(name string, was, now any) {
		if was != now {
			diff[name] = []any{was, now}
		}
	}
	note("status", before.Status, after.Status)
	note("stars", before.Stars, after.Stars)
	note("reason", before.Reason, after.Reason)
	note("muted", before.Muted, after.Muted)
	note("size", len(before.Body), len(after.Body))
	note("appealed", !before.Appealed.IsZero(), !after.Appealed.IsZero())
	note("answered", !before.Answered.IsZero(), !after.Answered.IsZero())
	if before.ID == 0 {
		diff["trade"], diff["side"], diff["part"], diff["about"] = after.Trade, after.Side, after.Part, after.About
	}
	tx.Log(db.Change{Object: ReviewObject, Record: after.ID, Diff: diff})
	if before.ID == 0 {
		return insertReview(tx, *after)
	}
	err := updateReview(tx, *after)
	after.Rev++
	return err
}

// longestAppeal is in characters.
const longestAppeal = 2000

// Appeal keeps what the author of a refused review or answer says against the refusal, once, and hands it to staff.
func (d *Desk) Appeal(ctx context.Context, actor value.Actor, trade value.ID, part Part, text string) error {
	return d.write(ctx, actor, "trade.appeal", trade, func(tx *db.Tx) error {
		_, side, err := d.mine(tx, trade, actor.ID)
		if err != nil {
			return err
		}
		words, err := WordsOf(tx, trade)
		if err != nil {
			return err
		}
		before := words.Reviews[side]
		if part == TheAnswer {
			before = words.Answers[side]
		}
		if !before.MayAppeal() {
			return said(value.Conflict, "trade.error.no_appeal", "there is nothing to appeal against, or you have done so already")
		}
		after := before
		if after.Appeal = tidy(text); len([]rune(after.Appeal)) < shortestBody || len([]rune(after.Appeal)) > longestAppeal {
			return field("appeal", "trade.error.appeal", "say in 10 to 2,000 characters why this should be looked at again")
		}
		after.Appealed = tx.Now()
		if err := storeReview(tx, before, &after); err != nil {
			return err
		}
		if d.Neighbours.Appeal == nil {
			return nil
		}
		return d.Neighbours.Appeal(tx, Appeal{Review: after.ID, Author: actor.ID, Text: after.Appeal})
	})
}
