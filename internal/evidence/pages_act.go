package evidence

import (
	"net/http"
	"path"
	"strconv"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

func (p *Pages) propose(w http.ResponseWriter, r *http.Request) error {
	v, id, form, err := p.form(r)
	if err != nil {
		return err
	}
	form.Require("kind")
	kind := OrderKind(form.Choice("kind", string(Unseal), string(Release)))
	purpose, passphrase := form.Text("purpose", 2000), form.Secret("passphrase", mostPassphrase)
	if form.Valid() {
		_, err = v.Propose(r.Context(), actorOf(r), id, kind, purpose, passphrase)
	}
	return p.answer(w, r, id, form, err, sent{Form: "propose-" + string(kind), Purpose: purpose, Kind: kind}, "evidence.done.proposed")
}

func (p *Pages) confirm(w http.ResponseWriter, r *http.Request) error {
	v, id, form, err := p.form(r)
	if err != nil {
		return err
	}
	order, passphrase := form.ID("order", orderID), form.Secret("passphrase", mostPassphrase)
	if form.Valid() {
		err = v.Confirm(r.Context(), actorOf(r), order, passphrase)
	}
	return p.answer(w, r, id, form, err, sent{Form: "confirm"}, "evidence.done.confirmed")
}

// orderID begins the short id of a proposal.
const orderID = "evo"

func (p *Pages) withdraw(w http.ResponseWriter, r *http.Request) error {
	v, id, form, err := p.form(r)
	if err != nil {
		return err
	}
	order := form.ID("order", orderID)
	if form.Valid() {
		err = v.Withdraw(r.Context(), actorOf(r), order)
	}
	return p.answer(w, r, id, form, err, sent{Form: "confirm"}, "evidence.done.withdrawn")
}

func (p *Pages) extend(w http.ResponseWriter, r *http.Request) error {
	v, id, form, err := p.form(r)
	if err != nil {
		return err
	}
	purpose := form.Text("purpose", 2000)
	if form.Valid() {
		_, err = v.Extend(r.Context(), actorOf(r), id, purpose)
	}
	return p.answer(w, r, id, form, err, sent{Form: "extend", Purpose: purpose}, "evidence.done.extended")
}

// download sends one part, or the whole package, as a file. Nothing of a package is ever shown by a browser.
func (p *Pages) download(w http.ResponseWriter, r *http.Request) error {
	v, id, form, err := p.form(r)
	if err != nil {
		return err
	}
	name := form.Line("name", 200)
	passphrase := form.Secret("passphrase", mostPassphrase)
	var opened []byte
	if form.Valid() {
		opened, err = v.Open(r.Context(), actorOf(r), id, name, passphrase)
	}
	if err = form.Note(err); err != nil || !form.Valid() {
		return p.answer(w, r, id, form, err, sent{Form: "download"}, "")
	}
	file := path.Base(name)
	if name == "" {
		file = id.Text(Kind) + ".tar"
	}
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", "attachment; filename="+strconv.Quote(file))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", strconv.Itoa(len(opened)))
	_, err = w.Write(opened)
	return err
}

func (p *Pages) form(r *http.Request) (*Vault, value.ID, *web.Form, error) {
	v, id, err := p.asked(r)
	if err != nil {
		return nil, 0, nil, err
	}
	form, err := web.ReadForm(r)
	return v, id, form, err
}

// answer leads back to the page, or shows it with what has to be mended.
func (p *Pages) answer(w http.ResponseWriter, r *http.Request, id value.ID, form *web.Form, err error, s sent, done string) error {
	if err = form.Note(err); err != nil {
		return err
	}
	if !form.Valid() {
		s.Faults = faults(r, form)
		return p.renderOne(w, r, http.StatusUnprocessableEntity, id, s)
	}
	web.SetFlash(w, r, web.Flash{Tone: "good", Key: done})
	return web.Redirect(w, r, Path+"/"+id.Text(Kind))
}

func faults(r *http.Request, form *web.Form) map[string]string {
	all := make(map[string]string)
	for _, err := range form.Errors() {
		all[err.Field] = text.Error(r.Context(), err)
	}
	return all
}

// keysPage is the page of who can open packages.
type keysPage struct {
	All    []custodian
	Own    bool
	Reader value.ID
	Sent   sent
}

func (p *Pages) showKeys(w http.ResponseWriter, r *http.Request) error {
	return p.renderKeys(w, r, http.StatusOK, sent{})
}

func (p *Pages) renderKeys(w http.ResponseWriter, r *http.Request, status int, s sent) error {
	page := keysPage{Reader: account.From(r.Context()).Account, Sent: s}
	err := p.Of(site.From(r.Context())).DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		page.All, err = findCustodians(tx)
		return err
	})
	if err != nil {
		return err
	}
	for _, c := range page.All {
		page.Own = page.Own || c.Account == page.Reader
	}
	return p.render(w, r, status, text.T(r.Context(), "evidence.keys"), keysView(page))
}

// saveKey makes the reader's key, makes it anew, or takes it back.
func (p *Pages) saveKey(w http.ResponseWriter, r *http.Request) error {
	v := p.Of(site.From(r.Context()))
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	session, done := account.From(r.Context()), "evidence.done.key"
	if form.Bool("end") {
		err, done = v.EndKey(r.Context(), session.Actor(), session.Account), "evidence.done.key_ended"
	} else {
		passphrase, again := form.Secret("passphrase", mostPassphrase), form.Secret("again", mostPassphrase)
		if form.Valid() && passphrase != again {
			err = fault("again", "evidence.error.again", "this is not the passphrase above; type it again")
		} else if form.Valid() {
			err = v.MakeKey(r.Context(), session.Actor(), session.Name, passphrase)
		}
	}
	if stranded := value.KindOf(err) == value.Conflict; stranded {
		form.Add(&value.Error{Kind: value.Invalid, Field: "passphrase", Key: "evidence.error.stranded", Message: err.Error()})
		err = nil
	}
	if err = form.Note(err); err != nil {
		return err
	}
	if !form.Valid() {
		return p.renderKeys(w, r, http.StatusUnprocessableEntity, sent{Form: "key", Faults: faults(r, form)})
	}
	web.SetFlash(w, r, web.Flash{Tone: "good", Key: done})
	return web.Redirect(w, r, Path+"/keys")
}
