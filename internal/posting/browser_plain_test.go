package posting_test

import (
	"testing"

	"fairground/internal/account"
	"fairground/internal/ui/browser"
)

// TestWithoutScriptsInABrowser posts from a phone whose JavaScript is off, as a visitor, in German: long words must fit.
func TestWithoutScriptsInABrowser(t *testing.T) {
	browser.Needs(t)
	w := newWorld(t)
	tab := open(t, w, account.Account{})
	tab.Evaluate(`document.cookie = "german=yes; path=/"`)
	tab.Show("/post", 390, "light")
	tab.Examine("form of a visitor, German, phone")
	tab.Shoot("post-guest-german-phone")
	tab.WithoutScripts()
	tab.Show("/post", 390, "light")
	tab.Type("#title", "Velo mit Korb")
	tab.Press(browser.Enter)
	tab.Until(`location.pathname.startsWith("/post/drf_") && document.readyState === "complete"`)
	draft := tab.Evaluate("location.pathname")
	tab.Shoot("post-plain-phone")
	tab.Click("a[data-tree]")
	tab.At(draft + "/categories")
	tab.Shoot("tree-plain-phone")
	tab.Click(`button[value="sports/bicycles"]`)
	tab.At(draft)
	tab.Until(`document.querySelector("[name='a.type']")`)
	tab.Evaluate(`(() => { document.querySelector("[name='a.type']").value = "city"; return ""; })()`)
	tab.Type("#body", "Fahrtüchtig, mit Kindersitzbefestigung und Beleuchtungsanlage.")
	tab.Type("#name", "Carla")
	tab.Type("#email", "carla@example.org")
	tab.Click("button[value=preview]")
	tab.At(draft + "/preview")
	tab.Shoot("preview-german-phone")
	tab.Click("button[value=publish]")
	tab.At("/post/sent")
	tab.Shoot("sent-phone")
	letter := w.guests.last(t)
	tab.Show("/post/confirm/link/"+letter.Token, 390, "dark")
	tab.Shoot("confirm-phone")
	tab.Click(".panel button")
	tab.Until(`document.querySelector(".standing")`)
	tab.Shoot("confirmed-phone")
	if got := tab.Evaluate(`document.querySelector(".standing h2").textContent`); got != "Es ist online" {
		t.Errorf("it says %q", got)
	}
}

// TestGermanOnAPhone looks at every page of a member in German on a phone, and on a desk in the dark.
func TestGermanOnAPhone(t *testing.T) {
	browser.Needs(t)
	w := newWorld(t)
	l := w.live(w.shop, "Lastenvelo mit Kindersitzbefestigung und Regenverdeckhalterung", 4200)
	b := w.as(w.bruno)
	draft := b.send("/post/new", []file{{"a.jpg", shot(t, 800, 600, 9)}}, with(bicycle, "a.type", "", "price", "viel")...).to()
	sha := b.get(draft).find(`data-photo="([0-9a-f]{64})"`)
	tab := open(t, w, w.bruno)
	tab.Evaluate(`document.cookie = "german=yes; path=/"`)
	for name, path := range map[string]string{
		"form": draft, "photo": draft + "/photos/" + sha, "preview": draft + "/preview", "tree": draft + "/categories",
		"mine": "/my/listings", "drafts": "/my/listings?tab=drafts", "standing": "/my/listings/" + l.Key(), "new": "/post", "sent": "/post/sent",
	} {
		tab.Show(path, 390, "light")
		tab.Examine(name + " on a phone")
		tab.Shoot("german-" + name + "-phone")
		tab.Show(path, 1280, "dark")
		tab.Examine(name + " in the dark")
		tab.Shoot("german-" + name + "-dark")
	}
	tab.Quiet()
}
