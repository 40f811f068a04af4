package app_test

import (
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"fairground/internal/app"
)

// TestARestrictedListingIsFoundByNobodyAndAppealed walks from the button of a reviewer to the answered appeal: the listing
// keeps its page and is in no search and no list, nobody new writes about it, its author reads why and appeals, and what
// another person overturns is as it was.
func TestARestrictedListingIsFoundByNobodyAndAppealed(t *testing.T) {
	t.Parallel()
	r := run(t, app.Demo{Listings: 60, Seed: 7})
	mina, buyer, stranger := r.signedIn("mina@lakeside.example"), r.signedIn("elio@lakeside.example"), r.visitor()
	safety, admin := r.signedIn("safety@lakeside.example"), r.signedIn("admin@lakeside.example")
	var key, page, title string
	talks := html.UnescapeString(buyer.sees("/messages"))
	for _, own := range regexp.MustCompile(`href="/my/listings/(lst_[a-z0-9]+)"`).FindAllStringSubmatch(mina.sees("/my/listings"), -1) {
		key, page = own[1], stranger.sees("/l/"+own[1])
		if title = html.UnescapeString(first(t, `<h1[^>]*>([^<]+)<`, page)); !strings.Contains(talks, title) {
			break // nobody has written about this one yet
		}
	}
	stranger.soon("it is found", func() bool { return stranger.finds(key, title) })
	form := first(t, `(?s)action="/messages/about/.*?name="key" value="([^"]+)"`, buyer.sees("/l/"+key))

	decide := func(outcome, ground, reason string) int {
		t.Helper()
		rev := first(t, `name="rev" value="(\d+)"`, safety.sees("/console/listings/"+key))
		status, _, _ := safety.post("/console/listings/"+key+"/decision", "rev", rev, "outcome", outcome, "ground", ground, "reason", reason)
		return status
	}
	if status := decide("restrict", "scam", "Its place is not where it says."); status != http.StatusOK {
		t.Fatalf("the decision was answered %d", status)
	}
	stranger.soon("no search finds it", func() bool { return !stranger.finds(key, title) })
	for _, list := range []string{"/", "/search", "/sitemap/1.xml", "/feed.atom", first(t, `href="(/s/sel_[^"]+)"`, page)} {
		if _, body, _ := stranger.get(list); strings.Contains(body, key) {
			t.Errorf("%s lists it", list)
		}
	}
	if body := stranger.sees("/l/"+key, title, "No new messages", "noindex"); strings.Contains(body, "/messages/about/") {
		t.Error("its page still has the form")
	}
	// A conversation that was there before goes on; no new one begins.
	if status, _, at := buyer.post("/messages/about/"+key, "key", form, "text", "Is it still there?"); status != http.StatusForbidden && !strings.Contains(talks, at) {
		t.Errorf("a form that was open still begins a conversation: %d at %s", status, at)
	}
	safety.sees("/console/listings/"+key, "Restricted", "Lift the restriction")
	standing := mina.sees("/my/listings/"+key, "It is restricted", "Its place is not where it says.")
	mina.sees("/l/"+key, "It is restricted")
	statement := first(t, `href="(/statement/[A-Z2-7-]+)"`, standing)
	mina.sees(statement, "Its place is not where it says.")

	if status, _, _ := stranger.post("/appeal/"+strings.TrimPrefix(statement, "/statement/"), "text", "It stands there, I sent a photo of the street."); status != http.StatusOK {
		t.Fatalf("the appeal was answered %d", status)
	}
	answer := []string{"outcome", "overturned", "answer", "You are right; it is found again."}
	appeal := first(t, `href="(/console/safety/appeals/apl_[a-z0-9]+)"`, admin.sees("/console/safety/appeals"))
	if status, _, _ := safety.post(appeal, answer...); status < 400 {
		t.Errorf("whoever decided answers the appeal: %d", status)
	}
	if status, body, _ := admin.post(appeal, answer...); status != http.StatusOK {
		t.Fatalf("another person's answer was answered %d: %s", status, regexp.MustCompile(`<p class="error"[^>]*>[^<]*`).FindString(body))
	}
	stranger.soon("it is found again", func() bool { return stranger.finds(key, title) })
	if body := stranger.sees("/l/"+key, title); strings.Contains(body, "noindex") {
		t.Error("its page still hides from search engines")
	}
	if body := mina.sees("/my/listings/" + key); strings.Contains(body, "/statement/") || strings.Contains(body, "It is restricted") {
		t.Error("Mina still reads that it is restricted")
	}

	if status := decide("restrict", "scam", "Its place is wrong after all."); status != http.StatusOK {
		t.Fatalf("the second decision was answered %d", status)
	}
	undo := first(t, `action="(/console/safety/decisions/[a-z0-9_]+/undo)"`, safety.sees("/console/listings/"+key))
	if status, _, _ := safety.post(undo); status != http.StatusOK {
		t.Fatalf("the undo was answered %d", status)
	}
	stranger.soon("it is found after the undo", func() bool { return stranger.finds(key, title) })
	decide("restrict", "scam", "Its place is wrong, and stays so.")
	if status := decide("lift", "", "Its author corrected the place."); status != http.StatusOK {
		t.Fatalf("lifting it was answered %d", status)
	}
	stranger.soon("it is found after it was lifted", func() bool { return stranger.finds(key, title) })
}
