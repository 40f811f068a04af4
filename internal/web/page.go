package web

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/a-h/templ"
)

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

const largestKept = 1 << 20 // bytes of a buffer worth keeping

// Render writes a component as an HTML page. It is rendered whole before the first byte goes out, so an error in it
// becomes an error page. Unless the handler said otherwise, no shared cache keeps it.
func Render(w http.ResponseWriter, r *http.Request, status int, c templ.Component) error {
	buffer := buffers.Get().(*bytes.Buffer)
	defer func() {
		if buffer.Cap() <= largestKept {
			buffer.Reset()
			buffers.Put(buffer)
		}
	}()
	if err := c.Render(r.Context(), buffer); err != nil {
		return fmt.Errorf("web.Render: %w", err)
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "private, no-cache")
	}
	h.Add("Vary", "HX-Request-Type") // one address has a page and its fragments
	w.WriteHeader(status)
	_, err := w.Write(buffer.Bytes())
	return err
}

// Fragment reports whether htmx asks for a part of a page. Links it boosts, and pages it restores from history, get
// the whole page.
func Fragment(r *http.Request) bool {
	return r.Header.Get("HX-Request") == "true" && r.Header.Get("HX-Request-Type") != "full" &&
		r.Header.Get("HX-Boosted") != "true" && r.Header.Get("HX-History-Restore-Request") != "true"
}

// Redirect sends the visitor to another page of this site with 303, so that the browser gets it whatever the method
// was. A request for a fragment is told to load the whole page. An address that leaves the site is an error.
func Redirect(w http.ResponseWriter, r *http.Request, path string) error {
	if !isLocal(path) {
		return fmt.Errorf("web.Redirect(%q): this leaves the site", path)
	}
	w.Header().Set("Cache-Control", "no-store")
	if Fragment(r) {
		w.Header().Set("HX-Redirect", path)
		w.WriteHeader(http.StatusOK)
		return nil
	}
	w.Header().Set("Location", path)
	w.WriteHeader(http.StatusSeeOther)
	return nil
}

// LocalPath returns path when it leads to a page of this site, and otherwise instead. It is for addresses that came
// with a request, such as where to return to after signing in.
func LocalPath(path, instead string) string {
	if isLocal(path) {
		return path
	}
	return instead
}

// isLocal accepts absolute paths with a query. Browsers read a backslash as a slash and skip control characters, so
// "/\host" and "/<tab>/host" lead elsewhere.
func isLocal(path string) bool {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || len(path) > 2000 {
		return false
	}
	if strings.ContainsFunc(path, func(c rune) bool { return c <= ' ' || c == 0x7f || c == '\\' || c == '\uFFFD' }) {
		return false
	}
	u, err := url.Parse(path)
	return err == nil && u.Scheme == "" && u.Host == "" && u.User == nil && !strings.HasPrefix(u.Path, "//")
}

// NotModified sets the ETag of what is about to be answered, and answers 304 when the client has it already. tag is
// any text that changes with the content; it must change with the language and the reader too.
func NotModified(w http.ResponseWriter, r *http.Request, tag string) bool {
	tag = `W/"` + url.QueryEscape(tag) + `"`
	w.Header().Set("ETag", tag)
	if hasTag(r, tag) {
		w.WriteHeader(http.StatusNotModified)
		return true
	}
	return false
}

// hasTag reports whether the client says that it has an answer with this ETag.
func hasTag(r *http.Request, tag string) bool {
	for candidate := range strings.SplitSeq(r.Header.Get("If-None-Match"), ",") {
		candidate = strings.TrimSpace(candidate)
		if candidate == "*" || "W/"+strings.TrimPrefix(candidate, "W/") == tag {
			return true
		}
	}
	return false
}
