package account

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"fairground/internal/db"
	"fairground/internal/value"
)

var houseKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

// house is another house with a sign-in of its own, as the protocol describes it.
type house struct {
	t      *testing.T
	server *httptest.Server
	claims map[string]any        // of whoever signs in next
	codes  map[string]url.Values // what the browser asked for, by the code it was given
	spoil  func(claims map[string]any)
}

func newHouse(t *testing.T) *house {
	h := &house{t: t, codes: map[string]url.Values{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		at := h.server.URL
		json.NewEncoder(w).Encode(map[string]any{
			"issuer": at, "authorization_endpoint": at + "/authorize", "token_endpoint": at + "/token", "jwks_uri": at + "/keys",
			"id_token_signing_alg_values_supported": []string{"RS256"},
		})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		key, _ := houseKey()
		json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: &key.PublicKey, KeyID: "1", Algorithm: "RS256", Use: "sig"}}})
	})
	mux.HandleFunc("POST /token", h.token)
	h.server = httptest.NewServer(mux)
	t.Cleanup(h.server.Close)
	return h
}

// arrive is somebody's browser at the house: they sign in there, and it is told where to go back to.
func (h *house) arrive(address string, claims map[string]any) string {
	h.t.Helper()
	asked, err := url.Parse(address)
	if err != nil || !strings.HasPrefix(address, h.server.URL+"/authorize?") {
		h.t.Fatalf("the browser was sent to %q: %v", address, err)
	}
	query := asked.Query()
	for _, name := range []string{"state", "nonce", "code_challenge"} {
		if len(query.Get(name)) < 43 {
			h.t.Errorf("%s is %q", name, query.Get(name))
		}
	}
	if query.Get("code_challenge_method") != "S256" {
		h.t.Error("the code is not bound to the browser by SHA-256")
	}
	h.claims = claims
	code, _ := newSecret()
	h.codes[code] = query
	back, err := url.Parse(query.Get("redirect_uri"))
	if err != nil {
		h.t.Fatal(err)
	}
	return back.Path + "?" + url.Values{"state": {query.Get("state")}, "code": {code}}.Encode()
}

func (h *house) token(w http.ResponseWriter, r *http.Request) {
	asked, known := h.codes[r.FormValue("code")]
	delete(h.codes, r.FormValue("code"))
	sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
	id, secret, _ := r.BasicAuth()
	if !known || base64.RawURLEncoding.EncodeToString(sum[:]) != asked.Get("code_challenge") || id != "fairground" || secret != "quiet" {
		http.Error(w, `{"error":"invalid_grant"}`, http.StatusBadRequest)
		return
	}
	claims := map[string]any{"iss": h.server.URL, "aud": "fairground", "nonce": asked.Get("nonce"), "iat": time.Now().Unix(), "exp": time.Now().Add(time.Hour).Unix()}
	for name, claim := range h.claims {
		claims[name] = claim
	}
	if h.spoil != nil {
		h.spoil(claims)
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(map[string]any{"access_token": "x", "token_type": "Bearer", "expires_in": 60, "id_token": h.sign(claims)})
}

func (h *house) sign(claims map[string]any) string {
	key, err := houseKey()
	if err != nil {
		h.t.Fatal(err)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: key, KeyID: "1"}}, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		h.t.Fatal(err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		h.t.Fatal(err)
	}
	text, err := signed.CompactSerialize()
	if err != nil {
		h.t.Fatal(err)
	}
	return text
}

func (w *world) withHouse(forWhom value.ActorKind, domains ...string) *house {
	h := newHouse(w.t)
	w.houses = []OpenID{{Name: "acme", Label: "Acme", Issuer: h.server.URL, ClientID: "fairground", ClientSecret: "quiet", For: forWhom, Domains: domains}}
	return h
}

func mina(more ...any) map[string]any {
	claims := map[string]any{"sub": "subject-1", "email": newcomer, "email_verified": true, "name": "Mina Muster"}
	for i := 0; i < len(more); i += 2 {
		claims[more[i].(string)] = more[i+1]
	}
	return claims
}

// through signs in at the house and comes back.
func (b *browser) through(h *house, claims map[string]any) page {
	b.w.t.Helper()
	return b.get(h.arrive(b.get("/sign-in/with/acme?next=/mine").Header.Get("Location"), claims))
}

func TestJoiningThroughAnotherHouse(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		h := w.withHouse(value.Member)
		b := w.browser()
		b.get("/sign-in").want(t, 200, "Sign in with Acme")
		b.get("/join").want(t, 200, "/sign-in/with/acme")
		b.through(h, mina()).wantTo(t, "/mine")
		b.get("/mine").want(t, 200, "Mina Muster")
		made := w.find(newcomer)
		if made.Verified.IsZero() || made.Kind != value.Member {
			t.Errorf("made %+v", made)
		}
		// The house's subject opens the account from now on, whatever address the house tells.
		w.browser().through(h, mina("email", "elsewhere@example.org")).wantTo(t, "/mine")
		if n := w.count("select count(*) from account"); n != 3 {
			t.Errorf("%d accounts, want 3", n)
		}
		b.get("/account/security").want(t, 200, "Acme")
		b.post("/account/open-id/remove", "issuer", h.server.URL).wantTo(t, "/account/security")
		if n := w.count("select count(*) from open_id"); n != 0 {
			t.Error("the link is still there")
		}
		odd := w.browser()
		odd.through(h, mina("sub", "subject-2", "email", "odd@example.org", "name", "see www.evil.example")).wantTo(t, "/mine")
		odd.get("/mine").want(t, 200, "/mine for Member")
	})
}

func TestAnotherHouseOpensAnAccountByItsProvenAddress(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		h := w.withHouse(value.Member)
		b := w.browser()
		for _, claims := range []map[string]any{
			mina("email", "anna@example.org", "email_verified", false), mina("email", "anna@example.org", "email_verified", nil), mina("email", ""), mina("email", "no address"),
		} {
			b.through(h, claims).want(t, 403, "does not vouch")
		}
		if n := w.count("select count(*) from open_id"); n != 0 {
			t.Fatal("an address that was only claimed opened an account")
		}
		b.through(h, mina("email", "sam@example.org")).want(t, 403, "other accounts") // staff, through a house for members
		b.through(h, mina("email", "Anna@Example.org")).wantTo(t, "/mine")
		b.get("/mine").want(t, 200, "Anna Muster")
		if !strings.Contains(w.post.last(t).Text, "Another sign-in now opens your account: Acme.") || w.post.last(t).To != w.anna.Email {
			t.Errorf("the owner is told %+v", w.post.last(t))
		}
		w.withFactor(b)
		w.browser().through(h, mina()).wantTo(t, "/sign-in/code") // the second factor is asked for here, too
	})
}

func TestStaffThroughAnotherHouse(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		h := w.withHouse(value.Staff, "example.org")
		w.browser().through(h, mina("email", "sam@example.org", "sub", "s")).wantTo(t, "/mine")
		w.browser().through(h, mina("email", "sam@other.example", "sub", "t")).want(t, 403, "addresses like yours")
		w.browser().through(h, mina()).want(t, 403, "no account")
		w.browser().through(h, mina("email", "anna@example.org", "sub", "u")).want(t, 403, "other accounts")
		w.browser().get("/join").want(t, 200, `name="email"`)
		if p := w.browser().get("/join"); strings.Contains(p.body, "Acme") {
			t.Error("a house for the staff stands on the page to join")
		}
		w.houses[0].Domains = nil // a house for the staff that names no domain speaks for nobody
		w.browser().through(h, mina("email", "sam@example.org", "sub", "v")).want(t, 403, "addresses like yours")
		w.write("test.suspend", func(tx *db.Tx) error { return Suspend(tx, w.sam.ID, "test") })
		w.browser().through(h, mina("email", "sam@example.org", "sub", "s")).want(t, 403, "suspended")
	})
}

func TestWhatComesBackMustFit(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		h := w.withHouse(value.Member)
		leave := func(b *browser) string { return b.get("/sign-in/with/acme?next=/mine").Header.Get("Location") }
		b := w.browser()
		back := h.arrive(leave(b), mina())
		w.browser().get(back).want(t, 422, "start again") // brought by another browser: a planted sign-in
		b.get(strings.Replace(back, "state=", "state=x", 1)).want(t, 422, "did not work")
		b.get(back).want(t, 422, "start again") // the try used the ceremony up
		back = h.arrive(leave(b), mina())
		b.get(back+"&iss=https%3A%2F%2Fother.example").want(t, 422, "did not work")
		back = h.arrive(leave(b), mina())
		b.get(back).wantTo(t, "/mine")
		b.get(back).want(t, 422, "start again") // replayed
		for name, spoil := range map[string]func(map[string]any){
			"another nonce":    func(c map[string]any) { c["nonce"] = "planted" },
			"another audience": func(c map[string]any) { c["aud"] = "another site" },
			"another issuer":   func(c map[string]any) { c["iss"] = "https://other.example" },
			"an old token":     func(c map[string]any) { c["exp"] = time.Now().Add(-time.Hour).Unix() },
		} {
			h.spoil = spoil
			fresh := w.browser()
			if p := fresh.through(h, mina()); p.StatusCode != 422 || !strings.Contains(p.body, "did not work") {
				t.Errorf("%s: %d %s", name, p.StatusCode, p.main())
			}
			fresh.get("/mine").wantTo(t, "/sign-in?next=%2Fmine")
		}
		b.get("/sign-in/with/nobody").want(t, 404, "")
		b.get("/sign-in/with/acme/return?state=x&code=y").want(t, 422, "start again")
	})
}

func TestAddingAnotherHouse(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		h := w.withHouse(value.Member)
		b := w.signedIn(w.anna)
		w.browser().get("/sign-in/with/acme?add=1").wantTo(t, signInAgain)
		back := h.arrive(b.get("/sign-in/with/acme?add=1").Header.Get("Location"), mina("email_verified", false))
		b.get(back).wantTo(t, "/account/security") // signed in here and there: no address needs to be believed
		w.browser().through(h, mina("email_verified", false)).wantTo(t, "/mine")

		kim := w.create(Account{Kind: value.Member, Email: "kim@example.org", Name: "Kim Muster"})
		w.age("update account set password = (select password from account where id = $1) where id = $2", w.anna.ID, kim.ID)
		other := w.signedIn(kim)
		back = h.arrive(other.get("/sign-in/with/acme?add=1").Header.Get("Location"), mina())
		other.get(back).want(t, 409, "another account")
		back = h.arrive(other.get("/sign-in/with/acme?add=1").Header.Get("Location"), mina("sub", "free"))
		other.post("/sign-out")
		other.get(back).want(t, 422, "start again") // signed out in the meantime
	})
}

func TestAHouseThatIsAway(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		h := w.withHouse(value.Member)
		h.server.Close()
		w.browser().get("/sign-in/with/acme").want(t, 503, "")
	})
}
