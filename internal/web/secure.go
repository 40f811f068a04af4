package web

import (
	"net/http"
	"strings"
)

// contentPolicy lets a page load from its own site only, without inline scripts and styles, and be framed by nobody.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// secure sets the headers every answer has. Two years of HSTS without subdomains: those may belong to others.
func secure(h http.Header, https bool) {
	h.Set("Content-Security-Policy", contentPolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "strict-origin-when-cross-origin")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(self), payment=(), usb=()")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	if https {
		h.Set("Strict-Transport-Security", "max-age=63072000")
	}
}

// Framed lets pages of this site show the answer in a frame: a preview beside its editor.
func Framed(h http.Header) {
	h.Set("Content-Security-Policy", strings.Replace(contentPolicy, "frame-ancestors 'none'", "frame-ancestors 'self'", 1))
}

// Frames lets a page show pages of this site that are Framed.
func Frames(h http.Header) {
	h.Set("Content-Security-Policy", contentPolicy+"; frame-src 'self'")
}

// Images lets a page show images from another origin beside its own, scheme and host, such as the tiles of a map.
// Nothing changes without one.
func Images(h http.Header, origin string) {
	if origin == "" {
		return
	}
	policy := h.Get("Content-Security-Policy")
	if policy == "" { // the header of an answer that is kept begins empty
		policy = contentPolicy
	}
	h.Set("Content-Security-Policy", strings.Replace(policy, "img-src 'self'", "img-src 'self' "+origin, 1))
}
