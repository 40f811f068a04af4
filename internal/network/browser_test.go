package network

import (
	"fmt"
	"net/http"
	"testing"

	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/site/sitetest"
	"fairground/internal/ui"
	"fairground/internal/ui/browser"
)

// as makes every request one of somebody on the staff.
func (w *office) as(who string) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		r.Host = sitetest.Host
		r.AddCookie(&http.Cookie{Name: "who", Value: who})
		r.Header.Del("Origin")
		r.Header.Del("Sec-Fetch-Site")
		w.router.ServeHTTP(rw, r)
	})
}

// TestInBrowser reviews a network in Chromium: every page wide and narrow, light and dark, with axe; then by keyboard from
// the graph to its row, a look at the photos, a decision with an exception, and back again.
func TestInBrowser(t *testing.T) {
	browser.Needs(t)
	if err := ui.Check(); err != nil {
		t.Skip(err)
	}
	w := newOffice(t, sitetest.New(t, dbtest.Cluster(t, db.SQLite), []db.Schema{Schema()}))
	tab := browser.Open(t, w.as("mara"))
	briefly(tab, "empty", pagesPath)
	big := w.stock(60, 500)
	for n := range 4 {
		w.write(illustrated(n))
	}
	long := recruiting(4)
	long.Title = "Seasonal position with accommodation in the immediate neighbourhood of the Donaudampfschifffahrtsgesellschaftskapitaen"
	w.write(long)
	w.settle(w.desk)
	n := w.networks(Open)[1]
	for name, path := range map[string]string{"found": pagesPath + "?q=N-7", "missing": pagesPath + "?q=nobody", "next": pagesPath + "?state=dismissed"} {
		briefly(tab, name, path)
	}
	for name, path := range map[string]string{"list": pagesPath, "one": href(n.ID), "many": href(big)} {
		looks(tab, name, path)
	}
	w.review(tab, n)
	looks(tab, "decided", href(n.ID))
	tab.Click(`form[action$="/undo"] button`)
	tab.Until(`document.querySelector(".timeline").textContent.includes("taken back")`)
	briefly(tab, "undone", href(n.ID))
	tab.Quiet()
}

func looks(tab *browser.Tab, name, path string) {
	for _, width := range []int64{1440, 390} {
		for _, scheme := range []string{"light", "dark"} {
			look(tab, name, path, width, scheme)
		}
	}
}

// briefly looks at a page that differs little from another one.
func briefly(tab *browser.Tab, name, path string) {
	look(tab, name, path, 1440, "light")
	look(tab, name, path, 390, "dark")
}

func look(tab *browser.Tab, name, path string, width int64, scheme string) {
	shot := fmt.Sprintf("network-%s-%d-%s", name, width, scheme)
	tab.Show(path, width, scheme)
	tab.Examine(shot)
	tab.Shoot(shot)
}

// review reads a network and decides about it, by keyboard where there are keys.
func (w *office) review(tab *browser.Tab, n Network) {
	w.Helper()
	tab.Show(href(n.ID), 1440, "light")
	tab.Focus(`.network-graph a[href="#listing-2"]`)
	tab.Press(browser.Enter)
	tab.Until(`location.hash === "#listing-2" && document.querySelector("#listing-2:target")`)
	tab.Focus(`.network-time a[href="#listing-3"]`)
	tab.Press(browser.Enter)
	tab.Until(`location.hash === "#listing-3"`)
	if n := tab.Evaluate(`String(document.querySelectorAll("main img").length)`); n != "0" {
		w.Errorf("%s photos are on the page before anybody asked", n)
	}
	tab.Click("[data-lift]")
	tab.Until(`document.querySelectorAll(".veil img").length > 0`)
	tab.Click("[data-lift]")
	tab.Until(`document.querySelectorAll(".veil img").length === 0`)
	tab.Click(`#listing-2 [name=except]`)
	tab.Until(`(document.querySelector("[name=measure]").value = "remove") && (document.querySelector("[name=ground]").value = "scam")`)
	tab.Type("[name=reason]", "One template under five accounts.")
	tab.Click("#decision button.primary")
	tab.Until(`document.querySelector("#listing-2").textContent.includes("Excepted") && document.querySelector("#listing-1").textContent.includes("Removed")`)
	if got := w.network(n.ID); got.State != Decided || len(w.decider.items) != 4 {
		w.Errorf("decided: %+v about %v", got, w.decider.items)
	}
}
