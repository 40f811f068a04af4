package listing_test

import (
	"testing"

	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/value"
)

// restore answers an appeal as another member of staff would.
func (w *world) restore(id value.ID) (cleared bool, err error) {
	w.Helper()
	err = w.db.Write(ctx, staff, "test.restore", func(tx *db.Tx) error {
		cleared, err = w.desk.RestoreIn(tx, id, "the appeal is right")
		return err
	})
	return cleared, err
}

func TestAnOverturnedDecisionRestoresTheListing(t *testing.T) {
	eachWorld(t, func(w *world) {
		for _, status := range []listing.Status{listing.Rejected, listing.Removed} {
			l, _ := w.submit(w.bicycle("City bicycle, found " + string(status)))
			w.wantKind("refused", w.db.Write(ctx, staff, "test.end", func(tx *db.Tx) error {
				return w.desk.EndIn(tx, l.ID, status, "taken for a scam")
			}), "")
			if cleared, err := w.restore(l.ID); !cleared || err != nil || !w.visible(l.ID) {
				w.Errorf("%s: cleared %t, visible %t, %v", status, cleared, w.visible(l.ID), err)
			}
			if found := w.find(l.ID); found.Reason != "" {
				w.Errorf("%s: its author still reads %q", status, found.Reason)
			}
			if _, _, err := w.desk.Screen(ctx, tester, l.ID); err != nil || !w.visible(l.ID) { // its hash is pardoned
				w.Errorf("%s: screened again: %v", status, err)
			}
		}
	})
}

func TestWhatMayNotBeRestored(t *testing.T) {
	eachWorld(t, func(w *world) {
		live, _ := w.submit(w.bicycle("City bicycle, size M"))
		_, err := w.restore(live.ID)
		w.wantKind("a live listing", err, value.Conflict)

		forbidden := w.bicycle("Escort service in town")
		refused, _ := w.submit(forbidden)
		if cleared, err := w.restore(refused.ID); cleared || err != nil || w.visible(refused.ID) {
			w.Errorf("what a mandatory rule refuses: cleared %t, %v", cleared, err)
		}
		if _, err := w.restore(refused.ID); err != nil {
			w.Errorf("a second time: %v", err)
		}
	})
}

// A decision that is taken back leaves everything as it was, whatever it was.
func TestADecisionIsTakenBackExactly(t *testing.T) {
	eachWorld(t, func(w *world) {
		decisions := map[string]func(tx *db.Tx, id value.ID) error{
			"remove": func(tx *db.Tx, id value.ID) error { return w.desk.EndIn(tx, id, listing.Removed, "taken for a scam") },
			"reject": func(tx *db.Tx, id value.ID) error { return w.desk.EndIn(tx, id, listing.Rejected, "taken for a scam") },
			"ask":    func(tx *db.Tx, id value.ID) error { return w.desk.AskIn(tx, id, "say which size it has") },
		}
		for name, decide := range decisions {
			for _, live := range []bool{true, false} {
				l, _ := w.submit(w.bicycle("City bicycle, " + name))
				if !live {
					l = w.held()
				}
				before := w.decide(l.ID, decide)
				if found := w.find(l.ID); found.Status == l.Status || w.visible(l.ID) {
					w.Fatalf("%s of a %s listing: it is %s", name, l.Status, found.Status)
				}
				w.wantKind("revert", w.db.Write(ctx, staff, "test.undo", func(tx *db.Tx) error { return w.desk.RevertIn(tx, l.ID, before, "decided in error") }), "")
				if found := w.find(l.ID); found.Status != l.Status || found.Reason != l.Reason || w.visible(l.ID) != live {
					w.Errorf("%s taken back: %s, want %s", name, found.Status, l.Status)
				}
			}
		}
	})
}

func TestAPublicationIsTakenBack(t *testing.T) {
	eachWorld(t, func(w *world) {
		l := w.held()
		before := w.decide(l.ID, func(tx *db.Tx, _ value.ID) error { return nil })
		w.release(l.ID)
		revert := func() error {
			return w.db.Write(ctx, staff, "test.undo", func(tx *db.Tx) error { return w.desk.RevertIn(tx, l.ID, before, "decided in error") })
		}
		w.wantKind("revert", revert(), "")
		if _, _, err := w.desk.Screen(ctx, tester, l.ID); err != nil || w.visible(l.ID) { // the review does not clear it again
			w.Errorf("screened again it is %s: %v", w.find(l.ID).Status, err)
		}
		if _, _, err := w.desk.Edit(ctx, tester, l.ID, w.find(l.ID).Rev, w.bicycle("Another one")); err != nil {
			w.Fatal(err)
		}
		w.wantKind("after an edit", revert(), value.Conflict)
	})
}

func TestAnAuthorMakesTheChangeThatWasAskedFor(t *testing.T) {
	eachWorld(t, func(w *world) {
		l, _ := w.submit(w.bicycle("City bicycle"))
		w.decide(l.ID, func(tx *db.Tx, id value.ID) error { return w.desk.AskIn(tx, id, "say which size it has") })
		if found := w.find(l.ID); found.Status != listing.Challenged || found.Reason != "say which size it has" {
			w.Fatalf("it is %s: %q", found.Status, found.Reason)
		}
		if _, _, err := w.desk.Edit(ctx, tester, l.ID, w.find(l.ID).Rev, w.bicycle("City bicycle, size M")); err != nil {
			w.Fatal(err)
		}
		if found := w.find(l.ID); found.Status != listing.Held {
			w.Errorf("changed, it is %s: a person looks at it", found.Status)
		}
	})
}

// decide does something to a listing as staff and returns how it stood before.
func (w *world) decide(id value.ID, fn func(*db.Tx, value.ID) error) (before string) {
	w.Helper()
	w.wantKind("decide", w.db.Write(ctx, staff, "test.decide", func(tx *db.Tx) (err error) {
		if before, err = listing.BeforeIn(tx, id); err != nil {
			return err
		}
		tx.Log(db.Change{Object: "test", Record: id})
		return fn(tx, id)
	}), "")
	return before
}
