package saved

import "time"

// Often is how often a search tells what it found.
type Often string

// The choices.
const (
	Instant Often = "instant"
	Daily   Often = "daily"
	Weekly  Often = "weekly"
	Never   Often = "never"
)

// oftens are in the order of the forms.
var oftens = []Often{Instant, Daily, Weekly, Never}

// The budget of searches that tell at once, by what they find in a day.
const (
	fewHits  = 100
	manyHits = 1_000
)

// pace is the least time between two alerts of a search that tells at once.
type pace time.Duration

const (
	atOnce    = pace(0)
	hourly    = pace(time.Hour)
	fewHourly = pace(4 * time.Hour)
)

func paceOf(hitsADay int64) pace {
	switch {
	case hitsADay <= fewHits:
		return atOnce
	case hitsADay <= manyHits:
		return hourly
	default:
		return fewHourly
	}
}

// tally counts what a search found on a day and on the day before it.
type tally struct{ day, hits, before int64 }

const day = 24 * time.Hour

func dayOf(t time.Time) int64 { return t.Unix() / int64(day/time.Second) }

// at is the tally moved on to a moment.
func (t tally) at(now time.Time) tally {
	switch today := dayOf(now); today - t.day {
	case 0:
		return t
	case 1:
		return tally{today, 0, t.hits}
	default:
		return tally{today, 0, 0}
	}
}

// perDay is about what was found in the last 24 hours: all of today and the part of yesterday that is not over.
func (t tally) perDay(now time.Time) int64 {
	t = t.at(now)
	left := int64(day/time.Second) - now.Unix()%int64(day/time.Second)
	return t.hits + t.before*left/int64(day/time.Second)
}

const digestHour = 7

// lastMorning is the last moment up to now at which digests were due; of weekly ones on a Monday.
func lastMorning(often Often, now time.Time, zone *time.Location) time.Time {
	local := now.In(zone)
	at := time.Date(local.Year(), local.Month(), local.Day(), digestHour, 0, 0, 0, zone)
	for back := 0; back < 8; back++ {
		if m := at.AddDate(0, 0, -back); !m.After(now) && (often != Weekly || m.Weekday() == time.Monday) {
			return m
		}
	}
	return at.AddDate(0, 0, -8)
}

// nextMorning is the first moment after now at which digests are due.
func nextMorning(often Often, now time.Time, zone *time.Location) time.Time {
	local := now.In(zone)
	at := time.Date(local.Year(), local.Month(), local.Day(), digestHour, 0, 0, 0, zone)
	for ahead := 0; ahead < 9; ahead++ {
		if m := at.AddDate(0, 0, ahead); m.After(now) && (often != Weekly || m.Weekday() == time.Monday) {
			return m
		}
	}
	return at.AddDate(0, 0, 9)
}
