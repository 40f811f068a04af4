package console_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/listing"
	"fairground/internal/moderation"
	"fairground/internal/site/sitetest"
	"fairground/internal/value"
)

// crowded opens cases about one listing that is held and many that are not, in several queues, and returns the listing.
func (w *world) crowded(cases int) listing.Listing {
	w.Helper()
	var l listing.Listing
	for i := range 60 { // the first page is of listings: severe ones
		l = w.submit(w.boat(fmt.Sprintf("A loud siren, number %d", i), "One."))
	}
	w.settle()
	kinds := []moderation.CaseKind{moderation.AppealCase, moderation.NetworkCase, moderation.PhotoCase}
	for from := 0; from < cases; from += 500 {
		w.write("case.plant", func(tx *db.Tx) error {
			for i := from; i < min(from+500, cases); i++ {
				kind := kinds[i%len(kinds)]
				_, err := moderation.OpenCase(tx, moderation.Case{Kind: kind, Object: string(kind), Record: value.ID(1_000_000 + i),
					Severity: moderation.Severity(i % 3), Language: "de"})
				if err != nil {
					return err
				}
			}
			return nil
		})
	}
	w.settle()
	w.get("safety", "/console/safety").want(http.StatusOK) // brings the reader of cases up to date
	return l
}

// BenchmarkQueue asks for the page of the queue with 10,000 open cases.
func BenchmarkQueue(b *testing.B) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		b.Run(string(engine), func(b *testing.B) {
			w := newWorld(b, sitetest.New(b, dbtest.Cluster(b, engine), schemas()))
			l := w.crowded(10_000)
			for _, at := range []string{"/console/safety", "/console/safety?l=" + l.Key(), "/console/safety?q=networks&page=20"} {
				w.get("safety", at).want(http.StatusOK)
				b.Run(at, func(b *testing.B) {
					for b.Loop() {
						w.get("safety", at)
					}
				})
			}
		})
	}
}

// With 10,000 open cases the queue is as quick as with none: pages, counts and the most urgent case.
func TestALongQueueIsQuick(t *testing.T) {
	w := newWorld(t, sitetest.New(t, dbtest.Cluster(t, db.SQLite), schemas()))
	l := w.crowded(10_000)
	for _, at := range []string{"/console/safety", "/console/safety?l=" + l.Key(), "/console/safety?q=networks&page=20"} {
		w.get("safety", at).want(http.StatusOK, "1,000+")
		best := time.Hour
		for range 20 {
			began := time.Now()
			w.get("safety", at)
			best = min(best, time.Since(began))
		}
		t.Logf("%s: %v", at, best)
		if best > 40*time.Millisecond { // it takes a few; the machine may be busy
			t.Errorf("%s takes %v with 10,000 open cases", at, best)
		}
	}
}
