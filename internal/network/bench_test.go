package network

import (
	"fmt"
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

const benchListings = 100_000

// busyDesk has a site of 100,000 listings, a fifth of them of campaigns, and returns some that come next.
func busyDesk(b *testing.B, more int) (*Desk, []trick.Document) {
	d := dbtest.Open(b, dbtest.Cluster(b, db.SQLite), schemas())
	desk := New(Config{DB: d, Documents: &shelf{all: map[value.ID]Listing{}}, Key: []byte("key")})
	desk.phase = Ready
	var rest []trick.Document
	trick.Stream(1, trick.Options{Documents: benchListings + more, Tied: true, Replacement: .15}, func(c trick.Document) {
		if desk.index.Len() == benchListings {
			rest = append(rest, c)
			return
		}
		desk.index.Add(Listing{ID: c.ID, Account: c.Account, Body: c.Text, Place: c.Place, Images: c.Images, Made: c.At, Since: c.Since}.doc())
	})
	return desk, rest
}

// asked asks the desk and adds how long it took.
func asked(b *testing.B, desk *Desk, s *safety.Subject, found *safety.Slots, took []time.Duration) []time.Duration {
	began := time.Now()
	if _, err := desk.Cluster(b.Context(), s, found); err != nil {
		b.Fatal(err)
	}
	return append(took, time.Since(began))
}

func report(b *testing.B, took []time.Duration) {
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99_us")
	b.ReportMetric(float64(took[len(took)-1].Microseconds()), "most_us")
}

// BenchmarkCluster asks about listings of a site that has 100,000, a fifth of them of campaigns.
func BenchmarkCluster(b *testing.B) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	desk, rest := busyDesk(b, 2_000)
	runtime.GC()
	runtime.ReadMemStats(&after)
	var took []time.Duration
	for b.Loop() {
		c := rest[len(took)%len(rest)]
		s := &safety.Subject{Object: listingObject, Record: c.ID, Body: c.Text, Place: c.Place, Author: safety.Author{Kind: value.Member, ID: c.Account}}
		took = asked(b, desk, s, &safety.Slots{Phones: []safety.Phone{{Digits: c.Phone}}}, took)
	}
	report(b, took)
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/benchListings, "bytes/listing")
}

// BenchmarkOneAuthor asks about listings of one author who has 5,000 that hardly differ, among 100,000 of others: new ones,
// and old ones that were edited.
func BenchmarkOneAuthor(b *testing.B) {
	const author = 5000
	desk, _ := busyDesk(b, 0)
	subject := func(n, edited int) *safety.Subject {
		return &safety.Subject{
			Object: listingObject, Record: value.ID(1<<50 + n), Title: fmt.Sprintf("Winter tyres, set %d", n), Place: "Ashford",
			Body:   fmt.Sprintf("%s. Set number %d, asked for %d times", tyres, n, edited),
			Author: safety.Author{Kind: value.Member, ID: 77},
		}
	}
	var came, edited []time.Duration
	for n := range author {
		came = asked(b, desk, subject(n, 0), &safety.Slots{}, came)
	}
	for b.Loop() {
		edited = asked(b, desk, subject(len(edited)*37%author, 1+len(edited)), &safety.Slots{}, edited)
	}
	slices.Sort(came)
	b.ReportMetric(float64(came[len(came)*99/100].Microseconds()), "new_p99_us")
	b.ReportMetric(float64(came[len(came)-1].Microseconds()), "new_most_us")
	report(b, edited)
}

const tyres = "Four winter tyres on steel rims, driven for two seasons and stored in a dry cellar, the tread is deep and even. " +
	"They fit most small cars; please look up the size on the side of your own tyres and compare. Collection by appointment, " +
	"we mount them on request and take your old ones back, every set is washed, balanced and checked for cuts before it leaves the shop"
