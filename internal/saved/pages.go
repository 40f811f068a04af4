package saved

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/a-h/templ"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

// Routes registers the pages of this package; doc.go lists them.
func (d *Desk) Routes(m *web.Router) {
	small := web.BodyLimit(16 << 10)
	changes := web.Limit(d.changes, account.ByAccount, account.SignedIn)
	strangers := web.Limit(d.strange, web.ClientNetwork, account.Public)
	m.Handle("GET /saved-searches", account.SignedIn, d.showAll)
	m.Handle("GET /saved-searches/new", account.SignedIn, d.showNew)
	m.Handle("POST /saved-searches", changes, d.save, small)
	m.Handle("POST /saved-searches/{search}", changes, d.change, small)
	m.Handle("POST /saved-searches/{search}/pause", changes, d.pause, small)
	m.Handle("POST /saved-searches/{search}/end", changes, d.end, small)
	m.Handle("POST /saved-searches/{search}/back", changes, d.bringBack, small)
	m.Handle("GET /saved-searches/{search}/results", account.SignedIn, d.run)
	m.Handle("GET /saved-searches/{search}/found/{listing}", account.Public, d.showFound)
	m.Handle("GET /search-alerts/{token}", strangers, d.showLink)
	m.Handle("POST /search-alerts/{token}", strangers, d.followLink, small, web.CrossOrigin())
}

// visit is what one request has at hand.
type visit struct {
	*Desk
	w       http.ResponseWriter
	r       *http.Request
	ctx     context.Context
	site    *site.Site
	rooms   Rooms
	session account.Session
}

func (d *Desk) visit(w http.ResponseWriter, r *http.Request) *visit {
	ctx, s := r.Context(), site.From(r.Context())
	return &visit{Desk: d, w: w, r: r, ctx: ctx, site: s, rooms: d.config.Rooms(s), session: account.From(ctx)}
}

func (v *visit) read(fn func(tx *db.Tx) error) error { return v.site.DB.Read(v.ctx, fn) }

func (v *visit) write(action string, fn func(tx *db.Tx) error) error {
	return v.site.DB.Write(v.ctx, v.session.Actor(), action, fn)
}

// show writes a page whose title is a message; htmx gets its content.
func (v *visit) show(status int, title string, content templ.Component) error {
	if web.Fragment(v.r) {
		return web.Render(v.w, v.r, status, content)
	}
	shell := v.config.Page
	if v.session.IsZero() {
		shell = v.config.Plain
	}
	return web.Render(v.w, v.r, status, shell(v.r, text.T(v.ctx, title), content))
}

// done says one sentence on the list and leads there.
func (v *visit) done(path, key string) error {
	web.SetFlash(v.w, v.r, web.Flash{Tone: "good", Key: key})
	return web.Redirect(v.w, v.r, path)
}

// change does something to one of the visitor's own searches.
func (v *visit) change(action string, fn func(tx *db.Tx, s *Search) error) (Search, error) {
	var s Search
	id, err := value.ParseID(searchID, v.r.PathValue("search"))
	if err != nil {
		return s, gone()
	}
	err = v.write(action, func(tx *db.Tx) (err error) {
		if s, err = own(tx, v.session.Account, id); err != nil {
			return err
		}
		return fn(tx, &s)
	})
	return s, err
}

const mostNew = 99 // counted on the list

// listView is the page of what somebody looks for.
type listView struct {
	Lines []line
	Ended value.ID // was deleted by the last press and can come back
}

// line is one search on the page.
type line struct {
	Search
	Title string   // what it looks for; empty when it makes no sense any more
	Chips []string // what it narrows by
	New   int      // found since somebody looked, up to mostNew+1
	Pace  string   // why it does not tell at once
	Gone  bool     // it makes no sense any more

	Form form // as it was sent, when something about it has to be mended
	Open bool
}

func (d *Desk) showAll(w http.ResponseWriter, r *http.Request) error {
	v := d.visit(w, r)
	view, err := v.list()
	if err != nil {
		return err
	}
	if ended, err := value.ParseID(searchID, r.URL.Query().Get("ended")); err == nil {
		view.Ended = ended
	}
	return v.show(http.StatusOK, "saved.title", listPage(view))
}

func (v *visit) list() (listView, error) {
	var view listView
	stale := false
	err := v.read(func(tx *db.Tx) error {
		all, err := searchesOf(tx, v.session.Account)
		if err != nil {
			return err
		}
		for _, s := range all {
			l := line{Search: s, Pace: s.why(v.ctx, tx.Now()), Form: formOf(s)}
			stale = stale || tx.Now().Sub(s.Opened) > time.Hour
			if l.New, err = countNew(tx, s, mostNew+1); err != nil {
				return err
			}
			view.Lines = append(view.Lines, l)
		}
		return nil
	})
	if err != nil {
		return view, err
	}
	for i := range view.Lines {
		if err := v.describe(&view.Lines[i]); err != nil {
			return view, err
		}
	}
	if !stale {
		return view, nil
	}
	return view, v.site.DB.Maintain(v.ctx, "saved: somebody looks at their searches", func(tx *db.Tx) error { return opened(tx, v.session.Account) })
}

// describe asks what a search looks for, in the reader's words.
func (v *visit) describe(l *line) error {
	reading, err := v.rooms.ReadSearch(v.ctx, l.Address)
	if kind := value.KindOf(err); kind == value.NotFound || kind == value.Invalid {
		l.Gone = true
		return nil
	}
	l.Title, l.Chips = reading.Title, reading.Chips
	return err
}

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
