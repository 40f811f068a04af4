package member_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/member"
	"fairground/internal/site/sitetest"
	"fairground/internal/ui"
	"fairground/internal/ui/browser"
	"fairground/internal/value"
)

// as serves the site's pages as one person sees them; a path that begins with /de is in German.
func (w *world) as(name string) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		r.Host = sitetest.Host
		r.Header.Set("As", name)
		if rest, german := strings.CutPrefix(r.URL.Path, "/de/"); german {
			r.URL.Path = "/" + rest
			r.Header.Set("Accept-Language", "de")
		}
		w.router.ServeHTTP(rw, r)
	})
}

// TestInBrowser opens every page in Chromium, wide and narrow, light and dark, in both languages, with axe.
func TestInBrowser(t *testing.T) {
	browser.Needs(t)
	if err := ui.Check(); err != nil {
		t.Skip(err)
	}
	w := newWorld(t, db.SQLite)
	stop := w.unsubscribeOf(w.mina, "message.new")
	w.fillMina()
	tab := browser.Open(t, w.as("Mina"))
	for name, path := range map[string]string{
		"alerts": "/account/alerts", "preferences": "/account/preferences", "blocked": "/account/blocked", "records": "/account/my-data",
		"erasure": "/account/my-data/erasure", "unsubscribe": stop,
	} {
		for i, look := range []struct {
			width  int64
			scheme string
		}{{1280, "light"}, {390, "light"}, {1280, "dark"}, {390, "dark"}} {
			if i == 1 || i == 3 {
				path = "/de" + strings.TrimPrefix(path, "/de")
			}
			shot := fmt.Sprintf("member-%s-%d-%s", name, look.width, look.scheme)
			tab.Show(path, look.width, look.scheme)
			tab.Examine(shot)
			tab.Shoot(shot)
		}
	}
}

// fillMina gives Mina something on every page.
func (w *world) fillMina() {
	for i, subject := range []string{"Otto asks: is the bicycle still there?", "Your listing “Trek hybrid, size M, serviced in May” is live",
		"The flat near the station costs less: CHF 1'750 instead of CHF 1'850, which is a good deal longer than one line of a phone"} {
		for range i + 1 {
			w.tell(w.mina, "message.new", recordOf(i), subject)
		}
	}
	w.ok(w.Site.DB.Write(w.inside(), tester, "test", func(tx *db.Tx) error { return member.Saw(tx, w.mina.ID, "message.new", recordOf(0)) }))
	w.send("Mina", "/account/blocked", "account", w.otto.ID.Text(account.IDKind), "name", "Otto M.")
	w.exported("Mina")
	w.send("Mina", "/account/my-data/erasure", "sure", "yes")
}

// TestProgressInBrowser sees the page take the finished file in by itself.
func TestProgressInBrowser(t *testing.T) {
	browser.Needs(t)
	w := newWorld(t, db.SQLite)
	w.send("Mina", "/account/my-data/exports")
	tab := browser.Open(t, w.as("Mina"))
	tab.Show("/account/my-data", 1280, "light")
	tab.Examine("while it is made")
	w.work()
	for range 2 {
		if tab.Ask(`await until(() => find("#exports li a")); find("#exports li a") !== null && !find("#exports").hasAttribute("hx-get")`) == "yes" {
			return
		}
		time.Sleep(time.Second)
	}
	t.Error("the page did not notice that the file is ready")
}

func recordOf(i int) value.ID { return value.ID(i + 1) }
