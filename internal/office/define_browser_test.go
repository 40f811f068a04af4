package office_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"fairground/internal/record"
	"fairground/internal/ui/browser"
)

// hand is somebody who uses the keyboard alone, and what it costs them.
type hand struct {
	*browser.Tab
	keys int
}

func (h *hand) press(keys string) {
	h.keys += len([]rune(keys))
	h.Press(keys)
}

const tabKey = "\t"

// choose goes to the types and to one of them by its letter.
func (h *hand) choose(letters, want string) {
	h.press(tabKey + letters)
	h.Until(`document.activeElement.value === "` + want + `"`)
}

// next waits for the page after a field was added, with the focus in the form for the next one.
func (h *hand) next(added string) {
	h.Until(`document.readyState === "complete" && document.querySelector(".toast")?.textContent.includes("“` + added + `”") && document.activeElement?.name === "label.en"`)
}

// TestAStallIsDefinedByKeyboard: twelve fields, two links and a formula, without a mouse, in under three minutes. Each key
// counts a third of a second, which is slow typing, and each field three seconds of thought.
func TestAStallIsDefinedByKeyboard(t *testing.T) {
	browser.Needs(t)
	w := worldOf(t, record.Config{Declared: []*record.Object{trader(), marketDay()}})
	h := &hand{Tab: browser.Open(t, w.as("admin"))}
	h.Show(setup+"/-/new", 1440, "light")
	h.Until(`document.activeElement?.name === "label.en"`)
	began := time.Now()
	h.press("Stall" + browser.Enter)
	h.Until(`location.pathname === "` + setup + `/stall" && document.activeElement?.name === "label.en"`)
	fields := []struct{ label, letters, kind, options string }{
		{"Code", "", "text", ""},
		{"Length", "w", "integer", ""},
		{"Depth", "d", "decimal", ""},
		{"Rent", "m", "money", ""},
		{"Power", "y", "yes_no", ""},
		{"Since", "dd", "date", ""},
		{"Inspected", "ddd", "date_time", ""},
		{"State", "c", "choice", "Free\nRented\nClosed"},
		{"Goods", "cc", "choices", "Bikes\nBooks\nLamps"},
		{"Contact", "e", "mail", ""},
		{"Notes", "l", "long_text", ""},
		{"Trader", "ll", "reference", "Tr"},
		{"Days", "lll", "references", "Ma"},
		{"Area", "ff", "formula", "double(length) * depth"},
	}
	for _, f := range fields {
		h.press(f.label)
		if f.letters != "" {
			h.choose(f.letters, f.kind)
		}
		h.add(f.kind, f.options)
		h.next(f.label)
	}
	took := time.Since(began)
	o := w.defined("stall")
	if len(o.Fields) != len(fields)+1 {
		t.Fatalf("the stall has %d fields, want %d", len(o.Fields), len(fields)+1)
	}
	for i, f := range fields {
		if got := o.Fields[i+1]; string(got.Type) != f.kind || got.Labels["en"] != f.label {
			t.Errorf("field %d is %s %s, want %s %s", i, got.Labels["en"], got.Type, f.label, f.kind)
		}
	}
	if f := o.Field("area"); f.Options.Result != record.Decimal || o.Field("trader").Options.Target != "trader" || len(o.Field("state").Options.Choices) != 3 {
		t.Errorf("the formula yields %s", f.Options.Result)
	}
	person := time.Duration(h.keys)*time.Second/3 + time.Duration(len(fields)+1)*3*time.Second
	t.Logf("%d fields by %d keys; the program took %s, a person %s", len(fields)+1, h.keys, took.Round(time.Millisecond), person.Round(time.Second))
	if person > 3*time.Minute || took > 30*time.Second {
		t.Errorf("a person takes %s", person)
	}
	rec := w.make("stall", record.Values{"name": "First", "length": int64(4), "depth": "2.5"})
	if area := rec.Values["area"]; area != (record.Number{Units: 1000, Scale: 2}) {
		t.Errorf("the area is %v", area)
	}
	h.Shoot("defined-light-1440")
	h.Quiet()
}

// add fills in what a type needs and adds the field.
func (h *hand) add(kind, options string) {
	if options != "" {
		h.press(tabKey + options)
	}
	if strings.HasPrefix(kind, "choice") { // Enter begins a line there
		h.press(tabKey)
		h.Until(`document.activeElement?.tagName !== "TEXTAREA"`)
	}
	h.press(browser.Enter)
}

// setUp is a site where somebody has been setting objects up: long words, conditions, removed fields, a mistake.
func setUp(t testing.TB) (*world, map[string]string) {
	t.Helper()
	w := booth(t)
	long := "How far the roof of the stall reaches over the passage on market days"
	w.added("State", record.Choice, "choices", "Free\nReserved until the end of the season\nRented\nClosed", "required", "yes")
	w.added("Size", record.Integer, "unit", "m", "required", "yes")
	w.added(long, record.Decimal)
	w.added("Rent", record.MoneyType)
	w.added("Trader", record.Reference, "target", "trader")
	w.added("Days", record.References, "target", "market_day")
	w.added("Code", record.Text)
	w.added("Old", record.LongText)
	w.added("Area", record.Formula, "formula", "size * 3")
	for i, code := range []string{"12", "n/a", "7"} {
		w.make("booth", record.Values{"name": fmt.Sprintf("Booth %d", i), "state": "free", "size": int64(i + 1), "code": code})
	}
	w.post("admin", setup+"/booth/fields/old/removal", "confirm", "yes").wantTo("admin", setup+"/booth")
	w.post("admin", setup+"/booth/sections", "title.en", "Where and how large", "title.de", "Wo und wie groß").wantTo("admin", setup+"/booth")
	for _, key := range []string{"size", "area"} {
		w.do("admin", "POST", setup+"/booth/order?field="+key, form("to", "where_and_how_large", "before", ""), "HX-Request", "true").want(http.StatusNoContent)
	}
	w.post("admin", setup+"/booth/access", "right.sales", "see", "right.sales", "edit", "rows.sales", `state != "closed" && size > 0`, "right.viewer", "see", "right.finance", "see", "right.support", "see", "confirm", "yes").wantTo("admin", setup+"/booth/access")
	w.post("admin", setup+"/booth/access/fields", "field.rent.viewer", "hidden", "field.rent.support", "locked", "confirm", "yes").wantTo("admin", setup+"/booth/access")
	w.post("admin", setup+"/booth/rules", "check.0.when", "size > 0", "check.0.message.en", "A booth is at least one metre wide.", "confirm", "yes").wantTo("admin", setup+"/booth/rules")
	w.post("admin", setup+"/booth/indexes", "index", "state", "index", "size", "confirm", "yes").wantTo("admin", setup+"/booth/rules")
	return w, map[string]string{
		"list": setup, "new": setup + "/-/new", "starter": setup + "/-/new?from=stall", "object": setup + "/booth", "owned": setup + "/stall", "field": setup + "/booth/fields/state",
		"formula": setup + "/booth/fields/area", "type": setup + "/booth/fields/code/type", "details": setup + "/booth/details", "access": setup + "/booth/access", "rules": setup + "/booth/rules",
		"plans": setup + "/-/plans", "schema": setup + "/-/schema",
	}
}

// TestSetUpInBrowser looks at every page, wide and narrow, light and dark.
func TestSetUpInBrowser(t *testing.T) {
	browser.Needs(t)
	w, pages := setUp(t)
	tab := browser.Open(t, w.as("admin"))
	for name, address := range pages {
		for _, look := range []struct {
			width  int64
			scheme string
		}{{1440, "light"}, {390, "dark"}} {
			shot := fmt.Sprintf("define-%s-%d-%s", name, look.width, look.scheme)
			tab.Show(address, look.width, look.scheme)
			tab.Examine(shot)
			tab.Shoot(shot)
		}
	}
	tab.Quiet()
}

// TestSetUpByHand walks the pages as their people do. Every answer must be "yes".
func TestSetUpByHand(t *testing.T) {
	browser.Needs(t)
	w, pages := setUp(t)
	tab := browser.Open(t, w.as("admin"))
	tab.Show(pages["object"], 1440, "light")
	ask := func(name, question string) {
		t.Helper()
		if answer := tab.Ask(question); answer != "yes" {
			t.Errorf("%s: %s", name, answer)
		}
	}
	ask("a field is moved by keys", `const row = find("[data-card=rent]"), handle = row.querySelector(".handle"); handle.focus(); for (const k of [" ", "ArrowUp", " "]) { key(k, handle); await new Promise(done => setTimeout(done, 60)); } await until(() => !row.classList.contains("sent")); row.nextElementSibling.dataset.card.startsWith("how_far")`)
	tab.Show(pages["object"], 1440, "light")
	ask("and stays there", `find("[data-card=rent]").nextElementSibling.dataset.card.startsWith("how_far")`)
	ask("only what the type needs is shown", `find("[name=type][value=choice]").click(); find(".for-choices").checkVisibility() && !find(".for-formula").checkVisibility()`)
	ask("a formula is checked while one types", `find("[name=type][value=formula]").click(); find("[name=formula]").value = "siez * 2"; find("[name=formula]").dispatchEvent(new Event("input", {bubbles: true})); await until(() => document.querySelector("#formula-check code")); find("#formula-check").textContent.includes("Did you mean")`)
	tab.Shoot("define-checked-1440-light")
	tab.Examine("a formula with a mistake")
	tab.Show(pages["new"], 1440, "light")
	ask("a name is suggested", `find("[name='label.en']").value = "Große Bühne"; find("[name='label.en']").dispatchEvent(new Event("input", {bubbles: true})); find("[name=key]").placeholder === "grosse_buehne"`)
	tab.Show(pages["formula"], 1440, "light")
	tab.Click(".button.danger")
	tab.At(pages["formula"] + "/removal")
	tab.Examine("a preview")
	tab.Shoot("define-preview-1440-light")
	tab.Show(pages["type"], 1440, "light")
	ask("a type is chosen", `find("[name=type][value=integer]").click(); true`)
	tab.Click("main form .button.primary")
	tab.Until(`document.querySelector("[name=confirm]")`)
	tab.Examine("a conversion")
	tab.Shoot("define-conversion-1440-light")
	tab.Quiet()
}

// TestSetUpWithoutScripts: an object, a field and a move need no JavaScript.
func TestSetUpWithoutScripts(t *testing.T) {
	browser.Needs(t)
	w, pages := setUp(t)
	tab := browser.Open(t, w.as("admin"))
	tab.WithoutScripts()
	tab.Show(pages["object"], 1440, "light")
	tab.Type("[name='label.en']", "Lamp")
	tab.Click("aside .button.primary")
	tab.Until(`document.querySelector("[data-card=lamp]")`)
	tab.Click("[data-card=lamp] [value=up]")
	tab.Until(`document.querySelector("[data-card=lamp]").nextElementSibling?.dataset.card === "code"`)
	tab.Shoot("define-plain-1440-light")
	w.get("admin", setup+"/-/plans").want(http.StatusOK, "Lamp of Booth moved")
}
