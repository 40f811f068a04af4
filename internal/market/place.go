package market

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"fairground/internal/listing"
	"fairground/internal/ui"
	"fairground/internal/value"
)

// area is a drawing of roughly where a thing is: a circle around the coarse point, a scale, and the neighbouring
// places where they really lie. It shows no streets, because it knows none.
type area struct {
	name  string
	at    value.Point // coarse
	towns []town
	km    float64 // across the drawing
	bar   float64 // kilometres of the scale bar
}

// town is a neighbouring place in units of the drawing.
type town struct {
	name string
	x, y float64
	left bool // its name stands to the left of its dot
}

const (
	areaWidth  = 640.0
	areaHeight = 260.0
	circle_km  = .5
	mostTowns  = 7
)

// areaOf draws the surroundings of a place; nil without a point.
func areaOf(p listing.Place, g *gazetteer) *area {
	centre := p.Coarse()
	if centre.IsZero() {
		return nil
	}
	a := &area{name: p.Name, at: centre, km: 14, bar: 2}
	type near struct {
		name string
		at   value.Point
		km   float64
	}
	var all []near
	for _, name := range g.names {
		if at, known := g.points[name]; known && name != p.Name {
			all = append(all, near{name, at, value.Km(centre, at)})
		}
	}
	slices.SortFunc(all, func(a, b near) int { return cmp.Compare(a.km, b.km) })
	for _, n := range all {
		if len(a.towns) == mostTowns || n.km > a.km {
			break
		}
		a.add(n.name, centre, n.at)
	}
	return a
}

// onMap is the same on a map that people can move, for browsers with JavaScript.
func (a *area) onMap(v *visit) ui.Map {
	const town = 11.5 // zoom
	return ui.Map{
		ID: "place-map", Label: v.t("market.area.label", "place", a.name), Centre: a.at, Zoom: town, Around_km: circle_km, Small: true,
		Tiles: v.settings.Tiles, TilesCredit: v.settings.TilesCredit,
	}
}

// perKm is how many units of the drawing a kilometre takes.
func (a *area) perKm() float64 { return areaWidth / a.km }

// add places a town unless its name would stand outside the drawing or upon another.
func (a *area) add(name string, centre, at value.Point) {
	const perDegree_km = 111.195
	x := areaWidth/2 + (at.Lon-centre.Lon)*perDegree_km*math.Cos(centre.Lat*math.Pi/180)*a.perKm()
	y := areaHeight/2 - (at.Lat-centre.Lat)*perDegree_km*a.perKm()
	t := town{name: name, x: x, y: y, left: x > areaWidth*.72}
	low, high := t.extent()
	if low < 8 || high > areaWidth-8 || y < 18 || y > areaHeight-34 || math.Hypot(x-areaWidth/2, y-areaHeight/2) < 34 {
		return
	}
	for _, other := range a.towns {
		otherLow, otherHigh := other.extent()
		if math.Abs(other.y-y) < 20 && low < otherHigh+6 && otherLow < high+6 {
			return
		}
	}
	a.towns = append(a.towns, t)
}

// extent is where dot and name begin and end.
func (t town) extent() (low, high float64) {
	wide := 14 + 7.2*float64(len([]rune(t.name)))
	if t.left {
		return t.x - wide, t.x + 5
	}
	return t.x - 5, t.x + wide
}

// anchor is where the name begins, or ends when it stands to the left.
func (t town) anchor() (x, align string) {
	if t.left {
		return unit(t.x - 9), "end"
	}
	return unit(t.x + 9), "start"
}

// radius of the circle in units of the drawing.
func (a *area) radius() string { return unit(circle_km * a.perKm()) }

// scalePath draws the scale bar in the middle of the lower edge, where a narrow page does not cut it off.
func (a *area) scalePath() string {
	long := a.bar * a.perKm()
	return "M" + unit(areaWidth/2-long/2) + " 240v5h" + unit(long) + "v-5"
}

// lines of the grid behind, one for each length of the scale bar, counted from the middle.
func (a *area) lines(extent float64) []string {
	var all []string
	step := a.bar * a.perKm()
	for at := math.Mod(extent/2, step); at < extent; at += step {
		all = append(all, unit(at))
	}
	return all
}

func unit(n float64) string { return strconv.FormatFloat(math.Round(n*10)/10, 'f', -1, 64) }
