package theme_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	stdpng "image/png"
	"strings"
	"testing"

	"github.com/gen2brain/webp"

	"fairground/internal/site"
)

func logoPath(t site.Theme) string { return "/theme/logo/" + t.Logo.Sum + ".webp" }

// drawing is half clear, half red.
func drawing(width, height int) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := width / 2; x < width; x++ {
			m.SetNRGBA(x, y, color.NRGBA{R: 0xc8, G: 0x32, B: 0x1f, A: 0xff})
		}
	}
	return m
}

func png(t testing.TB, width, height int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := stdpng.Encode(&b, drawing(width, height)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func encoded(t testing.TB, encode func(*bytes.Buffer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := encode(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestALogoIsDrawnAnewWithItsTransparency(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.upload("admin", "logo.png", append(png(t, 1000, 250), "<script>hidden after the end</script>"...)).saved()
	logo := w.theme().Logo
	if logo.Width != 288 || logo.Height != 72 {
		t.Errorf("it is kept as %d by %d", logo.Width, logo.Height)
	}
	served := w.raw("", logoPath(w.theme()))
	got := w.get("", logoPath(w.theme())).want(200)
	if got.Header.Get("Content-Type") != "image/webp" || !strings.Contains(got.Header.Get("Cache-Control"), "immutable") || strings.Contains(served, "script") {
		t.Errorf("served with %v", got.Header)
	}
	picture, err := webp.Decode(strings.NewReader(served))
	w.ok(err)
	if _, _, _, alpha := picture.At(4, 36).RGBA(); alpha != 0 {
		t.Errorf("what was clear has alpha %d", alpha)
	}
	if r, _, _, alpha := picture.At(280, 36).RGBA(); alpha != 0xffff || r>>8 < 0xb4 { // the decoder goes through YCbCr
		t.Errorf("what was red is %d with alpha %d", r>>8, alpha)
	}
	w.get("admin", editor).want(200, logoPath(w.theme()), "Remove the logo")
	w.post("admin", editor, "accent", "#0b6e4f").saved()
	if w.theme().Logo != logo {
		t.Error("saving the look lost the logo")
	}
}

func TestLogosOfAllKinds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, content := range map[string][]byte{
		"a.jpg":                 encoded(t, func(b *bytes.Buffer) error { return jpeg.Encode(b, drawing(300, 100), nil) }),
		"b.webp":                encoded(t, func(b *bytes.Buffer) error { return webp.Encode(b, drawing(200, 100), webp.Options{Lossless: true}) }),
		"small.png":             png(t, 16, 16),
		"narrow.png":            png(t, 16, 2000),
		"a name that lies.svg":  png(t, 64, 64),
		`../../etc/"passwd.png`: png(t, 80, 40),
	} {
		w.upload("admin", name, content).saved()
		if logo := w.theme().Logo; logo.Width < 1 || logo.Width > 448 || logo.Height > 72 {
			t.Errorf("%s is kept as %+v", name, logo)
		}
		w.get("", logoPath(w.theme())).want(200)
	}
}

// huge is a PNG that claims a size and has no such pixels.
func huge(t testing.TB, width, height uint32) []byte {
	b := png(t, 32, 32)
	binary.BigEndian.PutUint32(b[16:], width)
	binary.BigEndian.PutUint32(b[20:], height)
	binary.BigEndian.PutUint32(b[29:], crc32.ChecksumIEEE(b[12:29]))
	return b
}

func TestWhatIsNoLogoIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.upload("admin", "logo.png", png(t, 64, 32)).saved()
	before := w.theme()
	whole := png(t, 300, 200)
	noise := bytes.Repeat([]byte("noise"), 3<<20/5)
	for name, c := range map[string]struct {
		content []byte
		said    string
	}{
		"logo.svg":      {[]byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), "Vector files can hold programs"},
		"logo.gif":      {encoded(t, func(b *bytes.Buffer) error { return gif.Encode(b, drawing(64, 64), nil) }), "Send a PNG, JPEG or WebP"},
		"truncated.png": {whole[:len(whole)/2], "Send a PNG, JPEG or WebP"},
		"text.png":      {[]byte("no picture at all"), "Send a PNG, JPEG or WebP"},
		"empty.png":     {nil, "Send a PNG, JPEG or WebP"},
		"bomb.png":      {huge(t, 60_000, 60_000), "at most 16 million pixels"},
		"wider.png":     {huge(t, 1<<31-1, 1<<31-1), ""},
		"tiny.png":      {png(t, 8, 8), "at least 16 by 16"},
		"3 MB.png":      {noise, "larger than 2,048 kB"},
		"later.png":     {append(whole, noise...), "larger than 2,048 kB"},
	} {
		got := w.upload("admin", name, c.content).want(422, `id="logo-error"`, c.said)
		if len(got.body) < 500 {
			t.Errorf("%s: the editor is not shown", name)
		}
	}
	w.post("admin", editor+"/logo").want(422, "Choose a picture first")
	w.upload("admin", "endless.png", bytes.Repeat([]byte("x"), 9<<20)).want(413)
	if w.theme().Logo != before.Logo {
		t.Errorf("the logo is %+v now", w.theme().Logo)
	}
}

// What pages that somebody still has open show stays, as long as nobody clears files away.
func TestAnOldLogoIsStillServed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.upload("admin", "logo.png", png(t, 64, 32)).saved()
	old := w.theme()
	w.upload("admin", "logo.png", png(t, 96, 32)).saved()
	if w.theme().Logo == old.Logo {
		t.Fatal("another picture has the same name")
	}
	w.post("admin", editor+"/logo", "remove", "yes").saved()
	if w.theme().Logo != (site.Logo{}) {
		t.Errorf("the logo is %+v", w.theme().Logo)
	}
	w.get("admin", editor).want(200).lacks("Remove the logo", "/theme/logo/")
	w.get("", logoPath(old)).want(200)
	for _, name := range []string{strings.Repeat("0", 64) + ".webp", "..%2f..%2fkeys", "x.webp", strings.Repeat("A", 64) + ".webp"} {
		w.get("", "/theme/logo/"+name).want(404)
	}
}
