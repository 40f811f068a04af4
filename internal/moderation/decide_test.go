package moderation_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"fairground/internal/db"
	"fairground/internal/moderation"
	"fairground/internal/value"
)

func asError(err error, into **value.Error) bool { return errors.As(err, into) }

func decision(outcome moderation.Outcome) moderation.Decision {
	return moderation.Decision{Object: "listing", Record: 42, Outcome: outcome, Ground: moderation.Scam, Reason: "It asks for money in advance."}
}

func TestEachOutcomeIsCarriedOutAndKept(t *testing.T) {
	for outcome, want := range map[moderation.Outcome]shelf{
		moderation.Publish: {released: []value.ID{42}},
		moderation.Reject:  {refused: []value.ID{42}},
		moderation.Remove:  {refused: []value.ID{42}, removed: true},
		moderation.Keep:    {},
	} {
		t.Run(string(outcome), func(t *testing.T) {
			eachWorld(t, func(w *world) {
				if err := w.desk.Decide(context.Background(), staff, decision(outcome)); err != nil {
					w.Fatal(err)
				}
				if len(w.shelf.released) != len(want.released) || len(w.shelf.refused) != len(want.refused) || w.shelf.removed != want.removed {
					w.Errorf("carried out %+v", w.shelf)
				}
				all := w.decisions()
				if len(all) != 1 || all[0].Outcome != outcome || all[0].Actor != "staff:7" || all[0].Reason == "" || all[0].Made.IsZero() {
					w.Fatalf("stored %+v", all)
				}
				if refuses := outcome == moderation.Reject || outcome == moderation.Remove; (all[0].Ground != "") != refuses {
					w.Errorf("ground %q", all[0].Ground)
				}
				if rows := w.log(); len(rows) != 1 || rows[0].Action != "moderation."+string(outcome) || !strings.Contains(rows[0].Diff, "money in advance") {
					w.Errorf("log %+v", rows)
				}
			})
		})
	}
}

// Nothing of a decision that is refused may remain: neither a row nor an entry in the log nor its effect.
func TestDecisionsThatAreRefused(t *testing.T) {
	eachWorld(t, func(w *world) {
		for name, test := range map[string]struct {
			actor  value.Actor
			change func(d *moderation.Decision)
			kind   value.Kind
			field  string
		}{
			"no outcome":           {staff, func(d *moderation.Decision) { d.Outcome = "" }, value.Invalid, "outcome"},
			"an unknown outcome":   {staff, func(d *moderation.Decision) { d.Outcome = "burn" }, value.Invalid, "outcome"},
			"no ground":            {staff, func(d *moderation.Decision) { d.Ground = "" }, value.Invalid, "ground"},
			"an unknown ground":    {staff, func(d *moderation.Decision) { d.Ground = "whim" }, value.Invalid, "ground"},
			"no reason":            {staff, func(d *moderation.Decision) { d.Reason = " \n\x00 no " }, value.Invalid, "reason"},
			"a long reason":        {staff, func(d *moderation.Decision) { d.Reason = strings.Repeat("ü", 2001) }, value.Invalid, "reason"},
			"about no record":      {staff, func(d *moderation.Decision) { d.Record = 0 }, value.Invalid, ""},
			"about something else": {staff, func(d *moderation.Decision) { d.Object = "message" }, value.Invalid, ""},
			"by a member":          {value.Actor{Kind: value.Member, ID: 9}, func(*moderation.Decision) {}, value.Forbidden, ""},
			"by the program":       {value.SystemActor("robot"), func(*moderation.Decision) {}, value.Forbidden, ""},
		} {
			d := decision(moderation.Reject)
			test.change(&d)
			err := w.desk.Decide(context.Background(), test.actor, d)
			if known := (*value.Error)(nil); !asError(err, &known) || known.Kind != test.kind || known.Field != test.field {
				w.Errorf("%s: %v", name, err)
			}
		}
		w.shelf.forbidden = true
		if err := w.desk.Decide(context.Background(), staff, decision(moderation.Publish)); value.KindOf(err) != value.Forbidden {
			w.Errorf("publishing what a mandatory rule refuses: %v", err)
		}
		w.shelf.fault = value.Errorf(value.Conflict, "somebody else was quicker")
		for _, outcome := range []moderation.Outcome{moderation.Publish, moderation.Reject, moderation.Remove} {
			if err := w.desk.Decide(context.Background(), staff, decision(outcome)); value.KindOf(err) != value.Conflict {
				w.Errorf("%s of what changed meanwhile: %v", outcome, err)
			}
		}
		if len(w.decisions()) != 0 || len(w.log()) != 0 || len(w.shelf.refused)+len(w.shelf.released) != 0 {
			w.Errorf("something remained: %v %v %+v", w.decisions(), w.log(), w.shelf)
		}
	})
}

func TestAnAnswerDecidesAndTells(t *testing.T) {
	eachWorld(t, func(w *world) {
		filed := w.file(aNotice())
		w.answer(filed.ID, moderation.Remove)
		if len(w.shelf.refused) != 1 || w.shelf.refused[0] != 42 || !w.shelf.removed {
			w.Errorf("%+v", w.shelf)
		}
		if all := w.decisions(); len(all) != 1 || all[0].Notice != filed.ID || all[0].Outcome != moderation.Remove {
			w.Errorf("%+v", all)
		}
		w.read(func(tx *db.Tx) error {
			n, err := moderation.FindNotice(tx, filed.ID)
			if n.State != moderation.Answered || n.Answer != "Thank you, we looked at it." || n.Answered.IsZero() {
				w.Errorf("%+v", n)
			}
			return err
		})
	})
}

func TestAnswersThatAreRefused(t *testing.T) {
	eachWorld(t, func(w *world) {
		filed := w.file(aNotice())
		other := aNotice()
		other.Object = "message"
		about := w.file(other)
		thanks := "Thank you, we looked at it."
		for name, test := range map[string]struct {
			notice  value.ID
			outcome moderation.Outcome
			answer  string
			kind    value.Kind
		}{
			"no answer":           {filed.ID, moderation.Keep, " \x00 ", value.Invalid},
			"a long answer":       {filed.ID, moderation.Keep, strings.Repeat("ö", 2001), value.Invalid},
			"to publish":          {filed.ID, moderation.Publish, thanks, value.Invalid},
			"of no notice":        {12345, moderation.Keep, thanks, value.NotFound},
			"about another thing": {about.ID, moderation.Remove, thanks, value.Conflict},
		} {
			if err := w.desk.Answer(context.Background(), staff, test.notice, decision(test.outcome), test.answer); value.KindOf(err) != test.kind {
				w.Errorf("%s: %v", name, err)
			}
		}
		if err := w.desk.Answer(context.Background(), visitor, filed.ID, decision(moderation.Keep), thanks); value.KindOf(err) != value.Forbidden {
			w.Errorf("by a visitor: %v", err)
		}
		if len(w.decisions()) != 0 {
			w.Errorf("%+v", w.decisions())
		}
	})
}

func TestTwoPeopleCannotAnswerOneNotice(t *testing.T) {
	eachWorld(t, func(w *world) {
		filed := w.file(aNotice())
		var group sync.WaitGroup
		errs := make([]error, 8)
		for i := range errs {
			group.Go(func() {
				actor := value.Actor{Kind: value.Staff, ID: value.ID(i + 1)}
				errs[i] = w.desk.Answer(context.Background(), actor, filed.ID, decision(moderation.Keep), "Thank you, we looked at it.")
			})
		}
		group.Wait()
		done := 0
		for _, err := range errs {
			if err == nil {
				done++
			} else if value.KindOf(err) != value.Conflict {
				w.Error(err)
			}
		}
		if done != 1 || len(w.decisions()) != 1 {
			w.Errorf("%d answered, %d decisions", done, len(w.decisions()))
		}
	})
}

// Promise 3: whoever decided does not answer the appeal, neither by deciding nor by answering a notice.
func TestAnAppealIsAnsweredBySomebodyElse(t *testing.T) {
	eachWorld(t, func(w *world) {
		reject := func(by value.ID, outcome moderation.Outcome) error {
			return w.desk.Decide(context.Background(), value.Actor{Kind: value.Staff, ID: by}, decision(outcome))
		}
		if err := reject(7, moderation.Reject); err != nil {
			w.Fatal(err)
		}
		w.shelf.appealed = true
		for _, outcome := range []moderation.Outcome{moderation.Publish, moderation.Reject, moderation.Remove, moderation.Keep} {
			if err := reject(7, outcome); !errors.Is(err, moderation.ErrSamePerson) {
				w.Errorf("%s by the same person: %v", outcome, err)
			}
		}
		n := w.file(aNotice())
		err := w.desk.Answer(context.Background(), staff, n.ID, moderation.Decision{Outcome: moderation.Keep, Reason: "It stays as it is."}, "We looked at it again.")
		if !errors.Is(err, moderation.ErrSamePerson) {
			w.Errorf("by way of a notice: %v", err)
		}
		if err := reject(8, moderation.Publish); err != nil {
			w.Errorf("by somebody else: %v", err)
		}
		w.shelf.appealed = false
		if err := reject(7, moderation.Reject); err != nil {
			w.Errorf("when nobody appeals: %v", err)
		}
	})
}
