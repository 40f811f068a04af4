package market_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/listing"
	"fairground/internal/market"
	"fairground/internal/media"
	"fairground/internal/site/sitetest"
	"fairground/internal/value"
)

// TestInBrowser opens every kind of page in Chromium, wide, narrow and dark, and finds accessibility faults
// (axe-core), content wider than the page, photos that are not shown, and what the Content-Security-Policy blocked. With
// FAIRGROUND_SHOTS set to a folder it leaves a screenshot of each.
func TestInBrowser(t *testing.T) {
	if _, err := exec.LookPath("chromium"); err != nil {
		t.Skip("chromium is not installed on this machine")
	}
	axe, err := os.ReadFile("../../node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatalf("axe-core is not installed, run make: %v", err)
	}
	w := newWorld(t, sitetest.New(t, dbtest.Cluster(t, db.SQLite), schemas()), market.Limits{})
	pages, address := w.stage()
	ctx := browser(t)
	for name, path := range pages {
		for _, look := range []struct {
			width  int64
			scheme string
		}{{1440, "light"}, {390, "light"}, {1440, "dark"}} {
			name := fmt.Sprintf("%s-%d-%s", name, look.width, look.scheme)
			open(t, ctx, address+path, look.width, look.scheme)
			examine(t, ctx, name, string(axe))
			shoot(t, ctx, name)
		}
	}
}

// stage fills the market as a visitor may find it and serves it with its photos.
func (w *world) stage() (pages map[string]string, address string) {
	w.Helper()
	blobs, err := media.LocalBlobs(w.TempDir())
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() { _ = blobs.Close() })
	photos := w.photos(media.NewPhotos(blobs, media.NewDecoders(0)))
	var shown listing.Listing
	for i, title := range []string{"Trek hybrid, size M, serviced in May", "Steel randonneur, 56 cm", "Child’s bicycle with bell", "Folding bicycle, six gears",
		"Vintage mixte with new tyres and a basket that takes a week’s shopping for four", "Gravel bicycle, carbon fork", "Touring bicycle", "Town bicycle"} {
		c := w.bicycle(title, int64(95+i*i*170))
		c.Photos = photos[i%3 : 3]
		c.Place = []listing.Place{pully, lausanne, nyon, evian}[i%4]
		c.Attributes["type"] = []string{"city", "road", "cargo"}[i%3]
		seller := []listing.Seller{w.person, w.shop}[i%2]
		if l := w.offerBy(c, seller); i == 0 {
			shown = l
		}
	}
	w.offer(w.car("Volvo V60 Kombi", "volvo", "v60", "88000"))
	w.offer(w.car("Fiat Panda", "fiat", "panda", "41000"))
	w.offer(w.home("Bright flat near the station"))
	wanted := w.bicycle("Looking for a tandem", 0)
	wanted.Kind, wanted.Price, wanted.Photos = listing.Wanted, value.Money{}, nil
	w.offer(wanted)
	ended := w.offer(w.bicycle("Sold already", 70))
	w.catchUp()
	if err := w.desk.MarkSold(context.Background(), tester, ended.ID); err != nil {
		w.Fatal(err)
	}
	receipt := w.post("/report/"+shown.Key(), url.Values{"ground": {"other"}, "explanation": {"Something is wrong here."}}).header.Get("Location")
	return map[string]string{
		"home": "/", "category": "/c/sports/bicycles", "filtered": "/c/sports/bicycles?a.type=city&a.type=road&place=Pully&within=50&from=100",
		"list": "/c/sports/bicycles?view=list", "looser": "/c/sports/bicycles?place=Pully&within=2&a.type=road", "empty": "/search?q=zeppelin", "fault": "/search?place=Atlantis&from=cheap",
		"listing": "/l/" + shown.Key(), "report": "/report/" + shown.Key(), "receipt": receipt, "lookup": "/reports", "safety": "/safety", "about": "/about",
		"missing": "/nowhere", "gone": "/l/" + ended.Key(),
	}, w.listen(blobs)
}

func (w *world) listen(blobs media.Blobs) string {
	shown := media.Handler(blobs, func(*http.Request, string) (media.Access, error) { return media.Public, nil })
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, media.Path) {
			shown.ServeHTTP(rw, r)
			return
		}
		r.Host = sitetest.Host
		w.handler.ServeHTTP(rw, r)
	}))
	w.Cleanup(server.Close)
	return server.URL
}

// photos draws three plain photos and has them processed as members' photos are.
func (w *world) photos(p *media.Photos) []listing.Photo {
	w.Helper()
	var all []listing.Photo
	for i := range 3 {
		img := image.NewRGBA(image.Rect(0, 0, 1200, 900))
		draw.Draw(img, img.Bounds(), image.NewUniform(color.RGBA{uint8(220 - 20*i), uint8(210 + 10*i), 215, 255}), image.Point{}, draw.Src)
		draw.Draw(img, image.Rect(300, 300+40*i, 900, 620), image.NewUniform(color.RGBA{180, uint8(60 + 50*i), 60, 255}), image.Point{}, draw.Src)
		var file bytes.Buffer
		if err := png.Encode(&file, img); err != nil {
			w.Fatal(err)
		}
		photo, err := p.Process(context.Background(), &file)
		if err != nil {
			w.Fatal(err)
		}
		all = append(all, listing.Photo{Sha256: photo.Sha256, Width: photo.Width, Height: photo.Height, Colour: photo.Colour, Alt: "View " + string(rune('A'+i))})
	}
	return all
}

func browser(t *testing.T) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath("chromium"), chromedp.NoSandbox,
		chromedp.DisableGPU, chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	ctx, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, stopTab := chromedp.NewContext(ctx)
	t.Cleanup(stopTab)
	ctx, stopClock := context.WithTimeout(ctx, 3*time.Minute)
	t.Cleanup(stopClock)
	return ctx
}

func open(t *testing.T, ctx context.Context, address string, width int64, scheme string) {
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
	focused := func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, target, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
		return chromedp.Void{}, err
	}
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 1000, options...), prefer, focused, chromedp.Navigate(address)); err != nil {
		t.Fatalf("%s: %v", address, err)
	}
}

// examination runs in the page. Photos further down load when they are scrolled to.
const examination = `(async () => {
	await document.fonts.ready;
	for (const image of document.images) { image.loading = "eager"; if (image.src && !image.complete) await new Promise(done => { image.onload = image.onerror = done; }); }
	const found = (await axe.run()).violations.map(v => v.id + ": " + v.help + " at " + v.nodes.map(n => n.target.join(" ")).join(", "));
	const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
	if (wide > 0) found.push("the page is " + wide + " px wider than the window");
	for (const image of document.images) if (image.src && image.naturalWidth === 0) found.push("not shown: " + image.src);
	if (document.querySelectorAll("h1").length !== 1) found.push("there is not exactly one h1");
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
