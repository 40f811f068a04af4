package live

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/search"
	"fairground/internal/search/searchtest"
	"fairground/internal/value"
)

// BenchmarkVisible is how long it takes from the commit of a change to its being found, while 500 listings a second
// change and two visitors search all the time; each iteration takes a second. It also says what making, saving and
// loading the index takes. FAIRGROUND_BENCH_LISTINGS says how many listings there are: go test -bench Visible -benchtime 20x.
func BenchmarkVisible(b *testing.B) {
	listings := 20_000
	if n, err := strconv.Atoi(os.Getenv("FAIRGROUND_BENCH_LISTINGS")); err == nil {
		listings = n
	}
	m := newMarket(b, listings)
	ctx, stop := context.WithCancel(b.Context())
	defer stop()
	run(ctx, b, m.index)
	m.tidy(ctx)
	var searching sync.WaitGroup
	defer searching.Wait()
	var searched atomic.Int64
	for seed := range uint64(2) {
		searching.Go(func() { m.visit(ctx, seed, &searched) })
	}
	defer stop()

	var delays []time.Duration
	began := time.Now()
	for b.Loop() {
		delays = append(delays, m.aSecond(500)...)
	}
	slices.Sort(delays)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(ms(delays[len(delays)/2]), "p50_ms")
	b.ReportMetric(ms(delays[len(delays)*99/100]), "p99_ms")
	b.ReportMetric(ms(delays[len(delays)-1]), "most_ms")
	b.ReportMetric(float64(searched.Load())/time.Since(began).Seconds(), "queries/s")
	m.report(b)
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// marketplace is a world of many listings.
type marketplace struct {
	*world
	random             *rand.Rand
	listings, marks    int
	made, saved, load  time.Duration
	snapshot, inMemory int64
	seconds            []time.Duration // that each iteration took
}

func newMarket(b *testing.B, listings int) *marketplace {
	m := &marketplace{world: newWorld(b, openSQLite(b), searchtest.NewShelf()), random: rand.New(rand.NewPCG(1, 2)), listings: listings}
	m.index.limits = defaultLimits()
	var ids []value.ID
	for i := range listings {
		m.shelf.Put(m.document(value.ID(i+1), ""))
		ids = append(ids, value.ID(i+1))
	}
	m.list(ids)
	began := time.Now()
	m.settle()
	m.made = time.Since(began)
	m.inMemory = m.index.State().Bytes

	began = time.Now()
	m.index.limits.fewest = 1
	m.ok(m.index.save(b.Context(), m.index.serving.Load()))
	m.saved, m.snapshot = time.Since(began), m.index.State().Snapshot_bytes
	began = time.Now()
	m.open()
	m.index.limits = defaultLimits()
	m.settle()
	m.load = time.Since(began)
	if s := m.index.State(); !s.Loaded || s.Documents != listings {
		b.Fatalf("%+v", s)
	}
	return m
}

// list writes what the database's index would say about the listings, as far as it matters here.
func (m *marketplace) list(ids []value.ID) {
	for part := range slices.Chunk(ids, 10_000) {
		m.ok(m.d.Maintain(m.Context(), "fill", func(tx *db.Tx) error {
			var rows [][]any
			for _, id := range part {
				rows = append(rows, []any{int64(id), int64(id), 5, "", "", 0})
			}
			return tx.Insert("search_document", []string{"place", "listing", "category", "title", "facets", "digest"}, rows)
		}))
	}
}

// document is a listing of forty words, eight attributes, a price and a place.
func (m *marketplace) document(id value.ID, title string) search.Document {
	word := func() string {
		return "w" + strconv.Itoa(int(60_000*m.random.Float64()*m.random.Float64()*m.random.Float64()))
	}
	var body strings.Builder
	for range 34 {
		body.WriteString(word() + " ")
	}
	d := search.Document{
		Listing: id, Title: title + " " + word() + " " + word() + " " + word(), Body: body.String(),
		Category: value.ID(10 + m.random.IntN(40)), Path: []value.ID{1, value.ID(2 + m.random.IntN(5))},
		Price: value.Money{Minor: int64(m.random.IntN(500_000)), Currency: "CHF"},
		Point: value.Point{Lat: 46 + 2*m.random.Float64(), Lon: 6 + 4*m.random.Float64()},
		Kind:  search.Sell, Seller: search.Private, Photos: m.random.IntN(4),
		At: time.Date(2026, 1, 1, 0, 0, int(id), 0, time.UTC),
	}
	for attribute := range 6 {
		d.Attributes = append(d.Attributes, search.Choice("c"+strconv.Itoa(attribute), "v"+strconv.Itoa(m.random.IntN(12))))
	}
	d.Attributes = append(d.Attributes, search.Number("n0", float64(m.random.IntN(2000))), search.YesNo("y0", m.random.IntN(2) == 0))
	return d
}

// aSecond changes listings at an even pace and measures how long every tenth takes to be found.
func (m *marketplace) aSecond(changes int) []time.Duration {
	delays := make([]time.Duration, changes/10)
	var watching sync.WaitGroup
	began := time.Now()
	for i := range changes {
		time.Sleep(time.Until(began.Add(time.Duration(i) * time.Second / time.Duration(changes))))
		if i%10 > 0 {
			m.put(m.document(value.ID(1+m.random.IntN(m.listings)), ""))
			continue
		}
		m.marks++
		mark := fmt.Sprintf("mark%dx", m.marks)
		m.put(m.document(value.ID(m.listings+m.marks), mark)) // nobody else changes it
		since := time.Now()
		watching.Go(func() {
			for len(finds(m, m.index, mark+" ")) == 0 && time.Since(since) < 10*time.Second {
				time.Sleep(2 * time.Millisecond)
			}
			delays[i/10] = time.Since(since)
		})
	}
	watching.Wait()
	m.seconds = append(m.seconds, time.Since(began))
	return delays
}

// visit searches until ctx ends.
func (m *marketplace) visit(ctx context.Context, seed uint64, searched *atomic.Int64) {
	random := rand.New(rand.NewPCG(seed, 3))
	for ctx.Err() == nil {
		q := search.Query{
			Words:    "w" + strconv.Itoa(int(60_000*random.Float64()*random.Float64()*random.Float64())) + " ",
			Facets:   []search.FacetRequest{{Attribute: "c0"}, {Attribute: "c1"}, {Attribute: "c2"}, {Attribute: search.ByPrice, Histogram: true}},
			Currency: "CHF", Price: &search.Span{Low: 0, High: int64(random.IntN(500_000))}, Sort: search.Relevance,
		}
		if _, err := m.index.Search(ctx, q); err != nil && ctx.Err() == nil {
			m.Errorf("searching: %v", err)
			return
		}
		searched.Add(1)
	}
}

// tidy does in a goroutine of its own what app's second lane does.
func (m *marketplace) tidy(ctx context.Context) {
	go func() {
		for ctx.Err() == nil {
			busy, err := m.index.Tidy(ctx)
			if err != nil && ctx.Err() == nil {
				m.Errorf("Tidy: %v", err)
				return
			}
			if !busy {
				time.Sleep(time.Second)
			}
		}
	}()
}

func (m *marketplace) report(b *testing.B) {
	slices.Sort(m.seconds)
	s := m.index.State()
	b.ReportMetric(500/m.seconds[len(m.seconds)/2].Seconds(), "updates/s")
	b.ReportMetric(m.made.Seconds(), "build_s")
	b.ReportMetric(m.saved.Seconds(), "save_s")
	b.ReportMetric(m.load.Seconds(), "load_s")
	b.ReportMetric(float64(m.inMemory)/float64(m.listings), "bytes/listing")
	b.ReportMetric(float64(m.snapshot)/float64(m.listings), "file_bytes/listing")
	b.ReportMetric(float64(s.From_database), "database_answers")
	if s.Phase != Ready || s.Failed > 0 {
		b.Errorf("memory failed: %+v", s)
	}
}
