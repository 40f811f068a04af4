package market_test

import (
	"context"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/market"
	"fairground/internal/moderation"
	"fairground/internal/value"
	"fairground/internal/web"
)

func TestAReportGetsAReceiptAndAnAnswer(t *testing.T) {
	eachWorld(t, market.Limits{}, func(t *testing.T, w *world) {
		l := w.offer(w.bicycle("City bicycle", 300))
		w.catchUp()
		a := w.post("/report/"+l.Key(), url.Values{"ground": {"scam"}, "explanation": {"The seller asks for money ahead."}, "name": {"Reader Rosa"}, "email": {"rosa@example.org"}})
		where := a.header.Get("Location")
		if a.status != 303 || !regexp.MustCompile(`^/reports/([A-Z2-7]{5}-){3}[A-Z2-7]{5}$`).MatchString(where) {
			t.Fatalf("%d to %q", a.status, where)
		}
		code := strings.TrimPrefix(where, "/reports/")
		receipt := w.get(where)
		for _, want := range []string{code, "Thank you.", "Waiting for an answer", "It is a fraud", l.Key(), "noindex"} {
			if !strings.Contains(receipt.body, want) {
				t.Errorf("the receipt lacks %q", want)
			}
		}
		if strings.Contains(receipt.body, "Rosa") || strings.Contains(receipt.body, "rosa@") || receipt.header.Get("Cache-Control") != "no-store" {
			t.Error("the receipt names its author, or may be kept by caches")
		}
		w.checkLog(t)
		for _, typed := range []string{code, strings.ToLower(code), strings.ReplaceAll(code, "-", " ")} {
			if found := w.get("/reports?code=" + url.QueryEscape(typed)); found.status != 303 || found.header.Get("Location") != where {
				t.Errorf("%q leads to %d %q", typed, found.status, found.header.Get("Location"))
			}
		}
		w.answer(t, code, "We looked at it and took care of it.")
		if answered := w.get(where); !strings.Contains(answered.body, "We looked at it and took care of it.") || strings.Contains(answered.body, "Waiting") {
			t.Error("the page does not show the answer")
		}
	})
}

// checkLog looks for the author of the notice in the change log, which more people see than notices.
func (w *world) checkLog(t *testing.T) {
	t.Helper()
	w.read(func(tx *db.Tx) error {
		rows, err := change.Since(tx, 0, 1000)
		for _, row := range rows {
			if row.Object == "notice" && (row.Actor != "visitor" || strings.Contains(string(row.Diff), "Rosa")) {
				t.Errorf("the log has %s %s", row.Actor, row.Diff)
			}
		}
		return err
	})
}

func (w *world) read(fn func(tx *db.Tx) error) {
	w.Helper()
	if err := w.site.DB.Read(context.Background(), fn); err != nil {
		w.Fatal(err)
	}
}

func (w *world) answer(t *testing.T, code, text string) {
	t.Helper()
	w.read(func(tx *db.Tx) error {
		n, err := moderation.FindNoticeByCode(tx, code)
		if err != nil || n.Email != "rosa@example.org" {
			t.Fatalf("%+v, %v", n, err)
		}
		return w.notices.Answer(context.Background(), value.Actor{Kind: value.Staff, ID: 7}, n.ID, moderation.Decision{Outcome: moderation.Keep, Reason: "nothing wrong found"}, text)
	})
}

func TestAReportWithFaultsIsShownAgain(t *testing.T) {
	eachWorld(t, market.Limits{Reports: web.Rate{Events: 100, Per: time.Minute}}, func(t *testing.T, w *world) {
		l := w.offer(w.bicycle("City bicycle", 300))
		right := url.Values{"ground": {"other"}, "explanation": {"Something is wrong here."}, "name": {"Rosa"}, "email": {"rosa@example.org"}}
		for field, c := range map[string]struct{ wrong, want string }{
			"ground":      {"everything", "Choose what is wrong."},
			"explanation": {"short", "Say in 10 to 4000 characters"},
			"name":        {strings.Repeat("n", 121), "at most 120 characters"},
			"email":       {"rosa at example", "Write a mail address such as"},
		} {
			form := url.Values{}
			for name, all := range right {
				form[name] = all
			}
			form.Set(field, c.wrong)
			a := w.post("/report/"+l.Key(), form)
			for _, want := range []string{c.want, `id="` + field + `-error"`, `aria-invalid="true"`, "was not sent yet"} {
				if a.status != 422 || !strings.Contains(a.body, want) {
					t.Errorf("%s: %d, lacks %q", field, a.status, want)
				}
			}
			for name := range right { // what was typed is still there
				if kept := form.Get(name); name != "ground" && !strings.Contains(a.body, kept) {
					t.Errorf("with a wrong %s, the form lost %s", field, name)
				}
			}
		}
		if a := w.post("/report/"+l.Key(), url.Values{"ground": {"other"}, "explanation": {strings.Repeat("x", 5000)}}); a.status != 422 {
			t.Errorf("5,000 characters: %d", a.status)
		}
	})
}

func TestReportsAreLimited(t *testing.T) {
	limits := market.Limits{Reports: web.Rate{Events: 2, Per: time.Hour}, Lookups: web.Rate{Events: 3, Per: time.Hour}, Machines: web.Rate{Events: 3, Per: time.Hour}}
	eachWorld(t, limits, func(t *testing.T, w *world) {
		l := w.offer(w.bicycle("City bicycle", 300))
		form := url.Values{"ground": {"other"}, "explanation": {"Something is wrong here."}}
		var statuses []int
		for range 3 {
			statuses = append(statuses, w.post("/report/"+l.Key(), form).status)
		}
		if statuses[0] != 303 || statuses[1] != 303 || statuses[2] != 429 {
			t.Errorf("three reports answered %v", statuses)
		}
		for _, path := range []string{"/reports/AAAAA-AAAAA-AAAAA-AAAAA", "/feed.atom"} {
			var last answer
			for range 4 {
				last = w.get(path)
			}
			if last.status != 429 || last.header.Get("Retry-After") == "" || !strings.Contains(last.body, "One moment, please") {
				t.Errorf("the fourth %s answered %d", path, last.status)
			}
		}
	})
}

func TestPagesThatSearchAreLimited(t *testing.T) {
	eachWorld(t, market.Limits{Pages: web.Rate{Events: 3, Per: time.Hour}}, func(t *testing.T, w *world) {
		for i, want := range []int{200, 200, 200, 429} {
			if got := w.get("/search?q=bicycle").status; got != want {
				t.Errorf("search %d answered %d, want %d", i+1, got, want)
			}
		}
		if got := w.get("/safety").status; got != 200 {
			t.Errorf("a page that searches nothing answered %d", got)
		}
	})
}

func TestAReportFromAnotherSiteIsRefused(t *testing.T) {
	eachWorld(t, market.Limits{}, func(t *testing.T, w *world) {
		l := w.offer(w.bicycle("City bicycle", 300))
		a := w.postFrom("cross-site", "/report/"+l.Key(), url.Values{"ground": {"other"}, "explanation": {"Something is wrong here."}})
		if a.status != 403 {
			t.Errorf("%d", a.status)
		}
	})
}
