package reach

import (
	"hash/maphash"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"fairground/internal/account"
	"fairground/internal/value"
	"fairground/internal/web"
)

// Viewer is who looks at a listing, as far as counting must know.
type Viewer struct {
	Network string
	Agent   string   // of the browser
	Account value.ID // 0 for a visitor; the seller's own team is left out when counts are written
}

const (
	shards       = 64      // parts that lock on their own
	mostVisitors = 8192    // remembered by half a part: a million by all of it, in 2 × 8 B × 64 × 8192 and what maps need beside
	mostCounts   = 4096    // listings that wait in one part to be written
	longestAgent = 4 << 10 // bytes read of what a browser calls itself
)

// Counter counts views of one site in memory. It is safe for use by several goroutines.
type Counter struct {
	zone  func() *time.Location
	today atomic.Pointer[today]
	parts [shards]part
}

// today is a day with the key under which its visitors are told apart. The key is random and never leaves the process.
type today struct {
	day        int64 // since 1970-01-01 on the wall
	from, till int64 // microseconds
	key        maphash.Seed
}

// part holds a share of the visitors and of the counts.
type part struct {
	mu     sync.Mutex
	day    int64
	seen   map[uint64]struct{} // visitors with the listing they saw
	before map[uint64]struct{} // the generation before: when seen is full, it takes its place
	counts map[count]int64
	_      [64]byte // keeps two locks off one line of the processor's memory
}

// count is what waits to be written: views of a listing on a day. Those of somebody signed in are kept apart, because
// whether they count depends on whose listing it is.
type count struct {
	listing value.ID
	day     int64
	account value.ID
}

// NewCounter returns an empty counter. zone is that of the site, at present.
func NewCounter(zone func() *time.Location) *Counter {
	if zone == nil {
		zone = func() *time.Location { return time.UTC }
	}
	return &Counter{zone: zone}
}

// Saw counts the viewer of a request, unless it is a program, a page fetched in advance, or staff.
func (c *Counter) Saw(r *http.Request, listing value.ID, now time.Time) {
	session := account.From(r.Context())
	if r.Method != http.MethodGet || session.IsStaff() || fetchedAhead(r) {
		return
	}
	c.View(listing, Viewer{Network: web.ClientNetwork(r), Agent: r.UserAgent(), Account: session.Account}, now)
}

func fetchedAhead(r *http.Request) bool {
	purpose := r.Header.Get("Sec-Purpose") + r.Header.Get("Purpose") + r.Header.Get("X-Moz")
	return strings.Contains(purpose, "prefetch") || strings.Contains(purpose, "preview")
}

// View counts a viewer of a listing once a day. Programs by their own account are not counted.
func (c *Counter) View(listing value.ID, v Viewer, now time.Time) {
	if listing == 0 || isProgram(v.Agent) {
		return
	}
	t := c.day(now)
	sum := t.visitor(listing, v)
	p := &c.parts[sum%shards]
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.day != t.day {
		if p.day > t.day { // a request that began before midnight
			return
		}
		p.day, p.seen, p.before = t.day, nil, nil
	}
	if p.knows(sum) {
		return
	}
	p.add(count{listing, t.day, v.Account}, 1)
}

// visitor is what tells a viewer of a listing from others today.
func (t *today) visitor(listing value.ID, v Viewer) uint64 {
	if len(v.Agent) > longestAgent {
		v.Agent = v.Agent[:longestAgent]
	}
	if v.Account != 0 { // a person signed in is one viewer on all their devices
		v.Network, v.Agent = "", ""
	}
	var h maphash.Hash
	h.SetSeed(t.key)
	maphash.WriteComparable(&h, int64(listing))
	maphash.WriteComparable(&h, int64(v.Account))
	_, _ = h.WriteString(v.Network)
	_ = h.WriteByte(0)
	_, _ = h.WriteString(v.Agent)
	return h.Sum64()
}

// knows reports whether a visitor was seen, and remembers them. Of more visitors than fit the oldest are forgotten.
func (p *part) knows(sum uint64) bool {
	if _, ok := p.seen[sum]; ok {
		return true
	}
	_, known := p.before[sum]
	if len(p.seen) >= mostVisitors {
		p.before, p.seen = p.seen, nil
	}
	if p.seen == nil {
		p.seen = make(map[uint64]struct{})
	}
	p.seen[sum] = struct{}{}
	return known
}

// add notes views to be written. When far too many wait, because the database does not answer, further ones are lost.
func (p *part) add(c count, n int64) {
	if p.counts == nil {
		p.counts = make(map[count]int64)
	}
	if _, waits := p.counts[c]; waits || len(p.counts) < mostCounts {
		p.counts[c] += n
	}
}

// take returns what waits and begins anew.
func (c *Counter) take() map[count]int64 {
	all := make(map[count]int64)
	for i := range c.parts {
		p := &c.parts[i]
		p.mu.Lock()
		counts := p.counts
		p.counts = nil
		p.mu.Unlock()
		for key, n := range counts {
			all[key] += n
		}
	}
	return all
}

// putBack returns what could not be written.
func (c *Counter) putBack(all map[count]int64) {
	for key, n := range all {
		p := &c.parts[uint64(key.listing)%shards]
		p.mu.Lock()
		p.add(key, n)
		p.mu.Unlock()
	}
}

// day is the day of a moment with its key. The first view of a day draws it.
func (c *Counter) day(now time.Time) *today {
	us := now.UnixMicro()
	for {
		t := c.today.Load()
		if t != nil && t.from <= us && us < t.till {
			return t
		}
		if t != nil && us < t.from { // a clock that went back a little counts for the day that has begun
			return t
		}
		next := begin(now.In(c.zone()))
		if c.today.CompareAndSwap(t, next) {
			return next
		}
	}
}

func begin(now time.Time) *today {
	y, m, d := now.Date()
	return &today{
		day:  dayOf(now),
		from: time.Date(y, m, d, 0, 0, 0, 0, now.Location()).UnixMicro(), till: time.Date(y, m, d+1, 0, 0, 0, 0, now.Location()).UnixMicro(),
		key: maphash.MakeSeed(),
	}
}

// dayOf numbers the day that the wall shows at a moment, from 1970-01-01 on.
func dayOf(at time.Time) int64 {
	y, m, d := at.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400
}

// dateOf is the day of a number, at noon of a zone, so that no change of clocks moves it.
func dateOf(day int64, zone *time.Location) time.Time {
	y, m, d := time.Unix(day*86400, 0).UTC().Date()
	return time.Date(y, m, d, 12, 0, 0, 0, zone)
}
