package moderation_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/moderation"
	"fairground/internal/safety"
	"fairground/internal/value"
)

func TestWhatIsHeldBecomesACase(t *testing.T) {
	eachOffice(t, func(o *office) {
		c := o.held(1, safety.Hold)
		if c.Kind != moderation.ListingCase || c.State != moderation.CaseOpen || c.Queue != "listings" || c.Severity != moderation.Ordinary ||
			c.Language != "de" || c.Category != "bikes" || c.Policy != "provider/7" || c.Due.Sub(c.Opened) != 24*time.Hour {
			o.Errorf("%+v", c)
		}
		if c := o.held(2, safety.Escalate); c.Severity != moderation.Grave || c.Queue != moderation.UrgentQueue || c.Due.Sub(c.Opened) != time.Hour {
			o.Errorf("escalated: %+v", c)
		}
		if c := o.held(3, safety.Challenge); c.Severity != moderation.Minor {
			o.Errorf("challenged: %+v", c)
		}
		o.catchUp()
		o.read(func(tx *db.Tx) error {
			all, err := moderation.Cases(tx, moderation.Filter{Limit: 10})
			if len(all) != 3 || all[0].Record != 2 || all[2].Record != 3 {
				o.Errorf("in order of urgency: %+v", all)
			}
			return err
		})
	})
}

func TestACaseGoesAwayWithItsContent(t *testing.T) {
	eachOffice(t, func(o *office) {
		c := o.held(1, safety.Hold)
		o.write(func(tx *db.Tx) error { return o.rack.set(tx, 1, "live", "mended by its author") })
		o.catchUp()
		if c = o.find(c.ID); c.State != moderation.CaseDecided || c.Decision != 0 {
			o.Errorf("%+v", c)
		}
	})
}

func TestADecisionSettlesItsCase(t *testing.T) {
	eachOffice(t, func(o *office) {
		c := o.held(1, safety.Hold)
		o.ok(o.decide(7, 1, moderation.ToPublish))
		if c = o.find(c.ID); c.State != moderation.CaseDecided || c.Decision != o.lastDecision(1).ID {
			o.Errorf("%+v", c)
		}
		o.catchUp() // its own entries change nothing
		if again := o.caseOf(1); again.ID != 0 {
			o.Errorf("opened again: %+v", again)
		}
	})
}

// The reader may be late: the case it opens for what was decided meanwhile is settled by the decision's entry.
func TestALateReaderOpensNoCaseForWhatIsDecided(t *testing.T) {
	eachOffice(t, func(o *office) {
		o.write(func(tx *db.Tx) error {
			_, err := tx.Exec("insert into rack_thing (id, state, note) values (1, 'held', '')")
			tx.Log(db.Change{Object: "screening", Record: 5, Diff: map[string]any{"object": "listing", "record": 1, "verdict": "hold"}})
			return err
		})
		o.ok(o.decide(7, 1, moderation.ToRemove))
		o.catchUp()
		if c := o.caseOf(1); c.ID != 0 {
			o.Errorf("%+v", c)
		}
	})
}

func TestAChangeWaitsForItsAuthorAndComesBack(t *testing.T) {
	eachOffice(t, func(o *office) {
		c := o.held(1, safety.Hold)
		o.ok(o.decide(7, 1, moderation.ToChange))
		o.catchUp()
		if c = o.find(c.ID); c.State != moderation.CaseWaiting || o.stateOf(1) != "challenged" || o.hooks.done["state"] != 1 {
			o.Fatalf("%+v, %s, %v", c, o.stateOf(1), o.hooks.done)
		}
		if _, err := o.desk.Next(ctx, person(8)); value.KindOf(err) != value.NotFound {
			o.Errorf("somebody got it meanwhile: %v", err)
		}
		o.clock.At = o.clock.At.Add(30 * time.Hour)
		o.ok(o.db.Write(ctx, value.Actor{Kind: value.Member, ID: 901}, "listing.edit", func(tx *db.Tx) error {
			tx.Log(db.Change{Object: "listing", Record: 1, Diff: map[string]any{"title": []string{"A bike", "A bicycle"}}})
			return nil
		}))
		o.catchUp()
		if c = o.find(c.ID); c.State != moderation.CaseOpen || c.Overdue(o.clock.At) {
			o.Errorf("after the edit: %+v", c)
		}
	})
}

func TestTwoReviewersAtOnce(t *testing.T) {
	eachOffice(t, func(o *office) {
		c := o.held(1, safety.Hold)
		errs := make([]error, 8)
		var group sync.WaitGroup
		for i := range errs {
			group.Go(func() {
				d := about(1, moderation.ToRemove)
				d.Case = c.ID
				errs[i] = o.desk.Decide(ctx, person(value.ID(i+1)), d)
			})
		}
		group.Wait()
		done := 0
		for _, err := range errs {
			if err == nil {
				done++
			} else {
				o.kind("whoever came later", err, value.Conflict)
			}
		}
		var made []moderation.Decision
		o.read(func(tx *db.Tx) (err error) {
			made, err = moderation.Decisions(tx, "listing", 1, 20)
			return err
		})
		if settled := o.find(c.ID); done != 1 || len(made) != 1 || settled.Decision != made[0].ID {
			o.Errorf("%d decided: %+v, %+v", done, settled, made)
		}
	})
}

func TestAClaimKeepsOthersAwayUntilItRunsOut(t *testing.T) {
	eachOffice(t, func(o *office) {
		c := o.held(1, safety.Hold)
		_, err := o.desk.Claim(ctx, person(7), c.ID)
		o.ok(err)
		_, err = o.desk.Claim(ctx, person(8), c.ID)
		if taken, is := moderation.IsTaken(err); !is || taken.By != 7 || value.KindOf(err) != value.Conflict {
			o.Errorf("a second claim: %v", err)
		}
		err = o.decide(8, 1, moderation.ToPublish)
		if taken, is := moderation.IsTaken(err); !is || taken.By != 7 || o.stateOf(1) != "held" {
			o.Errorf("decided over somebody's head: %v", err)
		}
		_, err = o.desk.Next(ctx, person(8))
		o.kind("next of somebody else", err, value.NotFound)
		mine, err := o.desk.Next(ctx, person(7))
		if err != nil || mine.ID != c.ID {
			o.Errorf("one's own claim comes first: %v %+v", err, mine)
		}
		o.clock.At = o.clock.At.Add(30 * time.Minute)
		if mine, err = o.desk.Next(ctx, person(8)); err != nil || mine.ID != c.ID {
			o.Errorf("after it ran out: %v", err)
		}
		_, isTaken := moderation.IsTaken(o.decide(7, 1, moderation.ToPublish))
		if !isTaken {
			o.Error("whoever lost the claim still decided")
		}
		o.kind("giving back what is another's", o.desk.Unclaim(ctx, person(7), c.ID), value.Conflict)
		o.ok(o.desk.Unclaim(ctx, person(8), c.ID))
		o.ok(o.decide(7, 1, moderation.ToPublish))
	})
}

// A clock that is set back must neither prolong a claim nor let two people decide.
func TestTheClockIsSetBack(t *testing.T) {
	eachOffice(t, func(o *office) {
		c := o.held(1, safety.Hold)
		_, err := o.desk.Claim(ctx, person(7), c.ID)
		o.ok(err)
		o.clock.At = o.clock.At.Add(-5 * time.Hour)
		next, err := o.desk.Next(ctx, person(8))
		if err != nil || next.ID != c.ID {
			o.Fatalf("the case is out of reach for hours: %v", err)
		}
		if _, is := moderation.IsTaken(o.decide(7, 1, moderation.ToPublish)); !is {
			o.Error("both may decide")
		}
		o.ok(o.decide(8, 1, moderation.ToPublish))
		made := o.lastDecision(1)
		o.clock.At = o.clock.At.Add(-time.Hour)
		o.kind("to undo what is in the future", o.desk.Undo(ctx, person(8), made.ID, ""), value.Forbidden)
		o.read(func(tx *db.Tx) error {
			w, err := moderation.Work(tx)
			if w.Median < 0 || w.Decided != 1 {
				o.Errorf("%+v", w)
			}
			return err
		})
	})
}

func TestNextRespectsWhatAReviewerChose(t *testing.T) {
	eachOffice(t, func(o *office) {
		o.held(1, safety.Escalate)
		o.held(2, safety.Hold)
		r := moderation.Reviewer{Account: 7, Queues: []string{"listings"}, DailyLooks: 5, BreakMinutes: 50}
		o.ok(o.desk.SaveReviewer(ctx, person(7), r))
		c, err := o.desk.Next(ctx, person(7))
		if err != nil || c.Record != 2 {
			o.Errorf("%v %+v", err, c)
		}
		o.ok(o.desk.Unclaim(ctx, person(7), c.ID))
		r.Declined = []moderation.CaseKind{moderation.ListingCase}
		o.ok(o.desk.SaveReviewer(ctx, person(7), r))
		_, err = o.desk.Next(ctx, person(7))
		o.kind("declined", err, value.NotFound)
		r.Declined, r.Languages = nil, []string{"fr"}
		o.ok(o.desk.SaveReviewer(ctx, person(7), r))
		_, err = o.desk.Next(ctx, person(7))
		o.kind("another language", err, value.NotFound)
		r.BreakMinutes = 1
		o.kind("no break", o.desk.SaveReviewer(ctx, person(7), r), value.Invalid)
	})
}

func TestRoutesSendCasesToQueues(t *testing.T) {
	eachOffice(t, func(o *office) {
		o.ok(o.desk.SaveRoutes(ctx, person(7), []moderation.Route{
			{Severity: moderation.Grave, Queue: "seniors"}, {Kind: moderation.ListingCase, Language: "de", Category: "bikes", Queue: "bikes-de"}}))
		if c := o.held(1, safety.Hold); c.Queue != "bikes-de" {
			o.Errorf("%+v", c)
		}
		if c := o.held(2, safety.Escalate); c.Queue != "seniors" {
			o.Errorf("%+v", c)
		}
		o.kind("a queue of no shape", o.desk.SaveRoutes(ctx, person(7), []moderation.Route{{Queue: "A b"}}), value.Invalid)
	})
}

// A route may name a policy, a language without its country and a category with its parts.
func TestRoutesKnowPoliciesAndParts(t *testing.T) {
	eachOffice(t, func(o *office) {
		o.ok(o.desk.SaveRoutes(ctx, person(7), []moderation.Route{
			{Policy: "exploitation", Queue: "people"}, {Language: "de", Category: "homes", Queue: "homes-de"}, {Category: "homes/rooms", Queue: "rooms"}}))
		for i, c := range []struct {
			kase moderation.Case
			want string
		}{
			{moderation.Case{Policy: "exploitation", Language: "de-CH", Category: "homes"}, "people"},
			{moderation.Case{Language: "de-CH", Category: "homes/rooms"}, "homes-de"},
			{moderation.Case{Language: "fr", Category: "homes/rooms"}, "rooms"},
			{moderation.Case{Language: "de", Category: "homesteads"}, "listings"},
		} {
			c.kase.Kind, c.kase.Object, c.kase.Record, c.kase.Severity = moderation.ListingCase, "listing", value.ID(100+i), moderation.Ordinary
			o.write(func(tx *db.Tx) error {
				opened, err := moderation.OpenCase(tx, c.kase)
				if opened.Queue != c.want || len(opened.Language) != 2 {
					o.Errorf("case %d goes to %q in %q, want %q", i, opened.Queue, opened.Language, c.want)
				}
				return err
			})
		}
		o.read(func(tx *db.Tx) error {
			all, err := moderation.Routes(tx)
			if len(all) != 3 || all[0].Policy != "exploitation" {
				o.Errorf("%+v", all)
			}
			return err
		})
		for field, r := range map[string]moderation.Route{"queue.0": {}, "language.0": {Queue: "a", Language: "german"}, "category.0": {Queue: "a", Category: "a//b"},
			"kind.0": {Queue: "a", Kind: "thing"}, "severity.0": {Queue: "a", Severity: 9}} {
			err := o.desk.SaveRoutes(ctx, person(7), []moderation.Route{r})
			var known *value.Error
			if !errors.As(err, &known) || known.Field != field {
				o.Errorf("%s: %v", field, err)
			}
		}
		o.kind("a member", o.desk.SaveRoutes(ctx, value.Actor{Kind: value.Member, ID: 7}, nil), value.Forbidden)
	})
}

// The figure on the tab counts what its reader may take: not what others work on, not what they declined, not what only
// leads take.
func TestTheFigureIsOfWhatOneMayTake(t *testing.T) {
	eachOffice(t, func(o *office) {
		o.desk.Leads = func(_ *db.Tx, account value.ID) (bool, error) { return account == 8, nil }
		open := func(kind moderation.CaseKind, record value.ID, queue string, barred value.ID) (c moderation.Case) {
			o.write(func(tx *db.Tx) (err error) {
				c, err = moderation.OpenCase(tx, moderation.Case{Kind: kind, Object: string(kind), Record: record, Severity: moderation.Ordinary, Queue: queue, Language: "de-CH", Barred: barred})
				return err
			})
			return c
		}
		first := open(moderation.ListingCase, 1, "", 0)
		open(moderation.NoticeCase, 2, "", 0)
		open(moderation.AppealCase, 3, "", 7)
		open(moderation.NetworkCase, 4, moderation.AdminQueue, 0)
		want := func(what string, account value.ID, figure int) {
			o.Helper()
			o.read(func(tx *db.Tx) error {
				got, err := o.desk.CountFor(tx, account, 100)
				if got != figure {
					o.Errorf("%s: %d, want %d", what, got, figure)
				}
				return err
			})
		}
		want("one who decided what was appealed, and no lead", 7, 2)
		want("a lead", 8, 4)
		_, err := o.desk.Claim(ctx, person(9), first.ID)
		o.ok(err)
		want("others work on one", 8, 3)
		want("one's own claim counts", 9, 3)
		o.clock.At = o.clock.At.Add(time.Hour)
		want("a claim that is over", 8, 4)
		o.ok(o.desk.SaveReviewer(ctx, person(8), moderation.Reviewer{Account: 8, Queues: []string{"listings", "notices"}, Declined: []moderation.CaseKind{moderation.NoticeCase}, Languages: []string{"de"}, DailyLooks: 5, BreakMinutes: 30}))
		want("queues, and a kind that was declined", 8, 1)
		o.ok(o.desk.SaveReviewer(ctx, person(8), moderation.Reviewer{Account: 8, Languages: []string{"fr"}, DailyLooks: 5, BreakMinutes: 30}))
		want("another language", 8, 0)
		o.read(func(tx *db.Tx) error {
			got, err := o.desk.CountFor(tx, 9, 2)
			if got != 2 {
				o.Errorf("up to two: %d", got)
			}
			return err
		})
	})
}

func TestANoticeIsACaseWithADuty(t *testing.T) {
	eachOffice(t, func(o *office) {
		o.held(42, safety.Hold)
		n, err := o.desk.File(ctx, visitor, aNotice())
		o.ok(err)
		o.catchUp()
		var c moderation.Case
		o.read(func(tx *db.Tx) (err error) {
			c, err = moderation.FindCaseOf(tx, "notice", n.ID)
			return err
		})
		if c.Kind != moderation.NoticeCase || c.Queue != "notices" || o.hooks.done["begin notice"] != 1 {
			o.Errorf("%+v, %v", c, o.hooks.done)
		}
		o.ok(o.desk.Answer(ctx, person(7), n.ID, moderation.Decision{Outcome: moderation.Keep, Reason: "Nothing is wrong."}, "We looked at it."))
		if c = o.find(c.ID); c.State != moderation.CaseDecided || o.hooks.done["discharge notice"] != 1 {
			o.Errorf("%+v, %v", c, o.hooks.done)
		}
		if held := o.caseOf(42); held.State != moderation.CaseOpen {
			o.Errorf("to keep says nothing about what is held: %+v", held)
		}
	})
}

func TestNobodyTakesTheAppealAgainstTheirOwnDecision(t *testing.T) {
	eachOffice(t, func(o *office) {
		o.held(1, safety.Hold)
		o.ok(o.decide(7, 1, moderation.ToRemove))
		o.write(func(tx *db.Tx) error {
			tx.Log(db.Change{Object: "appeal", Record: 77, Diff: map[string]any{"decision": o.lastDecisionIn(tx, 1), "state": "open"}})
			return nil
		})
		o.catchUp()
		_, err := o.desk.Next(ctx, person(7))
		o.kind("the decider", err, value.NotFound)
		c, err := o.desk.Next(ctx, person(8))
		if err != nil || c.Kind != moderation.AppealCase || c.Barred != 7 {
			o.Fatalf("%v %+v", err, c)
		}
		o.ok(o.desk.Unclaim(ctx, person(8), c.ID))
		_, err = o.desk.Claim(ctx, person(7), c.ID)
		o.kind("claimed by the decider", err, value.Forbidden)
		err = o.db.Write(ctx, value.SystemActor("attack"), "test", func(tx *db.Tx) error {
			tx.Log(db.Change{Object: "test", Record: 1})
			_, err := tx.Exec("update safety_case set state = 'claimed', claimed_by = 7, claimed_until_us = 1 where id = $1", int64(c.ID))
			return err
		})
		if err == nil {
			o.Error("the table let the decider claim it")
		}
		o.write(func(tx *db.Tx) error {
			tx.Log(db.Change{Object: "appeal", Record: 77, Diff: map[string]any{"state": []string{"open", "upheld"}}})
			return nil
		})
		o.catchUp()
		if c = o.find(c.ID); c.State != moderation.CaseDecided {
			o.Errorf("answered: %+v", c)
		}
	})
}

func (o *office) lastDecisionIn(tx *db.Tx, id value.ID) value.ID {
	all, err := moderation.Decisions(tx, "listing", id, 1)
	o.ok(err)
	return all[0].ID
}

func TestWorkload(t *testing.T) {
	eachOffice(t, func(o *office) {
		for id := value.ID(1); id <= 4; id++ {
			o.held(id, safety.Hold)
		}
		o.clock.At = o.clock.At.Add(23 * time.Hour)
		o.ok(o.decide(7, 1, moderation.ToPublish))
		o.ok(o.decide(7, 2, moderation.ToChange))
		work := func() (w moderation.Workload) {
			o.read(func(tx *db.Tx) (err error) {
				w, err = moderation.Work(tx)
				return err
			})
			return w
		}
		if w := work(); w.Open != 2 || w.Waiting != 1 || w.Soon != 2 || w.Overdue != 0 || w.Median != 23*time.Hour || w.Decided != 1 ||
			len(w.People) != 1 || w.People[0].Account != 7 || w.People[0].Decisions != 2 {
			o.Errorf("%+v", w)
		}
		o.clock.At = o.clock.At.Add(2 * time.Hour)
		if w := work(); w.Overdue != 2 || w.Soon != 0 {
			o.Errorf("later: %+v", w)
		}
		o.read(func(tx *db.Tx) error {
			counts, err := moderation.CountQueues(tx)
			if len(counts) != 1 || counts[0].Open != 2 || counts[0].Overdue != 2 {
				o.Errorf("%+v", counts)
			}
			return err
		})
	})
}
