package search

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"fairground/internal/db"
	"fairground/internal/value"
)

// MostClusters is how many clusters are given at most, whatever is asked for.
const MostClusters = 1_000

// Spot is a place with listings.
type Spot struct {
	At       value.Point
	Listings int
	Listing  value.ID // one of them
}

// Grouped puts spots together by squares of the map, as small as most clusters allow, each at the middle of its
// listings. Squares of a box that crosses the date line do so too. The answer is in order of place.
func Grouped(spots []Spot, box *Box, most int) []Cluster {
	most = min(most, MostClusters)
	if most <= 0 || len(spots) == 0 {
		return nil
	}
	west := -180.0
	if box != nil {
		west = box.West
	}
	for size := smallestSquare_deg; ; size *= 2 {
		if all, ok := groupedBy(spots, west, size, most); ok {
			return all
		}
	}
}

const smallestSquare_deg = .0005 // about 50 m: places are coarser than that

type square struct{ row, column int }

// groupedBy is false when squares of a size are too many.
func groupedBy(spots []Spot, west, size float64, most int) ([]Cluster, bool) {
	type sum struct {
		lat, lon float64 // lon counts from the west
		Spot
	}
	sums := make(map[square]*sum)
	for _, s := range spots {
		east := math.Mod(s.At.Lon-west+720, 360)
		at := square{int(math.Floor((s.At.Lat + 90) / size)), int(math.Floor(east / size))}
		in := sums[at]
		if in == nil {
			if len(sums) == most {
				return nil, false
			}
			in = &sum{Spot: s}
			in.Listings = 0
			sums[at] = in
		}
		in.lat += s.At.Lat * float64(s.Listings)
		in.lon += east * float64(s.Listings)
		in.Listings += s.Listings
	}
	all := make([]Cluster, 0, len(sums))
	for _, in := range sums {
		n := float64(in.Listings)
		c := Cluster{At: value.Point{Lat: in.lat / n, Lon: math.Mod(in.lon/n+west+540, 360) - 180}, Listings: in.Listings}
		if in.Listings == 1 {
			c.Listing, c.At = in.Listing, in.At
		}
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b Cluster) int {
		return cmp.Or(cmp.Compare(a.At.Lat, b.At.Lat), cmp.Compare(a.At.Lon, b.At.Lon))
	})
	return all, true
}

// Clusters reads the places of what a query finds, of the newest MostTotal if it finds more.
func (s *Database) Clusters(ctx context.Context, q Query, most int) ([]Cluster, error) {
	q, _, err := s.checked(ctx, q)
	if err != nil {
		return nil, err
	}
	var spots []Spot
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		spots, err = findSpots(tx, q)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("search.Clusters(%q): %w", q.Words, err)
	}
	return Grouped(spots, q.Box, most), nil
}

// findSpots counts listings by place: places are coarse, so there are fewer of them than listings.
func findSpots(tx *db.Tx, q Query) ([]Spot, error) {
	s := &selection{engine: tx.Engine()}
	m := conditions(q)
	inner := "select d.listing, d.x, d.y, d.z" + s.from(m, q) + " order by " + s.place(m) + " desc limit " + s.arg(MostTotal)
	return db.All(tx, func(row db.Scanner) (spot Spot, err error) {
		var x, y, z float64
		err = row.Scan(&x, &y, &z, &spot.Listings, &spot.Listing)
		spot.At = onGlobe(x, y, z)
		return spot, err
	}, "select x, y, z, count(*), min(listing) from ("+inner+") as found where x is not null group by x, y, z order by x, y, z", s.all()...)
}

// onGlobe is the point that onSphere made, to a millimetre.
func onGlobe(x, y, z float64) value.Point {
	lat, lon := degrees(math.Asin(math.Max(-1, math.Min(1, z)))), degrees(math.Atan2(y, x))
	return value.Point{Lat: math.Round(lat*1e8) / 1e8, Lon: math.Round(lon*1e8) / 1e8}
}
