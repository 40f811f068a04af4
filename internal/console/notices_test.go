package console_test

import (
	"net/http"
	"testing"

	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/moderation"
)

func TestANoticeIsAnswered(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		l := w.submit(w.boat("A blue sail", "One."))
		n := w.file(l, "They asked me to pay before I could see it.")
		w.get("safety", "/console/safety/notices").want(http.StatusOK, "A blue sail", "They asked me to pay", noticePath(n))
		w.get("safety", noticePath(n)).want(http.StatusOK, "Reporter Muster", "reporter@example.org", "A blue sail", `<option value="scam" selected>`)
		send := func(pairs ...string) page { return w.post("safety", noticePath(n), pairs...) }
		send("reason", "It asks for a fee.", "answer", "We took it away.").want(http.StatusUnprocessableEntity, "Choose what happens", "It asks for a fee.</textarea>")
		send("outcome", "remove", "reason", "It asks for a fee.", "answer", "We took it away.").want(http.StatusUnprocessableEntity, "Choose the ground", "We took it away.</textarea>", `value="remove" checked`)
		send("outcome", "remove", "ground", "scam", "reason", "", "answer", "We took it away.").want(http.StatusUnprocessableEntity, "Give the reason")
		send("outcome", "remove", "ground", "scam", "reason", "It asks for a fee.", "answer", "ok").want(http.StatusUnprocessableEntity, "what the reporter is told")
		send("outcome", "remove", "ground", "scam", "reason", "It asks for a fee.", "answer", "We took it away.").wantTo("/console/safety/notices")
		if got := w.find(l.ID); got.Status != listing.Removed {
			t.Errorf("the listing is %s", got.Status)
		}
		send("outcome", "keep", "reason", "It is all right.", "answer", "We kept it.").want(http.StatusConflict, "Somebody answered this notice or changed its listing meanwhile.")
		w.get("safety", noticePath(n)).want(http.StatusOK, "We took it away.", "It asks for a fee.", "Aya Keller").lacks(`name="answer"`)
		w.get("safety", "/console/safety/notices?state=answered").want(http.StatusOK, "A blue sail")
		w.get("safety", "/console/safety/notices").want(http.StatusOK, "No notices").lacks("A blue sail")
		w.get("safety", path(l)).want(http.StatusOK, noticePath(n))
		w.read(func(tx *db.Tx) error {
			stored, err := moderation.FindNotice(tx, n.ID)
			if err == nil && stored.Answer != "We took it away." {
				t.Errorf("the reporter is told %q", stored.Answer)
			}
			return err
		})
	})
}

func TestWhoReportedIsShownOnlyToThoseWhoDecide(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		n := w.file(w.submit(w.boat("A blue sail", "One.")), "They asked me to pay before I could see it.")
		for _, address := range []string{noticePath(n), "/console/safety/notices", "/console", "/console/listings"} {
			w.get("support", address).want(http.StatusOK).lacks("Reporter Muster", "reporter@example.org")
		}
		w.get("support", noticePath(n)).want(http.StatusOK, "Only those who decide", "Your role may read notices").lacks(n.Code)
		w.get("viewer", noticePath(n)).want(http.StatusForbidden)
	})
}
