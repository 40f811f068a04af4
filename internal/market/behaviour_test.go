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
			`const place = find("#facet-place"); place.value = "Atlantis"; place.dispatchEvent(new Event("change", {bubbles: true})); await until(() => find("#facet-place-error")); find("#facet-place").getAttribute("aria-describedby") === "facet-place-error"`},
		{"on a phone the sheet stays open while filters are chosen", "/c/sports/bicycles", 390,
			`click(".sheet-opener"); click('[name="a.type"][value=city]'); await until(() => location.search.includes("city")); await until(() => find(".sheet-head button").textContent.includes("4")); find("#filters").matches(":popover-open")`},
		{"the title of the window follows", "/c/sports/bicycles", 1440,
			`const place = find("#facet-place"); place.value = "Nyon"; place.dispatchEvent(new Event("change", {bubbles: true})); await until(() => document.title.includes("Nyon")); find("h1").textContent === "Bicycles near Nyon"`},
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
		const until = async is => { for (let i = 0; i < 150 && !is(); i++) await new Promise(go => setTimeout(go, 20)); };
		await until(() => find("[hx-get]")?.hasAttribute("data-htmx-powered") ?? true);
		try { `
	const after = `; return answer === true ? "yes" : String(answer); } catch (error) { return String(error); } })()`
	cut := strings.LastIndex(statements, "; ") + 1
	answer, err := chromedp.Run(ctx, chromedp.Evaluate[string](before+statements[:cut]+" const answer = "+statements[cut:]+after, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	return answer
}
