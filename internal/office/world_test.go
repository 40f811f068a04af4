package office_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"fairground/internal/account"
	"fairground/internal/audit"
	"fairground/internal/automation"
	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/job"
	"fairground/internal/listing"
	"fairground/internal/mail"
	"fairground/internal/media"
	"fairground/internal/office"
	"fairground/internal/record"
	"fairground/internal/safety"
	"fairground/internal/site"
	"fairground/internal/site/sitetest"
	"fairground/internal/transfer"
	"fairground/internal/ui"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

// world is one site with staff of every role, a weekly market (traders, their stalls, the days they stand), and the whole
// handler of the office.
type world struct {
	testing.TB
	*sitetest.World
	store    *record.Store
	router   *web.Router
	office   *office.Office
	blobs    media.Blobs
	accounts map[string]account.Account // by role, and "member"
}

func schemas() []db.Schema {
	return []db.Schema{audit.Schema(), job.Schema(), mail.Schema(), account.Schema(), safety.Schema(), listing.Schema(), record.Schema(), automation.Schema(), transfer.Schema()}
}

// market is a world with the objects of the weekly market.
func market(t testing.TB) *world { return worldOf(t, record.Config{Declared: objects()}) }

func worldOf(t testing.TB, config record.Config) *world {
	t.Helper()
	w := &world{TB: t, World: sitetest.New(t, dbtest.Cluster(t, db.SQLite), schemas()), accounts: map[string]account.Account{}}
	config.Currency = func() string { return w.Site.Settings().Currency }
	config.Locale = func() value.Locale { return "en" }
	w.store = record.New(w.Site.DB, config)
	w.ok(w.store.Ensure(t.Context()))
	blobs, err := media.LocalBlobs(t.TempDir())
	w.ok(err)
	t.Cleanup(func() { blobs.Close() })
	w.blobs = blobs
	w.ok(w.Site.DB.Write(t.Context(), value.SystemActor("test"), "staff.plant", w.people))
	w.router = w.serve()
	return w
}

func (w *world) people(tx *db.Tx) error {
	for _, role := range account.Roles() {
		name := map[account.Role]string{account.Admin: "Aya Keller", account.Sales: "Jon Perret"}[role]
		if name == "" {
			name = "Person of " + string(role)
		}
		a, err := account.Create(tx, account.Account{Kind: value.Staff, Role: role, Name: name, Email: value.Email(string(role) + "@lakeside.example")})
		if err != nil {
			return err
		}
		w.accounts[string(role)] = a
	}
	member, err := account.Create(tx, account.Account{Kind: value.Member, Name: "Mina Rochat", Email: "mina@lakeside.example"})
	w.accounts["member"] = member
	return err
}

// asker is what the program makes of a session.
func asker(s account.Session) record.Asker {
	a := record.Asker{Actor: s.Actor(), Account: s.Account, Role: string(s.Role), Define: s.May(account.SettingsEdit)}
	if s.May(account.RecordsSee) {
		a.Rights = append(a.Rights, record.See)
	}
	if s.May(account.RecordsEdit) {
		a.Rights = append(a.Rights, record.Make, record.Edit, record.Delete)
	}
	if s.May(account.RecordsExport) {
		a.Rights = append(a.Rights, record.Export)
	}
	return a
}

// shell is a plain console around the office's pages.
type shell struct{ office *office.Office }

func (s *shell) Page(r *http.Request, heading, at string) (ui.ConsolePage, error) {
	rail, err := s.office.Rail(r)
	today := ui.Section{Links: []ui.Link{{Text: "Today", Href: "/console", Icon: "sun"}}}
	for i := range rail {
		for j := range rail[i].Links {
			rail[i].Links[j].Current = rail[i].Links[j].Href == at
		}
	}
	me := account.From(r.Context())
	return ui.ConsolePage{
		Title: heading, Heading: heading, Site: "Lakeside Market", Sections: append([]ui.Section{today}, rail...),
		Find: "/console/palette", Palette: "/console/palette", Account: ui.Account{Name: me.Name, Role: string(me.Role), SignOut: "/sign-out"},
	}, err
}

// serve assembles the handler; the header As says who asks.
func (w *world) serve() *web.Router {
	words, err := text.New(ui.Messages(), web.Messages(), account.Messages(), office.Messages())
	w.ok(err)
	m := web.NewRouter(web.Config{Log: slog.New(slog.NewTextHandler(failing{w}, &slog.HandlerOptions{Level: slog.LevelError}))})
	m.Before(w.Step)
	m.Before(func(_ http.ResponseWriter, r *http.Request) (*http.Request, error) {
		ctx := r.Context()
		if who, known := w.accounts[asked(r)]; known {
			ctx = account.With(ctx, account.Session{Account: who.ID, Kind: who.Kind, Name: who.Name, Email: who.Email, Role: who.Role})
		}
		locale := value.Locale("en")
		if r.Header.Get("Accept-Language") == "de" {
			locale = "de-CH"
		}
		settings := site.From(ctx).Settings()
		printer := words.Printer(text.Settings{Locale: locale, Zone: settings.Location(), Currency: settings.Currency})
		return r.WithContext(text.WithPrinter(ctx, printer)), nil
	})
	m.Mount("GET /static/", account.Public, ui.Static(), web.Bare())
	around := &shell{}
	around.office = &office.Office{
		Store: func(*site.Site) *record.Store { return w.store },
		Files: func(*site.Site) media.Blobs { return w.blobs },
		Asker: asker, Shell: around, Brief: time.Minute, // machines that test are busy
	}
	w.office = around.office
	around.office.Routes(m)
	return m
}

// asked is who a request is from: by header, or by cookie for a browser.
func asked(r *http.Request) string {
	if cookie, err := r.Cookie("as"); err == nil {
		return cookie.Value
	}
	return r.Header.Get("As")
}

// failing lets a failed request fail its test.
type failing struct{ w *world }

func (f failing) Write(line []byte) (int, error) {
	f.w.Errorf("the router logged: %s", line)
	return len(line), nil
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// system may do everything.
var system = record.System("test")

func (w *world) make(object string, values record.Values) *record.Record {
	w.Helper()
	rec, err := w.store.Create(context.Background(), system, object, values)
	w.ok(err)
	return rec
}

func (w *world) find(object string, id value.ID) *record.Record {
	w.Helper()
	rec, err := w.store.Get(context.Background(), system, object, id)
	w.ok(err)
	return rec
}

func path(rec *record.Record) string {
	return "/console/records/" + rec.Object.Key + "/" + rec.Object.ID(rec.ID)
}

// page is an answer of the handler.
type page struct {
	*world
	*http.Response
	body string
}

func (w *world) do(as, method, path string, form url.Values, headers ...string) page {
	w.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r := httptest.NewRequestWithContext(context.Background(), method, "http://"+sitetest.Host+path, body)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Header.Set("As", as)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return w.send(r)
}

func (w *world) send(r *http.Request) page {
	rec := httptest.NewRecorder()
	w.router.ServeHTTP(rec, r)
	return page{w, rec.Result(), rec.Body.String()}
}

func (w *world) get(as, path string) page {
	w.Helper()
	return w.do(as, "GET", path, nil)
}

// part asks for a fragment, as htmx does.
func (w *world) part(as, path string) page {
	w.Helper()
	return w.do(as, "GET", path, nil, "HX-Request", "true")
}

func form(pairs ...string) url.Values {
	f := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		f.Add(pairs[i], pairs[i+1])
	}
	return f
}

func (w *world) post(as, path string, pairs ...string) page {
	w.Helper()
	return w.do(as, "POST", path, form(pairs...))
}

// want checks the status and that the page has all the words.
func (p page) want(status int, words ...string) page {
	p.world.Helper()
	if p.StatusCode != status {
		p.world.Errorf("%d, want %d: %s", p.StatusCode, status, clip(p.body))
	}
	for _, word := range words {
		if !strings.Contains(p.body, word) {
			p.world.Errorf("the page lacks %q: %s", word, clip(p.body))
		}
	}
	return p
}

func (p page) lacks(words ...string) page {
	p.world.Helper()
	for _, word := range words {
		if strings.Contains(p.body, word) {
			p.world.Errorf("the page has %q", word)
		}
	}
	return p
}

// wantTo checks that the answer leads to an address, and goes there as the same person.
func (p page) wantTo(as, location string) page {
	p.world.Helper()
	to := p.Header.Get("Location")
	if p.StatusCode != http.StatusSeeOther || !strings.HasPrefix(to, location) {
		p.world.Errorf("%d to %q, want 303 to %q: %s", p.StatusCode, to, location, clip(p.body))
		return p
	}
	var cookies []string
	for _, cookie := range p.Cookies() {
		cookies = append(cookies, cookie.Name+"="+cookie.Value)
	}
	return p.world.do(as, "GET", to, nil, "Cookie", strings.Join(cookies, "; "))
}

var tags = regexp.MustCompile(`(?s)<svg.*?</svg>|<[^>]*>`)

// clip is the text of a page, for messages.
func clip(text string) string {
	if at := strings.Index(text, `<main`); at > 0 {
		text = text[at:]
	}
	text = strings.Join(strings.Fields(tags.ReplaceAllString(text, " ")), " ")
	return text[:min(len(text), 1500)]
}

func sessionOf(w *world, role string) account.Session {
	who := w.accounts[role]
	return account.Session{Account: who.ID, Kind: who.Kind, Name: who.Name, Email: who.Email, Role: who.Role}
}
