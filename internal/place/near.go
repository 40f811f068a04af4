package place

import (
	"cmp"
	"math"
	"slices"

	"fairground/internal/value"
)

// grid files places by squares of a degree.
type grid struct {
	first []uint32 // of each square, in order
	order []uint32 // places, square by square
}

const (
	columns = 360
	rows    = 180
)

func newGrid(g *Gazetteer) grid {
	cells := grid{first: make([]uint32, rows*columns+1), order: make([]uint32, g.Places())}
	for i := range g.Places() {
		cells.first[g.cell(i)+1]++
	}
	for c := range rows * columns {
		cells.first[c+1] += cells.first[c]
	}
	next := slices.Clone(cells.first)
	for i := range g.Places() {
		c := g.cell(i)
		cells.order[next[c]] = uint32(i)
		next[c]++
	}
	return cells
}

func (g *Gazetteer) cell(i int) int {
	return rowOf(float64(g.lat[i])/1000)*columns + columnOf(float64(g.lon[i])/1000)
}

func rowOf(lat float64) int { return max(0, min(rows-1, int(math.Floor(lat))+90)) }

// columnOf wraps around: 181 degrees east is 179 degrees west.
func columnOf(lon float64) int {
	c := int(math.Floor(lon)) + 180
	return ((c % columns) + columns) % columns
}

// in calls with every place of a box; a box over the date line has its east beyond 180, or its west before -180.
func (g *Gazetteer) in(b value.Box, call func(int)) {
	if g.Places() == 0 || b.South > b.North {
		return
	}
	wide := min(columns-1, int(math.Floor(b.East)-math.Floor(b.West)))
	for row := rowOf(b.South); row <= rowOf(b.North); row++ {
		for step := range wide + 1 {
			c := row*columns + (columnOf(b.West)+step)%columns
			for _, i := range g.cells.order[g.cells.first[c]:g.cells.first[c+1]] {
				if g.isIn(int(i), b) {
					call(int(i))
				}
			}
		}
	}
}

func (g *Gazetteer) isIn(i int, b value.Box) bool {
	p := g.point(i)
	inLon := p.Lon >= b.West && p.Lon <= b.East || p.Lon+360 >= b.West && p.Lon+360 <= b.East || p.Lon-360 >= b.West && p.Lon-360 <= b.East
	return inLon && p.Lat >= b.South && p.Lat <= b.North
}

// Nearest is the place nearest to a point, and how far it is. The empty gazetteer answers with an empty place at an
// infinite distance.
func (g *Gazetteer) Nearest(p value.Point) (Place, float64) {
	best, km := -1, math.Inf(1)
	look := func(i int) {
		if away := value.Km(p, g.point(i)); away < km {
			best, km = i, away
		}
	}
	for _, reach_km := range []float64{15, 60, 250, 1000} {
		if g.in(value.Around(p, reach_km), look); km <= reach_km {
			return g.place(best), km
		}
	}
	for i := range g.Places() {
		look(i)
	}
	if best < 0 {
		return Place{}, km
	}
	return g.place(best), km
}

// Within returns the places of a box that have most people, most first, parts of towns last.
func (g *Gazetteer) Within(b value.Box, most int) []Place {
	var all []Place
	for _, i := range g.within(b, most) {
		all = append(all, g.place(i))
	}
	return all
}

func (g *Gazetteer) within(b value.Box, most int) []int {
	var found []int
	g.in(b, func(i int) { found = append(found, i) })
	slices.SortFunc(found, func(a, b int) int {
		return cmp.Or(cmp.Compare(g.weight(b), g.weight(a)), cmp.Compare(a, b))
	})
	return found[:min(len(found), most)]
}

// weight is the people of a place as maps count them: capitals more, parts of a town less.
func (g *Gazetteer) weight(i int) int {
	switch people := int(g.people[i]); g.kind[i] {
	case capital:
		return 3 * people
	case seat:
		return 3 * people / 2
	case part:
		return people / 50
	default:
		return people
	}
}
