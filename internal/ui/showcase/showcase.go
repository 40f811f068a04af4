package showcase

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"fairground/internal/ui"
	"fairground/internal/ui/text"
	"fairground/internal/value"
)

// now is when all pages of the showcase are read, so that two screenshots of one state are alike.
var now = time.Date(2026, 11, 21, 14, 2, 0, 0, time.UTC)

// Handler serves the pages below /showcase/ and the built files below /static/.
func Handler() (http.Handler, error) {
	catalogue, err := text.New(ui.Messages())
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("/static/", ui.Static())
	mux.HandleFunc("GET /showcase/art/{name}", art)
	for name, page := range map[string]templ.Component{
		"home": homePage(), "search": searchPage(), "listing": listingPage(), "queue": queuePage(),
		"records": recordsPage(), "board": boardPage(), "calendar": calendarPage(), "record": recordPage(),
		"import": importPage(), "inputs": inputsPage(), "controls": controlsPage(), "error": errorPage(),
	} {
		mux.Handle("GET /showcase/"+name, speaking(catalogue, page))
	}
	fragments(mux, catalogue)
	return mux, nil
}

// speaking renders a page in the language the request asks for, under the policy all pages must bear.
func speaking(catalogue *text.Catalogue, page templ.Component) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		printing(catalogue, r, func(r *http.Request) {
			w.Header().Set("Content-Security-Policy", ui.CSP)
			templ.Handler(page).ServeHTTP(w, r)
		})
	})
}

// printing calls on with a request whose context has the printer of its language.
func printing(catalogue *text.Catalogue, r *http.Request, on func(*http.Request)) {
	locale, err := value.ParseLocale(r.FormValue("locale"))
	if err != nil {
		locale = "en-CH"
	}
	printer := catalogue.Printer(text.Settings{Locale: locale, Currency: "CHF", Clock: &value.FixedClock{At: now}})
	on(r.WithContext(text.WithPrinter(r.Context(), printer)))
}

// palettes are the colours the drawn photos come in: ground, far, thing, near.
var palettes = [][4]string{
	{"#dfe7d8", "#6f8a63", "#c76b3f", "#c7d2bf"},
	{"#e9dccb", "#8a6a4f", "#3f6a8a", "#d8c6b3"},
	{"#d8e2ea", "#4f718a", "#c8a13f", "#bfccd7"},
	{"#eadad8", "#8a4f4f", "#4f8a6a", "#d9c0bf"},
	{"#e6e2ef", "#6a5f8a", "#c9553f", "#cfc9de"},
}

var drawings = []string{
	`<g fill="none" stroke="%[2]s" stroke-width="6"><circle cx="120" cy="190" r="48"/><circle cx="280" cy="190" r="48"/></g><path d="m120 190 45-70h85l30 70m-30-70-55 70h-75m75 0-30-70m-12-14h28m62 14-8-28h26" fill="none" stroke="%[3]s" stroke-width="8" stroke-linejoin="round" stroke-linecap="round"/>`,
	`<path d="M90 215v-90l110-70 110 70v90Z" fill="%[2]s"/><path d="M70 138 200 52l130 86" fill="none" stroke="%[3]s" stroke-width="12"/><path d="M175 150h50v65h-50Z" fill="%[1]s"/>`,
	`<path d="M80 150q0-30 30-30h180q30 0 30 30v60H80Z" fill="%[3]s"/><path d="M60 150q20-6 30 12v48h220v-48q10-18 30-12v72H60Z" fill="%[2]s"/>`,
	`<path d="m160 70h80l30 70H130Z" fill="%[3]s"/><path d="M195 140h10v65h-10Z" fill="%[2]s"/><ellipse cx="200" cy="210" rx="45" ry="10" fill="%[2]s"/>`,
}

func art(w http.ResponseWriter, r *http.Request) {
	n, err := strconv.Atoi(r.PathValue("name")[:max(0, len(r.PathValue("name"))-len(".svg"))])
	if err != nil || n < 0 {
		http.NotFound(w, r)
		return
	}
	palette := palettes[n%len(palettes)]
	w.Header().Set("Content-Type", "image/svg+xml")
	fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 300" width="400" height="300"><path d="M0 0h400v300H0Z" fill="%[1]s"/><path d="M0 215h400v85H0Z" fill="%[4]s"/>`+drawings[n/len(palettes)%len(drawings)]+`</svg>`,
		palette[0], palette[1], palette[2], palette[3])
}

func photo(n int, alt string) ui.Picture {
	address := fmt.Sprintf("/showcase/art/%d.svg", n)
	return ui.Picture{Src: address, Large: address, Width: 400, Height: 300, Alt: alt, Tone: palettes[n%len(palettes)][0], Eager: n < 4}
}

func francs(units int64) value.Money { return value.MoneyFromUnits(units, "CHF") }
