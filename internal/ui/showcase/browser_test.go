package showcase_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"fairground/internal/ui/showcase"
)

// TestInBrowser opens every page of the showcase in Chromium, wide and narrow, light and dark, and finds accessibility
// faults (axe-core), content wider than the page, and things the Content-Security-Policy blocked. With
// FAIRGROUND_SHOTS set to a folder it leaves a screenshot of each.
func TestInBrowser(t *testing.T) {
	ctx, address := open(t)
	axe, err := os.ReadFile("../../../node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatalf("axe-core is not installed, run make: %v", err)
	}
	for _, page := range []string{"home", "search", "listing", "queue", "records", "controls", "error"} {
		for _, width := range []int64{1440, 390} {
			for _, scheme := range []string{"light", "dark"} {
				name := fmt.Sprintf("%s-%d-%s", page, width, scheme)
				show(t, ctx, address+"/showcase/"+page, width, scheme)
				examine(t, ctx, name, string(axe))
				shoot(t, ctx, name)
			}
		}
	}
}

func open(t *testing.T) (context.Context, string) {
	t.Helper()
	if testing.Short() {
		t.Skip("a browser takes a quarter of a minute; -short leaves it out")
	}
	if _, err := exec.LookPath("chromium"); err != nil {
		t.Skip("chromium is not installed on this machine")
	}
	handler, err := showcase.Handler()
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath("chromium"), chromedp.NoSandbox,
		chromedp.DisableGPU, chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	ctx, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, stopTab := chromedp.NewContext(ctx)
	t.Cleanup(stopTab)
	ctx, stopClock := context.WithTimeout(ctx, 3*time.Minute)
	t.Cleanup(stopClock)
	return ctx, server.URL
}

func show(t *testing.T, ctx context.Context, address string, width int64, scheme string) {
	t.Helper()
	var options []chromedp.EmulateViewportOption
	if width < 600 {
		options = append(options, chromedp.EmulateMobile, chromedp.EmulateTouch)
	}
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
	prefer := func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, media)
		return chromedp.Void{}, err
	}
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 1000, options...), prefer, chromedp.Navigate(address)); err != nil {
		t.Fatalf("%s: %v", address, err)
	}
}

// examination runs in the page: axe's findings, and whether anything makes the page scroll sideways.
const examination = `(async () => {
	await document.fonts.ready;
	const found = (await axe.run()).violations.map(v => v.id + ": " + v.help + " at " + v.nodes.map(n => n.target.join(" ")).join(", "));
	const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
	if (wide > 0) found.push("the page is " + wide + " px wider than the window");
	const watch = new ReportingObserver(() => {}, {types: ["csp-violation"], buffered: true});
	watch.observe();
	for (const { body } of watch.takeRecords()) found.push("blocked by policy: " + body.effectiveDirective + " " + body.blockedURL);
	for (const image of document.images) if (image.src && image.complete && image.naturalWidth === 0) found.push("not shown: " + image.src);
	return JSON.stringify(found);
})()`

func examine(t *testing.T, ctx context.Context, name, axe string) {
	t.Helper()
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[int](axe+";0")); err != nil {
		t.Fatalf("%s: axe: %v", name, err)
	}
	answer, err := chromedp.Run(ctx, chromedp.Evaluate[string](examination, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	var found []string
	if err := json.Unmarshal([]byte(answer), &found); err != nil {
		t.Fatal(err)
	}
	if len(found) > 0 {
		t.Errorf("%s:\n  %s", name, strings.Join(found, "\n  "))
	}
}

func shoot(t *testing.T, ctx context.Context, name string) {
	t.Helper()
	dir := os.Getenv("FAIRGROUND_SHOTS")
	if dir == "" {
		return
	}
	picture, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o644); err != nil {
		t.Fatal(err)
	}
}
