package office_test

import (
	"fmt"
	"net/http"
	"os"
	"testing"

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
