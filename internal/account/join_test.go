package account

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

const newcomer = "mina@example.org"

func TestJoining(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		b := w.browser()
		b.get("/join?next=/mine").want(t, 200, `name="next" value="/mine"`)
		b.post("/join", "name", " Mina  Muster ", "email", "Mina@Example.org", "password", "four fresh quiet words", "next", "/mine").wantTo(t, "/join/sent")
		b.get("/join/sent").want(t, 200, "within 7 days")
		link := w.post.lastLink(t)
		if !strings.HasPrefix(link, "/join/confirm/") || w.post.last(t).To != newcomer {
			t.Fatalf("the letter to %s leads to %s", w.post.last(t).To, link)
		}
		w.browser().signIn(newcomer, "four fresh quiet words").want(t, 422, sorry) // nothing is there before the link is used
		b.get(link).want(t, 200, "Press the button")
		b.get(link).want(t, 200, "Press the button")
		b.post(link).wantTo(t, "/account/welcome?next=%2Fmine")
		b.get("/account/welcome?next=/mine").want(t, 200, "Welcome, Mina Muster")
		b.get("/mine").want(t, 200, "/mine for Mina Muster")
		b.post("/sign-out")
		b.signIn(newcomer, "four fresh quiet words").wantTo(t, "/")
		w.browser().post(link).want(t, 422, "too old")
		a := w.find(newcomer)
		if a.Verified.IsZero() || a.Kind != value.Member || a.Locale != "en" {
			t.Errorf("the account is %+v", a)
		}
		w.wantLogged(a.ID, "account.join", 2) // made, and signed in
	})
}

func (w *world) find(email value.Email) (a Account) {
	w.t.Helper()
	w.ok(w.Site.DB.Read(w.t.Context(), func(tx *db.Tx) (err error) {
		a, err = FindByEmail(tx, email)
		return err
	}))
	return a
}

func (w *world) count(query string, args ...any) (n int) {
	w.t.Helper()
	w.ok(w.Site.DB.Read(w.t.Context(), func(tx *db.Tx) error { return tx.Row(query, args...).Scan(&n) }))
	return n
}

// Somebody joins with another's address and a password of their own, and waits. The owner uses the link that comes: the
// account is theirs alone.
func TestAPasswordPlantedAtJoiningIsWorthNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		thief, owner := w.browser(), w.browser()
		thief.post("/join", "name", "Mina Muster", "email", newcomer, "password", "the thief knows this one").wantTo(t, "/join/sent")
		owner.post(w.post.lastLink(t)).wantTo(t, "/account/welcome")
		owner.get("/account/welcome").want(t, 200, "typed in another browser")
		thief.get("/mine").wantTo(t, "/sign-in?next=%2Fmine")
		thief.signIn(newcomer, "the thief knows this one").want(t, 422, sorry)
	})
}

func TestJoiningTellsNothingOfAccounts(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		answer := func(email string) (page, time.Duration) {
			began := time.Now()
			p := w.browser().post("/join", "name", "Mina Muster", "email", email, "password", "four fresh quiet words")
			return p, time.Since(began)
		}
		free, freeTook := answer(newcomer)
		known, knownTook := answer("anna@example.org")
		if free.StatusCode != known.StatusCode || free.body != known.body || free.Header.Get("Location") != known.Header.Get("Location") || len(free.Cookies()) != len(known.Cookies()) {
			t.Errorf("a free address is answered by %d %q, a known one by %d %q", free.StatusCode, free.body, known.StatusCode, known.body)
		}
		if knownTook < freeTook/8 || freeTook < knownTook/8 {
			t.Errorf("a free address took %s, a known one %s", freeTook, knownTook)
		}
		letter := w.post.last(t)
		if letter.To != w.anna.Email || !strings.Contains(letter.Text, "You have an account already") {
			t.Errorf("the owner is written: %+v", letter)
		}
		b := w.browser()
		b.post(w.post.lastLink(t)).wantTo(t, "/")
		b.get("/mine").want(t, 200, "Anna Muster")
		w.write("test.suspend", func(tx *db.Tx) error { return Suspend(tx, w.sam.ID, "test") })
		if p, _ := answer("sam@example.org"); p.StatusCode != free.StatusCode || w.post.to("sam@example.org") != 0 {
			t.Error("a suspended account is answered otherwise, or gets a letter")
		}
	})
}

func TestJoiningTwice(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		b := w.browser()
		for range 3 { // a double click, and one more
			b.post("/join", "name", "Mina Muster", "email", newcomer).wantTo(t, "/join/sent")
		}
		if n := w.post.count(); n != 1 {
			t.Errorf("%d letters for a double click, want 1", n)
		}
		first := w.post.lastLink(t)
		w.browser().post("/join", "name", "Mina Again", "email", newcomer).wantTo(t, "/join/sent")
		second := w.post.lastLink(t)
		if first == second {
			t.Fatal("another browser gets the same link")
		}
		var wait sync.WaitGroup
		answers := make([]int, 6)
		for i := range answers { // pressing both at once, several times
			wait.Go(func() { answers[i] = w.browser().post([]string{first, second}[i%2]).StatusCode })
		}
		wait.Wait()
		in := 0
		for _, status := range answers {
			if status == http.StatusSeeOther {
				in++
			}
		}
		if in != 1 || w.count("select count(*) from account where email = $1", newcomer) != 1 || w.count("select count(*) from session") != 1 {
			t.Errorf("%v: %d got in, want exactly one account and one session", answers, in)
		}
	})
}

func TestWishesThatNobodyConfirmsDisappear(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		b := w.browser()
		b.post("/join", "name", "Mina Muster", "email", newcomer).wantTo(t, "/join/sent")
		link := w.post.lastLink(t)
		w.age("update joining set expires_us = expires_us - $1", JoinAge.Microseconds())
		b.post(link).want(t, 422, "too old")
		w.ok(Tidy(t.Context(), w.Site))
		if n := w.count("select count(*) from joining"); n != 0 {
			t.Errorf("%d wishes are left", n)
		}
		if n := w.count("select count(*) from account where email = $1", newcomer); n != 0 {
			t.Error("there is an account")
		}
	})
}

func TestWhatIsWrongWithAWishToJoin(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		b := w.browser()
		b.post("/join", "name", "", "email", newcomer).want(t, 422, `id="name-error"`)
		b.post("/join", "name", "Mina", "email", "mina").want(t, 422, `id="email-error"`).want(t, 422, `value="Mina"`)
		b.post("/join", "name", "Mina", "email", newcomer, "password", "short").want(t, 422, `id="password-error"`)
		b.post("/join", "name", "see www.evil.example", "email", newcomer).want(t, 422, "a name is not an address")
		b.post("/join", "name", strings.Repeat("x", 81), "email", newcomer).want(t, 422, `id="name-error"`)
		b.post("/join", "name", "Mi\x00na", "email", newcomer).want(t, 422, "")
		b.post("/join", "name", "<b>Mina", "email", "x").want(t, 422, "&lt;b&gt;Mina")
		if n := w.post.count(); n != 0 {
			t.Errorf("%d letters", n)
		}
		w.signedIn(w.anna).get("/join").wantTo(t, "/")
		for _, odd := range []string{"x", strings.Repeat("A", 43), strings.Repeat("é", 43)} {
			w.browser().post("/join/confirm/"+odd).want(t, 422, "too old")
		}
	})
}

func TestJoiningIsLimited(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for range 5 {
			w.browser().post("/join", "name", "Mina", "email", newcomer).wantTo(t, "/join/sent")
		}
		w.browser().post("/join", "name", "Mina", "email", newcomer).want(t, 429, "")
		for range 5 {
			w.browser().post("/join", "name", "Mina", "email", "anna@example.org").wantTo(t, "/join/sent")
		}
		w.browser().post("/join", "name", "Mina", "email", "anna@example.org").want(t, 429, "") // the same for known ones
		for range 60 {
			w.browser().post("/join", "name", "Mina", "email", "nobody")
		}
		w.browser().post("/join", "name", "Kim", "email", "kim@example.org").want(t, 429, "")
	})
}

func TestANewPasswordByLink(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		there := w.signedIn(w.anna)
		b := w.browser()
		b.get("/sign-in/reset").want(t, 200, `name="email"`)
		b.post("/sign-in/reset", "email", "anna").want(t, 422, `id="email-error"`)
		for _, email := range []string{"anna@example.org", "nobody@example.org"} {
			p := b.post("/sign-in/reset", "email", email).wantTo(t, "/sign-in/sent")
			if p.body != "" || len(p.Cookies()) > 0 {
				t.Errorf("%s is answered by %q", email, p.body)
			}
		}
		if n := w.post.count(); n != 1 {
			t.Fatalf("%d letters, want 1", n)
		}
		link := w.post.lastLink(t)
		b.get(link).want(t, 200, `name="password"`)
		b.post(link, "password", "short").want(t, 422, `id="password-error"`)
		b.post(link, "password", "chosen by a mailed link").wantTo(t, "/")
		b.get("/mine").want(t, 200, "Anna")
		there.get("/mine").wantTo(t, "/sign-in?next=%2Fmine")
		w.browser().post(link, "password", "a second time by the link").want(t, 422, "too old")
		w.browser().signIn(w.anna.Email, rightPassword).want(t, 422, sorry)
		w.browser().signIn(w.anna.Email, "chosen by a mailed link").wantTo(t, "/")
		if !strings.Contains(w.post.last(t).Text, "Your password was changed.") {
			t.Errorf("the owner is told %q", w.post.last(t).Text)
		}
	})
}

func TestALinkForANewPasswordEnds(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.browser().post("/sign-in/reset", "email", "anna@example.org").wantTo(t, "/sign-in/sent")
		first := w.post.lastLink(t)
		w.age("update proof_link set expires_us = expires_us - $1", LinkAge.Microseconds())
		w.browser().post(first, "password", "chosen by a mailed link").want(t, 422, "too old")
		w.age("delete from proof_link")
		w.browser().post("/sign-in/reset", "email", "anna@example.org").wantTo(t, "/sign-in/sent")
		second := w.post.lastLink(t)
		w.signedIn(w.anna).post("/account/password", "present", rightPassword, "password", "changed in the meantime").wantTo(t, "/account/security")
		w.browser().post(second, "password", "chosen by a mailed link").want(t, 422, "too old")
	})
}

func TestChangingTheAddress(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		b, other, sam := w.signedIn(w.anna), w.signedIn(w.anna), w.signedIn(w.sam)
		b.post("/account/email", "email", "anna").want(t, 422, `id="email-error"`)
		b.post("/account/email", "email", "anna@example.org").want(t, 422, "already")
		b.post("/account/email", "email", "anna2@example.org").wantTo(t, "/account/security")
		link := w.post.lastLink(t)
		if w.post.last(t).To != "anna2@example.org" || w.find("anna@example.org").ID != w.anna.ID {
			t.Fatal("the address changed before it was proven, or the letter went elsewhere")
		}
		sam.post(link).want(t, 422, "too old") // pressed by somebody else
		w.browser().get(link).want(t, 303, "")
		b.get(link).want(t, 200, "Use this address")
		b.post(link).wantTo(t, "/account/security")
		b.get("/account/security").want(t, 200, "anna2@example.org")
		other.get("/mine").wantTo(t, "/sign-in?next=%2Fmine")
		if w.post.to("anna@example.org") != 1 || w.post.to("anna2@example.org") != 2 {
			t.Error("the old and the new address are not told")
		}
		b.post(link).want(t, 422, "too old")
		w.browser().signIn("anna@example.org", rightPassword).want(t, 422, sorry)
		w.browser().signIn("anna2@example.org", rightPassword).wantTo(t, "/")
		for _, row := range w.wantLogged(w.anna.ID, "account.set_address", 1) {
			if strings.Contains(row.Diff, "anna2@") {
				t.Errorf("the log holds the address: %s", row.Diff)
			}
		}
	})
}

func TestAnAddressOfSomebodyElse(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		b := w.signedIn(w.anna)
		free := b.post("/account/email", "email", "free@example.org").wantTo(t, "/account/security")
		known := b.post("/account/email", "email", "sam@example.org").wantTo(t, "/account/security")
		if free.body != known.body {
			t.Error("the answer tells that the address has an account")
		}
		letter := w.post.last(t)
		if letter.To != w.sam.Email || strings.Contains(letter.Text, "/account/email/") {
			t.Errorf("the owner gets %+v", letter)
		}
		// An address that is free when asked for and taken when the link is used.
		b.post("/account/email", "email", "late@example.org").wantTo(t, "/account/security")
		link := w.post.lastLink(t)
		w.create(Account{Kind: value.Member, Email: "late@example.org", Name: "Late"})
		b.post(link).want(t, 409, "already")
		if w.find("anna@example.org").ID != w.anna.ID {
			t.Error("the address changed")
		}
	})
}

func TestNameAndLanguage(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		b := w.signedIn(w.anna)
		b.post("/account/name", "name", " Anna   Beispiel ").wantTo(t, "/account/security")
		b.get("/mine").want(t, 200, "Anna Beispiel")
		b.post("/account/name", "name", "www.evil.example").want(t, 422, "a name is not an address").want(t, 422, `value="www.evil.example"`)
		b.post("/account/name", "name", " ").want(t, 422, `id="name-error"`)
		b.post("/account/language", "language", "de-CH").wantTo(t, "/account/security")
		if a := w.find(w.anna.Email); a.Locale != "de-CH" || a.Name != "Anna Beispiel" {
			t.Errorf("stored as %+v", a)
		}
		b.post("/account/language", "language", "xx").want(t, 422, "")
		b.post("/account/language", "language", "").wantTo(t, "/account/security")
		w.wantLogged(w.anna.ID, "account.rename", 1)
		w.wantLogged(w.anna.ID, "account.set_language", 2)
	})
}
