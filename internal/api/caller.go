package api

import (
	"context"
	"time"

	"fairground/internal/account"
	"fairground/internal/value"
)

// Caller is whom a request acts for: a token and the staff account behind it. The zero Caller is nobody.
type Caller struct {
	Token   value.ID // zero for a webhook, which acts for its owner without a token
	Name    string   // of the token
	Account account.Account
	Scopes  Scopes
	Expires time.Time
}

// IsZero reports whether there is nobody.
func (c Caller) IsZero() bool { return c.Account.ID == 0 }

// Role is the role of the account at this moment, not the one it had when the token was made.
func (c Caller) Role() account.Role { return c.Account.Role }

// Actor is the author of what the caller changes: the staff account.
func (c Caller) Actor() value.Actor { return c.Account.Actor() }

// May reports whether the caller may do something with an object: the token has the scope, and the account's role the
// permission. An empty object asks for every object.
func (c Caller) May(verb Scope, object string) bool {
	return c.Scopes.May(verb, object) && c.Role().May(verb.Permission())
}

type callerKey struct{}

// WithCaller returns a context that carries a caller.
func WithCaller(ctx context.Context, c Caller) context.Context {
	return context.WithValue(ctx, callerKey{}, c)
}

// CallerFrom returns the caller a context carries, and the zero Caller when it carries none.
func CallerFrom(ctx context.Context) Caller {
	c, _ := ctx.Value(callerKey{}).(Caller)
	return c
}

// Require refuses a caller who may not do something with an object, with the words for why.
func (c Caller) Require(verb Scope, object string) error {
	named := string(verb)
	if object != "" {
		named += ":" + object
	}
	switch {
	case !c.Scopes.May(verb, object):
		return value.Errorf(value.Forbidden, "this token lacks the scope %s", named)
	case !c.Role().May(verb.Permission()):
		return value.Errorf(value.Forbidden, "the account this token acts for may not do this in its role %s", c.Role())
	}
	return nil
}
