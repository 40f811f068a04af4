package account

import (
	"io"
	"net/http"

	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

func (d *Door) secondFactorRoutes(m *web.Router) {
	small := web.BodyLimit(16 << 10)
	m.Handle("GET /sign-in/code", Public, d.showCode)
	m.Handle("POST /sign-in/code", Public, d.giveCode, small)
	m.Handle("POST /account/second-factor/start", SignedIn, d.fresh(d.startFactor), small)
	m.Handle("GET /account/second-factor", SignedIn, d.fresh(d.showFactor))
	m.Handle("GET /account/second-factor/qr.svg", SignedIn, d.fresh(d.showPicture))
	m.Handle("POST /account/second-factor", SignedIn, d.fresh(d.confirmFactor), small)
	m.Handle("POST /account/second-factor/off", SignedIn, d.fresh(d.endFactor), small)
	m.Handle("POST /account/recovery-codes", SignedIn, d.fresh(d.renewCodes), small)
}

func (d *Door) showCode(w http.ResponseWriter, r *http.Request) error {
	if ceremonyOf(r, askingCode) == nil {
		return web.Redirect(w, r, "/sign-in")
	}
	return d.render(w, r, http.StatusOK, "account.code_title", codePage(""))
}

func (d *Door) giveCode(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	form.Require("code")
	hash := ceremonyOf(r, askingCode)
	if hash == nil {
		return d.signInNotice(w, r, "", over())
	}
	if err := d.allowNetwork(r); err != nil {
		return err
	}
	var in entry
	if form.Valid() {
		in, err = d.answerCode(r.Context(), hash, form.Secret("code", 60), visitOf(r))
		if value.KindOf(err) == value.Forbidden || value.KindOf(err) == value.Invalid && fieldOf(err) == "" {
			clearCeremony(w, r, askingCode)
			return d.signInNotice(w, r, "", err)
		}
		if err = form.Note(err); err != nil {
			return err
		}
	}
	if !form.Valid() {
		return d.render(w, r, http.StatusUnprocessableEntity, "account.code_title", codePage(problem(r, form, "code")))
	}
	clearCeremony(w, r, askingCode)
	return d.enter(w, r, in)
}

// startFactor makes a new secret, or goes on with the one whose first code is still awaited.
func (d *Door) startFactor(w http.ResponseWriter, r *http.Request) error {
	s, session := site.From(r.Context()), From(r.Context())
	err := s.DB.Write(r.Context(), session.Actor(), "account.second_factor_start", func(tx *db.Tx) error {
		tx.Log(db.Change{Object: "account", Record: session.Account, Diff: map[string]any{"second_factor": "begun"}})
		return startSecondFactor(tx, s, session.Account)
	})
	if value.KindOf(err) == value.Conflict {
		return d.toSecurity(w, r, "account.factor_is_on")
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/account/second-factor")
}

// factorView is the page on which a telephone learns the secret.
type factorView struct {
	Seed  string // in groups of four
	Link  string // the same for a program on this device
	Error string
}

func (d *Door) showFactor(w http.ResponseWriter, r *http.Request) error {
	return d.renderFactor(w, r, http.StatusOK, "")
}

func (d *Door) renderFactor(w http.ResponseWriter, r *http.Request, status int, wrong string) error {
	seed, err := d.waitingSeed(r)
	if value.KindOf(err) == value.NotFound {
		return web.Redirect(w, r, "/account/security")
	}
	if err != nil {
		return err
	}
	view := factorView{Seed: grouped(seedText(seed)), Link: d.seedLink(r, seed), Error: wrong}
	return d.render(w, r, status, "account.factor_set_up", factorPage(view))
}

// waitingSeed is the secret whose first code is awaited, or NotFound.
func (d *Door) waitingSeed(r *http.Request) (seed []byte, err error) {
	s := site.From(r.Context())
	err = s.DB.Read(r.Context(), func(tx *db.Tx) error {
		f, err := findSecondFactor(tx, s, From(r.Context()).Account)
		if err == nil && !f.confirmed.IsZero() {
			err = value.Errorf(value.NotFound, "the second factor is on")
		}
		seed = f.seed
		return err
	})
	return seed, err
}

func (d *Door) seedLink(r *http.Request, seed []byte) string {
	return seedAddress(site.From(r.Context()).Settings().Name, From(r.Context()).Email, seed)
}

func (d *Door) showPicture(w http.ResponseWriter, r *http.Request) error {
	seed, err := d.waitingSeed(r)
	if err != nil {
		return err
	}
	picture, err := drawQR(d.seedLink(r, seed))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "image/svg+xml")
	w.Header().Set("Cache-Control", "no-store")
	_, err = io.WriteString(w, picture)
	return err
}

func (d *Door) confirmFactor(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	codes, err := d.confirmSecondFactor(r.Context(), From(r.Context()), form.Secret("code", 60), visitOf(r))
	if value.KindOf(err) == value.Invalid && fieldOf(err) == "" {
		return d.toSecurity(w, r, "account.factor_is_on")
	}
	if fieldOf(err) == "code" {
		return d.renderFactor(w, r, http.StatusUnprocessableEntity, text.Error(r.Context(), err))
	}
	if err != nil {
		return err
	}
	return d.render(w, r, http.StatusOK, "account.recovery", recoveryPage(codes, true))
}

func (d *Door) endFactor(w http.ResponseWriter, r *http.Request) error {
	if err := d.endSecondFactor(r.Context(), From(r.Context()), visitOf(r)); err != nil {
		return err
	}
	return d.toSecurity(w, r, "account.factor_ended")
}

func (d *Door) renewCodes(w http.ResponseWriter, r *http.Request) error {
	codes, err := d.renewRecoveryCodes(r.Context(), From(r.Context()), visitOf(r))
	if value.KindOf(err) == value.Invalid {
		return d.toSecurity(w, r, "")
	}
	if err != nil {
		return err
	}
	return d.render(w, r, http.StatusOK, "account.recovery", recoveryPage(codes, false))
}

// grouped writes a long text in groups of four, for typing it off.
func grouped(text string) string {
	var out []byte
	for i := range len(text) {
		if i > 0 && i%4 == 0 {
			out = append(out, ' ')
		}
		out = append(out, text[i])
	}
	return string(out)
}
