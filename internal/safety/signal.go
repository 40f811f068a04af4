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

// source asks for the scores of one screening. Tests and examples have their own.
type source interface {
	score(ctx context.Context, name string, s *Subject) (float64, error)
}

type exampleSignals map[string]float64

func (e exampleSignals) score(_ context.Context, name string, _ *Subject) (float64, error) {
	return e[name], nil
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

// score is the one place outside job and web that starts a goroutine: a signal that ignores its context must not be able
// to keep the gate from answering.
func (p *plugin) score(ctx context.Context, s *Subject) (float64, error) {
	if p.waiting.Add(1) > mostWaiting {
		p.waiting.Add(-1)
		return 0, fmt.Errorf("signal %s: too many calls under way", p.signal.Name())
	}
	ctx, cancel := context.WithTimeout(ctx, p.signal.Deadline())
	defer cancel()
	answers := make(chan answer, 1)
	subject := *s // the signal may outlive the screening
	go func() {
		defer p.waiting.Add(-1)
		answers <- ask(ctx, p.signal, subject)
	}()
	select {
	case a := <-answers:
		return a.score, a.err
	case <-ctx.Done():
		return 0, fmt.Errorf("signal %s: %w", p.signal.Name(), ctx.Err())
	}
}

type answer struct {
	score float64
	err   error
}

func ask(ctx context.Context, signal Signal, s Subject) (a answer) {
	defer func() {
		if fault := recover(); fault != nil {
			a = answer{err: fmt.Errorf("signal %s: panic: %v", signal.Name(), fault)}
		}
	}()
	score, err := signal.Score(ctx, s)
	if err != nil {
		err = fmt.Errorf("signal %s: %w", signal.Name(), err)
	}
	return answer{score, err}
}
