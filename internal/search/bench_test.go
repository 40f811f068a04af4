package search_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/search"
	"fairground/internal/search/searchtest"
	"fairground/internal/value"
)

// BenchmarkMarket measures a market of 200,000 listings (FAIRGROUND_BENCH_LISTINGS sets another number): how fast it
// is indexed, and the median and 95th percentile of each sort of query.
//
//	go test -run '^$' -bench Market -benchtime 1x -timeout 30m ./internal/search
func BenchmarkMarket(b *testing.B) {
	listings := 200_000
	if n, err := strconv.Atoi(os.Getenv("FAIRGROUND_BENCH_LISTINGS")); err == nil {
		listings = n
	}
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		b.Run(string(engine), func(b *testing.B) {
			d := create(b, dbtest.Cluster(b, engine))
			index := fill(b, d, listings)
			for _, kind := range queryKinds {
				b.Run(kind.name, func(b *testing.B) {
					measure(b, func(n int) error {
						_, err := index.Search(context.Background(), kind.next(n))
						return err
					})
				})
			}
			b.Run("similar", func(b *testing.B) {
				measure(b, func(n int) error {
					_, err := index.Similar(context.Background(), value.ID(1_000+n*7%listings), 8)
					return err
				})
			})
			for name, ask := range otherQuestions(index) {
				b.Run(name, func(b *testing.B) { measure(b, ask) })
			}
			printHeap("asked")
			runtime.KeepAlive(index)
		})
	}
}

func printHeap(after string) {
	var memory runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&memory)
	fmt.Printf("heap when %s: %d MB\n", after, memory.HeapAlloc>>20)
}

// seededSource makes each document anew, so that the source itself takes no memory.
type seededSource struct{ documents []search.Document }

func (s seededSource) Documents(_ *db.Tx, ids []value.ID) ([]search.Document, error) {
	all := make([]search.Document, len(ids))
	for i, id := range ids {
		all[i] = s.documents[(int(id)-1_000)%len(s.documents)]
		all[i].Listing = id
		all[i].At = all[i].At.Add(time.Duration(int(id)) * time.Second)
	}
	return all, nil
}

func fill(b *testing.B, d *db.DB, listings int) *search.Database {
	source := seededSource{searchtest.Generate(rand.New(rand.NewPCG(1, 2)), min(listings, 20_000))}
	index := search.New(d, source, search.Config{})
	for first := 0; first < listings; first += 5_000 {
		err := d.Write(b.Context(), value.SystemActor("bench"), "publish", func(tx *db.Tx) error {
			for i := range min(5_000, listings-first) {
				tx.Log(db.Change{Object: search.Object, Record: value.ID(1_000 + first + i), Diff: struct{}{}})
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	if err := change.Number(b.Context(), d); err != nil {
		b.Fatal(err)
	}
	began := time.Now()
	if _, err := index.Reader().CatchUp(b.Context(), d); err != nil {
		b.Fatal(err)
	}
	took := time.Since(began)
	if d.Engine() == db.Postgres { // as autovacuum does a minute later
		err := d.Maintain(b.Context(), "analyze", func(tx *db.Tx) error {
			_, err := tx.Exec("analyze search_document")
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	fmt.Printf("%s: %d listings indexed in %.1f s, %.0f listings_per_s\n", d.Engine(), listings, took.Seconds(),
		float64(listings)/took.Seconds())
	printHeap("indexed")
	return index
}

var facets = []search.FacetRequest{{Attribute: "color"}, {Attribute: "brand"}, {Attribute: "warranty"}, {Attribute: search.BySeller},
	{Attribute: "year", Histogram: true}, {Attribute: search.ByPrice, Histogram: true}}

// queryKinds make the n-th query of their sort; n grows by one with each query, so that nothing but "cached" is in
// the cache.
var queryKinds = []struct {
	name string
	next func(n int) search.Query
}{
	{"category cached", func(int) search.Query { return search.Query{Category: 5, Currency: "CHF", Facets: facets} }},
	{"category hits", func(n int) search.Query { return search.Query{Category: value.ID(10 + n%50)} }},
	{"category facets", func(n int) search.Query {
		return search.Query{Category: value.ID(10 + n%50), Currency: "CHF" + fmt.Sprint(n), Facets: facets}
	}},
	{"big category facets", func(n int) search.Query {
		return search.Query{Category: value.ID(2 + n%8), Currency: "CHF" + fmt.Sprint(n), Facets: facets}
	}},
	{"filtered", func(n int) search.Query { return filtered(n, value.ID(10+n%50)) }},
	{"filtered big category", func(n int) search.Query { return filtered(n, value.ID(2+n%8)) }},
	{"filtered hits only", func(n int) search.Query {
		q := filtered(n, value.ID(10+n%50))
		q.Facets = nil
		return q
	}},
	{"one word", func(n int) search.Query { return search.Query{Words: searchtest.Word(n * 7 % 2_000)} }},
	{"one common word", func(n int) search.Query { return search.Query{Words: searchtest.Word(n % 40), Page: 1 + n/40} }},
	{"two words relevance", func(n int) search.Query {
		return search.Query{Words: searchtest.Word(n%40) + " " + searchtest.Word(n*13%500), Sort: search.Relevance}
	}},
	{"beginning", func(n int) search.Query { return search.Query{Words: searchtest.Word(n * 7 % 2_000)[:4]} }},
	{"words facets filters", func(n int) search.Query {
		return search.Query{Words: searchtest.Word(n % 60), Currency: "CHF", Facets: facets,
			Filters: []search.Filter{search.AnyOf("color", "red", "blue"), search.Between("year", float64(1990+n%20), 2020)}}
	}},
	{"radius", func(n int) search.Query {
		return search.Query{Near: value.Point{Lat: 46 + float64(n%100)*.015, Lon: 6.3 + float64(n%37)*.1}, Within_km: 25}
	}},
	{"words radius", func(n int) search.Query {
		return search.Query{Words: searchtest.Word(n % 100), Near: value.Point{Lat: 46 + float64(n%100)*.015, Lon: 6.5}, Within_km: 25}
	}},
	{"price up", func(n int) search.Query {
		return search.Query{Category: value.ID(10 + n%50), Sort: search.PriceUp, Currency: "CHF", Page: 1 + n/50}
	}},
	{"price range", func(n int) search.Query {
		return search.Query{Category: value.ID(2 + n%8), Currency: "CHF", Price: &search.Span{Low: int64(n), High: 500_00}}
	}},
	{"box", func(n int) search.Query {
		south, west := 46+float64(n%100)*.01, 6.3+float64(n%37)*.1
		return search.Query{Box: &search.Box{South: south, West: west, North: south + .4, East: west + .5}}
	}},
	{"price by rates", func(n int) search.Query {
		return search.Query{Category: value.ID(2 + n%8), Currency: "CHF", Rates: search.Rates{"EUR": .95}, Price: &search.Span{Low: int64(n), High: 500_00}, Facets: facets}
	}},
	{"words by rates", func(n int) search.Query {
		return search.Query{Words: searchtest.Word(n % 60), Currency: "CHF", Rates: search.Rates{"EUR": .95}, Sort: search.PriceUp}
	}},
	{"words since", func(n int) search.Query {
		return search.Query{Words: searchtest.Word(n % 60), Since: time.Date(2026, 3, 1, 20+n%9, 0, 0, 0, time.UTC)}
	}},
	{"words promoted", func(n int) search.Query { return search.Query{Words: searchtest.Word(n % 60), Promoted: 3} }},
	{"root", func(n int) search.Query { return search.Query{Page: 1 + n%100} }},
}

// otherQuestions are the n-th ones that are no pages of results.
func otherQuestions(index *search.Database) map[string]func(n int) error {
	ctx := context.Background()
	return map[string]func(n int) error{
		"complete": func(n int) error {
			_, err := index.Complete(ctx, searchtest.Word(n * 7 % 2_000)[:3], 8)
			return err
		},
		"alike": func(n int) error {
			title := searchtest.Word(n%400) + " " + searchtest.Word(n*7%3_000) + " " + searchtest.Word(n*13%2_000)
			_, err := index.Alike(ctx, search.Document{Title: title}, 60)
			return err
		},
		"clusters": func(n int) error {
			_, err := index.Clusters(ctx, search.Query{Category: value.ID(10 + n%50)}, 100)
			return err
		},
		"clusters of all": func(int) error {
			_, err := index.Clusters(ctx, search.Query{}, 100)
			return err
		},
		"why": func(n int) error {
			_, err := index.Why(ctx, search.Query{Words: searchtest.Word(n % 60)}, value.ID(1_000+n))
			return err
		},
	}
}

// filtered narrows a category in the n-th way: choices, a range, a price, yes or no, seller, photos, in turns.
func filtered(n int, category value.ID) search.Query {
	q := search.Query{Category: category, Currency: "CHF", Facets: facets}
	colors := []string{"red", "blue", "green", "black", "white"}
	ways := []func(){
		func() { q.Filters = append(q.Filters, search.AnyOf("color", colors[n%5], colors[n/5%5])) },
		func() { q.Filters = append(q.Filters, search.Between("year", float64(1990+n%20), 2020)) },
		func() { q.Price = &search.Span{Low: int64(n), High: 2_000_00} },
		func() { q.Filters = append(q.Filters, search.Is("warranty", n%2 == 0)) },
		func() { q.Seller = search.Private },
		func() { q.WithPhotos = true },
		func() { q.Sort = search.PriceUp },
	}
	for i := range 1 + n%3 {
		ways[(n+3*i)%len(ways)]()
	}
	return q
}

func measure(b *testing.B, ask func(n int) error) {
	const queries = 200
	took := make([]time.Duration, queries)
	for range b.N {
		for n := range queries {
			began := time.Now()
			if err := ask(n); err != nil {
				b.Fatal(err)
			}
			took[n] = time.Since(began)
		}
	}
	slices.Sort(took)
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1_000 }
	b.ReportMetric(ms(took[queries/2]), "p50_ms")
	b.ReportMetric(ms(took[queries*95/100]), "p95_ms")
	b.ReportMetric(0, "ns/op")
}
