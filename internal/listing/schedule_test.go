package listing_test

import (
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/safety"
	"fairground/internal/value"
)

func TestAScheduledListingIsNotSeenBeforeItsTime(t *testing.T) {
	eachTimedWorld(t, func(w *world, clock *value.FixedClock) {
		mina := w.member("Mina")
		seller, opens := w.ownSeller(mina, "Mina R."), noon.AddDate(0, 0, 3)
		l, _, err := w.desk.Submit(ctx, actor(mina), listing.Submission{Content: w.bicycle("City bicycle"), Seller: seller, Opens: opens})
		if err != nil || !l.Scheduled() || l.ClearedBy() == 0 {
			w.Fatalf("%v, status %s", err, l.Status)
		}
		steps := map[string]func() error{
			"it is screened again": func() error { _, _, err := w.desk.Screen(ctx, tester, l.ID); return err },
			"it is edited": func() error {
				_, _, err := w.desk.Edit(ctx, actor(mina), l.ID, w.find(l.ID).Rev, w.bicycle("City bicycle, new chain"))
				return err
			},
			"the job comes early": func() error { _, err := w.desk.Open(ctx); return err },
			"its status is forged": func() error {
				return w.attack("update listing set status = 'live', published_us = 1 where id = $1", l.ID)
			},
			"it is forged and opened": func() error { _, err := w.desk.Open(ctx); return err },
		}
		for _, name := range []string{"it is screened again", "it is edited", "the job comes early", "its status is forged", "it is forged and opened"} {
			if err := steps[name](); err != nil {
				w.Errorf("%s: %v", name, err)
			}
			if w.find(l.ID).Visible(w.gate, clock.Now()) {
				w.Errorf("visible before its time after %s", name)
			}
		}
		if err := w.attack("update listing set status = 'paused' where id = $1", l.ID); err != nil {
			w.Fatal(err)
		}
		clock.At = opens
		for _, want := range []int{1, 0} {
			if n, err := w.desk.Open(ctx); n != want || err != nil {
				w.Errorf("opened %d, want %d: %v", n, want, err)
			}
		}
		now := w.find(l.ID)
		if !now.Visible(w.gate, clock.Now()) || !now.Opens.IsZero() || now.Expires != opens.Add(listing.Lifetime) {
			w.Errorf("status %s, expires %s", now.Status, now.Expires)
		}
	})
}

func TestPublishRefusesAListingBeforeItsTime(t *testing.T) {
	eachTimedWorld(t, func(w *world, _ *value.FixedClock) {
		l, outcome := w.submit(w.bicycle("City bicycle"))
		clearance, ok := outcome.Clearance()
		l.Opens = noon.Add(time.Hour)
		if err := l.Publish(clearance, noon); !ok || value.KindOf(err) != value.Forbidden {
			w.Errorf("published before its time: %v", err)
		}
		if l.Visible(w.gate, noon) {
			w.Error("visible before its time")
		}
	})
}

func TestAPlanSurvivesAHoldAndARelease(t *testing.T) {
	eachTimedWorld(t, func(w *world, clock *value.FixedClock) {
		c := w.bicycle("City bicycle")
		c.Body = scam
		opens := noon.AddDate(0, 0, 2)
		l, _, err := w.desk.Submit(ctx, tester, listing.Submission{Content: c, Seller: w.seller, Opens: opens})
		if err != nil || l.Status != listing.Held {
			w.Fatalf("%v, status %s", err, l.Status)
		}
		err = w.db.Write(ctx, staff, "release", func(tx *db.Tx) error {
			if _, err := safety.RecordReview(tx, listing.Object, l.ID, l.Content.Hash(), "looked at it"); err != nil {
				return err
			}
			_, _, err := w.desk.ScreenIn(tx, l.ID)
			return err
		})
		if now := w.find(l.ID); err != nil || !now.Scheduled() || now.Visible(w.gate, noon) {
			w.Errorf("%v, status %s, opens %s", err, now.Status, now.Opens)
		}
		clock.At = opens
		if n, err := w.desk.Open(ctx); n != 1 || err != nil || !w.find(l.ID).Visible(w.gate, opens) {
			w.Errorf("opened %d: %v", n, err)
		}
	})
}

func TestOpeningGoesByTheRulesOfTheDay(t *testing.T) {
	eachTimedWorld(t, func(w *world, clock *value.FixedClock) {
		opens := noon.AddDate(0, 0, 2)
		l, _, err := w.desk.Submit(ctx, tester, listing.Submission{Content: w.bicycle("City bicycle with a basket"), Seller: w.seller, Opens: opens})
		if err != nil || !l.Scheduled() {
			w.Fatalf("%v, status %s", err, l.Status)
		}
		w.stricter()
		clock.At = opens
		if n, err := w.desk.Open(ctx); n != 1 || err != nil || w.find(l.ID).Status != listing.Held {
			w.Errorf("opened %d: %v, status %s", n, err, w.find(l.ID).Status)
		}
	})
}

// stricter puts a rule against baskets in force.
func (w *world) stricter() { w.siteRules(noBaskets) }

// siteRules puts rules of the site in force beside the provider's.
func (w *world) siteRules(rules string) {
	w.Helper()
	provider, err := safety.ProviderPack()
	if err != nil {
		w.Fatal(err)
	}
	pack, err := safety.ParsePack([]byte(rules))
	if err != nil {
		w.Fatal(err)
	}
	set, err := safety.Compile(provider, pack)
	if err != nil {
		w.Fatal(err)
	}
	if err := w.gate.Replace(set); err != nil {
		w.Fatal(err)
	}
}

func TestPlansAreMadeAndCalledOff(t *testing.T) {
	eachTimedWorld(t, func(w *world, clock *value.FixedClock) {
		l, _ := w.submit(w.bicycle("City bicycle"))
		_, _, err := w.desk.Schedule(ctx, tester, l.ID, noon.AddDate(0, 4, 0))
		w.wantKind("too far ahead", err, value.Invalid)
		_, _, err = w.desk.Schedule(ctx, tester, l.ID, noon.Add(-time.Hour))
		w.wantKind("in the past", err, value.Invalid)
		planned, _, err := w.desk.Schedule(ctx, tester, l.ID, noon.AddDate(0, 0, 1))
		if err != nil || !planned.Scheduled() || w.find(l.ID).Visible(w.gate, noon) {
			w.Fatalf("%v, status %s", err, planned.Status)
		}
		off, _, err := w.desk.Schedule(ctx, tester, l.ID, time.Time{})
		if err != nil || off.Status != listing.Paused || off.Scheduled() {
			w.Errorf("%v, status %s", err, off.Status)
		}
		clock.At = noon.AddDate(0, 0, 2)
		if n, err := w.desk.Open(ctx); n != 0 || err != nil {
			w.Errorf("opened %d after the plan was called off: %v", n, err)
		}
		if _, _, err := w.desk.Schedule(ctx, tester, l.ID, clock.At.AddDate(0, 0, 1)); err != nil {
			w.Fatal(err)
		}
		w.wantKind("pausing what is scheduled", w.desk.Pause(ctx, tester, l.ID), "")
		if w.find(l.ID).Scheduled() {
			w.Error("paused and still scheduled")
		}
		if now, _, err := w.desk.Renew(ctx, tester, l.ID); err != nil || now.Status != listing.Live {
			w.Errorf("%v, status %s", err, now.Status)
		}
		w.wantKind("removed", w.desk.Remove(ctx, tester, l.ID, "why"), "")
		_, _, err = w.desk.Schedule(ctx, tester, l.ID, clock.At.AddDate(0, 0, 1))
		w.wantKind("a plan for what was removed", err, value.Conflict)
	})
}

func TestAReservedListingStaysPublicAndScreened(t *testing.T) {
	eachWorld(t, func(w *world) {
		mina := w.member("Mina")
		l := w.offer(mina, w.bicycle("City bicycle"))
		for range 2 {
			w.wantKind("reserve", w.desk.Reserve(ctx, actor(mina), l.ID), "")
		}
		now := w.find(l.ID)
		if now.Reserved.IsZero() || !w.visible(l.ID) || now.ClearedBy() != l.ClearedBy() || now.Rev != l.Rev+1 {
			w.Errorf("reserved %v, visible %v, revision %d", now.Reserved, w.visible(l.ID), now.Rev)
		}
		worse := w.bicycle("City bicycle")
		worse.Body = scam
		edited, _, err := w.desk.Edit(ctx, actor(mina), l.ID, now.Rev, worse)
		if err != nil || edited.Status == listing.Live || w.visible(l.ID) {
			w.Errorf("a reserved listing was edited past the screening: %v, %s", err, edited.Status)
		}
		w.wantKind("unreserve", w.desk.Unreserve(ctx, actor(mina), l.ID), "")
		w.wantKind("reserve what is held", w.desk.Reserve(ctx, actor(mina), l.ID), value.Conflict)
		if err := w.attack("update listing set reserved_us = 1, body = 'changed' where id = $1", l.ID); err == nil {
			w.Error("content changed under the cover of a reservation")
		}
	})
}

func TestWhatIsSoldIsNoLongerReserved(t *testing.T) {
	eachWorld(t, func(w *world) {
		mina := w.member("Mina")
		l := w.offer(mina, w.bicycle("City bicycle"))
		w.wantKind("reserve", w.desk.Reserve(ctx, actor(mina), l.ID), "")
		w.wantKind("pause", w.desk.Pause(ctx, actor(mina), l.ID), "")
		if w.find(l.ID).Reserved.IsZero() {
			w.Error("a pause forgot the reservation")
		}
		w.wantKind("sold", w.desk.MarkSold(ctx, actor(mina), l.ID), "")
		if now := w.find(l.ID); !now.Reserved.IsZero() || now.EndedBy != value.Member {
			w.Errorf("reserved %v, ended by %s", now.Reserved, now.EndedBy)
		}
	})
}

// Who is at the limit pauses, edits into a hold, and edits back: the listing must not be live without a renewal.
func TestAPausedListingDoesNotComeBackThroughAHold(t *testing.T) {
	eachWorld(t, func(w *world) {
		l, _ := w.submit(w.bicycle("City bicycle"))
		w.wantKind("pause", w.desk.Pause(ctx, tester, l.ID), "")
		for _, body := range []string{scam, "With a new chain."} {
			c := w.bicycle("City bicycle")
			c.Body = body
			now, _, err := w.desk.Edit(ctx, tester, l.ID, w.find(l.ID).Rev, c)
			if err != nil || now.Status != listing.Paused || w.visible(l.ID) {
				w.Errorf("%q: %v, status %s", body, err, now.Status)
			}
		}
		if now, _, err := w.desk.Renew(ctx, tester, l.ID); err != nil || !w.visible(l.ID) {
			w.Errorf("%v, status %s", err, now.Status)
		}
	})
}
