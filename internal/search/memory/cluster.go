package memory

import (
	"context"
	"math"

	"fairground/internal/search"
	"fairground/internal/value"
)

const (
	fewSpots = 4_096 // listings that are handed on one by one
	gridSide = 128   // squares of a side that others are put together in first
)

// Clusters puts together what lies near each other as search.Grouped does. Many listings are first put into the squares of
// a fine grid over the part of the map in question.
func (x *Index) Clusters(ctx context.Context, q search.Query, most int) ([]search.Cluster, error) {
	q.Facets, q.Promoted = nil, 0
	var all []search.Cluster
	err := x.inquire(ctx, q, func(n *inquiry) error {
		if most <= 0 {
			return nil
		}
		found := make([]matched, len(n.parts))
		for i := range n.parts {
			found[i] = n.narrow(i).whole
		}
		all = search.Grouped(n.spots(found), q.Box, most)
		return ctx.Err()
	})
	return all, err
}

// spots are the places of some documents.
func (n *inquiry) spots(found []matched) []search.Spot {
	total := 0
	for _, of := range found {
		total += of.count
	}
	var all []search.Spot
	if total <= fewSpots {
		n.eachPlaced(found, func(p value.Point, listing value.ID) {
			all = append(all, search.Spot{At: p, Listings: 1, Listing: listing})
		})
		return all
	}
	g := newGrid(n.extent(found))
	n.eachPlaced(found, g.add)
	return g.spots()
}

// eachPlaced visits the documents with a place.
func (n *inquiry) eachPlaced(found []matched, visit func(value.Point, value.ID)) {
	for i, of := range found {
		p := &n.parts[i]
		for at := range of.set.all {
			if point := p.globe.point(at); !point.IsZero() {
				visit(point, p.listings[at])
			}
		}
	}
}

// extent is the part of the map with all that was found. Longitudes count from the west of the query's box.
func (n *inquiry) extent(found []matched) (b search.Box, west float64) {
	if box := n.q.Box; box != nil {
		return search.Box{South: box.South, North: box.North, East: eastOf(box.East, box.West)}, box.West
	}
	west = -180
	b = search.Box{South: 90, West: 360, North: -90, East: 0}
	n.eachPlaced(found, func(p value.Point, _ value.ID) {
		east := eastOf(p.Lon, west)
		b.South, b.North = min(b.South, p.Lat), max(b.North, p.Lat)
		b.West, b.East = min(b.West, east), max(b.East, east)
	})
	return b, west
}

// eastOf is how many degrees a longitude lies east of another.
func eastOf(lon, west float64) float64 {
	if lon < west {
		lon += 360
	}
	return lon - west
}

// grid is squares over a part of the map.
type grid struct {
	box        search.Box
	west       float64
	high, wide float64 // of a square
	squares    []gathered
}

// gathered is what lies in one square.
type gathered struct {
	listings int
	lat, lon float64 // sums; lon counts from the west
	listing  value.ID
}

func newGrid(b search.Box, west float64) *grid {
	const more = 1 + 1e-9 // so that the last point lies in the last square
	return &grid{box: b, west: west, squares: make([]gathered, gridSide*gridSide),
		high: math.Max((b.North-b.South)*more/gridSide, 1e-9), wide: math.Max((b.East-b.West)*more/gridSide, 1e-9)}
}

func (g *grid) add(p value.Point, listing value.ID) {
	east := eastOf(p.Lon, g.west)
	row, column := int((p.Lat-g.box.South)/g.high), int((east-g.box.West)/g.wide)
	s := &g.squares[min(row, gridSide-1)*gridSide+min(column, gridSide-1)]
	s.listings++
	s.lat += p.Lat
	s.lon += east
	s.listing = listing
}

func (g *grid) spots() []search.Spot {
	var all []search.Spot
	for _, s := range g.squares {
		if s.listings > 0 {
			n := float64(s.listings)
			at := value.Point{Lat: s.lat / n, Lon: s.lon/n + g.west}
			if at.Lon > 180 {
				at.Lon -= 360
			}
			all = append(all, search.Spot{At: at, Listings: s.listings, Listing: s.listing})
		}
	}
	return all
}
