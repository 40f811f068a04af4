package trade_test

import (
	"context"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/site/sitetest"
	"fairground/internal/trade"
	"fairground/internal/value"
)

var background = context.Background()

func TestAnOfferThatWasAcceptedIsATrade(t *testing.T) {
	each(t, func(w *world) {
		deal := w.agree(w.anna, w.shop)
		if deal.Status != trade.Agreed || w.near.status(deal.Listing) != "reserved" {
			w.Fatalf("%s, listing %s", deal.Status, w.near.status(deal.Listing))
		}
		for _, who := range []value.ID{w.anna.ID, w.cleo.ID, w.dora.ID} {
			if told := w.post.told(who); len(told) != 1 || told[0] != "trade.deal" {
				w.Errorf("told %v", told)
			}
		}
		w.ok(w.desk.Complete(background, w.anna.Actor(), deal.ID))
		if now := w.find(deal.ID); now.Status != trade.Agreed || now.SaidBy != trade.Buyer {
			w.Errorf("one side says so: %s, %s", now.Status, now.SaidBy)
		}
		w.refused(w.desk.Complete(background, w.anna.Actor(), deal.ID), value.Conflict, "trade.error.not_now")
		w.ok(w.desk.Complete(background, w.dora.Actor(), deal.ID))
		w.work()
		if now := w.find(deal.ID); now.Status != trade.Done || w.near.status(deal.Listing) != "sold" {
			w.Errorf("both sides say so: %s, listing %s", now.Status, w.near.status(deal.Listing))
		}
		w.refused(w.desk.Fail(background, w.anna.Actor(), deal.ID), value.Conflict, "trade.error.not_now")
		if rows := sitetest.History(w, w.Site, trade.Object, deal.ID); len(rows) != 3 {
			w.Errorf("the log has %d entries", len(rows))
		}
	})
}

func TestADealIsProposedByOneAndConfirmedByTheOther(t *testing.T) {
	each(t, func(w *world) {
		a := trade.Agreement{Listing: w.near.offer(w.db.IDs().Next(), w.private), Seller: w.private, Buyer: w.anna.ID, Price: value.MoneyFromUnits(90, "CHF")}
		deal, err := w.desk.Propose(background, w.anna.Actor(), a)
		w.ok(err)
		if deal.Status != trade.Proposed || w.near.status(a.Listing) != "live" {
			w.Fatalf("%s, listing %s", deal.Status, w.near.status(a.Listing))
		}
		w.refused(w.desk.Confirm(background, w.anna.Actor(), deal.ID), value.Conflict, "trade.error.not_now")
		if err := w.desk.Confirm(background, w.cleo.Actor(), deal.ID); value.KindOf(err) != value.NotFound {
			w.Errorf("a stranger confirmed: %v", err)
		}
		w.ok(w.desk.Confirm(background, w.ben.Actor(), deal.ID))
		w.work()
		if now := w.find(deal.ID); now.Status != trade.Agreed || w.near.status(a.Listing) != "reserved" {
			w.Errorf("confirmed: %s, listing %s", now.Status, w.near.status(a.Listing))
		}
		_, err = w.desk.Propose(background, w.ben.Actor(), a)
		w.refused(err, value.Conflict, "trade.error.open")

		w.ok(w.desk.Fail(background, w.anna.Actor(), deal.ID)) // the buyer, who may not touch the listing
		w.work()
		if now := w.find(deal.ID); now.Status != trade.FellThrough || w.near.status(a.Listing) != "live" {
			w.Errorf("fell through: %s, listing %s", now.Status, w.near.status(a.Listing))
		}
	})
}

func TestBothProposingTheSameAgree(t *testing.T) {
	each(t, func(w *world) {
		a := trade.Agreement{Listing: w.near.offer(w.db.IDs().Next(), w.private), Seller: w.private, Buyer: w.anna.ID, Price: value.MoneyFromUnits(90, "CHF")}
		_, err := w.desk.Propose(background, w.anna.Actor(), a)
		w.ok(err)
		deal, err := w.desk.Propose(background, w.ben.Actor(), a)
		w.ok(err)
		if deal.Status != trade.Agreed {
			w.Errorf("both say so: %s", deal.Status)
		}
	})
}

func TestWhatTimeDoesToTrades(t *testing.T) {
	each(t, func(w *world) {
		proposed, err := w.desk.Propose(background, w.anna.Actor(), trade.Agreement{
			Listing: w.near.offer(w.db.IDs().Next(), w.private), Seller: w.private, Buyer: w.anna.ID})
		w.ok(err)
		silent, half := w.agree(w.anna, w.shop), w.agree(w.ben, w.shop)
		w.ok(w.desk.Complete(background, w.cleo.Actor(), half.ID))
		w.post.told(w.anna.ID)
		w.tend()

		w.passes(trade.ReminderTime + time.Minute)
		w.tend()
		w.tend()
		if told := w.post.told(w.anna.ID); len(told) != 1 || told[0] != "trade.remind" {
			w.Errorf("after three days anna was told %v", told)
		}
		w.passes(trade.AnswerTime)
		w.tend()
		for id, want := range map[value.ID]trade.Status{proposed.ID: trade.Lapsed, half.ID: trade.Done, silent.ID: trade.Agreed} {
			if now := w.find(id); now.Status != want {
				w.Errorf("after two weeks: %s, want %s", now.Status, want)
			}
		}
		w.passes(trade.ForgetTime)
		w.tend()
		if now := w.find(silent.ID); now.Status != trade.Lapsed || w.near.status(silent.Listing) != "live" {
			w.Errorf("forgotten: %s, listing %s", now.Status, w.near.status(silent.Listing))
		}
		if n, err := w.desk.Tend(background); err != nil || n != 0 {
			w.Errorf("a quiet site: %d, %v", n, err)
		}
	})
}

func TestNobodyTradesWithThemselves(t *testing.T) {
	each(t, func(w *world) {
		a := trade.Agreement{Listing: w.near.offer(w.db.IDs().Next(), w.shop), Seller: w.shop, Buyer: w.dora.ID}
		_, err := w.desk.Propose(background, w.dora.Actor(), a)
		w.refused(err, value.Forbidden, "trade.error.own")
		err = w.db.Write(background, w.cleo.Actor(), "test", func(tx *db.Tx) error {
			_, err := w.desk.Agree(tx, a, trade.Seller)
			return err
		})
		w.refused(err, value.Forbidden, "trade.error.own")
	})
}

func TestOneOpenTradeForAPairAndAListing(t *testing.T) {
	each(t, func(w *world) {
		deal := w.agree(w.anna, w.private)
		w.write(func(tx *db.Tx) error {
			again, err := w.desk.Agree(tx, trade.Agreement{Listing: deal.Listing, Seller: w.private, Buyer: w.anna.ID, Price: value.MoneyFromUnits(150, "CHF")}, trade.Seller)
			if again.ID != deal.ID {
				w.Error("a second trade was made")
			}
			return err
		})
		if now := w.find(deal.ID); now.Price.Minor != 15000 {
			w.Errorf("the price is %v", now.Price)
		}
		other := w.agree(w.anna, w.private)
		if other.ID == deal.ID {
			w.Error("another listing is another trade")
		}
	})
}
