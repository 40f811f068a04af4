package evidence_test

import (
	"fmt"
	"net/http"
	"testing"

	"fairground/internal/account"
	"fairground/internal/evidence"
	"fairground/internal/site/sitetest"
	"fairground/internal/ui"
	"fairground/internal/ui/browser"
	"fairground/internal/value"
)

// TestInBrowser opens the pages in Chromium, wide and narrow, light and dark, in both languages, with axe, and lets two
// people open a package with their hands.
func TestInBrowser(t *testing.T) {
	browser.Needs(t)
	if err := ui.Check(); err != nil {
		t.Skip(err)
	}
	d := newDesk(t)
	d.router.Mount("GET /static/", account.Public, ui.Static())
	id := d.preserve()
	at := evidence.Path + "/" + id.Text(evidence.Kind)
	as := "Aya"
	tab := browser.Open(t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		r.Host = sitetest.Host
		r.Header.Set("As", as)
		d.router.ServeHTTP(rw, r)
	}))
	for name, path := range map[string]string{"list": evidence.Path, "one": at, "keys": evidence.Path + "/keys"} {
		for i, look := range []struct {
			width  int64
			scheme string
		}{{1280, "light"}, {390, "light"}, {1280, "dark"}, {390, "dark"}} {
			d.locale = []value.Locale{"en", "de-CH"}[i%2]
			shot := fmt.Sprintf("evidence-%s-%d-%s", name, look.width, look.scheme)
			tab.Show(path, look.width, look.scheme)
			tab.Examine(shot)
			tab.Shoot(shot)
		}
	}
	d.locale = "en"
	for name, words := range map[string]string{"Aya": minasWords, "Ben": ottosWords} {
		as = name
		tab.Show(evidence.Path+"/keys", 1280, "light")
		tab.Type("input[name=passphrase]", words)
		tab.Type("input[name=again]", words)
		tab.Click("main form button")
		tab.Until(`document.body.textContent.includes("Your key is made")`)
	}
	_, err := d.worker.RunDue(t.Context())
	d.ok(err)
	as = "Aya"
	tab.Show(at, 1280, "light")
	tab.Click("main details summary")
	tab.Type("#purpose-unseal", purpose)
	tab.Type("#passphrase-propose", minasWords)
	tab.Click("main details form button")
	tab.Until(`document.body.textContent.includes("Another person has to confirm it")`)
	tab.Examine("evidence-proposed")
	as = "Ben"
	tab.Show(at, 1280, "light")
	tab.Examine("evidence-to-confirm")
	tab.Shoot("evidence-to-confirm")
}
