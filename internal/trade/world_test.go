package trade_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/job"
	"fairground/internal/record"
	"fairground/internal/safety"
	"fairground/internal/site/sitetest"
	"fairground/internal/trade"
	"fairground/internal/value"
)

var tester = value.SystemActor("test")

const day = 24 * time.Hour

// world is one site with two private people, a shop with two seats, and a clock that the test moves.
type world struct {
	*testing.T
	*sitetest.World
	db    *db.DB
	desk  *trade.Desk
	clock *hand
	near  *neighbours
	post  *postbox

	anna, ben, cleo, dora account.Account // ben sells; cleo and dora hold seats in the shop
	private, shop         value.ID        // sellers
}

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

func each(t *testing.T, test func(w *world)) {
	t.Helper()
	t.Parallel()
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			clock := &hand{at: time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)}
			cluster := dbtest.ClusterWith(t, engine, func(c *db.Config) { c.Clock = clock })
			test(newWorld(t, sitetest.New(t, cluster, schemas()), clock))
		})
	}
}

func schemas() []db.Schema {
	return []db.Schema{job.Schema(), account.Schema(), record.Schema(), safety.Schema(), trade.Schema()}
}

func newWorld(t *testing.T, base *sitetest.World, clock *hand) *world {
	t.Helper()
	pack, err := safety.ProviderPack()
	if err != nil {
		t.Fatal(err)
	}
	rules, err := safety.Compile(pack, safety.Pack{})
	if err != nil {
		t.Fatal(err)
	}
	gate, err := safety.NewGate(make([]byte, 32), base.Site.DB.IDs(), rules)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{T: t, World: base, db: base.Site.DB, clock: clock, post: &postbox{},
		near: &neighbours{seats: map[value.ID][]value.ID{}, names: map[value.ID]string{}, things: map[value.ID]thing{}, linked: map[[2]value.ID]bool{}}}
	w.desk = &trade.Desk{DB: w.db, Gate: gate, Tell: w.post, Neighbours: w.near.all()}
	w.write(func(tx *db.Tx) error {
		w.anna, w.ben = w.person(tx, "Anna Muster"), w.person(tx, "Ben Beispiel")
		w.cleo, w.dora = w.person(tx, "Cleo Muster"), w.person(tx, "Dora Muster")
		w.private, w.shop = tx.NewID(), tx.NewID()
		return nil
	})
	w.near.seats[w.private], w.near.names[w.private] = []value.ID{w.ben.ID}, "Ben B."
	w.near.seats[w.shop], w.near.names[w.shop] = []value.ID{w.cleo.ID, w.dora.ID}, "Spoke & Lantern"
	return w
}

func (w *world) person(tx *db.Tx, name string) account.Account {
	mail := value.Email(strings.ToLower(strings.ReplaceAll(name, " ", ".")) + "@example.org")
	a, err := account.Create(tx, account.Account{Kind: value.Member, Email: mail, Name: name})
	if err != nil {
		w.Fatal(err)
	}
	return a
}

func (w *world) write(fn func(tx *db.Tx) error) {
	w.Helper()
	w.ok(w.db.Write(context.Background(), tester, "test", fn))
}

func (w *world) read(fn func(tx *db.Tx) error) {
	w.Helper()
	w.ok(w.db.Read(context.Background(), fn))
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// refused demands an error of a kind with a key of the catalogue.
func (w *world) refused(err error, kind value.Kind, key string) {
	w.Helper()
	var known *value.Error
	if !errors.As(err, &known) || known.Kind != kind || known.Key != key {
		w.Errorf("got %v, want %s %q", err, kind, key)
	}
}

func (w *world) passes(d time.Duration) { w.clock.pass(d) }

// tend runs what is due.
func (w *world) tend() {
	w.Helper()
	_, err := w.desk.Tend(context.Background())
	w.ok(err)
}

// work does what jobs were left.
func (w *world) work() {
	w.Helper()
	_, err := job.NewWorker(w.db, 1, w.desk.Jobs()...).RunDue(context.Background())
	w.ok(err)
}

// agree makes an agreed trade between a buyer and a seller about a new listing.
func (w *world) agree(buyer account.Account, seller value.ID) trade.Trade {
	w.Helper()
	var t trade.Trade
	a := trade.Agreement{Listing: w.near.offer(w.db.IDs().Next(), seller), Seller: seller, Buyer: buyer.ID, Price: value.MoneyFromUnits(180, "CHF")}
	w.write(func(tx *db.Tx) (err error) {
		t, err = w.desk.Agree(tx, a, trade.Buyer)
		return err
	})
	return t
}

func (w *world) find(id value.ID) (t trade.Trade) {
	w.Helper()
	w.read(func(tx *db.Tx) (err error) {
		t, err = trade.Find(tx, id)
		return err
	})
	return t
}

func (w *world) words(id value.ID) (words trade.Words) {
	w.Helper()
	w.read(func(tx *db.Tx) (err error) {
		words, err = trade.WordsOf(tx, id)
		return err
	})
	return words
}

func (w *world) rating(subject value.ID) (r trade.Rating) {
	w.Helper()
	w.read(func(tx *db.Tx) (err error) {
		r, err = trade.Summary(tx, subject)
		return err
	})
	return r
}

func (w *world) shown(subject value.ID) (all []trade.Shown) {
	w.Helper()
	w.read(func(tx *db.Tx) (err error) {
		all, _, err = w.desk.Reviews(tx, subject, 0, 100)
		return err
	})
	return all
}

func says(stars int, body string) trade.Content {
	return trade.Content{Stars: stars, Body: body, Locale: "en"}
}

// review must be stored without complaint.
func (w *world) review(by account.Account, id value.ID, c trade.Content) trade.Review {
	w.Helper()
	r, err := w.desk.Review(context.Background(), by.Actor(), id, c)
	w.ok(err)
	return r
}

// traded makes a trade that is done, with a review by the buyer that has appeared.
func (w *world) traded(buyer account.Account, seller value.ID, stars int) trade.Review {
	w.Helper()
	t := w.agree(buyer, seller)
	w.passes(2 * day)
	r := w.review(buyer, t.ID, says(stars, "The bicycle was as described, and the handover went well."))
	w.passes(trade.BlindTime)
	w.tend()
	w.read(func(tx *db.Tx) (err error) {
		r, err = trade.FindReview(tx, r.ID)
		return err
	})
	if r.Status != trade.Published {
		w.Fatalf("the review is %s", r.Status)
	}
	return r
}

// strangers makes n members.
func (w *world) strangers(n int) []account.Account {
	w.Helper()
	all := make([]account.Account, n)
	w.write(func(tx *db.Tx) error {
		for i := range all {
			all[i] = w.person(tx, fmt.Sprintf("Buyer Number%d", i))
		}
		return nil
	})
	return all
}

// postbox keeps the alerts that were told.
type postbox struct {
	mu     sync.Mutex
	alerts []account.Alert
}

func (p *postbox) Tell(tx *db.Tx, a account.Alert) error {
	tx.After(func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.alerts = append(p.alerts, a)
	})
	return nil
}

// told lists the kinds of alert that somebody got since it was asked last.
func (p *postbox) told(to value.ID) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var kinds []string
	p.alerts = slices.DeleteFunc(p.alerts, func(a account.Alert) bool {
		if a.To == to {
			kinds = append(kinds, a.Kind)
		}
		return a.To == to
	})
	return kinds
}

// neighbours are the other rooms: listings with their status, seats, names.
type neighbours struct {
	mu      sync.Mutex
	seats   map[value.ID][]value.ID
	names   map[value.ID]string
	things  map[value.ID]thing
	linked  map[[2]value.ID]bool // seller and account
	appeals []trade.Appeal
}

type thing struct {
	seller value.ID
	status string
}

func (n *neighbours) offer(id, seller value.ID) value.ID {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.things[id] = thing{seller, "live"}
	return id
}

func (n *neighbours) status(listing value.ID) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.things[listing].status
}

// move changes a listing, as package listing does only for the program and those who may post for its seller.
func (n *neighbours) move(from, to string) func(*db.Tx, value.ID) error {
	return func(tx *db.Tx, listing value.ID) error {
		if tx.Actor().Kind != value.System {
			return value.Errorf(value.NotFound, "no such listing")
		}
		n.mu.Lock()
		defer n.mu.Unlock()
		now := n.things[listing]
		if from != "" && now.status != from {
			return value.Errorf(value.Conflict, "the listing is %s", now.status)
		}
		now.status = to
		n.things[listing] = now
		return nil
	}
}

func (n *neighbours) all() trade.Neighbours {
	return trade.Neighbours{
		Thing: func(_ *db.Tx, listing value.ID) (trade.Thing, error) {
			n.mu.Lock()
			defer n.mu.Unlock()
			found, ok := n.things[listing]
			if !ok {
				return trade.Thing{}, value.Errorf(value.NotFound, "no such listing")
			}
			return trade.Thing{Title: "City bicycle, 18 gears", Href: "/l/" + listing.Text("lst"), Seller: found.seller}, nil
		},
		Reserve: n.move("live", "reserved"), Free: n.move("reserved", "live"), Sold: n.move("", "sold"),
		Seats: func(_ *db.Tx, seller value.ID) ([]value.ID, error) {
			n.mu.Lock()
			defer n.mu.Unlock()
			return slices.Clone(n.seats[seller]), nil
		},
		SellersOf: n.sellersOf,
		Sellers: func(_ *db.Tx, ids []value.ID) (map[value.ID]trade.Face, error) {
			faces := map[value.ID]trade.Face{}
			for _, id := range ids {
				if name, ok := n.names[id]; ok {
					faces[id] = trade.Face{Name: name, Href: "/s/" + id.Text("sel"), Business: len(n.seats[id]) > 1}
				}
			}
			return faces, nil
		},
		Strangers: func(_ *db.Tx, seller, account value.ID) (bool, error) {
			n.mu.Lock()
			defer n.mu.Unlock()
			return !n.linked[[2]value.ID{seller, account}], nil
		},
		Appeal: func(_ *db.Tx, a trade.Appeal) error {
			n.appeals = append(n.appeals, a)
			return nil
		},
	}
}

func (n *neighbours) sellersOf(_ *db.Tx, account value.ID) ([]value.ID, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	var all []value.ID
	for seller, seats := range n.seats {
		if slices.Contains(seats, account) {
			all = append(all, seller)
		}
	}
	slices.Sort(all)
	return all, nil
}
