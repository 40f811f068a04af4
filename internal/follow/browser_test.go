package follow_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"fairground/internal/db"
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

func TestVisitorsAreLedToTheSignInAndBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, db.SQLite)
	path := "/card/" + w.offer(w.elio, "Trek hybrid", 450).Key()
	shown := w.get("", path).want(t, 200, `href="/sign-in?next=`+url.QueryEscape(path)+`"`, `action="/sign-in" method="get"`, `name="next" value="`+path+`"`, "Save", "Follow")
	shown.without(t, `method="post"`, "hx-post")
}

// TestInBrowser opens every page in Chromium, wide and narrow, light and dark, in both languages, with axe, and presses
// the buttons.
func TestInBrowser(t *testing.T) {
	browser.Needs(t)
	if err := ui.Check(); err != nil {
		t.Skip(err)
	}
	w := newWorld(t, db.SQLite)
	card := w.fill()
	as := "Mina"
	tab := browser.Open(t, w.as(&as))
	for name, path := range map[string]string{"favourites": "/favourites", "following": "/following", "card": card, "visitor": card} {
		as = map[bool]string{true: "", false: "Mina"}[name == "visitor"]
		for i, look := range []struct {
			width  int64
			scheme string
		}{{1280, "light"}, {390, "light"}, {1280, "dark"}, {390, "dark"}} {
			at := path
			if i%2 == 1 {
				at = "/de" + path
			}
			shot := fmt.Sprintf("follow-%s-%d-%s", name, look.width, look.scheme)
			tab.Show(at, look.width, look.scheme)
			tab.Examine(shot)
			tab.Shoot(shot)
		}
	}
	as = "Mina"
	tab.Show(card, 1280, "light")
	for name, question := range map[string]string{
		"the heart fills where it stands": `await until(() => find("[hx-post]").hasAttribute("data-htmx-powered")); click(".card .save button"); await until(() => find(".card .save button").ariaPressed === "true"); find(".card .save button").ariaPressed === "true" && location.pathname.startsWith("/card/")`,
		"the button says that I follow":   `await until(() => find("[hx-post]").hasAttribute("data-htmx-powered")); click(".follow button"); await until(() => find(".follow button").ariaPressed === "false"); find(".follow button").ariaPressed === "false"`,
	} {
		if got := tab.Ask(question); got != "yes" {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// fill gives Mina something on both pages and returns the path of a page with the buttons, where nothing is saved yet.
func (w *world) fill() string {
	w.Helper()
	first := w.offer(w.elio, "Trek hybrid, size M, serviced in May", 450)
	second := w.offer(w.shop, "Gravel bicycle with a name that is a good deal longer than what two lines of a card can hold, and then some", 900)
	third, fourth := w.offer(w.elio, "Town bicycle", 100), w.offer(w.elio, "Strange bicycle", 5)
	for _, path := range []string{heartOf(first), heartOf(second), heartOf(third), heartOf(fourth)} {
		w.send("Mina", path, "saved", "yes")
	}
	w.send("Mina", sellerOf(w.shop), "following", "yes")
	w.send("Mina", sellerOf(w.elio), "following", "yes")
	w.price(first, 380)
	w.price(second, 950)
	w.ok(w.desk.MarkSold(context.Background(), tester, third.ID))
	w.ok(w.desk.Remove(context.Background(), tester, fourth.ID, "a test"))
	return "/card/" + w.offer(w.elio, "Child’s bicycle with bell", 60).Key()
}
