package listing_test

import (
	"fmt"
	"strings"
	"testing"

	"fairground/internal/listing"
	"fairground/internal/value"
)

func TestBulkGoesThroughAllAndTellsOfEach(t *testing.T) {
	eachWorld(t, func(w *world) {
		mina, elio := w.member("Mina"), w.member("Elio")
		shop := w.shop(mina)
		var ids []value.ID
		for i := range 30 {
			c := w.bicycle(fmt.Sprintf("Shop bicycle %d%d%d", i, i*31, i*977))
			l, _, err := w.desk.Submit(ctx, actor(mina), listing.Submission{Content: c, Seller: shop})
			w.wantKind("submit", err, "")
			ids = append(ids, l.ID)
		}
		foreign := w.offer(elio, w.bicycle("A tandem"))
		w.wantKind("sold", w.desk.MarkSold(ctx, actor(mina), ids[3]), "")
		some := append([]value.ID{foreign.ID, 12345}, ids...)

		results := w.bulk(mina, listing.Bulk{Verb: listing.BulkPause, Seller: shop.ID, IDs: some})
		failed := 0
		for i, r := range results {
			if r.ID != some[i] {
				w.Fatalf("result %d is of %v", i, r.ID)
			}
			if r.Err != nil {
				failed++
			} else if r.Status != listing.Paused || r.Title == "" {
				w.Errorf("%+v", r)
			}
		}
		if failed != 3 || len(results) != 32 || w.find(foreign.ID).Status != listing.Live {
			w.Errorf("%d of %d failed; the foreign one is %s", failed, len(results), w.find(foreign.ID).Status)
		}
		for _, r := range w.bulk(mina, listing.Bulk{Verb: listing.BulkRenew, Seller: shop.ID, IDs: ids}) {
			if r.Err != nil || r.Status != listing.Live || !w.visible(r.ID) {
				w.Errorf("renewed: %+v", r)
			}
		}
		for _, r := range w.bulk(mina, listing.Bulk{Verb: listing.BulkPrice, Percent: -10, Seller: shop.ID, IDs: ids[:2]}) {
			if now := w.find(r.ID); now.Price != value.MoneyFromUnits(468, "CHF") || !w.visible(r.ID) {
				w.Errorf("%v after 10 percent off: %v", now.Price, r.Err)
			}
		}
		w.wantHistory(ids[0], []int64{520, 468})
	})
}

func (w *world) bulk(who listing.Author, b listing.Bulk) []listing.BulkResult {
	w.Helper()
	results, err := w.desk.Bulk(ctx, actor(who), b)
	if err != nil {
		w.Fatal(err)
	}
	return results
}

// Many at once go through screening one by one, and the limits hold in the middle of a portion.
func TestBulkGoesAroundNothing(t *testing.T) {
	eachWorld(t, func(w *world) {
		mina := w.member("Mina")
		seller := w.ownSeller(mina, "Mina R.")
		var ids []value.ID
		for _, title := range []string{"Bicycle with a basket", "A tandem for two", "Racing bicycle"} {
			l := w.offer(mina, w.bicycle(title))
			w.wantKind("pause", w.desk.Pause(ctx, actor(mina), l.ID), "")
			ids = append(ids, l.ID)
		}
		w.stricter()
		w.desk.Limits = limited(listing.Limits{Live: 2})
		results := w.bulk(mina, listing.Bulk{Verb: listing.BulkRenew, Seller: seller.ID, IDs: ids})
		if results[0].Status != listing.Held || w.visible(ids[0]) || !w.visible(ids[1]) {
			w.Errorf("%+v", results)
		}
		w.wantKind("one more than the limit", results[2].Err, value.Limited)
		if w.find(ids[2]).Status != listing.Paused {
			w.Errorf("it is %s", w.find(ids[2]).Status)
		}
		for _, wrong := range []listing.Bulk{
			{Verb: "publish", Seller: seller.ID}, {Verb: listing.BulkPrice, Percent: -100, Seller: seller.ID},
			{Verb: listing.BulkPause, Seller: seller.ID, IDs: make([]value.ID, 501)},
		} {
			_, err := w.desk.Bulk(ctx, actor(mina), wrong)
			w.wantKind(string(wrong.Verb), err, value.Invalid)
		}
	})
}

func TestPricesByPercent(t *testing.T) {
	eachWorld(t, func(w *world) {
		mina := w.member("Mina")
		seller := w.ownSeller(mina, "Mina R.")
		for i, c := range []struct {
			minor   int64
			percent int
			want    int64
		}{{12_345, 10, 13_600}, {100, -90, 10}, {1, -90, 1}, {99_900, -50, 50_000}, {0, 10, 0}, {1 << 62, 400, 1 << 62}} {
			content := w.bicycle(fmt.Sprintf("Bicycle %s", strings.Repeat(string(rune('a'+i)), 12)))
			content.Price.Minor = c.minor
			l := w.offer(mina, content)
			r := w.bulk(mina, listing.Bulk{Verb: listing.BulkPrice, Percent: c.percent, Seller: seller.ID, IDs: []value.ID{l.ID}})[0]
			if got := w.find(l.ID).Price.Minor; got != c.want {
				w.Errorf("%d and %d%% made %d, want %d: %v", c.minor, c.percent, got, c.want, r.Err)
			}
		}
	})
}
