package posting_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/value"
)

// bicycle is what one types to offer a bicycle.
var bicycle = []string{"kind", "sell", "title", "Trek FX 3 hybrid, size M", "pick", "sports/bicycles", "a.type", "city", "a.gears", "18", "a.lights", "yes",
	"body", "Serviced in May, kept indoors.", "price", "520", "place", "Pully", "locale", "en"}

// with puts other values into a form.
func with(pairs []string, more ...string) []string {
	form := slices.Clone(pairs)
	for i := 0; i+1 < len(more); i += 2 {
		if at := slices.Index(form, more[i]); at >= 0 && at%2 == 0 {
			form[at+1] = more[i+1]
		} else {
			form = append(form, more[i], more[i+1])
		}
	}
	return form
}

// The whole way without JavaScript: the form, its fields, a photo, the preview, the listing.
func TestPostingWithoutScripts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.as(w.anna)
	b.get("/post").want(200, "Post a listing", "Continue", "Your exact address is never shown")
	draft := b.post("/post/new", "kind", "sell", "title", "Volvo V60", "do", "fields").to()
	b.get(draft).want(200, "Choose a category")
	b.post(draft, "title", "Volvo V60", "pick", "vehicles/cars").follow().want(200, "Vehicles › Cars", "Make", "Mileage", "Choose the one before first")
	page := b.post(draft, "title", "Volvo V60", "a.make", "volvo", "a.model", "", "do", "fields").follow().want(200, "V60").without("Panda")
	if !strings.Contains(page.body, `value="Volvo V60"`) {
		t.Error("the title was lost")
	}
	b.post(draft, "do", "publish").want(http.StatusUnprocessableEntity, "1 thing is missing", "Mileage: please fill this in.")
	b.send(draft, []file{{"front.jpg", shot(t, 800, 600, 90)}}, "a.km", "86'000", "do", "fields").follow().want(200, "Cover")
	b.post(draft, "place", "Pully", "price", "14500", "body", "First owner.", "do", "preview").follow().want(200, "Nobody else sees it yet", "CHF", "Volvo", "86'000 km")
	there := b.post(draft, "do", "publish").to()
	b.get(there).want(200, "It is live", "Volvo V60")
	if again := b.post(draft, "do", "publish").to(); again != there {
		t.Errorf("sent twice it leads to %s, want %s", again, there)
	}
	w.read(func(tx *db.Tx) error {
		seller, err := listing.FindOwnSeller(tx, w.anna.ID)
		w.ok(err)
		all, err := listing.List(tx, listing.Filter{Seller: seller.ID})
		if len(all) != 1 || all[0].Attributes["km"] != "86000" || len(all[0].Photos) != 1 || all[0].Title != "Volvo V60" {
			t.Errorf("posted %+v", all)
		}
		return err
	})
}

// The price hint compares with what is similar, and needs enough of it.
func TestPriceHint(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for n := range 9 {
		w.live(w.shop, fmt.Sprintf("City bicycle number %d", n+1), int64(200+20*n))
	}
	b := w.as(w.anna)
	draft := b.save("/post/new", "kind", "sell", "title", "City bicycle", "pick", "sports/bicycles").base()
	b.save(draft, "a.type", "city", "changed", "a.type").want(200, "Similar ones cost CHF 240 to CHF 320.")
	b.save(draft, "kind", "wanted", "changed", "kind").want(200).without("Similar ones")
}

// All of it speaks German too, errors included.
func TestInGerman(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.as(w.anna)
	b.cookies["german"] = "yes"
	b.get("/post").want(200, "Inserat aufgeben", "Was möchten Sie tun?", "Rubrik wählen")
	draft := b.post("/post/new", with(bicycle, "title", "x", "a.type", "", "price", "viel", "a.gears", "viele")...).to()
	b.post(draft, "do", "publish").want(http.StatusUnprocessableEntity, "4 Angaben fehlen", "Schreiben Sie einen lesbaren Titel mit 3 bis 140 Zeichen", "Typ: Bitte wählen Sie aus.", "Gänge: Bitte schreiben Sie eine ganze Zahl.", "Schreiben Sie den Preis als Zahl")
	b.upload(draft, file{"film.gif", moving(t)}).want(http.StatusUnprocessableEntity, "Bewegte Bilder können nicht gezeigt werden")
	b.get("/my/listings").want(200, "Meine Inserate", "Sie bieten noch nichts an")
}

// What staff ask to change stands at its field when the listing is edited.
func TestReasonsAtTheirFields(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.as(w.anna)
	l := w.live(w.annas(), "Blue city bicycle", 300)
	w.ok(w.Site.DB.Write(t.Context(), value.Actor{Kind: value.Staff, ID: 1}, "test.reject", func(tx *db.Tx) error {
		return w.desk.EndIn(tx, l.ID, listing.Rejected, "The serial number was filed off.")
	}))
	draft := b.post("/my/listings/" + l.Key() + "/edit").to()
	b.get(draft).want(200, "The serial number was filed off.").find(`(id="title-error")`)
}
