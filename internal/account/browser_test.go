package account

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/site"
	"fairground/internal/site/sitetest"
	"fairground/internal/ui"
	chromium "fairground/internal/ui/browser"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

// inBrowser is a world whose pages look as in the product, served at whatever name the browser uses, in one language.
func inBrowser(t *testing.T, locale *value.Locale) (*world, *chromium.Tab) {
	t.Helper()
	chromium.Needs(t)
	w := &world{World: sitetest.New(t, dbtest.Cluster(t, db.SQLite), []db.Schema{Schema()}), t: t, post: &postbox{}, texts: &textbox{}}
	generous := web.NewLimiter(value.SystemClock{}, web.Rate{Events: 10_000, Per: 1e9}, 1000)
	w.door = NewDoor(Config{
		Clock: value.SystemClock{}, Post: w.post, Texts: w.texts, Page: shell, OpenID: func(*site.Site) []OpenID { return w.houses },
		ByNetwork: generous, ByLink: generous,
	})
	words, err := text.New(ui.Messages(), web.Messages(), Messages())
	w.ok(err)
	m := web.NewRouter(web.Config{Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	m.Before(func(_ http.ResponseWriter, r *http.Request) (*http.Request, error) {
		ctx := text.WithPrinter(site.With(r.Context(), w.Site), words.Printer(text.Settings{Locale: *locale, Clock: value.SystemClock{}}))
		return r.WithContext(ctx), nil
	})
	m.Before(w.door.Step)
	m.Mount("GET /static/", Public, ui.Static(), web.Bare())
	w.door.Routes(m)
	m.Handle("GET /{$}", Public, func(rw http.ResponseWriter, r *http.Request) error {
		return web.Render(rw, r, http.StatusOK, shell(r, "Front", templ.Raw("<h1>Front page</h1><p id=who>"+From(r.Context()).Name+"</p>")))
	})
	w.router = m
	hash, err := rightHash()
	w.ok(err)
	w.anna = w.create(Account{Kind: value.Member, Email: "anna@example.org", Name: "Anna Muster", Password: hash})
	return w, chromium.Open(t, m)
}

// shell is a page as app makes it: the area of members around what belongs to somebody signed in.
func shell(r *http.Request, title string, content templ.Component) templ.Component {
	page := ui.PublicPage{Title: title, Site: "Lakeside Market", Hidden: true, SignIn: ui.Link{Text: "Sign in", Href: "/sign-in"}}
	session := From(r.Context())
	if !session.IsZero() {
		page.Account = ui.Account{Name: session.Name, Href: "/account/security", SignOut: "/sign-out"}
	}
	area := ui.MemberArea{Label: "Account", Links: []ui.Link{{Text: "Front", Href: "/", Icon: "store"}, {Text: title, Href: "/account/security", Icon: "key-round", Current: true}}}
	return templ.ComponentFunc(func(ctx context.Context, out io.Writer) error {
		if strings.HasPrefix(r.URL.Path, "/account/") {
			page.Member = true
			inner := content
			content = templ.ComponentFunc(func(ctx context.Context, out io.Writer) error {
				return area.View().Render(templ.WithChildren(ctx, inner), out)
			})
		}
		return page.View().Render(templ.WithChildren(ctx, content), out)
	})
}

// TestAPasskeyInTheBrowser joins, makes a passkey, signs out and in by it, and looks after it.
func TestAPasskeyInTheBrowser(t *testing.T) {
	t.Parallel()
	locale := value.Locale("en")
	w, tab := inBrowser(t, &locale)
	tab.Passkeys()
	tab.Show("/join", 390, "light")
	tab.Type("[name=name]", "Mina Muster")
	tab.Type("[name=email]", newcomer+chromium.Enter)
	tab.At("/join/sent")
	tab.Show(w.lastPath(), 390, "light")
	tab.Evaluate(`(document.querySelector("main form button").click(), document.querySelector("main form button").click(), "")`) // a double click
	tab.At("/account/welcome")
	tab.Click("[data-passkey=make] button")
	tab.At("/")
	if n := w.count("select count(*) from passkey where counter > 0 or flags > 0"); n != 1 {
		t.Fatalf("%d passkeys are kept", n)
	}
	signOut := `fetch("/sign-out", {method: "POST"}).then(r => r.url)`
	tab.Evaluate(signOut)
	tab.Show("/sign-in?next=/account/security", 1440, "light")
	tab.At("/account/security") // the browser offers it by itself, and this authenticator says yes
	tab.Evaluate(signOut)
	tab.Show("/sign-in?next=/account/security", 1440, "light")
	tab.Evaluate(`(document.querySelector("[data-passkey=use] button")?.click(), "")`) // or somebody presses the button first
	tab.At("/account/security")
	tab.Until(`document.querySelector("main").textContent.includes("last used")`)
	tab.Click("details:has(form[action='/account/passkeys/name']) summary")
	tab.Type("form[action='/account/passkeys/name'] [name=name]", " of Mina"+chromium.Enter)
	tab.Until(`document.querySelector("main").textContent.includes("of Mina")`)
	tab.Click("details:has(form[action='/account/passkeys/name']) summary")
	tab.Click("[formaction='/account/passkeys/remove']")
	tab.Click("dialog [value=yes]")
	tab.Until(`document.querySelector(".notice").textContent.includes("passkey is removed")`)
	tab.Quiet()
}

func (w *world) lastPath() string {
	link := linkInLetter.FindString(w.post.last(w.t).Text)
	_, rest, _ := strings.Cut(strings.TrimPrefix(link, "http://"), "/")
	return "/" + rest
}

// TestPagesInTheBrowser examines every page of the package, wide and narrow, light and dark, in both languages.
func TestPagesInTheBrowser(t *testing.T) {
	t.Parallel()
	locale := value.Locale("en")
	w, tab := inBrowser(t, &locale)
	tab.Passkeys()
	w.houses = []OpenID{{Name: "acme", Label: "Acme", Issuer: "https://acme.example", For: value.Member}}
	show := func(name, path string, i int) {
		t.Helper()
		width, scheme := []int64{390, 1440, 1440, 390}[i%4], []string{"dark", "light", "dark", "light"}[i%4]
		locale = []value.Locale{"de", "en", "de", "en"}[i%4]
		tab.Show(path, width, scheme)
		tab.Examine(fmt.Sprint(name, " ", width, " ", scheme))
		tab.Shoot(fmt.Sprint("account-", name, "-", width, "-", scheme))
		locale = "en"
	}
	turn := 0
	look := func(name, path string) { // a plain page is shown in two of the four ways
		show(name, path, turn)
		show(name, path, turn+1)
		turn++
	}
	look("join", "/join?next=/mine")
	look("join-sent", "/join/sent")
	look("sign-in", "/sign-in")
	look("sent", "/sign-in/sent")
	look("reset", "/sign-in/reset")
	look("reset-form", "/sign-in/reset/x")
	look("link", "/sign-in/link/x")
	look("confirm", "/join/confirm/x")
	w.signInHere(tab)
	look("welcome", "/account/welcome")
	look("security-bare", "/account/security")
	look("address", "/account/email/x")
	tab.Show("/account/security", 1440, "light")
	tab.Click("[data-passkey=make] button")
	tab.Until(`document.querySelector("form[action='/account/passkeys/name']")`)
	tab.Click("form[action='/account/second-factor/start'] button")
	tab.At("/account/second-factor")
	look("factor", "/account/second-factor")
	seed := tab.Evaluate(`new URL(document.querySelector("a[href^='otpauth:']").href).searchParams.get("secret")`)
	tab.Type("[name=code]", telephone{t, seed}.code(0)+chromium.Enter)
	tab.Until(`document.querySelectorAll(".codes li").length === 10`)
	tab.Examine("recovery")
	tab.Shoot("account-recovery")
	w.age("update account set phone = '+41791234567', phone_us = 1, verified_us = 1 where id = $1", w.anna.ID)
	w.age("insert into open_id (issuer, subject, account, email, created_us, used_us) values ('https://acme.example', 's', $1, 'anna@acme.example', 1, 1)", w.anna.ID)
	w.age("update recovery_code set used_us = 1 where code in (select code from recovery_code limit 8)")
	w.age("update passkey set copied_us = 1")
	for i := range 4 {
		show("security-full", "/account/security", i)
	}
	tab.Evaluate(`document.querySelectorAll("details").forEach(d => d.open = true) ?? ""`)
	tab.Examine("security, all open")
	tab.Shoot("account-security-open")
	w.age("update session set created_us = created_us - $1", FreshFor.Microseconds())
	look("security-old", "/account/security")
	look("again", signInAgain)
	look("sessions", "/account/sessions")
	tab.Show("/account/security", 390, "dark")
	tab.Click("form[action='/account/sessions/end-all'] button")
	tab.At("/sign-in")
	w.typePassword(tab)
	tab.At("/sign-in/code")
	look("code", "/sign-in/code")
	tab.Quiet()
}

func (w *world) signInHere(tab *chromium.Tab) {
	w.t.Helper()
	tab.Show("/sign-in", 1440, "light")
	w.typePassword(tab)
	tab.At("/")
}

func (w *world) typePassword(tab *chromium.Tab) {
	tab.Type("[name=email]", "anna@example.org")
	tab.Type("[name=password]", rightPassword+chromium.Enter)
}

// TestWithoutScripts joins, sets a password and a second step, and signs in by them, in a browser that runs no script.
func TestWithoutScripts(t *testing.T) {
	t.Parallel()
	locale := value.Locale("de")
	w, tab := inBrowser(t, &locale)
	tab.WithoutScripts()
	tab.Show("/join", 390, "dark")
	tab.Type("[name=name]", "Mina Muster")
	tab.Type("[name=email]", newcomer)
	tab.Type("[name=password]", rightPassword+chromium.Enter)
	tab.At("/join/sent")
	tab.Show(w.lastPath(), 390, "dark")
	tab.Click("main form button")
	tab.At("/account/welcome")
	tab.Show("/account/security", 390, "dark")
	tab.Click("form[action='/account/second-factor/start'] button")
	tab.At("/account/second-factor")
	tab.Until(`document.querySelector("img.qr").naturalWidth > 0`)
	seed := tab.Evaluate(`new URL(document.querySelector("a[href^='otpauth:']").href).searchParams.get("secret")`)
	tab.Type("[name=code]", telephone{t, seed}.code(-1)+chromium.Enter)
	tab.Until(`document.querySelectorAll(".codes li").length === 10`)
	tab.Show("/account/security", 390, "dark")
	tab.Click("form[action='/account/sessions/end-all'] button")
	tab.At("/sign-in")
	tab.Type("[name=email]", newcomer)
	tab.Type("[name=password]", rightPassword+chromium.Enter)
	tab.At("/sign-in/code")
	tab.Type("[name=code]", telephone{t, seed}.code(0)+chromium.Enter)
	tab.At("/")
	tab.Until(`document.querySelector("#who").textContent === "Mina Muster"`)
	tab.Quiet()
}
