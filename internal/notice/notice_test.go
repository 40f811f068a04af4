package notice_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/notice"
	"fairground/internal/value"
)

var fine = []string{"addresses", "https://lakeside.example/l/lst_one", "ground", "scam", "explanation", "They ask for money before anybody saw it.", "email", "nora@example.org",
	"name", "Nora", "sworn", "yes", "work", "The mark Velomark, number 12", "capacity", "self", "basis", "illegal", "reference", "case 12"}

// but is the fine form with one field changed.
func but(field, typed string) []string {
	all := append([]string(nil), fine...)
	for i := 0; i < len(all); i += 2 {
		if all[i] == field {
			all[i+1] = typed
		}
	}
	return all
}

func TestEveryLaneTakesAReport(t *testing.T) {
	eachWorld(t, func(w *world) {
		for _, lane := range []notice.Lane{notice.Harm, notice.Takedown, notice.Rights, notice.Other, notice.Authority} {
			if status, body := w.get("/notice/" + string(lane) + "?about=lst_one"); status != http.StatusOK || !strings.Contains(body, "lst_one") {
				w.Errorf("%s: the form answers %d", lane, status)
			}
			status, place := w.post("/notice/"+string(lane), fine...)
			if status != http.StatusSeeOther || !strings.HasPrefix(place, "/notice/filed?code=AAAAA") {
				w.Fatalf("%s: %d %s", lane, status, place)
			}
			if status, body := w.get(place); status != http.StatusOK || !strings.Contains(body, "/reports/AAAAA") {
				w.Errorf("%s: no code on the page: %d", lane, status)
			}
		}
		if len(w.filed) != 5 || len(w.mails) != 5 || strings.Join(w.began, " ") != "notice takedown notice notice notice" {
			w.Errorf("%d filed, %d mails, clocks %v", len(w.filed), len(w.mails), w.began)
		}
		if w.filed[1].Ground != "privacy" || !strings.Contains(w.filed[2].Explanation, "Velomark") {
			w.Errorf("filed as %+v", w.filed)
		}
	})
}

func TestWhatIsWrongStandsAtItsField(t *testing.T) {
	eachWorld(t, func(w *world) {
		long := strings.Repeat("so long ", 400)
		for _, c := range []struct {
			lane  string
			form  []string
			wants string
		}{
			{"other", but("addresses", " "), "at least one address"},
			{"other", but("addresses", "https://elsewhere.example/x"), "elsewhere.example/x shows nothing"},
			{"other", but("addresses", strings.Join(strings.Split("abcdefghijk", ""), " ")), "At most 10"},
			{"other", but("ground", ""), "Choose what is wrong"},
			{"other", but("explanation", "bad"), "Write 10 to"},
			{"other", but("explanation", long), "Write 10 to"},
			{"other", but("email", "nora at home"), "such as name@example.org"},
			{"rights", but("email", ""), "needs a mail address"},
			{"rights", but("name", ""), "Write your name"},
			{"rights", but("work", ""), "what is protected"},
			{"rights", but("sworn", ""), "Please confirm"},
			{"takedown", but("capacity", "somebody"), "which capacity"},
			{"authority", but("reference", ""), "file number"},
			{"authority", but("basis", "whim"), "Choose the law"},
			{"flagger", but("key", ""), "no trusted flagger"},
		} {
			w.desk = notice.New(w.config()) // with limits that nobody has used
			w.router = w.serve()
			status, body := w.post("/notice/"+c.lane, c.form...)
			if status != http.StatusUnprocessableEntity || !strings.Contains(body, c.wants) {
				w.Errorf("%s without %q: %d", c.lane, c.wants, status)
			}
			if !strings.Contains(body, "lakeside.example/l/lst_one") && !strings.Contains(c.wants, "address") && !strings.Contains(c.wants, "shows") && !strings.Contains(c.wants, "At most") {
				w.Errorf("%s: what was typed is lost", c.wants)
			}
		}
		if len(w.filed) != 0 {
			w.Errorf("%d were filed", len(w.filed))
		}
		if status, _ := w.get("/notice/nowhere"); status != http.StatusNotFound {
			w.Errorf("an unknown lane answers %d", status)
		}
	})
}

func TestAReportSentTwiceIsOneNotice(t *testing.T) {
	eachWorld(t, func(w *world) {
		two := but("addresses", "lst_one\nlst_two")
		w.post("/notice/harm", two...)
		_, again := w.post("/notice/harm", two...)
		if len(w.filed) != 2 || len(w.mails) != 1 || strings.Count(again, "code=") != 2 {
			w.Errorf("%d filed, %d mails, sent on to %s", len(w.filed), len(w.mails), again)
		}
		if w.post("/notice/harm", but("email", "")...); len(w.filed) != 3 || w.filed[2].Email != "" {
			w.Errorf("without a name: %d filed", len(w.filed))
		}
	})
}

func TestAFloodIsSlowedDown(t *testing.T) {
	eachWorld(t, func(w *world) {
		last := 0
		for range 30 {
			last, _ = w.post("/notice/other", fine...)
		}
		if last != http.StatusTooManyRequests || len(w.filed) != 1 {
			w.Errorf("the thirtieth answers %d, %d filed", last, len(w.filed))
		}
	})
}

// report files as a person of a mail address, past the limit of the network.
func (w *world) report(lane notice.Lane, address, text string) (int, string) {
	w.desk = notice.New(w.config())
	w.router = w.serve()
	form := but("explanation", text)
	for i := range form {
		if form[i] == "nora@example.org" {
			form[i] = address
		}
	}
	return w.post("/notice/"+string(lane), form...)
}

func (w *world) keyOf(address string) (key [sha256.Size]byte) {
	w.Helper()
	w.staff = true
	defer func() { w.staff = false }()
	_, body := w.get("/console/safety/reporters")
	found := regexp.MustCompile(`action="/console/safety/reporters/([0-9a-f]{64})"`).FindStringSubmatch(body)
	if found == nil {
		w.Fatalf("nobody is listed: %s", address)
	}
	raw, _ := hex.DecodeString(found[1])
	copy(key[:], raw)
	return key
}

func TestMisuseIsWarnedOfAndThenLimited(t *testing.T) {
	eachWorld(t, func(w *world) {
		ctx := context.Background()
		for _, text := range []string{"First wild claim.", "Second wild claim.", "Third wild claim."} {
			w.report(notice.Other, "wolf@example.org", text)
		}
		for id := range w.outcomes {
			if err := w.desk.Baseless(ctx, w.Site.DB, staff, id, true); err != nil {
				w.Fatal(err)
			}
		}
		key := w.keyOf("wolf@example.org")
		treat := func(m notice.Measure) error {
			return w.desk.Treat(ctx, w.Site.DB, staff, key, m, "three notices without ground")
		}
		if err := treat(notice.Limit); value.KindOf(err) != value.Conflict {
			w.Errorf("limited without a warning: %v", err)
		}
		if err := w.desk.Treat(ctx, w.Site.DB, value.SystemActor("test"), key, notice.Warn, "by itself"); value.KindOf(err) != value.Forbidden {
			w.Errorf("a program warned: %v", err)
		}
		if err := treat(notice.Warn); err != nil {
			w.Fatal(err)
		}
		if err := treat(notice.Limit); value.KindOf(err) != value.Conflict {
			w.Errorf("limited at once after the warning: %v", err)
		}
		w.wait(25 * time.Hour)
		if err := treat(notice.Limit); err != nil {
			w.Fatal(err)
		}
		if status, body := w.report(notice.Other, "wolf@example.org", "Fourth wild claim."); status != http.StatusTooManyRequests || !strings.Contains(body, "Fourth wild claim.") {
			w.Errorf("limited and still heard: %d", status)
		}
		if status, _ := w.report(notice.Harm, "wolf@example.org", "I am in danger now."); status != http.StatusSeeOther {
			w.Errorf("the lane of people in danger answers %d", status)
		}
		if status, _ := w.report(notice.Other, "nora@example.org", "A real one, I think."); status != http.StatusSeeOther {
			w.Errorf("somebody else gets %d", status)
		}
		if err := treat(notice.Lift); err != nil {
			w.Fatal(err)
		}
		if status, _ := w.report(notice.Other, "wolf@example.org", "Fifth, and true."); status != http.StatusSeeOther {
			w.Errorf("after it was lifted: %d", status)
		}
	})
}

func TestATrustedFlaggerHasAPrecision(t *testing.T) {
	eachWorld(t, func(w *world) {
		ctx := context.Background()
		key, err := w.desk.AddFlagger(ctx, w.Site.DB, staff, notice.Trusted{Name: "Watch House", Email: "desk@watch.example"})
		if err != nil {
			w.Fatal(err)
		}
		send := func(address string) int {
			status, _ := w.post("/notice/flagger", append(but("addresses", address), "key", key)...)
			return status
		}
		for _, address := range []string{"lst_one", "lst_two", "lst_three"} {
			if status := send(address); status != http.StatusSeeOther {
				w.Fatalf("%s: %d", address, status)
			}
		}
		if w.filed[0].Name != "Watch House" || w.filed[0].Email != "desk@watch.example" {
			w.Errorf("filed as %q", w.filed[0].Name)
		}
		n := 0
		for id := range w.outcomes {
			w.outcomes[id] = notice.Outcome{Answered: n < 2, Founded: n < 1}
			n++
		}
		w.staff = true
		_, body := w.get("/console/safety/reporters")
		if !strings.Contains(body, "50 %") || strings.Contains(body, key) {
			w.Error("the page has no precision of one in two, or it has the key")
		}
		id := regexp.MustCompile(`/console/safety/flaggers/(flg_[a-z0-9]+)`).FindStringSubmatch(body)[1]
		w.post("/console/safety/flaggers/"+id, "standing", "suspend", "reason", "We look into it.")
		w.staff = false
		if status := send("lst_one"); status != http.StatusUnprocessableEntity {
			w.Errorf("a suspended flagger gets %d", status)
		}
	})
}

func TestPagesOfStaffAreTheirs(t *testing.T) {
	eachWorld(t, func(w *world) {
		if status, _ := w.get("/console/safety/reporters"); status == http.StatusOK {
			w.Error("a stranger reads who reports")
		}
		if status, _ := w.post("/console/safety/flaggers", "name", "Me", "email", "me@example.org"); status == http.StatusOK {
			w.Error("a stranger makes a flagger")
		}
	})
}

func TestTheLogNamesNobody(t *testing.T) {
	eachWorld(t, func(w *world) {
		w.post("/notice/harm", fine...)
		var all []string
		err := w.Site.DB.Read(context.Background(), func(tx *db.Tx) (err error) {
			all, err = db.All(tx, db.Column[string], "select cast(diff as text) from change order by id")
			return err
		})
		if text := strings.Join(all, "\n"); err != nil || len(all) == 0 || strings.Contains(text, "nora") || strings.Contains(text, "Nora") {
			w.Errorf("the log says %s: %v", text, err)
		}
	})
}
