package member_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/a-h/templ"

	"fairground/internal/account"
	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/job"
	"fairground/internal/media"
	"fairground/internal/member"
	"fairground/internal/push"
	"fairground/internal/push/pushtest"
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

// postbox keeps the letters that were queued by writes that were committed.
type postbox struct {
	mu      sync.Mutex
	letters []member.Letter
}

func (p *postbox) Send(tx *db.Tx, letter member.Letter) error {
	tx.After(func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.letters = append(p.letters, letter)
	})
	return nil
}

// take returns the letters since the last call.
func (p *postbox) take() []member.Letter {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := p.letters
	p.letters = nil
	return all
}

// larder is an estate of the tests: what people keep in it belongs to them, and "shop" cannot be left without an owner.
type larder struct{}

func larderSchema() db.Schema {
	return db.Schema{Feature: "larder", Files: fstest.MapFS{"schema/0001_larder.sql": {Data: []byte(
		"create table larder (account bigint not null, thing text not null);")}}}
}

func (larder) Name() string { return "larder" }

func (larder) Export(tx *db.Tx, of value.ID, put func(string, any) error) error {
	things, err := db.All(tx, db.Column[string], "select thing from larder where account = $1 order by thing", of)
	if err != nil {
		return err
	}
	if err := put("things", things); err != nil {
		return err
	}
	if err := put("photos/jar.webp", "photo/ab/abcd-800.webp"); err != nil {
		return err
	}
	if err := put("photos/gone.webp", "photo/cd/cdef-800.webp"); err != nil {
		return err
	}
	return put("note.txt", []byte("keep cool"))
}

func (larder) Erase(tx *db.Tx, of value.ID, keep func(what, why, until string)) error {
	shops, err := db.One(tx, db.Column[int], "select count(*) from larder where account = $1 and thing = 'shop'", of)
	if err != nil {
		return err
	}
	if shops > 0 {
		return value.Errorf(value.Conflict, "hand your shop over first")
	}
	if _, err := tx.Exec("delete from larder where account = $1", of); err != nil {
		return err
	}
	keep("One receipt", "the law of receipts says so", "2036")
	return nil
}

// accounts is the last estate: it ends the account itself.
type accounts struct{}

func (accounts) Name() string                                                     { return "account" }
func (accounts) Export(*db.Tx, value.ID, func(name string, rows any) error) error { return nil }
func (accounts) Erase(tx *db.Tx, of value.ID, _ func(what, why, until string)) error {
	_, err := tx.Exec("delete from account where id = $1", of)
	return err
}

var kinds = append([]account.AlertKind{
	{Name: "message.new", Service: true}, {Name: "follow.price_drop"}, {Name: "listing.decided", Duty: true},
}, member.Alerts()...)

func words() *text.Catalogue {
	extra := fstest.MapFS{
		"messages.en.json": {Data: []byte(`{"alert.message.new":"New messages","alert.message.new.hint":"Somebody wrote to you.",
			"alert.follow.price_drop":"Lower prices","alert.follow.price_drop.hint":"Something you saved costs less.",
			"alert.listing.decided":"Decisions","alert.listing.decided.hint":"What became of your listing.","test.greeting":"Hello"}`)},
		"messages.de.json": {Data: []byte(`{"alert.message.new":"Neue Nachrichten","alert.message.new.hint":"Jemand hat Ihnen geschrieben.",
			"alert.follow.price_drop":"Tiefere Preise","alert.follow.price_drop.hint":"Etwas Gemerktes kostet weniger.",
			"alert.listing.decided":"Entscheide","alert.listing.decided.hint":"Was aus Ihrem Inserat wurde.","test.greeting":"Guten Tag"}`)},
	}
	c, err := text.New(ui.Messages(), web.Messages(), member.Messages(), extra)
	if err != nil {
		panic(err)
	}
	return c
}

var catalogue = sync.OnceValue(words)

func inLanguage(ctx context.Context, locale value.Locale) context.Context {
	return text.WithPrinter(ctx, catalogue().Printer(text.Settings{Locale: locale}))
}

// world is a site with the whole handler, and people: mina and otto are proven members, una is not proven, staff is Sam.
type world struct {
	testing.TB
	*sitetest.World
	clock           *movedClock
	post            *postbox
	blobs           media.Blobs
	desk            *member.Desk
	router          *web.Router
	worker, caller  *job.Worker
	service         *pushtest.Service // of the browsers
	estates         []member.Estate
	unproven        bool // the next confirmation fails
	mina, otto, una account.Account
	sam             account.Account
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
	w := &world{TB: t, clock: &movedClock{}, post: &postbox{}, service: pushtest.New(t)}
	cluster := dbtest.ClusterWith(t, engine, func(c *db.Config) { c.Clock, c.IDs = w.clock, value.NewIDs(w.clock, 1) })
	w.World = sitetest.New(t, cluster, []db.Schema{job.Schema(), account.Schema(), member.Schema(), larderSchema()})
	blobs, err := media.LocalBlobs(t.TempDir())
	w.ok(err)
	t.Cleanup(func() { _ = blobs.Close() })
	w.blobs = blobs
	w.estates = []member.Estate{larder{}, member.OwnEstate{}, accounts{}}
	w.desk = member.New(member.Config{
		Clock: w.clock, Post: w.post, Kinds: kinds, Letters: inLanguage,
		Page: func(r *http.Request, title string, content templ.Component) templ.Component {
			page := ui.PublicPage{Title: title, Site: "Lakeside Market", Home: "/", Member: true}
			return templ.ComponentFunc(func(ctx context.Context, out io.Writer) error {
				area := ui.MemberArea{Label: "Your pages", Links: []ui.Link{{Text: "Alerts", Href: "/account/alerts"}, {Text: "Notifications", Href: "/account/preferences"}}}
				framed := templ.ComponentFunc(func(ctx context.Context, out io.Writer) error {
					return area.Render(templ.WithChildren(ctx, content), out)
				})
				return page.Render(templ.WithChildren(ctx, framed), out)
			})
		},
		Origin:  func(*site.Site) string { return origin },
		Files:   func(*site.Site) media.Blobs { return w.blobs },
		Estates: func(*site.Site) []member.Estate { return w.estates },
		Push:    push.NewSender(w.clock, web.NewOutbound(true, nil, push.RequestTime)),
		Confirm: func(_ *http.Request, back string) error {
			if w.unproven {
				return web.Detour("/prove?next=" + url.QueryEscape(back))
			}
			return nil
		},
	})
	w.worker = job.NewWorker(w.Site.DB, 1, w.desk.Jobs(w.Site)...)
	w.caller = job.NewWorker(w.Site.DB, 1, w.desk.Calls(w.Site)...)
	w.people()
	w.router = w.serve()
	return w
}

func (w *world) people() {
	w.write(func(tx *db.Tx) (err error) {
		for _, a := range []struct {
			into *account.Account
			account.Account
		}{
			{&w.mina, account.Account{Kind: value.Member, Email: "mina@example.org", Name: "Mina Muster", Locale: "en"}},
			{&w.otto, account.Account{Kind: value.Member, Email: "otto@example.org", Name: "Otto Muster", Locale: "de-CH"}},
			{&w.una, account.Account{Kind: value.Member, Email: "una@example.org", Name: "Una Muster"}},
			{&w.sam, account.Account{Kind: value.Staff, Role: account.Support, Email: "sam@example.org", Name: "Sam Muster"}},
		} {
			if *a.into, err = account.Create(tx, a.Account); err != nil {
				return err
			}
		}
		_, err = tx.Exec("update account set verified_us = 1 where email <> 'una@example.org'")
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
		for _, a := range []account.Account{w.mina, w.otto, w.una, w.sam} {
			if name, _, _ := strings.Cut(a.Name, " "); name != "" && name == r.Header.Get("As") {
				ctx = account.With(ctx, account.Session{Account: a.ID, Kind: a.Kind, Name: a.Name, Email: a.Email, Role: a.Role})
			}
		}
		return r.WithContext(ctx), nil
	})
	m.Mount("GET /static/", account.Public, ui.Static(), web.Bare())
	w.desk.Routes(m)
	return m
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// inside is the context of a request or a job of the site.
func (w *world) inside() context.Context {
	return inLanguage(site.With(context.Background(), w.Site), "en")
}

func (w *world) write(fn func(*db.Tx) error) {
	w.Helper()
	w.ok(w.tryWrite(fn))
}

func (w *world) tryWrite(fn func(*db.Tx) error) error {
	return w.Site.DB.Write(w.inside(), tester, "test", func(tx *db.Tx) error {
		tx.Log(db.Change{Object: "test", Record: 1})
		return fn(tx)
	})
}

func (w *world) read(fn func(*db.Tx) error) {
	w.Helper()
	w.ok(w.Site.DB.Read(w.inside(), fn))
}

// tell sends an alert; the words are a subject in the recipient's language.
func (w *world) tell(to account.Account, kind string, record value.ID, subject string, change ...func(*account.Alert)) {
	w.Helper()
	a := account.Alert{To: to.ID, Kind: kind, Href: "/somewhere", Record: record, Words: func(ctx context.Context) account.Words {
		return account.Words{Subject: subject, Text: text.T(ctx, "test.greeting") + ", " + subject}
	}}
	for _, fn := range change {
		fn(&a)
	}
	w.write(func(tx *db.Tx) error { return w.desk.Tell(tx, a) })
}

func (w *world) unseen(a account.Account) (n int) {
	w.Helper()
	w.read(func(tx *db.Tx) (err error) {
		n, err = member.Unseen(tx, a.ID)
		return err
	})
	return n
}

// work runs the jobs that are due, until none is.
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

func (w *world) history(object string, record value.ID) []change.Row {
	w.Helper()
	return sitetest.History(w, w.Site, object, record)
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
		t.Errorf("%s: %d, want %d: %.300s", p.name(), p.StatusCode, status, p.body)
	}
	for _, words := range all {
		if !strings.Contains(p.body, words) {
			t.Errorf("%s: %q is not on the page: %s", p.name(), words, main(p.body))
		}
	}
	return p
}

// name names the answer in failures.
func (p page) name() string { return fmt.Sprintf("answer with location %q", p.Header.Get("Location")) }

func (p page) without(t testing.TB, all ...string) page {
	t.Helper()
	for _, words := range all {
		if strings.Contains(p.body, words) {
			t.Errorf("%q is on the page: %s", words, main(p.body))
		}
	}
	return p
}

func (p page) wantTo(t testing.TB, location string) page {
	t.Helper()
	if p.StatusCode != http.StatusSeeOther || p.Header.Get("Location") != location {
		t.Errorf("%d to %q, want 303 to %q: %.300s", p.StatusCode, p.Header.Get("Location"), location, main(p.body))
	}
	return p
}

// main is the part of a page that is about something.
func main(body string) string {
	if _, after, found := strings.Cut(body, `id="main"`); found {
		body, _, _ = strings.Cut(after, "</main>")
	}
	return body
}

func subjects(letters []member.Letter) string {
	var all []string
	for _, l := range letters {
		all = append(all, string(l.To)+": "+l.Subject)
	}
	return strings.Join(all, "; ")
}
