package memory_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"runtime/pprof"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"fairground/internal/search"
	"fairground/internal/search/memory"
	"fairground/internal/search/searchtest"
	"fairground/internal/value"
)

// BenchmarkMarket measures a market of 200,000 listings of 40 words and 8 facets (FAIRGROUND_BENCH_LISTINGS sets another
// number): how fast it is built, saved and loaded, what a listing takes, and the median and 95th percentile of each sort of
// query. FAIRGROUND_BENCH_PROFILE names a file for a profile of the queries.
//
//	go test -run '^$' -bench Market -benchtime 1x -timeout 30m ./internal/search/memory
func BenchmarkMarket(b *testing.B) {
	listings := 200_000
	if n, err := strconv.Atoi(os.Getenv("FAIRGROUND_BENCH_LISTINGS")); err == nil {
		listings = n
	}
	x := fill(b, listings)
	if os.Getenv("FAIRGROUND_BENCH_BUILD") != "" {
		return
	}
	if name := os.Getenv("FAIRGROUND_BENCH_PROFILE"); name != "" {
		file, err := os.Create(name)
		if err != nil {
			b.Fatal(err)
		}
		defer file.Close()
		if err := pprof.StartCPUProfile(file); err != nil {
			b.Fatal(err)
		}
		defer pprof.StopCPUProfile()
	}
	for _, kind := range queryKinds {
		b.Run(kind.name, func(b *testing.B) {
			measure(b, func(r *rand.Rand) int {
				result, err := x.Search(context.Background(), kind.next(r))
				if err != nil {
					b.Fatal(err)
				}
				return result.Total
			})
		})
	}
	b.Run("suggest", func(b *testing.B) {
		measure(b, func(r *rand.Rand) int {
			all, err := x.Complete(context.Background(), typed(r), 8)
			if err != nil {
				b.Fatal(err)
			}
			return len(all)
		})
	})
	b.Run("similar", func(b *testing.B) {
		measure(b, func(r *rand.Rand) int {
			all, err := x.Similar(context.Background(), value.ID(1_000+r.IntN(listings)), 8)
			if err != nil {
				b.Fatal(err)
			}
			return len(all)
		})
	})
	b.Run("clusters", func(b *testing.B) {
		measure(b, func(r *rand.Rand) int {
			all, err := x.Clusters(context.Background(), search.Query{Words: searchtest.Word(r.IntN(200)) + " "}, 200)
			if err != nil {
				b.Fatal(err)
			}
			return len(all)
		})
	})
}

func fill(b *testing.B, listings int) *memory.Index {
	newest := firstDay.Add(time.Duration(listings) * apart)
	clock := &value.FixedClock{At: newest}
	x := memory.New(memory.Config{Clock: clock})
	r := rand.New(rand.NewPCG(1, 2))
	market := newMarket(r)
	var took, merging time.Duration
	for first := 0; first < listings; first += 10_000 {
		documents := make([]search.Document, min(10_000, listings-first))
		for i := range documents {
			documents[i] = market.document(r, first+i)
		}
		began := processTime()
		if err := x.Apply(documents, nil); err != nil {
			b.Fatal(err)
		}
		merged := processTime()
		for x.Compact() {
		}
		took += processTime() - began
		merging += processTime() - merged
	}
	fmt.Printf("%d listings: built in %.1f s, of which %.1f s to merge; %d bytes a listing\n", x.Documents(), took.Seconds(), merging.Seconds(),
		x.Bytes()/int64(listings))
	printHeap()
	var saved bytes.Buffer
	saved.Grow(int(x.Bytes()))
	began := processTime()
	if err := x.Save(&saved); err != nil {
		b.Fatal(err)
	}
	size, tookSaving := saved.Len(), processTime()-began
	began = processTime()
	loaded, err := memory.Load(&saved, memory.Config{Clock: clock})
	if err != nil {
		b.Fatal(err)
	}
	fmt.Printf("saved %d MB in %.1f s, loaded in %.1f s\n", size>>20, tookSaving.Seconds(), (processTime() - began).Seconds())
	x = loaded
	saved = bytes.Buffer{}
	runtime.GC()
	return x
}

func printHeap() {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	fmt.Printf("heap %d MB\n", m.HeapAlloc>>20)
}

// processTime is the time of processors that this process took, whatever others do on the machine.
func processTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// measure asks 300 queries, each five times, and counts the fastest: others use the machine too.
func measure(b *testing.B, ask func(r *rand.Rand) int) {
	const queries, times = 300, 5
	took := make([]time.Duration, queries)
	found, sum := 0, time.Duration(0)
	for range b.N {
		for n := range took {
			took[n] = time.Hour
			for range times {
				r := rand.New(rand.NewPCG(77, uint64(n)))
				began := time.Now()
				found += ask(r)
				took[n] = min(took[n], time.Since(began))
			}
			sum += took[n]
		}
	}
	slices.Sort(took)
	ms := func(at int) float64 { return float64(took[at].Microseconds()) / 1_000 }
	b.ReportMetric(ms(queries/2), "p50_ms")
	b.ReportMetric(ms(queries*95/100), "p95_ms")
	b.ReportMetric(ms(queries-1), "max_ms")
	b.ReportMetric(float64(queries*b.N)/sum.Seconds(), "per_s")
	b.ReportMetric(float64(found)/float64(times*queries*b.N), "found")
	b.ReportMetric(0, "ns/op")
}

// market makes listings of 40 words: most from a vocabulary with few common and many rare words, one in forty a number
// that hardly any other has.
type market struct{ zipf *rand.Zipf }

const apart = 15 * time.Second // half a year for a million

var firstDay = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

const vocabularySize = 300_000

func newMarket(r *rand.Rand) market {
	return market{zipf: rand.NewZipf(r, 1.07, 8, vocabularySize-1)}
}

func (m market) text(r *rand.Rand, count int) string {
	var text []byte
	for range count {
		if r.IntN(40) == 0 {
			text = append(text, 'x')
			text = strconv.AppendInt(text, int64(r.IntN(5_000_000)), 36)
		} else {
			text = append(text, searchtest.Word(int(m.zipf.Uint64()))...)
		}
		text = append(text, ' ')
	}
	return string(text)
}

func uneven(r *rand.Rand, most int) int { return int(float64(most) * r.Float64() * r.Float64()) }

func named(attribute string, n int) search.Value {
	return search.Choice(attribute, attribute+"-"+strconv.Itoa(n))
}

func (m market) document(r *rand.Rand, i int) search.Document {
	leaf := uneven(r, 200)
	d := search.Document{
		Listing: value.ID(1_000 + i), Title: m.text(r, 6), Body: m.text(r, 34), Category: value.ID(100 + leaf),
		Path: []value.ID{value.ID(10 + leaf%20), 1}, Kind: search.Sell, Seller: search.Private, Photos: r.IntN(6),
		At:    firstDay.Add(time.Duration(i) * apart),
		Point: place(r).Coarse(), Promoted: r.IntN(50) == 0, Price: value.Money{Minor: int64(200*r.ExpFloat64())*100 + int64(r.IntN(10))*10, Currency: "CHF"},
		Attributes: []search.Value{named("color", uneven(r, 12)), named("brand", uneven(r, 80)), named("condition", r.IntN(4)), named("size", uneven(r, 20)),
			search.YesNo("warranty", r.IntN(3) == 0), search.Number("year", float64(1980+r.IntN(46)))},
	}
	if r.IntN(5) == 0 {
		d.Seller = search.Business
	}
	if r.IntN(12) == 0 {
		d.Kind, d.Price.Currency = search.Wanted, "EUR"
	}
	return d
}

// place is in a rectangle of about 330 by 220 km; half of them lie close to one of ten towns.
func place(r *rand.Rand) value.Point {
	if r.IntN(2) == 0 {
		return value.Point{Lat: 45.8 + 2*r.Float64(), Lon: 6 + 4.4*r.Float64()}
	}
	town := float64(r.IntN(10))
	return value.Point{Lat: 46 + .17*town + .05*r.NormFloat64(), Lon: 6.2 + .37*town + .07*r.NormFloat64()}
}

var eightFacets = []search.FacetRequest{{Attribute: "color"}, {Attribute: "brand"}, {Attribute: "condition"}, {Attribute: "size"}, {Attribute: "warranty"},
	{Attribute: search.BySeller}, {Attribute: search.ByKind}, {Attribute: search.ByCategory}, {Attribute: search.ByPrice, Histogram: true}}

// mixed is words, three filters, eight facets, a histogram and a sort.
func mixed(r *rand.Rand) search.Query {
	q := search.Query{Words: someWords(r), Currency: "CHF", Facets: eightFacets, Sort: []search.Sort{search.Newest, search.Relevance, search.PriceUp, search.PriceDown}[r.IntN(4)]}
	ways := []func(){
		func() {
			q.Filters = append(q.Filters, search.AnyOf("color", "color-0", "color-"+strconv.Itoa(r.IntN(12))))
		},
		func() { q.Filters = append(q.Filters, search.AnyOf("condition", "condition-1", "condition-2")) },
		func() { q.Filters = append(q.Filters, search.Between("year", float64(1980+r.IntN(30)), 2020)) },
		func() { q.Price = &search.Span{Low: int64(r.IntN(100_00)), High: 400_00} },
		func() { q.Filters = append(q.Filters, search.Is("warranty", r.IntN(2) == 0)) },
		func() { q.Seller = search.Private },
		func() { q.Category = value.ID(10 + r.IntN(20)) },
	}
	for _, i := range r.Perm(len(ways))[:3] {
		ways[i]()
	}
	return q
}

// someWords is one or two words, very common, common or rare.
func someWords(r *rand.Rand) string {
	word := func() string {
		return searchtest.Word(r.IntN([]int{10, 300, 30_000}[r.IntN(3)])) + " "
	}
	if r.IntN(2) == 0 {
		return word() + word()
	}
	return word()
}

func typed(r *rand.Rand) string {
	word := searchtest.Word(r.IntN(3_000))
	start := word[:1+r.IntN(len(word))]
	if r.IntN(3) == 0 {
		return searchtest.Word(r.IntN(100)) + " " + start
	}
	return start
}

func wrong(r *rand.Rand, word string) string {
	at := 1 + r.IntN(len(word)-1)
	return word[:at] + "q" + word[at:]
}

var queryKinds = []struct {
	name string
	next func(r *rand.Rand) search.Query
}{
	{"mixed", mixed},
	{"geo", func(r *rand.Rand) search.Query {
		q := mixed(r)
		q.Near, q.Within_km = place(r), []float64{5, 25, 100}[r.IntN(3)]
		if r.IntN(3) == 0 {
			q.Sort = search.Distance
		}
		return q
	}},
	{"geo only", func(r *rand.Rand) search.Query {
		return search.Query{Near: place(r), Within_km: 25, Facets: eightFacets, Currency: "CHF", Sort: search.Distance}
	}},
	{"box", func(r *rand.Rand) search.Query {
		p := place(r)
		return search.Query{Box: &search.Box{South: p.Lat - .3, North: p.Lat + .3, West: p.Lon - .4, East: p.Lon + .4}, Facets: eightFacets, Currency: "CHF"}
	}},
	{"common word", func(r *rand.Rand) search.Query {
		return search.Query{Words: searchtest.Word(r.IntN(10)) + " ", Facets: eightFacets, Currency: "CHF", Sort: search.Relevance}
	}},
	{"beginning", func(r *rand.Rand) search.Query {
		return search.Query{Words: searchtest.Word(r.IntN(3_000))[:3], Facets: eightFacets, Currency: "CHF"}
	}},
	{"typo", func(r *rand.Rand) search.Query {
		return search.Query{Words: wrong(r, searchtest.Word(r.IntN(3_000))) + " ", Facets: eightFacets, Currency: "CHF"}
	}},
	{"phrase", func(r *rand.Rand) search.Query {
		return search.Query{Words: `"` + searchtest.Word(r.IntN(30)) + " " + searchtest.Word(r.IntN(30)) + `"`, Facets: eightFacets, Currency: "CHF"}
	}},
	{"root", func(r *rand.Rand) search.Query {
		return search.Query{Facets: eightFacets, Currency: "CHF", Page: 1 + r.IntN(3)}
	}},
	{"deep", func(r *rand.Rand) search.Query {
		return search.Query{Words: searchtest.Word(r.IntN(10)) + " ", Sort: []search.Sort{search.Relevance, search.PriceUp}[r.IntN(2)], Page: 200, Limit: 100}
	}},
}
