package db

import (
	"strconv"
	"strings"
	"time"

	"fairground/internal/value"
)

// OrNull is the column of something that may be missing: null for the zero value.
func OrNull[T comparable](v T) any {
	var nothing T
	if v == nothing {
		return nil
	}
	return v
}

// TimeOrNull is the column, in microseconds, of a moment that may not be: null for the zero time.
func TimeOrNull(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return value.Micros(t)
}

// TimeOf reads a column that TimeOrNull wrote.
func TimeOf(us *int64) time.Time {
	if us == nil {
		return time.Time{}
	}
	return value.FromMicros(*us)
}

// List writes parameters for "in (…)", from $from on, and their arguments. Lists have few different lengths, the last id
// repeated, so that few statements are prepared. No id at all is null, which equals nothing.
func List(from int, ids []value.ID) (string, []any) {
	if len(ids) == 0 {
		return "null", nil
	}
	length := 1
	for length < len(ids) {
		length *= 2
	}
	var list strings.Builder
	args := make([]any, length)
	for i := range args {
		if i > 0 {
			list.WriteString(", ")
		}
		list.WriteString("$" + strconv.Itoa(from+i))
		args[i] = int64(ids[min(i, len(ids)-1)])
	}
	return list.String(), args
}
