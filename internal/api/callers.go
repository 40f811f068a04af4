package api

import (
	"crypto/sha256"
	"sync"
	"sync/atomic"
	"time"

	"fairground/internal/site"
)

// callers remembers for a moment whom a token acts for, so that a program that sends thousands of requests a second
// does not have it looked up thousands of times. A revocation by this process ends it at once; whatever else ends or
// narrows a token, such as a suspension, bites when the moment is over.
type callers struct {
	mu    sync.Mutex
	known map[[sha256.Size]byte]knownCaller
	ended int64         // revocations when it was emptied last
	count *atomic.Int64 // of the site
}

type knownCaller struct {
	caller Caller
	until  time.Time
}

const (
	callerMoment = 500 * time.Millisecond
	mostCallers  = 10_000
)

// revoked counts the revocations of a site by this process.
type revoked struct{ n atomic.Int64 }

func revocations(s *site.Site) *atomic.Int64 {
	return &site.Part(s, func(*site.Site) *revoked { return &revoked{} }).n
}

// lately returns the caller of a secret that was looked up a moment ago.
func (k *callers) lately(secret string, now time.Time) (Caller, bool) {
	hash := sha256.Sum256([]byte(secret))
	k.mu.Lock()
	defer k.mu.Unlock()
	k.forget()
	one, ok := k.known[hash]
	return one.caller, ok && now.Before(one.until) && !one.until.After(now.Add(callerMoment)) && now.Before(one.caller.Expires)
}

// keep remembers a caller, unless something was revoked since the look-up began.
func (k *callers) keep(secret string, c Caller, now time.Time, begun int64) {
	hash := sha256.Sum256([]byte(secret))
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.forget(); k.ended != begun {
		return
	}
	if len(k.known) >= mostCallers || k.known == nil {
		k.known = make(map[[sha256.Size]byte]knownCaller)
	}
	k.known[hash] = knownCaller{c, now.Add(callerMoment)}
}

// forget empties the memory after a revocation.
func (k *callers) forget() {
	if n := k.count.Load(); n != k.ended {
		k.known, k.ended = nil, n
	}
}
