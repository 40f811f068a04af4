package console_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"fairground/internal/account"
	"fairground/internal/audit"
	"fairground/internal/change"
	"fairground/internal/console"
	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/listing"
	"fairground/internal/mail"
	"fairground/internal/moderation"
	"fairground/internal/safety"
	"fairground/internal/search"
	"fairground/internal/search/live"
	"fairground/internal/site"
	"fairground/internal/site/sitetest"
	"fairground/internal/ui"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

var tester = value.SystemActor("import")

// world is one site with staff of every role, two sellers, and the whole handler of the console.
type world struct {
	testing.TB
	*sitetest.World
	desk         *listing.Desk
	moderation   *moderation.Desk
	router       *web.Router
	mailbox      bool
	arrivals     func(*db.Tx, time.Time) ([]console.Arrival, error)
	texts        func(*db.Tx, int) ([]console.HeldText, error)
	accounts     map[string]account.Account // by role, and "member"
	person, shop listing.Seller
	boats, parts value.ID
	index        *search.Database
	state        live.State
	photo        func(context.Context, string, moderation.Shown) (string, []byte, error)
}

func eachWorld(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	t.Parallel()
	sitetest.Each(t, schemas(), func(t *testing.T, base *sitetest.World) { test(t, newWorld(t, base)) })
}

func schemas() []db.Schema {
	return []db.Schema{audit.Schema(), job.Schema(), mail.Schema(), account.Schema(), safety.Schema(), listing.Schema(), search.Schema(), moderation.Schema()}
}

func newWorld(t testing.TB, base *sitetest.World) *world {
	t.Helper()
	w := &world{TB: t, World: base, mailbox: true, arrivals: arrivals, accounts: map[string]account.Account{}}
	gate, err := safety.NewGate(base.Site.Key("clearance"), base.Site.DB.IDs(), testRules(t))
	w.ok(err)
	w.desk = &listing.Desk{DB: base.Site.DB, Gate: gate, Trees: listing.NewTrees(base.Site.DB)}
	w.moderation = &moderation.Desk{DB: base.Site.DB, Rooms: map[string]moderation.Room{listing.Object: carried{w.desk}},
		Suspender: suspended{map[value.ID]bool{}}, Sampling: moderation.Sampling{Percent: -1}}
	w.write("seller.plant", w.people)
	w.write("category.plant", w.tree)
	w.index = search.New(base.Site.DB, visible{}, search.Config{Languages: []string{"en", "de"}})
	w.router = w.serve()
	return w
}

func testRules(t testing.TB) *safety.RuleSet {
	t.Helper()
	content, err := os.ReadFile("testdata/rules.yaml")
	if err != nil {
		t.Fatal(err)
	}
	pack, err := safety.ParsePack(content)
	if err != nil {
		t.Fatal(err)
	}
	rules, err := safety.Compile(pack, safety.Pack{})
	if err != nil {
		t.Fatal(err)
	}
	return rules
}

// carried carries decisions out as the program does.
type carried struct{ desk *listing.Desk }

func (c carried) Release(tx *db.Tx, record value.ID, reason string) (bool, error) {
	l, err := listing.Find(tx, record)
	if err != nil {
		return false, err
	}
	if l.Status != listing.Held && l.Status != listing.Challenged {
		return false, value.Errorf(value.Conflict, "this listing is %s; only what is held can be published", l.Status)
	}
	if _, err := safety.RecordReview(tx, listing.Object, record, l.Content.Hash(), reason); err != nil {
		return false, err
	}
	l, _, err = c.desk.ScreenIn(tx, record)
	return l.Status == listing.Live, err
}

func (c carried) Refuse(tx *db.Tx, record value.ID, removed bool, reason string) error {
	if removed {
		return listing.End(tx, record, listing.Removed, reason)
	}
	return listing.End(tx, record, listing.Rejected, reason)
}

func (c carried) Ask(tx *db.Tx, record value.ID, what string) error {
	return c.desk.AskIn(tx, record, what)
}

func (c carried) Before(tx *db.Tx, record value.ID) (string, error) {
	return listing.BeforeIn(tx, record)
}

func (c carried) Revert(tx *db.Tx, record value.ID, before string) error {
	return c.desk.RevertIn(tx, record, before, "taken back")
}

func (c carried) Restore(tx *db.Tx, record value.ID, reason string) (bool, error) {
	return c.desk.RestoreIn(tx, record, reason)
}

func (c carried) Describe(tx *db.Tx, record value.ID) (moderation.About, error) {
	l, err := listing.Find(tx, record)
	return moderation.About{Author: l.Seller.ID, Name: l.Seller.Name, Locale: l.Locale, Title: l.Title}, err
}

// suspended are the accounts that decisions suspended.
type suspended struct{ accounts map[value.ID]bool }

func (s suspended) Suspend(tx *db.Tx, account value.ID, _ string) error {
	tx.After(func() { s.accounts[account] = true })
	return nil
}

func (s suspended) Unsuspend(tx *db.Tx, account value.ID, _ string) error {
	tx.After(func() { delete(s.accounts, account) })
	return nil
}

func (w *world) people(tx *db.Tx) error {
	for _, role := range account.Roles() {
		name := "Person of " + string(role)
		if role == account.Safety {
			name = "Aya Keller"
		}
		a, err := account.Create(tx, account.Account{Kind: value.Staff, Role: role, Name: name, Email: value.Email(string(role) + "@lakeside.example")})
		if err != nil {
			return err
		}
		w.accounts[string(role)] = a
	}
	member, err := account.Create(tx, account.Account{Kind: value.Member, Name: "Mina Rochat", Email: "mina@lakeside.example"})
	w.accounts["member"] = member
	if err != nil {
		return err
	}
	w.person = listing.Seller{ID: tx.NewID(), Kind: listing.Private, Name: "Elio Tanner", Town: "Pully", Since: tx.Now().AddDate(-2, 0, 0)}
	w.shop = listing.Seller{ID: tx.NewID(), Kind: listing.Business, Name: "Boatyard Example", Town: "Nyon", Since: tx.Now().AddDate(-3, 0, 0), Verified: tx.Now()}
	if err := listing.AddSeller(tx, w.person); err != nil {
		return err
	}
	return listing.AddSeller(tx, w.shop)
}

func (w *world) tree(tx *db.Tx) error {
	boats, err := listing.AddCategory(tx, listing.Category{Slug: "boats", Names: listing.Names{"en": "Boats", "de": "Boote"}, Icon: "sailboat"})
	if err != nil {
		return err
	}
	parts, err := listing.AddCategory(tx, listing.Category{Parent: boats.ID, Slug: "parts", Names: listing.Names{"en": "Parts", "de": "Teile"}, Icon: "wrench"})
	if err != nil {
		return err
	}
	w.boats, w.parts = boats.ID, parts.ID
	_, err = listing.AddAttribute(tx, listing.Attribute{Category: boats.ID, Slug: "length", Names: listing.Names{"en": "Length", "de": "Länge"}, Type: listing.DecimalType, Unit: "m"})
	return err
}

// serve assembles the handler; the header As says who asks.
func (w *world) serve() *web.Router {
	words, err := text.New(ui.Messages(), web.Messages(), account.Messages(), console.Messages())
	w.ok(err)
	m := web.NewRouter(web.Config{Log: slog.New(slog.NewTextHandler(failing{w}, &slog.HandlerOptions{Level: slog.LevelError}))})
	m.Before(w.Step)
	m.Before(func(_ http.ResponseWriter, r *http.Request) (*http.Request, error) {
		who, known := w.accounts[asked(r)]
		ctx := r.Context()
		if known {
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
	m.Handle("GET /media/{path...}", account.Public, drawn)
	(&console.Console{Services: func(*site.Site) console.Services {
		return console.Services{Listings: w.desk, Moderation: w.moderation, Mailbox: w.mailbox, Arrivals: w.arrivals, Texts: w.texts, Photo: w.photo,
			Search: &console.Search{Index: w.index, Words: w.index, State: func() live.State { return w.state }}}
	}, Account: shown}).Routes(m)
	return m
}

// asked is who a request is from: by header, or by cookie for a browser.
func asked(r *http.Request) string {
	if cookie, err := r.Cookie("as"); err == nil {
		return cookie.Value
	}
	return r.Header.Get("As")
}

func shown(r *http.Request) ui.Account {
	session := account.From(r.Context())
	return ui.Account{Name: session.Name, Role: session.Role.Label(r.Context()), Href: "/account/sessions", SignOut: "/sign-out"}
}

// drawn stands for stored photos.
func drawn(rw http.ResponseWriter, _ *http.Request) error {
	rw.Header().Set("Content-Type", "image/svg+xml")
	_, err := io.WriteString(rw, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 300" width="400" height="300"><path d="M0 0h400v300H0Z" fill="#dfe7d8"/><path d="m200 40 110 160H90Z" fill="#c76b3f"/><path d="M60 210h280l-40 50H100Z" fill="#6f8a63"/></svg>`)
	return err
}

// arrivals is what the program gives the console.
func arrivals(tx *db.Tx, since time.Time) ([]console.Arrival, error) {
	return db.All(tx, func(row db.Scanner) (a console.Arrival, err error) {
		var hour int64
		err = row.Scan(&hour, &a.Status, &a.Listings)
		a.Hour = time.Unix(hour*3600, 0)
		return a, err
	}, "select created_us / 3600000000 as hour, status, count(*) from listing where created_us >= $1 group by 1, 2", value.Micros(since))
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

func (w *world) write(action string, fn func(*db.Tx) error) {
	w.Helper()
	w.ok(w.Site.DB.Write(context.Background(), tester, action, fn))
}

func (w *world) read(fn func(*db.Tx) error) {
	w.Helper()
	w.ok(w.Site.DB.Read(context.Background(), fn))
}

// boat is a content that nothing speaks against; words in it make a rule fire.
func (w *world) boat(title, body string) listing.Content {
	return listing.Content{
		Kind: listing.Sell, Category: w.boats, Locale: "en", Title: title, Body: body, Price: value.MoneyFromUnits(5200, "CHF"),
		Place: listing.Place{Name: "Pully"}, Attributes: listing.Attributes{"length": "6.5"},
		Photos: []listing.Photo{{Sha256: strings.Repeat("ab", 32), Width: 1600, Height: 1200, Colour: "#dfe7d8", Alt: title}},
	}
}

func (w *world) submit(c listing.Content) listing.Listing {
	w.Helper()
	return w.submitAt(c, time.Time{})
}

func (w *world) submitAt(c listing.Content, at time.Time) listing.Listing {
	w.Helper()
	l, _, err := w.desk.Submit(context.Background(), tester, listing.Submission{Content: c, Seller: w.person, At: at})
	w.ok(err)
	return l
}

func (w *world) find(id value.ID) (l listing.Listing) {
	w.Helper()
	w.read(func(tx *db.Tx) (err error) {
		l, err = listing.Find(tx, id)
		return err
	})
	return l
}

// file puts in a notice about a listing.
func (w *world) file(l listing.Listing, explanation string) moderation.Notice {
	w.Helper()
	n, err := w.moderation.File(context.Background(), value.Actor{Kind: value.Visitor}, moderation.Notice{
		Object: listing.Object, Record: l.ID, Ground: moderation.Scam, Explanation: explanation, Name: "Reporter Muster", Email: "reporter@example.org", Locale: "en",
	})
	w.ok(err)
	return n
}

// seal catches up with the log, as the program does in the background.
func (w *world) seal() {
	w.Helper()
	key, err := audit.NewKey(w.Site.Slug, w.Site.Key("audit"))
	w.ok(err)
	_, err = audit.Sealer(key).CatchUp(context.Background(), w.Site.DB)
	w.ok(err)
}

// settle gives every entry of the log its number.
func (w *world) settle() {
	w.Helper()
	w.ok(change.Number(context.Background(), w.Site.DB))
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
	rec := httptest.NewRecorder()
	w.router.ServeHTTP(rec, r)
	return page{w, rec.Result(), rec.Body.String()}
}

func (w *world) get(as, path string) page {
	w.Helper()
	return w.do(as, "GET", path, nil)
}

func (w *world) post(as, path string, pairs ...string) page {
	w.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return w.do(as, "POST", path, form)
}

// want checks the status and that the page has all the words.
func (p page) want(status int, words ...string) page {
	p.world.Helper()
	if p.StatusCode != status {
		p.world.Errorf("%d, want %d: %s", p.StatusCode, status, clip(p.body))
	}
	for _, word := range words {
		if !strings.Contains(p.body, word) {
			p.world.Errorf("the page lacks %q:\n%s", word, clip(p.body))
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

func (p page) wantTo(location string) page {
	p.world.Helper()
	if p.StatusCode != http.StatusSeeOther || p.Header.Get("Location") != location {
		p.world.Errorf("%d to %q, want 303 to %q: %s", p.StatusCode, p.Header.Get("Location"), location, clip(p.body))
	}
	return p
}

func clip(text string) string {
	if at := strings.Index(text, `<main`); at > 0 {
		text = text[at:]
	}
	return text[:min(len(text), 6000)]
}

func noticePath(n moderation.Notice) string { return "/console/safety/notices/" + n.ID.Text("ntc") }

func path(l listing.Listing) string { return "/console/listings/" + l.Key() }

func rev(l listing.Listing) string { return fmt.Sprint(l.Rev) }
