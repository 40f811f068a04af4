package pdq

import (
	"errors"
	"image"
	"image/color"
	"io/fs"
	"math"
	"strings"
	"testing"
)

const vectorFolder = "../../../../shared/data/pdq"

func TestReferenceVectors(t *testing.T) {
	t.Parallel()
	err := EachVector(vectorFolder, func(v Vector) {
		got, quality := Of(v.Picture)
		distance := v.Want.Distance(got)
		t.Logf("%-22s distance %3d quality %3d, reference %3d", v.Name, distance, quality, v.Quality)
		if v.Quality >= vectorQuality && distance > vectorDistance || quality < v.Quality-3 || quality > v.Quality+3 {
			t.Errorf("%s: distance %d, quality %d, reference %d", v.Name, distance, quality, v.Quality)
		}
	})
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the reference photos are not on this machine:", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	if checked, bad, err := Vectors(vectorFolder); checked < 10 || bad != 0 || err != nil {
		t.Errorf("Vectors: %d checked, %d bad, %v", checked, bad, err)
	}
}

// scene is a picture of overlapping waves and discs, drawn from a seed: busy enough to have a quality of 100.
func scene(width, height int, seed uint64) *image.RGBA {
	picture := image.NewRGBA(image.Rect(0, 0, width, height))
	next := func() float64 {
		seed = seed*6364136223846793005 + 1442695040888963407
		return float64(seed>>11) / (1 << 53)
	}
	type disc struct{ x, y, r, shade float64 }
	discs := make([]disc, 90)
	for i := range discs {
		discs[i] = disc{next(), next(), .02 + .1*next(), 255 * next()}
	}
	for y := range height {
		for x := range width {
			u, v := (float64(x)+.5)/float64(width), (float64(y)+.5)/float64(height)
			shade := 60 + 120*u*v
			for _, d := range discs {
				if math.Hypot(u-d.x, v-d.y) < d.r {
					shade = d.shade
				}
			}
			s := uint8(shade)
			picture.SetRGBA(x, y, color.RGBA{s, uint8(20 + shade*.9), uint8(shade / 3), 255})
		}
	}
	return picture
}

// A slow second reading of the specification (slow_test.go) must come to the same hashes, without any file at hand.
func TestAgreesWithASlowReading(t *testing.T) {
	t.Parallel()
	for _, size := range []image.Point{{640, 480}, {512, 512}, {300, 200}, {64, 64}, {97, 401}, {2000, 50}, {5, 5}, {40, 12}} {
		picture := scene(size.X, size.Y, uint64(size.X))
		got, quality := Of(picture)
		want, wantQuality := slowly(picture)
		if d := got.Distance(want); d > 2 || quality < wantQuality-1 || quality > wantQuality+1 {
			t.Errorf("%v: distance %d, quality %d, slowly %d", size, d, quality, wantQuality)
		}
	}
}

// What these scenes hash to must never change: banks keep hashes for years.
func TestGolden(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		width, height int
		seed          uint64
		want          string
		quality       int
	}{
		{640, 480, 1, "79c4c05bb4666c6cff28786de8683e1aa644c908b2c276e6533917a3069fcbdd", 100},
		{200, 310, 2, "9d26bc2090e08fb25bf916649a13335b691d2acd265a37db38c979cce56514bd", 100},
		{1024, 300, 3, "e1d2298e327e5afe0d2f877dd1679b4cd2e5bb03cce9a7003e8212ed12c0b871", 100},
	} {
		want, err := ParseHash(c.want)
		if err != nil {
			t.Fatal(err)
		}
		got, quality := Of(scene(c.width, c.height, c.seed))
		if d := got.Distance(want); d > 2 || quality != c.quality { // processors round the last digit of a sum differently
			t.Errorf("%d×%d: %s, quality %d: %d bits away", c.width, c.height, got, quality, d)
		}
	}
}

func TestEmptyAndTinyPictures(t *testing.T) {
	t.Parallel()
	for _, size := range []image.Point{{0, 0}, {4, 100}, {100, 4}} {
		if h, q := Of(image.NewRGBA(image.Rectangle{Max: size})); !h.IsZero() || q != 0 {
			t.Errorf("%v: %s, quality %d", size, h, q)
		}
	}
	if _, q := Of(image.NewGray(image.Rect(0, 0, 300, 300))); q != 0 {
		t.Errorf("a black picture has quality %d", q)
	}
	for _, shade := range []uint8{10, 200} {
		if _, q := Of(plain(shade)); q != 0 {
			t.Errorf("a plain picture of shade %d has quality %d", shade, q)
		}
	}
}

func plain(shade uint8) *image.Gray {
	picture := image.NewGray(image.Rect(0, 0, 100, 100))
	for i := range picture.Pix {
		picture.Pix[i] = shade
	}
	return picture
}

// The kinds of picture that decoders make take different ways to the same brightness.
func TestEveryKindOfPicture(t *testing.T) {
	t.Parallel()
	from := scene(400, 300, 7)
	want, _ := Of(from)
	deep, straight, odd := image.NewNRGBA64(from.Rect), image.NewNRGBA(from.Rect), image.NewRGBA(image.Rect(0, 0, 430, 350))
	for y := range 300 {
		for x := range 400 {
			deep.Set(x, y, from.At(x, y))
			straight.Set(x, y, from.At(x, y))
			odd.Set(x+30, y+50, from.At(x, y))
		}
	}
	for name, picture := range map[string]image.Image{"64 bit": deep, "straight": straight,
		"part of another": odd.SubImage(image.Rect(30, 50, 430, 350)), "foreign": foreign{from}} {
		if got, _ := Of(picture); got.Distance(want) > 2 {
			t.Errorf("%s: distance %d", name, got.Distance(want))
		}
	}
}

type foreign struct{ image.Image }

func TestTransparentIsWhite(t *testing.T) {
	t.Parallel()
	white, clear := scene(200, 200, 3), scene(200, 200, 3)
	straight := image.NewNRGBA(white.Rect)
	for i := 0; i < len(white.Pix)/3; i += 4 {
		copy(white.Pix[i:], []byte{255, 255, 255, 255})
		copy(clear.Pix[i:], []byte{0, 0, 0, 0})
	}
	for y := range 200 {
		for x := range 200 {
			straight.Set(x, y, clear.At(x, y))
		}
	}
	want, _ := Of(white)
	for _, picture := range []image.Image{clear, straight} {
		if got, _ := Of(picture); got.Distance(want) > 1 {
			t.Errorf("%T: distance %d", picture, got.Distance(want))
		}
	}
}

func TestDihedral(t *testing.T) {
	t.Parallel()
	for _, size := range []image.Point{{640, 480}, {200, 310}, {512, 512}} {
		picture := scene(size.X, size.Y, 11)
		all, quality := Dihedral(picture)
		if quality < 80 {
			t.Fatalf("the scene has quality %d", quality)
		}
		for o := 1; o <= 8; o++ {
			want, _ := Of(turn(picture, o))
			if d := all[o-1].Distance(want); d > 24 { // samples lie at other places in a turned photo
				t.Errorf("%v, orientation %d: distance %d", size, o, d)
			}
			if d := all[0].Turned(o).Distance(all[o-1]); d > 16 {
				t.Errorf("%v, orientation %d: the estimate is off by %d", size, o, d)
			}
			for p := 1; p < o; p++ {
				if d := all[o-1].Distance(all[p-1]); d <= Near {
					t.Errorf("%v: orientations %d and %d are %d apart", size, o, p, d)
				}
			}
		}
	}
}

// turn draws what a viewer shows for an orientation, from its definition.
func turn(picture *image.RGBA, orientation int) *image.RGBA {
	w, h := picture.Rect.Dx(), picture.Rect.Dy()
	sides := image.Rect(0, 0, w, h)
	if orientation >= 5 {
		sides = image.Rect(0, 0, h, w)
	}
	turned := image.NewRGBA(sides)
	for y := range h {
		for x := range w {
			to := [...]image.Point{{x, y}, {w - 1 - x, y}, {w - 1 - x, h - 1 - y}, {x, h - 1 - y},
				{y, x}, {h - 1 - y, x}, {h - 1 - y, w - 1 - x}, {y, w - 1 - x}}[orientation-1]
			turned.SetRGBA(to.X, to.Y, picture.RGBAAt(x, y))
		}
	}
	return turned
}

func TestHashText(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("0123456789abcdef", 4)
	h, err := ParseHash(strings.ToUpper(text))
	if err != nil || h.String() != text || FromWords(h.Words()) != h {
		t.Errorf("%s, %v", h, err)
	}
	for _, wrong := range []string{"", text[1:], text + "0", strings.Repeat("g", 64), strings.Repeat("é", 32)} {
		if _, err := ParseHash(wrong); err == nil {
			t.Errorf("%q was read", wrong)
		}
	}
	if h[31]&1 != 1 || !h.bit(0) || h.bit(255) {
		t.Errorf("bit 0 is the last one printed, bit 255 the first: %v", h)
	}
	if d := h.Distance(Hash{}); d != 128 {
		t.Errorf("distance %d", d)
	}
}

func BenchmarkOf(b *testing.B) {
	picture := image.NewYCbCr(image.Rect(0, 0, 4000, 3000), image.YCbCrSubsampleRatio420)
	for i := range picture.Y {
		picture.Y[i] = byte(i * i >> 7)
	}
	b.ReportAllocs()
	for b.Loop() {
		Of(picture)
	}
}

func BenchmarkDihedral(b *testing.B) {
	picture := scene(1600, 1200, 1)
	for b.Loop() {
		Dihedral(picture)
	}
}

func TestFormsByParity(t *testing.T) {
	t.Parallel()
	a, _ := Of(scene(200, 200, 21))
	b, _ := Of(scene(200, 200, 22))
	if FromParities(a.Parities()) != a || a.Parities() == b.Parities() {
		t.Error("parities lose bits")
	}
	for _, other := range []Hash{a, b, a.Turned(3), b.Turned(4)} {
		for first, base := range map[int]Hash{1: a, 5: a.Turned(5)} {
			differ, with := base.Parities(), other.Parities()
			for i := range differ {
				differ[i] ^= with[i]
			}
			for i, d := range Forms(differ) {
				if want := a.Turned(first + i).Distance(other); d != want {
					t.Errorf("form %d: %d, want %d", first+i, d, want)
				}
			}
		}
	}
}
