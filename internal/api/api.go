package api

import (
	"context"
	"embed"
	"io/fs"
	"net"
	"net/http"
	"time"

	"github.com/a-h/templ"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/record"
	"fairground/internal/site"
	"fairground/internal/transfer"
	"fairground/internal/value"
	"fairground/internal/web"
)

//go:embed schema
var files embed.FS

//go:embed messages.*.json
var messages embed.FS

// Schema returns the package's tables, for each site's database, after those of account.
func Schema() db.Schema { return db.Schema{Feature: "api", Files: files} }

// Messages are the words of this package in all languages, for text.New.
func Messages() fs.FS { return messages }

// Path is where the API begins.
const Path = "/api/v1"

// Config is what the API needs from outside. Clock is required; everything else may be left out.
type Config struct {
	Clock value.Clock // for limits

	// Records are those of a site; nil leaves out everything about records and how they are defined.
	Records func(s *site.Site) *record.Store
	// Asker is on whose behalf a caller reads and writes records: what the role of the account allows. The API limits it
	// further to what the token names. It is required with Records.
	Asker func(c Caller) record.Asker
	// Transfer brings the records of a site in and out in files; nil leaves its routes out. It needs Records.
	Transfer func(s *site.Site) *transfer.Desk

	// Sight says what a caller may see of a change that is not of a record; nil shows nobody anything.
	Sight func(s *site.Site) Sight
	// Conditions checks and evaluates the conditions of webhooks; nil takes them over records, or refuses them when there
	// are none.
	Conditions Conditions
	// Extend adds the operations of a site's own objects to its document, as far as the caller may know them. The caller
	// is zero for a request without a token. What it adds depends on the caller's role and scopes and on the catalog of
	// records only, because the document is kept for those.
	Extend func(ctx context.Context, s *site.Site, c Caller, d *Document) error
	// Page puts the content of the page for people into the site's shell; nil is a plain one.
	Page func(r *http.Request, title string, content templ.Component) templ.Component
	// Letters returns a context whose words are those of an account's locale, for mail to owners of webhooks.
	Letters func(ctx context.Context, locale value.Locale) context.Context

	// Loopback lets webhooks reach this machine, without TLS too: for development and tests.
	Loopback bool
	// Resolver looks up the names of receivers; nil is the machine's.
	Resolver *net.Resolver
	// Limit is what each token may do; the zero Limit is 100 requests a second, 200 at once.
	Limit Limit
	// Heartbeat is how often a quiet stream shows that it lives; 0 is 15 s.
	Heartbeat time.Duration
}

// Conditions are how webhooks are narrowed by what a record holds.
type Conditions interface {
	// Check returns an error of kind Invalid on the field "condition" for a condition that cannot be evaluated for these
	// objects, as the caller sees them. An empty name stands for all objects.
	Check(ctx context.Context, s *site.Site, c Caller, objects []string, condition string) error
	// Holds reports whether a condition is true for the record of a change, as far as the caller may see it.
	Holds(ctx context.Context, s *site.Site, c Caller, condition string, row change.Row) (bool, error)
}

func (c Config) heartbeat() time.Duration {
	if c.Heartbeat == 0 {
		return heartbeat
	}
	return c.Heartbeat
}

// API answers for programs. One serves all sites; it is safe for use by several goroutines.
type API struct {
	config   Config
	limits   *limits
	failures *web.Limiter
	flights  flights
	out      *web.Outbound
	document *Document
}

// New returns an API. It panics without what it needs, because that is a mistake of the program.
func New(c Config) *API {
	if c.Clock == nil || c.Records != nil && c.Asker == nil || c.Transfer != nil && c.Records == nil {
		panic("api.New: it needs a clock, an asker for records, and records for files")
	}
	if c.Limit == (Limit{}) {
		c.Limit = Limit{PerSecond: perSecond, Burst: burst}
	}
	return &API{
		config: c, limits: newLimits(c.Clock, c.Limit), flights: flights{now: make(map[string]bool)},
		failures: web.NewLimiter(c.Clock, web.Rate{Events: 60, Per: time.Minute}, 10_000),
		out:      web.NewOutbound(c.Loopback, c.Resolver, deliveryTime),
		document: newDocument(),
	}
}

// room is what the API keeps for an open site.
type room struct {
	hub       *hub
	reader    *change.Reader
	lookout   *lookout
	callers   callers
	documents documents
}

func (a *API) room(s *site.Site) *room {
	return site.Part(s, func(s *site.Site) *room {
		return &room{hub: newHub(s.DB), lookout: &lookout{api: a, site: s}, callers: callers{count: revocations(s)}, reader: &change.Reader{Name: "webhook", Batch: 1000, Apply: desk{a, s}.tell}}
	})
}

func (a *API) sight(s *site.Site) Sight {
	if a.config.Records != nil {
		return a.room(s).lookout
	}
	return a.otherSight(s)
}

// otherSight is the Sight for what is not a record.
func (a *API) otherSight(s *site.Site) Sight {
	if a.config.Sight == nil {
		return nil
	}
	return a.config.Sight(s)
}

func (a *API) conditions() Conditions {
	if a.config.Conditions == nil && a.config.Records != nil {
		return recordConditions{a}
	}
	return a.config.Conditions
}

// Readers follow the change log of a site for the API: one makes the deliveries of webhooks.
func (a *API) Readers(s *site.Site) []*change.Reader { return []*change.Reader{a.room(s).reader} }

// Jobs are the handlers of a site's queue for the API. Deliveries wait for other people's servers, so they deserve a
// worker of their own, that mail does not wait behind.
func (a *API) Jobs(s *site.Site) []job.Handler {
	k := desk{a, s}
	return []job.Handler{
		{Kind: deliverJob, Run: k.drain, Timeout: 3 * time.Minute, Attempts: 20},
		{Kind: replayJob, Run: k.replay, Timeout: 15 * time.Minute},
		{Kind: purgeJob, Run: k.purge, Every: time.Hour},
	}
}

// Routes registers the routes of this package; doc.go lists them.
func (a *API) Routes(m *web.Router) {
	open := web.Limit(web.NewLimiter(a.config.Clock, web.Rate{Events: 60, Per: time.Minute}, 10_000), web.ClientNetwork, anybody)
	m.Handle("GET "+Path, open, func(w http.ResponseWriter, r *http.Request) error { return web.Redirect(w, r, Path+"/") })
	m.Handle("GET "+Path+"/{$}", open, a.showPage)
	m.Handle("GET "+Path+"/openapi.json", open, a.showDocument)
	for _, o := range a.operations() {
		a.handle(m, o)
	}
}

// anybody is the guard of what needs no token: the document and its page.
var anybody = web.GuardFunc("anybody", func(*http.Request) error { return nil })

// handle registers an operation under the guard that its scope asks for, and describes it. So there is no operation
// without a guard, and none that is not in the document.
func (a *API) handle(m *web.Router, o operation) {
	a.document.Add(o.path, o.method, o.Operation)
	types := o.types()
	handler := func(w http.ResponseWriter, r *http.Request) error {
		err := accepts(r, types...)
		if err == nil {
			err = o.handler(w, r)
		}
		if err != nil {
			return refuse(w, r, err)
		}
		return nil
	}
	// A token proves its caller, and browsers send none by themselves; so forms of other origins do no harm.
	options := append([]web.Option{web.CrossOrigin()}, o.options...)
	m.Handle(o.method+" "+Path+o.path, guard{o.Scope}, handler, options...)
}
