package api

import (
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/value"
	"fairground/internal/web"
)

// visit is what Step found out about a request to the API.
type visit struct {
	caller Caller
	err    error // why nobody is let in
	given  bool  // a token was sent
	lacks  Scope // what a guard missed
}

type visitKey struct{}

// visitOf returns an empty visit for requests that did not come through Step.
func visitOf(r *http.Request) *visit {
	if v, ok := r.Context().Value(visitKey{}).(*visit); ok {
		return v
	}
	return &visit{err: unauthorized("send a token as Authorization: Bearer")}
}

// challenge is the WWW-Authenticate of a refusal (RFC 6750).
func (v *visit) challenge(status int) string {
	switch {
	case status == http.StatusForbidden && v.lacks != "":
		return fmt.Sprintf(`Bearer realm="api", error="insufficient_scope", scope="%s"`, v.lacks)
	case v.given && status == http.StatusUnauthorized:
		return `Bearer realm="api", error="invalid_token"`
	}
	return `Bearer realm="api"`
}

func unauthorized(message string) error {
	return web.Status(http.StatusUnauthorized, value.Errorf(value.Forbidden, "%s", message))
}

// Step finds whom a request to the API acts for and counts it against the token's limit, for web.Router.Before, after
// the site's step. Requests to other addresses pass by untouched. It refuses nobody; guards do.
func (a *API) Step(w http.ResponseWriter, r *http.Request) (*http.Request, error) {
	if !Beneath(r.URL.Path) {
		return r, nil
	}
	v, err := a.visit(r)
	if err != nil {
		return nil, err
	}
	ctx := r.Context()
	if v.err == nil {
		v.err = a.limits.count(w.Header(), v.caller.Token, 1)
		ctx = WithCaller(ctx, v.caller)
	}
	return r.WithContext(contextWithVisit(ctx, v)), nil
}

func (a *API) visit(r *http.Request) (*visit, error) {
	header := r.Header.Get("Authorization")
	if header == "" {
		return &visit{err: unauthorized("send a token as Authorization: Bearer")}, nil
	}
	scheme, secret, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") || len(r.Header.Values("Authorization")) > 1 {
		secret = ""
	}
	s := site.From(r.Context())
	secret = strings.TrimSpace(secret)
	known := &a.room(s).callers
	begun := known.count.Load()
	if c, ok := known.lately(secret, s.DB.Clock().Now()); ok {
		return &visit{caller: c, given: true}, nil
	}
	var c Caller
	var t Token
	err := s.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		c, t, err = authenticate(tx, secret)
		return err
	})
	if value.KindOf(err) == value.NotFound {
		return &visit{given: true, err: a.failed(r)}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("api.Step: %w", err)
	}
	a.touch(r, s, t)
	known.keep(secret, c, s.DB.Clock().Now(), begun)
	return &visit{caller: c, given: true}, nil
}

// failed counts a token that lets nobody in against the network it came from. Why it does not is not told: unknown,
// revoked, expired and suspended look alike.
func (a *API) failed(r *http.Request) error {
	if err := a.failures.Allow(web.ClientNetwork(r)); err != nil {
		return err
	}
	return unauthorized("this token is not valid: it is unknown, expired or revoked, or its account is suspended")
}

// touch remembers that a token was used. A request does not fail because that could not be written.
func (a *API) touch(r *http.Request, s *site.Site, t Token) {
	if s.DB.Clock().Now().Sub(t.Used) < touchEvery {
		return
	}
	err := s.DB.Maintain(r.Context(), "touch a token", func(tx *db.Tx) error { return touchToken(tx, t.ID) })
	if err != nil {
		slog.Warn("touching a token", "site", s.Slug, "error", err)
	}
}

// guard lets callers through whose token has a scope, for at least one object; the handler asks for the object in
// question. The empty scope asks for a valid token only.
type guard struct{ scope Scope }

// Check refuses without a valid token with 401, without the scope or the role's permission with 403.
func (g guard) Check(r *http.Request) error {
	v := visitOf(r)
	if v.err != nil || g.scope == "" {
		return v.err
	}
	if v.caller.Scopes.some(g.scope) && v.caller.Role().May(g.scope.Permission()) {
		return nil
	}
	if !v.caller.Scopes.some(g.scope) {
		v.lacks = g.scope
	}
	return v.caller.Require(g.scope, "")
}

// String names the guard in lists of routes.
func (g guard) String() string {
	if g.scope == "" {
		return "token"
	}
	return "token with " + string(g.scope)
}
