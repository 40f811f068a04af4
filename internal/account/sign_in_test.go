package account

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

const sorry = "The address or the password is wrong."

func TestSigningInByPassword(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		b := w.browser()
		b.get("/sign-in").want(t, 200, `name="password"`)
		answer := b.signIn("ANNA@example.org ", rightPassword).wantTo(t, "/")
		cookie := answer.Cookies()[0]
		if cookie.Name != "session" || !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.Path != "/" || cookie.Domain != "" {
			t.Errorf("the cookie is %+v", cookie)
		}
		b.get("/mine").want(t, 200, "/mine for Anna Muster")
		w.signedIn(w.sam).get("/sign-in?next=/held").wantTo(t, "/held")
		w.browser().signIn(w.sam.Email, rightPassword).wantTo(t, "/console")
		if rows := w.wantLogged(w.anna.ID, "account.sign_in", 1); len(rows) == 1 && rows[0].Actor != w.anna.Actor().String() {
			t.Errorf("the author is %s", rows[0].Actor)
		}
	})
}

func TestCookieIsBoundToTheHostUnderHTTPS(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		r, rec := newRequest(t, "POST", "https://lake.example.org/sign-in", url.Values{"email": {"anna@example.org"}, "password": {rightPassword}})
		w.router.ServeHTTP(rec, r)
		cookies := rec.Result().Cookies()
		if len(cookies) != 1 || cookies[0].Name != "__Host-session" || !cookies[0].Secure {
			t.Errorf("the cookies are %v, want __Host-session, Secure", cookies)
		}
	})
}

func TestWrongPasswordAndUnknownAddressLookTheSame(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		none := w.create(Account{Kind: value.Member, Email: "bare@example.org", Name: "Without Password"})
		w.write("test.suspend", func(tx *db.Tx) error { return Suspend(tx, none.ID, "test") })
		type answer struct {
			status int
			body   string
			took   time.Duration
		}
		try := func(email string) answer {
			began := time.Now()
			p := w.browser().signIn(value.Email(email), "not the password")
			return answer{p.StatusCode, strings.ReplaceAll(p.body, email, "…"), time.Since(began)}
		}
		known := try("anna@example.org")
		if known.status != 422 || !strings.Contains(known.body, sorry) {
			t.Fatalf("%d %s", known.status, known.body)
		}
		for _, email := range []string{"nobody@example.org", "bare@example.org"} {
			other := try(email)
			if other.status != known.status || other.body != known.body {
				t.Errorf("%s is answered by %d %s", email, other.status, other.body)
			}
			if other.took < known.took/8 {
				t.Errorf("%s took %s, a known address %s: the time tells which is known", email, other.took, known.took)
			}
		}
		rows := w.wantLogged(0, "account.sign_in_failed", 1)
		for _, row := range rows {
			if strings.Contains(row.Diff, "nobody") || !strings.Contains(row.Diff, mark(w.Site, "nobody@example.org")) || row.Actor != "visitor" {
				t.Errorf("the log says %s by %s", row.Diff, row.Actor)
			}
		}
		w.wantLogged(w.anna.ID, "account.sign_in_failed", 1)
	})
}

func TestFieldsLeftEmptyAreNamed(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		b := w.browser()
		b.post("/sign-in", "email", "anna@example.org").want(t, 422, `id="password-error"`)
		b.post("/sign-in", "email", "anna", "password", "x").want(t, 422, `id="email-error"`)
		b.post("/sign-in/link", "email", "").want(t, 422, `id="email-error"`)
		b.do("POST", "/sign-in", nil).want(t, 422, "")
		b.post("/sign-in", "email", "<b>@example.org", "password", rightPassword).want(t, 422, "&lt;b&gt;")
	})
}

func TestAPlantedSessionIsWorthNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		planted, _ := newSecret()
		b := w.browser()
		b.cookies["session"] = planted
		b.signIn(w.anna.Email, rightPassword).wantTo(t, "/")
		if b.cookies["session"] == planted {
			t.Fatal("signing in kept the cookie that was there")
		}
		thief := w.browser()
		thief.cookies["session"] = planted
		thief.get("/mine").wantTo(t, "/sign-in?next=%2Fmine")

		before := b.cookies["session"]
		b.signIn(w.anna.Email, rightPassword).wantTo(t, "/")
		thief.cookies["session"] = before
		thief.get("/mine").wantTo(t, "/sign-in?next=%2Fmine")
	})
}

func TestWhatIsStoredLetsNobodyIn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		b := w.signedIn(w.anna)
		b.post("/sign-in/link", "email", "sam@example.org").wantTo(t, "/sign-in/sent")
		var stored [][]byte
		w.ok(w.Site.DB.Read(t.Context(), func(tx *db.Tx) (err error) {
			stored, err = db.All(tx, db.Column[[]byte], "select id from session union all select id from sign_in_token")
			return err
		}))
		if len(stored) != 2 {
			t.Fatalf("%d hashes, want 2", len(stored))
		}
		for _, hash := range stored {
			for _, text := range []string{encode(hash), string(hash), ""} {
				thief := w.browser()
				thief.cookies["session"] = url.QueryEscape(text)
				thief.get("/mine").wantTo(t, "/sign-in?next=%2Fmine")
			}
			w.browser().post("/sign-in/link/"+encode(hash)).want(t, 422, "too old")
		}
	})
}

func TestGuessingIsLimitedByAddress(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		var last page
		for range 11 {
			last = w.browser().signIn(w.anna.Email, "a wrong password")
		}
		last.want(t, 429, "")
		if last.Header.Get("Retry-After") == "" {
			t.Error("there is no Retry-After")
		}
		w.browser().signIn(w.anna.Email, rightPassword).want(t, 429, "")
		w.browser().signIn(w.sam.Email, rightPassword).wantTo(t, "/console")
		w.wantLogged(w.anna.ID, "account.sign_in_failed", 10)
		w.browser().post("/sign-in/link", "email", "anna@example.org").wantTo(t, "/sign-in/sent") // the way round a lock-out
	})
}

func TestGuessingIsLimitedByNetwork(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for range 60 {
			w.browser().post("/sign-in", "email", "not an address", "password", "x").want(t, 422, "")
		}
		w.browser().signIn(w.sam.Email, rightPassword).want(t, 429, "")
		w.browser().post("/sign-in/link", "email", "sam@example.org").want(t, 429, "")
		r, rec := newRequest(t, "POST", origin1+"/sign-in", url.Values{"email": {"sam@example.org"}, "password": {rightPassword}})
		r.RemoteAddr = "198.51.100.7:4000"
		w.router.ServeHTTP(rec, r)
		if rec.Code != 303 {
			t.Errorf("another network gets %d", rec.Code)
		}
	})
}

func TestFormsFromOtherSitesAreRefused(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		b := w.signedIn(w.anna)
		b.headers["Sec-Fetch-Site"] = "cross-site"
		b.headers["Origin"] = "https://evil.example"
		for _, path := range []string{"/sign-in", "/sign-in/link", "/sign-out", "/account/sessions/end-all", "/account/password", "/sign-in/link/x"} {
			b.post(path, "email", "anna@example.org", "password", rightPassword).want(t, 403, "")
		}
		b.headers = map[string]string{}
		b.get("/mine").want(t, 200, "Anna")
	})
}

func TestWhereSigningInLeads(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for next, want := range map[string]string{
			"":                      "/",
			"/mine?a=1&b=2":         "/mine?a=1&b=2",
			"//evil.example":        "/",
			"https://evil.example/": "/",
			`/\evil.example`:        "/",
			"/\t/evil.example":      "/",
			"javascript:alert(1)":   "/",
			"mine":                  "/",
		} {
			w.browser().post("/sign-in", "email", "anna@example.org", "password", rightPassword, "next", next).wantTo(t, want)
			if p := w.browser().get("/sign-in?next=" + url.QueryEscape(next)); strings.Contains(p.body, "evil") {
				t.Errorf("the form repeats %q", next)
			}
		}
	})
}
