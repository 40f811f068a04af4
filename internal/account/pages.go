package account

import (
	"encoding/base64"
	"net/http"

	"github.com/a-h/templ"

	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/ui"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

// Routes registers the pages of this package; doc.go lists them.
func (d *Door) Routes(m *web.Router) {
	small := web.BodyLimit(16 << 10)
	m.Handle("GET /sign-in", Public, d.showSignIn)
	m.Handle("POST /sign-in", Public, d.signIn, small)
	m.Handle("POST /sign-in/link", Public, d.askLink, small)
	m.Handle("GET /sign-in/sent", Public, d.showSent)
	m.Handle("GET /sign-in/link/{token}", Public, d.showLink)
	m.Handle("POST /sign-in/link/{token}", Public, d.useLink, small)
	m.Handle("POST /sign-out", Public, d.signOut, small)
	d.joinRoutes(m)
	d.passkeyRoutes(m)
	d.secondFactorRoutes(m)
	d.openIDRoutes(m)
	d.securityRoutes(m)
}

// siteKey begins the keys of limits, so that sites do not share them.
func siteKey(r *http.Request) string { return site.From(r.Context()).Slug }

// signInView is the sign-in form as it is shown, the second time with what was wrong.
type signInView struct {
	Email         string
	Next          string
	EmailError    string
	PasswordError string
	Notice        string
	Again         bool // somebody signed in proves it once more
	Houses        []OpenID
	Passkeys      bool
}

func (d *Door) showSignIn(w http.ResponseWriter, r *http.Request) error {
	next := web.LocalPath(r.URL.Query().Get("next"), "")
	session := From(r.Context())
	if r.URL.Query().Get("again") != "" && !session.IsZero() {
		return d.renderSignIn(w, r, http.StatusOK, signInView{Next: next, Email: string(session.Email), Again: true})
	}
	if !session.IsZero() {
		return web.Redirect(w, r, web.LocalPath(next, d.config.Home(Account{Kind: session.Kind, Role: session.Role})))
	}
	return d.renderSignIn(w, r, http.StatusOK, signInView{Next: next})
}

// renderSignIn adds to the form what other ways in the site has.
func (d *Door) renderSignIn(w http.ResponseWriter, r *http.Request, status int, view signInView) error {
	view.Houses, view.Passkeys = d.housesFor(r, ""), relyingHost(r) != ""
	return d.render(w, r, status, "account.sign_in", signInPage(view))
}

func (d *Door) signIn(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	form.Require("email", "password")
	email, password, next := form.Email("email"), form.Raw("password"), web.LocalPath(form.Raw("next"), "")
	if err := d.allowNetwork(r); err != nil {
		return err
	}
	if !form.Valid() {
		return d.signInAgain(w, r, form, next)
	}
	in, err := d.byPassword(r.Context(), email, password, visitOf(r).leadingTo(next))
	if err = form.Note(err); err != nil {
		return d.signInRefused(w, r, form, next, err)
	}
	if !form.Valid() {
		return d.signInAgain(w, r, form, next)
	}
	return d.enter(w, r, in)
}

func (d *Door) signInAgain(w http.ResponseWriter, r *http.Request, form *web.Form, next string) error {
	return d.renderSignIn(w, r, http.StatusUnprocessableEntity, signInView{
		Email: form.Raw("email"), Next: next, EmailError: problem(r, form, "email"), PasswordError: problem(r, form, "password"),
	})
}

// signInRefused tells somebody whose password was right that the account is suspended; other errors go on.
func (d *Door) signInRefused(w http.ResponseWriter, r *http.Request, form *web.Form, next string, err error) error {
	if value.KindOf(err) != value.Forbidden {
		return err
	}
	return d.renderSignIn(w, r, http.StatusForbidden, signInView{Email: form.Raw("email"), Next: next, Notice: text.Error(r.Context(), err)})
}

func problem(r *http.Request, form *web.Form, field string) string {
	if err := form.Error(field); err != nil {
		return text.Error(r.Context(), err)
	}
	return ""
}

// enter gives the browser its new session and leads on; or it leads to the question for the second factor.
func (d *Door) enter(w http.ResponseWriter, r *http.Request, in entry) error {
	return web.Redirect(w, r, d.entered(w, r, in))
}

// entered sets the cookies of an entry and returns where it leads.
func (d *Door) entered(w http.ResponseWriter, r *http.Request, in entry) string {
	if in.pending != "" {
		setCeremony(w, r, askingCode, in.pending, codeAge)
		return "/sign-in/code"
	}
	setCookie(w, r, in.session)
	return web.LocalPath(in.next, d.config.Home(in.Account))
}

func (d *Door) askLink(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	form.Require("email")
	email, next := form.Email("email"), web.LocalPath(form.Raw("next"), "")
	if err := d.allowNetwork(r); err != nil {
		return err
	}
	if !form.Valid() {
		return d.signInAgain(w, r, form, next)
	}
	if err := d.mailLink(r.Context(), email, visitOf(r).leadingTo(next)); err != nil {
		return err
	}
	return web.Redirect(w, r, "/sign-in/sent")
}

// origin is scheme and host by which the visitor came; the host is one the site answers for, or there were no site.
func origin(r *http.Request) string {
	if web.HTTPS(r) {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

func (d *Door) showSent(w http.ResponseWriter, r *http.Request) error {
	return d.render(w, r, http.StatusOK, "account.sent", sentPage(int(LinkAge.Minutes())))
}

// showLink does not look at the link: programs that open every address of a mail must not use it up.
func (d *Door) showLink(w http.ResponseWriter, r *http.Request) error {
	next := web.LocalPath(r.URL.Query().Get("next"), "")
	return d.render(w, r, http.StatusOK, "account.link", linkPage(linkPath(r.PathValue("token"), next)))
}

func (d *Door) useLink(w http.ResponseWriter, r *http.Request) error {
	if err := d.allowNetwork(r); err != nil {
		return err
	}
	in, err := d.byLink(r.Context(), r.PathValue("token"), visitOf(r).leadingTo(r.URL.Query().Get("next")))
	if err == nil {
		return d.enter(w, r, in)
	}
	return d.signInNotice(w, r, r.URL.Query().Get("next"), err)
}

func (d *Door) signOut(w http.ResponseWriter, r *http.Request) error {
	session := From(r.Context())
	if !session.IsZero() {
		if err := d.end(r.Context(), session, []byte(session.id), "account.sign_out"); err != nil {
			return err
		}
	}
	clearCookie(w, r)
	return web.Redirect(w, r, "/")
}

func (d *Door) showSessions(w http.ResponseWriter, r *http.Request) error {
	session := From(r.Context())
	var devices []Device
	err := site.From(r.Context()).DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		devices, err = devicesOf(tx, session)
		return err
	})
	if err != nil {
		return err
	}
	return d.render(w, r, http.StatusOK, "account.sessions", sessionsPage(devices))
}

func (d *Door) endSession(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	hash, err := base64.RawURLEncoding.DecodeString(form.Raw("session"))
	if err != nil {
		return value.Errorf(value.NotFound, "there is no such session").Because(err)
	}
	session := From(r.Context())
	if err := d.end(r.Context(), session, hash, "account.end_session"); err != nil {
		return err
	}
	if string(hash) == session.id {
		clearCookie(w, r)
		return web.Redirect(w, r, "/")
	}
	web.SetFlash(w, r, web.Flash{Key: "account.session_ended"})
	return web.Redirect(w, r, backTo(form, "/account/sessions"))
}

// backTo is the page whose form was sent: two pages list the devices.
func backTo(form *web.Form, instead string) string {
	if form.Raw("from") == "security" {
		return "/account/security"
	}
	return instead
}

func (d *Door) endAllSessions(w http.ResponseWriter, r *http.Request) error {
	if err := d.endAll(r.Context(), From(r.Context())); err != nil {
		return err
	}
	clearCookie(w, r)
	return web.Redirect(w, r, "/sign-in")
}

// render writes a page of this package. None may be kept by anybody, told to another site, or found by search.
func (d *Door) render(w http.ResponseWriter, r *http.Request, status int, titleKey string, content templ.Component) error {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	if flash, ok := web.TakeFlash(w, r); ok {
		content = withFlash(flash, content)
	}
	return web.Render(w, r, status, d.config.Page(r, text.T(r.Context(), titleKey), content))
}

// plainPage is the shell of a Door that was given none.
func plainPage(r *http.Request, title string, content templ.Component) templ.Component {
	page := ui.PublicPage{Title: title, Site: site.From(r.Context()).Settings().Name, Hidden: true}
	if session := From(r.Context()); !session.IsZero() {
		page.Account = ui.Account{Name: session.Name, Href: "/account/sessions", SignOut: "/sign-out"}
	}
	return inPage(page, content)
}
