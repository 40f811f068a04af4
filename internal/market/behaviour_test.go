package market_test

import (
	"context"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/market"
	"fairground/internal/site/sitetest"
)

// TestBehaviour tries what visitors do in a real browser, each step a question asked in the page. Every answer must be
// "yes".
func TestBehaviour(t *testing.T) {
	if _, err := exec.LookPath("chromium"); err != nil {
		t.Skip("chromium is not installed on this machine")
	}
	w := newWorld(t, sitetest.New(t, dbtest.Cluster(t, db.SQLite), schemas()), market.Limits{})
	_, address := w.stage()
	ctx := browser(t)
	for _, c := range []struct {
		name, path string
		width      int64
		question   string
	}{
		{"a box narrows the results, the counts, the chips and the address", "/c/sports/bicycles", 1440,
			`click('[name="a.type"][value=cargo]'); await until(() => location.search); await until(() => find(".found b").textContent === "2"); [...document.querySelectorAll(".chip.on")].some(c => c.textContent.includes("Cargo")) && find('[name="a.type"][value=cargo]').checked && location.search === "?a.type=cargo"`},
		{"the order outside of the form is sent with the filters", "/c/sports/bicycles?a.type=city", 1440,
			`const order = find("[name=sort]"); order.value = "price_up"; order.dispatchEvent(new Event("change", {bubbles: true})); await until(() => location.search.includes("sort=price_up")); location.search === "?a.type=city&sort=price_up" || location.search`},
		{"a town nobody knows is said so at its field", "/search", 1440,
			`const place = find(".search [name=place]"); place.value = "Atlantis"; place.dispatchEvent(new Event("change", {bubbles: true})); await until(() => place.hasAttribute("aria-describedby")); place.getAttribute("aria-describedby") === find("#place-fault").id && place.value === "Atlantis"`},
		{"words are looked for while they are typed, and the last ones win", "/search", 1440,
			`const q = find(".search [name=q]"), before = history.length; q.focus(); for (const typed of ["v", "vo", "volv", "volvo", "vol", "trek"]) { q.value = typed; q.dispatchEvent(new Event("input", {bubbles: true})); await new Promise(go => setTimeout(go, 90)); } await until(() => location.search === "?q=trek"); await until(() => find("h1").textContent.includes("trek")); document.activeElement === q && q.value === "trek" && history.length === before && find(".found b").textContent === "1"`},
		{"the one that is asked last wins, whatever answers first", "/search", 1440,
			`const fast = window.fetch; window.fetch = (address, how) => String(address).includes("volvo") ? new Promise((go, stop) => { how.signal.addEventListener("abort", () => stop(new DOMException("", "AbortError"))); setTimeout(() => go(fast(address, how)), 900); }) : fast(address, how); const form = find("#filters"), q = find(".search [name=q]"); q.value = "volvo"; form.requestSubmit(); await new Promise(go => setTimeout(go, 50)); q.value = "trek"; form.requestSubmit(); await new Promise(go => setTimeout(go, 1300)); location.search === "?q=trek" && find("h1").textContent.includes("trek")`},
		{"a chip that is taken away leaves the focus with the results", "/c/sports/bicycles?place=Pully&a.type=city", 1440,
			`const chip = find(".chip.on[href='/c/sports/bicycles?a.type=city']"); chip.focus(); chip.click(); await until(() => location.search === "?a.type=city"); find(".search [name=place]").value === "" && find("#results").contains(document.activeElement)`},
		{"a place among the words moves to its field", "/search", 1440,
			`const q = find(".search [name=q]"); q.value = "bicycle near nyon"; find("#filters").requestSubmit(); await until(() => location.search === "?q=bicycle&place=Nyon"); await until(() => find(".search [name=place]").value === "Nyon"); q.value === "bicycle" && [...document.querySelectorAll(".chip.on")].some(c => c.textContent.includes("Nyon"))`},
		{"back shows what was before", "/c/sports/bicycles", 1440,
			`click('[name="a.type"][value=cargo]'); await until(() => location.search === "?a.type=cargo"); await until(() => find(".found b").textContent === "2"); history.back(); await until(() => location.search === ""); await until(() => find(".found b").textContent !== "2"); !find('[name="a.type"][value=cargo]').checked && !find(".chip.on:has(.unseen)")`},
		{"a handle of the price moves its field, the bars and the results", "/c/sports/bicycles", 1440,
			`const [low] = document.querySelectorAll(".handles input"), all = find(".found b").textContent; low.focus(); low.value = 6; low.dispatchEvent(new Event("input", {bubbles: true})); const typed = find("[name=from]").value; low.dispatchEvent(new Event("change", {bubbles: true})); await until(() => location.search.startsWith("?from=")); await until(() => find(".found b").textContent !== all); typed !== "" && location.search === "?from=" + typed && low.getAttribute("aria-valuetext") === typed && document.activeElement === low`},
		{"the handles do not pass each other", "/c/sports/bicycles", 1440,
			`const [low, high] = document.querySelectorAll(".handles input"); high.value = 4; high.dispatchEvent(new Event("input", {bubbles: true})); low.value = 19; low.dispatchEvent(new Event("input", {bubbles: true})); low.value === "3" && high.value === "4"`},
		{"suggestions are walked with arrows", "/", 1440,
			`const q = find(".search [name=q]"); q.focus(); await until(() => q.role === "combobox"); q.value = "bic"; q.dispatchEvent(new Event("input", {bubbles: true})); await until(() => q.ariaExpanded === "true"); const key = name => q.dispatchEvent(new KeyboardEvent("keydown", {key: name, bubbles: true, cancelable: true})); key("ArrowDown"); const chosen = document.getElementById(q.getAttribute("aria-activedescendant")); const was = chosen.ariaSelected === "true" && chosen.closest("[role=listbox]").id === q.getAttribute("aria-controls"); key("Escape"); was && q.ariaExpanded === "false" && !q.hasAttribute("aria-activedescendant") && q.value === "bic"`},
		{"a category is suggested by its name", "/", 1440,
			`const q = find(".search [name=q]"); q.focus(); await until(() => q.role === "combobox"); q.value = "bicycles"; q.dispatchEvent(new Event("input", {bubbles: true})); await until(() => find("[data-href='/c/sports/bicycles']")); find("[data-href='/c/sports/bicycles']").checkVisibility()`},
		{"a suggested place fills its field", "/search", 1440,
			`const place = find(".search [name=place]"); place.focus(); await until(() => place.role === "combobox"); place.value = "ny"; place.dispatchEvent(new Event("input", {bubbles: true})); await until(() => find("[data-fill=Nyon]")); find("[data-fill=Nyon]").click(); await until(() => location.search === "?place=Nyon"); place.value === "Nyon"`},
		{"on a phone the sheet stays open while filters are chosen", "/c/sports/bicycles", 390,
			`click(".sheet-opener"); click('[name="a.type"][value=city]'); await until(() => location.search.includes("city")); await until(() => find(".sheet-head button").textContent.includes("4")); find("#filters").matches(":popover-open")`},
		{"the title of the window follows", "/c/sports/bicycles", 1440,
			`const place = find(".search [name=place]"); place.value = "Nyon"; place.dispatchEvent(new Event("change", {bubbles: true})); await until(() => document.title.includes("Nyon")); find("h1").textContent === "Bicycles near Nyon"`},
	} {
		open(t, ctx, address+c.path, c.width, "light")
		if answer := ask(t, ctx, c.question); answer != "yes" {
			t.Errorf("%s: %s", c.name, answer)
		}
	}
	withoutScripts(t, ctx, address)
}

// withoutScripts reads what a browser without JavaScript makes of the pages, through the accessibility of the layout.
func withoutScripts(t *testing.T, ctx context.Context, address string) {
	t.Helper()
	off := func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, target, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return chromedp.Void{}, err
	}
	ctx, stop := context.WithTimeout(ctx, 20*time.Second)
	defer stop()
	if _, err := chromedp.Run(ctx, off); err != nil {
		t.Fatal(err)
	}
	open(t, ctx, address+"/c/sports/bicycles", 1440, "light")
	if _, err := chromedp.Run(ctx, chromedp.Click(`[name="a.type"][value=cargo]`)); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Run(ctx, chromedp.Click(`.facets .without-js`)); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Run(ctx, chromedp.WaitVisible(`.chip.on .unseen`)); err != nil {
		t.Errorf("the button without scripts: %v", err)
	}
}

// ask runs statements in the page; the last one is the question.
func ask(t *testing.T, ctx context.Context, statements string) string {
	t.Helper()
	const before = `(async () => {
		const find = s => document.querySelector(s), click = s => find(s).click();
		const until = async is => { for (let i = 0; i < 400 && !is(); i++) await new Promise(go => setTimeout(go, 20)); };
		await until(() => !find("#filters") || find("main[data-live]"));
		try { `
	const after = `; return answer === true ? "yes" : String(answer); } catch (error) { return String(error); } })()`
	cut := strings.LastIndex(statements, "; ") + 1
	answer, err := chromedp.Run(ctx, chromedp.Evaluate[string](before+statements[:cut]+" const answer = "+statements[cut:]+after, chromedp.EvalAwaitPromise))
	if err != nil {
		return err.Error()
	}
	return answer
}
