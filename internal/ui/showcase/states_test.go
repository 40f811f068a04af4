package showcase_test

import (
	"fmt"
	"testing"
)

// TestStatesInBrowser examines what is not there when a page opens: what was selected, opened, edited, suggested.
func TestStatesInBrowser(t *testing.T) {
	tab := open(t)
	for _, c := range []struct{ name, page, reach string }{
		{"selected", "records", `click("[data-all]"); click("tbody [name=id]"); find(".bulk").checkVisibility()`},
		{"all-selected", "records", `find("[data-peek-close]").click(); click("[data-all]"); find(".all-matching").checkVisibility()`},
		{"edited", "records", `find("[data-peek-close]").click(); await until(() => find(".pencil")._htmx); find(".pencil").click(); await until(() => find("#cell-stage")); find("#cell-stage") !== null`},
		{"filtering", "records", `find("[data-peek-close]").click(); click(".chips summary"); find("#filter-value").checkVisibility()`},
		{"new-view", "records", `find("[data-peek-close]").click(); click(".menu.tab summary"); find("#view-name").checkVisibility()`},
		{"palette", "records", `find("[data-peek-close]").click(); await until(() => find("#palette-words")._htmx); document.dispatchEvent(new KeyboardEvent("keydown", {key: "k", ctrlKey: true, bubbles: true})); await until(() => find("#palette [aria-selected=true]")); find("#palette").open`},
		{"suggested", "inputs", `const field = find("#parent"); await until(() => field._htmx); field.scrollIntoView(); field.focus(); field.value = "o"; field.dispatchEvent(new Event("input", {bubbles: true})); await until(() => find("#parent-list [role=option]")); find("#parent-list").checkVisibility()`},
		{"names", "inputs", `click(".names summary"); find(".names").scrollIntoView(); find(".names").open`},
		{"right-to-left", "records?locale=ar", `root.dir === "rtl"`},
		{"german-import", "import?locale=de-CH", `root.lang === "de-CH"`},
	} {
		for width, scheme := range map[int64]string{1440: "light", 390: "dark"} {
			name := fmt.Sprintf("%s-%d-%s", c.name, width, scheme)
			tab.Show("/showcase/"+c.page, width, scheme)
			if answer := tab.Ask(c.reach); answer != "yes" {
				t.Errorf("%s cannot be reached: %s", name, answer)
			}
			tab.Examine(name)
			tab.Shoot(name)
		}
	}
}
