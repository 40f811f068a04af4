package network

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
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
	pagesPath     = "/console/safety/networks"
	longestReason = 5000
	largestForm   = 128 << 10
)

// Shown is how a listing looks to staff.
type Shown struct {
	Title, Href string
	State       string // such as "held", in the reader's language
	Tone        ui.Tone
	Account     string // its name
}

// Outcome is what was decided about one listing.
type Outcome struct {
	Measure   string // "remove", "suspend" …
	Explained bool   // its author was given a statement of reasons
	Undone    bool
}

// Photo is a photo of a listing. It is not on the page until somebody asks for it.
type Photo struct {
	Sha256        string
	Width, Height int
}

// Looked is a look at photos: what it gives is recorded first.
type Looked struct {
	Looks  []value.ID
	Photos map[string]string // addresses (data:image/…) by SHA-256; what is not stored is left out
	Said   string            // why photos stay veiled, in the reader's language
}

// Looks gives veiled photos to reviewers and keeps account of it, as the rest of the desk does.
type Looks interface {
	// Seen says which photos a reviewer looked at before.
	Seen(tx *db.Tx, reviewer value.ID, hashes []string) (map[string]bool, error)
	// See records looks at photos, given with the listings they are of, and gives them. With nothing given, Said says why.
	See(ctx context.Context, actor value.Actor, photos map[string]value.ID, again bool) (Looked, error)
	// Looked tells how long looks lasted.
	Looked(ctx context.Context, actor value.Actor, looks []value.ID, took time.Duration) error
}

// Pages are the pages of the networks of all sites. What is nil is left out.
type Pages struct {
	// Shell is the console around a page. At is the address of the tab that is open.
	Shell     func(r *http.Request, heading, at string) (ui.ConsolePage, error)
	Of        func(*site.Site) *Desk
	Decider   func(*site.Site) Decider
	Looks     func(*site.Site) Looks
	Listings  func(tx *db.Tx, ids []value.ID) (map[value.ID]Shown, error)
	Photos    func(tx *db.Tx, ids []value.ID) (map[value.ID][]Photo, error)
	Outcomes  func(tx *db.Tx, acts []value.ID) (map[value.ID]Outcome, error)              // by listing
	Statement func(tx *db.Tx, acts []value.ID, listing value.ID) (href string, err error) // of the reasons that its author was given
	Name      func(tx *db.Tx, actor string) (string, error)                               // of who is written in events
	Accounts  func(tx *db.Tx, name string) ([]value.ID, error)                            // that have a name
	Second    string                                                                      // address of what waits for a second person
	Measures  func(r *http.Request) []ui.Option                                           // what may be decided, beside Dismiss
	Grounds   func(r *http.Request) []ui.Option
}

// Routes registers the pages; doc.go lists them.
func (p *Pages) Routes(m *web.Router) {
	see, decide := account.May(account.NetworksSee), account.May(account.ListingsDecide)
	m.Handle("GET "+pagesPath, see, p.at((*visit).list))
	m.Handle("GET "+pagesPath+"/{id}", see, p.at((*visit).one))
	m.Handle("GET "+pagesPath+"/{id}/map", see, p.at((*visit).clusters))
	m.Handle("GET "+pagesPath+"/{id}/statements/{listing}", see, p.at((*visit).statement))
	m.Handle("POST "+pagesPath+"/{id}/decision", decide, p.at((*visit).decide), web.BodyLimit(largestForm))
	m.Handle("POST "+pagesPath+"/{id}/undo", decide, p.at((*visit).undo), web.BodyLimit(largestForm))
	m.Handle("POST "+pagesPath+"/{id}/looks", decide, p.at((*visit).look), web.BodyLimit(largestForm))
	m.Handle("POST "+pagesPath+"/{id}/looks/end", decide, p.at((*visit).looked), web.BodyLimit(largestForm))
}

// visit is one request.
type visit struct {
	*Desk
	pages *Pages
	r     *http.Request
	w     http.ResponseWriter
	words *text.Printer
	me    account.Session
}

func (p *Pages) at(show func(*visit) error) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Cache-Control", "no-store")
		return show(&visit{Desk: p.Of(site.From(r.Context())), pages: p, r: r, w: w, words: text.FromContext(r.Context()), me: account.From(r.Context())})
	}
}

func (v *visit) t(key string, args ...any) string { return v.words.T(key, args...) }

func (v *visit) read(fn func(tx *db.Tx) error) error { return v.config.DB.Read(v.r.Context(), fn) }

func (v *visit) show(status int, heading string, content templ.Component) error {
	page, err := v.pages.Shell(v.r, heading, pagesPath)
	if err != nil {
		return err
	}
	if flash, ok := web.TakeFlash(v.w, v.r); ok {
		page.Flash = append(page.Flash, ui.Notice{Text: flash.Text, Tone: ui.Safe})
	}
	return web.Render(v.w, v.r, status, templ.ComponentFunc(func(ctx context.Context, out io.Writer) error {
		return page.Render(templ.WithChildren(ctx, content), out)
	}))
}

func href(id value.ID) string { return pagesPath + "/" + id.Text(Kind) }

func (v *visit) percent(share float64) string { return v.words.Percent(share) }

func score(s float64) string { return strconv.FormatFloat(s, 'f', 2, 64) }

func (v *visit) day(n Network) string {
	switch {
	case n.First.IsZero():
		return "–"
	case v.words.Moment(n.First) == v.words.Moment(n.Last):
		return v.words.Moment(n.First)
	case v.words.Date(n.First) == v.words.Date(n.Last):
		return v.words.Date(n.First) + ", " + v.words.Time(n.First) + "–" + v.words.Time(n.Last)
	default:
		return v.words.Date(n.First) + " – " + v.words.Date(n.Last)
	}
}

func tone(n Network) ui.Tone {
	switch {
	case n.State != Open:
		return ""
	case n.Score >= .7:
		return ui.Alarm
	default:
		return ui.Paid
	}
}

// shared are the labels of what a small graph shows in the middle, such as masked telephones.
func (g Graph) shared() string {
	var all []string
	for _, n := range g.Nodes {
		if n.Kind == "phone" || n.Kind == "mail" || n.Kind == "handle" || n.Kind == "link" {
			all = append(all, n.Label)
		}
	}
	return strings.Join(all, ", ")
}
