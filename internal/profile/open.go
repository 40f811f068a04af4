package profile

import (
	"slices"
	"time"
)

// Now says whether a shop is open at a moment.
type Now struct {
	Known  bool      // hours are stated
	Open   bool      //
	Until  time.Time // when it closes; zero when it is always open
	Opens  time.Time // when it opens next, while it is closed; zero when not within the days looked at
	Closed Closed    // the closed days it is in, if any
}

const daysAhead = 14 // looked at for the next opening

// At computes from the hours, in a zone, whether the shop is open. Hours are read on the clock on the wall: on the day
// the clocks change, a shop that opens at nine opens at nine.
func (h Hours) At(now time.Time, zone *time.Location) Now {
	if h.IsZero() {
		return Now{}
	}
	now = now.In(zone)
	state := Now{Known: true, Closed: h.closedOn(now)}
	for _, stretch := range h.stretches(now) {
		switch {
		case !stretch.to.After(now):
		case !stretch.from.After(now):
			state.Open, state.Until = true, later(state.Until, stretch.to)
		case state.Open && !stretch.from.After(state.Until):
			state.Until = later(state.Until, stretch.to)
		case !state.Open && state.Opens.IsZero():
			state.Opens = stretch.from
		}
	}
	if state.Until.Sub(now) > 8*24*time.Hour {
		state.Until = time.Time{}
	}
	return state
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// stretch is a time during which a shop is open without a break.
type stretch struct{ from, to time.Time }

// stretches lists when the shop is open from yesterday, whose last hours may reach past midnight, on.
func (h Hours) stretches(now time.Time) []stretch {
	var all []stretch
	for ahead := -1; ahead <= daysAhead; ahead++ {
		day := time.Date(now.Year(), now.Month(), now.Day()+ahead, 12, 0, 0, 0, now.Location())
		if h.isClosed(day) {
			continue
		}
		for _, span := range h.Week[day.Weekday()] {
			all = append(all, stretch{onTheWall(day, span.From), onTheWall(day, span.To)})
		}
	}
	slices.SortFunc(all, func(a, b stretch) int { return a.from.Compare(b.from) })
	return all
}

// onTheWall is the moment when the clock on the wall shows so many minutes after a day's midnight.
func onTheWall(day time.Time, minute int) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day(), minute/60, minute%60, 0, 0, day.Location())
}

func (h Hours) isClosed(day time.Time) bool { return h.closedOn(day) != Closed{} }

// closedOn is the first stretch of closed days that a day is in.
func (h Hours) closedOn(day time.Time) Closed {
	date := day.Format(time.DateOnly)
	for _, c := range h.Closed {
		if c.From <= date && date <= c.To {
			return c
		}
	}
	return Closed{}
}
