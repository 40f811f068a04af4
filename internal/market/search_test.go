package market_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/market"
	"fairground/internal/search"
	"fairground/internal/site"
	"fairground/internal/value"
)

// told is an index that adds to the answers of another what the test wants, and counts the questions.
type told struct {
	search.Index
	corrected []search.Correction
	meant     string
	promoted  []search.Hit
	complete  []search.Completion
	clusters  []search.Cluster
	questions []search.Query
}

func (t *told) Search(ctx context.Context, q search.Query) (search.Result, error) {
	t.questions = append(t.questions, q)
	found, err := t.Index.Search(ctx, q)
	if !q.Literal {
		found.Corrected, found.Meant = t.corrected, t.meant
	}
	found.Promoted = t.promoted[:min(len(t.promoted), q.Promoted)]
	return found, err
}

func (t *told) Complete(context.Context, string, int) ([]search.Completion, error) {
	return t.complete, nil
}

func (t *told) Clusters(_ context.Context, q search.Query, _ int) ([]search.Cluster, error) {
	t.questions = append(t.questions, q)
	return t.clusters, nil
}

// worldMap knows two towns.
type worldMap struct{}

func (worldMap) Find(name string, _ value.Point, _ string) (market.Town, bool) {
	for _, town := range towns {
		if strings.EqualFold(town.Name, name) {
			return town, true
		}
	}
	return market.Town{}, false
}

func (worldMap) Complete(typed string, _ value.Point, _ string, most int) []market.Town {
	return slices.DeleteFunc(slices.Clone(towns), func(t market.Town) bool {
		return !strings.HasPrefix(strings.ToLower(t.Name), strings.ToLower(typed))
	})
}

var towns = []market.Town{
	{Name: "Vevey", Region: "Vaud", Country: "CH", Point: value.Point{Lat: 46.463, Lon: 6.843}, People: 19_000},
	{Name: "Oak", Region: "Far away", Country: "US", Point: value.Point{Lat: 40, Lon: -90}, People: 600},
}

// One search has one address, whatever way its parameters were written.
func TestOneAddress(t *testing.T) {
	eachWorld(t, market.Limits{}, func(t *testing.T, w *world) {
		w.offer(w.bicycle("Trek hybrid, size M", 520))
		cargo := w.bicycle("Cargo bicycle", 2890)
		cargo.Place = evian
		w.offer(cargo)
		w.catchUp()
		w.atlas = worldMap{}
		for from, to := range map[string]string{
			"/search?category=sports/bicycles&q=trek":                   "/c/sports/bicycles?q=trek",
			"/search?q=&place=&within=":                                 "/search",
			"/search?utm_source=mail&q=trek":                            "/search?q=trek",
			"/search?sort=relevance&q=trek":                             "/search?q=trek",
			"/search?within=25&place=Pully&q=trek":                      "/search?q=trek&place=Pully",
			"/search?q=trek+near+pully&within=10":                       "/search?q=trek&place=Pully",
			"/search?place=evian":                                       "/search?place=%C3%89vian",
			"/c/sports/bicycles?a.type=cargo&a.type=city&a.type=cargo":  "/c/sports/bicycles?a.type=city&a.type=cargo",
			"/c/sports/bicycles?a.gears.from=20&a.gears.to=3&a.wings=2": "/c/sports/bicycles?a.gears.from=3&a.gears.to=20",
			"/search?box=46.12345,6.1,46.5,6.9":                         "/search?box=46.123%2C6.1%2C46.5%2C6.9",
			"/search?box=46,6,47,7&place=Pully":                         "/search?place=Pully",
			"/search?literal=1":                                         "/search",
			"/c/sports/bicycles?q=a&page=1":                             "/c/sports/bicycles?q=a",
			"/search?q=%22near+Pully%22&from=100.00":                    "/search?q=%22near+Pully%22&from=100",
			"/search?q=trek+near+Vevey+near+Pully":                      "/search?q=trek&place=Pully",
		} {
			a := w.get(from)
			if a.status != 301 || a.header.Get("Location") != to {
				t.Errorf("%s: %d to %q, not to %q", from, a.status, a.header.Get("Location"), to)
			} else if again := w.get(to); again.status != 200 {
				t.Errorf("%s leads on: %d to %q", to, again.status, again.header.Get("Location"))
			}
		}
		if a := w.get("/search?q=trek&place=Pully&from=100"); a.status != 200 {
			t.Errorf("the form's own order is not the canonical one: %d to %q", a.status, a.header.Get("Location"))
		}
	})
}

// Search engines get categories, and categories around a place where there is something to find.
func TestWhatSearchEnginesMayKeep(t *testing.T) {
	eachWorld(t, market.Limits{}, func(t *testing.T, w *world) {
		for i := range 5 {
			w.offer(w.bicycle(fmt.Sprintf("Bicycle number %d", i), int64(100+i)))
		}
		w.offer(w.car("Volvo V60 Kombi", "volvo", "v60", "88000"))
		w.catchUp()
		const host = "http://lake.example.org"
		for path, canonical := range map[string]string{
			"/c/sports/bicycles":                       "/c/sports/bicycles",
			"/c/sports/bicycles?place=Pully":           "/c/sports/bicycles?place=Pully",
			"/c/vehicles/cars?place=Nyon":              "", // one car is no page of its own
			"/c/sports/bicycles?place=Pully&within=5":  "",
			"/c/sports/bicycles?place=Pully&from=1":    "",
			"/c/sports/bicycles?a.type=city":           "",
			"/c/sports/bicycles?sort=price_up":         "",
			"/c/sports/bicycles?view=map":              "",
			"/c/sports/bicycles?box=46,6,47,7&since=1": "",
			"/search":           "",
			"/search?q=bicycle": "",
		} {
			body := w.get(path).body
			hidden := strings.Contains(body, `content="noindex,follow"`)
			switch {
			case canonical == "" && !hidden:
				t.Errorf("%s is open to search engines", path)
			case canonical != "" && (hidden || !strings.Contains(body, `rel="canonical" href="`+host+canonical+`"`)):
				t.Errorf("%s is not its own canonical address", path)
			case !strings.Contains(body, `rel="canonical"`):
				t.Errorf("%s names no canonical address", path)
			}
			for _, link := range regexp.MustCompile(`<a [^>]*href="/(?:c|search)[^"]*\?[^>]*>`).FindAllString(body, -1) {
				if !strings.Contains(link, "nofollow") && !strings.Contains(link, "hreflang") {
					t.Errorf("%s leads on to combinations: %s", path, link)
				}
			}
		}
	})
}

func TestWhatWasUnderstoodIsSaid(t *testing.T) {
	eachWorld(t, market.Limits{}, func(t *testing.T, w *world) {
		w.offer(w.bicycle("Trek hybrid, size M", 520))
		w.catchUp()
		index := &told{Index: w.index, corrected: []search.Correction{{Typed: "trec", Meant: "trek"}}}
		w.asked = index
		w.play(t, []scenario{
			{name: "corrected", path: "/search?q=Trec+hybrid", status: 200, want: `Showing results for <b>trek hybrid</b>|href="/search?q=Trec+hybrid&amp;literal=1" rel="nofollow">Search for “Trec hybrid” instead`},
			{name: "literally", path: "/search?q=Trec+hybrid&literal=1", status: 200, want: "Exactly these words", not: "Showing results for"},
		})
		index.corrected, index.meant = nil, "trek hybrid"
		w.play(t, []scenario{
			{name: "meant", path: "/search?q=trek+hibrid", status: 200, want: `Did you mean <a href="/search?q=trek+hybrid" rel="nofollow"><b>trek hybrid</b></a>`},
			{name: "meant in German", path: "/search?q=trek+hibrid", locale: "de", status: 200, want: "Meinten Sie"},
			{name: "meant as it stands", path: "/search?q=Trek+hybrid", status: 200, not: "Did you mean"},
			{name: "a place at the end of words that find something", path: "/search?q=trek+pully", status: 200, want: `href="/search?q=trek&amp;place=Pully"|Search for “trek” near Pully`},
		})
	})
}

// However little there is, a page asks the index a bounded number of times, and the operator hears of words in vain once.
func TestLooseningIsBounded(t *testing.T) {
	eachWorld(t, market.Limits{}, func(t *testing.T, w *world) {
		w.offer(w.bicycle("Trek hybrid, size M", 520))
		w.catchUp()
		index := &told{Index: w.index}
		w.asked = index
		path := "/c/sports/bicycles?q=zeppelin+balloon+airship&place=Pully&within=2&a.lights=no&a.type=road&from=7&kind=wanted&photos=yes&seller=business&since=1&to=9"
		if a := w.get(path); a.status != 200 || !strings.Contains(a.body, "Nothing found") {
			t.Errorf("%d", a.status)
		}
		if n := len(index.questions); n > 9 {
			t.Errorf("one page asked the index %d times", n)
		}
		for _, again := range []string{"X-Passing", "X-Other"} {
			w.get("/search?q=zeppelin", "HX-Request", "true", again, "1")
		}
		w.get("/search?q=zeppelin&literal=1")
		if !slices.Equal(w.missed, []string{"zeppelin balloon airship", "zeppelin"}) {
			t.Errorf("missed are %q", w.missed)
		}
	})
}

// Promoted listings stand apart, are marked, few, and not shown a second time.
func TestPromotedStandApart(t *testing.T) {
	eachWorld(t, market.Limits{}, func(t *testing.T, w *world) {
		var hits []search.Hit
		var first listing.Listing
		for i := range 9 {
			l := w.offer(w.bicycle(fmt.Sprintf("Bicycle number %d", i), int64(100+i)))
			hits = append(hits, search.Hit{Listing: l.ID, Km: -1})
			if i == 0 {
				first = l
			}
		}
		w.catchUp()
		w.asked = &told{Index: w.index, promoted: hits[:6]}
		body := w.get("/c/sports/bicycles").body
		if n := strings.Count(body, `<h3 class="title">`); n != 2 {
			t.Errorf("%d of 9 listings are promoted, which is more than a quarter or none", n)
		}
		if n := strings.Count(body, `href="/l/`+first.Key()); n != 1 {
			t.Errorf("a promoted listing is shown %d times", n)
		}
		if n := strings.Count(body, "Featured"); n != 3 { // each card, and their heading
			t.Errorf("%d marks", n)
		}
		if err := w.desk.Pause(context.Background(), tester, first.ID); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(w.get("/c/sports/bicycles").body, first.Title) {
			t.Error("a promoted listing that is paused is shown")
		}
	})
}

func TestSuggestions(t *testing.T) {
	eachWorld(t, market.Limits{}, func(t *testing.T, w *world) {
		w.offer(w.bicycle("Trek hybrid, size M", 520))
		w.catchUp()
		w.atlas = worldMap{}
		w.asked = &told{Index: w.index, complete: []search.Completion{{Text: "bicycle <b>", Listings: 1199}}}
		w.play(t, []scenario{
			{name: "words and categories", path: "/search/complete?q=bic", status: 200, want: `role="option"|data-fill="bicycle &lt;b&gt;"|1,199|data-href="/c/sports/bicycles"|Sports`, not: "<b>|<html"},
			{name: "categories in German", path: "/search/complete?q=vel", locale: "de", status: 200, want: "Velos"},
			{name: "a place after near", path: "/search/complete?q=bicycle+near+ve", status: 200, want: `data-fill="bicycle near Vevey"`},
			{name: "a place at the end", path: "/search/complete?q=bicycle+pul", status: 200, want: "bicycle near Pully|/search?q=bicycle&amp;place=Pully"},
			{name: "places", path: "/search/complete?place=ve", status: 200, want: `data-fill="Vevey"|Vaud`, not: "Pully"},
			{name: "places before anything is typed", path: "/search/complete?place=", status: 200, want: `data-fill="Pully"`, not: "Vevey"},
			{name: "nothing", path: "/search/complete", status: 200, want: "Pully"},
			{name: "a novel", path: "/search/complete?q=" + strings.Repeat("word+", 2000), status: 200},
			{name: "signs", path: "/search/complete?q=%22%3Cscript%3E-()", status: 200, not: "<script"},
		})
		if a := w.get("/search/complete?q=bic"); a.header.Get("Set-Cookie") != "" || !strings.Contains(a.header.Get("Cache-Control"), "max-age") {
			t.Errorf("headers %v", a.header)
		}
		slow := 0
		for range 100 {
			began := time.Now()
			w.get("/search/complete?q=bic")
			if time.Since(began) > 30*time.Millisecond {
				slow++
			}
		}
		if slow > 50 {
			t.Errorf("%d of 100 suggestions took longer than 30 ms", slow)
		}
	})
}

func TestPlacesOfTheAtlas(t *testing.T) {
	eachWorld(t, market.Limits{}, func(t *testing.T, w *world) {
		w.offer(w.bicycle("Trek hybrid, size M", 520))
		w.offer(w.bicycle("Chair in oak", 90))
		w.catchUp()
		w.atlas = worldMap{}
		w.play(t, []scenario{
			{name: "a place without listings", path: "/search?place=vevey", status: 200, want: "near Vevey|Trek hybrid"},
			{name: "a place of the region after a weak word", path: "/search?q=trek+in+Vevey", status: 200, want: "near Vevey"},
			{name: "no place far away after a weak word", path: "/search?q=chair+in+oak", status: 200, want: "<h1>“chair in oak”</h1>"},
			{name: "a place far away after a strong word", path: "/search?q=chair+near+oak", status: 200, want: "near Oak"},
			{name: "the last word is a place", path: "/search?q=trek+vevey", status: 200, want: "Nothing has all of these words. Here is one listing for “trek” near Vevey.|Trek hybrid"},
			{name: "a mistyped place", path: "/search?q=trek+puly", status: 200, want: "for “trek” near Pully"},
		})
	})
}

// A map is told only of what is visible now, and of coarse points.
func TestMap(t *testing.T) {
	eachWorld(t, market.Limits{}, func(t *testing.T, w *world) {
		trek, gone := w.offer(w.bicycle("Trek hybrid, size M", 520)), w.offer(w.bicycle("Paused bicycle", 90))
		w.catchUp()
		if err := w.desk.Pause(context.Background(), tester, gone.ID); err != nil {
			t.Fatal(err)
		}
		index := &told{Index: w.index, clusters: []search.Cluster{
			{At: nyon.Coarse(), Listings: 12}, {At: pully.Point, Listings: 1, Listing: trek.ID}, {At: pully.Coarse(), Listings: 1, Listing: gone.ID},
		}}
		w.asked = index
		a := w.get("/search/map?q=trek&category=sports/bicycles&box=46,6,47,7&zoom=11")
		var answer struct {
			Clusters []struct {
				Lat, Lon                    float64
				Count                       int
				Listing, Title, Price, Href string
			}
		}
		if err := json.Unmarshal([]byte(a.body), &answer); a.status != 200 || err != nil || len(answer.Clusters) != 2 {
			t.Fatalf("%d %v: %s", a.status, err, a.body)
		}
		single := answer.Clusters[1]
		if at := pully.Coarse(); single.Lat != at.Lat || single.Lon != at.Lon || single.Title != trek.Title || single.Href != pathOf(trek, "trek-hybrid-size-m") {
			t.Errorf("%+v", single)
		}
		if q := index.questions[0]; q.Box == nil || q.Box.North != 47 || q.Words != "trek" || q.Category != w.bicycles {
			t.Errorf("the index was asked %+v", q)
		}
		w.play(t, []scenario{
			{name: "an empty part of the map", path: "/search/map?box=91,6,47,7", status: 422, want: "does not exist"},
			{name: "a place nobody knows", path: "/search/map?place=Atlantis", status: 422, want: "Atlantis"},
			{name: "a card", path: "/search/card/" + trek.Key(), status: 200, want: `class="card"|Trek hybrid|CHF`, not: "<html"},
			{name: "a card of what is paused", path: "/search/card/" + gone.Key(), status: 404, not: "Paused bicycle"},
			{name: "a card of nothing", path: "/search/card/nonsense", status: 404},
		})
	})
}

func TestReadSearch(t *testing.T) {
	eachWorld(t, market.Limits{}, func(t *testing.T, w *world) {
		w.offer(w.bicycle("Trek hybrid, size M", 520))
		w.catchUp()
		ctx := context.Background()
		read, err := w.market.ReadSearch(ctx, w.site, "en", "/c/sports/bicycles?to=900&q=trek&a.type=city&place=pully&page=3&view=list&sort=price_up&since=3")
		if err != nil {
			t.Fatal(err)
		}
		q := read.Query
		if read.Address != "/c/sports/bicycles?q=trek&place=Pully&a.type=city&since=3&to=900" || len(read.Chips) != 4 || !read.Since {
			t.Errorf("%+v", read)
		}
		if q.Words != "trek" || q.Category != w.bicycles || q.Within_km != 25 || q.Price.High != 90_000 || len(q.Filters) != 1 || q.Page != 1 || q.Sort != search.Newest || q.Since.IsZero() {
			t.Errorf("%+v", q)
		}
		again, err := w.market.ReadSearch(ctx, w.site, "en", read.Address)
		if err != nil || again.Address != read.Address {
			t.Errorf("the address of a search is read as another: %q, %v", again.Address, err)
		}
		for address, kind := range map[string]value.Kind{
			"/c/unicorns": value.NotFound, "/search?category=unicorns": value.NotFound, "/search?place=Atlantis": value.Invalid, "/search?from=cheap": value.Invalid,
			"/l/lst_1": value.Invalid, "https://elsewhere.example/search": value.Invalid, "//elsewhere.example/search": value.Invalid, "%zz": value.Invalid, "": value.Invalid,
			"/search?q=" + strings.Repeat("a", 3000): value.Invalid, "/search?q=%ff": value.Invalid,
		} {
			if _, err := w.market.ReadSearch(ctx, w.site, "en", address); value.KindOf(err) != kind {
				t.Errorf("%.60s: %v", address, err)
			}
		}
	})
}

// Prices in other currencies are compared by the site's rates, and cards say what they are about.
func TestOtherCurrenciesAndMiles(t *testing.T) {
	eachWorld(t, market.Limits{}, func(t *testing.T, w *world) {
		c := w.bicycle("Trek hybrid, size M", 0)
		c.Price = value.MoneyFromUnits(523, "EUR")
		w.offer(c)
		w.catchUp()
		w.play(t, []scenario{{name: "no rate", path: "/search", status: 200, not: "about CHF"}})
		settings := w.site.Settings()
		settings.Rates, settings.Units = map[string]float64{"EUR": 0.94}, site.Imperial
		if err := w.site.SaveSettings(context.Background(), tester, settings); err != nil {
			t.Fatal(err)
		}
		w.play(t, []scenario{
			{name: "a rate", path: "/search?from=480&to=500", status: 200, want: "€523|about CHF\u00a0492|Trek hybrid"},
			{name: "outside of the price", path: "/search?from=500", status: 200, want: "Nothing with “from CHF"},
			{name: "miles", path: "/search?place=Pully&within=40", status: 200, want: "Pully, 25 mi|5 mi", not: "km"},
			{name: "the nearest distance in miles", path: "/search?place=Pully&within=17", status: 200, want: "Pully, 10 mi"},
		})
	})
}

// The rooms that add to the page get the address of the search; staff alone get the reason of a place.
func TestPartsOfResults(t *testing.T) {
	eachWorld(t, market.Limits{}, func(t *testing.T, w *world) {
		trek := w.offer(w.bicycle("Trek hybrid, size M", 520))
		w.catchUp()
		var address string
		w.parts.SaveSearch = func(_ *http.Request, _ *db.Tx, a string) (templ.Component, error) {
			address = a
			return templ.Raw("<button>Save this search</button>"), nil
		}
		w.parts.Why = func(_ *http.Request, search string, l value.ID) string {
			return "/why?search=" + search + "&l=" + l.String()
		}
		body := w.get("/c/sports/bicycles?q=trek&from=1&sort=price_up&view=list").body
		if address != "/c/sports/bicycles?q=trek&from=1" || !strings.Contains(body, "<button>Save this search</button>") || strings.Contains(body, "Why is this here?") {
			t.Errorf("a visitor's page saves %q", address)
		}
		staff := w.get("/c/sports/bicycles?q=trek", "X-Account", "acc_0000000000001").body
		if !strings.Contains(staff, `href="/why?search=/c/sports/bicycles?q=trek&amp;l=`+trek.ID.String()) {
			t.Errorf("somebody signed in is not told why: %v", regexp.MustCompile(`href="/why[^"]*"`).FindString(staff))
		}
	})
}

// htmx gets the region alone, with the address to show; while words are typed no step of the history is made.
func TestFragments(t *testing.T) {
	eachWorld(t, market.Limits{}, func(t *testing.T, w *world) {
		w.offer(w.bicycle("Trek hybrid, size M", 520))
		w.catchUp()
		a := w.get("/search?view=grid&q=trek+near+pully", "HX-Request", "true", "HX-Request-Type", "partial")
		if a.status != 200 || a.header.Get("HX-Push-Url") != "/search?q=trek&place=Pully" || !strings.HasPrefix(a.body, "<title>“trek” near Pully · Lakeside Market</title><div id=\"results\"") {
			t.Errorf("%d %v %.200s", a.status, a.header, a.body)
		}
		if strings.Contains(a.body, "masthead") {
			t.Error("a fragment has the whole page")
		}
		b := w.get("/search?q=tr", "HX-Request", "true", "X-Passing", "1")
		if b.header.Get("HX-Replace-Url") != "/search?q=tr" || b.header.Get("HX-Push-Url") != "" {
			t.Errorf("while typing: %v", b.header)
		}
		bad := w.get("/search?from=cheap", "HX-Request", "true")
		if bad.status != 422 || !strings.Contains(bad.body, `value="cheap"`) || !strings.HasPrefix(bad.body, "<title>") {
			t.Errorf("%d %.100s", bad.status, bad.body)
		}
	})
}
