package network

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/safety"
	"fairground/internal/safety/copies/trick"
	"fairground/internal/value"
)

func TestTheSecondCopyIsKnownWhileItIsScreened(t *testing.T) {
	each(t, func(w *world) {
		w.settle(w.desk)
		for n := range 4 {
			if c := w.ask(w.desk, recruiting(n)); n > 0 && (c.Size != n+1 || c.Accounts != n+1) {
				w.Errorf("copy %d is in a cluster of %d, %d accounts", n+1, c.Size, c.Accounts)
			} else if n == 0 && c != (safety.Cluster{}) {
				w.Errorf("the first stands alone, got %+v", c)
			}
		}
		if c := w.ask(w.desk, recruiting(3)); c.Size != 4 {
			w.Errorf("asked twice, one listing counts %d", c.Size-3)
		}
		s, found := subject(recruiting(4))
		s.Record = 0
		if c, err := w.desk.Cluster(w.Context(), s, found); err != nil || c.Size != 5 {
			w.Errorf("a listing without a record would be in %+v, %v", c, err)
		}
		if n := w.desk.State().Documents; n != 4 {
			w.Errorf("%d documents are in the index, want 4", n)
		}
	})
}

func TestFourAtTheSameMoment(t *testing.T) {
	each(t, func(w *world) {
		w.settle(w.desk)
		sizes := make([]int, 4)
		var all sync.WaitGroup
		for n := range 4 {
			all.Go(func() {
				l := recruiting(n)
				sizes[n] = w.ask(w.desk, l).Size
				w.write(l)
			})
		}
		all.Wait()
		if slices.Max(sizes) != 4 {
			w.Errorf("none of the four saw all of them: %v", sizes)
		}
		w.settle(w.desk)
		open := w.networks(Open)
		if len(open) != 1 || open[0].Listings != 4 || open[0].Accounts != 4 || open[0].Places != 4 {
			w.Fatalf("open are %+v", open)
		}
		if len(w.opened) != 1 || w.opened[0] != open[0].ID {
			w.Errorf("cases: %v", w.opened)
		}
		if slices.Sort(w.rescreens); len(slices.Compact(w.rescreens)) != 4 {
			w.Errorf("screened again were %v, want all four", w.rescreens)
		}
		if !strings.Contains(open[0].Template, "free room") || !strings.Contains(open[0].Template, "[1]") {
			w.Errorf("the template is %q", open[0].Template)
		}
	})
}

func TestSettlingTwiceAndOnTwoProcessesChangesNothing(t *testing.T) {
	each(t, func(w *world) {
		w.write(recruiting(0), recruiting(1), recruiting(2), recruiting(3))
		there := w.another()
		w.settle(w.desk)
		w.settle(there)
		w.settle(w.desk)
		var events []Event
		w.ok(w.db.Read(w.Context(), func(tx *db.Tx) (err error) {
			events, err = Events(tx, w.networks(Open)[0].ID)
			return err
		}))
		if len(w.opened) != 1 || len(events) != 1 || len(w.rescreens) != 4 {
			w.Errorf("cases %v, events %+v, screened again %v", w.opened, events, w.rescreens)
		}
	})
}

func TestWhatWasRolledBackDisappears(t *testing.T) {
	each(t, func(w *world) {
		w.settle(w.desk)
		w.ask(w.desk, recruiting(0)) // its write fails
		w.ask(w.desk, recruiting(1))
		w.write(recruiting(1))
		w.settle(w.desk)
		if s := w.desk.State(); s.Pending != 1 || s.Documents != 2 {
			w.Errorf("before: %+v", s)
		}
		w.desk.mu.Lock()
		for id, a := range w.desk.pending {
			a.at = a.at.Add(-2 * grace)
			w.desk.pending[id] = a
		}
		w.desk.swept = time.Time{}
		w.desk.mu.Unlock()
		w.settle(w.desk)
		if s := w.desk.State(); s.Pending != 0 || s.Documents != 1 {
			w.Errorf("after: %+v", s)
		}
	})
}

func TestScreenedButNeverWrittenIsNoNetwork(t *testing.T) {
	each(t, func(w *world) {
		w.settle(w.desk)
		for n := range 4 {
			w.ask(w.desk, recruiting(n))
		}
		w.write(recruiting(0))
		w.settle(w.desk)
		if open := w.networks(Open); len(open) != 0 {
			w.Errorf("one listing that exists makes %+v", open)
		}
	})
}

// TestHonestDealersAreBroughtToNobody posts fifty similar cars of one account, and offers of two shops with one telephone.
func TestHonestDealersAreBroughtToNobody(t *testing.T) {
	each(t, func(w *world) {
		w.settle(w.desk)
		var all []Listing
		for n := range 50 {
			all = append(all, Listing{ID: value.ID(n + 1), Account: 7, Title: fmt.Sprintf("Estate car, %d km", 1000*n), Place: "Olten",
				Body: "Checked by our own workshop, with a year of warranty, part exchange and finance are possible. Call 044 555 10 10.", Made: time.Now()})
		}
		for n := range 10 {
			all = append(all, Listing{ID: value.ID(n + 100), Account: value.ID(8 + n%2), Title: []string{"Oak table", "Racing bike"}[n%2], Place: "Thun",
				Body: []string{"Solid wood, made by hand in our barn. ", "Aluminium frame, eleven gears, serviced in spring. "}[n%2] + "Call 033 555 20 20.", Made: time.Now()})
		}
		for _, l := range all {
			w.ask(w.desk, l)
		}
		w.write(all...)
		w.settle(w.desk)
		if len(w.opened)+len(w.rescreens)+len(w.networks(Open)) > 0 {
			w.Errorf("brought to people were %v, screened again %v", w.networks(Open), w.rescreens)
		}
	})
}

// TestDisguisedCampaignsAreOneNetwork hides each copy in another way.
func TestDisguisedCampaignsAreOneNetwork(t *testing.T) {
	for _, tricks := range []trick.Options{{Homoglyphs: .3}, {ZeroWidth: .3}, {SpeltPhones: 1, Tied: true}, {Replacement: .15, Shuffle: 1}} {
		t.Run(fmt.Sprintf("%+v", tricks), func(t *testing.T) {
			each(t, func(w *world) {
				tricks.Documents, tricks.CampaignShare = 300, .1
				var all []Listing
				campaigns := map[int][]value.ID{}
				for _, c := range trick.Campaigns(3, tricks) {
					all = append(all, Listing{ID: c.ID, Account: c.Account, Body: c.Text, Place: c.Place, Made: time.Now(), Since: time.Now().Add(-time.Hour)})
					if c.Campaign > 0 {
						campaigns[c.Campaign] = append(campaigns[c.Campaign], c.ID)
					}
				}
				w.write(all...)
				w.settle(w.desk)
				for number, ids := range campaigns {
					if len(ids) < 4 {
						continue
					}
					c, _ := w.desk.index.Cluster(ids[0])
					if len(c.Members) < len(ids)*9/10 {
						w.Errorf("campaign %d has %d listings, its cluster %d", number, len(ids), len(c.Members))
					}
				}
			})
		})
	}
}

func TestASnapshotIsTakenUpAndADamagedOneIsNot(t *testing.T) {
	each(t, func(w *world) {
		for n := range fewestSaved {
			w.shelf.put(Listing{ID: value.ID(10_000 + n), Account: value.ID(n), Body: fmt.Sprintf("thing number %d of lot %d", n, n*7919)})
		}
		w.write(recruiting(0), recruiting(1))
		w.settle(w.desk)
		w.ok(w.desk.Close())
		raw, err := os.ReadFile(w.desk.file())
		w.ok(err)
		for at, want := range map[int]bool{-1: true, len(magic) + 30: false, len(raw) / 2: false} {
			bad := slices.Clone(raw)
			if at >= 0 {
				bad[at] ^= 1
			}
			w.ok(os.WriteFile(w.desk.file(), bad, 0o600))
			d := w.another()
			if loaded, err := d.load(w.Context()); err != nil || loaded != want {
				w.Errorf("altered at %d: loaded %t, %v", at, loaded, err)
			}
			w.settle(d)
			if c := w.ask(d, recruiting(2)); c.Size != 3 {
				w.Errorf("altered at %d: the third is in a cluster of %d", at, c.Size)
			}
		}
	})
}

// TestBeforeTheIndexIsMadeTheDatabaseAnswers asks a desk that never stepped.
func TestBeforeTheIndexIsMadeTheDatabaseAnswers(t *testing.T) {
	each(t, func(w *world) {
		w.write(recruiting(0), recruiting(1), recruiting(2), recruiting(3))
		w.settle(w.desk)
		d := w.another()
		l := recruiting(9)
		var c safety.Cluster
		for range 20 { // five milliseconds may be too little on a busy machine, and then there is no answer
			if c = w.ask(d, l); c.Size > 0 {
				break
			}
		}
		if c.Size != 5 || c.Accounts < 4 || d.State().Phase != Waiting {
			w.Errorf("got %+v in phase %s", c, d.State().Phase)
		}
		ctx, cancel := context.WithCancel(w.Context())
		cancel()
		s, found := subject(l)
		if _, err := d.Cluster(ctx, s, found); err == nil {
			w.Error("a screening that was given up is answered")
		}
	})
}

func TestADecidedNetworkThatGrowsIsOpenAgain(t *testing.T) {
	each(t, func(w *world) {
		w.write(recruiting(0), recruiting(1), recruiting(2), recruiting(3))
		w.settle(w.desk)
		id := w.networks(Open)[0].ID
		staff := value.Actor{Kind: value.Staff, ID: 3}
		made := Decision{Network: id, Measure: "remove", Ground: "scam", Reason: "One template, four accounts."}
		decider := &decider{}
		_, err := w.desk.Decide(w.Context(), staff, decider, made, []value.ID{1001})
		w.ok(err)
		if len(decider.items) != 3 || slices.Contains(decider.items, Item{listingObject, 1001}) {
			w.Errorf("decided about %v", decider.items)
		}
		if n := w.networks(Decided); len(n) != 1 || n[0].Judged != 4 {
			w.Fatalf("decided: %+v", n)
		}
		w.settle(w.desk)
		w.write(recruiting(4))
		w.settle(w.desk)
		if n := w.networks(Open); len(n) != 1 || n[0].ID != id || n[0].Listings != 5 || len(w.opened) != 2 {
			w.Errorf("open: %+v, cases %v", n, w.opened)
		}
	})
}

func TestWhatAMemberWroteGoesWithThem(t *testing.T) {
	each(t, func(w *world) {
		w.write(recruiting(0), recruiting(1), recruiting(2), recruiting(3))
		w.settle(w.desk)
		id := w.networks(Open)[0].ID
		var rows any
		w.ok(w.db.Read(w.Context(), func(tx *db.Tx) error {
			return Estate{}.Export(tx, 5001, func(_ string, r any) error { rows = r; return nil })
		}))
		if all := rows.([]exported); len(all) != 1 || all[0].Place != "Olten" {
			w.Errorf("exported %+v", rows)
		}
		w.ok(w.db.Write(w.Context(), value.SystemActor("test"), "member.erase", func(tx *db.Tx) error {
			w.shelf.remove(1001)
			tx.Log(db.Change{Object: listingObject, Record: 1001, Diff: map[string]any{"erased": true}})
			return Estate{}.Erase(tx, 5001, nil)
		}))
		w.settle(w.desk)
		w.ok(w.db.Read(w.Context(), func(tx *db.Tx) error {
			members, err := Members(tx, id)
			w.ok(err)
			links, err := Links(tx, id)
			w.ok(err)
			if len(members) != 3 || slices.ContainsFunc(links, func(l Link) bool { return l.A == 1001 || l.B == 1001 }) {
				w.Errorf("left are %+v, %+v", members, links)
			}
			for _, m := range members {
				if strings.Contains(strings.Join(m.Fillings, " "), "berta") {
					w.Errorf("%+v has words of another", m)
				}
			}
			return nil
		}))
		if w.desk.State().Documents != 3 {
			w.Error("the index still has the listing")
		}
	})
}

func TestLinksTellNoNumber(t *testing.T) {
	each(t, func(w *world) {
		w.write(recruiting(0), recruiting(1), recruiting(2), recruiting(3))
		w.settle(w.desk)
		w.ok(w.db.Read(w.Context(), func(tx *db.Tx) error {
			links, err := Links(tx, w.networks(Open)[0].ID)
			phones := 0
			for _, l := range links {
				if l.Reason == "phone" {
					phones++
					if l.Shown != "··79" || strings.Contains(l.Entity, "5554479") || len(l.Entity) != 32 {
						w.Errorf("a link shows %q, %q", l.Shown, l.Entity)
					}
				}
			}
			if phones == 0 {
				w.Errorf("no link is a telephone: %+v", links)
			}
			return err
		}))
	})
}

// decider notes what it is asked to decide.
type decider struct {
	items  []Item
	fail   error
	undone []value.ID
	stuck  error // of every item that is taken back
}

const theAct = value.ID(777)

func (d *decider) Decide(_ context.Context, _ value.Actor, items []Item, _ Decision) (Made, error) {
	d.items = items
	results := make([]Result, len(items))
	for i, item := range items {
		results[i] = Result{item, nil}
	}
	return Made{[]value.ID{theAct}, results}, d.fail
}

func (d *decider) Undo(_ context.Context, _ value.Actor, act value.ID, _ string) (results []Result, err error) {
	d.undone = append(d.undone, act)
	for _, item := range d.items {
		results = append(results, Result{item, d.stuck})
	}
	return results, nil
}
