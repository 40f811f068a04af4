package standing

import (
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/a-h/templ"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/ui"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

const (
	ownPath     = "/account/standing"
	consolePath = "/console/safety/contests"
)

// Pages serves the pages of this package for all sites.
type Pages struct {
	Of func(*site.Site) *Desk
	// Page puts a page into the shell of members, Public into that of everybody.
	Page   func(r *http.Request, title string, content templ.Component) templ.Component
	Public func(r *http.Request, title string, content templ.Component) templ.Component
	// Shell is the console around a page; at is the address of its entry in the rail.
	Shell func(r *http.Request, heading, at string) (ui.ConsolePage, error)
	// Who names an actor for staff; nil writes it as the log does.
	Who   func(tx *db.Tx, actor string) (string, error)
	Clock value.Clock // of the limits; nil: the machine's
}

// Routes registers the pages; doc.go lists them.
func (p *Pages) Routes(m *web.Router) {
	clock := p.Clock
	if clock == nil {
		clock = value.SystemClock{}
	}
	files := web.Limit(web.NewLimiter(clock, web.Rate{Events: 20, Per: time.Hour, Burst: 10}, 20_000), account.ByAccount, account.SignedIn)
	small, may := web.BodyLimit(64<<10), account.May(account.AppealsDecide)
	m.Handle("GET "+factsPath, account.Public, p.explain)
	m.Handle("GET "+ownPath, account.SignedIn, p.own)
	m.Handle("GET "+ownPath+"/contest", account.SignedIn, p.ask)
	m.Handle("POST "+ownPath+"/contest", files, p.file, small)
	m.Handle("GET "+consolePath, may, p.queue)
	m.Handle("GET "+consolePath+"/{id}", may, p.one)
	m.Handle("POST "+consolePath+"/{id}", may, p.answer, small)
}

func (p *Pages) explain(w http.ResponseWriter, r *http.Request) error {
	return web.Render(w, r, http.StatusOK, p.Public(r, text.T(r.Context(), "standing.facts.title"), factsPage()))
}

// ownView is what is held about the reader.
type ownView struct {
	sections []Section
	contests []Contest
	now      time.Time
	flash    web.Flash
}

// open reports whether a line is contested already.
func (v ownView) open(ref string) bool {
	for _, c := range v.contests {
		if c.Ref == ref && c.State == Open {
			return true
		}
	}
	return false
}

// render writes a page that nobody keeps.
func (p *Pages) render(w http.ResponseWriter, r *http.Request, status int, title string, content templ.Component) error {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	return web.Render(w, r, status, p.Page(r, text.T(r.Context(), title), content))
}

// read reads about whoever sends the request, and nobody else.
func (p *Pages) read(r *http.Request, fn func(tx *db.Tx, held Holdings) error) error {
	s := site.From(r.Context())
	return s.DB.Read(r.Context(), func(tx *db.Tx) error {
		held, err := p.Of(s).config.Held(tx, account.From(r.Context()).Account)
		if err != nil {
			return err
		}
		return fn(tx, held)
	})
}

func (p *Pages) own(w http.ResponseWriter, r *http.Request) error {
	var v ownView
	err := p.read(r, func(tx *db.Tx, held Holdings) (err error) {
		v.now = tx.Now()
		v.sections = held.Sections(r.Context(), v.now)
		v.contests, err = By(tx, account.From(r.Context()).Account)
		return err
	})
	if err != nil {
		return err
	}
	v.flash, _ = web.TakeFlash(w, r)
	return p.render(w, r, http.StatusOK, "standing.own.title", v.view())
}

// askView is the form to contest one line.
type askView struct {
	ref   string
	line  Entry
	text  string
	fault string
	wrong string // about no field
}

func (v askView) action() string { return ownPath + "/contest?about=" + url.QueryEscape(v.ref) }

func (p *Pages) ask(w http.ResponseWriter, r *http.Request) error {
	return p.renderAsk(w, r, http.StatusOK, askView{ref: r.URL.Query().Get("about")})
}

func (p *Pages) renderAsk(w http.ResponseWriter, r *http.Request, status int, v askView) error {
	err := p.read(r, func(tx *db.Tx, held Holdings) error {
		var ok bool
		if v.line, ok = held.find(r.Context(), tx.Now(), v.ref); !ok {
			return nothingThere()
		}
		return nil
	})
	if err != nil {
		return err
	}
	return p.render(w, r, status, "standing.contest.title", v.view())
}

func (p *Pages) file(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	v := askView{ref: r.URL.Query().Get("about"), text: form.Raw("text")}
	_, err = p.Of(site.From(r.Context())).File(r.Context(), account.From(r.Context()).Actor(), v.ref, v.text)
	if err == nil {
		web.SetFlash(w, r, web.Flash{Tone: "good", Key: "standing.contest.done"})
		return web.Redirect(w, r, ownPath+"#contests")
	}
	var known *value.Error
	if !errors.As(err, &known) || known.Kind == value.NotFound {
		return err
	}
	if v.wrong = text.Error(r.Context(), known); known.Field != "" {
		v.fault, v.wrong = v.wrong, ""
	}
	return p.renderAsk(w, r, web.StatusOf(err), v)
}
