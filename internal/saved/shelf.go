package saved

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/search/reverse"
	"fairground/internal/search/words"
	"fairground/internal/site"
	"fairground/internal/value"
)

// shelf is the Matcher of one site in this process.
type shelf struct {
	mu       sync.Mutex // held by whoever brings it up to date
	matcher  *reverse.Matcher
	analyzer *words.Analyzer
	seq      int64 // up to here it has seen the log
	loaded   bool  // all there is; until then those up to after
	after    value.ID
	used     time.Time
}

const (
	loadBatch = 2_000
	unused    = time.Hour // after which a site's Matcher is dropped
	farBehind = 50_000    // changes, after which loading anew is quicker than reading them
)

// MatcherState is what the Matcher of a site holds in this process.
type MatcherState struct {
	Searches int
	Bytes    int64
	Loaded   bool // all of them; it matches nothing before
}

// State tells about a site's Matcher; the zero MatcherState is one that is not loaded.
func (d *Desk) State(s *site.Site) MatcherState {
	d.mu.Lock()
	f := d.shelves[s.Slug]
	d.mu.Unlock()
	if f == nil {
		return MatcherState{}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.matcher == nil {
		return MatcherState{}
	}
	return MatcherState{f.matcher.Queries(), f.matcher.Bytes(), f.loaded}
}

// matcher returns the Matcher of a site as of now, or nil when it could not be loaded whole up to a time.
func (d *Desk) matcher(ctx context.Context, s *site.Site, until time.Time) (*reverse.Matcher, error) {
	f := d.shelf(s)
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.follow(ctx, s.DB, d.config.Rooms(s).Analyzer(), until); err != nil {
		f.matcher = nil // half of it may be new
		return nil, fmt.Errorf("saved.matcher(%s): %w", s.Slug, err)
	}
	if !f.loaded {
		return nil, nil
	}
	settings := s.Settings()
	f.matcher.SetRates(settings.Currency, settings.Rates)
	return f.matcher, nil
}

// shelf finds a site's, and drops those of others that were not used for long.
func (d *Desk) shelf(s *site.Site) *shelf {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := s.DB.Clock().Now()
	for slug, other := range d.shelves {
		if slug != s.Slug && now.Sub(other.used) > unused {
			delete(d.shelves, slug)
		}
	}
	if d.shelves[s.Slug] == nil {
		d.shelves[s.Slug] = new(shelf)
	}
	d.shelves[s.Slug].used = now
	return d.shelves[s.Slug]
}

// follow loads what there is, as far as time allows, and reads what changed since.
func (f *shelf) follow(ctx context.Context, d *db.DB, a *words.Analyzer, until time.Time) error {
	var last int64
	err := d.Read(ctx, func(tx *db.Tx) (err error) {
		last, err = change.Last(tx)
		return err
	})
	if err != nil {
		return err
	}
	if f.matcher == nil || f.analyzer != a || last < f.seq || f.loaded && last-f.seq > farBehind {
		f.matcher, f.analyzer, f.seq, f.loaded, f.after = reverse.New(a), a, last, false, 0
	}
	for first := true; !f.loaded && (first || d.Clock().Now().Before(until)); first = false {
		if err := d.Read(ctx, f.load); err != nil {
			return err
		}
	}
	for f.loaded && f.seq < last {
		if err := d.Read(ctx, f.step); err != nil {
			return err
		}
	}
	return nil
}

// load reads the next searches. What changes before all are there is read again from the log.
func (f *shelf) load(tx *db.Tx) error {
	some, err := wantedAfter(tx, f.after, loadBatch)
	if err != nil {
		return err
	}
	for _, w := range some {
		put(f.matcher, w)
		f.after = w.id
	}
	f.loaded = len(some) < loadBatch
	return nil
}

// put adds a search. One that cannot be read any more, such as after a bound became narrower, finds nothing.
func put(m *reverse.Matcher, w wanted) {
	q, err := decode(w.query)
	if err == nil {
		err = m.Add(w.id, q)
	}
	if err != nil {
		slog.Warn("a saved search cannot be used", "search", w.id.String(), "error", err)
	}
}

// step takes over the searches that the next entries of the log are about.
func (f *shelf) step(tx *db.Tx) error {
	const entries = 500
	rows, err := change.Since(tx, f.seq, entries)
	if err != nil || len(rows) == 0 {
		return err
	}
	var ids []value.ID
	for _, row := range rows {
		if row.Object == Object {
			ids = append(ids, row.Record)
		}
	}
	if len(ids) > 0 {
		present, err := wantedAmong(tx, ids)
		if err != nil {
			return err
		}
		for _, id := range ids {
			f.matcher.Remove(id)
		}
		for _, w := range present {
			put(f.matcher, w)
		}
	}
	f.seq = rows[len(rows)-1].Seq
	return nil
}
