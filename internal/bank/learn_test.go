package bank

import (
	"errors"
	"strings"
	"testing"

	"fairground/internal/db"
	"fairground/internal/media/pdq"
	"fairground/internal/value"
)

func TestAddRefusesWhatFitsManyPhotos(t *testing.T) {
	each(t, func(w *world) {
		good := w.photo()
		hash := func(text string) *pdq.Hash {
			h, err := pdq.ParseHash(text)
			w.ok(err)
			return &h
		}
		add := func(e Entry) error {
			return w.write(func(tx *db.Tx) error { return w.desk.Add(tx, e) })
		}
		for name, c := range map[string]struct {
			entry Entry
			key   string
		}{
			"zero":        {Entry{Bank: Prohibited, Reason: "x", PDQ: hash(strings.Repeat("0", 64)), Quality: 100}, "bank.refused.generic"},
			"ones":        {Entry{Bank: Prohibited, Reason: "x", PDQ: hash(strings.Repeat("f", 64)), Quality: 100}, "bank.refused.generic"},
			"stripes":     {Entry{Bank: Prohibited, Reason: "x", PDQ: hash(strings.Repeat("a5", 32)), Quality: 100}, "bank.refused.generic"},
			"a few bits":  {Entry{Bank: Prohibited, Reason: "x", PDQ: hash(strings.Repeat("0", 40) + "0123456789abcdef01234567"), Quality: 100}, "bank.refused.generic"},
			"poor":        {Entry{Bank: Prohibited, Reason: "x", PDQ: &good.PDQ, Quality: 49}, "bank.refused.quality"},
			"no hash":     {Entry{Bank: Prohibited, Reason: "x"}, "bank.refused.no_hash"},
			"no reason":   {Entry{Bank: Prohibited, PDQ: &good.PDQ, Quality: 90, Reason: "  "}, "bank.refused.reason"},
			"odd sha-256": {Entry{Bank: Prohibited, Reason: "x", Sha256: "abc"}, "bank.refused.length"},
		} {
			var e *value.Error
			if err := add(c.entry); !errors.As(err, &e) || e.Kind != value.Invalid || e.Key != c.key || e.Field == "" {
				w.Errorf("%s: %v", name, err)
			}
		}
		w.ok(add(Entry{Bank: Prohibited, Reason: "a scam", PDQ: &good.PDQ, Quality: pdq.Unhashed}))
		if err := add(Entry{Bank: Prohibited, Reason: "again", PDQ: &good.PDQ, Quality: pdq.Unhashed}); value.KindOf(err) != value.Conflict {
			w.Errorf("twice: %v", err)
		}
		w.ok(add(Entry{Bank: Removed, Reason: "in another bank", PDQ: &good.PDQ, Quality: pdq.Unhashed}))
		w.read(func(tx *db.Tx) error {
			all, err := Newest(tx, Prohibited, good.PDQ.String(), 0, 10)
			if err != nil || len(all) != 1 || all[0].Author != mara.String() || all[0].Reason != "a scam" {
				w.Errorf("%+v, %v", all, err)
			}
			id := all[0].ID
			for name, err := range map[string]error{
				"no reason": w.write(func(tx *db.Tx) error { return w.desk.Remove(tx, id, " ") }),
				"no entry":  w.write(func(tx *db.Tx) error { return w.desk.Remove(tx, 12345, "why not") }),
			} {
				if k := value.KindOf(err); k != value.Invalid && k != value.NotFound {
					w.Errorf("%s: %v", name, err)
				}
			}
			return nil
		})
	})
}

func TestEntryIsRemovedOnceAndAddedAgain(t *testing.T) {
	each(t, func(w *world) {
		photo := w.photo()
		w.learn(Removed, photo)
		var id value.ID
		w.read(func(tx *db.Tx) error {
			all, err := Newest(tx, Removed, "a TEST", 0, 10)
			if len(all) == 1 {
				id = all[0].ID
			}
			return err
		})
		remove := func() error { return w.write(func(tx *db.Tx) error { return w.desk.Remove(tx, id, "restored") }) }
		w.ok(remove())
		if err := remove(); value.KindOf(err) != value.Conflict {
			w.Errorf("twice: %v", err)
		}
		w.learn(Removed, photo)
		if _, found := w.match(w.desk, "", photo); !found {
			w.Error("not found after it was added again")
		}
		w.read(func(tx *db.Tx) error {
			all, err := Newest(tx, Removed, "", 0, 10)
			if len(all) != 2 || !all[0].Removed.IsZero() || all[1].RemovedReason != "restored" || all[1].RemovedBy != mara.String() {
				w.Errorf("%+v", all)
			}
			if more, err := Newest(tx, Removed, "", all[0].ID, 10); len(more) != 1 || err != nil {
				w.Errorf("the next page: %v, %v", more, err)
			}
			return err
		})
	})
}
