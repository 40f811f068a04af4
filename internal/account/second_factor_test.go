package account

import (
	"encoding/base32"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"fairground/internal/db"
	"fairground/internal/ui/text"
)

var (
	seedOnPage     = regexp.MustCompile(`otpauth://totp/[^"]+`)
	recoveryOnPage = regexp.MustCompile(`<code>([a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4})</code>`)
)

// telephone shows codes, some steps from now.
type telephone struct {
	t    *testing.T
	seed string
}

func (p telephone) code(steps int) string {
	p.t.Helper()
	code, err := totp.GenerateCode(p.seed, time.Now().Add(time.Duration(steps)*codeStep_s*time.Second))
	if err != nil {
		p.t.Fatal(err)
	}
	return code
}

// withFactor switches the second factor on and returns the telephone and the recovery codes.
func (w *world) withFactor(b *browser) (telephone, []string) {
	w.t.Helper()
	b.post("/account/second-factor/start").wantTo(w.t, "/account/second-factor")
	shown := b.get("/account/second-factor").want(w.t, 200, "/account/second-factor/qr.svg")
	address, err := url.Parse(strings.ReplaceAll(seedOnPage.FindString(shown.body), "&amp;", "&"))
	w.ok(err)
	phone := telephone{w.t, address.Query().Get("secret")}
	if address.Query().Get("issuer") != "Lakeside Market" || phone.seed == "" {
		w.t.Fatalf("the address is %s", address)
	}
	b.post("/account/second-factor", "code", "000000").want(w.t, 422, `id="code-error"`)
	code := phone.code(-1) // one step late is allowed
	done := b.post("/account/second-factor", "code", code[:3]+" "+code[3:]).want(w.t, 200, "Recovery codes")
	var codes []string
	for _, found := range recoveryOnPage.FindAllStringSubmatch(done.body, -1) {
		codes = append(codes, found[1])
	}
	if len(codes) != recoveryCodes {
		w.t.Fatalf("%d recovery codes", len(codes))
	}
	return phone, codes
}

func TestTheSecondFactorIsAskedFor(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		phone, _ := w.withFactor(w.signedIn(w.anna))
		if !strings.Contains(w.post.last(t).Text, "The second step was switched on.") {
			t.Errorf("the owner is told %q", w.post.last(t).Text)
		}
		b := w.browser()
		b.post("/sign-in", "email", "anna@example.org", "password", rightPassword, "next", "/mine").wantTo(t, "/sign-in/code")
		b.get("/mine").wantTo(t, "/sign-in?next=%2Fmine") // the password alone is not enough
		b.get("/sign-in/code").want(t, 200, `name="code"`)
		b.post("/sign-in/code", "code", "").want(t, 422, `id="code-error"`)
		b.post("/sign-in/code", "code", "123").want(t, 422, `id="code-error"`)
		used := phone.code(0)
		b.post("/sign-in/code", "code", used).wantTo(t, "/mine")
		b.get("/mine").want(t, 200, "Anna")

		again := w.browser()
		again.signIn(w.anna.Email, rightPassword).wantTo(t, "/sign-in/code")
		again.post("/sign-in/code", "code", used).want(t, 422, `id="code-error"`) // seen over the shoulder, used once more
		again.post("/sign-in/code", "code", phone.code(-1)).want(t, 422, `id="code-error"`)
		again.post("/sign-in/code", "code", phone.code(1)).wantTo(t, "/")

		byMail := w.browser()
		byMail.post("/sign-in/link", "email", "anna@example.org").wantTo(t, "/sign-in/sent")
		byMail.post(w.post.lastLink(t)).wantTo(t, "/sign-in/code")
		byMail.get("/mine").wantTo(t, "/sign-in?next=%2Fmine")
		byReset := w.browser()
		byReset.post("/sign-in/reset", "email", "anna@example.org").wantTo(t, "/sign-in/sent")
		byReset.post(w.post.lastLink(t), "password", "chosen by a mailed link").wantTo(t, "/sign-in/code")
		byReset.get("/mine").wantTo(t, "/sign-in?next=%2Fmine")
	})
}

func TestRecoveryCodesWorkOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		b := w.signedIn(w.anna)
		_, codes := w.withFactor(b)
		sam := w.signedIn(w.sam)
		_, others := w.withFactor(sam)
		enter := func(code string) page {
			b := w.browser()
			b.signIn(w.anna.Email, rightPassword).wantTo(t, "/sign-in/code")
			return b.post("/sign-in/code", "code", code)
		}
		enter(strings.ToUpper(" "+codes[0]+" ")).wantTo(t, "/")
		if !strings.Contains(w.post.last(t).Text, "Left: 9") {
			t.Errorf("the owner is told %q", w.post.last(t).Text)
		}
		enter(codes[0]).want(t, 422, `id="code-error"`)
		enter(others[0]).want(t, 422, `id="code-error"`)
		b.get("/account/security").want(t, 200, "9 left")
		fresh := recoveryOnPage.FindStringSubmatch(b.post("/account/recovery-codes").want(t, 200, "Recovery codes").body)
		enter(codes[1]).want(t, 422, `id="code-error"`)
		enter(fresh[1]).wantTo(t, "/")
		w.ok(w.Site.DB.Read(t.Context(), func(tx *db.Tx) error {
			stored, err := db.All(tx, db.Column[[]byte], "select code from recovery_code")
			for _, code := range stored {
				if len(code) != 32 || strings.Contains(string(code), fresh[1]) {
					t.Error("a recovery code lies in the database as it is")
				}
			}
			return err
		}))
	})
}

func TestGuessingCodesEnds(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		phone, _ := w.withFactor(w.signedIn(w.anna))
		b := w.browser()
		b.signIn(w.anna.Email, rightPassword).wantTo(t, "/sign-in/code")
		for range mostTries - 1 {
			b.post("/sign-in/code", "code", "111111").want(t, 422, `id="code-error"`)
		}
		b.post("/sign-in/code", "code", "111111").want(t, 422, "start again")
		b.post("/sign-in/code", "code", phone.code(1)).want(t, 422, "start again")
		b.signIn(w.anna.Email, rightPassword).wantTo(t, "/sign-in/code")
		b.post("/sign-in/code", "code", phone.code(1)).want(t, 429, "") // and a new start does not help
		w.wantLogged(w.anna.ID, "account.second_factor_failed", mostTries)
	})
}

func TestOneCodeLetsInOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		phone, _ := w.withFactor(w.signedIn(w.anna))
		code := phone.code(0)
		browsers := make([]*browser, 4)
		for i := range browsers {
			browsers[i] = w.browser()
			browsers[i].signIn(w.anna.Email, rightPassword).wantTo(t, "/sign-in/code")
		}
		var wait sync.WaitGroup
		in := make([]bool, len(browsers))
		for i, b := range browsers {
			wait.Go(func() { in[i] = b.post("/sign-in/code", "code", code).StatusCode == 303 })
		}
		wait.Wait()
		n := 0
		for _, is := range in {
			if is {
				n++
			}
		}
		if n != 1 {
			t.Errorf("one code let in %d browsers", n)
		}
	})
}

func TestAQuestionForACodeEnds(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		phone, _ := w.withFactor(w.signedIn(w.anna))
		b := w.browser()
		b.get("/sign-in/code").wantTo(t, "/sign-in")
		b.post("/sign-in/code", "code", phone.code(0)).want(t, 422, "start again")
		b.signIn(w.anna.Email, rightPassword).wantTo(t, "/sign-in/code")
		w.age("update ceremony set expires_us = expires_us - $1", codeAge.Microseconds())
		b.post("/sign-in/code", "code", phone.code(0)).want(t, 422, "start again")
		b.signIn(w.anna.Email, rightPassword).wantTo(t, "/sign-in/code")
		w.write("test.suspend", func(tx *db.Tx) error { return Suspend(tx, w.anna.ID, "test") })
		b.post("/sign-in/code", "code", phone.code(0)).want(t, 403, "suspended")
		b.get("/mine").wantTo(t, "/sign-in?next=%2Fmine")
	})
}

func TestTheSecondFactorIsSealed(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		b := w.signedIn(w.anna)
		phone, _ := w.withFactor(b)
		seed, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(phone.seed)
		w.ok(err)
		w.ok(w.Site.DB.Read(t.Context(), func(tx *db.Tx) error {
			var sealed []byte
			if err := tx.Row("select secret from second_factor").Scan(&sealed); err != nil {
				return err
			}
			if strings.Contains(string(sealed), string(seed)) {
				t.Error("the secret lies in the database as it is")
			}
			if _, err := unseal(w.Site, w.sam.ID, sealed); err == nil {
				t.Error("the secret opens for another account")
			}
			return nil
		}))
		b.post("/account/second-factor/start").wantTo(t, "/account/security") // it is on: no new secret
		b.get("/account/second-factor").wantTo(t, "/account/security")
		b.get("/account/second-factor/qr.svg").want(t, 404, "")
		b.post("/account/second-factor", "code", phone.code(1)).wantTo(t, "/account/security")
		b.post("/account/second-factor/off").wantTo(t, "/account/security")
		b.post("/account/second-factor/off").wantTo(t, "/account/security")
		w.browser().signIn(w.anna.Email, rightPassword).wantTo(t, "/")
		b.post("/account/recovery-codes").wantTo(t, "/account/security")
	})
}

func TestThePictureIsOne(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		b := w.signedIn(w.anna)
		b.post("/account/second-factor/start").wantTo(t, "/account/second-factor")
		p := b.get("/account/second-factor/qr.svg").want(t, 200, "<svg ")
		if p.Header.Get("Content-Type") != "image/svg+xml" || p.Header.Get("Cache-Control") != "no-store" || strings.Contains(p.body, "style") {
			t.Errorf("%v %s", p.Header, p.body[:80])
		}
	})
}

// What changes how somebody signs in asks for a recent sign-in.
func TestAnOldSessionChangesNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		b := w.signedIn(w.sam)
		b.get("/sure").want(t, 200, "")
		w.age("update session set created_us = created_us - $1", FreshFor.Microseconds())
		b.get("/sure").wantTo(t, "/sign-in?again=1&next=%2Fmine")
		for _, path := range []string{
			"/account/email", "/account/second-factor/start", "/account/second-factor", "/account/second-factor/off", "/account/recovery-codes",
			"/account/phone", "/account/phone/code", "/account/phone/remove", "/account/passkeys/name", "/account/passkeys/remove", "/account/open-id/remove",
		} {
			b.post(path, "email", "other@example.org", "phone", "+41790000000").wantTo(t, signInAgain)
		}
		b.headers["Content-Type"] = "application/json"
		b.post("/account/passkeys/start").want(t, 403, `"to":"/sign-in?again=1`)
		delete(b.headers, "Content-Type")
		b.get("/account/security").want(t, 200, "Sign in again")
		b.get(signInAgain).want(t, 200, "show once more")
		b.post("/sign-in", "email", "sam@example.org", "password", rightPassword, "next", "/account/security").wantTo(t, "/account/security")
		b.post("/account/email", "email", "other@example.org").wantTo(t, "/account/security")

		bare := w.browser()
		w.age("update account set password = null where id = $1", w.anna.ID)
		bare.post("/sign-in/link", "email", "anna@example.org").wantTo(t, "/sign-in/sent")
		bare.post(w.post.lastLink(t)).wantTo(t, "/")
		w.age("update session set created_us = created_us - $1", FreshFor.Microseconds())
		bare.post("/account/password", "password", "set by who found it open").wantTo(t, signInAgain)
	})
}

// teller keeps what members are told.
type teller struct{ told []Alert }

func (k *teller) Tell(_ *db.Tx, a Alert) error {
	k.told = append(k.told, a)
	return nil
}

func TestMembersAreToldThroughTheirDesk(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		desk := &teller{}
		w.door.config.Teller = desk
		w.withFactor(w.signedIn(w.anna))
		if len(desk.told) != 1 || w.post.count() != 0 {
			t.Fatalf("told %+v and %d letters, want one alert", desk.told, w.post.count())
		}
		words, err := text.New(Messages())
		w.ok(err)
		said := desk.told[0].Words(text.WithPrinter(t.Context(), words.Printer(text.Settings{Locale: "de"})))
		if said.Subject != "Der zweite Schritt wurde eingeschaltet." || !strings.HasPrefix(said.Text, "Der zweite Schritt wurde eingeschaltet.") {
			t.Errorf("the member is told %+v", said)
		}
		known := func(kind AlertKind) bool { return kind.Name == desk.told[0].Kind && kind.Duty }
		if desk.told[0].To != w.anna.ID || !slices.ContainsFunc(Alerts(), known) {
			t.Errorf("the alert is %+v", desk.told[0])
		}
		w.withFactor(w.signedIn(w.sam))
		if len(desk.told) != 1 || w.post.to(w.sam.Email) != 1 {
			t.Error("somebody on the staff is not written a letter")
		}
	})
}
