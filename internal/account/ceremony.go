package account

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/value"
	"fairground/internal/web"
)

// kind of a ceremony: a sign-in or a registration that takes more than one request. Each has a cookie of its own, so
// that one browser can have one of each under way.
type kind string

const (
	askingCode    kind = "code"     // the first factor was right, the second is awaited
	usingPasskey  kind = "passkey"  // a challenge to sign in by
	makingPasskey kind = "register" // a challenge to register by
	awayAtOpenID  kind = "open_id"  // the browser is at another house
	joiningHere   kind = "joining"  // names the browser in which somebody joins; has no row
)

// ceremony is one under way.
type ceremony struct {
	id      []byte
	account value.ID // zero while it is not known
	state   string
	tries   int
}

// read fills what the ceremony began with.
func (c ceremony) read(into any) error { return json.Unmarshal([]byte(c.state), into) }

func insertCeremony(tx *db.Tx, hash []byte, k kind, account value.ID, state any, age time.Duration) error {
	text, err := json.Marshal(state)
	if err != nil {
		return fmt.Errorf("account.insertCeremony(%s): %w", k, err)
	}
	var owner any
	if account != 0 {
		owner = account
	}
	now := tx.Now()
	return tx.Insert("ceremony", []string{"id", "kind", "account", "state", "tries", "created_us", "expires_us"},
		[][]any{{hash, string(k), owner, string(text), 0, value.Micros(now), value.Micros(now.Add(age))}})
}

func scanCeremony(row db.Scanner) (c ceremony, err error) {
	err = row.Scan(&c.id, &c.account, &c.state, &c.tries)
	return c, err
}

func findCeremony(tx *db.Tx, hash []byte, k kind) (ceremony, error) {
	return db.One(tx, scanCeremony, `
		select id, coalesce(account, 0), state, tries
		from ceremony
		where id = $1 and kind = $2 and expires_us > $3`, hash, string(k), value.Micros(tx.Now()))
}

// takeCeremony ends a ceremony and returns it, once; NotFound when it is over, too old or never was.
func takeCeremony(tx *db.Tx, hash []byte, k kind) (ceremony, error) {
	return db.One(tx, scanCeremony, `
		delete from ceremony
		where id = $1 and kind = $2 and expires_us > $3
		returning id, coalesce(account, 0), state, tries`, hash, string(k), value.Micros(tx.Now()))
}

func pruneCeremonies(tx *db.Tx) error {
	return tx.Keep("delete from ceremony where expires_us <= $1", value.Micros(tx.Now()))
}

func ceremonyCookie(r *http.Request, k kind, secret string, age_s int) *http.Cookie {
	cookie := sessionCookie(r, secret, age_s)
	cookie.Name = strings.Replace(cookieName(r), "session", "sign_in_"+string(k), 1)
	return cookie
}

func setCeremony(w http.ResponseWriter, r *http.Request, k kind, secret string, age time.Duration) {
	http.SetCookie(w, ceremonyCookie(r, k, secret, int(age.Seconds())))
}

func clearCeremony(w http.ResponseWriter, r *http.Request, k kind) {
	http.SetCookie(w, ceremonyCookie(r, k, "", -1))
}

// ceremonyOf is the hash of the cookie that a browser has for a kind of ceremony; nil without one that can be ours.
func ceremonyOf(r *http.Request, k kind) []byte {
	cookie, err := r.Cookie(ceremonyCookie(r, k, "", 0).Name)
	if err != nil {
		return nil
	}
	hash, _ := hashSecret(cookie.Value)
	return hash
}

// over is what somebody is told whose sign-in took too long or was finished already.
func over() error {
	return &value.Error{Kind: value.Invalid, Key: "account.over", Message: "that took too long or was done already; please start again"}
}

// fresh lets a handler run only soon after signing in, since it changes how one signs in. Others sign in again first.
func (d *Door) fresh(h web.Handler) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if d.isFresh(r) {
			return h(w, r)
		}
		if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
			return web.WriteJSON(w, http.StatusForbidden, reply{To: signInAgain})
		}
		if next := nextOf(r); next != "" {
			return web.Redirect(w, r, "/sign-in?again=1&next="+url.QueryEscape(securityAt(next)))
		}
		return web.Redirect(w, r, signInAgain)
	}
}

// signInAgain is where whoever is signed in proves it once more.
const signInAgain = "/sign-in?again=1&next=%2Faccount%2Fsecurity"

// Confirm lets through whoever signed in a short while ago, for what cannot be taken back. Others are led to sign in
// again, and then to a path of this site.
func (d *Door) Confirm(r *http.Request, back string) error {
	if d.isFresh(r) {
		return nil
	}
	return web.Detour("/sign-in?again=1&next=" + url.QueryEscape(web.LocalPath(back, "/")))
}

func (d *Door) isFresh(r *http.Request) bool {
	return site.From(r.Context()).DB.Clock().Now().Sub(From(r.Context()).began) < FreshFor
}

// reply is what scripts are told: where to go, or what went wrong.
type reply struct {
	To      string `json:"to,omitempty"`
	Problem string `json:"problem,omitempty"`
}
