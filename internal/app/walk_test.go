package app_test

import (
	"context"
	"fmt"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"fairground/internal/app"
	"fairground/internal/demo"
	"fairground/internal/job"
	"fairground/internal/site"
	"fairground/internal/ui/browser"
)

// running is the whole program with a small demonstration, background work included.
type running struct {
	*testing.T
	app     *app.App
	address string
}

// TestMain keeps the log of requests out of the answers of tests.
func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})))
	os.Exit(m.Run())
}

func run(t *testing.T, d app.Demo) *running {
	t.Helper()
	return runWith(t, app.Config{}, d)
}

// runWith runs it with other settings.
func runWith(t *testing.T, config app.Config, d app.Demo) *running {
	t.Helper()
	config.Directory, config.Unsafe = t.TempDir(), true
	a, err := app.Open(context.Background(), config)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.MakeDemo(context.Background(), d); err != nil {
		t.Fatal(err)
	}
	group := job.NewGroup(context.Background())
	group.Go("attend", func(ctx context.Context) { a.Attend(ctx, group) })
	server := httptest.NewServer(a.Handler())
	t.Cleanup(func() {
		server.Close()
		if err := group.Stop(context.Background()); err != nil {
			t.Error(err)
		}
		checked(t, a)
		a.Close()
	})
	return &running{t, a, server.URL}
}

// checked fails the test when the site does not keep its promises after all that was done to it.
func checked(t *testing.T, a *app.App) {
	t.Helper()
	err := a.Registry.Use(context.Background(), app.DemoSlug, func(ctx context.Context, s *site.Site) error {
		report, err := a.Rooms(s).Check(ctx)
		if len(report.Faults) > 0 {
			t.Errorf("faults: %v", report.Faults)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// person is somebody with a browser that runs no scripts.
type person struct {
	*running
	client *http.Client
}

func (r *running) visitor() *person {
	jar, err := cookiejar.New(nil)
	if err != nil {
		r.Fatal(err)
	}
	return &person{r, &http.Client{Jar: jar, Timeout: 20 * time.Second}}
}

func (r *running) signedIn(email string) *person {
	r.Helper()
	p := r.visitor()
	status, _, at := p.post("/sign-in", "email", email, "password", demo.Password)
	if status != http.StatusOK || at == "/sign-in" {
		r.Fatalf("%s was answered %d at %s", email, status, at)
	}
	return p
}

// get follows redirects and returns status, text and where it ended.
func (p *person) get(path string) (int, string, string) {
	p.Helper()
	answer, err := p.client.Get(p.address + path)
	return p.read(answer, err)
}

func (p *person) post(path string, pairs ...string) (int, string, string) {
	p.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	answer, err := p.client.PostForm(p.address+path, form)
	return p.read(answer, err)
}

func (p *person) read(answer *http.Response, err error) (int, string, string) {
	p.Helper()
	if err != nil {
		p.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		p.Fatal(err)
	}
	return answer.StatusCode, string(body), answer.Request.URL.Path
}

// sees fails unless the page is there and has all of the texts.
func (p *person) sees(path string, texts ...string) string {
	p.Helper()
	status, body, _ := p.get(path)
	if status != http.StatusOK {
		p.Fatalf("%s answered %d", path, status)
	}
	for _, text := range texts {
		if !strings.Contains(html.UnescapeString(body), text) {
			p.Errorf("%s does not show %q", path, text)
		}
	}
	return body
}

// soon waits for a second, which is how long anything may take to show.
func (p *person) soon(what string, is func() bool) {
	p.Helper()
	for deadline := time.Now().Add(3 * time.Second); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			p.Fatalf("it took too long until %s", what)
		}
	}
}

// finds reports whether a search for its title shows a listing.
func (p *person) finds(key, title string) bool {
	p.Helper()
	_, body, _ := p.get("/search?q=" + url.QueryEscape(title))
	return strings.Contains(body, `href="/l/`+key)
}

func first(t *testing.T, pattern, text string) string {
	t.Helper()
	found := regexp.MustCompile(pattern).FindStringSubmatch(text)
	if found == nil {
		t.Fatalf("nothing matches %s", pattern)
	}
	return html.UnescapeString(found[1])
}

func TestAReportTakesAListingAway(t *testing.T) {
	t.Parallel()
	r := run(t, app.Demo{Listings: 120, Seed: 7})
	visitor, safety := r.visitor(), r.signedIn("safety@lakeside.example")
	page := visitor.sees("/c/sports/bicycles")
	listing := first(t, `href="(/l/[^"]+)"`, page)
	title := first(t, `<h1[^>]*>([^<]+)<`, visitor.sees(listing, "Checked before it was published"))
	key := first(t, `/l/(lst_[a-z0-9]+)`, listing)

	status, body, at := visitor.post("/report/"+key, "ground", "scam", "explanation", "short")
	if status != http.StatusUnprocessableEntity || !strings.Contains(body, "short") {
		t.Errorf("a report without reasons was answered %d at %s", status, at)
	}
	status, _, receipt := visitor.post("/report/"+key, "ground", "scam", "explanation", "They asked me to pay before I could see it.", "name", "Nora", "email", "nora@example.org")
	if status != http.StatusOK || !strings.HasPrefix(receipt, "/reports/") {
		t.Fatalf("the report was answered %d at %s", status, receipt)
	}
	notice := first(t, `href="(/console/safety/notices/[a-z0-9_]+)"`, safety.sees("/console/safety/notices", title))
	safety.sees(notice, "They asked me to pay", "Nora")
	status, _, _ = safety.post(notice, "outcome", "remove", "ground", "scam", "reason", "Payment ahead is asked for.", "answer", "Thank you. The listing has been taken away.")
	if status != http.StatusOK {
		t.Fatalf("the decision was answered %d", status)
	}
	if status, _, _ := visitor.get(listing); status != http.StatusGone {
		t.Errorf("the removed listing answers %d", status)
	}
	visitor.soon("the search forgets the listing", func() bool {
		_, body, _ := visitor.get("/c/sports/bicycles")
		return !strings.Contains(body, key)
	})
	visitor.sees(receipt, "The listing has been taken away.")
	safety.sees("/console/listings/"+key, "Payment ahead is asked for.", "Aya Keller")
}

func TestWhatIsHeldCanBePublishedByAPersonAndIsFound(t *testing.T) {
	t.Parallel()
	r := run(t, app.Demo{Listings: 60, Seed: 7})
	visitor, safety := r.visitor(), r.signedIn("safety@lakeside.example")
	queue := safety.sees("/console/safety")
	published := false
	for _, key := range regexp.MustCompile(`\?l=(lst_[a-z0-9]+)`).FindAllStringSubmatch(queue, 20) {
		card := safety.sees("/console/safety?l=" + key[1])
		title := first(t, `<title>([^<]*) · `, safety.sees("/console/listings/"+key[1]))
		if visitor.finds(key[1], title) {
			t.Errorf("%q is held and can be found", title)
		}
		if !strings.Contains(card, `value="publish"`) || published {
			continue
		}
		rev := first(t, `name="rev" value="(\d+)"`, card)
		if status, body, _ := safety.post("/console/listings/"+key[1]+"/decision", "rev", rev, "outcome", "publish", "reason", ""); status != http.StatusUnprocessableEntity || !strings.Contains(body, "reason") {
			t.Errorf("a decision without a reason was answered %d", status)
		}
		if status, _, _ := safety.post("/console/listings/"+key[1]+"/decision", "rev", rev, "outcome", "publish", "reason", "I spoke to the seller; the offer is genuine."); status != http.StatusOK {
			t.Fatalf("the decision was answered %d", status)
		}
		visitor.soon("the published listing is found", func() bool { return visitor.finds(key[1], title) })
		published = true
	}
	if !published {
		t.Error("nothing in the queue could be published")
	}
}

func TestRolesSeeWhatTheyMay(t *testing.T) {
	t.Parallel()
	r := run(t, app.Demo{Listings: 30, Seed: 7})
	people := map[string]*person{
		"visitor": r.visitor(), "member": r.signedIn("mina@lakeside.example"), "sales": r.signedIn("sales@lakeside.example"),
		"safety": r.signedIn("safety@lakeside.example"), "admin": r.signedIn("admin@lakeside.example"),
	}
	for path, allowed := range map[string]string{
		"/console": "sales safety admin", "/console/listings": "sales safety admin", "/console/safety": "safety admin",
		"/console/changes": "safety admin", "/console/settings": "admin", "/console/mailbox": "admin", "/account/sessions": "member sales safety admin",
	} {
		for who, p := range people {
			status, _, at := p.get(path)
			switch {
			case strings.Contains(allowed, who) && status != http.StatusOK:
				t.Errorf("%s got %d at %s", who, status, path)
			case !strings.Contains(allowed, who) && who == "visitor" && at != "/sign-in":
				t.Errorf("a visitor got %d at %s instead of the sign-in", status, at)
			case !strings.Contains(allowed, who) && who != "visitor" && status != http.StatusForbidden:
				t.Errorf("%s got %d at %s", who, status, path)
			}
		}
	}
}

func TestALinkByMailSignsIn(t *testing.T) {
	t.Parallel()
	r := run(t, app.Demo{Listings: 5, Seed: 7})
	mina, admin := r.visitor(), r.signedIn("admin@lakeside.example")
	if status, _, _ := mina.post("/sign-in/link", "email", "mina@lakeside.example"); status != http.StatusOK {
		t.Fatalf("asking for a link was answered %d", status)
	}
	var link string
	mina.soon("the mail is in the box", func() bool {
		_, box, _ := admin.get("/console/mailbox")
		letter := regexp.MustCompile(`href="(/console/mailbox/[a-z0-9_]+)"`).FindStringSubmatch(box)
		if letter == nil {
			return false
		}
		link = first(t, `(/sign-in/link/[A-Za-z0-9_-]+)`, admin.sees(letter[1]))
		return true
	})
	mina.sees(link)
	if status, body, _ := mina.post(link); status != http.StatusOK || !strings.Contains(body, "Mina") {
		t.Fatalf("the link was answered %d", status)
	}
	if status, _, _ := r.visitor().post(link); status == http.StatusOK {
		t.Error("the link worked twice")
	}
}

func TestTheLanguageStays(t *testing.T) {
	t.Parallel()
	r := run(t, app.Demo{Listings: 5, Seed: 7})
	v := r.visitor()
	v.sees("/", "Sign in")
	v.sees("/language/de-CH?next=/safety", "Anmelden")
	v.sees("/", "Anmelden")
	if _, _, at := v.get("/language/de-CH?next=//evil.example/"); at != "/" {
		t.Errorf("the language led to %s", at)
	}
}

// TestEveryPageInBrowser opens the pages of the demonstration in Chromium, wide and narrow, light and dark: axe finds
// nothing, nothing is too wide, nothing is blocked. With FAIRGROUND_SHOTS it draws photos and leaves pictures there, as
// make screenshots does.
func TestEveryPageInBrowser(t *testing.T) {
	shots := os.Getenv("FAIRGROUND_SHOTS") != ""
	d := app.Demo{Listings: 60, Seed: 2026}
	if shots {
		d = app.Demo{Listings: 3000, Seed: 2026, Photos: true}
	}
	if testing.Short() {
		t.Skip("a browser takes a quarter of a minute; -short leaves it out")
	}
	r := run(t, d)
	tab := browser.Open(t, r.app.Handler())
	bicycle := first(t, `href="(/l/[^"]+)"`, r.visitor().sees("/c/sports/bicycles"))
	pages := []struct{ name, path string }{
		{"home", "/"}, {"search", "/c/sports/bicycles?place=Lausanne&within=25"}, {"listing", bicycle},
		{"today", "/console"}, {"safety", "/console/safety"}, {"listings", "/console/listings"},
		{"records", "/console/records/business"}, {"board", "/console/records/deal?layout=board&by=stage"},
	}
	for i, page := range pages {
		if i == 3 {
			tab.Show("/sign-in", 1440, "light")
			tab.Evaluate(fmt.Sprintf(`fetch("/sign-in", {method: "POST", body: new URLSearchParams({email: "safety@lakeside.example", password: %q})}).then(r => r.url)`, demo.Password))
		}
		for _, width := range []int64{1440, 390} {
			for _, scheme := range []string{"light", "dark"} {
				name := fmt.Sprintf("%s-%d-%s", page.name, width, scheme)
				tab.Show(page.path, width, scheme)
				tab.Examine(name)
				tab.Shoot(name)
			}
		}
	}
}
