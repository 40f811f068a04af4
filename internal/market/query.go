package market

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"fairground/internal/listing"
	"fairground/internal/search"
	"fairground/internal/value"
	"fairground/internal/web"
)

const (
	promotedShown = 3 // a page, and never more than a quarter of what it shows
	promotedPages = 3 // the pages that begin with them
)

// query is the wish as the index understands it, without facets.
func (w *wish) query() search.Query {
	q := search.Query{
		Words: w.get("q"), Literal: w.has("literal"), Category: w.category,
		Currency: w.v.settings.Currency, Rates: search.Rates(w.v.settings.Rates), Price: w.span(),
		Near: w.near, Box: w.box(), Since: w.since(),
		Seller: search.Seller(w.get("seller")), Kind: search.Kind(w.get("kind")), WithPhotos: w.has("photos"),
		Sort: w.sort(), Page: w.page(), Limit: pageSize,
	}
	if q.Near.IsZero() && q.Sort == search.Distance {
		q.Sort = w.defaultSort()
	}
	if !q.Near.IsZero() {
		q.Within_km, _ = strconv.ParseFloat(w.within(), 64)
	}
	for _, a := range w.attributes {
		if filter, set := w.filter(a); set {
			q.Filters = append(q.Filters, filter)
		}
	}
	return q
}

// since is when the oldest listing may have been published, to the minute, so that equal searches are equal for a while.
func (w *wish) since() time.Time {
	if !w.has("since") {
		return time.Time{}
	}
	return w.v.now.AddDate(0, 0, -atoi(w.get("since"))).Truncate(time.Minute)
}

func (w *wish) span() *search.Span {
	if !w.has("from") && !w.has("to") {
		return nil
	}
	span := search.Span{High: search.Unbounded}
	if m, err := value.ParseMoney(w.get("from"), w.v.settings.Currency); err == nil {
		span.Low = m.Minor
	}
	if m, err := value.ParseMoney(w.get("to"), w.v.settings.Currency); err == nil {
		span.High = m.Minor
	}
	return &span
}

func (w *wish) filter(a listing.Attribute) (search.Filter, bool) {
	name := prefix + a.Slug
	switch {
	case a.Type == listing.ChoiceType && w.has(name):
		return search.AnyOf(a.Slug, w.params[name]...), true
	case a.Type == listing.BooleanType && w.has(name):
		return search.Is(a.Slug, w.get(name) == "yes"), true
	case w.has(name+atLeast) || w.has(name+atMost):
		return search.Between(a.Slug, w.number(name+atLeast, math.Inf(-1)), w.number(name+atMost, math.Inf(1))), true
	default:
		return search.Filter{}, false
	}
}

// readBox reads a part of the map: south, west, north and east in degrees, between commas. One whose west is greater
// than its east lies across the date line.
func (w *wish) readBox(f *web.Form) {
	given := strings.TrimSpace(f.Raw("box"))
	if given == "" {
		return
	}
	b, ok := parseBox(given)
	if !ok {
		w.faults["box"] = w.v.t("market.fault.box")
		return
	}
	w.set("box", writeBox(b))
}

func (w *wish) box() *search.Box {
	if b, ok := parseBox(w.get("box")); ok {
		return &b
	}
	return nil
}

func parseBox(text string) (search.Box, bool) {
	parts := strings.Split(text, ",")
	if len(parts) != 4 {
		return search.Box{}, false
	}
	var sides [4]float64
	for i, part := range parts {
		n, err := strconv.ParseFloat(strings.TrimSpace(part), 64)
		if err != nil || math.IsNaN(n) || math.Abs(n) > 90+90*float64(i%2) {
			return search.Box{}, false
		}
		sides[i] = math.Round(n*1e3) / 1e3 // about a hundred metres
	}
	b := search.Box{South: sides[0], West: sides[1], North: sides[2], East: sides[3]}
	return b, b.South <= b.North
}

func writeBox(b search.Box) string {
	sides := make([]string, 0, 4)
	for _, n := range []float64{b.South, b.West, b.North, b.East} {
		sides = append(sides, strconv.FormatFloat(n+0, 'f', -1, 64)) // no minus before nought
	}
	return strings.Join(sides, ",")
}

// isPlain reports whether the wish is a category or everything, be it on a later page.
func (w *wish) isPlain() bool { return w.holdsOnly("page") }

func (w *wish) holdsOnly(names ...string) bool {
	for name := range w.params {
		if !slices.Contains(names, name) {
			return false
		}
	}
	return true
}
