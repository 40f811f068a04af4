package demo

import (
	"image"
	"math"

	"golang.org/x/image/vector"
)

// Pictures are always this large, in pixels.
const (
	Width  = 1200
	Height = 900
)

// ink is a colour with straight (not premultiplied) opacity, each part from 0 to 1.
type ink struct{ r, g, b, a float64 }

// hex reads 0xrrggbb.
func hex(rgb uint32) ink {
	return ink{float64(rgb>>16&255) / 255, float64(rgb>>8&255) / 255, float64(rgb&255) / 255, 1}
}

// to mixes towards another colour, t from 0 to 1; the opacity stays.
func (c ink) to(other ink, t float64) ink {
	return ink{c.r + (other.r-c.r)*t, c.g + (other.g-c.g)*t, c.b + (other.b-c.b)*t, c.a}
}

// dark and light move towards a deep blue-grey and a warm white, which keeps shades in harmony.
func (c ink) dark(t float64) ink  { return c.to(hex(0x2a2a35), t) }
func (c ink) light(t float64) ink { return c.to(hex(0xfffaf0), t) }
func (c ink) fade(a float64) ink  { c.a *= a; return c }

// canvas paints shapes on an image. Shapes are in the coordinates of the drawing; the matrix maps them to pixels.
type canvas struct {
	img    *image.RGBA
	z      *vector.Rasterizer
	mask   *image.Alpha
	m      matrix
	pixels []point
}

// matrix maps x, y to a*x + c*y + e, b*x + d*y + f.
type matrix struct{ a, b, c, d, e, f float64 }

func newCanvas(img *image.RGBA) *canvas {
	return &canvas{img: img, z: vector.NewRasterizer(1, 1), mask: image.NewAlpha(image.Rect(0, 0, Width, Height)), m: matrix{a: 1, d: 1}}
}

// apply puts a transformation before the present one.
func (c *canvas) apply(n matrix) {
	m := c.m
	c.m = matrix{m.a*n.a + m.c*n.b, m.b*n.a + m.d*n.b, m.a*n.c + m.c*n.d, m.b*n.c + m.d*n.d,
		m.a*n.e + m.c*n.f + m.e, m.b*n.e + m.d*n.f + m.f}
}

// at paints with the origin moved, and everything scaled.
func (c *canvas) at(x, y, scale float64, paint func()) {
	c.within(matrix{a: scale, d: scale, e: x, f: y}, paint)
}

// turned paints turned by degrees around a point.
func (c *canvas) turned(x, y, degrees float64, paint func()) {
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	c.within(matrix{cos, sin, -sin, cos, x - cos*x + sin*y, y - sin*x - cos*y}, paint)
}

func (c *canvas) within(n matrix, paint func()) {
	kept := c.m
	c.apply(n)
	paint()
	c.m = kept
}

// fill paints shapes in one colour.
func (c *canvas) fill(col ink, shapes ...shape) {
	for _, s := range shapes {
		c.paint(s, col, col, false)
	}
}

// grade paints shapes with a colour that changes from the top of each to its bottom.
func (c *canvas) grade(top, bottom ink, shapes ...shape) {
	for _, s := range shapes {
		c.paint(s, top, bottom, false)
	}
}

// across is grade from left to right.
func (c *canvas) across(left, right ink, shapes ...shape) {
	for _, s := range shapes {
		c.paint(s, left, right, true)
	}
}

// stroke draws along shapes with round ends and joins.
func (c *canvas) stroke(col ink, width float64, shapes ...shape) {
	for _, s := range shapes {
		c.paint(s.outlined(width), col, col, false)
	}
}

func (c *canvas) paint(s shape, from, to ink, sideways bool) {
	area := c.rasterise(s)
	if area.Empty() {
		return
	}
	length := float64(area.Dy())
	if sideways {
		length = float64(area.Dx())
	}
	for y := area.Min.Y; y < area.Max.Y; y++ {
		if !sideways {
			c.row(area, y, mixer(from, to, float64(y-area.Min.Y)/length))
			continue
		}
		for x := area.Min.X; x < area.Max.X; x++ {
			if a := c.mask.Pix[(y-area.Min.Y)*c.mask.Stride+x-area.Min.X]; a != 0 {
				blend(c.img.Pix[c.img.PixOffset(x, y):], mixer(from, to, float64(x-area.Min.X)/length), uint32(a))
			}
		}
	}
}

// solid is a colour ready to be blended: parts and opacity from 0 to 255.
type solid struct{ r, g, b, a uint32 }

func mixer(from, to ink, t float64) solid {
	m := from.to(to, t)
	part := func(v float64) uint32 { return uint32(math.Max(0, math.Min(1, v))*255 + .5) }
	return solid{part(m.r), part(m.g), part(m.b), part(from.a + (to.a-from.a)*t)}
}

func (c *canvas) row(area image.Rectangle, y int, s solid) {
	mask := c.mask.Pix[(y-area.Min.Y)*c.mask.Stride:][:area.Dx()]
	pix := c.img.Pix[c.img.PixOffset(area.Min.X, y):][:area.Dx()*4]
	for x, a := range mask {
		if a != 0 {
			blend(pix[x*4:x*4+4], s, uint32(a))
		}
	}
}

// blend lays a colour over one opaque pixel.
func blend(pix []byte, s solid, cover uint32) {
	a := s.a * cover / 255
	rest := 255 - a
	pix[0] = byte((s.r*a + uint32(pix[0])*rest + 127) / 255)
	pix[1] = byte((s.g*a + uint32(pix[1])*rest + 127) / 255)
	pix[2] = byte((s.b*a + uint32(pix[2])*rest + 127) / 255)
}

// rasterise fills the mask with the cover of a shape and returns where on the image that lies.
func (c *canvas) rasterise(s shape) image.Rectangle {
	c.pixels = c.pixels[:0]
	low, high := point{math.Inf(1), math.Inf(1)}, point{math.Inf(-1), math.Inf(-1)}
	for _, ring := range s {
		for _, p := range ring {
			q := point{c.m.a*p.x + c.m.c*p.y + c.m.e, c.m.b*p.x + c.m.d*p.y + c.m.f}
			low, high = point{min(low.x, q.x), min(low.y, q.y)}, point{max(high.x, q.x), max(high.y, q.y)}
			c.pixels = append(c.pixels, q)
		}
	}
	if len(c.pixels) == 0 {
		return image.Rectangle{}
	}
	clip := func(v, high float64) int { return int(math.Max(0, math.Min(high, v))) }
	area := image.Rect(clip(math.Floor(low.x), Width), clip(math.Floor(low.y), Height), clip(math.Ceil(high.x), Width), clip(math.Ceil(high.y), Height))
	if area.Empty() {
		return area
	}
	c.z.Reset(area.Dx(), area.Dy())
	c.rings(s, float64(area.Min.X), float64(area.Min.Y))
	c.mask.Rect, c.mask.Stride = image.Rect(0, 0, area.Dx(), area.Dy()), area.Dx() // the rasteriser wants no gaps between rows
	c.z.DrawOp = 1                                                                 // draw.Src: the mask holds the cover of this shape alone
	c.z.Draw(c.mask, c.mask.Rect, image.Opaque, image.Point{})
	return area
}

func (c *canvas) rings(s shape, left, top float64) {
	next := 0
	for _, ring := range s {
		for i := range ring {
			p := c.pixels[next]
			next++
			if i == 0 {
				c.z.MoveTo(float32(p.x-left), float32(p.y-top))
			} else {
				c.z.LineTo(float32(p.x-left), float32(p.y-top))
			}
		}
		c.z.ClosePath()
	}
}

// glow lays a soft spot of colour, strongest in the middle: light on a wall, or a shadow on the floor.
func (c *canvas) glow(col ink, x, y, rx, ry float64) {
	sx, sy := math.Hypot(c.m.a, c.m.b), math.Hypot(c.m.c, c.m.d)
	x, y = c.m.a*x+c.m.c*y+c.m.e, c.m.b*x+c.m.d*y+c.m.f
	rx, ry = rx*sx, ry*sy
	s := mixer(col, col, 0)
	left, right := int(math.Max(0, x-rx)), int(math.Min(Width, x+rx+1))
	for py := int(math.Max(0, y-ry)); py < int(math.Min(Height, y+ry+1)); py++ {
		dy := (float64(py) - y) / ry
		rest := 1 - dy*dy
		for px := left; px < right && rest > 0; px++ {
			dx := (float64(px) - x) / rx
			if d := rest - dx*dx; d > 0 {
				blend(c.img.Pix[py*c.img.Stride+px*4:], s, uint32(d*d*255))
			}
		}
	}
}
