package main

import (
	"slices"
	"testing"

	"fairground/internal/search"
)

// The bare databases find what their columns say, whichever way a query narrows.
func TestRivalsFindTheSame(t *testing.T) {
	t.Parallel()
	m := newBigMarket(7, nil)
	c := &contest{market: m, listings: 3_000}
	b := &bench{environment: &environment{ctx: t.Context()}}
	lite, err := openFTS5(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer lite.db.Close()
	address, stop, err := b.postgresServer()
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	gin, err := openTsvector(address)
	if err != nil {
		t.Fatal(err)
	}
	defer gin.db.Close()
	for _, r := range []*sqlRival{lite, gin} {
		if err := r.build(t.Context(), c.rivalListings()); err != nil {
			t.Fatal(r.dialect.title(), err)
		}
	}
	ask := asker{m, c.listings}
	for n := range 120 {
		q := ask.mixed(n)
		if n%4 == 0 {
			q = ask.geo(n)
		}
		plain, err := m.rivalQuery(q)
		if err != nil {
			t.Fatal(err)
		}
		one, err := lite.search(t.Context(), plain)
		if err != nil {
			t.Fatal(err)
		}
		two, err := gin.search(t.Context(), plain)
		if err != nil {
			t.Fatal(err)
		}
		if one.Total != two.Total || one.Total == 0 {
			t.Errorf("query %d: SQLite finds %d, PostgreSQL %d: %+v", n, one.Total, two.Total, plain)
		}
		if q.Sort != search.Relevance && !slices.Equal(one.Listings, two.Listings) {
			t.Errorf("query %d by %s: %v, %v", n, q.Sort, one.Listings, two.Listings)
		}
	}
}
