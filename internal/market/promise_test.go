package market_test

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/market"
	"fairground/internal/value"
	"fairground/internal/web"
)

// everywhere lists all pages that show listings, for words that occur in the fixtures of a test.
func everywhere(words string) []string {
	q := url.QueryEscape(words)
	return []string{
		"/", "/search", "/search?q=" + q, "/search?view=list", "/c/sports", "/c/sports/bicycles", "/c/sports/bicycles?a.type=city",
		"/search?place=Pully", "/search?sort=price_up", "/feed.atom", "/feed.atom?q=" + q, "/feed.atom?category=sports/bicycles", "/sitemap.xml", "/sitemap/1.xml",
	}
}

// Promise 1: what is not visible is nowhere, whatever the index says.
func TestWhatIsNotVisibleIsNowhere(t *testing.T) {
	eachWorld(t, market.Limits{Reports: web.Rate{Events: 1000, Per: time.Minute}}, func(t *testing.T, w *world) {
		shown := w.offer(w.bicycle("Bicycle Aardvark, in good order", 200))
		hidden := map[string]listing.Listing{}
		titles := map[string]string{"paused": "Bicycle Bandicoot", "sold": "Bicycle Capybara", "removed": "Bicycle Dromedary", "expired": "Bicycle Echidna",
			"overdue": "Bicycle Flamingo", "tampered": "Bicycle Gazelle", "rejected": "Bicycle Hedgehog", "held": "Bicycle Ibex", "edited": "Bicycle Jaguar"}
		for name, title := range titles {
			if name != "held" {
				hidden[name] = w.offer(w.bicycle(title, 210))
			}
		}
		w.catchUp() // the index knows them all as visible, and is not told what happens next
		w.hide(hidden)
		held := w.bicycle(titles["held"], 150)
		held.Body = "I am abroad. Pay the deposit by gift card or Western Union before viewing, then I send the bicycle."
		hidden["held"] = w.submit(held, w.person)
		if hidden["held"].Status == listing.Live {
			t.Fatal("the fixture that must be held is live")
		}
		for _, stale := range []bool{true, false} {
			if !stale {
				w.catchUp()
			}
			checkNowhere(t, w, shown, titles, stale)
			checkAddresses(t, w, hidden, titles)
		}
	})
}

// hide takes listings off the market in every way there is, the last two behind the program's back.
func (w *world) hide(hidden map[string]listing.Listing) {
	w.Helper()
	ctx := context.Background()
	check := func(err error) {
		w.Helper()
		if err != nil {
			w.Fatal(err)
		}
	}
	check(w.desk.Pause(ctx, tester, hidden["paused"].ID))
	check(w.desk.MarkSold(ctx, tester, hidden["sold"].ID))
	check(w.desk.Remove(ctx, tester, hidden["removed"].ID, "not allowed here"))
	for name, status := range map[string]listing.Status{"expired": listing.Expired, "rejected": listing.Rejected} {
		w.write(func(tx *db.Tx) error { return listing.End(tx, hidden[name].ID, status, "a reason") })
	}
	suspicious := hidden["edited"].Content
	suspicious.Body = "Send the deposit by gift card or Western Union before viewing."
	_, _, err := w.desk.Edit(ctx, tester, hidden["edited"].ID, hidden["edited"].Rev, suspicious)
	check(err)
	w.attack("update listing set expires_us = 1000 where id = $1", int64(hidden["overdue"].ID))
	drop := "drop trigger listing_content_guard"
	if w.site.DB.Engine() == db.Postgres {
		drop += " on listing"
	}
	w.attack(drop)
	w.attack("update listing set body = 'something that nobody screened' where id = $1", int64(hidden["tampered"].ID))
}

func checkNowhere(t *testing.T, w *world, shown listing.Listing, titles map[string]string, stale bool) {
	t.Helper()
	for _, path := range append(everywhere("bicycle"), pathOf(shown, "bicycle-aardvark-in-good-order")) {
		a := w.get(path)
		if a.status != 200 {
			t.Errorf("%s answered %d", path, a.status)
		}
		for name, title := range titles {
			animal := strings.ToLower(strings.TrimPrefix(title, "Bicycle "))
			if strings.Contains(strings.ToLower(a.body), animal) {
				t.Errorf("%s shows the %s listing (index stale: %v)", path, name, stale)
			}
		}
		if path != "/sitemap.xml" && !strings.Contains(strings.ToLower(a.body), "aardvark") {
			t.Errorf("%s does not show the visible one: the check proves nothing", path)
		}
	}
}

// checkAddresses asks for each by its own address: gone when it was public and has ended, unknown otherwise, and never a
// word of what it said.
func checkAddresses(t *testing.T, w *world, hidden map[string]listing.Listing, titles map[string]string) {
	t.Helper()
	status := map[string]int{"sold": 410, "removed": 410, "expired": 410, "overdue": 410, "rejected": 410, "paused": 404, "tampered": 404, "held": 404, "edited": 404}
	for name, l := range hidden {
		for _, path := range []string{"/l/" + l.Key(), "/report/" + l.Key()} {
			a := w.get(path)
			want := status[name]
			if strings.HasPrefix(path, "/report") {
				want = 404
			}
			animal := strings.ToLower(strings.TrimPrefix(titles[name], "Bicycle "))
			if a.status != want || strings.Contains(strings.ToLower(a.body), animal) || strings.Contains(a.body, "gift card") {
				t.Errorf("%s, %s: %d, not %d; or it says what was offered", name, path, a.status, want)
			}
			if a.status == 410 && !strings.Contains(a.body, "Aardvark") {
				t.Errorf("%s: the page of what is gone shows nothing that is still there", name)
			}
		}
		if a := w.post("/report/"+l.Key(), url.Values{"ground": {"scam"}, "explanation": {"This looks like a fraud."}}); a.status != 404 {
			t.Errorf("%s: a report of it answered %d", name, a.status)
		}
	}
}

const hostile = `</script><script>alert(1)</script><img src=x onerror=alert(2)> "quoted' & ]]> {{x}} --> `

// What members write is text everywhere: in pages, in JSON-LD, in OpenGraph, in the feed.
func TestHostileTextIsInert(t *testing.T) {
	eachWorld(t, market.Limits{}, func(t *testing.T, w *world) {
		seller := w.person
		seller.ID, seller.Name = w.site.DB.IDs().Next(), "S "+hostile
		w.write(func(tx *db.Tx) error { return listing.AddSeller(tx, seller) })
		c := w.bicycle("T "+hostile, 99)
		c.Body = "B " + hostile + "\n\nhttps://example.org/elsewhere javascript:alert(3)"
		c.Place.Name = "P " + hostile
		c.Attributes["note"] = "N " + hostile
		c.Photos[0].Alt = "A " + hostile
		l := w.submit(c, seller)
		if l.Status != listing.Live {

			t.Fatalf("the fixture is %s", l.Status)
		}
		w.catchUp()
		pages := append(everywhere("quoted"), "/l/"+l.Key(), "/report/"+l.Key(), "/search?q="+url.QueryEscape(hostile), "/search?place="+url.QueryEscape(hostile),
			"/c/sports/bicycles?a.type="+url.QueryEscape(hostile), "/reports?code="+url.QueryEscape(hostile), "/c/"+url.PathEscape(hostile), "/nowhere?"+url.QueryEscape(hostile))
		for _, path := range pages {
			a := w.get(path)
			if a.status == 301 {
				path = a.header.Get("Location")
				a = w.get(path)
			}
			checkInert(t, path, a)
		}
		a := w.post("/report/"+l.Key(), url.Values{"ground": {hostile}, "explanation": {hostile}, "name": {hostile}, "email": {hostile}})
		checkInert(t, "the report", a)
	})
}

var (
	openTag = regexp.MustCompile(`(?i)<script[^>]*>`)
	linked  = regexp.MustCompile(`(?s)<script type="application/ld\+json">(.*?)</script>`)
)

func checkInert(t *testing.T, path string, a answer) {
	t.Helper()
	if strings.HasPrefix(a.header.Get("Content-Type"), "text/html") {
		for _, bad := range []string{"<script>alert", "<img src=x", `href="javascript:`, `href="https://example.org/elsewhere`, "onerror=alert(2)>"} {
			if strings.Contains(strings.ToLower(a.body), bad) {
				t.Errorf("%s holds %q", path, bad)
			}
		}
		for _, tag := range openTag.FindAllString(a.body, -1) {
			if !strings.Contains(tag, `src="/static/`) && tag != `<script type="application/ld+json">` {
				t.Errorf("%s holds the script %s", path, tag)
			}
		}
		for _, found := range linked.FindAllStringSubmatch(a.body, -1) {
			if !json.Valid([]byte(found[1])) {
				t.Errorf("%s: this JSON-LD is not valid: %.300s", path, found[1])
			}
		}
		return
	}
	if strings.Contains(a.header.Get("Content-Type"), "xml") {
		if err := wellFormed(a.body); err != nil {
			t.Errorf("%s is not well-formed: %v", path, err)
		}
	}
}

func wellFormed(text string) error {
	decoder := xml.NewDecoder(strings.NewReader(text))
	for {
		if _, err := decoder.Token(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// Promise 8: no exact coordinate leaves the site. Coarse ones are written only where a map is.
func TestNoExactCoordinateLeavesTheSite(t *testing.T) {
	eachWorld(t, market.Limits{}, func(t *testing.T, w *world) {
		l := w.offer(w.bicycle("City bicycle with a basket", 300))
		w.offer(w.home("Flat with a garden"))
		car := w.offer(w.car("Volvo V60", "volvo", "v60", "12000"))
		w.catchUp()
		var exact, coarse []string
		for _, p := range []listing.Place{pully, nyon, lausanne} {
			exact = append(exact, fmt.Sprintf("%.4f", p.Point.Lat), fmt.Sprintf("%.4f", p.Point.Lon))
			coarse = append(coarse, fmt.Sprintf("%.3f", p.Coarse().Lat), fmt.Sprintf("%.3f", p.Coarse().Lon))
		}
		none := func(path string, parts []string) {
			body := w.get(path).body
			for _, part := range parts {
				if strings.Contains(body, part) {
					t.Errorf("%s holds the coordinate %s", path, part)
				}
			}
		}
		for _, path := range append(everywhere("bicycle"), "/report/"+l.Key()) {
			none(path, append(exact, coarse...))
		}
		for _, path := range []string{pathOf(l, "city-bicycle-with-a-basket"), pathOf(car, "volvo-v60"), "/search?view=map", "/search?view=map&place=Pully",
			"/search/map", "/search/map?box=46,6,47,7", "/search/card/" + l.Key()} {
			none(path, exact)
		}
		if body := w.get("/search/map").body; !strings.Contains(body, coarse[0]) && !strings.Contains(body, `"count"`) {
			t.Errorf("the map shows nothing: %s", body)
		}
	})
}

// The drawing depends on the coarse point alone: two listings whose coarse points are equal have the same.
func TestTheDrawingKnowsOnlyTheCoarsePoint(t *testing.T) {
	eachWorld(t, market.Limits{}, func(t *testing.T, w *world) {
		w.offer(w.home("Flat with a garden"))
		near := w.bicycle("City bicycle one", 300)
		near.Place.Point = value.Point{Lat: pully.Point.Lat + .0003, Lon: pully.Point.Lon - .0004}
		if near.Place.Coarse() != pully.Coarse() {
			t.Fatal("the fixtures are not in one cell")
		}
		one, two := w.offer(near), w.offer(w.bicycle("City bicycle two", 300))
		w.catchUp()
		drawing := regexp.MustCompile(`(?s)<figure class="area">.*?</figure>`)
		first := drawing.FindString(w.get(pathOf(one, "city-bicycle-one")).body)
		second := drawing.FindString(w.get(pathOf(two, "city-bicycle-two")).body)
		if first == "" || first != second || !strings.Contains(first, "Lausanne") {
			t.Errorf("the drawings differ or lack the neighbouring town:\n%s\n%s", first, second)
		}
	})
}
