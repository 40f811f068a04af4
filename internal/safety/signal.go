package safety

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"
)

// Signal is a source of knowledge outside the text: a list, a model, another service. Rules read it as signals.NAME.
type Signal interface {
	Name() string
	// Deadline is how long a screening waits for Score. A late answer counts as none, and the subject is held.
	Deadline() time.Duration
	// Score looks at a subject. It must return when the context ends.
	Score(ctx context.Context, s Subject) (float64, error)
}

// mostWaiting bounds the calls of one signal that are under way, also those nobody waits for any more.
const mostWaiting = 16

// plugin guards one Signal: against lateness, panic and pile-up.
type plugin struct {
	signal  Signal
	waiting atomic.Int32
}

type plugins map[string]*plugin

func (p plugins) score(ctx context.Context, name string, s *Subject) (float64, error) {
	one, ok := p[name]
	if !ok {
		return 0, fmt.Errorf("signal %s: not connected", name)
	}
	return one.score(ctx, s)
}

// score asks the signal. It is, with the other calls of bounded, the one place outside job and web that starts a goroutine:
// who ignores a context must not be able to keep the gate from answering.
func (p *plugin) score(ctx context.Context, s *Subject) (float64, error) {
	if p.waiting.Add(1) > mostWaiting {
		p.waiting.Add(-1)
		return 0, fmt.Errorf("signal %s: too many calls under way", p.signal.Name())
	}
	subject := *s // the signal may outlive the screening
	score, err := bounded(ctx, p.signal.Deadline(), func(ctx context.Context) (float64, error) {
		defer p.waiting.Add(-1)
		return p.signal.Score(ctx, subject)
	})
	if err != nil {
		return 0, fmt.Errorf("signal %s: %w", p.signal.Name(), err)
	}
	return score, nil
}

// bounded calls something that may be late, stuck or panic, and waits no longer than deadline.
func bounded[T any](ctx context.Context, deadline time.Duration, call func(context.Context) (T, error)) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	answers := make(chan answer[T], 1)
	go func() {
		var a answer[T]
		defer func() {
			if fault := recover(); fault != nil {
				a.err = fmt.Errorf("panic: %v", fault)
			}
			answers <- a
		}()
		a.is, a.err = call(ctx)
	}()
	select {
	case a := <-answers:
		return a.is, a.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}

type answer[T any] struct {
	is  T
	err error
}
