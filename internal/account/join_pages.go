package account

import (
	"net/http"
	"slices"

	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

func (d *Door) joinRoutes(m *web.Router) {
	small := web.BodyLimit(16 << 10)
	m.Handle("GET /join", Public, d.showJoin)
	m.Handle("POST /join", Public, d.askJoin, small)
	m.Handle("GET /join/sent", Public, d.showJoinSent)
	m.Handle("GET /join/confirm/{token}", Public, d.showConfirm)
	m.Handle("POST /join/confirm/{token}", Public, d.confirm, small)
	m.Handle("GET /account/welcome", SignedIn, d.showWelcome)
	m.Handle("GET /sign-in/reset", Public, d.showReset)
	m.Handle("POST /sign-in/reset", Public, d.askNewPassword, small)
	m.Handle("GET /sign-in/reset/{token}", Public, d.showNewPassword)
	m.Handle("POST /sign-in/reset/{token}", Public, d.newPassword, small)
}

// joinView is the form to join as it is shown, the second time with what was wrong.
type joinView struct {
	Name, Email                          string
	Next                                 string
	NameError, EmailError, PasswordError string
	Houses                               []OpenID
}

func (d *Door) showJoin(w http.ResponseWriter, r *http.Request) error {
	next := web.LocalPath(r.URL.Query().Get("next"), "")
	if session := From(r.Context()); !session.IsZero() {
		return web.Redirect(w, r, web.LocalPath(next, d.config.Home(Account{Kind: session.Kind, Role: session.Role})))
	}
	return d.render(w, r, http.StatusOK, "account.join", joinPage(joinView{Next: next, Houses: d.housesFor(r, value.Member)}))
}

func (d *Door) askJoin(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	form.Require("name", "email")
	wish := wish{email: form.Email("email"), locale: pageLocale(r), password: form.Secret("password", 4*LongestPassword)}
	if form.Raw("name") != "" {
		wish.name, err = checkName(form.Raw("name"))
		if err = form.Note(err); err != nil {
			return err
		}
	}
	if wish.password != "" {
		if err := form.Note(CheckPassword("password", wish.password)); err != nil {
			return err
		}
	}
	if err := d.allowNetwork(r); err != nil {
		return err
	}
	next := web.LocalPath(form.Raw("next"), "")
	if form.Valid() {
		secret := d.browserSecret(w, r)
		wish.browser, _ = hashSecret(secret)
		if err = form.Note(d.askToJoin(r.Context(), wish, visitOf(r).leadingTo(next))); err != nil {
			return err
		}
	}
	if !form.Valid() {
		return d.render(w, r, http.StatusUnprocessableEntity, "account.join", joinPage(joinView{
			Name: form.Raw("name"), Email: form.Raw("email"), Next: next, Houses: d.housesFor(r, value.Member),
			NameError: problem(r, form, "name"), EmailError: problem(r, form, "email"), PasswordError: problem(r, form, "password"),
		}))
	}
	return web.Redirect(w, r, "/join/sent")
}

// browserSecret names the browser in which somebody joins, so that the link knows it again.
func (d *Door) browserSecret(w http.ResponseWriter, r *http.Request) string {
	if ceremonyOf(r, joiningHere) != nil {
		cookie, err := r.Cookie(ceremonyCookie(r, joiningHere, "", 0).Name)
		if err == nil {
			return cookie.Value
		}
	}
	secret, _ := newSecret()
	setCeremony(w, r, joiningHere, secret, JoinAge)
	return secret
}

// pageLocale is the language of the page, if the site writes it.
func pageLocale(r *http.Request) value.Locale {
	locale := text.FromContext(r.Context()).Locale()
	if slices.Contains(site.From(r.Context()).Settings().Locales, locale) {
		return locale
	}
	return ""
}

func (d *Door) showJoinSent(w http.ResponseWriter, r *http.Request) error {
	return d.render(w, r, http.StatusOK, "account.sent", joinSentPage(int(JoinAge.Hours()/24)))
}

// showConfirm does not look at the link: programs that open every address of a mail must not use it up.
func (d *Door) showConfirm(w http.ResponseWriter, r *http.Request) error {
	return d.render(w, r, http.StatusOK, "account.link", confirmPage(joinPath(r.PathValue("token"), r.URL.Query().Get("next"))))
}

func (d *Door) confirm(w http.ResponseWriter, r *http.Request) error {
	if err := d.allowNetwork(r); err != nil {
		return err
	}
	next := r.URL.Query().Get("next")
	in, kept, err := d.join(r.Context(), r.PathValue("token"), ceremonyOf(r, joiningHere), visitOf(r).leadingTo(next))
	if err != nil {
		return d.signInNotice(w, r, next, err)
	}
	clearCeremony(w, r, joiningHere)
	if !kept {
		web.SetFlash(w, r, web.Flash{Key: "account.password_dropped"})
	}
	in.next = withNext("/account/welcome", next)
	return d.enter(w, r, in)
}

// signInNotice shows the sign-in with what went wrong, when it is something a person can act on.
func (d *Door) signInNotice(w http.ResponseWriter, r *http.Request, next string, err error) error {
	if kind := value.KindOf(err); kind != value.Invalid && kind != value.Forbidden && kind != value.Conflict {
		return err
	}
	view := signInView{Next: web.LocalPath(next, ""), Notice: text.Error(r.Context(), err)}
	return d.renderSignIn(w, r, web.StatusOf(err), view)
}

func (d *Door) showWelcome(w http.ResponseWriter, r *http.Request) error {
	session := From(r.Context())
	view := welcomeView{Name: session.Name, Next: web.LocalPath(r.URL.Query().Get("next"), "/"), Passkeys: relyingHost(r) != ""}
	err := site.From(r.Context()).DB.Read(r.Context(), func(tx *db.Tx) error {
		hash, err := findHash(tx, session.Account)
		view.HasPassword = hash != ""
		return err
	})
	if err != nil {
		return err
	}
	return d.render(w, r, http.StatusOK, "account.welcome", welcomePage(view))
}

// welcomeView is the page after joining.
type welcomeView struct {
	Name, Next  string
	Passkeys    bool
	HasPassword bool
}

// resetView is a form of the way to a new password.
type resetView struct {
	Email, Error, Path string
}

func (d *Door) showReset(w http.ResponseWriter, r *http.Request) error {
	return d.render(w, r, http.StatusOK, "account.reset", resetPage(resetView{}))
}

func (d *Door) askNewPassword(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	form.Require("email")
	email := form.Email("email")
	if err := d.allowNetwork(r); err != nil {
		return err
	}
	if !form.Valid() {
		return d.render(w, r, http.StatusUnprocessableEntity, "account.reset", resetPage(resetView{Email: form.Raw("email"), Error: problem(r, form, "email")}))
	}
	if err := d.askReset(r.Context(), email, visitOf(r)); err != nil {
		return err
	}
	return web.Redirect(w, r, "/sign-in/sent")
}

func (d *Door) showNewPassword(w http.ResponseWriter, r *http.Request) error {
	return d.render(w, r, http.StatusOK, "account.reset", newPasswordPage(resetView{Path: "/sign-in/reset/" + r.PathValue("token")}))
}

func (d *Door) newPassword(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	if err := d.allowNetwork(r); err != nil {
		return err
	}
	in, err := entry{}, CheckPassword("password", form.Raw("password"))
	if err == nil {
		in, err = d.reset(r.Context(), r.PathValue("token"), form.Raw("password"), visitOf(r))
	}
	if err != nil && fieldOf(err) == "" {
		return d.signInNotice(w, r, "", err)
	}
	if err = form.Note(err); err != nil {
		return err
	}
	if !form.Valid() {
		return d.render(w, r, http.StatusUnprocessableEntity, "account.reset", newPasswordPage(resetView{
			Path: "/sign-in/reset/" + r.PathValue("token"), Error: problem(r, form, "password"),
		}))
	}
	web.SetFlash(w, r, web.Flash{Key: "account.password_set"})
	return d.enter(w, r, in)
}
