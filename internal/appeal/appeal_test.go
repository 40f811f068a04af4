package appeal_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"fairground/internal/appeal"
	"fairground/internal/db"
	"fairground/internal/site/sitetest"
	"fairground/internal/value"
)

func TestAnAppealAnsweredByAnother(t *testing.T) {
	each(t, func(w *world) {
		a := w.file(statementCode)
		if a.Party != appeal.Author || a.Email != "anna@example.org" || a.Account != 31 || a.Code == statementCode {
			w.Errorf("filed %+v", a)
		}
		w.clock.pass(48 * time.Hour)
		w.ok(w.answer(other, a.ID, appeal.Overturned))
		got := w.stored(a.ID)
		if got.State != appeal.Overturned || got.AnsweredBy != other.String() || !got.Answered.Equal(w.clock.Now()) || got.DecidedBy != decider.String() {
			w.Errorf("answered %+v", got)
		}
		if fmt.Sprint(w.bench.overturned) != "[The photos prove that the flat is real.]" {
			w.Errorf("overturned: %v", w.bench.overturned)
		}
		if fmt.Sprint(w.bench.begun) != "[begin appeal appeal end appeal appeal staff:9]" {
			w.Errorf("duties: %v", w.bench.begun)
		}
		if len(w.letters) != 2 || !strings.Contains(w.letters[0].text, "Guten Tag Anna") || !strings.Contains(w.letters[1].text, "zurückgenommen") ||
			!strings.Contains(w.letters[1].text, "https://lake.example.org/appeal/"+a.Code) || strings.Contains(w.letters[1].text, statementCode) {
			w.Errorf("letters: %+v", w.letters)
		}
		w.refused(w.answer(other, a.ID, appeal.Upheld), value.Conflict, "appeal.answered_already")
		var log []string
		for _, row := range sitetest.History(w.T, w.Site, appeal.Object, a.ID) {
			log = append(log, row.Diff)
		}
		if all := strings.Join(log, "\n"); len(log) != 2 || strings.Contains(all, "flat") || strings.Contains(all, a.Code) || strings.Contains(all, "anna") || strings.Contains(all, "Anna") {
			w.Errorf("the log: %s", all)
		}
	})
}

func TestAppealsThatDoNotOverturn(t *testing.T) {
	each(t, func(w *world) {
		w.ok(w.answer(other, w.file(statementCode).ID, appeal.Upheld))
		w.ok(w.answer(other, w.file(noticeCode).ID, appeal.Partly))
		if len(w.bench.overturned) != 0 {
			w.Errorf("overturned: %v", w.bench.overturned)
		}
	})
}

func TestAnAppealThatIsRightInPart(t *testing.T) {
	each(t, func(w *world) {
		ctx, a := context.Background(), w.file(statementCode)
		w.refused(w.desk.Answer(ctx, other, a.ID, appeal.Partly, "You are right in part."), value.Invalid, "appeal.fault.measure")
		day := w.clock.Now().AddDate(0, 0, 7)
		for _, bad := range []struct {
			with appeal.Instead
			key  string
		}{{appeal.Instead{}, "appeal.fault.measure"}, {appeal.Instead{Measure: "remove"}, "appeal.fault.measure"},
			{appeal.Instead{Measure: "suspend"}, "appeal.fault.until"}, {appeal.Instead{Measure: "change", Until: day}, "appeal.fault.until"}} {
			w.refused(w.desk.AnswerInPart(ctx, other, a.ID, bad.with, "You are right in part."), value.Invalid, bad.key)
		}
		for _, one := range []value.Actor{decider, second} {
			w.refused(w.desk.AnswerInPart(ctx, one, a.ID, appeal.Instead{Measure: "change"}, "You are right in part."), value.Forbidden, "appeal.same_person")
		}
		w.bench.refuses = errors.New("the rules refuse it")
		if err := w.answer(other, a.ID, appeal.Partly); err == nil || w.stored(a.ID).State != appeal.Open || len(w.letters) != 1 {
			w.Fatalf("what could not be carried out was answered: %v, %+v", err, w.stored(a.ID))
		}
		w.bench.refuses, w.bench.instead = nil, nil
		with := appeal.Instead{Measure: "suspend", Until: day}
		w.ok(w.desk.AnswerInPart(ctx, other, a.ID, with, "You are right in part."))
		got := w.stored(a.ID)
		if got.State != appeal.Partly || got.Instead.Measure != "suspend" || !got.Instead.Until.Equal(day) || got.Successor != a.Decision+1 || len(w.bench.instead) != 1 || len(w.bench.overturned) != 0 {
			w.Errorf("%+v, carried out %v", got, w.bench.instead)
		}
		if last := w.letters[len(w.letters)-1]; !strings.Contains(last.text, "Die Sperre endet am 9. März 2026.") {
			w.Errorf("the letter does not say what changed: %s", last.text)
		}
		if f, err := w.look(a.Code); err != nil || f.Statement != "NEWWW-BBBBB-CCCCC-DDDDD" {
			w.Errorf("its author is not led to the new statement: %+v, %v", f, err)
		}
		reported := w.file(noticeCode)
		w.ok(w.answer(other, reported.ID, appeal.Partly))
		if f, err := w.look(reported.Code); err != nil || f.Statement != "" {
			w.Errorf("whoever reported reads the author's statement: %+v, %v", f, err)
		}
	})
}

func TestNobodyAnswersTheirOwnDecision(t *testing.T) {
	each(t, func(w *world) {
		a := w.file(statementCode)
		w.refused(w.answer(decider, a.ID, appeal.Upheld), value.Forbidden, "appeal.same_person")
		w.refused(w.answer(second, a.ID, appeal.Overturned), value.Forbidden, "appeal.same_person")
		for _, actor := range []value.Actor{visitor, value.SystemActor("robot"), {Kind: value.Member, ID: 31}, {Kind: value.Staff, Name: "nobody"}} {
			w.refused(w.answer(actor, a.ID, appeal.Upheld), value.Forbidden, "appeal.staff_only")
		}
		if got := w.stored(a.ID); got.State != appeal.Open || len(w.bench.overturned) != 0 {
			w.Errorf("it took an answer: %+v", got)
		}
	})
}

// Whatever is written to the table, by whatever code, it holds the promise by itself.
func TestTheTableRefusesTheDecider(t *testing.T) {
	each(t, func(w *world) {
		a := w.file(statementCode)
		exec := func(sql string) error {
			return w.Site.DB.Write(context.Background(), decider, "attack", func(tx *db.Tx) error {
				tx.Log(db.Change{Object: appeal.Object, Record: a.ID})
				_, err := tx.Exec(sql)
				return err
			})
		}
		set := "update appeal set state = 'upheld', answer = 'x', answered_us = 1, answered_by = "
		copied := `insert into appeal (id, code, code_mark, decision, object, record, decided_by, seconded_by, party, party_key, account, text, name, email, locale, state, answer,
			answered_by, answered_us, made_us) select id + 1, code || 'x', code_mark || 'x', decision + 1, object, record, decided_by, seconded_by, party, party_key, account, text, name,
			email, locale, 'upheld', 'x', %s, 1, made_us from appeal`
		for name, sql := range map[string]string{
			"update by the decider":    set + "decided_by",
			"update by the confirmer":  set + "'staff:8'",
			"update by a program":      set + "'system:robot'",
			"update by nobody":         "update appeal set state = 'upheld'",
			"insert by the decider":    fmt.Sprintf(copied, "'staff:7'"),
			"insert by the confirmer":  fmt.Sprintf(copied, "'staff:8'"),
			"insert by a member":       fmt.Sprintf(copied, "'member:31'"),
			"insert without answerer":  fmt.Sprintf(copied, "null"),
			"answerer, but still open": "update appeal set answered_by = 'staff:9', answered_us = 1",
		} {
			if err := exec(sql); err == nil {
				w.Errorf("%s: the table took it", name)
			}
		}
		// The same row is taken from another, and cannot be turned round afterwards.
		w.ok(exec(set + "'staff:9'"))
		if err := exec("update appeal set decided_by = 'staff:9'"); err == nil {
			w.Error("the decider was changed into the answerer")
		}
	})
}

func TestAStrangerGetsNothing(t *testing.T) {
	each(t, func(w *world) {
		a := w.file(statementCode)
		looks := -1
		var said string
		for _, code := range []string{"", "x", "AAAAA-BBBBB-CCCCC-DDDDE", strings.ToLower(statementCode), statementCode + "A", a.ID.String(), a.Decision.String(), "%", "' or 1=1 --", strings.Repeat("A", 10_000)} {
			w.bench.looks = 0
			_, err := w.try(code, anAppeal())
			w.refused(err, value.NotFound, "appeal.unknown")
			if said == "" {
				said, looks = err.Error(), w.bench.looks
			}
			if err.Error() != said || w.bench.looks != looks {
				w.Errorf("%.30q is answered otherwise: %v after %d look-ups", code, err, w.bench.looks)
			}
		}
		for _, code := range []string{statementCode, noticeCode, a.Code, earlyCode} {
			w.bench.looks = 0
			if _, err := w.look(code); err != nil || w.bench.looks != looks {
				w.Errorf("a right code takes %d look-ups, a wrong one %d: %v", w.bench.looks, looks, err)
			}
		}
	})
}

func TestSixMonths(t *testing.T) {
	each(t, func(w *world) {
		zone := w.Site.Settings().Location()
		w.bench.ruling.Made = w.clock.Now()
		last := time.Date(2026, time.September, 2, 23, 59, 59, 0, zone)
		w.clock.pass(last.Sub(w.clock.Now()))
		if f, err := w.look(statementCode); err != nil || f.Late(w.clock.Now()) {
			w.Errorf("in the last second: %v, %v", f.Until, err)
		}
		w.file(statementCode)
		w.clock.pass(time.Second)
		_, err := w.try(noticeCode, anAppeal())
		w.refused(err, value.Forbidden, "appeal.late")
		if !strings.Contains(err.Error(), "2 September 2026") {
			w.Errorf("it does not say until when: %v", err)
		}
		if f, err := w.look(noticeCode); err != nil || !f.Late(w.clock.Now()) {
			w.Errorf("a second later: %v", err)
		}
	})
}

func TestAPartyAppealsOnce(t *testing.T) {
	each(t, func(w *world) {
		first := w.file(statementCode)
		_, err := w.try(statementCode, anAppeal())
		w.refused(err, value.Conflict, "appeal.twice")
		w.file(noticeCode) // another party
		w.ok(w.answer(other, first.ID, appeal.Upheld))
		_, err = w.try(statementCode, anAppeal())
		w.refused(err, value.Conflict, "appeal.twice")
		_, err = w.try(earlyCode, anAppeal())
		w.refused(err, value.Conflict, "appeal.early")
		_, err = w.try(first.Code, anAppeal())
		w.refused(err, value.Conflict, "appeal.twice")
	})
}

func TestTwoAtOnceAreOne(t *testing.T) {
	each(t, func(w *world) {
		var both sync.WaitGroup
		errs := make([]error, 6)
		for i := range errs {
			both.Go(func() { _, errs[i] = w.try(noticeCode, anAppeal()) })
		}
		both.Wait()
		taken := 0
		for _, err := range errs {
			switch {
			case err == nil:
				taken++
			case value.KindOf(err) != value.Conflict:
				w.Error(err)
			}
		}
		w.read(func(tx *db.Tx) error {
			n, err := appeal.Count(tx)
			if n != 1 || taken != 1 {
				w.Errorf("%d appeals, %d taken", n, taken)
			}
			return err
		})
	})
}

func TestTwoWhoAnswerAtOnce(t *testing.T) {
	each(t, func(w *world) {
		a := w.file(statementCode)
		var both sync.WaitGroup
		errs := make([]error, 4)
		for i := range errs {
			both.Go(func() {
				errs[i] = w.answer(value.Actor{Kind: value.Staff, ID: value.ID(20 + i)}, a.ID, []appeal.State{appeal.Upheld, appeal.Overturned}[i%2])
			})
		}
		both.Wait()
		good := 0
		for _, err := range errs {
			if err == nil {
				good++
			} else if value.KindOf(err) != value.Conflict {
				w.Error(err)
			}
		}
		got := w.stored(a.ID)
		if good != 1 || len(w.bench.overturned) > 1 || (got.State == appeal.Overturned) != (len(w.bench.overturned) == 1) {
			w.Errorf("%d answers, overturned %d times, now %s", good, len(w.bench.overturned), got.State)
		}
	})
}

func TestARestorationThatFailsLeavesTheAppealOpen(t *testing.T) {
	each(t, func(w *world) {
		a := w.file(statementCode)
		w.bench.refuses = errors.New("the rules refuse it")
		if err := w.answer(other, a.ID, appeal.Overturned); err == nil {
			w.Error("the failure was swallowed")
		}
		if got := w.stored(a.ID); got.State != appeal.Open || len(w.letters) != 1 {
			w.Errorf("%s, %d letters", got.State, len(w.letters))
		}
	})
}

func TestADecisionIsTakenBackOnce(t *testing.T) {
	each(t, func(w *world) {
		a, b := w.file(statementCode), w.file(noticeCode)
		w.ok(w.answer(other, a.ID, appeal.Overturned))
		w.ok(w.answer(other, b.ID, appeal.Overturned))
		if len(w.bench.overturned) != 1 {
			w.Errorf("taken back %d times", len(w.bench.overturned))
		}
	})
}

func TestAReversedDecisionNeedsNoAppeal(t *testing.T) {
	each(t, func(w *world) {
		w.bench.ruling.Reversed = true
		_, err := w.try(statementCode, anAppeal())
		w.refused(err, value.Conflict, "appeal.reversed")
	})
}

func TestAPassForSomebodyNamed(t *testing.T) {
	each(t, func(w *world) {
		if _, err := w.desk.Admit(context.Background(), visitor, 71); value.KindOf(err) != value.Forbidden {
			w.Errorf("a visitor made a pass: %v", err)
		}
		if _, err := w.desk.Admit(context.Background(), other, 72); value.KindOf(err) != value.NotFound {
			w.Errorf("a pass for nothing: %v", err)
		}
		code, err := w.desk.Admit(context.Background(), other, 71)
		w.ok(err)
		f, err := w.look(code)
		if err != nil || f.Party != appeal.Named || f.Ruling.Statement != nil || f.Ruling.Email != "" || f.Ruling.Account != 0 {
			w.Errorf("%+v, %v", f, err)
		}
		if a := w.file(code); a.Party != appeal.Named || a.Email != "" || a.Account != 0 {
			w.Errorf("%+v", a)
		}
	})
}

func TestAFloodAgainstOneDecision(t *testing.T) {
	each(t, func(w *world) {
		for i := range 21 {
			code, err := w.desk.Admit(context.Background(), other, 71)
			w.ok(err)
			_, err = w.try(code, anAppeal())
			if i < 20 {
				w.ok(err)
			} else {
				w.refused(err, value.Limited, "appeal.many")
			}
		}
	})
}

func TestWhatIsWrittenIsChecked(t *testing.T) {
	each(t, func(w *world) {
		for key, spoil := range map[string]func(a *appeal.Appeal){
			"appeal.fault.text":  func(a *appeal.Appeal) { a.Text = " short " },
			"appeal.fault.name":  func(a *appeal.Appeal) { a.Name = strings.Repeat("n", 121) },
			"appeal.fault.email": func(a *appeal.Appeal) { a.Email = "nowhere" },
		} {
			a := anAppeal()
			spoil(&a)
			_, err := w.try(statementCode, a)
			w.refused(err, value.Invalid, key)
		}
		a := anAppeal()
		a.Text = strings.Repeat("x", 4001)
		_, err := w.try(statementCode, a)
		w.refused(err, value.Invalid, "appeal.fault.text")
		a = anAppeal()
		a.Text = "control \x00\x07 characters and \xff bytes"
		filed, err := w.try(statementCode, a)
		w.ok(err)
		if got := w.stored(filed.ID).Text; got != "control  characters and \uFFFD bytes" {
			w.Error("they were stored")
		}
		w.refused(w.answer(other, filed.ID, "open"), value.Invalid, "appeal.fault.outcome")
		w.refused(w.desk.Answer(context.Background(), other, filed.ID, appeal.Upheld, "no"), value.Invalid, "appeal.fault.answer")
	})
}

func TestListsOfAppeals(t *testing.T) {
	each(t, func(w *world) {
		a, b := w.file(statementCode), w.file(noticeCode)
		w.ok(w.answer(other, b.ID, appeal.Upheld))
		w.read(func(tx *db.Tx) error {
			open, err := appeal.List(tx, true)
			done, err2 := appeal.List(tx, false)
			mine, err3 := appeal.Of(tx, 31)
			all, err4 := appeal.Against(tx, 71)
			if len(open) != 1 || open[0].ID != a.ID || len(done) != 1 || done[0].ID != b.ID || len(mine) != 1 || mine[0].ID != a.ID || len(all) != 2 {
				w.Errorf("open %d, done %d, mine %d, all %d", len(open), len(done), len(mine), len(all))
			}
			return errors.Join(err, err2, err3, err4)
		})
	})
}

func TestCodesAreForgiven(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"aaaaa bbbbb ccccc ddddd": statementCode, "AAAAABBBBBCCCCCDDDDD": statementCode, " aaaaa-bbbbb-ccccc-ddddd\n": statementCode, "": "", "x": "X",
	} {
		if got := appeal.TidyCode(typed); got != want {
			t.Errorf("%q: %q", typed, got)
		}
	}
}

func TestAMemberTakesTheirAppealsAlong(t *testing.T) {
	each(t, func(w *world) {
		a, b := w.file(statementCode), w.file(noticeCode)
		var rows any
		w.read(func(tx *db.Tx) error {
			return appeal.Estate{}.Export(tx, 31, func(_ string, all any) error { rows = all; return nil })
		})
		if text := fmt.Sprint(rows); !strings.Contains(text, "nothing before") || strings.Count(text, "Anna") != 1 {
			w.Errorf("exported %s", text)
		}
		w.ok(w.Site.DB.Write(context.Background(), visitor, "erase", func(tx *db.Tx) error {
			return appeal.Estate{}.Erase(tx, 31, func(_, _, _ string) {})
		}))
		if got := w.stored(a.ID); got.Text+got.Name+string(got.Email) != "" || got.Account != 0 || got.State != appeal.Open {
			w.Errorf("left: %+v", got)
		}
		if got := w.stored(b.ID); got.Text == "" {
			w.Error("somebody else's appeal was erased")
		}
	})
}
