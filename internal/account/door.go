package account

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/a-h/templ"

	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/value"
	"fairground/internal/web"
)

// Limiter bounds how often something may happen by a key; web.Limiter is one. Allow returns an error of kind Limited.
type Limiter interface {
	Allow(key string) error
	Forget(key string)
}

// Letter is a mail to one account, in its language.
type Letter struct {
	To      value.Email
	Name    string // of the person
	Subject string
	Text    string // plain text; holds a secret link, so it must not be logged
	Purpose string // "sign_in", "join", "security" or "text": what kind of mail it is, for the outbox
}

// Post takes letters: it puts one into the outbox in the writer's transaction, so that it goes out exactly if the
// transaction commits. The site is the one in the context of tx.
type Post interface {
	Send(tx *db.Tx, letter Letter) error
	// Arrived is told that mail to an address arrives: its owner opened a link in one.
	Arrived(tx *db.Tx, address value.Email) error
}

// Config is what a Door needs from outside.
type Config struct {
	Clock value.Clock // for limits
	Post  Post

	// Page puts the content of a page into the site's shell; nil is a plain one. Titles are translated already.
	Page func(r *http.Request, title string, content templ.Component) templ.Component
	// Home is where signing in leads when nothing else was asked for; nil is /console for staff and / for members.
	Home func(a Account) string
	// Letters returns a context whose words are those of an account's locale; nil writes letters in the language of the
	// request, and so are those to accounts without one.
	Letters func(ctx context.Context, locale value.Locale) context.Context

	// Teller tells members of changes of their security; nil writes them a letter. The staff always get a letter.
	Teller Teller
	// Screen says whether a name may be shown to others: an error of kind Invalid says why not. nil lets all through.
	Screen func(ctx context.Context, s *site.Site, name string) error
	// OpenID are the houses whose sign-in a site accepts; nil is none.
	OpenID func(s *site.Site) []OpenID
	// Texts sends short messages to telephones; without it numbers are not asked for.
	Texts Texts
	// HTTP talks to the houses of OpenID; nil is one with a limit of ten seconds.
	HTTP *http.Client

	ByAddress Limiter // tries of passwords for one address; nil is 10 in 15 minutes
	ByNetwork Limiter // tries and links from one network; nil is 60 in 15 minutes
	ByLink    Limiter // links to one address; nil is 5 in an hour
	ByCode    Limiter // codes tried for one account; nil is 5 in 15 minutes
	ByPhone   Limiter // texts to one number, and for one account; nil is 3 in an hour
	ByTexts   Limiter // texts asked for from one network; nil is 20 in an hour
	ByStart   Limiter // passkey sign-ins begun from one network; nil is 120 in 15 minutes
}

// Door answers who somebody is: it signs people in and out and finds their sessions. One serves all sites.
type Door struct {
	config      Config
	passwords   *Passwords
	discoveries sync.Map // of *oidc.Provider by issuer
}

// mostKeys bounds the addresses and networks that limits remember.
const mostKeys = 100_000

// NewDoor returns a Door. It panics without a clock or a post, because that is a mistake of the program.
func NewDoor(c Config) *Door {
	if c.Clock == nil || c.Post == nil {
		panic("account.NewDoor: it needs a clock and a post")
	}
	limit := func(given Limiter, events int, per time.Duration) Limiter {
		if given != nil {
			return given
		}
		return web.NewLimiter(c.Clock, web.Rate{Events: events, Per: per}, mostKeys)
	}
	c.ByAddress = limit(c.ByAddress, 10, 15*time.Minute)
	c.ByNetwork = limit(c.ByNetwork, 60, 15*time.Minute)
	c.ByLink = limit(c.ByLink, 5, time.Hour)
	c.ByCode = limit(c.ByCode, 5, 15*time.Minute)
	c.ByPhone = limit(c.ByPhone, 3, time.Hour)
	c.ByTexts = limit(c.ByTexts, 20, time.Hour)
	c.ByStart = limit(c.ByStart, 120, 15*time.Minute)
	if c.Home == nil {
		c.Home = defaultHome
	}
	if c.Page == nil {
		c.Page = plainPage
	}
	if c.Letters == nil {
		c.Letters = func(ctx context.Context, _ value.Locale) context.Context { return ctx }
	}
	if c.HTTP == nil {
		c.HTTP = &http.Client{Timeout: 10 * time.Second}
	}
	return &Door{config: c, passwords: NewPasswords(0)}
}

func defaultHome(a Account) string {
	if a.Kind == value.Staff {
		return "/console"
	}
	return "/"
}

// Passwords is the door's bounded maker of password hashes, for the console and for imports.
func (d *Door) Passwords() *Passwords { return d.passwords }

// Step finds the session of a request and puts it into its context, for web.Router.Before, after the site's step. A
// request without a cookie costs nothing, one with a cookie one indexed read. A cookie that is not valid any more is
// taken back and its bearer is a visitor.
func (d *Door) Step(w http.ResponseWriter, r *http.Request) (*http.Request, error) {
	hash, sent := readCookie(r)
	if !sent {
		return r, nil
	}
	session, err := d.resolve(r.Context(), hash)
	if value.KindOf(err) == value.NotFound {
		clearCookie(w, r)
		return r, nil
	}
	if err != nil {
		return nil, err
	}
	w.Header().Set("Cache-Control", "private, no-cache") // pages of somebody signed in are theirs alone
	return r.WithContext(With(r.Context(), session)), nil
}

func (d *Door) resolve(ctx context.Context, hash []byte) (Session, error) {
	if hash == nil {
		return Session{}, value.Errorf(value.NotFound, "there is no such session")
	}
	s := site.From(ctx)
	var session Session
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		session, err = findSession(tx, hash)
		return err
	})
	if err == nil && s.DB.Clock().Now().Sub(session.seen) > touchEvery {
		d.touch(ctx, s, hash)
	}
	return session, err
}

// touch remembers that a session was used. A request does not fail because that could not be written.
func (d *Door) touch(ctx context.Context, s *site.Site, hash []byte) {
	err := s.DB.Maintain(ctx, "touch a session", func(tx *db.Tx) error { return touchSession(tx, hash) })
	if err != nil {
		slog.Warn("touching a session", "site", s.Slug, "error", err)
	}
}
