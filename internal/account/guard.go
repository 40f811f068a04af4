package account

import (
	"fmt"
	"net/http"
	"net/url"

	"fairground/internal/site"
	"fairground/internal/value"
	"fairground/internal/web"
)

// Guard says who may use a route; it is a web.Guard. The zero Guard lets nobody through.
type Guard struct {
	name  string
	check func(Session) error
}

// The guards without a permission.
var (
	Public    = Guard{"anybody", func(Session) error { return nil }}
	SignedIn  = Guard{"signed in", mustBeSignedIn}
	StaffOnly = Guard{"staff", mustBeStaff}
)

// May guards a route for staff whose role has a permission. It panics for one that is not defined, since a mistyped
// name would otherwise lock everybody out unnoticed.
func May(p Permission) Guard {
	if !Admin.May(p) {
		panic(fmt.Sprintf("account.May: there is no permission %q", p))
	}
	return Guard{"staff who may " + string(p), func(s Session) error {
		if err := mustBeStaff(s); err != nil {
			return err
		}
		if !s.May(p) {
			return refused("account.not_permitted", "your role does not include this; ask an administrator of this site")
		}
		return nil
	}}
}

// Check lets a request through or says why not. Visitors who asked for a page are sent to the sign-in and back; other
// requests get 401.
func (g Guard) Check(r *http.Request) error {
	if g.check == nil {
		return refused("account.not_permitted", "nobody may use this")
	}
	session := From(r.Context())
	err := g.check(session)
	if err == nil || !session.IsZero() {
		return err
	}
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return web.Detour(signInPath(r.URL.RequestURI()))
	}
	return web.Status(http.StatusUnauthorized, err)
}

// String names the guard in lists of routes.
func (g Guard) String() string { return g.name }

func mustBeSignedIn(s Session) error {
	if s.IsZero() {
		return refused("account.sign_in_first", "please sign in first")
	}
	return nil
}

func mustBeStaff(s Session) error {
	if err := mustBeSignedIn(s); err != nil {
		return err
	}
	if s.Kind != value.Staff {
		return refused("account.staff_only", "this page is for the staff of this site")
	}
	return nil
}

func refused(key, english string) error {
	return &value.Error{Kind: value.Forbidden, Message: english, Key: key}
}

// signInPath is the sign-in page that leads on to a path of this site; the front page is where it leads anyway.
func signInPath(next string) string {
	if next = web.LocalPath(next, ""); next == "" || next == "/" {
		return "/sign-in"
	}
	return "/sign-in?next=" + url.QueryEscape(next)
}

// ByAccount is a key for limits: the account of a request's session at its site; "" for visitors, who are not counted.
func ByAccount(r *http.Request) string {
	session := From(r.Context())
	if session.IsZero() {
		return ""
	}
	return site.From(r.Context()).Slug + " " + session.Account.String()
}
