package place_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
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
	mux.HandleFunc("GET /search", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "<!doctype html><html lang=en><title>s</title><p>searched")
	})
	mux.HandleFunc("GET /card", func(w http.ResponseWriter, r *http.Request) {
		id := r.FormValue("listing")
		fmt.Fprintf(w, `<div class="cards"><article class="card" data-listing="%s"><a href="/l/%s"><span class="photo"><svg class="tone" aria-hidden="true"><rect width="100%%" height="100%%" fill="#dfe6d8"></rect></svg></span><div><p class="price">CHF 80</p><h2 class="title">Card of %s, serviced in May, with two baskets</h2><p class="small muted">Pully · yesterday</p></div></a><div class="card-more small muted"><p>Good</p></div></article></div>`, id, id, id)
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
		tab.Evaluate(`new Promise(done => setTimeout(() => done(""), 300))`)
		tab.Examine(c.name)
		tab.Shoot(c.name)
	}
	tab.Show("/tiled", 900, "light")
	tab.Until(`(() => { const c = document.querySelector("fg-map canvas"), d = c.getContext("2d").getImageData(c.width / 2, c.height / 2, 60, 60).data;
		for (let i = 0; i < d.length; i += 4) if (d[i] === 223 && d[i + 1] === 232 && d[i + 2] === 216) return true; return false; })()`)
	tab.Until(`document.querySelector(".map-credit").textContent === "Tiles of the test"`)
	tab.Examine("map-tiled")
	tab.Shoot("map-tiled")
	tab.Show("/map", 1200, "light")
	tab.Until(drawn)
	tab.Evaluate(`(document.querySelector(".spot.many").click(), "")`)
	tab.Evaluate(`new Promise(done => document.addEventListener("map-clusters", () => done("")))`)
	tab.Evaluate(`(document.querySelector(".spot.one").click(), "")`)
	tab.Until(`document.querySelector(".map-card .card")`)
	tab.Examine("map-card")
	tab.Shoot("map-card")
}

// TestMapBehaves tries what hands and keys do, each step a question asked in the page. Every answer must be "yes".
func TestMapBehaves(t *testing.T) {
	const before = `const inks = () => { const c = find("canvas"), d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data, all = {}; for (let i = 0; i < d.length; i += 4000) { const k = d[i] + "," + d[i+1] + "," + d[i+2]; all[k] = (all[k] || 0) + 1; } return all; }; const rest = ms => new Promise(go => setTimeout(go, ms)), soon = async is => { for (let i = 0; i < 500 && !is(); i++) await rest(20); }; let moved = null; document.addEventListener("map-moved", e => moved = e.detail);
		const map = find("fg-map"), pane = find(".map-pane");
		if (find("fg-map").dataset.clusters) await soon(() => find(".spot")); await soon(() => inks()["244,241,233"] > 50);
		const at = s => { const b = s.getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2]; };
		const pull = (on, x, y, dx, dy) => { const say = (type, px, py, buttons) => on.dispatchEvent(new PointerEvent(type, {bubbles: true, cancelable: true, pointerId: 1, clientX: px, clientY: py, button: 0, buttons}));
			pane.setPointerCapture = () => {}; say("pointerdown", x, y, 1); say("pointermove", x + dx / 2, y + dy / 2, 1); say("pointermove", x + dx, y + dy, 1); say("pointerup", x + dx, y + dy, 0); }; `
	steps := []struct {
		name, path string
		width      int64
		question   string
	}{
		{"land and water are drawn", "/world", 1200, `await soon(() => inks()["207,223,233"] > 50); const all = inks(); all["244,241,233"] > 5 && all["207,223,233"] > 50`},
		{"a cluster says how many listings are near which place", "/map", 1200, `const says = () => [...document.querySelectorAll(".spot.many")].some(s => /^\d+ listings near Lausanne$/.test(s.getAttribute("aria-label"))); await soon(says); says()`},
		{"the map says in words what it shows", "/map", 1200, `await soon(() => find("fg-map [role=status]").textContent !== ""); /listings on the map: \d+ /.test(find("fg-map [role=status]").textContent)`},
		{"a drag moves the map with its buttons and asks anew", "/map", 1200, `const s = find(".spot"), [x, y] = at(s), key = s.textContent; pull(pane, 700, 400, -120, 60); await rest(60); const [x2, y2] = at(s); const near = Math.abs(x2 - x + 120) < 2 && Math.abs(y2 - y - 60) < 2; await soon(() => moved); near && moved.by === "person" && moved.box.length === 4`},
		{"the click that ends a drag opens nothing", "/map", 1200, `const s = find(".spot.one"), [x, y] = at(s); pull(s, x, y, 40, 0); s.click(); find(".map-card").hidden`},
		{"after a move the area can be searched", "/map", 1200, `const hidden = find(".map-area").hidden; pull(pane, 700, 400, -120, 0); await rest(50); hidden && !find(".map-area").hidden && /\/search\?q=bicycle&box=[\d.-]+,[\d.-]+,[\d.-]+,[\d.-]+$/.test(find(".map-area").href)`},
		{"plus and minus zoom about the middle", "/map", 1200, `click("[data-zoom-by='1']"); await soon(() => moved); const nearer = moved.zoom, [s, w, n, e] = moved.box; moved = null; click("[data-zoom-by='-1']"); await soon(() => moved); const b = moved.box; moved.zoom === nearer - 1 && Math.abs((w + e) - (b[1] + b[3])) < .001`},
		{"a wheel zooms at the pointer", "/map", 1200, `pane.dispatchEvent(new WheelEvent("wheel", {deltaY: -300, clientX: 400, clientY: 300, bubbles: true, cancelable: true})); await soon(() => moved); moved.zoom > 9`},
		{"a cluster is zoomed into, and falls apart", "/map", 1200, `const s = find(".spot.many"), n = +s.textContent; s.click(); await soon(() => moved); await soon(() => ![...document.querySelectorAll(".spot.many")].some(o => +o.textContent === n)); moved.zoom > 11 && ![...document.querySelectorAll(".spot.many")].some(o => +o.textContent === n)`},
		{"one listing opens its card, which Escape closes, and the focus returns", "/map", 1200, `const s = find(".spot.one"); s.focus(); s.click(); await soon(() => /Card of lst_/.test(find(".map-card").textContent)); const open = !find(".map-card").hidden && find(".map-card").contains(document.activeElement); key("Escape", document.activeElement); open && find(".map-card").hidden && document.activeElement === s`},
		{"a card of the list lights its spot", "/map", 1200, `find("#card").dispatchEvent(new FocusEvent("focusin", {bubbles: true})); const lit = find(".spot.lit"); find("h1").dispatchEvent(new PointerEvent("pointerover", {bubbles: true})); /^CHF 80$/.test(lit.textContent) && !find(".spot.lit")`},
		{"a spot lights its card of the list", "/map", 1200, `const s = [...document.querySelectorAll(".spot.one")].find(o => o.getAttribute("aria-label").includes("Bulle")); s.dispatchEvent(new PointerEvent("pointerover", {bubbles: true})); const lit = find("#card").classList.contains("lit"); s.dispatchEvent(new PointerEvent("pointerout", {bubbles: true})); lit && !find("#card").classList.contains("lit")`},
		{"another search keeps the map where it is", "/map", 1200, `map.dataset.clusters = "/search/map?q=nothing"; await soon(() => !find(".map-state").hidden); find(".spot") === null && moved === null && /No listings/.test(find(".map-state").textContent)`},
		{"it can be left and come back", "/map", 1200, `const n = document.querySelectorAll(".spot").length, next = map.nextSibling, home = map.parentNode; map.remove(); await rest(50); home.insertBefore(map, next); await rest(300); document.querySelectorAll(".spot").length === n && inks()["244,241,233"] > 50`},
		{"dark follows the switch at once", "/map", 1200, `const light = inks()["244,241,233"] > 50; click("[data-theme-switch]"); await rest(200); const dark = inks()["35,34,27"] > 50; localStorage.clear(); light && dark`},
		{"the bar is as long as it says", "/map", 1200, `const bar = find(".map-scale"), km = parseFloat(bar.textContent); let seen; document.addEventListener("map-moved", e => seen = e.detail); key("ArrowLeft", pane); await soon(() => seen); const [s, w, n, e] = seen.box; const px_km = pane.clientWidth / ((e - w) * 111.2 * Math.cos((n + s) / 2 * Math.PI / 180)); /km$/.test(bar.textContent) && Math.abs(bar.offsetWidth / px_km - km) < .08 * km`},
		{"where people measure in miles, so does the bar", "/map?locale=en-GB", 1200, `/^\d+\smi$/.test(find(".map-scale").textContent)`},
		{"zooming ends at either end", "/map", 1200, `for (let i = 0; i < 14; i++) { click("[data-zoom-by='1']"); await rest(20); } await soon(() => moved && moved.zoom === 13); const most = moved.zoom; for (let i = 0; i < 16; i++) { click("[data-zoom-by='-1']"); await rest(20); } await soon(() => moved.zoom < 3); most === 13 && moved.zoom >= 2 && moved.zoom < 3 && moved.box[2] <= 85.06`},
		{"a page that reads from right to left has the map the right way", "/map?locale=ar", 1200, `getComputedStyle(pane).direction === "ltr" && at(find(".spot"))[0] > 0 && inks()["244,241,233"] > 50`},
	}
	var tab *browser.Tab
	for i, c := range steps {
		if i%6 == 0 { // a tab has three minutes, which a machine with much to do may need
			tab = browser.Open(t, world(t))
		}
		tab.Show(c.path, c.width, "light")
		cut := strings.LastIndex(c.question, "; ") + 1
		if answer := tab.Ask(before + c.question[:cut] + " " + c.question[cut:]); answer != "yes" {
			t.Errorf("%s: %s", c.name, answer)
		}
		tab.Quiet()
	}
}

// TestMapByKeys uses nothing but keys.
func TestMapByKeys(t *testing.T) {
	tab := browser.Open(t, world(t))
	tab.Show("/map", 1000, "light")
	tab.Until(drawn)
	tab.Evaluate(`(document.addEventListener("map-moved", e => { window.moves = (window.moves || 0) + 1; window.last = e.detail; }), "")`)
	tab.Focus(".map-pane")
	tab.Press(browser.ArrowRight)
	tab.Until(`window.moves === 1`)
	west := tab.Evaluate(`String(window.last.box[1])`)
	tab.Press("-")
	tab.Until(`window.moves === 2`)
	tab.Press("h")
	tab.Press("\t")
	tab.Until(`document.activeElement.matches(".spot.many")`)
	tab.Until(`(() => { const b = document.activeElement.getBoundingClientRect(), m = document.querySelector("fg-map").getBoundingClientRect(); return b.x >= m.x && b.right <= m.right; })()`)
	moves := tab.Evaluate(`String(window.moves)`)
	tab.Press(browser.Enter)
	tab.Until(`window.moves > ` + moves + ` && window.last.zoom > 9`)
	tab.Until(`document.activeElement.matches(".map-pane")`)
	if west == tab.Evaluate(`String(window.last.box[1])`) {
		t.Error("the arrow moved nothing")
	}
	tab.Examine("map by keys")
	tab.Quiet()
}

// TestMapWithoutScripts says in a sentence that there is none, and leaves nothing on the page that does not work.
func TestMapWithoutScripts(t *testing.T) {
	tab := browser.Open(t, world(t))
	tab.WithoutScripts()
	tab.Show("/map", 1000, "light")
	tab.At("/map")
	page := tab.Evaluate(`document.querySelector("fg-map").innerText`)
	if !strings.Contains(page, "needs JavaScript") {
		t.Errorf("the map says %q", page)
	}
	if left := tab.Evaluate(`String([...document.querySelectorAll("fg-map button, fg-map a, fg-map [tabindex]")].filter(e => e.checkVisibility()).length)`); left != "0" {
		t.Errorf("%s things that do nothing are left on the map", left)
	}
}

// TestFirstViewIsSmall weighs all that the first view of a region loads beside its page.
func TestFirstViewIsSmall(t *testing.T) {
	handler := world(t)
	tab := browser.Open(t, handler)
	for path, most := range map[string]int{"/map": 80_000, "/listing": 60_000, "/world": 120_000} {
		tab.Show(path, 1440, "light")
		tab.Evaluate(`new Promise(done => setTimeout(() => done(""), 1200))`)
		loaded := tab.Evaluate(`performance.getEntriesByType("resource").map(e => new URL(e.name).pathname).filter(p => p.startsWith("/map/") || p.startsWith("/static/map")).join(" ")`)
		total := 0
		for _, address := range strings.Fields(loaded) {
			request := httptest.NewRequest("GET", address, nil)
			request.Header.Set("Accept-Encoding", "br")
			recorder := httptest.NewRecorder()
			handler.ServeHTTP(recorder, request)
			weight := recorder.Body.Len()
			if recorder.Header().Get("Content-Encoding") == "" {
				var packed bytes.Buffer
				zip := gzip.NewWriter(&packed)
				_, _ = zip.Write(recorder.Body.Bytes())
				_ = zip.Close()
				weight = packed.Len()
			}
			t.Logf("%s %s: %d bytes", path, address, weight)
			total += weight
		}
		if t.Logf("%s: %d bytes in all", path, total); total == 0 || total > most {
			t.Errorf("%s loads %d bytes for its map, want at most %d: %s", path, total, most, loaded)
		}
	}
}
