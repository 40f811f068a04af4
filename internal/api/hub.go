package api

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/value"
)

// hub hands the changes of one site to everybody who follows them. The log is read once for all: of the followers that
// have nothing to do, one holds the baton, reads what is new into a window they share, and wakes the others. So the
// number of statements depends on the changes, not on the followers, and no goroutine of the hub's own is needed.
//
// The window is what keeps memory bounded: a follower that is slower than the log falls out of it and reads pages from
// the log by itself until it is back. Nobody waits for the slow.
type hub struct {
	d     *db.DB
	baton chan struct{} // holds one token while somebody reads
	reads atomic.Int64  // of the log, by anybody

	mu        sync.Mutex
	followers int
	window    []change.Row // in order, without a gap; never changed in place, since followers share it
	bytes     int
	last      int64         // the newest change known
	news      chan struct{} // closed when last moves
}

const (
	windowRows    = 4096
	windowBytes   = 8 << 20
	batch         = 500
	mostFollowers = 2000
	lookAnyway    = time.Second // other processes write too, and do not wake this one
)

func newHub(d *db.DB) *hub {
	return &hub{d: d, baton: make(chan struct{}, 1), news: make(chan struct{})}
}

// join adds a follower and returns the number of the newest change. leave takes it out again.
func (h *hub) join(ctx context.Context) (last int64, leave func(), err error) {
	if err := change.Number(ctx, h.d); err != nil {
		return 0, nil, err
	}
	err = h.d.Read(ctx, func(tx *db.Tx) (err error) {
		last, err = change.Last(tx)
		return err
	})
	if err != nil {
		return 0, nil, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.followers >= mostFollowers {
		return 0, nil, value.Errorf(value.Limited, "%d programs follow the changes of this site already", h.followers)
	}
	if h.followers == 0 { // nobody has read for a while; begin anew
		h.window, h.bytes, h.last = nil, 0, last
	}
	h.followers++
	return last, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.followers--
	}, nil
}

// next returns the changes after a number, as many as are at hand. It waits for some until beat fires or stop is
// closed, and returns none then.
func (h *hub) next(ctx context.Context, after int64, beat <-chan time.Time, stop <-chan struct{}) ([]change.Row, error) {
	for {
		rows, known, news := h.after(after)
		if !known {
			return h.page(ctx, after)
		}
		if len(rows) > 0 {
			return rows, nil
		}
		select {
		case <-news:
		case <-beat:
			return nil, nil
		case <-stop:
			return nil, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		case h.baton <- struct{}{}:
			woken := h.lead(ctx, after, beat, stop)
			<-h.baton
			if woken {
				return nil, ctx.Err()
			}
		}
	}
}

// after looks into the window. known is false for a place before it.
func (h *hub) after(seq int64) (rows []change.Row, known bool, news <-chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if seq >= h.last {
		return nil, true, h.news
	}
	if len(h.window) == 0 || h.window[0].Seq > seq+1 {
		return nil, false, nil
	}
	i, _ := slices.BinarySearchFunc(h.window, seq+1, func(row change.Row, seq int64) int { return cmp.Compare(row.Seq, seq) })
	return h.window[i:min(i+batch, len(h.window))], true, nil
}

// lead reads for everybody, or waits until that is worth while. It reports whether the leader has something else to do.
func (h *hub) lead(ctx context.Context, after int64, beat <-chan time.Time, stop <-chan struct{}) (woken bool) {
	changed := h.d.Changed()
	h.mu.Lock()
	last := h.last
	h.mu.Unlock()
	if last > after {
		return false // somebody else has read meanwhile
	}
	rows, err := h.page(ctx, last)
	if len(rows) > 0 {
		h.publish(rows)
		return false
	}
	if err != nil && ctx.Err() == nil {
		slog.Warn("reading the change log for followers", "database", h.d.Name(), "error", err)
		changed = nil
	}
	timer := time.NewTimer(lookAnyway)
	defer timer.Stop()
	select {
	case <-changed:
	case <-timer.C:
	case <-beat:
		return true
	case <-stop:
		return true
	case <-ctx.Done():
		return true
	}
	return false
}

// publish adds changes to the window and wakes everybody who waits.
func (h *hub) publish(rows []change.Row) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, row := range rows {
		h.bytes += len(row.Diff)
	}
	h.window = append(h.window, rows...)
	for len(h.window) > windowRows || h.bytes > windowBytes && len(h.window) > 1 {
		h.bytes -= len(h.window[0].Diff)
		h.window = h.window[1:]
	}
	h.last = rows[len(rows)-1].Seq
	close(h.news)
	h.news = make(chan struct{})
}

// page reads changes from the log, without the parts that prove it.
func (h *hub) page(ctx context.Context, after int64) ([]change.Row, error) {
	h.reads.Add(1)
	if err := change.Number(ctx, h.d); err != nil {
		return nil, err
	}
	var rows []change.Row
	err := h.d.Read(ctx, func(tx *db.Tx) (err error) {
		rows, err = change.Since(tx, after, batch)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("api: changes after %d: %w", after, err)
	}
	for i := range rows {
		rows[i].Salt, rows[i].Digest = nil, nil
	}
	return rows, nil
}
