package notice

import (
	"context"
	"embed"
	"io/fs"
	"net/http"
	"time"

	"github.com/a-h/templ"

	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/ui"
	"fairground/internal/value"
	"fairground/internal/web"
)

//go:embed messages.*.json
var messages embed.FS

// Messages are the words of this package.
func Messages() fs.FS { return messages }

// Config is what app provides. Post, Began and Code's neighbours run inside the write that files.
type Config struct {
	Clock value.Clock
	// Find returns what an address of the request's site shows to the public: a path, a whole address, or an outside id.
	// What is not there, or not shown, is an error of kind NotFound.
	Find    func(r *http.Request, address string) (Target, error)
	File    func(tx *db.Tx, f Filing) (id value.ID, code string, err error)
	Code    func(tx *db.Tx, notice value.ID) (string, error)
	Outcome func(tx *db.Tx, notice value.ID) (Outcome, error)
	Began   func(tx *db.Tx, duty string, notice value.ID) error // starts a clock; nil: none
	Urgent  func(tx *db.Tx, notice value.ID, u Urgency) error   // has it looked at soon; nil: in turn
	// Author is the mail address and language of whoever sent a notice; an empty address: they gave none.
	Author  func(tx *db.Tx, notice value.ID) (value.Email, value.Locale, error)
	Post    func(tx *db.Tx, to value.Email, subject, text string) error                  // nil: no mail is sent
	Letters func(ctx context.Context, locale value.Locale) context.Context               // speaks the reader's language
	Origin  func(s *site.Site) string                                                    // scheme and host of a site
	Grounds func(ctx context.Context) []ui.Option                                        // in the reader's words
	Page    func(r *http.Request, title string, content templ.Component) templ.Component // the public shell
	Shell   func(r *http.Request, heading, at string) (ui.ConsolePage, error)
}

// Desk takes notices in for all sites.
type Desk struct {
	config  Config
	reports *web.Limiter
	urgent  *web.Limiter // of the lanes for people who are harmed
	lookups *web.Limiter
}

const limitedNetworks = 20_000 // remembered by each limiter

// New returns the desk.
func New(c Config) *Desk {
	return &Desk{
		config:  c,
		reports: web.NewLimiter(c.Clock, web.Rate{Events: 20, Per: time.Hour, Burst: 10}, limitedNetworks),
		urgent:  web.NewLimiter(c.Clock, web.Rate{Events: 600, Per: time.Hour, Burst: 120}, limitedNetworks),
		lookups: web.NewLimiter(c.Clock, web.Rate{Events: 60, Per: time.Minute, Burst: 20}, limitedNetworks),
	}
}
