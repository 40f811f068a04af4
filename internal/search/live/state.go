package live

import (
	"time"

	"fairground/internal/value"
)

// Phase says what an index is doing.
type Phase string

// The phases. Memory answers in Ready alone.
const (
	Off      Phase = "off"      // the site's setting is the database's index
	Waiting  Phase = "waiting"  // nobody has searched yet
	Making   Phase = "making"   // it is read from the snapshot or the database
	Catching Phase = "catching" // everything is read, and the log is being followed up to now
	Ready    Phase = "ready"
	Refused  Phase = "refused" // see State.Why
)

// State is what staff and metrics see of the index of one site in this process.
type State struct {
	Phase Phase
	Why   string    // an index was refused; one that was there before, under another analysis, may still answer
	Since time.Time // of the phase Ready or Refused, or of the last change between them
	Until time.Time // with Why: when it is tried again by itself

	Documents  int   // live ones in memory
	Bytes      int64 // that they take
	Most_bytes int64 // that they may take; 0 for any

	Read, To_read int           // listings, while it is being made
	Took          time.Duration // to make the index that answers
	Loaded        bool          // it came from a snapshot
	Anew          bool          // another one is being made, under a new analysis

	Lag_changes int64         // entries of the log that were known and not applied at the last look
	Lag         time.Duration // how long ago the last entry was made that was applied before those; 0 when there are none
	Delay       time.Duration // from the oldest change of the last batch to its being visible
	Delay_most  time.Duration // the longest of the last one to two minutes
	Looked      time.Time     // when it was last seen to be in step, or moving: if long ago, nobody searches, or see Error
	Applied     uint64        // entries of the log since the program started

	From_memory   uint64 // queries answered since the program started
	From_database uint64
	Failed        uint64    // of those, the ones that memory failed to answer
	Failure       string    // of the last of them
	Failed_at     time.Time // likewise

	Error    string // of the last Step; "" when it went well
	Error_at time.Time

	Snapshot_at    time.Time // of the last one written or loaded; zero for none
	Snapshot_bytes int64
	Snapshot_error string // why the last one could not be written; "" when it could
	Rejected       string // why a snapshot was last thrown away
	Rejected_at    time.Time
}

// State returns how the index is. It asks no database and waits for nobody but a moment.
func (x *Index) State() State {
	r := x.serving.Load()
	x.mu.Lock()
	defer x.mu.Unlock()
	s := x.state
	s.Most_bytes = x.config.Most_bytes()
	s.From_memory, s.From_database, s.Failed = x.tally.memory.Load(), x.tally.database.Load(), x.tally.failed.Load()
	s.Snapshot_at, s.Snapshot_bytes, s.Snapshot_error = x.saved.at, x.saved.bytes, x.saved.failure
	s.Delay_most = x.delays.longest(x.now())
	if x.refused != nil {
		s.Why, s.Until = x.refused.why, x.refused.next
	}
	switch {
	case r != nil:
		s.Phase, s.Documents, s.Bytes = Ready, r.engine.Documents(), r.engine.Bytes()
		s.Looked, s.Anew = value.FromMicros(x.pulse.Load()), x.making != ""
	case x.off:
		s.Phase = Off
	case x.refused != nil:
		s.Phase, s.Since = Refused, x.refused.since
	case x.making != "":
		s.Phase = x.making
	default:
		s.Phase = Waiting
	}
	return s
}

func (x *Index) noteError(err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.state.Error = ""
	if err != nil {
		x.state.Error, x.state.Error_at = err.Error(), x.now()
	}
}

// delays remembers the longest delay of this minute and of the one before.
type delays struct {
	minute     time.Time
	this, last time.Duration
}

func (d *delays) note(now time.Time, delay time.Duration) {
	d.turn(now)
	d.this = max(d.this, delay)
}

func (d *delays) longest(now time.Time) time.Duration {
	d.turn(now)
	return max(d.this, d.last)
}

func (d *delays) turn(now time.Time) {
	minute := now.Truncate(time.Minute)
	switch minute.Sub(d.minute) {
	case 0:
		return
	case time.Minute:
		d.last = d.this
	default:
		d.last = 0
	}
	d.minute, d.this = minute, 0
}
