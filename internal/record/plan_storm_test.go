package record

import (
	"context"
	"fmt"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/value"
)

// reader reads a page of market days over and over, and keeps the longest time one took.
type reader struct {
	pages     atomic.Int64
	locked_us atomic.Int64 // the longest wait for a lock that PostgreSQL knows of
	longest   atomic.Int64 // ns
	while     atomic.Pointer[string]
	slowest   atomic.Pointer[string]
}

func (r *reader) run(ctx context.Context, s *Store) error {
	for ctx.Err() == nil {
		began := time.Now()
		page, err := s.Find(context.Background(), clerk, Query{Object: "market_day", Limit: 50})
		if err != nil {
			return err
		}
		if len(page.Records) != 50 {
			return fmt.Errorf("a page has %d records", len(page.Records))
		}
		if took := time.Since(began); int64(took) > r.longest.Load() {
			r.longest.Store(int64(took))
			r.slowest.Store(r.while.Load())
		}
		r.pages.Add(1)
	}
	return nil
}

// watch asks PostgreSQL how long readers wait for locks. On a busy machine pages take long for other reasons too.
func (r *reader) watch(ctx context.Context, s *Store) {
	for ctx.Err() == nil && s.DB.Engine() == db.Postgres {
		_ = s.DB.Read(context.Background(), func(tx *db.Tx) error { // a poll that fails is only missed
			us, err := db.One(tx, db.Column[int64], `select coalesce(max(extract(epoch from clock_timestamp() - query_start) * 1000000)::bigint, 0)
				from pg_stat_activity where wait_event_type = 'Lock' and query like $1`, "/* "+s.DB.Name()+" */ select%")
			r.locked_us.Store(max(r.locked_us.Load(), us))
			return err
		})
		time.Sleep(5 * time.Millisecond)
	}
}

// TestReadersAreNotHeldUpByPlans changes a large table in every way while others read it. With FAIRGROUND_STORM set it
// has 200,000 records and not 30,000.
func TestReadersAreNotHeldUpByPlans(t *testing.T) {
	if testing.Short() {
		t.Skip("it fills a large table")
	}
	records := 30_000
	if os.Getenv("FAIRGROUND_STORM") != "" {
		records = 200_000
	}
	t.Parallel()
	dbtest.Each(t, []db.Schema{Schema()}, func(t *testing.T, d *db.DB) {
		s := build(t, d)
		fill(t, s, records)
		ctx, stop := context.WithCancel(t.Context())
		r := &reader{}
		var readers sync.WaitGroup
		for range 2 {
			readers.Go(func() {
				if err := r.run(ctx, s); err != nil {
					t.Error(err)
				}
			})
		}
		readers.Go(func() { r.watch(ctx, s) })
		phase := func(name string, do func()) {
			r.while.Store(&name)
			began := time.Now()
			do()
			t.Logf("%-28s %6.1f ms, longest read so far %6.1f ms", name, float64(time.Since(began).Microseconds())/1000, float64(r.longest.Load())/1e6)
		}
		phase("nothing", func() { time.Sleep(time.Second) })
		phase("add a field", func() {
			apply(t, s, Step{Op: AddField, Object: "market_day", NewField: named("extra", "Extra", Integer)})
		})
		phase("add an indexed field", func() {
			apply(t, s, Step{Op: AddField, Object: "market_day", NewField: with(named("rank", "Rank", Integer), func(f *Field) { f.Indexed = true })})
		})
		phase("add a stored formula", func() {
			apply(t, s, Step{Op: AddField, Object: "market_day", NewField: with(named("double_rank", "Twice", Formula), func(f *Field) {
				f.Options.Formula, f.Options.Result = "rank * 2", Integer
			})})
		})
		phase("add an index", func() { apply(t, s, Step{Op: AddIndex, Object: "market_day", Index: []string{"day", "open"}}) })
		phase("rename", func() {
			f := field(t, s, "market_day", "day").clone()
			f.Key = "held"
			apply(t, s, Step{Op: ChangeField, Object: "market_day", Field: "day", NewField: f})
		})
		phase("begin a conversion", func() {
			apply(t, s, Step{Op: ConvertField, Object: "market_day", Field: "held", NewField: named("", "Held", Text)})
		})
		phase("build indexes", func() {
			if _, err := s.buildIndexes(t.Context(), 0); err != nil {
				t.Fatal(err)
			}
		})
		phase("convert and compute", func() { work(t, s) })
		phase("remove a field", func() { apply(t, s, Step{Op: RemoveField, Object: "market_day", Field: "extra"}) })
		stop()
		readers.Wait()
		t.Logf("%s: %d pages read; the longest took %.1f ms, during %q, of which at most %.1f ms waiting for a lock", d.Engine(), r.pages.Load(),
			float64(r.longest.Load())/1e6, *r.slowest.Load(), float64(r.locked_us.Load())/1e3)
		if longest := time.Duration(r.longest.Load()); longest > 2*time.Second {
			t.Errorf("a reader waited %s", longest)
		}
		if f := field(t, s, "market_day", "held"); f.Type != Text {
			t.Errorf("the field is %s", f.Type)
		}
		sound(t, s)
	})
}

func TestARenameDoesNotDisturbWhoPagesThrough(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *Store) {
		fill(t, s, 500)
		seen := map[value.ID]bool{}
		after := ""
		for n := range 100 {
			page, err := s.Find(t.Context(), clerk, Query{Object: "market_day", Limit: 20, After: after})
			if err != nil {
				t.Fatal(err)
			}
			for _, rec := range page.Records {
				if seen[rec.ID] {
					t.Fatalf("record %d came twice", rec.ID)
				}
				seen[rec.ID] = true
				if rec.Title() == "" {
					t.Fatalf("record %d has no title", rec.ID)
				}
			}
			if after = page.Next; after == "" {
				break
			}
			f := object(t, s, "market_day").Fields[0].clone()
			f.Key = fmt.Sprintf("name_%d", n)
			apply(t, s, Step{Op: ChangeField, Object: "market_day", Field: object(t, s, "market_day").Fields[0].Key, NewField: f})
		}
		if len(seen) != 500 {
			t.Errorf("%d records were seen", len(seen))
		}
	})
}

// TestPlansOfManyAtOnce lets several processes' worth of plans meet.
func TestPlansOfManyAtOnce(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *Store) {
		var wait sync.WaitGroup
		for n := range 4 {
			wait.Go(func() {
				own := New(s.DB, Config{})
				for i := range 4 {
					_, err := own.Apply(t.Context(), clerk, "test", []Step{{Op: AddField, Object: "trader", NewField: named(fmt.Sprintf("x%d_%d", n, i), "X", Integer)}})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wait.Wait()
		var revs []int64
		for _, p := range read(t, s, func(tx *db.Tx) ([]Plan, error) { return Plans(tx, 100) }) {
			revs = append(revs, p.Rev)
		}
		if slices.Reverse(revs); !slices.IsSorted(revs) || len(slices.Compact(revs)) < 17 {
			t.Errorf("the plans are %v", revs)
		}
		if n := len(object(t, s, "trader").Fields); n != 4+16 {
			t.Errorf("trader has %d fields", n)
		}
		sound(t, s)
	})
}
