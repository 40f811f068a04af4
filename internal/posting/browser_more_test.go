package posting_test

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/site/sitetest"
	"fairground/internal/ui/browser"
	"fairground/internal/value"
)

// TestNothingIsLost closes pages and cuts the connection while somebody types.
func TestNothingIsLost(t *testing.T) {
	browser.Needs(t)
	w := newWorld(t)
	var down atomic.Bool
	tab := browser.Open(t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		r.Host = sitetest.Host
		if down.Load() && r.Method == http.MethodPost {
			rw.WriteHeader(http.StatusBadGateway)
			return
		}
		w.handler.ServeHTTP(rw, r)
	}))
	tab.Show("/sign-in", 1280, "light")
	tab.Evaluate(`document.cookie = "as=` + string(w.anna.Email) + `; path=/"`)
	tab.Show("/post", 1280, "light")
	yes(t, tab, "the first words make a draft", drop+`type("title", "A tent for four"); await until(() => location.pathname.startsWith("/post/drf_")); location.pathname.startsWith("/post/drf_")`)
	here := tab.Evaluate("location.pathname")
	// The page goes away in the middle of a sentence.
	tab.Evaluate(`(() => { const f = document.querySelector("#posting [name=body]"); f.value = "Used twice, in dry"; f.dispatchEvent(new Event("input", {bubbles: true})); return ""; })()`)
	tab.Show("/sign-in", 1280, "light")
	tab.Show(here, 1280, "light")
	yes(t, tab, "a page that goes away sends what it has", drop+`find("#posting [name=body]").value === "Used twice, in dry"`)
	down.Store(true)
	yes(t, tab, "without a connection it says so", drop+`type("body", "Used twice, in dry weather."); await until(() => find("#saved").textContent.includes("Not saved yet")); find("#saved").textContent.includes("Not saved yet")`)
	tab.Show("/sign-in", 1280, "light")
	down.Store(false)
	tab.Show(here, 1280, "light")
	yes(t, tab, "and brings it back", drop+`await kept(); find("#posting [name=body]").value === "Used twice, in dry weather."`)
	tab.Until(`document.querySelector("#saved").textContent.includes("Saved")`)
	if d := w.only(w.anna); d.Body != "Used twice, in dry weather." {
		t.Errorf("stored is %q", d.Body)
	}
	tab.Evaluate(`document.cookie = "as=; max-age=0; path=/"`)
	yes(t, tab, "signed out, it leads to the sign-in and keeps the words", drop+`type("body", "Used twice."); await until(() => find("#saved a")); find("#saved a").getAttribute("href") === "/sign-in?next=" + encodeURIComponent(location.pathname)`)
	tab.Evaluate(`document.cookie = "as=` + string(w.anna.Email) + `; path=/"`)
	tab.Show(here, 1280, "light")
	yes(t, tab, "back again, they are there", drop+`find("#posting [name=body]").value === "Used twice."`)
}

// only is the single draft of a member.
func (w *world) only(a account.Account) listing.Draft {
	w.Helper()
	var drafts []listing.Draft
	w.read(func(tx *db.Tx) (err error) {
		drafts, err = listing.Drafts(tx, listing.Author{Account: a.ID})
		return err
	})
	if len(drafts) != 1 {
		w.Fatalf("%d drafts", len(drafts))
	}
	return drafts[0]
}

// TestPhotosInABrowser tries bad files among good ones, dragging, and the tree of categories.
func TestPhotosInABrowser(t *testing.T) {
	browser.Needs(t)
	w := newWorld(t)
	tab := open(t, w, w.anna)
	tab.Show("/post", 390, "light")
	tab.Shoot("post-new-phone")
	yes(t, tab, "a bad photo has its own error, the good one arrives", drop+`give(new File(["a house by the lake"], "house.jpg", {type: "image/jpeg"}), new File(["x"], "IMG_1.HEIC"), await drawn(1, 600, 400)); await settled(1); await until(() => document.querySelectorAll("[data-uploads] .error").length === 2); const words = [...document.querySelectorAll("[data-uploads] .error")].map(e => e.textContent).join(" "); tiles().length === 64 && words.includes("This is not a photo") && words.includes("Most Compatible")`)
	tab.Examine("errors of photos")
	tab.Shoot("post-errors-phone")
	yes(t, tab, "it is left out", drop+`for (const b of [...document.querySelectorAll("[data-uploads] button")]) b.click(); document.querySelectorAll("[data-uploads] li").length === 0`)
	yes(t, tab, "a second photo is dragged to the front", drop+`give(await drawn(2, 600, 400)); await settled(2); const before = tiles().split(","); const at = (n, share) => { const b = document.querySelector("#part-photos li:nth-child(" + n + ") .photo").getBoundingClientRect(); return {clientX: b.left + b.width * share, clientY: b.top + b.height / 2, bubbles: true, pointerType: "mouse", button: 0}; }; find("#part-photos").scrollIntoView({block: "center"}); const photo = find("#part-photos li:nth-child(2) .photo"); photo.dispatchEvent(new PointerEvent("pointerdown", at(2, .5))); document.dispatchEvent(new PointerEvent("pointermove", at(1, .9))); document.dispatchEvent(new PointerEvent("pointermove", at(1, .2))); document.dispatchEvent(new PointerEvent("pointerup", at(1, .2))); await until(() => find("[data-said]").textContent.includes("Now photo 1")); tiles() === [before[1], before[0]].join()`)
	yes(t, tab, "the tree is searched", drop+`click("a[data-tree]"); await until(() => find("[data-find]") === document.activeElement); const f = find("[data-find]"); f.value = "wohngem"; f.dispatchEvent(new Event("input", {bubbles: true})); const left = [...document.querySelectorAll("[data-leaf]:not([hidden]) button")].map(b => b.textContent.trim()); key("Enter", f); await until(() => find(".chosen")); left.join() === "Rooms in shared flats" && find(".chosen").textContent === "Homes › Rooms in shared flats"`)
	tab.Evaluate(`(async () => { document.querySelector("a[data-tree]").click(); for (let i = 0; i < 100 && !document.querySelector("[data-find]"); i++) await new Promise(go => setTimeout(go, 20)); return ""; })()`)
	tab.Examine("the tree on a phone")
	tab.Shoot("tree-phone")
	yes(t, tab, "give away hides the price", drop+`click("#kind-free"); getComputedStyle(find(".priced")).display === "none"`)
	tab.Quiet()
}

// TestMineInABrowser looks at the lists of one's own listings, and at a listing that is decided while one watches.
func TestMineInABrowser(t *testing.T) {
	browser.Needs(t)
	w := newWorld(t)
	for _, title := range []string{"Red racing bicycle, carbon frame, size 56", "City bicycle with basket", "Tandem", "Folding bicycle", "Cargo bicycle for two children and the shopping of a week"} {
		w.live(w.shop, title, 420)
	}
	held := w.live(w.shop, "Silver touring bicycle", 900)
	staff := value.Actor{Kind: value.Staff, ID: 1}
	w.ok(w.Site.DB.Write(context.Background(), staff, "test.hold", func(tx *db.Tx) error { return w.desk.EndIn(tx, held.ID, listing.Held, "") }))
	tab := open(t, w, w.bruno)
	for _, c := range []struct {
		width  int64
		scheme string
	}{{1280, "light"}, {390, "light"}, {390, "dark"}} {
		tab.Show("/my/listings", c.width, c.scheme)
		tab.Examine("my listings " + c.scheme)
		tab.Shoot("mine-" + map[int64]string{1280: "desktop", 390: "phone"}[c.width] + "-" + c.scheme)
	}
	tab.Show("/my/listings", 1280, "light")
	yes(t, tab, "all of a page are ticked", `click("[data-pick-all]"); [...document.querySelectorAll("[data-pick]")].every(b => b.checked) && find("[data-picked]").textContent === "5 selected"`)
	tab.Evaluate(`(() => { document.querySelector("[name=verb]").value = "pause"; document.querySelector(".bulk-bar .button").click(); return ""; })()`)
	tab.Until(`document.querySelector("h1").textContent === "What came of it"`)
	tab.Examine("results")
	tab.Show("/my/listings/"+held.Key(), 390, "light")
	tab.Examine("being checked")
	tab.Shoot("standing-phone")
	w.ok(w.Site.DB.Write(context.Background(), staff, "test.release", func(tx *db.Tx) error {
		if _, err := safetyReview(tx, w, held.ID); err != nil {
			return err
		}
		_, _, err := w.desk.ScreenIn(tx, held.ID)
		return err
	}))
	tab.Until(`document.querySelector("#standing").textContent.includes("It is live")`)
	tab.Evaluate(`document.cookie = "as=` + string(w.anna.Email) + `; path=/"`)
	tab.Show("/my/listings", 390, "light")
	tab.Examine("no listings")
	tab.Shoot("mine-empty-phone")
	tab.Quiet()
}
