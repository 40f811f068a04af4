package listing_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/listing"
	"fairground/internal/safety"
	"fairground/internal/search"
	"fairground/internal/value"
)

// BenchmarkSubmit posts through everything a member's submission goes through: check, screening, seat, limits,
// recognition of repeats, change log. Each posts for one of a hundred sellers, many at once.
func BenchmarkSubmit(b *testing.B) {
	schemas := []db.Schema{account.Schema(), safety.Schema(), listing.Schema(), search.Schema()}
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		b.Run(string(engine), func(b *testing.B) {
			benchmarkSubmit(b, newWorld(b, dbtest.Open(b, dbtest.Cluster(b, engine), schemas)))
		})
	}
}

func benchmarkSubmit(b *testing.B, w *world) {
	w.desk.Limits = func(listing.Seller) listing.Limits { return listing.Limits{PerDay: 100_000, Live: 100_000} }
	sellers := make([]listing.Seller, 100)
	w.write(func(tx *db.Tx) (err error) {
		for i := range sellers {
			if sellers[i], err = listing.OwnSeller(tx, value.ID(i+1), fmt.Sprint("Seller ", i), "Pully", tx.Now()); err != nil {
				return err
			}
		}
		return nil
	})
	var n atomic.Int64
	b.SetParallelism(8)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			i := int(n.Add(1))
			who := i % len(sellers)
			content := w.bicycle(fmt.Sprintf("City bike number %d of the street %d", i, i*7919))
			_, _, err := w.desk.Submit(context.Background(), value.Actor{Kind: value.Member, ID: value.ID(who + 1)},
				listing.Submission{Content: content, Seller: sellers[who]})
			if err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "posts/s")
}
