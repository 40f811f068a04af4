package legal_test

import (
	"context"
	"encoding/json"
	"fmt"
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
	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/legal"
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
	words, err := text.New(ui.Messages(), web.Messages(), account.Messages(), legal.Messages())
	w.ok(err)
	pages := &legal.Pages{
		Of: func(*site.Site) *legal.Statements { return w.desk }, Clock: w.clock,
		Public: func(_ *http.Request, title string, content templ.Component) templ.Component {
			return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
				page := ui.PublicPage{Title: title, Hidden: true, Site: "Lakeside Market"}
				return page.Render(templ.WithChildren(ctx, content), w)
			})
		},
		Shell: func(_ *http.Request, heading, _ string) (ui.ConsolePage, error) {
			return ui.ConsolePage{Desk: true, Title: heading, Heading: heading, Site: "Lakeside Market"}, nil
		},
		Href: func(object string, record value.ID) string {
			if object == "listing" {
				return "/console/listings/" + record.Text("lst")
			}
			return ""
		},
	}
	m := web.NewRouter(web.Config{Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Clock: w.clock})
	m.Before(w.Step)
	m.Before(func(_ http.ResponseWriter, r *http.Request) (*http.Request, error) {
		locale := value.Locale("en")
		if r.Header.Get("Accept-Language") == "de" {
			locale = "de-CH"
		}
		ctx := text.WithPrinter(r.Context(), words.Printer(text.Settings{Locale: locale, Zone: time.UTC, Currency: "CHF", Clock: w.clock}))
		if role := r.Header.Get("X-Role"); role != "" {
			ctx = account.With(ctx, account.Session{Account: 7, Kind: value.Staff, Role: account.Role(role), Name: "Sam"})
		}
		return r.WithContext(ctx), nil
	})
	m.Mount("GET /static/", account.Public, ui.Static(), web.Bare())
	pages.Routes(m)
	return m
}

func (w *world) ask(h http.Handler, role account.Role, path string, form url.Values) *httptest.ResponseRecorder {
	w.Helper()
	method, body := http.MethodGet, ""
	if form != nil {
		method, body = http.MethodPost, form.Encode()
	}
	r := httptest.NewRequest(method, "http://"+sitetest.Host+path, strings.NewReader(body))
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Header.Set("X-Role", string(role))
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

func TestTheAuthorReadsTheirStatement(t *testing.T) {
	each(t, func(w *world) {
		h := w.serve()
		s := w.state(aDecision(1), anAuthor("fr"))
		out := w.ask(h, "", "/statement/"+s.Code, nil)
		w.shows(out, 200, "Nous avons retiré « Flat by the lake »", "Quelqu’un nous l’a signalé", `lang="fr"`, "/appeal/"+s.Code)
		if out.Header().Get("Referrer-Policy") != "no-referrer" || out.Header().Get("Cache-Control") != "no-store" || strings.Contains(out.Body.String(), "anna@") {
			w.Errorf("the page is kept, or tells too much: %v", out.Header())
		}
		w.shows(w.ask(h, "", "/statement/"+strings.ToLower(s.Code), nil), 200)
		w.shows(w.ask(h, "", "/statement/AAAAA-BBBBB-CCCCC-DDDDD", nil), 404, "Nothing under this code")
		w.write(func(tx *db.Tx) error { return w.desk.Revoke(tx, s.Decision, "") })
		out = w.ask(h, "", "/statement/"+s.Code, nil)
		w.shows(out, 200, "Taken back on")
		if strings.Contains(out.Body.String(), `href="/appeal/`) {
			w.Error("what was taken back can be appealed")
		}
		other := w.state(aDecision(2), anAuthor("en"))
		w.clock.pass(200 * oneDay)
		if strings.Contains(w.ask(h, "", "/statement/"+other.Code, nil).Body.String(), `href="/appeal/`) {
			w.Error("an appeal is offered after its time")
		}
	})
}

func TestGuessingCodesIsLimited(t *testing.T) {
	each(t, func(w *world) {
		h := w.serve()
		limited := 0
		for range 40 {
			if w.ask(h, "", "/statement/AAAAA-BBBBB-CCCCC-DDDDD", nil).Code == 429 {
				limited++
			}
		}
		if limited != 10 {
			w.Errorf("%d of 40 were stopped", limited)
		}
	})
}

func TestFiguresAndRecordsForStaff(t *testing.T) {
	each(t, func(w *world) {
		h := w.serve()
		w.shows(w.ask(h, account.Safety, "/console/safety/statements", nil), 200, "No statements yet", "0 minutes")
		s := w.state(aDecision(1), anAuthor("en"))
		w.state(aDecision(2), anAuthor("en"))
		w.shows(w.ask(h, account.Safety, "/console/safety/statements", nil), 200, "Flat by the lake", `class="m-remove"`, "2 hours", "Scam", "2 (100%)")
		w.shows(w.ask(h, account.Safety, "/console/safety/statements.csv", nil), 200, "2026-03,remove,scam,notice,2,0,0,0,7200")
		w.shows(w.ask(h, account.Safety, "/console/safety/statements/"+s.ID.Text(legal.StatementKind), nil), 200, "STATEMENT_CATEGORY_SCAMS_AND_FRAUD", "asks for a deposit", "/console/listings/")
		out := w.ask(h, account.Safety, "/console/safety/statements/records.json", nil)
		var batch struct{ Statements []legal.Record }
		if err := json.Unmarshal(out.Body.Bytes(), &batch); err != nil || len(batch.Statements) != 2 || legal.Invalid(batch.Statements) != 0 {
			w.Errorf("%v in %s", err, out.Body)
		}
		if lines := strings.Count(w.ask(h, account.Safety, "/console/safety/statements/records.ndjson", nil).Body.String(), "\n"); lines != 2 {
			w.Errorf("%d lines", lines)
		}
		w.shows(w.ask(h, account.Safety, "/console/safety/statements/sent", url.Values{"last": {s.ID.Text(legal.StatementKind)}}), 403)
		w.shows(w.ask(h, account.Admin, "/console/safety/statements/sent", url.Values{"last": {s.ID.Text(legal.StatementKind)}}), 303)
		if w.delivery(1).Delivery != legal.Sent || w.delivery(2).Delivery != legal.Waiting {
			w.Error("another batch was marked than was downloaded")
		}
		w.shows(w.ask(h, account.Admin, "/console/safety/statements/retry", url.Values{}), 303)
		w.shows(w.ask(h, account.Admin, "/console/safety/statements/redress", url.Values{"body": {"House of Settlement"}}), 422, "House of Settlement", `aria-invalid="true"`)
		w.shows(w.ask(h, account.Admin, "/console/safety/statements/redress", url.Values{"body": {"House of Settlement"}, "address": {"Quay 1"}}), 303)
		if s := w.state(aDecision(3), anAuthor("en")); !strings.Contains(s.Parts.Body, "House of Settlement, Quay 1") {
			w.Error(s.Parts.Body)
		}
		for _, role := range []account.Role{account.Support, account.Sales, account.Viewer} {
			w.shows(w.ask(h, role, "/console/safety/statements", nil), 403)
			w.shows(w.ask(h, role, "/console/safety/duties", nil), 403)
		}
		w.shows(w.ask(h, "", "/console/safety/statements", nil), 303)
	})
}

func TestTheBoardOfDuties(t *testing.T) {
	each(t, func(w *world) {
		h := w.serve()
		w.shows(w.ask(h, account.Safety, "/console/safety/duties", nil), 200, "Nothing here")
		w.begin("notice", 5)
		w.begin("takedown", 6)
		kept := w.begin("preservation", 7)
		w.clock.pass(37 * time.Hour)
		w.shows(w.ask(h, account.Safety, "/console/safety/duties", nil), 200, "Answer a notice", "Due soon", "TAKE IT DOWN Act")
		w.clock.pass(oneDay)
		w.shows(w.ask(h, account.Safety, "/console/safety/duties?state=overdue", nil), 200, "Take down a private picture", "Overdue")
		w.discharge("takedown", 6)
		w.shows(w.ask(h, account.Safety, "/console/safety/duties?state=done&kind=takedown", nil), 200, "Done late", "staff:7")
		w.shows(w.ask(h, account.Safety, "/console/safety/duties?kind=nonsense", nil), 200, "Answer a notice")
		w.shows(w.ask(h, account.Safety, "/console/safety/duties/"+kept.ID.Text(legal.DutyKind)+"/renewal", url.Values{}), 303)
		w.shows(w.ask(h, account.Safety, "/console/safety/duties/"+kept.ID.Text(legal.DutyKind)+"/renewal", url.Values{}), 409)
	})
}

func TestAMemberTakesTheirStatementsAlong(t *testing.T) {
	each(t, func(w *world) {
		s := w.state(aDecision(1), anAuthor("en"))
		var rows any
		w.read(func(tx *db.Tx) error {
			return legal.Estate{}.Export(tx, 31, func(_ string, all any) error { rows = all; return nil })
		})
		if !strings.Contains(fmt.Sprint(rows), "Flat by the lake") {
			w.Errorf("exported %v", rows)
		}
		kept := 0
		w.write(func(tx *db.Tx) error {
			tx.Log(db.Change{Object: "test"})
			kept = 0
			return legal.Estate{}.Erase(tx, 31, func(_, _, _ string) { kept++ })
		})
		again := w.delivery(1)
		if kept != 1 || again.Author != 0 || again.Title != "" || again.Parts != (legal.Parts{}) || again.DSA != s.DSA {
			w.Errorf("kept %d, left %+v", kept, again)
		}
		w.shows(w.ask(w.serve(), "", "/statement/"+s.Code, nil), 200, "were erased")
	})
}

func TestTheCatalogueIsWhole(t *testing.T) {
	t.Parallel()
	problems, err := text.Check(".", "en", "de")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		if strings.HasPrefix(p.Key, "legal.") {
			t.Error(p)
		}
	}
}

// TestInBrowser opens the pages wide, narrow, dark and in German, and finds faults of accessibility and layout.
func TestInBrowser(t *testing.T) {
	browser.Needs(t)
	clock := &hand{at: time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)}
	cluster := dbtest.ClusterWith(t, db.SQLite, func(c *db.Config) { c.Clock = clock })
	w := newWorld(t, cluster, clock)
	var s legal.Statement
	for i, measure := range append(legal.Measures, legal.Measures...) {
		d := aDecision(value.ID(i + 1))
		d.Measure, d.Ground = measure, []string{"scam", "rights", "category"}[i%3]
		s = w.state(d, anAuthor("fr"))
		clock.pass(20 * oneDay)
	}
	w.begin("notice", 5)
	w.begin("takedown", 6)
	w.begin("preservation", 7)
	clock.pass(3 * oneDay)
	handler, role, language := w.serve(), account.Role(""), "en"
	tab := browser.Open(t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		clock.pass(time.Minute)
		r.Host = sitetest.Host
		r.Header.Set("Accept-Language", language)
		r.Header.Set("X-Role", string(role))
		handler.ServeHTTP(rw, r)
	}))
	for _, page := range []struct {
		name, path string
		role       account.Role
	}{
		{"statement", "/statement/" + s.Code, ""}, {"statement-unknown", "/statement/X", ""},
		{"statements", "/console/safety/statements", account.Admin}, {"statement-one", "/console/safety/statements/" + s.ID.Text(legal.StatementKind), account.Safety},
		{"duties", "/console/safety/duties", account.Safety},
	} {
		role = page.role
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
