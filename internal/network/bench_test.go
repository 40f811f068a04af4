package network

import (
	"runtime"
	"slices"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/safety"
	"fairground/internal/safety/copies/trick"
	"fairground/internal/value"
)

// BenchmarkCluster asks about listings of a site that has 100,000, a fifth of them of campaigns.
func BenchmarkCluster(b *testing.B) {
	const listings, asked = 100_000, 2_000
	d := dbtest.Open(b, dbtest.Cluster(b, db.SQLite), schemas())
	desk := New(Config{DB: d, Documents: &shelf{all: map[value.ID]Listing{}}, Key: []byte("key")})
	desk.phase = Ready
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var rest []trick.Document
	trick.Stream(1, trick.Options{Documents: listings + asked, Tied: true, Replacement: .15}, func(c trick.Document) {
		if desk.index.Len() == listings {
			rest = append(rest, c)
			return
		}
		desk.index.Add(Listing{ID: c.ID, Account: c.Account, Body: c.Text, Place: c.Place, Images: c.Images, Made: c.At, Since: c.Since}.doc())
	})
	runtime.GC()
	runtime.ReadMemStats(&after)
	var took []time.Duration
	for b.Loop() {
		c := rest[len(took)%len(rest)]
		s := &safety.Subject{Object: listingObject, Record: c.ID, Body: c.Text, Place: c.Place, Author: safety.Author{Kind: value.Member, ID: c.Account}}
		found := &safety.Slots{Phones: []safety.Phone{{Digits: c.Phone}}}
		began := time.Now()
		if _, err := desk.Cluster(b.Context(), s, found); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99_us")
	b.ReportMetric(float64(took[len(took)-1].Microseconds()), "most_us")
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/listings, "bytes/listing")
}
