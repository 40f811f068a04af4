package posting_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/value"
)

// annas is Anna's private seller.
func (w *world) annas() listing.Seller {
	w.Helper()
	var seller listing.Seller
	w.write(func(tx *db.Tx) (err error) {
		seller, err = listing.OwnSeller(tx, w.anna.ID, "Anna M.", "Pully", tx.Now())
		return err
	})
	return seller
}

func TestMyListings(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.as(w.anna)
	b.get("/my/listings").want(200, "You offer nothing yet", "A title and a photo are enough")
	seller := w.annas()
	l := w.live(seller, "Blue city bicycle", 300)
	here := "/my/listings/" + l.Key()
	b.get("/my/listings").want(200, "Blue city bicycle", "Live 1", "CHF 300", "148 views · 6 saves · 2 contacts").without("Change prices by")
	b.post(here, "do", "reserve", "next", "/my/listings").follow().want(200, "It is marked as reserved.", "Reserved")
	b.post(here, "do", "unreserve").follow().want(200, "It is free again.", "It is live")
	b.post(here, "do", "price", "price", "249.50").follow().want(200, "The price was changed.", "CHF 249.50")
	b.post(here, "do", "price", "price", "cheap").want(http.StatusUnprocessableEntity, "Write the price as a number")
	b.post(here, "do", "pause", "next", "//elsewhere.example").follow().want(200, "It is paused")
	b.get("/my/listings").want(200, "Paused 1")
	b.post(here, "do", "reserve").want(http.StatusConflict, "That was not possible", "This listing is paused")
	b.post(here, "do", "renew").follow().want(200, "It is live")
	b.post(here, "do", "sold").follow().want(200, "It is sold")
	b.post(here, "do", "remove").want(200, "Remove for good?", "cannot be brought back")
	b.post(here, "do", "remove", "sure", "yes").follow().want(200, "It was removed.", "Removed 1")
	b.post(here, "do", "nothing").want(http.StatusUnprocessableEntity)
}

// The listing is edited on a draft, so an edit survives too; its prices stand on the page.
func TestEditing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.as(w.anna)
	l := w.live(w.annas(), "Blue city bicycle", 300)
	here := "/my/listings/" + l.Key()
	draft := b.post(here + "/edit").to()
	b.get(draft).want(200, "Change your listing", "Save changes").without("Post it")
	if again := b.post(here + "/edit").to(); again != draft {
		t.Errorf("a second edit opens %s, want the same %s", again, draft)
	}
	b.post(draft, "title", "")
	b.post(draft, "do", "publish").want(http.StatusUnprocessableEntity, "Write a title")
	b.post(draft, "title", "Blue city bicycle, new chain", "price", "280", "do", "publish").follow().want(200, "It is live", "new chain", "CHF 280")
	b.get(draft).want(http.StatusNotFound)
	draft = b.post(here + "/edit").to()
	b.get(draft).want(200, "Prices so far", "CHF 300", "CHF 280")
	b.post(here, "do", "price", "price", "260").want(http.StatusSeeOther)
	b.post(draft, "title", "Somebody changed it meanwhile", "do", "publish").want(http.StatusConflict, "changed this listing meanwhile")
	if again := b.post(here + "/edit").to(); again == draft {
		t.Error("an edit of what is not there any more is opened again")
	}
	b.get("/my/listings?tab=drafts").want(200, "Changes to a listing", "Somebody changed it meanwhile")
	if l := w.found(l.ID); l.Title != "Blue city bicycle, new chain" || l.Price.Minor != 26000 {
		t.Errorf("it is %q for %v", l.Title, l.Price)
	}
}

func (w *world) found(id value.ID) (l listing.Listing) {
	w.Helper()
	w.read(func(tx *db.Tx) (err error) {
		l, err = listing.Find(tx, id)
		return err
	})
	return l
}

func TestBulkOfAShop(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.as(w.bruno)
	var all []listing.Listing
	for _, name := range []string{"red", "green", "blue", "white", "black", "silver"} {
		all = append(all, w.live(w.shop, "A "+name+" racing bicycle", 400))
	}
	shop := w.shop.ID.Text("sel")
	b.get("/my/listings").want(200, "A red racing bicycle", "Change prices by", "Live 6")
	b.get("/my/listings?q=green").want(200, "A green racing", "Live 1").without("A red racing")
	b.get("/my/listings?q=tandem").want(200, "Nothing found for “tandem”")
	b.post("/my/listings", "seller", shop, "verb", "price", "percent", "-10", "id", all[0].Key(), "id", all[1].Key()).want(200, "Done for 2 listings.")
	if l := w.found(all[0].ID); l.Price.Minor != 36000 {
		t.Errorf("the price is %v", l.Price)
	}
	b.post("/my/listings", "seller", shop, "verb", "price", "percent", "900", "all", "yes", "tab", "live").want(http.StatusUnprocessableEntity)
	b.post("/my/listings", "seller", shop, "verb", "pause", "id", all[0].Key()).want(200, "Done for 1 listing.")
	b.post("/my/listings", "seller", shop, "verb", "sold", "all", "yes", "tab", "live", "q", "racing").want(200, "Done for 5 listings.")
	b.post("/my/listings", "seller", shop, "verb", "pause", "all", "yes", "tab", "sold").want(200, "Not possible for 5 listings", "This listing is sold")
	b.post("/my/listings", "seller", shop, "verb", "pause").want(http.StatusUnprocessableEntity, "Choose at least one listing")
	sure := b.post("/my/listings", "seller", shop, "verb", "remove", "all", "yes", "tab", "sold").want(200, "5 listings cannot be brought back")
	if w.found(all[3].ID).Status != listing.Sold || strings.Count(sure.body, `name="id"`) != 5 {
		t.Error("removing several does not ask first")
	}
	b.post("/my/listings", "seller", shop, "verb", "remove", "sure", "yes", "id", all[3].Key()).want(200, "Done for 1 listing.")
	w.as(w.anna).post("/my/listings", "seller", shop, "verb", "sold", "id", all[0].Key()).want(http.StatusNotFound)
	w.as(w.anna).post("/my/listings", "seller", shop, "verb", "sold", "all", "yes", "tab", "paused").want(http.StatusNotFound)
	if w.found(all[0].ID).Status != listing.Paused {
		t.Error("somebody else changed a listing of the shop")
	}
}

// What is held says so, and the page looks again by itself; what needs a change says what and why.
func TestStanding(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.as(w.anna)
	l := w.live(w.annas(), "Blue city bicycle", 300)
	here := "/my/listings/" + l.Key()
	w.ok(w.Site.DB.Write(context.Background(), value.Actor{Kind: value.Staff, ID: 1}, "test.hold", func(tx *db.Tx) error {
		return w.desk.EndIn(tx, l.ID, listing.Held, "")
	}))
	page := b.get(here).want(200, "We are checking it", "This page changes by itself")
	if !strings.Contains(page.body, `hx-trigger="every 1s"`) || !strings.Contains(page.body, "looked=1") {
		t.Error("it does not look again every second")
	}
	b.headers["HX-Request"] = "true"
	part := b.get(here + "?looked=10")
	if !strings.Contains(part.body, `every 15s`) || strings.Contains(part.body, "<html") {
		t.Errorf("the tenth look: %s", part.body)
	}
	delete(b.headers, "HX-Request")
	w.ok(w.Site.DB.Write(context.Background(), value.Actor{Kind: value.Staff, ID: 1}, "test.reject", func(tx *db.Tx) error {
		return w.desk.EndIn(tx, l.ID, listing.Rejected, "The serial number was filed off.")
	}))
	b.get(here).want(200, "It cannot be shown", "The serial number was filed off.", "you can appeal", "desk@lakeside.example").without("This page changes by itself")
	b.get("/my/listings").want(200, "Need you 1", "Refused")
}
