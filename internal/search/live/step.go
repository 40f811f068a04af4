package live

import (
	"context"
	"errors"
	"fmt"
	"time"

	"fairground/internal/search/memory"
	"fairground/internal/value"
)

// Step does the next piece of work: it follows the log, loads or makes the index, takes up changed settings. It takes
// about a fifth of a second at most, loading a large snapshot excepted, and reports whether there is more to do.
//
// The caller calls it again at once while it is busy, and otherwise when db.DB.Changed or Wake tells, or after half a
// second while the site is in use, in a goroutine that does nothing else that takes long. When it fails, the caller
// tries again after a second or more; until then, searches find out by themselves whether the index is in step.
func (x *Index) Step(ctx context.Context) (busy bool, err error) {
	x.stepping.Lock()
	defer x.stepping.Unlock()
	if x.closed {
		return false, nil
	}
	began := x.now()
	x.running.Store(value.Micros(began))
	defer x.running.Store(0)
	busy, err = x.work(ctx, began.Add(x.limits.step))
	if err != nil && ctx.Err() == nil {
		busy, err = x.conclude(err)
	}
	x.notePhase()
	x.noteError(err)
	if err != nil {
		return false, fmt.Errorf("live.Step(%s): %w", x.db.Name(), err)
	}
	return busy, nil
}

func (x *Index) work(ctx context.Context, until time.Time) (busy bool, err error) {
	if !x.config.Enabled() {
		return false, x.switchOff()
	}
	x.switchOn()
	if err := x.adopt(); err != nil {
		return false, err
	}
	inStep := true
	r := x.serving.Load()
	if r != nil {
		if inStep, err = x.follow(ctx, r, until); err != nil {
			return false, err
		}
	}
	a := x.config.Analyzer()
	if x.next == nil && (r == nil && x.wanted.Load() || r != nil && r.print != a.Print()) && x.mayTry() {
		if err := x.begin(ctx, a, r != nil); err != nil {
			return false, err
		}
	}
	if x.next != nil {
		err = x.advance(ctx, x.next, until)
	}
	return !inStep || x.next != nil, err
}

// adopt takes up a changed analysis and a changed limit.
func (x *Index) adopt() error {
	a, most := x.config.Analyzer(), x.config.Most_bytes()
	if g := x.next; g != nil && (g.print != a.Print() || g.most != most) {
		x.next = nil
	}
	for _, r := range []*replica{x.serving.Load(), x.growing()} {
		if r != nil && r.analyzer != a && r.print == a.Print() {
			r.engine.SetAnalyzer(a)
			r.analyzer = a
			x.epoch.Add(1)
		}
	}
	r := x.serving.Load()
	if r == nil || r.most == most {
		return nil
	}
	if most > 0 && r.engine.Bytes() > most {
		return &faulty{r, fmt.Errorf("the limit is now %d bytes: %w", most, memory.ErrFull)}
	}
	return nil
}

func (x *Index) growing() *replica {
	if x.next == nil {
		return nil
	}
	return x.next.replica
}

// conclude draws the conclusions of an error. Those of the database are left to the caller, who tries again.
func (x *Index) conclude(err error) (busy bool, _ error) {
	var broken *faulty
	switch {
	case errors.Is(err, errRewound):
		x.next = nil
		return true, nil
	case errors.Is(err, errHistory):
		x.drop()
		return true, x.discard(err.Error())
	case !errors.As(err, &broken):
		return false, err
	}
	r, most := x.serving.Load(), x.config.Most_bytes()
	switch {
	case broken.in != r: // the one that answers has no part in it
		x.next = nil
	case isFull(err) && broken.in.most != most && (most == 0 || broken.in.engine.Bytes() < most):
		x.drop() // it was made under a smaller limit than there is now
		return true, nil
	default:
		x.drop()
	}
	if isFull(err) {
		x.refuse(err, x.limits.retry)
		return false, nil
	}
	x.refuse(err, x.limits.mend)
	return false, x.discard(err.Error())
}

// drop gives up what is in memory; the database answers.
func (x *Index) drop() {
	x.next = nil
	if x.serving.Swap(nil) != nil {
		x.epoch.Add(1)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.saved = saved{}
	x.state.Since, x.state.Lag_changes, x.state.Lag, x.state.Read, x.state.To_read = x.now(), 0, 0, 0, 0
}

// switchOff gives up memory and snapshot.
func (x *Index) switchOff() error {
	x.mu.Lock()
	was := x.off
	x.off, x.refused = true, nil
	x.mu.Unlock()
	if was {
		return nil
	}
	x.drop()
	return x.discard("")
}

func (x *Index) switchOn() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.off = false
}

func (x *Index) notePhase() {
	x.young.Store(x.growing())
	x.mu.Lock()
	defer x.mu.Unlock()
	switch {
	case x.next == nil:
		x.making = ""
	case x.next.listed:
		x.making = Catching
	default:
		x.making = Making
	}
}

// refusal is why there is no index in memory, and until when none is tried.
type refusal struct {
	why         string
	since, next time.Time
	most        int64 // the limit at that time
}

func (x *Index) refuse(err error, rest time.Duration) {
	x.mu.Lock()
	defer x.mu.Unlock()
	now := x.now()
	x.refused = &refusal{why: err.Error(), since: now, next: now.Add(rest), most: x.config.Most_bytes()}
}

// mayTry says whether an index may be made: not while one was refused, until a limit that was too low is raised.
func (x *Index) mayTry() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	if r := x.refused; r != nil {
		most := x.config.Most_bytes()
		isRaised := r.most > 0 && (most == 0 || most > r.most)
		if !isRaised && x.now().Before(r.next) {
			return false
		}
		x.refused = nil
	}
	return true
}

// Tidy merges what has become small pieces, and writes a snapshot when enough has changed. It may take seconds for a
// large index, and holds neither searches nor Step back: the caller calls it in a goroutine of its own, every second or so,
// at once while it is busy.
func (x *Index) Tidy(ctx context.Context) (busy bool, err error) {
	x.tidying.Lock()
	defer x.tidying.Unlock()
	r, young := x.serving.Load(), x.young.Load()
	if r == nil { // Step compacts what nobody asks yet
		return false, nil
	}
	if young != nil {
		if busy, err = young.compact(); err != nil {
			return false, fmt.Errorf("live.Tidy(%s): %w", x.db.Name(), err)
		}
	}
	merged, err := r.compact()
	if err == nil && !merged && x.isWorthSaving(r) {
		err = x.save(ctx, r)
	}
	if err != nil {
		return false, fmt.Errorf("live.Tidy(%s): %w", x.db.Name(), err)
	}
	return busy || merged, nil
}

// Close writes a snapshot if anything changed since the last one, and frees the memory. Searches after it are answered
// by the database, if that is still open. It waits for a Step or a Tidy that runs.
func (x *Index) Close(ctx context.Context) error {
	x.stepping.Lock()
	defer x.stepping.Unlock()
	x.tidying.Lock()
	defer x.tidying.Unlock()
	x.closed = true
	r := x.serving.Load()
	var err error
	if r != nil && x.isUnsaved(r) {
		err = x.save(ctx, r)
	}
	x.drop()
	x.notePhase()
	if err != nil {
		return fmt.Errorf("live.Close(%s): %w", x.db.Name(), err)
	}
	return nil
}
