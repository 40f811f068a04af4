package theme

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"net/http"
	"strconv"
	"sync"

	"golang.org/x/image/vector"

	"fairground/internal/site"
	"fairground/internal/ui/text"
	"fairground/internal/web"
)

// manifest tells browsers how the site stands on a home screen: its name, its colours, its sign.
type manifest struct {
	ID          string      `json:"id"`
	Name        string      `json:"name"`
	ShortName   string      `json:"short_name"`
	Description string      `json:"description,omitempty"`
	Lang        string      `json:"lang"`
	Dir         string      `json:"dir"`
	Start       string      `json:"start_url"`
	Scope       string      `json:"scope"`
	Display     string      `json:"display"`
	Background  string      `json:"background_color"`
	Theme       string      `json:"theme_color"`
	Icons       []signImage `json:"icons"`
}

type signImage struct {
	Src     string `json:"src"`
	Sizes   string `json:"sizes"`
	Type    string `json:"type"`
	Purpose string `json:"purpose,omitempty"`
}

const shortName = 12 // characters that stand below a sign on a home screen

func (t *Room) manifest(w http.ResponseWriter, r *http.Request) error {
	settings := site.From(r.Context()).Settings()
	words := text.FromContext(r.Context())
	light, _ := Skin(settings.Theme).GroundColours()
	m := manifest{
		ID: "/", Name: settings.Name, ShortName: settings.Name, Description: settings.TaglineIn(words.Locale()), Lang: string(words.Locale()),
		Dir: words.Direction(), Start: "/", Scope: "/", Display: "standalone", Background: light, Theme: light,
	}
	if runes := []rune(settings.Name); len(runes) > shortName {
		m.ShortName = string(runes[:shortName])
	}
	m.Icons = append(m.Icons, signImage{Src: "/theme/icon.svg", Sizes: "any", Type: "image/svg+xml"})
	for _, purpose := range []string{"", "maskable"} { // the sign stands in the middle, so any mask leaves it whole
		for _, size := range []int{192, 512} {
			sizes := strconv.Itoa(size)
			m.Icons = append(m.Icons, signImage{Src: "/theme/icon-" + sizes + ".png", Sizes: sizes + "x" + sizes, Type: "image/png", Purpose: purpose})
		}
	}
	w.Header().Set("Content-Type", "application/manifest+json")
	w.Header().Set("Cache-Control", "public, max-age=3600")
	w.Header().Set("Vary", "Accept-Language, Cookie")
	return web.WriteJSON(w, http.StatusOK, m)
}

// signSizes are the widths of the sign as a picture, in pixels, for home screens and notifications.
var signSizes = []int{180, 192, 512}

// signs keeps the pictures of a site's sign as long as its colours stay.
type signs struct {
	mu     sync.Mutex
	colour [2]string
	drawn  map[int][]byte
}

func (t *Room) sign(size int) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		s := site.From(r.Context())
		skin := Skin(s.Settings().Theme)
		ground, _ := skin.GroundColours()
		content, err := site.Part(s, func(*site.Site) *signs { return &signs{} }).of(ground, skin.AccentColour(), size)
		if err != nil {
			return err
		}
		w.Header().Set("Cache-Control", "public, max-age=86400")
		if web.NotModified(w, r, stamp(ground+skin.AccentColour())) {
			return nil
		}
		w.Header().Set("Content-Type", "image/png")
		_, err = w.Write(content)
		return err
	}
}

func (k *signs) of(ground, accent string, size int) ([]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if colours := [2]string{ground, accent}; k.colour != colours || k.drawn == nil {
		k.colour, k.drawn = colours, make(map[int][]byte)
	}
	if content := k.drawn[size]; content != nil {
		return content, nil
	}
	var b bytes.Buffer
	if err := png.Encode(&b, drawSign(rgb(ground), rgb(accent), size)); err != nil {
		return nil, err
	}
	k.drawn[size] = b.Bytes()
	return k.drawn[size], nil
}

// drawSign draws what icon.svg shows, on the ground of the site, at two thirds of the picture.
func drawSign(ground, accent color.Color, size int) image.Image {
	picture := image.NewRGBA(image.Rect(0, 0, size, size))
	draw.Draw(picture, picture.Bounds(), image.NewUniform(ground), image.Point{}, draw.Src)
	scale := float32(size) * 2 / 3 / 32
	edge := float32(size) / 6
	at := func(x, y float32) (float32, float32) { return edge + x*scale, edge + y*scale }
	z := vector.NewRasterizer(size, size)
	drawAwning(z, at)
	for _, box := range [][4]float32{{6, 21, 9, 24}, {23, 21, 26, 24}, {6, 24, 26, 27}} {
		drawBox(z, at, box)
	}
	z.Draw(picture, picture.Bounds(), image.NewUniform(accent), image.Point{})
	return picture
}

// drawAwning draws a cloth with three scallops; an arc of a circle is two curves of the third order.
func drawAwning(z *vector.Rasterizer, at func(x, y float32) (float32, float32)) {
	const width, bend = 26.0 / 3, 0.5523 // of a scallop; of a quarter circle
	move := func(to func(x, y float32), x, y float32) { to(at(x, y)) }
	move(z.MoveTo, 3, 5)
	move(z.LineTo, 29, 5)
	move(z.LineTo, 29, 14)
	for i := range 3 {
		right, r := 29-float32(i)*width, float32(width/2)
		for _, c := range [2][6]float32{{right, 14 + r*bend, right - r + r*bend, 14 + r, right - r, 14 + r}, {right - r - r*bend, 14 + r, right - 2*r, 14 + r*bend, right - 2*r, 14}} {
			ax, ay := at(c[0], c[1])
			bx, by := at(c[2], c[3])
			cx, cy := at(c[4], c[5])
			z.CubeTo(ax, ay, bx, by, cx, cy)
		}
	}
	z.ClosePath()
}

func drawBox(z *vector.Rasterizer, at func(x, y float32) (float32, float32), box [4]float32) {
	x, y := at(box[0], box[1])
	right, bottom := at(box[2], box[3])
	z.MoveTo(x, y)
	z.LineTo(right, y)
	z.LineTo(right, bottom)
	z.LineTo(x, bottom)
	z.ClosePath()
}

// rgb reads #rrggbb; what is none is black, but skins have no other colours.
func rgb(hex string) color.Color {
	n, err := strconv.ParseUint(hex[min(1, len(hex)):], 16, 32)
	if err != nil {
		return color.Black
	}
	return color.RGBA{R: uint8(n >> 16), G: uint8(n >> 8), B: uint8(n), A: 0xff}
}

// installRoutes are the addresses of all this.
func installRoutes(t *Room) map[string]web.Handler {
	routes := map[string]web.Handler{"GET /manifest.webmanifest": t.manifest}
	for _, size := range signSizes {
		routes["GET /theme/icon-"+strconv.Itoa(size)+".png"] = t.sign(size)
	}
	return routes
}
