package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"time"

	"fairground/internal/search"
)

// standing is how one engine did in the comparison. All ask the same queries in the same order; a slow one gets through
// fewer of them in its time.
type standing struct {
	title, figure string
	build_s       float64
	bytes         float64 // on disk or in memory, whatever it answers from
	mixed, geo    []float64
	same, asked   int // answers whose total is within one in a hundred of that of the index in memory, and all
}

const patience = 12 * time.Second // for one engine and one kind of query

// contest is the queries of the comparison, and what the index in memory found.
type contest struct {
	market     *bigMarket
	listings   int
	mixed, geo []search.Query
	totals     map[string][]int // by kind
}

func (b *bench) newContest(m *bigMarket, listings int, index search.Index) (*contest, error) {
	c := &contest{market: m, listings: listings, totals: make(map[string][]int)}
	ask := asker{m, listings}
	count := 300
	if b.Quick {
		count = 24
	}
	for i := range count {
		c.mixed = append(c.mixed, ask.mixed(i))
		if i%3 == 0 {
			c.geo = append(c.geo, ask.geo(i))
		}
	}
	for kind, queries := range map[string][]search.Query{"mixed": c.mixed, "geo": c.geo} {
		for _, q := range queries {
			found, err := index.Search(b.ctx, q)
			if err != nil {
				return nil, err
			}
			total := found.Total
			if !found.Exact {
				total = -1
			}
			c.totals[kind] = append(c.totals[kind], total)
		}
	}
	return c, nil
}

// rivalListings makes every listing once more, one after the other.
func (c *contest) rivalListings() iter.Seq[rivalListing] {
	return func(yield func(rivalListing) bool) {
		for n := range c.listings {
			if !yield(c.market.rivalListing(c.market.listing(n, 0))) {
				return
			}
		}
	}
}

// run asks one engine everything until its patience ends, and keeps its answers' times.
func (c *contest) run(s *standing, ask func(q search.Query) (total int, took_ms float64, err error)) error {
	for _, part := range []struct {
		kind    string
		queries []search.Query
		into    *[]float64
	}{{"mixed", c.mixed, &s.mixed}, {"geo", c.geo, &s.geo}} {
		began := time.Now()
		for i, q := range part.queries {
			if time.Since(began) > patience && i > 20 {
				break
			}
			total, took_ms, err := ask(q)
			if err != nil {
				return fmt.Errorf("%s, %s query %d: %w", s.title, part.kind, i, err)
			}
			*part.into = append(*part.into, took_ms)
			s.compare(total, c.totals[part.kind][i])
		}
	}
	return nil
}

// compare allows for the other radius of the earth and the shorter numbers that some measure distances with.
func (s *standing) compare(total, expected int) {
	if expected < 0 {
		return
	}
	s.asked++
	if d := total - expected; max(d, -d) <= expected/100 {
		s.same++
	}
}

// askIndex is our own interface, in memory or in the database.
func askIndex(ctx context.Context, index search.Index) func(search.Query) (int, float64, error) {
	return func(q search.Query) (int, float64, error) {
		began := time.Now()
		found, err := index.Search(ctx, q)
		return found.Total, since_ms(began), err
	}
}

func (c *contest) askSQL(ctx context.Context, r *sqlRival) func(search.Query) (int, float64, error) {
	return func(q search.Query) (int, float64, error) {
		plain, err := c.market.rivalQuery(q)
		if err != nil {
			return 0, 0, err
		}
		answer, err := r.search(ctx, plain)
		return answer.Total, answer.Took_ms, err
	}
}

func since_ms(began time.Time) float64 { return float64(time.Since(began).Microseconds()) / 1000 }

// sqlStanding builds a full-text index of a database and asks it.
func (b *bench) sqlStanding(c *contest, r *sqlRival) (standing, error) {
	s := standing{title: r.dialect.title(), figure: r.dialect.figure()}
	began := time.Now()
	if err := r.build(b.ctx, c.rivalListings()); err != nil {
		return s, fmt.Errorf("%s: %w", s.title, err)
	}
	s.build_s = time.Since(began).Seconds()
	if err := r.db.QueryRowContext(b.ctx, r.dialect.bytes()).Scan(&s.bytes); err != nil {
		return s, err
	}
	return s, c.run(&s, c.askSQL(b.ctx, r))
}

// fts5Standing and postgresStanding are the two databases without anything of ours.
func (b *bench) fts5Standing(c *contest, dir string) (standing, error) {
	r, err := openFTS5(dir)
	if err != nil {
		return standing{}, err
	}
	s, err := b.sqlStanding(c, r)
	return s, errors.Join(err, r.db.Close(), os.Remove(filepath.Join(dir, "fts5.db")))
}

func (b *bench) postgresStanding(c *contest) (s standing, err error) {
	address, stop, err := b.postgresServer()
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, stop()) }()
	r, err := openTsvector(address)
	if err != nil {
		return s, err
	}
	s, err = b.sqlStanding(c, r)
	return s, errors.Join(err, r.db.Close())
}
