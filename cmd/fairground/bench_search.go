package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"fairground/internal/search"
	"fairground/internal/search/memory"
)

// search measures the index in memory on a market of made-up listings, then what the site's database and other engines
// make of the same, and how good their answers to real texts are.
func (b *bench) search() error {
	texts, err := readTexts(b.Shared)
	if err != nil && !errors.Is(err, errNoData) {
		return err
	}
	market := newBigMarket(b.Seed, texts)
	if b.Grow {
		return b.searchGrowing(market)
	}
	listings := b.bigListings()
	g, index, err := b.measureSize(market, listings)
	if err != nil {
		return err
	}
	b.printGrowth(market, []growth{g})
	b.keepGrowth(g)
	c, err := b.newContest(market, listings, index)
	if err != nil {
		return err
	}
	ours := standing{title: "Fairground, in memory", build_s: g.build_s, bytes: g.heap * float64(listings)}
	if err := c.run(&ours, askIndex(b.ctx, index)); err != nil {
		return err
	}
	return errors.Join(b.searchBeside(c, ours), b.measureQuality(texts))
}

// searchGrowing measures the index in memory alone, in four sizes.
func (b *bench) searchGrowing(m *bigMarket) error {
	sizes := []int{10_000, 100_000, 1_000_000, 5_000_000}
	if b.Quick {
		sizes = []int{1_000, 5_000, 20_000}
	}
	var all []growth
	for _, listings := range sizes {
		g, _, err := b.measureSize(m, listings)
		if err != nil {
			return err
		}
		all = append(all, g)
		b.figure(fmt.Sprintf("p50_ms_%d", listings), percentile(sortedCopy(g.mixed), .5))
		b.figure(fmt.Sprintf("p95_ms_%d", listings), percentile(sortedCopy(g.mixed), .95))
		b.figure(fmt.Sprintf("geo_p95_ms_%d", listings), percentile(sortedCopy(g.geo), .95))
		b.figure(fmt.Sprintf("build_s_%d", listings), g.build_s)
		b.figure(fmt.Sprintf("bytes_per_listing_%d", listings), g.heap)
	}
	b.printGrowth(m, all)
	return b.writeChart("search-growth.svg", growthChart(all))
}

func (b *bench) bigListings() int {
	switch {
	case b.Listings > 0:
		return b.Listings
	case b.Quick:
		return 20_000
	default:
		return 1_000_000
	}
}

// growth is what an index of one size costs.
type growth struct {
	listings                  int
	build_s, load_s           float64
	bytes, heap               float64 // a listing: as the index says, and as the heap grew
	mixed, typo, geo, suggest []float64
	queries_per_s, apply_us   float64
	snapshot                  float64 // bytes a listing
}

// measureSize builds an index and measures it.
func (b *bench) measureSize(m *bigMarket, listings int) (g growth, index *memory.Index, err error) {
	g.listings = listings
	before := heapBytes()
	if index, err = b.buildMemory(m, listings, &g); err != nil {
		return g, nil, err
	}
	g.heap = float64(heapBytes()-before) / float64(listings)
	g.bytes = float64(index.Bytes()) / float64(listings)
	ask := asker{m, listings}
	for _, measure := range []func(asker, *memory.Index, *growth) error{b.measureQueries, b.measureCrowd, b.measureApply, b.measureLoad} {
		if err := measure(ask, index, &g); err != nil {
			return g, nil, err
		}
	}
	return g, index, nil
}

const buildBatch = 10_000

// buildMemory gives listings to an empty index in batches. Making them is not counted.
func (b *bench) buildMemory(m *bigMarket, listings int, g *growth) (*memory.Index, error) {
	index := memory.New(memory.Config{Analyzer: m.analyzer})
	draw := drawBar(b.environment, fmt.Sprintf("Building the index of %d listings", listings))
	var took time.Duration
	for from := 0; from < listings; from += buildBatch {
		batch := make([]search.Document, 0, buildBatch)
		for n := from; n < min(from+buildBatch, listings); n++ {
			batch = append(batch, m.listing(n, 0))
		}
		began := time.Now()
		if err := index.Apply(batch, nil); err != nil {
			return nil, err
		}
		for index.Compact() {
		}
		took += time.Since(began)
		draw(from+len(batch), listings)
	}
	g.build_s = took.Seconds()
	fmt.Fprintln(b.err)
	return index, b.ctx.Err()
}

func heapBytes() uint64 {
	var memory runtime.MemStats
	runtime.GC()
	runtime.GC() // what finalizers and pools held
	runtime.ReadMemStats(&memory)
	return memory.HeapAlloc
}

// measureQueries asks one after the other, each query once.
func (b *bench) measureQueries(ask asker, index *memory.Index, g *growth) error {
	count := 1_000
	if b.Quick {
		count = 200
	}
	const warm = 1 << 20 // numbers of queries that are asked before anything is measured
	for _, part := range []struct {
		into *[]float64
		ask  func(n int) error
	}{
		{&g.mixed, func(n int) error { _, err := index.Search(b.ctx, ask.mixed(n)); return err }},
		{&g.typo, func(n int) error { _, err := index.Search(b.ctx, ask.misspelt(n)); return err }},
		{&g.geo, func(n int) error { _, err := index.Search(b.ctx, ask.geo(n)); return err }},
		{&g.suggest, func(n int) error { _, err := index.Complete(b.ctx, ask.begun(n), 8); return err }},
	} {
		for n := range 50 {
			if err := part.ask(warm + n); err != nil {
				return err
			}
		}
		for n := range count {
			began := time.Now()
			if err := part.ask(n); err != nil {
				return err
			}
			*part.into = append(*part.into, since_ms(began))
		}
	}
	return nil
}

// measureCrowd lets as many ask as there are processors, without a pause, none of them anything twice.
func (b *bench) measureCrowd(ask asker, index *memory.Index, g *growth) error {
	length := b.length(8*time.Second, time.Second)
	counts := make([]int, runtime.GOMAXPROCS(0))
	group, ctx := errgroup.WithContext(b.ctx)
	began := time.Now()
	for i := range counts {
		group.Go(func() error {
			for n := 1<<22 + i<<18; time.Since(began) < length; n++ {
				if _, err := index.Search(ctx, ask.mixed(n)); err != nil {
					return err
				}
				counts[i]++
			}
			return nil
		})
	}
	err := group.Wait()
	sum := 0
	for _, n := range counts {
		sum += n
	}
	g.queries_per_s = float64(sum) / time.Since(began).Seconds()
	return err
}

// measureApply changes listings one by one, and back at once.
func (b *bench) measureApply(ask asker, index *memory.Index, g *growth) error {
	r := rand.New(rand.NewPCG(b.Seed, 5))
	const changes = 500
	var took time.Duration
	var old []search.Document
	for range changes {
		n := r.IntN(ask.listings)
		d := ask.listing(n, 1)
		old = append(old, ask.listing(n, 0))
		began := time.Now()
		if err := index.Apply([]search.Document{d}, nil); err != nil {
			return err
		}
		took += time.Since(began)
	}
	g.apply_us = float64(took.Microseconds()) / changes
	return index.Apply(old, nil)
}

// measureLoad writes a snapshot and reads it again.
func (b *bench) measureLoad(_ asker, index *memory.Index, g *growth) error {
	dir, err := os.MkdirTemp("", "fairground-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	name := filepath.Join(dir, "snapshot")
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	if err := errors.Join(index.Save(file), file.Close()); err != nil {
		return err
	}
	file, err = os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	if state, err := file.Stat(); err == nil {
		g.snapshot = float64(state.Size()) / float64(g.listings)
	}
	began := time.Now()
	loaded, err := memory.Load(file, memory.Config{Analyzer: index.Analyzer()})
	if err != nil {
		return err
	}
	g.load_s = time.Since(began).Seconds()
	if loaded.Documents() != index.Documents() {
		return fmt.Errorf("the snapshot holds %d listings, the index %d", loaded.Documents(), index.Documents())
	}
	return nil
}

// misspelt is a mixed query with a slip of the fingers in its longest word.
func (a asker) misspelt(n int) search.Query {
	q := a.mixed(n)
	r := rand.New(rand.NewPCG(a.seed+9<<32, uint64(n)))
	longest := ""
	for _, w := range strings.Fields(q.Words) {
		if len(w) > len(longest) {
			longest = w
		}
	}
	if len(longest) >= 5 {
		q.Words = strings.Replace(q.Words, longest, slip(r, longest), 1)
	}
	return q
}
