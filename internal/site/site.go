package site

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

// State says whether a site is open to the public.
type State string

// The states of a site.
const (
	Active    State = "active"
	Suspended State = "suspended" // its hosts answer nothing; its rows stay
)

// Site is one open marketplace. It is safe for use by several goroutines until the context it was asked for with ends.
type Site struct {
	ID   value.ID
	Slug string
	DB   *db.DB

	secret     []byte
	settings   atomic.Pointer[Settings]
	settingsAt atomic.Int64 // when they were read, in microseconds
	parts      sync.Map     // by type; see Part
}

// Settings returns the site's present settings. The value is shared: Locales must not be changed in place.
func (s *Site) Settings() Settings { return *s.settings.Load() }

// SaveSettings checks and stores settings and logs what changed, with the old and the new value of each. It returns
// an error of kind Invalid that joins all problems when there are any. Saving what is stored already changes nothing.
func (s *Site) SaveSettings(ctx context.Context, actor value.Actor, settings Settings) error {
	if err := settings.Check(); err != nil {
		return err
	}
	return s.DB.Write(ctx, actor, "settings.save", func(tx *db.Tx) error {
		if err := storeSettings(tx, s.ID, settings); err != nil {
			return err
		}
		tx.After(func() { s.keep(settings, tx.Now()) })
		return nil
	})
}

// settingsAge is how long another process's change of the settings may go unseen.
const settingsAge = 10 * time.Second

// refresh reads the settings again when they are old. One of those who notice reads; the others go on.
func (s *Site) refresh(ctx context.Context) error {
	now := s.DB.Clock().Now()
	read_us := s.settingsAt.Load()
	if now.Sub(value.FromMicros(read_us)) < settingsAge || !s.settingsAt.CompareAndSwap(read_us, value.Micros(now)) {
		return nil
	}
	return s.load(ctx)
}

func (s *Site) load(ctx context.Context) error {
	return s.DB.Read(ctx, func(tx *db.Tx) error {
		settings, err := findSettings(tx)
		if err == nil {
			s.keep(settings, tx.Now())
		}
		return err
	})
}

func (s *Site) keep(settings Settings, at time.Time) {
	s.settings.Store(&settings)
	s.settingsAt.Store(value.Micros(at))
}

type contextKey struct{}

// With returns a context that carries a site.
func With(ctx context.Context, s *Site) context.Context {
	return context.WithValue(ctx, contextKey{}, s)
}

// From returns the site a context carries. It panics when there is none: only code behind Registry.Step or
// inside Registry.Use may ask.
func From(ctx context.Context) *Site {
	s, ok := ctx.Value(contextKey{}).(*Site)
	if !ok {
		panic("site.From: the context carries no site; add Registry.Step to the router")
	}
	return s
}

// Found is From for code that also serves requests without a site, such as an error page.
func Found(ctx context.Context) (*Site, bool) {
	s, ok := ctx.Value(contextKey{}).(*Site)
	return s, ok
}
