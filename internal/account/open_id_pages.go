package account

import (
	"net/http"

	"fairground/internal/site"
	"fairground/internal/value"
	"fairground/internal/web"
)

func (d *Door) openIDRoutes(m *web.Router) {
	m.Handle("GET /sign-in/with/{provider}", Public, d.leaveFor)
	m.Handle("GET /sign-in/with/{provider}/return", Public, d.comeBack)
	m.Handle("POST /account/open-id/remove", SignedIn, d.fresh(d.removeHouse), web.BodyLimit(16<<10))
}

// housesFor lists what a site accepts for accounts of a kind; the zero kind is all.
func (d *Door) housesFor(r *http.Request, kind value.ActorKind) []OpenID {
	var fit []OpenID
	for _, house := range d.houses(site.From(r.Context())) {
		if kind == "" || house.For == kind {
			fit = append(fit, house)
		}
	}
	return fit
}

// leaveFor is a link, not a form: the page's policy lets forms lead to this site only. It changes nothing by itself.
func (d *Door) leaveFor(w http.ResponseWriter, r *http.Request) error {
	house, err := d.house(site.From(r.Context()), r.PathValue("provider"))
	if err != nil {
		return err
	}
	if err := d.allowNetwork(r); err != nil {
		return err
	}
	var link value.ID
	if r.URL.Query().Get("add") != "" {
		if From(r.Context()).IsZero() || !d.isFresh(r) {
			return web.Redirect(w, r, signInAgain)
		}
		link = From(r.Context()).Account
	}
	address, secret, err := d.leave(r.Context(), house, link, visitOf(r).leadingTo(r.URL.Query().Get("next")))
	if err != nil {
		return d.signInNotice(w, r, r.URL.Query().Get("next"), err)
	}
	setCeremony(w, r, awayAtOpenID, secret, awayAge)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Location", address) // the operator's own setting leads off this site
	w.WriteHeader(http.StatusSeeOther)
	return nil
}

func (d *Door) comeBack(w http.ResponseWriter, r *http.Request) error {
	house, err := d.house(site.From(r.Context()), r.PathValue("provider"))
	if err != nil {
		return err
	}
	if err := d.allowNetwork(r); err != nil {
		return err
	}
	query, v := r.URL.Query(), visitOf(r)
	who, away, err := d.back(r.Context(), house, ceremonyOf(r, awayAtOpenID), query.Get("state"), query.Get("iss"), query.Get("code"), v)
	clearCeremony(w, r, awayAtOpenID)
	if err != nil {
		return d.signInNotice(w, r, away.Next, err)
	}
	if away.Link != 0 {
		return d.addHouse(w, r, house, who, away, v)
	}
	in, err := d.byOpenID(r.Context(), house, who, v.leadingTo(away.Next))
	if err != nil {
		return d.signInNotice(w, r, away.Next, err)
	}
	return d.enter(w, r, in)
}

// addHouse adds a sign-in to the account that asked for it, if it is still that account that is signed in.
func (d *Door) addHouse(w http.ResponseWriter, r *http.Request, house OpenID, who identity, a away, v visit) error {
	session := From(r.Context())
	if session.Account != a.Link {
		return d.signInNotice(w, r, "", over())
	}
	if err := d.addOpenID(r.Context(), session, house, who, v); err != nil {
		return d.renderSecurity(w, r, securityView{Problem: err})
	}
	return d.toSecurity(w, r, "account.house_added")
}

func (d *Door) removeHouse(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	if err := d.removeOpenID(r.Context(), From(r.Context()), form.Raw("issuer"), visitOf(r)); err != nil {
		return err
	}
	return d.toSecurity(w, r, "account.house_removed")
}
