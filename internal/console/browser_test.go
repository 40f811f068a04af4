package console_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/mail"
	"fairground/internal/moderation"
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
	_, err := w.moderation.SaveReply(context.Background(), w.accounts["safety"].Actor(), moderation.Reply{Name: "Advance", Language: "en", Ground: moderation.Scam, Body: "{title} asks for a fee first."})
	w.ok(err)
	other := w.submit(w.boat("Small red sail, hardly used", "Two reefs."))
	w.post("safety", path(other)+"/decision", "outcome", "suspend", "ground", "scam", "reason", "The same sail is sold by four accounts.", "rev", rev(other)).wantTo(path(other))
	w.seal()
	return map[string]string{
		"today": "/console", "listings": "/console/listings?status=live&category=boats", "record": path(decided), "queue": "/console/safety?l=" + held.Key(),
		"notices": "/console/safety/notices", "notice": noticePath(notice), "changes": "/console/changes",
		"work": "/console/safety/work", "second": "/console/safety/second", "quality": "/console/safety/quality", "replies": "/console/safety/replies",
		"mailbox": "/console/mailbox", "settings": "/console/settings", "staff": "/console/staff", "find": "/console/find?q=boat",
	}
}

// TestKeys tries what the scripts add at the safety desk. Every answer must be "yes".
func TestKeys(t *testing.T) {
	w := newWorld(t, sitetest.New(t, dbtest.Cluster(t, db.SQLite), schemas()))
	pages := w.busyDay()
	tab := browser.Open(t, w.as("safety"))
	for _, c := range []struct{ name, page, question string }{
		{"j walks to the next in the queue", "queue", `key("j", document.body); document.activeElement === find(".case[aria-current]").nextElementSibling`},
		{"a figure fills in a reason and its ground", "queue", `key("1", document.body); find("[name=reason]").value.includes("in advance") && find("[name=ground]").value === "scam"`},
		{"a reason to publish takes the ground away", "queue", `key("1", document.body); key("5", document.body); find("[name=reason]").value.includes("ordinary") && find("[name=ground]").value === ""`},
		{"figures typed into the reason stay there", "queue", `find("[name=reason]").focus(); key("1", find("[name=reason]")); find("[name=reason]").value === ""`},
		{"escape leaves the reason", "queue", `find("[name=reason]").focus(); key("Escape", find("[name=reason]")); document.activeElement === document.body`},
		{"without a reason nothing is sent", "queue", `key("p", document.body); find(".decision").matches(":invalid") && location.pathname === "/console/safety"`},
		{"photos are veiled and cannot be tabbed to", "queue", `getComputedStyle(find(".veil")).filter.includes("blur") && find(".veil a").tabIndex === -1`},
		{"V lifts the veil while it is held", "queue", `key("v", document.body); const lifted = find(".veil").matches(".lifted"); document.dispatchEvent(new KeyboardEvent("keyup", {key: "v"})); lifted && !find(".veil").matches(".lifted")`},
		{"a button lifts the veil until it is pressed again", "queue", `click("[data-lift]"); const lifted = find(".veil").matches(".lifted") && find("[data-lift]").ariaPressed === "true"; click("[data-lift]"); lifted && !find(".veil").matches(".lifted")`},
		{"a question mark lists the keys", "queue", `key("?", document.body); find("#keys").matches(":popover-open")`},
		{"a slash goes to the saved replies", "queue", `key("/", document.body); document.activeElement === find("[data-replies]")`},
		{"a saved reply fills in the reason and its ground", "queue", `const picker = find("[data-replies]"); picker.selectedIndex = 1; picker.dispatchEvent(new Event("change", {bubbles: true})); find("[name=reason]").value.startsWith("Day sailer") && find("[name=ground]").value === "scam"`},
		{"o preserves", "queue", `key("o", document.body); find("[name=preserve]").checked`},
		{"a look is recorded, and then the photo stays veiled", "queue", `document.dispatchEvent(new KeyboardEvent("keyup", {key: "v"})); await until(() => find(".veil.spent")); getComputedStyle(find(".veil")).filter.includes("blur") && !find("[data-again]").hidden`},
		{"it is shown once more when it is asked for", "queue", `click("[data-again]"); await until(() => !find(".veil.spent")); find(".veil").matches(".lifted")`},
		{"a filter updates the list and the address", "listings", `find("[name=status]").value = "held"; find("[name=status]").dispatchEvent(new Event("change", {bubbles: true})); await until(() => location.search.includes("status=held")); [...document.querySelectorAll("#results tbody .tag")].every(tag => tag.textContent.trim() === "Held")`},
		{"p publishes and leads to the next", "queue", `find("[name=reason]").value = "An ordinary sail."; setTimeout(() => key("p", document.body), 50); find("[data-key=p]") !== null`},
		{"the decision is told on the next page", "", `await until(() => find(".notice.safe")); find(".notice.safe").textContent.includes("Published") && find(".case[aria-current]") !== null`},
	} {
		if c.page == "" {
			time.Sleep(time.Second) // the page before is being left
		} else {
			tab.Show(pages[c.page], 1440, "light")
		}
		if answer := tab.Ask(c.question); answer != "yes" {
			t.Errorf("%s: %s", c.name, answer)
		}
	}
}
