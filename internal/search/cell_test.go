package search

import (
	"math/rand/v2"
	"slices"
	"testing"

	"fairground/internal/value"
)

func TestCoverHoldsEveryPointWithinTheDistance(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	for range 20_000 {
		middle := anyPoint(r)
		km := []float64{.1, 1, 5, 25, 100, 700, 3_000}[r.IntN(7)]
		tokens := cover(middle, km)
		if len(tokens) > mostCells {
			t.Fatalf("%d cells", len(tokens))
		}
		if len(tokens) == 0 {
			continue // too far for cells; then none are asked for
		}
		p := near(r, middle, km)
		if value.Km(p, middle) > km {
			continue
		}
		if !slices.ContainsFunc(cells(p), func(cell string) bool { return slices.Contains(tokens, cell) }) {
			t.Fatalf("%v is %f km from %v, but no cell of the %f km around holds it", p, value.Km(p, middle), middle, km)
		}
	}
}

func TestCoverIsTight(t *testing.T) {
	t.Parallel()
	for km, most := range map[float64]int{.5: 4, 5: 20, 25: 25, 100: 30} {
		if n := len(cover(value.Point{Lat: 46.5, Lon: 6.6}, km)); n == 0 || n > most {
			t.Errorf("%f km need %d cells, want 1 to %d", km, n, most)
		}
	}
}

func TestChordIsDistance(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 6))
	for range 5_000 {
		a := anyPoint(r)
		b := near(r, a, 50)
		ax, ay, az := onSphere(a)
		bx, by, bz := onSphere(b)
		got := kmOf((ax-bx)*(ax-bx) + (ay-by)*(ay-by) + (az-bz)*(az-bz))
		if want := value.Km(a, b); got < want-1e-4 || got > want+1e-4 {
			t.Fatalf("%v to %v: %f km, want %f", a, b, got, want)
		}
	}
}

func anyPoint(r *rand.Rand) value.Point {
	p := value.Point{Lat: 180*r.Float64() - 90, Lon: 360*r.Float64() - 180}
	switch r.IntN(4) {
	case 0:
		p.Lon = 180 - r.ExpFloat64()
	case 1:
		p.Lat = 90 - min(r.ExpFloat64(), 90)
	}
	return p
}

// near is a point in the square around a point, as far as the globe allows.
func near(r *rand.Rand, p value.Point, km float64) value.Point {
	box := value.Around(p, km)
	lon := box.West + (box.East-box.West)*r.Float64()
	for lon > 180 {
		lon -= 360
	}
	for lon < -180 {
		lon += 360
	}
	return value.Point{Lat: min(max(box.South+(box.North-box.South)*r.Float64(), -90), 90), Lon: lon}
}
