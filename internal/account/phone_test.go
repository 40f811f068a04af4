package account

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

var codeInText = regexp.MustCompile(`\d{6}`)

func (b *textbox) code(t *testing.T) string {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.sent) == 0 {
		t.Fatal("no text was sent")
	}
	return codeInText.FindString(b.sent[len(b.sent)-1])
}

func TestProvingANumber(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		b := w.signedIn(w.anna)
		b.post("/account/phone", "phone", "not a number").want(t, 422, `id="phone-error"`).want(t, 422, `value="not a number"`)
		b.post("/account/phone", "phone", "079 123 45 67").wantTo(t, "/account/security") // as written in the site's country
		if w.texts.phone[0] != "+41791234567" {
			t.Errorf("the text goes to %s", w.texts.phone[0])
		}
		b.get("/account/security").want(t, 200, "We sent a code to +41791234567")
		code := w.texts.code(t)
		b.post("/account/phone/code", "code", wrongDigits(code)).want(t, 422, `id="phone-code-error"`)
		w.signedIn(w.sam).post("/account/phone/code", "code", code).want(t, 422, "start again") // another's code
		b.post("/account/phone/code", "code", " "+code[:3]+" "+code[3:]).wantTo(t, "/account/security")
		b.post("/account/phone/code", "code", code).want(t, 422, "start again")
		w.ok(w.Site.DB.Read(t.Context(), func(tx *db.Tx) error {
			proof, err := Verified(tx, w.anna.ID)
			if !proof.Phone || proof.Mail || proof.Since.IsZero() {
				t.Errorf("proven: %+v", proof)
			}
			_, missing := Verified(tx, 1)
			wantKind(t, missing, value.NotFound, "")
			return err
		}))
		for _, row := range w.history(w.anna.ID) {
			if strings.Contains(row.Diff, "4567") {
				t.Errorf("the log holds the number: %s", row.Diff)
			}
		}
		b.post("/account/phone/remove").wantTo(t, "/account/security")
		if w.find(w.anna.Email).Phone != "" {
			t.Error("the number is still there")
		}
	})
}

func wrongDigits(code string) string {
	return fmt.Sprintf("%d%s", (code[0]-'0'+1)%10, code[1:])
}

func TestGuessingANumbersCodeEnds(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		b := w.signedIn(w.anna)
		b.post("/account/phone", "phone", "+41791234567").wantTo(t, "/account/security")
		code := w.texts.code(t)
		for range mostTries - 1 {
			b.post("/account/phone/code", "code", wrongDigits(code)).want(t, 422, "not right")
		}
		b.post("/account/phone/code", "code", wrongDigits(code)).want(t, 422, "start again")
		b.post("/account/phone/code", "code", code).want(t, 422, "start again")
		b.post("/account/phone", "phone", "+41791234567").wantTo(t, "/account/security")
		w.age("update phone_check set expires_us = expires_us - $1", PhoneAge.Microseconds())
		b.post("/account/phone/code", "code", w.texts.code(t)).want(t, 422, "start again")
		b.post("/account/phone", "phone", "+41791234567").wantTo(t, "/account/security")
		b.post("/account/phone", "phone", "+41791234567").want(t, 429, "")
		if len(w.texts.sent) != 3 {
			t.Errorf("%d texts, want 3", len(w.texts.sent))
		}
		var stored []byte
		w.ok(w.Site.DB.Read(t.Context(), func(tx *db.Tx) error { return tx.Row("select code from phone_check").Scan(&stored) }))
		if len(stored) != 32 {
			t.Errorf("the code is stored as %q", stored)
		}
	})
}

func TestTextsCanGoToTheMailbox(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := siteContext(t, w)
		w.ok(MailboxTexts(w.post).Send(ctx, "+41791234567", "123456 is your code"))
		if letter := w.post.last(t); letter.Text != "123456 is your code" || letter.Purpose != "text" || letter.To != "41791234567@text.invalid" {
			t.Errorf("%+v", letter)
		}
	})
}

func TestWhatIsKeptOfSomebodyIsExportedAndErased(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		b := w.signedIn(w.anna)
		w.withFactor(b)
		b.post("/account/phone", "phone", "+41791234567").wantTo(t, "/account/security")
		b.post("/account/phone/code", "code", w.texts.code(t)).wantTo(t, "/account/security")
		w.browser().post("/sign-in/link", "email", "anna@example.org").wantTo(t, "/sign-in/sent")
		link := w.post.lastLink(t)
		parts := map[string]any{}
		w.ok(w.Site.DB.Read(t.Context(), func(tx *db.Tx) error {
			return Estate{}.Export(tx, w.anna.ID, func(name string, rows any) error {
				parts[name] = rows
				return nil
			})
		}))
		own, ok := parts["account"].(exportedAccount)
		if !ok || own.Email != "anna@example.org" || own.Phone != "+41791234567" || len(parts) != 5 {
			t.Errorf("exported %+v", parts)
		}
		if sessions := parts["sessions"].([]exportedSession); len(sessions) != 1 || sessions[0].By != ByPassword {
			t.Errorf("sessions %+v", sessions)
		}
		var kept []string
		w.write("member.erase", func(tx *db.Tx) error {
			kept = nil
			return Estate{}.Erase(tx, w.anna.ID, func(what, _, _ string) { kept = append(kept, what) })
		})
		if len(kept) != 1 {
			t.Errorf("kept %v", kept)
		}
		b.get("/mine").wantTo(t, "/sign-in?next=%2Fmine")
		w.browser().signIn("anna@example.org", rightPassword).want(t, 422, sorry)
		w.browser().post(link).want(t, 422, "too old")
		for _, table := range []string{"session", "second_factor", "recovery_code", "phone_check", "passkey", "open_id", "sign_in_token", "ceremony", "proof_link"} {
			if n := w.count("select count(*) from "+table+" where account = $1", w.anna.ID); n != 0 {
				t.Errorf("%d rows of %s are left", n, table)
			}
		}
		w.ok(w.Site.DB.Read(t.Context(), func(tx *db.Tx) error {
			a, err := Find(tx, w.anna.ID)
			if a.Name != "–" || strings.Contains(string(a.Email), "anna") || a.Phone != "" || a.Erased.IsZero() || time.Since(a.Erased) > time.Hour {
				t.Errorf("left: %+v", a)
			}
			return err
		}))
		err := w.Site.DB.Write(t.Context(), operator, "test", func(tx *db.Tx) error { return Restore(tx, w.anna.ID, "test") })
		wantKind(t, err, value.Conflict, "")
		err = w.Site.DB.Write(t.Context(), operator, "test", func(tx *db.Tx) error { return Erase(tx, w.sam.ID) })
		wantKind(t, err, value.Conflict, "")
		w.browser().post("/join", "name", "Anna Again", "email", "anna@example.org").wantTo(t, "/join/sent")
		w.browser().post(w.post.lastLink(t)).wantTo(t, "/account/welcome") // the address is free again
	})
}
