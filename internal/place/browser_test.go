package place_test

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"fairground/internal/place"
	"fairground/internal/ui"
	"fairground/internal/ui/browser"
	"fairground/internal/ui/text"
	"fairground/internal/value"
)

// stock are listings around the lake, as a market would have them: some alone, many in towns.
func stock() []cluster {
	var all []cluster
	for i, town := range []struct {
		name  string
		count int
	}{{"Lausanne", 64}, {"Genève", 120}, {"Morges", 9}, {"Nyon", 14}, {"Vevey", 18}, {"Montreux", 11}, {"Pully", 5}, {"Renens", 7}, {"Yverdon", 6}, {"Évian", 4}, {"Bulle", 1}, {"Fribourg", 16}, {"Aubonne", 1}, {"Cully", 1}, {"Thonon", 3}} {
		p, ok := place.Load().Find(town.name, value.Point{Lat: 46.5, Lon: 6.6}, "CH")
		if !ok {
			panic(town.name)
		}
		for n := range town.count {
			turn := float64(n) * 2.4
			at := value.Point{Lat: p.Point.Lat + .006*math.Sqrt(float64(n))*math.Sin(turn), Lon: p.Point.Lon + .008*math.Sqrt(float64(n))*math.Cos(turn)}.Coarse()
			id := "lst_" + strconv.Itoa(1000*i+n)
			all = append(all, cluster{Lat: at.Lat, Lon: at.Lon, Count: 1, Listing: id, Title: fmt.Sprintf("Bicycle %d of %s", n+1, p.Name), Price: fmt.Sprintf("CHF %d", 80+37*n), Href: "/l/" + id})
		}
	}
	return all
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

// clusters files the stock of a box into squares of 64 pixels.
func clusters(w http.ResponseWriter, r *http.Request) {
	var box [4]float64
	for i, text := range strings.Split(r.FormValue("box"), ",") {
		n, err := strconv.ParseFloat(text, 64)
		if err != nil || i > 3 {
			http.Error(w, "no box", http.StatusBadRequest)
			return
		}
		box[i] = n
	}
	zoom, _ := strconv.Atoi(r.FormValue("zoom"))
	size := 360 / math.Pow(2, float64(zoom)) / 4
	squares := map[[2]int]*cluster{}
	answer := []*cluster{}
	for _, one := range stock() {
		if one.Lat < box[0] || one.Lat > box[2] || one.Lon < box[1] || one.Lon > box[3] || r.FormValue("q") == "nothing" {
			continue
		}
		key := [2]int{int(one.Lat / size * 1.4), int(one.Lon / size)}
		if c := squares[key]; c != nil {
			n := float64(c.Count)
			*c = cluster{Lat: (c.Lat*n + one.Lat) / (n + 1), Lon: (c.Lon*n + one.Lon) / (n + 1), Count: c.Count + 1}
		} else {
			squares[key] = &one
			answer = append(answer, &one)
		}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"clusters": answer})
}

// world is a page with a map of results and a list, and one with the small map of a listing.
func world(t *testing.T) http.Handler {
	t.Helper()
	catalogue, err := text.New(ui.Messages())
	if err != nil {
		t.Fatal(err)
	}
	lake := value.Box{South: 46.1, West: 6.0, North: 46.75, East: 7.15}
	results := ui.Map{ID: "map", Label: "Results on the map", Box: lake, Clusters: "/search/map?q=bicycle", Card: "/card?listing=", Area: "/search?q=bicycle"}
	nothing, broken, tiles := results, results, results
	nothing.Clusters, broken.Clusters = "/search/map?q=nothing", "/broken"
	tiles.Tiles, tiles.TilesCredit = "/tiles/{z}/{x}/{y}.svg", "Tiles of the test"
	listing := ui.Map{ID: "place", Label: "Around Pully", Centre: value.Point{Lat: 46.511, Lon: 6.661}, Zoom: 11, Around_km: 1, Small: true}
	world := ui.Map{ID: "map", Label: "The world", Centre: value.Point{Lat: -17, Lon: 179}, Zoom: 4}
	mux := http.NewServeMux()
	for path, m := range map[string]ui.Map{"/map": results, "/nothing": nothing, "/broken-map": broken, "/tiled": tiles, "/listing": listing, "/world": world} {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
			locale := value.Locale("en-CH")
			if l := r.FormValue("locale"); l != "" {
				locale = value.Locale(l)
			}
			printer := catalogue.Printer(text.Settings{Locale: locale, Currency: "CHF", Clock: &value.FixedClock{}})
			ctx := text.WithPrinter(r.Context(), printer)
			w.Header().Set("Content-Security-Policy", ui.CSP)
			content := templ.Join(templ.Raw(`<h1>Bicycles near Lausanne</h1>`), m, templ.Raw(`<p></p><ul><li><a id="card" href="/l/1" data-listing="lst_10000" data-at="46.62,7.06">Bicycle 1 of Bulle</a></li></ul>`))
			page := ui.PublicPage{Title: "Map", Site: "Lakeside Market"}.View()
			_ = page.Render(templ.WithChildren(ctx, content), w)
		})
	}
	mux.HandleFunc("GET /search/map", clusters)
	mux.HandleFunc("GET /search", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, "<!doctype html><html lang=en><title>s</title><p>searched") })
	mux.HandleFunc("GET /card", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `<a class="map-plain" href="/l/%s"><b>CHF 80</b><span>Card of %s</span></a>`, r.FormValue("listing"), r.FormValue("listing"))
	})
	mux.HandleFunc("GET /tiles/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "image/svg+xml")
		fmt.Fprint(w, `<svg xmlns="http://www.w3.org/2000/svg" width="256" height="256"><rect width="256" height="256" fill="#dfe8d8" stroke="#aab"/></svg>`)
	})
	mux.Handle("GET /map/", place.Pieces())
	mux.Handle("GET /static/", ui.Static())
	mux.HandleFunc("GET /theme/icon.svg", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "image/svg+xml")
		fmt.Fprint(w, `<svg xmlns="http://www.w3.org/2000/svg"/>`)
	})
	return mux
}

const drawn = `document.querySelector("fg-map .spot")`

func TestMapInBrowser(t *testing.T) {
	tab := browser.Open(t, world(t))
	for _, c := range []struct {
		name, path string
		width      int64
		scheme     string
		waits      string
	}{
		{"map-wide-light", "/map", 1440, "light", drawn},
		{"map-wide-dark", "/map", 1440, "dark", drawn},
		{"map-phone-light", "/map", 390, "light", drawn},
		{"map-listing", "/listing", 900, "light", `document.querySelector(".map-here")`},
		{"map-listing-dark", "/listing", 900, "dark", `document.querySelector(".map-here")`},
		{"map-world", "/world", 1200, "light", `true`},
		{"map-nothing", "/nothing", 900, "light", `document.querySelector(".map-state:not([hidden])")`},
		{"map-broken", "/broken-map", 900, "light", `document.querySelector(".map-state:not([hidden]) button:not([hidden])")`},
		{"map-german", "/map?locale=de-CH", 900, "light", drawn},
	} {
		tab.Show(c.path, c.width, c.scheme)
		tab.Until(c.waits)
		tab.Evaluate(`new Promise(done => setTimeout(() => done(""), 900))`)
		tab.Examine(c.name)
		tab.Shoot(c.name)
	}
}
