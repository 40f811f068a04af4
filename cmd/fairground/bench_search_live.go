package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	changelog "fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/search"
	"fairground/internal/search/live"
	"fairground/internal/value"
)

// shop is a site's database that holds nothing but its change log and the database's own index; the listings are made
// when they are asked for.
type shop struct {
	market   *bigMarket
	listings int
	cluster  *db.Cluster
	db       *db.DB
	index    *search.Database
	fill_s   float64

	mu       sync.Mutex
	revision map[value.ID]int
}

// openShop publishes all listings in a new database and lets its index follow.
func (b *bench) openShop(m *bigMarket, listings int, config db.Config) (*shop, error) {
	clock := value.SystemClock{}
	config.Clock, config.IDs, config.Log = clock, value.NewIDs(clock, 1), changelog.Append
	cluster, err := db.NewCluster(b.ctx, config)
	if err != nil {
		return nil, err
	}
	s := &shop{market: m, listings: listings, cluster: cluster, revision: make(map[value.ID]int)}
	if s.db, err = cluster.Create(b.ctx, "bench", []db.Schema{changelog.Schema(), search.Schema()}); err != nil {
		cluster.Close()
		return nil, err
	}
	s.index = search.New(s.db, s, search.Config{Languages: []string{"en"}})
	draw := drawBar(b.environment, fmt.Sprintf("Filling the database's index (%s)", s.db.Engine()))
	for from := 0; from < listings; from += 20_000 {
		if err := s.publish(b.ctx, from, min(from+20_000, listings)); err != nil {
			s.close()
			return nil, err
		}
		draw(min(from+20_000, listings), listings)
	}
	fmt.Fprintln(b.err)
	return s, nil
}

func (s *shop) publish(ctx context.Context, from, to int) error {
	err := s.db.Write(ctx, operator, "bench.publish", func(tx *db.Tx) error {
		for n := from; n < to; n++ {
			tx.Log(db.Change{Object: search.Object, Record: firstBig + value.ID(n), Diff: struct{}{}})
		}
		return nil
	})
	if err == nil {
		err = changelog.Number(ctx, s.db)
	}
	began := time.Now()
	if err == nil {
		_, err = s.index.Reader().CatchUp(ctx, s.db)
	}
	s.fill_s += time.Since(began).Seconds()
	return err
}

func (s *shop) close() {
	s.db.Close()
	s.cluster.Close()
}

// Documents makes the listings anew, as they are now.
func (s *shop) Documents(_ *db.Tx, ids []value.ID) ([]search.Document, error) {
	all := make([]search.Document, 0, len(ids))
	for _, id := range ids {
		s.mu.Lock()
		revision := s.revision[id]
		s.mu.Unlock()
		all = append(all, s.market.listing(int(id-firstBig), revision))
	}
	return all, nil
}

// revise changes a listing; the word that its text then ends with is nobody else's.
func (s *shop) revise(ctx context.Context, n, revision int) error {
	id := firstBig + value.ID(n)
	s.mu.Lock()
	s.revision[id] = revision
	s.mu.Unlock()
	return s.db.Write(ctx, operator, "bench.revise", func(tx *db.Tx) error {
		tx.Log(db.Change{Object: search.Object, Record: id, Diff: struct{}{}})
		return nil
	})
}

const (
	updates_per_s = 500
	watchEvery    = 20 // of the updates, one is waited for
)

// visible is what was seen while listings changed and visitors searched.
type visible struct {
	first_s       float64   // from the start until memory answers, without a snapshot
	again_s       float64   // likewise, from the snapshot that the end wrote
	waits         []float64 // ms from the commit of a change to its first hit, sorted
	updates_per_s float64
	queries       []float64
}

// measureVisible prints how long changes take to be found.
func (b *bench) measureVisible(s *shop, dir string) error {
	snapshots := filepath.Join(dir, "snapshots")
	v, err := b.watchChanges(s, snapshots)
	if err != nil {
		return err
	}
	again, took_s, err := s.openLive(b.ctx, snapshots)
	if err != nil {
		return err
	}
	v.again_s = took_s
	if err := again.Close(b.ctx); err != nil {
		return err
	}
	b.row("\nChanges while a visitor searches without a pause\n")
	table := grid{{"listings changed a second", number(v.updates_per_s)}}
	table.add("from a change to its first hit, p50 / p95 / p99 ms", ms(v.waits, .5)+" / "+ms(v.waits, .95)+" / "+ms(v.waits, .99))
	table.add("the visitor's queries meanwhile, p50 / p95 ms", ms(v.queries, .5)+" / "+ms(v.queries, .95))
	table.add("until memory answers, from the database / from a snapshot, s", number(v.first_s)+" / "+number(v.again_s))
	table.print(b.row)
	b.figure("visible_p50_ms", percentile(v.waits, .5))
	b.figure("visible_p99_ms", percentile(v.waits, .99))
	b.figure("updates_per_s", v.updates_per_s)
	b.figure("first_start_s", v.first_s)
	b.figure("start_s", v.again_s)
	return nil
}

// watchChanges changes 500 listings a second while one visitor searches without a pause, and looks for some of them until
// they are found.
func (b *bench) watchChanges(s *shop, snapshots string) (v visible, err error) {
	index, took_s, err := s.openLive(b.ctx, snapshots)
	if err != nil {
		return v, err
	}
	defer func() { err = errors.Join(err, index.Close(context.WithoutCancel(b.ctx))) }()
	v.first_s = took_s
	ctx, stop := context.WithCancel(b.ctx)
	defer stop()
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return follow(ctx, s, index) })
	group.Go(func() error { return tidy(ctx, index) })
	group.Go(func() error { s.index.Reader().Follow(ctx, s.db); return nil })
	group.Go(func() error { return s.visit(ctx, index, &v) })
	group.Go(func() error {
		defer stop()
		return s.update(ctx, index, b.length(15*time.Second, 2*time.Second), &v)
	})
	err = group.Wait()
	slices.Sort(v.waits)
	slices.Sort(v.queries)
	return v, err
}

// openLive returns the index that pages search with, when memory answers, and how long that took.
func (s *shop) openLive(ctx context.Context, snapshots string) (index *live.Index, took_s float64, err error) {
	began := time.Now()
	index = live.Open(s.db, s, s.index, live.Config{Directory: snapshots, Eager: true})
	for busy := true; busy; {
		if busy, err = index.Step(ctx); err != nil {
			return nil, 0, errors.Join(err, index.Close(context.WithoutCancel(ctx)))
		}
	}
	return index, time.Since(began).Seconds(), nil
}

// visit searches without a pause, never the same twice.
func (s *shop) visit(ctx context.Context, index *live.Index, v *visible) error {
	ask := asker{s.market, s.listings}
	for n := 1 << 23; ctx.Err() == nil; n++ {
		began := time.Now()
		if _, err := index.Search(ctx, ask.mixed(n)); err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
		v.queries = append(v.queries, since_ms(began))
	}
	return nil
}

// follow calls Step as the program does, in a lane of its own.
func follow(ctx context.Context, s *shop, index *live.Index) error {
	for ctx.Err() == nil {
		changed := s.db.Changed()
		busy, err := index.Step(ctx)
		if err != nil && ctx.Err() == nil {
			return err
		}
		if !busy {
			select {
			case <-changed:
			case <-time.After(500 * time.Millisecond):
			case <-ctx.Done():
			}
		}
	}
	return nil
}

// tidy merges and saves as the program does, in another lane.
func tidy(ctx context.Context, index *live.Index) error {
	for ctx.Err() == nil {
		busy, err := index.Tidy(ctx)
		if err != nil && ctx.Err() == nil {
			return err
		}
		if !busy {
			select {
			case <-time.After(time.Second):
			case <-ctx.Done():
			}
		}
	}
	return nil
}

// update changes listings at an even pace and waits for some of them.
func (s *shop) update(ctx context.Context, index *live.Index, length time.Duration, v *visible) error {
	watchers, ctx := errgroup.WithContext(ctx)
	r := rand.New(rand.NewPCG(s.market.seed, 6))
	var mu sync.Mutex
	began, revision := time.Now(), 0
	for time.Since(began) < length && ctx.Err() == nil {
		revision++
		if err := s.revise(ctx, r.IntN(s.listings), revision); err != nil {
			return err
		}
		if committed, word := time.Now(), fmt.Sprintf("revised%d ", revision); revision%watchEvery == 0 {
			watchers.Go(func() error {
				took, err := waitFor(ctx, index, word, committed)
				mu.Lock()
				defer mu.Unlock()
				v.waits = append(v.waits, took)
				return err
			})
		}
		time.Sleep(time.Until(began.Add(time.Duration(revision) * time.Second / updates_per_s)))
	}
	v.updates_per_s = float64(revision) / time.Since(began).Seconds()
	return watchers.Wait()
}

// waitFor searches for a word until it is found, and returns how long that took since it was committed.
func waitFor(ctx context.Context, index *live.Index, word string, committed time.Time) (float64, error) {
	for {
		found, err := index.Search(ctx, search.Query{Words: word, Literal: true, Limit: 1})
		if err != nil {
			return 0, err
		}
		if took := time.Since(committed); len(found.Hits) > 0 || took > 20*time.Second {
			return float64(took.Microseconds()) / 1000, nil
		}
		time.Sleep(2 * time.Millisecond)
	}
}
