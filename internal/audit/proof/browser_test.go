package proof_test

import (
	"fmt"
	"net/http"
	"testing"

	"fairground/internal/ui"
	"fairground/internal/ui/browser"
	"fairground/internal/value"
)

// TestInBrowser opens the pages in Chromium, wide and narrow, light and dark, in both languages, with axe.
func TestInBrowser(t *testing.T) {
	browser.Needs(t)
	if err := ui.Check(); err != nil {
		t.Skip(err)
	}
	w := newWorld(t)
	w.router.Mount("GET /static/", free{}, ui.Static())
	w.log("statement", 42, 300)
	w.log("decision", 43, 0)
	w.seal()
	w.log("statement", 42, 0)
	tab := browser.Open(t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { w.router.ServeHTTP(rw, r) }))
	for name, path := range map[string]string{"proof": "/proof", "receipt": "/proof/receipt/" + w.codes.Of("statement", 42), "empty": "/proof/receipt/" + w.codes.Of("decision", 99)} {
		for i, look := range []struct {
			width  int64
			scheme string
		}{{1280, "light"}, {390, "light"}, {1280, "dark"}, {390, "dark"}} {
			w.locale = []value.Locale{"en", "de-CH"}[i%2]
			shot := fmt.Sprintf("proof-%s-%d-%s", name, look.width, look.scheme)
			tab.Show(path, look.width, look.scheme)
			tab.Examine(shot)
			tab.Shoot(shot)
		}
	}
	w.locale = "en"
	tab.Show("/proof", 1280, "light")
	tab.Type("textarea[name=receipt]", "this is no receipt")
	tab.Click("main form button")
	tab.Until(`document.body.textContent.includes("or it was altered")`)
	tab.Examine("proof-forged")
	if got := tab.Ask(`find("textarea[name=receipt]").value.trim() === "this is no receipt" && document.documentElement.scrollWidth <= innerWidth`); got != "yes" {
		t.Errorf("what was sent is lost, or the page is too wide: %s", got)
	}
}

// free lets everybody through.
type free struct{}

func (free) Check(*http.Request) error { return nil }
