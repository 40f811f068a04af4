package media

import (
	"fmt"
	"image"
	"image/color"
	"testing"

	"golang.org/x/image/draw"
)

// The general scaler is the judge of ours.
func TestSqueezeAgreesWithGeneralScaler(t *testing.T) {
	t.Parallel()
	picture := image.NewRGBA(image.Rect(0, 0, 301, 203))
	draw.Draw(picture, picture.Rect, noisy(301, 203), image.Point{}, draw.Src)
	for _, to := range []image.Point{{160, 108}, {300, 202}, {151, 102}, {1, 1}, {301, 90}} {
		ours := squeeze(squeeze(picture, to.X), to.Y)
		judge := image.NewRGBA(image.Rect(0, 0, to.X, to.Y))
		draw.CatmullRom.Scale(judge, judge.Rect, picture, picture.Rect, draw.Src, nil)
		if ours.Rect != judge.Rect {
			t.Fatalf("%v: got %v", to, ours.Rect)
		}
		for at := range judge.Pix {
			if gap := int(ours.Pix[at]) - int(judge.Pix[at]); gap < -2 || gap > 2 {
				t.Fatalf("%v: byte %d is %d, want %d", to, at, ours.Pix[at], judge.Pix[at])
			}
		}
	}
}

func TestEvenColourStays(t *testing.T) {
	t.Parallel()
	want := color.RGBA{0x33, 0x66, 0x99, 0xff}
	even := image.NewRGBA(image.Rect(0, 0, 997, 613))
	draw.Draw(even, even.Rect, image.NewUniform(want), image.Point{}, draw.Src)
	for _, width := range []int{996, 640, 333, 100, 7} {
		small := shrink(even, width, 613*width/997)
		for y := range small.Rect.Dy() {
			for x := range small.Rect.Dx() {
				if got := small.RGBAAt(x, y); got != want {
					t.Fatalf("width %d: %v at %d,%d", width, got, x, y)
				}
			}
		}
	}
}

func TestShrinkKeepsSubPictures(t *testing.T) {
	t.Parallel()
	whole := landscape(400, 240)
	part := whole.SubImage(image.Rect(200, 0, 400, 120))
	small := shrink(part, 50, 30)
	got := fmt.Sprint(small.Rect, nameOf(small.At(48, 2)))
	if got != "(0,0)-(50,30)green" {
		t.Errorf("got %s", got)
	}
}
