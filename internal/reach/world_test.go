package reach

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"fairground/internal/account"
	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/site/sitetest"
	"fairground/internal/ui"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

// The people, sellers and listings of these tests.
const (
	mina, jon, lu value.ID = 101, 102, 103 // owner, agent, stranger
	minas, shop   value.ID = 201, 202
	trek, lamp    value.ID = 301, 302 // of mina herself, of the shop
	other         value.ID = 303      // of the shop too
)

// shelf is what package listing knows, in brief.
type shelf struct{ broken bool }

func (s *shelf) Find(_ *db.Tx, ids []value.ID) ([]Listing, error) {
	if s.broken {
		return nil, errors.New("the database does not answer")
	}
	known := map[value.ID]Listing{
		trek: {ID: trek, Seller: minas, Title: "Trek hybrid, size M", Href: "/l/lst_trek"},
		lamp: {ID: lamp, Seller: shop, Title: "Brass lamp <b>", Href: "/l/lst_lamp"}, other: {ID: other, Seller: shop, Title: "Reading chair by the window"},
	}
	var found []Listing
	for _, id := range ids {
		if l, ok := known[id]; ok {
			found = append(found, l)
		}
	}
	return found, nil
}

func (*shelf) ActsFor(_ *db.Tx, seller, account value.ID) (bool, error) {
	return account == mina || account == jon && seller == shop, nil
}

func (*shelf) MayPost(_ *db.Tx, _, account value.ID) (bool, error) { return account == mina, nil }

func (*shelf) SellerName(_ *db.Tx, seller value.ID) (string, error) {
	return map[value.ID]string{minas: "Mina R.", shop: "Spoke & Lantern"}[seller], nil
}

type world struct {
	*sitetest.World
	testing.TB
	desk   *Desk
	shelf  *shelf
	router *web.Router
}

func each(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	t.Parallel()
	sitetest.Each(t, []db.Schema{Schema()}, func(t *testing.T, base *sitetest.World) { test(t, newWorld(t, base)) })
}

func newWorld(t testing.TB, base *sitetest.World) *world {
	t.Helper()
	w := &world{World: base, TB: t, shelf: &shelf{}}
	zone := func() *time.Location { return base.Site.Settings().Location() }
	w.desk = &Desk{DB: base.Site.DB, Listings: w.shelf, Counter: NewCounter(zone), Zone: zone}
	w.router = w.serve()
	return w
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) now() time.Time { return w.Site.DB.Clock().Now() }

func (w *world) serve() *web.Router {
	words, err := text.New(ui.Messages(), web.Messages(), Messages())
	w.ok(err)
	room := New(Config{Desk: func(*site.Site) *Desk { return w.desk }, Page: page})
	r := web.NewRouter(web.Config{Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	r.Before(w.Step)
	r.Before(func(_ http.ResponseWriter, r *http.Request) (*http.Request, error) {
		locale := value.Locale("en")
		if c, err := r.Cookie("language"); err == nil {
			locale = value.Locale(c.Value)
		}
		ctx := text.WithPrinter(r.Context(), words.Printer(text.Settings{Locale: locale, Zone: site.From(r.Context()).Settings().Location(), Currency: "CHF"}))
		for name, id := range map[string]value.ID{"mina": mina, "jon": jon, "lu": lu} {
			if c, err := r.Cookie("who"); err == nil && c.Value == name {
				ctx = account.With(ctx, account.Session{Account: id, Kind: value.Member, Name: name})
			}
		}
		return r.WithContext(ctx), nil
	})
	r.Mount("GET /static/", account.Public, ui.Static(), web.Bare())
	room.Routes(r)
	return r
}

func page(r *http.Request, title string, content templ.Component) templ.Component {
	shell := ui.PublicPage{Title: title, Site: "Lakeside Market", Hidden: true, Member: true, Search: ui.Search{Action: "/search"}}
	area := ui.MemberArea{Label: "Mine", Links: []ui.Link{{Text: "Messages", Href: "/messages", Icon: "inbox"}, {Text: "Listings", Href: "/my/listings", Icon: "tag", Current: true}}}
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		inside := templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
			return area.Render(templ.WithChildren(ctx, content), w)
		})
		return shell.Render(templ.WithChildren(ctx, inside), w)
	})
}

func (w *world) get(who, path string) *httptest.ResponseRecorder {
	w.Helper()
	r := httptest.NewRequest(http.MethodGet, "http://"+sitetest.Host+path, nil)
	if who != "" {
		r.AddCookie(&http.Cookie{Name: "who", Value: who})
	}
	recorder := httptest.NewRecorder()
	w.router.ServeHTTP(recorder, r)
	return recorder
}

func (w *world) want(answer *httptest.ResponseRecorder, status int, all ...string) string {
	w.Helper()
	body := answer.Body.String()
	if answer.Code != status {
		w.Errorf("status %d, want %d: %.300s", answer.Code, status, body)
	}
	for _, words := range all {
		if !strings.Contains(body, words) {
			w.Errorf("the answer does not say %q: %.1500s", words, body)
		}
	}
	return body
}

func (w *world) totals(ids ...value.ID) (all map[value.ID]Total) {
	w.Helper()
	w.ok(w.Site.DB.Read(context.Background(), func(tx *db.Tx) (err error) {
		all, err = Totals(tx, ids)
		return err
	}))
	return all
}

// log enters something into the change log, as other packages do.
func (w *world) log(object string, record value.ID, diff map[string]any) {
	w.Helper()
	w.ok(w.Site.DB.Write(context.Background(), value.Actor{Kind: value.Member, ID: lu}, "test", func(tx *db.Tx) error {
		tx.Log(db.Change{Object: object, Record: record, Diff: diff})
		return nil
	}))
}

// catchUp lets the reader follow to the end of the log.
func (w *world) catchUp() {
	w.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		_, err := w.desk.Reader().CatchUp(context.Background(), w.Site.DB)
		w.ok(err)
		var position string
		w.ok(w.Site.DB.Read(context.Background(), func(tx *db.Tx) (err error) {
			position, err = change.Position(tx)
			return err
		}))
		if position != "" {
			return
		}
		if time.Now().After(deadline) {
			w.Fatal("the log has entries without a number")
		}
	}
}
