package db

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"fairground/internal/value"
)

// group lets writes that wait for the one writer connection share a commit: the cost of a write is the wait for the
// disk, and one wait serves all of them. Whoever finds nobody leading leads: takes those that wait, runs each in
// a savepoint of its own, commits once, and tells them. No goroutine of its own is needed.
type group struct {
	conn   *preparedConn
	lead   chan struct{}      // holds one token while somebody leads
	wait   chan *pendingWrite // those that wait
	closed chan struct{}
}

type pendingWrite struct {
	fn       func(statements) error
	taken    atomic.Bool // by a leader who will run it, or by its owner who no longer wants it
	err      error
	panicked any
	done     chan struct{}
}

const (
	mostTogether  = 256                   // writes in one commit
	longestGather = 10 * time.Millisecond // after it, a leader starts no further write
)

var (
	errClosed = value.Errorf(value.Unavailable, "the database is closed")
	errEnded  = errors.New("db: the goroutine that ran this write ended")
)

func newGroup(conn *preparedConn) *group {
	return &group{
		conn: conn, lead: make(chan struct{}, 1), wait: make(chan *pendingWrite, mostTogether), closed: make(chan struct{}),
	}
}

// write runs fn in a transaction of its own making or another's, and returns when it is durable. When ctx ends while
// the write still waits for its turn, the write does not happen.
func (g *group) write(ctx context.Context, fn func(statements) error) error {
	mine := &pendingWrite{fn: fn, done: make(chan struct{})}
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
		case <-ctx.Done():
			return mine.withdraw(ctx.Err())
		case <-g.closed:
			return mine.withdraw(errClosed)
		}
	}
}

// withdraw gives the write up, unless a leader has begun it.
func (p *pendingWrite) withdraw(why error) error {
	if p.taken.CompareAndSwap(false, true) {
		return why
	}
	<-p.done
	return p.result()
}

func (p *pendingWrite) result() error {
	if p.panicked != nil {
		panic(p.panicked)
	}
	return p.err
}

// leadOnce runs the writes that wait, in the order they came, and commits them together.
func (g *group) leadOnce() {
	var together []*pendingWrite
	ended := false
	defer func() {
		if !ended { // a write called runtime.Goexit, as a failing test does; leave nobody waiting
			g.control("rollback")
			finish(together, errEnded)
		}
		<-g.lead
	}()
	for began := time.Now(); len(together) < mostTogether && time.Since(began) < longestGather; {
		p, ok := g.next()
		if !ok {
			break
		}
		if len(together) == 0 {
			if err := g.control("begin immediate"); err != nil {
				p.finish(value.Errorf(value.Unavailable, "the database is busy; try again").Because(err))
				continue
			}
		}
		together = g.join(together, p)
	}
	g.commit(together)
	ended = true
}

// join runs one more write in the transaction and returns those that are to be committed.
func (g *group) join(together []*pendingWrite, p *pendingWrite) []*pendingWrite {
	err, intact := g.runOne(p)
	switch {
	case err == nil:
		return append(together, p)
	case !intact:
		// SQLite gave up the whole transaction (disk full, input or output error): the others begin anew, each alone.
		g.control("rollback")
		p.finish(err)
		g.eachAlone(together)
		return nil
	default:
		p.finish(err)
		if len(together) == 0 {
			g.control("rollback")
		}
		return together
	}
}

// commit makes writes durable. A constraint that is checked only now fails all of them, so they are repeated one by
// one and only the guilty write fails.
func (g *group) commit(together []*pendingWrite) {
	if len(together) == 0 {
		return
	}
	err := g.control("commit")
	if err == nil {
		finish(together, nil)
		return
	}
	g.control("rollback")
	if len(together) == 1 {
		finish(together, explain(err, "commit"))
		return
	}
	g.eachAlone(together)
}

func (g *group) eachAlone(writes []*pendingWrite) {
	for _, p := range writes {
		if err := g.control("begin immediate"); err != nil {
			p.finish(err)
			continue
		}
		g.commit(g.join(nil, p))
	}
}

func (g *group) next() (*pendingWrite, bool) {
	for {
		select {
		case p := <-g.wait:
			if p.taken.CompareAndSwap(false, true) {
				return p, true
			}
		default:
			return nil, false
		}
	}
}

// runOne runs one write inside a savepoint, so that its failure undoes only itself. It is not intact when the
// savepoint is gone and the transaction with it.
func (g *group) runOne(p *pendingWrite) (err error, intact bool) {
	if err := g.control("savepoint one"); err != nil {
		return err, false
	}
	ran := false
	defer func() {
		p.panicked = recover()
		if p.panicked != nil {
			err = fmt.Errorf("db: a write panicked: %v", p.panicked)
		} else if !ran {
			p.finish(errEnded)
			return
		}
		intact = true
		if err != nil {
			undo := g.control("rollback to one")
			intact = undo == nil
			err = errors.Join(err, undo)
		}
		if intact {
			err = errors.Join(err, g.control("release one"))
		}
	}()
	err = p.fn(g.conn)
	ran = true
	return err, true
}

// control runs a statement that begins or ends something; no caller's context may cut it short.
func (g *group) control(text string) error {
	_, err := g.conn.exec(context.Background(), text, nil)
	return err
}

func (p *pendingWrite) finish(err error) {
	p.err = err
	close(p.done)
}

func finish(writes []*pendingWrite, err error) {
	for _, p := range writes {
		p.finish(err)
	}
}

// close waits for the leader's commit and refuses what comes later.
func (g *group) close() error {
	g.lead <- struct{}{}
	close(g.closed)
	return g.conn.close()
}
