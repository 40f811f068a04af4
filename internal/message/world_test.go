package message_test

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"image"
	"image/color"
	"image/png"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/a-h/templ"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/media"
	"fairground/internal/message"
	"fairground/internal/safety"
	"fairground/internal/site"
	"fairground/internal/site/sitetest"
	"fairground/internal/ui"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

// ticker is a clock that tests set forward.
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

// market stands for what other rooms know: listings, sellers, members, blocks.
type market struct {
	mu       sync.Mutex
	listings map[value.ID]message.Listing
	seats    map[value.ID][]value.ID
	sellers  map[value.ID]message.Seller
	persons  map[value.ID]message.Person
	blocks   map[[2]value.ID]bool
	reports  []message.Report
	agreed   []message.Agreement
	alerts   []account.Alert
	refuse   error                         // of Agreed
	led      map[value.ID][]message.Seller // whose owners decide who may write

	byAccount map[value.ID][]message.Seller // when set, instead of a walk over all seats
}

func (m *market) Listings(_ *db.Tx, ids []value.ID) (map[value.ID]message.Listing, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	found := map[value.ID]message.Listing{}
	for _, id := range ids {
		if l, ok := m.listings[id]; ok {
			found[id] = l
		}
	}
	return found, nil
}

func (m *market) Seats(_ *db.Tx, seller value.ID) ([]value.ID, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]value.ID(nil), m.seats[seller]...), nil
}

func (m *market) SellersOf(_ *db.Tx, who value.ID) (all []message.Seller, _ error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.byAccount != nil {
		return m.byAccount[who], nil
	}
	for seller, seats := range m.seats {
		for _, seat := range seats {
			if seat == who {
				all = append(all, m.sellers[seller])
			}
		}
	}
	return all, nil
}

func (m *market) Persons(_ *db.Tx, ids []value.ID) (map[value.ID]message.Person, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	found := map[value.ID]message.Person{}
	for _, id := range ids {
		if p, ok := m.persons[id]; ok {
			found[id] = p
		}
	}
	return found, nil
}

func (m *market) Blocked(_ *db.Tx, a, b value.ID) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.blocks[[2]value.ID{a, b}] || m.blocks[[2]value.ID{b, a}], nil
}

func (m *market) Block(tx *db.Tx, by, whom value.ID) error {
	tx.After(func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.blocks[[2]value.ID{by, whom}] = true
	})
	return nil
}

func (m *market) Report(tx *db.Tx, r message.Report) (string, error) {
	tx.After(func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.reports = append(m.reports, r)
	})
	return "ABCDE-FGHIJ-KLMNO-PQRST", nil
}

func (m *market) Agreed(tx *db.Tx, a message.Agreement) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	tx.After(func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.agreed = append(m.agreed, a)
	})
	return m.refuse
}

// Deal leads to the deal that was agreed, or to where one is proposed.
func (m *market) Deal(_ *db.Tx, c message.Conversation) (string, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, a := range m.agreed {
		if a.Conversation == c.ID {
			return "/deals/made", true, nil
		}
	}
	return "/deals/new", false, nil
}

func (m *market) Tell(tx *db.Tx, a account.Alert) error {
	tx.After(func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.alerts = append(m.alerts, a)
	})
	return nil
}

// to are the alerts of one account, oldest first.
func (m *market) to(who value.ID) (all []account.Alert) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, a := range m.alerts {
		if a.To == who {
			all = append(all, a)
		}
	}
	return all
}

func (m *market) set(l message.Listing, change func(*message.Listing)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	changed := m.listings[l.ID]
	change(&changed)
	m.listings[l.ID] = changed
}

// world is a site with its handler, two private members, a shop with two people, a stranger and somebody of the staff.
type world struct {
	testing.TB
	*sitetest.World
	clock                             *ticker
	desk                              *message.Desk
	market                            *market
	handler                           http.Handler
	words                             *text.Catalogue
	scanAll                           bool
	veiled                            map[string]bool // photos that nobody may see
	veilFault                         error
	mina, elio, aya, jon, ines, staff value.ID // mina buys; elio sells; aya and jon are the shop; ines is a stranger
	own, shop                         message.Seller
	bike, lamp                        message.Listing // elio's and the shop's
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
	w := &world{TB: t, clock: &ticker{at: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)}, scanAll: true}
	cluster := dbtest.ClusterWith(t, engine, func(c *db.Config) { c.Clock = w.clock })
	w.World = sitetest.New(t, cluster, []db.Schema{safety.Schema(), message.Schema()})
	w.people()
	var err error
	if w.words, err = text.New(ui.Messages(), web.Messages(), media.Messages(), message.Messages()); err != nil {
		t.Fatal(err)
	}
	w.desk = w.newDesk()
	w.handler = w.serve()
	return w
}

func (w *world) people() {
	id := w.Site.DB.IDs().Next
	w.mina, w.elio, w.aya, w.jon, w.ines, w.staff = id(), id(), id(), id(), id(), id()
	w.own = message.Seller{ID: id(), Name: "Elio T."}
	w.shop = message.Seller{ID: id(), Name: "Spoke & Lantern", Business: true}
	w.bike = w.listing("City bicycle with basket", w.own, 320)
	w.lamp = w.listing("Front lamp", w.shop, 45)
	person := func(name string, mail value.Email) message.Person {
		return message.Person{Name: name, Locale: "en", Email: mail, Verified: true, SeenMarks: true, Age_days: 400, Joined: w.clock.Now().Add(-400 * 24 * time.Hour), Phone: true}
	}
	w.market = &market{
		listings: map[value.ID]message.Listing{w.bike.ID: w.bike, w.lamp.ID: w.lamp},
		seats:    map[value.ID][]value.ID{w.own.ID: {w.elio}, w.shop.ID: {w.aya, w.jon}},
		sellers:  map[value.ID]message.Seller{w.own.ID: w.own, w.shop.ID: w.shop},
		persons: map[value.ID]message.Person{
			w.mina: person("Mina R.", "mina@example.org"), w.elio: person("Elio T.", "elio@example.org"), w.aya: person("Aya Keller", "aya@example.org"),
			w.jon: person("Jon Marti", "jon@example.org"), w.ines: person("Ines P.", "ines@example.org"),
		},
		blocks: map[[2]value.ID]bool{},
		led:    map[value.ID][]message.Seller{w.elio: {w.own}, w.aya: {w.shop}},
	}
}

func (w *world) listing(title string, s message.Seller, francs int64) message.Listing {
	id := w.Site.DB.IDs().Next()
	return message.Listing{
		ID: id, Title: title, Href: "/l/" + id.Text("lst") + "/x", Category: "sports/bicycles", Price: value.MoneyFromUnits(francs, "CHF"), Seller: s,
		Status: "live", Open: true,
	}
}

// offerMore adds listings of a seller.
func (w *world) offerMore(n int, s message.Seller) (all []message.Listing) {
	w.market.mu.Lock()
	defer w.market.mu.Unlock()
	for i := range n {
		l := w.listing(fmt.Sprintf("Wheel number %d", i), s, 50)
		w.market.listings[l.ID] = l
		all = append(all, l)
	}
	return all
}

func (w *world) newDesk() *message.Desk {
	pack, err := safety.ProviderPack()
	if err != nil {
		w.Fatal(err)
	}
	rules, err := safety.Compile(pack, safety.Pack{})
	if err != nil {
		w.Fatal(err)
	}
	gate, err := safety.NewGate(w.Site.Key("clearance"), w.Site.DB.IDs(), rules)
	if err != nil {
		w.Fatal(err)
	}
	blobs, err := media.LocalBlobs(w.TempDir())
	if err != nil {
		w.Fatal(err)
	}
	photos := media.NewPhotos(blobs, media.NewDecoders(2))
	shell := func(r *http.Request, title string, content templ.Component) templ.Component {
		return shellOf(r, title, content)
	}
	return message.New(message.Config{
		Page: shell, Console: shell, Clock: w.clock,
		Room: func(*site.Site) message.Room {
			return message.Room{Gate: gate, Photos: photos, Blobs: blobs, ReplyDomain: "reply.lakeside.example", ScanAll: w.scanAll,
				Veils: func(_ context.Context, sha256 string) (bool, error) { return w.veiled[sha256], w.veilFault }}
		},
		Listings: w.market.Listings, Seats: w.market.Seats, SellersOf: w.market.SellersOf, Persons: w.market.Persons, Blocked: w.market.Blocked,
		Leads:   func(_ *db.Tx, who value.ID) ([]message.Seller, error) { return w.market.led[who], nil },
		Proving: "/account/security", Known: known,
		Block: w.market.Block, BlockedPage: "/account/blocked", Report: w.market.Report, Agreed: w.market.Agreed, Deal: w.market.Deal, Teller: w.market,
		Grounds: func(context.Context) []message.Ground {
			return []message.Ground{{Value: "scam", Text: "Fraud"}, {Value: "other", Text: "Something else"}}
		},
	})
}

// known stands for what another room knows of a side.
func known(_ *db.Tx, _ message.Conversation, of message.Side) (templ.Component, error) {
	return templ.Raw(`<p class="small">KNOWN OF THE ` + string(of) + `</p>`), nil
}

func shellOf(r *http.Request, title string, content templ.Component) templ.Component {
	page := ui.PublicPage{
		Title: title, Site: "Lakeside Market", Member: true, Hidden: true, Search: ui.Search{Action: "/search"},
		Nav: []ui.Link{{Text: "Messages", Href: "/messages", Icon: "message-square"}},
	}
	area := ui.MemberArea{Label: "My pages", Links: []ui.Link{
		{Text: "My listings", Href: "/my/listings", Icon: "list"}, {Text: "Messages", Href: "/messages", Icon: "message-square", Current: true}, {Text: "Favourites", Href: "/favourites", Icon: "heart"},
	}}
	inner := templ.ComponentFunc(func(ctx context.Context, out io.Writer) error {
		return area.Render(templ.WithChildren(ctx, content), out)
	})
	return templ.ComponentFunc(func(ctx context.Context, out io.Writer) error {
		return page.Render(templ.WithChildren(ctx, inner), out)
	})
}

// serve assembles the handler. Who asks stands in a header, or in a cookie for browsers.
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
		who := r.Header.Get("X-As")
		if c, err := r.Cookie("as"); who == "" && err == nil {
			who = c.Value
		}
		return r.WithContext(account.With(r.Context(), w.session(who))), nil
	})
	r.Mount("GET /static/", account.Public, ui.Static(), web.Bare())
	w.desk.Routes(r)
	return r
}

// failing lets a failed request fail its test.
type failing struct{ w *world }

func (f failing) Write(line []byte) (int, error) {
	f.w.Errorf("the router logged: %s", line)
	return len(line), nil
}

func (w *world) session(who string) account.Session {
	id, err := value.ParseID("acc", who)
	if err != nil {
		return account.Session{}
	}
	s := account.Session{Account: id, Kind: value.Member, Name: w.market.persons[id].Name}
	if id == w.staff {
		s.Kind, s.Role, s.Name = value.Staff, account.Safety, "Sam"
	}
	return s
}

// ctx is a context on the site, with English words.
func (w *world) ctx() context.Context {
	ctx := site.With(context.Background(), w.Site)
	return text.WithPrinter(ctx, w.words.Printer(text.Settings{Locale: "en", Clock: w.clock, Currency: "CHF"}))
}

func member(id value.ID) value.Actor { return value.Actor{Kind: value.Member, ID: id} }

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) write(actor value.Actor, fn func(tx *db.Tx) error) error {
	return w.Site.DB.Write(w.ctx(), actor, "test", fn)
}

func (w *world) read(fn func(tx *db.Tx) error) {
	w.Helper()
	w.ok(w.Site.DB.Read(w.ctx(), fn))
}

func (w *world) count(statement string, args ...any) (n int) {
	w.Helper()
	w.read(func(tx *db.Tx) error { return tx.Row(statement, args...).Scan(&n) })
	return n
}

// start begins a conversation and returns it.
func (w *world) start(by value.ID, l message.Listing, words string) message.Conversation {
	w.Helper()
	c, _, err := w.desk.Start(w.ctx(), member(by), l.ID, message.Draft{Text: words})
	w.ok(err)
	return c
}

func (w *world) send(by value.ID, c message.Conversation, words string) message.Message {
	w.Helper()
	m, err := w.desk.Send(w.ctx(), member(by), c.ID, message.Draft{Text: words})
	w.ok(err)
	return m
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

func (w *world) post(as value.ID, path string, pairs ...string) answer {
	w.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, "http://"+sitetest.Host+path, strings.NewReader(form.Encode()))
	return w.do(as, r, "Content-Type", "application/x-www-form-urlencoded", "Sec-Fetch-Site", "same-origin")
}

// postFiles sends a form with files, all as photos.
func (w *world) postFiles(as value.ID, path, words string, files ...[]byte) answer {
	w.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	w.ok(form.WriteField("text", words))
	for i, file := range files {
		part, err := form.CreateFormFile("photos", fmt.Sprintf("photo%d.png", i))
		w.ok(err)
		_, err = part.Write(file)
		w.ok(err)
	}
	w.ok(form.Close())
	r := httptest.NewRequest(http.MethodPost, "http://"+sitetest.Host+path, &body)
	return w.do(as, r, "Content-Type", form.FormDataContentType(), "Sec-Fetch-Site", "same-origin")
}

func (a answer) want(status int, words ...string) answer {
	a.w.Helper()
	if a.status != status {
		a.w.Errorf("status %d, want %d: %s", a.status, status, a.body[:min(len(a.body), 400)])
	}
	said := html.UnescapeString(a.body)
	for _, word := range words {
		if !strings.Contains(said, word) {
			a.w.Errorf("the page does not say %q", word)
		}
	}
	return a
}

func (a answer) lacks(words ...string) answer {
	a.w.Helper()
	said := html.UnescapeString(a.body)
	for _, word := range words {
		if strings.Contains(said, word) {
			a.w.Errorf("the page says %q", word)
		}
	}
	return a
}

func (a answer) to() string { return a.header.Get("Location") }

var formKey = regexp.MustCompile(`name="key" value="([^"]+)"`)

func (a answer) key() string {
	a.w.Helper()
	found := formKey.FindStringSubmatch(a.body)
	if found == nil {
		a.w.Fatal("the page has no form")
	}
	return found[1]
}

func wantKind(t testing.TB, err error, kind value.Kind) {
	t.Helper()
	if value.KindOf(err) != kind {
		t.Errorf("got %v, want %s", err, kind)
	}
}

// picture is a small photo that differs by its shade.
func picture(t testing.TB, shade uint8) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 64, 48))
	for x := range 64 {
		for y := range 48 {
			img.Set(x, y, color.RGBA{shade, uint8(x * 3), uint8(y * 5), 255})
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
