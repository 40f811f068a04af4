package legal_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/legal"
	"fairground/internal/ui/text"
	"fairground/internal/value"
)

const oneDay = 24 * time.Hour

func (w *world) begin(kind string, record value.ID) legal.Duty {
	w.Helper()
	w.write(func(tx *db.Tx) error {
		tx.Log(db.Change{Object: "test"})
		return legal.Duties{}.Begin(tx, kind, "notice", record)
	})
	var found []legal.Duty
	w.read(func(tx *db.Tx) (err error) {
		found, err = dutiesAbout(tx, "notice", record)
		return err
	})
	return found[0]
}

func (w *world) discharge(kind string, record value.ID) {
	w.Helper()
	w.write(func(tx *db.Tx) error {
		tx.Log(db.Change{Object: "test"})
		return legal.Duties{}.Discharge(tx, kind, "notice", record, "")
	})
}

func (w *world) board(f legal.DutyFilter) (all []legal.Duty) {
	w.Helper()
	w.read(func(tx *db.Tx) (err error) {
		all, err = legal.Board(tx, f, w.clock.Now())
		return err
	})
	return all
}

func TestEveryDutyHasItsClock(t *testing.T) {
	each(t, func(w *world) {
		for i, want := range []struct {
			kind  string
			clock time.Duration
		}{{"receipt", 0}, {"notice", 7 * oneDay}, {"takedown", 48 * time.Hour}, {"suspicion", oneDay}, {"appeal", 14 * oneDay}, {"statement", 0},
			{"preservation", 90 * oneDay}, {"preservation_year", 365 * oneDay}, {"terrorism", time.Hour}} {
			d := w.begin(want.kind, value.ID(i+1))
			if !d.Due.Equal(d.Began.Add(want.clock)) || !d.Warn.Equal(d.Due.Add(-want.clock/4)) || !d.Open() {
				t.Errorf("%s: %+v", want.kind, d)
			}
		}
		err := w.Site.DB.Write(context.Background(), staff, "test", func(tx *db.Tx) error { return legal.Duties{}.Begin(tx, "tidy", "notice", 1) })
		if value.KindOf(err) != value.Invalid {
			t.Errorf("an unknown duty: %v", err)
		}
	})
}

func TestADutyBeginsAndEnds(t *testing.T) {
	each(t, func(w *world) {
		first := w.begin("notice", 5)
		w.clock.pass(oneDay)
		if again := w.begin("notice", 5); again.ID != first.ID || !again.Due.Equal(first.Due) {
			w.Errorf("beginning again moved the clock: %+v", again)
		}
		w.begin("takedown", 5)
		w.discharge("notice", 5)
		w.discharge("notice", 5)
		w.discharge("appeal", 5)
		if left := w.board(legal.DutyFilter{}); len(left) != 1 || left[0].Kind != "takedown" {
			w.Errorf("left: %+v", left)
		}
		done := w.board(legal.DutyFilter{State: "done"})
		if len(done) != 1 || done[0].By != staff.String() || !done[0].Discharged.Equal(w.clock.Now()) {
			w.Errorf("done: %+v", done)
		}
		if anew := w.begin("notice", 5); anew.ID == first.ID || !anew.Open() {
			w.Errorf("a new notice has no clock: %+v", anew)
		}
		if log := w.log("duty", first.ID); strings.Count(log, "\n") != 1 || !strings.Contains(log, "discharged_by") {
			w.Errorf("log: %s", log)
		}
	})
}

func TestTwoWhoBeginADutyAtOnceMakeOne(t *testing.T) {
	each(t, func(w *world) {
		var both sync.WaitGroup
		for range 4 {
			both.Go(func() {
				err := w.Site.DB.Write(context.Background(), staff, "test", func(tx *db.Tx) error {
					tx.Log(db.Change{Object: "test"})
					return legal.Duties{}.Begin(tx, "notice", "notice", 8)
				})
				if err != nil {
					w.Error(err)
				}
			})
		}
		both.Wait()
		if all := w.board(legal.DutyFilter{}); len(all) != 1 {
			w.Errorf("%d duties", len(all))
		}
	})
}

func TestTheTableHoldsOneOpenDuty(t *testing.T) {
	each(t, func(w *world) {
		w.begin("notice", 5)
		err := w.Site.DB.Write(context.Background(), staff, "test", func(tx *db.Tx) error {
			tx.Log(db.Change{Object: "duty"})
			_, err := tx.Exec("insert into duty select id + 1, kind, object, record, began_us, warn_us, due_us, discharged_us, discharged_by, seq, warned_us, alarmed_us from duty")
			return err
		})
		if err == nil {
			w.Error("the table took two")
		}
	})
}

// watch has one of the staff who is told.
func (w *world) watch() *legal.Watch {
	words, err := text.New(legal.Messages())
	w.ok(err)
	return &legal.Watch{Site: w.Site, Origin: origin, Post: w.post,
		Watchers: func(*db.Tx) ([]legal.Watcher, error) {
			return []legal.Watcher{{Email: "sam@example.org", Name: "Sam", Locale: "en"}}, nil
		},
		Letters: func(ctx context.Context, locale value.Locale) context.Context {
			return text.WithPrinter(ctx, words.Printer(text.Settings{Locale: locale, Zone: time.UTC}))
		}}
}

func (w *world) alarm() int {
	w.Helper()
	n, err := w.watch().Alarm(context.Background())
	w.ok(err)
	return n
}

func TestAlarmsRingTwice(t *testing.T) {
	each(t, func(w *world) {
		w.begin("takedown", 1)
		for _, step := range []struct {
			pass time.Duration
			told int
			says string
		}{
			{0, 0, ""}, {35 * time.Hour, 0, ""}, {time.Hour, 1, "A quarter"}, {time.Hour, 0, ""}, {10 * time.Hour, 0, ""},
			{time.Hour, 0, ""}, {2 * time.Hour, 1, "Overdue"}, {oneDay, 0, ""},
		} {
			w.clock.pass(step.pass)
			w.letters = nil
			if n := w.alarm(); n != step.told || len(w.letters) != step.told {
				w.Errorf("after %s: %d told, want %d", step.pass, n, step.told)
			}
			if step.told > 0 && (!strings.Contains(w.letters[0].text, step.says) || !strings.Contains(w.letters[0].text, "/console/safety/duties")) {
				w.Errorf("the letter: %s", w.letters[0].text)
			}
		}
		w.discharge("takedown", 1)
		if n := w.alarm(); n != 0 {
			w.Error("a duty that was done rings")
		}
	})
}

func TestAnAlarmNobodyGotRingsAgain(t *testing.T) {
	each(t, func(w *world) {
		w.begin("terrorism", 1)
		w.clock.pass(2 * time.Hour)
		deaf := w.watch()
		deaf.Watchers = func(*db.Tx) ([]legal.Watcher, error) { return nil, nil }
		if n, err := deaf.Alarm(context.Background()); n != 0 || err != nil {
			w.Error(n, err)
		}
		deaf = w.watch()
		deaf.Post = func(*db.Tx, value.Email, value.Locale, string, string) error {
			return errors.New("the outbox is broken")
		}
		if _, err := deaf.Alarm(context.Background()); err == nil {
			w.Error("a broken outbox went unnoticed")
		}
		if n := w.alarm(); n != 1 {
			w.Errorf("%d told in the end", n)
		}
	})
}

// A clock that jumps moves no due time: nothing vanishes from the board, nothing is due early, no alarm is lost.
func TestAClockThatJumpsMovesNoDuty(t *testing.T) {
	each(t, func(w *world) {
		begun := w.begin("takedown", 1)
		same := func(when string) {
			w.Helper()
			all := w.board(legal.DutyFilter{})
			if len(all) != 1 || !all[0].Due.Equal(begun.Due) || !all[0].Began.Equal(begun.Began) || !all[0].Warn.Equal(begun.Warn) {
				w.Errorf("%s: %+v", when, all)
			}
		}
		w.clock.pass(-400 * oneDay)
		same("a year back")
		if n := w.alarm(); n != 0 || len(w.board(legal.DutyFilter{State: "overdue"})) != 0 {
			w.Error("a year back it is overdue")
		}
		w.begin("takedown", 1)
		same("begun again in the past")
		w.clock.pass(1400 * oneDay)
		same("far ahead")
		if n := w.alarm(); n != 1 || len(w.board(legal.DutyFilter{State: "overdue"})) != 1 {
			w.Error("far ahead it is not overdue")
		}
		w.clock.pass(-1000 * oneDay)
		same("back again")
		if n := w.alarm(); n != 0 || len(w.board(legal.DutyFilter{State: "overdue"})) != 0 {
			w.Error("it stayed overdue before its time")
		}
		w.clock.pass(37 * time.Hour)
		if n := w.alarm(); n != 1 {
			w.Error("no warning in time, because the clock had been ahead")
		}
		w.clock.pass(12 * time.Hour)
		if n := w.alarm(); n != 1 {
			w.Error("no alarm when it was really overdue")
		}
		if n := w.alarm(); n != 0 {
			w.Error("the alarm rings for ever")
		}
		same("at the end")
	})
}

func TestAPreservationIsRenewed(t *testing.T) {
	each(t, func(w *world) {
		first := w.begin("preservation", 3)
		w.clock.pass(80 * oneDay)
		renew := func(id value.ID) error {
			return w.Site.DB.Write(context.Background(), staff, "duty.renew", func(tx *db.Tx) error {
				tx.Log(db.Change{Object: "test"})
				return legal.Duties{}.Renew(tx, id)
			})
		}
		w.ok(renew(first.ID))
		all := w.board(legal.DutyFilter{Kind: "preservation"})
		if len(all) != 1 || !all[0].Due.Equal(w.clock.Now().Add(90*oneDay)) {
			w.Errorf("%+v", all)
		}
		if err := renew(first.ID); value.KindOf(err) != value.Conflict {
			w.Errorf("renewed twice: %v", err)
		}
		if err := renew(w.begin("notice", 3).ID); value.KindOf(err) != value.Invalid {
			w.Errorf("a notice was renewed: %v", err)
		}
	})
}

func TestADutyKnowsItsPlaceInTheLog(t *testing.T) {
	each(t, func(w *world) {
		d := w.begin("notice", 5)
		w.numbered()
		for deadline := time.Now().Add(15 * time.Second); d.Seq == 0 && time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
			w.numbered()
			w.alarm()
			w.read(func(tx *db.Tx) (err error) {
				d, err = legal.FindDuty(tx, d.ID)
				return err
			})
		}
		if d.Seq == 0 {
			w.Error("no number")
		}
	})
}

func TestTheRestOfTheTime(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	d := legal.Duty{Began: at, Due: at.Add(4 * time.Hour)}
	for pass, want := range map[time.Duration]float64{-time.Hour: 1, 0: 1, time.Hour: .75, 3 * time.Hour: .25, 4 * time.Hour: 0, 9 * time.Hour: 0} {
		if got := d.Left(at.Add(pass)); got != want {
			t.Errorf("after %s: %v, want %v", pass, got, want)
		}
	}
	if (legal.Duty{Began: at, Due: at}).Left(at) != 0 {
		t.Error("what is due at once has time left")
	}
	if late := (legal.Duty{Began: at, Due: at, Discharged: at.Add(time.Hour)}); !late.Overdue(at) {
		t.Error("done late is not late")
	}
}
