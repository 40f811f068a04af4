package follow_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/a-h/templ"

	"fairground/internal/account"
	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/follow"
	"fairground/internal/job"
	"fairground/internal/listing"
	"fairground/internal/safety"
	"fairground/internal/site"
	"fairground/internal/site/sitetest"
	"fairground/internal/ui"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

const origin = "http://" + sitetest.Host

var tester = value.SystemActor("test")

// movedClock is the machine's clock, moved on by a test.
type movedClock struct {
	mu sync.Mutex
	by time.Duration
}

func (c *movedClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return value.SystemClock{}.Now().Add(c.by)
}

func (c *movedClock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.by += d
}

// ear hears the alerts of writes that were committed: "account kind subject".
type ear struct {
	mu    sync.Mutex
	heard []string
}

func (e *ear) Tell(tx *db.Tx, a account.Alert) error {
	said := a.Words(inLanguage(tx.Context(), "en"))
	to, err := account.Find(tx, a.To)
	if err != nil {
		return err
	}
	tx.After(func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.heard = append(e.heard, to.Name+" "+strings.TrimPrefix(a.Kind, "follow.")+": "+said.Subject)
	})
	return nil
}

// take returns what was heard since the last call.
func (e *ear) take() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	all := strings.Join(e.heard, "; ")
	e.heard = nil
	return all
}

// rooms reads listings as app does: what is visible, and what has ended under a clearance.
type rooms struct{ w *world }

func (r rooms) Listings(tx *db.Tx, ids []value.ID) (map[value.ID]follow.Listing, error) {
	found, err := listing.FindMany(tx, ids)
	all := make(map[value.ID]follow.Listing)
	for _, l := range found {
		visible := l.Visible(r.w.desk.Gate, tx.Now())
		ended := map[listing.Status]string{listing.Sold: "sold", listing.Expired: "expired", listing.Paused: "paused"}[l.Status]
		if !visible && (ended == "" || l.Cleared(r.w.desk.Gate) != nil) {
			continue
		}
		shown := follow.Listing{ID: l.ID, Seller: l.Seller.ID, SellerName: l.Seller.Name, Title: l.Title, Price: l.Price, Place: l.Place.Name,
			Business: l.Seller.Kind == listing.Business, Visible: visible, Ended: ended}
		if visible {
			shown.Href = "/l/" + l.Key()
		}
		all[l.ID] = shown
	}
	return all, err
}

func (r rooms) Sellers(tx *db.Tx, ids []value.ID) (map[value.ID]follow.Seller, error) {
	found, err := listing.Sellers(tx, ids)
	all := make(map[value.ID]follow.Seller)
	for _, s := range found {
		all[s.ID] = follow.Seller{ID: s.ID, Name: s.Name, Town: s.Town, Href: "/s/" + s.ID.Text("sel") + "/x", Business: s.Kind == listing.Business, Listings: 2}
	}
	return all, err
}

func (r rooms) Apart(_ *db.Tx, of, seller value.ID) (bool, error) {
	return r.w.apart[[2]value.ID{of, seller}], nil
}

func (r rooms) Own(_ *db.Tx, of, seller value.ID) (bool, error) {
	return r.w.own[[2]value.ID{of, seller}], nil
}

var catalogue = sync.OnceValue(func() *text.Catalogue {
	c, err := text.New(ui.Messages(), web.Messages(), follow.Messages())
	if err != nil {
		panic(err)
	}
	return c
})

func inLanguage(ctx context.Context, locale value.Locale) context.Context {
	return text.WithPrinter(ctx, catalogue().Printer(text.Settings{Locale: locale, Currency: "CHF"}))
}

// world is a site with a market of bicycles, a private seller, a shop, and two members who look on.
type world struct {
	testing.TB
	*sitetest.World
	clock      *movedClock
	ear        *ear
	desk       *listing.Desk
	follow     *follow.Desk
	router     *web.Router
	worker     *job.Worker
	reader     *change.Reader
	bicycles   value.ID
	elio, shop listing.Seller
	mina, otto account.Account
	apart, own map[[2]value.ID]bool
}

func each(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	t.Parallel()
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			test(t, newWorld(t, engine))
		})
	}
}

func newWorld(t testing.TB, engine db.Engine) *world {
	t.Helper()
	w := &world{TB: t, clock: &movedClock{}, ear: &ear{}, apart: map[[2]value.ID]bool{}, own: map[[2]value.ID]bool{}}
	cluster := dbtest.ClusterWith(t, engine, func(c *db.Config) { c.Clock, c.IDs = w.clock, value.NewIDs(w.clock, 1) })
	w.World = sitetest.New(t, cluster, []db.Schema{job.Schema(), account.Schema(), safety.Schema(), listing.Schema(), follow.Schema()})
	pack, err := safety.ProviderPack()
	w.ok(err)
	rules, err := safety.Compile(pack, safety.Pack{})
	w.ok(err)
	gate, err := safety.NewGate(w.Site.Key("clearance"), w.Site.DB.IDs(), rules)
	w.ok(err)
	w.desk = &listing.Desk{DB: w.Site.DB, Gate: gate, Trees: listing.NewTrees(w.Site.DB)}
	w.follow = follow.New(follow.Config{
		Clock: w.clock, Teller: w.ear,
		Rooms: func(*site.Site) follow.Rooms { return rooms{w} },
		Page: func(r *http.Request, title string, content templ.Component) templ.Component {
			page := ui.PublicPage{Title: title, Site: "Lakeside Market", Home: "/", Member: true}
			return templ.ComponentFunc(func(ctx context.Context, out io.Writer) error {
				area := ui.MemberArea{Label: "Your pages", Links: []ui.Link{{Text: "Saved", Href: "/favourites", Icon: "heart"}}}
				framed := templ.ComponentFunc(func(ctx context.Context, out io.Writer) error {
					return area.Render(templ.WithChildren(ctx, content), out)
				})
				return page.Render(templ.WithChildren(ctx, framed), out)
			})
		},
	})
	w.reader = w.follow.Reader(w.Site)
	w.worker = job.NewWorker(w.Site.DB, 1, w.follow.Jobs(w.Site)...)
	w.plant()
	w.router = w.serve()
	return w
}

func (w *world) plant() {
	w.write(func(tx *db.Tx) error {
		c, err := listing.AddCategory(tx, listing.Category{Slug: "bicycles", Names: listing.Names{"en": "Bicycles", "de": "Velos"}, Icon: "bike"})
		if err != nil {
			return err
		}
		w.bicycles = c.ID
		w.elio = listing.Seller{ID: tx.NewID(), Kind: listing.Private, Name: "Elio T.", Town: "Pully", Since: tx.Now().AddDate(-3, 0, 0)}
		w.shop = listing.Seller{ID: tx.NewID(), Kind: listing.Business, Name: "Spoke & Lantern", Town: "Nyon", Since: tx.Now().AddDate(-5, 0, 0)}
		for _, s := range []listing.Seller{w.elio, w.shop} {
			if err := listing.AddSeller(tx, s); err != nil {
				return err
			}
		}
		if w.mina, err = account.Create(tx, account.Account{Kind: value.Member, Email: "mina@example.org", Name: "Mina"}); err != nil {
			return err
		}
		w.otto, err = account.Create(tx, account.Account{Kind: value.Member, Email: "otto@example.org", Name: "Otto"})
		return err
	})
}

// serve assembles the handler; the header As says who is signed in. /card shows the buttons as others' pages do.
func (w *world) serve() *web.Router {
	m := web.NewRouter(web.Config{Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	m.Before(w.Step)
	m.Before(func(_ http.ResponseWriter, r *http.Request) (*http.Request, error) {
		locale := value.Locale("en")
		if r.Header.Get("Accept-Language") == "de" {
			locale = "de"
		}
		ctx := inLanguage(r.Context(), locale)
		for _, a := range []account.Account{w.mina, w.otto} {
			if a.Name == r.Header.Get("As") {
				ctx = account.With(ctx, account.Session{Account: a.ID, Kind: a.Kind, Name: a.Name, Email: a.Email})
			}
		}
		return r.WithContext(ctx), nil
	})
	m.Mount("GET /static/", account.Public, ui.Static(), web.Bare())
	w.follow.Routes(m)
	m.Handle("GET /card/{listing}", account.Public, w.showCard)
	return m
}

// showCard is a page of others with the buttons of this package.
func (w *world) showCard(rw http.ResponseWriter, r *http.Request) error {
	id, err := value.ParseID("lst", r.PathValue("listing"))
	if err != nil {
		return err
	}
	session := account.From(r.Context())
	heart := follow.Heart{Listing: id, Title: "Trek hybrid", SignedIn: !session.IsZero(), Next: r.URL.Path}
	button := follow.FollowButton{Seller: w.shop.ID, Name: w.shop.Name, SignedIn: !session.IsZero(), Next: r.URL.Path}
	err = w.Site.DB.Read(r.Context(), func(tx *db.Tx) error {
		saved, err := follow.Saved(tx, session.Account, []value.ID{id})
		if err != nil {
			return err
		}
		heart.Saved = saved[id]
		button.Following, err = follow.Follows(tx, session.Account, w.shop.ID)
		return err
	})
	if err != nil {
		return err
	}
	worded := heart
	worded.Words, worded.Count = true, 3
	content := templ.ComponentFunc(func(ctx context.Context, out io.Writer) error {
		card := ui.Card{Href: "/l/x", Title: "Trek hybrid", Price: "CHF 450", Level: 2}
		if _, err := io.WriteString(out, `<h1>A page</h1><div class="cards">`); err != nil {
			return err
		}
		if err := card.View().Render(templ.WithChildren(ctx, heart), out); err != nil {
			return err
		}
		if _, err := io.WriteString(out, "</div>"); err != nil {
			return err
		}
		return templ.Join(worded, button).Render(ctx, out)
	})
	page := ui.PublicPage{Title: "A page", Site: "Lakeside Market", Home: "/"}
	return web.Render(rw, r, http.StatusOK, templ.ComponentFunc(func(ctx context.Context, out io.Writer) error {
		return page.Render(templ.WithChildren(ctx, content), out)
	}))
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) write(fn func(*db.Tx) error) {
	w.Helper()
	w.ok(w.Site.DB.Write(context.Background(), tester, "test", func(tx *db.Tx) error {
		tx.Log(db.Change{Object: "test", Record: 1})
		return fn(tx)
	}))
}

func (w *world) read(fn func(*db.Tx) error) {
	w.Helper()
	w.ok(w.Site.DB.Read(context.Background(), fn))
}

func (w *world) content(title string, francs int64) listing.Content {
	return listing.Content{Kind: listing.Sell, Category: w.bicycles, Locale: "en", Title: title, Body: "Serviced in May, kept indoors.",
		Price: value.MoneyFromUnits(francs, "CHF"), Place: listing.Place{Name: "Pully", Point: value.Point{Lat: 46.51, Lon: 6.66}}}
}

func (w *world) offer(seller listing.Seller, title string, francs int64) listing.Listing {
	w.Helper()
	l, _, err := w.desk.Submit(context.Background(), tester, listing.Submission{Content: w.content(title, francs), Seller: seller})
	w.ok(err)
	if l.Status != listing.Live {
		w.Fatalf("%q is %s", title, l.Status)
	}
	return l
}

// price gives a listing another price.
func (w *world) price(l listing.Listing, francs int64) listing.Listing {
	w.Helper()
	var rev int64
	w.read(func(tx *db.Tx) error {
		present, err := listing.Find(tx, l.ID)
		l, rev = present, present.Rev
		return err
	})
	l.Content.Price = value.MoneyFromUnits(francs, "CHF")
	l, _, err := w.desk.Edit(context.Background(), tester, l.ID, rev, l.Content)
	w.ok(err)
	return l
}

// news lets the reader and the jobs do what follows, after the time in which news are gathered, and returns what was told.
func (w *world) news() string {
	w.Helper()
	w.follows()
	w.clock.pass(3 * time.Minute)
	w.work()
	return w.ear.take()
}

func (w *world) follows() {
	w.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		_, err := w.reader.CatchUp(context.Background(), w.Site.DB)
		w.ok(err)
		var waiting int
		w.read(func(tx *db.Tx) error { return tx.Row("select count(*) from change where seq is null").Scan(&waiting) })
		if waiting == 0 {
			return
		}
		if time.Now().After(deadline) {
			w.Fatal("changes without a number")
		}
	}
}

func (w *world) work() {
	w.Helper()
	for range 50 {
		n, err := w.worker.RunDue(context.Background())
		w.ok(err)
		if n == 0 {
			return
		}
	}
	w.Fatal("the jobs do not end")
}

type page struct {
	*http.Response
	body string
}

func (w *world) get(as, path string, headers ...string) page {
	return w.do("GET", as, path, nil, headers...)
}

func (w *world) send(as, path string, pairs ...string) page {
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return w.do("POST", as, path, form)
}

func (w *world) do(method, as, path string, form url.Values, headers ...string) page {
	w.Helper()
	r := httptest.NewRequest(method, origin+path, strings.NewReader(form.Encode()))
	r.Header.Set("As", as)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	rec := httptest.NewRecorder()
	w.router.ServeHTTP(rec, r)
	answer := rec.Result()
	if answer.StatusCode >= 500 {
		w.Errorf("%s %s answered %d", method, path, answer.StatusCode)
	}
	return page{answer, rec.Body.String()}
}

func (p page) want(t testing.TB, status int, all ...string) page {
	t.Helper()
	if p.StatusCode != status {
		t.Errorf("%d, want %d: %.300s", p.StatusCode, status, p.body)
	}
	for _, words := range all {
		if !strings.Contains(p.body, words) {
			t.Errorf("%q is not on the page: %s", words, mainOf(p.body))
		}
	}
	return p
}

func (p page) without(t testing.TB, all ...string) page {
	t.Helper()
	for _, words := range all {
		if strings.Contains(p.body, words) {
			t.Errorf("%q is on the page: %s", words, mainOf(p.body))
		}
	}
	return p
}

func (p page) wantTo(t testing.TB, location string) page {
	t.Helper()
	if p.StatusCode != http.StatusSeeOther || p.Header.Get("Location") != location {
		t.Errorf("%d to %q, want 303 to %q: %.300s", p.StatusCode, p.Header.Get("Location"), location, mainOf(p.body))
	}
	return p
}

func mainOf(body string) string {
	if _, after, found := strings.Cut(body, `id="main"`); found {
		body, _, _ = strings.Cut(after, "</main>")
	}
	return body[:min(len(body), 4000)]
}

func heartOf(l listing.Listing) string { return "/favourites/" + l.Key() }

func sellerOf(s listing.Seller) string { return "/following/" + s.ID.Text("sel") }
