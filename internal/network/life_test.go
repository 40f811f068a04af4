package network

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

var (
	aya  = value.Actor{Kind: value.Staff, ID: 3}
	bela = value.Actor{Kind: value.Staff, ID: 4}
)

// other is an offer that has nothing in common with recruiting.
func other(n int) Listing {
	l := recruiting(n)
	l.Title = "Vineyard hands for autumn"
	l.Body = fmt.Sprintf("Pickers sleep beside the press above %s and stay until the last grape is in. A deposit for boots and knife is kept, wages come after the feast. "+
		"Message autumn.pickers@vines.example and mention row %d.", l.Place, n)
	return l
}

func (w *world) kinds(id value.ID) (all []string) {
	w.Helper()
	for _, e := range w.events(id) {
		all = append(all, e.Kind)
	}
	return all
}

func (w *world) events(id value.ID) (all []Event) {
	w.Helper()
	w.ok(w.db.Read(w.Context(), func(tx *db.Tx) (err error) {
		all, err = Events(tx, id)
		return err
	}))
	return all
}

func (w *world) network(id value.ID) (n Network) {
	w.Helper()
	w.ok(w.db.Read(w.Context(), func(tx *db.Tx) (err error) {
		n, err = Find(tx, id)
		return err
	}))
	return n
}

func (w *world) found(count int) Network {
	w.Helper()
	for n := range count {
		w.write(recruiting(n))
	}
	w.settle(w.desk)
	open := w.networks(Open)
	if len(open) != 1 || open[0].Listings != count {
		w.Fatalf("open are %+v", open)
	}
	return open[0]
}

func TestANetworkShrinksAndEndsAndComesBack(t *testing.T) {
	each(t, func(w *world) {
		n := w.found(5)
		if n.Number != 1 || n.Name() != "N-1" || n.Active != 5 {
			t.Errorf("it is %+v", n)
		}
		gone := recruiting(4)
		w.shelf.remove(gone.ID)
		w.ok(w.db.Write(w.Context(), system, "listing.erase", func(tx *db.Tx) error {
			tx.Log(db.Change{Object: listingObject, Record: gone.ID, Diff: map[string]any{"erased": true}})
			return nil
		}))
		w.settle(w.desk)
		if now := w.network(n.ID); now.Listings != 4 || now.Accounts != 4 || now.Active != 4 || now.State != Open || len(now.Drawing().Nodes) == 0 {
			t.Errorf("one erased: %+v", now)
		}
		for i := range 4 {
			l := recruiting(i)
			l.Ended, l.Live = true, false
			w.write(l)
			w.settle(w.desk)
			now := w.network(n.ID)
			if want := map[bool]NetworkState{true: Ended, false: Open}[i == 3]; now.Active != 3-i || now.Listings != 4 || now.State != want {
				t.Errorf("%d ended: %+v", i+1, now)
			}
		}
		w.write(recruiting(5))
		w.settle(w.desk)
		if now := w.network(n.ID); now.State != Open || now.Active != 1 || len(w.opened) != 2 {
			t.Errorf("a new one: %+v, cases %v", now, w.opened)
		}
		if got := w.kinds(n.ID); !slices.Equal(got, []string{"opened", "left", "ended", "joined", "reopened"}) {
			t.Errorf("told are %v", got)
		}
	})
}

func TestWhatWasOverBeforeIsNoNetwork(t *testing.T) {
	each(t, func(w *world) {
		for i := range 4 {
			l := recruiting(i)
			l.Ended, l.Live = true, false
			w.write(l)
		}
		w.settle(w.desk)
		if len(w.networks(Open))+len(w.networks(Ended))+len(w.opened) > 0 {
			t.Error("four removed listings are brought to people")
		}
	})
}

func TestATwoAccountRestIsNoNetwork(t *testing.T) {
	each(t, func(w *world) {
		n := w.found(4)
		for i := range 2 {
			w.write(other(i))
		}
		w.settle(w.desk)
		now := w.network(n.ID)
		if now.State != Ended || now.Listings != 2 {
			t.Errorf("it is %+v, told %v", now, w.kinds(n.ID))
		}
	})
}

func TestANetworkSplits(t *testing.T) {
	each(t, func(w *world) {
		n := w.found(7)
		for i := range 3 {
			w.write(other(i))
		}
		w.settle(w.desk)
		w.settle(w.another()) // a second process finds it done
		open := w.networks(Open)
		if len(open) != 2 {
			t.Fatalf("open are %+v, told %v", open, w.kinds(n.ID))
		}
		made := open[slices.IndexFunc(open, func(o Network) bool { return o.ID != n.ID })]
		if was := w.network(n.ID); was.Listings != 4 || made.Listings != 3 || made.Accounts != 3 || made.Template == "" || len(made.Drawing().Nodes) == 0 {
			t.Errorf("parts: %+v and %+v", was, made)
		}
		if made.Number != 2 || !slices.Contains(w.opened, made.ID) {
			t.Errorf("the part is %+v, cases %v", made, w.opened)
		}
		if !slices.Contains(w.kinds(made.ID), "parted") && !slices.Contains(w.kinds(made.ID), "opened") {
			t.Errorf("told are %v and %v", w.kinds(n.ID), w.kinds(made.ID))
		}
	})
}

// TestAPartKeepsWhatWasRuled takes a listing away that held two halves together.
func TestAPartKeepsWhatWasRuled(t *testing.T) {
	each(t, func(w *world) {
		n := w.found(6)
		_, err := w.desk.Decide(w.Context(), aya, nil, Decision{Network: n.ID, Measure: Dismiss, Reason: "A choir and its members."}, nil)
		w.ok(err)
		w.ok(w.db.Write(w.Context(), system, "network.part", func(tx *db.Tx) error {
			c, _ := w.desk.index.Cluster(1003)
			return w.desk.split(tx, w.network(n.ID), c, []value.ID{1003, 1004, 1005})
		}))
		parts := w.networks(Dismissed)
		if len(parts) != 2 {
			t.Fatalf("parts are %+v", parts)
		}
		if got := w.kinds(n.ID); got[len(got)-1] != "split" {
			t.Errorf("told are %v", got)
		}
		part := parts[slices.IndexFunc(parts, func(p Network) bool { return p.ID != n.ID })]
		if got := w.kinds(part.ID); !slices.Equal(got, []string{"parted", "dismissed"}) || w.events(part.ID)[1].Actor != aya.String() {
			t.Errorf("told of the part are %v", got)
		}
		w.settle(w.desk) // the index holds them together: they are one again
		if all := w.networks(Dismissed); len(all) != 1 || all[0].ID != n.ID || len(w.networks(Merged)) != 1 {
			t.Errorf("joined again: %+v, merged %+v", all, w.networks(Merged))
		}
		if len(w.opened) != 1 {
			t.Errorf("cases %v", w.opened)
		}
		if c := w.ask(w.desk, recruiting(3)); c.Accounts > 1 {
			t.Errorf("after parting and joining the gate sees %+v", c)
		}
	})
}

func TestMergingIsToldAndAnOpenOneOpensTheOther(t *testing.T) {
	each(t, func(w *world) {
		n := w.found(6)
		w.ok(w.db.Write(w.Context(), system, "network.part", func(tx *db.Tx) error {
			c, _ := w.desk.index.Cluster(1003)
			return w.desk.split(tx, w.network(n.ID), c, []value.ID{1003, 1004, 1005})
		}))
		open := w.networks(Open)
		part := open[slices.IndexFunc(open, func(o Network) bool { return o.ID != n.ID })]
		_, err := w.desk.Decide(w.Context(), aya, nil, Decision{Network: n.ID, Measure: Dismiss, Reason: "A choir and its members."}, nil)
		w.ok(err)
		w.settle(w.desk) // the index ties the open part to the dismissed one
		if now := w.network(n.ID); now.State != Open || now.Listings != 6 {
			t.Errorf("an open network is hidden in %+v", now)
		}
		if got := w.kinds(n.ID); !slices.Equal(got, []string{"opened", "split", "dismissed", "merged", "reopened"}) {
			t.Errorf("told are %v", got)
		}
		last := w.events(part.ID)
		if w.network(part.ID).State != Merged || last[len(last)-1].Kind != "absorbed" || last[len(last)-1].Other != n.ID {
			t.Errorf("the part is %+v, told %+v", w.network(part.ID), last)
		}
		if c := w.ask(w.desk, recruiting(1)); c.Accounts != 6 {
			t.Errorf("the gate sees %+v", c)
		}
	})
}

func TestADismissedNetworkHoldsByNewTiesOnly(t *testing.T) {
	each(t, func(w *world) {
		n := w.found(4)
		if c := w.ask(w.desk, recruiting(1)); c.Accounts != 4 || c.Score < DefaultBar {
			t.Fatalf("before: %+v", c)
		}
		_, err := w.desk.Decide(w.Context(), aya, nil, Decision{Network: n.ID, Measure: Dismiss, Reason: "A choir and its members."}, nil)
		w.ok(err)
		there := w.another()
		w.settle(there)
		again := recruiting(1)
		again.ID = 1901 // the same account offers the same anew
		for name, d := range map[string]*Desk{"here": w.desk, "another process": there} {
			for _, l := range []Listing{recruiting(1), again} {
				if c := w.ask(d, l); c.Accounts > 1 || c.Score > 0 {
					t.Errorf("%s: what was found harmless is seen as %+v", name, c)
				}
			}
		}
		if c := w.ask(w.desk, recruiting(5)); c.Accounts != 2 {
			t.Errorf("somebody new is seen as %+v", c)
		}
		w.write(recruiting(5), recruiting(6), recruiting(7))
		w.settle(w.desk)
		if c := w.ask(w.desk, recruiting(8)); c.Accounts < 4 || c.Score < DefaultBar {
			t.Errorf("four who are new are seen as %+v", c)
		}
		if now := w.network(n.ID); now.State != Open || len(w.opened) != 2 {
			t.Errorf("three new accounts: %+v, told %v", now, w.kinds(n.ID))
		}
	})
}

func TestANewTelephoneBetweenTheSamePeopleIsANewTie(t *testing.T) {
	each(t, func(w *world) {
		n := w.found(4)
		_, err := w.desk.Decide(w.Context(), aya, nil, Decision{Network: n.ID, Measure: Dismiss, Reason: "A choir and its members."}, nil)
		w.ok(err)
		for i := range 3 {
			l := recruiting(i)
			l.ID += 500
			l.Body = strings.ReplaceAll(l.Body, "079 555 44 79", "078 666 11 22")
			w.ask(w.desk, l)
			w.write(l)
		}
		w.settle(w.desk)
		l := recruiting(0)
		l.ID += 500
		l.Body = strings.ReplaceAll(l.Body, "079 555 44 79", "078 666 11 22")
		if c := w.ask(w.desk, l); c.Accounts < 3 || c.Score < DefaultBar {
			t.Errorf("the gate sees %+v", c)
		}
		if now := w.network(n.ID); now.State != Open {
			t.Errorf("it is %+v", now)
		}
	})
}

func TestTheWholeDecisionIsTakenBack(t *testing.T) {
	each(t, func(w *world) {
		n := w.found(4)
		made := Decision{Network: n.ID, Measure: "remove", Ground: "scam", Reason: "One template, four accounts."}
		by := &decider{}
		if _, err := w.desk.Undo(w.Context(), aya, by, n.ID, ""); value.KindOf(err) != value.Conflict {
			t.Errorf("nothing to take back: %v", err)
		}
		decide := func(actor value.Actor) {
			_, err := w.desk.Decide(w.Context(), actor, by, made, []value.ID{1002})
			w.ok(err)
		}
		decide(aya)
		if _, err := w.desk.Undo(w.Context(), bela, by, n.ID, ""); value.KindOf(err) != value.Invalid {
			t.Errorf("somebody else without a reason: %v", err)
		}
		results, err := w.desk.Undo(w.Context(), aya, by, n.ID, "")
		if err != nil || len(results) != 3 || !slices.Equal(by.undone, []value.ID{theAct}) || w.network(n.ID).State != Open || len(w.opened) != 2 {
			t.Errorf("taken back: %v, %v, %+v, cases %v", results, err, w.network(n.ID), w.opened)
		}
		decide(aya)
		w.later(n.ID)
		if _, err := w.desk.Undo(w.Context(), aya, by, n.ID, "I changed my mind."); value.KindOf(err) != value.Forbidden {
			t.Errorf("an hour later: %v", err)
		}
		by.stuck = errors.New("something else was decided since")
		if _, err := w.desk.Undo(w.Context(), bela, by, n.ID, "The phone is a hotel's."); err != nil || w.network(n.ID).State != Decided {
			t.Errorf("nothing could be taken back: %v, %s", err, w.network(n.ID).State)
		}
		by.stuck = nil
		if _, err := w.desk.Undo(w.Context(), bela, by, n.ID, "The phone is a hotel's."); err != nil || w.network(n.ID).State != Open {
			t.Errorf("by somebody else: %v, %s", err, w.network(n.ID).State)
		}
		if got := w.kinds(n.ID); !slices.Equal(got, []string{"opened", "decided", "undone", "decided", "undone"}) {
			t.Errorf("told are %v", got)
		}
	})
}

// later makes all that happened to a network an hour older.
func (w *world) later(id value.ID) {
	w.Helper()
	w.ok(w.db.Write(w.Context(), system, "test.later", func(tx *db.Tx) error {
		tx.Log(db.Change{Object: "test", Record: id})
		_, err := tx.Exec("update network_event set at_us = at_us - $2 where network = $1", int64(id), time.Hour.Microseconds())
		return err
	}))
}

func TestADismissalIsTakenBack(t *testing.T) {
	each(t, func(w *world) {
		n := w.found(4)
		_, err := w.desk.Decide(w.Context(), aya, nil, Decision{Network: n.ID, Measure: Dismiss, Reason: "A choir and its members."}, nil)
		w.ok(err)
		_, err = w.desk.Undo(w.Context(), aya, &decider{}, n.ID, "")
		w.ok(err)
		if c := w.ask(w.desk, recruiting(1)); c.Accounts != 4 || w.network(n.ID).State != Open {
			t.Errorf("the gate sees %+v of %+v", c, w.network(n.ID))
		}
	})
}

// acts are what waits for a second person.
type acts map[value.ID]Act

func (a acts) Act(_ *db.Tx, id value.ID) (Act, error) {
	if act, is := a[id]; is {
		return act, nil
	}
	return Act{}, value.Errorf(value.NotFound, "no such act")
}

func (w *world) answered(a acts, act Act) {
	w.Helper()
	a[theAct] = act
	w.ok(w.db.Write(w.Context(), system, "moderation.confirm", func(tx *db.Tx) error {
		tx.Log(db.Change{Object: proposalObject, Record: theAct})
		return nil
	}))
	w.settle(w.desk)
}

func TestAProposalWaitsIsDeclinedOrConfirmed(t *testing.T) {
	each(t, func(w *world) {
		waiting := acts{}
		w.desk.config.Acts = waiting
		n := w.found(4)
		made := Decision{Network: n.ID, Measure: "suspend", Ground: "scam", Reason: "One template, four accounts."}
		by := &decider{fail: ErrProposed}
		propose := func() {
			waiting[theAct] = Act{Waits: true, By: aya.String(), Count: 4}
			if _, err := w.desk.Decide(w.Context(), aya, by, made, nil); !errors.Is(err, ErrProposed) {
				t.Fatalf("the proposal: %v", err)
			}
			w.settle(w.desk)
		}
		propose()
		if now := w.network(n.ID); now.State != Open || !slices.Equal(now.Pending, []value.ID{theAct}) {
			t.Errorf("proposed: %+v", now)
		}
		if _, err := w.desk.Decide(w.Context(), bela, by, made, nil); value.KindOf(err) != value.Conflict {
			t.Errorf("a second proposal beside it: %v", err)
		}
		for i := range 4 { // while it waits, listings may end; the network does not
			l := recruiting(i)
			l.Ended = true
			w.write(l)
		}
		w.settle(w.desk)
		w.answered(waiting, Act{Declined: true, By: bela.String(), Note: "Two of them are honest.", Count: 4})
		for i := range 4 {
			w.write(recruiting(i))
		}
		w.settle(w.desk)
		if now := w.network(n.ID); now.State != Open || len(now.Pending) != 0 {
			t.Errorf("declined: %+v", now)
		}
		propose()
		w.answered(waiting, Act{By: aya.String(), Second: bela.String(), Note: made.Reason, Count: 4})
		all := w.events(n.ID)
		if last := all[len(all)-1]; w.network(n.ID).State != Decided || last.Kind != "decided" || last.Actor != aya.String() || last.Second != bela.String() {
			t.Errorf("confirmed: %+v, %+v", w.network(n.ID), last)
		}
		if !strings.HasPrefix(strings.Join(w.kinds(n.ID), " "), "opened proposed declined") {
			t.Errorf("told are %v", w.kinds(n.ID))
		}
	})
}

func TestErasureKnowsTheSellersOfAMember(t *testing.T) {
	each(t, func(w *world) {
		n := w.found(4)
		estate := Estate{SellersOf: func(_ *db.Tx, of value.ID) ([]value.ID, error) {
			if of == 42 {
				return []value.ID{5001}, nil
			}
			return nil, nil
		}}
		w.ok(w.db.Write(w.Context(), system, "member.erase", func(tx *db.Tx) error {
			w.shelf.remove(1001)
			tx.Log(db.Change{Object: listingObject, Record: 1001, Diff: map[string]any{"erased": true}})
			return estate.Erase(tx, 42, nil)
		}))
		if now := w.network(n.ID); now.Listings != 3 || now.Template != "" || now.drawing != "" {
			t.Errorf("at once: %+v", now)
		}
		w.settle(w.desk)
		if now := w.network(n.ID); now.Listings != 3 || now.Template == "" || strings.Contains(now.Template, "berta") || len(now.Drawing().Nodes) == 0 {
			t.Errorf("afterwards: %+v", now)
		}
	})
}

func TestNumbersInSlotsAreMasked(t *testing.T) {
	each(t, func(w *world) {
		n := w.found(4)
		w.ok(w.db.Read(w.Context(), func(tx *db.Tx) error {
			members, err := Members(tx, n.ID)
			for _, m := range members {
				if all := strings.Join(m.Fillings, " "); strings.Contains(all, "5554479") || strings.Contains(all, "079 555") {
					t.Errorf("a slot tells %q", all)
				}
			}
			return err
		}))
	})
}
