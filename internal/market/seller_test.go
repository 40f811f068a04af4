package market_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/a-h/templ"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/job"
	"fairground/internal/listing"
	"fairground/internal/market"
	"fairground/internal/site/sitetest"
	"fairground/internal/trade"
	"fairground/internal/value"
	"fairground/internal/web"
)

// hand is a clock that the test moves.
type hand struct {
	mu sync.Mutex
	at time.Time
}

func (c *hand) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *hand) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// fair is a world with a clock that moves and a desk of trades.
type fair struct {
	*world
	clock  *hand
	trades *trade.Desk
	seats  map[value.ID][]value.ID
	owner  account.Account // of the private seller
}

func eachFair(t *testing.T, test func(t *testing.T, f *fair)) {
	t.Helper()
	t.Parallel()
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			clock := &hand{at: time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)}
			cluster := dbtest.ClusterWith(t, engine, func(c *db.Config) { c.Clock = clock })
			test(t, newFair(t, newWorld(t, sitetest.New(t, cluster, schemas()), market.Limits{}), clock))
		})
	}
}

func newFair(t testing.TB, w *world, clock *hand) *fair {
	t.Helper()
	f := &fair{world: w, clock: clock, seats: map[value.ID][]value.ID{}}
	f.owner = f.member("Elio Tester")
	f.seats[w.person.ID] = []value.ID{f.owner.ID}
	f.trades = &trade.Desk{DB: w.site.DB, Gate: w.desk.Gate, Neighbours: trade.Neighbours{
		Thing: func(tx *db.Tx, id value.ID) (trade.Thing, error) {
			l, err := listing.Find(tx, id)
			return trade.Thing{Title: l.Title, Seller: l.Seller.ID}, err
		},
		Reserve: func(tx *db.Tx, id value.ID) error { return listing.ReserveIn(tx, id, true) },
		Free:    func(tx *db.Tx, id value.ID) error { return listing.ReserveIn(tx, id, false) },
		Sold:    func(tx *db.Tx, id value.ID) error { return listing.End(tx, id, listing.Sold, "") },
		Seats:   func(_ *db.Tx, seller value.ID) ([]value.ID, error) { return f.seats[seller], nil },
		SellersOf: func(*db.Tx, value.ID) ([]value.ID, error) {
			return nil, nil
		},
		Sellers: func(tx *db.Tx, ids []value.ID) (map[value.ID]trade.Face, error) {
			found, err := listing.Sellers(tx, ids)
			faces := map[value.ID]trade.Face{}
			for _, s := range found {
				faces[s.ID] = trade.Face{Name: s.Name}
			}
			return faces, err
		},
	}}
	w.parts.Trades = f.trades
	w.parts.Acts = func(r *http.Request, _ *db.Tx, seller value.ID) (bool, error) {
		return slices.Contains(f.seats[seller], account.From(r.Context()).Account), nil
	}
	return f
}

func (f *fair) member(name string) (a account.Account) {
	f.Helper()
	f.write(func(tx *db.Tx) (err error) {
		mail := value.Email(strings.ToLower(strings.ReplaceAll(name, " ", ".")) + "@example.org")
		a, err = account.Create(tx, account.Account{Kind: value.Member, Email: mail, Name: name})
		return err
	})
	return a
}

// reviewed makes a deal about a listing and a review of it that has appeared.
func (f *fair) reviewed(buyer account.Account, l listing.Listing, stars int, words string) {
	f.Helper()
	var deal trade.Trade
	f.write(func(tx *db.Tx) (err error) {
		deal, err = f.trades.Agree(tx, trade.Agreement{Listing: l.ID, Seller: l.Seller.ID, Buyer: buyer.ID}, trade.Buyer)
		return err
	})
	f.clock.pass(2 * 24 * time.Hour)
	ctx := context.Background()
	_, err := f.trades.Review(ctx, buyer.Actor(), deal.ID, trade.Content{Stars: stars, Tags: []string{"friendly"}, Body: words, Locale: "en"})
	if err == nil {
		err = f.trades.Fail(ctx, buyer.Actor(), deal.ID) // frees the listing for the next
	}
	if _, failed := job.NewWorker(f.site.DB, 1, f.trades.Jobs()...).RunDue(ctx); failed != nil {
		f.Fatal(failed)
	}
	f.clock.pass(trade.BlindTime)
	if _, failed := f.trades.Tend(ctx); err != nil || failed != nil {
		f.Fatal(err, failed)
	}
	f.clock.pass(-16 * 24 * time.Hour)
}

func sellerPath(s listing.Seller, rest string) string { return "/s/" + s.ID.Text("sel") + rest }

func TestTheSellersPage(t *testing.T) {
	eachFair(t, func(t *testing.T, f *fair) {
		path := sellerPath(f.person, "/elio-t")
		if a := f.get(path); a.status != 404 {
			t.Errorf("a seller with nothing to show: %d", a.status)
		}
		cheap := f.offer(f.bicycle("Town bicycle with basket", 120))
		dear := f.offer(f.bicycle("Gravel bicycle, carbon fork", 1900))
		f.offerBy(f.bicycle("Touring bicycle of the shop", 700), f.shop)
		hidden := f.offer(f.bicycle("Sold long ago", 90))
		if err := f.desk.MarkSold(context.Background(), tester, hidden.ID); err != nil {
			t.Fatal(err)
		}
		if a := f.get(sellerPath(f.person, "")); a.status != 301 && a.status != 308 || a.header.Get("Location") != path {
			t.Errorf("%d to %q", a.status, a.header.Get("Location"))
		}
		f.play(t, []scenario{
			{"the page", path, 200, `<h1 class="name" dir="auto">Elio T.</h1>|2 listings|Town bicycle|Gravel bicycle|ProfilePage|rel="canonical"|Report this seller`, "Touring bicycle|Sold long ago|What others say", "en"},
			{"in German", path, 200, "2 Inserate|Diesen Anbieter melden", "market.", "de"},
			{"no such seller", "/s/sel_0000000000001", 404, "", "", "en"},
			{"no id", "/s/nonsense", 404, "", "", "en"},
			{"an odd place to go on from", path + "?before=nonsense", 404, "", "", "en"},
			{"its report", "/report/" + f.person.ID.Text("sel"), 200, "Elio T.|Back to the seller", "", "en"},
		})
		for sort, first := range map[string]listing.Listing{"price": cheap, "-price": dear} {
			a := f.get(path + "?sort=" + sort)
			if i, j := strings.Index(a.body, pathOf(cheap, "")), strings.Index(a.body, pathOf(dear, "")); (i < j) != (first.ID == cheap.ID) {
				t.Errorf("sort=%s: %d, %d", sort, i, j)
			}
			if !strings.Contains(a.body, `name="robots" content="noindex,follow"`) {
				t.Errorf("sort=%s is offered to search engines", sort)
			}
		}
		f.play(t, []scenario{{"the listing leads there", pathOf(cheap, "town-bicycle-with-basket"), 200, `href="` + path + `"`, "", "en"}})
	})
}

func TestReviewsOnTheSellersPage(t *testing.T) {
	eachFair(t, func(t *testing.T, f *fair) {
		l := f.offer(f.bicycle("Town bicycle with basket", 120))
		path := sellerPath(f.person, "/elio-t")
		for i := range 10 {
			f.reviewed(f.member(fmt.Sprintf("Buyer Number%d", i)), l, 5-i%2, fmt.Sprintf("Review %d: <i>handover</i> at the station.", i))
			if a := f.get(path); i == 0 && (!strings.Contains(a.body, "from three on") || strings.Contains(a.body, "big-rating")) {
				t.Error("a rating of one person is shown")
			}
		}
		first := f.get(path)
		for _, want := range []string{"10 reviews", "Review 9", "Review 2", "Buyer N.", "&lt;i&gt;handover", "Friendly", "Older reviews", `id="reviews"`, "5 stars: 5 reviews"} {
			if !strings.Contains(first.body, want) {
				t.Errorf("the page lacks %q", want)
			}
		}
		if strings.Contains(first.body, "Review 1:") || strings.Contains(first.body, "aggregateRating") {
			t.Error("too many reviews, or a person's rating for machines")
		}
		_, rest, _ := strings.Cut(first.body, "?reviews=")
		older, _, _ := strings.Cut(rest, "#")
		f.play(t, []scenario{
			{"older reviews", path + "?reviews=" + older, 200, "Review 1:|Review 0:|Newest reviews", "Review 2:|Older reviews", "en"},
			{"the report of one", "/report/" + older, 200, "A review by|Back to the review", "", "en"},
			{"the report of none", "/report/trv_0000000000001", 404, "", "", "en"},
			{"beside a listing", pathOf(l, "town-bicycle-with-basket"), 200, "from 10 reviews", "", "en"},
		})
		f.write(func(tx *db.Tx) error {
			id, err := value.ParseID("trv", older)
			if err == nil {
				err = f.trades.Refuse(tx, id, true, "it is about something else")
			}
			return err
		})
		f.play(t, []scenario{{"the report of one that was removed", "/report/" + older, 404, "", "", "en"}})
	})
}

func TestASellerWhoIsGone(t *testing.T) {
	eachFair(t, func(t *testing.T, f *fair) {
		l := f.offer(f.bicycle("Town bicycle with basket", 120))
		f.parts.Face = func(*http.Request, *db.Tx, listing.Seller) (market.Face, error) { return market.Face{Gone: true}, nil }
		f.play(t, []scenario{
			{"the page", sellerPath(f.person, "/elio-t"), 410, "This seller has left", "Elio T.|" + l.Title, "en"},
			{"its report", "/report/" + f.person.ID.Text("sel"), 404, "", "", "en"},
		})
	})
}

// marks are parts that say who asked for what.
func (f *fair) marks() {
	mark := func(words string) templ.Component { return templ.Raw("<p>" + words + "</p>") }
	f.parts.Face = func(_ *http.Request, _ *db.Tx, s listing.Seller) (market.Face, error) {
		return market.Face{Known: true, Name: "Elio of the Lake", About: "I mend bicycles.", Town: "Pully", Page: mark("FACE"), Card: mark("CARD")}, nil
	}
	f.parts.Contact = func(*http.Request, *db.Tx, listing.Listing) (templ.Component, error) { return mark("CONTACT"), nil }
	f.parts.Save = func(*http.Request, *db.Tx, listing.Listing) (templ.Component, error) { return mark("SAVE"), nil }
	f.parts.Follow = func(*http.Request, *db.Tx, value.ID) (templ.Component, error) { return mark("FOLLOW"), nil }
	f.parts.Hearts = func(_ *http.Request, _ *db.Tx, listings []listing.Listing) (map[value.ID]templ.Component, error) {
		all := map[value.ID]templ.Component{}
		for _, l := range listings {
			all[l.ID] = mark("HEART")
		}
		return all, nil
	}
	f.parts.Own = func(r *http.Request, tx *db.Tx, l listing.Listing) (market.Own, bool, error) {
		mine, err := f.parts.Acts(r, tx, l.Seller.ID)
		return market.Own{Edit: "/my/listings/edit", Figures: "/my/listings/figures"}, mine, err
	}
}

func TestWhatOtherRoomsPutBesideAListing(t *testing.T) {
	eachFair(t, func(t *testing.T, f *fair) {
		f.marks()
		l := f.offer(f.bicycle("Town bicycle with basket", 300))
		f.clock.pass(24 * time.Hour)
		cheaper := l.Content
		cheaper.Price = value.MoneyFromUnits(250, "CHF")
		if _, _, err := f.desk.Edit(context.Background(), tester, l.ID, l.Rev, cheaper); err != nil {
			t.Fatal(err)
		}
		f.write(func(tx *db.Tx) error { return listing.ReserveIn(tx, l.ID, true) })
		f.catchUp()
		path, seller := pathOf(l, "town-bicycle-with-basket"), sellerPath(f.person, "/elio-of-the-lake")
		f.play(t, []scenario{
			{"a visitor", path, 200, "CARD|CONTACT|SAVE|FOLLOW|Reserved|schema.org/Reserved|was CHF|300", "HEART|/my/listings/edit", "en"},
			{"a visitor at the seller", seller, 200, "FACE|FOLLOW|Reserved|I mend bicycles.", "HEART|CONTACT", "en"},
			{"a visitor among results", "/c/sports/bicycles", 200, "Reserved", "HEART", "en"},
		})
		buyer, owner := f.member("Anna Muster").ID.Text(account.IDKind), f.owner.ID.Text(account.IDKind)
		for _, c := range []struct{ name, who, path, want, not string }{
			{"a member", buyer, path, "CONTACT|SAVE|FOLLOW", "/my/listings/edit"},
			{"a member among results", buyer, "/c/sports/bicycles", "HEART", ""},
			{"a member at the seller", buyer, seller, "HEART|FOLLOW|Report this seller", ""},
			{"the owner", owner, path, "/my/listings/edit|/my/listings/figures|This is your listing", "CONTACT|SAVE|FOLLOW"},
			{"the owner at their page", owner, seller, "FACE", "FOLLOW|Report this seller"},
		} {
			a := f.get(c.path, "X-Account", c.who)
			for _, want := range strings.Split(c.want, "|") {
				if !strings.Contains(a.body, want) {
					t.Errorf("%s: %s lacks %q", c.name, c.path, want)
				}
			}
			for _, not := range strings.Split(c.not, "|") {
				if not != "" && strings.Contains(a.body, not) {
					t.Errorf("%s: %s has %q", c.name, c.path, not)
				}
			}
		}
	})
}

func TestEveryViewIsCounted(t *testing.T) {
	eachFair(t, func(t *testing.T, f *fair) {
		views := map[value.ID]int{}
		f.parts.Viewed = func(_ *http.Request, id value.ID) { views[id]++ }
		l := f.offer(f.bicycle("Town bicycle with basket", 300))
		pages := web.NewPages(f.clock, time.Hour, 1<<20)
		f.keep = func(h web.Handler) web.Handler {
			return pages.Keep(h, func(*http.Request) (web.State, error) { return web.State{Key: "visitor", Version: "1"}, nil })
		}
		path := pathOf(l, "town-bicycle-with-basket")
		tag := f.get(path).header.Get("ETag")
		f.get(path)
		f.get(path, "If-None-Match", tag)
		f.get("/l/" + l.Key()) // leads to the right address
		f.get("/l/lst_0000000000001")
		if views[l.ID] != 3 || len(views) != 1 {
			t.Errorf("counted %v", views)
		}
	})
}
