package bank

import (
	"context"
	"testing"

	"fairground/internal/db"
	"fairground/internal/safety"
	"fairground/internal/value"
)

// see lets a record show a photo, as screening does.
func (w *world) see(record value.ID, image safety.Image) []Hit {
	w.Helper()
	var hits []Hit
	w.ok(w.desk.Fresh(context.Background()))
	w.ok(w.write(func(tx *db.Tx) (err error) {
		hits, err = w.desk.Note(tx, "listing", record, []safety.Image{image})
		return err
	}))
	return hits
}

func (w *world) veils(image safety.Image) bool {
	w.Helper()
	is, err := w.desk.Veils(w.Context(), image)
	w.ok(err)
	return is
}

func (w *world) copies(image safety.Image) (all []Copy) {
	w.Helper()
	w.read(func(tx *db.Tx) (err error) {
		all, err = Copies(tx, []safety.Image{image})
		return err
	})
	return all
}

const request = "ntc_1"

func (w *world) takeDown(image safety.Image) {
	w.Helper()
	w.ok(w.write(func(tx *db.Tx) error { return w.desk.TakeDown(tx, request, []safety.Image{image}, "asked for") }))
	w.ok(w.desk.Fresh(context.Background()))
}

func TestWhatIsTakenDownStaysDown(t *testing.T) {
	each(t, func(w *world) {
		shown, near, far := w.photo(), safety.Image{}, w.photo()
		near = w.like(shown, 20)
		w.see(1, shown)
		w.see(2, near)
		w.see(3, far)
		copies := w.copies(shown)
		if len(copies) != 2 || copies[0].Distance != 0 || copies[1].Distance != 20 {
			t.Fatalf("the copies are %+v", copies)
		}
		w.takeDown(shown)
		if !w.severe(shown.Sha256) || w.severe(near.Sha256) {
			t.Error("the file itself is veiled at once; one that is near when a person or the sweep says so")
		}
		if !w.veils(near) || w.veils(far) {
			t.Error("Veils looks at the photo itself")
		}
		w.ok(w.write(func(tx *db.Tx) error { return w.desk.Settle(tx, shown.Sha256, copies, false) }))
		if !w.severe(near.Sha256) || len(w.seal.hits) != 2 {
			t.Errorf("%d copies are sealed", len(w.seal.hits))
		}
		w.ok(w.write(func(tx *db.Tx) error { return w.desk.Settle(tx, shown.Sha256, copies, false) }))
		if len(w.seal.hits) != 2 {
			t.Error("said twice, sealed twice")
		}

		for record, again := range map[value.ID]safety.Image{11: shown, 12: w.like(shown, 30), 13: w.photo()} {
			hits := w.see(record, again)
			if caught := record != 13; caught != (len(hits) == 1) || caught != w.severe(again.Sha256) {
				t.Errorf("the upload of record %d made %d hits", record, len(hits))
			}
		}
		w.read(func(tx *db.Tx) error {
			found, err := Found(tx, []string{shown.Sha256})
			if len(found) != 4 {
				t.Errorf("%d were found", len(found))
			}
			return err
		})

		w.ok(w.write(func(tx *db.Tx) error { return w.desk.GiveBack(tx, []string{shown.Sha256}, "the request was withdrawn") }))
		w.ok(w.desk.Fresh(context.Background()))
		if w.severe(shown.Sha256) || w.severe(near.Sha256) || w.veils(near) {
			t.Error("what was given back is veiled still")
		}
	})
}

func TestAPhotoThatOnlyLooksAlikeIsSpared(t *testing.T) {
	each(t, func(w *world) {
		shown := w.photo()
		near := w.like(shown, 28)
		w.see(1, shown)
		w.see(2, near)
		w.takeDown(shown)
		w.ok(w.write(func(tx *db.Tx) error {
			return w.desk.Settle(tx, shown.Sha256, []Copy{{"listing", 2, near.Sha256, 28}}, true)
		}))
		if w.severe(near.Sha256) || w.veils(near) {
			t.Error("another photo is veiled")
		}
		if _, err := w.worker.RunDue(w.Context()); err != nil {
			t.Fatal(err)
		}
		if w.severe(near.Sha256) || len(w.see(2, near)) != 0 {
			t.Error("the sweep, or the next screening, forgot what a person said")
		}
		w.ok(w.write(func(tx *db.Tx) error {
			return w.desk.Settle(tx, shown.Sha256, []Copy{{"listing", 2, near.Sha256, 28}}, false)
		}))
		if !w.severe(near.Sha256) || !w.veils(near) {
			t.Error("a person may think again")
		}
		if !w.veils(w.like(shown, 28)) {
			t.Error("a third photo is not spared")
		}
		err := w.write(func(tx *db.Tx) error {
			return w.desk.Settle(tx, shown.Sha256, []Copy{{"listing", 3, shown.Sha256, 0}}, true)
		})
		if value.KindOf(err) != value.Conflict {
			t.Errorf("the very same file as another photo: %v", err)
		}
	})
}

func TestATakeDownNamesItsRequest(t *testing.T) {
	each(t, func(w *world) {
		image := w.photo()
		for _, source := range []string{"", " ", LearnedSource} {
			err := w.write(func(tx *db.Tx) error { return w.desk.TakeDown(tx, source, []safety.Image{image}, "asked for") })
			if value.KindOf(err) != value.Invalid {
				t.Errorf("a take-down for %q: %v", source, err)
			}
		}
		w.takeDown(image)
		w.ok(w.write(func(tx *db.Tx) error { return w.desk.Unlearn(tx, []string{image.Sha256}, Intimate, "taken back") }))
		if !w.severe(image.Sha256) {
			t.Error("the end of a decision ended a take-down")
		}
		w.learn(Intimate, w.like(image, 3))
		w.ok(w.write(func(tx *db.Tx) error { return w.desk.GiveBack(tx, []string{image.Sha256}, "withdrawn") }))
		if w.severe(image.Sha256) {
			t.Error("what was given back is veiled")
		}
	})
}
