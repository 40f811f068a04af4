package web

import (
	"container/list"
	"fmt"
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"fairground/internal/value"
)

// Rate is how often something may happen: Events in every Per on average, and up to Burst at once. A Burst of 0 is
// Events.
type Rate struct {
	Events int
	Per    time.Duration
	Burst  int
}

// Limiter counts events by key: a network, an account, a mail address. It keeps a bounded number of keys and forgets
// those that were quiet longest, so keys that an attacker can make up without end (single addresses instead of
// networks) must not be used alone. It lives in memory: each process counts for itself. Safe for several goroutines.
type Limiter struct {
	clock value.Clock
	rate  Rate
	most  int

	mu     sync.Mutex
	recent *list.List // of *bucket, the newest first
	keys   map[string]*list.Element
}

type bucket struct {
	key    string
	tokens *rate.Limiter
}

// NewLimiter returns a limiter that keeps at most keys keys.
func NewLimiter(clock value.Clock, r Rate, keys int) *Limiter {
	if r.Events < 1 || r.Per <= 0 || keys < 1 {
		panic(fmt.Sprintf("web.NewLimiter: %+v for %d keys allows nothing", r, keys))
	}
	if r.Burst < 1 {
		r.Burst = r.Events
	}
	return &Limiter{clock: clock, rate: r, most: keys, recent: list.New(), keys: make(map[string]*list.Element)}
}

// Allow counts one event of a key. It returns an error of kind Limited, with Retry-After, when that was too often; such
// an event is not counted.
func (l *Limiter) Allow(key string) error {
	wait := l.take(key)
	if wait <= 0 {
		return nil
	}
	return RetryAfter(wait, words(value.Limited, "web.limited", "that was too often; please wait a little"))
}

// Forget lets a key start anew, as after a sign-in that succeeded.
func (l *Limiter) Forget(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e, ok := l.keys[key]; ok {
		l.recent.Remove(e)
		delete(l.keys, key)
	}
}

func (l *Limiter) take(key string) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock.Now()
	reservation := l.bucket(key).tokens.ReserveN(now, 1)
	wait := reservation.DelayFrom(now)
	if wait > 0 {
		reservation.CancelAt(now)
	}
	return wait
}

func (l *Limiter) bucket(key string) *bucket {
	if e, ok := l.keys[key]; ok {
		l.recent.MoveToFront(e)
		return e.Value.(*bucket)
	}
	if l.recent.Len() >= l.most {
		oldest := l.recent.Back()
		delete(l.keys, l.recent.Remove(oldest).(*bucket).key)
	}
	perSecond := float64(l.rate.Events) / l.rate.Per.Seconds()
	b := &bucket{key: key, tokens: rate.NewLimiter(rate.Limit(perSecond), l.rate.Burst)}
	l.keys[key] = l.recent.PushFront(b)
	return b
}

// Limit is a guard that counts a request against the key it finds in it, ClientNetwork for instance, before it asks
// the guard. An empty key is not counted.
func Limit(l *Limiter, key func(r *http.Request) string, then Guard) Guard {
	if l == nil || key == nil || isNil(then) {
		panic("web.Limit: it needs a limiter, a key and a guard")
	}
	name := fmt.Sprintf("%s, at most %d in %s", guardName(then), l.rate.Events, l.rate.Per)
	return namedGuard{name, func(r *http.Request) error {
		if k := key(r); k != "" {
			if err := l.Allow(k); err != nil {
				return err
			}
		}
		return then.Check(r)
	}}
}
