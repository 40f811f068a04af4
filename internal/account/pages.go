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
	m.Handle("GET /account/sessions", SignedIn, d.showSessions)
	m.Handle("POST /account/sessions/end", SignedIn, d.endSession, small)
	m.Handle("POST /account/sessions/end-all", SignedIn, d.endAllSessions, small)
	m.Handle("POST /account/password", SignedIn, d.setPassword, small)
}

// signInView is the sign-in form as it is shown, the second time with what was wrong.
type signInView struct {
	Email         string
	Next          string
	EmailError    string
	PasswordError string
	Notice        string
}

func (d *Door) showSignIn(w http.ResponseWriter, r *http.Request) error {
	next := web.LocalPath(r.URL.Query().Get("next"), "")
	if session := From(r.Context()); !session.IsZero() {
		return web.Redirect(w, r, web.LocalPath(next, d.config.Home(Account{Kind: session.Kind, Role: session.Role})))
	}
	return d.render(w, r, http.StatusOK, "account.sign_in", signInPage(signInView{Next: next}))
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
	a, secret, err := d.byPassword(r.Context(), email, password, visitOf(r))
	if err = form.Note(err); err != nil {
		return d.signInRefused(w, r, form, next, err)
	}
	if !form.Valid() {
		return d.signInAgain(w, r, form, next)
	}
	return d.enter(w, r, a, secret, next)
}

func (d *Door) signInAgain(w http.ResponseWriter, r *http.Request, form *web.Form, next string) error {
	return d.render(w, r, http.StatusUnprocessableEntity, "account.sign_in", signInPage(signInView{
		Email: form.Raw("email"), Next: next, EmailError: problem(r, form, "email"), PasswordError: problem(r, form, "password"),
	}))
}

// signInRefused tells somebody whose password was right that the account is suspended; other errors go on.
func (d *Door) signInRefused(w http.ResponseWriter, r *http.Request, form *web.Form, next string, err error) error {
	if value.KindOf(err) != value.Forbidden {
		return err
	}
	return d.render(w, r, http.StatusForbidden, "account.sign_in", signInPage(signInView{
		Email: form.Raw("email"), Next: next, Notice: text.Error(r.Context(), err),
	}))
}

func problem(r *http.Request, form *web.Form, field string) string {
	if err := form.Error(field); err != nil {
		return text.Error(r.Context(), err)
	}
	return ""
}

// enter gives the browser its new session and leads on.
func (d *Door) enter(w http.ResponseWriter, r *http.Request, a Account, secret, next string) error {
	setCookie(w, r, secret)
	return web.Redirect(w, r, web.LocalPath(next, d.config.Home(a)))
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
	if err := d.mailLink(r.Context(), origin(r), email, next, visitOf(r)); err != nil {
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
	a, secret, err := d.byLink(r.Context(), r.PathValue("token"), visitOf(r))
	if err == nil {
		return d.enter(w, r, a, secret, r.URL.Query().Get("next"))
	}
	if kind := value.KindOf(err); kind != value.Invalid && kind != value.Forbidden {
		return err
	}
	next := web.LocalPath(r.URL.Query().Get("next"), "")
	return d.render(w, r, web.StatusOf(err), "account.sign_in", signInPage(signInView{Next: next, Notice: text.Error(r.Context(), err)}))
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

// sessionsView is the page of somebody's own sessions.
type sessionsView struct {
	Devices       []Device
	HasPassword   bool
	PresentError  string
	PasswordError string
}

func (d *Door) showSessions(w http.ResponseWriter, r *http.Request) error {
	return d.renderSessions(w, r, http.StatusOK, sessionsView{})
}

func (d *Door) renderSessions(w http.ResponseWriter, r *http.Request, status int, view sessionsView) error {
	session := From(r.Context())
	err := site.From(r.Context()).DB.Read(r.Context(), func(tx *db.Tx) error {
		rows, err := findDevices(tx, session.Account)
		if err != nil {
			return err
		}
		for _, row := range rows {
			row.Key = base64.RawURLEncoding.EncodeToString(row.id)
			row.Present = string(row.id) == session.id
			view.Devices = append(view.Devices, row.Device)
		}
		hash, err := findHash(tx, session.Account)
		view.HasPassword = hash != ""
		return err
	})
	if err != nil {
		return err
	}
	return d.render(w, r, status, "account.sessions", sessionsPage(view))
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
	return web.Redirect(w, r, "/account/sessions")
}

func (d *Door) endAllSessions(w http.ResponseWriter, r *http.Request) error {
	if err := d.endAll(r.Context(), From(r.Context())); err != nil {
		return err
	}
	clearCookie(w, r)
	return web.Redirect(w, r, "/sign-in")
}

func (d *Door) setPassword(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	err = d.changePassword(r.Context(), From(r.Context()), form.Raw("present"), form.Raw("password"))
	if err = form.Note(err); err != nil {
		return err
	}
	if !form.Valid() {
		return d.renderSessions(w, r, http.StatusUnprocessableEntity, sessionsView{
			PresentError: problem(r, form, "present"), PasswordError: problem(r, form, "password"),
		})
	}
	web.SetFlash(w, r, web.Flash{Key: "account.password_set"})
	return web.Redirect(w, r, "/account/sessions")
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
