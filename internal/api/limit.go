package api

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"fairground/internal/value"
	"fairground/internal/web"
)

// Limit is what one token may do in each process.
type Limit struct {
	PerSecond int // requests
	Burst     int // at once
}

// The Limit of tokens unless the configuration says otherwise.
const (
	perSecond = 100
	burst     = 200
)

const rowsEach = 100 // rows of a batch that cost as much as a request

// limits counts what each token does. Unlike web.Limiter it knows costs and tells what is left.
type limits struct {
	clock value.Clock
	limit Limit

	mu      sync.Mutex
	buckets map[value.ID]*rate.Limiter
}

func newLimits(clock value.Clock, limit Limit) *limits {
	return &limits{clock: clock, limit: limit, buckets: make(map[value.ID]*rate.Limiter)}
}

// count takes a cost from a token's bucket and tells in the headers what is left (draft-ietf-httpapi-ratelimit-headers).
// It returns an error of kind Limited, with Retry-After, when there is not enough; then nothing is taken.
func (l *limits) count(h http.Header, token value.ID, cost int) error {
	perSecond, burst := l.limit.PerSecond, l.limit.Burst
	left, wait := l.take(token, min(cost, burst))
	reset := int(math.Ceil(float64(burst-left) / float64(perSecond)))
	h.Set("RateLimit-Policy", fmt.Sprintf(`"token";q=%d;w=%d`, burst, max(1, burst/perSecond)))
	h.Set("RateLimit", fmt.Sprintf(`"token";r=%d;t=%d`, left, reset))
	if wait > 0 {
		return web.RetryAfter(wait, value.Errorf(value.Limited, "this token may do %d requests a second, %d at once; a batch counts one for every %d rows",
			perSecond, burst, rowsEach))
	}
	return nil
}

func (l *limits) take(token value.ID, cost int) (left int, wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock.Now()
	bucket := l.bucket(token, now)
	reservation := bucket.ReserveN(now, cost)
	if wait = reservation.DelayFrom(now); wait > 0 {
		reservation.CancelAt(now)
	}
	return max(0, int(bucket.TokensAt(now))), wait
}

// mostBuckets is how many tokens are remembered before those that rest are forgotten.
const mostBuckets = 10_000

func (l *limits) bucket(token value.ID, now time.Time) *rate.Limiter {
	if bucket, ok := l.buckets[token]; ok {
		return bucket
	}
	if len(l.buckets) >= mostBuckets {
		for id, bucket := range l.buckets {
			if bucket.TokensAt(now) >= float64(l.limit.Burst) {
				delete(l.buckets, id)
			}
		}
	}
	bucket := rate.NewLimiter(rate.Limit(l.limit.PerSecond), l.limit.Burst)
	l.buckets[token] = bucket
	return bucket
}

// Charge counts the rows of a batch against the caller's limit, beside the request itself: one for every 100 rows.
func (a *API) Charge(w http.ResponseWriter, r *http.Request, rows int) error {
	if rows <= rowsEach {
		return nil
	}
	return a.limits.count(w.Header(), CallerFrom(r.Context()).Token, rows/rowsEach)
}

func contextWithVisit(ctx context.Context, v *visit) context.Context {
	return context.WithValue(ctx, visitKey{}, v)
}
