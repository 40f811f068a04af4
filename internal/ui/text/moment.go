package text

import (
	"math"
	"time"
)

// Date writes a day in medium length: 21 Nov 2026.
func (p *Printer) Date(t time.Time) string {
	return p.rules.FmtDateMedium(t.In(p.settings.Zone))
}

// DateShort writes a day in figures: 21.11.26.
func (p *Printer) DateShort(t time.Time) string {
	return p.rules.FmtDateShort(t.In(p.settings.Zone))
}

// DateLong writes a day with its month in full: 21 November 2026.
func (p *Printer) DateLong(t time.Time) string {
	return p.rules.FmtDateLong(t.In(p.settings.Zone))
}

// Time writes the hour and minute: 14:02.
func (p *Printer) Time(t time.Time) string {
	return p.rules.FmtTimeShort(t.In(p.settings.Zone))
}

// Moment writes a day and its time: 21 Nov 2026, 14:02.
func (p *Printer) Moment(t time.Time) string {
	return p.T("text.moment", "date", p.Date(t), "time", p.Time(t))
}

// Ago writes how long ago, or how far ahead, a moment is: 2 hours ago, in 5 minutes. Beyond 30 days it is the date.
func (p *Printer) Ago(t time.Time) string {
	past := p.settings.Clock.Now().Sub(t)
	amount, unit := span(past)
	switch {
	case unit == "":
		return p.Date(t)
	case unit == "now":
		return p.T("text.now")
	case past < 0:
		return p.T("text.in."+unit, "count", amount)
	default:
		return p.T("text.ago."+unit, "count", amount)
	}
}

// AgoBriefly writes the same for a narrow column: 2 h, 4 d. Beyond 30 days it is the short date.
func (p *Printer) AgoBriefly(t time.Time) string {
	amount, unit := span(p.settings.Clock.Now().Sub(t))
	switch unit {
	case "":
		return p.DateShort(t)
	case "now":
		return p.T("text.now")
	default:
		return p.T("text.brief."+unit, "count", amount)
	}
}

// span measures a duration in its largest whole unit; the unit is "" beyond 30 days.
func span(d time.Duration) (amount int, unit string) {
	d = time.Duration(math.Abs(float64(d)))
	switch {
	case d < time.Minute:
		return 0, "now"
	case d < time.Hour:
		return int(d / time.Minute), "minutes"
	case d < 24*time.Hour:
		return int(d / time.Hour), "hours"
	case d <= 30*24*time.Hour:
		return int(d / (24 * time.Hour)), "days"
	default:
		return 0, ""
	}
}
