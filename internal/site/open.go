package site

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"fairground/internal/value"
)

// opened is a site that is open or opening. Its fields belong to Registry.mu, except site and err, which are set
// before ready is closed and never again.
type opened struct {
	ready chan struct{}
	site  *Site
	err   error
	uses  int   // who holds it now; it closes only when nobody does
	last  int64 // Registry.tick of the last use
}

// ByHost opens the active site that answers for a host (with or without port) and holds it until ctx ends. An unknown
// host is NotFound, a suspended site Unavailable.
func (r *Registry) ByHost(ctx context.Context, host string) (*Site, error) {
	s, release, err := r.acquireHost(ctx, host)
	if err != nil {
		return nil, err
	}
	context.AfterFunc(ctx, release)
	return s, nil
}

// BySlug opens a site by its slug, suspended or not, and holds it until ctx ends. It is for commands and desks.
func (r *Registry) BySlug(ctx context.Context, slug string) (*Site, error) {
	s, release, err := r.acquireSlug(ctx, slug)
	if err != nil {
		return nil, err
	}
	context.AfterFunc(ctx, release)
	return s, nil
}

// Use opens a site by its slug for as long as fn runs; fn's context carries the site.
func (r *Registry) Use(ctx context.Context, slug string, fn func(ctx context.Context, s *Site) error) error {
	s, release, err := r.acquireSlug(ctx, slug)
	if err != nil {
		return err
	}
	defer release()
	return fn(With(ctx, s), s)
}

func (r *Registry) acquireHost(ctx context.Context, host string) (*Site, func(), error) {
	plain := plainHost(host)
	entry, ok, err := r.lookUp(ctx, func(d *directory) (Entry, bool) { return d.find(plain) })
	switch {
	case err != nil:
		return nil, nil, fmt.Errorf("site.ByHost(%q): %w", plain, err)
	case !ok:
		return nil, nil, value.Errorf(value.NotFound, "no marketplace answers for this address")
	case entry.State != Active:
		return nil, nil, value.Errorf(value.Unavailable, "this marketplace is closed at present")
	}
	s, release, err := r.acquire(ctx, entry)
	if err != nil {
		// The cause names files and databases: it is for the log, not for visitors.
		err = value.Errorf(value.Unavailable, "this marketplace cannot be reached at present").Because(err)
	}
	return s, release, err
}

func (r *Registry) acquireSlug(ctx context.Context, slug string) (*Site, func(), error) {
	entry, ok, err := r.lookUp(ctx, func(d *directory) (Entry, bool) {
		entry, ok := d.bySlug[slug]
		return entry, ok
	})
	if err != nil {
		return nil, nil, fmt.Errorf("site.BySlug(%q): %w", slug, err)
	}
	if !ok {
		return nil, nil, noSite(slug)
	}
	return r.acquire(ctx, entry)
}

// acquire returns an open site and the function that gives it back.
func (r *Registry) acquire(ctx context.Context, entry Entry) (*Site, func(), error) {
	o, mine, err := r.enter(entry.Slug)
	if err != nil {
		return nil, nil, err
	}
	if mine {
		r.openSite(ctx, entry, o)
	}
	select {
	case <-o.ready:
	case <-ctx.Done():
		r.leave(o)
		return nil, nil, ctx.Err()
	}
	if o.err != nil {
		r.leave(o)
		return nil, nil, o.err
	}
	if err := o.site.refresh(ctx); err != nil {
		r.leave(o)
		return nil, nil, err
	}
	return o.site, func() { r.leave(o) }, nil
}

// enter counts a use of a site and tells whether the caller is the one who has to open it.
func (r *Registry) enter(slug string) (o *opened, mine bool, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.removed[slug] {
		return nil, false, noSite(slug)
	}
	o, ok := r.open[slug]
	if !ok {
		o = &opened{ready: make(chan struct{})}
		r.open[slug] = o
	}
	o.uses++
	r.tick++
	o.last = r.tick
	return o, !ok, nil
}

func (r *Registry) leave(o *opened) {
	r.mu.Lock()
	o.uses--
	surplus := r.takeIdle()
	r.mu.Unlock()
	r.closeAll(surplus)
}

// takeIdle takes out of the map the sites idle longest, as many as are too many. Sites in use do not close, so there
// may be more open than the limit for a while.
func (r *Registry) takeIdle() []*opened {
	var surplus []*opened
	for len(r.open) > r.limits.OpenSites {
		var oldest string
		for slug, o := range r.open {
			if o.uses == 0 && (oldest == "" || o.last < r.open[oldest].last) {
				oldest = slug
			}
		}
		if oldest == "" {
			break
		}
		surplus = append(surplus, r.open[oldest])
		delete(r.open, oldest)
	}
	return surplus
}

// openSite does the work of opening once for all who wait. It goes on when the first of them gives up.
func (r *Registry) openSite(ctx context.Context, entry Entry, o *opened) {
	defer close(o.ready)
	o.site, o.err = r.load(context.WithoutCancel(ctx), entry)
	if o.err != nil {
		o.err = fmt.Errorf("opening site %s: %w", entry.Slug, o.err)
		r.mu.Lock()
		delete(r.open, entry.Slug)
		r.mu.Unlock()
	}
}

func (r *Registry) load(ctx context.Context, entry Entry) (*Site, error) {
	secret, err := r.keys.read(entry.Slug)
	if err != nil {
		return nil, err
	}
	d, err := r.cluster.Open(ctx, databaseName(entry.Slug), r.schemas)
	if err != nil {
		return nil, err
	}
	s := &Site{ID: entry.ID, Slug: entry.Slug, DB: d, secret: secret}
	if err := s.load(ctx); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	if r.Prepare != nil {
		if err := r.Prepare(ctx, s); err != nil {
			return nil, errors.Join(err, d.Close())
		}
	}
	return s, nil
}

// OpenSites counts the sites that are open now, in use or not.
func (r *Registry) OpenSites() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.open)
}

func (r *Registry) closeAll(sites []*opened) {
	for _, o := range sites {
		if r.Closing != nil {
			r.Closing(o.site)
		}
		if err := o.site.DB.Close(); err != nil {
			slog.Warn("closing an idle site", "site", o.site.Slug, "error", err)
		}
	}
}
