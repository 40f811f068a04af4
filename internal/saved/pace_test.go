package saved

import (
	"math"
	"reflect"
	"testing"
	"time"

	"fairground/internal/change"
	"fairground/internal/search"
	"fairground/internal/value"
)

func TestPace(t *testing.T) {
	t.Parallel()
	for hits, want := range map[int64]pace{0: atOnce, 100: atOnce, 101: hourly, 1_000: hourly, 1_001: fewHourly, 1 << 40: fewHourly} {
		if got := paceOf(hits); got != want {
			t.Errorf("%d hits a day: %v, want %v", hits, time.Duration(got), time.Duration(want))
		}
	}
}

func TestTally(t *testing.T) {
	t.Parallel()
	morning := time.Date(2026, 7, 2, 6, 0, 0, 0, time.UTC)
	today := dayOf(morning)
	for _, c := range []struct {
		tally tally
		want  int64
	}{{tally{today, 10, 400}, 310}, {tally{today - 1, 400, 9_999}, 300}, {tally{today - 2, 400, 400}, 0}, {tally{}, 0}, {tally{today + 1, 5, 5}, 0}} {
		if got := c.tally.perDay(morning); got != c.want {
			t.Errorf("%+v is %d a day, want %d", c.tally, got, c.want)
		}
	}
}

func TestMornings(t *testing.T) {
	t.Parallel()
	zurich, err := time.LoadLocation("Europe/Zurich")
	if err != nil {
		t.Fatal(err)
	}
	at := func(text string) time.Time {
		moment, err := time.ParseInLocation("2006-01-02 15:04", text, zurich)
		if err != nil {
			t.Fatal(err)
		}
		return moment
	}
	for _, c := range []struct {
		often           Often
		now, last, next string
	}{
		{Daily, "2026-07-01 06:59", "2026-06-30 07:00", "2026-07-01 07:00"},
		{Daily, "2026-07-01 07:00", "2026-07-01 07:00", "2026-07-02 07:00"},
		{Weekly, "2026-07-01 12:00", "2026-06-29 07:00", "2026-07-06 07:00"},
		{Weekly, "2026-07-06 07:00", "2026-07-06 07:00", "2026-07-13 07:00"},
		{Weekly, "2026-07-06 06:00", "2026-06-29 07:00", "2026-07-06 07:00"},
		{Daily, "2026-03-29 12:00", "2026-03-29 07:00", "2026-03-30 07:00"}, // the clocks go forward in the night before
		{Daily, "2026-10-25 05:00", "2026-10-24 07:00", "2026-10-25 07:00"}, // and back
	} {
		if got := lastMorning(c.often, at(c.now), zurich); !got.Equal(at(c.last)) {
			t.Errorf("%s at %s: the last was %v", c.often, c.now, got)
		}
		if got := nextMorning(c.often, at(c.now), zurich); !got.Equal(at(c.next)) {
			t.Errorf("%s at %s: the next is %v", c.often, c.now, got)
		}
	}
}

func TestAQueryIsKeptWhole(t *testing.T) {
	t.Parallel()
	yes := true
	for _, q := range []search.Query{
		{}, {Words: `"red bike" -old `, Category: 7, Currency: "CHF", Price: &search.Span{Low: 5, High: search.Unbounded}, Literal: true},
		{Near: value.Point{Lat: 46.5, Lon: 6.6}, Within_km: 25, Box: &search.Box{South: -1, West: 170, North: 2, East: -170}, Seller: search.Business, Kind: search.Wanted, WithPhotos: true},
		{Filters: []search.Filter{search.AnyOf("color", "red", "blue"), search.Between("km", math.Inf(-1), 1e5), search.Between("year", 1990, math.Inf(1)), {Attribute: "abs", Yes: &yes}}},
	} {
		text, err := encode(q)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := decode(text); err != nil || !reflect.DeepEqual(back, q) {
			t.Errorf("%+v came back as %+v, %v", q, back, err)
		}
	}
	if _, err := decode(`{"words": 7}`); err == nil {
		t.Error("nonsense was read")
	}
	if got := finished(search.Query{Words: " bike"}).Words; got != "bike " {
		t.Errorf("%q", got)
	}
}

func TestPast(t *testing.T) {
	t.Parallel()
	history := func(diffs ...string) (all []change.Row) {
		for i, diff := range diffs {
			all = append([]change.Row{{Seq: int64(i + 1), Diff: diff}}, all...)
		}
		return all
	}
	chf := func(minor int64) value.Money { return value.Money{Minor: minor, Currency: "CHF"} }
	for name, c := range map[string]struct {
		history []change.Row
		before  int64
		want    past
	}{
		"nothing":             {nil, 1, past{}},
		"going live":          {history(`{"status":[null,"live"],"price":[null,"CHF 450.00"]}`), 1, past{}},
		"was live":            {history(`{"status":[null,"live"],"price":[null,"CHF 450.00"]}`, `{}`), 2, past{true, chf(45_000)}},
		"the lowest":          {history(`{"status":[null,"live"],"price":[null,"CHF 450.00"]}`, `{"price":["CHF 450.00","CHF 400.00"]}`, `{"price":["CHF 400.00","CHF 900.00"]}`), 9, past{true, chf(40_000)}},
		"not while it waited": {history(`{"status":[null,"live"],"price":[null,"CHF 450.00"]}`, `{"status":["live","held"],"price":["CHF 450.00","CHF 1.00"]}`), 9, past{true, chf(45_000)}},
		"never live":          {history(`{"status":[null,"held"],"price":[null,"CHF 450.00"]}`, `{"status":["held","rejected"]}`), 9, past{}},
		"another currency":    {history(`{"status":[null,"live"],"price":[null,"EUR 4.00"]}`, `{"price":["EUR 4.00","CHF 900.00"]}`), 9, past{true, chf(90_000)}},
		"erased and odd":      {history(``, `[]`, `{"status":"live"}`, `{"status":[1,2]}`, `{"price":["x","y"]}`), 9, past{}},
		"without a price":     {history(`{"status":[null,"live"],"price":[null,""]}`), 9, past{seen: true}},
	} {
		if got := pastOf(c.history, c.before); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}
