package market_test

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/market"
	"fairground/internal/search"
	"fairground/internal/value"
	"fairground/internal/web"
)

// restrict does as staff what a decision does.
func (w *world) restrict(id value.ID, fn func(tx *db.Tx) error) {
	w.Helper()
	staff := value.Actor{Kind: value.Staff, ID: 7}
	if err := w.site.DB.Write(context.Background(), staff, "moderation.restrict", fn); err != nil {
		w.Fatal(err)
	}
}

// says is a part that other rooms put on a page.
func says(words string) func(*http.Request, *db.Tx, listing.Listing) (templ.Component, error) {
	return func(*http.Request, *db.Tx, listing.Listing) (templ.Component, error) {
		return templ.ComponentFunc(func(_ context.Context, out io.Writer) error {
			_, err := io.WriteString(out, words)
			return err
		}), nil
	}
}

// A restricted listing is reached by its address and found nowhere, even while the index does not know yet; when the
// restriction is lifted everything is as it was.
func TestARestrictedListingIsReachedByItsAddressOnly(t *testing.T) {
	eachWorld(t, market.Limits{Reports: web.Rate{Events: 1000, Per: time.Minute}}, func(t *testing.T, w *world) {
		w.parts.Contact, w.parts.Save = says("CONTACT"), says("SAVE")
		lausanne := w.bicycle("Bicycle Kingfisher", 210)
		lausanne.Place = listing.Place{Name: "Morges", Point: value.Point{Lat: 46.51, Lon: 6.5}}
		shown, hidden := w.offer(w.bicycle("Bicycle Aardvark, in good order", 200)), w.offer(lausanne)
		w.catchUp()
		path := pathOf(hidden, "bicycle-kingfisher")
		lists := append(everywhere("bicycle"), pathOf(shown, "bicycle-aardvark-in-good-order"), "/s/"+w.person.ID.Text("sel"), "/s/"+w.person.ID.Text("sel")+"?sort=price",
			"/search/card/"+hidden.Key(), "/search/map?q=kingfisher", "/search/complete?q=kingf", "/search?place=Morges", "/search/complete?place=mor")
		found := func() (where []string) {
			for _, address := range lists {
				body := strings.ToLower(w.get(address).body)
				if strings.Contains(body, "kingfisher") && !strings.HasPrefix(address, "/search/complete?q=kingf") || strings.Contains(body, hidden.ID.Text(listing.ShortID)) {
					where = append(where, address)
				}
			}
			return where
		}
		before := found()
		if len(before) < len(lists)-6 {
			t.Fatalf("before it is restricted it is found in %d of %d places only: %v", len(before), len(lists), before)
		}
		if a := w.get(path); !strings.Contains(a.body, "CONTACT") || !strings.Contains(a.body, "SAVE") || strings.Contains(a.body, "noindex") {
			t.Fatalf("before it is restricted: %d", a.status)
		}
		w.restrict(hidden.ID, func(tx *db.Tx) error { return w.desk.RestrictIn(tx, hidden.ID, "it misleads about its place") })
		for _, stale := range []bool{true, false} {
			if !stale {
				w.catchUp()
			}
			if where := found(); len(where) > 0 {
				t.Errorf("the index stale: %t, a restricted listing is found in %v", stale, where)
			}
		}
		if hits, err := w.index.Search(context.Background(), search.Query{Words: "kingfisher", Limit: 10}); err != nil || len(hits.Hits) != 0 {
			t.Errorf("the database's index finds %v: %v", hits.Hits, err)
		}
		a := w.get(path)
		if a.status != 200 || !strings.Contains(a.body, "Kingfisher") || a.header.Get("X-Robots-Tag") != "noindex, nofollow" || !strings.Contains(a.body, `name="robots" content="noindex`) {
			t.Errorf("its own page: %d, robots %q", a.status, a.header.Get("X-Robots-Tag"))
		}
		for _, not := range []string{"CONTACT", "SAVE", `rel="canonical"`, "og:title", "ld+json"} {
			if strings.Contains(a.body, not) {
				t.Errorf("its own page still has %s", not)
			}
		}
		if a := w.post("/report/"+hidden.Key(), url.Values{"ground": {"scam"}, "explanation": {"This looks like a fraud."}}); a.status >= 400 {
			t.Errorf("a report of it answered %d", a.status)
		}
		w.restrict(hidden.ID, func(tx *db.Tx) error { return w.desk.LiftIn(tx, hidden.ID) })
		w.catchUp()
		if after := found(); strings.Join(after, " ") != strings.Join(before, " ") {
			t.Errorf("lifted, it is found in %v and not in %v", after, before)
		}
		if a := w.get(path); !strings.Contains(a.body, "CONTACT") || a.header.Get("X-Robots-Tag") != "" || strings.Contains(a.body, "noindex") {
			t.Errorf("lifted, its page still hides")
		}
	})
}
