package trade_test

import (
	"reflect"
	"testing"
	"time"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/trade"
	"fairground/internal/value"
)

func lengthOf(rows any) int { return reflect.ValueOf(rows).Len() }

func (w *world) follow(reader *change.Reader) {
	w.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		_, err := reader.CatchUp(background, w.db)
		w.ok(err)
		var waiting int
		w.read(func(tx *db.Tx) error { return tx.Row("select count(*) from change where seq is null").Scan(&waiting) })
		if waiting == 0 {
			return
		}
		if time.Now().After(deadline) {
			w.Fatal("the log got no numbers")
		}
	}
}

func TestARatingIsShownFromThreePeopleOn(t *testing.T) {
	each(t, func(w *world) {
		people := w.strangers(3)
		for i, stars := range []int{5, 5, 4} {
			if r := w.rating(w.private); r.Shown || r.Stars != 0 || r.Parties != i {
				w.Errorf("after %d: %+v", i, r)
			}
			w.traded(people[i], w.private, stars)
		}
		r := w.rating(w.private)
		if !r.Shown || r.Stars < 4.4 || r.Stars > 4.6 || r.Histogram != [5]int{0, 0, 0, 1, 2} {
			w.Errorf("%+v", r)
		}
		w.read(func(tx *db.Tx) error {
			all, err := trade.Summaries(tx, []value.ID{w.shop, w.private})
			if len(all) != 1 || all[w.private] != r {
				w.Errorf("%+v", all)
			}
			return err
		})
	})
}

func TestOldReviewsFade(t *testing.T) {
	each(t, func(w *world) {
		people := w.strangers(6)
		for _, buyer := range people[:3] {
			w.traded(buyer, w.private, 1)
		}
		bad := w.rating(w.private).Stars
		w.passes(4 * trade.HalfLife)
		faded := w.rating(w.private).Stars
		if bad > 3 || faded < 3.9 || faded > 4.3 {
			w.Errorf("%.1f, and %.1f four years later", bad, faded)
		}
		for _, buyer := range people[3:] {
			w.traded(buyer, w.private, 5)
		}
		if now := w.rating(w.private); now.Stars < 4.4 || now.Reviews != 6 {
			w.Errorf("%+v", now)
		}
	})
}

func TestAPairCountsAgainAfterNinetyDays(t *testing.T) {
	each(t, func(w *world) {
		w.traded(w.anna, w.private, 5) // each takes 16 days
		w.traded(w.anna, w.private, 4)
		newest := w.traded(w.anna, w.private, 1)
		if r := w.rating(w.private); r.Reviews != 1 || r.Histogram[0] != 1 || !newest.Counted {
			w.Fatalf("the newest counts: %+v", r)
		}
		w.passes(80 * day)
		w.traded(w.anna, w.private, 3)
		if r := w.rating(w.private); r.Reviews != 2 || r.Parties != 1 || r.Histogram != [5]int{1, 0, 1, 0, 0} {
			w.Errorf("%+v", r)
		}
	})
}

func TestPagesOfReviewsFollowEachOther(t *testing.T) {
	each(t, func(w *world) {
		var all []value.ID
		for _, buyer := range w.strangers(5) {
			all = append([]value.ID{w.traded(buyer, w.private, 4).ID}, all...)
		}
		var seen []value.ID
		var before value.ID
		for {
			var more bool
			var page []trade.Shown
			w.read(func(tx *db.Tx) (err error) {
				page, more, err = w.desk.Reviews(tx, w.private, before, 2)
				return err
			})
			for _, r := range page {
				seen, before = append(seen, r.ID), r.ID
			}
			if !more {
				break
			}
		}
		if !reflect.DeepEqual(seen, all) {
			w.Errorf("%v, want %v", seen, all)
		}
	})
}
