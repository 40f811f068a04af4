package saved

import (
	"context"
	"net/http"
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
