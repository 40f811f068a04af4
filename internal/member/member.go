package member

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"net/http"
	"time"

	"github.com/a-h/templ"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/media"
	"fairground/internal/push"
	"fairground/internal/site"
	"fairground/internal/value"
	"fairground/internal/web"
)

//go:embed schema
var files embed.FS

//go:embed messages.*.json
var messages embed.FS

// Schema returns the package's tables, for each site's database.
func Schema() db.Schema { return db.Schema{Feature: "member", Files: files} }

// Messages are the words of this package in all languages, for text.New.
func Messages() fs.FS { return messages }

// Alerts are the kinds of alert that this package writes itself.
func Alerts() []account.AlertKind {
	return []account.AlertKind{
		{Name: exportReady, Service: true},
		{Name: erasureNews, Duty: true},
	}
}

const (
	exportReady = "member.export_ready"
	erasureNews = "member.erasure"
)

// Letter is a mail that an alert causes, in its recipient's language.
type Letter struct {
	To          value.Email
	Kind        string // of the alert
	Subject     string
	Text        string // plain; the address it leads to and the way to stop such mail stand at its end
	Unsubscribe string // absolute address that stops mail of this kind by one POST; empty for duties, which nothing stops
	ReplyTo     value.Email
	Sender      string // name the mail comes from; empty is the site's
	Thread      string // gathers the mails of one conversation; may be empty
}

// Post puts letters into the outbox in the writer's transaction.
type Post interface {
	Send(tx *db.Tx, letter Letter) error
}

// Config is what a Desk needs from outside.
type Config struct {
	Clock value.Clock // for limits
	Post  Post
	Kinds []account.AlertKind // of all features, in the order in which people see them

	// Page puts the content of a page into the site's shell; titles are translated already.
	Page func(r *http.Request, title string, content templ.Component) templ.Component
	// Plain is Page for somebody who is not signed in; nil is Page.
	Plain func(r *http.Request, title string, content templ.Component) templ.Component
	// Letters returns a context whose words are those of a locale; nil leaves them.
	Letters func(ctx context.Context, locale value.Locale) context.Context
	// Origin is scheme and host of a site, without a slash at the end, for addresses in mails.
	Origin func(s *site.Site) string
	// Files keeps exports.
	Files func(s *site.Site) media.Blobs
	// Estates are those of all features that hold personal records, in the order of erasure: the one of accounts last.
	Estates func(s *site.Site) []Estate
	// Confirm returns nil when the sender of a request proved a short while ago who they are, by password, passkey or
	// mail link, and otherwise what the router is to answer, such as a web.Detour to where they can; back is a path
	// that they then return to.
	Confirm func(r *http.Request, back string) error
	// Push sends to devices; nil: this installation does not, and the pages do not offer it.
	Push *push.Sender
}

// Desk is the room of all sites' members. It is an account.Teller.
type Desk struct {
	config  Config
	kinds   map[string]account.AlertKind
	changes *web.Limiter // what one account changes here
	strange *web.Limiter // what one network tries without signing in
	costly  *web.Limiter // erasures tried out
}

const mostKeys = 50_000 // that limits remember

// New returns a Desk. It panics when something it cannot do without is missing, or a kind is named twice: that is a
// mistake of the program.
func New(c Config) *Desk {
	if c.Clock == nil || c.Post == nil || c.Page == nil || c.Origin == nil || c.Files == nil || c.Estates == nil || c.Confirm == nil {
		panic("member.New: only Plain, Letters and Push may be left out")
	}
	if c.Plain == nil {
		c.Plain = c.Page
	}
	if c.Letters == nil {
		c.Letters = func(ctx context.Context, _ value.Locale) context.Context { return ctx }
	}
	limiter := func(events int, per time.Duration) *web.Limiter {
		return web.NewLimiter(c.Clock, web.Rate{Events: events, Per: per}, mostKeys)
	}
	d := &Desk{
		config: c, kinds: make(map[string]account.AlertKind, len(c.Kinds)),
		changes: limiter(120, 10*time.Minute), strange: limiter(60, 10*time.Minute), costly: limiter(20, time.Hour),
	}
	for _, kind := range c.Kinds {
		if _, twice := d.kinds[kind.Name]; twice || kind.Name == "" {
			panic(fmt.Sprintf("member.New: the kind %q of alerts is named twice, or not at all", kind.Name))
		}
		d.kinds[kind.Name] = kind
	}
	return d
}

// Jobs are the handlers of a site's queue that this package needs. An export may take minutes.
func (d *Desk) Jobs(s *site.Site) []job.Handler {
	at := jobsOf(s)
	return []job.Handler{
		{Kind: mailJob, Run: at(d.mailWaiting)},
		{Kind: exportJob, Run: at(d.export), Timeout: 30 * time.Minute, Attempts: exportAttempts},
		{Kind: eraseJob, Run: at(d.erase), Timeout: 30 * time.Minute},
		{Kind: dropJob, Run: at(d.drop)},
		{Kind: tidyJob, Run: at(d.tidy), Every: 6 * time.Hour},
	}
}

// Calls are the handlers that wait for servers of others, the push services. They want a worker of their own, so that
// nothing else waits with them.
func (d *Desk) Calls(s *site.Site) []job.Handler {
	if d.config.Push == nil {
		return nil
	}
	return []job.Handler{{Kind: pushJob, Run: jobsOf(s)(d.pushOne), Timeout: 3 * push.RequestTime, Attempts: pushAttempts}}
}

// jobsOf has handlers run in the context of their site.
func jobsOf(s *site.Site) func(func(context.Context, *site.Site, job.Claim) error) func(context.Context, job.Claim) error {
	return func(run func(context.Context, *site.Site, job.Claim) error) func(context.Context, job.Claim) error {
		return func(ctx context.Context, c job.Claim) error { return run(site.With(ctx, s), s, c) }
	}
}

// locale is the language to write to an account in: its own, or the site's first.
func locale(s *site.Site, a account.Account) value.Locale {
	if a.Locale != "" {
		return a.Locale
	}
	if spoken := s.Settings().Locales; len(spoken) > 0 {
		return spoken[0]
	}
	return "en"
}
