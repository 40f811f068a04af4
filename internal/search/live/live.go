package live

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/search"
	"fairground/internal/search/words"
	"fairground/internal/value"
)

// Config sets what a site wants of its index in memory. The functions are asked again and again, so what they return may
// change while the index runs; they must be quick and safe for use by several goroutines.
type Config struct {
	// Directory is where snapshots lie; it is made if it does not exist. "" keeps none.
	Directory string
	// Identity says what documents are read by, beside the site's rows: the version of the program, for one. A snapshot
	// of another identity is not used.
	Identity string
	// Analyzer returns how the site's texts are taken apart. It returns the same pointer for as long as nothing changed. nil
	// means as the database's index does it.
	Analyzer func() *words.Analyzer
	// Most_bytes returns how much memory the index may take; 0 means any. nil is as 0.
	Most_bytes func() int64
	// Enabled says whether the site wants an index in memory. nil means yes.
	Enabled func() bool
	// Eager makes the first Step load the index. Otherwise it is loaded when somebody first searches, so that hundreds of
	// sites that nobody visits take no memory.
	Eager bool
	// Clock tells the time; nil is the database's.
	Clock value.Clock
}

// Index is the search index of one site in this process. It implements search.Index, is safe for use by several
// goroutines, and may be used before its first Step: the database answers then.
type Index struct {
	db       *db.DB
	source   search.Source
	fallback *search.Database
	config   Config
	makers   makers
	limits   limits

	serving atomic.Pointer[replica] // what answers; nil: the database does
	young   atomic.Pointer[replica] // what is being made, for Tidy
	epoch   atomic.Uint64           // grows whenever what this process answers may have changed
	pulse   atomic.Int64            // when serving was last seen to be in step or moving, µs
	running atomic.Int64            // when the Step that runs began, µs; 0: none runs
	wanted  atomic.Bool             // somebody searched
	tally   tally

	stepping sync.Mutex // one Step at a time; it guards next and closed
	next     *growth    // what is being made; nil: nothing
	closed   bool

	tidying sync.Mutex // one Tidy at a time

	mu      sync.Mutex // guards what follows, and the marks of every replica
	off     bool       // by its setting
	making  Phase      // of next; "" when there is none
	refused *refusal
	saved   saved
	delays  delays
	wake    chan struct{} // closed when a search finds the follower resting; nil while nobody waits
	state   State
}

var _ search.Index = (*Index)(nil)

// limits are how much is done at once. Tests use smaller ones.
type limits struct {
	step      time.Duration // after which Step lets others work
	batch     int           // entries of the log, and documents while the index is made
	heap      int           // documents that are put into a new index at once
	behind    int           // entries, beside as many as there are documents, after which a snapshot is too old
	fewest    int           // documents, below which an index has no snapshot
	unsaved   int           // changes that are worth a snapshot, or as many as a twentieth of the documents
	apart     time.Duration // between two snapshots
	oldest    time.Duration // age at which a snapshot is replaced if anything has changed
	retry     time.Duration // after which an index that was refused is tried again
	stale     time.Duration // without a sign of the follower, after which a search looks at the log itself
	stuck     time.Duration // of one Step, after which it is no sign
	logApart  time.Duration // between two lines in the log about failing searches
	mend      time.Duration // after which an index that failed is tried again
	mostParts int           // unfinished snapshots of other processes, above which none is begun
	partsAge  time.Duration // after which an unfinished snapshot is what a crash left
}

func defaultLimits() limits {
	return limits{
		step: 200 * time.Millisecond, batch: 500, heap: 32_000, behind: 10_000, fewest: 2_000, unsaved: 5_000, apart: 5 * time.Minute,
		oldest: 24 * time.Hour, retry: 24 * time.Hour, stale: 800 * time.Millisecond, stuck: 3 * time.Second, logApart: time.Minute,
		mend: 10 * time.Minute, mostParts: 3, partsAge: 15 * time.Minute,
	}
}

// Open returns the index of a site. fallback is the database's index, which answers while memory does not; the caller
// runs its Reader too.
func Open(d *db.DB, source search.Source, fallback *search.Database, c Config) *Index {
	if c.Clock == nil {
		c.Clock = d.Clock()
	}
	if c.Analyzer == nil {
		c.Analyzer = fallback.Analyzer
	}
	if c.Enabled == nil {
		c.Enabled = func() bool { return true }
	}
	if c.Most_bytes == nil {
		c.Most_bytes = func() int64 { return 0 }
	}
	x := &Index{db: d, source: source, fallback: fallback, config: c, limits: defaultLimits(), makers: inMemory(c.Clock)}
	x.wanted.Store(c.Eager)
	return x
}

// Search returns one page of hits with counts. Errors of kind Invalid tell a person what is wrong with the query.
func (x *Index) Search(ctx context.Context, q search.Query) (search.Result, error) {
	return ask(ctx, x, func(s searcher) (search.Result, error) { return s.Search(ctx, q) })
}

// Similar returns listings like one; none for a listing that is not in the index.
func (x *Index) Similar(ctx context.Context, listing value.ID, limit int) ([]value.ID, error) {
	return ask(ctx, x, func(s searcher) ([]value.ID, error) { return s.Similar(ctx, listing, limit) })
}

// Clusters are all that a query finds on a map, listings near each other as one.
func (x *Index) Clusters(ctx context.Context, q search.Query, most int) ([]search.Cluster, error) {
	return ask(ctx, x, func(s searcher) ([]search.Cluster, error) { return s.Clusters(ctx, q, most) })
}

// Complete returns ways in which words being typed may go on.
func (x *Index) Complete(ctx context.Context, typed string, most int) ([]search.Completion, error) {
	return ask(ctx, x, func(s searcher) ([]search.Completion, error) { return s.Complete(ctx, typed, most) })
}

// Alike returns the listings most like a document.
func (x *Index) Alike(ctx context.Context, d search.Document, most int) ([]search.Neighbour, error) {
	return ask(ctx, x, func(s searcher) ([]search.Neighbour, error) { return s.Alike(ctx, d, most) })
}

// Why explains, for staff, where a listing stands among what a query finds.
func (x *Index) Why(ctx context.Context, q search.Query, listing value.ID) (search.Why, error) {
	return ask(ctx, x, func(s searcher) (search.Why, error) { return s.Why(ctx, q, listing) })
}

// Lag is how many entries of the log what answers now has not seen.
func (x *Index) Lag(ctx context.Context) (lag int64, err error) {
	r := x.serving.Load()
	if r == nil {
		return x.fallback.Lag(ctx)
	}
	seen := x.markOf(r).Seq
	err = x.db.Read(ctx, func(tx *db.Tx) error {
		last, err := change.Last(tx)
		lag = max(last-seen, 0)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("live.Lag: %w", err)
	}
	return lag, nil
}

// Version names the state of what this process answers: as long as it stays the same, so do the answers. It asks the
// database only while the database answers. Whoever keeps a page under it reads it before making the page.
func (x *Index) Version(tx *db.Tx) (string, error) {
	epoch := x.epoch.Load()
	if x.serving.Load() != nil {
		return fmt.Sprintf("memory %d", epoch), nil
	}
	version, err := x.fallback.Version(tx)
	if err != nil {
		return "", fmt.Errorf("live.Version: %w", err)
	}
	return fmt.Sprintf("database %d %d", epoch, version), nil
}

// file is where the snapshot lies; "" when none is kept.
func (x *Index) file() string {
	if x.config.Directory == "" {
		return ""
	}
	return fileOf(x.config.Directory, x.db.Name())
}

func fileOf(directory, database string) string {
	return filepath.Join(directory, filepath.Base(database)+".index")
}
