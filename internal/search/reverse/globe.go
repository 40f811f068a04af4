package reverse

import (
	"math"

	"fairground/internal/search"
	"fairground/internal/value"
)

const earthRadius_km = 6371.0088 // as in value.Km

func radians(degrees float64) float64 { return degrees * math.Pi / 180 }

func degrees(radians float64) float64 { return radians * 180 / math.Pi }

// space is a point on a globe of radius 1. The square of the straight line between two of them grows with their distance,
// and comparing it is how the indexes compare distances.
type space struct{ x, y, z float64 }

func inSpace(p value.Point) space {
	lat, lon := radians(p.Lat), radians(p.Lon)
	return space{math.Cos(lat) * math.Cos(lon), math.Cos(lat) * math.Sin(lon), math.Sin(lat)}
}

func (s space) line(other space) float64 {
	dx, dy, dz := s.x-other.x, s.y-other.y, s.z-other.z
	return dx*dx + dy*dy + dz*dz
}

// chord is the square of the straight line that belongs to a distance.
func chord(km float64) float64 {
	half := math.Sin(math.Min(km/earthRadius_km, math.Pi) / 2)
	return 4 * half * half
}

// area is a rectangle of rough degrees, wide enough for what it stands for, ends included.
type area struct{ south, west, north, east int16 }

const (
	perDegree = 180    // a rough degree is about 600 m
	nowhere   = -32768 // of a document without a point: below every area that asks for a place
)

var anywhere = area{nowhere, nowhere, math.MaxInt16, math.MaxInt16}

func rough(degrees float64) int16 { return int16(math.Floor(degrees * perDegree)) }

func (a area) holds(lat, lon int16) bool {
	return lat >= a.south && lat <= a.north && lon >= a.west && lon <= a.east
}

// areaOf is where the documents of a query lie.
func areaOf(q search.Query) area {
	a := anywhere
	if q.Within_km > 0 {
		a = a.within(around(q.Near, q.Within_km))
	}
	if b := q.Box; b != nil {
		west, east := b.West, b.East
		if west > east {
			west, east = -180, 180
		}
		a = a.within(area{rough(b.South), rough(west), rough(b.North), rough(east)})
	}
	return a
}

func (a area) within(b area) area {
	return area{max(a.south, b.south), max(a.west, b.west), min(a.north, b.north), min(a.east, b.east)}
}

const spare_deg = 1e-4 // for rounding

// around holds every point within a distance. Where a pole or the date line is inside, it goes around the globe.
func around(p value.Point, km float64) area {
	reach := degrees(km/earthRadius_km) + spare_deg
	south, north := p.Lat-reach, p.Lat+reach
	west, east := -180.0, 180.0
	if south > -90 && north < 90 {
		wide := degrees(math.Asin(math.Min(1, math.Sin(radians(reach))/math.Cos(radians(p.Lat))))) + spare_deg
		if p.Lon-wide >= -180 && p.Lon+wide <= 180 {
			west, east = p.Lon-wide, p.Lon+wide
		}
	}
	return area{rough(max(south, -90)), rough(west), rough(min(north, 90)), rough(east)}
}
