package console_test

import (
	"net/http"
	"testing"

	"fairground/internal/account"
	"fairground/internal/console"
	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/site"
	"fairground/internal/site/sitetest"
	"fairground/internal/ui"
	"fairground/internal/web"
)

// TestOtherRoomsLiveInTheShell: a room beside the console brings entries into its rail and serves pages in its shell.
func TestOtherRoomsLiveInTheShell(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sitetest.New(t, dbtest.Cluster(t, db.SQLite), schemas()))
	shell := &console.Console{
		Services: func(*site.Site) console.Services {
			return console.Services{Listings: w.desk, Moderation: w.moderation}
		},
		Account: shown, Palette: "/console/palette",
		Rail: func(*http.Request) ([]ui.Section, error) {
			return []ui.Section{{Title: "Customers", Links: []ui.Link{{Text: "People", Href: "/console/people", Count: "1,000+"}, {Text: "Deals", Href: "/console/deals"}}}}, nil
		},
	}
	w.router.Handle("GET /console/people", account.May(account.RecordsSee), func(rw http.ResponseWriter, r *http.Request) error {
		page, err := shell.Page(r, "People", "/console/people")
		if err != nil {
			return err
		}
		return web.Render(rw, r, http.StatusOK, page)
	})
	w.get("viewer", "/console/people").want(http.StatusOK, "<h1>People</h1>", "Customers", `<a href="/console/people" aria-current="page">`, "1,000+", `<a href="/console/deals">`, "/console/palette", `href="/console/listings"`).
		lacks(`href="/console/settings"`)
}
