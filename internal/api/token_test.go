package api

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/site/sitetest"
	"fairground/internal/value"
)

func TestParseScopes(t *testing.T) {
	t.Parallel()
	for _, good := range [][]string{{"records:read"}, {"records:read:person", "records:write:person"}, {"export:listing"}, {"changes:read", "changes:read"}} {
		if _, err := ParseScopes(good); err != nil {
			t.Errorf("%v: %v", good, err)
		}
	}
	bad := [][]string{nil, {""}, {"records"}, {"records:read:"}, {"records:read:Person"}, {"records:read:a b"}, {"schema:write:person"},
		{"webhooks:write:x"}, {"records:read:person:x"}, {"admin"}, {":read"}, slices.Repeat([]string{"import"}, mostScopes+1)}
	for _, texts := range bad {
		if got, err := ParseScopes(texts); err == nil {
			t.Errorf("%v became %v", texts, got)
		}
	}
	s, _ := ParseScopes([]string{"records:read:person", "import"})
	for _, c := range []struct {
		verb   Scope
		object string
		want   bool
	}{
		{RecordsRead, "person", true}, {RecordsRead, "deal", false}, {RecordsRead, "", false}, {RecordsWrite, "person", false},
		{Import, "deal", true}, {Import, "", true}, {"records:read:person", "", true}, {RecordsRead, "person:x", false},
	} {
		if got := s.May(c.verb, c.object); got != c.want {
			t.Errorf("May(%s, %q) is %v", c.verb, c.object, got)
		}
	}
}

func TestEveryVerbNeedsAPermissionThatExists(t *testing.T) {
	t.Parallel()
	if len(Verbs()) != len(needs) {
		t.Errorf("%d verbs, %d permissions", len(Verbs()), len(needs))
	}
	for _, verb := range Verbs() {
		if !account.Admin.May(verb.Permission()) {
			t.Errorf("%s needs %q, which an admin lacks", verb, verb.Permission())
		}
	}
	if (Scope("records:delete")).Permission() != "" {
		t.Error("an unknown verb has a permission")
	}
}

func TestTokenLetsIn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		token, secret := w.token(w.ada, "records:read:bike", "changes:read")
		if !strings.HasPrefix(secret, "fgt_") || len(secret) != 56 || !strings.HasSuffix(secret, token.LastFour) {
			t.Errorf("the secret is %q, its end %q", secret, token.LastFour)
		}
		shown := into[tokenShown](w.do("GET", "/token", secret, "").want(200))
		if shown.Role != "admin" || shown.Name != "test" || !slices.Equal(shown.Scopes, []string{"changes:read", "records:read:bike"}) {
			t.Errorf("%+v", shown)
		}
		for _, row := range sitetest.History(t, w.Site, tokenObject, token.ID) {
			if strings.Contains(row.Diff, secret[4:20]) {
				t.Error("the log has the secret")
			}
		}
		w.read(func(tx *db.Tx) error {
			all, err := Tokens(tx, w.ada.ID)
			if err == nil && (len(all) != 1 || all[0].Used.IsZero()) {
				t.Errorf("%+v", all)
			}
			return err
		})
	})
}

func TestTokenIsRefused(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		refused := func(what, secret string) {
			t.Helper()
			a := w.do("GET", "/token", secret, "")
			p := a.problem(http.StatusUnauthorized)
			if got := a.Header.Get("WWW-Authenticate"); got != `Bearer realm="api", error="invalid_token"` {
				t.Errorf("%s: WWW-Authenticate is %q", what, got)
			}
			if p.Detail != "this token is not valid: it is unknown, expired or revoked, or its account is suspended" {
				t.Errorf("%s: the refusal says why: %q", what, p.Detail)
			}
		}
		_, good := w.token(w.ada, "changes:read")
		refused("unknown", newTokenSecret())
		refused("shortened", good[:len(good)-1])
		refused("in capitals", strings.ToUpper(good))
		refused("with a quote", "fgt_' or '1'='1")

		token, revoked := w.token(w.ada, "changes:read")
		w.do("GET", "/token", revoked, "").want(200)
		w.ok(RevokeToken(t.Context(), w.Site, operator, token.ID))
		refused("revoked", revoked)

		_, theirs := w.token(w.vic, "changes:read")
		w.write("test", func(tx *db.Tx) error { return account.Suspend(tx, w.vic.ID, "left") })
		refused("of a suspended account", theirs)
		w.write("test", func(tx *db.Tx) error { return account.Restore(tx, w.vic.ID, "came back") })
		w.do("GET", "/token", theirs, "").want(200)

		w.clock.add(366 * 24 * time.Hour)
		refused("expired", good)
	})
}

func TestNoTokenIsToldHow(t *testing.T) {
	one(t, func(t *testing.T, w *world) {
		a := w.do("GET", "/token", "", "")
		a.problem(http.StatusUnauthorized, "Authorization: Bearer")
		if got := a.Header.Get("WWW-Authenticate"); got != `Bearer realm="api"` {
			t.Errorf("WWW-Authenticate is %q", got)
		}
		secret := w.secret("changes:read")
		w.do("GET", "/token", "", "", "Authorization", "Basic "+secret).problem(http.StatusUnauthorized)
		w.do("GET", "/token", "", "", "Cookie", "session="+secret).problem(http.StatusUnauthorized)
		w.do("GET", "/token?access_token="+secret, "", "").problem(http.StatusUnauthorized)
		w.do("GET", "/token", "", "", "Authorization", "bearer "+secret).want(200)
	})
}

func TestScopeAndRoleMustBothAllow(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.do("GET", "/webhooks", w.secret("changes:read"), "")
		a.problem(http.StatusForbidden, "webhooks:write")
		if got := a.Header.Get("WWW-Authenticate"); !strings.Contains(got, `error="insufficient_scope", scope="webhooks:write"`) {
			t.Errorf("WWW-Authenticate is %q", got)
		}
		secret := w.secret("webhooks:write")
		w.do("GET", "/webhooks", secret, "").want(200)
		w.staff("eve@example.org", account.Admin) // somebody must be left to administer
		w.write("test", func(tx *db.Tx) error { return account.SetRole(tx, w.ada.ID, account.Sales) })
		w.clock.add(callerMoment)
		w.do("GET", "/webhooks", secret, "").problem(http.StatusForbidden, "role sales")
	})
}

func TestMakeTokenRefuses(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		var member account.Account
		w.write("test", func(tx *db.Tx) (err error) {
			member, err = account.Create(tx, account.Account{Kind: value.Member, Email: "m@example.org", Name: "Mia Muster"})
			return err
		})
		good := NewToken{Name: "sync", Account: w.vic.ID, Scopes: []string{"records:read"}, Expires: w.clock.Now().Add(time.Hour)}
		for field, spoil := range map[string]func(n *NewToken){
			"name":    func(n *NewToken) { n.Name = "two\nlines" },
			"scopes":  func(n *NewToken) { n.Scopes = []string{"webhooks:write"} }, // a viewer may not
			"expires": func(n *NewToken) { n.Expires = w.clock.Now().Add(LongestLife + time.Hour) },
			"account": func(n *NewToken) { n.Account = member.ID },
		} {
			bad := good
			spoil(&bad)
			_, _, err := MakeToken(t.Context(), w.Site, operator, bad)
			wantKind(t, err, value.Invalid, field)
		}
		past := good
		past.Expires = w.clock.Now()
		_, _, err := MakeToken(t.Context(), w.Site, operator, past)
		wantKind(t, err, value.Invalid, "expires")
		_, _, err = MakeToken(t.Context(), w.Site, operator, good)
		w.ok(err)
	})
}

func TestBearerRevokesItsToken(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		secret := w.secret("changes:read")
		w.do("DELETE", "/token", secret, "").want(http.StatusNoContent)
		w.do("GET", "/token", secret, "").problem(http.StatusUnauthorized)
	})
}

func TestTouchIsRare(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		token, secret := w.token(w.ada, "changes:read")
		used := func() (at time.Time) {
			w.do("GET", "/token", secret, "").want(200)
			w.read(func(tx *db.Tx) error {
				found, err := findToken(tx, token.ID)
				at = found.Used
				return err
			})
			return at
		}
		first := used()
		if second := used(); !second.Equal(first) {
			t.Errorf("touched at %s and again at %s", first, second)
		}
		w.clock.add(2 * time.Minute)
		if third := used(); !third.After(first) {
			t.Errorf("not touched after two minutes")
		}
	})
}
