package memory

import (
	"math"
	"slices"
	"sort"

	"fairground/internal/search"
	"fairground/internal/value"
)

// globe is where the documents of a segment are: degrees as whole numbers, 10,000,000 to one, which is about a
// centimetre. The globe is cut into rows along the parallels; order has the documents with a place, row by row
// from the south, and from west to east within each. So what lies in a circle or a box is a stretch of each row.
type globe struct {
	lat, lon  []int32
	order     []uint32
	ordered   []degreePair // of the documents in order
	firstRow  int
	rowStarts []uint32 // in order, of the rows from firstRow on, and the end of the last
}

// degreePair is a place as it is kept.
type degreePair struct{ lat, lon int32 }

func (p degreePair) point() value.Point {
	return value.Point{Lat: float64(p.lat) / perDegree, Lon: float64(p.lon) / perDegree}
}

const (
	perDegree      = 1e7
	nowhere        = math.MinInt32 // as latitude: there is no place
	row_deg        = .04           // about 4.5 km
	spare_deg      = 2e-5          // about two metres, for rounding
	earthRadius_km = 6371.0088     // as in value.Km
	halfWorld_km   = 20_100        // everything is nearer
)

// packPoint writes a point as two whole numbers.
func packPoint(p value.Point) (lat, lon int32) {
	if p.IsZero() || !(math.Abs(p.Lat) <= 90 && math.Abs(p.Lon) <= 180) {
		return nowhere, 0
	}
	return int32(math.Round(p.Lat * perDegree)), int32(math.Round(p.Lon * perDegree))
}

// point is the place of a document; zero for none.
func (g *globe) point(at uint32) value.Point {
	if g.lat[at] == nowhere {
		return value.Point{}
	}
	return value.Point{Lat: float64(g.lat[at]) / perDegree, Lon: float64(g.lon[at]) / perDegree}
}

func (g *globe) bytes() int64 {
	return 4 * int64(len(g.lat)+len(g.lon)+len(g.order)+2*len(g.ordered)+len(g.rowStarts))
}

func rowOf(lat float64) int { return int(math.Floor(lat / row_deg)) }

// finish makes the rows: it counts how many documents lie in each, deals them out, and sorts each row.
func (g *globe) finish() {
	first, last, placed := math.MaxInt, math.MinInt, 0
	for _, lat := range g.lat {
		if lat != nowhere {
			row := rowOf(float64(lat) / perDegree)
			first, last, placed = min(first, row), max(last, row), placed+1
		}
	}
	if placed == 0 {
		return
	}
	g.firstRow = first
	g.rowStarts = make([]uint32, last-first+2)
	for _, lat := range g.lat {
		if lat != nowhere {
			g.rowStarts[rowOf(float64(lat)/perDegree)-first+1]++
		}
	}
	for i := 1; i < len(g.rowStarts); i++ {
		g.rowStarts[i] += g.rowStarts[i-1]
	}
	keys := make([]uint64, placed) // longitude, then the position
	next := slices.Clone(g.rowStarts)
	for i, lat := range g.lat {
		if lat != nowhere {
			row := rowOf(float64(lat)/perDegree) - first
			keys[next[row]] = uint64(int64(g.lon[i])+1<<31)<<32 | uint64(i)
			next[row]++
		}
	}
	g.order = make([]uint32, placed)
	for row := range len(g.rowStarts) - 1 {
		slices.Sort(keys[g.rowStarts[row]:g.rowStarts[row+1]])
	}
	g.ordered = make([]degreePair, placed)
	for i, key := range keys {
		at := uint32(key)
		g.order[i], g.ordered[i] = at, degreePair{g.lat[at], g.lon[at]}
	}
}

// stretch is a part of order.
type stretch struct{ from, to int }

// rows yields the rows between two latitudes, with their edges.
func (g *globe) rows(south, north float64, yield func(row stretch, south, north float64)) {
	first := max(rowOf(south), g.firstRow)
	last := min(rowOf(north), g.firstRow+len(g.rowStarts)-2)
	for row := first; row <= last; row++ {
		s := stretch{int(g.rowStarts[row-g.firstRow]), int(g.rowStarts[row-g.firstRow+1])}
		if s.from < s.to {
			yield(s, float64(row)*row_deg, float64(row+1)*row_deg)
		}
	}
}

// between is the part of a row between two longitudes within -180..180, ends included.
func (g *globe) between(row stretch, west, east float64) stretch {
	all := g.ordered[row.from:row.to]
	least, most := math.Floor(west*perDegree), math.Ceil(east*perDegree)
	from := sort.Search(len(all), func(i int) bool { return float64(all[i].lon) >= least })
	to := from + sort.Search(len(all)-from, func(i int) bool { return float64(all[from+i].lon) > most })
	return stretch{row.from + from, row.from + to}
}

// around yields the parts of a row between two longitudes, of which the first may be less than -180, and the second more
// than 180.
func (g *globe) around(row stretch, west, east float64, yield func(stretch)) {
	if east-west >= 360 {
		yield(row)
		return
	}
	if west < -180 {
		yield(g.between(row, west+360, 180))
		west = -180
	}
	if east > 180 {
		yield(g.between(row, -180, min(east-360, west)))
		east = 180
	}
	yield(g.between(row, west, east))
}

// addCircle adds to a set every document within a distance of a point.
func (g *globe) addCircle(center value.Point, km float64, into set) {
	if km >= halfWorld_km {
		g.addAll(into)
		return
	}
	reach := degrees(km / earthRadius_km)
	wide := reach + spare_deg
	isNear := nearTo(center, km)
	g.rows(center.Lat-wide, center.Lat+wide, func(row stretch, south, north float64) {
		outer := halfWidth(center.Lat, wide, max(south, center.Lat-wide), min(north, center.Lat+wide))
		inner := g.surely(center.Lat, reach-spare_deg, south, north)
		check := func(part stretch) {
			for i := part.from; i < part.to; i++ {
				if isNear(g.ordered[i].point()) {
					into.add(g.order[i])
				}
			}
		}
		if inner <= 0 {
			g.around(row, center.Lon-outer, center.Lon+outer, check)
			return
		}
		g.around(row, center.Lon-outer, center.Lon-inner, check)
		g.around(row, center.Lon+inner, center.Lon+outer, check)
		g.around(row, center.Lon-inner, center.Lon+inner, func(part stretch) {
			for _, at := range g.order[part.from:part.to] {
				into.add(at)
			}
		})
	})
}

// leaveCircle leaves in a set only documents within a distance of a point.
func (g *globe) leaveCircle(center value.Point, km float64, in set) {
	isNear := nearTo(center, km)
	reach := degrees(min(km, halfWorld_km)/earthRadius_km) + spare_deg
	south, north := int64((center.Lat-reach)*perDegree), int64((center.Lat+reach)*perDegree)
	for w, word := range in {
		for at := range (set{word}).all {
			at += uint32(w) << 6
			lat := int64(g.lat[at])
			if lat == nowhere || lat < south || lat > north || km < halfWorld_km && !isNear(g.point(at)) {
				in.remove(at)
			}
		}
	}
}

// surely is a half width that all of a row has within a circle, less than nought if it has none. A circle is widest in
// one place and narrows from there to both sides, so its width at the edges of the row counts.
func (g *globe) surely(lat, reach, south, north float64) float64 {
	if reach <= 0 || south < lat-reach || north > lat+reach || lat+reach > 89.9 || lat-reach < -89.9 {
		return -1
	}
	return min(halfWidthAt(lat, reach, south), halfWidthAt(lat, reach, north)) - 2*spare_deg
}

func (g *globe) addAll(into set) {
	for _, at := range g.order {
		into.add(at)
	}
}

// addBox adds to a set every document in a part of the map.
func (g *globe) addBox(box search.Box, into set) {
	south, north := math.Round(box.South*perDegree), math.Round(box.North*perDegree)
	west, east := math.Round(box.West*perDegree), math.Round(box.East*perDegree)
	add := func(part stretch) {
		for i := part.from; i < part.to; i++ {
			lat, lon := float64(g.ordered[i].lat), float64(g.ordered[i].lon)
			isBetween := lon >= west && lon <= east
			if west > east {
				isBetween = lon >= west || lon <= east
			}
			if lat >= south && lat <= north && isBetween {
				into.add(g.order[i])
			}
		}
	}
	g.rows(box.South-spare_deg, box.North+spare_deg, func(row stretch, _, _ float64) {
		if box.West <= box.East {
			add(g.between(row, box.West, box.East))
		} else {
			add(g.between(row, box.West, 180))
			add(g.between(row, -180, box.East))
		}
	})
}

// halfWidth is how many degrees of longitude a circle reaches to either side between two latitudes. It is widest where
// the meridians touch it.
func halfWidth(lat, reach, south, north float64) float64 {
	if lat+reach >= 90 || lat-reach <= -90 {
		return 180
	}
	widest := degrees(math.Asin(math.Sin(radians(lat)) / math.Cos(radians(reach))))
	return min(halfWidthAt(lat, reach, min(max(widest, south), north))+spare_deg/math.Max(.001, math.Cos(radians(lat))), 180)
}

func halfWidthAt(lat, reach, at float64) float64 {
	a, b, r := radians(at), radians(lat), radians(reach)
	cosine := (math.Cos(r) - math.Sin(a)*math.Sin(b)) / (math.Cos(a) * math.Cos(b))
	return degrees(math.Acos(min(1, max(-1, cosine))))
}

// nearTo returns what says whether a point is within a distance of another.
func nearTo(center value.Point, km float64) func(value.Point) bool {
	c, most := newCenter(center), chord(km)
	return func(p value.Point) bool { return c.chordTo(p) <= most }
}

// center is a point to measure distances from.
type center struct{ lat, lon, cosine float64 }

func newCenter(p value.Point) center {
	return center{radians(p.Lat), radians(p.Lon), math.Cos(radians(p.Lat))}
}

// chordTo is the square of the straight line to a point, on a globe of radius 1. It grows with the distance.
func (c center) chordTo(p value.Point) float64 {
	lat := radians(p.Lat)
	up, along := math.Sin((lat-c.lat)/2), math.Sin((radians(p.Lon)-c.lon)/2)
	return 4 * (up*up + c.cosine*math.Cos(lat)*along*along)
}

// chord is the square of the straight line that belongs to a distance.
func chord(km float64) float64 {
	half := math.Sin(min(km/earthRadius_km, math.Pi) / 2)
	return 4 * half * half
}

// kmOf is the distance that belongs to the square of a straight line.
func kmOf(chord float64) float64 {
	return 2 * earthRadius_km * math.Asin(min(1, math.Sqrt(max(chord, 0))/2))
}

func radians(degrees float64) float64 { return degrees * math.Pi / 180 }

func degrees(radians float64) float64 { return radians * 180 / math.Pi }
