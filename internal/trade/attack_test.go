package trade_test

import (
	"sync"
	"testing"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/trade"
	"fairground/internal/value"
)

func TestNoReviewWithoutATradeOfOnesOwn(t *testing.T) {
	each(t, func(w *world) {
		deal := w.agree(w.anna, w.private)
		w.passes(2 * day)
		for name, who := range map[string]value.Actor{
			"a stranger": w.cleo.Actor(), "a visitor": {Kind: value.Visitor}, "nobody": {Kind: value.Member},
		} {
			if _, err := w.desk.Review(background, who, deal.ID, says(1, "I have heard bad things.")); value.KindOf(err) != value.NotFound {
				w.Errorf("%s: %v", name, err)
			}
		}
		if _, err := w.desk.Review(background, w.anna.Actor(), deal.ID+1, says(1, "There is no such deal.")); value.KindOf(err) != value.NotFound {
			w.Errorf("without a trade: %v", err)
		}
		young := w.agree(w.anna, w.private)
		_, err := w.desk.Review(background, w.anna.Actor(), young.ID, says(5, ""))
		w.refused(err, value.Conflict, "trade.error.too_soon")
	})
}

func TestOneReviewASide(t *testing.T) {
	each(t, func(w *world) {
		deal := w.agree(w.anna, w.shop)
		w.passes(2 * day)
		w.review(w.cleo, deal.ID, says(5, ""))
		w.passes(2 * day)
		_, err := w.desk.Review(background, w.dora.Actor(), deal.ID, says(1, "The colleague sees it differently."))
		w.refused(err, value.Conflict, "trade.error.written")
		err = w.db.Maintain(background, "attack", func(tx *db.Tx) error {
			_, err := tx.Exec(`
				insert into trade_review (id, trade, side, part, author, about, pair, stars, tags, body, locale, content_hash, status,
					watched, refused, reason, appeal, muted, linked, counted, rev, written_us, changed_us)
				select $2, trade, side, part, author, about, pair, stars, tags, body, locale, content_hash, 'held',
					watched, refused, reason, appeal, muted, linked, counted, rev, written_us, changed_us
				from trade_review where trade = $1`, int64(deal.ID), int64(w.db.IDs().Next()))
			return err
		})
		if err == nil {
			w.Error("the table took a second review of one side")
		}
	})
}

func TestBothSidesWritingAtTheSameMoment(t *testing.T) {
	each(t, func(w *world) {
		deal := w.agree(w.anna, w.private)
		w.passes(2 * day)
		var group sync.WaitGroup
		for range 4 {
			for _, who := range []account.Account{w.anna, w.ben} {
				group.Go(func() {
					_, err := w.desk.Review(background, who.Actor(), deal.ID, says(5, "A good deal, gladly again."))
					if kind := value.KindOf(err); err != nil && kind != value.Conflict {
						w.Errorf("%s: %v", who.Name, err)
					}
				})
			}
		}
		group.Wait()
		words := w.words(deal.ID)
		for _, side := range []trade.Side{trade.Buyer, trade.Seller} {
			if words.Reviews[side].Status != trade.Published {
				w.Errorf("%s: %s", side, words.Reviews[side].Status)
			}
		}
		for _, subject := range []value.ID{w.private, w.anna.ID} {
			if r := w.rating(subject); r.Reviews != 1 || r.Parties != 1 {
				w.Errorf("%d reviews of %d people", r.Reviews, r.Parties)
			}
		}
	})
}

func TestATeamDoesNotPraiseItsOwnShop(t *testing.T) {
	each(t, func(w *world) {
		deal := w.agree(w.anna, w.shop)
		w.passes(2 * day)
		w.near.seats[w.shop] = append(w.near.seats[w.shop], w.anna.ID)
		_, err := w.desk.Review(background, w.anna.Actor(), deal.ID, says(5, "The best shop of all."))
		w.refused(err, value.Forbidden, "trade.error.own_review")

		w.near.seats[w.shop] = []value.ID{w.cleo.ID}
		w.review(w.anna, deal.ID, says(5, "The best shop of all."))
		w.near.seats[w.shop] = append(w.near.seats[w.shop], w.anna.ID) // hired before it appears
		w.passes(trade.BlindTime)
		w.tend()
		if r := w.rating(w.shop); r.Reviews != 0 || len(w.shown(w.shop)) != 0 {
			w.Errorf("a colleague's review counts: %+v", r)
		}
	})
}

func TestLinkedPeopleNeverCount(t *testing.T) {
	each(t, func(w *world) {
		w.near.linked[[2]value.ID{w.private, w.anna.ID}] = true
		w.traded(w.anna, w.private, 5)
		if r := w.rating(w.private); r.Reviews != 0 || len(w.shown(w.private)) != 0 {
			w.Errorf("%+v", r)
		}
		clear(w.near.linked)
		w.near.linked[[2]value.ID{w.private, w.dora.ID}] = false
		r := w.traded(w.dora, w.private, 1)
		w.near.linked[[2]value.ID{w.private, w.dora.ID}] = true // the seller blocks the critic afterwards
		w.passes(day)
		w.tend()
		if !r.Counted || w.rating(w.private).Reviews != 1 {
			w.Error("a block took a bad review away")
		}
	})
}

func TestFiftyShamTradesOfOnePairCountOnce(t *testing.T) {
	each(t, func(w *world) {
		people := w.strangers(2)
		for _, buyer := range people {
			w.traded(buyer, w.private, 2)
		}
		for range 50 {
			deal := w.agree(w.anna, w.private)
			w.ok(w.desk.Complete(background, w.anna.Actor(), deal.ID))
			w.ok(w.desk.Complete(background, w.ben.Actor(), deal.ID))
			w.review(w.anna, deal.ID, says(5, "Wonderful, again!"))
			w.review(w.ben, deal.ID, says(5, "Wonderful, again!"))
		}
		r := w.rating(w.private)
		if r.Reviews != 3 || r.Parties != 3 || r.Histogram != [5]int{0, 2, 0, 0, 1} {
			w.Fatalf("%+v", r)
		}
		if r.Stars > 4 || !r.Shown {
			w.Errorf("%.1f stars", r.Stars)
		}
		if shown := w.shown(w.private); len(shown) != 3 {
			w.Errorf("%d are shown", len(shown))
		}
	})
}

func TestSuspendedAccountsFallOutAndComeBack(t *testing.T) {
	each(t, func(w *world) {
		for _, buyer := range w.strangers(2) {
			w.traded(buyer, w.private, 4)
		}
		w.traded(w.anna, w.private, 1)
		before := w.rating(w.private)
		reader := w.desk.Reader()
		w.write(func(tx *db.Tx) error { return account.Suspend(tx, w.anna.ID, "sham deals") })
		w.follow(reader)
		if r := w.rating(w.private); r.Reviews != 2 || r.Shown || len(w.shown(w.private)) != 2 {
			w.Errorf("suspended: %+v", r)
		}
		w.write(func(tx *db.Tx) error { return account.Restore(tx, w.anna.ID, "it was somebody else") })
		w.follow(reader)
		if r := w.rating(w.private); r != before {
			w.Errorf("restored: %+v, want %+v", r, before)
		}
	})
}

func TestErasedPeopleKeepNoName(t *testing.T) {
	each(t, func(w *world) {
		w.traded(w.anna, w.private, 5)
		open := w.agree(w.anna, w.private)
		w.passes(2 * day)
		unseen := w.review(w.anna, open.ID, says(1, "Nobody has read this yet."))
		estate := trade.Estate{SellersOf: w.near.sellersOf}

		exported := map[string]int{}
		w.read(func(tx *db.Tx) error {
			return estate.Export(tx, w.anna.ID, func(name string, rows any) error {
				exported[name] = lengthOf(rows)
				return nil
			})
		})
		if exported["deals"] != 2 || exported["reviews"] != 2 {
			w.Errorf("exported %v", exported)
		}
		kept := 0
		w.write(func(tx *db.Tx) error {
			return estate.Erase(tx, w.anna.ID, func(what, why, until string) { kept++ })
		})
		if kept != 2 {
			w.Errorf("kept %d", kept)
		}
		if shown := w.shown(w.private); len(shown) != 1 || shown[0].Name != "" || shown[0].Stars != 5 {
			w.Errorf("%+v", shown)
		}
		if words := w.words(open.ID); words.Reviews[trade.Buyer].ID == unseen.ID {
			w.Error("what nobody had seen is still there")
		}
		w.work()
		if w.near.status(open.Listing) != "live" {
			w.Errorf("the listing is %s", w.near.status(open.Listing))
		}
		if now := w.find(open.ID); now.Status != trade.FellThrough || now.Buyer == w.anna.ID {
			w.Errorf("%s, buyer %v", now.Status, now.Buyer)
		}
		w.tellsNothingOf(w.anna.ID)
		_, err := w.desk.Review(background, w.anna.Actor(), open.ID, says(5, "Back again, with praise."))
		if value.KindOf(err) != value.NotFound {
			w.Errorf("an erased member reviews: %v", err)
		}
		_, err = w.desk.Review(background, w.ben.Actor(), open.ID, says(1, "They have left, and now I tell all."))
		w.refused(err, value.Conflict, "trade.error.left")
		w.write(func(tx *db.Tx) error { return estate.Erase(tx, w.ben.ID, func(string, string, string) {}) })
	})
}

// tellsNothingOf looks for an account's id in every column that could hold it.
func (w *world) tellsNothingOf(account value.ID) {
	w.Helper()
	w.read(func(tx *db.Tx) error {
		n, err := db.One(tx, db.Column[int], `
			select (select count(*) from trade where buyer = $1)
				+ (select count(*) from trade_review where author = $1 or about = $1 or pair = $1)
				+ (select count(*) from trade_rating where subject = $1)`, int64(account))
		if n != 0 {
			w.Errorf("%d rows still name the account", n)
		}
		return err
	})
}
