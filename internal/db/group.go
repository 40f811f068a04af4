package db

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// group lets writes that wait for the one writer connection share a commit: the cost of a write is the wait for the
// disk, and one wait serves all of them. Whoever finds nobody leading leads: takes those that wait, runs each in
// a savepoint of its own, commits once, and tells them. No goroutine of its own is needed.
type group struct {
	conn *preparedConn
	lead chan struct{}      // holds one token while somebody leads
	wait chan *pendingWrite // those that wait
}

type pendingWrite struct {
	ctx      context.Context
	fn       func(statements) error
	err      error
	panicked any
	done     chan struct{}
}

const (
	mostTogether  = 256                   // writes in one commit
	longestGather = 10 * time.Millisecond // after it, a leader starts no further write
)

func newGroup(conn *preparedConn) *group {
	return &group{conn: conn, lead: make(chan struct{}, 1), wait: make(chan *pendingWrite, mostTogether)}
}

// write runs fn in a transaction of its own making or another's, and returns when it is durable.
func (g *group) write(ctx context.Context, fn func(statements) error) error {
	mine := &pendingWrite{ctx: ctx, fn: fn, done: make(chan struct{})}
	for queued := false; ; {
		wait := g.wait
		if queued {
			wait = nil
		}
		select {
		case <-mine.done:
			return mine.result()
		case wait <- mine:
			queued = true
		case g.lead <- struct{}{}:
			g.leadOnce()
			<-g.lead
		}
	}
}

func (p *pendingWrite) result() error {
	if p.panicked != nil {
		panic(p.panicked)
	}
	return p.err
}

// leadOnce runs the writes that wait, in the order they came, and commits them together.
func (g *group) leadOnce() {
	first, ok := g.next()
	if !ok {
		return
	}
	ctx := first.ctx
	if _, err := g.conn.exec(ctx, "begin immediate", nil); err != nil {
		first.finish(fmt.Errorf("begin: %w", err))
		return
	}
	var together []*pendingWrite
	began := time.Now()
	for p, ok := first, true; ok; p, ok = g.next() {
		if err := g.runOne(p); err != nil {
			p.finish(err)
		} else {
			together = append(together, p)
		}
		if len(together) == mostTogether || time.Since(began) > longestGather {
			break
		}
	}
	_, err := g.conn.exec(ctx, "commit", nil)
	if err != nil {
		_, undo := g.conn.exec(ctx, "rollback", nil)
		err = fmt.Errorf("commit: %w", errors.Join(err, undo))
	}
	for _, p := range together {
		p.finish(err)
	}
}

func (g *group) next() (*pendingWrite, bool) {
	select {
	case p := <-g.wait:
		return p, true
	default:
		return nil, false
	}
}

// runOne runs one write inside a savepoint, so that its failure undoes only itself.
func (g *group) runOne(p *pendingWrite) (err error) {
	if _, err := g.conn.exec(p.ctx, "savepoint one", nil); err != nil {
		return err
	}
	defer func() {
		if p.panicked = recover(); p.panicked != nil {
			err = fmt.Errorf("db: a write panicked: %v", p.panicked)
		}
		if err != nil {
			_, undo := g.conn.exec(p.ctx, "rollback to one", nil)
			err = errors.Join(err, undo)
		}
		_, release := g.conn.exec(p.ctx, "release one", nil)
		err = errors.Join(err, release)
	}()
	return p.fn(g.conn)
}

func (p *pendingWrite) finish(err error) {
	p.err = err
	close(p.done)
}
