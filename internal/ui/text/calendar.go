package text

import (
	"strconv"
	"strings"
	"time"
)

// WeekStart is the day a week begins with where the locale is spoken.
func (p *Printer) WeekStart() time.Weekday {
	language, region, _ := strings.Cut(string(p.settings.Locale), "-")
	switch region {
	case "US", "CA", "MX", "BR", "JP", "KR", "TW", "IN", "IL", "ZA", "PT", "SA":
		return time.Sunday
	case "EG", "AE", "DZ", "JO", "IQ":
		return time.Saturday
	case "":
		if language == "ar" {
			return time.Saturday
		}
	}
	return time.Monday
}

// Weekday writes the short name of a day of the week: Mon.
func (p *Printer) Weekday(day time.Weekday) string { return p.rules.WeekdayAbbreviated(day) }

// Month writes the month and year of a moment: November 2026. It looks at the date as it is, in no other zone.
func (p *Printer) Month(t time.Time) string {
	return p.rules.MonthWide(t.Month()) + " " + strconv.Itoa(t.Year())
}

// Day writes a date with its day of the week: Sat, 21 Nov 2026. It looks at the date as it is, in no other zone.
func (p *Printer) Day(t time.Time) string {
	return p.Weekday(t.Weekday()) + ", " + p.rules.FmtDateMedium(t)
}
