package search_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"fairground/internal/search"
	"fairground/internal/value"
)

func TestPartsOfTheScore(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 5, 1, 12, 20, 0, 0, time.UTC)
	hour := func(n int) time.Time { return now.Truncate(time.Hour).Add(time.Duration(-n) * time.Hour) }
	full := search.Document{Photos: 9, Price: chf(3), Body: strings.Repeat("word ", 90), Attributes: make([]search.Value, 9)}
	for name, c := range map[string]struct{ got, want float64 }{
		"fresh": {search.Freshness(now, now), 20}, "of the future": {search.Freshness(now.Add(time.Hour), now), 20},
		"a fortnight": {search.Freshness(hour(14*24), now), 10},
		"here":        {search.Nearness(0), 20}, "20 km": {search.Nearness(20), 10}, "nowhere": {search.Nearness(-1), 0},
		"title of one word": {search.Focus(1, 1), 15}, "one of five": {search.Focus(1, 5), 3}, "repeated": {search.Focus(7, 5), 15}, "no title": {search.Focus(1, 0), 0},
		"complete": {float64(search.Quality(full)), search.MostQuality}, "bare": {float64(search.Quality(search.Document{})), 0},
		"one photo": {float64(search.Quality(search.Document{Photos: 1})), 3}, "fifteen words": {float64(search.Quality(search.Document{Body: strings.Repeat("a ", 15)})), 1},
		"shares": {search.Shares([]float64{1, 3})[1], 45}, "no words": {float64(len(search.Shares(nil))), 0},
	} {
		if math.Abs(c.got-c.want) > 1e-9 {
			t.Errorf("%s: %v points, want %v", name, c.got, c.want)
		}
	}
	if search.Rarity(1_000, 1) <= search.Rarity(1_000, 10) || search.Rarity(1_000, 1_000) <= 0 || search.Rarity(0, 0) <= 0 {
		t.Error("rare words do not weigh more than common ones")
	}
}

func TestConvert(t *testing.T) {
	t.Parallel()
	q := search.Query{Currency: "CHF", Rates: search.Rates{"EUR": .95, "JPY": .0061, "KWD": 2.9}}
	for _, c := range []struct {
		money  value.Money
		minor  int64
		priced bool
	}{
		{chf(10), 10_00, true}, {value.MoneyFromUnits(10, "EUR"), 9_50, true}, {value.MoneyFromUnits(1000, "JPY"), 6_10, true},
		{value.MoneyFromUnits(2, "KWD"), 5_80, true}, {value.MoneyFromUnits(10, "USD"), 0, false}, {value.Money{}, 0, false},
		{value.Money{Minor: math.MaxInt64, Currency: "KWD"}, 2_674_777_890_687_884_800, true},
	} {
		if minor, priced := q.Convert(c.money); priced != c.priced || minor != c.minor {
			t.Errorf("%v is %d (%t), want %d (%t)", c.money, minor, priced, c.minor, c.priced)
		}
	}
	if minor, priced := (search.Query{}).Convert(value.MoneyFromUnits(7, "USD")); minor != 7_00 || !priced {
		t.Errorf("without a currency 7 dollars are %d", minor)
	}
}

func chf(units int64) value.Money { return value.MoneyFromUnits(units, "CHF") }
