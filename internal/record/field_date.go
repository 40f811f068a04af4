package record

import (
	"strconv"
	"strings"
	"time"

	"fairground/internal/expr"
	"fairground/internal/value"
)

// dateKind is a day without time or zone, stored as days since 1970.
type dateKind struct{}

const (
	isoDay     = "2006-01-02"
	dayLength  = 24 * time.Hour
	badDay     = "write a date such as 2026-03-31"
	badInstant = "write a date and time such as 2026-03-31T15:04:05Z"
)

// DayOf is the day of a moment in UTC.
func DayOf(t time.Time) Day {
	days := t.Unix() / 86400
	if t.Unix()%86400 < 0 {
		days--
	}
	return Day(days)
}

// Time is the start of the day in UTC.
func (d Day) Time() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

// String writes the day as 2026-03-31.
func (d Day) String() string { return d.Time().Format(isoDay) }

func (dateKind) define(_ *Catalog, _ *Object, f *Field) error {
	return f.only("unique", "indexed", "default", "required")
}

func (dateKind) columns(*Field) []column { return scalar("bigint") }

func (dateKind) parse(_ *Field, in any) (any, error) {
	switch v := in.(type) {
	case Day:
		return inCalendar(v)
	case time.Time:
		return inCalendar(DayOf(v))
	case string:
		return readDay(strings.TrimSpace(v))
	default:
		return nil, invalid(badDay)
	}
}

func inCalendar(d Day) (any, error) {
	if year := d.Time().Year(); year < 1 || year > 9999 {
		return nil, invalid("write a date between the years 1 and 9999")
	}
	return d, nil
}

// readDay reads 2026-03-31, 2026/03/31, 31.3.2026, and 31/3/2026 where day and month cannot be confused.
func readDay(text string) (any, error) {
	if text == "" {
		return nil, nil
	}
	if at, err := time.Parse(isoDay, text); err == nil {
		return inCalendar(DayOf(at))
	}
	if at, err := time.Parse(time.RFC3339, strings.Replace(text, " ", "T", 1)); err == nil && at.Equal(at.Truncate(dayLength)) {
		return inCalendar(DayOf(at))
	}
	for _, mark := range []string{".", "/"} {
		if parts := strings.Split(text, mark); len(parts) == 3 {
			return dayOfParts(text, parts, mark)
		}
	}
	return nil, invalid(badDay)
}

func dayOfParts(text string, parts []string, mark string) (any, error) {
	var n [3]int
	for i, part := range parts {
		part = strings.TrimSpace(part)
		v, err := strconv.Atoi(part)
		if err != nil || v < 1 || len(part) > 4 {
			return nil, invalid(badDay)
		}
		n[i] = v
	}
	switch {
	case len(strings.TrimSpace(parts[0])) == 4:
		return calendarDay(n[0], n[1], n[2])
	case len(strings.TrimSpace(parts[2])) != 4:
		return nil, invalid("write the year of %q with four digits, such as 2026-03-31", value.Clip(text, 40))
	case mark == "." || n[0] > 12 || n[0] == n[1]:
		return calendarDay(n[2], n[1], n[0])
	case n[1] > 12:
		return calendarDay(n[2], n[0], n[1])
	default:
		return nil, invalid("day and month of %q can be confused; write it as 2026-03-31", value.Clip(text, 40))
	}
}

// calendarDay refuses days that do not exist, such as 31 February.
func calendarDay(year, month, day int) (any, error) {
	at := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if at.Year() != year || int(at.Month()) != month || at.Day() != day {
		return nil, invalid("there is no such day; write a date such as 2026-03-31")
	}
	return inCalendar(DayOf(at))
}

func (dateKind) store(_ *Field, v any) []any {
	if d, ok := v.(Day); ok {
		return []any{int64(d)}
	}
	return []any{nil}
}

func (dateKind) load(_ *Field, stored []any) (any, error) {
	if days, ok := stored[0].(int64); ok {
		return Day(days), nil
	}
	return nil, nil
}

func (dateKind) show(_ *Field, v any) string { d, _ := v.(Day); return d.String() }
func (dateKind) json(_ *Field, v any) any    { d, _ := v.(Day); return d.String() }
func (dateKind) expr(f *Field) expr.Field    { return f.condition(expr.FieldDate, "") }
func (dateKind) order(f *Field) []string     { return []string{f.column("")} }

// dateTimeKind is an instant, stored as microseconds since 1970 in UTC.
type dateTimeKind struct{}

func (dateTimeKind) define(_ *Catalog, _ *Object, f *Field) error {
	return f.only("unique", "indexed", "default", "required")
}

func (dateTimeKind) columns(*Field) []column { return scalar("bigint") }

func (dateTimeKind) parse(_ *Field, in any) (any, error) {
	switch v := in.(type) {
	case time.Time:
		return instant(v)
	case Day:
		return instant(v.Time())
	case string:
		return readInstant(strings.TrimSpace(v))
	default:
		return nil, invalid(badInstant)
	}
}

func instant(t time.Time) (any, error) {
	t = t.UTC().Truncate(time.Microsecond)
	if t.Year() < 1 || t.Year() > 9999 {
		return nil, invalid("write a date between the years 1 and 9999")
	}
	return t, nil
}

// readInstant reads RFC 3339, and without a zone takes UTC, as forms and spreadsheets are filled in.
func readInstant(text string) (any, error) {
	if text == "" {
		return nil, nil
	}
	iso := strings.Replace(text, " ", "T", 1)
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02T15:04Z07:00", "2006-01-02T15:04"} {
		if at, err := time.Parse(layout, iso); err == nil {
			return instant(at)
		}
	}
	day, err := readDay(text)
	if err != nil {
		return nil, invalid(badInstant)
	}
	return instant(day.(Day).Time())
}

func (dateTimeKind) store(_ *Field, v any) []any {
	if t, ok := v.(time.Time); ok {
		return []any{value.Micros(t)}
	}
	return []any{nil}
}

func (dateTimeKind) load(_ *Field, stored []any) (any, error) {
	if us, ok := stored[0].(int64); ok {
		return value.FromMicros(us), nil
	}
	return nil, nil
}

func (dateTimeKind) show(_ *Field, v any) string {
	t, _ := v.(time.Time)
	return t.Format(time.RFC3339Nano)
}
func (k dateTimeKind) json(f *Field, v any) any { return k.show(f, v) }
func (dateTimeKind) expr(f *Field) expr.Field   { return f.condition(expr.FieldTime, "") }
func (dateTimeKind) order(f *Field) []string    { return []string{f.column("")} }
