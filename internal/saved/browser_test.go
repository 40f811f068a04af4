package saved_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/saved"
	"fairground/internal/site/sitetest"
	"fairground/internal/ui"
	"fairground/internal/ui/browser"
)

// as serves the site's pages as one person sees them; a path that begins with /de is in German.
func (w *world) as(name *string) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		r.Host = sitetest.Host
		r.Header.Set("As", *name)
		if rest, german := strings.CutPrefix(r.URL.Path, "/de/"); german {
			r.URL.Path = "/" + rest
			r.Header.Set("Accept-Language", "de")
		}
		w.router.ServeHTTP(rw, r)
	})
}

// TestInBrowser opens every page in Chromium, wide and narrow, light and dark, in both languages, with axe, and presses
// the buttons.
func TestInBrowser(t *testing.T) {
	browser.Needs(t)
	if err := ui.Check(); err != nil {
		t.Skip(err)
	}
	w := newWorld(t, db.SQLite)
	stop := w.fill()
	as := "Mina"
	tab := browser.Open(t, w.as(&as))
	for name, path := range map[string]string{"list": "/saved-searches", "new": saved.SaveLink("/c/bicycles?q=gravel&to=500"), "link": stop} {
		for i, look := range []struct {
			width  int64
			scheme string
		}{{1280, "light"}, {390, "light"}, {1280, "dark"}, {390, "dark"}} {
			at := path
			if i%2 == 1 {
				at = "/de" + path
			}
			shot := fmt.Sprintf("saved-%s-%d-%s", name, look.width, look.scheme)
			tab.Show(at, look.width, look.scheme)
			tab.Examine(shot)
			tab.Shoot(shot)
		}
	}
	tab.Show("/saved-searches", 1280, "light")
	if got := tab.Ask(`click(".change-search summary"); find(".change-search").open && find(".change-search input[name=name]").value !== "" && document.documentElement.scrollWidth <= innerWidth`); got != "yes" {
		t.Errorf("the form opens where it stands: %s", got)
	}
	tab.Examine("saved-list-open")
	tab.Shoot("saved-list-open")
	as = "Otto"
	tab.Show("/de/saved-searches", 390, "light")
	tab.Examine("saved-empty")
}

// fill gives Mina searches of every sort and returns an address that stops one.
func (w *world) fill() string {
	w.Helper()
	w.keep("Mina", "/search?q=lamp", "instant", "name", "A lamp that nobody ever looked at again")
	w.offer("A lamp", 20)
	stop := w.alerts()[0].stop
	w.clock.pass(61 * 24 * time.Hour)
	w.work()
	w.keep("Mina", "/c/bicycles?q=trek&from=100&to=500", "instant", "name", "Trek up to 500")
	w.keep("Mina", "/search?q=unabhängigkeitserklärungsjubiläumsfahrrad", "weekly", "name", "Ein-sehr-langer-Name-ohne-jede-Lücke-der-trotzdem-in-eine-schmale-Zeile-passt", "drops", "yes")
	w.send("Mina", w.keep("Mina", "/search?q=tandem", "daily", "name", "Tandem")+"/pause", "paused", "yes")
	for i := range 103 {
		w.offer(fmt.Sprintf("Trek number %d", i), 450)
	}
	w.alerts()
	return stop
}
