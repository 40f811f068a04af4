package market

import (
	"net/http"
	"strconv"

	"fairground/internal/listing"
	"fairground/internal/search"
	"fairground/internal/ui"
	"fairground/internal/value"
	"fairground/internal/web"
)

const (
	mostClusters = 120 // on one map
	mapAddress   = "/search/map"
	cardAddress  = "/search/card/"
)

// mapped is the answer to a map (ui.Map): what a search finds in the part of the world that is shown.
type mapped struct {
	Clusters []cluster `json:"clusters"`
}

type cluster struct {
	Lat     float64 `json:"lat"`
	Lon     float64 `json:"lon"`
	Count   int     `json:"count"`
	Listing string  `json:"listing,omitempty"`
	Title   string  `json:"title,omitempty"`
	Price   string  `json:"price,omitempty"`
	Href    string  `json:"href,omitempty"`
}

// clusters answers with what a search finds on a map. The box of the address is what the map shows, not a filter. A
// single listing is named only if it is visible now.
func (v *visit) clusters(w http.ResponseWriter) error {
	f, err := web.ReadQuery(v.r)
	if err != nil {
		return err
	}
	wished, err := v.requested()
	if err != nil {
		return err
	}
	for name, fault := range wished.faults {
		return value.Fieldf(name, "%s", fault)
	}
	q := wished.query()
	if text := f.Raw("box"); text != "" {
		box, ok := parseBox(text)
		if !ok {
			return value.Fieldf("box", "%s", v.t("market.fault.box"))
		}
		q.Box = &box
	}
	found, err := v.Index.Clusters(v.ctx, q, mostClusters)
	if err != nil {
		return err
	}
	answer, err := v.mapped(found)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "private, no-cache")
	return web.WriteJSON(w, http.StatusOK, answer)
}

func (v *visit) mapped(found []search.Cluster) (mapped, error) {
	var ids []value.ID
	for _, c := range found {
		if c.Listing != 0 {
			ids = append(ids, c.Listing)
		}
	}
	visible, err := v.visible(ids)
	if err != nil {
		return mapped{}, err
	}
	byID := make(map[value.ID]listing.Listing, len(visible))
	for _, l := range visible {
		byID[l.ID] = l
	}
	answer := mapped{Clusters: []cluster{}}
	for _, c := range found {
		shown := cluster{Lat: c.At.Lat, Lon: c.At.Lon, Count: c.Listings}
		if c.Listing != 0 {
			l, known := byID[c.Listing]
			if !known {
				continue
			}
			at := l.Place.Coarse()
			shown.Lat, shown.Lon = at.Lat, at.Lon
			shown.Listing, shown.Title, shown.Price, shown.Href = l.Key(), l.Title, v.price(l), pathOf(l)
		}
		answer.Clusters = append(answer.Clusters, shown)
	}
	return answer, nil
}

// mapCard answers with the card of one listing, for the map.
func (v *visit) mapCard(w http.ResponseWriter) error {
	l, _, err := v.find(v.r.PathValue("id"))
	if err != nil {
		return err
	}
	shown, err := v.visible([]value.ID{l.ID})
	if err != nil {
		return err
	}
	if len(shown) == 0 {
		return v.unknown()
	}
	return web.Render(w, v.r, http.StatusOK, cards(v.tiles(shown, nil, 3, 1), false))
}

// theMap is the map beside the results: around the place, or the part of the map that was chosen, or what was found.
func (r *results) theMap() ui.Map {
	m := ui.Map{
		ID: "results-map", Label: r.title(), Centre: r.near, Clusters: r.clustersAddress(), Card: cardAddress,
		Tiles: r.v.settings.Tiles, TilesCredit: r.v.settings.TilesCredit,
	}
	if b := r.box(); b != nil {
		m.Box = value.Box{South: b.South, West: b.West, North: b.North, East: b.East}
		return m
	}
	if !r.near.IsZero() && r.within() != anywhere {
		m.Box = value.Around(r.near, float64(atoi(r.within())))
		return m
	}
	m.Box = boxOf(r.listings)
	if m.Centre.IsZero() {
		m.Centre = r.v.settings.Centre
	}
	return m
}

// clustersAddress is where the map asks what lies where. What the list is narrowed to is no reason to hide the rest.
func (r *results) clustersAddress() string {
	other := r.but()
	for _, name := range []string{"box", "view", "sort"} {
		other.params.Del(name)
	}
	return other.elsewhere(mapAddress)
}

func degrees(n float64) string { return strconv.FormatFloat(n, 'f', 5, 64) }

// boxOf is the part of the map that holds listings, with a margin; the zero Box when none has a point.
func boxOf(listings []listing.Listing) value.Box {
	var b value.Box
	for _, l := range listings {
		at := l.Place.Coarse()
		switch {
		case at.IsZero():
		case b == value.Box{}:
			b = value.Around(at, 2)
		default:
			b.South, b.North = min(b.South, at.Lat), max(b.North, at.Lat)
			b.West, b.East = min(b.West, at.Lon), max(b.East, at.Lon)
		}
	}
	high, wide := (b.North-b.South)/4, (b.East-b.West)/4
	return value.Box{
		South: max(-90, b.South-high), West: max(-180, b.West-wide),
		North: min(90, b.North+high), East: min(180, b.East+wide),
	}
}

// spotOf is where the map finds a listing: at its coarse point.
func spotOf(l listing.Listing) string {
	if at := l.Place.Coarse(); !at.IsZero() {
		return degrees(at.Lat) + "," + degrees(at.Lon)
	}
	return ""
}
