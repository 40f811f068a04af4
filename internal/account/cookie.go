package account

import (
	"net/http"

	"fairground/internal/web"
)

// cookieName has the prefix that binds the cookie to this very host wherever there is HTTPS; without it, as in
// development, browsers refuse the prefix.
func cookieName(r *http.Request) string {
	if web.HTTPS(r) {
		return "__Host-session"
	}
	return "session"
}

// readCookie returns the hash of the request's session cookie: sent is false without a cookie, hash is nil for one that
// cannot be ours.
func readCookie(r *http.Request) (hash []byte, sent bool) {
	cookie, err := r.Cookie(cookieName(r))
	if err != nil {
		return nil, false
	}
	hash, _ = hashSecret(cookie.Value)
	return hash, true
}

func setCookie(w http.ResponseWriter, r *http.Request, secret string) {
	http.SetCookie(w, sessionCookie(r, secret, int(TotalLimit.Seconds())))
}

func clearCookie(w http.ResponseWriter, r *http.Request) {
	http.SetCookie(w, sessionCookie(r, "", -1))
}

func sessionCookie(r *http.Request, secret string, age_s int) *http.Cookie {
	return &http.Cookie{
		Name: cookieName(r), Value: secret, Path: "/", MaxAge: age_s,
		HttpOnly: true, Secure: web.HTTPS(r), SameSite: http.SameSiteLaxMode,
	}
}
