package search_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/search"
	"fairground/internal/search/searchtest"
	"fairground/internal/value"
)

func TestRebuildGivesTheSameIndex(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, []db.Schema{search.Schema()}, func(t *testing.T, d *db.DB) {
		s := subject(t, d, search.Config{})
		s.Put(searchtest.Generate(rand.New(rand.NewPCG(1, 1)), 300)...)
		s.Remove(1_005, 1_006)
		index := s.Index.(*search.Database)
		before := ask(t, index, search.Query{Category: 1, Limit: 100, Facets: facets, Currency: "CHF"})
		if before.Total != 298 {
			t.Fatalf("total %d before", before.Total)
		}
		if err := index.Rebuild(t.Context()); err != nil {
			t.Fatal(err)
		}
		awaitLag(t, d, index)
		after := ask(t, index, search.Query{Category: 1, Limit: 100, Facets: facets, Currency: "CHF"})
		before.Took, after.Took = 0, 0
		if fmt.Sprint(before) != fmt.Sprint(after) {
			t.Errorf("after rebuilding: %v, before: %v", after, before)
		}
	})
}

func TestLagCountsUnseenChanges(t *testing.T) {
	t.Parallel()
	d := open(t, db.SQLite)
	index := search.New(d, searchtest.NewShelf(), search.Config{})
	err := d.Write(t.Context(), value.SystemActor("test"), "publish", func(tx *db.Tx) error {
		for i := range 3 {
			tx.Log(db.Change{Object: search.Object, Record: value.ID(i + 1), Diff: nil})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if lag, err := index.Lag(t.Context()); lag != 3 || err != nil {
		t.Errorf("lag %d, %v, want 3", lag, err)
	}
	awaitLag(t, d, index)
}

// TestCountsBeyondTheBounds publishes more listings than are counted.
func TestCountsBeyondTheBounds(t *testing.T) {
	t.Parallel()
	d := open(t, db.SQLite)
	s := subject(t, d, search.Config{})
	documents := make([]search.Document, search.MostTotal+5)
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range documents {
		color := "old"
		if i >= len(documents)-search.MostCounted {
			color = "new"
		}
		documents[i] = search.Document{Listing: value.ID(i + 1), Title: "Chair", Category: 5, At: at.Add(time.Duration(i) * time.Second),
			Attributes: []search.Value{search.Choice("color", color)}}
	}
	s.Put(documents...)
	request := []search.FacetRequest{{Attribute: "color"}}
	for _, c := range []struct {
		q                 search.Query
		total             int
		exact, facetExact bool
		counts            string
	}{
		{search.Query{Category: 5, Facets: request}, search.MostTotal, false, false, "[{new 10000}]"},
		{search.Query{Words: "chair", Filters: []search.Filter{search.AnyOf("color", "new")}, Facets: request}, search.MostCounted, true, false, "[{new 10000}]"},
		{search.Query{Filters: []search.Filter{search.AnyOf("color", "old")}, Seller: "", Facets: []search.FacetRequest{{Attribute: search.BySeller}}}, search.MostCounted + 5, true, false, "[]"},
	} {
		result := ask(t, s.Index, c.q)
		if result.Total != c.total || result.Exact != c.exact || result.Facets[0].Exact != c.facetExact || fmt.Sprint(result.Facets[0].Choices) != c.counts {
			t.Errorf("%+v: total %d (exact %t), facets %+v", c.q, result.Total, result.Exact, result.Facets)
		}
	}
	fromDatabase := search.New(d, searchtest.NewShelf(), search.Config{Stocked: -1})
	for _, color := range []string{"old", "new"} {
		q := search.Query{Category: 5, Page: 3, Filters: []search.Filter{search.AnyOf("color", color)}, Facets: append(request, search.FacetRequest{Attribute: search.ByCategory})}
		got, want := ask(t, s.Index, q), ask(t, fromDatabase, q)
		if got.Took, want.Took = 0, 0; fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: %+v, want %+v", color, got, want)
		}
	}
}

func TestStaleCountsAreOldOnlyAsLongAsAllowed(t *testing.T) {
	t.Parallel()
	clock, s := threeSecondsStale(t)
	documents := searchtest.Generate(rand.New(rand.NewPCG(2, 2)), 40)
	s.Put(documents[:30]...)
	check := func(when string, hits, total int) {
		t.Helper()
		if got := ask(t, s.Index, search.Query{Limit: 100}); len(got.Hits) != hits || got.Total != total {
			t.Errorf("%s: %d hits, total %d, want %d and %d", when, len(got.Hits), got.Total, hits, total)
		}
	}
	check("at first", 30, 30)
	s.Put(documents[30:]...)
	s.Remove(documents[0].Listing)
	check("at once", 39, 30)
	clock.At = clock.At.Add(2 * time.Second)
	check("two seconds later", 39, 30)
	clock.At = clock.At.Add(2 * time.Second)
	check("four seconds later", 39, 39)
}

// TestStockAndCountsDoNotAddUp asks for counts of a stock that is nearly too old: they are as old as it is.
func TestStockAndCountsDoNotAddUp(t *testing.T) {
	t.Parallel()
	clock, s := threeSecondsStale(t)
	documents := searchtest.Generate(rand.New(rand.NewPCG(2, 2)), 40)
	s.Put(documents[:30]...)
	ask(t, s.Index, search.Query{Facets: facets})
	s.Put(documents[30:]...)
	q := search.Query{Facets: facets, Filters: []search.Filter{search.Between("year", 1990, 2100)}}
	clock.At = clock.At.Add(2 * time.Second)
	if got := ask(t, s.Index, q); got.Total != 30 {
		t.Errorf("after two seconds: total %d, want 30", got.Total)
	}
	clock.At = clock.At.Add(2 * time.Second)
	if got := ask(t, s.Index, q); got.Total != 40 {
		t.Errorf("after four seconds: total %d, want 40", got.Total)
	}
}

func threeSecondsStale(t *testing.T) (*value.FixedClock, searchtest.Subject) {
	t.Helper()
	clock := &value.FixedClock{At: time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)}
	cluster, err := db.NewCluster(t.Context(), db.Config{Directory: t.TempDir(), Unsafe: true, Clock: clock, IDs: value.NewIDs(clock, 1), Log: change.Append})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	return clock, subject(t, create(t, cluster), search.Config{Stale: 3 * time.Second})
}

// TestManyAskAtOnce holds more searches than there are reader connections, while the index changes.
func TestManyAskAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, []db.Schema{search.Schema()}, func(t *testing.T, d *db.DB) {
		s := subject(t, d, search.Config{Kept: 3})
		documents := searchtest.Generate(rand.New(rand.NewPCG(3, 3)), 200)
		s.Put(documents...)
		var wait sync.WaitGroup
		for i := range 12 {
			wait.Go(func() {
				for n := range 20 {
					result, err := s.Index.Search(t.Context(), search.Query{Category: value.ID(2 + (i+n)%8), Facets: facets})
					if err != nil || result.Total < 1 {
						t.Errorf("%d found, %v", result.Total, err)
					}
				}
			})
		}
		for i := range 10 {
			documents[i].Title = fmt.Sprint("chair number ", i)
			s.Put(documents[i])
		}
		wait.Wait()
	})
}

// TestUnchangedDocumentsAreLeftAlone sees that changes which do not concern search keep counts valid and rows in place.
func TestUnchangedDocumentsAreLeftAlone(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, []db.Schema{search.Schema()}, func(t *testing.T, d *db.DB) {
		s := subject(t, d, search.Config{})
		documents := searchtest.Generate(rand.New(rand.NewPCG(4, 4)), 30)
		s.Put(documents...)
		version := func() (n int64) {
			err := d.Read(t.Context(), func(tx *db.Tx) error { return tx.Row("select version from search_state").Scan(&n) })
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		before := version()
		s.Put(slices.Clone(documents)...)
		if after := version(); after != before {
			t.Errorf("putting the same documents again raised the version from %d to %d", before, after)
		}
		documents[3].Photos += 9
		documents[4].Point = value.Point{Lat: 1, Lon: 1}
		s.Put(documents...)
		if after := version(); after == before {
			t.Error("changing documents did not raise the version")
		}
	})
}

func ask(t *testing.T, index search.Index, q search.Query) search.Result {
	t.Helper()
	result, err := index.Search(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// awaitLag catches up until nothing is left.
func awaitLag(t *testing.T, d *db.DB, index *search.Database) {
	t.Helper()
	if _, err := index.Reader().CatchUp(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	if lag, err := index.Lag(t.Context()); lag != 0 || err != nil {
		t.Errorf("lag %d, %v, want 0", lag, err)
	}
}
