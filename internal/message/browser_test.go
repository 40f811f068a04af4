package message_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/media"
	"fairground/internal/message"
	"fairground/internal/site/sitetest"
	"fairground/internal/ui/browser"
	"fairground/internal/value"
)

// as makes every request one of somebody, in a language, and shows photos of listings, which another room serves.
func (w *world) as(who value.ID, language string) http.Handler {
	bicycle := picture(w, 120)
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, media.Path) {
			_, _ = rw.Write(bicycle)
			return
		}
		r.Host = sitetest.Host
		r.Header.Set("X-As", who.Text("acc"))
		r.Header.Set("Accept-Language", language)
		r.Header.Del("Origin")
		r.Header.Del("Sec-Fetch-Site")
		w.handler.ServeHTTP(rw, r)
	})
}

// busyDay fills the inboxes and returns a conversation with a bit of everything.
func (w *world) busyDay() message.Conversation {
	w.Helper()
	photo := func(shade string) media.Photo {
		sha := strings.Repeat(shade, 32)
		return media.Photo{Sha256: sha, Width: 1600, Height: 1200, Colour: "#3a7d5c", Sizes: media.SizesOf(sha, 1600, 1200)}
	}
	w.market.set(w.bike, func(l *message.Listing) { l.Photo = photo("ab") })
	w.market.set(w.lamp, func(l *message.Listing) { l.Photo = photo("cd") })
	for i, l := range w.offerMore(6, w.shop) {
		w.market.set(l, func(l *message.Listing) { l.Photo = photo("ef") })
		c := w.start(w.mina, l, fmt.Sprintf("Is wheel number %d true, and does it come with a tyre? I would collect it on Saturday.", i))
		w.clock.pass(7 * time.Hour)
		if i%2 == 0 {
			w.send(w.jon, c, "It is, and it does. We are open until six on Saturday, and there is always somebody who can fit it for you while you wait.")
		}
	}
	w.market.set(w.bike, func(l *message.Listing) { l.Status, l.Open = "reserved", false })
	other := w.listing("Wooden chest of drawers, four drawers, brass handles, needs a little care", w.own, 180)
	other.Photo = photo("0a")
	w.market.listings[other.ID] = other
	w.send(w.elio, w.start(w.mina, other, "Hello, is it still available?"), "It is! You find all the measures at www.example.com/chest, or call 044 668 18 00.")
	c := w.start(w.mina, w.lamp, "Hello! Does the lamp fit a handlebar of 31.8 mm?")
	w.clock.pass(2 * time.Hour)
	w.send(w.aya, c, "Hello Mina\n\nIt does, the bracket opens wide enough. Here is how it looks.")
	w.postFiles(w.aya, c.Href(), "", picture(w, 60), picture(w, 200)).want(303)
	w.clock.pass(20 * time.Hour)
	w.send(w.mina, c, "Lovely. Could you do it for a little less?")
	o := w.bid(w.mina, c, 35)
	w.ok(w.decide(w.jon, o, "decline"))
	w.send(w.jon, c, "35 is too little, but let me make you another offer.")
	w.send(w.mina, c, "مرحبا، هل يمكنني الدفع نقدا؟")
	w.send(w.mina, c, doubtful)
	w.bid(w.aya, c, 40)
	return c
}

// TestInBrowser opens the pages in Chromium, wide and narrow, light and dark; see package browser.
func TestInBrowser(t *testing.T) {
	browser.Needs(t)
	w := newWorld(t, db.SQLite)
	c := w.busyDay()
	ines := w.start(w.ines, w.lamp, "Is it new?")
	w.ok(w.desk.Act(w.ctx(), member(w.aya), ines.ID, "block"))
	_, err := w.desk.ReportConversation(w.ctx(), member(w.aya), c.ID, "scam", "They asked to pay with gift cards.")
	w.ok(err)
	w.young(w.staff, 2)
	w.market.persons[w.staff] = func() message.Person { p := w.market.persons[w.staff]; p.Name = "Sam"; return p }()
	noted := w.start(w.staff, w.lamp, away+" See www.example.com.")
	asked := w.offerMore(1, w.own)[0]
	w.require(w.elio, w.own, message.Need{Phone: true})
	w.person(w.mina, unproven)
	buyer, shop, staff := browser.Open(t, w.as(w.mina, "en")), browser.Open(t, w.as(w.aya, "de")), browser.Open(t, w.as(w.staff, "en"))
	for _, p := range []struct {
		name string
		tab  *browser.Tab
		path string
	}{
		{"inbox", buyer, "/messages"}, {"thread", buyer, c.Href()}, {"found", buyer, "/messages?q=saturday"}, {"nothing", buyer, "/messages?show=archived"},
		{"about", buyer, "/messages/about/" + w.offerMore(1, w.own)[0].ID.Text("lst")}, {"report", buyer, c.Href() + "/report"},
		{"asked", buyer, "/messages/about/" + asked.ID.Text("lst")}, {"notes", buyer, "/safety/notes"}, {"contact", shop, "/account/contact"}, {"noted", shop, noted.Href()},
		{"shop-inbox", shop, "/messages"}, {"shop-thread", shop, c.Href()}, {"shop-blocked", shop, ines.Href()},
		{"reported", staff, "/console/conversations/" + c.ID.Text("cnv")}, {"held", staff, "/console/messages"},
	} {
		for _, width := range []int64{1440, 390} {
			for _, scheme := range []string{"light", "dark"} {
				shot := fmt.Sprintf("message-%s-%d-%s", p.name, width, scheme)
				p.tab.Show(p.path, width, scheme)
				p.tab.Examine(shot)
				p.tab.Shoot(shot)
			}
		}
		p.tab.Quiet()
	}
}

// TestTwoBrowsersTalk has two people write to each other, each seeing at once what the other does.
func TestTwoBrowsersTalk(t *testing.T) {
	browser.Needs(t)
	w := newWorld(t, db.SQLite)
	c := w.start(w.mina, w.lamp, "Does it fit?")
	mina, aya := browser.Open(t, w.as(w.mina, "en")), browser.Open(t, w.as(w.aya, "en"))
	mina.Show(c.Href(), 1280, "light")
	aya.Show("/messages", 1280, "light")
	const said = `document.querySelector("#thread")?.textContent.includes(%q)`
	const badge = `[...document.querySelectorAll('a[href="/messages"] .count')].some(b => !b.hidden && b.textContent === "1")`

	mina.Type("#text", "Is it bright enough?")
	mina.Press(browser.Enter)
	mina.Click("#composer button.primary")
	mina.Until(fmt.Sprintf(said, "bright enough"))
	mina.Until(`document.querySelector("#text").value === "" && document.activeElement.id === "text"`)
	aya.Until(`document.querySelector("#talks").textContent.includes("bright enough")`)
	aya.Until(badge)
	aya.Until(`document.title.startsWith("(1) ")`)
	aya.Press("j")
	aya.Until(`document.activeElement.matches(".talk-entry")`)
	aya.Press(browser.Enter)
	aya.At(c.Href())
	mina.Until(`document.querySelector("#thread").textContent.includes("Seen")`)

	aya.Type("#text", "Very. And it is yours for 40.")
	aya.Evaluate(`document.querySelector("#text").dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", ctrlKey: true, bubbles: true})); "sent"`)
	mina.Until(fmt.Sprintf(said, "yours for 40"))
	mina.Type("#text", "Half a sentence")
	aya.Click("#offer summary")
	aya.Type("#amount", "40")
	aya.Click("#offer button")
	mina.Until(`document.querySelector(".talk-offer [formaction$=accept]")`)
	if got := mina.Evaluate(`document.querySelector("#text").value`); got != "Half a sentence" {
		t.Errorf("what was being typed became %q", got)
	}
	mina.Click(".talk-offer [formaction$=accept]")
	aya.Until(fmt.Sprintf(said, "Accepted"))
	mina.Until(fmt.Sprintf(said, "Accepted"))
	if len(w.market.agreed) != 1 {
		t.Errorf("%d deals", len(w.market.agreed))
	}
	mina.Type("#text", "My number is 044 668 18 00")
	mina.Until(`!document.querySelector(".talk-hint").hidden && document.querySelector(".talk-hint").textContent.includes("telephone number")`)
	w.market.mu.Lock()
	w.market.seats[w.shop.ID] = []value.ID{w.jon}
	w.market.mu.Unlock()
	aya.Type("#text", "I am not of the shop any more")
	aya.Click("#composer button.primary")
	aya.Until(`document.querySelector(".says")?.textContent.includes("was not sent")`)
	aya.Until(`document.querySelector("#text").value === "I am not of the shop any more"`)
	mina.Quiet()
	aya.Quiet()
}

// TestWithoutScripts has somebody read, write, offer and archive with JavaScript off, on a phone.
func TestWithoutScripts(t *testing.T) {
	browser.Needs(t)
	w := newWorld(t, db.SQLite)
	c := w.start(w.mina, w.lamp, "Does it fit?")
	aya := browser.Open(t, w.as(w.aya, "en"))
	aya.WithoutScripts()
	aya.Show("/messages", 390, "light")
	aya.Click("#talks a")
	aya.At(c.Href())
	aya.Type("#text", "It fits.")
	aya.Click("#composer button.primary")
	aya.Until(`location.hash === "#end" && document.querySelector("#thread").textContent.includes("It fits.")`)
	aya.Click("#offer summary")
	aya.Type("#amount", "41")
	aya.Click("#offer button")
	aya.Until(`document.querySelector(".talk-offer")`)
	aya.Click(".talk-head summary")
	aya.Click(`.talk-head [formaction$="/archive"]`)
	aya.At("/messages")
	aya.Until(`document.querySelector(".notice").textContent.includes("Archived")`)
	aya.Quiet()
}
