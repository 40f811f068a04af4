package app_test

import (
	"net/http"
	"strings"
	"testing"

	"fairground/internal/app"
	"fairground/internal/ui/browser"
)

const editorPath = "/console/setup/theme"

// TestTheLookOfASite saves a look and sees it on the pages of visitors.
func TestTheLookOfASite(t *testing.T) {
	t.Parallel()
	r := run(t, app.Demo{Listings: 12, Seed: 7})
	admin, visitor := r.signedIn("admin@lakeside.example"), r.visitor()
	visitor.sees("/", "Lakeside", "/search")
	sports := "sports"
	admin.sees(editorPath, `name="accent"`, `name="block.0" value="categories"`)
	status, page, at := admin.post(editorPath, "do", "save", "accent", "#0b6e4f", "ground", "#fdf6e9", "ornament", "line", "tagline.en-CH", "All <b>sorts</b> of things",
		"footer.en-CH", "By the lake since spring.", "block.0", "category", "block.0.category", sports, "block.1", "text", "block.1.title.en-CH", "Who we are",
		"block.1.body.en-CH", "First.\n\n<script>alert(1)</script>", "block.2", "promise")
	if status != http.StatusOK || at != editorPath || !strings.Contains(page, "The look was saved") {
		t.Fatalf("saving was answered %d at %s", status, at)
	}
	home := visitor.sees("/", "All <b>sorts</b> of things", "Who we are", ">First.</p>", "<script>alert(1)</script>", "By the lake since spring.", "/theme.css?v=")
	if strings.Contains(home, "<script>alert") || strings.Contains(home, "<b>sorts") || strings.Contains(home, `class="categories"`) {
		t.Error("the home page has markup of its texts, or blocks that were taken away")
	}
	_, css, _ := visitor.get(first(t, `href="(/theme\.css\?v=[0-9a-f]+)"`, home))
	if !strings.Contains(css, "--pennant:light-dark(#0b6e4f") || !strings.Contains(css, "--paper:light-dark(#fdf6e9") {
		t.Errorf("the skin is %s", css)
	}
	visitor.sees("/search", "/theme.css?v=", "By the lake since spring.")
	if console := admin.sees("/console"); strings.Contains(console, "/theme.css") {
		t.Error("the console wears the site's look")
	}
	for _, name := range []string{"sales", "safety", "mina"} {
		if status, _, _ := r.signedIn(name+"@lakeside.example").post(editorPath, "accent", "#3a3a8c"); status != http.StatusForbidden {
			t.Errorf("%s is answered %d", name, status)
		}
	}
	visitor.sees("/", first(t, `href="(/theme\.css\?v=[0-9a-f]+)"`, home))
}

// TestThePreviewFollowsTheForm changes colours as a person at a desk does.
func TestThePreviewFollowsTheForm(t *testing.T) {
	t.Parallel()
	browser.Needs(t)
	r := run(t, app.Demo{Listings: 12, Seed: 7, Photos: true})
	tab := browser.Open(t, r.app.Handler())
	signIn(tab, "admin")
	tab.At("/console")
	const inside = `document.querySelector("[name=theme-preview]").contentDocument`
	for _, look := range []struct {
		width  int64
		scheme string
	}{{390, "light"}, {390, "dark"}, {1440, "dark"}, {1440, "light"}} {
		tab.Show(editorPath, look.width, look.scheme)
		tab.Until(inside + `?.querySelector("h1")`)
		tab.Examine(editorPath + " " + look.scheme)
	}
	tab.Shoot("theme-editor")
	accent := `getComputedStyle(` + inside + `.querySelector(".awning, h1")).getPropertyValue("--pennant")`
	before := tab.Evaluate(accent)
	tab.Type("[name=accent]", "#0b6e4f")
	tab.Until(inside + `?.querySelector("link[href*='accent=%230b6e4f']") && ` + accent + ` !== ` + quoted(before))
	tab.Until(`document.querySelector(".theme-colour input[type=color]").value === "#0b6e4f"`)
	tab.Type("[name=ground]", "#fdf6e9")
	tab.Until(inside + `?.querySelector("link[href*='ground=%23fdf6e9']")`)
	tab.Type("[name='tagline.en-CH']", "All that floats")
	tab.Until(inside + `?.querySelector("h1")?.textContent === "All that floats"`)
	tab.Type("[name=ink]", "#999999"+browser.Enter)
	tab.Until(`document.querySelector("#ink-error")?.textContent.includes("nearest colour") && document.querySelector("[name='tagline.en-CH']").value === "All that floats"`)
	tab.Until(inside + `?.querySelector("h1")`)
	tab.Examine("a fault in the editor")
	tab.Click(`[value="take.ink"]`)
	tab.Until(`!document.querySelector("#ink-error") && document.querySelector("[name=ink]").value.startsWith("#") && document.querySelector("[name=ink]").value !== "#999999"`)
	tab.Click(`.theme-save [value=save]`)
	tab.Until(`document.body.textContent.includes("The look was saved")`)
	for _, scheme := range []string{"light", "dark"} {
		tab.Show("/", 1440, scheme)
		tab.Examine("home in its own look, " + scheme)
		tab.Shoot("theme-home-" + scheme)
		tab.Show("/search", 390, scheme)
		tab.Examine("search in its own look, " + scheme)
	}
	tab.Quiet()
}

// quoted is a text as JavaScript writes it.
func quoted(text string) string { return "`" + text + "`" }
