package posting

import (
	"context"
	"crypto/rand"
	"io"
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/site"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

// visit is one request with what its pages need.
type visit struct {
	Services
	posting *Posting
	w       http.ResponseWriter
	r       *http.Request
	ctx     context.Context
	site    *site.Site
	words   *text.Printer
	session account.Session
	by      listing.Author // nobody for a visitor without a draft
	tree    *listing.Tree
}

// page makes a handler of a function of the visit.
func (p *Posting) page(fn func(v *visit) error) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		v, err := p.newVisit(w, r)
		if err != nil {
			return err
		}
		return fn(v)
	}
}

func (p *Posting) newVisit(w http.ResponseWriter, r *http.Request) (*visit, error) {
	s := site.From(r.Context())
	v := &visit{Services: p.config.Services(s), posting: p, w: w, r: r, ctx: r.Context(), site: s,
		words: text.FromContext(r.Context()), session: account.From(r.Context()), by: authorOf(r)}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "same-origin")
	var err error
	v.tree, err = v.Desk.Trees.Tree(v.ctx)
	return v, err
}

// own makes a handler of a function for somebody who may post here: members, and visitors where the site lets them.
// Others are sent to the sign-in and back. Drafts that a member wrote as a visitor become theirs first.
func (p *Posting) own(fn func(v *visit) error) web.Handler {
	return p.page(func(v *visit) error {
		if v.session.IsZero() && !v.guestsMay() {
			return v.toScript(v.signIn(v.away()))
		}
		if err := v.claim(); err != nil {
			return err
		}
		return v.toScript(fn(v))
	})
}

// toScript tells a script in plain words what was wrong; everybody else gets a page. Faults of the program take the way
// of all others, to be logged.
func (v *visit) toScript(err error) error {
	words := v.says(err)
	if err == nil || words == "" || v.r.Header.Get("X-Parts") == "" || web.StatusOf(err) >= http.StatusInternalServerError && value.KindOf(err) != value.Unavailable {
		return err
	}
	v.w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	v.w.WriteHeader(web.StatusOf(err))
	_, err = io.WriteString(v.w, words)
	return err
}

// away is where somebody who has to sign in first comes back to. A form they sent is kept until then.
func (v *visit) away() string {
	id, err := value.ParseID(listing.DraftID, v.r.PathValue("draft"))
	if err != nil {
		return v.r.URL.Path
	}
	return v.stash(id)
}

func (v *visit) guestsMay() bool { return v.site.Settings().GuestPosting }

// signIn leads to the sign-in and back to a page; a script is told so by the status.
func (v *visit) signIn(next string) error {
	if v.r.Method != http.MethodGet && wantsParts(v.r) {
		return web.Status(http.StatusUnauthorized, &value.Error{Kind: value.Forbidden, Key: "posting.signed_out", Message: "sign in again to go on; nothing is lost"})
	}
	return web.Detour("/sign-in?next=" + url.QueryEscape(web.LocalPath(next, "/post")))
}

// wantsParts reports whether our script asks for parts of the page.
func wantsParts(r *http.Request) bool { return r.Header.Get("X-Parts") != "" || web.Fragment(r) }

// cookieName has the prefix that binds the cookie to this very host wherever there is HTTPS.
func cookieName(r *http.Request) string {
	if web.HTTPS(r) {
		return "__Host-draft"
	}
	return "draft"
}

// authorOf is who writes in a request. A visitor is known by a cookie, which they get with their first draft.
func authorOf(r *http.Request) listing.Author {
	if session := account.From(r.Context()); !session.IsZero() {
		return listing.Author{Account: session.Account}
	}
	return listing.Author{Key: visitorKey(r)}
}

// visitorKey is the secret by which the browser of a visitor holds its drafts, empty without one.
func visitorKey(r *http.Request) string {
	cookie, err := r.Cookie(cookieName(r))
	if err != nil || len(cookie.Value) < 16 || len(cookie.Value) > 64 {
		return ""
	}
	return cookie.Value
}

// become gives a visitor without one a key, before their first draft is stored.
func (v *visit) become() {
	if v.by.Account != 0 || v.by.Key != "" {
		return
	}
	v.by.Key = rand.Text() + rand.Text()
	v.setCookie(v.by.Key, int(listing.DraftAge.Seconds()))
}

func (v *visit) setCookie(content string, age_s int) {
	http.SetCookie(v.w, &http.Cookie{Name: cookieName(v.r), Value: content, Path: "/", MaxAge: age_s,
		HttpOnly: true, Secure: web.HTTPS(v.r), SameSite: http.SameSiteLaxMode})
}

// MayShow reports whether the person who asks may see a photo that is not public: it belongs to a draft of theirs, or to
// a listing they offer.
func (p *Posting) MayShow(r *http.Request, tx *db.Tx, sha256 string) (bool, error) {
	by := authorOf(r)
	shown, err := listing.PhotoOfDraft(tx, by, sha256)
	if err != nil || shown || by.Account == 0 {
		return shown, err
	}
	return listing.PhotoOfSeat(tx, by.Account, sha256)
}

func (v *visit) t(key string, args ...any) string { return v.words.T(key, args...) }

// read runs a function in one reading transaction of the site.
func (v *visit) read(fn func(tx *db.Tx) error) error { return v.site.DB.Read(v.ctx, fn) }

// form renders a page that visitors see too; mine one beside the navigation of members.
func (v *visit) form(status int, title string, content templ.Component) error {
	return web.Render(v.w, v.r, status, v.posting.config.Form(v.r, title, v.flashed(content)))
}

func (v *visit) mine(status int, title string, content templ.Component) error {
	return web.Render(v.w, v.r, status, v.posting.config.Page(v.r, title, v.flashed(content)))
}

func (v *visit) flashed(content templ.Component) templ.Component {
	if flash, ok := web.TakeFlash(v.w, v.r); ok && v.words.Has(flash.Key) {
		return withFlash(flash, content)
	}
	return content
}
