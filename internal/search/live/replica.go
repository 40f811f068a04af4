package live

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/search/words"
)

// replica is one index in memory, and how far it has followed the log.
type replica struct {
	engine engine
	print  uint64 // of the analysis it was made by
	most   int64  // bytes it may take

	analyzer *words.Analyzer // guarded by Index.stepping
	at       mark            // guarded by Index.mu
	unsaved  int             // changes since the last snapshot; guarded by Index.mu

	compacting sync.Mutex
}

// mark is an entry of the log: its number, and the digest that no other history has at that number. The zero mark is
// before the first entry.
type mark struct {
	Seq    int64
	Digest []byte
}

func markAt(row change.Row) mark { return mark{row.Seq, row.Digest} }

// is says whether an entry is the one that was marked.
func (m mark) is(row change.Row) bool { return m.Seq == row.Seq && bytes.Equal(m.Digest, row.Digest) }

// position is the mark as change.Position writes it.
func (m mark) position() string { return strconv.FormatInt(m.Seq, 10) }

// isIn says whether the log of a database holds the marked entry.
func (m mark) isIn(tx *db.Tx) (bool, error) {
	if m.Seq == 0 {
		return true, nil
	}
	rows, err := change.Since(tx, m.Seq-1, 1)
	return len(rows) == 1 && m.is(rows[0]), err
}

// head marks the newest entry of the log.
func (x *Index) head(ctx context.Context) (m mark, err error) {
	if err := change.Number(ctx, x.db); err != nil {
		return m, err
	}
	err = x.db.Read(ctx, func(tx *db.Tx) error {
		rows, err := change.Newest(tx, change.Filter{}, 0, 1)
		if len(rows) > 0 {
			m = markAt(rows[0])
		}
		return err
	})
	return m, err
}

func (x *Index) markOf(r *replica) mark {
	x.mu.Lock()
	defer x.mu.Unlock()
	return r.at
}

func (x *Index) newReplica(a *words.Analyzer, at mark) *replica {
	most := x.config.Most_bytes()
	return &replica{engine: x.makers.fresh(a, most), print: a.Print(), most: most, analyzer: a, at: at}
}

// compact merges what is worth merging, unless somebody else does.
func (r *replica) compact() (merged bool, err error) {
	if !r.compacting.TryLock() {
		return false, nil
	}
	defer r.compacting.Unlock()
	return guarded(func() (bool, error) { return r.engine.Compact(), nil })
}

// follow brings a replica in step with the log: true when it is, false when the time was over before.
func (x *Index) follow(ctx context.Context, r *replica, until time.Time) (bool, error) {
	for {
		began := x.now()
		b, err := x.read(ctx, x.markOf(r))
		if err != nil {
			return false, err
		}
		if err := x.apply(r, b.documents, b.removed); err != nil {
			return false, err
		}
		x.move(r, b, began)
		if !b.full || !x.now().Before(until) {
			return !b.full, nil
		}
	}
}

// apply changes a replica. One that is full is compacted first, then it gives up.
func (x *Index) apply(r *replica, put []document, removed []id) error {
	if len(put)+len(removed) == 0 {
		return nil
	}
	do := func() (struct{}, error) { return struct{}{}, r.engine.Apply(put, removed) }
	_, err := guarded(do)
	if isFull(err) {
		if merged, _ := r.compact(); merged {
			_, err = guarded(do)
		}
	}
	if err != nil {
		return &faulty{r, fmt.Errorf("applying %d documents and %d removals: %w", len(put), len(removed), err)}
	}
	return nil
}

// faulty is an error of the index itself, which trying again does not mend.
type faulty struct {
	in *replica
	error
}

func (f *faulty) Unwrap() error { return f.error }

// move notes how far a replica has come.
func (x *Index) move(r *replica, b batch, began time.Time) {
	answers := x.serving.Load()
	x.mu.Lock()
	defer x.mu.Unlock()
	if n := len(b.rows); n > 0 {
		r.at = markAt(b.rows[n-1])
		r.unsaved += b.listings
		x.state.Applied += uint64(n)
	}
	if answers == nil || answers == r {
		x.state.Lag_changes, x.state.Lag = b.left, 0
		if b.left > 0 {
			x.state.Lag = x.now().Sub(b.rows[len(b.rows)-1].At)
		}
	}
	if answers != r {
		return
	}
	x.beat(began)
	if b.listings > 0 {
		x.epoch.Add(1)
		now := x.now()
		x.state.Delay = now.Sub(b.rows[0].At)
		x.delays.note(now, x.state.Delay)
	}
}
