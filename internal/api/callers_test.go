package api

import (
	"testing"
	"time"

	"fairground/internal/account"
	"fairground/internal/db"
)

// A caller who is remembered is let in without a look, but never after a revocation, and not half a second after a
// suspension.
func TestCallersAreRememberedForAMoment(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		token, secret := w.token(w.vic, "changes:read")
		other, second := w.token(w.vic, "changes:read")
		known := &w.api.room(w.Site).callers
		w.do("GET", "/token", secret, "").want(200)
		w.do("GET", "/token", second, "").want(200)
		w.ok(RevokeToken(t.Context(), w.Site, operator, token.ID))
		w.do("GET", "/token", secret, "").problem(401)
		w.do("GET", "/token", second, "").want(200)
		begun := known.count.Load()
		w.ok(RevokeToken(t.Context(), w.Site, operator, other.ID))
		known.keep(second, Caller{Account: w.vic, Expires: w.clock.Now().Add(time.Hour)}, w.clock.Now(), begun) // as a look-up that began before
		w.do("GET", "/token", second, "").problem(401)
		_, third := w.token(w.vic, "changes:read")
		w.do("GET", "/token", third, "").want(200)
		w.write("t", func(tx *db.Tx) error { return account.Suspend(tx, w.vic.ID, "left") })
		w.clock.add(callerMoment)
		w.do("GET", "/token", third, "").problem(401)
	})
}

func TestCallersForget(t *testing.T) {
	one(t, func(t *testing.T, w *world) {
		known := &w.api.room(w.Site).callers
		now := w.clock.Now()
		known.keep("a", Caller{Name: "a", Expires: now.Add(time.Minute)}, now, known.count.Load())
		known.keep("b", Caller{Name: "b", Expires: now.Add(time.Millisecond)}, now, known.count.Load())
		for _, c := range []struct {
			secret string
			after  time.Duration
			ok     bool
		}{
			{"a", 0, true}, {"a", callerMoment - 1, true}, {"a", callerMoment, false}, {"a", -time.Minute, false}, {"c", 0, false},
			{"b", 0, true}, {"b", time.Millisecond, false},
		} {
			if got, ok := known.lately(c.secret, now.Add(c.after)); ok != c.ok || ok && got.Name != c.secret {
				t.Errorf("%s after %s: %v %t", c.secret, c.after, got.Name, ok)
			}
		}
	})
}
