package appeal_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"fairground/internal/account"
	"fairground/internal/appeal"
	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/site"
	"fairground/internal/site/sitetest"
	"fairground/internal/ui"
	"fairground/internal/ui/browser"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

// serve is the pages in front of the world's desk. A header signs staff in.
func (w *world) serve() http.Handler {
	w.Helper()
	words, err := text.New(ui.Messages(), web.Messages(), account.Messages(), appeal.Messages())
	w.ok(err)
	pages := &appeal.Pages{
		Of: func(*site.Site) *appeal.Desk { return w.desk }, Clock: w.clock,
		Public: func(_ *http.Request, title string, content templ.Component) templ.Component {
			return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
				page := ui.PublicPage{Title: title, Hidden: true, Site: "Lakeside Market"}
				return page.Render(templ.WithChildren(ctx, content), w)
			})
		},
		Shell: func(_ *http.Request, heading, _ string) (ui.ConsolePage, error) {
			return ui.ConsolePage{Desk: true, Title: heading, Heading: heading, Site: "Lakeside Market"}, nil
		},
		Who: func(_ *db.Tx, actor string) (string, error) {
			return map[string]string{"staff:7": "Sam", "staff:8": "Kim", "staff:9": "Lou"}[actor], nil
		},
	}
	m := web.NewRouter(web.Config{Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Clock: w.clock})
	m.Before(w.Step)
	m.Before(func(_ http.ResponseWriter, r *http.Request) (*http.Request, error) {
		locale := value.Locale("en")
		if r.Header.Get("Accept-Language") == "de" {
			locale = "de-CH"
		}
		ctx := text.WithPrinter(r.Context(), words.Printer(text.Settings{Locale: locale, Zone: time.UTC, Currency: "CHF"}))
		if id, err := value.ParseID(account.IDKind, r.Header.Get("X-Staff")); err == nil {
			ctx = account.With(ctx, account.Session{Account: id, Kind: value.Staff, Role: account.Role(r.Header.Get("X-Role")), Name: "Sam"})
		}
		return r.WithContext(ctx), nil
	})
	m.Mount("GET /static/", account.Public, ui.Static(), web.Bare())
	pages.Routes(m)
	return m
}

type asked struct {
	path, language string
	staff          value.ID
	role           account.Role
	form           url.Values
}

func (w *world) ask(h http.Handler, a asked) *httptest.ResponseRecorder {
	w.Helper()
	method, body := http.MethodGet, ""
	if a.form != nil {
		method, body = http.MethodPost, a.form.Encode()
	}
	r := httptest.NewRequest(method, "http://"+sitetest.Host+a.path, strings.NewReader(body))
	r.Header.Set("Accept-Language", a.language)
	if a.form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if a.staff != 0 {
		r.Header.Set("X-Staff", a.staff.Text(account.IDKind))
		r.Header.Set("X-Role", string(a.role))
	}
	out := httptest.NewRecorder()
	h.ServeHTTP(out, r)
	return out
}

func (w *world) shows(out *httptest.ResponseRecorder, status int, want ...string) {
	w.Helper()
	if out.Code != status {
		w.Errorf("status %d, want %d: %.300s", out.Code, status, out.Body)
	}
	for _, text := range want {
		if !strings.Contains(out.Body.String(), text) {
			w.Errorf("no %q in %s", text, out.Body)
		}
	}
}

func TestPagesFromBothSides(t *testing.T) {
	each(t, func(w *world) {
		h := w.serve()
		w.shows(w.ask(h, asked{path: "/appeal"}), 200, `name="code"`)
		if out := w.ask(h, asked{path: "/appeal?code=aaaaa+bbbbb+ccccc+ddddd"}); out.Header().Get("Location") != "/appeal/"+statementCode {
			w.Errorf("leads to %q", out.Header().Get("Location"))
		}
		out := w.ask(h, asked{path: "/appeal/" + statementCode})
		w.shows(out, 200, "Flat by the lake", "We have taken it off the site.", "September 2, 2026", "deposit before a viewing", `name="text"`)
		if out.Header().Get("Referrer-Policy") != "no-referrer" || out.Header().Get("Cache-Control") != "no-store" || strings.Contains(out.Body.String(), "anna@") || strings.Contains(out.Body.String(), "staff:") {
			w.Errorf("the page tells too much, or is kept: %v", out.Header())
		}
		w.shows(w.ask(h, asked{path: "/appeal/" + statementCode, form: url.Values{"text": {"short"}, "name": {"Anna"}, "email": {"nowhere"}}}), 422, "short", "Anna", `role="alert"`)
		out = w.ask(h, asked{path: "/appeal/" + statementCode, form: url.Values{"text": {"I ask for nothing before a viewing."}, "name": {"Anna <b>"}, "email": {""}}})
		w.shows(out, 303)
		receipt := out.Header().Get("Location")
		w.shows(w.ask(h, asked{path: receipt}), 200, "within 14 days", strings.TrimPrefix(receipt, "/appeal/"), "I ask for nothing before a viewing.")
		w.shows(w.ask(h, asked{path: "/appeal/" + statementCode, language: "de"}), 200, "Ihre Beschwerde")
		w.shows(w.ask(h, asked{path: "/appeal/" + statementCode, form: url.Values{"text": {"I ask again for the same thing."}}}), 409, "Your appeal")

		w.shows(w.ask(h, asked{path: "/console/safety/appeals", staff: 7, role: account.Safety}), 200, "Flat by the lake", "Author of what")
		var one string
		w.read(func(tx *db.Tx) error {
			all, err := appeal.List(tx, true)
			one = "/console/safety/appeals/" + all[0].ID.Text(appeal.Kind)
			return err
		})
		w.shows(w.ask(h, asked{path: one, staff: 7, role: account.Safety}), 200, "somebody else has to answer", "Sam")
		if out := w.ask(h, asked{path: one, staff: 7, role: account.Safety}); strings.Contains(out.Body.String(), `name="answer"`) {
			w.Error("the decider is offered the form")
		}
		w.shows(w.ask(h, asked{path: one, staff: 9, role: account.Safety}), 200, `name="answer"`, "Anna &lt;b&gt;", "It asks for a deposit")
		answer := url.Values{"outcome": {"overturned"}, "answer": {"The photos prove that the flat is real."}}
		w.shows(w.ask(h, asked{path: one, staff: 7, role: account.Safety, form: answer}), 403, "somebody else has to answer")
		w.shows(w.ask(h, asked{path: one, staff: 9, role: account.Safety, form: url.Values{"outcome": {"maybe"}, "answer": {"This is long enough."}}}), 422, "This is long enough.", "Choose whether")
		w.shows(w.ask(h, asked{path: one, staff: 9, role: account.Safety, form: answer}), 303)
		w.shows(w.ask(h, asked{path: one, staff: 9, role: account.Safety, form: answer}), 409, "already")
		w.shows(w.ask(h, asked{path: receipt}), 200, "You were right", "The photos prove", "taken back")
		w.shows(w.ask(h, asked{path: "/console/safety/appeals?state=answered", staff: 9, role: account.Safety}), 200, "Flat by the lake")
		w.shows(w.ask(h, asked{path: "/console/safety/appeals", staff: 9, role: account.Safety}), 200, "No appeal waits")
	})
}

func TestWhoMaySeeTheQueue(t *testing.T) {
	each(t, func(w *world) {
		h := w.serve()
		w.shows(w.ask(h, asked{path: "/console/safety/appeals"}), 303)
		for _, role := range []account.Role{account.Support, account.Sales, account.Viewer} {
			w.shows(w.ask(h, asked{path: "/console/safety/appeals", staff: 9, role: role}), 403)
			w.shows(w.ask(h, asked{path: "/console/safety/appeals/passes", staff: 9, role: role, form: url.Values{"decision": {"71"}}}), 403)
		}
	})
}

func TestWrongCodesLookAlike(t *testing.T) {
	each(t, func(w *world) {
		h := w.serve()
		strip := func(out *httptest.ResponseRecorder, code string) string {
			return strings.ReplaceAll(out.Body.String(), code, "")
		}
		first := strip(w.ask(h, asked{path: "/appeal/ZZZZZ-ZZZZZ-ZZZZZ-ZZZZZ"}), "ZZZZZ-ZZZZZ-ZZZZZ-ZZZZZ")
		for _, code := range []string{"AAAAA-BBBBB-CCCCC-DDDDE", "X"} {
			out := w.ask(h, asked{path: "/appeal/" + code})
			if out.Code != 404 || len(code) > 5 && strip(out, code) != first {
				w.Errorf("%s is answered otherwise: %d", code, out.Code)
			}
			w.shows(w.ask(h, asked{path: "/appeal/" + code, form: url.Values{"text": {"Let me in, please, at once."}}}), 404)
		}
	})
}

func TestLateAndEarlyPages(t *testing.T) {
	each(t, func(w *world) {
		h := w.serve()
		w.shows(w.ask(h, asked{path: "/appeal/" + earlyCode}), 200, "no answer yet")
		w.clock.pass(200 * 24 * time.Hour)
		w.shows(w.ask(h, asked{path: "/appeal/" + statementCode, language: "de"}), 200, "2. September 2026", "vorbei")
		w.shows(w.ask(h, asked{path: "/appeal/" + statementCode, form: url.Values{"text": {"I come late, and hope all the same."}}}), 409, "September 2, 2026")
	})
}

func TestAFloodIsStopped(t *testing.T) {
	each(t, func(w *world) {
		h := w.serve()
		limited := 0
		for range 10 {
			if w.ask(h, asked{path: "/appeal/ZZZZZ-ZZZZZ-ZZZZZ-ZZZZZ", form: url.Values{"text": {"Let me in, please, at once."}}}).Code == 429 {
				limited++
			}
		}
		if limited != 4 {
			w.Errorf("%d of 10 forms were stopped, want 4", limited)
		}
		limited = 0
		for range 40 {
			if w.ask(h, asked{path: "/appeal/ZZZZZ-ZZZZZ-ZZZZZ-ZZZZZ"}).Code == 429 {
				limited++
			}
		}
		if limited != 10 {
			w.Errorf("%d of 40 looks were stopped, want 10", limited)
		}
	})
}

func TestAPassIsShownOnce(t *testing.T) {
	each(t, func(w *world) {
		h := w.serve()
		w.shows(w.ask(h, asked{path: "/console/safety/appeals/passes", staff: 9, role: account.Safety, form: url.Values{"decision": {"seven"}}}), 422, "seven")
		w.shows(w.ask(h, asked{path: "/console/safety/appeals/passes", staff: 9, role: account.Safety, form: url.Values{"decision": {"72"}}}), 422)
		w.shows(w.ask(h, asked{path: "/console/safety/appeals/passes", staff: 9, role: account.Safety, form: url.Values{"decision": {"71"}}}), 200, "The code of the pass is")
	})
}

// TestInBrowser opens the public pages wide, narrow, dark and in German, and finds faults of accessibility and layout.
func TestInBrowser(t *testing.T) {
	browser.Needs(t)
	clock := &hand{at: time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)}
	cluster := dbtest.ClusterWith(t, db.SQLite, func(c *db.Config) { c.Clock = clock })
	w := newWorld(t, cluster, clock)
	receipt, answered := w.file(noticeCode), ""
	code, err := w.desk.Admit(context.Background(), other, 71)
	w.ok(err)
	a := w.file(code)
	w.ok(w.answer(other, a.ID, appeal.Upheld))
	answered = a.Code
	handler, staff := w.serve(), value.ID(0)
	language := "en"
	tab := browser.Open(t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		clock.pass(time.Minute)
		r.Host = sitetest.Host
		r.Header.Set("Accept-Language", language)
		if staff != 0 {
			r.Header.Set("X-Staff", staff.Text(account.IDKind))
			r.Header.Set("X-Role", string(account.Safety))
		}
		handler.ServeHTTP(rw, r)
	}))
	for _, page := range []struct {
		name, path string
		staff      value.ID
	}{
		{"appeal-find", "/appeal", 0}, {"appeal-unknown", "/appeal/X", 0}, {"appeal-form", "/appeal/" + statementCode, 0},
		{"appeal-receipt", "/appeal/" + receipt.Code, 0}, {"appeal-answered", "/appeal/" + answered, 0}, {"appeal-early", "/appeal/" + earlyCode, 0},
		{"appeal-queue", "/console/safety/appeals", 9}, {"appeal-one", "/console/safety/appeals/" + receipt.ID.Text(appeal.Kind), 9},
	} {
		staff = page.staff
		for i, look := range []struct {
			width            int64
			scheme, language string
		}{{1440, "light", "en"}, {390, "dark", "de"}} {
			language = look.language
			tab.Show(page.path, look.width, look.scheme)
			tab.Examine(page.name + []string{"-desk", "-phone"}[i])
			tab.Shoot(page.name + []string{"-desk", "-phone"}[i])
		}
	}
}
