package rulebook_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/job"
	"fairground/internal/rulebook"
	"fairground/internal/safety"
	"fairground/internal/site"
	"fairground/internal/site/sitetest"
	"fairground/internal/ui"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

type ticker struct {
	mu sync.Mutex
	at time.Time
}

func (c *ticker) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(time.Microsecond) // so that what happens later has a later time
	return c.at
}

func (c *ticker) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// memories is what other rooms remember, as a test puts it there.
type memories struct {
	mu     sync.Mutex
	inputs []safety.Input
	judged map[rulebook.Key]bool
	fired  []rulebook.Fired
}

func (m *memories) past() rulebook.Past {
	return rulebook.Past{
		Inputs: func(_ *db.Tx, since time.Time, limit int) ([]safety.Input, error) {
			m.mu.Lock()
			defer m.mu.Unlock()
			return append([]safety.Input(nil), m.inputs[:min(limit, len(m.inputs))]...), nil
		},
		Judged: func(*db.Tx, time.Time) (map[rulebook.Key]bool, error) { return m.judged, nil },
		Fired:  func(*db.Tx, time.Time) ([]rulebook.Fired, error) { return m.fired, nil },
		Href:   func(object string, record value.ID) string { return "/console/listings/" + record.Text("lst") },
	}
}

// world is a site with its book, its gate and its pages; sam may edit rules, vera may only look.
type world struct {
	testing.TB
	*sitetest.World
	clock     *ticker
	past      *memories
	provider  safety.Pack
	gate      *safety.Gate
	book      *rulebook.Book
	handler   http.Handler
	words     *text.Catalogue
	sam, vera value.ID
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

// pages runs a test of pages on one engine; what they read and write is tested on both.
func pages(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	t.Parallel()
	test(t, newWorld(t, db.SQLite))
}

func newWorld(t testing.TB, engine db.Engine) *world {
	t.Helper()
	w := &world{TB: t, clock: &ticker{at: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)}, past: &memories{judged: map[rulebook.Key]bool{}}}
	cluster := dbtest.ClusterWith(t, engine, func(c *db.Config) { c.Clock = w.clock })
	w.World = sitetest.New(t, cluster, []db.Schema{job.Schema(), safety.Schema(), rulebook.Schema()})
	w.sam, w.vera = w.Site.DB.IDs().Next(), w.Site.DB.IDs().Next()
	var err error
	if w.provider, err = safety.ProviderPack(); err != nil {
		t.Fatal(err)
	}
	w.gate, w.book = w.open(w.provider)
	if w.words, err = text.New(ui.Messages(), web.Messages(), rulebook.Messages()); err != nil {
		t.Fatal(err)
	}
	w.handler = w.serve()
	return w
}

// open opens the site as one process does.
func (w *world) open(provider safety.Pack) (*safety.Gate, *rulebook.Book) {
	w.Helper()
	rules, err := safety.Compile(provider, safety.Pack{})
	w.ok(err)
	gate, err := safety.NewGate(w.Site.Key("clearance"), w.Site.DB.IDs(), rules)
	w.ok(err)
	book := rulebook.New(rulebook.Config{DB: w.Site.DB, Gate: gate, Provider: provider, Past: w.past.past()})
	w.ok(gate.Connect(book.Signal()))
	gate.Remember(safety.Memory{Lists: book, Labels: book})
	w.ok(book.Load(w.ctx()))
	return gate, book
}

func (w *world) serve() http.Handler {
	r := web.NewRouter(web.Config{Log: slog.New(slog.NewTextHandler(failing{w}, &slog.HandlerOptions{Level: slog.LevelError}))})
	r.Before(w.Step)
	r.Before(func(_ http.ResponseWriter, r *http.Request) (*http.Request, error) {
		locale := value.Locale("en")
		if r.Header.Get("Accept-Language") == "de" {
			locale = "de-CH"
		}
		settings := site.From(r.Context()).Settings()
		p := w.words.Printer(text.Settings{Locale: locale, Zone: settings.Location(), Currency: settings.Currency, Clock: w.clock})
		return r.WithContext(text.WithPrinter(r.Context(), p)), nil
	})
	r.Before(func(_ http.ResponseWriter, r *http.Request) (*http.Request, error) {
		return r.WithContext(account.With(r.Context(), w.session(r.Header.Get("X-As")))), nil
	})
	r.Mount("GET /static/", account.Public, ui.Static(), web.Bare())
	desk := &rulebook.Pages{
		Of: func(*site.Site) *rulebook.Book { return w.book },
		Shell: func(r *http.Request, heading, at string) (ui.ConsolePage, error) {
			return ui.ConsolePage{Desk: true, Title: heading, Heading: heading, Site: "Lakeside Market", TabsName: "Safety", Tabs: []ui.Link{
				{Text: "Rules", Href: "/console/safety/rules", Current: at == "/console/safety/rules"}, {Text: "Lists", Href: "/console/safety/lists", Current: at == "/console/safety/lists"},
			}}, nil
		},
	}
	desk.Routes(r)
	return r
}

// failing lets a failed request fail its test.
type failing struct{ w *world }

func (f failing) Write(line []byte) (int, error) {
	f.w.Errorf("the router logged: %s", line)
	return len(line), nil
}

func (w *world) session(who string) account.Session {
	switch id, _ := value.ParseID("acc", who); id { // what is no id is nobody
	case w.sam:
		return account.Session{Account: id, Kind: value.Staff, Role: account.Safety, Name: "Sam"}
	case w.vera:
		return account.Session{Account: id, Kind: value.Staff, Role: account.Support, Name: "Vera"}
	}
	return account.Session{}
}

func (w *world) ctx() context.Context {
	return site.With(context.Background(), w.Site)
}

func (w *world) actor() value.Actor { return value.Actor{Kind: value.Staff, ID: w.sam} }

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// sql writes as somebody with the database's password would.
func (w *world) sql(statement string, args ...any) {
	w.Helper()
	w.ok(w.Site.DB.Maintain(w.ctx(), "test", func(tx *db.Tx) error {
		if _, err := tx.Exec(statement, args...); err != nil {
			return err
		}
		_, err := tx.Exec(`update rulebook_state set rules = rules + 1, entries = entries + 1, learned = learned + 1`)
		return err
	}))
}

func (w *world) read(fn func(tx *db.Tx) error) {
	w.Helper()
	w.ok(w.Site.DB.Read(w.ctx(), fn))
}

// work runs the jobs that are due.
func (w *world) work() {
	w.Helper()
	_, err := job.NewWorker(w.Site.DB, 1, w.book.Jobs()...).RunDue(w.ctx())
	w.ok(err)
}

// screen asks a gate about a listing.
func (w *world) screen(g *safety.Gate, title, body string) safety.Outcome {
	return g.Screen(w.ctx(), w.subject(title, body), safety.Review{})
}

func (w *world) subject(title, body string) safety.Subject {
	id := w.Site.DB.IDs().Next()
	return safety.Subject{
		Stage: safety.StageListing, Object: "listing", Record: id, Hash: safety.ContentHash{1, byte(id), byte(id >> 8), byte(id >> 16)}, Title: title, Body: body,
		Category: "home/furniture", Photos: 2, Price: value.MoneyFromUnits(100, "CHF"), Author: safety.Author{Kind: value.Member, ID: w.vera, Age_days: 90},
	}
}

// deposit is a sound rule that holds.
func deposit() rulebook.Draft {
	return rulebook.Draft{
		Name: "site/parking-deposit", Title: safety.Words{"en": "Deposit for a parking space", "de": "Anzahlung für einen Parkplatz"},
		Ground: safety.Words{"en": "The text asks for a deposit for a parking space."}, Policy: "terms/4", Category: "SCAMS_AND_FRAUD",
		Stages: []safety.Stage{safety.StageListing}, When: "text.contains('parking') && text.contains('deposit')", Outcome: safety.Hold, Mode: safety.Live,
		Fires: "A parking space, the deposit is 200", Passes: "A parking space near the lake\n\ntitle: Oak table\nNo deposit",
	}
}

func (w *world) save(d rulebook.Draft, base int) rulebook.Rule {
	w.Helper()
	r, err := w.book.Save(w.ctx(), w.actor(), d, base, "because of a test")
	w.ok(err)
	return r
}

type answer struct {
	w      *world
	status int
	header http.Header
	body   string
}

func (w *world) do(as value.ID, r *http.Request, headers ...string) answer {
	w.Helper()
	r.Host = sitetest.Host
	if as != 0 {
		r.Header.Set("X-As", as.Text("acc"))
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, r)
	return answer{w, rec.Code, rec.Header(), rec.Body.String()}
}

func (w *world) get(as value.ID, path string, headers ...string) answer {
	w.Helper()
	return w.do(as, httptest.NewRequest(http.MethodGet, "http://"+sitetest.Host+path, nil), headers...)
}

func (w *world) post(as value.ID, path string, form url.Values) answer {
	w.Helper()
	r := httptest.NewRequest(http.MethodPost, "http://"+sitetest.Host+path, strings.NewReader(form.Encode()))
	return w.do(as, r, "Content-Type", "application/x-www-form-urlencoded", "Sec-Fetch-Site", "same-origin")
}

func (a answer) want(status int, texts ...string) answer {
	a.w.Helper()
	if a.status != status {
		a.w.Fatalf("answered %d, not %d: %.2000s", a.status, status, a.body)
	}
	for _, text := range texts {
		if !strings.Contains(a.body, text) {
			a.w.Errorf("%q is not in the page: %.6000s", text, a.body)
		}
	}
	return a
}

// formOf is the editor's form of a draft.
func formOf(d rulebook.Draft, base, do string) url.Values {
	form := url.Values{
		"name": {strings.TrimPrefix(d.Name, "site/")}, "title_en": {d.Title["en"]}, "title_de": {d.Title["de"]}, "ground_en": {d.Ground["en"]},
		"ground_de": {d.Ground["de"]}, "policy": {d.Policy}, "category": {d.Category}, "when": {d.When}, "outcome": {d.Outcome.String()}, "mode": {string(d.Mode)},
		"fires": {d.Fires}, "passes": {d.Passes}, "base": {base}, "do": {do}, "reason": {"as people kept asking"},
	}
	for _, s := range d.Stages {
		form.Add("stages", string(s))
	}
	return form
}
