package live

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/search"
	"fairground/internal/search/searchtest"
	"fairground/internal/search/words"
	"fairground/internal/value"
)

var plain = words.New([]string{"en"}, nil)

// world is one site's database, what is visible in it, and the index of one process.
type world struct {
	testing.TB
	d         *db.DB
	shelf     *searchtest.Shelf
	database  *search.Database
	index     *Index
	directory string
	clock     *ticking

	analyzer atomic.Pointer[words.Analyzer]
	most     atomic.Int64
	disabled atomic.Bool
}

// ticking is a clock that tests put forward; otherwise it is the machine's.
type ticking struct{ ahead atomic.Int64 }

func (c *ticking) Now() time.Time {
	return value.SystemClock{}.Now().Add(time.Duration(c.ahead.Load()))
}

func (c *ticking) advance(by time.Duration) { c.ahead.Add(int64(by)) }

// each runs a test on both engines, in a new world.
func each(t *testing.T, test func(t *testing.T, w *world)) {
	t.Parallel()
	dbtest.Each(t, []db.Schema{search.Schema()}, func(t *testing.T, d *db.DB) {
		test(t, newWorld(t, d, searchtest.NewShelf()))
	})
}

// onSQLite is each for what does not depend on the engine.
func onSQLite(t *testing.T, test func(t *testing.T, w *world)) {
	t.Parallel()
	test(t, newWorld(t, openSQLite(t), searchtest.NewShelf()))
}

func openSQLite(t testing.TB) *db.DB {
	return dbtest.Open(t, dbtest.Cluster(t, db.SQLite), []db.Schema{search.Schema()})
}

func newWorld(t testing.TB, d *db.DB, shelf *searchtest.Shelf) *world {
	w := &world{TB: t, d: d, shelf: shelf, directory: t.TempDir(), clock: &ticking{}}
	w.analyzer.Store(plain)
	w.open()
	return w
}

// open makes the index of a process that has just started.
func (w *world) open() {
	w.database = search.New(w.d, w.shelf, search.Config{Languages: []string{"en"}})
	w.index = Open(w.d, w.shelf, w.database, Config{
		Directory: w.directory, Identity: "test", Analyzer: w.analyzer.Load, Most_bytes: w.most.Load,
		Enabled: func() bool { return !w.disabled.Load() }, Eager: true, Clock: w.clock,
	})
	w.index.limits.fewest = 1
	w.index.limits.batch = 7
	w.index.limits.apart = 0
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// chair is a listing of that id.
func chair(id value.ID) search.Document {
	return search.Document{
		Listing: id, Title: fmt.Sprintf("Chair number%d", id), Body: "Oak, with arms.", Category: 5,
		At: time.Date(2026, 11, 1, 0, 0, int(id), 0, time.UTC),
	}
}

func chairs(from, to value.ID) (all []search.Document) {
	for id := from; id <= to; id++ {
		all = append(all, chair(id))
	}
	return all
}

// put publishes or edits listings; the indexes do not know yet.
func (w *world) put(documents ...search.Document) {
	w.Helper()
	w.shelf.Put(documents...)
	var ids []value.ID
	for _, d := range documents {
		ids = append(ids, d.Listing)
	}
	w.log(ids...)
}

// remove takes listings away; the indexes do not know yet.
func (w *world) remove(ids ...value.ID) {
	w.Helper()
	w.shelf.Remove(ids...)
	w.log(ids...)
}

func (w *world) log(ids ...value.ID) {
	w.Helper()
	for part := range slices.Chunk(ids, 1_000) {
		w.ok(w.d.Write(w.Context(), value.SystemActor("test"), "change listings", func(tx *db.Tx) error {
			for _, id := range part {
				tx.Log(db.Change{Object: search.Object, Record: id, Diff: struct{}{}})
			}
			return nil
		}))
	}
}

// followDatabase brings the database's index in step.
func (w *world) followDatabase() {
	w.Helper()
	_, err := w.database.Reader().CatchUp(w.Context(), w.d)
	w.ok(err)
}

// settle runs steps until there is nothing to do.
func (w *world) settle() {
	w.Helper()
	for range 10_000 {
		busy, err := w.index.Step(w.Context())
		w.ok(err)
		if !busy {
			return
		}
	}
	w.Fatal("Step is busy for ever")
}

// stocked fills the world and brings everything in step.
func (w *world) stocked(documents ...search.Document) {
	w.Helper()
	w.put(documents...)
	w.followDatabase()
	w.settle()
}

// finds says which listings a search for words finds, in order of id.
func finds(t testing.TB, index search.Index, words string) []value.ID {
	t.Helper()
	result, err := index.Search(t.Context(), search.Query{Words: words, Literal: true, Limit: search.MostHits})
	if err != nil {
		t.Fatal(err)
	}
	var all []value.ID
	for _, hit := range result.Hits {
		all = append(all, hit.Listing)
	}
	slices.Sort(all)
	return all
}

// wantFound checks what memory finds, and that it was memory.
func (w *world) wantFound(words string, want ...value.ID) {
	w.Helper()
	w.wantPhase(Ready)
	before := w.index.State().From_database
	if got := finds(w, w.index, words); !slices.Equal(got, want) {
		w.Errorf("%q: found %v, want %v", words, got, want)
	}
	if w.index.State().From_database != before {
		w.Error("the database answered")
	}
}

func (w *world) wantPhase(want Phase) {
	w.Helper()
	if s := w.index.State(); s.Phase != want {
		w.Fatalf("the phase is %q, want %q: %+v", s.Phase, want, s)
	}
}

func (w *world) version() (version string) {
	w.Helper()
	w.ok(w.d.Read(w.Context(), func(tx *db.Tx) (err error) {
		version, err = w.index.Version(tx)
		return err
	}))
	return version
}

// run steps an index as app does, until the test ends.
func run(ctx context.Context, t testing.TB, x *Index) {
	t.Helper()
	go func() {
		for ctx.Err() == nil {
			changed, wake := x.db.Changed(), x.Wake()
			busy, err := x.Step(ctx)
			if err != nil && ctx.Err() == nil {
				t.Errorf("Step: %v", err)
				return
			}
			if busy {
				continue
			}
			select {
			case <-changed:
			case <-wake:
			case <-time.After(300 * time.Millisecond):
			case <-ctx.Done():
			}
		}
	}()
}

// await waits until something is so.
func await(t testing.TB, most time.Duration, is func() bool) time.Duration {
	t.Helper()
	began := time.Now()
	for !is() {
		if time.Since(began) > most {
			t.Fatalf("it is not so after %s", most)
		}
		time.Sleep(2 * time.Millisecond)
	}
	return time.Since(began)
}
