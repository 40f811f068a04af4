package moderation_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/moderation"
	"fairground/internal/safety"
	"fairground/internal/value"
)

func TestEachMeasureDoesWhatItSays(t *testing.T) {
	eachOffice(t, func(o *office) {
		for i, test := range []struct {
			measure moderation.Measure
			state   string
			after   moderation.CaseState
			stated  int
		}{
			{moderation.ToPublish, "live", moderation.CaseDecided, 0},
			{moderation.ToChange, "challenged", moderation.CaseWaiting, 1},
			{moderation.ToRestrict, "restricted", moderation.CaseDecided, 1},
			{moderation.ToRemove, "rejected", moderation.CaseDecided, 1},
		} {
			id, before := value.ID(i+1), o.hooks.done["state"]
			c := o.held(id, safety.Hold)
			o.ok(o.decide(7, id, test.measure))
			if made := o.lastDecision(id); o.stateOf(id) != test.state || o.find(c.ID).State != test.after || o.hooks.done["state"]-before != test.stated ||
				made.Measure != test.measure || made.Author != 900+id || made.Locale != "de" || made.Case != c.ID || made.Policy != "provider/7" {
				o.Errorf("%s: %s, %s, %+v", test.measure, o.stateOf(id), o.find(c.ID).State, made)
			}
		}
		if o.hooks.done["preserve"] != 0 {
			o.Error("something was preserved")
		}
	})
}

func TestWhatARoomCannotDoIsNotOffered(t *testing.T) {
	eachWorld(t, func(w *world) {
		for _, m := range []moderation.Measure{moderation.ToChange, moderation.ToRestrict, moderation.ToSuspend} {
			d := decision("")
			d.Outcome, d.Measure = "", m
			if err := w.desk.Decide(ctx, staff, d); w.desk.Can("listing", m) || value.KindOf(err) != value.Invalid {
				w.Errorf("%s: %v", m, err)
			}
		}
	})
}

// A crash between a decision and what belongs to it is impossible: when a hook fails, nothing has happened.
func TestAFailingHookRollsEverythingBack(t *testing.T) {
	eachOffice(t, func(o *office) {
		c := o.held(1, safety.Hold)
		d := about(1, moderation.ToRemove)
		d.Ground = moderation.Exploitation // severe: preserved at once
		for _, fault := range []string{"state", "preserve"} {
			o.hooks.fault = fault
			if err := o.desk.Decide(ctx, person(7), d); err == nil || !strings.Contains(err.Error(), "power failed") {
				o.Errorf("%s: %v", fault, err)
			}
			if o.stateOf(1) != "held" || o.lastDecision(1).ID != 0 || o.find(c.ID).State != moderation.CaseOpen || len(o.hooks.done) != 0 {
				o.Errorf("%s failed, and yet: %s, %+v, %v", fault, o.stateOf(1), o.lastDecision(1), o.hooks.done)
			}
		}
		o.hooks.fault = ""
		o.ok(o.desk.Decide(ctx, person(7), d))
		if made := o.lastDecision(1); !made.Severe || !made.Preserve || o.hooks.done["preserve"] != 1 || o.hooks.done["state"] != 1 {
			o.Errorf("%+v, %v", made, o.hooks.done)
		}
	})
}

func TestSevereActsNeedTwoPeople(t *testing.T) {
	eachOffice(t, func(o *office) {
		c := o.held(1, safety.Hold)
		d := about(1, moderation.ToSuspend)
		d.Outcome = moderation.Reject
		if err := o.desk.Decide(ctx, person(7), d); !errors.Is(err, moderation.ErrTwo) {
			o.Errorf("alone: %v", err)
		}
		p, err := o.desk.Propose(ctx, person(7), []moderation.Item{{Object: "listing", Record: 1}}, d)
		o.ok(err)
		if o.stateOf(1) != "held" || o.hooks.done["suspend 901"] != 0 {
			o.Error("it was carried out when it was proposed")
		}
		_, err = o.desk.Confirm(ctx, person(7), p.ID, nil)
		o.kind("confirmed by whoever proposed it", err, value.Forbidden)
		results, err := o.desk.Confirm(ctx, person(8), p.ID, nil)
		if err != nil || len(results) != 1 || results[0].Err != nil {
			o.Fatalf("%v %+v", err, results)
		}
		made := o.lastDecision(1)
		if made.Actor != "staff:7" || made.Second != "staff:8" || !made.Severe || made.Act != p.ID || o.stateOf(1) != "rejected" ||
			o.hooks.done["suspend 901"] != 1 || o.hooks.done["preserve"] != 1 || o.find(c.ID).State != moderation.CaseDecided {
			o.Errorf("%+v, %s, %v", made, o.stateOf(1), o.hooks.done)
		}
		_, err = o.desk.Confirm(ctx, person(9), p.ID, nil)
		o.kind("confirmed twice", err, value.Conflict)
		if results, err = o.desk.Confirm(ctx, person(8), p.ID, nil); err != nil || results[0].Decision != 0 || o.hooks.done["suspend 901"] != 1 {
			o.Errorf("an interrupted confirmation given again: %v %+v", err, results)
		}
	})
}

// Not even SQL can write that one person did both.
func TestTheTablesRefuseOnePersonInTwoPlaces(t *testing.T) {
	eachOffice(t, func(o *office) {
		o.held(1, safety.Hold)
		p, err := o.desk.Propose(ctx, person(7), []moderation.Item{{Object: "listing", Record: 1}}, about(1, moderation.ToEscalate))
		o.ok(err)
		insert := "insert into decision (id, object, record, outcome, measure, ground, reason, actor, second, made_us) values (5, 'listing', 1, 'keep', 'escalate', 'scam', 'because', 'staff:7', %s, 1)"
		for name, statement := range map[string]string{
			"a proposal":        "update proposal set state = 'confirmed', confirmer = proposer, closed_us = 1 where state = 'open'",
			"without anybody":   "update proposal set state = 'confirmed', closed_us = 1 where state = 'open'",
			"a decision":        strings.ReplaceAll(insert, "%s", "'staff:7'"),
			"a decision by one": strings.ReplaceAll(insert, "%s", "null"),
			"a second look":     "insert into second_look (decision, first, second, policy, measure, other, reason, made_us) values (1, 7, 7, '', 'keep', 'keep', '', 1)",
		} {
			err := o.db.Write(ctx, value.SystemActor("attack"), "test", func(tx *db.Tx) error {
				tx.Log(db.Change{Object: "test", Record: 1})
				_, err := tx.Exec(statement)
				return err
			})
			if err == nil {
				o.Errorf("%s: the table took it", name)
			}
		}
		o.ok(o.desk.Decline(ctx, person(7), p.ID, "withdrawn"))
		_, err = o.desk.Confirm(ctx, person(8), p.ID, nil)
		o.kind("what was withdrawn", err, value.Conflict)
	})
}

func TestWhatIsEscalatedGoesToTheLeads(t *testing.T) {
	eachOffice(t, func(o *office) {
		o.desk.Leads = func(_ *db.Tx, account value.ID) (bool, error) { return account == 9, nil }
		c := o.held(1, safety.Hold)
		p, err := o.desk.Propose(ctx, person(7), []moderation.Item{{Object: "listing", Record: 1}}, about(1, moderation.ToEscalate))
		o.ok(err)
		_, err = o.desk.Confirm(ctx, person(8), p.ID, nil)
		o.ok(err)
		if c = o.find(c.ID); c.Queue != moderation.AdminQueue || c.State != moderation.CaseOpen || c.Severity != moderation.Grave ||
			o.hooks.done["begin suspicion"] != 1 || o.hooks.done["preserve"] != 1 || o.stateOf(1) != "held" {
			o.Errorf("%+v, %v, %s", c, o.hooks.done, o.stateOf(1))
		}
		_, err = o.desk.Next(ctx, person(8))
		o.kind("next of a reviewer", err, value.NotFound)
		if next, err := o.desk.Next(ctx, person(9)); err != nil || next.ID != c.ID {
			o.Errorf("next of a lead: %v", err)
		}
	})
}

// What was decided otherwise since it was proposed is not confirmed.
func TestAProposalThatIsOvertaken(t *testing.T) {
	eachOffice(t, func(o *office) {
		o.held(1, safety.Hold)
		o.held(2, safety.Hold)
		d := about(1, moderation.ToSuspend)
		d.Outcome = moderation.Reject
		p, err := o.desk.Propose(ctx, person(7), []moderation.Item{{Object: "listing", Record: 1}, {Object: "listing", Record: 2}}, d)
		o.ok(err)
		o.ok(o.decide(9, 1, moderation.ToPublish))
		results, err := o.desk.Confirm(ctx, person(8), p.ID, nil)
		o.ok(err)
		o.kind("the overtaken one", results[0].Err, value.Conflict)
		if results[1].Err != nil || o.stateOf(1) != "live" || o.stateOf(2) != "rejected" {
			o.Errorf("%+v, %s, %s", results, o.stateOf(1), o.stateOf(2))
		}
	})
}

func TestOneDecisionForANetworkWithExceptions(t *testing.T) {
	eachOffice(t, func(o *office) {
		var items []moderation.Item
		for id := value.ID(1); id <= 6; id++ {
			o.held(id, safety.Hold)
			items = append(items, moderation.Item{Object: "listing", Record: id})
		}
		var network moderation.Case
		o.write(func(tx *db.Tx) (err error) {
			network, err = moderation.OpenCase(tx, moderation.Case{Kind: moderation.NetworkCase, Object: "network", Record: 311, Severity: moderation.Serious})
			return err
		})
		kept := about(0, moderation.ToPublish)
		kept.Reason = "This one is an honest seller."
		items[4].Instead, items[5].Spared = &kept, true
		d := about(0, moderation.ToRemove)
		d.Case = network.ID
		results, err := o.desk.DecideAll(ctx, person(7), items, d)
		o.ok(err)
		act := o.lastDecision(1).Act
		for i, r := range results {
			if r.Err != nil || (r.Decision == 0) != items[i].Spared {
				o.Errorf("%d: %+v", i, r)
			}
		}
		if o.hooks.done["state"] != 4 || o.stateOf(5) != "live" || o.stateOf(6) != "held" || o.lastDecision(5).Act != act || act == 0 ||
			o.find(network.ID).State != moderation.CaseDecided {
			o.Errorf("%v, %+v", o.hooks.done, o.find(network.ID))
		}
		undone, err := o.desk.UndoAll(ctx, person(7), act, "")
		o.ok(err)
		for _, r := range undone {
			if r.Err != nil {
				o.Error(r.Err)
			}
		}
		if len(undone) != 5 || o.stateOf(1) != "held" || o.stateOf(5) != "held" || o.hooks.done["revoke"] != 4 {
			o.Errorf("%d undone, %s %s %v", len(undone), o.stateOf(1), o.stateOf(5), o.hooks.done)
		}
	})
}

func TestManyAtOnceNeedTwoPeople(t *testing.T) {
	eachOffice(t, func(o *office) {
		var items []moderation.Item
		for id := value.ID(1); id <= 11; id++ {
			o.held(id, safety.Hold)
			items = append(items, moderation.Item{Object: "listing", Record: id})
		}
		if _, err := o.desk.DecideAll(ctx, person(7), items, about(0, moderation.ToRemove)); !errors.Is(err, moderation.ErrTwo) {
			o.Errorf("%v", err)
		}
		items[10].Spared = true
		o.rack.refuses = true // a mandatory rule refuses to publish any
		results, err := o.desk.DecideAll(ctx, person(7), items, about(0, moderation.ToPublish))
		o.ok(err)
		for _, r := range results[:10] {
			o.kind("each item has its own error", r.Err, value.Forbidden)
		}
		if _, err := o.desk.DecideAll(ctx, person(7), nil, about(0, moderation.ToPublish)); value.KindOf(err) != value.Invalid {
			o.Errorf("nothing at all: %v", err)
		}
	})
}

func TestUndo(t *testing.T) {
	eachOffice(t, func(o *office) {
		for i, measure := range []moderation.Measure{moderation.ToPublish, moderation.ToChange, moderation.ToRestrict, moderation.ToRemove} {
			id := value.ID(i + 1)
			c := o.held(id, safety.Hold)
			o.ok(o.decide(7, id, measure))
			made := o.lastDecision(id)
			o.kind("somebody else without a reason", o.desk.Undo(ctx, person(8), made.ID, ""), value.Invalid)
			o.ok(o.desk.Undo(ctx, person(7), made.ID, ""))
			if o.stateOf(id) != "held" || o.find(c.ID).State != moderation.CaseOpen || o.lastDecision(id).UndoneBy != "staff:7" {
				o.Errorf("%s: %s, %+v", measure, o.stateOf(id), o.find(c.ID))
			}
			o.kind("twice", o.desk.Undo(ctx, person(7), made.ID, ""), value.Conflict)
			o.catchUp()
			if o.find(c.ID).State != moderation.CaseOpen {
				o.Errorf("%s: the reader closed what was undone", measure)
			}
		}
		if o.hooks.done["revoke"] != 3 {
			o.Errorf("%v", o.hooks.done)
		}
	})
}

func TestUndoLaterAndAfterSomebodyElseDecided(t *testing.T) {
	eachOffice(t, func(o *office) {
		o.held(1, safety.Hold)
		o.ok(o.decide(7, 1, moderation.ToRestrict))
		first := o.lastDecision(1)
		o.clock.At = o.clock.At.Add(16 * time.Minute)
		o.kind("too late for its author", o.desk.Undo(ctx, person(7), first.ID, "I see it otherwise now."), value.Forbidden)
		o.ok(o.decide(8, 1, moderation.ToRemove))
		second := o.lastDecision(1)
		o.kind("after somebody else decided", o.desk.Undo(ctx, person(9), first.ID, "The first was wrong."), value.Conflict)
		o.ok(o.desk.Undo(ctx, person(9), second.ID, "The second was wrong."))
		if o.stateOf(1) != "restricted" {
			o.Errorf("restored to %s", o.stateOf(1))
		}
		o.ok(o.desk.Undo(ctx, person(9), first.ID, "The first was wrong as well."))
		if o.stateOf(1) != "held" {
			o.Errorf("restored to %s", o.stateOf(1))
		}
	})
}

func TestOverturn(t *testing.T) {
	eachOffice(t, func(o *office) {
		o.held(1, safety.Hold)
		d := about(1, moderation.ToSuspend)
		d.Outcome = moderation.Reject
		p, err := o.desk.Propose(ctx, person(7), []moderation.Item{{Object: "listing", Record: 1}}, d)
		o.ok(err)
		_, err = o.desk.Confirm(ctx, person(8), p.ID, nil)
		o.ok(err)
		made := o.lastDecision(1)
		overturn := func(by value.ID) error {
			return o.db.Write(ctx, person(by), "appeal.answer", func(tx *db.Tx) error {
				return o.desk.Overturn(tx, made.ID, "The appeal is right.")
			})
		}
		for _, by := range []value.ID{7, 8} {
			if err := overturn(by); !errors.Is(err, moderation.ErrSamePerson) || o.stateOf(1) != "rejected" {
				o.Errorf("by staff:%d: %v", by, err)
			}
		}
		o.rack.refuses = true
		o.kind("what a mandatory rule refuses", overturn(9), value.Forbidden)
		o.rack.refuses = false
		o.ok(overturn(9))
		if o.stateOf(1) != "live" || o.hooks.done["unsuspend 901"] != 1 || o.hooks.done["revoke"] != 1 || o.lastDecision(1).Undone.IsZero() {
			o.Errorf("%s, %v", o.stateOf(1), o.hooks.done)
		}
		o.kind("twice", overturn(9), value.Conflict)
	})
}

func TestWhatARuleRejectsIsWrittenDown(t *testing.T) {
	eachOffice(t, func(o *office) {
		o.held(1, safety.Reject)
		made := o.lastDecision(1)
		if !made.Automatic || made.Rule != "test/words" || made.Ground != moderation.Scam || made.Actor != "system:desk" || made.Reason != "Es wird Geld im Voraus verlangt." ||
			o.hooks.done["state"] != 1 {
			o.Errorf("%+v, %v", made, o.hooks.done)
		}
		o.catchUp()
		if o.hooks.done["state"] != 1 {
			o.Error("told twice")
		}
	})
}
