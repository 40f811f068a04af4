package live

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/search"
	"fairground/internal/search/searchtest"
	"fairground/internal/value"
)

// TestWhatChangesShowsWithinASecondOnEveryProcess lets two processes share a database. Only the first writes.
func TestWhatChangesShowsWithinASecondOnEveryProcess(t *testing.T) {
	t.Parallel()
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			files, name, shelf := t.TempDir(), dbtest.NewName(), searchtest.NewShelf()
			process := func(open func(*db.Cluster) (*db.DB, error)) *world {
				cluster := dbtest.ClusterWith(t, engine, func(c *db.Config) { c.Directory = files })
				d, err := open(cluster)
				if err != nil {
					t.Fatal(err)
				}
				return newWorld(t, d, shelf)
			}
			schemas := schemas()
			here := process(func(c *db.Cluster) (*db.DB, error) { return c.Create(t.Context(), name, schemas) })
			there := process(func(c *db.Cluster) (*db.DB, error) { return c.Open(t.Context(), name, schemas) })
			here.stocked(chairs(1, 30)...)
			there.settle()

			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			run(ctx, t, here.index)
			run(ctx, t, there.index)
			for _, w := range []*world{here, there} {
				w.wantFound("number7 ", 7)
			}
			for round := range value.ID(5) {
				id := 100 + round
				word := fmt.Sprintf("number%d ", id)
				here.put(chair(id))
				for _, w := range []*world{here, there} {
					await(t, time.Second, func() bool { return len(finds(t, w.index, word)) == 1 })
				}
				here.remove(id)
				for _, w := range []*world{here, there} {
					await(t, time.Second, func() bool { return len(finds(t, w.index, word)) == 0 })
				}
			}
			if s := there.index.State(); s.From_database > 0 || s.Phase != Ready {
				t.Errorf("the database answered: %+v", s)
			}
		})
	}
}

// TestARestingFollowerNeverHidesAChange: nobody steps the index, as on a site that nobody used for a while.
func TestARestingFollowerNeverHidesAChange(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.stocked(chairs(1, 10)...)
		w.clock.advance(time.Hour)
		w.wantFound("number3 ", 3) // the log was looked at, and nothing has changed
		w.put(chair(11))
		w.remove(3)
		w.followDatabase() // as another process would
		w.clock.advance(time.Hour)
		wake, version := w.index.Wake(), w.version()
		if got := finds(t, w.index, "number11 "); !slices.Equal(got, []value.ID{11}) {
			t.Errorf("what was published is not found: %v", got)
		}
		if got := finds(t, w.index, "number3 "); len(got) > 0 {
			t.Errorf("what was removed is found: %v", got)
		}
		select {
		case <-wake:
		default:
			t.Error("the follower was not woken")
		}
		if w.version() == version {
			t.Error("a page of what the database answered would be kept as one of memory")
		}
		w.settle()
		w.wantFound("number11 ", 11)
	})
}

// TestAnIndexMadeDuringChangesMissesNone makes an index while listings come and go, and compares it with the truth.
func TestAnIndexMadeDuringChangesMissesNone(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.put(chairs(1, 200)...)
		w.followDatabase()
		var writing sync.WaitGroup
		writing.Go(func() {
			for range 150 {
				id := value.ID(1 + rand.IntN(300))
				if rand.IntN(2) == 0 {
					w.remove(id)
				} else {
					w.put(chair(id))
				}
			}
		})
		w.index.limits.step = time.Millisecond
		for w.index.State().Phase != Ready {
			_, err := w.index.Step(t.Context())
			w.ok(err)
			if rand.IntN(3) == 0 {
				w.followDatabase()
			}
		}
		writing.Wait()
		w.settle()
		for id := range value.ID(301) {
			documents, _ := w.shelf.Documents(nil, []value.ID{id})
			if got := finds(t, w.index, fmt.Sprintf("number%d ", id)); len(got) != len(documents) {
				t.Errorf("listing %d: found %v, and visible are %d", id, got, len(documents))
			}
		}
		if s := w.index.State(); s.Phase != Ready || s.Error != "" {
			t.Errorf("%+v", s)
		}
	})
}

func TestTheDatabaseAnswersUntilTheIndexIsReady(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.put(chairs(1, 50)...)
		w.followDatabase()
		w.index.limits.step = 0
		w.wantPhase(Waiting)
		if got := finds(t, w.index, "number40 "); !slices.Equal(got, []value.ID{40}) {
			t.Errorf("before the first step: found %v", got)
		}
		busy, err := w.index.Step(t.Context())
		if s := w.index.State(); err != nil || !busy || s.Phase != Making || s.Read != 7 || s.To_read != 50 {
			t.Errorf("after one step: busy %t, %v, %+v", busy, err, s)
		}
		if got := finds(t, w.index, "number40 "); !slices.Equal(got, []value.ID{40}) {
			t.Errorf("while it is made: found %v", got)
		}
		w.settle()
		w.wantFound("number40 ", 40)
		if s := w.index.State(); s.Documents != 50 || s.Bytes == 0 || s.From_database != 2 || s.Loaded {
			t.Errorf("%+v", s)
		}
	})
}

func TestASiteWithoutListings(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.settle()
		w.wantFound("chair")
		w.put(chair(1))
		w.settle()
		w.wantFound("chair", 1)
		w.remove(1)
		w.settle()
		w.wantFound("chair")
	})
}

// TestAnIndexOfNobodyTakesNoMemory: it is made when somebody searches.
func TestAnIndexOfNobodyTakesNoMemory(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		w.put(chairs(1, 9)...)
		w.followDatabase()
		w.index.wanted.Store(false)
		w.settle()
		w.wantPhase(Waiting)
		wake := w.index.Wake()
		finds(t, w.index, "chair")
		<-wake
		w.settle()
		w.wantFound("number4 ", 4)
	})
}

// TestTheDatabasesIndexEmptiedMeanwhile begins again when the list it reads from is thrown away.
func TestTheDatabasesIndexEmptiedMeanwhile(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.put(chairs(1, 50)...)
		w.followDatabase()
		w.index.limits.step = 0
		for range 3 {
			_, err := w.index.Step(t.Context())
			w.ok(err)
		}
		source := w.database
		w.ok(w.d.Maintain(t.Context(), "empty", func(tx *db.Tx) error {
			if _, err := tx.Exec("delete from search_document"); err != nil {
				return err
			}
			return source.Reader().Rewind(tx)
		}))
		w.settle()
		w.wantFound("number40 ", 40)
		if n := w.index.State().Documents; n != 50 {
			t.Errorf("%d documents", n)
		}
	})
}

// TestAnotherHistory: the database was restored, and the log holds other entries than were followed.
func TestAnotherHistory(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.stocked(chairs(1, 20)...)
		w.ok(w.index.save(t.Context(), w.index.serving.Load()))
		w.index.serving.Load().at.Digest = []byte("of the future that was lost")
		version := w.version()
		w.shelf.Remove(5) // in the restored database
		busy, err := w.index.Step(t.Context())
		if err != nil || !busy || w.index.State().Phase == Ready {
			t.Fatalf("it goes on: %v, %+v", err, w.index.State())
		}
		w.settle()
		w.wantFound("number5 ")
		w.wantFound("number6 ", 6)
		if s := w.index.State(); s.Loaded || s.Rejected == "" || w.version() == version {
			t.Errorf("it was loaded from a snapshot of a lost time: %+v", s)
		}
	})
}

func TestVersion(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.put(chairs(1, 9)...)
		w.followDatabase()
		seen := map[string]bool{}
		fresh := func(name string) {
			t.Helper()
			version := w.version()
			if seen[version] {
				t.Errorf("%s: the version %q was there before", name, version)
			}
			if again := w.version(); again != version {
				t.Errorf("%s: %q and %q, and nothing happened", name, version, again)
			}
			seen[version] = true
		}
		fresh("the database answers")
		w.put(chair(10))
		w.followDatabase()
		fresh("the database answers, and something changed")
		w.settle()
		fresh("memory answers")
		w.put(chair(11))
		w.settle()
		fresh("a listing was published")
		if _, err := w.index.Version(nil); err != nil {
			t.Error(err) // it needed no transaction
		}
		w.ok(w.d.Write(t.Context(), value.SystemActor("test"), "other", func(tx *db.Tx) error {
			tx.Log(db.Change{Object: "member", Record: 1})
			return nil
		}))
		version := w.version()
		w.settle()
		if w.version() != version {
			t.Error("a change of something else is a new version")
		}
		w.disabled.Store(true)
		w.settle()
		fresh("the database answers again")
		w.disabled.Store(false)
		w.settle()
		fresh("memory answers again")
	})
}

func TestLag(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.stocked(chairs(1, 20)...)
		want := func(want int64) {
			t.Helper()
			if lag, err := w.index.Lag(t.Context()); err != nil || lag != want {
				t.Errorf("lag %d, %v, want %d", lag, err, want)
			}
		}
		want(0)
		w.put(chairs(21, 23)...)
		w.followDatabase() // on PostgreSQL it numbers them
		want(3)
		w.index.limits.step = 0
		w.put(chairs(24, 33)...)
		busy, err := w.index.Step(t.Context())
		if s := w.index.State(); !busy || err != nil || s.Lag_changes != 6 || s.Lag <= 0 {
			t.Errorf("busy %t, %v, %+v", busy, err, s)
		}
		w.settle()
		want(0)
		if s := w.index.State(); s.Delay <= 0 || s.Delay_most < s.Delay || s.Applied != 13 || s.Lag_changes != 0 || s.Lag != 0 {
			t.Errorf("%+v", s)
		}
	})
}

func schemas() []db.Schema { return []db.Schema{change.Schema(), search.Schema()} }
