package job

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"
)

// Group runs the program's background loops: workers, readers of the change log. A loop that panics is logged and
// started again, after a pause that doubles from a second to a minute.
type Group struct {
	ctx    context.Context
	cancel func()
	loops  sync.WaitGroup

	mu    sync.Mutex
	names map[string]int
}

// NewGroup returns an empty group. Its loops stop when ctx ends or Stop is called.
func NewGroup(ctx context.Context) *Group {
	ctx, cancel := context.WithCancel(ctx)
	return &Group{ctx: ctx, cancel: cancel, names: make(map[string]int)}
}

// Go starts a loop. fn returns when its context ends; when it returns earlier, the loop is over.
func (g *Group) Go(name string, fn func(ctx context.Context)) {
	g.count(name, 1)
	g.loops.Go(func() {
		defer g.count(name, -1)
		g.keep(name, fn)
	})
}

func (g *Group) keep(name string, fn func(ctx context.Context)) {
	const longest, calm = time.Minute, 5 * time.Minute
	for pause := time.Second; g.ctx.Err() == nil; pause = min(2*pause, longest) {
		began := time.Now()
		if !panics(g.ctx, name, fn) {
			return
		}
		if time.Since(began) > calm {
			pause = time.Second
		}
		select {
		case <-time.After(pause):
		case <-g.ctx.Done():
		}
	}
}

func panics(ctx context.Context, name string, fn func(ctx context.Context)) (panicked bool) {
	defer func() {
		if p := recover(); p != nil {
			slog.Error("a background loop panicked", "loop", name, "panic", p, "stack", string(debug.Stack()))
			panicked = true
		}
	}()
	fn(ctx)
	return false
}

// Stop ends the loops' contexts and waits for the loops. When ctx ends first, the error names those that still run.
func (g *Group) Stop(ctx context.Context) error {
	g.cancel()
	ended := make(chan struct{})
	go func() {
		g.loops.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("job.Stop: %v still run: %w", g.Running(), ctx.Err())
	}
}

// Running names the loops that run, with their number.
func (g *Group) Running() map[string]int {
	g.mu.Lock()
	defer g.mu.Unlock()
	names := make(map[string]int)
	for name, n := range g.names {
		if n > 0 {
			names[name] = n
		}
	}
	return names
}

func (g *Group) count(name string, by int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.names[name] += by
}
