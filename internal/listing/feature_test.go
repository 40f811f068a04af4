package listing_test

import (
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/search"
	"fairground/internal/value"
)

func TestStaffFeatureWhatIsLive(t *testing.T) {
	eachTimedWorld(t, func(w *world, clock *value.FixedClock) {
		staff := value.Actor{Kind: value.Staff, ID: 7}
		must := func(err error) {
			w.Helper()
			if err != nil {
				w.Fatal(err)
			}
		}
		live, _ := w.submit(w.bicycle("City bicycle"))
		paused, _ := w.submit(w.bicycle("Road bicycle"))
		must(w.desk.Pause(ctx, tester, paused.ID))
		week := clock.Now().Add(7 * 24 * time.Hour)
		promoted := func() bool {
			var found []search.Document
			w.read(func(tx *db.Tx) (err error) {
				found, err = listing.Documents{Gate: w.desk.Gate}.Documents(tx, []value.ID{live.ID})
				return err
			})
			return len(found) == 1 && found[0].Promoted
		}
		for name, c := range map[string]struct {
			by    value.Actor
			id    value.ID
			until time.Time
			kind  value.Kind
		}{
			"a member":       {value.Actor{Kind: value.Member, ID: 9}, live.ID, week, value.Forbidden},
			"one not live":   {staff, paused.ID, week, value.Conflict},
			"in the past":    {staff, live.ID, clock.Now(), value.Invalid},
			"too long":       {staff, live.ID, clock.Now().Add(listing.LongestFeature + time.Hour), value.Invalid},
			"of no listing":  {staff, 12345, week, value.NotFound},
			"by the program": {value.SystemActor("robot"), live.ID, week, value.Forbidden},
		} {
			if err := w.desk.Feature(ctx, c.by, c.id, c.until); value.KindOf(err) != c.kind {
				w.Errorf("%s: %v", name, err)
			}
		}
		if promoted() {
			w.Error("a refused feature has an effect")
		}
		must(w.desk.Feature(ctx, staff, live.ID, week))
		if !promoted() {
			w.Error("a featured listing is not promoted")
		}
		must(w.desk.Feature(ctx, staff, live.ID, time.Time{}))
		if promoted() {
			w.Error("an ended feature goes on")
		}
		must(w.desk.Feature(ctx, staff, live.ID, week))
		clock.At = clock.At.Add(8 * 24 * time.Hour)
		if promoted() {
			w.Error("a feature outlasts its time")
		}
		if _, err := w.desk.Expire(ctx); err != nil {
			w.Fatal(err)
		}
		w.read(func(tx *db.Tx) error {
			n, err := db.One(tx, db.Column[int], "select count(*) from listing_feature")
			if n != 0 {
				w.Errorf("%d features are left", n)
			}
			return err
		})
	})
}
