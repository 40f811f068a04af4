package app_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"fairground/internal/app"
)

// TestADecisionIsExplainedAppealedAndTakenBack walks from a stranger's notice to the listing's return: reasons under a code,
// an appeal by whoever has it, another person's answer, and everybody's letters.
func TestADecisionIsExplainedAppealedAndTakenBack(t *testing.T) {
	t.Parallel()
	r := run(t, app.Demo{Listings: 60, Seed: 7})
	mina, stranger := r.signedIn("mina@lakeside.example"), r.visitor()
	safety, admin := r.signedIn("safety@lakeside.example"), r.signedIn("admin@lakeside.example")
	key := first(t, `href="/my/listings/(lst_[a-z0-9]+)"`, mina.sees("/my/listings"))
	if status, _, _ := stranger.get("/l/" + key); status != http.StatusOK {
		t.Fatalf("Mina's listing answers %d before anything", status)
	}

	stranger.sees("/notice", "in danger", "intimate picture")
	status, filed, at := stranger.post("/notice/other", "addresses", r.address+"/l/"+key, "ground", "scam",
		"explanation", "I think this is copied from elsewhere.", "email", "nora@example.org")
	if status != http.StatusOK || !strings.HasPrefix(at, "/notice/filed") {
		t.Fatalf("the notice was answered %d at %s", status, at)
	}
	report := first(t, `href="(/reports/[A-Z2-7-]{23})"`, filed)
	stranger.sees(report, "Waiting for an answer")
	r.mailed(`(Your report has arrived)`)

	safety.soon("the notice begins a clock", func() bool {
		_, board, _ := safety.get("/console/safety/duties")
		return strings.Contains(board, "Answer a notice")
	})
	notice := first(t, `href="(/console/safety/notices/[a-z0-9_]+)"`, safety.sees("/console/safety/notices"))
	if status, _, _ := safety.post(notice, "outcome", "remove", "ground", "scam", "reason", "The text is copied from another market.",
		"answer", "Thank you. We have taken it away."); status != http.StatusOK {
		t.Fatalf("the decision was answered %d", status)
	}
	if status, _, _ := stranger.get("/l/" + key); status != http.StatusGone {
		t.Errorf("what was removed answers %d", status)
	}
	stranger.sees(report, "We have taken it away", "/appeal/")
	r.mailed(`(We have taken it away)`)

	statement := first(t, `href="(/statement/[A-Z2-7-]+)"`, mina.sees("/my/listings/"+key))
	reasons := stranger.sees(statement, "The text is copied from another market.")
	if strings.Contains(reasons, "nora") || strings.Contains(reasons, "Nora") {
		t.Error("the statement says who reported")
	}
	code := strings.TrimPrefix(statement, "/statement/")
	r.mailed(`/appeal/(` + code + `)`) // in the letter to Mina

	if status, _, _ := stranger.get("/appeal/AAAAA-AAAAA-AAAAA-AAAAA"); status != http.StatusNotFound {
		t.Errorf("a made-up code answers %d", status)
	}
	status, _, appealed := stranger.post("/appeal/"+code, "text", "I wrote this text myself, and I can show the draft.")
	if status != http.StatusOK {
		t.Fatalf("the appeal was answered %d at %s", status, appealed)
	}
	appeal := first(t, `href="(/console/safety/appeals/apl_[a-z0-9]+)"`, admin.sees("/console/safety/appeals"))
	own := []string{"outcome", "overturned", "answer", "I was wrong; it is back on the market."}
	if status, _, _ := safety.post(appeal, own...); status < 400 {
		t.Errorf("whoever decided answers the appeal: %d", status)
	}
	if status, _, _ := stranger.get("/l/" + key); status != http.StatusGone {
		t.Errorf("the decider's own answer brought it back: %d", status)
	}
	if status, body, _ := admin.post(appeal, own...); status != http.StatusOK {
		t.Fatalf("another person's answer was answered %d: %s", status, regexp.MustCompile(`<p class="error"[^>]*>[^<]*`).FindString(body))
	}
	stranger.sees("/l/"+key, "Checked before it was published")
	stranger.sees(appealed, "it is back on the market")
	if mine := mina.sees("/my/listings/" + key); strings.Contains(mine, "/statement/") {
		t.Error("Mina still reads why it was removed")
	}
	admin.soon("the seal covers it", func() bool {
		_, sealed, _ := stranger.get("/proof/checkpoint")
		return strings.Contains(sealed, "fairground/"+app.DemoSlug)
	})
}
