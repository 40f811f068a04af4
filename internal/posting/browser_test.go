package posting_test

import (
	"net/http"
	"testing"

	"fairground/internal/account"
	"fairground/internal/site/sitetest"
	"fairground/internal/ui/browser"
)

// open shows the world in a browser, signed in as somebody.
func open(t *testing.T, w *world, a account.Account) *browser.Tab {
	t.Helper()
	tab := browser.Open(t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		r.Host = sitetest.Host
		w.handler.ServeHTTP(rw, r)
	}))
	tab.Show("/sign-in", 1280, "light")
	if a.ID != 0 {
		tab.Evaluate(`document.cookie = "as=` + string(a.Email) + `; path=/"`)
	}
	return tab
}

// yes asks a question in the page.
func yes(t *testing.T, tab *browser.Tab, what, question string) {
	t.Helper()
	if got := tab.Ask(question); got != "yes" {
		t.Errorf("%s: %s", what, got)
	}
}

// drop gives files made in the page to the input for photos.
const drop = `const drawn = async (n, w, h) => { const c = document.createElement("canvas"); c.width = w; c.height = h; const p = c.getContext("2d"); p.fillStyle = ["#c8321f", "#17604c", "#855700", "#1d4ed8"][n]; p.fillRect(0, 0, w, h); p.fillStyle = "#fff"; p.fillRect(0, 0, w / 3, h / 3); return new File([await new Promise(d => c.toBlob(d, "image/jpeg", .9))], "photo-" + n + ".jpg", {type: "image/jpeg"}); };
	const give = (...files) => { const all = new DataTransfer(); files.forEach(f => all.items.add(f)); const input = find("input[name=photos]"); input.files = all.files; input.dispatchEvent(new Event("change", {bubbles: true})); };
	const tiles = () => [...document.querySelectorAll("#part-photos > li")].map(li => li.dataset.photo).join();
	const settled = async n => { await until(() => document.querySelectorAll("#part-photos > li").length === n); for (let i = 0; i < 200 && document.querySelectorAll("#part-photos > li").length !== n; i++) await new Promise(go => setTimeout(go, 50)); };
	const type = (name, text) => { const f = find("#posting [name='" + name + "']"); f.value = text; f.dispatchEvent(new Event("input", {bubbles: true})); };
	const kept = () => until(() => find("#saved").textContent.includes("Saved")); `

// TestPostingInABrowser walks the whole way: a title, the category it suggests, four photos, their order by keyboard, one
// turned, one cropped, a reload that keeps everything, and the listing.
func TestPostingInABrowser(t *testing.T) {
	browser.Needs(t)
	w := newWorld(t)
	for _, title := range []string{"Trek hybrid bicycle", "City bicycle with basket", "Bicycle for commuting"} {
		w.live(w.shop, title, 420)
	}
	tab := open(t, w, w.anna)
	tab.Show("/post", 1280, "light")
	tab.Examine("new form")
	tab.Shoot("post-new-desktop")
	yes(t, tab, "a title makes a draft and suggests a category", drop+`type("title", "Trek bicycle, size M"); await until(() => location.pathname.startsWith("/post/drf_")); await until(() => find("button[name=pick]")); find("button[name=pick]").textContent.includes("Bicycles")`)
	yes(t, tab, "the category brings its fields", drop+`click("button[name=pick]"); await until(() => find("[name='a.type']")); find(".chosen").textContent === "Sports › Bicycles" && document.activeElement.id === "part-category"`)
	yes(t, tab, "four photos arrive", drop+`give(await drawn(0, 1200, 900), await drawn(1, 900, 1200), await drawn(2, 800, 800), await drawn(3, 4800, 3600)); const bars = document.querySelectorAll("[data-uploads] progress").length; await settled(4); bars === 4 && document.querySelectorAll("[data-uploads] li").length === 0`)
	yes(t, tab, "a photo is moved by keyboard, and keeps the focus", drop+`const before = tiles().split(","); const later = find("#part-photos li:nth-child(1) button[value^=later]"); later.focus(); later.click(); await until(() => tiles() === [before[1], before[0], before[2], before[3]].join()); document.activeElement.value === "later:" + before[0] && find("[data-said]").textContent === "Now photo 2 of 4."`)
	yes(t, tab, "a removed photo comes back", drop+`const before = tiles(); click("#part-photos li:nth-child(3) button[value^=remove]"); await settled(3); await until(() => find("#part-undo button")); click("#part-undo button"); await settled(4); tiles() === before`)
	tab.Evaluate(`(() => { const f = document.querySelector("[name='a.type']"); f.value = "city"; f.dispatchEvent(new Event("change", {bubbles: true})); return ""; })()`)
	for name, text := range map[string]string{"a.gears": "18", "body": "Serviced in May, kept indoors.", "price": "520", "place": "Pully"} {
		tab.Evaluate(`(() => { const f = document.querySelector("#posting [name='` + name + `']"); f.value = "` + text + `"; f.dispatchEvent(new Event("input", {bubbles: true})); return ""; })()`)
	}
	tab.Until(`document.querySelector("#part-card .price").textContent.includes("520")`)
	tab.Examine("filled form")
	tab.Shoot("post-filled-desktop")
	here := tab.Evaluate("location.pathname")
	tab.Show(here, 390, "dark")
	tab.Examine("filled form on a phone, dark")
	tab.Shoot("post-filled-phone")
	yes(t, tab, "a reload keeps everything", drop+`find("[name=title]").value === "Trek bicycle, size M" && find("[name='a.type']").value === "city" && find("[name=price]").value === "520" && tiles().split(",").length === 4`)
	first := tab.Evaluate(`document.querySelector("#part-photos li").dataset.photo`)
	tab.Show(here+"/photos/"+first, 1280, "light")
	tab.Examine("photo")
	shape := tab.Evaluate(`(async () => { const i = document.querySelector("img"); await i.decode(); return String(i.naturalWidth / i.naturalHeight); })()`)
	tab.Click("button[value=right]")
	tab.Until(`!location.pathname.endsWith("` + first + `")`)
	tab.Until(`document.querySelector(".crop-stage img")?.naturalWidth > 0`)
	yes(t, tab, "it is turned", `Math.abs(find("img").naturalWidth / find("img").naturalHeight * `+shape+` - 1) < .01`)
	yes(t, tab, "the frame is moved and sized by keys", `click("details summary"); await until(() => !find("[data-box]").hidden); click("[data-ratio='1:1']"); const box = find("[data-box]"); box.focus(); for (let i = 0; i < 20; i++) box.dispatchEvent(new KeyboardEvent("keydown", {key: "ArrowLeft", shiftKey: true, bubbles: true, cancelable: true})); for (let i = 0; i < 5; i++) box.dispatchEvent(new KeyboardEvent("keydown", {key: "ArrowRight", bubbles: true, cancelable: true})); Math.round(Number(find("[name=left]").value)) === 5 && find("[data-says]").textContent.includes("From the left 5 %")`)
	tab.Examine("cropping")
	tab.Shoot("photo-crop-desktop")
	turned := tab.Evaluate("location.pathname")
	tab.Click("button[value=crop]")
	tab.Until(`location.pathname !== "` + turned + `"`)
	tab.Until(`document.querySelector(".crop-stage img")?.naturalWidth > 0`)
	yes(t, tab, "it is cropped to a square", `Math.abs(find("img").naturalWidth - find("img").naturalHeight) <= 1`)
	tab.Show(here+"/preview", 1280, "light")
	tab.Examine("preview")
	tab.Shoot("preview-desktop")
	tab.Show(here, 1280, "light")
	tab.Click("button[value=publish]")
	tab.Until(`location.pathname.startsWith("/my/listings/lst_")`)
	yes(t, tab, "it is live", `find("#standing").textContent.includes("It is live")`)
	tab.Examine("standing")
	tab.Shoot("standing-desktop")
	tab.Quiet()
}
