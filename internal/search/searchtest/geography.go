package searchtest

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"fairground/internal/search"
	"fairground/internal/value"
)

// boxCases are parts of the map, and what of the small market lies in them.
var boxCases = []queryCase{
	{"around Lausanne", search.Query{Box: &search.Box{South: 46.5, West: 6.5, North: 46.6, East: 6.7}}, ids(108, 104, 101)},
	{"the west of the country", search.Query{Box: &search.Box{South: 46, West: 6, North: 47, East: 7}}, ids(108, 106, 104, 102, 101)},
	{"words in it", search.Query{Words: "bicycle", Box: &search.Box{South: 46, West: 6, North: 47, East: 7}}, ids(108, 106, 102, 101)},
	{"its ends count", search.Query{Box: &search.Box{South: 46.5197, West: 6.6323, North: 46.9480, East: 7.4474}}, ids(109, 108, 105, 104, 103, 101)},
	{"a point", search.Query{Box: &search.Box{South: 46.5197, West: 6.6323, North: 46.5197, East: 6.6323}}, ids(108, 104, 101)},
	{"just beside it", search.Query{Box: &search.Box{South: 46.52, West: 6.6, North: 46.6, East: 6.7}}, nil},
	{"across the date line", search.Query{Box: &search.Box{South: -30, West: 170, North: 0, East: -165}}, ids(111, 110)},
	{"west of the date line", search.Query{Box: &search.Box{South: -30, West: 170, North: 0, East: 180}}, ids(110)},
	{"east of the date line", search.Query{Box: &search.Box{South: -30, West: -180, North: 0, East: -165}}, ids(111)},
	{"the other way around the globe", search.Query{Box: &search.Box{South: -90, West: -165, North: 90, East: 170}}, ids(112, 109, 108, 106, 105, 104, 103, 102, 101)},
	{"all around the globe", search.Query{Box: &search.Box{South: -90, West: -180, North: 90, East: 180}}, ids(112, 111, 110, 109, 108, 106, 105, 104, 103, 102, 101)},
	{"the eastern half", search.Query{Box: &search.Box{South: -90, West: 0, North: 90, East: 180}}, ids(112, 110, 109, 108, 106, 105, 104, 103, 102, 101)},
	{"the cap of the pole", search.Query{Box: &search.Box{South: 89, West: -180, North: 90, East: 180}}, ids(112)},
	{"at the pole, on the other side", search.Query{Box: &search.Box{South: 89, West: 20, North: 90, East: 9}}, nil},
	{"at the pole, on this side", search.Query{Box: &search.Box{South: 89, West: 9, North: 90, East: 11}}, ids(112)},
	{"with a distance", search.Query{Near: Lausanne, Within_km: 20, Box: &search.Box{South: 46, West: 6, North: 47, East: 7}}, ids(108, 104, 101)},
	{"no point, no place", search.Query{Words: "benzin", Box: &search.Box{South: -90, West: -180, North: 90, East: 180}}, nil},
}

func testBoxes(t *testing.T, s Subject) {
	s.Put(market()...)
	for _, c := range boxCases {
		result := find(t, s, c.q)
		if got := listings(result); !slices.Equal(got, c.want) || result.Total != len(c.want) {
			t.Errorf("%s: found %v of %d, want %v", c.name, got, result.Total, c.want)
		}
	}
	got := find(t, s, search.Query{Box: boxCases[1].q.Box, Facets: []search.FacetRequest{{Attribute: search.BySeller}}}).Facets[0]
	if text := describe(got.Choices); text != "private 3, business 2" {
		t.Errorf("counted on the map: %s", text)
	}
	testManyBoxes(t, s)
}

func testManyBoxes(t *testing.T, s Subject) {
	s.Remove(ids(101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112)...)
	r := rand.New(rand.NewPCG(5, 15))
	documents := Generate(r, 400)
	for i := range documents {
		if i%3 == 0 { // some all over the globe
			documents[i].Point = value.Point{Lat: math.Round(1e5*(170*r.Float64()-85)) / 1e5, Lon: math.Round(1e5*(360*r.Float64()-180)) / 1e5}
		}
	}
	s.Put(documents...)
	for range 60 {
		b := search.Box{South: 150*r.Float64() - 80, West: 360*r.Float64() - 180, East: 360*r.Float64() - 180}
		b.North = min(b.South+60*r.Float64(), 90)
		if r.IntN(2) == 0 {
			b = search.Box{South: 46 + r.Float64(), West: 6 + 2*r.Float64(), North: 47 + r.Float64(), East: 8 + 2*r.Float64()}
		}
		var want []value.ID
		for _, d := range slices.Backward(documents) {
			if !d.Point.IsZero() && isIn(d.Point, b) && len(want) < search.MostHits {
				want = append(want, d.Listing)
			}
		}
		if got := listings(find(t, s, search.Query{Box: &b, Category: 1, Limit: search.MostHits})); !slices.Equal(got, want) {
			t.Errorf("%+v holds %v, want %v", b, got, want)
		}
	}
}

// isIn reads a box the slow way: turned until it begins in the west.
func isIn(p value.Point, b search.Box) bool {
	if p.Lat < b.South || p.Lat > b.North {
		return false
	}
	if b.West <= b.East {
		return p.Lon >= b.West && p.Lon <= b.East
	}
	return p.Lon >= b.West || p.Lon <= b.East
}

func testClusters(t *testing.T, s Subject) {
	s.Put(market()...)
	for _, most := range []int{1, 2, 3, 5, 100} {
		checkClusters(t, s, search.Query{}, most, 11)
		checkClusters(t, s, search.Query{Words: "bicycle"}, most, 4)
		checkClusters(t, s, search.Query{Box: &search.Box{South: -30, West: 170, North: 0, East: -165}}, most, 2)
	}
	checkClusters(t, s, search.Query{Category: 99}, 10, 0)
	checkClusters(t, s, search.Query{Words: "benzin"}, 10, 0)
	if got := clusters(t, s, search.Query{Near: Lausanne, Within_km: 1}, 50); len(got) != 1 || got[0].Listings != 3 || got[0].Listing != 0 || value.Km(got[0].At, Lausanne) > .01 {
		t.Errorf("three listings at one place are %+v", got)
	}
	if got := clusters(t, s, search.Query{Words: "polar", Page: 3, Sort: search.PriceUp}, 50); len(got) != 1 || got[0].Listing != 112 || value.Km(got[0].At, NearPole) > .01 {
		t.Errorf("a listing alone is %+v", got)
	}
	if got := clusters(t, s, search.Query{}, 0); len(got) != 0 {
		t.Errorf("no clusters at most: %+v", got)
	}
	if _, err := s.Index.Clusters(t.Context(), search.Query{Sort: "cheapest"}, 5); value.KindOf(err) != value.Invalid {
		t.Errorf("clusters of a bad query: %v", err)
	}
	s.Put(Generate(rand.New(rand.NewPCG(8, 8)), 500)...)
	checkClusters(t, s, search.Query{Category: 1, Limit: 3}, 40, -1)
}

func clusters(t *testing.T, s Subject, q search.Query, most int) []search.Cluster {
	t.Helper()
	all, err := s.Index.Clusters(t.Context(), q, most)
	if err != nil {
		t.Fatalf("%+v: %v", q, err)
	}
	return all
}

// checkClusters checks that clusters are few enough and hold all listings; want is how many, -1 for any.
func checkClusters(t *testing.T, s Subject, q search.Query, most, want int) {
	t.Helper()
	all := clusters(t, s, q, most)
	sum := 0
	for _, c := range all {
		sum += c.Listings
		if (c.Listing == 0) == (c.Listings == 1) || c.Listings < 1 || math.Abs(c.At.Lat) > 90 || math.Abs(c.At.Lon) > 180 {
			t.Errorf("%s: odd cluster %+v", show(q), c)
		}
		if q.Box != nil && !isIn(c.At, *q.Box) {
			t.Errorf("%s: cluster %+v lies outside of %+v", show(q), c, *q.Box)
		}
	}
	if len(all) > most || want >= 0 && sum != want {
		t.Errorf("%s: %d clusters of %d listings, want at most %d of %d", show(q), len(all), sum, most, want)
	}
	if want < 0 && len(all) < most/6 {
		t.Errorf("%s: only %d clusters, where %d may be", show(q), len(all), most)
	}
}
