// Package browser lets tests look at pages in headless Chromium: wide and narrow, light and dark, with axe-core for
// accessibility, and with screenshots for people. Only tests import it.
package browser

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/serviceworker"
	"github.com/chromedp/chromedp"
)

// Tab is one tab of a browser and the server whose pages it shows.
type Tab struct {
	Address string // of the server, without a slash at the end
	Height  int64  // of windows, in pixels; a test may change it
	t       testing.TB
	ctx     context.Context
	axe     string

	mu         sync.Mutex
	complaints []string
	worker     serviceworker.RegistrationID // of the site, once it has one; see Pushes
}

// Open serves a handler and opens a tab for it; both end with the test. The test is skipped with -short and on machines
// without Chromium.
func Open(t testing.TB, handler http.Handler) *Tab {
	t.Helper()
	Needs(t)
	axe, err := os.ReadFile(filepath.Join(root(t), "node_modules/axe-core/axe.min.js"))
	if err != nil {
		t.Fatalf("axe-core is not installed, run make: %v", err)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath("chromium"), chromedp.NoSandbox,
		chromedp.DisableGPU, chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("blink-settings", mouse))
	ctx, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, stopTab := chromedp.NewContext(ctx)
	t.Cleanup(stopTab)
	ctx, stopClock := context.WithTimeout(ctx, 3*time.Minute)
	t.Cleanup(stopClock)
	tab := &Tab{Address: server.URL, Height: 1000, t: t, ctx: ctx, axe: string(axe)}
	if err := tab.listen(); err != nil {
		t.Fatal(err)
	}
	return tab
}

// mouse says that there is one, as at most desks; without it a page hides which keys press its buttons.
const mouse = "primaryHoverType=2,availableHoverTypes=2,primaryPointerType=4,availablePointerTypes=4"

// Needs skips a test that would open a browser where Open would, before anything is prepared for it.
func Needs(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("a browser takes a quarter of a minute; -short leaves it out")
	}
	if _, err := exec.LookPath("chromium"); err != nil {
		t.Skip("chromium is not installed on this machine")
	}
}

// root is the folder of the module.
func root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	for err == nil && dir != "/" {
		if _, missing := os.Stat(filepath.Join(dir, "go.mod")); missing == nil {
			return dir
		}
		dir = filepath.Dir(dir)
	}
	t.Fatalf("no go.mod above the test: %v", err)
	return ""
}

// Show goes to a path in a window of some width, in pixels, and a scheme: light or dark. A narrow window is a phone.
func (b *Tab) Show(path string, width int64, scheme string) {
	b.t.Helper()
	var options []chromedp.EmulateViewportOption
	if width < 600 {
		options = append(options, chromedp.EmulateMobile, chromedp.EmulateTouch)
	}
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
	prefer := func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, media)
		return chromedp.Void{}, err
	}
	if err := chromedp.Do(b.ctx, chromedp.EmulateViewport(width, b.Height, options...), prefer, chromedp.Navigate(b.Address+path)); err != nil {
		b.t.Fatalf("%s: %v", path, err)
	}
}

// WithoutScripts switches JavaScript off for the pages that follow.
func (b *Tab) WithoutScripts() {
	b.t.Helper()
	off := func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, target, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return chromedp.Void{}, err
	}
	if err := chromedp.Do(b.ctx, off); err != nil {
		b.t.Fatal(err)
	}
}

// examination runs in the page: axe's findings, whether anything makes the page scroll sideways, what the policy
// blocked, and photos that are not there.
const examination = `(async () => {
	await document.fonts.ready;
	const found = (await axe.run()).violations.map(v => v.id + ": " + v.help + " at " + v.nodes.map(n => n.target.join(" ")).join(", "));
	const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
	if (wide > 0) found.push("the page is " + wide + " px wider than the window");
	const watch = new ReportingObserver(() => {}, {types: ["csp-violation"], buffered: true});
	watch.observe();
	for (const { body } of watch.takeRecords()) found.push("blocked by policy: " + body.effectiveDirective + " " + body.blockedURL);
	for (const box of document.querySelectorAll("a, button:not(.round), label, td:not(:has(> form)), th, .tag, .chip, .panel, .tile")) {
		const style = getComputedStyle(box);
		if (style.display !== "inline" && style.overflowX === "visible" && box.checkVisibility() && box.clientWidth > 1 && box.scrollWidth > box.clientWidth + 1)
			found.push("words run out of " + (box.id || box.className || box.localName) + ": " + box.textContent.trim().slice(0, 40));
	}
	for (const image of document.images) if (image.src && image.complete && image.naturalWidth === 0) found.push("not shown: " + image.src);
	return JSON.stringify(found);
})()`

// Examine fails the test with everything that is wrong with the page shown.
func (b *Tab) Examine(name string) {
	b.t.Helper()
	if _, err := chromedp.Run(b.ctx, chromedp.Evaluate[int](b.axe+";0")); err != nil {
		b.t.Fatalf("%s: axe: %v", name, err)
	}
	var found []string
	if err := json.Unmarshal([]byte(b.Evaluate(examination)), &found); err != nil {
		b.t.Fatal(err)
	}
	if len(found) > 0 {
		b.t.Errorf("%s:\n  %s", name, strings.Join(found, "\n  "))
	}
}

// Evaluate runs an expression in the page, waits for its promise if it is one, and returns its text.
func (b *Tab) Evaluate(expression string) string {
	b.t.Helper()
	answer, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatal(err)
	}
	return answer
}

// Shoot leaves a picture of the window, NAME.png, in the folder that FAIRGROUND_SHOTS names; without it, nothing.
func (b *Tab) Shoot(name string) {
	b.t.Helper()
	dir := os.Getenv("FAIRGROUND_SHOTS")
	if dir == "" {
		return
	}
	picture, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// Ask runs statements in the page, of which the last is a question, and returns "yes", "no" or what went wrong. They
// may use root, find(selector), click(selector), key(letter, element) and await until(condition).
func (b *Tab) Ask(statements string) string {
	b.t.Helper()
	const before = `(async () => {
		const root = document.documentElement, find = s => document.querySelector(s), click = s => find(s).click();
		const key = (k, on) => on.dispatchEvent(new KeyboardEvent("keydown", {key: k, bubbles: true, cancelable: true}));
		const until = async is => { for (let i = 0; i < 500 && !is(); i++) await new Promise(go => setTimeout(go, 20)); };
		await until(() => find("[hx-get]")?.hasAttribute("data-htmx-powered") ?? true);
		try { `
	const after = ` ? "yes" : "no"; } catch (error) { return String(error); } })()`
	cut := strings.LastIndex(statements, "; ") + 1
	return b.Evaluate(before + statements[:cut] + " return " + statements[cut:] + after)
}
