package record

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"fairground/internal/expr"
	"fairground/internal/value"
)

// placeKind is a named point. Degrees are stored in ten-millionths, about a centimetre.
type placeKind struct{}

const (
	e7       = 1e7
	badPlace = "write a place such as Lausanne, or Lausanne (46.52, 6.63)"
)

var pointAtEnd = regexp.MustCompile(`^(.*?)\s*\(\s*(-?\d{1,3}(?:\.\d+)?)\s*,\s*(-?\d{1,3}(?:\.\d+)?)\s*\)$`)

func (placeKind) define(_ *Catalog, _ *Object, f *Field) error {
	return f.only("length", "searchable", "required")
}

func (placeKind) columns(*Field) []column {
	return []column{{"", "text"}, {"k", "text"}, {"lat", "bigint"}, {"lon", "bigint"}}
}

func (k placeKind) parse(f *Field, in any) (any, error) {
	switch v := in.(type) {
	case PlaceValue:
		return k.place(f, v.Name, v.Point)
	case string:
		parts := pointAtEnd.FindStringSubmatch(strings.TrimSpace(v))
		if parts == nil {
			return k.place(f, v, nil)
		}
		return k.withPoint(f, parts[1], parts[2], parts[3])
	case map[string]any:
		name, _ := v["name"].(string)
		if v["lat"] == nil && v["lon"] == nil {
			return k.place(f, name, nil)
		}
		return k.withPoint(f, name, v["lat"], v["lon"])
	default:
		return nil, invalid(badPlace)
	}
}

func (k placeKind) withPoint(f *Field, name string, lat, lon any) (any, error) {
	y, err := degreesOf(lat)
	if err != nil {
		return nil, err
	}
	x, err := degreesOf(lon)
	if err != nil {
		return nil, err
	}
	point, err := value.ParsePoint(y, x)
	if err != nil {
		return nil, err
	}
	return k.place(f, name, &point)
}

func degreesOf(in any) (float64, error) {
	switch v := in.(type) {
	case float64:
		return v, nil
	case int64:
		return float64(v), nil
	case json.Number:
		return v.Float64()
	case string:
		n, err := strconv.ParseFloat(v, 64)
		if err != nil {
			return 0, invalid(badPlace)
		}
		return n, nil
	default:
		return 0, invalid(badPlace)
	}
}

// place checks name and point. A name that ends like a point would be read as one the next time.
func (placeKind) place(f *Field, name string, point *value.Point) (any, error) {
	named, err := textKind{}.parse(&Field{Key: f.Key, Options: Options{Length: f.Options.Length}}, name)
	if err != nil {
		return nil, err
	}
	p := PlaceValue{}
	p.Name, _ = named.(string)
	if pointAtEnd.MatchString(p.Name) {
		return nil, invalid("write the point as lat and lon, not in the name")
	}
	if point == nil {
		if p.Name == "" {
			return nil, nil
		}
		return p, nil
	}
	exact, err := value.ParsePoint(math.Round(point.Lat*e7)/e7, math.Round(point.Lon*e7)/e7)
	p.Point = &exact
	return p, err
}

func (placeKind) store(_ *Field, v any) []any {
	p, _ := v.(PlaceValue)
	stored := []any{nil, nil, nil, nil}
	if p.Name != "" {
		stored[0], stored[1] = p.Name, fold(p.Name)
	}
	if p.Point != nil {
		stored[2], stored[3] = int64(math.Round(p.Point.Lat*e7)), int64(math.Round(p.Point.Lon*e7))
	}
	return stored
}

func (placeKind) load(_ *Field, stored []any) (any, error) {
	name, _ := stored[0].(string)
	lat, isLat := stored[2].(int64)
	lon, isLon := stored[3].(int64)
	p := PlaceValue{Name: name}
	if isLat && isLon {
		p.Point = &value.Point{Lat: float64(lat) / e7, Lon: float64(lon) / e7}
	}
	if p.Name == "" && p.Point == nil {
		return nil, nil
	}
	return p, nil
}

func (placeKind) show(_ *Field, v any) string {
	p, _ := v.(PlaceValue)
	if p.Point == nil {
		return p.Name
	}
	return strings.TrimSpace(fmt.Sprintf("%s (%s, %s)", p.Name, degrees(p.Point.Lat), degrees(p.Point.Lon)))
}

func degrees(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

func (placeKind) json(_ *Field, v any) any {
	p, _ := v.(PlaceValue)
	out := map[string]any{}
	if p.Name != "" {
		out["name"] = p.Name
	}
	if p.Point != nil {
		out["lat"], out["lon"] = p.Point.Lat, p.Point.Lon
	}
	return out
}

func (placeKind) expr(f *Field) expr.Field { return f.condition(expr.FieldPlace, "lat", "lon") }
func (placeKind) order(f *Field) []string  { return []string{f.column("k")} }
