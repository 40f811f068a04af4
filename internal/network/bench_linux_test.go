package network

import (
	"fmt"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"
	"unsafe"

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

// spent is how long each question took, by the clock and of this thread's time on a processor, which does not grow while
// others have it.
type spent struct{ clock, processor []time.Duration }

func (t *spent) ask(b *testing.B, desk *Desk, s *safety.Subject, found *safety.Slots) {
	clock, processor := time.Now(), onProcessor()
	if _, err := desk.Cluster(b.Context(), s, found); err != nil {
		b.Fatal(err)
	}
	t.processor = append(t.processor, onProcessor()-processor)
	t.clock = append(t.clock, time.Since(clock))
}

func onProcessor() time.Duration {
	const ofThread = 3 // CLOCK_THREAD_CPUTIME_ID
	var t syscall.Timespec
	syscall.Syscall(syscall.SYS_CLOCK_GETTIME, ofThread, uintptr(unsafe.Pointer(&t)), 0)
	return time.Duration(t.Nano())
}

func (t *spent) report(b *testing.B, what string) {
	for name, all := range map[string][]time.Duration{"_us": t.clock, "_processor_us": t.processor} {
		slices.Sort(all)
		b.ReportMetric(float64(all[len(all)*99/100].Microseconds()), what+"p99"+name)
		b.ReportMetric(float64(all[len(all)-1].Microseconds()), what+"most"+name)
	}
}

// BenchmarkCluster asks about listings of a site that has 100,000, a fifth of them of campaigns.
func BenchmarkCluster(b *testing.B) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	desk, rest := busyDesk(b, 2_000)
	runtime.GC()
	runtime.ReadMemStats(&after)
	var took spent
	runtime.LockOSThread()
	for b.Loop() {
		c := rest[len(took.clock)%len(rest)]
		s := &safety.Subject{Object: listingObject, Record: c.ID, Body: c.Text, Place: c.Place, Author: safety.Author{Kind: value.Member, ID: c.Account}}
		took.ask(b, desk, s, &safety.Slots{Phones: []safety.Phone{{Digits: c.Phone}}})
	}
	took.report(b, "")
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
	var came, edited spent
	runtime.LockOSThread()
	for n := range author {
		came.ask(b, desk, subject(n, 0), &safety.Slots{})
	}
	for b.Loop() {
		edited.ask(b, desk, subject(len(edited.clock)*37%author, 1+len(edited.clock)), &safety.Slots{})
	}
	came.report(b, "new_")
	edited.report(b, "")
}

const tyres = "Four winter tyres on steel rims, driven for two seasons and stored in a dry cellar, the tread is deep and even. " +
	"They fit most small cars; please look up the size on the side of your own tyres and compare. Collection by appointment, " +
	"we mount them on request and take your old ones back, every set is washed, balanced and checked for cuts before it leaves the shop"
