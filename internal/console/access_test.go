package console_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"fairground/internal/account"
)

// permissions are what each route asks for, told apart from the code on purpose.
var permissions = map[string]account.Permission{
	"GET /console":                         account.ConsoleSee,
	"GET /console/find":                    account.ConsoleSee,
	"GET /console/listings":                account.ListingsSee,
	"GET /console/listings/{id}":           account.ListingsSee,
	"POST /console/listings/{id}/decision": account.ListingsDecide,
	"POST /console/listings/{id}/feature":  account.ListingsFeature,
	"GET /console/safety":                  account.ListingsDecide,
	"GET /console/safety/notices":          account.NoticesSee,
	"GET /console/safety/notices/{id}":     account.NoticesSee,
	"POST /console/safety/notices/{id}":    account.NoticesDecide,
	"GET /console/safety/texts":            account.ListingsDecide,

	"POST /console/safety/texts/{object}/{record}":   account.ListingsDecide,
	"POST /console/safety/next":                      account.ListingsDecide,
	"POST /console/safety/cases/{id}/claim":          account.ListingsDecide,
	"POST /console/safety/cases/{id}/release":        account.ListingsDecide,
	"POST /console/safety/cases/{id}/judgement":      account.ListingsDecide,
	"POST /console/safety/looks":                     account.ListingsDecide,
	"POST /console/safety/looks/end":                 account.ListingsDecide,
	"POST /console/safety/decisions/{id}/undo":       account.ListingsDecide,
	"GET /console/safety/second":                     account.ListingsDecide,
	"POST /console/safety/second/{id}/confirmation":  account.MembersSuspend,
	"POST /console/safety/second/{id}/refusal":       account.ListingsDecide,
	"GET /console/safety/work":                       account.ListingsDecide,
	"POST /console/safety/work":                      account.ListingsDecide,
	"GET /console/safety/replies":                    account.ListingsDecide,
	"POST /console/safety/replies":                   account.ListingsDecide,
	"GET /console/safety/quality":                    account.ListingsDecide,
	"GET /console/safety/routing":                    account.ListingsDecide,
	"POST /console/safety/routing":                   account.RulesEdit,
	"POST /console/safety/notices/{id}/removal":      account.NoticesDecide,
	"POST /console/safety/notices/{id}/removal/undo": account.NoticesDecide,
	"POST /console/safety/notices/{id}/looks":        account.NoticesDecide,
	"POST /console/safety/notices/{id}/looks/end":    account.NoticesDecide,
	"GET /console/changes":                           account.AuditSee,
	"GET /console/mailbox":                           account.OperationsSee,
	"GET /console/mailbox/{id}":                      account.OperationsSee,
	"GET /console/settings":                          account.SettingsSee,
	"POST /console/settings":                         account.SettingsEdit,
	"GET /console/search":                            account.ListingsSee,
	"POST /console/search/misses":                    account.SettingsEdit,
	"GET /console/search/synonyms":                   account.ListingsSee,
	"GET /console/search/synonyms/trial":             account.ListingsSee,
	"POST /console/search/synonyms":                  account.SettingsEdit,
	"GET /console/search/why":                        account.ListingsSee,
	"GET /console/staff":                             account.StaffSee,
	"POST /console/staff":                            account.StaffEdit,
	"POST /console/staff/{id}/role":                  account.StaffEdit,
	"POST /console/staff/{id}/suspension":            account.StaffEdit,
	"POST /console/staff/{id}/restoration":           account.StaffEdit,
}

func TestEveryRouteAsksForItsPermission(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		var routes []string
		for _, route := range w.router.Routes() {
			if strings.Contains(route.Pattern, "/console") {
				routes = append(routes, route.Pattern)
			}
		}
		if len(routes) != len(permissions) {
			t.Errorf("%d routes, and permissions for %d: %v", len(routes), len(permissions), routes)
		}
		for _, route := range routes {
			permission, known := permissions[route]
			if !known {
				t.Errorf("%s is not in the table", route)
			}
			method, address, _ := strings.Cut(route, " ")
			address = strings.ReplaceAll(address, "{id}", "lst_0000000000001")
			w.checkAccess(t, method, address, permission)
		}
	})
}

func (w *world) checkAccess(t *testing.T, method, address string, permission account.Permission) {
	t.Helper()
	var form url.Values
	if method == "POST" {
		form = url.Values{"nothing": {"1"}}
	}
	switch p := w.do("", method, address, form); {
	case method == "GET":
		p.wantTo("/sign-in?next=" + url.QueryEscape(address))
	case p.StatusCode != http.StatusUnauthorized:
		t.Errorf("a visitor's %s %s: %d", method, address, p.StatusCode)
	}
	if p := w.do("member", method, address, form); p.StatusCode != http.StatusForbidden {
		t.Errorf("a member's %s %s: %d", method, address, p.StatusCode)
	}
	for _, role := range account.Roles() {
		refused := w.do(string(role), method, address, form).StatusCode == http.StatusForbidden
		if refused == slices.Contains(role.Permissions(), permission) {
			t.Errorf("%s %s for %s: refused is %v", method, address, role, refused)
		}
	}
}

func TestTheRailShowsWhereTheRoleMayGo(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		for role, hrefs := range map[string][]string{
			"admin":   {"/console/listings", "/console/search", "/console/safety", "/console/safety/notices", "/console/safety/rules", "/console/changes", "/console/settings", "/console/staff", "/console/mailbox"},
			"safety":  {"/console/listings", "/console/search", "/console/safety", "/console/safety/notices", "/console/safety/rules", "/console/changes"},
			"support": {"/console/listings", "/console/search", "/console/safety/notices"},
			"viewer":  {"/console/listings", "/console/search"},
			"finance": nil,
		} {
			body := w.get(role, "/console").want(http.StatusOK).body
			rail := body[strings.Index(body, `id="rail"`):strings.Index(body, "</nav>")]
			for route := range permissions {
				method, href, _ := strings.Cut(route, " ")
				if method != "GET" || strings.Contains(href, "{") || href == "/console" || href == "/console/find" {
					continue
				}
				if has := strings.Contains(rail, `href="`+href+`"`); has != slices.Contains(hrefs, href) {
					t.Errorf("%s: the rail has %s: %v", role, href, has)
				}
			}
		}
		w.mailbox = false
		w.get("admin", "/console").lacks("/console/mailbox")
		w.get("admin", "/console/mailbox").want(http.StatusNotFound)
	})
}

func TestPagesStayInNoCacheAndNameNoInlineCode(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		l := w.submit(w.boat("Boat with a red sail", "It sails."))
		for _, address := range []string{"/console", "/console/listings", path(l), "/console/safety", "/console/safety/notices", "/console/changes", "/console/settings", "/console/staff", "/console/mailbox", "/console/find"} {
			p := w.get("admin", address).want(http.StatusOK, "<h1").lacks(" style=", "<style", "onclick", "javascript:", "console.")
			if p.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("%s may be kept: %q", address, p.Header.Get("Cache-Control"))
			}
			german := w.do("admin", "GET", address, nil, "Accept-Language", "de").want(http.StatusOK, `lang="de-CH"`)
			german.lacks("console.")
		}
	})
}
