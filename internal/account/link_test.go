package account

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"fairground/internal/db"
	"fairground/internal/value"
)

func encode(hash []byte) string { return base64.RawURLEncoding.EncodeToString(hash) }

func newRequest(t *testing.T, method, address string, form url.Values) (*http.Request, *httptest.ResponseRecorder) {
	r := httptest.NewRequestWithContext(t.Context(), method, address, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r, httptest.NewRecorder()
}

func TestSigningInByLink(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		b := w.browser()
		b.post("/sign-in/link", "email", "Sam@Example.org", "next", "/held").wantTo(t, "/sign-in/sent")
		b.get("/sign-in/sent").want(t, 200, "Check your mail")
		link := w.post.lastLink(t)
		for range 3 {
			w.browser().get(link).want(t, 200, "Press the button") // what looks into mail does not use it up
		}
		w.browser().do("HEAD", link, nil).want(t, 200, "")
		if len(w.post.arrived) != 0 {
			t.Errorf("a link that nobody used proves %v", w.post.arrived)
		}
		b.post(link).wantTo(t, "/held")
		if !slices.Equal(w.post.arrived, []value.Email{w.sam.Email}) {
			t.Errorf("the link proves %v", w.post.arrived)
		}
		b.get("/held").want(t, 200, "Sam Muster")
		w.browser().post(link).want(t, 422, "used already or is too old")
		w.wantLogged(w.sam.ID, "account.sign_in", 1)
		w.ok(w.Site.DB.Read(t.Context(), func(tx *db.Tx) error {
			a, err := Find(tx, w.sam.ID)
			if a.Verified.IsZero() {
				t.Error("the address is not proven by the link")
			}
			return err
		}))
	})
}

func TestALinkWorksOnceEvenAtTheSameTime(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.browser().post("/sign-in/link", "email", "sam@example.org").wantTo(t, "/sign-in/sent")
		link := w.post.lastLink(t)
		status := make([]int, 6)
		var all sync.WaitGroup
		for i := range status {
			all.Go(func() { status[i] = w.browser().post(link).StatusCode })
		}
		all.Wait()
		count := map[int]int{}
		for _, s := range status {
			count[s]++
		}
		if count[303] != 1 || count[422] != 5 {
			t.Errorf("the answers are %v, want one 303 and five 422", status)
		}
	})
}

func TestALinkEnds(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		b := w.browser()
		b.post("/sign-in/link", "email", "sam@example.org").wantTo(t, "/sign-in/sent")
		first := w.post.lastLink(t)
		w.age("update sign_in_token set expires_us = $1", value.Micros(w.Site.DB.Clock().Now())-1)
		b.post(first).want(t, 422, "too old")

		b.post("/sign-in/link", "email", "sam@example.org").wantTo(t, "/sign-in/sent")
		second := w.post.lastLink(t)
		b.post("/sign-in/link", "email", "sam@example.org").wantTo(t, "/sign-in/sent")
		b.post(w.post.lastLink(t)).wantTo(t, "/console")
		b.post(second).want(t, 422, "too old") // using one ends the others
		for _, odd := range []string{"x", "%00", strings.Repeat("A", 43), strings.Repeat("A", 5000), "..%2f.."} {
			if p := w.browser().post("/sign-in/link/" + odd); p.StatusCode != 422 && p.StatusCode != 404 {
				t.Errorf("%s: %d", odd, p.StatusCode)
			}
		}
	})
}

func TestAskingForALinkTellsNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.write("test.suspend", func(tx *db.Tx) error { return Suspend(tx, w.anna.ID, "test") })
		for _, email := range []string{"sam@example.org", "nobody@example.org", "anna@example.org"} {
			p := w.browser().post("/sign-in/link", "email", email).wantTo(t, "/sign-in/sent")
			if p.body != "" || len(p.Cookies()) > 0 {
				t.Errorf("%s: %q, %v", email, p.body, p.Cookies())
			}
		}
		if n := w.post.count(); n != 1 {
			t.Errorf("%d letters, want one, to sam", n)
		}
		w.wantLogged(0, "account.ask_link", 1)
	})
}

func TestMailboxesAreNotFlooded(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for range 5 {
			w.browser().post("/sign-in/link", "email", "sam@example.org").wantTo(t, "/sign-in/sent")
		}
		w.browser().post("/sign-in/link", "email", "sam@example.org").want(t, 429, "")
		for range 5 {
			w.browser().post("/sign-in/link", "email", "nobody@example.org").wantTo(t, "/sign-in/sent")
		}
		w.browser().post("/sign-in/link", "email", "nobody@example.org").want(t, 429, "") // the same for unknown ones
		if n := w.post.count(); n != 5 {
			t.Errorf("%d letters, want 5", n)
		}
	})
}

func TestALinkDoesNotHelpTheSuspended(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.browser().post("/sign-in/link", "email", "anna@example.org").wantTo(t, "/sign-in/sent")
		w.write("test.suspend", func(tx *db.Tx) error { return Suspend(tx, w.anna.ID, "test") })
		b := w.browser()
		b.post(w.post.lastLink(t)).want(t, 403, "suspended")
		b.get("/mine").wantTo(t, "/sign-in?next=%2Fmine")
	})
}

func TestInvitationLetsStaffIn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		var made Invitation
		w.write("staff.invite", func(tx *db.Tx) (err error) {
			made, err = Invite(tx, "kim@example.org", "Kim Muster", Support)
			return err
		})
		b := w.browser()
		b.get(made.Path).want(t, 200, "Press the button")
		b.post(made.Path).wantTo(t, "/console")
		b.get("/console").want(t, 200, "Kim Muster")
		b.get("/settings").want(t, 403, "")
		b.post("/account/password", "password", "another four quiet words").wantTo(t, "/account/security")
		w.browser().signIn("kim@example.org", "another four quiet words").wantTo(t, "/console")
		err := w.Site.DB.Write(t.Context(), operator, "staff.invite", func(tx *db.Tx) error {
			_, err := Invite(tx, "KIM@example.org", "Kim Again", Viewer)
			return err
		})
		wantKind(t, err, value.Conflict, "email")
		for _, row := range w.history(made.Account.ID) {
			if strings.Contains(row.Diff, strings.TrimPrefix(made.Path, "/sign-in/link/")) {
				t.Errorf("the log holds the link: %s", row.Diff)
			}
		}
	})
}
