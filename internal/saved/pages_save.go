package saved

import (
	"net/http"

	"fairground/internal/db"
	"fairground/internal/value"
	"fairground/internal/web"
)

// newView is the form for a search that is not saved yet.
type newView struct {
	Form    form
	Address string // canonical
	Title   string
	Chips   []string
	Next    string
	Kept    bool // it is saved already
}

func (d *Desk) showNew(w http.ResponseWriter, r *http.Request) error {
	v := d.visit(w, r)
	reading, err := readAddress(v.ctx, v.rooms, r.URL.Query().Get("address"))
	if err != nil {
		return err
	}
	view := newView{Address: reading.Address, Title: reading.Title, Chips: reading.Chips, Next: reading.Address}
	view.Form = form{Name: nameOf(reading), Often: Instant, Drops: true}
	err = v.read(func(tx *db.Tx) error {
		same, err := sameSearch(tx, v.session.Account, reading.Address)
		if err == nil {
			view.Kept, view.Form = true, formOf(same)
		}
		if value.KindOf(err) == value.NotFound {
			return nil
		}
		return err
	})
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, "saved.new.title", newPage(view))
}

// save keeps a search of a page of results.
func (d *Desk) save(w http.ResponseWriter, r *http.Request) error {
	v := d.visit(w, r)
	sent, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	reading, err := readAddress(v.ctx, v.rooms, sent.Raw("address"))
	if err != nil {
		return err
	}
	wish := readWish(sent)
	var s Search
	err = v.write("saved.save", func(tx *db.Tx) (err error) {
		s, err = save(tx, v.session.Account, reading, wish)
		return err
	})
	if faults, err := v.faults(sent, err); err != nil {
		return err
	} else if faults != nil {
		view := newView{Form: faults.form(wish), Address: reading.Address, Title: reading.Title, Chips: reading.Chips, Next: sent.Raw("next")}
		return v.show(http.StatusUnprocessableEntity, "saved.new.title", newPage(view))
	}
	if web.Fragment(r) {
		return web.Render(w, r, http.StatusOK, savedNote(s))
	}
	return v.done(web.LocalPath(sent.Raw("next"), "/saved-searches"), "saved.done")
}

func (d *Desk) change(w http.ResponseWriter, r *http.Request) error {
	v := d.visit(w, r)
	sent, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	wish := readWish(sent)
	s, err := v.change("saved.change", func(tx *db.Tx, s *Search) error { return alter(tx, s, wish) })
	faults, err := v.faults(sent, err)
	if err != nil {
		return err
	}
	if faults == nil {
		return v.done("/saved-searches", "saved.changed")
	}
	view, err := v.list()
	if err != nil {
		return err
	}
	for i := range view.Lines {
		if l := &view.Lines[i]; l.ID == s.ID {
			l.Open, l.Form = true, faults.form(wish)
		}
	}
	return v.show(http.StatusUnprocessableEntity, "saved.title", listPage(view))
}

func (d *Desk) pause(w http.ResponseWriter, r *http.Request) error {
	v := d.visit(w, r)
	sent, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	paused := sent.Choice("paused", "yes", "no") != "no"
	_, err = v.change("saved.pause", func(tx *db.Tx, s *Search) error {
		if !paused {
			return s.resume(tx)
		}
		if s.State == Ended {
			return gone()
		}
		return s.become(tx, Paused)
	})
	if err != nil {
		return err
	}
	return v.done("/saved-searches", map[bool]string{true: "saved.paused", false: "saved.resumed"}[paused])
}

func (d *Desk) end(w http.ResponseWriter, r *http.Request) error {
	v := d.visit(w, r)
	s, err := v.change("saved.end", func(tx *db.Tx, s *Search) error { return s.become(tx, Ended) })
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/saved-searches?ended="+s.ID.Text(searchID))
}

func (d *Desk) bringBack(w http.ResponseWriter, r *http.Request) error {
	v := d.visit(w, r)
	_, err := v.change("saved.back", func(tx *db.Tx, s *Search) error { return s.back(tx) })
	if err != nil {
		return err
	}
	return v.done("/saved-searches", "saved.back")
}
