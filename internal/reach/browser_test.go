package reach

import (
	"net/http"
	"testing"

	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/site/sitetest"
	"fairground/internal/ui/browser"
)

// TestInBrowser opens every page wide, narrow, dark and in German, and finds faults of accessibility and of layout.
func TestInBrowser(t *testing.T) {
	browser.Needs(t)
	w := newWorld(t, sitetest.New(t, dbtest.Cluster(t, db.SQLite), []db.Schema{Schema()}))
	for ago := range 90 {
		w.plant(lamp, shop, ago, int64(5+(ago*37)%29), int64((ago*13)%4), int64((ago*7)%3))
		w.plant(other, shop, ago, int64((ago*17)%23), int64((ago*5)%2), 0)
	}
	language := "en"
	tab := browser.Open(t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		r.Host = sitetest.Host
		r.AddCookie(&http.Cookie{Name: "language", Value: language})
		r.AddCookie(&http.Cookie{Name: "who", Value: "mina"})
		w.router.ServeHTTP(rw, r)
	}))
	for name, path := range map[string]string{
		"figures-listing": "/my/listings/" + lamp.Text(listingShortID) + "/figures", "figures-shop": "/shop/" + shop.Text(sellerShortID) + "/figures?days=90",
		"figures-empty": "/my/listings/" + trek.Text(listingShortID) + "/figures",
	} {
		for _, look := range []struct {
			name             string
			width            int64
			scheme, language string
		}{{"desk-light", 1440, "light", "en"}, {"phone-light", 390, "light", "de"}, {"desk-dark", 1440, "dark", "de"}, {"phone-dark", 390, "dark", "en"}} {
			language = look.language
			tab.Show(path, look.width, look.scheme)
			tab.Examine(name + "-" + look.name)
			tab.Shoot(name + "-" + look.name)
		}
		tab.Evaluate(`document.querySelectorAll("details").forEach(d => d.open = true); ""`)
		tab.Examine(name + " opened")
	}
	tab.Quiet()
}
