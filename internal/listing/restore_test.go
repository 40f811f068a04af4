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
