package market_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/follow"
	"fairground/internal/job"
	"fairground/internal/listing"
	"fairground/internal/market"
	"fairground/internal/message"
	"fairground/internal/moderation"
	"fairground/internal/profile"
	"fairground/internal/safety"
	"fairground/internal/search"
	"fairground/internal/site"
	"fairground/internal/site/sitetest"
	"fairground/internal/trade"
	"fairground/internal/ui"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

var tester = value.SystemActor("test")

func schemas() []db.Schema {
	return []db.Schema{job.Schema(), account.Schema(), safety.Schema(), listing.Schema(), search.Schema(), moderation.Schema(), trade.Schema()}
}

// world is one site with a small tree, two sellers and the whole handler in front of it.
type world struct {
	testing.TB
	site             *site.Site
	desk             *listing.Desk
	index            *search.Database
	notices          *moderation.Desk
	handler          http.Handler
	person, shop     listing.Seller
	parts            market.Parts
	keep             func(web.Handler) web.Handler
	market           *market.Market
	asked            search.Index // in place of the index, where a test wants it to answer otherwise
	atlas            market.Atlas
	missed           []string // words that found nothing
	sports, bicycles value.ID
	cars, homes, job value.ID
}

func eachWorld(t *testing.T, limits market.Limits, test func(t *testing.T, w *world)) {
	t.Helper()
	t.Parallel()
	sitetest.Each(t, schemas(), func(t *testing.T, w *sitetest.World) { test(t, newWorld(t, w, limits)) })
}

// noDecisions is what the desk of notices needs and these tests never use: they file and answer, and keep the listing.
type noDecisions struct{}

func (noDecisions) Release(*db.Tx, value.ID, string) (bool, error) { return false, nil }
func (noDecisions) Refuse(*db.Tx, value.ID, bool, string) error    { return nil }

func newWorld(t testing.TB, sw *sitetest.World, limits market.Limits) *world {
	t.Helper()
	gate, err := safety.NewGate(sw.Site.Key("clearance"), sw.Site.DB.IDs(), providerRules(t))
	if err != nil {
		t.Fatal(err)
	}
	w := &world{TB: t, site: sw.Site, desk: &listing.Desk{DB: sw.Site.DB, Gate: gate, Trees: listing.NewTrees(sw.Site.DB)}}
	w.index = search.New(sw.Site.DB, listing.Documents{Gate: gate}, search.Config{})
	w.notices = &moderation.Desk{DB: sw.Site.DB, Rooms: map[string]moderation.Room{listing.Object: noDecisions{}}}
	w.plant()
	w.handler = w.serve(sw, limits)
	return w
}

func providerRules(t testing.TB) *safety.RuleSet {
	t.Helper()
	pack, err := safety.ProviderPack()
	if err != nil {
		t.Fatal(err)
	}
	rules, err := safety.Compile(pack, safety.Pack{})
	if err != nil {
		t.Fatal(err)
	}
	return rules
}

// serve assembles the handler as the program does.
func (w *world) serve(sw *sitetest.World, limits market.Limits) http.Handler {
	words, err := text.New(ui.Messages(), web.Messages(), market.Messages(), trade.Messages(), profile.Messages(), follow.Messages(), message.Messages())
	if err != nil {
		w.Fatal(err)
	}
	m := &market.Market{
		Services: func(*site.Site) market.Services {
			services := market.Services{Desk: w.desk, Index: w.index, Notices: w.notices, Parts: w.parts, Atlas: w.atlas,
				Missed: func(_ context.Context, words string) { w.missed = append(w.missed, words) }}
			if w.asked != nil {
				services.Index = w.asked
			}
			return services
		},
		Shell: shell, Limits: limits,
		Keep: func(h web.Handler) web.Handler {
			return func(rw http.ResponseWriter, r *http.Request) error {
				if w.keep != nil {
					return w.keep(h)(rw, r)
				}
				return h(rw, r)
			}
		},
	}
	w.market = m
	r := web.NewRouter(web.Config{
		OnError: func(rw http.ResponseWriter, r *http.Request, status int, id string, err error) {
			if m.Error(rw, r, status, id, err) != nil {
				http.Error(rw, "no such site", status)
			}
		},
		Log: slog.New(slog.NewTextHandler(w.log(), &slog.HandlerOptions{Level: slog.LevelError})),
	})
	r.Before(sw.Step)
	r.Before(func(_ http.ResponseWriter, r *http.Request) (*http.Request, error) {
		locale := value.Locale("en")
		if r.Header.Get("Accept-Language") == "de" {
			locale = "de-CH"
		}
		settings := site.From(r.Context()).Settings()
		p := words.Printer(text.Settings{Locale: locale, Zone: settings.Location(), Currency: settings.Currency})
		return r.WithContext(text.WithPrinter(r.Context(), p)), nil
	})
	r.Before(func(_ http.ResponseWriter, r *http.Request) (*http.Request, error) {
		if id, err := value.ParseID(account.IDKind, r.Header.Get("X-Account")); err == nil {
			r = r.WithContext(account.With(r.Context(), account.Session{Account: id, Kind: value.Member, Name: "Anna Muster"}))
		}
		return r, nil
	})
	r.Mount("GET /static/", account.Public, ui.Static(), web.Bare())
	m.Routes(r)
	return r
}

// log lets a failed request fail its test.
func (w *world) log() io.Writer { return failing{w} }

type failing struct{ w *world }

func (f failing) Write(line []byte) (int, error) {
	f.w.Errorf("the router logged: %s", line)
	return len(line), nil
}

func shell(r *http.Request) ui.PublicPage {
	return ui.PublicPage{
		Site: site.From(r.Context()).Settings().Name, Search: ui.Search{Action: "/search"},
		SignIn: ui.Link{Text: "Sign in", Href: "/sign-in"},
		Footer: []ui.Link{{Text: "What we check", Href: "/safety"}, {Text: "About", Href: "/about"}, {Text: "Imprint", Href: "/imprint"}},
	}
}

func names(english, german string) listing.Names { return listing.Names{"en": english, "de": german} }

func (w *world) plant() {
	w.write(func(tx *db.Tx) error {
		w.sports = w.category(tx, 0, "sports", "Sports", "Sport", "bike")
		w.bicycles = w.category(tx, w.sports, "bicycles", "Bicycles", "Velos", "bike")
		vehicles := w.category(tx, 0, "vehicles", "Vehicles", "Fahrzeuge", "car")
		w.cars = w.category(tx, vehicles, "cars", "Cars", "Autos", "car")
		w.homes = w.category(tx, 0, "homes", "Homes", "Wohnen", "house")
		w.job = w.category(tx, 0, "jobs", "Jobs", "Stellen", "briefcase")
		w.attributes(tx)
		w.person = listing.Seller{ID: tx.NewID(), Kind: listing.Private, Name: "Elio T.", Town: "Pully", Since: tx.Now().AddDate(-3, 0, 0), Verified: tx.Now().AddDate(-2, 0, 0)}
		w.shop = listing.Seller{ID: tx.NewID(), Kind: listing.Business, Name: "Spoke & Lantern", Town: "Nyon", Since: tx.Now().AddDate(-5, 0, 0)}
		if err := listing.AddSeller(tx, w.person); err != nil {
			return err
		}
		return listing.AddSeller(tx, w.shop)
	})
}

func (w *world) category(tx *db.Tx, parent value.ID, slug, english, german, icon string) value.ID {
	c, err := listing.AddCategory(tx, listing.Category{Parent: parent, Slug: slug, Names: names(english, german), Icon: icon, Position: int64(tx.NewID() & 0xffff)})
	if err != nil {
		w.Fatal(err)
	}
	return c.ID
}

func (w *world) attributes(tx *db.Tx) {
	option := func(slug, english, german, of string) listing.Option {
		return listing.Option{Slug: slug, Names: names(english, german), For: of}
	}
	for i, a := range []listing.Attribute{
		{Category: w.bicycles, Slug: "type", Names: names("Type", "Typ"), Type: listing.ChoiceType, Facet: true, OnCard: true,
			Options: []listing.Option{option("city", "City & hybrid", "City & Hybrid", ""), option("road", "Road", "Rennvelo", ""), option("cargo", "Cargo", "Cargo", "")}},
		{Category: w.bicycles, Slug: "gears", Names: names("Gears", "Gänge"), Type: listing.IntegerType, Facet: true},
		{Category: w.bicycles, Slug: "lights", Names: names("With lights", "Mit Licht"), Type: listing.BooleanType, Facet: true},
		{Category: w.bicycles, Slug: "note", Names: names("Note", "Notiz"), Type: listing.TextType},
		{Category: w.cars, Slug: "make", Names: names("Make", "Marke"), Type: listing.ChoiceType, Facet: true,
			Options: []listing.Option{option("volvo", "Volvo", "Volvo", ""), option("fiat", "Fiat", "Fiat", "")}},
		{Category: w.cars, Slug: "model", Names: names("Model", "Modell"), Type: listing.ChoiceType, Facet: true, DependsOn: "make",
			Options: []listing.Option{option("v60", "V60", "V60", "volvo"), option("panda", "Panda", "Panda", "fiat")}},
		{Category: w.cars, Slug: "km", Names: names("Mileage", "Kilometerstand"), Type: listing.IntegerType, Unit: "km", Facet: true, OnCard: true},
		{Category: w.cars, Slug: "year", Names: names("First registration", "Erstzulassung"), Type: listing.IntegerType, Unit: "year", Facet: true, OnCard: true},
		{Category: w.homes, Slug: "rooms", Names: names("Rooms", "Zimmer"), Type: listing.DecimalType, Facet: true, OnCard: true},
		{Category: w.homes, Slug: "area", Names: names("Area", "Fläche"), Type: listing.IntegerType, Unit: "m²", Facet: true, OnCard: true},
	} {
		a.Position = int64(i)
		if _, err := listing.AddAttribute(tx, a); err != nil {
			w.Fatal(err)
		}
	}
}

func (w *world) write(fn func(tx *db.Tx) error) {
	w.Helper()
	if err := w.site.DB.Write(context.Background(), tester, "test", fn); err != nil {
		w.Fatal(err)
	}
}

// Places of the fixtures, exactly. Nothing of their later digits may be seen in an answer.
var (
	pully    = listing.Place{Name: "Pully", Point: value.Point{Lat: 46.510473, Lon: 6.661829}}
	nyon     = listing.Place{Name: "Nyon", Point: value.Point{Lat: 46.383317, Lon: 6.239861}}
	lausanne = listing.Place{Name: "Lausanne", Point: value.Point{Lat: 46.519653, Lon: 6.632273}}
	evian    = listing.Place{Name: "Évian", Point: value.Point{Lat: 46.401037, Lon: 6.589512}}
)

func (w *world) bicycle(title string, francs int64) listing.Content {
	return listing.Content{
		Kind: listing.Sell, Category: w.bicycles, Locale: "en", Title: title, Body: "Serviced in May, kept indoors.\n\nComes with mudguards.",
		Price: value.MoneyFromUnits(francs, "CHF"), Place: pully, Attributes: listing.Attributes{"type": "city", "gears": "18", "lights": "true"},
		Photos: []listing.Photo{{Sha256: strings.Repeat("ab", 32), Width: 1600, Height: 1200, Colour: "#3a7d5c", Alt: "From the left"}},
	}
}

func (w *world) car(title, make, model, km string) listing.Content {
	return listing.Content{
		Kind: listing.Sell, Category: w.cars, Locale: "de", Title: title, Body: "Aus erster Hand, ab MFK.", Price: value.MoneyFromUnits(14500, "CHF"),
		Place: nyon, Attributes: listing.Attributes{"make": make, "model": model, "km": km, "year": "2019"},
	}
}

func (w *world) home(title string) listing.Content {
	return listing.Content{
		Kind: listing.Sell, Category: w.homes, Locale: "en", Title: title, Body: "Third floor with a view of the lake.", Price: value.MoneyFromUnits(1850, "CHF"),
		Place: lausanne, Attributes: listing.Attributes{"rooms": "3.5", "area": "84"},
	}
}

// offer submits a content of the private seller; it must come out live.
func (w *world) offer(c listing.Content) listing.Listing {
	w.Helper()
	return w.offerBy(c, w.person)
}

func (w *world) offerBy(c listing.Content, seller listing.Seller) listing.Listing {
	w.Helper()
	l := w.submit(c, seller)
	if l.Status != listing.Live {
		w.Fatalf("%q is %s", c.Title, l.Status)
	}
	return l
}

func (w *world) submit(c listing.Content, seller listing.Seller) listing.Listing {
	w.Helper()
	l, _, err := w.desk.Submit(context.Background(), tester, listing.Submission{Content: c, Seller: seller})
	if err != nil {
		w.Fatal(err)
	}
	return l
}

// catchUp brings the index up to date.
func (w *world) catchUp() {
	w.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if _, err := w.index.Reader().CatchUp(context.Background(), w.site.DB); err != nil {
			w.Fatal(err)
		}
		var waiting int
		err := w.site.DB.Read(context.Background(), func(tx *db.Tx) error {
			return tx.Row("select count(*) from change where seq is null").Scan(&waiting)
		})
		if err != nil || time.Now().After(deadline) {
			w.Fatalf("%d changes without a number: %v", waiting, err)
		}
		if waiting == 0 {
			return
		}
	}
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

func (w *world) get(path string, headers ...string) answer {
	w.Helper()
	return w.do(httptest.NewRequest(http.MethodGet, "http://"+sitetest.Host+path, nil), headers...)
}

func (w *world) post(path string, form url.Values) answer {
	w.Helper()
	return w.postFrom("same-origin", path, form)
}

func (w *world) postFrom(site, path string, form url.Values) answer {
	w.Helper()
	r := httptest.NewRequest(http.MethodPost, "http://"+sitetest.Host+path, strings.NewReader(form.Encode()))
	return w.do(r, "Content-Type", "application/x-www-form-urlencoded", "Sec-Fetch-Site", site)
}

func (w *world) do(r *http.Request, headers ...string) answer {
	w.Helper()
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	recorder := httptest.NewRecorder()
	w.handler.ServeHTTP(recorder, r)
	if recorder.Code >= 500 {
		w.Errorf("%s %s answered %d", r.Method, r.URL, recorder.Code)
	}
	return answer{recorder.Code, recorder.Header(), recorder.Body.String()}
}

func pathOf(l listing.Listing, slug string) string { return fmt.Sprintf("/l/%s/%s", l.Key(), slug) }
