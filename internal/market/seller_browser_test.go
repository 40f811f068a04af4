package market_test

import (
	"fmt"
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/follow"
	"fairground/internal/listing"
	"fairground/internal/market"
	"fairground/internal/media"
	"fairground/internal/message"
	"fairground/internal/profile"
	"fairground/internal/site/sitetest"
	"fairground/internal/ui"
	looks "fairground/internal/ui/browser"
	"fairground/internal/value"
)

// TestSellersInBrowser opens the pages of sellers and a listing with everything that other rooms put beside it.
func TestSellersInBrowser(t *testing.T) {
	if _, err := exec.LookPath("chromium"); err != nil {
		t.Skip("chromium is not installed on this machine")
	}
	if err := ui.Check(); err != nil {
		t.Skip(err)
	}
	clock := &hand{at: time.Now().UTC().Truncate(time.Microsecond).AddDate(0, 0, -50)}
	cluster := dbtest.ClusterWith(t, db.SQLite, func(c *db.Config) { c.Clock = clock })
	f := newFair(t, newWorld(t, sitetest.New(t, cluster, schemas()), market.Limits{}), clock)
	blobs, err := media.LocalBlobs(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = blobs.Close() })
	pages := f.stall(blobs)
	tab := looks.Open(t, f.hosted(blobs))
	for name, path := range pages {
		for _, look := range []struct {
			width  int64
			scheme string
		}{{1280, "light"}, {390, "light"}, {1280, "dark"}} {
			shot := fmt.Sprintf("stand-%s-%d-%s", name, look.width, look.scheme)
			tab.Show(path, look.width, look.scheme)
			tab.Examine(shot)
			tab.Shoot(shot)
		}
	}
}

// hosted serves the site's pages, its photos, and as a member what lies below /as/KEY/, in German what lies below /de/.
func (f *fair) hosted(blobs media.Blobs) http.Handler {
	shown := media.Handler(blobs, func(*http.Request, string) (media.Access, error) { return media.Public, nil })
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, media.Path) {
			shown.ServeHTTP(rw, r)
			return
		}
		r.Host = sitetest.Host
		if rest, ok := strings.CutPrefix(r.URL.Path, "/de/"); ok {
			r.URL.Path = "/" + rest
			r.Header.Set("Accept-Language", "de")
		}
		if rest, ok := strings.CutPrefix(r.URL.Path, "/as/"); ok {
			who, path, _ := strings.Cut(rest, "/")
			r.URL.Path = "/" + path
			r.Header.Set("X-Account", who)
		}
		f.handler.ServeHTTP(rw, r)
	})
}

// stall fills the market and says where to look.
func (f *fair) stall(blobs media.Blobs) map[string]string {
	f.Helper()
	photos := f.photos(media.NewPhotos(blobs, media.NewDecoders(0)))
	var own, shops []listing.Listing
	for i, title := range []string{"Trek hybrid, size M, serviced in May", "Steel randonneur, 56 cm", "Child’s bicycle with bell", "Folding bicycle, six gears", "Gravel bicycle, carbon fork", "Town bicycle"} {
		c := f.bicycle(title, int64(95+i*i*170))
		c.Photos = photos[i%3 : 3]
		own = append(own, f.offer(c))
		shops = append(shops, f.offerBy(c, f.shop))
	}
	for i, words := range []string{"The bicycle was as described, and Elio took the time to explain the gears.", "Gladly again.\n\nThe basket was a present.",
		"It took three days until an answer came, then all went well.", "Punctual and friendly, a fair price."} {
		f.reviewed(f.member(fmt.Sprintf("Buyer Number%d", i)), own[0], []int{5, 5, 3, 4}[i], words)
		f.reviewed(f.member(fmt.Sprintf("Guest Number%d", i)), shops[0], []int{5, 4, 5, 5}[i], words)
	}
	f.clock.pass(48 * 24 * time.Hour)
	cheaper := own[1].Content
	cheaper.Price = value.MoneyFromUnits(210, "CHF")
	if _, _, err := f.desk.Edit(f.Context(), tester, own[1].ID, own[1].Rev, cheaper); err != nil {
		f.Fatal(err)
	}
	f.write(func(tx *db.Tx) error { return listing.ReserveIn(tx, own[1].ID, true) })
	f.catchUp()
	f.furnish()
	buyer, owner := f.member("Anna Muster").ID.Text(account.IDKind), f.owner.ID.Text(account.IDKind)
	return map[string]string{
		"private": sellerPath(f.person, "/elio-t"), "shop": sellerPath(f.shop, "/spoke-lantern"), "shop-german": "/de" + sellerPath(f.shop, "/spoke-lantern"),
		"listing": pathOf(own[1], "steel-randonneur-56-cm"), "listing-member": "/as/" + buyer + pathOf(own[1], "steel-randonneur-56-cm"),
		"listing-owner": "/as/" + owner + pathOf(own[0], "trek-hybrid-size-m-serviced-in-may"), "results-member": "/as/" + buyer + "/c/sports/bicycles",
		"seller-member": "/as/" + buyer + sellerPath(f.shop, "/spoke-lantern"), "report": "/report/" + f.shop.ID.Text("sel"),
	}
}

// furnish puts the real components of the other rooms in their places.
func (f *fair) furnish() {
	zone := time.UTC
	shown := func(s listing.Seller) profile.Shown {
		p := profile.Shown{Seller: profile.Seller{ID: s.ID, Business: s.Kind == listing.Business, Name: s.Name, Town: s.Town, Since: s.Since, Verified: s.Verified}}
		if p.Business {
			p.HasProfile = true
			p.Content = profile.Content{Name: s.Name, Town: "Nyon", Street: "Lakeside 4", Postcode: "1260", About: "We mend and sell bicycles.\n\nCome by and try them.",
				Languages: []value.Locale{"en", "fr"}, Imprint: "Spoke & Lantern, Lakeside 4, Nyon"}
		}
		return p
	}
	f.parts.Face = func(_ *http.Request, tx *db.Tx, s listing.Seller) (market.Face, error) {
		p := shown(s)
		return market.Face{Known: p.HasProfile, Name: p.DisplayName(), Town: p.DisplayTown(), Page: profile.Face{Shown: p, At: tx.Now(), Zone: zone, Level: 1},
			Card: profile.Card{Shown: p, At: tx.Now(), Zone: zone, Href: sellerPath(s, "")}}, nil
	}
	signedIn := func(r *http.Request) bool { return !account.From(r.Context()).IsZero() }
	f.parts.Contact = func(_ *http.Request, _ *db.Tx, l listing.Listing) (templ.Component, error) {
		return message.Ask{Listing: l.ID, Seller: l.Seller.Name, Small: true}.View(), nil
	}
	f.parts.Save = func(r *http.Request, _ *db.Tx, l listing.Listing) (templ.Component, error) {
		return follow.Heart{Listing: l.ID, Title: l.Title, SignedIn: signedIn(r), Words: true, Next: r.URL.Path}, nil
	}
	f.parts.Hearts = func(r *http.Request, _ *db.Tx, all []listing.Listing) (map[value.ID]templ.Component, error) {
		hearts := map[value.ID]templ.Component{}
		for i, l := range all {
			hearts[l.ID] = follow.Heart{Listing: l.ID, Title: l.Title, SignedIn: true, Saved: i == 1, Next: r.URL.Path}
		}
		return hearts, nil
	}
	f.parts.Follow = func(r *http.Request, _ *db.Tx, seller value.ID) (templ.Component, error) {
		return follow.FollowButton{Seller: seller, Name: "the seller", SignedIn: signedIn(r), Next: r.URL.Path}, nil
	}
	f.parts.Own = func(r *http.Request, tx *db.Tx, l listing.Listing) (market.Own, bool, error) {
		mine, err := f.parts.Acts(r, tx, l.Seller.ID)
		return market.Own{Edit: "/my/listings/" + l.Key(), Figures: "/my/listings/" + l.Key() + "/figures"}, mine, err
	}
}
