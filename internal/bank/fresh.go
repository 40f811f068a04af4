package bank

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"fairground/internal/db"
	"fairground/internal/media/pdq"
	"fairground/internal/value"
)

const (
	askAgain    = 300 * time.Millisecond // how long a process trusts what it last heard
	mostSteps   = 50_000                 // changes that are applied one by one; after more of them everything is read anew
	followPause = 500 * time.Millisecond
)

// memory is the index of this process and how far it is.
type memory struct {
	turn    chan struct{} // held by the one who reads
	index   atomic.Pointer[index]
	version atomic.Int64
	asked   atomic.Int64 // µs; 0 when something is known to have changed
}

// Fresh brings the memory of this process up to date. It asks the database at most every 300 ms, or at once after a write
// of this process. Reading ten million hashes for the first time takes some ten seconds; an error of kind Unavailable says that the
// banks are too large for Config.Most_bytes.
func (d *Desk) Fresh(ctx context.Context) error {
	if d.isFresh() {
		return nil
	}
	select {
	case d.memory.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-d.memory.turn }()
	if d.isFresh() {
		return nil
	}
	// What changes from here on is a new change: note the time before asking.
	asked := value.Micros(d.config.DB.Clock().Now())
	d.memory.asked.Store(asked)
	if err := d.config.DB.Read(ctx, d.read); err != nil {
		d.memory.asked.CompareAndSwap(asked, 0)
		return fmt.Errorf("bank.Fresh: %w", err)
	}
	return nil
}

func (d *Desk) isFresh() bool {
	asked := d.memory.asked.Load()
	age := value.Micros(d.config.DB.Clock().Now()) - asked
	return asked != 0 && d.memory.index.Load() != nil && age >= 0 && age < askAgain.Microseconds()
}

// changed lets the next one who asks read first, once the transaction is committed.
func (d *Desk) changed(tx *db.Tx) { tx.After(func() { d.memory.asked.Store(0) }) }

// Follow keeps the memory fresh until ctx ends. App runs one for each open site that takes photos.
func (d *Desk) Follow(ctx context.Context) {
	for {
		if err := d.Fresh(ctx); err != nil && ctx.Err() == nil {
			d.memory.asked.Store(0) // Match tells whoever asks; here it is only tried again
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(followPause):
		}
	}
}

// read applies what changed since the last time, or reads everything.
func (d *Desk) read(tx *db.Tx) error {
	version, err := versionOf(tx)
	if err != nil {
		return err
	}
	x, known := d.memory.index.Load(), d.memory.version.Load()
	if x != nil && version == known {
		return nil
	}
	if x != nil && version > known {
		applied, err := d.apply(tx, x, known, version)
		if err != nil || applied {
			return err
		}
	}
	x, err = d.load(tx, version)
	if err != nil {
		return err
	}
	d.memory.index.Store(x)
	d.memory.version.Store(version)
	return nil
}

// apply takes changes one by one; false when there are too many.
func (d *Desk) apply(tx *db.Tx, x *index, from, to int64) (bool, error) {
	all, err := changes(tx, from, to, mostSteps+1)
	if err != nil || len(all) > mostSteps {
		return false, err
	}
	for _, e := range all {
		if e.removed {
			x.remove(e.bank, e.hash, e.sum)
		} else {
			x.add(e.bank, e.hash, e.sum)
		}
	}
	d.memory.version.Store(to)
	return true, nil
}

// load reads everything into a new index, if there is room.
func (d *Desk) load(tx *db.Tx, version int64) (*index, error) {
	hashes, sums, err := countInForce(tx)
	if err != nil {
		return nil, err
	}
	if err := d.fits(hashes, sums); err != nil {
		return nil, err
	}
	x := newIndex()
	return x, eachInForce(tx, version, func(e step) { x.add(e.bank, e.hash, e.sum) })
}

// fits is an error of kind Unavailable when so many hashes and sums take too much memory.
func (d *Desk) fits(hashes, sums int64) error {
	need := bytesFor(hashes, sums)
	if need <= d.config.Most_bytes {
		return nil
	}
	e := value.Errorf(value.Unavailable, "the banks would hold %d hashes and need %d MB of memory; the limit is %d MB", hashes+sums, need>>20+1, d.config.Most_bytes>>20)
	e.Key, e.Args = "bank.too_large", []any{"need", need>>20 + 1, "limit", d.config.Most_bytes >> 20}
	return e
}

// hasRoom is fits for more entries than are in memory. It says nothing before the banks were read.
func (d *Desk) hasRoom(more int) error {
	x := d.memory.index.Load()
	if x == nil {
		return nil
	}
	hashes, sums := x.size()
	return d.fits(hashes+int64(more), sums+int64(more))
}

// step is one change as the index takes it.
type step struct {
	bank    int
	hash    *pdq.Hash
	sum     *sum
	removed bool
}

// ready returns the index, fresh.
func (d *Desk) ready(ctx context.Context) (*index, error) {
	if err := d.Fresh(ctx); err != nil {
		return nil, err
	}
	x := d.memory.index.Load()
	if x == nil {
		return nil, errors.New("bank: nothing was read")
	}
	return x, nil
}
