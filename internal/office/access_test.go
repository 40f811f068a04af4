package office_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"fairground/internal/account"
	"fairground/internal/record"
	"fairground/internal/value"
)

// TestEveryRouteAsksForRecords: whatever else a request needs, nobody without records.see gets past the door.
func TestEveryRouteAsksForRecords(t *testing.T) {
	t.Parallel()
	w := market(t)
	routes := 0
	for _, route := range w.router.Routes() {
		if !strings.Contains(route.Pattern, "/console") {
			continue
		}
		routes++
		method, address, _ := strings.Cut(route.Pattern, " ")
		address = strings.NewReplacer("{object}", "stall", "{id}", "stl_0000000000001", "{view}", "viw_0000000000001", "{field}", "name", "{sha256}", strings.Repeat("a", 64), "{", "", "}", "").Replace(address)
		var sent url.Values
		if method == "POST" {
			sent = url.Values{"nothing": {"1"}}
		}
		switch p := w.do("", method, address, sent); {
		case method == "GET" && p.StatusCode != http.StatusSeeOther:
			t.Errorf("a visitor's %s: %d", route.Pattern, p.StatusCode)
		case method == "POST" && p.StatusCode != http.StatusUnauthorized:
			t.Errorf("a visitor's %s: %d", route.Pattern, p.StatusCode)
		}
		if p := w.do("member", method, address, sent); p.StatusCode != http.StatusForbidden {
			t.Errorf("a member's %s: %d", route.Pattern, p.StatusCode)
		}
	}
	if routes < 25 {
		t.Errorf("only %d routes", routes)
	}
}

// TestHiddenFieldsAreNowhere: support does not see what a stall's rent is, on any page, by any question.
func TestHiddenFieldsAreNowhere(t *testing.T) {
	t.Parallel()
	w := market(t)
	s := w.make("stall", record.Values{"name": "Blue awning", "rent": value.Money{Minor: 98765_00, Currency: "CHF"}, "status": "open"})
	_, err := w.store.Update(t.Context(), system, "stall", s.ID, 0, record.Values{"rent": value.Money{Minor: 98865_00, Currency: "CHF"}})
	w.ok(err)
	w.get("sales", path(s)).want(http.StatusOK, "98,865", "98,765", "Rent")
	for _, address := range []string{
		"/console/records/stall", "/console/records/stall?own=1&cols=name,rent", "/console/records/stall?own=1&sort=-rent", "/console/records/stall?own=1&layout=board&by=status",
		path(s), path(s) + "/edit", "/console/palette?q=blue",
	} {
		w.get("support", address).want(http.StatusOK).lacks("98,", "98865", "Rent", `"rent"`)
	}
	w.part("support", path(s)+"/peek").want(http.StatusOK, "Blue awning").lacks("98,", "98865", "Rent")
	w.part("support", path(s)+"/cells/rent").want(http.StatusNotFound)
	missing := w.get("support", "/console/records/stall?own=1&filter=rnet+%3E+5").want(http.StatusUnprocessableEntity)
	hidden := w.get("support", "/console/records/stall?own=1&filter=rent+%3E+5").want(http.StatusUnprocessableEntity)
	if strings.ReplaceAll(missing.body, "rnet", "rent") != hidden.body {
		t.Error("a filter on a hidden field answers differently than one on a field that does not exist")
	}
	w.post("support", path(s), "rev", "2", "name", "Blue awning", "rent", "1", "rent_currency", "CHF")
	if rent := w.find("stall", s.ID).Values["rent"].(value.Money); rent.Minor != 98865_00 {
		t.Errorf("support changed the rent to %v", rent)
	}
}

// TestHiddenRowsAreNowhere: finance sees open stalls only.
func TestHiddenRowsAreNowhere(t *testing.T) {
	t.Parallel()
	w := market(t)
	open := w.make("stall", record.Values{"name": "Open awning", "status": "open"})
	closed := w.make("stall", record.Values{"name": "Closed awning", "status": "closed"})
	for _, address := range []string{"/console/records/stall", "/console/palette?q=awning", "/console/records/stall?own=1&layout=board&by=status"} {
		w.get("finance", address).want(http.StatusOK, "Open awning").lacks("Closed awning")
	}
	w.part("finance", "/console/records/stall/suggest?q=awning").want(http.StatusOK, "Open awning").lacks("Closed awning")
	w.get("finance", path(open)).want(http.StatusOK)
	for _, rest := range []string{"", "/edit", "/peek", "/cells/name"} {
		if p := w.part("finance", path(closed)+rest); p.StatusCode != http.StatusNotFound && p.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %d", rest, p.StatusCode)
		}
	}
	for _, hidden := range []string{"/console/records/stall", path(open)} {
		w.get("marketing", hidden).want(http.StatusNotFound)
	}
	w.get("marketing", "/console/records/trader").want(http.StatusOK).lacks(`href="/console/records/stall"`)
}

// TestButtonsAreForThoseWhoMayPressThem, and pressing what is not there is refused.
func TestButtonsAreForThoseWhoMayPressThem(t *testing.T) {
	t.Parallel()
	w := market(t)
	s := w.make("stall", record.Values{"name": "Blue awning", "status": "open"})
	list, one := "/console/records/stall", path(s)
	for _, c := range []struct {
		address, button string
		roles           []string
	}{
		{list, `href="/console/records/stall/new"`, []string{"admin", "sales"}},
		{list, `href="/console/records/stall/export`, []string{"admin"}},
		{list, `href="/console/setup/objects/stall"`, []string{"admin"}},
		{list, `value="delete"`, []string{"admin", "sales"}},
		{list, `value="form"`, []string{"admin", "sales", "support"}},
		{list, "/cells/size", []string{"admin", "sales", "support"}},
		{list, "/cells/status", []string{"admin", "support"}},
		{one, `action="` + one + `/deletion"`, []string{"admin", "sales"}},
		{one, `href="` + one + `/edit"`, []string{"admin", "sales", "support"}},
		{one, `action="` + one + `/notes"`, []string{"admin", "sales", "support"}},
		{one + "/edit", `name="name"`, []string{"admin", "sales", "support"}},
		{one + "/edit", `name="status"`, []string{"admin", "support"}},
	} {
		for _, role := range []string{"admin", "sales", "support", "viewer", "finance"} {
			p := w.get(role, c.address)
			if has := p.StatusCode == http.StatusOK && strings.Contains(p.body, c.button); has != slices.Contains(c.roles, role) {
				t.Errorf("%s on %s: %s is %v (%d)", role, c.address, c.button, has, p.StatusCode)
			}
		}
	}
	for _, role := range []string{"viewer", "finance"} {
		for _, c := range [][]string{
			{list, "name", "Mine"}, {one, "name", "Mine", "rev", "1"}, {one + "/deletion", "rev", "1"}, {one + "/cells/size", "size", "4", "rev", "1"},
			{list + "/bulk", "do", "delete", "id", s.Object.ID(s.ID)}, {list + "/bulk", "do", "save", "change", "size", "size", "4", "id", s.Object.ID(s.ID)},
			{one + "/notes", "text", "Note"}, {one + "/restoration"}, {one + "/files?field=papers"}, {list + "/merge", "id", s.Object.ID(s.ID), "keep", s.Object.ID(s.ID)},
		} {
			w.post(role, c[0], c[1:]...).lacks("is saved")
		}
	}
	if now := w.find("stall", s.ID); now.Rev != 1 || now.Title() != "Blue awning" {
		t.Errorf("somebody who may not changed it: %+v", now)
	}
	if account.Viewer.May(account.RecordsEdit) {
		t.Error("the table above thinks that viewers cannot edit")
	}
}

// TestHostileTextIsInertEverywhere, be it a name, a note or a filter.
func TestHostileTextIsInertEverywhere(t *testing.T) {
	t.Parallel()
	w := market(t)
	const attack = `<img src=x onerror=alert(1)>"'`
	s := w.make("stall", record.Values{"name": attack, "about": attack + "\n<script>alert(2)</script>", "status": "open", "spot": record.PlaceValue{Name: attack}, "website": "https://lakeside.example/?q=%22%3E"})
	w.post("admin", path(s)+"/notes", "text", attack).wantTo("admin", path(s))
	w.post("admin", "/console/views/stall", "name", attack, "own", "1", "filter", `name == "`+`<b>`+`"`)
	other := w.make("stall", record.Values{"name": "Other", "about": attack})
	quoted := url.QueryEscape(attack)
	for _, address := range []string{
		"/console/records/stall", path(s), path(s) + "/edit", "/console/records/stall?own=1&q=" + quoted, "/console/records/stall?own=1&layout=board&by=status", "/console/palette?q=img",
		"/console/records/stall/merge?id=" + s.Object.ID(s.ID) + "&id=" + s.Object.ID(other.ID), "/console/records/stall/merge?id=" + s.Object.ID(s.ID),
	} {
		w.get("admin", address).want(http.StatusOK, "&lt;img").lacks("<img src=x", "<script>alert", " style=", "onclick", "javascript:")
	}
	for _, address := range []string{"/console/records/stall?own=1&filter=" + quoted, "/console/records/stall?own=1&cols=" + quoted, "/console/records/stall?own=1&sort=" + quoted, "/console/records/stall?own=1&by=" + quoted + "&layout=board", "/console/records/stall?field=" + quoted + "&op=is&value=" + quoted} {
		w.get("admin", address).lacks("<img src=x")
	}
	w.part("admin", "/console/records/stall/suggest?q=img").want(http.StatusOK, "&lt;img").lacks("<img src=x")
	w.post("admin", "/console/records/stall", "name", attack, "mail", attack).want(http.StatusUnprocessableEntity, "&lt;img").lacks("<img src=x")
}

// TestPagesStayInNoCacheAndSpeakBothLanguages.
func TestPagesStayInNoCacheAndSpeakBothLanguages(t *testing.T) {
	t.Parallel()
	w := market(t)
	s := w.make("stall", record.Values{"name": "Blue awning", "status": "open", "covered": true})
	for _, address := range []string{
		"/console/records/stall", path(s), path(s) + "/edit", "/console/records/stall/new", "/console/records/stall/trash", "/console/palette",
		"/console/records/stall?own=1&layout=board&by=status", "/console/records/stall?own=1&layout=calendar&by=starts", "/console/records/stall/merge?id=" + s.Object.ID(s.ID),
	} {
		p := w.get("admin", address).want(http.StatusOK, "<h1").lacks(" style=", "<style", "onclick", "javascript:", "office.", "ui.", "%!")
		if p.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s may be kept: %q", address, p.Header.Get("Cache-Control"))
		}
		w.do("admin", "GET", address, nil, "Accept-Language", "de").want(http.StatusOK, `lang="de-CH"`).lacks("office.", "ui.")
	}
}
