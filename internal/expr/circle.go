package expr

import (
	"math"
	"strconv"

	"fairground/internal/value"
)

// circle is what within() asks about: the points at most so many kilometres from a middle, along a great circle.
//
// Go, SQLite and PostgreSQL must give the same answer also for a point on the rim. So the distance is reckoned with
// nothing but additions and multiplications of doubles in one fixed order, which round alike everywhere: sines come
// from a polynomial, good to a millimetre near and to some metres at the other side of the globe, and the square of the
// half chord (the haversine) is compared, so that no root is drawn. What depends on the circle only is reckoned once, here.
type circle struct {
	lat, lon int64   // of the middle, in ten-millionths of a degree
	cosine   float64 // of the middle's latitude
	most     float64 // haversine of the radius; below 0 nothing is within
	south    int64   // no point within lies outside these latitudes
	north    int64
}

const (
	earthRadius_km = 6371.0088
	fullTurn_e7    = 3_600_000_000
	halfTurn_e7    = fullTurn_e7 / 2
	radian         = math.Pi / 360 / 1e7 // half of a ten-millionth of a degree
)

// sine are the coefficients of x·(1 + c₁·x² + c₂·x⁴ …), highest power first.
var sine = []float64{-1.0 / 121645100408832000, 1.0 / 355687428096000, -1.0 / 1307674368000, 1.0 / 6227020800, -1.0 / 39916800, 1.0 / 362880, -1.0 / 5040, 1.0 / 120, -1.0 / 6, 1}

func newCircle(km, lat, lon float64) (circle, error) {
	if !(math.Abs(lat) <= 90 && math.Abs(lon) <= 180) || math.IsNaN(km) {
		return circle{}, value.Errorf(value.Invalid, "within: %g, %g is not on the globe", lat, lon)
	}
	c := circle{lat: e7(lat), lon: e7(lon), most: -1, south: math.MaxInt64, north: math.MinInt64}
	c.cosine = cosineOf(c.lat)
	if km < 0 {
		return c, nil
	}
	angle := math.Min(km/earthRadius_km, math.Pi)
	half := math.Sin(angle / 2)
	c.most = half * half
	if angle >= math.Pi {
		c.most = 2 // the whole globe
	}
	reach := int64(angle/radian/2*1.0001) + 1000
	c.south, c.north = c.lat-reach, c.lat+reach
	return c, nil
}

// holds is the reckoning that the SQL repeats step by step.
func (c circle) holds(lat, lon int64) bool {
	across := lon - c.lon
	if across < 0 {
		across = -across
	}
	if across > halfTurn_e7 {
		across = fullTurn_e7 - across
	}
	up, over, own := sinOf(lat-c.lat), sinOf(across), sinOf(lat)
	return c.haversine(up, over, own) <= c.most
}

func (c circle) haversine(up, over, own float64) float64 {
	cosine := float64(1 - float64(2*float64(own*own)))
	return float64(float64(up*up) + float64(float64(c.cosine*cosine)*float64(over*over)))
}

// sinOf is the sine of half an angle given in ten-millionths of a degree. The conversions keep a compiler from fusing.
func sinOf(angle int64) float64 {
	x := float64(float64(angle) * radian)
	y := float64(x * x)
	sum := sine[0]
	for _, c := range sine[1:] {
		sum = float64(float64(sum*y) + c)
	}
	return float64(sum * x)
}

func cosineOf(lat int64) float64 {
	s := sinOf(lat)
	return float64(1 - float64(2*float64(s*s)))
}

// sql is holds in SQL, over columns of latitude and longitude that are not NULL together.
func (c circle) sql(g *writer, lat, lon string) string {
	real := func(whole string) string { return "cast(" + whole + " as real)" }
	if g.dialect == Postgres {
		real = func(whole string) string { return "(" + whole + ")::float8" }
	}
	middle, turn := g.bindInt(c.lon), strconv.Itoa(fullTurn_e7)
	most := "min"
	if g.dialect == Postgres {
		most = "least"
	}
	across := most + "(abs(b - " + middle + "), " + turn + " - abs(b - " + middle + "))"
	step := g.bindDouble(radian)
	angles := "select " + real("a - "+g.bindInt(c.lat)) + " * " + step + " as x, " + real(across) + " * " + step + " as y, " +
		real("a") + " * " + step + " as z from (select " + lat + " as a, " + lon + " as b) p"
	sines := "select " + g.sine("x", "x2") + " as u, " + g.sine("y", "y2") + " as o, " + g.sine("z", "z2") + " as w" +
		" from (select x, y, z, x * x as x2, y * y as y2, z * z as z2 from (" + angles + ") q) r"
	return "(" + lat + " between " + g.bindInt(c.south) + " and " + g.bindInt(c.north) + " and (select ((u * u) + ((" +
		g.bindDouble(c.cosine) + " * (1 - (2 * (w * w)))) * (o * o))) <= " + g.bindDouble(c.most) + " from (" + sines + ") s))"
}

// sine is the polynomial over x and its square.
func (g *writer) sine(x, square string) string {
	sum := g.bindDouble(sine[0])
	for _, c := range sine[1:] {
		sum = "((" + sum + " * " + square + ") + " + g.bindDouble(c) + ")"
	}
	return "(" + sum + " * " + x + ")"
}
