package account

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/ui"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

func (d *Door) securityRoutes(m *web.Router) {
	small := web.BodyLimit(16 << 10)
	m.Handle("GET /account/security", SignedIn, d.showSecurity)
	m.Handle("POST /account/name", SignedIn, d.setName, small)
	m.Handle("POST /account/language", SignedIn, d.setLanguage, small)
	m.Handle("POST /account/email", SignedIn, d.fresh(d.askEmail), small)
	m.Handle("GET /account/email/{token}", SignedIn, d.showEmail)
	m.Handle("POST /account/email/{token}", SignedIn, d.setEmail, small)
	m.Handle("POST /account/password", SignedIn, d.setPassword, small)
	if d.config.Texts != nil {
		m.Handle("POST /account/phone", SignedIn, d.fresh(d.givePhone), small)
		m.Handle("POST /account/phone/code", SignedIn, d.fresh(d.givePhoneCode), small)
		m.Handle("POST /account/phone/remove", SignedIn, d.fresh(d.dropPhone), small)
	}
	m.Handle("GET /account/sessions", SignedIn, d.showSessions)
	m.Handle("POST /account/sessions/end", SignedIn, d.endSession, small)
	m.Handle("POST /account/sessions/end-all", SignedIn, d.endAllSessions, small)
}

// securityView is everything about somebody's sign-in, and what was wrong with the form they sent.
type securityView struct {
	Account     Account
	Fresh       bool
	CanPasskey  bool // browsers can bind passkeys to this host
	Passkeys    []Passkey
	HasPassword bool
	FactorOn    bool
	CodesLeft   int
	CanPhone    bool
	Waiting     value.Phone // a code was sent to it
	Linked      []linked
	Houses      []OpenID
	Devices     []Device
	Languages   []ui.Option

	Next    string // where the number was asked for, and its proof leads back to; empty: nowhere
	Problem error  // what was wrong, by its field
	Section string
	Typed   string // into the field that was wrong
}

// wrong is what to write at a field of a section.
func (v securityView) wrong(r *http.Request, section, field string) string {
	if v.Problem == nil || v.Section != section || fieldOf(v.Problem) != field {
		return ""
	}
	return text.Error(r.Context(), v.Problem)
}

func (d *Door) showSecurity(w http.ResponseWriter, r *http.Request) error {
	return d.renderSecurity(w, r, securityView{Next: nextOf(r)})
}

func (d *Door) renderSecurity(w http.ResponseWriter, r *http.Request, view securityView) error {
	s, session := site.From(r.Context()), From(r.Context())
	err := s.DB.Read(r.Context(), func(tx *db.Tx) error { return view.fill(tx, session) })
	if err != nil {
		return err
	}
	view.Fresh, view.CanPasskey, view.CanPhone = d.isFresh(r), relyingHost(r) != "", d.config.Texts != nil
	view.Houses = d.housesFor(r, session.Kind)
	for i, l := range view.Linked {
		view.Linked[i].Label = d.labelOf(s, l.Issuer)
	}
	view.Houses = slices.DeleteFunc(view.Houses, func(h OpenID) bool {
		return slices.ContainsFunc(view.Linked, func(l linked) bool { return l.Issuer == h.Issuer })
	})
	view.Languages = languageOptions(r, s.Settings().Locales)
	status := http.StatusOK
	if view.Problem != nil {
		status = web.StatusOf(view.Problem)
	}
	return d.render(w, r, status, "account.security", securityPage(r, view))
}

// fill reads what the page shows.
func (v *securityView) fill(tx *db.Tx, session Session) (err error) {
	if v.Account, err = Find(tx, session.Account); err != nil {
		return err
	}
	keys, err := findPasskeys(tx, session.Account)
	if err != nil {
		return err
	}
	v.Passkeys = nil
	for _, key := range keys {
		v.Passkeys = append(v.Passkeys, key.Passkey)
	}
	hash, err := findHash(tx, session.Account)
	if err != nil {
		return err
	}
	v.HasPassword = hash != ""
	if v.FactorOn, err = hasSecondFactor(tx, session.Account); err != nil {
		return err
	}
	if v.CodesLeft, err = countRecoveryCodes(tx, session.Account); err != nil {
		return err
	}
	check, err := findPhoneCheck(tx, session.Account)
	if err != nil && value.KindOf(err) != value.NotFound {
		return err
	}
	v.Waiting = check.phone
	if v.Linked, err = findLinked(tx, session.Account); err != nil {
		return err
	}
	v.Devices, err = devicesOf(tx, session)
	return err
}

func devicesOf(tx *db.Tx, session Session) (all []Device, err error) {
	rows, err := findDevices(tx, session.Account)
	for _, row := range rows {
		row.Key = base64.RawURLEncoding.EncodeToString(row.id)
		row.Present = string(row.id) == session.id
		all = append(all, row.Device)
	}
	return all, err
}

func (d *Door) labelOf(s *site.Site, issuer string) string {
	for _, house := range d.houses(s) {
		if house.Issuer == issuer {
			return house.Label
		}
	}
	return issuer
}

// languageOptions are the site's languages, each in its own words.
func languageOptions(r *http.Request, spoken []value.Locale) []ui.Option {
	if len(spoken) < 2 {
		return nil
	}
	options := []ui.Option{{Value: "", Text: text.T(r.Context(), "account.language_any")}}
	for _, locale := range spoken {
		options = append(options, ui.Option{Value: string(locale), Text: display.Self.Name(language.Make(locale.Language()))})
	}
	return options
}

// toSecurity goes back to the page and says there what was done.
func (d *Door) toSecurity(w http.ResponseWriter, r *http.Request, done string) error {
	if done != "" {
		web.SetFlash(w, r, web.Flash{Key: done})
	}
	return web.Redirect(w, r, "/account/security")
}

// settle ends a form of the page: back to it with what was done, or the page again with what was wrong at its field.
func (d *Door) settle(w http.ResponseWriter, r *http.Request, err error, section, typed, done string) error {
	if err == nil {
		return d.toSecurity(w, r, done)
	}
	if kind := value.KindOf(err); fieldOf(err) == "" && kind != value.Invalid && kind != value.Unavailable {
		return err
	}
	return d.renderSecurity(w, r, securityView{Problem: err, Section: section, Typed: typed})
}

func (d *Door) setName(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	err = d.rename(r.Context(), From(r.Context()), form.Raw("name"))
	return d.settle(w, r, err, "name", form.Raw("name"), "account.name_set")
}

func (d *Door) setLanguage(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	locale := value.Locale(form.Raw("language"))
	if locale != "" && !slices.Contains(site.From(r.Context()).Settings().Locales, locale) {
		return value.Errorf(value.Invalid, "this site does not speak that language")
	}
	if err := d.speak(r.Context(), From(r.Context()), locale); err != nil {
		return err
	}
	return d.toSecurity(w, r, "account.language_set")
}

func (d *Door) askEmail(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	form.Require("email")
	email := form.Email("email")
	if problem := form.Error("email"); problem != nil {
		return d.settle(w, r, problem, "email", form.Raw("email"), "")
	}
	if err := d.allowNetwork(r); err != nil {
		return err
	}
	err = d.askAddress(r.Context(), From(r.Context()), email, visitOf(r))
	return d.settle(w, r, err, "email", form.Raw("email"), "account.address_sent")
}

// showEmail does not look at the link, as with those that sign in.
func (d *Door) showEmail(w http.ResponseWriter, r *http.Request) error {
	return d.render(w, r, http.StatusOK, "account.address", addressPage("/account/email/"+r.PathValue("token")))
}

func (d *Door) setEmail(w http.ResponseWriter, r *http.Request) error {
	err := d.takeAddress(r.Context(), From(r.Context()), r.PathValue("token"), visitOf(r))
	return d.settle(w, r, err, "email", "", "account.address_set")
}

func (d *Door) setPassword(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	err = d.changePassword(r.Context(), From(r.Context()), form.Raw("present"), form.Raw("password"), visitOf(r))
	return d.settle(w, r, err, "password", "", "account.password_set")
}

func (d *Door) givePhone(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	next := nextOf(r)
	err = d.askPhone(r.Context(), From(r.Context()), form.Secret("phone", 60), visitOf(r))
	if err == nil && next != "" {
		web.SetFlash(w, r, web.Flash{Key: "account.phone_sent"})
		return web.Redirect(w, r, securityAt(next)+"#phone-code")
	}
	return d.settlePhone(w, r, err, form.Raw("phone"), next, "account.phone_sent")
}

func (d *Door) givePhoneCode(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	next := nextOf(r)
	err = d.takePhone(r.Context(), From(r.Context()), form.Secret("code", 60), visitOf(r))
	if err == nil && next != "" {
		web.SetFlash(w, r, web.Flash{Key: "account.phone_set"})
		return web.Redirect(w, r, next)
	}
	return d.settlePhone(w, r, err, "", next, "account.phone_set")
}

// nextOf is the page of this site that asked for a proven number.
func nextOf(r *http.Request) string { return web.LocalPath(r.URL.Query().Get("next"), "") }

// securityAt is the page of somebody's security, from which a proven number leads on to next.
func securityAt(next string) string {
	if next == "" {
		return "/account/security"
	}
	return "/account/security?next=" + url.QueryEscape(next)
}

// phoneAction is the address of a form of the number.
func (v securityView) phoneAction(path string) string {
	if v.Next == "" {
		return path
	}
	return path + "?next=" + url.QueryEscape(v.Next)
}

// settlePhone is settle for the number, which may have been asked for elsewhere: next leads back there.
func (d *Door) settlePhone(w http.ResponseWriter, r *http.Request, err error, typed, next, done string) error {
	if kind := value.KindOf(err); err == nil || fieldOf(err) == "" && kind != value.Invalid && kind != value.Unavailable {
		return d.settle(w, r, err, "phone", typed, done)
	}
	return d.renderSecurity(w, r, securityView{Problem: err, Section: "phone", Typed: typed, Next: next})
}

func (d *Door) dropPhone(w http.ResponseWriter, r *http.Request) error {
	if err := d.removePhone(r.Context(), From(r.Context()), visitOf(r)); err != nil {
		return err
	}
	return d.toSecurity(w, r, "account.phone_removed")
}
