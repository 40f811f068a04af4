package edit

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"math"

	"golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/f64"
	"golang.org/x/image/math/fixed"
)

// Edit is one way to change a photo.
type Edit struct {
	Name  string
	Apply func(picture *image.RGBA) *image.RGBA
}

// All returns the edits, mildest of a kind first.
func All() []Edit {
	return []Edit{
		{"none", func(p *image.RGBA) *image.RGBA { return p }},
		{"recompress at 80", recompress(80)},
		{"recompress at 50", recompress(50)},
		{"recompress at 10", recompress(10)},
		{"half the size", resize(.5, .5)},
		{"a quarter of the size", resize(.25, .25)},
		{"twice the size", resize(2, 2)},
		{"narrower by a fifth", resize(.8, 1)},
		{"brighter by 15 %", tone(1, 38)},
		{"darker by 15 %", tone(1, -38)},
		{"contrast up by half", tone(1.5, -64)},
		{"grey", grey},
		{"blur, 2 px", blur(2)},
		{"blur, 6 px", blur(6)},
		{"crop 2 % a side", crop(.02)},
		{"crop 5 % a side", crop(.05)},
		{"crop 10 % a side", crop(.10)},
		{"crop 20 % a side", crop(.20)},
		{"border 2 %", border(.02)},
		{"border 5 %", border(.05)},
		{"border 10 %", border(.10)},
		{"text banner 8 %", banner(.08)},
		{"text banner 15 %", banner(.15)},
		{"rotated 1°", rotate(1)},
		{"rotated 2°", rotate(2)},
		{"rotated 5°", rotate(5)},
		{"mirrored", mirror},
		{"turned by a quarter", quarter},
	}
}

func canvas(width, height int) *image.RGBA {
	return image.NewRGBA(image.Rect(0, 0, max(1, width), max(1, height)))
}

// recompress writes a JPEG of a quality and reads it back. An encoder that writes into memory does not fail.
func recompress(quality int) func(*image.RGBA) *image.RGBA {
	return func(p *image.RGBA) *image.RGBA {
		var file bytes.Buffer
		if err := jpeg.Encode(&file, p, &jpeg.Options{Quality: quality}); err != nil {
			panic(fmt.Sprintf("edit: a picture of %v cannot be written: %v", p.Rect, err))
		}
		read, err := jpeg.Decode(&file)
		if err != nil {
			panic(fmt.Sprintf("edit: what was written cannot be read: %v", err))
		}
		return Copy(read)
	}
}

// Copy is a picture of its own with its corner at zero.
func Copy(p image.Image) *image.RGBA {
	out := canvas(p.Bounds().Dx(), p.Bounds().Dy())
	draw.Draw(out, out.Rect, p, p.Bounds().Min, draw.Src)
	return out
}

func resize(across, down float64) func(*image.RGBA) *image.RGBA {
	return func(p *image.RGBA) *image.RGBA {
		out := canvas(int(float64(p.Rect.Dx())*across), int(float64(p.Rect.Dy())*down))
		draw.BiLinear.Scale(out, out.Rect, p, p.Rect, draw.Src, nil)
		return out
	}
}

// tone multiplies the brightness and adds to it.
func tone(factor, more float64) func(*image.RGBA) *image.RGBA {
	var table [256]uint8
	for i := range table {
		table[i] = uint8(min(255, max(0, math.Round(float64(i)*factor+more))))
	}
	return func(p *image.RGBA) *image.RGBA {
		out := Copy(p)
		for i := 0; i < len(out.Pix); i += 4 {
			out.Pix[i], out.Pix[i+1], out.Pix[i+2] = table[out.Pix[i]], table[out.Pix[i+1]], table[out.Pix[i+2]]
		}
		return out
	}
}

func grey(p *image.RGBA) *image.RGBA {
	out := image.NewGray(p.Rect)
	draw.Draw(out, out.Rect, p, p.Rect.Min, draw.Src)
	return Copy(out)
}

// blur shrinks and enlarges again, which smears a photo over about so many pixels.
func blur(px int) func(*image.RGBA) *image.RGBA {
	return func(p *image.RGBA) *image.RGBA {
		small, out := canvas(p.Rect.Dx()/px, p.Rect.Dy()/px), canvas(p.Rect.Dx(), p.Rect.Dy())
		draw.BiLinear.Scale(small, small.Rect, p, p.Rect, draw.Src, nil)
		draw.CatmullRom.Scale(out, out.Rect, small, small.Rect, draw.Src, nil)
		return out
	}
}

// inner is what is left when a share is taken off each side.
func inner(r image.Rectangle, share float64) image.Rectangle {
	x, y := int(float64(r.Dx())*share), int(float64(r.Dy())*share)
	return image.Rect(r.Min.X+x, r.Min.Y+y, r.Max.X-x, r.Max.Y-y)
}

func crop(share float64) func(*image.RGBA) *image.RGBA {
	return func(p *image.RGBA) *image.RGBA { return Copy(p.SubImage(inner(p.Rect, share))) }
}

// border paints a white frame over the edges.
func border(share float64) func(*image.RGBA) *image.RGBA {
	return func(p *image.RGBA) *image.RGBA {
		out := canvas(p.Rect.Dx(), p.Rect.Dy())
		draw.Draw(out, out.Rect, image.White, image.Point{}, draw.Src)
		within := inner(out.Rect, share)
		draw.Draw(out, within, p, p.Rect.Min.Add(within.Min), draw.Src)
		return out
	}
}

// banner covers a share of the height at the foot with black, and writes on it.
func banner(share float64) func(*image.RGBA) *image.RGBA {
	return func(p *image.RGBA) *image.RGBA {
		out := Copy(p)
		top := int(float64(out.Rect.Dy()) * (1 - share))
		draw.Draw(out, image.Rect(0, top, out.Rect.Dx(), out.Rect.Dy()), image.Black, image.Point{}, draw.Src)
		line := canvas(130, 13)
		pen := font.Drawer{Dst: line, Src: image.White, Face: basicfont.Face7x13, Dot: fixed.P(2, 11)}
		pen.DrawString("Call 0000 000 000")
		high := (out.Rect.Dy() - top) * 8 / 10
		wide := min(out.Rect.Dx(), high*10)
		draw.BiLinear.Scale(out, image.Rect(4, top+high/8, 4+wide, top+high/8+high), line, line.Rect, draw.Over, nil)
		return out
	}
}

// rotate turns around the middle; the corners that come in are white.
func rotate(degrees float64) func(*image.RGBA) *image.RGBA {
	return func(p *image.RGBA) *image.RGBA {
		out := canvas(p.Rect.Dx(), p.Rect.Dy())
		draw.Draw(out, out.Rect, image.White, image.Point{}, draw.Src)
		sin, cos := math.Sincos(degrees * math.Pi / 180)
		x, y := float64(p.Rect.Dx())/2, float64(p.Rect.Dy())/2
		around := f64.Aff3{cos, -sin, x - cos*x + sin*y, sin, cos, y - sin*x - cos*y}
		draw.BiLinear.Transform(out, around, p, p.Rect, draw.Over, nil)
		return out
	}
}

func mirror(p *image.RGBA) *image.RGBA {
	return place(p, p.Rect.Dx(), p.Rect.Dy(), func(x, y int) (int, int) { return p.Rect.Dx() - 1 - x, y })
}

func quarter(p *image.RGBA) *image.RGBA {
	return place(p, p.Rect.Dy(), p.Rect.Dx(), func(x, y int) (int, int) { return y, p.Rect.Dy() - 1 - x })
}

// place draws each pixel from where it was.
func place(p *image.RGBA, width, height int, from func(x, y int) (int, int)) *image.RGBA {
	out := canvas(width, height)
	for y := range height {
		for x := range width {
			fromX, fromY := from(x, y)
			out.SetRGBA(x, y, p.RGBAAt(p.Rect.Min.X+fromX, p.Rect.Min.Y+fromY))
		}
	}
	return out
}
