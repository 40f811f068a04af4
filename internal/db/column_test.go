package db_test

import (
	"slices"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

func TestColumnsThatMayBeNull(t *testing.T) {
	t.Parallel()
	if db.OrNull("") != nil || db.OrNull("x") != "x" || db.OrNull(value.ID(0)) != nil || db.OrNull(value.ID(7)) != value.ID(7) {
		t.Error("only the zero value is null")
	}
	at := time.Date(2026, 3, 1, 8, 0, 0, 1000, time.UTC)
	us, _ := db.TimeOrNull(at).(int64)
	if db.TimeOrNull(time.Time{}) != nil || !db.TimeOf(&us).Equal(at) || !db.TimeOf(nil).IsZero() {
		t.Errorf("%v is read as %v", at, db.TimeOf(&us))
	}
}

func TestListsOfIDs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		ids  []value.ID
		list string
		args []any
	}{
		{nil, "null", nil},
		{[]value.ID{5}, "$2", []any{int64(5)}},
		{[]value.ID{5, 6, 7}, "$2, $3, $4, $5", []any{int64(5), int64(6), int64(7), int64(7)}},
	} {
		if list, args := db.List(2, c.ids); list != c.list || !slices.Equal(args, c.args) {
			t.Errorf("%v is listed as %s %v", c.ids, list, args)
		}
	}
}
