package message

import (
	"net/http"

	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

// look shows a reported conversation to staff.
func (d *Desk) look(w http.ResponseWriter, r *http.Request) error {
	id, err := conversationOf(r)
	if err != nil {
		return err
	}
	v, err := d.Look(r.Context(), actorOf(r), id)
	if err != nil {
		return err
	}
	private(w)
	return web.Render(w, r, http.StatusOK, d.config.Console(r, text.T(r.Context(), "message.console.title"), lookPage(v)))
}

const mostHeldShown = 100

func (d *Desk) showHeld(w http.ResponseWriter, r *http.Request) error {
	return d.renderHeld(w, r, http.StatusOK, 0, "")
}

// renderHeld writes the queue; problem is what is wrong with the reason given for one of them.
func (d *Desk) renderHeld(w http.ResponseWriter, r *http.Request, status int, at value.ID, problem string) error {
	var all []Waiting
	err := read(r, func(tx *db.Tx) (err error) {
		all, err = HeldMessages(tx, mostHeldShown)
		return err
	})
	if err != nil {
		return err
	}
	private(w)
	content := heldPage(all, at, problem)
	if flash, ok := web.TakeFlash(w, r); ok {
		content = withFlash(flash, content)
	}
	return web.Render(w, r, status, d.config.Console(r, text.T(r.Context(), "message.console.held"), content))
}

// decideHeld releases or refuses a held message.
func (d *Desk) decideHeld(w http.ResponseWriter, r *http.Request) error {
	id, err := value.ParseID(MessageKind, r.PathValue("id"))
	if err != nil {
		return err
	}
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	verb, reason := r.PathValue("verb"), form.Text("reason", 5000)
	if verb != "release" && verb != "refuse" {
		return value.Errorf(value.NotFound, "there is no such decision")
	}
	flash := web.Flash{Key: "message.console.done." + verb}
	err = site.From(r.Context()).DB.Write(r.Context(), actorOf(r), "message."+verb, func(tx *db.Tx) error {
		if verb == "refuse" {
			return d.Refuse(tx, id, false, reason)
		}
		released, err := d.Release(tx, id, reason)
		if err == nil && !released {
			flash = web.Flash{Tone: "bad", Key: "message.console.final"}
		}
		return err
	})
	if err = form.Note(err); err != nil {
		return err
	}
	if problem := problem(r, form, "reason"); problem != "" {
		return d.renderHeld(w, r, http.StatusUnprocessableEntity, id, problem)
	}
	web.SetFlash(w, r, flash)
	return web.Redirect(w, r, "/console/messages")
}
