package live

import (
	"context"
	"errors"
	"time"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/search/words"
)

// growth is a replica that does not answer yet.
type growth struct {
	*replica
	began  time.Time
	listed bool       // every listing that the database's index held has been read
	after  id         // the last of them so far
	read   []document // and not yet applied: many at once are put together in less time
	low    int64      // what the database's index had seen of the log when the reading began
	loaded bool       // it comes from a snapshot
}

// errRewound is that the database's index was emptied while its listings were being read.
var errRewound = errors.New("the database's index was made anew meanwhile")

// begin loads the snapshot or, without one that can be trusted, starts to read everything. isNew is for an index beside
// one that answers, under another analysis, which no snapshot fits.
func (x *Index) begin(ctx context.Context, a *words.Analyzer, isNew bool) error {
	x.mu.Lock()
	x.making = Making // loading may take seconds
	x.mu.Unlock()
	if !isNew {
		r, err := x.load(ctx, a)
		if err != nil {
			return err
		}
		if r != nil {
			x.grow(&growth{replica: r, began: x.now(), listed: true, loaded: true}, r.engine.Documents())
			return nil
		}
	}
	g, total, err := x.plant(ctx, a)
	if err == nil {
		x.grow(g, total)
	}
	return err
}

func (x *Index) grow(g *growth, total int) {
	x.next = g
	x.mu.Lock()
	defer x.mu.Unlock()
	x.state.Read, x.state.To_read = 0, total
}

// plant begins an empty index. The log will be followed from where the database's index stands, for its listings are
// those of that moment or later.
func (x *Index) plant(ctx context.Context, a *words.Analyzer) (*growth, int, error) {
	if err := change.Number(ctx, x.db); err != nil {
		return nil, 0, err
	}
	g := &growth{began: x.now()}
	var from mark
	var total int
	err := x.db.Read(ctx, func(tx *db.Tx) (err error) {
		if g.low, _, err = x.fallback.Followed(tx); err != nil {
			return err
		}
		if from, err = markOfNumber(tx, g.low); err != nil {
			return err
		}
		total, err = x.fallback.Listed(tx)
		return err
	})
	g.replica = x.newReplica(a, from)
	return g, total, err
}

func markOfNumber(tx *db.Tx, seq int64) (mark, error) {
	if seq == 0 {
		return mark{}, nil
	}
	rows, err := change.Since(tx, seq-1, 1)
	if err != nil {
		return mark{}, err
	}
	if len(rows) == 0 || rows[0].Seq != seq {
		return mark{}, errHistory
	}
	return markAt(rows[0]), nil
}

// advance goes on with the index that is being made, and lets it answer once it is in step.
func (x *Index) advance(ctx context.Context, g *growth, until time.Time) error {
	for !g.listed {
		if err := x.readListings(ctx, g); err != nil {
			return err
		}
		if !x.now().Before(until) {
			return nil
		}
	}
	inStep, err := x.follow(ctx, g.replica, until)
	if err == nil && inStep {
		x.promote(g)
	}
	return err
}

// readListings puts the next listings of the database's index into a growing one.
func (x *Index) readListings(ctx context.Context, g *growth) error {
	var listings []id
	var found []document
	err := x.db.Read(ctx, func(tx *db.Tx) (err error) {
		_, high, err := x.fallback.Followed(tx)
		if err != nil {
			return err
		}
		if high < g.low {
			return errRewound
		}
		if listings, err = x.fallback.Listings(tx, g.after, x.limits.batch); err != nil {
			return err
		}
		found, _, err = x.documents(tx, listings)
		return err
	})
	if err != nil {
		return err
	}
	if g.listed = len(listings) < x.limits.batch; len(listings) > 0 {
		g.after = listings[len(listings)-1]
	}
	g.read = append(g.read, found...)
	if err := x.plough(g); err != nil {
		return err
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.state.Read += len(listings)
	return nil
}

// plough applies what was read, if it is the last or enough. While another index answers, that is little at a time, and
// Tidy compacts: what answers must not wait.
func (x *Index) plough(g *growth) error {
	answers := x.serving.Load() != nil
	enough := x.limits.heap
	if answers {
		enough = x.limits.batch
	}
	if !g.listed && len(g.read) < enough {
		return nil
	}
	if err := x.apply(g.replica, g.read, nil); err != nil {
		return err
	}
	g.read = g.read[:0]
	if g.listed {
		g.read = nil
	}
	if answers {
		return nil
	}
	if _, err := g.compact(); err != nil {
		return &faulty{g.replica, err}
	}
	return nil
}

// promote lets a replica answer from now on.
func (x *Index) promote(g *growth) {
	x.next = nil
	x.beat(x.now())
	x.mu.Lock()
	x.state.Since, x.state.Took, x.state.Loaded = x.now(), x.now().Sub(g.began), g.loaded
	if !g.loaded {
		x.saved = saved{}
	}
	x.mu.Unlock()
	x.serving.Store(g.replica)
	x.epoch.Add(1)
}
