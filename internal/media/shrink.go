package media

import (
	"fmt"
	"image"
	"image/color"

	"golang.org/x/image/draw"
)

// shrink draws a picture on white with these dimensions, which are at most its own. Halving first is quick, and the
// last step is sharp.
func shrink(picture image.Image, width, height int) *image.RGBA {
	w, h := picture.Bounds().Dx(), picture.Bounds().Dy()
	for w/2 >= width && h/2 >= height {
		w, h = w/2, h/2
		picture = onPaper(picture, w, h)
	}
	drawn, ready := picture.(*image.RGBA)
	if !ready || !drawn.Opaque() || drawn.Rect.Min != (image.Point{}) {
		drawn = onPaper(picture, w, h)
	}
	if w == width && h == height {
		return drawn
	}
	return squeeze(squeeze(drawn, width), height)
}

// onPaper draws a picture on white, at its own size or at half of it.
func onPaper(picture image.Image, width, height int) *image.RGBA {
	paper := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.Draw(paper, paper.Rect, image.White, image.Point{}, draw.Src)
	if picture.Bounds().Dx() == width && picture.Bounds().Dy() == height {
		draw.Draw(paper, paper.Rect, picture, picture.Bounds().Min, draw.Over)
		return paper
	}
	draw.ApproxBiLinear.Scale(paper, paper.Rect, picture, picture.Bounds(), draw.Over, nil)
	return paper
}

// turn makes a picture upright. The numbers are those of EXIF: 2 to 4 keep the sides, 5 to 8 exchange them.
func turn(picture *image.RGBA, orientation int) *image.RGBA {
	if orientation <= upright || orientation > 8 {
		return picture
	}
	width, height := picture.Rect.Dx(), picture.Rect.Dy()
	sides := image.Rect(0, 0, width, height)
	if orientation >= 5 {
		sides = image.Rect(0, 0, height, width)
	}
	turned := image.NewRGBA(sides)
	for y := range height {
		for x := range width {
			tx, ty := turnedPoint(orientation, x, y, width-1, height-1)
			copy(turned.Pix[turned.PixOffset(tx, ty):][:4], picture.Pix[picture.PixOffset(x, y):][:4])
		}
	}
	return turned
}

// turnedPoint says where a point goes; right and low are the last column and row.
func turnedPoint(orientation, x, y, right, low int) (int, int) {
	switch orientation {
	case 2:
		return right - x, y
	case 3:
		return right - x, low - y
	case 4:
		return x, low - y
	case 5:
		return y, x
	case 6:
		return low - y, x
	case 7:
		return low - y, right - x
	case 8:
		return y, right - x
	}
	return x, y
}

// mainColour returns the mean of the most common shade among 4096, as CSS writes it.
func mainColour(picture *image.RGBA) string {
	var shades [4096]struct{ count, r, g, b int }
	best := 0
	for at := 0; at+4 <= len(picture.Pix); at += 4 {
		c := color.RGBA{R: picture.Pix[at], G: picture.Pix[at+1], B: picture.Pix[at+2]}
		i := int(c.R>>4)<<8 | int(c.G>>4)<<4 | int(c.B>>4)
		s := &shades[i]
		s.count, s.r, s.g, s.b = s.count+1, s.r+int(c.R), s.g+int(c.G), s.b+int(c.B)
		if s.count > shades[best].count {
			best = i
		}
	}
	s := shades[best]
	n := max(1, s.count)
	return fmt.Sprintf("#%02x%02x%02x", s.r/n, s.g/n, s.b/n)
}
