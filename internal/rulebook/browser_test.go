package rulebook_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/rulebook"
	"fairground/internal/site/sitetest"
	"fairground/internal/ui/browser"
)

// asSam makes every request one of Sam, in a language.
func (w *world) asSam(language string) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		r.Host = sitetest.Host
		r.Header.Set("X-As", w.sam.Text("acc"))
		r.Header.Set("Accept-Language", language)
		r.Header.Del("Origin")
		r.Header.Del("Sec-Fetch-Site")
		w.handler.ServeHTTP(rw, r)
	})
}

// TestInBrowser opens the pages in Chromium, wide and narrow, light and dark; see package browser.
func TestInBrowser(t *testing.T) {
	browser.Needs(t)
	w := newWorld(t, db.SQLite)
	w.busyPast()
	w.teach(600)
	w.list("numbers", rulebook.PhoneList, "+41 44 668 18 00", "+41 44 668 18 11")
	w.ok(w.book.AddLabel(w.ctx(), w.actor(), "author", w.vera.Text("acc"), "trusted", "met at the counter", time.Time{}))
	w.save(deposit(), 0)
	d := deposit()
	d.Policy = "terms/9"
	w.save(d, 1)
	for i, in := range w.past.inputs[:60] {
		rule := []string{"site/parking-deposit", "provider/odd-payment"}[i%2]
		w.past.fired = append(w.past.fired, rulebook.Fired{Key: rulebook.Key{Object: "listing", Record: in.Subject.Record, Hash: in.Subject.Hash}, Rule: rule,
			At: w.clock.Now().Add(-time.Duration(i*i) * 20 * time.Minute)})
	}
	w.ok(w.book.Learn(w.ctx(), w.actor()))
	id, err := w.book.StartTrial(w.ctx(), w.actor(), d)
	w.ok(err)
	w.work()
	english, german := browser.Open(t, w.asSam("en")), browser.Open(t, w.asSam("de"))
	for _, p := range []struct {
		name string
		tab  *browser.Tab
		path string
	}{
		{"rules", english, rules}, {"editor", english, rules + "/site/parking-deposit"}, {"new", german, rules + "/new"}, {"provided", english, rules + "/provider/odd-payment"},
		{"versions", english, rules + "/site/parking-deposit/versions"}, {"trial", english, rules + "/trials/" + id.Text("rtr")}, {"learned", german, rules + "/learned"},
		{"lists", german, lists}, {"list", english, lists + "/numbers"},
	} {
		for _, width := range []int64{1440, 390} {
			for _, scheme := range []string{"light", "dark"} {
				shot := fmt.Sprintf("rulebook-%s-%d-%s", p.name, width, scheme)
				p.tab.Show(p.path, width, scheme)
				p.tab.Examine(shot)
				p.tab.Shoot(shot)
			}
		}
		p.tab.Quiet()
	}
}

// TestTypingInBrowser writes a condition and sees its mistake before anything is sent.
func TestTypingInBrowser(t *testing.T) {
	browser.Needs(t)
	w := newWorld(t, db.SQLite)
	tab := browser.Open(t, w.asSam("en"))
	tab.Show(rules+"/new", 1280, "light")
	tab.Type("#when", "prise > 3.0")
	tab.Until(`document.querySelector("#when-check").textContent.includes("Did you mean")`)
	tab.Until(`document.querySelector("#when-check .wrong") !== null`)
	tab.Evaluate(`document.querySelector("#when").value = ""`)
	tab.Type("#when", "price > 3.0")
	tab.Until(`document.querySelector("#when-check").textContent.includes("This can be asked")`)
	tab.Quiet()
}
