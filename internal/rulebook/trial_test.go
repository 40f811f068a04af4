package rulebook_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/rulebook"
	"fairground/internal/safety"
	"fairground/internal/value"
)

// remember puts an input into the past, and how people decided: refused, kept or "".
func (w *world) remember(title, body, judged string) safety.Input {
	s := w.subject(title, body)
	in := safety.Input{ID: s.Record, Subject: s, Verdict: safety.Hold, Facts: safety.Facts{}, Made: w.clock.Now()}
	w.past.mu.Lock()
	defer w.past.mu.Unlock()
	w.past.inputs = append(w.past.inputs, in)
	if judged != "" {
		w.past.judged[rulebook.Key{Object: s.Object, Record: s.Record, Hash: s.Hash}] = judged == "refused"
	}
	return in
}

// busyPast is 200 inputs: 10 spaces with a deposit, of which people refused six, kept one and left three.
func (w *world) busyPast() {
	for i := range 200 {
		judged := ""
		switch {
		case i < 6:
			judged = "refused"
		case i == 6 || i > 190:
			judged = "kept"
		case i > 185:
			judged = "refused"
		}
		if i < 10 {
			w.remember(fmt.Sprintf("Space %d", i), offered, judged)
		} else {
			w.remember(fmt.Sprintf("Table %d", i), harmless, judged)
		}
	}
}

func (w *world) test(d rulebook.Draft) rulebook.Backtest {
	w.Helper()
	id, err := w.book.StartTrial(w.ctx(), w.actor(), d)
	w.ok(err)
	w.work()
	var done rulebook.Backtest
	w.read(func(tx *db.Tx) (err error) {
		done, err = rulebook.FindTrial(tx, id)
		return err
	})
	return done
}

func TestABacktestTellsWhatWouldChange(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.busyPast()
		d := deposit()
		d.Outcome = safety.Reject
		done := w.test(d)
		r := done.Result
		if done.State != rulebook.Done || done.Done != 200 || r.Inputs != 200 || r.Changed != 10 || len(r.Changes) != 10 || r.Fired != 10 {
			t.Fatalf("the back-test is %+v", done)
		}
		want := rulebook.Confusion{FiredRefused: 6, FiredKept: 1, FiredOpen: 3, PassedRefused: 5, PassedKept: 9}
		if r.Confusion != want {
			t.Errorf("beside people's decisions it is %+v", r.Confusion)
		}
		if c := r.Changes[0]; c.From != safety.Allow || c.To != safety.Reject || c.Judged != "refused" || c.Object != "listing" || c.Title != "Space 0" {
			t.Errorf("the first change is %+v", c)
		}
		if w.screen(w.gate, "Space", offered).Verdict != safety.Allow {
			t.Error("a back-test puts its rule in force")
		}
	})
}

func TestARejectingRuleNeedsItsBacktest(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.busyPast()
		d := deposit()
		d.Outcome = safety.Reject
		save := func(d rulebook.Draft) error {
			_, err := w.book.Save(w.ctx(), w.actor(), d, 0, "test")
			return err
		}
		if err := save(d); value.KindOf(err) != value.Invalid {
			t.Errorf("untested it is saved: %v", err)
		}
		w.test(d)
		other := d
		other.When += " && price > 1.0"
		if err := save(other); value.KindOf(err) != value.Invalid {
			t.Errorf("another condition goes live on this test: %v", err)
		}
		stage := d
		stage.Stages = []safety.Stage{safety.StageListing, safety.StageMessage}
		if err := save(stage); value.KindOf(err) != value.Invalid {
			t.Errorf("another stage goes live on this test: %v", err)
		}
		w.clock.pass(rulebook.TrialAge + time.Hour)
		if err := save(d); value.KindOf(err) != value.Invalid {
			t.Errorf("an old test vouches for it: %v", err)
		}
		w.test(d)
		w.ok(save(d))
		if got := w.screen(w.gate, "Space", offered).Verdict; got != safety.Reject {
			t.Errorf("live it is %s", got)
		}
	})
}

func TestARuleThatFiresTooOftenStaysInTheShadow(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.busyPast()
		d := deposit()
		d.When, d.Fires, d.Passes = "text.contains('table') || text.contains('deposit')", "A table", "A chair"
		if _, err := w.book.Save(w.ctx(), w.actor(), d, 0, "test"); value.KindOf(err) != value.Invalid {
			t.Errorf("it goes live: %v", err)
		}
		done := w.test(d)
		if share := done.Result.Share(); share != 1 {
			t.Errorf("the back-test says it fires on %v", share)
		}
		d.Outcome = safety.Reject
		w.test(d)
		if _, err := w.book.Save(w.ctx(), w.actor(), d, 0, "test"); value.KindOf(err) != value.Invalid {
			t.Errorf("with a back-test it goes live: %v", err)
		}
		d.Mode = safety.Shadow
		w.save(d, 0)
	})
}

// TestABacktestThatCannotRunSaysSo drops a list between the start and the run.
func TestABacktestThatCannotRunSaysSo(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.list("bad_words", rulebook.WordList, "zeppelin")
		d := deposit()
		d.When, d.Fires, d.Passes = "terms.bad_words > 0", "A zeppelin", "A bicycle"
		id, err := w.book.StartTrial(w.ctx(), w.actor(), d)
		w.ok(err)
		w.ok(w.book.DropList(w.ctx(), w.actor(), "bad_words"))
		w.work()
		w.read(func(tx *db.Tx) error {
			done, err := rulebook.FindTrial(tx, id)
			if done.State != rulebook.Failed || done.Fault == "" {
				t.Errorf("it ended as %+v", done)
			}
			return err
		})
	})
}

func TestPrecisionCountsContentsOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		fire := func(in safety.Input, ago time.Duration) {
			w.past.fired = append(w.past.fired, rulebook.Fired{
				Key: rulebook.Key{Object: in.Subject.Object, Record: in.Subject.Record, Hash: in.Subject.Hash}, Rule: "site/parking-deposit", At: w.clock.Now().Add(-ago),
			})
		}
		for i := range 8 {
			judged := []string{"refused", "refused", "refused", "kept"}[i%4]
			in := w.remember("Space", offered, judged)
			fire(in, time.Hour)
			fire(in, 25*time.Hour)
		}
		fire(w.remember("Space", offered, ""), 80*24*time.Hour)
		w.read(func(tx *db.Tx) error {
			all, err := w.book.Precisions(tx, time.UTC)
			p := all["site/parking-deposit"]
			if p.Right != 6 || p.Wrong != 2 || p.Open != 1 || p.Days[29] != 8 || p.Days[28] != 8 || p.Fired() != 16 {
				t.Errorf("measured %+v", p)
			}
			if math.Abs(p.Low-.4093) > .001 || math.Abs(p.High-.9285) > .001 {
				t.Errorf("six of eight lie between %.4f and %.4f", p.Low, p.High)
			}
			return err
		})
	})
}

func TestWilson(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		right, n  int
		low, high float64
	}{{0, 0, 0, 1}, {0, 10, 0, .2775}, {10, 10, .7225, 1}, {50, 100, .4038, .5962}, {1, 1, .2065, 1}} {
		low, high := rulebook.Wilson(test.right, test.n)
		if math.Abs(low-test.low) > .0001 || math.Abs(high-test.high) > .0001 {
			t.Errorf("%d of %d lies between %.4f and %.4f", test.right, test.n, low, high)
		}
	}
}

func TestBacktestsForgetAndEnd(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.busyPast()
		d := deposit()
		d.Outcome = safety.Reject
		done := w.test(d)
		gone := done.Result.Changes[0]
		maintain := func(fn func(tx *db.Tx) error) { w.ok(w.Site.DB.Maintain(w.ctx(), "test", fn)) }
		maintain(func(tx *db.Tx) error { return rulebook.Forget(tx, gone.Object, gone.Record) })
		w.read(func(tx *db.Tx) error {
			left, err := rulebook.FindTrial(tx, done.ID)
			if len(left.Result.Changes) != 9 || left.Result.Changes[0].Record == gone.Record || left.Result.Changed != 10 {
				t.Errorf("after the record was erased there is %+v", left.Result)
			}
			return err
		})
		w.clock.pass(91 * 24 * time.Hour)
		maintain(func(tx *db.Tx) error {
			if n, err := rulebook.Tidy(tx); n != 1 || err != nil {
				t.Errorf("removed %d, %v", n, err)
			}
			return nil
		})
	})
}
