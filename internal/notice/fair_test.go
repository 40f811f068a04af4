package notice_test

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/notice"
	"fairground/internal/site"
	"fairground/internal/value"
)

// TestPeopleInDangerAreNeverLimited closes what can be closed for somebody, by misuse and by a flood, and asks for help on every way
// that is for people who are harmed.
func TestPeopleInDangerAreNeverLimited(t *testing.T) {
	eachWorld(t, func(w *world) {
		ctx := context.Background()
		anonymous := func(text string) []string { return append(but("email", ""), "explanation", text) }
		for _, text := range []string{"First wild claim.", "Second wild claim.", "Third wild claim."} {
			w.post("/notice/other", anonymous(text)...)
		}
		for id := range w.outcomes {
			if err := w.desk.Baseless(ctx, w.Site.DB, staff, id, true); err != nil {
				w.Fatal(err)
			}
		}
		key := w.keyOf("nobody")
		if err := w.desk.Treat(ctx, w.Site.DB, staff, key, notice.Warn, "Three claims without any ground."); err != nil {
			w.Fatal(err)
		}
		_, place := w.post("/notice/other", anonymous("Fourth wild claim.")...)
		if _, body := w.get(place); !strings.Contains(body, "Three claims") {
			w.Error("who gave no address does not read the warning when they report again")
		}
		w.wait(25 * time.Hour)
		if err := w.desk.Treat(ctx, w.Site.DB, staff, key, notice.Limit, "It went on after the warning."); err != nil {
			w.Fatal(err)
		}
		if status, _ := w.post("/notice/other", anonymous("Fifth wild claim.")...); status != http.StatusTooManyRequests {
			w.Errorf("who is limited gets %d", status)
		}
		for range 30 { // and a flood besides
			w.post("/notice/other", anonymous("Sixth wild claim.")...)
		}
		for _, lane := range []notice.Lane{notice.Harm, notice.Takedown, notice.Authority} {
			for i := range 25 {
				form := append([]string(nil), fine...)
				status, _ := w.post("/notice/"+string(lane), append(form, "explanation", "Please help, number "+string(rune('A'+i))+".")...)
				if status != http.StatusSeeOther {
					w.Fatalf("%s: report %d of somebody in danger gets %d", lane, i, status)
				}
			}
		}
		if status, _ := w.post("/notice/harm", anonymous("I am in danger and have no address.")...); status != http.StatusSeeOther {
			w.Errorf("without an address: %d", status)
		}
	})
}

func TestWhatWasTypedOutlivesTheLimit(t *testing.T) {
	eachWorld(t, func(w *world) {
		body, status := "", 0
		for range 12 {
			status, body = w.post("/notice/rights", fine...)
		}
		if status != http.StatusTooManyRequests || !strings.Contains(body, "Velomark") || !strings.Contains(body, "Nothing you wrote is lost") || !strings.Contains(body, "nora@example.org") {
			w.Errorf("the limit answers %d", status)
		}
	})
}

func TestAWarningIsTold(t *testing.T) {
	eachWorld(t, func(w *world) {
		config := w.config()
		config.Author = func(_ *db.Tx, _ value.ID) (value.Email, value.Locale, error) { return "wolf@example.org", "de", nil }
		w.report(notice.Other, "wolf@example.org", "A wild claim.")
		for id := range w.outcomes {
			if err := w.desk.Baseless(context.Background(), w.Site.DB, staff, id, true); err != nil {
				w.Fatal(err)
			}
		}
		key := w.keyOf("wolf@example.org")
		w.desk, w.mails = notice.New(config), nil
		if err := w.desk.Treat(site.With(context.Background(), w.Site), w.Site.DB, staff, key, notice.Warn, "Ohne jeden Grund gemeldet."); err != nil {
			w.Fatal(err)
		}
		if len(w.mails) != 1 || !strings.Contains(w.mails[0], "Ohne jeden Grund") || !strings.Contains(w.mails[0], "/notice/harm") || !strings.Contains(w.mails[0], "offensichtlich") {
			w.Errorf("told: %q", w.mails)
		}
	})
}

func TestAnOrderOfAnHourHasItsClock(t *testing.T) {
	eachWorld(t, func(w *world) {
		var urgent []notice.Urgency
		config := w.config()
		config.Urgent = func(tx *db.Tx, _ value.ID, u notice.Urgency) error {
			tx.After(func() { urgent = append(urgent, u) })
			return nil
		}
		w.desk = notice.New(config)
		w.router = w.serve()
		w.post("/notice/authority", but("basis", "terrorism")...)
		w.post("/notice/authority", but("basis", "hint")...)
		w.post("/notice/other", fine...)
		if strings.Join(w.began, " ") != "terrorism notice notice" || len(urgent) != 2 || urgent[0] != notice.AtOnce || urgent[1] != notice.First {
			w.Errorf("clocks %v, urgencies %v", w.began, urgent)
		}
	})
}

func TestTrustIsPublicAndEnds(t *testing.T) {
	eachWorld(t, func(w *world) {
		key, err := w.desk.AddFlagger(context.Background(), w.Site.DB, staff, notice.Trusted{Name: "Watch House", Email: "desk@watch.example", Awarded: "Coordinator of Example"})
		if err != nil {
			w.Fatal(err)
		}
		for _, wrong := range []notice.Trusted{{Name: "W"}, {Name: "Watch", Website: "javascript:alert(1)"}, {Name: "Watch", Awarded: strings.Repeat("long", 60)}} {
			if _, err := w.desk.AddFlagger(context.Background(), w.Site.DB, staff, wrong); value.KindOf(err) != value.Invalid {
				w.Errorf("%+v: %v", wrong, err)
			}
		}
		if _, body := w.get("/notice/flaggers"); !strings.Contains(body, "Watch House") || !strings.Contains(body, "Coordinator of Example") || strings.Contains(body, "desk@watch.example") {
			w.Error("the public list has not the name, or it has the address")
		}
		send := func() int {
			status, _ := w.post("/notice/flagger", append(but("addresses", "lst_one"), "key", key)...)
			return status
		}
		if status := send(); status != http.StatusSeeOther {
			w.Fatalf("the key answers %d", status)
		}
		w.staff = true
		_, body := w.get("/console/safety/reporters")
		path := regexp.MustCompile(`/console/safety/flaggers/flg_[a-z0-9]+`).FindString(body)
		month := time.Now().UTC().Format("2006-01")
		if status, body := w.get(path); status != http.StatusOK || !strings.Contains(body, month) || !strings.Contains(body, `class="filed"`) {
			w.Errorf("the page of a flagger answers %d", status)
		}
		if status, body := w.post(path, "standing", "end", "reason", "no"); status != http.StatusUnprocessableEntity || !strings.Contains(body, "Write the reason") {
			w.Errorf("an end without a reason: %d", status)
		}
		if status, _ := w.post(path, "standing", "end", "reason", "Its notices were bought."); status != http.StatusSeeOther {
			w.Errorf("the end answers %d", status)
		}
		if status, body := w.post(path, "standing", "restore"); status != http.StatusUnprocessableEntity || !strings.Contains(body, "has ended") {
			w.Errorf("what ended was restored: %d", status)
		}
		w.staff = false
		if status := send(); status != http.StatusUnprocessableEntity {
			w.Errorf("the key of an ended trust answers %d", status)
		}
		if _, body := w.get("/notice/flaggers"); strings.Contains(body, "Watch House") {
			w.Error("an ended trust is on the public list")
		}
	})
}
