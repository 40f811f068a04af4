package member_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"fairground/internal/db"
	"fairground/internal/ui/browser"
)

// TestDevicesInBrowser sees the service worker come, show what is pushed, and stand in when there is no connection. The
// tests have no push service that Chromium would subscribe to, so the message is handed to the worker by the browser.
func TestDevicesInBrowser(t *testing.T) {
	browser.Needs(t)
	w := newWorld(t, db.SQLite)
	phone := w.service.Subscribe()
	w.adds("Mina", phone)
	site := w.as("Mina")
	tab := browser.Open(t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/broken" {
			panic(http.ErrAbortHandler) // the connection ends
		}
		site.ServeHTTP(rw, r)
	}))
	deliver := tab.Pushes()
	for _, look := range []struct {
		path, scheme string
		width        int64
	}{{"/account/preferences", "light", 1280}, {"/de/account/preferences", "dark", 390}, {"/offline", "light", 390}} {
		tab.Show(look.path, look.width, look.scheme)
		tab.Examine(look.path)
		tab.Shoot("member-devices" + strings.ReplaceAll(look.path, "/", "-"))
	}
	tab.Show("/account/preferences", 1280, "light")
	if got := tab.Ask(`await until(() => !find("form[data-push]").hidden); find("[data-this]").hidden`); got != "yes" {
		t.Errorf("a browser that is not told is shown as one that is: %s", got)
	}
	tab.Evaluate(`navigator.serviceWorker.register("/sw.js").then(() => navigator.serviceWorker.ready).then(() => "")`)
	tab.Until(`navigator.serviceWorker.controller !== null`)
	w.tell(w.mina, "message.new", 1, "Otto asks: is the bicycle still there?")
	w.push()
	deliver(phone.Take()[0].Payload)
	if got := tab.Evaluate(shown(1)); got != "Otto asks: is the bicycle still there?|Lakeside Market · New messages|en|/account/alerts/alt_" {
		t.Errorf("the browser shows %q", got)
	}
	deliver("no JSON at all")
	if got := tab.Evaluate(shown(2)); !strings.Contains(got, "/account/alerts") || strings.Count(got, ";") != 1 {
		t.Errorf("what cannot be read is not shown: %s", got)
	}
	tab.Quiet()
	tab.Show("/broken", 1280, "light")
	tab.Until(`document.querySelector("h1").textContent === "No connection"`)
	tab.Examine("without a connection")
}

// shown waits for a number of notifications and lists them.
func shown(number int) string {
	return `(async () => {
		const worker = await navigator.serviceWorker.ready;
		let all = [];
		for (let i = 0; i < 200 && all.length < ` + strconv.Itoa(number) + `; i++) {
			all = await worker.getNotifications();
			await new Promise(done => setTimeout(done, 50));
		}
		return all.map(n => [n.title, n.body, n.lang, n.data.href.slice(0, 20)].join("|")).join(";");
	})()`
}
