package search

import (
	"math"
	"strconv"

	"fairground/internal/value"
)

// A cell is a piece of the globe about as wide as high. Each size of cell divides the globe into rows of equal
// height, and each row into as many columns as fit, so there is no special case at the poles and columns close around
// the date line.
var cellSizes_deg = [...]float64{2, .5, .125, .03125} // about 220, 55, 14 and 3.5 km

const mostCells = 48 // of one size that a radius may need; more, and the next size is taken

// cells are the tokens of the cells that hold a point.
func cells(p value.Point) []string {
	all := make([]string, len(cellSizes_deg))
	for level, size := range cellSizes_deg {
		row := rowOf(p.Lat, size)
		all[level] = cellToken(level, row, columnOf(p.Lon, columns(row, size)))
	}
	return all
}

// cover returns the tokens of cells that together hold every point within a distance, of the smallest size that does
// not need too many. It returns none when the distance is so great that cells do not help.
func cover(p value.Point, km float64) []string {
	for level := len(cellSizes_deg) - 1; level >= 0; level-- {
		if tokens, ok := coverWith(p, km, level); ok {
			return tokens
		}
	}
	return nil
}

func coverWith(p value.Point, km float64, level int) (tokens []string, ok bool) {
	size := cellSizes_deg[level]
	reach := degrees(km/earthRadius_km) + spare_deg
	south, north := math.Max(p.Lat-reach, -90), math.Min(p.Lat+reach, 90)
	return coverRows(level, south, north, func(row int) (west, width float64) {
		wide := halfWidth(p.Lat, reach, math.Max(south, float64(row)*size), math.Min(north, float64(row+1)*size))
		return p.Lon - wide, 2 * wide
	})
}

// coverBox is cover for a part of the map.
func coverBox(b Box) []string {
	for level := len(cellSizes_deg) - 1; level >= 0; level-- {
		south, north := math.Max(b.South-spare_deg, -90), math.Min(b.North+spare_deg, 90)
		tokens, ok := coverRows(level, south, north, func(int) (west, width float64) { return b.West - spare_deg, b.width() + 2*spare_deg })
		if ok {
			return tokens
		}
	}
	return nil
}

// width is how many degrees of longitude a box spans.
func (b Box) width() float64 {
	if b.East < b.West {
		return b.East - b.West + 360
	}
	return b.East - b.West
}

// coverRows covers what lies between two latitudes, in each row as wide as across says in degrees.
func coverRows(level int, south, north float64, across func(row int) (west, width float64)) (tokens []string, ok bool) {
	size := cellSizes_deg[level]
	if (north-south)/size > mostCells {
		return nil, false
	}
	for row := rowOf(south, size); row <= rowOf(north, size); row++ {
		west, wide := across(row)
		count := columns(row, size)
		first := columnOf(west, count)
		width := columnOf(west+wide, count) - first
		if wide/360*float64(count) >= float64(count-1) {
			first, width = 0, count-1
		} else if width < 0 {
			width += count
		}
		if len(tokens)+width+1 > mostCells {
			return nil, false
		}
		for i := range width + 1 {
			tokens = append(tokens, cellToken(level, row, (first+i)%count))
		}
	}
	return tokens, true
}

// halfWidth is how many degrees of longitude a circle reaches to either side between two latitudes. It is widest where
// the meridians touch it, and narrower the farther from there.
func halfWidth(lat, reach, south, north float64) float64 {
	if lat+reach >= 90 || lat-reach <= -90 {
		return 180
	}
	widest := degrees(math.Asin(math.Sin(radians(lat)) / math.Cos(radians(reach))))
	at := radians(math.Min(math.Max(widest, south), north))
	cosine := (math.Cos(radians(reach)) - math.Sin(at)*math.Sin(radians(lat))) / (math.Cos(at) * math.Cos(radians(lat)))
	return degrees(math.Acos(math.Min(1, math.Max(-1, cosine)))) + spare_deg
}

const (
	spare_deg     = 1e-5 // about a metre, for rounding
	spareOnSphere = 1e-11
)

func radians(degrees float64) float64 { return degrees * math.Pi / 180 }

func degrees(radians float64) float64 { return radians * 180 / math.Pi }

func rowOf(lat, size float64) int { return int(math.Floor(lat / size)) }

// columns is how many columns a row has.
func columns(row int, size float64) int {
	nearest := math.Min(math.Abs(float64(row)*size), math.Abs(float64(row+1)*size))
	return max(1, int(360/size*math.Cos(radians(math.Min(nearest, 90)))))
}

// columnOf wraps around: 181 degrees east is 179 degrees west.
func columnOf(lon float64, count int) int {
	turn := math.Mod(lon+540, 360) / 360
	return min(int(turn*float64(count)), count-1)
}

func cellToken(level, row, column int) string {
	return "_g" + strconv.Itoa(level) + "_" + strconv.Itoa(row+4000) + "_" + strconv.Itoa(column)
}

const earthRadius_km = 6371.0088 // as in value.Km

// onSphere is a point in space on a globe of radius 1. The straight line between two such points grows with their
// distance, and needs nothing but arithmetic, which both engines do alike.
func onSphere(p value.Point) (x, y, z float64) {
	lat, lon := radians(p.Lat), radians(p.Lon)
	return math.Cos(lat) * math.Cos(lon), math.Cos(lat) * math.Sin(lon), math.Sin(lat)
}

// chord is the square of the straight line that belongs to a distance.
func chord(km float64) float64 {
	half := math.Sin(math.Min(km/earthRadius_km, math.Pi) / 2)
	return 4 * half * half
}

// kmOf is the distance that belongs to the square of a straight line.
func kmOf(chord float64) float64 {
	return 2 * earthRadius_km * math.Asin(math.Min(1, math.Sqrt(chord)/2))
}
