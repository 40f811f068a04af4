package live

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/value"
)

// tally counts who answered.
type tally struct {
	memory, database, failed atomic.Uint64

	mu     sync.Mutex
	logged time.Time
}

// ask lets memory answer if it can be trusted now, and the database otherwise.
func ask[T any](ctx context.Context, x *Index, fn func(searcher) (T, error)) (T, error) {
	if r := x.answering(ctx); r != nil {
		answer, err := guarded(func() (T, error) { return fn(r.engine) })
		if err == nil || isFinal(ctx, err) {
			x.tally.memory.Add(1)
			return answer, err
		}
		x.noteFailure(err)
	}
	x.tally.database.Add(1)
	return fn(x.fallback)
}

// isFinal says whether an error is the caller's own: the database would say the same.
func isFinal(ctx context.Context, err error) bool {
	switch value.KindOf(err) {
	case value.Invalid, value.NotFound, value.Forbidden, value.Limited:
		return true
	}
	return ctx.Err() != nil
}

// noteFailure counts a query that memory failed to answer. The database may answer differently, so pages made of its
// answer are not kept under the version that was read before.
func (x *Index) noteFailure(err error) {
	x.epoch.Add(1)
	failed := x.tally.failed.Add(1)
	x.mu.Lock()
	x.state.Failure, x.state.Failed_at = err.Error(), x.now()
	x.mu.Unlock()
	x.tally.mu.Lock()
	defer x.tally.mu.Unlock()
	if now := x.now(); x.tally.logged.IsZero() || now.Sub(x.tally.logged) >= x.limits.logApart {
		x.tally.logged = now
		slog.Error("the search index in memory failed, and the database answered", "database", x.db.Name(), "failed", failed, "error", err)
	}
}

// answering returns what may answer now, nil for the database. Usually that costs two loads. Only when the follower has
// rested for a while, the log is looked at: what it has not seen yet, another process may have published or removed.
func (x *Index) answering(ctx context.Context) *replica {
	r := x.serving.Load()
	if r == nil {
		if !x.wanted.Swap(true) {
			x.call()
		}
		return nil
	}
	now := x.now()
	if !x.isResting(now) {
		return r
	}
	inStep, err := x.isInStep(ctx, r)
	switch {
	case err != nil: // the database would not answer either
		return r
	case inStep:
		x.beat(now)
		return r
	}
	x.epoch.Add(1)
	x.call()
	return nil
}

// isResting says whether the follower has given no sign for a while: nothing was seen to be in step, and no Step runs.
func (x *Index) isResting(now time.Time) bool {
	since := func(us int64) time.Duration { return now.Sub(value.FromMicros(us)) }
	if since(x.pulse.Load()) < x.limits.stale {
		return false
	}
	running := x.running.Load()
	return running == 0 || since(running) > x.limits.stuck
}

// isInStep says whether nothing was added to the log since a replica read it.
func (x *Index) isInStep(ctx context.Context, r *replica) (is bool, err error) {
	seen := x.markOf(r).position()
	err = x.db.Read(ctx, func(tx *db.Tx) error {
		position, err := change.Position(tx)
		is = position == seen
		return err
	})
	return is, err
}

// Wake returns a channel that is closed when a search finds the follower resting though there is work for it. Whoever
// runs Step asks for it before, and then waits for it, for db.DB.Changed and for a while, whichever comes first.
func (x *Index) Wake() <-chan struct{} {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.wake == nil {
		x.wake = make(chan struct{})
	}
	return x.wake
}

func (x *Index) call() {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.wake != nil {
		close(x.wake)
		x.wake = nil
	}
}

func (x *Index) now() time.Time { return x.config.Clock.Now() }

// beat notes that what serves was in step, or on its way, at a time.
func (x *Index) beat(at time.Time) { x.pulse.Store(value.Micros(at)) }
