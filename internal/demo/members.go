package demo

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/message"
	"fairground/internal/profile"
	"fairground/internal/trade"
	"fairground/internal/value"
)

// Members makes the people of the demonstration able to act: everybody who sells gets an account behind them. Mina
// sells by herself and owns a shop, Elio sells and works in that shop; they talk to others, and the shop has been dealt
// with. It goes by the doors that members use, so whatever it writes was screened.
type Members struct {
	DB       *db.DB
	Messages *message.Desk
	Trades   *trade.Desk
	Profiles *profile.Desk
}

// stand is a seller with what they offer.
type stand struct {
	listing.Seller
	offers []listing.Listing
	owner  value.ID // the account
}

// Plant does it, for as many as the site has listings for.
func (m Members) Plant(ctx context.Context) error {
	stands, err := m.stands(ctx)
	if err != nil || len(stands) < 4 {
		return err
	}
	mina, elio, err := m.find(ctx)
	if err != nil {
		return err
	}
	shop, err := m.seat(ctx, stands, mina, elio)
	if err != nil {
		return err
	}
	for _, step := range []func(context.Context, []*stand, *stand, account.Account, account.Account) error{m.present, m.talk, m.deal} {
		if err := step(ctx, stands, shop, mina, elio); err != nil {
			return fmt.Errorf("demo.Members: %w", err)
		}
	}
	return nil
}

// stands are the sellers with something on the market, those with most first.
func (m Members) stands(ctx context.Context) (all []*stand, err error) {
	bySeller := make(map[value.ID]*stand)
	err = m.DB.Read(ctx, func(tx *db.Tx) error {
		var before value.ID
		for {
			page, err := listing.List(tx, listing.Filter{Status: listing.Live, Before: before, Limit: 500})
			if err != nil || len(page) == 0 {
				return err
			}
			for _, l := range page {
				s := bySeller[l.Seller.ID]
				if s == nil {
					s = &stand{Seller: l.Seller}
					bySeller[l.Seller.ID] = s
					all = append(all, s)
				}
				s.offers = append(s.offers, l)
			}
			before = page[len(page)-1].ID
		}
	})
	slices.SortStableFunc(all, func(a, b *stand) int {
		return cmp.Or(cmp.Compare(len(b.offers), len(a.offers)), cmp.Compare(a.ID, b.ID))
	})
	return all, err
}

func (m Members) find(ctx context.Context) (mina, elio account.Account, err error) {
	err = m.DB.Read(ctx, func(tx *db.Tx) error {
		if mina, err = account.FindByEmail(tx, "mina@lakeside.example"); err != nil {
			return err
		}
		elio, err = account.FindByEmail(tx, "elio@lakeside.example")
		return err
	})
	return mina, elio, err
}

// seat puts an account behind every seller, and returns the shop of Mina and Elio.
func (m Members) seat(ctx context.Context, stands []*stand, mina, elio account.Account) (shop *stand, err error) {
	err = m.DB.Write(ctx, planter, "demo.members", func(tx *db.Tx) error {
		shop = nil
		own := []account.Account{mina, elio}
		for i, s := range stands {
			switch {
			case s.Kind == listing.Business && shop == nil:
				shop, s.owner = s, mina.ID
				if err := listing.GiveSeat(tx, listing.Seat{Seller: s.ID, Account: mina.ID, Role: listing.Owner}); err != nil {
					return err
				}
				if err := listing.GiveSeat(tx, listing.Seat{Seller: s.ID, Account: elio.ID, Role: listing.Editor}); err != nil {
					return err
				}
				continue
			case s.Kind == listing.Private && len(own) > 0:
				s.owner, s.Name = own[0].ID, own[0].Name
				own = own[1:]
				if err := listing.RenameSeller(tx, s.ID, s.Name, s.Town); err != nil {
					return err
				}
			default:
				made, err := account.Create(tx, account.Account{
					Kind: value.Member, Name: s.Name, Email: value.Email(fmt.Sprintf("seller-%03d@lakeside.example", i)), State: account.Active,
					Verified: tx.Now(),
				})
				if err != nil {
					return err
				}
				s.owner = made.ID
			}
			if err := listing.GiveSeat(tx, listing.Seat{Seller: s.ID, Account: s.owner, Role: listing.Owner}); err != nil {
				return err
			}
		}
		return nil
	})
	return shop, err
}

func as(id value.ID) value.Actor { return value.Actor{Kind: value.Member, ID: id} }

// present gives Mina and the shop a profile.
func (m Members) present(ctx context.Context, stands []*stand, shop *stand, mina, _ account.Account) error {
	for _, s := range stands {
		if s.owner == mina.ID && s.Kind == listing.Private {
			_, err := m.Profiles.Save(ctx, as(mina.ID), s.ID, 0, profile.Content{
				Name: s.Name, Town: s.Town, Languages: []value.Locale{"en", "de"},
				About: "I clear out what we no longer need. Everything can be seen and tried before you decide.",
			})
			if err != nil {
				return err
			}
		}
	}
	if shop == nil {
		return nil
	}
	open := []profile.Span{{From: 9 * 60, To: 12 * 60}, {From: 13*60 + 30, To: 18*60 + 30}}
	_, err := m.Profiles.Save(ctx, as(mina.ID), shop.ID, 0, profile.Content{
		Name: shop.Name, Town: shop.Town, Street: "Quay 4", Postcode: "1000", Languages: []value.Locale{"en", "de"},
		About:   "A small shop by the lake. We repair what we sell, and take it back within fourteen days.",
		Hours:   profile.Hours{Week: [7][]profile.Span{1: nil, 2: open, 3: open, 4: open, 5: open, 6: {{From: 9 * 60, To: 16 * 60}}}},
		Imprint: shop.Name + "\nQuay 4, 1000 " + shop.Town + "\nThis shop is made up.",
	})
	return err
}

// talk lets Elio ask about something of Mina's, and agree on a price.
func (m Members) talk(ctx context.Context, stands []*stand, _ *stand, mina, elio account.Account) error {
	i := slices.IndexFunc(stands, func(s *stand) bool { return s.owner == mina.ID && s.Kind == listing.Private })
	if i < 0 {
		return nil
	}
	about := stands[i].offers[0]
	c, _, err := m.Messages.Start(ctx, as(elio.ID), about.ID, message.Draft{Text: "Hello! Is it still there? I could come by on Saturday morning."})
	if err != nil {
		return err
	}
	if _, err := m.Messages.Send(ctx, as(mina.ID), c.ID, message.Draft{Text: "Yes, it is. Saturday from ten suits me well; it stands in the hall, ready to look at."}); err != nil {
		return err
	}
	if about.HasPrice() && about.Price.Minor > 1000 {
		offer := value.Money{Minor: about.Price.Minor / 1000 * 900, Currency: about.Price.Currency}
		if _, err := m.Messages.MakeOffer(ctx, as(elio.ID), c.ID, offer, ""); err != nil {
			return err
		}
	}
	for _, s := range stands {
		if s.owner != mina.ID && s.owner != elio.ID && s.Kind == listing.Private {
			_, _, err := m.Messages.Start(ctx, as(mina.ID), s.offers[0].ID, message.Draft{Text: "Good evening, does this include the accessories on the second photo?"})
			return err
		}
	}
	return nil
}

// said are reviews of the shop.
var said = []struct {
	stars int
	text  string
}{
	{5, "Just as described, and they showed me how to set it up."},
	{5, "Quick answers, fair price, friendly people."},
	{4, "All good; I only had to wait a little at the counter."},
	{5, "They noticed a scratch themselves and took something off."},
}

// deal lets others buy from the shop, and both sides review.
func (m Members) deal(ctx context.Context, stands []*stand, shop *stand, mina, elio account.Account) error {
	if shop == nil {
		return nil
	}
	n := 0
	for _, s := range stands {
		if s.Kind == listing.Business || s.owner == mina.ID || s.owner == elio.ID || n == len(said) || n >= len(shop.offers)-2 {
			continue
		}
		about := shop.offers[len(shop.offers)-1-n]
		if err := m.buy(ctx, about, s.owner, mina.ID, said[n].stars, said[n].text); err != nil {
			return err
		}
		n++
	}
	return nil
}

func (m Members) buy(ctx context.Context, about listing.Listing, buyer, seller value.ID, stars int, text string) error {
	var t trade.Trade
	err := m.DB.Write(ctx, planter, "demo.deal", func(tx *db.Tx) (err error) {
		t, err = m.Trades.Agree(tx, trade.Agreement{Listing: about.ID, Seller: about.Seller.ID, Buyer: buyer, Price: about.Price}, trade.Buyer)
		return err
	})
	if err != nil {
		return err
	}
	for _, who := range []value.ID{buyer, seller} {
		if err := m.Trades.Complete(ctx, as(who), t.ID); err != nil {
			return err
		}
	}
	if _, err := m.Trades.Review(ctx, as(buyer), t.ID, trade.Content{Stars: stars, Body: text, Locale: "en"}); err != nil {
		return err
	}
	_, err = m.Trades.Review(ctx, as(seller), t.ID, trade.Content{Stars: 5, Body: "Came on time and paid at once. Thank you!", Locale: "en"})
	return err
}
