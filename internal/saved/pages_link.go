package saved

import (
	"net/http"
	"net/url"

	"fairground/internal/db"
	"fairground/internal/value"
	"fairground/internal/web"
)

// run leads to the results of a search, which are no longer new.
func (d *Desk) run(w http.ResponseWriter, r *http.Request) error {
	v := d.visit(w, r)
	id, err := value.ParseID(searchID, r.PathValue("search"))
	if err != nil {
		return gone()
	}
	var s Search
	err = v.site.DB.Maintain(v.ctx, "saved: somebody looks at what a search found", func(tx *db.Tx) (err error) {
		if s, err = own(tx, v.session.Account, id); err != nil {
			return err
		}
		return looked(tx, v.session.Account, id)
	})
	if err != nil {
		return err
	}
	return web.Redirect(w, r, web.LocalPath(newestFirst(s.Address), "/saved-searches"))
}

// newestFirst sorts the results of an address by age, unless it says otherwise.
func newestFirst(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Query().Has("sort") {
		return address
	}
	q := u.Query()
	q.Set("sort", "newest")
	u.RawQuery = q.Encode()
	return u.String()
}

// showFound leads to a listing that a search found. For its owner it is a sign that alerts are read; for everybody else
// it is only the way to a page that is public, so nobody has to sign in for it.
func (d *Desk) showFound(w http.ResponseWriter, r *http.Request) error {
	v := d.visit(w, r)
	id, err := value.ParseID(listingID, r.PathValue("listing"))
	if err != nil {
		return gone()
	}
	var shown map[value.ID]Listing
	if err := v.read(func(tx *db.Tx) (err error) {
		shown, err = v.rooms.Listings(tx, []value.ID{id})
		return err
	}); err != nil {
		return err
	}
	if search, err := value.ParseID(searchID, r.PathValue("search")); err == nil && !v.session.IsZero() {
		err := v.site.DB.Maintain(v.ctx, "saved: somebody looks at what a search found", func(tx *db.Tx) error {
			return looked(tx, v.session.Account, search)
		})
		if err != nil {
			return err
		}
	}
	if l, visible := shown[id]; visible {
		return web.Redirect(w, r, web.LocalPath(l.Href, "/"))
	}
	return &value.Error{Kind: value.NotFound, Key: "saved.listing_gone", Message: "this listing is not here any more"}
}

// linkView is the page behind an address in a mail.
type linkView struct {
	Token string
	Does  verb
	Name  string // of the search; only its owner sees it
	Done  bool
}

// showLink changes nothing: programs open the addresses in mails.
func (d *Desk) showLink(w http.ResponseWriter, r *http.Request) error {
	return d.link(w, r, func(v *visit, view *linkView, id value.ID) error {
		return v.read(func(tx *db.Tx) error {
			s, err := findSearch(tx, id)
			if err == nil && s.Account == v.session.Account {
				view.Name = s.Name
			}
			if value.KindOf(err) == value.NotFound {
				return nil
			}
			return err
		})
	})
}

// followLink stops or wakes a search for whoever holds its address; the click of a mail program and the button of the page
// are the same. Whether the search still exists is not said.
func (d *Desk) followLink(w http.ResponseWriter, r *http.Request) error {
	return d.link(w, r, func(v *visit, view *linkView, id value.ID) error {
		view.Done = true
		var of value.ID
		err := v.read(func(tx *db.Tx) error {
			s, err := findSearch(tx, id)
			of = s.Account
			return err
		})
		if err == nil {
			err = v.site.DB.Write(v.ctx, value.Actor{Kind: value.Member, ID: of}, "saved."+string(view.Does), func(tx *db.Tx) error {
				return obey(tx, view.Does, of, id)
			})
		}
		if value.KindOf(err) == value.NotFound {
			return nil
		}
		return err
	})
}

func obey(tx *db.Tx, does verb, of, id value.ID) error {
	s, err := own(tx, of, id)
	if err != nil {
		return err
	}
	if does == wake {
		return s.resume(tx)
	}
	if s.Often == Never || s.State == Ended {
		return nil
	}
	return alter(tx, &s, Wish{Name: s.Name, Often: Never, Drops: s.Drops})
}

func (d *Desk) link(w http.ResponseWriter, r *http.Request, do func(v *visit, view *linkView, id value.ID) error) error {
	v := d.visit(w, r)
	token := r.PathValue("token")
	does, id, err := readLink(v.site, token)
	if err != nil {
		return err
	}
	view := linkView{Token: token, Does: does}
	if err := do(v, &view, id); err != nil {
		return err
	}
	w.Header().Set("Referrer-Policy", "no-referrer")
	return v.show(http.StatusOK, "saved.link.title", linkPage(view))
}
