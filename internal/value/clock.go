package value

import "time"

// Clock tells the time. Code that needs the time takes a Clock, so that tests decide what time it is.
type Clock interface {
	Now() time.Time
}

// SystemClock is the machine's clock, in UTC and whole microseconds, the precision both databases keep.
type SystemClock struct{}

// Now returns the present moment.
func (SystemClock) Now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

// FixedClock always tells the same time until it is set anew. It is for tests and for reproducible demonstrations.
type FixedClock struct{ At time.Time }

// Now returns the time the clock was set to.
func (c *FixedClock) Now() time.Time { return c.At }

// Micros is how a moment is stored: microseconds since 1970 in UTC, the same integer on both engines.
func Micros(t time.Time) int64 { return t.UnixMicro() }

// FromMicros is the inverse of Micros.
func FromMicros(us int64) time.Time { return time.UnixMicro(us).UTC() }
