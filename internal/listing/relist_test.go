package listing_test

import (
	"strings"
	"testing"

	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/value"
)

const longBody = "I bought this bicycle four years ago and rode it to the office on dry days. The chain and both tyres are new, the " +
	"lights work, and the lock with two keys goes with it. You are welcome to try it in the evening or at the weekend."

func TestPostingAgainDoesNotWinAPlace(t *testing.T) {
	eachTimedWorld(t, func(w *world, clock *value.FixedClock) {
		mina, elio := w.member("Mina"), w.member("Elio")
		c := w.bicycle("Trek FX 3, size M, blue")
		c.Body = longBody
		first := w.offer(mina, c)
		w.wantKind("remove", w.desk.Remove(ctx, actor(mina), first.ID, ""), "")
		clock.At = noon.AddDate(0, 0, 20)

		again := c
		again.Title, again.Body = "TREK FX-3 size M blue!!", strings.Replace(longBody, "four", "4", 1)+" Thanks."
		second := w.offer(mina, again)
		if second.RelistedOf != first.ID || !second.Published.Equal(first.Published) || second.Status != listing.Live {
			w.Errorf("repeats %v, published %s, status %s", second.RelistedOf, second.Published, second.Status)
		}
		if got := w.find(second.ID); got.RelistedOf != first.ID || !got.Published.Equal(first.Published) {
			w.Errorf("stored as repeating %v, published %s", got.RelistedOf, got.Published)
		}
		other := c
		other.Title, other.Body = "Oak table with four chairs", "It stood in our kitchen for ten years and has a few scratches on one side."
		if l := w.offer(mina, other); l.RelistedOf != 0 || !l.Published.Equal(clock.At) {
			w.Errorf("another thing repeats %v", l.RelistedOf)
		}
		if l := w.offer(elio, c); l.RelistedOf != 0 {
			w.Errorf("another member's repeats %v", l.RelistedOf)
		}
	})
}

func TestOldEndsAreForgotten(t *testing.T) {
	eachTimedWorld(t, func(w *world, clock *value.FixedClock) {
		mina := w.member("Mina")
		first := w.offer(mina, w.bicycle("Trek FX 3, size M, blue"))
		w.wantKind("sold", w.desk.MarkSold(ctx, actor(mina), first.ID), "")
		seller := w.ownSeller(mina, "")
		w.read(func(tx *db.Tx) error {
			e, err := listing.FindEarlier(tx, seller, "Trek FX3 size M blue", first.Body)
			if e.ID != first.ID || !e.MayRenew() {
				w.Errorf("the form is not told: %+v", e)
			}
			return err
		})
		clock.At = noon.AddDate(0, 0, 61)
		if l := w.offer(mina, w.bicycle("Trek FX 3, size M, blue")); l.RelistedOf != 0 {
			w.Errorf("repeats %v", l.RelistedOf)
		}
	})
}

// Who has a listing refused deletes it and posts the same again. A person looks at it.
func TestPostingAgainWhatWasRefused(t *testing.T) {
	eachWorld(t, func(w *world) {
		for name, end := range map[string]func(mina listing.Author, id value.ID) error{
			"rejected, then removed by its author": func(mina listing.Author, id value.ID) error {
				err := w.db.Write(ctx, staff, "test", func(tx *db.Tx) error { return listing.End(tx, id, listing.Rejected, "a stolen bicycle") })
				if err == nil {
					err = w.desk.Remove(ctx, actor(mina), id, "")
				}
				return err
			},
			"removed by staff": func(_ listing.Author, id value.ID) error { return w.desk.Remove(ctx, staff, id, "a stolen bicycle") },
		} {
			mina := w.member("Mina" + strings.ReplaceAll(strings.ReplaceAll(name, " ", ""), ",", ""))
			c := w.bicycle("Trek FX 3, size M, blue")
			first := w.offer(mina, c)
			w.wantKind(name, end(mina, first.ID), "")
			c.Title += "."
			second := w.offer(mina, c)
			if second.Status != listing.Held || w.visible(second.ID) || second.ClearedBy() != 0 {
				w.Errorf("%s: status %s", name, second.Status)
			}
			if l, _, err := w.desk.Screen(ctx, tester, second.ID); err != nil || l.Status != listing.Held {
				w.Errorf("%s: %v, status %s after another screening", name, err, l.Status)
			}
		}
	})
}

func TestPricesAreRemembered(t *testing.T) {
	eachTimedWorld(t, func(w *world, clock *value.FixedClock) {
		mina := w.member("Mina")
		l := w.offer(mina, w.bicycle("City bicycle"))
		price := func(days int, units int64) listing.Listing {
			clock.At = noon.AddDate(0, 0, days)
			c := w.bicycle("City bicycle")
			c.Price = value.MoneyFromUnits(units, "CHF")
			now, _, err := w.desk.Edit(ctx, actor(mina), l.ID, w.find(l.ID).Rev, c)
			w.wantKind("edit", err, "")
			return now
		}
		price(0, 520)
		w.wantHistory(l.ID, nil)
		price(5, 480)
		price(6, 480)
		price(9, 300)
		history := w.wantHistory(l.ID, []int64{520, 480, 300})
		by, from, ok := listing.Drop(history, clock.At)
		if !ok || by != value.MoneyFromUnits(180, "CHF") || from != value.MoneyFromUnits(480, "CHF") {
			w.Errorf("dropped %v from %v, %v", by, from, ok)
		}
		if _, _, ok := listing.Drop(history, clock.At.AddDate(0, 0, 31)); ok {
			w.Error("an old drop still shows")
		}
		price(10, 900) // raised for a day, to show a drop
		price(11, 500)
		if by, _, ok := listing.Drop(w.wantHistory(l.ID, []int64{520, 480, 300, 900, 500}), clock.At); ok {
			w.Errorf("dropped by %v after it was raised", by)
		}
	})
}

func (w *world) wantHistory(id value.ID, want []int64) (history []listing.PriceAt) {
	w.Helper()
	w.read(func(tx *db.Tx) (err error) {
		history, err = listing.PriceHistory(tx, id)
		return err
	})
	if len(history) != len(want) {
		w.Fatalf("history %+v, want %v", history, want)
	}
	for i, p := range history {
		if p.Price != value.MoneyFromUnits(want[i], "CHF") {
			w.Errorf("price %d is %v, want %d", i, p.Price, want[i])
		}
	}
	return history
}
