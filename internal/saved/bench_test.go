package saved_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

// BenchmarkPublication prints how long after its publication a listing is told, while a site is attended to, and how
// long a hundred thousand searches take to load.
func BenchmarkPublication(b *testing.B) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		b.Run(string(engine), func(b *testing.B) {
			const many = 100_000
			w := newWorld(b, engine)
			w.clock.mu.Lock()
			w.clock.real = true
			w.clock.mu.Unlock()
			w.keep("Mina", "/search?q=trek", "instant", "name", "Trek")
			w.addSearches(many)
			w.offer("Trek, the first", 450)
			w.follows()
			began := time.Now()
			w.work()
			load := time.Since(began)
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			go w.attend(ctx)
			w.ear.take()
			var worst, all time.Duration
			n := 0
			for b.Loop() {
				n++
				w.offer(fmt.Sprintf("Trek number %d", n), 450)
				published := time.Now()
				for len(w.ear.take()) == 0 {
					time.Sleep(200 * time.Microsecond)
				}
				took := time.Since(published)
				worst, all = max(worst, took), all+took
			}
			b.ReportMetric(load.Seconds(), "load-s")
			b.ReportMetric(float64(w.saved.State(w.Site).Bytes)/many, "B/search")
			b.ReportMetric(float64(all.Milliseconds())/float64(n), "told-ms")
			b.ReportMetric(float64(worst.Milliseconds()), "told-worst-ms")
		})
	}
}

// attend does what app does for a site: readers, then the jobs that they enqueued, whenever something changed.
func (w *world) attend(ctx context.Context) {
	for ctx.Err() == nil {
		changed := w.Site.DB.Changed()
		if _, err := w.reader.CatchUp(ctx, w.Site.DB); err == nil {
			_, _ = w.worker.RunDue(ctx)
		}
		select {
		case <-changed:
		case <-time.After(500 * time.Millisecond):
		case <-ctx.Done():
		}
	}
}

// addSearches adds many that find nothing.
func (w *world) addSearches(many int) {
	w.Helper()
	var rows [][]any
	for i := range many {
		query := fmt.Sprintf(`{"words":"word%d ","category":%d,"currency":"CHF","price":[0,%d]}`, i%20_000, 100+i%50, 100*i)
		rows = append(rows, []any{value.ID(1_000 + i), 7 + i/40, "x", fmt.Sprintf("/search?q=x%d", i), query, "daily", false, "on", 1, 1, 1, 0, 0, 0})
	}
	w.write(func(tx *db.Tx) error {
		return tx.Insert("saved_search", []string{"id", "account", "name", "address", "query", "often", "drops", "state", "created_us", "looked_us",
			"opened_us", "day", "hits", "hits_before"}, rows)
	})
}
