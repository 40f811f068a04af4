package value

import "math"

// Point is a place on the globe in degrees (WGS 84).
type Point struct {
	Lat float64
	Lon float64
}

// ParsePoint checks a pair of degrees. It returns an error of kind Invalid for a place that is not on the globe,
// and for exactly 0, 0, which in practice is a missing value.
func ParsePoint(lat, lon float64) (Point, error) {
	if math.IsNaN(lat) || math.IsNaN(lon) || math.Abs(lat) > 90 || math.Abs(lon) > 180 {
		return Point{}, Fieldf("place", "%g, %g is not on the globe: latitude goes from -90 to 90, longitude from -180 to 180", lat, lon)
	}
	if lat == 0 && lon == 0 {
		return Point{}, Fieldf("place", "0, 0 is a missing place; leave it out instead")
	}
	return Point{Lat: lat, Lon: lon}, nil
}

// IsZero reports whether there is no place.
func (p Point) IsZero() bool { return p == Point{} }

const earthRadius_km = 6371.0088 // mean radius, IUGG

// Km is the distance between two points along the surface in kilometres (haversine).
func Km(a, b Point) float64 {
	lat1, lat2 := radians(a.Lat), radians(b.Lat)
	dLat, dLon := lat2-lat1, radians(b.Lon-a.Lon)
	h := math.Pow(math.Sin(dLat/2), 2) + math.Cos(lat1)*math.Cos(lat2)*math.Pow(math.Sin(dLon/2), 2)
	return 2 * earthRadius_km * math.Asin(math.Min(1, math.Sqrt(h)))
}

// Coarse moves a point to the middle of its cell of about 500 m, which is all the public is shown (promise 8).
func (p Point) Coarse() Point {
	const step = .0045 // degrees of latitude in 500 m
	lat := (math.Floor(p.Lat/step) + .5) * step
	wide := step / math.Max(.05, math.Cos(radians(lat)))
	lon := (math.Floor(p.Lon/wide) + .5) * wide
	return Point{Lat: math.Round(lat*1e5) / 1e5, Lon: math.Round(lon*1e5) / 1e5}
}

// Box is a rectangle of degrees.
type Box struct{ South, West, North, East float64 }

// Around returns the smallest box that holds every point within a distance in kilometres.
func Around(p Point, km float64) Box {
	dLat := km / earthRadius_km * 180 / math.Pi
	dLon := dLat / math.Max(.01, math.Cos(radians(p.Lat)))
	return Box{South: p.Lat - dLat, West: p.Lon - dLon, North: p.Lat + dLat, East: p.Lon + dLon}
}

func radians(degrees float64) float64 { return degrees * math.Pi / 180 }
