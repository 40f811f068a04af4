package notice_test

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
	"time"

	"github.com/a-h/templ"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/notice"
	"fairground/internal/site"
	"fairground/internal/site/sitetest"
	"fairground/internal/ui"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

var catalogue = sync.OnceValue(func() *text.Catalogue {
	c, err := text.New(ui.Messages(), web.Messages(), notice.Messages())
	if err != nil {
		panic(err)
	}
	return c
})

func inLanguage(ctx context.Context, locale value.Locale) context.Context {
	return text.WithPrinter(ctx, catalogue().Printer(text.Settings{Locale: locale, Currency: "CHF"}))
}

// world is a site with one listing on it and a shelf of notices in place of package moderation.
type world struct {
	testing.TB
	*sitetest.World
	desk     *notice.Desk
	router   *web.Router
	filed    []notice.Filing
	began    []string
	mails    []string
	outcomes map[value.ID]notice.Outcome
	staff    bool
}

var staff = value.Actor{Kind: value.Staff, ID: 7}

func eachWorld(t *testing.T, test func(w *world)) {
	t.Helper()
	t.Parallel()
	sitetest.Each(t, []db.Schema{account.Schema(), notice.Schema()}, func(t *testing.T, s *sitetest.World) {
		w := &world{TB: t, World: s, outcomes: map[value.ID]notice.Outcome{}}
		w.desk = notice.New(w.config())
		w.router = w.serve()
		test(w)
	})
}

func (w *world) config() notice.Config {
	return notice.Config{
		Clock: value.SystemClock{}, Find: find,
		File: func(tx *db.Tx, f notice.Filing) (value.ID, string, error) {
			id := tx.NewID()
			n := len(w.filed) + 1
			tx.After(func() { w.filed = append(w.filed, f) })
			return id, fmt.Sprintf("AAAAA-BBBBB-CCCCC-DDDD%d", n), nil
		},
		Code:    func(*db.Tx, value.ID) (string, error) { return "AAAAA-BBBBB-CCCCC-DDDD1", nil },
		Outcome: func(_ *db.Tx, id value.ID) (notice.Outcome, error) { return w.outcomes[id], nil },
		Began: func(tx *db.Tx, duty string, id value.ID) error {
			tx.After(func() { w.began = append(w.began, duty); w.outcomes[id] = notice.Outcome{} })
			return nil
		},
		Post: func(tx *db.Tx, to value.Email, _, body string) error {
			tx.After(func() { w.mails = append(w.mails, string(to)+": "+body) })
			return nil
		},
		Letters: inLanguage, Origin: func(*site.Site) string { return "https://market.example" },
		Grounds: func(context.Context) []ui.Option { return []ui.Option{{Value: "scam", Text: "Scam"}} },
		Page: func(_ *http.Request, title string, content templ.Component) templ.Component {
			page := ui.PublicPage{Title: title, Site: "Lakeside Market", Home: "/", Member: true}
			return templ.ComponentFunc(func(ctx context.Context, out io.Writer) error {
				return page.Render(templ.WithChildren(ctx, content), out)
			})
		},
		Shell: func(_ *http.Request, heading, _ string) (ui.ConsolePage, error) {
			return ui.ConsolePage{Desk: true, Title: heading, Heading: heading, Site: "Lakeside Market"}, nil
		},
	}
}

// find knows three listings.
func find(_ *http.Request, address string) (notice.Target, error) {
	for i, name := range []string{"lst_one", "lst_two", "lst_three"} {
		if strings.HasSuffix(address, name) {
			target := notice.Target{Object: "listing", Record: value.ID(i + 1), Title: name, Href: "/l/" + name}
			for _, sha := range []string{strings.Repeat("a", 64), strings.Repeat("b", 64)} {
				target.Photos = append(target.Photos, notice.Photo{Sha256: sha, Picture: ui.Picture{Src: "/media/" + sha[:4] + ".svg", Width: 400, Height: 300}})
			}
			return target, nil
		}
	}
	return notice.Target{}, value.Errorf(value.NotFound, "nothing is there")
}

func (w *world) serve() *web.Router {
	m := web.NewRouter(web.Config{Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	m.Before(w.Step)
	m.Before(func(_ http.ResponseWriter, r *http.Request) (*http.Request, error) {
		ctx := inLanguage(r.Context(), "en")
		if w.staff {
			ctx = account.With(ctx, account.Session{Account: staff.ID, Kind: value.Staff, Role: account.Safety, Name: "Aya"})
		}
		return r.WithContext(ctx), nil
	})
	w.desk.Routes(m)
	return m
}

func (w *world) get(path string) (int, string) { return w.ask("GET", path, nil, "") }

// post sends a form of field, value pairs.
func (w *world) post(path string, pairs ...string) (int, string) {
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return w.ask("POST", path, strings.NewReader(form.Encode()), "192.0.2.1:99")
}

func (w *world) ask(method, path string, body io.Reader, from string) (int, string) {
	w.Helper()
	r := httptest.NewRequest(method, "http://"+sitetest.Host+path, body)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if body != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.RemoteAddr = from
	}
	answer := httptest.NewRecorder()
	w.router.ServeHTTP(answer, r)
	if place := answer.Header().Get("Location"); place != "" {
		return answer.Code, place
	}
	return answer.Code, answer.Body.String()
}

func (w *world) wait(d time.Duration) {
	w.Helper()
	_, err := w.exec("update notifier set warned_us = warned_us - $1", d.Microseconds())
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) exec(sql string, args ...any) (n int64, err error) {
	err = w.Site.DB.Maintain(context.Background(), "test", func(tx *db.Tx) error {
		n, err = tx.Exec(sql, args...)
		return err
	})
	return n, err
}
