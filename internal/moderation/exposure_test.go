package moderation_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/moderation"
	"fairground/internal/value"
)

// Whoever worked for as long as they set without a pause gets no severe photo until they have rested.
func TestASeverePhotoWaitsForABreak(t *testing.T) {
	eachOffice(t, func(o *office) {
		o.ok(o.desk.SaveReviewer(ctx, person(7), moderation.Reviewer{Account: 7, DailyLooks: 100, BreakMinutes: 20}))
		look := func(i int, severe bool) error {
			_, err := o.desk.See(ctx, person(7), []moderation.Look{{Sha256: strings.Repeat(string(rune('a'+i)), 64)[:64], Object: "listing", Record: 1, Severe: severe, Again: true}})
			return err
		}
		for i := range 3 {
			o.ok(look(i, true))
			o.clock.At = o.clock.At.Add(8 * time.Minute)
		}
		if err := look(0, true); !errors.Is(err, moderation.ErrRest) || !moderation.IsVeiled(err) || value.KindOf(err) != value.Limited {
			o.Errorf("after 24 minutes: %v", err)
		}
		o.ok(look(0, false))
		o.clock.At = o.clock.At.Add(11 * time.Minute)
		o.ok(look(0, true))
	})
}

// A look is one's own, and over when it was ended or after ten minutes.
func TestWhoIsLookingNow(t *testing.T) {
	eachOffice(t, func(o *office) {
		sha := strings.Repeat("ab", 32)
		looking := func(what string, account value.ID, want bool) {
			o.Helper()
			o.read(func(tx *db.Tx) error {
				got, err := moderation.Looking(tx, account, sha)
				if got != want {
					o.Errorf("%s: %t, want %t", what, got, want)
				}
				return err
			})
		}
		looking("before any look", 7, false)
		ids, err := o.desk.See(ctx, person(7), []moderation.Look{{Sha256: sha, Object: "listing", Record: 1}})
		o.ok(err)
		looking("one's own look", 7, true)
		looking("somebody else's", 8, false)
		o.ok(o.desk.Looked(ctx, person(7), ids, time.Second))
		looking("a look that was ended", 7, false)
		_, err = o.desk.See(ctx, person(7), []moderation.Look{{Sha256: sha, Object: "listing", Record: 1, Again: true}})
		o.ok(err)
		o.clock.At = o.clock.At.Add(10 * time.Minute)
		looking("a page left open", 7, false)
	})
}
