package main

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"fairground/internal/app"
	"fairground/internal/db"
)

// writes measures durable writes of one row and its entry in the change log: one writer after the other, and 64 who
// wait together and so share the commit.
func (b *bench) writes() error {
	return b.throwAway(func(config app.Config) error {
		return b.withBenchSite(config, func(ctx context.Context, _ *app.App, rooms *app.Rooms) error {
			length := b.length(5*time.Second, 3*time.Second)
			b.row("\nDurable writes of one change")
			for _, writers := range []int{1, 64} {
				perSecond, latencies, err := b.writeFor(ctx, rooms.Site.DB, writers, length)
				if err != nil {
					return err
				}
				name := map[int]string{1: "write_alone", 64: "write_shared"}[writers]
				sorted := sortedCopy(latencies)
				b.row("  %2d at once  %8.0f/s   p50 %.2f ms   p95 %.2f ms", writers, perSecond, percentile(sorted, .5), percentile(sorted, .95))
				b.figure(name+"_per_s", perSecond)
				b.figure(name+"_p95_ms", percentile(sorted, .95))
			}
			return nil
		})
	})
}

func (b *bench) writeFor(ctx context.Context, d *db.DB, writers int, length time.Duration) (perSecond float64, latencies []float64, err error) {
	counts := make([][]float64, writers)
	group, ctx := errgroup.WithContext(ctx)
	began := time.Now()
	for i := range writers {
		group.Go(func() error {
			for time.Since(began) < length && ctx.Err() == nil {
				start := time.Now()
				err := d.Write(ctx, operator, "bench.write", func(tx *db.Tx) error {
					tx.Log(db.Change{Object: "bench", Record: tx.NewID(), Diff: map[string]int{"count": len(counts[i])}})
					return nil
				})
				if err != nil {
					return err
				}
				counts[i] = append(counts[i], float64(time.Since(start).Microseconds())/1000)
			}
			return nil
		})
	}
	err = group.Wait()
	for _, one := range counts {
		latencies = append(latencies, one...)
	}
	return float64(len(latencies)) / time.Since(began).Seconds(), latencies, err
}
