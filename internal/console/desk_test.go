package console_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/moderation"
	"fairground/internal/value"
)

// caseOf is the path of the undecided case about a listing.
func (w *world) caseOf(l listing.Listing) (c moderation.Case) {
	w.Helper()
	w.get("safety", "/console/safety").want(http.StatusOK)
	w.read(func(tx *db.Tx) (err error) {
		c, err = moderation.FindCaseOf(tx, listing.Object, l.ID)
		return err
	})
	return c
}

func casePath(c moderation.Case) string {
	return "/console/safety/cases/" + c.ID.Text(moderation.ShortCase)
}

func TestACaseIsClaimedBeforeTheEyesOfOthers(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		l := w.submit(w.boat("A red sail", "One."))
		c := w.caseOf(l)
		at := "/console/safety?l=" + l.Key()
		w.get("safety", at).want(http.StatusOK, "due in", `data-key="t"`, `name="case"`)
		w.post("safety", "/console/safety/next").wantTo(at)
		w.get("safety", at).want(http.StatusOK, "Yours until", "Give back", `data-key="p"`)
		w.get("admin", at).want(http.StatusOK, "Aya Keller until").lacks(`data-key="p"`, "Give back")
		w.post("admin", casePath(c)+"/claim").wantTo(at)
		w.post("admin", path(l)+"/decision", "queued", "yes", "rev", rev(l), "outcome", "publish", "reason", "An ordinary sail.").
			want(http.StatusConflict, "Aya Keller is working on this until")
		w.post("admin", "/console/safety/next").wantTo("/console/safety")
		w.post("safety", casePath(c)+"/release").wantTo(at)
		w.get("admin", at).want(http.StatusOK, `data-key="p"`)
		w.post("admin", path(l)+"/decision", "queued", "yes", "rev", rev(l), "case", c.ID.Text(moderation.ShortCase), "outcome", "publish", "reason", "An ordinary sail.").
			wantTo("/console/safety")
		w.post("safety", path(l)+"/decision", "queued", "yes", "rev", rev(w.find(l.ID)), "case", c.ID.Text(moderation.ShortCase), "outcome", "remove", "ground", "scam", "reason", "A second decision.").
			want(http.StatusConflict, "cannot be decided in this way now")
		w.get("safety", "/console/safety?c=cas_0000000000001").want(http.StatusNotFound)
	})
}

func TestTheAuthorIsAskedForAChange(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		l := w.submit(w.boat("A red sail", "One."))
		c := w.caseOf(l)
		w.get("safety", "/console/safety?l="+l.Key()).want(http.StatusOK, `value="change"`, `data-key="a"`)
		w.post("safety", path(l)+"/decision", "rev", rev(l), "outcome", "change", "reason", "Please show the sail itself.").wantTo(path(l))
		w.get("safety", "/console/safety").want(http.StatusOK, "Nothing waits")
		w.get("safety", "/console/safety?c="+c.ID.Text(moderation.ShortCase)).want(http.StatusOK, "Waits for its author")
		l = w.find(l.ID)
		content := l.Content
		content.Body = "Now with a photo of the red sail."
		_, _, err := w.desk.Edit(t.Context(), tester, l.ID, l.Rev, content)
		w.ok(err)
		w.get("safety", "/console/safety").want(http.StatusOK, "A red sail", "photo of the")
	})
}

func TestSevereMeasuresNeedASecondPerson(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		l := w.submit(w.boat("A red sail", "One."))
		send := func(as, outcome string) page {
			return w.post(as, path(l)+"/decision", "rev", rev(l), "outcome", outcome, "ground", "scam", "reason", "The same boat is sold four times.")
		}
		w.get("safety", "/console/safety?l="+l.Key()).want(http.StatusOK, `value="suspend"`, `value="escalate"`)
		send("safety", "suspend").wantTo(path(l))
		if got := w.find(l.ID); got.Status != listing.Held || len(w.decisions(l)) != 0 {
			t.Fatalf("it was carried out at once: %s", got.Status)
		}
		own := w.get("safety", "/console/safety/second").want(http.StatusOK, "A red sail", "The same boat is sold", "Aya Keller", "Withdraw").lacks("confirmation")
		_, rest, _ := strings.Cut(own.body, `action="`+"/console/safety/second/")
		id, _, _ := strings.Cut(rest, "/")
		w.post("safety", "/console/safety/second/"+id+"/confirmation").wantTo("/console/safety/second")
		if len(w.decisions(l)) != 0 {
			t.Fatal("it was confirmed by whoever proposed it")
		}
		w.get("admin", "/console/safety/second").want(http.StatusOK, id+"/confirmation", "Confirm")
		w.post("admin", "/console/safety/second/"+id+"/confirmation", "seen", l.Key()+":999").wantTo("/console/safety/second")
		if len(w.decisions(l)) != 0 {
			t.Fatal("what was not seen was confirmed")
		}
	})
}

func TestASecondPersonConfirmsOrDeclines(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		l, other := w.submit(w.boat("A red sail", "One.")), w.submit(w.boat("Another red sail", "Two."))
		for _, one := range []listing.Listing{l, other} {
			w.post("safety", path(one)+"/decision", "rev", rev(one), "outcome", "suspend", "ground", "scam", "reason", "The same boat is sold four times.").wantTo(path(one))
		}
		var all []moderation.Proposal
		w.read(func(tx *db.Tx) (err error) {
			all, err = moderation.Proposals(tx)
			return err
		})
		at := func(i int) string { return "/console/safety/second/" + all[i].ID.Text(moderation.ShortProposal) }
		w.post("admin", at(1)+"/refusal", "note", "It is a boatyard.").wantTo("/console/safety/second")
		w.post("admin", at(0)+"/confirmation", "seen", l.Key()+":"+rev(l)).wantTo("/console/safety/second")
		made := w.decisions(l)
		if len(made) != 1 || made[0].Second != w.accounts["admin"].Actor().String() || made[0].Actor != w.accounts["safety"].Actor().String() ||
			w.find(l.ID).Status != listing.Rejected || w.find(other.ID).Status != listing.Held {
			t.Errorf("%+v, %s", made, w.find(l.ID).Status)
		}
		w.get("safety", path(l)).want(http.StatusOK, "Remove and suspend the account")
		w.get("safety", "/console/safety/second").want(http.StatusOK, "Nothing waits for a second person")
	})
}

func TestADecisionIsTakenBack(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		l := w.submit(w.boat("A red sail", "One."))
		w.caseOf(l)
		w.post("safety", path(l)+"/decision", "rev", rev(l), "outcome", "reject", "ground", "scam", "reason", "It asks for a fee first.").wantTo(path(l))
		undo := "/console/safety/decisions/" + w.decisions(l)[0].ID.Text("dec") + "/undo"
		w.get("safety", "/console/safety/work").want(http.StatusOK, undo, "A red sail", "Rejected")
		w.get("admin", path(l)).want(http.StatusOK, undo, "Why it is taken back")
		w.post("admin", undo).wantTo(path(l))
		if w.find(l.ID).Status != listing.Rejected {
			t.Error("somebody else took it back without a reason")
		}
		w.post("safety", undo).wantTo("/console/safety?l=" + l.Key())
		if w.find(l.ID).Status != listing.Held {
			t.Errorf("it is %s", w.find(l.ID).Status)
		}
		w.get("safety", "/console/safety").want(http.StatusOK, "A red sail", "taken back")
		w.post("safety", undo).wantTo(path(l))
	})
}

func TestALookIsRecordedOnce(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		l := w.submit(w.boat("A loud siren", "One."))
		w.caseOf(l)
		sha := l.Photos[0].Sha256
		at := "/console/safety?l=" + l.Key()
		w.get("safety", at).want(http.StatusOK, `data-sha="`+sha+`"`, `data-record="`+l.Key()+`"`).lacks("spent")
		seen := w.post("safety", "/console/safety/looks", "record", l.Key(), "sha256", sha).want(http.StatusOK)
		var answer struct{ Looks []string }
		w.ok(json.Unmarshal([]byte(seen.body), &answer))
		if len(answer.Looks) != 1 {
			t.Fatalf("%s", seen.body)
		}
		w.post("safety", "/console/safety/looks/end", "looks", answer.Looks[0], "ms", "2500").want(http.StatusNoContent)
		w.get("safety", at).want(http.StatusOK, "veil spent", "it stays veiled")
		w.get("admin", at).want(http.StatusOK).lacks("spent")
		w.post("safety", "/console/safety/looks", "record", l.Key(), "sha256", sha).want(http.StatusConflict, "stays veiled")
		w.post("safety", "/console/safety/looks", "record", l.Key(), "sha256", sha, "again", "yes").want(http.StatusOK)
		w.post("safety", "/console/safety/looks", "record", l.Key(), "sha256", strings.Repeat("cd", 32)).want(http.StatusOK, `"looks":[]`)
		w.read(func(tx *db.Tx) error {
			people, looks, err := moderation.Views(tx, sha)
			if people != 1 || looks != 2 {
				t.Errorf("%d people, %d looks", people, looks)
			}
			return err
		})
		w.post("safety", "/console/safety/work", "daily_looks", "2", "break_minutes", "50").wantTo("/console/safety/work")
		w.post("safety", "/console/safety/looks", "record", l.Key(), "sha256", sha, "again", "yes").want(http.StatusConflict, "as many severe photos today")
	})
}

func TestAReviewerChoosesTheirWork(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		l := w.submit(w.boat("A red sail", "One."))
		w.caseOf(l)
		w.get("safety", "/console/safety/work").want(http.StatusOK, "Open cases", "40", "How Aya Keller works").lacks("Whose work")
		w.post("safety", "/console/safety/work", "queues", "texts", "declined", "photo", "languages", "de EN", "daily_looks", "5", "break_minutes", "30").wantTo("/console/safety/work")
		w.get("safety", "/console/safety/work").want(http.StatusOK, `value="de en"`, `value="texts" checked`, `value="photo" checked`, `value="5"`)
		w.post("safety", "/console/safety/next").wantTo("/console/safety")
		w.post("safety", "/console/safety/work", "daily_looks", "5", "break_minutes", "30", "languages", "a!b").want(http.StatusUnprocessableEntity, "two letters")
		admin, aya := w.accounts["admin"].ID.Text("acc"), w.accounts["safety"].ID.Text("acc")
		w.get("admin", "/console/safety/work?who="+aya).want(http.StatusOK, "Whose work", "How Aya Keller works", `value="30"`)
		w.get("safety", "/console/safety/work?who="+admin).want(http.StatusForbidden)
		w.post("safety", "/console/safety/work", "who", admin, "daily_looks", "1000", "break_minutes", "30").want(http.StatusForbidden)
		w.post("admin", "/console/safety/work", "who", aya, "daily_looks", "7", "break_minutes", "30").wantTo("/console/safety/work?who=" + aya)
	})
}

func TestSavedRepliesStandInTheForm(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		l := w.submit(w.boat("A red sail", "One."))
		w.post("safety", "/console/safety/replies", "name", "Sails", "language", "en", "ground", "scam", "body", "{title} by {name} in {place} is looked at.").wantTo("/console/safety/replies")
		w.post("safety", "/console/safety/replies", "name", "Segel", "language", "de", "body", "Rote Segel prüfen wir.").wantTo("/console/safety/replies")
		w.get("safety", "/console/safety?l="+l.Key()).want(http.StatusOK, "A red sail by Elio Tanner in Pully is looked at.", "Sails").lacks("Rote Segel prüfen")
		w.post("safety", "/console/safety/replies", "name", "Sails", "language", "en", "body", "Another text").want(http.StatusConflict, "Another text</textarea>")
		w.post("safety", "/console/safety/replies", "name", "No", "language", "english", "body", "Another text").want(http.StatusUnprocessableEntity, "two letters")
		var all []moderation.Reply
		w.read(func(tx *db.Tx) (err error) {
			all, err = moderation.Replies(tx, "en")
			return err
		})
		id := all[0].ID.Text(moderation.ShortReply)
		w.get("safety", "/console/safety/replies?reply="+id).want(http.StatusOK, "Change the reply", `value="Sails"`)
		w.post("safety", "/console/safety/replies", "reply", id, "forget", "yes").wantTo("/console/safety/replies")
		w.get("safety", "/console/safety/replies").want(http.StatusOK, "Segel").lacks("Sails")
	})
}

func TestASecondLookIsBlindAndCounted(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.moderation.Sampling = moderation.Sampling{Percent: 100}
		l := w.submit(w.boat("A red sail", "One."))
		w.caseOf(l)
		w.get("safety", "/console/safety/quality").want(http.StatusOK, "No second looks yet")
		w.post("safety", path(l)+"/decision", "rev", rev(l), "outcome", "reject", "ground", "scam", "reason", "It asks for a fee first.").wantTo(path(l))
		w.post("safety", "/console/safety/next").wantTo("/console/safety")
		next := w.post("admin", "/console/safety/next")
		at := next.Header.Get("Location")
		w.get("admin", at).want(http.StatusOK, "Second look", "red sail", "it has no effect").lacks("It asks for a fee first.", "Aya Keller", "Rejected")
		c, err := value.ParseID(moderation.ShortCase, strings.TrimPrefix(at, "/console/safety?c="))
		w.ok(err)
		judge := "/console/safety/cases/" + c.Text(moderation.ShortCase) + "/judgement"
		w.post("safety", judge, "outcome", "publish").wantTo(at)
		w.post("admin", judge, "outcome", "publish", "reason", "It looks honest.").wantTo("/console/safety?q=quality")
		w.get("safety", "/console/safety/quality").want(http.StatusOK, "Agreement", "0%", "Aya Keller: Reject or remove", "Person of admin: Publish", "It looks honest.")
		if w.find(l.ID).Status != listing.Rejected {
			t.Error("the second look had an effect")
		}
	})
}

func TestNoticesAndTextsStandInTheQueue(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		wall := withWall(w)
		n := w.hang(wall, "Boat people", "We sell a red sail.")
		notice := w.file(w.submit(w.boat("A blue sail", "One.")), "They asked me to pay before I could see it.")
		w.get("safety", "/console/safety?q=notices").want(http.StatusOK, "Fraud", "They asked me to pay", noticePath(notice))
		w.get("safety", "/console/safety?q=texts").want(http.StatusOK, "We sell a red sail.", "Sails in red", "/console/safety/texts#"+n.Record.String())
		w.get("safety", "/console").want(http.StatusOK, "due in")
		w.post("safety", noticePath(notice), "outcome", "keep", "reason", "It is all right.", "answer", "We kept it.").wantTo("/console/safety/notices")
		w.get("safety", "/console/safety?q=notices").want(http.StatusOK, "Nothing waits")
	})
}
