package listing_test

import (
	"strings"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/value"
)

const misleads = "it misleads about its place"

func (w *world) restrict(id value.ID) (before string) {
	w.Helper()
	return w.decide(id, func(tx *db.Tx, id value.ID) error { return w.desk.RestrictIn(tx, id, misleads) })
}

// wantRestricted compares what may be reached and what may be found.
func (w *world) wantRestricted(what string, id value.ID, reachable, visible bool) {
	w.Helper()
	l := w.find(id)
	if got := l.Reachable(w.gate, w.db.Clock().Now()); got != reachable {
		w.Errorf("%s: reachable %t, want %t; it is %s", what, got, reachable, l.Status)
	}
	if got := l.Visible(w.gate, w.db.Clock().Now()); got != visible {
		w.Errorf("%s: visible %t, want %t; restricted %v", what, got, visible, l.Restricted)
	}
	w.read(func(tx *db.Tx) error {
		found, err := listing.Documents{Gate: w.gate}.Documents(tx, []value.ID{id})
		if (len(found) > 0) != visible {
			w.Errorf("%s: %d documents for the index", what, len(found))
		}
		return err
	})
}

// Nothing that its author, an import or a program does lifts a restriction, and all of it is screened as ever.
func TestARestrictionOutlivesWhatItsAuthorDoes(t *testing.T) {
	eachTimedWorld(t, func(w *world, clock *value.FixedClock) {
		mina := w.member("Mina")
		l := w.offer(mina, w.bicycle("City bicycle"))
		w.wantRestricted("at first", l.ID, true, true)
		w.restrict(l.ID)
		w.wantRestricted("restricted", l.ID, true, false)
		edit := func(body string) {
			w.Helper()
			c := w.find(l.ID).Content
			c.Body = body
			_, _, err := w.desk.Edit(ctx, actor(mina), l.ID, w.find(l.ID).Rev, c)
			w.wantKind("edit", err, "")
		}
		edit("With a new chain.")
		w.wantRestricted("edited", l.ID, true, false)
		w.wantKind("pause", w.desk.Pause(ctx, actor(mina), l.ID), "")
		_, _, err := w.desk.Renew(ctx, actor(mina), l.ID)
		w.wantKind("renew", err, "")
		w.wantRestricted("renewed", l.ID, true, false)
		edit(scam)
		w.wantRestricted("edited to what is held", l.ID, false, false)
		w.release(l.ID)
		w.wantRestricted("released by staff", l.ID, true, false)
		clock.At = w.find(l.ID).Expires
		if _, err := w.desk.Expire(ctx); err != nil {
			w.Fatal(err)
		}
		_, _, err = w.desk.Renew(ctx, actor(mina), l.ID)
		w.wantKind("renew what expired", err, "")
		if found := w.find(l.ID); found.Restricted.Reason != misleads {
			w.Errorf("at the end it is restricted %+v", found.Restricted)
		}
		by := func(who value.Actor) error {
			return w.db.Write(ctx, who, "test.lift", func(tx *db.Tx) error { return w.desk.LiftIn(tx, l.ID) })
		}
		w.wantKind("lifted by its author", by(actor(mina)), value.Forbidden)
		w.wantKind("lifted by the program", by(tester), value.Forbidden)
		w.wantKind("lifted by staff", by(staff), "")
		w.wantKind("lifted twice", by(staff), value.Conflict)
	})
}

func TestWhatARestrictedListingIsNotIn(t *testing.T) {
	eachWorld(t, func(w *world) {
		c := w.bicycle("City bicycle")
		c.Place.Name = "Rolle"
		c.Photos = []listing.Photo{{Sha256: strings.Repeat("ab", 32), Width: 1600, Height: 1200, Colour: "#3a7d5c"}}
		l, _ := w.submit(c)
		w.wantKind("feature", w.desk.Feature(ctx, staff, l.ID, w.db.Clock().Now().Add(time.Hour)), "")
		count := func() (n int) {
			w.Helper()
			w.read(func(tx *db.Tx) error {
				sold, err := listing.SellerCount(tx, w.seller.ID)
				if err != nil {
					return err
				}
				places, err := listing.Places(tx, 10)
				if err != nil {
					return err
				}
				middles, err := listing.Gazetteer(tx, 10)
				if err != nil {
					return err
				}
				listed, err := listing.List(tx, listing.Filter{Status: listing.Live, Listed: true})
				if err != nil {
					return err
				}
				featured, err := listing.Featured(tx, []value.ID{l.ID})
				n = sold + len(places) + len(middles) + len(listed) + len(featured)
				if _, missing := listing.FindPlace(tx, "Rolle"); missing == nil {
					n++
				}
				return err
			})
			return n
		}
		if n := count(); n != 6 {
			w.Fatalf("before it is restricted it counts %d times", n)
		}
		w.restrict(l.ID)
		if n := count(); n != 0 {
			w.Errorf("restricted, it counts %d times", n)
		}
		w.read(func(tx *db.Tx) error {
			shown, err := listing.PhotoShown(tx, w.gate, c.Photos[0].Sha256)
			if !shown {
				w.Error("its photos are not to be seen on its own page")
			}
			faults, _, failed := listing.Check(tx, w.gate)
			if failed != nil || len(faults) > 0 {
				w.Errorf("%v %v", faults, failed)
			}
			return err
		})
		w.wantKind("featured while it is restricted", w.desk.Feature(ctx, staff, l.ID, w.db.Clock().Now().Add(time.Hour)), value.Conflict)
		again, _ := w.submit(c)
		if again.Status != listing.Held || again.RelistedOf != l.ID {
			w.Errorf("posted again it is %s: it goes round the restriction", again.Status)
		}
	})
}

// What waits is released by the restriction; no restriction shows what a mandatory rule refuses, or what was taken away.
func TestWhatMayBeRestricted(t *testing.T) {
	eachWorld(t, func(w *world) {
		try := func(id value.ID, by value.Actor) error {
			return w.db.Write(ctx, by, "test.restrict", func(tx *db.Tx) error { return w.desk.RestrictIn(tx, id, misleads) })
		}
		held := w.held()
		w.wantKind("by the program", try(held.ID, tester), value.Forbidden)
		w.wantKind("what is held", try(held.ID, staff), "")
		w.wantRestricted("what was held", held.ID, true, false)
		forbidden, _ := w.submit(w.bicycle("Escort service in town"))
		w.wantKind("what a rule rejected", try(forbidden.ID, staff), value.Conflict)
		if err := w.attack("update listing set status = 'held' where id = $1", forbidden.ID); err != nil {
			w.Fatal(err)
		}
		w.wantKind("what a mandatory rule refuses", try(forbidden.ID, staff), value.Forbidden)
		w.wantRestricted("what a mandatory rule refuses", forbidden.ID, false, false)
		removed, _ := w.submit(w.bicycle("Racing bicycle"))
		w.wantKind("remove", w.desk.Remove(ctx, staff, removed.ID, "stolen goods"), "")
		w.wantKind("what was removed", try(removed.ID, staff), value.Conflict)
		w.wantKind("nothing", try(12345, staff), value.NotFound)
	})
}

// To undo a restriction, or the end of one, leaves everything as it was, and publishes nothing that was not public.
func TestARestrictionIsTakenBackExactly(t *testing.T) {
	eachWorld(t, func(w *world) {
		revert := func(id value.ID, before string) error {
			return w.db.Write(ctx, staff, "test.undo", func(tx *db.Tx) error { return w.desk.RevertIn(tx, id, before, "decided in error") })
		}
		live, _ := w.submit(w.bicycle("City bicycle"))
		before := w.restrict(live.ID)
		w.wantKind("undo", revert(live.ID, before), "")
		w.wantRestricted("undone", live.ID, true, true)
		if found := w.find(live.ID); found.ClearedBy() != live.ClearedBy() || found.Expires != live.Expires || found.Published != live.Published {
			w.Errorf("undone it is %+v, not %+v", found, live)
		}
		before = w.restrict(live.ID)
		c := live.Content
		c.Body = "With a new chain."
		_, _, err := w.desk.Edit(ctx, tester, live.ID, w.find(live.ID).Rev, c)
		w.wantKind("edit", err, "")
		w.wantKind("undo after an edit", revert(live.ID, before), "")
		w.wantRestricted("undone after an edit", live.ID, true, true)

		held := w.held()
		before = w.restrict(held.ID)
		w.wantKind("undo", revert(held.ID, before), "")
		w.wantRestricted("what was held, undone", held.ID, false, false)
		if _, _, err := w.desk.Screen(ctx, tester, held.ID); err != nil {
			w.Fatal(err)
		}
		w.wantRestricted("screened again", held.ID, false, false)
		before = w.restrict(held.ID)
		w.wantKind("pause", w.desk.Pause(ctx, tester, held.ID), "")
		w.wantKind("undo of what was paused", revert(held.ID, before), "")
		_, _, _ = w.desk.Renew(ctx, tester, held.ID)
		w.wantRestricted("renewed after it was undone", held.ID, false, false)

		w.restrict(live.ID)
		lifted := w.decide(live.ID, func(tx *db.Tx, id value.ID) error { return w.desk.LiftIn(tx, id) })
		w.wantRestricted("lifted", live.ID, true, true)
		w.wantKind("the end taken back", revert(live.ID, lifted), "")
		if w.wantRestricted("restricted again", live.ID, true, false); w.find(live.ID).Restricted.Reason != misleads {
			w.Errorf("restricted again: %+v", w.find(live.ID).Restricted)
		}
		removed := w.decide(live.ID, func(tx *db.Tx, id value.ID) error { return w.desk.EndIn(tx, id, listing.Removed, "stolen goods") })
		w.wantKind("a removal taken back", revert(live.ID, removed), "")
		w.wantRestricted("back, and restricted as before", live.ID, true, false)
	})
}

func TestItsAuthorIsToldOfARestriction(t *testing.T) {
	eachTimedWorld(t, func(w *world, _ *value.FixedClock) {
		teller := &told{}
		w.desk.Teller = teller
		mina := w.member("Mina")
		l := w.offer(mina, w.bicycle("City bicycle"))
		w.restrict(l.ID)
		if got := teller.kinds(); got != "listing.restricted" {
			w.Errorf("told %q", got)
		}
		w.read(func(tx *db.Tx) error {
			s, err := listing.StandingOf(tx, w.find(l.ID))
			if s.State != listing.IsRestricted || !s.MayAppeal || !s.ByStaff || len(s.Reasons) != 1 || s.Reasons[0].Words["en"] != misleads {
				w.Errorf("it stands %+v", s)
			}
			return err
		})
		w.wantKind("pause", w.desk.Pause(ctx, actor(mina), l.ID), "")
		w.read(func(tx *db.Tx) error {
			s, err := listing.StandingOf(tx, w.find(l.ID))
			if s.State != listing.IsPaused || !s.MayAppeal || len(s.Reasons) != 1 {
				w.Errorf("paused, it stands %+v", s)
			}
			return err
		})
		teller.kinds()
		w.wantKind("lift", w.db.Write(ctx, staff, "test.lift", func(tx *db.Tx) error { return w.desk.LiftIn(tx, l.ID) }), "")
		if got := teller.kinds(); got != "listing.lifted" {
			w.Errorf("told %q", got)
		}
	})
}

// fairground check knows a restricted listing that an index lists all the same.
func TestRestrictedListingsAreKnown(t *testing.T) {
	eachWorld(t, func(w *world) {
		one, _ := w.submit(w.bicycle("City bicycle"))
		other, _ := w.submit(w.bicycle("Racing bicycle with a red frame"))
		w.restrict(one.ID)
		w.read(func(tx *db.Tx) error {
			found, err := listing.RestrictedListed(tx, []value.ID{one.ID, other.ID})
			if len(found) != 1 || found[0] != one.ID {
				w.Errorf("restricted are %v", found)
			}
			return err
		})
	})
}
