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

// cache keeps answers by key, the ones used last, and lets one caller work while others wait for the answer. Together
// they weigh no more than most; one that is too heavy by itself is not kept.
type cache[T any] struct {
	most   int
	weigh  func(T) int // nil: each weighs 1
	stale  time.Duration
	cheap  func(T) bool // an answer that is cheap to find again is never old; nil: none is
	clock  value.Clock
	flight singleflight.Group

	mu      sync.Mutex
	entries map[string]*list.Element
	recent  *list.List // of *entry, used last in front
	weight  int
}

type entry[T any] struct {
	key     string
	version int64
	at      time.Time
	kept    T
}

func newCache[T any](most int, stale time.Duration, clock value.Clock) *cache[T] {
	return &cache[T]{most: most, stale: stale, clock: clock, entries: make(map[string]*list.Element), recent: list.New()}
}

const longestCount = 10 * time.Second

// get returns what is kept for a query if it is of this version of the index or young enough, and else what fn
// counts. fn's context does not end with the caller's, since others may wait for it too.
func (c *cache[T]) get(ctx context.Context, key string, version int64, fn func(context.Context) (T, error)) (answer T, err error) {
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
			c.keep(&entry[T]{key: key, version: version, at: began, kept: fresh})
		}
		return fresh, err
	})
	if err != nil {
		return answer, err
	}
	return v.(T), nil
}

func (c *cache[T]) find(key string, version int64) (none T, known bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	element, ok := c.entries[key]
	if !ok {
		return none, false
	}
	e := element.Value.(*entry[T])
	if e.version != version && (c.clock.Now().Sub(e.at) >= c.stale || c.cheap != nil && c.cheap(e.kept)) {
		return none, false
	}
	c.recent.MoveToFront(element)
	return e.kept, true
}

func (c *cache[T]) keep(e *entry[T]) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if element, ok := c.entries[e.key]; ok {
		c.drop(element)
	}
	c.entries[e.key] = c.recent.PushFront(e)
	c.weight += c.weightOf(e)
	for c.weight > c.most {
		c.drop(c.recent.Back())
	}
}

func (c *cache[T]) drop(element *list.Element) {
	e := element.Value.(*entry[T])
	delete(c.entries, e.key)
	c.recent.Remove(element)
	c.weight -= c.weightOf(e)
}

func (c *cache[T]) weightOf(e *entry[T]) int {
	if c.weigh == nil {
		return 1
	}
	return c.weigh(e.kept)
}
