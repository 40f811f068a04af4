package search

import (
	"container/list"
	"context"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"fairground/internal/value"
)

// cache keeps counts by query, the ones used last, and lets one caller count while others wait for the answer.
type cache struct {
	most   int
	stale  time.Duration
	clock  value.Clock
	flight singleflight.Group

	mu      sync.Mutex
	entries map[string]*list.Element
	recent  *list.List // of *entry, used last in front
}

type entry struct {
	key     string
	version int64
	at      time.Time
	counted counted
}

func newCache(most int, stale time.Duration, clock value.Clock) *cache {
	return &cache{most: most, stale: stale, clock: clock, entries: make(map[string]*list.Element), recent: list.New()}
}

const longestCount = 10 * time.Second

// get returns what is kept for a query if it is of this version of the index or young enough, and else what fn
// counts. fn's context does not end with the caller's, since others may wait for it too.
func (c *cache) get(ctx context.Context, key string, version int64, fn func(context.Context) (counted, error)) (counted, error) {
	if kept, ok := c.find(key, version); ok {
		return kept, nil
	}
	v, err, _ := c.flight.Do(key+strconv.FormatInt(version, 10), func() (any, error) {
		if kept, ok := c.find(key, version); ok {
			return kept, nil
		}
		began := c.clock.Now()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), longestCount)
		defer cancel()
		fresh, err := fn(ctx)
		if err == nil {
			c.keep(&entry{key: key, version: version, at: began, counted: fresh})
		}
		return fresh, err
	})
	if err != nil {
		return counted{}, err
	}
	return v.(counted), nil
}

func (c *cache) find(key string, version int64) (counted, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	element, ok := c.entries[key]
	if !ok {
		return counted{}, false
	}
	e := element.Value.(*entry)
	if e.version != version && c.clock.Now().Sub(e.at) >= c.stale {
		return counted{}, false
	}
	c.recent.MoveToFront(element)
	return e.counted, true
}

func (c *cache) keep(e *entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if element, ok := c.entries[e.key]; ok {
		element.Value = e
		c.recent.MoveToFront(element)
		return
	}
	c.entries[e.key] = c.recent.PushFront(e)
	if c.recent.Len() > c.most {
		oldest := c.recent.Back()
		delete(c.entries, oldest.Value.(*entry).key)
		c.recent.Remove(oldest)
	}
}
