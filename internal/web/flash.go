package web

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
)

// Flash is one sentence for the next page: "Saved". It travels in a cookie of the visitor's own browser, which could
// change it, so it is shown as text and never believed.
type Flash struct {
	Tone string `json:"tone"` // "good" or "bad"
	Key  string `json:"key"`  // message catalogue key, if Text is to be translated
	Text string `json:"text"`
}

const (
	flashName    = "flash"
	flashAge_s   = 60
	flashLongest = 1000 // bytes of JSON
)

// SetFlash keeps a sentence for the next page. One that is too long is left out.
func SetFlash(w http.ResponseWriter, r *http.Request, f Flash) {
	text, err := json.Marshal(f)
	if err != nil || len(text) > flashLongest {
		return
	}
	http.SetCookie(w, flashCookie(r, base64.RawURLEncoding.EncodeToString(text), flashAge_s))
}

// TakeFlash returns the sentence kept for this page, if any, and forgets it.
func TakeFlash(w http.ResponseWriter, r *http.Request) (Flash, bool) {
	var f Flash
	cookie, err := r.Cookie(cookieName(r, flashName))
	if err != nil {
		return f, false
	}
	http.SetCookie(w, flashCookie(r, "", -1))
	text, err := base64.RawURLEncoding.DecodeString(cookie.Value)
	if err != nil || len(text) > flashLongest || !validText(string(text)) || json.Unmarshal(text, &f) != nil {
		return Flash{}, false
	}
	if f.Tone != "bad" {
		f.Tone = "good"
	}
	return f, f.Text != "" || f.Key != ""
}

func flashCookie(r *http.Request, content string, age_s int) *http.Cookie {
	return &http.Cookie{
		Name: cookieName(r, flashName), Value: content, Path: "/", MaxAge: age_s,
		HttpOnly: true, Secure: HTTPS(r), SameSite: http.SameSiteLaxMode,
	}
}

// cookieName adds the prefix that keeps other hosts of the domain from setting the cookie. It needs HTTPS.
func cookieName(r *http.Request, name string) string {
	if HTTPS(r) {
		return "__Host-" + name
	}
	return name
}
