package job

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

// Worker runs the jobs of one database. Several workers, in one process or many, may share a database.
type Worker struct {
	d        *db.DB
	id       value.ID
	handlers map[string]Handler
	kinds    []string
	parallel int

	free    chan struct{} // gets a token when a job has ended
	running sync.WaitGroup

	mu   sync.Mutex
	held map[value.ID]bool
}

const (
	leaseTime       = 30 * time.Second
	lookAnyway      = 2 * time.Second  // other processes enqueue too, and do not wake this one
	grace           = 20 * time.Second // for running jobs, when the worker is to stop
	defaultAttempts = 8
	defaultTimeout  = 5 * time.Minute
)

// NewWorker returns a worker that runs up to parallel jobs at once. It panics when two handlers share a kind, for
// that is a mistake in the program's wiring.
func NewWorker(d *db.DB, parallel int, handlers ...Handler) *Worker {
	w := &Worker{
		d: d, id: d.IDs().Next(), parallel: max(1, parallel), handlers: make(map[string]Handler),
		free: make(chan struct{}, 1), held: make(map[value.ID]bool),
	}
	for _, h := range handlers {
		if _, twice := w.handlers[h.Kind]; twice || h.Kind == "" || h.Run == nil {
			panic(fmt.Sprintf("job.NewWorker: the kind %q needs exactly one handler", h.Kind))
		}
		if h.Attempts == 0 {
			h.Attempts = defaultAttempts
		}
		if h.Timeout == 0 {
			h.Timeout = defaultTimeout
		}
		w.handlers[h.Kind] = h
		w.kinds = append(w.kinds, h.Kind)
	}
	slices.Sort(w.kinds)
	return w
}

// RunDue runs every job that is due, one after the other, until none is left, and returns how many ran. The error is
// the database's; a job that fails is written down as always.
func (w *Worker) RunDue(ctx context.Context) (int, error) {
	if err := w.schedule(ctx); err != nil {
		return 0, err
	}
	for all := 0; ; all++ {
		claims, _, err := w.claim(ctx, 1)
		if err != nil || len(claims) == 0 {
			return all, err
		}
		if err := w.perform(ctx, claims[0]); err != nil {
			return all, err
		}
	}
}

// Run runs jobs as they fall due until ctx ends. Then it lets running jobs end, for 20 s; after that their contexts
// end, and those that stop because of it wait for the next worker.
func (w *Worker) Run(ctx context.Context) {
	jobs, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	scheduled := false
	for ctx.Err() == nil {
		changed := w.d.Changed()
		pause := lookAnyway
		if !scheduled {
			scheduled = w.attempt(ctx, "scheduling", w.schedule(ctx))
		}
		next, err := w.startDue(ctx, jobs)
		if w.attempt(ctx, "claiming", err) && !next.IsZero() {
			pause = max(0, min(pause, next.Sub(w.d.Clock().Now())))
		}
		select {
		case <-changed:
		case <-w.free:
		case <-time.After(pause):
		case <-ctx.Done():
		}
	}
	late := time.AfterFunc(grace, cancel)
	defer late.Stop()
	w.running.Wait()
}

// attempt logs a fault of the database, which is tried again soon, and reports whether there was none.
func (w *Worker) attempt(ctx context.Context, what string, err error) bool {
	if err != nil && ctx.Err() == nil {
		slog.Error("the job worker failed", "doing", what, "database", w.d.Name(), "error", err)
	}
	return err == nil
}

// startDue starts what is due, as far as there is room, and returns when to look again.
func (w *Worker) startDue(ctx, jobs context.Context) (time.Time, error) {
	room := w.parallel - w.count()
	if room <= 0 {
		return time.Time{}, nil
	}
	claims, next, err := w.claim(ctx, room)
	for _, c := range claims {
		if !w.hold(c.ID) {
			continue // its lease ran out while it still runs here
		}
		w.running.Go(func() {
			defer w.release(c.ID)
			w.attempt(jobs, "ending a job", w.perform(jobs, c))
		})
	}
	return next, err
}

// claim looks before it writes: most of the time nothing is due.
func (w *Worker) claim(ctx context.Context, most int) (claims []Claim, next time.Time, err error) {
	if len(w.kinds) == 0 {
		return nil, time.Time{}, nil
	}
	err = w.d.Read(ctx, func(tx *db.Tx) error {
		next, err = nextDue(tx, w.kinds)
		return err
	})
	if err != nil || next.IsZero() || next.After(w.d.Clock().Now()) {
		return nil, next, err
	}
	err = w.d.Maintain(ctx, "job.claim", func(tx *db.Tx) error {
		claims, err = claim(tx, w.id, w.kinds, most)
		return err
	})
	if len(claims) < most {
		next = time.Time{} // what is due waits for its key, or for another worker
	}
	return claims, next, err
}

// perform runs one job and writes down how it ended.
func (w *Worker) perform(ctx context.Context, c Claim) error {
	h := w.handlers[c.Kind]
	if c.Attempt > h.Attempts && c.every == 0 {
		return w.fail(ctx, c, Permanent(errors.New("the worker died during the last attempt")))
	}
	limited, cancel := context.WithTimeout(ctx, h.Timeout)
	defer cancel()
	defer w.keepLease(ctx, c)()
	err := guarded(limited, h, c)
	ending := context.WithoutCancel(ctx)
	switch {
	case err == nil:
		return w.d.Maintain(ending, "job.end", func(tx *db.Tx) error {
			_, err := c.end(tx)
			return err
		})
	case ctx.Err() != nil:
		return w.d.Maintain(ending, "job.interrupt", func(tx *db.Tx) error {
			_, err := c.again(tx, tx.Now(), "interrupted", c.Attempt-1)
			return err
		})
	default:
		return w.fail(ending, c, err)
	}
}

// guarded turns a panic of the handler into an error.
func guarded(ctx context.Context, h Handler, c Claim) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the handler panicked: %v\n%s", p, debug.Stack())
		}
	}()
	return h.Run(ctx, c)
}

func (w *Worker) fail(ctx context.Context, c Claim, failure error) error {
	var hopeless permanent
	last := errors.As(failure, &hopeless) || c.Attempt >= w.handlers[c.Kind].Attempts
	slog.Warn("a job failed", "kind", c.Kind, "job", c.ID, "attempt", c.Attempt, "last", last, "database", w.d.Name(), "error", failure)
	return w.d.Maintain(ctx, "job.fail", func(tx *db.Tx) error {
		switch {
		case last && c.every > 0:
			_, err := c.again(tx, tx.Now().Add(c.every), failure.Error(), 0)
			return err
		case last:
			return c.bury(tx, failure.Error())
		default:
			_, err := c.again(tx, tx.Now().Add(pauseAfter(c.Attempt)), failure.Error(), c.Attempt)
			return err
		}
	})
}

func (w *Worker) schedule(ctx context.Context) error {
	var scheduled []Handler
	for _, kind := range w.kinds {
		if h := w.handlers[kind]; h.Every > 0 {
			scheduled = append(scheduled, h)
		}
	}
	if len(scheduled) == 0 {
		return nil
	}
	return w.d.Maintain(ctx, "job.schedule", func(tx *db.Tx) error {
		for _, h := range scheduled {
			if err := schedule(tx, h.Kind, h.Every); err != nil {
				return err
			}
		}
		return nil
	})
}

// keepLease renews a job's lease until the function it returns is called.
func (w *Worker) keepLease(ctx context.Context, c Claim) (stop func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-time.After(leaseTime / 3):
				w.attempt(ctx, "renewing a lease", w.d.Maintain(ctx, "job.renew", c.renew))
			case <-ctx.Done():
				return
			}
		}
	}()
	return func() {
		cancel()
		<-ended
	}
}

func (w *Worker) count() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.held)
}

// hold remembers a job that runs here and reports whether it was not running here yet.
func (w *Worker) hold(id value.ID) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.held[id] {
		return false
	}
	w.held[id] = true
	return true
}

func (w *Worker) release(id value.ID) {
	w.mu.Lock()
	delete(w.held, id)
	w.mu.Unlock()
	select {
	case w.free <- struct{}{}:
	default:
	}
}
