package trade_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/site/sitetest"
	"fairground/internal/trade"
	"fairground/internal/ui"
	"fairground/internal/ui/browser"
	"fairground/internal/value"
)

// TestInBrowser opens every page of deals in Chromium, wide and narrow, light and dark, in both languages, with axe.
func TestInBrowser(t *testing.T) {
	browser.Needs(t)
	if err := ui.Check(); err != nil {
		t.Skip(err)
	}
	clock := &hand{at: time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)}
	cluster := dbtest.ClusterWith(t, db.SQLite, func(c *db.Config) { c.Clock = clock })
	w := newWorld(t, sitetest.New(t, cluster, schemas()), clock)
	pages := w.story()
	h := w.serve()
	tab := browser.Open(t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		r.Host = sitetest.Host
		if rest, ok := strings.CutPrefix(r.URL.Path, "/de/"); ok {
			r.URL.Path = "/" + rest
			r.Header.Set("Accept-Language", "de")
		}
		if rest, ok := strings.CutPrefix(r.URL.Path, "/as/"); ok {
			who, path, _ := strings.Cut(rest, "/")
			r.URL.Path = "/" + path
			r.Header.Set("X-Account", who)
		}
		h.ServeHTTP(rw, r)
	}))
	for name, path := range pages {
		for i, look := range []struct {
			width  int64
			scheme string
		}{{1280, "light"}, {390, "light"}, {1280, "dark"}} {
			shot := fmt.Sprintf("trade-%s-%d-%s", name, look.width, look.scheme)
			if i == 1 {
				path = "/de" + path
			}
			tab.Show(path, look.width, look.scheme)
			tab.Examine(shot)
			tab.Shoot(shot)
		}
	}
}

// story makes trades in every state and says where to look.
func (w *world) story() map[string]string {
	w.Helper()
	as := func(who account.Account, path string) string { return "/as/" + who.ID.Text(account.IDKind) + path }
	proposed, err := w.desk.Propose(background, w.ben.Actor(), trade.Agreement{
		Listing: w.near.offer(w.db.IDs().Next(), w.private), Seller: w.private, Buyer: w.anna.ID, Price: value.MoneyFromUnits(90, "CHF")})
	w.ok(err)
	open, both, refused := w.agree(w.anna, w.shop), w.agree(w.anna, w.private), w.agree(w.anna, w.shop)
	w.passes(2 * day)
	w.ok(w.desk.Complete(background, w.cleo.Actor(), open.ID))
	w.review(w.anna, both.ID, trade.Content{Stars: 4, Tags: []string{"friendly", "punctual"}, Body: "A fine bicycle, the lights needed new batteries.", Locale: "en"})
	w.review(w.ben, both.ID, says(5, "Paid at once, gladly again."))
	_, err = w.desk.Answer(background, w.ben.Actor(), both.ID, trade.Content{Body: "Thank you, enjoy the ride.", Locale: "en"})
	w.ok(err)
	r := w.review(w.anna, refused.ID, says(2, "The frame had a crack that no photo showed."))
	w.refuse(w.staff(), r.ID, false, "it names another shop")
	return map[string]string{
		"list": as(w.anna, "/trades"), "list-shop": as(w.cleo, "/trades?of="+w.shop.Text("sel")), "list-empty": as(w.dora, "/trades"),
		"proposed": as(w.anna, "/trades/"+proposed.Key()), "open": as(w.anna, "/trades/"+open.Key()), "both": as(w.anna, "/trades/"+both.Key()),
		"both-seller": as(w.ben, "/trades/"+both.Key()), "refused": as(w.anna, "/trades/"+refused.Key()),
	}
}
