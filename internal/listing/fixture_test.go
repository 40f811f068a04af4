package listing_test

import (
	"context"
	"testing"
	"time"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/listing"
	"fairground/internal/safety"
	"fairground/internal/search"
	"fairground/internal/value"
)

var tester = value.SystemActor("test")

// world is one site with a small tree and one seller.
type world struct {
	testing.TB
	db                    *db.DB
	desk                  *listing.Desk
	gate                  *safety.Gate
	seller                listing.Seller
	bicycles, cars, rooms value.ID
}

func eachWorld(t *testing.T, test func(w *world)) {
	t.Helper()
	t.Parallel()
	schemas := []db.Schema{account.Schema(), safety.Schema(), listing.Schema(), search.Schema()}
	dbtest.Each(t, schemas, func(t *testing.T, d *db.DB) { test(newWorld(t, d)) })
}

func newWorld(t testing.TB, d *db.DB) *world {
	t.Helper()
	gate, err := safety.NewGate(make([]byte, 32), d.IDs(), rules(t))
	if err != nil {
		t.Fatal(err)
	}
	w := &world{TB: t, db: d, gate: gate, desk: &listing.Desk{DB: d, Gate: gate, Trees: listing.NewTrees(d)}}
	w.write(func(tx *db.Tx) error {
		w.bicycles = w.category(tx, 0, "bicycles", "Bicycles", "Fahrräder")
		w.cars = w.category(tx, 0, "cars", "Cars", "Autos")
		w.rooms = w.category(tx, 0, "rooms", "Rooms", "Zimmer")
		w.attributes(tx)
		w.seller = listing.Seller{ID: tx.NewID(), Kind: listing.Private, Name: "Elio T.", Town: "Pully", Since: tx.Now().AddDate(-2, 0, 0)}
		return listing.AddSeller(tx, w.seller)
	})
	return w
}

func rules(t testing.TB) *safety.RuleSet {
	t.Helper()
	provider, err := safety.ProviderPack()
	if err != nil {
		t.Fatal(err)
	}
	set, err := safety.Compile(provider, safety.Pack{})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func (w *world) category(tx *db.Tx, parent value.ID, slug, english, german string) value.ID {
	c, err := listing.AddCategory(tx, listing.Category{Parent: parent, Slug: slug, Names: listing.Names{"en": english, "de": german}, Icon: "bike"})
	if err != nil {
		w.Fatal(err)
	}
	return c.ID
}

func (w *world) attributes(tx *db.Tx) {
	option := func(slug, of string) listing.Option {
		return listing.Option{Slug: slug, Names: listing.Names{"en": slug}, For: of}
	}
	for i, a := range []listing.Attribute{
		{Category: w.bicycles, Slug: "type", Type: listing.ChoiceType, Required: true, Facet: true, Options: []listing.Option{option("city", ""), option("road", "")}},
		{Category: w.bicycles, Slug: "frame", Type: listing.IntegerType, Unit: "cm", Facet: true},
		{Category: w.bicycles, Slug: "lights", Type: listing.BooleanType},
		{Category: w.cars, Slug: "make", Type: listing.ChoiceType, Options: []listing.Option{option("audi", ""), option("ford", "")}},
		{Category: w.cars, Slug: "model", Type: listing.ChoiceType, DependsOn: "make", Options: []listing.Option{option("a1", "audi"), option("focus", "ford")}},
		{Category: w.cars, Slug: "note", Type: listing.TextType},
	} {
		a.Position, a.Names = int64(i), listing.Names{"en": a.Slug, "de": a.Slug}
		if _, err := listing.AddAttribute(tx, a); err != nil {
			w.Fatal(err)
		}
	}
}

func (w *world) write(fn func(tx *db.Tx) error) {
	w.Helper()
	if err := w.db.Write(context.Background(), tester, "test", fn); err != nil {
		w.Fatal(err)
	}
}

func (w *world) read(fn func(tx *db.Tx) error) {
	w.Helper()
	if err := w.db.Read(context.Background(), fn); err != nil {
		w.Fatal(err)
	}
}

func (w *world) bicycle(title string) listing.Content {
	return listing.Content{
		Kind: listing.Sell, Category: w.bicycles, Locale: "en", Title: title, Body: "Serviced in May, kept indoors.",
		Price:      value.MoneyFromUnits(520, "CHF"),
		Place:      listing.Place{Name: "Pully", Point: value.Point{Lat: 46.5104, Lon: 6.6618}},
		Attributes: listing.Attributes{"type": "city", "frame": "54"},
	}
}

func (w *world) submit(c listing.Content) (listing.Listing, safety.Outcome) {
	w.Helper()
	l, outcome, err := w.desk.Submit(context.Background(), tester, listing.Submission{Content: c, Seller: w.seller})
	if err != nil {
		w.Fatal(err)
	}
	return l, outcome
}

func (w *world) find(id value.ID) (l listing.Listing) {
	w.Helper()
	w.read(func(tx *db.Tx) (err error) {
		l, err = listing.Find(tx, id)
		return err
	})
	return l
}

func (w *world) visible(id value.ID) bool {
	w.Helper()
	return w.find(id).Visible(w.gate, time.Now())
}
