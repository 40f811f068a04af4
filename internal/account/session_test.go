package account

import (
	"html"
	"regexp"
	"strings"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

func TestSignOut(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		b, other := w.signedIn(w.anna), w.signedIn(w.anna)
		stolen := w.browser()
		stolen.cookies["session"] = b.cookies["session"]
		b.post("/sign-out").wantTo(t, "/")
		b.get("/mine").wantTo(t, "/sign-in?next=%2Fmine")
		stolen.get("/mine").wantTo(t, "/sign-in?next=%2Fmine")
		other.get("/mine").want(t, 200, "Anna")
		w.browser().post("/sign-out").wantTo(t, "/")
		w.wantLogged(w.anna.ID, "account.sign_out", 1)
	})
}

func TestSignOutEverywhere(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		here, there, sam := w.signedIn(w.anna), w.signedIn(w.anna), w.signedIn(w.sam)
		here.post("/account/sessions/end-all").wantTo(t, "/sign-in")
		for _, b := range []*browser{here, there} {
			b.get("/mine").wantTo(t, "/sign-in?next=%2Fmine")
		}
		sam.get("/mine").want(t, 200, "Sam")
		if rows := w.wantLogged(w.anna.ID, "account.sign_out_everywhere", 1); len(rows) == 1 && !strings.Contains(rows[0].Diff, "2") {
			t.Errorf("the log says %s, want 2 sessions", rows[0].Diff)
		}
	})
}

var sessionKey = regexp.MustCompile(`name="session" value="([^"]+)"`)

func TestMySessionsPage(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		b, other, sam := w.signedIn(w.anna), w.browser(), w.signedIn(w.sam)
		other.headers["User-Agent"] = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
		other.signIn(w.anna.Email, rightPassword).wantTo(t, "/")
		shown := b.get("/account/sessions").want(t, 200, "Firefox, Linux")
		keys := sessionKey.FindAllStringSubmatch(shown.body, -1)
		if len(keys) != 2 || strings.Count(shown.body, "this device") != 1 || !strings.Contains(shown.body, "192.0.2.0/24") {
			t.Fatalf("%d sessions on the page: %s", len(keys), shown.body)
		}
		if strings.Contains(shown.body, other.cookies["session"]) {
			t.Error("the page holds a cookie")
		}
		key := html.UnescapeString(keys[0][1]) // the one seen last
		sam.post("/account/sessions/end", "session", key).wantTo(t, "/account/sessions")
		other.get("/mine").want(t, 200, "Anna") // a stranger cannot end it
		b.post("/account/sessions/end", "session", key).wantTo(t, "/account/sessions")
		b.get("/account/sessions").want(t, 200, "That device is signed out.")
		if p := b.get("/account/sessions"); strings.Contains(p.body, "That device") {
			t.Error("what was said once is said again")
		}
		other.get("/mine").wantTo(t, "/sign-in?next=%2Fmine")
		b.get("/mine").want(t, 200, "Anna")
		b.post("/account/sessions/end", "session", "***").want(t, 404, "")
	})
}

func TestSessionsExpire(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		b := w.signedIn(w.anna)
		now_us := value.Micros(w.Site.DB.Clock().Now())
		back := func(by time.Duration) int64 { return now_us - by.Microseconds() }
		expires := func() (at int64) {
			w.ok(w.Site.DB.Read(t.Context(), func(tx *db.Tx) error {
				return tx.Row("select expires_us from session where account = $1", w.anna.ID).Scan(&at)
			}))
			return at
		}

		w.age("update session set seen_us = $1, expires_us = $2", back(2*time.Minute), now_us+1_000_000_000)
		b.get("/mine").want(t, 200, "Anna")
		if expires() != now_us+1_000_000_000 {
			t.Error("a request two minutes after the last wrote to the database")
		}
		w.age("update session set seen_us = $1", back(6*time.Minute))
		b.get("/mine").want(t, 200, "Anna")
		if got := expires(); got < now_us+IdleLimit.Microseconds() {
			t.Errorf("a request did not move the end: %d", got)
		}
		created := back(TotalLimit - time.Hour)
		w.age("update session set created_us = $1, seen_us = $2", created, back(time.Hour))
		b.get("/mine").want(t, 200, "Anna")
		if got := expires(); got != created+TotalLimit.Microseconds() {
			t.Errorf("the end is %d, past the total limit %d", got, created+TotalLimit.Microseconds())
		}
		w.age("update session set expires_us = $1", now_us-1)
		b.get("/mine").wantTo(t, "/sign-in?next=%2Fmine")
		if _, kept := b.cookies["session"]; kept {
			t.Error("the browser keeps a cookie that is worth nothing")
		}
	})
}

func TestSessionsAreBounded(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, hash := newSecret()
		for range mostSessions + 10 {
			w.write("account.sign_in", func(tx *db.Tx) error {
				_, hash = newSecret()
				tx.Log(db.Change{Object: "account", Record: w.anna.ID})
				return openSession(tx, w.anna.ID, hash, ByPassword, visit{})
			})
		}
		w.ok(w.Site.DB.Read(t.Context(), func(tx *db.Tx) error {
			devices, err := findDevices(tx, w.anna.ID)
			if len(devices) != mostSessions {
				t.Errorf("%d sessions, want %d", len(devices), mostSessions)
			}
			if _, err := findSession(tx, hash); err != nil {
				t.Errorf("the newest session is gone: %v", err)
			}
			return err
		}))
	})
}

func TestSuspensionIsFeltAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		b := w.signedIn(w.anna)
		w.write("account.suspend", func(tx *db.Tx) error { return Suspend(tx, w.anna.ID, "three scam reports") })
		b.get("/mine").wantTo(t, "/sign-in?next=%2Fmine")
		sam := w.signedIn(w.sam)
		w.age("update account set state = 'suspended' where id = $1", w.sam.ID) // even where a session was left behind
		sam.get("/mine").wantTo(t, "/sign-in?next=%2Fmine")
		b.signIn(w.anna.Email, rightPassword).want(t, 403, "suspended")
		b.signIn(w.anna.Email, "a wrong password").want(t, 422, sorry) // only who has the password learns of it
		b.get("/mine").wantTo(t, "/sign-in?next=%2Fmine")
		w.write("account.restore", func(tx *db.Tx) error { return Restore(tx, w.anna.ID, "appeal upheld") })
		b.signIn(w.anna.Email, rightPassword).wantTo(t, "/")
		w.wantLogged(w.anna.ID, "account.suspend", 1)
		w.wantLogged(w.anna.ID, "account.sign_in_refused", 1)
	})
}

func TestChangingThePassword(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		b, other := w.signedIn(w.anna), w.signedIn(w.anna)
		b.post("/account/password", "present", "not it at all", "password", "fresh words for today").want(t, 422, `id="present-error"`)
		b.post("/account/password", "present", rightPassword, "password", "short").want(t, 422, `id="password-error"`)
		w.browser().post("/account/password", "password", "fresh words for today").want(t, 401, "")
		other.get("/mine").want(t, 200, "Anna")
		b.post("/account/password", "present", rightPassword, "password", "fresh words for today").wantTo(t, "/account/security")
		b.get("/mine").want(t, 200, "Anna")
		other.get("/mine").wantTo(t, "/sign-in?next=%2Fmine")
		w.browser().signIn(w.anna.Email, rightPassword).want(t, 422, sorry)
		w.browser().signIn(w.anna.Email, "fresh words for today").wantTo(t, "/")
		for _, row := range w.wantLogged(w.anna.ID, "account.set_password", 1) {
			if strings.Contains(row.Diff, "argon2") || strings.Contains(row.Diff, "fresh") {
				t.Errorf("the log holds the password: %s", row.Diff)
			}
		}
	})
}
