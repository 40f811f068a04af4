package memory_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"fairground/internal/search"
	"fairground/internal/search/memory"
	"fairground/internal/search/searchtest"
	"fairground/internal/value"
)

func ask(t testing.TB, x *memory.Index, q search.Query) search.Result {
	t.Helper()
	result, err := x.Search(context.Background(), q)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func apply(t testing.TB, x *memory.Index, put []search.Document, removed ...value.ID) {
	t.Helper()
	if err := x.Apply(put, removed); err != nil {
		t.Fatal(err)
	}
}

// TestReadersSeeWholeBatches searches while batches come and go, and segments are merged: of the ten listings of a batch
// all are found or none, and never a listing twice.
func TestReadersSeeWholeBatches(t *testing.T) {
	t.Parallel()
	x := memory.New(memory.Config{})
	apply(t, x, searchtest.Generate(rand.New(rand.NewPCG(1, 1)), 3_000))
	var done atomic.Bool
	var wait sync.WaitGroup
	wait.Go(func() {
		defer done.Store(true)
		for batch := range 150 {
			var put []search.Document
			for i := range 10 {
				put = append(put, search.Document{Listing: value.ID(50_000 + i), Title: fmt.Sprint("Lamp of batch ", batch), Category: 7, At: firstDay,
					Attributes: []search.Value{search.Choice("batch", fmt.Sprint(batch))}})
			}
			apply(t, x, put, value.ID(1_000+batch))
		}
	})
	wait.Go(func() {
		for !done.Load() {
			x.Compact()
		}
	})
	for range 2 {
		wait.Go(func() {
			for !done.Load() {
				r := ask(t, x, search.Query{Words: "lamp ", Limit: 100, Facets: []search.FacetRequest{{Attribute: "batch"}}})
				if r.Total != len(r.Hits) || r.Total != 0 && (r.Total != 10 || len(r.Facets[0].Choices) != 1 || r.Facets[0].Choices[0].Listings != 10) {
					t.Errorf("found %d, %v", r.Total, r.Facets)
				}
				if all := ask(t, x, search.Query{}); all.Total < 3_000-150 || all.Total > 3_010 {
					t.Errorf("%d in all", all.Total)
				}
			}
		})
	}
	wait.Wait()
	for x.Compact() {
	}
	if n := x.Documents(); n != 3_000-150+10 {
		t.Errorf("%d documents are left, want %d", n, 3_000-150+10)
	}
}

// TestUpdatesAreMergedAway applies many small batches: each costs every query some microseconds until it is merged.
func TestUpdatesAreMergedAway(t *testing.T) {
	t.Parallel()
	x := memory.New(memory.Config{})
	all := searchtest.Generate(rand.New(rand.NewPCG(2, 2)), 2_000)
	for part := range slices.Chunk(all, 20) {
		apply(t, x, part)
	}
	before := x.Bytes()
	for x.Compact() {
	}
	if got := ask(t, x, search.Query{}).Total; got != len(all) {
		t.Errorf("%d found, want %d", got, len(all))
	}
	var gone []value.ID
	for _, d := range all[:1_900] {
		gone = append(gone, d.Listing)
	}
	apply(t, x, nil, gone...)
	for x.Compact() {
	}
	if after := x.Bytes(); after > before/5 {
		t.Errorf("with a twentieth of the listings the index takes %d bytes, with all it took %d", after, before)
	}
	apply(t, x, nil, slices.Collect(func(yield func(value.ID) bool) {
		for _, d := range all {
			if !yield(d.Listing) {
				return
			}
		}
	})...)
	if x.Documents() != 0 || x.Bytes() != 0 {
		t.Errorf("when all are removed, %d documents and %d bytes are left", x.Documents(), x.Bytes())
	}
}

func TestFullIndexStaysAsItIs(t *testing.T) {
	t.Parallel()
	x := memory.New(memory.Config{Most_bytes: 100_000})
	all := searchtest.Generate(rand.New(rand.NewPCG(3, 3)), 2_000)
	apply(t, x, all[:50])
	if err := x.Apply(all, []value.ID{all[0].Listing}); !errors.Is(err, memory.ErrFull) || value.KindOf(err) != value.Unavailable {
		t.Errorf("too many: %v", err)
	}
	if got := ask(t, x, search.Query{}).Total; got != 50 || x.Bytes() > 100_000 {
		t.Errorf("%d are left, want 50", got)
	}
	apply(t, x, nil, all[0].Listing) // there is always room to remove
	if got := ask(t, x, search.Query{}).Total; got != 49 {
		t.Errorf("%d are left, want 49", got)
	}
}

func TestEmptyIndex(t *testing.T) {
	t.Parallel()
	x := memory.New(memory.Config{})
	r := ask(t, x, search.Query{Words: `bicycle "red bike" -old`, Sort: search.Relevance, Promoted: 3, Currency: "CHF",
		Facets: []search.FacetRequest{{Attribute: "color"}, {Attribute: search.ByPrice, Histogram: true}}})
	if r.Total != 0 || !r.Exact || len(r.Facets) != 2 || len(r.Hits)+len(r.Promoted) != 0 || r.Meant != "" {
		t.Errorf("found %+v", r)
	}
	if x.Compact() || x.Documents() != 0 || x.Bytes() != 0 {
		t.Error("there is something to merge in an empty index")
	}
	if all, err := x.Complete(t.Context(), "bic", 5); len(all) > 0 || err != nil {
		t.Errorf("completions %v, %v", all, err)
	}
}

// TestDeepPagesAreInOrder reads every page of every order, and sees that together they are what was found.
func TestDeepPagesAreInOrder(t *testing.T) {
	t.Parallel()
	x := memory.New(memory.Config{})
	all := searchtest.Generate(rand.New(rand.NewPCG(5, 5)), 3_000)
	for part := range slices.Chunk(all, 1_100) {
		apply(t, x, part)
	}
	for _, q := range []search.Query{{}, {Words: searchtest.Word(0) + " " + searchtest.Word(1) + " ", Sort: search.Relevance}, {Words: searchtest.Word(1) + " ", Sort: search.Relevance, Near: searchtest.Berne},
		{Sort: search.PriceDown, Currency: "CHF"}, {Sort: search.Distance, Near: searchtest.Lausanne}} {
		total := ask(t, x, q).Total
		seen := make(map[value.ID]bool)
		for q.Limit, q.Page = 50, 1; q.Page <= total/50+1; q.Page++ {
			for _, hit := range ask(t, x, q).Hits {
				seen[hit.Listing] = true
			}
		}
		if len(seen) != total || total == 0 {
			t.Errorf("%q by %s: all pages together hold %d listings of %d", q.Words, q.Sort, len(seen), total)
		}
		if q.Page = search.MostPages; len(ask(t, x, q).Hits) != 0 {
			t.Errorf("%q by %s: the last page holds hits", q.Words, q.Sort)
		}
	}
}

// TestBigSegment sees to what only happens in segments of many documents: pieces, bitmaps and rungs.
func TestBigSegment(t *testing.T) {
	t.Parallel()
	const size = 140_000
	x := memory.New(memory.Config{})
	all := make([]search.Document, size)
	for i := range all {
		all[i] = search.Document{Listing: value.ID(1 + i), Category: 1, At: firstDay.Add(time.Duration(i) * time.Second), Price: value.Money{Minor: int64(i) * 7 % 100_003, Currency: "CHF"},
			Title: []string{"thing", "thing of oak"}[min(i%9, 1)], Attributes: []search.Value{search.Number("km", float64(i%1_000))}}
		if i%1_000 == 0 {
			all[i].Body = "rare"
		}
	}
	apply(t, x, all)
	for name, c := range map[string]struct {
		q    search.Query
		want func(i int) bool
	}{
		"a word of all":   {search.Query{Words: "thing "}, func(int) bool { return true }},
		"of most":         {search.Query{Words: "oak "}, func(i int) bool { return i%9 > 0 }},
		"without it":      {search.Query{Words: "-oak"}, func(i int) bool { return i%9 == 0 }},
		"of few":          {search.Query{Words: "rare "}, func(i int) bool { return i%1_000 == 0 }},
		"a phrase":        {search.Query{Words: `"thing of" rare `}, func(i int) bool { return i%1_000 == 0 && i%9 > 0 }},
		"a wide range":    {search.Query{Filters: []search.Filter{search.Between("km", 100, 899)}}, func(i int) bool { return i%1_000 >= 100 && i%1_000 < 900 }},
		"a narrow range":  {search.Query{Filters: []search.Filter{search.Between("km", 7, 8)}}, func(i int) bool { return i%1_000 == 7 || i%1_000 == 8 }},
		"from the least":  {search.Query{Filters: []search.Filter{search.Between("km", math.Inf(-1), 500)}}, func(i int) bool { return i%1_000 <= 500 }},
		"to the greatest": {search.Query{Filters: []search.Filter{search.Between("km", 333, math.Inf(1))}}, func(i int) bool { return i%1_000 >= 333 }},
		"a price":         {search.Query{Currency: "CHF", Price: &search.Span{Low: 1_234, High: 56_789}}, func(i int) bool { return i*7%100_003 >= 1_234 && i*7%100_003 <= 56_789 }},
	} {
		count, cheapest, dearest := 0, math.MaxInt, -1
		for i := range size {
			if c.want(i) {
				count, cheapest, dearest = count+1, min(cheapest, i*7%100_003), max(dearest, i*7%100_003)
			}
		}
		for sort, first := range map[search.Sort]int{search.PriceUp: cheapest, search.PriceDown: dearest, search.Relevance: -1} {
			c.q.Sort, c.q.Currency, c.q.Facets = sort, "CHF", []search.FacetRequest{{Attribute: search.ByCategory}, {Attribute: "km", Histogram: true}}
			r := ask(t, x, c.q)
			if r.Total != count || len(r.Facets[0].Choices) != 1 || r.Facets[0].Choices[0].Listings != count {
				t.Errorf("%s: %d found, %v, want %d", name, r.Total, r.Facets[0].Choices, count)
			}
			if got := int(all[r.Hits[0].Listing-1].Price.Minor); first >= 0 && got != first {
				t.Errorf("%s by %s: the first costs %d, want %d", name, sort, got, first)
			}
		}
	}
	r := ask(t, x, search.Query{Currency: "CHF", Facets: []search.FacetRequest{{Attribute: search.ByPrice, Histogram: true}, {Attribute: "km", Histogram: true}}})
	prices, km := make([]float64, size), make([]float64, size)
	for i, d := range all {
		prices[i], km[i] = d.Price.Units(), *d.Attributes[0].Number
	}
	if want := fmt.Sprint(search.Buckets(prices), search.Buckets(km)); fmt.Sprint(r.Facets[0].Buckets, r.Facets[1].Buckets) != want {
		t.Errorf("histograms %v, want %s", r.Facets, want)
	}
}

func TestMeantProposesAWholeQuery(t *testing.T) {
	t.Parallel()
	x := memory.New(memory.Config{})
	var all []search.Document
	for i := range 200 {
		all = append(all, search.Document{Listing: value.ID(1 + i), Title: "Vintage bicycle", Category: 1, At: firstDay})
	}
	apply(t, x, append(all, search.Document{Listing: 999, Title: "Bicicle", Category: 1, At: firstDay}))
	if r := ask(t, x, search.Query{Words: `bicicle -"red car"`}); r.Total != 1 || r.Meant != `bicycle -"red car"` || len(r.Corrected) > 0 {
		t.Errorf("found %d, meant %q, corrected %v", r.Total, r.Meant, r.Corrected)
	}
	if r := ask(t, x, search.Query{Words: "bicicle", Literal: true}); r.Meant != "" {
		t.Errorf("literally, meant is %q", r.Meant)
	}
	apply(t, x, nil, 999)
	if r := ask(t, x, search.Query{Words: "bicicle "}); r.Total != 200 || len(r.Corrected) != 1 || !strings.EqualFold(r.Corrected[0].Meant, "bicycle") {
		t.Errorf("a word that only a removed listing holds finds %d, corrected %v", r.Total, r.Corrected)
	}
}

func TestCancelledSearchStops(t *testing.T) {
	t.Parallel()
	x := memory.New(memory.Config{})
	apply(t, x, searchtest.Generate(rand.New(rand.NewPCG(9, 9)), 30))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := x.Search(ctx, search.Query{Words: "anything"}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestSetAnalyzerChangesSynonymsOnly(t *testing.T) {
	t.Parallel()
	x := memory.New(memory.Config{Analyzer: searchtest.Analyzer()})
	apply(t, x, []search.Document{{Listing: 1, Title: "Leather sofa", Category: 1, At: firstDay}})
	x.SetAnalyzer(searchtest.Analyzer().WithSynonyms([][]string{{"sofa", "divan"}}))
	if found, not := ask(t, x, search.Query{Words: "divan "}).Total, ask(t, x, search.Query{Words: "couch "}).Total; found != 1 || not != 0 {
		t.Errorf("%d by the new synonym, %d by the old one", found, not)
	}
}
