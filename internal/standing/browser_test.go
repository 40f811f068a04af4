package standing_test

import (
	"fmt"
	"net/http"
	"testing"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/site/sitetest"
	"fairground/internal/standing"
	"fairground/internal/ui/browser"
	"fairground/internal/value"
)

// TestInBrowser opens the pages in Chromium, wide and narrow, light and dark; see package browser.
func TestInBrowser(t *testing.T) {
	browser.Needs(t)
	w := newWorld(t, db.SQLite)
	c, err := w.desk.File(w.ctx(), member(anna), "label:author watch 31", wrong)
	w.ok(err)
	as := func(who value.ID, language string) http.Handler {
		return http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
			r.Host = sitetest.Host
			r.Header.Set("X-As", who.Text(account.IDKind))
			r.Header.Set("Accept-Language", language)
			r.Header.Del("Origin")
			r.Header.Del("Sec-Fetch-Site")
			w.handler.ServeHTTP(out, r)
		})
	}
	mine, de, desk := browser.Open(t, as(anna, "en")), browser.Open(t, as(anna, "de")), browser.Open(t, as(lou, "en"))
	for _, p := range []struct {
		name string
		tab  *browser.Tab
		path string
	}{
		{"own", mine, "/account/standing"}, {"own-de", de, "/account/standing"}, {"facts", mine, "/safety/facts"},
		{"contest", mine, "/account/standing/contest?about=limit%3Areports_limited"}, {"contests", desk, "/console/safety/contests"}, {"answer", desk, standing.HrefOf(c.ID)},
	} {
		for _, width := range []int64{1440, 390} {
			for _, scheme := range []string{"light", "dark"} {
				shot := fmt.Sprintf("standing-%s-%d-%s", p.name, width, scheme)
				p.tab.Show(p.path, width, scheme)
				p.tab.Examine(shot)
				p.tab.Shoot(shot)
			}
		}
		p.tab.Quiet()
	}
}
