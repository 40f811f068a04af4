package standing_test

import (
	"context"
	"html"
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
	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/site"
	"fairground/internal/site/sitetest"
	"fairground/internal/standing"
	"fairground/internal/ui"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

const (
	anna, ben = value.ID(31), value.ID(32) // members
	sam, lou  = value.ID(7), value.ID(9)   // staff; sam set the label on anna
	reporter  = "ines@example.org"         // who reported anna, and must be nowhere
)

var now = time.Date(2026, time.November, 22, 9, 0, 0, 0, time.UTC)

// stopped is a clock that does not run.
type stopped struct{}

func (stopped) Now() time.Time { return now }

// rooms stand for the neighbours: what is held of whom, and what they were told.
type rooms struct {
	mu        sync.Mutex
	held      map[value.ID]standing.Holdings
	cases     []standing.Contest
	corrected []string
	told      []account.Alert
}

func (n *rooms) Held(_ *db.Tx, of value.ID) (standing.Holdings, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.held[of], nil
}

func (n *rooms) Case(tx *db.Tx, c standing.Contest) error {
	tx.After(func() { n.mu.Lock(); defer n.mu.Unlock(); n.cases = append(n.cases, c) })
	return nil
}

func (n *rooms) Correct(tx *db.Tx, c standing.Contest) error {
	tx.After(func() { n.mu.Lock(); defer n.mu.Unlock(); n.corrected = append(n.corrected, c.Ref) })
	return nil
}

func (n *rooms) Tell(tx *db.Tx, a account.Alert) error {
	tx.After(func() { n.mu.Lock(); defer n.mu.Unlock(); n.told = append(n.told, a) })
	return nil
}

type world struct {
	*testing.T
	*sitetest.World
	rooms   *rooms
	desk    *standing.Desk
	handler http.Handler
}

func each(t *testing.T, test func(w *world)) {
	t.Helper()
	t.Parallel()
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			test(newWorld(t, engine))
		})
	}
}

func newWorld(t *testing.T, engine db.Engine) *world {
	t.Helper()
	cluster := dbtest.ClusterWith(t, engine, func(c *db.Config) { c.Clock = stopped{} })
	w := &world{T: t, World: sitetest.New(t, cluster, []db.Schema{account.Schema(), standing.Schema()}), rooms: &rooms{held: map[value.ID]standing.Holdings{
		anna: annas(), ben: {Facts: standing.Facts{Staffed: true, Joined: now.Add(-48 * time.Hour)}},
	}}}
	w.desk = standing.New(standing.Config{Site: w.Site, Held: w.rooms.Held, Case: w.rooms.Case, Correct: w.rooms.Correct, Tell: w.rooms})
	w.handler = w.serve()
	return w
}

// annas is a bit of everything.
func annas() standing.Holdings {
	ago := func(days int) time.Time { return now.AddDate(0, 0, -days) }
	return standing.Holdings{
		Facts: standing.Facts{Sells: true, Staffed: true, Joined: ago(400), Mail: ago(400), Trades: 3, Reviews: 2, Offers: 1, Answers: standing.Answering{Asked: 9, Share: .9, Typical: 3 * time.Hour}},
		Decisions: []standing.Decision{
			{Title: "Flat by the lake", Measure: "Removed", Text: "We have taken it off the site.", Href: "/statement/AAAAA", Appeal: "/appeal/AAAAA", Made: ago(9)},
			{Title: "Room in the centre", Measure: "Not published", Href: "/statement/BBBBB", State: "overturned", Reversed: true, Made: ago(30)},
		},
		Labels:   []standing.Label{{Ref: "author watch 31", On: "account", Name: "watch", Reason: "Two listings asked for a deposit.", By: "staff:7", Made: ago(8), Expires: now.AddDate(0, 0, 20)}},
		Limits:   []standing.Limit{{Name: "posts", Count: 10}, {Name: "reports_limited", Until: now.AddDate(0, 0, 12), Own: true}},
		Listings: []standing.Screened{{ID: 44, Title: "Attic room", State: "Being checked", Reasons: []string{"Somebody looks at it."}, Href: "/my/listings", Made: ago(1), Waits: true}},
		Notes:    []standing.Note{{ID: 55, Reasons: []string{"The account is new", "Talk of paying ahead or elsewhere"}, Made: ago(2)}},
		Networks: []standing.Network{{ID: 66, Listings: 4, Title: "Flat by the lake", Made: ago(9), By: "staff:9"}},
		Holds:    []standing.Hold{{ID: 66, Title: "Flat by the lake", Made: ago(9), By: "staff:9"}},
	}
}

func (w *world) serve() http.Handler {
	w.Helper()
	words, err := text.New(ui.Messages(), web.Messages(), account.Messages(), standing.Messages())
	w.ok(err)
	page := func(_ *http.Request, title string, content templ.Component) templ.Component {
		return templ.ComponentFunc(func(ctx context.Context, out io.Writer) error {
			return ui.PublicPage{Title: title, Hidden: true, Member: true, Site: "Lakeside Market"}.Render(templ.WithChildren(ctx, content), out)
		})
	}
	pages := &standing.Pages{
		Of: func(*site.Site) *standing.Desk { return w.desk }, Page: page, Public: page, Clock: stopped{},
		Shell: func(_ *http.Request, heading, _ string) (ui.ConsolePage, error) {
			return ui.ConsolePage{Desk: true, Title: heading, Heading: heading, Site: "Lakeside Market"}, nil
		},
		Who: func(_ *db.Tx, actor string) (string, error) {
			return map[string]string{"staff:7": "Sam", "staff:9": "Lou"}[actor], nil
		},
	}
	m := web.NewRouter(web.Config{Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Clock: stopped{}})
	m.Before(w.Step)
	m.Before(func(_ http.ResponseWriter, r *http.Request) (*http.Request, error) {
		locale := value.Locale("en")
		if r.Header.Get("Accept-Language") == "de" {
			locale = "de-CH"
		}
		ctx := text.WithPrinter(r.Context(), words.Printer(text.Settings{Locale: locale, Zone: time.UTC, Currency: "CHF", Clock: stopped{}}))
		if id, err := value.ParseID(account.IDKind, r.Header.Get("X-As")); err == nil {
			session := account.Session{Account: id, Kind: value.Member, Name: "Anna"}
			if id == sam || id == lou {
				session = account.Session{Account: id, Kind: value.Staff, Role: account.Safety, Name: "Sam"}
			}
			ctx = account.With(ctx, session)
		}
		return r.WithContext(ctx), nil
	})
	m.Mount("GET /static/", account.Public, ui.Static(), web.Bare())
	pages.Routes(m)
	return m
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// ctx is a context on the site, with words.
func (w *world) ctx() context.Context {
	w.Helper()
	words, err := text.New(ui.Messages(), standing.Messages())
	w.ok(err)
	return text.WithPrinter(site.With(context.Background(), w.Site), words.Printer(text.Settings{Locale: "en", Zone: time.UTC, Clock: stopped{}}))
}

// ask sends a request as somebody; pairs make it a form.
func (w *world) ask(as value.ID, path, language string, pairs ...string) *httptest.ResponseRecorder {
	w.Helper()
	method, form := http.MethodGet, url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		method = http.MethodPost
		form.Set(pairs[i], pairs[i+1])
	}
	r := httptest.NewRequest(method, "http://"+sitetest.Host+path, strings.NewReader(form.Encode()))
	r.Header.Set("Accept-Language", language)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if as != 0 {
		r.Header.Set("X-As", as.Text(account.IDKind))
	}
	out := httptest.NewRecorder()
	w.handler.ServeHTTP(out, r)
	return out
}

func (w *world) shows(out *httptest.ResponseRecorder, status int, want ...string) string {
	w.Helper()
	said := html.UnescapeString(out.Body.String())
	if out.Code != status {
		w.Errorf("status %d, want %d: %.400s", out.Code, status, said)
	}
	for _, words := range want {
		if !strings.Contains(said, words) {
			w.Errorf("no %q in %s", words, said)
		}
	}
	return said
}

func (w *world) lacks(said string, words ...string) {
	w.Helper()
	for _, word := range words {
		if strings.Contains(said, word) {
			w.Errorf("it says %q", word)
		}
	}
}

func (w *world) kind(err error, kind value.Kind) {
	w.Helper()
	if value.KindOf(err) != kind {
		w.Errorf("got %v, want %s", err, kind)
	}
}

func member(id value.ID) value.Actor { return value.Actor{Kind: value.Member, ID: id} }

func staff(id value.ID) value.Actor { return value.Actor{Kind: value.Staff, ID: id} }
