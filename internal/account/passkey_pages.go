package account

import (
	"encoding/json"
	"net/http"
	"strings"

	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

func (d *Door) passkeyRoutes(m *web.Router) {
	answer := web.BodyLimit(64 << 10)
	m.Handle("POST /sign-in/passkey/start", Public, d.startPasskey, answer)
	m.Handle("POST /sign-in/passkey", Public, d.usePasskey, answer)
	m.Handle("POST /account/passkeys/start", SignedIn, d.fresh(d.startRegistration), answer)
	m.Handle("POST /account/passkeys", SignedIn, d.fresh(d.register), answer)
	m.Handle("POST /account/passkeys/name", SignedIn, d.fresh(d.nameKey), answer)
	m.Handle("POST /account/passkeys/remove", SignedIn, d.fresh(d.removeKey), answer)
}

func (d *Door) startPasskey(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	if err := d.config.ByStart.Allow(siteKey(r) + " " + v.network); err != nil {
		return answerJSON(w, r, err)
	}
	options, secret, err := d.offerPasskeys(r.Context(), relyingHost(r), v)
	if err != nil {
		return answerJSON(w, r, err)
	}
	setCeremony(w, r, usingPasskey, secret, passkeyAge)
	return web.WriteJSON(w, http.StatusOK, options)
}

// passkeyAnswer is what the script of the page sends: the browser's answer, and what belongs to it.
type passkeyAnswer struct {
	Credential json.RawMessage `json:"credential"`
	Next       string          `json:"next"`
	Name       string          `json:"name"`
}

func (d *Door) usePasskey(w http.ResponseWriter, r *http.Request) error {
	var sent passkeyAnswer
	if err := web.ReadJSON(r, &sent); err != nil {
		return err
	}
	if err := d.allowNetwork(r); err != nil {
		return answerJSON(w, r, err)
	}
	in, err := d.byPasskey(r.Context(), relyingHost(r), ceremonyOf(r, usingPasskey), sent.Credential, visitOf(r).leadingTo(sent.Next))
	clearCeremony(w, r, usingPasskey)
	if err != nil {
		return answerJSON(w, r, err)
	}
	return web.WriteJSON(w, http.StatusOK, reply{To: d.entered(w, r, in)})
}

func (d *Door) startRegistration(w http.ResponseWriter, r *http.Request) error {
	options, secret, err := d.offerRegistration(r.Context(), From(r.Context()), relyingHost(r), visitOf(r))
	if err != nil {
		return answerJSON(w, r, err)
	}
	setCeremony(w, r, makingPasskey, secret, passkeyAge)
	return web.WriteJSON(w, http.StatusOK, options)
}

func (d *Door) register(w http.ResponseWriter, r *http.Request) error {
	var sent passkeyAnswer
	if err := web.ReadJSON(r, &sent); err != nil {
		return err
	}
	name, err := checkName(sent.Name)
	if err != nil {
		if name = deviceName(r.UserAgent()); name == "" {
			name = text.T(r.Context(), "account.passkey")
		}
	}
	err = d.keepPasskey(r.Context(), From(r.Context()), relyingHost(r), name, ceremonyOf(r, makingPasskey), sent.Credential, visitOf(r))
	clearCeremony(w, r, makingPasskey)
	if err != nil {
		return answerJSON(w, r, err)
	}
	web.SetFlash(w, r, web.Flash{Key: "account.passkey_kept"})
	return web.WriteJSON(w, http.StatusOK, reply{To: web.LocalPath(sent.Next, "/account/security")})
}

// answerJSON tells a script what went wrong, when a person can act on it; faults of the program take the usual way.
func answerJSON(w http.ResponseWriter, r *http.Request, err error) error {
	if value.KindOf(err) == value.Internal {
		return err
	}
	return web.WriteJSON(w, web.StatusOf(err), reply{Problem: text.Error(r.Context(), err)})
}

func (d *Door) nameKey(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	id, name := form.ID("passkey", PasskeyKind), form.Line("name", 80)
	if form.Valid() && strings.TrimSpace(name) != "" {
		if err := d.namePasskey(r.Context(), From(r.Context()), id, name); err != nil {
			return err
		}
	}
	return d.toSecurity(w, r, "")
}

func (d *Door) removeKey(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	if err := d.removePasskey(r.Context(), From(r.Context()), form.ID("passkey", PasskeyKind), visitOf(r)); err != nil {
		return err
	}
	return d.toSecurity(w, r, "account.passkey_removed")
}
