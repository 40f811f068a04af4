package account

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"fairground/internal/db"
	"fairground/internal/site/sitetest"
)

// device is an authenticator made for tests: one key, one counter, and whatever lie a test wants it to tell.
type device struct {
	t        *testing.T
	key      *ecdsa.PrivateKey
	id       []byte
	handle   []byte
	host     string
	origin   string
	counter  uint32
	verifies bool // it checks the person, by a finger for instance
}

func newDevice(t *testing.T) *device {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	id := make([]byte, 32)
	rand.Read(id)
	return &device{t: t, key: key, id: id, host: sitetest.Host, origin: origin1, verifies: true}
}

// The few forms of CBOR that an authenticator's answer needs.
func cborHead(major byte, n int) []byte {
	switch {
	case n < 24:
		return []byte{major<<5 | byte(n)}
	case n < 256:
		return []byte{major<<5 | 24, byte(n)}
	}
	return []byte{major<<5 | 25, byte(n >> 8), byte(n)}
}
func cborBytes(b []byte) []byte { return append(cborHead(2, len(b)), b...) }
func cborText(s string) []byte  { return append(cborHead(3, len(s)), s...) }

func (d *device) publicKey() []byte {
	point, err := d.key.PublicKey.Bytes()
	if err != nil {
		d.t.Fatal(err)
	}
	// {1: 2 (EC2), 3: -7 (ES256), -1: 1 (P-256), -2: x, -3: y}
	return slices.Concat([]byte{0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21}, cborBytes(point[1:33]), []byte{0x22}, cborBytes(point[33:]))
}

func (d *device) authenticatorData(attested bool) []byte {
	d.counter++
	host := sha256.Sum256([]byte(d.host))
	flags := byte(0x01)
	if d.verifies {
		flags |= 0x04
	}
	if attested {
		flags |= 0x40
	}
	data := append(host[:], flags)
	data = binary.BigEndian.AppendUint32(data, d.counter)
	if attested {
		data = append(data, make([]byte, 16)...)
		data = binary.BigEndian.AppendUint16(data, uint16(len(d.id)))
		data = slices.Concat(data, d.id, d.publicKey())
	}
	return data
}

func (d *device) clientData(kind, challenge string) []byte {
	text, err := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": d.origin, "crossOrigin": false})
	if err != nil {
		d.t.Fatal(err)
	}
	return text
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// create answers an offer to make a passkey.
func (d *device) create(offer page) string {
	var asked struct {
		Challenge string
		User      struct{ ID string }
	}
	d.read(offer, &asked)
	d.handle, _ = base64.RawURLEncoding.DecodeString(asked.User.ID)
	object := slices.Concat([]byte{0xa3}, cborText("fmt"), cborText("none"), cborText("attStmt"), []byte{0xa0}, cborText("authData"), cborBytes(d.authenticatorData(true)))
	return d.write(map[string]any{"clientDataJSON": b64(d.clientData("webauthn.create", asked.Challenge)), "attestationObject": b64(object), "transports": []string{"internal", "B@D"}})
}

// get answers an offer to sign in.
func (d *device) get(offer page) string {
	var asked struct{ Challenge string }
	d.read(offer, &asked)
	client, data := d.clientData("webauthn.get", asked.Challenge), d.authenticatorData(false)
	hash := sha256.Sum256(client)
	sum := sha256.Sum256(append(bytes.Clone(data), hash[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, d.key, sum[:])
	if err != nil {
		d.t.Fatal(err)
	}
	return d.write(map[string]any{"clientDataJSON": b64(client), "authenticatorData": b64(data), "signature": b64(signature), "userHandle": b64(d.handle)})
}

func (d *device) read(offer page, into any) {
	d.t.Helper()
	if err := json.Unmarshal([]byte(offer.body), into); err != nil || offer.StatusCode != 200 {
		d.t.Fatalf("the offer is %d %s: %v", offer.StatusCode, offer.body, err)
	}
}

func (d *device) write(response map[string]any) string {
	text, err := json.Marshal(map[string]any{"id": b64(d.id), "rawId": b64(d.id), "type": "public-key", "clientExtensionResults": map[string]any{}, "response": response})
	if err != nil {
		d.t.Fatal(err)
	}
	return string(text)
}

// send posts JSON as the page's script does.
func (b *browser) send(path, credential string) page {
	b.w.t.Helper()
	body := "{}"
	if credential != "" {
		body = `{"credential":` + credential + `,"next":"/mine"}`
	}
	r := httptest.NewRequestWithContext(b.w.t.Context(), "POST", origin1+path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	for name, content := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: content})
	}
	rec := httptest.NewRecorder()
	b.w.router.ServeHTTP(rec, r)
	for _, cookie := range rec.Result().Cookies() {
		b.cookies[cookie.Name] = cookie.Value
		if cookie.MaxAge < 0 {
			delete(b.cookies, cookie.Name)
		}
	}
	return page{rec.Result(), rec.Body.String()}
}

// withPasskey gives somebody signed in a passkey.
func (w *world) withPasskey(b *browser) *device {
	w.t.Helper()
	d := newDevice(w.t)
	b.send("/account/passkeys", d.create(b.send("/account/passkeys/start", ""))).want(w.t, 200, `"to":"/mine"`)
	return d
}

func TestSigningInByPasskey(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		b := w.signedIn(w.anna)
		d := w.withPasskey(b)
		if !strings.Contains(w.post.last(t).Text, "A passkey was added: Passkey.") {
			t.Errorf("the owner is told %q", w.post.last(t).Text)
		}
		other := w.browser()
		other.get("/sign-in").want(t, 200, `data-passkey="use"`).want(t, 200, `autocomplete="username webauthn"`)
		other.send("/sign-in/passkey", d.get(other.send("/sign-in/passkey/start", ""))).want(t, 200, `"to":"/mine"`)
		other.get("/mine").want(t, 200, "Anna")
		w.withFactor(b)
		checked := w.browser()
		checked.send("/sign-in/passkey", d.get(checked.send("/sign-in/passkey/start", ""))).want(t, 200, `"to":"/mine"`) // no code: the device checked the person
		d.verifies = false
		unchecked := w.browser()
		unchecked.send("/sign-in/passkey", d.get(unchecked.send("/sign-in/passkey/start", ""))).want(t, 200, `"to":"/sign-in/code"`)
		unchecked.get("/mine").wantTo(t, "/sign-in?next=%2Fmine")
	})
}

func TestAPasskeysAnswerWorksOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		d := w.withPasskey(w.signedIn(w.anna))
		b, thief := w.browser(), w.browser()
		answer := d.get(b.send("/sign-in/passkey/start", ""))
		cookie := b.cookies["sign_in_passkey"]
		thief.send("/sign-in/passkey", answer).want(t, 422, "start again") // without the browser's cookie
		thief.send("/sign-in/passkey/start", "")
		thief.send("/sign-in/passkey", answer).want(t, 422, "does not work here") // with another challenge
		b.send("/sign-in/passkey", answer).want(t, 200, `"to":"/mine"`)
		for _, again := range []*browser{b, thief} {
			again.cookies["sign_in_passkey"] = cookie
			again.send("/sign-in/passkey", answer).want(t, 422, "start again")
		}
		late := w.browser()
		answer = d.get(late.send("/sign-in/passkey/start", ""))
		w.age("update ceremony set expires_us = expires_us - $1", passkeyAge.Microseconds())
		late.send("/sign-in/passkey", answer).want(t, 422, "start again")

		storm := w.browser()
		answer = d.get(storm.send("/sign-in/passkey/start", ""))
		cookie = storm.cookies["sign_in_passkey"]
		var wait sync.WaitGroup
		answers := make([]int, 4)
		for i := range answers {
			wait.Go(func() {
				b := w.browser()
				b.cookies["sign_in_passkey"] = cookie
				answers[i] = b.send("/sign-in/passkey", answer).StatusCode
			})
		}
		wait.Wait()
		slices.Sort(answers)
		if answers[0] != 200 || answers[1] == 200 {
			t.Errorf("one answer of a device, sent four times at once: %v, want one 200", answers)
		}
	})
}

func TestACopiedPasskeyIsNoticed(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		owner := w.signedIn(w.anna)
		d := w.withPasskey(owner)
		b := w.browser()
		b.send("/sign-in/passkey", d.get(b.send("/sign-in/passkey/start", ""))).want(t, 200, "/mine")
		d.counter = 0 // a copy made before counts anew
		copied := w.browser()
		copied.send("/sign-in/passkey", d.get(copied.send("/sign-in/passkey/start", ""))).want(t, 403, "a copy")
		copied.get("/mine").wantTo(t, "/sign-in?next=%2Fmine")
		if !strings.Contains(w.post.last(t).Text, "There may be a copy") {
			t.Errorf("the owner is told %q", w.post.last(t).Text)
		}
		letters := w.post.count()
		d.counter = 50 // and from now on the key is refused, whoever has it
		copied.send("/sign-in/passkey", d.get(copied.send("/sign-in/passkey/start", ""))).want(t, 403, "a copy")
		if w.post.count() != letters {
			t.Error("the owner is told twice")
		}
		owner.get("/account/security").want(t, 200, "refused: there may be a copy")
		w.wantLogged(w.anna.ID, "account.passkey_copied", 2)
	})
}

func TestPasskeysThatDoNotFit(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		d := w.withPasskey(w.signedIn(w.anna))
		try := func(spoil func(d *device)) page {
			lying := *d
			spoil(&lying)
			b := w.browser()
			p := b.send("/sign-in/passkey", lying.get(b.send("/sign-in/passkey/start", "")))
			b.get("/mine").wantTo(t, "/sign-in?next=%2Fmine")
			return p
		}
		for name, spoil := range map[string]func(d *device){
			"another site's page": func(d *device) { d.origin = "http://lake.example.org.evil.example" },
			"another site's key":  func(d *device) { d.host = "evil.example" },
			"another key":         func(d *device) { d.key = newDevice(t).key },
			"an unknown key":      func(d *device) { d.id = newDevice(t).id },
			"another's handle":    func(d *device) { d.handle = passkeyHandle(w.Site, w.sam.ID) },
			"no handle":           func(d *device) { d.handle = nil },
		} {
			if p := try(spoil); p.StatusCode != 422 || !strings.Contains(p.body, "does not work here") {
				t.Errorf("%s: %d %s", name, p.StatusCode, p.body)
			}
		}
		b := w.browser()
		b.send("/sign-in/passkey/start", "")
		b.send("/sign-in/passkey", `{"id":"x"}`).want(t, 422, "does not work here")
		b.post("/sign-in/passkey", "credential", "x").want(t, 415, "")
		w.wantLogged(w.anna.ID, "account.sign_in_failed", 4)
		w.write("test.suspend", func(tx *db.Tx) error { return Suspend(tx, w.anna.ID, "test") })
		b.send("/sign-in/passkey", d.get(b.send("/sign-in/passkey/start", ""))).want(t, 403, "suspended")
	})
}

func TestMakingPasskeys(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		anna, sam := w.signedIn(w.anna), w.signedIn(w.sam)
		w.browser().send("/account/passkeys/start", "").want(t, 401, "")
		d := newDevice(t)
		answer := d.create(anna.send("/account/passkeys/start", ""))
		sam.cookies["sign_in_register"] = anna.cookies["sign_in_register"]
		sam.send("/account/passkeys", answer).want(t, 422, "start again")  // another's challenge
		anna.send("/account/passkeys", answer).want(t, 422, "start again") // which is used up by it
		answer = d.create(anna.send("/account/passkeys/start", ""))
		anna.send("/account/passkeys", answer).want(t, 200, "/mine")
		anna.send("/account/passkeys", answer).want(t, 422, "start again")
		if p := anna.send("/account/passkeys/start", ""); !strings.Contains(p.body, b64(d.id)) {
			t.Error("the browser is not told which passkeys there are")
		}
		sam.send("/account/passkeys", d.create(sam.send("/account/passkeys/start", ""))).want(t, 422, "could not be kept") // a known key
		d2 := newDevice(t)
		d2.origin = "http://evil.example"
		sam.send("/account/passkeys", d2.create(sam.send("/account/passkeys/start", ""))).want(t, 422, "could not be kept")

		var id string
		w.ok(w.Site.DB.Read(t.Context(), func(tx *db.Tx) error {
			keys, err := findPasskeys(tx, w.anna.ID)
			if len(keys) != 1 || len(keys[0].credential.Transport) != 1 {
				t.Fatalf("kept %+v", keys)
			}
			id = keys[0].ID.Text(PasskeyKind)
			return err
		}))
		sam.post("/account/passkeys/name", "passkey", id, "name", "mine now").want(t, 404, "")
		sam.post("/account/passkeys/remove", "passkey", id).wantTo(t, "/account/security")
		anna.post("/account/passkeys/name", "passkey", id, "name", "My telephone").wantTo(t, "/account/security")
		anna.get("/account/security").want(t, 200, "My telephone")
		anna.post("/account/passkeys/remove", "passkey", id).wantTo(t, "/account/security")
		anna.post("/account/passkeys/remove", "passkey", id).wantTo(t, "/account/security")
		b := w.browser()
		b.send("/sign-in/passkey", d.get(b.send("/sign-in/passkey/start", ""))).want(t, 422, "does not work here")
	})
}
