package showcase_test

import "testing"

// TestBehaviour tries what the scripts add, each step a question asked in the page. Every answer must be "yes".
func TestBehaviour(t *testing.T) {
	tab := open(t)
	for _, c := range []struct {
		name, page string
		width      int64
		question   string
	}{
		{"the theme switch changes the theme and is remembered", "search", 1440,
			`click("[data-theme-switch]"); root.dataset.theme === "dark" && localStorage.theme === "dark" && getComputedStyle(document.body).backgroundColor === "rgb(22, 21, 15)"`},
		{"the remembered theme holds on the next page", "listing", 1440,
			`const held = root.dataset.theme === "dark"; localStorage.clear(); held`},
		{"a photo opens large and the arrows lead on", "listing", 1440,
			`click(".gallery li a"); const box = find(".lightbox"); key("ArrowRight", box); box.open && find(".lightbox img").src.endsWith("/2.svg")`},
		{"a phone shows filters as a sheet", "search", 390,
			`const hidden = getComputedStyle(find("#filters")).display === "none"; click(".sheet-opener"); hidden && find("#filters").matches(":popover-open")`},
		{"a phone shows the menu on demand", "search", 390,
			`const hidden = getComputedStyle(find("#nav")).display === "none"; click(".nav-opener"); hidden && find("#nav").matches(":popover-open")`},
		{"a wide page shows filters at once and no sheet opener", "search", 1440,
			`getComputedStyle(find("#filters")).position === "static" && getComputedStyle(find(".sheet-opener")).display === "none"`},
		{"with scripts the filters need no button", "search", 1440, `getComputedStyle(find(".without-js")).display === "none"`},
		{"a filter updates the region and the address, without empty fields", "search", 1440,
			`find("[name=from]").value = ""; click("[value=road]"); await until(() => location.search.includes("type=road")); !location.search.includes("from=") && find("[name=from]") !== null`},
		{"the sheet stays open while its filters update the page", "search", 390,
			`click(".sheet-opener"); click("[value=road]"); await until(() => location.search.includes("type=road")); await until(() => find("#results").ariaBusy === "false"); find("#filters").matches(":popover-open")`},
		{"j walks to the next case", "queue", 1440, `key("j", document.body); document.activeElement === document.querySelectorAll(".case")[1]`},
		{"a letter presses its button, which asks first", "queue", 1440,
			`key("b", document.body); const box = find("dialog.asks"); box.open && box.textContent.includes("preserve the evidence")`},
		{"letters typed into a field press nothing", "queue", 1440,
			`find("[data-search]").focus(); key("b", find("[data-search]")); find("dialog.asks") === null`},
		{"ctrl and K go to the search field", "queue", 1440,
			`document.dispatchEvent(new KeyboardEvent("keydown", {key: "k", ctrlKey: true, bubbles: true})); document.activeElement === find("[data-search]")`},
		{"the veil lifts only while V is held", "queue", 1440,
			`key("v", document.body); const lifted = find(".veil").matches(".lifted"); document.dispatchEvent(new KeyboardEvent("keyup", {key: "v"})); lifted && !find(".veil").matches(".lifted")`},
		{"one box selects all rows", "records", 1440,
			`click("[data-all]"); [...document.querySelectorAll("tbody tr")].every(row => row.ariaSelected === "true")`},
		{"a phone shows the rail on demand", "records", 390,
			`const hidden = getComputedStyle(find("#rail")).display === "none"; click(".rail-opener"); hidden && find("#rail").matches(":popover-open")`},
		{"touch targets are large enough", "search", 390,
			`[...document.querySelectorAll(".button, .input, .search input")].filter(e => e.checkVisibility()).every(e => e.offsetHeight >= 36)`},
	} {
		tab.Show("/showcase/"+c.page, c.width, "light")
		if answer := tab.Ask(c.question); answer != "yes" {
			t.Errorf("%s: %s", c.name, answer)
		}
	}
}

// TestWithoutScripts sees that a page without JavaScript offers a button to apply filters and nothing that cannot work.
func TestWithoutScripts(t *testing.T) {
	tab := open(t)
	tab.WithoutScripts()
	tab.Show("/showcase/search", 1440, "light")
	answer := tab.Evaluate(`[
		document.documentElement.dataset.js === undefined,
		document.querySelector(".without-js").checkVisibility(),
		![...document.querySelectorAll(".needs-js")].some(e => e.checkVisibility()),
	].join()`)
	if answer != "true,true,true" {
		t.Errorf("scripts off, button to apply, nothing useless: %s", answer)
	}
}
