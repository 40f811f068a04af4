package value_test

import (
	"errors"
	"math"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fairground/internal/value"
)

func TestIDsGrowWhateverTheClockDoes(t *testing.T) {
	t.Parallel()
	clock := &value.FixedClock{At: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	ids := value.NewIDs(clock, 7)
	last := ids.Next()
	for i := range 20_000 {
		if i == 5_000 {
			clock.At = clock.At.Add(-time.Hour)
		}
		id := ids.Next()
		if id <= last {
			t.Fatalf("%d came after %d", id, last)
		}
		last = id
	}
}

func TestIDsAreUniqueAmongGoroutines(t *testing.T) {
	t.Parallel()
	ids := value.NewIDs(value.SystemClock{}, 1)
	var mu sync.Mutex
	seen := make(map[value.ID]bool)
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for range 2_000 {
				id := ids.Next()
				mu.Lock()
				if seen[id] {
					t.Errorf("%d twice", id)
				}
				seen[id] = true
				mu.Unlock()
			}
		})
	}
	wait.Wait()
}

func TestIDTextsAreReadBackAndSortAlike(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := value.ID(rapid.Int64Range(1, math.MaxInt64).Draw(t, "a"))
		b := value.ID(rapid.Int64Range(1, math.MaxInt64).Draw(t, "b"))
		got, err := value.ParseID("lst", a.Text("lst"))
		if err != nil || got != a {
			t.Fatalf("%d was written %s and read %d, %v", a, a.Text("lst"), got, err)
		}
		if (a < b) != (a.Text("lst") < b.Text("lst")) {
			t.Fatalf("%d and %d sort otherwise as texts", a, b)
		}
	})
}

func TestParseIDRefusesWhatCannotBeOne(t *testing.T) {
	t.Parallel()
	good := value.ID(12345).Text("lst")
	for _, text := range []string{"", "lst_", good[4:], good + "0", "per" + good[3:], "lst_zzzzzzzzzzzzz", "lst_0000000000000", "lst_0123456789abI"} {
		if id, err := value.ParseID("lst", text); value.KindOf(err) != value.NotFound {
			t.Errorf("%q is %d, %v", text, id, err)
		}
	}
}

func TestCoarseHidesThePlaceWithinHalfAKilometre(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := value.Point{
			Lat: rapid.Float64Range(-70, 70).Draw(t, "lat"),
			Lon: rapid.Float64Range(-179, 179).Draw(t, "lon"),
		}
		c := p.Coarse()
		if km := value.Km(p, c); km > .4 {
			t.Fatalf("%v became %v, %.3f km away", p, c, km)
		}
		// Everybody in one cell gets the same point, so it tells nothing but the cell.
		if again := c.Coarse(); value.Km(again, c) > .02 {
			t.Fatalf("%v is coarse and became %v", c, again)
		}
	})
}

func TestKmAgreesWithKnownDistances(t *testing.T) {
	t.Parallel()
	lausanne, geneva := value.Point{Lat: 46.5197, Lon: 6.6323}, value.Point{Lat: 46.2044, Lon: 6.1432}
	if km := value.Km(lausanne, geneva); math.Abs(km-51.3) > .5 {
		t.Errorf("Lausanne and Geneva are %.1f km apart", km)
	}
	if km := value.Km(value.Point{Lat: 90}, value.Point{Lat: -90}); math.Abs(km-20015) > 1 {
		t.Errorf("the poles are %.1f km apart", km)
	}
}

func TestAroundHoldsEveryPointWithin(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := value.Point{Lat: rapid.Float64Range(-60, 60).Draw(t, "lat"), Lon: rapid.Float64Range(-170, 170).Draw(t, "lon")}
		km := rapid.Float64Range(.1, 200).Draw(t, "km")
		box := value.Around(p, km)
		for _, q := range []value.Point{{Lat: box.North, Lon: p.Lon}, {Lat: box.South, Lon: p.Lon}, {Lat: p.Lat, Lon: box.East}, {Lat: p.Lat, Lon: box.West}} {
			if value.Km(p, q) < km*.999 {
				t.Fatalf("%v is on the border and only %.3f of %.3f km away", q, value.Km(p, q), km)
			}
		}
	})
}

func TestParsePointRefusesWhatIsNotOnTheGlobe(t *testing.T) {
	t.Parallel()
	for _, p := range [][2]float64{{91, 0}, {0, 181}, {math.NaN(), 1}, {0, 0}, {math.Inf(1), 1}} {
		if _, err := value.ParsePoint(p[0], p[1]); value.KindOf(err) != value.Invalid {
			t.Errorf("%v: %v", p, err)
		}
	}
}

func TestEmailsAndPhones(t *testing.T) {
	t.Parallel()
	if e, err := value.ParseEmail(" Mina@Example.ORG "); err != nil || e != "mina@example.org" || e.Masked() != "m…@example.org" {
		t.Errorf("%q, %v, %q", e, err, e.Masked())
	}
	for _, text := range []string{"", "mina", "mina@localhost", "Mina <m@example.org>", "a@b@c.org", "m@example.org\nBcc: x@example.org"} {
		if e, err := value.ParseEmail(text); err == nil {
			t.Errorf("%q is %q", text, e)
		}
	}
	if p, err := value.ParsePhone("044 668 18 00", "CH"); err != nil || p != "+41446681800" {
		t.Errorf("%q, %v", p, err)
	}
	if _, err := value.ParsePhone("12", "CH"); value.KindOf(err) != value.Invalid {
		t.Errorf("12: %v", err)
	}
}

func TestLocales(t *testing.T) {
	t.Parallel()
	l, err := value.ParseLocale("de-ch")
	if err != nil || l != "de-CH" || l.Language() != "de" || l.RightToLeft() {
		t.Errorf("%q, %v", l, err)
	}
	if !value.Locale("ar").RightToLeft() || !value.Locale("he").RightToLeft() || value.Locale("en").RightToLeft() {
		t.Error("which way do they run?")
	}
	if _, err := value.ParseLocale("not a tag!"); value.KindOf(err) != value.Invalid {
		t.Errorf("%v", err)
	}
}

func TestErrorsHaveTwoFaces(t *testing.T) {
	t.Parallel()
	cause := errors.New("disk full")
	err := value.Errorf(value.Unavailable, "try again later").Because(cause)
	if !errors.Is(err, cause) || value.KindOf(err) != value.Unavailable || err.Message != "try again later" {
		t.Errorf("%v", err)
	}
	if value.KindOf(cause) != value.Internal || value.KindOf(nil) != "" {
		t.Error("kinds of plain errors")
	}
}

func TestActors(t *testing.T) {
	t.Parallel()
	for want, a := range map[string]value.Actor{
		"staff:7": {Kind: value.Staff, ID: 7}, "system:import": value.SystemActor("import"), "visitor": {Kind: value.Visitor},
	} {
		if a.String() != want {
			t.Errorf("%v is %s", a, want)
		}
	}
}
