package account

import (
	"context"
	"time"

	"fairground/internal/value"
)

// Session is who sends a request. The zero Session is a visitor.
type Session struct {
	Account value.ID
	Kind    value.ActorKind
	Name    string
	Email   value.Email
	Role    Role
	Locale  value.Locale

	id    string // hash of the cookie's value
	began time.Time
	seen  time.Time
}

// How long sessions last.
const (
	IdleLimit  = 30 * 24 * time.Hour // without a request
	TotalLimit = 90 * 24 * time.Hour // since signing in, however busy
	touchEvery = 5 * time.Minute     // how exactly the last request is remembered

	// FreshFor is how long after signing in one may change how one signs in.
	FreshFor = 30 * time.Minute
)

// Way is how somebody signed in.
type Way string

// The ways.
const (
	ByPassword Way = "password"
	ByLink     Way = "link"
	ByPasskey  Way = "passkey"
	ByOpenID   Way = "open_id"
)

// IsZero reports whether nobody is signed in.
func (s Session) IsZero() bool { return s.Account == 0 }

// IsStaff reports whether somebody of the staff is signed in.
func (s Session) IsStaff() bool { return !s.IsZero() && s.Kind == value.Staff }

// Actor is the session's account as the author of changes; a visitor when nobody is signed in.
func (s Session) Actor() value.Actor {
	if s.IsZero() {
		return value.Actor{Kind: value.Visitor}
	}
	return value.Actor{Kind: s.Kind, ID: s.Account}
}

// May reports whether the session's role includes a permission. Members and visitors have none.
func (s Session) May(p Permission) bool { return s.IsStaff() && s.Role.May(p) }

type contextKey struct{}

// With returns a context that carries a session.
func With(ctx context.Context, s Session) context.Context {
	return context.WithValue(ctx, contextKey{}, s)
}

// From returns the session a context carries, and the zero Session, a visitor, when it carries none.
func From(ctx context.Context) Session {
	s, _ := ctx.Value(contextKey{}).(Session)
	return s
}

// Device is one session as its owner sees it in the list.
type Device struct {
	Key     string // names the session to End; it lets nobody in
	Name    string // such as "Firefox on Linux"
	Network string // shortened, such as 192.0.2.0/24
	By      Way    // empty for sessions older than this
	Created time.Time
	Seen    time.Time
	Present bool // the session that asks
}
