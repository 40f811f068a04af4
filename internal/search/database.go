package search

import (
	"context"
	"embed"
	"fmt"
	"sync/atomic"
	"time"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/value"
)

//go:embed schema
var files embed.FS

// Schema returns the package's tables.
func Schema() db.Schema { return db.Schema{Feature: "search", Files: files} }

// Object is the object of the change log whose changes the index follows.
const Object = "listing"

// Config sets what a site may want differently. The zero Config is a sound default.
type Config struct {
	// Stale is how long counts may be shown that are older than the index. 0 means never; a busy site sets a few
	// seconds, so that its front pages are not counted anew at every publication. Hits are never stale.
	Stale time.Duration
	// Languages of the site, as in "de"; words are cut to terms by their rules. None mean English and German. See
	// Database.SetLanguages.
	Languages []string
	// Synonyms are lists of words or phrases that mean the same on any site of the program, beside those that the site's
	// staff made (SetSynonyms).
	Synonyms [][]string
	// Kept is how many counted queries are kept; 0 means 2,000. One takes a few kilobytes.
	Kept int
	// Stocked is how many documents are kept in memory, taken apart, to answer filters; 0 means 600,000, and less than
	// 0 none. One takes 75 to 150 bytes. A category with more than a twelfth of them is left to the database. A
	// listing is kept once for each category on its path.
	Stocked int
}

// Database is the Index that the site's own database answers.
type Database struct {
	db       *db.DB
	source   Source
	reader   *change.Reader
	counts   *cache[counted]
	shelf    *cache[[]like] // the newest listings of a category
	stocks   *cache[*stock] // all of a category; nil for one with too many
	config   Config
	analysis atomic.Pointer[analysis]
	misses   misses
}

var _ Index = (*Database)(nil)

// New returns the index of a site. It answers at once; it is current when its Reader has caught up.
func New(d *db.DB, source Source, config Config) *Database {
	if config.Kept == 0 {
		config.Kept = 2_000
	}
	if config.Stocked == 0 {
		config.Stocked = mostStocked
	}
	s := &Database{db: d, source: source, config: config, counts: newCache[counted](config.Kept, config.Stale, d.Clock()),
		shelf:  newCache[[]like](mostShelves, config.Stale, d.Clock()),
		stocks: newCache[*stock](config.Stocked, config.Stale, d.Clock())}
	s.stocks.weigh = weighStock
	s.counts.cheap = func(c counted) bool { return c.total <= fewCounted }
	s.analysis.Store(newAnalysis(config.Languages, config.Synonyms))
	s.reader = &change.Reader{Name: "search", Batch: 1_000, Apply: s.apply}
	return s
}

// fewCounted is a total that everybody can check by looking, and that is counted in no time. Such a count is never old: a
// page that says that nothing was found would be kept after something was published.
const fewCounted = 24

// Reader is what keeps the index in step. The caller runs its Follow.
func (s *Database) Reader() *change.Reader { return s.reader }

// Version counts the changes of the index; equal versions find the same.
func (s *Database) Version(tx *db.Tx) (int64, error) { return findVersion(tx) }

// Lag is how many changes of the log the index has not seen.
func (s *Database) Lag(ctx context.Context) (lag int64, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) (err error) {
		lag, err = s.reader.Lag(tx)
		return err
	})
	return lag, err
}

// Search returns one page of hits with counts.
func (s *Database) Search(ctx context.Context, q Query) (Result, error) {
	began := time.Now()
	q, version, err := s.checked(ctx, q)
	if err != nil {
		return Result{}, err
	}
	var result Result
	if err = s.answer(ctx, q, version, &result); err == nil && q.Promoted > 0 {
		err = s.db.Read(ctx, func(tx *db.Tx) (err error) {
			result.Promoted, err = findPromoted(tx, q)
			return err
		})
	}
	if err != nil {
		return Result{}, fmt.Errorf("search.Search(%q): %w", q.Words, err)
	}
	result.Took = time.Since(began)
	return result, nil
}

// checked is a query that can be asked, and the version of the index that it is asked of.
func (s *Database) checked(ctx context.Context, q Query) (Query, int64, error) {
	st, err := s.refresh(ctx)
	if err != nil {
		return q, 0, fmt.Errorf("search: %w", err)
	}
	q, err = q.Checked(s.Analyzer())
	return q, st.version, err
}

// answer takes what it can from the stock of the category. Counts may be as old as a stock may be; hits may not.
func (s *Database) answer(ctx context.Context, q Query, version int64, into *Result) error {
	kept, err := s.stocked(ctx, q, version)
	if err != nil {
		return err
	}
	if kept != nil {
		n := kept.narrow(q)
		if err := s.countStock(ctx, n, q, into); err != nil {
			return err
		}
		if kept.version == version {
			into.Hits = n.hits(q)
			return nil
		}
	}
	err = s.db.Read(ctx, func(tx *db.Tx) (err error) {
		into.Hits, err = findHits(tx, q)
		return err
	})
	if err == nil && kept == nil {
		err = s.count(ctx, q, version, into)
	}
	return err
}

// Rebuild empties the index and fills it again from the log and the Source. Until it returns, searches find only what
// has been filled in already.
func (s *Database) Rebuild(ctx context.Context) error {
	err := s.db.Maintain(ctx, "search.Rebuild", func(tx *db.Tx) error {
		if err := deleteAll(tx); err != nil {
			return err
		}
		return s.reader.Rewind(tx)
	})
	if err != nil {
		return err
	}
	_, err = s.reader.CatchUp(ctx, s.db)
	return err
}

// apply writes what has become of the listings that changed. Doing it twice does no harm.
func (s *Database) apply(tx *db.Tx, rows []change.Row) error {
	var ids []value.ID
	seen := make(map[value.ID]bool)
	for _, row := range rows {
		if row.Object == Object && !seen[row.Record] {
			seen[row.Record] = true
			ids = append(ids, row.Record)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	documents, err := s.source.Documents(tx, ids)
	if err != nil {
		return fmt.Errorf("reading %d listings for search: %w", len(ids), err)
	}
	return write(tx, s.Analyzer(), ids, documents)
}
