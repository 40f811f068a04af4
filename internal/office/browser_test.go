package office_test

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"fairground/internal/account"
	"fairground/internal/crm"
	"fairground/internal/listing"
	"fairground/internal/record"
	"fairground/internal/site/sitetest"
	"fairground/internal/ui/browser"
	"fairground/internal/value"
)

// crmWorld is a site with the customers that every site has, and a day's work done on them.
func crmWorld(t testing.TB) (w *world, pages map[string]string) {
	t.Helper()
	lent := account.LentStaff()
	staff := &record.Object{
		Key: crm.Staff, Short: "acc", Labels: en("Colleague"), Plural: en("Staff"), Icon: "user", Title: "name",
		Fields: []*record.Field{{Key: "name", Type: record.Text, Labels: en("Name")}},
		Owned:  &record.Owned{Table: lent.Table, Key: "id", Created: lent.Created, Updated: lent.Created, Alive: lent.Alive, Log: "account", Columns: map[string][]string{"name": {lent.Columns["name"]}}},
	}
	w = worldOf(t, record.Config{Declared: crm.Objects(), Owned: append(listing.Records("CHF"), staff)})
	return w, w.busyDay()
}

// busyDay fills the site and returns the pages to look at.
func (w *world) busyDay() map[string]string {
	owners := []value.ID{w.accounts["admin"].ID, w.accounts["sales"].ID}
	var first, last *record.Record
	for i, b := range []struct {
		name, trade, standing, stage string
		won                          int64
	}{
		{"Velo Atelier GmbH", "Bicycles", "verified", "renewal", 18400}, {"Garage du Lac SA", "Cars", "verified", "won", 14250},
		{"Maison Verte", "Furniture", "papers_due", "proposal", 6200}, {"Lac Léman Immobilier", "Homes", "verified", "negotiation", 56100},
		{"Second Souffle", "Clothes", "unverified", "new", 840}, {"Brocante Riponne", "Antiques", "verified", "renewal", 3100},
		{"Cycles Perrin", "Bicycles", "suspended", "lost", 0}, {"Auto Occasion Nord", "Cars", "papers_due", "proposal", 22800},
		{"Studio Nyon", "Homes", "verified", "won", 7400}, {"Piano Services with a name that is a good deal longer than what a column of a list likes to hold", "Music", "verified", "renewal", 1280},
	} {
		rec := w.make(crm.Business, record.Values{
			"name": b.name, "trade": b.trade, "standing": b.standing, "stage": b.stage, "owner": owners[i%2], "renews_on": fmt.Sprintf("2026-11-%02d", 3+2*i),
			"mail": fmt.Sprintf("desk%d@lakeside.example", i), "website": "https://lakeside.example/", "uid": fmt.Sprintf("CHE-114.220.7%02d", i), "notes": "Asked for the yearly plan.\nPrefers to be called in the morning.",
		})
		w.make(crm.Person, record.Values{"name": "Person at " + b.trade, "business": rec.ID, "phone": "+41790000000", "role": "Owner"})
		if b.won > 0 {
			w.make(crm.Deal, record.Values{"name": "Shop 50 for " + b.name, "business": rec.ID, "value": value.MoneyFromUnits(b.won, "CHF"), "stage": "won", "owner": owners[i%2], "closes_on": "2026-11-28"})
		}
		if last = rec; i == 2 {
			first = rec
		}
	}
	w.make(crm.Deal, record.Values{"name": "Autumn furniture week", "business": first.ID, "value": value.MoneyFromUnits(890, "CHF"), "stage": "proposal", "owner": owners[0]})
	w.post("sales", path(first), "rev", "1", "section", "", "name", first.Title(), "trade", "Furniture and lamps", "standing", "papers_due", "stage", "negotiation", "renews_on", "2026-11-28", "notes", "Asked for the yearly plan.").
		wantTo("sales", path(first))
	w.post("admin", path(first)+"/notes", "text", "Asked for the trade register extract\nWill send it on Monday.").wantTo("admin", path(first))
	list := "/console/records/business"
	w.post("admin", "/console/views/business", "name", "Renewals this month", "own", "1", "filter", `(days_until(renews_on) >= 0 && days_until(renews_on) <= 30) && stage != "lost"`, "shared", "yes").wantTo("admin", list)
	w.post("admin", "/console/views/business", "name", "Papers due", "own", "1", "filter", `standing == "papers_due"`).wantTo("admin", list)
	w.post("admin", "/console/views/business", "name", "Pipeline", "own", "1", "layout", "board", "by", "stage").wantTo("admin", list)
	return map[string]string{
		"list": list, "filtered": list + "?own=1&cols=name,trade,standing,owner,won_value,stage,last_touch&filter=" + `won_value+%3E+500+%26%26+stage+!%3D+%22lost%22`,
		"fault": list + "?own=1&filter=wun_value+%3E+500", "board": list + "?own=1&layout=board&by=stage", "calendar": list + "?own=1&layout=calendar&by=renews_on&month=2026-11",
		"record": path(first), "edit": path(first) + "/edit", "new": list + "/new", "trash": list + "/trash", "empty": "/console/records/business?own=1&q=zzz",
		"merge": list + "/merge?id=" + first.Object.ID(first.ID) + "&id=" + last.Object.ID(last.ID), "palette": "/console/palette?q=maison", "deals": "/console/records/deal?own=1&layout=board&by=stage",
	}
}

// TestInBrowser opens the pages in Chromium, wide and narrow, light and dark; see package browser.
func TestInBrowser(t *testing.T) {
	browser.Needs(t)
	w, pages := crmWorld(t)
	tab := browser.Open(t, w.as("admin"))
	for name, address := range pages {
		for _, look := range []struct {
			width  int64
			scheme string
		}{{1440, "light"}, {390, "dark"}, {1440, "dark"}, {390, "light"}} {
			if wide := look.width == 1440; wide == (look.scheme == "dark") && os.Getenv("FAIRGROUND_SHOTS") == "" {
				continue // two ways are enough for every day
			}
			shot := fmt.Sprintf("office-%s-%d-%s", name, look.width, look.scheme)
			tab.Show(address, look.width, look.scheme)
			tab.Examine(shot)
			tab.Shoot(shot)
		}
	}
	tab.Quiet()
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

// TestKeysAndMouse walks the pages as their people do. Every answer must be "yes".
func TestKeysAndMouse(t *testing.T) {
	browser.Needs(t)
	w, pages := crmWorld(t)
	tab := browser.Open(t, w.as("admin"))
	for _, c := range []struct{ name, page, question string }{
		{"j walks to the first row and Enter opens the peek", "list", `key("j", document.body); document.activeElement.click(); await until(() => find("#peek h2")); find("#peek h2").textContent.trim() === document.querySelector("tbody .main b").textContent.trim()`},
		{"the peek has what one does most", "list", `click("tbody .main a"); await until(() => find("#peek h2")); find("#peek").textContent.includes("New deal") && find("#peek").textContent.includes("Timeline")`},
		{"Escape closes the peek", "list", `click("tbody .main a"); await until(() => find("#peek h2")); key("Escape", find("#peek h2")); await until(() => !document.querySelector("#peek h2")); true`},
		{"sorting swaps the grid and keeps the filter form's order", "filtered", `click("thead th:nth-child(2) a"); await until(() => location.search.includes("sort=name")); await until(() => document.querySelector(".list-bar form input[name=sort]")); find(".list-bar form input[name=sort]").value === "name" && find(".list-bar .chip[href]").href.includes("sort=name")`},
		{"a value is edited where it stands", "list", `find("tbody tr .pencil").click(); await until(() => find(".cell-editor input:not([type=hidden])")); find(".cell-editor input:not([type=hidden])").value = "Renamed by hand"; find(".cell-editor button:not([data-cancel])").click(); await until(() => !document.querySelector(".cell-editor")); find("tbody .main b").textContent.trim() === "Renamed by hand"`},
		{"a value that cannot be saved stays open with what is wrong", "list", `find("tbody tr .pencil").click(); await until(() => find(".cell-editor input:not([type=hidden])")); find(".cell-editor input:not([type=hidden])").removeAttribute("required"); find(".cell-editor input:not([type=hidden])").value = ""; find(".cell-editor button:not([data-cancel])").click(); await until(() => document.querySelector(".cell-editor .error")); true`},
		{"selected rows can be changed", "list", `key("x", document.body); await until(() => getComputedStyle(find(".bulk")).display !== "none"); find(".bulk [value=form]").textContent.includes("Change")`},
		{"⌘K finds a record", "list", `document.dispatchEvent(new KeyboardEvent("keydown", {key: "k", ctrlKey: true, bubbles: true})); await until(() => find("dialog.palette").open); find("#palette-words").value = "maison"; find("#palette-words").dispatchEvent(new Event("input", {bubbles: true})); await until(() => [...document.querySelectorAll("#palette-results [role=option]")].some(one => one.textContent.includes("Maison Verte"))); true`},
		{"a fact is edited where it stands", "record", `find(".fact > .pencil").click(); await until(() => find(".fact-editor")); find(".fact-editor input:not([type=hidden])").value = "Lamps"; setTimeout(() => find(".fact-editor .primary").click(), 50); find(".fact-editor") !== null`},
		{"the page is fetched anew with the value", "", `await until(() => document.querySelector(".notice.safe")); find(".facts").textContent.includes("Lamps")`},
		{"Escape puts the editor of a fact away", "record", `find(".fact > .pencil").click(); await until(() => find(".fact-editor")); key("Escape", find(".fact-editor input:not([type=hidden])")); !document.querySelector(".fact-editor")`},
		{"a picker finds what a record refers to", "edit", `find("[name=owner]").value = "Jon"; find("[name=owner]").dispatchEvent(new Event("input", {bubbles: true})); await until(() => document.querySelector(".suggestions [role=option][data-id]")); find(".suggestions [data-id]").textContent.includes("Jon Perret")`},
		{"a card is moved by its handle", "board", `const card = find(".board-card[data-card]"), from = card.closest("[data-column]"); card.querySelector(".handle").focus(); for (const k of [" ", "ArrowRight", " "]) { key(k, card.querySelector(".handle")); await new Promise(done => setTimeout(done, 60)); } await until(() => document.getElementById(card.id)?.closest("[data-column]").dataset.column !== from.dataset.column); true`},
	} {
		if c.page == "" {
			time.Sleep(time.Second) // the page before is being left
		} else {
			tab.Show(pages[c.page], 1440, "light")
		}
		if answer := tab.Ask(c.question); answer != "yes" {
			t.Errorf("%s: %s", c.name, answer)
		}
		if c.name == "the peek has what one does most" || c.name == "⌘K finds a record" {
			tab.Examine(c.name)
			tab.Shoot("office-" + c.page + "-" + strings.ReplaceAll(c.name, " ", "-")[:12])
		}
	}
}

// TestWithoutScripts does in a browser without JavaScript what matters most.
func TestWithoutScripts(t *testing.T) {
	browser.Needs(t)
	w, pages := crmWorld(t)
	tab := browser.Open(t, w.as("admin"))
	tab.WithoutScripts()
	tab.Show(pages["new"], 1440, "light")
	tab.Type("[name=name]", "Made by hand")
	tab.Click(".record-form .primary")
	tab.Until(`document.querySelector("h1")?.textContent.includes("Made by hand")`)
	tab.Show(pages["list"], 1440, "light")
	tab.Click("tbody .box input")
	tab.Click(".bulk [value=delete]")
	tab.Until(`document.querySelector(".toast")?.textContent.includes("moved to the trash")`)
	tab.Click(".toast form button")
	tab.Until(`document.querySelector(".notice")?.textContent.includes("as it was before")`)
}
