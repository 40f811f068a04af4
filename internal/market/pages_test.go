package market_test

import (
	"net/url"
	"strings"
	"testing"

	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/market"
	"fairground/internal/value"
)

// scenario is a request and what its answer must and must not hold.
type scenario struct {
	name, path string
	status     int
	want       string // several, between |
	not        string
	locale     string
}

func (w *world) play(t *testing.T, scenarios []scenario) {
	t.Helper()
	for _, s := range scenarios {
		a := w.get(s.path, "Accept-Language", s.locale)
		if a.status == 301 { // to the one address of the same search, which must not lead on
			a = w.get(a.header.Get("Location"), "Accept-Language", s.locale)
		}
		if a.status != s.status {
			t.Errorf("%s: %s answered %d, not %d", s.name, s.path, a.status, s.status)
		}
		for _, want := range strings.Split(s.want, "|") {
			if !strings.Contains(a.body, want) {
				t.Errorf("%s: %s lacks %q", s.name, s.path, want)
			}
		}
		for _, not := range strings.Split(s.not, "|") {
			if not != "" && strings.Contains(a.body, not) {
				t.Errorf("%s: %s has %q", s.name, s.path, not)
			}
		}
	}
}

func TestPages(t *testing.T) {
	eachWorld(t, market.Limits{}, func(t *testing.T, w *world) {
		trek := w.offer(w.bicycle("Trek hybrid, size M", 520))
		cargo := w.bicycle("Cargo bicycle for two children", 2890)
		cargo.Attributes = listing.Attributes{"type": "cargo", "gears": "8"}
		cargo.Place, cargo.Photos = nyon, nil
		w.offerBy(cargo, w.shop)
		volvo := w.offer(w.car("Volvo V60 Kombi", "volvo", "v60", "88000"))
		w.offer(w.car("Fiat Panda", "fiat", "panda", "41000"))
		w.offer(w.home("Bright flat near the station"))
		free := w.bicycle("Old child’s bicycle", 0)
		free.Kind, free.Place = listing.Free, evian
		w.offer(free)
		wanted := w.bicycle("Looking for a folding bicycle", 0)
		wanted.Kind, wanted.Price, wanted.Photos = listing.Wanted, value.Money{}, nil
		w.offer(wanted)
		w.catchUp()

		w.play(t, []scenario{
			{name: "home", path: "/", status: 200, want: `<form class="search"|7 listings from your region|href="/c/vehicles"|Trek hybrid, size M|Checked before it is published|rel="canonical" href="http://lake.example.org/"`, not: "noindex"},
			{name: "home in German", path: "/", status: 200, locale: "de", want: `lang="de-CH"|7 Anzeigen aus Ihrer Region|Fahrzeuge|Gerade eingetroffen`},
			{name: "top category", path: "/c/sports", status: 200, want: `<h1>Sports</h1>|<b class="num">4</b>|href="/c/sports/bicycles"|rel="canonical" href="http://lake.example.org/c/sports"`, not: "noindex|Volvo"},
			{name: "category", path: "/c/sports/bicycles", status: 200, want: `<h1>Bicycles</h1>|CHF|520|Pully|City &amp; hybrid|With lights|name="a.gears.from"`, not: `noindex`},
			{name: "a model waits for its make", path: "/c/vehicles/cars", status: 200, want: `name="a.make"`, not: `name="a.model"`},
			{name: "a make brings its models", path: "/c/vehicles/cars?a.make=volvo", status: 200, want: `name="a.model"|V60|noindex`, not: `Panda`},
			{name: "a model without its make is left out", path: "/c/vehicles/cars?a.model=panda", status: 200, want: `Volvo V60 Kombi`, not: `name="a.model"`},
			{name: "a choice narrows and is a chip", path: "/c/sports/bicycles?a.type=cargo", status: 200, want: `Cargo bicycle|noindex|<b class="num">1</b>|href="/c/sports/bicycles" rel="nofollow"`, not: "Trek hybrid"},
			{name: "the counts of a choice ignore itself", path: "/c/sports/bicycles?a.type=cargo", status: 200, want: `City &amp; hybrid</span></span> <span class="n">3</span>`},
			{name: "two choices are either", path: "/c/sports/bicycles?a.type=cargo&a.type=city", status: 200, want: `Cargo bicycle|Trek hybrid`},
			{name: "a range", path: "/c/vehicles/cars?a.km.to=50000", status: 200, want: "Fiat Panda|up to 50,000", not: "Volvo V60"},
			{name: "a range the wrong way round is turned", path: "/c/vehicles/cars?a.km.from=50000&a.km.to=1000", status: 200, want: "Fiat Panda", not: "Volvo V60"},
			{name: "yes", path: "/c/sports/bicycles?a.lights=yes", status: 200, want: "Trek hybrid", not: "Cargo bicycle"},
			{name: "price", path: "/search?from=100&to=1000", status: 200, want: `Trek hybrid|CHF`, not: "Volvo V60|Cargo bicycle"},
			{name: "words", path: "/search?q=trek", status: 200, want: `<h1>“trek”</h1>|Trek hybrid|Best match`, not: "Fiat Panda"},
			{name: "words in a category", path: "/search?q=hybrid&category=sports/bicycles", status: 200, want: `<h1>“hybrid” in Bicycles</h1>`},
			{name: "near", path: "/c/sports/bicycles?place=pully&within=5", status: 200, want: `<h1>Bicycles near Pully</h1>|Trek hybrid|Nearest first`, not: "Cargo bicycle"},
			{name: "near, in German", path: "/c/sports/bicycles?place=pully", locale: "de", status: 200, want: `<h1>Velos rund um Pully</h1>|Nächste zuerst`},
			{name: "a place without its accents", path: "/search?place=evian", status: 200, want: `near Évian|Old child’s bicycle`},
			{name: "a place nobody knows", path: "/search?place=Atlantis", status: 422, want: `No place called “Atlantis” is known|aria-describedby="place-fault"|id="place-fault"|value="Atlantis"|Trek hybrid`},
			{name: "kind", path: "/search?kind=free", status: 200, want: "Old child’s bicycle|>Free<", not: "Trek hybrid"},
			{name: "wanted", path: "/search?kind=wanted", status: 200, want: "Looking for a folding bicycle|>Wanted<", not: "Trek hybrid"},
			{name: "shops", path: "/search?seller=business", status: 200, want: "Cargo bicycle", not: "Trek hybrid"},
			{name: "with photos", path: "/c/sports/bicycles?photos=yes", status: 200, want: "Trek hybrid", not: "Cargo bicycle"},
			{name: "as a list", path: "/c/sports/bicycles?view=list", status: 200, want: `class="cards list"|noindex`},
			{name: "nothing found, so here is what is without the filter", path: "/c/sports/bicycles?a.type=road&place=Pully", status: 200, want: "Nothing with “Road”. Here are 3 without it.|Trek hybrid", not: "Nothing found"},
			{name: "nothing within five kilometres, so here is more", path: "/c/sports/bicycles?a.type=cargo&place=Pully&within=5", status: 200, want: "Nothing within 5 km. Here is one within 50 km.|Cargo bicycle"},
			{name: "nothing with all words, so with fewer", path: "/search?q=hybrid+zeppelin", status: 200, want: "Nothing has all of these words. Here are 3 for “hybrid”.|Trek hybrid"},
			{name: "nothing at all", path: "/search?q=zeppelin", status: 200, want: "Nothing found|Try fewer or other words", not: "Here "},
			{name: "a place among the words", path: "/search?q=hybrid+near+Pully", status: 200, want: `<h1>“hybrid” near Pully</h1>|Pully, 25 km|value="hybrid"`},
			{name: "a place among German words", path: "/search?q=hybrid+bei+pully", locale: "de", status: 200, want: `<h1>«hybrid» rund um Pully</h1>`},
			{name: "a place among French words", path: "/search?q=hybrid+%C3%A0+Pully", status: 200, want: `near Pully</h1>`},
			{name: "no place among the words", path: "/search?q=bicycle+for+two", status: 200, want: `<h1>“bicycle for two”</h1>`},
			{name: "fresh ones", path: "/search?since=1", status: 200, want: "In the last 24 hours|Trek hybrid"},
			{name: "a part of the map", path: "/search?box=46.3,6.2,46.45,6.3", status: 200, want: "In this part of the map|Cargo bicycle", not: "Trek hybrid"},
			{name: "as a map", path: "/search?view=map", status: 200, want: `<fg-map|data-clusters="/search/map"|data-listing="` + trek.Key() + `"`},
			{name: "an empty category", path: "/c/jobs", status: 200, want: "Nothing found|Nothing is listed here at the moment"},
			{name: "listing", path: pathOf(trek, "trek-hybrid-size-m"), status: 200, want: `<h1 dir="auto">Trek hybrid, size M</h1>|Elio T.|ID verified|City &amp; hybrid|Meet safely|/report/` + trek.Key() + `|Checked before it was published|What we check|og:image" content="http://lake.example.org/media/photo/ab/|"@type":"Product"|alt="From the left"`},
			{name: "a listing in another language than the page", path: pathOf(volvo, "volvo-v60-kombi"), status: 200, want: `<h1 dir="auto" lang="de">|88,000` + "\u00a0" + `km|2019|"@type":"Car"|Never pay a deposit`},
			{name: "a listing in the page's language", path: pathOf(volvo, "volvo-v60-kombi"), locale: "de", status: 200, want: `88’000`, not: `lang="de">`},
			{name: "safety", path: "/safety", status: 200, want: "What is never sold here|weapons, ammunition and explosives"},
			{name: "about", path: "/about", status: 200, want: "About Lakeside Market"},
			{name: "imprint", path: "/imprint", status: 200, want: "mailto:desk@lakeside.example"},
			{name: "report", path: "/report/" + trek.Key(), status: 200, want: `name="ground"|name="explanation"|noindex|It is a fraud`},
			{name: "robots", path: "/robots.txt", status: 200, want: "Sitemap: http://lake.example.org/sitemap.xml|Disallow: /search"},
			{name: "unknown page", path: "/nowhere", status: 404, want: "This page is not here|noindex"},
			{name: "unknown category", path: "/c/unicorns", status: 404, want: "This page is not here"},
			{name: "unknown category of a search", path: "/search?category=unicorns", status: 404, want: "This page is not here"},
			{name: "unknown listing", path: "/l/lst_0000000000001", status: 404, want: "This page is not here"},
			{name: "no id at all", path: "/l/nonsense", status: 404, want: "This page is not here"},
			{name: "unknown part of the sitemap", path: "/sitemap/99.xml", status: 404, want: "This page is not here"},
		})
		checkMoves(t, w, trek)
		checkBadParameters(t, w)
	})
}

func checkMoves(t *testing.T, w *world, trek listing.Listing) {
	t.Helper()
	right := pathOf(trek, "trek-hybrid-size-m")
	for from, to := range map[string]string{
		"/l/" + trek.Key():                   right,
		"/l/" + trek.Key() + "/another-slug": right,
		"/c/bicycles":                        "/c/sports/bicycles",
		"/c/Sports/Bicycles/?q=a":            "/c/sports/bicycles?q=a",
	} {
		if a := w.get(from); a.status != 301 || a.header.Get("Location") != to || a.header.Get("Cache-Control") != "private, no-cache" {
			t.Errorf("%s: %d to %q, not to %q", from, a.status, a.header.Get("Location"), to)
		}
	}
}

// A parameter that makes no sense gets a clear answer: never a fault of the program, never another result unsaid.
func checkBadParameters(t *testing.T, w *world) {
	t.Helper()
	long := strings.Repeat("word ", 2000)
	w.play(t, []scenario{
		{name: "ten thousand characters", path: "/search?q=" + url.QueryEscape(long), status: 422, want: "Only the first 200 characters"},
		{name: "a page far away", path: "/search?page=9999", status: 404, want: "This page is not here"},
		{name: "a page beyond the last", path: "/search?page=7", status: 404, want: "This page is not here"},
		{name: "no page", path: "/search?page=minus", status: 422, want: "here is the first one|Trek hybrid"},
		{name: "no price", path: "/search?from=cheap", status: 422, want: "Write an amount|aria-invalid"},
		{name: "a negative price", path: "/search?to=-5", status: 422, want: "Write an amount"},
		{name: "no number", path: "/c/vehicles/cars?a.km.from=few", status: 422, want: "Write a number"},
		{name: "an endless number", path: "/c/vehicles/cars?a.km.from=1e999", status: 422, want: "Write a number"},
		{name: "no sort", path: "/search?sort=random", status: 422, want: "does not exist here"},
		{name: "distance without a place", path: "/search?sort=distance", status: 200, want: "Trek hybrid"},
		{name: "an unknown choice", path: "/c/sports/bicycles?a.type=flying", status: 200, want: "Trek hybrid"},
		{name: "an unknown attribute", path: "/c/sports/bicycles?a.wings=2", status: 200, want: "Trek hybrid"},
		{name: "a word of signs", path: "/search?q=" + url.QueryEscape(`"-*()_%'`), status: 200, want: "listing"},
		{name: "no part of the map", path: "/search?box=90,0,-90,0", status: 422, want: "does not exist|Trek hybrid"},
		{name: "the whole globe", path: "/search?box=-90,-180,90,180", status: 200, want: "Trek hybrid"},
		{name: "across the date line", path: "/search?box=-90,170,90,-170", status: 200, want: "Nothing found|In this part of the map"},
		{name: "a pole", path: "/search?box=90,-180,90,180", status: 200, want: "In this part of the map"},
		{name: "no box", path: "/search?box=1,2,NaN,4", status: 422, want: "does not exist"},
		{name: "an absurd range", path: "/search?from=99999999999999999999999", status: 422, want: `value="99999999999999999999999"`},
		{name: "an absurd distance", path: "/search?place=Pully&within=1e308", status: 422, want: "does not exist here"},
		{name: "a distance nobody offers", path: "/search?place=Pully&within=7.5", status: 200, want: "Pully, 10"},
		{name: "what was typed is still there", path: "/search?from=cheap&to=200", status: 422, want: `value="cheap"|value="200"`},
		{name: "emoji", path: "/search?q=%F0%9F%9A%B2%F0%9F%9A%B2", status: 200, want: "Nothing found"},
		{name: "mixed scripts", path: "/search?q=" + url.QueryEscape("велосипед 自転車 bicycle دراجة"), status: 200, want: "bicycle"},
		{name: "what looks like a pattern", path: "/search?q=" + url.QueryEscape(`^(bi|tri)cycle.*[a-z]{2,}$\d+ OR 1=1; --`), status: 200, want: "listing"},
		{name: "nothing but small words", path: "/search?q=the+of+and", status: 200, want: "listing"},
		{name: "text that is not UTF-8", path: "/search?q=%ff%fe", status: 422, want: "This did not work"},
		{name: "a feed of a place nobody knows", path: "/feed.atom?place=Atlantis", status: 422, want: "No place called", not: "Trek"},
		{name: "a NUL", path: "/search?q=a%00b", status: 422, want: "This did not work"},
		{name: "a broken escape", path: "/search?q=%zz", status: 422, want: "This did not work"},
	})
}

// Visitors without a session get an entity tag, and 304 for what they have.
func TestUnchangedPagesAreNotSentAgain(t *testing.T) {
	eachWorld(t, market.Limits{}, func(t *testing.T, w *world) {
		l := w.offer(w.bicycle("City bicycle", 300))
		w.catchUp()
		for _, path := range []string{"/", "/safety", "/feed.atom", "/sitemap.xml", pathOf(l, "city-bicycle")} {
			first := w.get(path)
			tag := first.header.Get("ETag")
			if first.status != 200 || tag == "" || !strings.Contains(first.header.Get("Cache-Control"), "no-cache") {
				t.Errorf("%s: %d, tag %q, %q", path, first.status, tag, first.header.Get("Cache-Control"))
			}
			if again := w.get(path, "If-None-Match", tag); again.status != 304 || again.body != "" {
				t.Errorf("%s again: %d with %d bytes", path, again.status, len(again.body))
			}
			if german := w.get(path, "If-None-Match", tag, "Accept-Language", "de"); german.status == 304 && path != "/sitemap.xml" {
				t.Errorf("%s in German is answered by the English tag", path)
			}
		}
	})
}

// One page of results reads the listings of the page at once: pages with one and with many listings cost the same
// number of statements. The count is taken by how many pages there are, through the addresses they show.
func TestPagesOfResults(t *testing.T) {
	eachWorld(t, market.Limits{}, func(t *testing.T, w *world) {
		for i := range 53 {
			w.offer(w.bicycle("City bicycle number "+strings.Repeat("i", i+1), int64(100+i)))
		}
		w.catchUp()
		first, last := w.get("/c/sports/bicycles?sort=price_up"), w.get("/c/sports/bicycles?page=3&sort=price_up")
		if n := strings.Count(first.body, `<article class="card">`); n != 24 {
			t.Errorf("the first page has %d cards", n)
		}
		if n := strings.Count(last.body, `<article class="card">`); n != 5 {
			t.Errorf("the last page has %d cards", n)
		}
		for _, want := range []string{`href="/c/sports/bicycles?page=2&amp;sort=price_up"`, `rel="next"`} {
			if !strings.Contains(first.body, want) {
				t.Errorf("the first page lacks %s", want)
			}
		}
		if plain := w.get("/c/sports/bicycles?page=2"); !strings.Contains(plain.body, `rel="canonical" href="http://lake.example.org/c/sports/bicycles?page=2"`) {
			t.Error("the second page of a category is not its own canonical address")
		}
	})
}

func (w *world) attack(sql string, args ...any) {
	w.Helper()
	w.write(func(tx *db.Tx) error {
		if _, err := tx.Exec(sql, args...); err != nil {
			return err
		}
		tx.Log(db.Change{Object: "attack", Record: tx.NewID()})
		return nil
	})
}
