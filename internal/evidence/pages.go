package evidence

import (
	"context"
	"fmt"
	"io"
	"net/http"
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

// Path is where the pages of this package are.
const Path = "/console/safety/evidence"

// Pages are the pages for staff, of all sites.
type Pages struct {
	// Shell returns the shell of a console page with a heading; at is its tab.
	Shell func(r *http.Request, heading, at string) (ui.ConsolePage, error)
	Of    func(s *site.Site) *Vault
	Clock value.Clock
	// Link is where staff see a record that is preserved; empty for nowhere. It may be nil.
	Link func(object string, record value.ID) string
}

// Routes registers the pages; doc.go lists them.
func (p *Pages) Routes(m *web.Router) {
	see, unseal := account.May(account.EvidenceSee), account.May(account.EvidenceUnseal)
	limiter := web.NewLimiter(p.Clock, web.Rate{Events: 30, Per: 10 * time.Minute}, 10_000)
	act := web.Limit(limiter, account.ByAccount, unseal)
	small := web.BodyLimit(16 << 10)
	m.Handle("GET "+Path, see, p.showAll)
	m.Handle("GET "+Path+"/keys", unseal, p.showKeys)
	m.Handle("POST "+Path+"/keys", act, p.saveKey, small)
	m.Handle("GET "+Path+"/{id}", see, p.showOne)
	m.Handle("POST "+Path+"/{id}/propose", act, p.propose, small)
	m.Handle("POST "+Path+"/{id}/confirm", act, p.confirm, small)
	m.Handle("POST "+Path+"/{id}/withdraw", act, p.withdraw, small)
	m.Handle("POST "+Path+"/{id}/extend", act, p.extend, small)
	m.Handle("POST "+Path+"/{id}/download", act, p.download, small, web.Timeout(5*time.Minute))
}

const pageLength = 50

// listPage is the page of what is preserved.
type listPage struct {
	All   []Evidence
	State State
	Next  string
	Keys  int // people who can open packages
	Now   time.Time
}

func (p *Pages) showAll(w http.ResponseWriter, r *http.Request) error {
	v := p.Of(site.From(r.Context()))
	page := listPage{Now: v.DB.Clock().Now()}
	if state := State(r.URL.Query().Get("state")); state == Collecting || state == Sealed || state == Released {
		page.State = state
	}
	before, _ := value.ParseID(Kind, r.URL.Query().Get("before")) // an address that is none means the first page
	err := v.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		if page.All, err = findPage(tx, page.State, before, pageLength); err != nil {
			return err
		}
		all, err := findCustodians(tx)
		page.Keys = len(all)
		return err
	})
	if err != nil {
		return err
	}
	if len(page.All) == pageLength {
		page.Next = fmt.Sprintf("%s?state=%s&before=%s", Path, page.State, page.All[pageLength-1].ID.Text(Kind))
	}
	return p.render(w, r, http.StatusOK, text.T(r.Context(), "evidence.title"), listView(page))
}

// onePage is the page of one preservation.
type onePage struct {
	Evidence
	Href    string
	Orders  []orderLine
	Views   []viewLine
	Holders []string
	BySite  bool // the site's secret alone locks it
	HasKey  bool // the reader has a key of their own
	May     bool // the reader may propose and confirm
	Reader  value.ID
	Now     time.Time
	Sent    sent
}

type orderLine struct {
	Order
	Proposer, Confirmer string
}

type viewLine struct {
	View
	Who string
}

// sent is a form that has to be mended.
type sent struct {
	Form    string // propose, confirm, extend or download
	Purpose string
	Kind    OrderKind
	Faults  map[string]string // by field
}

func (s sent) fault(form, field string) string {
	if s.Form != form {
		return ""
	}
	return s.Faults[field]
}

// showOne shows a preservation. That is a look at the manifest, and is written down.
func (p *Pages) showOne(w http.ResponseWriter, r *http.Request) error {
	v, id, err := p.asked(r)
	if err != nil {
		return err
	}
	if err := v.DB.Read(r.Context(), func(tx *db.Tx) error { _, err := findEvidence(tx, id); return err }); err != nil {
		return err
	}
	if err := v.viewed(r.Context(), actorOf(r), View{Evidence: id, Kind: "manifest"}); err != nil {
		return err
	}
	return p.renderOne(w, r, http.StatusOK, id, sent{})
}

func (p *Pages) renderOne(w http.ResponseWriter, r *http.Request, status int, id value.ID, form sent) error {
	v := p.Of(site.From(r.Context()))
	session := account.From(r.Context())
	page := onePage{Now: v.DB.Clock().Now(), Reader: session.Account, May: session.May(account.EvidenceUnseal), Sent: form}
	err := v.DB.Read(r.Context(), func(tx *db.Tx) error { return page.fill(tx, id) })
	if err != nil {
		return err
	}
	if p.Link != nil {
		page.Href = p.Link(page.Object, page.Record)
	}
	return p.render(w, r, status, text.T(r.Context(), "evidence.one", "id", id.Text(Kind)), oneView(page))
}

const mostViews = 200

func (p *onePage) fill(tx *db.Tx, id value.ID) (err error) {
	if p.Evidence, err = findEvidence(tx, id); err != nil {
		return err
	}
	orders, err := findOrders(tx, id)
	if err != nil {
		return err
	}
	for _, o := range orders {
		p.Orders = append(p.Orders, orderLine{o, nameOf(tx, o.ProposedBy), nameOf(tx, o.ConfirmedBy)})
	}
	views, err := findViews(tx, id, mostViews)
	if err != nil {
		return err
	}
	for _, look := range views {
		p.Views = append(p.Views, viewLine{look, whoIs(tx, look.Actor)})
	}
	return p.fillHolders(tx)
}

func (p *onePage) fillHolders(tx *db.Tx) error {
	holders, err := findHolders(tx, p.ID)
	if err != nil {
		return err
	}
	p.BySite = len(holders) == 1 && holders[0] == 0
	living, err := findCustodians(tx)
	if err != nil {
		return err
	}
	for _, c := range living {
		p.HasKey = p.HasKey || c.Account == p.Reader
		for _, id := range holders {
			if id == c.ID {
				p.Holders = append(p.Holders, c.Name)
			}
		}
	}
	return nil
}

// nameOf is how an account is called; its number when it is gone.
func nameOf(tx *db.Tx, id value.ID) string {
	if id == 0 {
		return ""
	}
	a, err := account.Find(tx, id)
	if err != nil || a.Name == "" {
		return "#" + id.String()
	}
	return a.Name
}

// whoIs is the author of a look, who is written down as staff:7.
func whoIs(tx *db.Tx, actor string) string {
	_, number, found := strings.Cut(actor, ":")
	id, err := parseNumber(number)
	if !found || err != nil {
		return actor
	}
	return nameOf(tx, id)
}

// asked is the vault and the preservation of a request.
func (p *Pages) asked(r *http.Request) (*Vault, value.ID, error) {
	id, err := value.ParseID(Kind, r.PathValue("id"))
	if err != nil {
		return nil, 0, value.Errorf(value.NotFound, "there is no such evidence").Because(err)
	}
	return p.Of(site.From(r.Context())), id, nil
}

func actorOf(r *http.Request) value.Actor { return account.From(r.Context()).Actor() }

func (p *Pages) render(w http.ResponseWriter, r *http.Request, status int, heading string, content templ.Component) error {
	page, err := p.Shell(r, heading, Path)
	if err != nil {
		return err
	}
	if flash, ok := web.TakeFlash(w, r); ok {
		page.Flash = append(page.Flash, ui.Notice{Text: text.T(r.Context(), flash.Key), Tone: ui.Safe})
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	return web.Render(w, r, status, framed(page, content))
}

// framed is a page with its content.
func framed(page ui.ConsolePage, content templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, out io.Writer) error {
		return page.Render(templ.WithChildren(ctx, content), out)
	})
}
