package account

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/site/sitetest"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

const (
	origin1       = "http://" + sitetest.Host
	rightPassword = "four plain quiet words"
)

// rightHash is made once, because every hash takes its time.
var rightHash = sync.OnceValues(func() (string, error) {
	return NewPasswords(1).Hash(context.Background(), rightPassword)
})

var operator = value.SystemActor("test")

// postbox keeps the letters that were sent.
type postbox struct {
	mu      sync.Mutex
	letters []Letter
	arrived []value.Email
}

func (p *postbox) Arrived(tx *db.Tx, address value.Email) error {
	tx.After(func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.arrived = append(p.arrived, address)
	})
	return nil
}

func (p *postbox) Send(tx *db.Tx, letter Letter) error {
	tx.After(func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.letters = append(p.letters, letter)
	})
	return nil
}

func (p *postbox) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.letters)
}

// textbox keeps what was sent to telephones.
type textbox struct {
	mu    sync.Mutex
	sent  []string
	phone []value.Phone
}

func (b *textbox) Send(_ context.Context, phone value.Phone, words string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sent, b.phone = append(b.sent, words), append(b.phone, phone)
	return nil
}

// screen stands for the rules of a site.
func screen(_ context.Context, _ *site.Site, name string) error {
	if strings.Contains(name, "www.") {
		return value.Fieldf("name", "a name is not an address")
	}
	return nil
}

// last is the newest letter.
func (p *postbox) last(t *testing.T) Letter {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.letters) == 0 {
		t.Fatal("no letter was sent")
	}
	return p.letters[len(p.letters)-1]
}

// to counts the letters to an address.
func (p *postbox) to(email value.Email) (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, letter := range p.letters {
		if letter.To == email {
			n++
		}
	}
	return n
}

var linkInLetter = regexp.MustCompile(`http://\S+`)

// lastLink is the path of the link in the newest letter.
func (p *postbox) lastLink(t *testing.T) string {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.letters) == 0 {
		t.Fatal("no letter was sent")
	}
	return strings.TrimPrefix(linkInLetter.FindString(p.letters[len(p.letters)-1].Text), origin1)
}

// world is a site with its whole handler: steps, this package's pages, and pages behind guards.
type world struct {
	*sitetest.World
	t      *testing.T
	door   *Door
	post   *postbox
	texts  *textbox
	houses []OpenID
	router *web.Router
	anna   Account // member
	sam    Account // staff, safety
}

func each(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	t.Parallel()
	sitetest.Each(t, []db.Schema{Schema()}, func(t *testing.T, base *sitetest.World) {
		w := &world{World: base, t: t, post: &postbox{}, texts: &textbox{}}
		w.door = NewDoor(Config{
			Clock: value.SystemClock{}, Post: w.post, Texts: w.texts, OpenID: func(*site.Site) []OpenID { return w.houses }, Screen: screen,
		})
		w.router = w.newRouter()
		hash, err := rightHash()
		w.ok(err)
		w.anna = w.create(Account{Kind: value.Member, Email: "anna@example.org", Name: "Anna Muster", Password: hash})
		w.sam = w.create(Account{Kind: value.Staff, Role: Safety, Email: "sam@example.org", Name: "Sam Muster", Password: hash})
		test(t, w)
	})
}

func (w *world) newRouter() *web.Router {
	words, err := text.New(Messages(), web.Messages())
	w.ok(err)
	m := web.NewRouter(web.Config{Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	m.Before(w.Step)
	m.Before(func(_ http.ResponseWriter, r *http.Request) (*http.Request, error) {
		printer := words.Printer(text.Settings{Locale: "en"})
		return r.WithContext(text.WithPrinter(r.Context(), printer)), nil
	})
	m.Before(w.door.Step)
	w.door.Routes(m)
	m.Handle("GET /sure", SignedIn, func(_ http.ResponseWriter, r *http.Request) error { return w.door.Confirm(r, "/mine") })
	for path, guard := range map[string]Guard{"/": Public, "/mine": SignedIn, "/console": StaffOnly, "/held": May(ListingsDecide), "/settings": May(SettingsEdit)} {
		show := func(rw http.ResponseWriter, r *http.Request) error {
			_, err := fmt.Fprintf(rw, "%s for %s", path, From(r.Context()).Name)
			return err
		}
		if path == "/" {
			path = "/{$}"
		}
		m.Handle("GET "+path, guard, show)
		m.Handle("POST "+path, guard, show)
	}
	return m
}

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) create(a Account) Account {
	w.t.Helper()
	w.write("test.create", func(tx *db.Tx) (err error) {
		a, err = Create(tx, a)
		return err
	})
	return a
}

func (w *world) write(action string, fn func(*db.Tx) error) {
	w.t.Helper()
	w.ok(w.Site.DB.Write(w.t.Context(), operator, action, fn))
}

// age changes bookkeeping behind the program's back, as time would.
func (w *world) age(statement string, args ...any) {
	w.t.Helper()
	w.ok(w.Site.DB.Maintain(w.t.Context(), "test", func(tx *db.Tx) error {
		_, err := tx.Exec(statement, args...)
		return err
	}))
}

// history is what the log says of an account, oldest first.
func (w *world) history(id value.ID) []change.Row {
	w.t.Helper()
	return sitetest.History(w.t, w.Site, "account", id)
}

func (w *world) wantLogged(record value.ID, action string, times int) []change.Row {
	w.t.Helper()
	var found []change.Row
	for _, row := range w.history(record) {
		if row.Action == action {
			found = append(found, row)
		}
	}
	if len(found) != times {
		w.t.Errorf("the log has %s %d times, want %d", action, len(found), times)
	}
	return found
}

// browser keeps cookies like one.
type browser struct {
	w       *world
	cookies map[string]string
	headers map[string]string
}

func (w *world) browser() *browser {
	return &browser{w: w, cookies: map[string]string{}, headers: map[string]string{}}
}

type page struct {
	*http.Response
	body string
}

func (b *browser) do(method, path string, form url.Values) page {
	b.w.t.Helper()
	ctx, end := context.WithCancel(context.Background())
	defer end()
	r := httptest.NewRequestWithContext(ctx, method, origin1+path, strings.NewReader(form.Encode()))
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for name, content := range b.headers {
		r.Header.Set(name, content)
	}
	for name, content := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: content})
	}
	rec := httptest.NewRecorder()
	b.w.router.ServeHTTP(rec, r)
	answer := rec.Result()
	for _, cookie := range answer.Cookies() {
		b.cookies[cookie.Name] = cookie.Value
		if cookie.MaxAge < 0 {
			delete(b.cookies, cookie.Name)
		}
	}
	return page{answer, rec.Body.String()}
}

func (b *browser) get(path string) page { return b.do("GET", path, nil) }

func (b *browser) post(path string, pairs ...string) page {
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return b.do("POST", path, form)
}

func (b *browser) signIn(email value.Email, password string) page {
	return b.post("/sign-in", "email", string(email), "password", password)
}

// signedIn is a browser in which somebody signed in.
func (w *world) signedIn(a Account) *browser {
	w.t.Helper()
	b := w.browser()
	b.signIn(a.Email, rightPassword).want(w.t, http.StatusSeeOther, "")
	return b
}

func (p page) want(t *testing.T, status int, words string) page {
	t.Helper()
	if p.StatusCode != status || !strings.Contains(p.body, words) {
		t.Errorf("%d %q, want %d with %q", p.StatusCode, p.main(), status, words)
	}
	return p
}

var tags = regexp.MustCompile(`(?s)<(svg|head|footer|header).*?</(svg|head|footer|header)>|<[^>]*>`)

// main is what a page says, shortened, for messages of tests.
func (p page) main() string {
	said := strings.Join(strings.Fields(tags.ReplaceAllString(p.body, " ")), " ")
	return said[:min(len(said), 600)]
}

func (p page) wantTo(t *testing.T, location string) page {
	t.Helper()
	if p.StatusCode != http.StatusSeeOther || p.Header.Get("Location") != location {
		t.Errorf("%d to %q, want 303 to %q", p.StatusCode, p.Header.Get("Location"), location)
	}
	return p
}

func wantKind(t *testing.T, err error, kind value.Kind, field string) {
	t.Helper()
	var known *value.Error
	if !errors.As(err, &known) || known.Kind != kind || known.Field != field {
		t.Errorf("got %v, want %s on field %q", err, kind, field)
	}
}

// siteContext is a context with the site, as a request has it.
func siteContext(t *testing.T, w *world) context.Context { return site.With(t.Context(), w.Site) }
