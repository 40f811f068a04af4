package record

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/db/dbtest"
)

// TestFormulasThatAreNotStored: they are computed when they are read, by the database where it can, and conditions and
// groups may use those.
func TestFormulasThatAreNotStored(t *testing.T) {
	dbtest.Each(t, []db.Schema{Schema()}, func(t *testing.T, d *db.DB) {
		formula := func(key, text string, result Type, scale int) *Field {
			return with(named(key, key, Formula), func(f *Field) { f.Options.Formula, f.Options.Result, f.Options.Scale = text, result, scale })
		}
		s := loose(t, d, func(_, _, stall *Object) {
			stall.Fields = append(stall.Fields,
				formula("who", `trader.name + "!"`, Text, 0),
				formula("late", `ends < now`, YesNo, 0),
				formula("later", `late && size > 1`, YesNo, 0),
				formula("half", `trader.name == "Anna Weber" ? 1.25 : 0.5`, Decimal, 2),
				formula("seen", `trader.name == "" ? inspected : now`, DateTime, 0),
				formula("day", `trader.name == "" ? ends : now`, Date, 0),
				formula("parts", `trader.name.split(" ")[0]`, Text, 0),
			)
		})
		traders, _, _ := planted(t, s, 0)
		plant(t, s, "stall", Values{"name": "a", "size": int64(1), "trader": traders[0], "ends": Day(1)},
			Values{"name": "b", "size": int64(2), "trader": traders[1], "ends": Day(1)},
			Values{"name": "c", "size": int64(3), "ends": Day(90_000)})
		page, err := s.Find(t.Context(), clerk, Query{Object: "stall", Sort: []Sort{{Field: "name"}}})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, rec := range page.Records {
			v := rec.Values
			got = append(got, fmt.Sprintf("%v %v %v %v %v", v["who"], v["late"], v["later"], v["half"], v["parts"]))
		}
		want := []string{"Anna Weber! true false 1.25 Anna", "Bo Lind! true true 0.50 Bo", "<nil> false false <nil> <nil>"}
		if !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
		now := time.Now()
		if at, ok := page.Records[0].Values["seen"].(time.Time); !ok || now.Sub(at).Abs() > time.Minute {
			t.Errorf("seen is %v", page.Records[0].Values["seen"])
		}
		if day, ok := page.Records[0].Values["day"].(Day); !ok || day < DayOf(now)-1 {
			t.Errorf("day is %v", page.Records[0].Values["day"])
		}
		for filter, want := range map[string][]string{
			`who == "Bo Lind!"`: {"b"},
			`later == true`:     {"b"},
			`half > 1.0`:        {"a"},
			`day > timestamp("2020-01-01T00:00:00Z")`: {"a", "b"},
		} {
			if got := names(t, s, clerk, Query{Object: "stall", Filter: filter, Fields: []string{"name"}}); !slices.Equal(got, want) {
				t.Errorf("%s: %q, want %q", filter, got, want)
			}
		}
		if n, _, err := s.Count(t.Context(), clerk, Query{Object: "stall", Filter: `later == true`}, 10); n != 1 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		if _, err := s.Find(t.Context(), clerk, Query{Object: "stall", Filter: `parts == "Bo"`}); err == nil {
			t.Error("a formula that the database cannot compute was filtered by")
		}
		rows, err := s.Group(t.Context(), clerk, GroupQuery{Query: Query{Object: "stall"}, By: []Bucket{{Field: "late"}}, Measures: []Measure{{Op: "count"}, {Op: "sum", Field: "half"}}})
		if err != nil || len(rows) != 2 || fmt.Sprint(rows[0].Keys[0], rows[0].Values, rows[1].Keys[0], rows[1].Values) != "false [1 <nil>] true [2 1.75]" {
			t.Errorf("%+v, %v", rows, err)
		}
	})
}
