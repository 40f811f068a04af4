package listing_test

import (
	"slices"
	"testing"

	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/value"
)

func (w *world) shop(owner listing.Author) (s listing.Seller) {
	w.Helper()
	w.write(func(tx *db.Tx) error {
		s = listing.Seller{ID: tx.NewID(), Kind: listing.Business, Name: "Velo Lavaux", Town: "Pully", Since: tx.Now().AddDate(-1, 0, 0)}
		if err := listing.AddSeller(tx, s); err != nil {
			return err
		}
		return listing.GiveSeat(tx, listing.Seat{Seller: s.ID, Account: owner.Account, Role: listing.Owner})
	})
	return s
}

// give tries to give a seat.
func (w *world) give(seller value.ID, who listing.Author, role listing.SeatRole) error {
	return w.db.Write(ctx, tester, "test", func(tx *db.Tx) error {
		return listing.GiveSeat(tx, listing.Seat{Seller: seller, Account: who.Account, Role: role})
	})
}

func (w *world) take(seller value.ID, who listing.Author) error {
	return w.db.Write(ctx, tester, "test", func(tx *db.Tx) error { return listing.TakeSeat(tx, seller, who.Account) })
}

func TestASellerKeepsAnOwner(t *testing.T) {
	eachWorld(t, func(w *world) {
		mina, elio := w.member("Mina"), w.member("Elio")
		shop := w.shop(mina)
		w.wantKind("the last owner leaves", w.take(shop.ID, mina), value.Conflict)
		w.wantKind("the last owner becomes an editor", w.give(shop.ID, mina, listing.Editor), value.Conflict)
		w.wantKind("an unknown role", w.give(shop.ID, elio, "boss"), value.Invalid)
		w.wantKind("a seat that is not there", w.take(shop.ID, elio), value.NotFound)
		w.wantKind("a seller that is not there", w.give(12345, elio, listing.Owner), value.NotFound)
		w.wantKind("a second owner", w.give(shop.ID, elio, listing.Owner), "")
		w.wantKind("the first leaves", w.take(shop.ID, mina), "")
		w.read(func(tx *db.Tx) error {
			seats, err := listing.SeatsOf(tx, shop.ID)
			if len(seats) != 1 || seats[0].Account != elio.Account || seats[0].Role != listing.Owner {
				w.Errorf("seats are %+v", seats)
			}
			_, gone := listing.SeatOf(tx, shop.ID, mina.Account)
			w.wantKind("the seat that was left", gone, value.NotFound)
			return err
		})
	})
}

func TestAMemberHasOnePrivateSeller(t *testing.T) {
	eachWorld(t, func(w *world) {
		mina, elio := w.member("Mina"), w.member("Elio")
		shop := w.shop(mina)
		first, again := w.ownSeller(mina, "Mina R."), w.ownSeller(mina, "Somebody else")
		if first.ID != again.ID || again.Name != "Mina R." || first.Kind != listing.Private {
			w.Errorf("%+v and %+v", first, again)
		}
		w.wantKind("a second seat at a private seller", w.give(first.ID, elio, listing.Editor), value.Conflict)
		w.read(func(tx *db.Tx) error {
			held, err := listing.SeatsHeldBy(tx, mina.Account)
			var sellers []value.ID
			for _, seat := range held {
				sellers = append(sellers, seat.Seller)
			}
			if !slices.Equal(sellers, []value.ID{first.ID, shop.ID}) {
				w.Errorf("seats at %v, want the own seller first", sellers)
			}
			return err
		})
	})
}

func TestOnlySeatsThatMayPostChangeListings(t *testing.T) {
	eachWorld(t, func(w *world) {
		mina, agent, stranger := w.member("Mina"), w.member("Agatha"), w.member("Elio")
		shop := w.shop(mina)
		w.wantKind("an agent", w.give(shop.ID, agent, listing.Agent), "")
		l, _, err := w.desk.Submit(ctx, actor(mina), listing.Submission{Content: w.bicycle("City bicycle"), Seller: shop})
		w.wantKind("the owner posts", err, "")
		for who, want := range map[listing.Author]value.Kind{stranger: value.NotFound, agent: value.Forbidden} {
			a := actor(who)
			_, _, edited := w.desk.Edit(ctx, a, l.ID, l.Rev, w.bicycle("Mine now"))
			_, _, renewed := w.desk.Renew(ctx, a, l.ID)
			_, _, planned := w.desk.Schedule(ctx, a, l.ID, w.db.Clock().Now().AddDate(0, 0, 1))
			_, _, posted := w.desk.Submit(ctx, a, listing.Submission{Content: w.bicycle("In their name"), Seller: shop})
			_, drafted := w.desk.StartDraft(ctx, who, shop.ID, listing.Typed{})
			_, many := w.desk.Bulk(ctx, a, listing.Bulk{Verb: listing.BulkRemove, Seller: shop.ID, IDs: []value.ID{l.ID}})
			for what, err := range map[string]error{
				"edit": edited, "renew": renewed, "schedule": planned, "submit": posted, "draft": drafted, "bulk": many,
				"pause": w.desk.Pause(ctx, a, l.ID), "sold": w.desk.MarkSold(ctx, a, l.ID), "remove": w.desk.Remove(ctx, a, l.ID, ""),
				"reserve": w.desk.Reserve(ctx, a, l.ID),
			} {
				w.wantKind(what, err, want)
			}
		}
		_, _, err = w.desk.Renew(ctx, value.Actor{Kind: value.Visitor}, l.ID)
		w.wantKind("a visitor renews", err, value.Forbidden)
		if now := w.find(l.ID); now.Rev != l.Rev || now.Status != listing.Live {
			w.Errorf("revision %d, status %s", now.Rev, now.Status)
		}
	})
}

func TestRenamingASeller(t *testing.T) {
	eachWorld(t, func(w *world) {
		rename := func(name string) error {
			return w.db.Write(ctx, tester, "test", func(tx *db.Tx) error { return listing.RenameSeller(tx, w.seller.ID, name, "Lutry") })
		}
		w.wantKind("a new name", rename(" Elio \u202e Tanner "), "")
		w.wantKind("no name", rename("\u200b\u3164"), value.Invalid)
		w.read(func(tx *db.Tx) error {
			s, err := listing.FindSeller(tx, w.seller.ID)
			if s.Name != "Elio Tanner" || s.Town != "Lutry" {
				w.Errorf("%+v", s)
			}
			return err
		})
	})
}
