package console_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/mail"
	"fairground/internal/site/sitetest"
	"fairground/internal/ui/browser"
)

// TestInBrowser opens the pages in Chromium, wide and narrow, light and dark; see package browser.
func TestInBrowser(t *testing.T) {
	w := newWorld(t, sitetest.New(t, dbtest.Cluster(t, db.SQLite), schemas()))
	pages := w.busyDay()
	tab := browser.Open(t, w.as("admin"))
	for name, address := range pages {
		for _, width := range []int64{1440, 390} {
			for _, scheme := range []string{"light", "dark"} {
				shot := fmt.Sprintf("console-%s-%d-%s", name, width, scheme)
				tab.Show(address, width, scheme)
				tab.Examine(shot)
				tab.Shoot(shot)
			}
		}
	}
}

// as makes every request one of somebody, to the site of the tests.
func (w *world) as(who string) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		r.Host = sitetest.Host
		r.Header.Set("As", who)
		r.Header.Del("Origin")
		r.Header.Del("Sec-Fetch-Site")
		w.router.ServeHTTP(rw, r)
	})
}

// busyDay fills the site and returns the pages to look at.
func (w *world) busyDay() map[string]string {
	now := time.Now()
	for i := range 70 {
		content := w.boat([]string{"Dinghy with oars", "Cabin cruiser, one owner", "Folding kayak, blue", "Old lantern from a ship", "Rusty anchor, 12 kg"}[i%5], "Kept under cover, two summers on the lake. Comes with its trailer and a cover.")
		if i%3 == 0 {
			content.Category, content.Price.Minor = w.parts, int64(4000+i*900)
		}
		w.submitAt(content, now.Add(-time.Duration(i*i)*time.Hour/12))
	}
	live := w.submit(w.boat("Wooden rowing boat, restored in spring", "Larch on oak, new varnish, dry berth in Pully."))
	for i, title := range []string{"Sloop with a red sail, price to be agreed", "Loud siren for a harbour wall", "Red sail, hardly used, 14 m²", "Mast, boom and red sail as a set"} {
		w.submitAt(w.boat(title, "It has a red sail and comes with a trailer.\nThe red sail was made last year; I can send more pictures. No papers needed, write only in the evening."), now.Add(-time.Duration(1+7*i)*time.Minute))
	}
	held := w.submit(w.boat("Day sailer, red sail, berth included", "The red sail was made last year by the boatyard, and the rusty looking patch on the hull is only paint.\n\nBerth until October, keys at the harbour office. I am away during the week, so please write in the evening."))
	notice := w.file(live, "The pictures in this listing are mine: I sold this boat in May and recognise the scratch on the bow.")
	w.file(held, "They asked me to pay the berth before I could see the boat.")
	decided := w.submit(w.boat("Red sail for a small boat", "It was mended once."))
	w.post("safety", path(decided)+"/decision", "outcome", "publish", "reason", "I looked at it: an ordinary offer.", "rev", rev(decided)).wantTo(path(decided))
	w.write("mail.queue", func(tx *db.Tx) error {
		return mail.Send(tx, mail.Message{Kind: mail.Kind{Name: "sign_in", Secret: true}, To: "aya@lakeside.example", Subject: "Your link to sign in",
			Text: "Hello Aya\n\nThis link signs you in:\n\nhttp://" + sitetest.Host + "/sign-in/link/abc\n"})
	})
	w.seal()
	return map[string]string{
		"today": "/console", "listings": "/console/listings?status=live&category=boats", "record": path(decided), "queue": "/console/safety?l=" + held.Key(),
		"notices": "/console/safety/notices", "notice": noticePath(notice), "rules": "/console/safety/rules", "changes": "/console/changes",
		"mailbox": "/console/mailbox", "settings": "/console/settings", "staff": "/console/staff", "find": "/console/find?q=boat",
	}
}
