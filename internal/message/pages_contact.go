package message

import (
	"net/http"
	"slices"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/ui"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

const (
	contactPath = "/account/contact"
	notesPath   = "/safety/notes"
)

// contactView is the page on which somebody sets who may write to the sellers they lead.
type contactView struct {
	Sellers []contactSeller
	Error   string
	At      value.ID // the seller at whose form something was wrong
}

type contactSeller struct {
	Seller
	Need Need
}

func (s contactSeller) options(r *http.Request) []ui.Option {
	all := make([]ui.Option, len(Needs))
	for i, n := range Needs {
		all[i] = ui.Option{Value: n.key(), Text: text.T(r.Context(), "message.need.choice."+n.key())}
	}
	return all
}

func (d *Desk) showContact(w http.ResponseWriter, r *http.Request) error {
	return d.renderContact(w, r, http.StatusOK, contactView{})
}

func (d *Desk) renderContact(w http.ResponseWriter, r *http.Request, status int, v contactView) error {
	err := read(r, func(tx *db.Tx) error {
		led, err := d.led(tx, account.From(r.Context()).Account)
		for _, s := range led {
			need, err := NeedOf(tx, s.ID)
			if err != nil {
				return err
			}
			v.Sellers = append(v.Sellers, contactSeller{s, need})
		}
		return err
	})
	if err != nil {
		return err
	}
	return d.render(w, r, status, text.T(r.Context(), "message.contact.title"), contactPage(r, v))
}

func (d *Desk) setContact(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	seller := form.ID("seller", sellerKind)
	at := slices.IndexFunc(Needs, func(n Need) bool { return n.key() == form.Raw("need") })
	need := Need{Age_days: -1} // which no form offers
	if at >= 0 {
		need = Needs[at]
	}
	err = d.Require(r.Context(), actorOf(r), seller, need)
	if err = form.Note(err); err != nil {
		return err
	}
	if !form.Valid() {
		return d.renderContact(w, r, http.StatusUnprocessableEntity, contactView{At: seller, Error: problem(r, form, "need")})
	}
	web.SetFlash(w, r, web.Flash{Tone: "good", Key: "message.contact.done"})
	return web.Redirect(w, r, contactPath)
}

// explainNotes tells everybody what safety notes are made of.
func (d *Desk) explainNotes(w http.ResponseWriter, r *http.Request) error {
	shell := d.config.Plain
	if shell == nil {
		shell = d.config.Page
	}
	return web.Render(w, r, http.StatusOK, shell(r, text.T(r.Context(), "message.notes.title"), notesPage()))
}
