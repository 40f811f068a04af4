package console_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/moderation"
)

func (w *world) decisions(l listing.Listing) (made []moderation.Decision) {
	w.Helper()
	w.read(func(tx *db.Tx) (err error) {
		made, err = moderation.Decisions(tx, listing.Object, l.ID, 10)
		return err
	})
	return made
}

func TestPublishingFromTheQueueLeadsToTheNext(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		first, second := w.submit(w.boat("First red sail", "One.")), w.submit(w.boat("Second red sail", "Two."))
		shown := w.get("safety", "/console/safety?l="+second.Key()).want(http.StatusOK, "Second <mark>red sail</mark>", "test/sails v2", "Sails in red", `data-key="p"`, `data-key="r"`)
		shown.want(http.StatusOK, `name="next" value="`+first.Key()+`"`)
		w.post("safety", path(second)+"/decision", "queued", "yes", "next", first.Key(), "rev", rev(second), "outcome", "publish", "reason", "An ordinary sail.").
			wantTo("/console/safety?l=" + first.Key())
		if got := w.find(second.ID); got.Status != listing.Live || got.Cleared(w.desk.Gate) != nil {
			t.Errorf("the listing is %s, cleared: %v", got.Status, got.Cleared(w.desk.Gate))
		}
		made := w.decisions(second)
		if len(made) != 1 || made[0].Reason != "An ordinary sail." || made[0].Actor != w.accounts["safety"].Actor().String() {
			t.Errorf("stored: %+v", made)
		}
		w.get("safety", path(second)).want(http.StatusOK, "An ordinary sail.", "Aya Keller", "Genuine")
	})
}

func TestRejectingNeedsAGroundAndAReason(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		l := w.submit(w.boat("A red sail", "One."))
		send := func(pairs ...string) page {
			return w.post("safety", path(l)+"/decision", append([]string{"queued", "yes", "rev", rev(l), "outcome", "reject"}, pairs...)...)
		}
		send("reason", "It asks for a fee first.").want(http.StatusUnprocessableEntity, "Choose the ground", "It asks for a fee first.</textarea>", `id="ground-error"`)
		send("ground", "scam", "reason", " no ").want(http.StatusUnprocessableEntity, "Give the reason", `id="reason-error"`, `<option value="scam" selected>`)
		send("ground", "invented", "reason", "It asks for a fee first.").want(http.StatusUnprocessableEntity, "Choose the ground")
		send("ground", "scam", "reason", strings.Repeat("long ", 500)).want(http.StatusUnprocessableEntity, "Give the reason")
		if got := w.find(l.ID); got.Status != listing.Held || len(w.decisions(l)) != 0 {
			t.Errorf("after refused forms it is %s", got.Status)
		}
		send("ground", "scam", "reason", "It asks for a fee first.").wantTo("/console/safety")
		if got := w.find(l.ID); got.Status != listing.Rejected {
			t.Errorf("it is %s", got.Status)
		}
		if made := w.decisions(l); len(made) != 1 || made[0].Ground != moderation.Scam {
			t.Errorf("stored: %+v", made)
		}
	})
}

func TestWhatAMandatoryRuleRefusesCannotBePublished(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		l := w.submit(w.boat("A loud siren", "Very."))
		if l.Status != listing.Held {
			t.Fatalf("the listing is %s, want held for this test", l.Status)
		}
		w.get("safety", "/console/safety?l="+l.Key()).want(http.StatusOK, "A mandatory rule refuses this content", `value="reject"`).lacks(`value="publish"`)
		w.post("safety", path(l)+"/decision", "queued", "yes", "rev", rev(l), "outcome", "publish", "reason", "I insist on it.").
			want(http.StatusConflict, "A mandatory rule refuses this content", "I insist on it.</textarea>")
		if got := w.find(l.ID); got.Status != listing.Held || len(w.decisions(l)) != 0 {
			t.Errorf("it is %s with %d decisions", got.Status, len(w.decisions(l)))
		}
	})
}

func TestADecisionIsAboutWhatWasSeen(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		decided, edited := w.submit(w.boat("A red sail", "One.")), w.submit(w.boat("Another red sail", "Two."))
		w.post("admin", path(decided)+"/decision", "rev", rev(decided), "outcome", "reject", "ground", "duplicate", "reason", "It is listed already.").wantTo(path(decided))
		w.post("safety", path(decided)+"/decision", "queued", "yes", "rev", rev(decided), "outcome", "publish", "reason", "An ordinary sail.").
			want(http.StatusConflict, "Somebody decided or changed this listing meanwhile", "Person of admin", "It is listed already.").lacks(`data-key="p"`)
		content := edited.Content
		content.Body = "Quite another text."
		_, _, err := w.desk.Edit(context.Background(), tester, edited.ID, edited.Rev, content)
		w.ok(err)
		w.post("safety", path(edited)+"/decision", "queued", "yes", "rev", rev(edited), "outcome", "publish", "reason", "An ordinary sail.").
			want(http.StatusConflict, "Somebody decided or changed", "Quite another text.", "An ordinary sail.</textarea>")
		w.post("safety", path(edited)+"/decision", "queued", "yes", "outcome", "publish", "reason", "An ordinary sail.").want(http.StatusConflict)
		if got := w.find(edited.ID); got.Status != listing.Held {
			t.Errorf("what nobody looked at is %s", got.Status)
		}
	})
}

func TestADecidedListingSaysSoInTheQueue(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		l := w.submit(w.boat("A blue sail", "One."))
		w.get("safety", "/console/safety?l="+l.Key()).want(http.StatusOK, "waits no longer").lacks(`data-key="p"`)
		w.get("safety", "/console/safety?l=nonsense").want(http.StatusNotFound)
		w.get("safety", "/console/safety").want(http.StatusOK, "Nothing waits")
		w.post("safety", path(l)+"/decision", "rev", rev(l), "outcome", "publish", "reason", "An ordinary sail.").want(http.StatusConflict, "cannot be decided in this way now")
		for _, outcome := range []string{"", "keep", "nonsense"} {
			w.post("safety", path(l)+"/decision", "rev", rev(l), "outcome", outcome, "reason", "An ordinary sail.").want(http.StatusConflict)
		}
		w.post("safety", path(l)+"/decision", "rev", rev(l), "outcome", "remove", "ground", "rights", "reason", "The photos are somebody else’s.").wantTo(path(l))
		if got := w.find(l.ID); got.Status != listing.Removed {
			t.Errorf("it is %s", got.Status)
		}
	})
}

func TestTheQueueIsGravestFirstAndPaged(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.submit(w.boat("An old lantern", "Three."))
		for i := range 55 {
			w.submit(w.boat(fmt.Sprintf("Number %d, red sail", i), "Two."))
		}
		siren := w.submit(w.boat("Siren: a loud siren", "One."))
		first := w.get("safety", "/console/safety").want(http.StatusOK, "Number 3,", siren.Title, "Next page", `href="/console/safety?page=1"`).lacks("An old lantern").body
		if strings.Index(first, siren.Title) > strings.Index(first, "Number 0,") || strings.Index(first, "Number 0,") > strings.Index(first, "Number 3,") {
			t.Error("the first page is not the gravest first, then the oldest")
		}
		w.get("safety", "/console/safety?page=1").want(http.StatusOK, "Number 54,", "An old lantern", "Previous page").lacks("Number 3,")
		w.get("safety", "/console/safety?q=urgent").want(http.StatusOK, siren.Title).lacks("Number 3,")
		w.get("safety", "/console/safety?page=nonsense&q=nowhere").want(http.StatusOK, "Nothing waits")
	})
}
