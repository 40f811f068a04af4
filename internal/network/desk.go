package network

import (
	"maps"
	"slices"
	"sync"
	"time"

	"fairground/internal/safety/copies"
	"fairground/internal/value"
)

// Desk is the networks of one site. It is safe for use by several goroutines.
type Desk struct {
	config Config

	stepping sync.Mutex // one Step, Save or Close at a time

	mu      sync.RWMutex
	index   *copies.Index
	phase   Phase
	at      mark
	built   value.ID              // up to where Documents were read
	pending map[value.ID]arrival  // put in by screening; not yet seen in the database
	due     map[value.ID]struct{} // documents whose clusters are to be settled
	lag     int64
	failure string
	unsaved int
	stale   stale
	swept   time.Time
	closed  bool

	unsettled bool                   // the log told of a network or a proposal
	pardons   map[value.ID][]*pardon // by account
	deciding  map[value.ID]int       // networks that are being decided about here
}

// arrival is a listing that was put in by its screening.
type arrival struct {
	at  time.Time
	doc copies.Doc
}

// Phase is how far the index is.
type Phase string

// The phases.
const (
	Waiting Phase = "waiting" // Step was never called
	Making  Phase = "making"  // listings are read
	Ready   Phase = "ready"   // the log is followed
)

// State is how far the index of this process is.
type State struct {
	Phase     Phase
	Documents int
	Lag       int64 // changes of the log that are not in the index
	Pending   int   // listings that were screened and not yet seen in the database
	Due       int   // listings whose networks are to be looked at
	Failure   string
}

// New returns the networks of a site. Nothing is read before Step.
func New(config Config) *Desk {
	if config.Bar == 0 {
		config.Bar = DefaultBar
	}
	d := &Desk{config: config, phase: Waiting, pending: map[value.ID]arrival{}, due: map[value.ID]struct{}{}, deciding: map[value.ID]int{}, unsettled: true}
	d.index = d.fresh()
	return d
}

func (d *Desk) fresh() *copies.Index {
	return copies.New(d.options())
}

func (d *Desk) options() copies.Options {
	return copies.Options{Regions: d.config.Regions, Ignore: d.config.Ignore}
}

// State tells how far the index of this process is.
func (d *Desk) State() State {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return State{Phase: d.phase, Documents: d.index.Len(), Lag: d.lag, Pending: len(d.pending), Due: len(d.due), Failure: d.failure}
}

func (d *Desk) now() time.Time { return d.config.DB.Clock().Now() }

// decides keeps a network from ending while its listings are decided about one by one. The caller calls what it returns
// afterwards.
func (d *Desk) decides(id value.ID) (done func()) {
	add := func(n int) {
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.deciding[id] += n; d.deciding[id] == 0 {
			delete(d.deciding, id)
		}
	}
	add(1)
	return func() { add(-1) }
}

func (d *Desk) isDeciding(id value.ID) bool {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.deciding[id] > 0
}

// put adds documents that are in the database, and takes the others of ids out.
func (d *Desk) put(ids []value.ID, found []Listing) {
	d.mu.Lock()
	index := d.index
	for _, id := range ids {
		delete(d.pending, id)
	}
	d.mu.Unlock()
	there := make(map[value.ID]bool, len(found))
	for _, l := range found {
		index.Add(l.doc())
		there[l.ID] = true
	}
	removed := false
	for _, id := range ids {
		if !there[id] {
			index.Remove(id)
			removed = true
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.unsaved += len(ids)
	d.stale.note(d.now(), len(ids) > 0, removed)
	for _, id := range ids {
		d.due[id] = struct{}{}
	}
}

// overdue are the listings that were put in long ago and that nobody has seen in the database.
func (d *Desk) overdue(grace time.Duration) []value.ID {
	d.mu.RLock()
	defer d.mu.RUnlock()
	now := d.now()
	var all []value.ID
	for id, a := range d.pending {
		if now.Sub(a.at) >= grace || a.at.After(now) {
			all = append(all, id)
		}
	}
	slices.Sort(all)
	return all
}

// takeDue takes some listings whose networks are to be looked at.
func (d *Desk) takeDue(limit int) []value.ID {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := slices.Sorted(maps.Keys(d.due))
	all = all[:min(limit, len(all))]
	for _, id := range all {
		delete(d.due, id)
	}
	return all
}

// doc is a listing as the index takes it.
func (l Listing) doc() copies.Doc {
	return copies.Doc{ID: l.ID, Text: textOf(l.Title, l.Body), Account: l.Account, Phones: l.Phones, Mails: l.Mails,
		Images: l.Images, Parts: l.Parts, Place: l.Place, At: l.Made, Since: l.Since}
}

func textOf(title, body string) string { return title + "\n" + body }
