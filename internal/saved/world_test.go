package saved_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/a-h/templ"

	"fairground/internal/account"
	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/job"
	"fairground/internal/listing"
	"fairground/internal/safety"
	"fairground/internal/saved"
	"fairground/internal/search"
	"fairground/internal/search/words"
	"fairground/internal/site"
	"fairground/internal/site/sitetest"
	"fairground/internal/ui"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

const origin = "http://" + sitetest.Host

var tester = value.SystemActor("test")

// movedClock begins on a Wednesday at noon of the site and is moved on by a test.
type movedClock struct {
	mu   sync.Mutex
	at   time.Time
	step time.Duration // by which it moves when it is looked at; a microsecond if zero
	real bool          // it is that of the machine
}

func (c *movedClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.real {
		return value.SystemClock{}.Now()
	}
	c.at = c.at.Add(max(c.step, time.Microsecond))
	return c.at
}

func (c *movedClock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// told is an alert that somebody got.
type told struct {
	to, kind, href, stop string
	account.Words
}

// ear hears the alerts of writes that were committed.
type ear struct {
	mu    sync.Mutex
	heard []told
}

func (e *ear) Tell(tx *db.Tx, a account.Alert) error {
	to, err := account.Find(tx, a.To)
	if err != nil {
		return err
	}
	t := told{to.Name, strings.TrimPrefix(a.Kind, "saved."), a.Href, a.Stop, a.Words(inLanguage(tx.Context(), to.Locale))}
	for _, said := range []*string{&t.Subject, &t.Text} {
		*said = strings.ReplaceAll(*said, "\u00a0", " ") // prices hold together
	}
	tx.After(func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.heard = append(e.heard, t)
	})
	return nil
}

// take returns what was heard since the last call.
func (e *ear) take() []told {
	e.mu.Lock()
	defer e.mu.Unlock()
	all := e.heard
	e.heard = nil
	return all
}

// rooms reads listings and addresses as app does.
type rooms struct{ w *world }

func (r rooms) Documents(tx *db.Tx, ids []value.ID) ([]search.Document, error) {
	return listing.Documents{Gate: r.w.desk.Gate}.Documents(tx, ids)
}

func (r rooms) Analyzer() *words.Analyzer { return r.w.analyzer }

func (r rooms) Listings(tx *db.Tx, ids []value.ID) (map[value.ID]saved.Listing, error) {
	found, err := listing.FindMany(tx, ids)
	all := make(map[value.ID]saved.Listing)
	for _, l := range found {
		if l.Visible(r.w.desk.Gate, tx.Now()) {
			all[l.ID] = saved.Listing{ID: l.ID, Seller: l.Seller.ID, Title: l.Title, Href: "/l/" + l.Key(), Price: l.Price, Place: l.Place.Name}
		}
	}
	return all, err
}

func (r rooms) Unwelcome(_ *db.Tx, seller value.ID, accounts []value.ID) (map[value.ID]bool, error) {
	all := make(map[value.ID]bool)
	for _, of := range accounts {
		all[of] = r.w.apart[[2]value.ID{of, seller}]
	}
	return all, nil
}

// ReadSearch knows /search and /c/bicycles with q, from and to.
func (r rooms) ReadSearch(ctx context.Context, address string) (saved.Reading, error) {
	u, err := url.Parse(address)
	if err != nil || u.Path != "/search" && !strings.HasPrefix(u.Path, "/c/") {
		return saved.Reading{}, value.Errorf(value.Invalid, "this is no page of results")
	}
	asked, kept := u.Query(), url.Values{}
	q := search.Query{Words: asked.Get("q"), Currency: "CHF"}
	reading := saved.Reading{Title: strings.TrimSpace(asked.Get("q"))}
	if u.Path != "/search" {
		if u.Path != "/c/bicycles" || r.w.closed {
			return saved.Reading{}, value.Errorf(value.NotFound, "there is no such category")
		}
		q.Category = r.w.bicycles
		reading.Title = strings.TrimSpace(reading.Title + " in Bicycles")
	}
	span := search.Span{High: search.Unbounded}
	for name, bound := range map[string]*int64{"from": &span.Low, "to": &span.High} {
		if units, err := strconv.ParseInt(asked.Get(name), 10, 64); err == nil {
			*bound, q.Price = units*100, &span
			kept.Set(name, asked.Get(name))
			reading.Chips = append(reading.Chips, name+" CHF "+asked.Get(name))
		}
	}
	if q.Words != "" {
		kept.Set("q", q.Words)
	}
	reading.Query, reading.Address = q, u.Path
	if len(kept) > 0 {
		reading.Address += "?" + kept.Encode()
	}
	return reading, nil
}

var catalogue = sync.OnceValue(func() *text.Catalogue {
	c, err := text.New(ui.Messages(), web.Messages(), saved.Messages())
	if err != nil {
		panic(err)
	}
	return c
})

func inLanguage(ctx context.Context, locale value.Locale) context.Context {
	return text.WithPrinter(ctx, catalogue().Printer(text.Settings{Locale: locale, Currency: "CHF"}))
}

// world is a site with a market of bicycles, a seller, and two members who look for something.
type world struct {
	testing.TB
	*sitetest.World
	clock      *movedClock
	ear        *ear
	desk       *listing.Desk
	saved      *saved.Desk
	analyzer   *words.Analyzer
	router     *web.Router
	worker     *job.Worker
	reader     *change.Reader
	bicycles   value.ID
	elio       listing.Seller
	mina, otto account.Account
	apart      map[[2]value.ID]bool
	closed     bool // the category is gone
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
	w := &world{TB: t, clock: &movedClock{at: time.Date(2026, 7, 1, 10, 0, 0, 0, time.UTC)}, ear: &ear{}, apart: map[[2]value.ID]bool{},
		analyzer: words.New([]string{"en", "de"}, nil)}
	cluster := dbtest.ClusterWith(t, engine, func(c *db.Config) { c.Clock, c.IDs = w.clock, value.NewIDs(w.clock, 1) })
	w.World = sitetest.New(t, cluster, []db.Schema{job.Schema(), account.Schema(), safety.Schema(), listing.Schema(), saved.Schema()})
	pack, err := safety.ProviderPack()
	w.ok(err)
	rules, err := safety.Compile(pack, safety.Pack{})
	w.ok(err)
	gate, err := safety.NewGate(w.Site.Key("clearance"), w.Site.DB.IDs(), rules)
	w.ok(err)
	w.desk = &listing.Desk{DB: w.Site.DB, Gate: gate, Trees: listing.NewTrees(w.Site.DB)}
	w.begin()
	w.plant()
	w.router = w.serve()
	return w
}

// begin starts the room anew, as another process would.
func (w *world) begin() {
	w.saved = saved.New(saved.Config{
		Clock: w.clock, Teller: w.ear, Rooms: func(*site.Site) saved.Rooms { return rooms{w} }, Origin: func(*site.Site) string { return origin },
		Page: func(r *http.Request, title string, content templ.Component) templ.Component {
			page := ui.PublicPage{Title: title, Site: "Lakeside Market", Home: "/", Member: true}
			return templ.ComponentFunc(func(ctx context.Context, out io.Writer) error {
				area := ui.MemberArea{Label: "Your pages", Links: []ui.Link{{Text: "Saved searches", Href: "/saved-searches", Icon: "search"}}}
				framed := templ.ComponentFunc(func(ctx context.Context, out io.Writer) error {
					return area.Render(templ.WithChildren(ctx, content), out)
				})
				return page.Render(templ.WithChildren(ctx, framed), out)
			})
		},
	})
	w.reader = w.saved.Reader(w.Site)
	w.worker = job.NewWorker(w.Site.DB, 1, w.saved.Jobs(w.Site)...)
}

func (w *world) plant() {
	w.write(func(tx *db.Tx) error {
		c, err := listing.AddCategory(tx, listing.Category{Slug: "bicycles", Names: listing.Names{"en": "Bicycles", "de": "Velos"}, Icon: "bike"})
		if err != nil {
			return err
		}
		w.bicycles = c.ID
		w.elio = listing.Seller{ID: tx.NewID(), Kind: listing.Private, Name: "Elio T.", Town: "Pully", Since: tx.Now().AddDate(-3, 0, 0)}
		if err := listing.AddSeller(tx, w.elio); err != nil {
			return err
		}
		if w.mina, err = account.Create(tx, account.Account{Kind: value.Member, Email: "mina@example.org", Name: "Mina", Locale: "en"}); err != nil {
			return err
		}
		w.otto, err = account.Create(tx, account.Account{Kind: value.Member, Email: "otto@example.org", Name: "Otto", Locale: "de"})
		return err
	})
}

// serve assembles the handler; the header As says who is signed in.
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
	w.saved.Routes(m)
	return m
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) write(fn func(*db.Tx) error) {
	w.Helper()
	w.ok(w.Site.DB.Write(site.With(context.Background(), w.Site), tester, "test", func(tx *db.Tx) error {
		tx.Log(db.Change{Object: "test", Record: 1})
		return fn(tx)
	}))
}

func (w *world) count(table string) (n int) {
	w.Helper()
	w.ok(w.Site.DB.Read(context.Background(), func(tx *db.Tx) error { return tx.Row("select count(*) from " + table).Scan(&n) }))
	return n
}

func (w *world) content(title string, francs int64) listing.Content {
	return listing.Content{Kind: listing.Sell, Category: w.bicycles, Locale: "en", Title: title, Body: "Serviced in May, kept indoors.",
		Price: value.MoneyFromUnits(francs, "CHF"), Place: listing.Place{Name: "Pully", Point: value.Point{Lat: 46.51, Lon: 6.66}}}
}

func (w *world) offer(title string, francs int64) listing.Listing {
	w.Helper()
	l, _, err := w.desk.Submit(context.Background(), tester, listing.Submission{Content: w.content(title, francs), Seller: w.elio})
	w.ok(err)
	if l.Status != listing.Live {
		w.Fatalf("%q is %s", title, l.Status)
	}
	return l
}

func (w *world) edit(l listing.Listing, change func(*listing.Content)) {
	w.Helper()
	var present listing.Listing
	w.ok(w.Site.DB.Read(context.Background(), func(tx *db.Tx) (err error) {
		present, err = listing.Find(tx, l.ID)
		return err
	}))
	change(&present.Content)
	_, _, err := w.desk.Edit(context.Background(), tester, l.ID, present.Rev, present.Content)
	w.ok(err)
}

func (w *world) price(l listing.Listing, francs int64) {
	w.Helper()
	w.edit(l, func(c *listing.Content) { c.Price = value.MoneyFromUnits(francs, "CHF") })
}

// news lets the reader and the jobs do what is due now, and returns what was told: "Mina found: subject".
func (w *world) news() string {
	w.Helper()
	var all []string
	for _, t := range w.alerts() {
		all = append(all, t.to+" "+t.kind+": "+t.Subject)
	}
	return strings.Join(all, "; ")
}

func (w *world) alerts() []told {
	w.Helper()
	w.follows()
	w.work()
	return w.ear.take()
}

func (w *world) wantNews(want string) {
	w.Helper()
	if got := w.news(); got != want {
		w.Errorf("told was %q, want %q", got, want)
	}
}

func (w *world) follows() {
	w.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		_, err := w.reader.CatchUp(context.Background(), w.Site.DB)
		w.ok(err)
		if w.count("change where seq is null") == 0 {
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

// keep saves a search as somebody does and returns its path.
func (w *world) keep(as, address, often string, more ...string) string {
	w.Helper()
	w.send(as, "/saved-searches", append([]string{"address", address, "often", often}, more...)...).want(w, 303)
	var id value.ID
	w.ok(w.Site.DB.Read(context.Background(), func(tx *db.Tx) error {
		return tx.Row("select id from saved_search where state <> 'ended' order by id desc limit 1").Scan(&id)
	}))
	return "/saved-searches/" + id.Text("sav")
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
