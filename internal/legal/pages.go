package legal

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

// Pages serves the pages of this package for all sites.
type Pages struct {
	Of func(*site.Site) *Statements
	// Public puts a page into the public shell.
	Public func(r *http.Request, title string, content templ.Component) templ.Component
	// Shell is the console around a page; at is the address of its entry in the rail.
	Shell func(r *http.Request, heading, at string) (ui.ConsolePage, error)
	// Href is where staff look at a record; nil or "": nowhere.
	Href func(object string, record value.ID) string
	// Who names an actor for staff; nil writes it as the log does.
	Who   func(tx *db.Tx, actor string) (string, error)
	Clock value.Clock // nil: the machine's
}

const (
	statementsPath  = "/console/safety/statements"
	dutiesPath      = "/console/safety/duties"
	limitedNetworks = 20_000 // remembered by the limiter
)

// Routes registers the pages; doc.go lists them.
func (p *Pages) Routes(m *web.Router) {
	clock := p.Clock
	if clock == nil {
		clock = value.SystemClock{}
	}
	looks := web.Limit(web.NewLimiter(clock, web.Rate{Events: 60, Per: 10 * time.Minute, Burst: 30}, limitedNetworks), web.ClientNetwork, account.Public)
	see, edit := account.May(account.DutiesSee), account.May(account.SettingsEdit)
	small := web.BodyLimit(64 << 10)
	m.Handle("GET /statement/{code}", looks, p.statement)
	m.Handle("GET "+statementsPath, see, p.figures)
	m.Handle("GET "+statementsPath+".csv", see, p.csv)
	m.Handle("GET "+statementsPath+"/records.json", see, p.recordsJSON)
	m.Handle("GET "+statementsPath+"/records.ndjson", see, p.recordsLines)
	m.Handle("GET "+statementsPath+"/{id}", see, p.one)
	m.Handle("POST "+statementsPath+"/sent", edit, p.sent, small)
	m.Handle("POST "+statementsPath+"/retry", edit, p.retry, small)
	m.Handle("POST "+statementsPath+"/redress", edit, p.redress, small)
	tries := web.Limit(web.NewLimiter(clock, web.Rate{Events: 12, Per: 10 * time.Minute, Burst: 6}, limitedNetworks), web.ClientNetwork, edit)
	m.Handle("POST "+statementsPath+"/database", tries, p.connect, small)
	m.Handle("POST "+statementsPath+"/database/try", tries, p.try, small)
	m.Handle("POST "+statementsPath+"/database/end", edit, p.disconnect, small)
	m.Handle("GET "+dutiesPath, see, p.board)
	m.Handle("GET "+dutiesPath+".csv", see, p.dutiesCSV)
	m.Handle("POST "+dutiesPath+"/{id}/owner", see, p.take, small)
	m.Handle("POST "+dutiesPath+"/{id}/renewal", account.May(account.EvidenceSee), p.renew, small)
}

// visit is what one request has at hand.
type visit struct {
	pages *Pages
	w     http.ResponseWriter
	r     *http.Request
	site  *site.Site
	me    account.Session
	words *text.Printer
	now   time.Time
}

func (p *Pages) begin(w http.ResponseWriter, r *http.Request) *visit {
	s := site.From(r.Context())
	return &visit{pages: p, w: w, r: r, site: s, me: account.From(r.Context()), words: text.FromContext(r.Context()), now: s.DB.Clock().Now()}
}

func (v *visit) t(key string, args ...any) string { return v.words.T(key, args...) }

func (v *visit) read(fn func(tx *db.Tx) error) error { return v.site.DB.Read(v.r.Context(), fn) }

func (v *visit) write(action string, fn func(tx *db.Tx) error) error {
	return v.site.DB.Write(v.r.Context(), v.me.Actor(), action, fn)
}

func (v *visit) href(object string, record value.ID) string {
	if v.pages.Href == nil {
		return ""
	}
	return v.pages.Href(object, record)
}

// console writes a page of staff.
func (v *visit) console(status int, heading, at string, content templ.Component) error {
	page, err := v.pages.Shell(v.r, heading, at)
	if err != nil {
		return err
	}
	page.Heading = ""
	if flash, ok := web.TakeFlash(v.w, v.r); ok {
		words := flash.Text
		if flash.Key != "" {
			words = v.t(flash.Key)
		}
		page.Flash = append(page.Flash, ui.Notice{Text: words, Tone: ui.Safe})
	}
	v.w.Header().Set("Cache-Control", "no-store")
	return web.Render(v.w, v.r, status, templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return page.Render(templ.WithChildren(ctx, content), w)
	}))
}

// goOn leads back to a page, which says what was done.
func (v *visit) goOn(to, done string) error {
	web.SetFlash(v.w, v.r, web.Flash{Tone: "good", Text: done})
	return web.Redirect(v.w, v.r, to)
}

// statement shows the reasons of a decision to whoever has the code, in the words in which they were given.
func (p *Pages) statement(w http.ResponseWriter, r *http.Request) error {
	v := p.begin(w, r)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	var s Statement
	err := v.read(func(tx *db.Tx) (err error) {
		s, err = FindByCode(tx, strings.ToUpper(r.PathValue("code")))
		return err
	})
	if value.KindOf(err) == value.NotFound {
		return web.Render(w, r, http.StatusNotFound, p.Public(r, v.t("legal.unknown_title"), unknownPage(v)))
	}
	if err != nil {
		return err
	}
	settings := v.site.Settings()
	page := &reasons{visit: v, s: s, speaker: newSpeaker(s.Locale, settings.Location(), settings.Name, s.Title)}
	return web.Render(w, r, http.StatusOK, p.Public(r, v.t("legal.statement"), page.view()))
}

// reasons is a statement on its page.
type reasons struct {
	*visit
	s       Statement
	speaker speaker
}

func (p *reasons) appealable() bool {
	return p.s.Reversed.IsZero() && !p.now.After(AppealUntil(p.s.Made, p.site.Settings().Location()))
}

// erased reports whether the words were erased with their author's account.
func (p *reasons) erased() bool { return p.s.Parts.Measure == "" }

// recordsJSON hands out a batch of waiting records as the Transparency Database takes it.
func (p *Pages) recordsJSON(w http.ResponseWriter, r *http.Request) error {
	batch, err := p.begin(w, r).batch()
	if err != nil {
		return err
	}
	content, err := JSON(batch)
	if err != nil {
		return err
	}
	return download(w, "application/json", fmt.Sprintf("statements-%d.json", len(batch)), content)
}

func (p *Pages) recordsLines(w http.ResponseWriter, r *http.Request) error {
	batch, err := p.begin(w, r).batch()
	if err != nil {
		return err
	}
	return download(w, "application/x-ndjson", fmt.Sprintf("statements-%d.ndjson", len(batch)), NDJSON(batch))
}

func (v *visit) batch() (batch []Statement, err error) {
	err = v.read(func(tx *db.Tx) error {
		batch, err = Batch(tx, 0)
		return err
	})
	return batch, err
}

func download(w http.ResponseWriter, kind, name string, content []byte) error {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	w.Header().Set("Cache-Control", "no-store")
	_, err := w.Write(content)
	return err
}
