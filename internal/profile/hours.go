package profile

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"fairground/internal/value"
)

// Hours are when a shop is open, in the time of the site. The zero Hours say nothing.
type Hours struct {
	Week   [7][]Span `json:"week"` // by time.Weekday
	Closed []Closed  `json:"closed,omitempty"`
}

// Span is a stretch of a day, in minutes since its midnight. One that goes past midnight ends after 1440.
type Span struct {
	From int `json:"from"`
	To   int `json:"to"`
}

// Closed is a stretch of days, both included, on which the shop stays closed.
type Closed struct {
	From string `json:"from"` // 2026-12-24
	To   string `json:"to"`
	Note string `json:"note,omitempty"`
}

// IsZero reports whether nothing is said.
func (h Hours) IsZero() bool {
	return len(h.Closed) == 0 && !slices.ContainsFunc(h.Week[:], func(day []Span) bool { return len(day) > 0 })
}

const (
	dayMinutes  = 24 * 60
	mostSpans   = 4 // of one day
	mostClosed  = 12
	longestNote = 80 // characters
)

// spanShape reads "9–12", "09:00 - 12.30", "9am to 5 pm", "8h30 bis 12 Uhr".
var spanShape = regexp.MustCompile(`^(\d{1,2})(?:[:.h](\d{2}))?\s*(am|pm)?h?\s*(?:uhr)?\s*(?:-|–|—|to|bis)\s*(\d{1,2})(?:[:.h](\d{2}))?\s*(am|pm)?h?\s*(?:uhr)?$`)

// parseDay reads the hours of one day as people write them: stretches with commas between; nothing means closed.
func parseDay(field, text string) ([]Span, error) {
	var day []Span
	for _, part := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return r == ',' || r == ';' || r == '+' }) {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		span, ok := parseSpan(part)
		if !ok {
			return nil, hoursError(field, "profile.error.hours", "write hours such as 9:00–12:00, 13:30–18:30, or nothing when closed")
		}
		day = append(day, span)
	}
	slices.SortFunc(day, func(a, b Span) int { return a.From - b.From })
	for i := 1; i < len(day); i++ {
		if day[i].From < day[i-1].To {
			return nil, hoursError(field, "profile.error.hours_overlap", "two of these stretches overlap")
		}
	}
	if len(day) > mostSpans {
		return nil, hoursError(field, "profile.error.hours_many", "write at most four stretches for a day")
	}
	return day, nil
}

func hoursError(field, key, english string) error {
	err := value.Fieldf(field, "%s", english)
	err.Key = key
	return err
}

func parseSpan(text string) (Span, bool) {
	m := spanShape.FindStringSubmatch(text)
	if m == nil {
		return Span{}, false
	}
	from, fromOK := minutes(m[1], m[2], m[3])
	to, toOK := minutes(m[4], m[5], m[6])
	if !fromOK || !toOK || from >= dayMinutes || from == to {
		return Span{}, false
	}
	if to <= from { // past midnight; 18–0 ends at midnight
		to += dayMinutes
	}
	return Span{from, to}, true
}

func minutes(hour, minute, half string) (int, bool) {
	h, err := strconv.Atoi(hour)
	if err != nil {
		return 0, false
	}
	m := 0
	if minute != "" {
		if m, err = strconv.Atoi(minute); err != nil {
			return 0, false
		}
	}
	if half != "" {
		if h < 1 || h > 12 {
			return 0, false
		}
		h %= 12
		if half == "pm" {
			h += 12
		}
	}
	return h*60 + m, m < 60 && h*60+m <= dayMinutes
}

// clock writes minutes since midnight: 09:00. The end of a day is 24:00.
func clock(minute int) string {
	if minute > dayMinutes {
		minute -= dayMinutes
	}
	return fmt.Sprintf("%02d:%02d", minute/60, minute%60)
}

// String writes a stretch as a form shows it again: 09:00–12:00.
func (s Span) String() string { return clock(s.From) + "–" + clock(s.To) }

// dayText writes the hours of a day as parseDay reads them.
func dayText(day []Span) string {
	parts := make([]string, len(day))
	for i, span := range day {
		parts[i] = span.String()
	}
	return strings.Join(parts, ", ")
}

// parseClosed checks a stretch of closed days; an empty end is its beginning.
func parseClosed(field, from, to, note string) (Closed, error) {
	if to == "" {
		to = from
	}
	first, err := time.Parse(time.DateOnly, from)
	if err != nil {
		return Closed{}, hoursError(field, "profile.error.closed_day", "choose the first day that is closed")
	}
	last, err := time.Parse(time.DateOnly, to)
	if err != nil || last.Before(first) || last.Sub(first) > 366*24*time.Hour {
		return Closed{}, hoursError(field, "profile.error.closed_order", "the last day must not come before the first")
	}
	return Closed{from, to, note}, nil
}

// tidy leaves out the closed days that are over and sorts the others.
func (h Hours) tidy(today string) Hours {
	kept := slices.DeleteFunc(slices.Clone(h.Closed), func(c Closed) bool { return c.To < today })
	slices.SortFunc(kept, func(a, b Closed) int { return strings.Compare(a.From, b.From) })
	h.Closed = slices.Compact(kept)
	if len(h.Closed) == 0 {
		h.Closed = nil
	}
	return h
}
