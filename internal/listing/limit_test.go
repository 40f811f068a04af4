package listing_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"fairground/internal/listing"
	"fairground/internal/value"
)

func limited(l listing.Limits) func(listing.Seller) listing.Limits {
	return func(s listing.Seller) listing.Limits {
		if s.Kind == listing.Business {
			l.PerDay, l.Live = 10*l.PerDay, 10*l.Live
		}
		return l
	}
}

// Twenty at once for three places: a limit that is looked at before the write, or in a transaction that does not see
// the others, lets more through.
func TestTwentyAtOnceStayWithinTheLimits(t *testing.T) {
	eachWorld(t, func(w *world) {
		w.desk.Limits = limited(listing.Limits{PerDay: 3})
		mina := w.member("Mina")
		seller := w.ownSeller(mina, "Mina R.")
		var through atomic.Int64
		var wait sync.WaitGroup
		for i := range 20 {
			wait.Go(func() {
				content := w.bicycle(fmt.Sprintf("Bicycle number %d of %d", i, i*7919))
				_, _, err := w.desk.Submit(ctx, actor(mina), listing.Submission{Content: content, Seller: seller})
				switch value.KindOf(err) {
				case "":
					through.Add(1)
				case value.Limited:
				default:
					w.Error(err)
				}
			})
		}
		wait.Wait()
		if through.Load() != 3 {
			w.Errorf("%d listings, want 3", through.Load())
		}
	})
}

func TestDeletingAndPostingAgainCounts(t *testing.T) {
	eachTimedWorld(t, func(w *world, clock *value.FixedClock) {
		w.desk.Limits = limited(listing.Limits{PerDay: 2})
		mina := w.member("Mina")
		seller := w.ownSeller(mina, "Mina R.")
		post := func(title string) error {
			l, _, err := w.desk.Submit(ctx, actor(mina), listing.Submission{Content: w.bicycle(title), Seller: seller})
			if err == nil {
				w.wantKind("remove", w.desk.Remove(ctx, actor(mina), l.ID, ""), "")
			}
			return err
		}
		w.wantKind("the first", post("A city bicycle"), "")
		clock.At = noon.Add(6 * time.Hour)
		w.wantKind("the second", post("A racing bicycle"), "")
		err := post("A tandem")
		w.wantKind("the third", err, value.Limited)
		if !strings.Contains(err.Error(), "5 May at 12:00") {
			w.Errorf("when it may go on is not said: %v", err)
		}
		clock.At = noon.Add(24*time.Hour + time.Minute)
		w.wantKind("a day after the first", post("A tandem"), "")
		w.wantKind("not more than one", post("A child's bicycle"), value.Limited)
	})
}

func TestLimitsOfCategoriesAndOfWhatIsLive(t *testing.T) {
	eachWorld(t, func(w *world) {
		w.desk.Limits = limited(listing.Limits{Live: 2, PerCategoryDay: map[value.ID]int{w.cars: 1}})
		mina := w.member("Mina")
		seller := w.ownSeller(mina, "Mina R.")
		post := func(c listing.Content) (listing.Listing, error) {
			l, _, err := w.desk.Submit(ctx, actor(mina), listing.Submission{Content: c, Seller: seller})
			return l, err
		}
		first, err := post(w.car("An old car"))
		w.wantKind("a car", err, "")
		_, err = post(w.car("A blue van with a bed"))
		w.wantKind("a second car", err, value.Limited)
		_, err = post(w.bicycle("A racing bicycle"))
		w.wantKind("a bicycle", err, "")
		_, err = post(w.bicycle("A tandem for two"))
		w.wantKind("a third at once", err, value.Limited)
		w.wantKind("pause", w.desk.Pause(ctx, actor(mina), first.ID), "")
		_, err = post(w.bicycle("A tandem for two"))
		w.wantKind("after a pause", err, "")
		_, _, err = w.desk.Renew(ctx, actor(mina), first.ID)
		w.wantKind("the paused one comes back", err, value.Limited)
		_, _, err = w.desk.Schedule(ctx, actor(mina), first.ID, time.Now().Add(time.Hour))
		w.wantKind("it comes back by a plan", err, value.Limited)
		_, _, err = w.desk.Renew(ctx, staff, first.ID)
		w.wantKind("staff bring it back", err, "")
		_, _, err = w.desk.Renew(ctx, actor(mina), first.ID)
		w.wantKind("what is live is renewed", err, "")
		shop := w.shop(mina)
		for i := range 12 {
			c := w.bicycle(fmt.Sprintf("Shop bicycle %d%d%d", i, i*31, i*977))
			_, _, err = w.desk.Submit(ctx, actor(mina), listing.Submission{Content: c, Seller: shop})
			w.wantKind("a shop", err, "")
		}
	})
}
