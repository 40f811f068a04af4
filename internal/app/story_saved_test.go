package app_test

import (
	"net/url"
	"strings"
	"testing"
)

// TestASavedSearchTellsWhatIsNew saves a search from a page of results, hears of a listing that fits, on the site and by
// mail, and stops it by the one click of a mail program.
func TestASavedSearchTellsWhatIsNew(t *testing.T) {
	t.Parallel()
	p := newPostbox(t)
	sam, ben, visitor := p.joinByMail("Samira", seller), p.joinByMail("Benno", buyer), p.visitor()
	results := "/c/sports/bicycles?q=basket&to=500"
	link := first(t, `href="(/saved-searches/new[^"]+)"`, visitor.sees(results))
	if _, _, at := visitor.get(link); at != "/sign-in" {
		t.Errorf("a visitor is led to %s", at)
	}
	_, form, _ := ben.get(link)
	address := first(t, `name="address" value="([^"]+)"`, form)
	if u, err := url.Parse(address); err != nil || u.Query().Get("to") != "500" {
		t.Errorf("the form keeps %s", address)
	}
	if status, page, at := ben.post("/saved-searches", "address", address, "name", "Bicycles with a basket", "often", "instant", "next", address); status != 200 || !strings.HasPrefix(address, at) {
		t.Fatalf("saving was answered %d at %s: %.400s", status, at, page)
	}
	ben.sees("/saved-searches", "Bicycles with a basket", "basket", "Tells you at once.")

	key := sam.postPlainly("City bicycle with a basket")
	sam.soonLive(key)
	ben.inTime("the alert is there", func() bool {
		_, page, _ := ben.get("/account/alerts")
		return strings.Contains(page, "New for “Bicycles with a basket”: City bicycle with a basket")
	})
	ben.sees("/saved-searches", "1 new")
	letter := p.newest(buyer, "City bicycle with a basket")
	stop := strings.Trim(letter.parsed().Header.Get("List-Unsubscribe"), "<>")
	if !strings.Contains(stop, "/search-alerts/stop.") || !strings.Contains(letter.text(), "/l/"+key) {
		t.Errorf("the mail is stopped by %s: %s", stop, letter.source)
	}
	for _, person := range []*person{sam, visitor} {
		if _, page, _ := person.get("/saved-searches"); strings.Contains(page, "basket") {
			t.Error("others see what somebody looks for")
		}
	}

	u, err := url.Parse(stop)
	if err != nil {
		t.Fatal(err)
	}
	if status, page, _ := visitor.post(u.Path, "List-Unsubscribe", "One-Click"); status != 200 || !strings.Contains(page, "tells you nothing any more") {
		t.Errorf("stopping was answered %d: %.300s", status, page)
	}
	sam.soonLive(sam.postPlainly("Another bicycle with a basket"))
	ben.inTime("it is counted", func() bool { _, page, _ := ben.get("/saved-searches"); return strings.Contains(page, "2 new") })
	if _, page, _ := ben.get("/account/alerts"); strings.Contains(page, "Another bicycle") {
		t.Error("a search that was stopped goes on telling")
	}
}
