package ui

import (
	"time"

	"fairground/internal/ui/text"
)

// Calendar is one month of records by a date. It is a month of boxes on a wide page and a list of days on a phone.
type Calendar struct {
	ID        string // "calendar" when empty; the region that stepping swaps
	Label     string
	Month     time.Time // any moment of the month to show
	Today     time.Time // of the reader; the zero Time marks no day
	Entries   []CalendarEntry
	PrevHref  string
	NextHref  string
	TodayHref string
	Peek      string // id of the Peek's panel, "peek" when empty
	Empty     string // what a phone shows for a month without entries
}

// CalendarEntry is a record on a day.
type CalendarEntry struct {
	Day     time.Time
	Text    string
	Time    string // already formatted; none for whole days
	Href    string
	PeekURL string
	Tone    Tone
}

// day is one box of the calendar.
type day struct {
	at      time.Time
	isOther bool // belongs to the month before or after
	isToday bool
	entries []CalendarEntry
}

const dayLayout = "2006-01-02"

// days lays out whole weeks around the month.
func (c Calendar) days(words *text.Printer) []day {
	year, month, _ := c.Month.Date()
	first := time.Date(year, month, 1, 0, 0, 0, 0, time.UTC)
	ahead := (int(first.Weekday()) - int(words.WeekStart()) + 7) % 7
	byDay := map[string][]CalendarEntry{}
	for _, entry := range c.Entries {
		name := entry.Day.Format(dayLayout)
		byDay[name] = append(byDay[name], entry)
	}
	var days []day
	for at := first.AddDate(0, 0, -ahead); at.Before(first.AddDate(0, 1, 0)) || len(days)%7 != 0; at = at.AddDate(0, 0, 1) {
		name := at.Format(dayLayout)
		days = append(days, day{at: at, isOther: at.Month() != month, isToday: !c.Today.IsZero() && name == c.Today.Format(dayLayout), entries: byDay[name]})
	}
	return days
}

func (d day) class() string {
	return classes("day", when(d.isOther, "other"), when(d.isToday, "today"), when(len(d.entries) == 0, "bare"))
}

// weekdays lists the days of a week in the order of the locale.
func weekdays(words *text.Printer) []time.Weekday {
	days := make([]time.Weekday, 7)
	for n := range days {
		days[n] = (words.WeekStart() + time.Weekday(n)) % 7
	}
	return days
}
