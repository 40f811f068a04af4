package trade_test

import (
	"strings"
	"testing"
	"time"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/trade"
	"fairground/internal/value"
)

func TestBothReviewsAppearTogether(t *testing.T) {
	each(t, func(w *world) {
		deal := w.agree(w.anna, w.private)
		w.passes(25 * time.Hour)
		w.post.told(w.ben.ID)
		mine := w.review(w.anna, deal.ID, says(5, "Friendly and punctual, and the bicycle is a joy."))
		if mine.Status != trade.Waiting || len(w.shown(w.private)) != 0 {
			w.Fatalf("alone: %s, %d shown", mine.Status, len(w.shown(w.private)))
		}
		if told := w.post.told(w.ben.ID); len(told) != 1 || told[0] != "trade.review" {
			w.Errorf("the other side was told %v", told)
		}
		theirs := w.review(w.ben, deal.ID, says(4, "Paid at once."))
		if theirs.Status != trade.Published || w.words(deal.ID).Reviews[trade.Buyer].Status != trade.Published {
			w.Fatalf("both: %s and %s", theirs.Status, w.words(deal.ID).Reviews[trade.Buyer].Status)
		}
		if about := w.shown(w.private); len(about) != 1 || about[0].Name != "Anna M." || about[0].Stars != 5 {
			w.Errorf("about the seller: %+v", about)
		}
		if about := w.shown(w.anna.ID); len(about) != 1 || about[0].Name != "Ben B." {
			w.Errorf("about the buyer: %+v", about)
		}
	})
}

func TestAReviewAppearsAloneAfterTwoWeeksAndIsNotAvenged(t *testing.T) {
	each(t, func(w *world) {
		deal := w.agree(w.anna, w.private)
		w.passes(2 * day)
		w.review(w.anna, deal.ID, says(1, "Never came to the station, twice, and did not answer."))
		w.passes(trade.BlindTime - time.Minute)
		w.tend()
		if len(w.shown(w.private)) != 0 {
			w.Fatal("it appeared before its time")
		}
		w.passes(time.Minute)
		w.tend()
		if shown := w.shown(w.private); len(shown) != 1 || shown[0].Name != "Anna M." {
			w.Fatalf("%+v", shown)
		}
		_, err := w.desk.Review(background, w.ben.Actor(), deal.ID, says(1, "A terrible buyer, take care."))
		w.refused(err, value.Conflict, "trade.error.appeared")
		answer, err := w.desk.Answer(background, w.ben.Actor(), deal.ID, trade.Content{Body: "I was ill and wrote so the same evening.", Locale: "en"})
		w.ok(err)
		if shown := w.shown(w.private); answer.Status != trade.Published || shown[0].Answer == "" {
			w.Errorf("the answer is %s: %+v", answer.Status, shown)
		}
		_, err = w.desk.Answer(background, w.ben.Actor(), deal.ID, trade.Content{Body: "And another thing about this.", Locale: "en"})
		w.refused(err, value.Conflict, "trade.error.written")
		_, err = w.desk.Answer(background, w.anna.Actor(), deal.ID, trade.Content{Body: "There is nothing for me to answer.", Locale: "en"})
		w.refused(err, value.Conflict, "trade.error.nothing_to_answer")
	})
}

func TestWhenReviewsAreOpen(t *testing.T) {
	agreed := time.Date(2026, time.May, 1, 12, 0, 0, 0, time.UTC)
	at := func(hours int) time.Time { return agreed.Add(time.Duration(hours) * time.Hour) }
	for _, c := range []struct {
		name  string
		trade trade.Trade
		now   time.Time
		want  string
	}{
		{"proposed", trade.Trade{Status: trade.Proposed}, agreed, "trade.error.not_agreed"},
		{"declined", trade.Trade{Status: trade.Declined, Ended: agreed}, agreed, "trade.error.came_to_nothing"},
		{"just agreed", trade.Trade{Status: trade.Agreed, Agreed: agreed}, at(1), "trade.error.too_soon"},
		{"agreed for a day", trade.Trade{Status: trade.Agreed, Agreed: agreed}, at(24), ""},
		{"done at once", trade.Trade{Status: trade.Done, Agreed: agreed, Ended: at(2)}, at(2), ""},
		{"called off the same day", trade.Trade{Status: trade.FellThrough, Agreed: agreed, Ended: at(5)}, at(48), "trade.error.came_to_nothing"},
		{"called off later", trade.Trade{Status: trade.FellThrough, Agreed: agreed, Ended: at(72)}, at(80), ""},
		{"last hour", trade.Trade{Status: trade.Agreed, Agreed: agreed}, at(24*61 - 1), ""},
		{"too late", trade.Trade{Status: trade.Agreed, Agreed: agreed}, at(24 * 61), "trade.error.too_late"},
		{"done late", trade.Trade{Status: trade.Done, Agreed: agreed, Ended: at(24 * 30)}, at(24*90 - 1), ""},
	} {
		err := c.trade.MayReview(c.now)
		got := ""
		if err != nil {
			got = err.(*value.Error).Key
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestWhatAReviewMustSay(t *testing.T) {
	each(t, func(w *world) {
		deal := w.agree(w.anna, w.private)
		w.passes(2 * day)
		for field, c := range map[string]trade.Content{
			"stars": says(0, "No stars at all for this one."),
			"body":  says(2, "bad"),
			"tags":  {Stars: 5, Tags: trade.Tags(trade.Buyer)},
		} {
			_, err := w.desk.Review(background, w.anna.Actor(), deal.ID, c)
			if problem, ok := value.KindOf(err), strings.Contains(err.Error(), field+":"); problem != value.Invalid || !ok {
				w.Errorf("%s: %v", field, err)
			}
		}
		_, err := w.desk.Review(background, w.anna.Actor(), deal.ID, says(4, strings.Repeat("words ", 400)))
		w.refused(err, value.Invalid, "trade.error.long")
		r := w.review(w.anna, deal.ID, trade.Content{Stars: 5, Tags: []string{"punctual", "made_up", "friendly"}, Body: "Fine.\x00\u202E \u200B"})
		if len(r.Tags) != 2 || r.Tags[0] != "friendly" || r.Body != "Fine." {
			w.Errorf("%v %q", r.Tags, r.Body)
		}
	})
}

func TestAReviewCanBeChangedForADayAndUntilItAppears(t *testing.T) {
	each(t, func(w *world) {
		deal := w.agree(w.anna, w.private)
		w.passes(2 * day)
		first := w.review(w.anna, deal.ID, says(5, "All well."))
		w.passes(23 * time.Hour)
		second := w.review(w.anna, deal.ID, says(3, "One brake was worn, otherwise as described."))
		if second.ID != first.ID || second.Stars != 3 || second.Status != trade.Waiting {
			w.Fatalf("%+v", second)
		}
		w.passes(2 * time.Hour)
		_, err := w.desk.Review(background, w.anna.Actor(), deal.ID, says(1, "On second thoughts it was terrible."))
		w.refused(err, value.Conflict, "trade.error.written")
	})
}

func TestWhatTheRulesHoldWaitsForStaff(t *testing.T) {
	for name, words := range map[string]string{
		"a rule of the provider":  "They also offered prop money in bundles, which I did not like.",
		"a number and an address": "Great, next time write to me directly at anna.muster@example.com or call +41 79 555 01 42.",
		"a link":                  "Better buy at www.example.com, they have the same for less.",
	} {
		t.Run(name, func(t *testing.T) { each(t, func(w *world) { w.holds(words) }) })
	}
}

func (w *world) holds(words string) {
	staff := w.staff()
	deal := w.agree(w.anna, w.private)
	w.passes(2 * day)
	r := w.review(w.anna, deal.ID, says(2, words))
	if r.Status != trade.Held {
		w.Fatalf("it is %s", r.Status)
	}
	w.review(w.ben, deal.ID, says(5, ""))
	w.passes(trade.BlindTime)
	w.tend()
	if len(w.shown(w.private)) != 0 || len(w.shown(w.anna.ID)) != 1 {
		w.Fatal("held words are public, or the other side's are not")
	}
	w.ok(w.db.Write(background, staff.Actor(), "test.release", func(tx *db.Tx) error {
		cleared, err := w.desk.Release(tx, r.ID, "it is a fact that others should know")
		if !cleared {
			w.Error("not cleared")
		}
		return err
	}))
	if shown := w.shown(w.private); len(shown) != 1 {
		w.Errorf("released: %d shown", len(shown))
	}
	w.refuse(staff, r.ID, true, "it names what is not for the public")
	if shown := w.shown(w.private); len(shown) != 0 || w.rating(w.private).Reviews != 0 {
		w.Errorf("removed: %d shown, %d counted", len(shown), w.rating(w.private).Reviews)
	}
}

func TestARefusalIsToldAndCanBeAppealedOnce(t *testing.T) {
	each(t, func(w *world) {
		staff := w.staff()
		deal := w.agree(w.anna, w.private)
		w.passes(2 * day)
		r := w.review(w.anna, deal.ID, says(2, "The frame had a crack that no photo showed."))
		w.post.told(w.anna.ID)
		w.refuse(staff, r.ID, false, "it does not say what happened")
		if told := w.post.told(w.anna.ID); len(told) != 1 || told[0] != "trade.refused" {
			w.Errorf("told %v", told)
		}
		_, err := w.desk.Review(background, w.anna.Actor(), deal.ID, says(5, "All good after all, thank you."))
		w.refused(err, value.Conflict, "trade.error.written")
		w.refused(w.desk.Appeal(background, w.ben.Actor(), deal.ID, trade.TheReview, "That was not even mine."), value.Conflict, "trade.error.no_appeal")
		w.refused(w.desk.Appeal(background, w.anna.Actor(), deal.ID, trade.TheReview, "no"), value.Invalid, "trade.error.appeal")
		w.ok(w.desk.Appeal(background, w.anna.Actor(), deal.ID, trade.TheReview, "It says exactly what happened: the frame was cracked."))
		w.refused(w.desk.Appeal(background, w.anna.Actor(), deal.ID, trade.TheReview, "And once more, please look at it."), value.Conflict, "trade.error.no_appeal")
		if len(w.near.appeals) != 1 || w.near.appeals[0].Review != r.ID {
			w.Fatalf("%+v", w.near.appeals)
		}
		w.appealed(r.ID)
		w.ok(w.db.Write(background, staff.Actor(), "test.release", func(tx *db.Tx) error {
			_, err := w.desk.Release(tx, r.ID, "the author is right, it is a fact")
			return err
		}))
		w.appealed()
		w.passes(trade.BlindTime)
		w.tend()
		if shown := w.shown(w.private); len(shown) != 1 || shown[0].Stars != 2 {
			w.Errorf("%+v", shown)
		}
	})
}

// appealed demands that exactly these wait for a second look.
func (w *world) appealed(want ...value.ID) {
	w.Helper()
	w.read(func(tx *db.Tx) error {
		found, err := trade.AppealedReviews(tx, 10)
		if len(found) != len(want) || len(want) > 0 && found[0].ID != want[0] {
			w.Errorf("%d wait, want %d", len(found), len(want))
		}
		return err
	})
}

func TestARefusalCanStandAfterTheAppeal(t *testing.T) {
	each(t, func(w *world) {
		staff := w.staff()
		deal := w.agree(w.anna, w.private)
		w.passes(2 * day)
		r := w.review(w.anna, deal.ID, says(2, "The frame had a crack that no photo showed."))
		w.refuse(staff, r.ID, false, "it does not say what happened")
		err := w.db.Write(background, staff.Actor(), "test", func(tx *db.Tx) error { return w.desk.Refuse(tx, r.ID, false, "once more") })
		if value.KindOf(err) != value.Conflict {
			w.Errorf("refused twice: %v", err)
		}
		w.ok(w.desk.Appeal(background, w.anna.Actor(), deal.ID, trade.TheReview, "It says exactly what happened: the frame was cracked."))
		w.appealed(r.ID)
		w.post.told(w.anna.ID)
		w.refuse(staff, r.ID, false, "a colleague looked again and sees it the same way")
		w.appealed()
		if now := w.words(deal.ID).Reviews[trade.Buyer]; now.Status != trade.Rejected || now.Reason != "a colleague looked again and sees it the same way" || now.MayAppeal() {
			w.Errorf("%+v", now)
		}
		if told := w.post.told(w.anna.ID); len(told) != 1 {
			w.Errorf("told %v", told)
		}
	})
}

func TestOnlyAGenuineClearanceShowsAReview(t *testing.T) {
	each(t, func(w *world) {
		r := w.traded(w.anna, w.private, 5)
		for name, statement := range map[string]string{
			"words without a hash":    "update trade_review set body = 'Buy from my other shop' where id = $1",
			"published without proof": "update trade_review set clearance = null where id = $1",
			"another clearance":       "update trade_review set content_hash = $2 where id = $1",
		} {
			args := []any{int64(r.ID)}
			if strings.Contains(statement, "$2") {
				args = append(args, make([]byte, 32))
			}
			err := w.db.Maintain(background, "attack", func(tx *db.Tx) error {
				_, err := tx.Exec(statement, args...)
				return err
			})
			if err == nil {
				w.Errorf("%s: the table took it", name)
			}
		}
		check := func() (faults []string, read int) {
			w.ok(w.db.Read(background, func(tx *db.Tx) (err error) {
				faults, read, err = trade.Check(tx, w.desk.Gate)
				return err
			}))
			return faults, read
		}
		if faults, read := check(); len(faults) > 0 || read == 0 {
			w.Errorf("before the attack: %v of %d", faults, read)
		}
		w.ok(w.db.Maintain(background, "attack", func(tx *db.Tx) error {
			_, err := tx.Exec("update trade_review set clearance_seal = $2 where id = $1", int64(r.ID), make([]byte, 32))
			return err
		}))
		if shown := w.shown(w.private); len(shown) != 0 {
			w.Error("a forged seal shows a review")
		}
		if faults, _ := check(); len(faults) != 1 {
			w.Errorf("the check finds %v", faults)
		}
	})
}

func (w *world) staff() (a account.Account) {
	w.write(func(tx *db.Tx) (err error) {
		a, err = account.Create(tx, account.Account{Kind: value.Staff, Role: account.Safety, Email: "sam@example.org", Name: "Sam Muster"})
		return err
	})
	return a
}

func (w *world) refuse(staff account.Account, id value.ID, removed bool, reason string) {
	w.Helper()
	w.ok(w.db.Write(background, staff.Actor(), "test.refuse", func(tx *db.Tx) error { return w.desk.Refuse(tx, id, removed, reason) }))
}
