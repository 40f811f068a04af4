package demo

import (
	"bytes"
	"image"
	"testing"
)

// tones counts how many rather different colours a picture has.
func tones(img *image.RGBA) int {
	seen := map[[3]byte]bool{}
	for i := 0; i+3 < len(img.Pix); i += 4 * 97 {
		seen[[3]byte{img.Pix[i] >> 4, img.Pix[i+1] >> 4, img.Pix[i+2] >> 4}] = true
	}
	return len(seen)
}

// changed is the share of pixels, in percent, in which two pictures differ clearly.
func changed(a, b *image.RGBA) float64 {
	count, total := 0, 0
	for i := 0; i+3 < len(a.Pix); i += 4 * 31 {
		total++
		for j := range 3 {
			if d := int(a.Pix[i+j]) - int(b.Pix[i+j]); d > 12 || d < -12 {
				count++
				break
			}
		}
	}
	return 100 * float64(count) / float64(total)
}

func TestEveryDrawing(t *testing.T) {
	t.Parallel()
	img, again := Draw(Picture{}), Draw(Picture{})
	if n := len(Drawings()); n < 40 {
		t.Fatalf("only %d drawings", n)
	}
	for i, name := range Drawings() {
		p := Picture{Drawing: name, Colour: "red", Seed: uint64(i), View: i % 4}
		DrawInto(img, p)
		if got := tones(img); got < 12 {
			t.Errorf("%s has %d tones", name, got)
		}
		for at := 3; at < len(img.Pix); at += 4 * 101 {
			if img.Pix[at] != 255 {
				t.Fatalf("%s is not opaque", name)
			}
		}
		if i%8 == 0 {
			DrawInto(again, p)
			if !bytes.Equal(img.Pix, again.Pix) {
				t.Errorf("%s drawn twice differs", name)
			}
		}
	}
}

// TestThingsStayInside paints each thing on a picture with wide margins that must stay as they are.
func TestThingsStayInside(t *testing.T) {
	t.Parallel()
	plain := image.NewRGBA(image.Rect(0, 0, Width, Height))
	fill := func() {
		for i := range plain.Pix {
			plain.Pix[i] = 200
		}
	}
	for name, d := range drawings() {
		if d.setting == whole || d.setting == outside || d.setting == onWall || name == "paint-roller" || name == "sledge" {
			continue // they fill the picture, or lie in water or snow that does
		}
		fill()
		c := newCanvas(plain)
		d.draw(c, newLook("red", 5))
		for y := range Height {
			for _, x := range [2]int{40, Width - 40} {
				if at := plain.Pix[plain.PixOffset(x, y)]; at != 200 {
					t.Fatalf("%s reaches x = %d", name, x)
				}
			}
		}
	}
}

func TestPicturesDiffer(t *testing.T) {
	t.Parallel()
	base := Picture{Drawing: "bike-city", Colour: "red", Seed: 7}
	first := Draw(base)
	for name, p := range map[string]Picture{
		"colour":  {"bike-city", "yellow", 7, 0},
		"view":    {"bike-city", "red", 7, 1},
		"drawing": {"sofa", "red", 7, 0},
		"unknown": {"no-such-thing", "red", 7, 0},
	} {
		if got := changed(first, Draw(p)); got < .5 {
			t.Errorf("another %s changes %.2f%% of the picture", name, got)
		}
	}
}

func TestEveryThingHasADrawing(t *testing.T) {
	t.Parallel()
	all, used := drawings(), map[string]bool{}
	for _, l := range readBook().leaves {
		for _, thing := range l.things {
			for _, name := range thing.drawings {
				used[name] = true
				if all[name].draw == nil {
					t.Errorf("%s in %s: no drawing %q", thing.english, l.slug, name)
				}
			}
		}
	}
	for name := range all {
		if !used[name] {
			t.Errorf("nothing looks like %q", name)
		}
	}
}

func BenchmarkDraw(b *testing.B) {
	img := image.NewRGBA(image.Rect(0, 0, Width, Height))
	names, i := Drawings(), 0
	for b.Loop() {
		DrawInto(img, Picture{Drawing: names[i%len(names)], Seed: uint64(i), View: i})
		i++
	}
}
