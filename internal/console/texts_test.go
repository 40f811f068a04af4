package console_test

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"

	"fairground/internal/account"
	"fairground/internal/console"
	"fairground/internal/db"
	"fairground/internal/moderation"
	"fairground/internal/safety"
	"fairground/internal/value"
)

// wall is a room of profiles: a text for each, held until somebody decides.
type wall struct {
	sync.Mutex
	notes []*note
}

type note struct {
	console.HeldText
	state string // held, shown or refused
	final bool
}

// stamped is the text as it is now.
func (n *note) stamped() console.HeldText {
	sum := sha256.Sum256([]byte(n.Title + n.Text + n.Photo))
	n.Stamp = hex.EncodeToString(sum[:])
	return n.HeldText
}

func (l *wall) UnderAppeal(_ *db.Tx, record value.ID) (bool, error) {
	l.Lock()
	defer l.Unlock()
	n, err := l.find(record)
	return err == nil && n.Appeal != "", err
}

func (l *wall) waiting(_ *db.Tx, limit int) (all []console.HeldText, err error) {
	l.Lock()
	defer l.Unlock()
	for _, n := range l.notes {
		if n.state == "held" && len(all) < limit {
			all = append(all, n.stamped())
		}
	}
	return all, nil
}

func (l *wall) find(record value.ID) (*note, error) {
	for _, n := range l.notes {
		if n.Record == record {
			return n, nil
		}
	}
	return nil, value.Errorf(value.NotFound, "there is no such profile")
}

func (l *wall) Release(_ *db.Tx, record value.ID, _ string) (bool, error) {
	l.Lock()
	defer l.Unlock()
	n, err := l.find(record)
	if err != nil || n.final {
		return false, err
	}
	n.state = "shown"
	return true, nil
}

func (l *wall) Refuse(_ *db.Tx, record value.ID, _ bool, _ string) error {
	l.Lock()
	defer l.Unlock()
	n, err := l.find(record)
	if err == nil {
		n.state = "refused"
	}
	return err
}

// hang adds a held text with the screening that holds it.
func (w *world) hang(l *wall, title, text string) *note {
	w.Helper()
	n := &note{state: "held"}
	w.write("profile.hang", func(tx *db.Tx) error {
		n.HeldText = console.HeldText{Object: "profile", Record: tx.NewID(), Title: title, Text: text, Since: tx.Now()}
		out := w.desk.Gate.Screen(tx.Context(), safety.Subject{
			Stage: safety.StageListing, Object: "profile", Record: n.Record, Hash: sha256.Sum256([]byte(text)), Title: title, Body: text}, safety.Review{})
		tx.Log(db.Change{Object: "profile", Record: n.Record})
		return safety.Keep(tx, out)
	})
	l.notes = append(l.notes, n)
	return n
}

func withWall(w *world) *wall {
	l := &wall{}
	w.texts, w.moderation.Rooms["profile"] = l.waiting, l
	return l
}

const textsPath = "/console/safety/texts"

func notePath(n *note) string { return textsPath + "/profile/" + n.Record.String() }

// seen is what the form of a text says of the text that is shown.
func (p page) seen(n *note) string {
	p.world.Helper()
	found := regexp.MustCompile(`(?s)action="` + notePath(n) + `">.*?name="seen" value="([0-9a-f]+)"`).FindStringSubmatch(p.body)
	if found == nil {
		p.world.Fatalf("there is no form for %s: %s", notePath(n), clip(p.body))
	}
	return found[1]
}

func (w *world) decisionsAbout(n *note) (made []moderation.Decision) {
	w.Helper()
	w.read(func(tx *db.Tx) (err error) {
		made, err = moderation.Decisions(tx, n.Object, n.Record, 10)
		return err
	})
	return made
}

func TestTextsThatWaitArePublishedOrRefused(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.get("safety", textsPath).want(http.StatusOK, "No text waits")
		l := withWall(w)
		kept, refused := w.hang(l, "Boatyard Example", "We mend a red sail."), w.hang(l, "Sails and more", "A red sail, paid ahead.")
		list := w.get("safety", textsPath).want(http.StatusOK, "Boatyard Example", "We mend a red sail.", "Sails in red", "Profile", "Sails and more")
		w.post("safety", notePath(kept), "seen", list.seen(kept), "outcome", "publish", "reason", "An ordinary sail.").wantTo(textsPath)
		w.get("safety", textsPath).want(http.StatusOK, "Sails and more").lacks("Boatyard Example")
		w.post("safety", notePath(refused), "seen", list.seen(refused), "outcome", "reject", "ground", "scam", "reason", "It asks for payment ahead.").wantTo(textsPath)
		w.get("safety", textsPath).want(http.StatusOK, "No text waits")
		if kept.state != "shown" || refused.state != "refused" {
			t.Errorf("they are %s and %s", kept.state, refused.state)
		}
		made := append(w.decisionsAbout(kept), w.decisionsAbout(refused)...)
		if len(made) != 2 || made[0].Outcome != moderation.Publish || made[1].Ground != moderation.Scam || made[1].Reason != "It asks for payment ahead." ||
			made[0].Actor != w.accounts["safety"].Actor().String() {
			t.Errorf("stored: %+v", made)
		}
	})
}

func TestADecisionAboutATextNeedsItsReason(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		l := withWall(w)
		n, other := w.hang(l, "Boatyard Example", "We mend a red sail."), w.hang(l, "Sails and more", "A red sail.")
		seen := w.get("safety", textsPath).seen(n)
		send := func(status int, said string, pairs ...string) page {
			return w.post("safety", notePath(n), append([]string{"seen", seen}, pairs...)...).want(status, said)
		}
		send(422, `id="reason-`+n.Record.String()+`-error"`, "outcome", "publish", "reason", " no ").lacks(`id="reason-` + other.Record.String() + `-error"`)
		send(422, "It asks for a fee first.</textarea>", "outcome", "reject", "reason", "It asks for a fee first.").want(422, `id="ground-`+n.Record.String()+`-error"`)
		send(422, `<option value="scam" selected>`, "outcome", "reject", "ground", "scam", "reason", "x")
		send(422, "Give the reason", "outcome", "publish", "reason", strings.Repeat("long ", 500))
		for _, outcome := range []string{"", "remove", "keep", "nonsense"} {
			send(422, "", "outcome", outcome, "ground", "scam", "reason", "It asks for a fee first.")
		}
		if n.state != "held" || len(w.decisionsAbout(n)) != 0 {
			t.Errorf("after refused forms it is %s with %d decisions", n.state, len(w.decisionsAbout(n)))
		}
		n.final = true
		send(http.StatusForbidden, "A mandatory rule refuses this content", "outcome", "publish", "reason", "I insist on it.").want(403, "I insist on it.</textarea>")
	})
}

// TestATextIsDecidedAsItWasRead sees that what nobody looked at is not published: a profile that was changed while its
// form stood on a screen, one that was decided meanwhile, and records that do not wait here at all.
func TestATextIsDecidedAsItWasRead(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		l := withWall(w)
		n := w.hang(l, "Boatyard Example", "We mend a red sail.")
		seen := w.get("safety", textsPath).seen(n)
		n.Text = "Something else about a red sail."
		const stale = "Somebody decided or changed this text meanwhile"
		for _, outcome := range []string{"publish", "reject"} {
			w.post("safety", notePath(n), "seen", seen, "outcome", outcome, "ground", "scam", "reason", "As it was read.").
				want(http.StatusConflict, stale, "Something else about", "As it was read.</textarea>")
		}
		w.post("safety", notePath(n), "outcome", "publish", "reason", "Without having read it.").want(http.StatusConflict, stale)
		if n.state != "held" || len(w.decisionsAbout(n)) != 0 {
			t.Errorf("what nobody read is %s", n.state)
		}
		seen = w.get("safety", textsPath).seen(n)
		w.post("safety", notePath(n), "seen", seen, "outcome", "publish", "reason", "An ordinary sail.").wantTo(textsPath)
		w.post("admin", notePath(n), "seen", seen, "outcome", "reject", "ground", "scam", "reason", "It came too late.").want(http.StatusConflict, stale, "No text waits")
		if n.state != "shown" {
			t.Errorf("it is %s", n.state)
		}
		held := w.submit(w.boat("A red sail", "One."))
		w.post("safety", textsPath+"/listing/"+held.ID.String(), "seen", seen, "outcome", "publish", "reason", "By another door.").want(http.StatusConflict, stale)
		w.post("safety", textsPath+"/nothing/"+n.Record.String(), "outcome", "publish", "reason", "An ordinary sail.").want(http.StatusNotFound)
		w.post("safety", textsPath+"/profile/abc", "outcome", "publish", "reason", "An ordinary sail.").want(http.StatusNotFound)
		if got := w.find(held.ID); got.Status != "held" {
			t.Errorf("the listing is %s", got.Status)
		}
	})
}

// An appeal waits on the same page, with what was said on both sides, and whoever refused cannot answer it (promise 3).
func TestAnAppealIsAnsweredBySomebodyElse(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		l := withWall(w)
		n := w.hang(l, "Boatyard Example", "We mend a red sail.")
		n.Photo = "/photos/sail.webp"
		list := w.get("safety", textsPath).want(http.StatusOK, `src="/photos/sail.webp"`)
		w.post("safety", notePath(n), "seen", list.seen(n), "outcome", "reject", "ground", "scam", "reason", "It asks for payment ahead.").wantTo(textsPath)
		n.state, n.Appeal, n.Refused = "held", "Nobody pays ahead here.", "It asks for payment ahead."
		list = w.get("safety", textsPath).want(http.StatusOK, "Nobody pays ahead here.", "It asks for payment ahead.")
		for _, outcome := range []string{"publish", "reject"} {
			w.post("safety", notePath(n), "seen", list.seen(n), "outcome", outcome, "ground", "scam", "reason", "I still think so.").
				want(http.StatusForbidden, "Somebody else has to answer it", "I still think so.</textarea>")
		}
		if n.state != "held" || len(w.decisionsAbout(n)) != 1 {
			t.Errorf("it is %s with %d decisions", n.state, len(w.decisionsAbout(n)))
		}
		w.post("admin", notePath(n), "seen", list.seen(n), "outcome", "publish", "reason", "An ordinary sail.").wantTo(textsPath)
		if n.state != "shown" {
			t.Errorf("it is %s", n.state)
		}
	})
}

func TestTextsAreForThoseWhoDecide(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		l := withWall(w)
		n := w.hang(l, "Boatyard Example", "We mend a red sail.")
		seen := w.get("safety", textsPath).seen(n)
		for _, role := range account.Roles() {
			if role.May(account.ListingsDecide) {
				continue
			}
			w.get(string(role), textsPath).want(http.StatusForbidden).lacks("We mend")
			w.post(string(role), notePath(n), "seen", seen, "outcome", "publish", "reason", "An ordinary sail.").want(http.StatusForbidden)
		}
		if n.state != "held" {
			t.Errorf("it is %s", n.state)
		}
	})
}

func TestAHostileTextIsShownAsText(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		l := withWall(w)
		const hostile = `</blockquote><script>alert(1)</script>"'><img src=x onerror=y>`
		n := w.hang(l, hostile, hostile+" a red sail")
		n.Href = "javascript:alert(1)" // templ refuses to link to it
		list := w.get("safety", textsPath).want(http.StatusOK, "&lt;script&gt;alert(1)").lacks("<script>alert", "<img src=x", `href="javascript:`)
		w.post("safety", notePath(n), "seen", list.seen(n), "outcome", "reject", "reason", hostile).want(422, "&lt;script&gt;").lacks("<script>alert", "<img src=x")
	})
}

func TestANoticeLeadsToWhatItIsAbout(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		record := w.Site.DB.IDs().Next()
		for _, c := range []struct{ object, href, name string }{
			{"conversation", "/console/conversations/" + record.Text("cnv"), "Conversation"},
			{"seller", "/s/" + record.Text("sel"), "Seller"},
			{"profile", "/s/" + record.Text("sel"), "Profile"},
			{"trade_review", "/console/records/trade_review/" + record.Text("trv"), "Review"},
		} {
			n, err := w.moderation.File(t.Context(), value.Actor{Kind: value.Visitor}, moderation.Notice{
				Object: c.object, Record: record, Ground: moderation.Scam, Explanation: "They asked me to pay ahead.", Locale: "en"})
			w.ok(err)
			link := `<a href="` + c.href + `">` + c.name
			w.get("safety", "/console/safety/notices").want(http.StatusOK, link)
			w.get("safety", noticePath(n)).want(http.StatusOK, link, `value="keep"`).lacks("does not exist any more", `value="remove"`)
			w.post("safety", noticePath(n), "outcome", "keep", "reason", "Nothing is wrong.", "answer", "We looked and kept it.").wantTo("/console/safety/notices")
		}
		gone, err := w.moderation.File(t.Context(), value.Actor{Kind: value.Visitor}, moderation.Notice{
			Object: "something", Record: record, Ground: moderation.Scam, Explanation: "They asked me to pay ahead.", Locale: "en"})
		w.ok(err)
		w.get("safety", noticePath(gone)).want(http.StatusOK, "does not exist any more")
	})
}
