package record

import (
	"fmt"
	"math"
	"reflect"
	"testing"
	"time"

	"fairground/internal/value"
)

func TestGroup(t *testing.T) {
	world(t, func(t *testing.T, s *Store) {
		traders, days, _ := planted(t, s, 0)
		at := func(text string) time.Time {
			moment, err := time.Parse(time.RFC3339, text)
			if err != nil {
				t.Fatal(err)
			}
			return moment
		}
		eur := func(minor int64) value.Money { return value.Money{Minor: minor, Currency: "EUR"} }
		plant(t, s, "stall",
			Values{"name": "a", "status": "open", "size": int64(math.MaxInt64), "weight": Number{1500, 3}, "rent": eur(1050), "inspected": at("2024-02-29T23:30:00Z"), "goods": []string{"bikes", "books"}, "trader": traders[0], "days": []RefValue{{ID: days[0]}, {ID: days[1]}}},
			Values{"name": "b", "status": "open", "size": int64(-5), "weight": Number{-250, 3}, "rent": eur(1051), "inspected": at("2024-03-01T00:30:00Z"), "goods": []string{"bikes"}, "trader": traders[0]},
			Values{"name": "c", "status": "new", "size": int64(7), "inspected": at("1969-12-31T12:00:00Z"), "covered": true},
			Values{"name": "d"})
		count := []Measure{{Op: "count"}}
		for name, one := range map[string]struct {
			q    GroupQuery
			want string
		}{
			"choice in the list's order": {GroupQuery{By: []Bucket{{Field: "status"}}, Measures: []Measure{{Op: "count"}, {Op: "sum", Field: "rent"}, {Op: "average", Field: "rent"}, {Op: "average", Field: "weight"}}},
				"[new]New[1 <nil> <nil> <nil>] [open]Open[2 {2101 EUR} {1051 EUR} 0.625] [<nil>][1 <nil> <nil> <nil>]"},
			"choices":            {GroupQuery{By: []Bucket{{Field: "goods"}}, Measures: count}, "[bikes]Bikes[2] [books]Books[1] [<nil>][2]"},
			"reference":          {GroupQuery{By: []Bucket{{Field: "trader"}}, Measures: count}, fmt.Sprintf("[%d]Anna Weber[2] [<nil>][2]", traders[0])},
			"references":         {GroupQuery{By: []Bucket{{Field: "days"}}, Measures: count}, fmt.Sprintf("[%d]Spring fair[1] [%d]Autumn fair[1] [<nil>][3]", days[0], days[1])},
			"month":              {GroupQuery{By: []Bucket{{"inspected", ByMonth}}, Measures: count}, "[1969-12-01]1969-12[1] [2024-02-01]2024-02[1] [2024-03-01]2024-03[1] [<nil>][1]"},
			"month an hour east": {GroupQuery{By: []Bucket{{"inspected", ByMonth}}, Measures: count, Offset_min: 60}, "[1969-12-01]1969-12[1] [2024-03-01]2024-03[2] [<nil>][1]"},
			"year":               {GroupQuery{By: []Bucket{{"inspected", ByYear}}, Measures: count}, "[1969-01-01]1969[1] [2024-01-01]2024[2] [<nil>][1]"},
			"whole":              {GroupQuery{Measures: []Measure{{Op: "min", Field: "size"}, {Op: "max", Field: "weight"}, {Op: "sum", Field: "weight"}, {Op: "count", Field: "size"}}}, "[][-5 1.500 1.250 3]"},
			"two":                {GroupQuery{By: []Bucket{{Field: "covered"}, {Field: "status"}}, Measures: count}, "[true new]New[1] [<nil> open]Open[2] [<nil> <nil>][1]"},
		} {
			one.q.Object = "stall"
			rows, err := s.Group(t.Context(), clerk, one.q)
			got := ""
			for _, row := range rows {
				label := ""
				if len(row.Labels) > 0 {
					label = row.Labels[len(row.Labels)-1]
				}
				got += fmt.Sprintf(" %v%s%v", row.Keys, label, row.Values)
			}
			if err != nil || got != " "+one.want {
				t.Errorf("%s:%s, want %s; %v", name, got, one.want, err)
			}
		}
		all := GroupQuery{Query: Query{Object: "stall"}, Measures: []Measure{{Op: "sum", Field: "size"}}}
		if _, err := s.Group(t.Context(), clerk, all); value.KindOf(err) != value.Invalid {
			t.Errorf("a sum beyond 64 bits: %v", err)
		}
		all.Filter = `name == "a" || name == "b"`
		if rows, err := s.Group(t.Context(), clerk, all); err != nil || rows[0].Values[0] != int64(math.MaxInt64-5) {
			t.Errorf("%+v, %v", rows, err)
		}
	})
}

// TestBucketsAreTheCalendars compares the arithmetic of buckets with Go's calendar, for days from the year 1 to 9999.
func TestBucketsAreTheCalendars(t *testing.T) {
	world(t, func(t *testing.T, s *Store) {
		var all []Values
		for at := time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() < 9_999; at = at.AddDate(1, 3, 17*int(at.Weekday())+25) {
			all = append(all, Values{"name": at.Format(time.DateOnly), "day": DayOf(at)})
		}
		plant(t, s, "market_day", all...)
		for unit, first := range map[Unit]func(time.Time) time.Time{
			ByDay:   func(at time.Time) time.Time { return at },
			ByWeek:  func(at time.Time) time.Time { return at.AddDate(0, 0, -(int(at.Weekday())+6)%7) },
			ByMonth: func(at time.Time) time.Time { return at.AddDate(0, 0, 1-at.Day()) },
			ByYear:  func(at time.Time) time.Time { return time.Date(at.Year(), 1, 1, 0, 0, 0, 0, time.UTC) },
		} {
			want := map[Day]int64{}
			for _, v := range all {
				want[DayOf(first(time.Unix(int64(v["day"].(Day))*86_400, 0).UTC()))]++
			}
			got := map[Day]int64{}
			rows, err := s.Group(t.Context(), clerk, GroupQuery{Query: Query{Object: "market_day"}, By: []Bucket{{"day", unit}}, Measures: []Measure{{Op: "count"}}, Limit: mostGroups})
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range rows {
				got[row.Keys[0].(Day)] = row.Values[0].(int64)
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%s: %d groups, want %d", unit, len(got), len(want))
			}
		}
	})
}
