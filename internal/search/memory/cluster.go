package memory

import (
	"cmp"
	"context"
	"math"
	"slices"

	"fairground/internal/search"
	"fairground/internal/value"
)

const mostClusters = 4_000

// Clusters puts a grid over the part of the map asked for, or over all that is found, as fine as the number of clusters
// allows. Its lines stay where they are when the map moves, since their distance is one of few, and they begin at the
// corner of the globe.
func (x *Index) Clusters(ctx context.Context, q search.Query, most int) ([]search.Cluster, error) {
	q.Sort, q.Page, q.Limit, q.Facets, q.Promoted = "", 0, 0, nil, 0
	most = min(most, mostClusters)
	if most <= 0 {
		return nil, ctx.Err()
	}
	var all []search.Cluster
	err := x.inquire(ctx, q, func(n *inquiry) error {
		found := make([]matched, len(n.parts))
		for i := range n.parts {
			found[i] = n.narrow(i).whole
		}
		all = n.cluster(found, most)
		return ctx.Err()
	})
	return all, err
}

// gathered is what lies in one cell of the grid.
type gathered struct {
	listings int
	lat, lon float64 // sums
	last     value.ID
}

func (n *inquiry) cluster(found []matched, most int) []search.Cluster {
	box := n.q.Box
	if box == nil {
		box = n.extent(found)
	}
	if box == nil {
		return nil
	}
	g := newGrid(*box, most)
	for i, of := range found {
		p := &n.parts[i]
		for at := range of.set.all {
			if point := p.globe.point(at); !point.IsZero() {
				g.add(point, p.listings[at])
			}
		}
	}
	return g.clusters()
}

// extent is the part of the map with all that was found; nil if nothing has a place.
func (n *inquiry) extent(found []matched) *search.Box {
	b := search.Box{South: 91, West: 181, North: -91, East: -181}
	for i, of := range found {
		p := &n.parts[i]
		for at := range of.set.all {
			if point := p.globe.point(at); !point.IsZero() {
				b.South, b.North = min(b.South, point.Lat), max(b.North, point.Lat)
				b.West, b.East = min(b.West, point.Lon), max(b.East, point.Lon)
			}
		}
	}
	if b.South > b.North {
		return nil
	}
	return &b
}

// grid is the cells of a part of the map.
type grid struct {
	size        float64 // of a cell, in degrees
	row, column int     // of the first cell
	rows, wide  int
	cells       []gathered
}

func newGrid(b search.Box, most int) *grid {
	if b.West > b.East {
		b.East += 360
	}
	g := &grid{size: 360. / (1 << 14)}
	for {
		g.row, g.column = g.place(b.South, b.West)
		row, column := g.place(b.North, b.East)
		g.rows, g.wide = row-g.row+1, column-g.column+1
		if g.rows*g.wide <= max(most, 4) || g.size >= 360 {
			break
		}
		g.size *= 2
	}
	g.cells = make([]gathered, g.rows*g.wide)
	return g
}

func (g *grid) place(lat, lon float64) (row, column int) {
	return int(math.Floor((lat + 90) / g.size)), int(math.Floor((lon + 180) / g.size))
}

func (g *grid) add(p value.Point, listing value.ID) {
	row, column := g.place(p.Lat, p.Lon)
	if column < g.column { // east of the date line
		p.Lon += 360
		_, column = g.place(p.Lat, p.Lon)
	}
	i, j := row-g.row, column-g.column
	if i < 0 || j < 0 || i >= g.rows || j >= g.wide {
		return
	}
	cell := &g.cells[i*g.wide+j]
	cell.listings++
	cell.lat += p.Lat
	cell.lon += p.Lon
	cell.last = listing
}

// clusters are the cells that are not empty, the greatest first.
func (g *grid) clusters() []search.Cluster {
	var all []search.Cluster
	for _, cell := range g.cells {
		if cell.listings == 0 {
			continue
		}
		c := search.Cluster{Listings: cell.listings, At: value.Point{Lat: cell.lat / float64(cell.listings), Lon: cell.lon / float64(cell.listings)}}
		if c.At.Lon > 180 {
			c.At.Lon -= 360
		}
		if cell.listings == 1 {
			c.Listing = cell.last
		}
		all = append(all, c)
	}
	slices.SortStableFunc(all, func(a, b search.Cluster) int { return cmp.Compare(b.Listings, a.Listings) })
	return all
}
