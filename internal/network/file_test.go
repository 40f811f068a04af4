package network

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

// fill puts so many listings on the shelf that a snapshot is worth while.
func (w *world) fill(listings int) {
	for n := range listings {
		w.shelf.put(Listing{ID: value.ID(10_000 + n), Account: value.ID(1 + n), Body: fmt.Sprintf("thing number %d of lot %d", n, n*7919)})
	}
}

// erase takes listings off the shelf, as an erasure does.
func (w *world) erase(ids ...value.ID) {
	w.Helper()
	w.ok(w.db.Write(w.Context(), value.SystemActor("test"), "listing.erase", func(tx *db.Tx) error {
		for _, id := range ids {
			delete(w.shelf.all, id)
			tx.Log(db.Change{Object: listingObject, Record: id, Diff: map[string]any{"erased": true}})
		}
		return nil
	}))
}

func (w *world) saved() []byte {
	w.Helper()
	w.ok(w.desk.Save())
	raw, err := os.ReadFile(w.desk.file())
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		w.Fatal(err)
	}
	return raw
}

func TestWhatWasErasedLeavesTheSnapshot(t *testing.T) {
	each(t, func(w *world) {
		w.fill(fewestSaved + 5)
		w.shelf.put(Listing{ID: 77, Account: 5, Body: "An armchair with a quincuncial pattern, ask for the zither"})
		w.write(recruiting(0), recruiting(1))
		w.settle(w.desk)
		w.desk.stale.note(w.desk.now().Add(-oldest), true, false)
		word := []byte("quincuncial")
		if !bytes.Contains(w.saved(), word) {
			w.Fatal("no snapshot of a site whose listings were read an hour ago")
		}
		if w.desk.stale != (stale{}) {
			w.Errorf("just saved, and %+v", w.desk.stale)
		}

		w.erase(77)
		w.settle(w.desk)
		if !bytes.Contains(w.saved(), word) {
			w.Error("a snapshot for one erasure alone, at once: a busy site would write all the time")
		}
		if w.desk.stale.removed.IsZero() {
			w.Fatal("nobody noticed the erasure")
		}
		w.desk.stale.removed = w.desk.stale.removed.Add(-oldestGone)
		if raw := w.saved(); bytes.Contains(raw, word) || len(raw) == 0 {
			w.Errorf("ten minutes later a snapshot of %d bytes still has the word", len(raw))
		}
		if loaded, err := w.another().load(w.Context()); err != nil || !loaded {
			w.Errorf("the new snapshot is not taken up: %v", err)
		}
	})
}

func TestASiteThatBecameSmallKeepsNoSnapshot(t *testing.T) {
	each(t, func(w *world) {
		w.fill(fewestSaved)
		w.settle(w.desk)
		w.desk.stale.note(w.desk.now().Add(-oldest), true, false)
		if len(w.saved()) == 0 {
			w.Fatal("no snapshot")
		}
		w.erase(10_000, 10_001)
		w.settle(w.desk)
		w.desk.stale.removed = w.desk.stale.removed.Add(-oldestGone)
		if raw := w.saved(); len(raw) != 0 {
			w.Errorf("a snapshot of %d bytes stays", len(raw))
		}
	})
}

func TestASaveThatFailsIsTriedAgain(t *testing.T) {
	each(t, func(w *world) {
		w.fill(fewestSaved)
		w.settle(w.desk)
		long := w.desk.now().Add(-oldest)
		w.desk.stale.note(long, true, true)
		w.ok(os.MkdirAll(w.desk.file(), 0o700)) // in the way
		if err := w.desk.Save(); err == nil {
			w.Fatal("saved into a directory")
		}
		if w.desk.stale.changed.After(long) || w.desk.stale.removed.After(long) || w.desk.unsaved == 0 {
			w.Errorf("forgotten: %+v, %d changes", w.desk.stale, w.desk.unsaved)
		}
		w.ok(os.Remove(w.desk.file()))
		if len(w.saved()) == 0 {
			w.Error("not tried again")
		}
	})
}

func TestWhatIsLate(t *testing.T) {
	t.Parallel()
	now := time.Unix(1e9, 0)
	tests := []struct {
		changed, removed time.Duration // ago; 0: never
		want             bool
	}{
		{0, 0, false}, {oldest - 1, 0, false}, {oldest, 0, true}, {0, oldestGone - 1, false}, {0, oldestGone, true},
		{oldest - 1, oldestGone - 1, false}, {-time.Minute, 0, true}, // the clock was set back
	}
	for _, test := range tests {
		var s stale
		s.note(now.Add(-test.changed), test.changed != 0, false)
		s.note(now.Add(-test.removed), false, test.removed != 0)
		if got := s.isLate(now); got != test.want {
			t.Errorf("changed %v ago, removed %v ago: %t", test.changed, test.removed, got)
		}
	}
}
